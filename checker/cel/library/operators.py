"""Arithmetic. A unary minus is named `-_`."""

from __future__ import annotations

from math import isnan
from typing import TypeVar

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import INT_MAX, INT_MIN, UINT_MAX, Duration, Frame, Timestamp, Uint, charge

Sized = TypeVar("Sized", str, bytes)


def to_int(value: int) -> int:
    """The value itself. Raises FunctionError where it does not fit 64 bits."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise FunctionError("the number overflows 64 bits")


def to_uint(value: int) -> Uint:
    """The value as an unsigned number. Raises FunctionError where it does not fit 64 bits."""
    if 0 <= value <= UINT_MAX:
        return Uint(value)
    raise FunctionError("the number overflows unsigned 64 bits")


def _divide(a: int, b: int) -> int:
    """Rounded towards zero."""
    if not b:
        raise FunctionError("division by zero")
    return a // b if (a < 0) == (b < 0) else -(-a // b)


def _remainder(a: int, b: int) -> int:
    """With the sign of `a`. Fails wherever the division does, overflow included."""
    to_int(_divide(a, b))
    return abs(a) % abs(b) * (-1 if a < 0 else 1)


def _divide_doubles(a: float, b: float) -> float:
    if b:
        return a / b
    if not a or isnan(a):
        return float("nan")
    # The sign of a zero divisor counts: only its text shows it.
    negative = (a < 0) != str(b).startswith("-")
    return float("-inf") if negative else float("inf")


def _concatenate(frame: Frame, a: Sized, b: Sized) -> Sized:
    charge(frame, (len(a) + len(b)) >> 4)
    return a + b


def _join_lists(frame: Frame, a: list[object], b: list[object]) -> list[object]:
    charge(frame, len(a) + len(b))
    return a + b


FUNCTIONS: Table = {
    "-": {
        "(int, int): int": lambda a, b: to_int(a - b),
        "(uint, uint): uint": lambda a, b: to_uint(int(a) - int(b)),
        "(double, double): double": lambda a, b: a - b,
        "(timestamp, timestamp): duration": lambda a, b: Duration(a.nanoseconds - b.nanoseconds),
        "(timestamp, duration): timestamp": lambda a, b: Timestamp(a.nanoseconds - b.nanoseconds),
        "(duration, duration): duration": lambda a, b: Duration(a.nanoseconds - b.nanoseconds),
    },
    "*": {
        "(int, int): int": lambda a, b: to_int(a * b),
        "(uint, uint): uint": lambda a, b: to_uint(int(a) * int(b)),
        "(double, double): double": lambda a, b: a * b,
    },
    "/": {
        "(int, int): int": lambda a, b: to_int(_divide(a, b)),
        "(uint, uint): uint": lambda a, b: to_uint(_divide(int(a), int(b))),
        "(double, double): double": _divide_doubles,
    },
    "%": {
        "(int, int): int": _remainder,
        "(uint, uint): uint": lambda a, b: Uint(a - _divide(a, b) * b),
    },
    "-_": {
        "(int): int": lambda a: to_int(-a),
        "(double): double": lambda a: -a,
    },
}

METERED: Table = {
    "+": {
        "(int, int): int": lambda _, a, b: to_int(a + b),
        "(uint, uint): uint": lambda _, a, b: to_uint(int(a) + int(b)),
        "(double, double): double": lambda _, a, b: a + b,
        "(string, string): string": _concatenate,
        "(bytes, bytes): bytes": _concatenate,
        "(list(A), list(A)): list(A)": _join_lists,
        "(timestamp, duration): timestamp": lambda _, a, b: Timestamp(a.nanoseconds + b.nanoseconds),
        "(duration, timestamp): timestamp": lambda _, a, b: Timestamp(a.nanoseconds + b.nanoseconds),
        "(duration, duration): duration": lambda _, a, b: Duration(a.nanoseconds + b.nanoseconds),
    },
}

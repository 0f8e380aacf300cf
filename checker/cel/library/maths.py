"""The math extension."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import NUMBERS, UINT_MAX, Uint, word

from .operators import to_int


def _extreme(values: tuple[Any, ...], better: Callable[[float, float], bool]) -> object:
    """The first of the numbers that no other one beats; a single list stands for its elements."""
    if len(values) == 1 and isinstance(values[0], list):
        values = tuple(values[0])
    for value in values:
        if value.__class__ not in NUMBERS:
            raise FunctionError(f"numbers are compared here, not {word(value)}")
    if not values:
        raise FunctionError("there is no number to choose from")
    best = values[0]
    for value in values[1:]:
        if better(value, best):
            best = value
    return best


def _round(value: float) -> float:
    """To the nearest whole number, halves away from zero."""
    if not math.isfinite(value):
        return value
    whole = math.floor(abs(value))
    return math.copysign(whole + (abs(value) - whole >= 0.5), value)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: math.copysign(function(value), value) if math.isfinite(value) else value


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _shift(value: int, by: int, left: bool) -> int:
    """The 64 bits of a value, shifted; 0 moves in from either side."""
    if by < 0:
        raise FunctionError("a shift cannot be negative")
    if by > 63:
        return 0
    bits = value & UINT_MAX
    return (bits << by) & UINT_MAX if left else bits >> by


def _signed(bits: int) -> int:
    return bits - 2**64 if bits >= 2**63 else bits


def _bits(function: Callable[[int, int], int]) -> dict[str, Callable[[int, int], int]]:
    return {
        "(int, int): int": function,
        "(uint, uint): uint": lambda a, b: Uint(function(int(a), int(b))),
    }


def _shifts(left: bool) -> dict[str, Callable[[int, int], int]]:
    return {
        "(int, int): int": lambda value, by: _signed(_shift(value, by, left)),
        "(uint, int): uint": lambda value, by: Uint(_shift(int(value), by, left)),
    }


def _sqrt(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


FUNCTIONS: Table = {
    "math.greatest": {"(dyn*): dyn": lambda *values: _extreme(values, lambda a, b: a > b)},
    "math.least": {"(dyn*): dyn": lambda *values: _extreme(values, lambda a, b: a < b)},
    "math.ceil": {"(double): double": _whole(math.ceil)},
    "math.floor": {"(double): double": _whole(math.floor)},
    "math.trunc": {"(double): double": _whole(math.trunc)},
    "math.round": {"(double): double": _round},
    "math.abs": {
        "(int): int": lambda value: to_int(abs(value)),
        "(uint): uint": lambda value: value,
        "(double): double": abs,
    },
    "math.sign": {
        "(int): int": _sign,
        "(uint): uint": lambda value: Uint(_sign(value)),
        "(double): double": lambda value: value if math.isnan(value) else float(_sign(value)),
    },
    "math.sqrt": {"(int): double": _sqrt, "(uint): double": _sqrt, "(double): double": _sqrt},
    "math.isNaN": {"(double): bool": math.isnan},
    "math.isInf": {"(double): bool": math.isinf},
    "math.isFinite": {"(double): bool": math.isfinite},
    "math.bitAnd": _bits(lambda a, b: a & b),
    "math.bitOr": _bits(lambda a, b: a | b),
    "math.bitXor": _bits(lambda a, b: a ^ b),
    "math.bitNot": {"(int): int": lambda a: ~a, "(uint): uint": lambda a: Uint(UINT_MAX - a)},
    "math.bitShiftLeft": _shifts(True),
    "math.bitShiftRight": _shifts(False),
}

"""`text.format(values)` of the strings extension."""

from __future__ import annotations

from math import isfinite
from typing import Any

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import (
    Duration,
    Frame,
    Timestamp,
    TypeValue,
    Uint,
    charge,
    format_double,
    format_duration,
    format_timestamp,
    from_key,
    word,
)

_MOST_DIGITS = 1_000
"""Digits behind the point."""


def _format(frame: Frame, pattern: str, values: list[object]) -> str:
    charge(frame, len(pattern) >> 4)
    parts: list[str] = []
    rest = iter(values)
    i = 0
    while True:
        mark = pattern.find("%", i)
        if mark < 0:
            parts.append(pattern[i:])
            return "".join(parts)
        parts.append(pattern[i:mark])
        i = mark + 1
        if pattern[i : i + 1] == "%":
            parts.append("%")
            i += 1
            continue
        precision = 6
        if pattern[i : i + 1] == ".":
            first = i = i + 1
            while pattern[i : i + 1].isascii() and pattern[i : i + 1].isdigit():
                i += 1
            precision = int(pattern[first : min(i, first + 6)] or "0")
        verb = pattern[i : i + 1]
        i += 1
        try:
            value = next(rest)
        except StopIteration:
            raise FunctionError("the text asks for more values than are given") from None
        text = _clause(frame, verb, precision, value)
        charge(frame, len(text) >> 4)
        parts.append(text)


def _clause(frame: Frame, verb: str, precision: int, value: Any) -> str:
    if precision > _MOST_DIGITS:
        raise FunctionError(f"a number has at most {_MOST_DIGITS:,} digits behind the point")
    whole = isinstance(value, int) and not isinstance(value, bool)
    if verb == "s":
        return _string(frame, value)
    if verb in ("d", "f", "e") and isinstance(value, float) and not isfinite(value):
        return format_double(value)
    if verb == "d" and (whole or isinstance(value, float)):
        return f"{value:f}" if isinstance(value, float) else str(int(value))
    if verb in ("f", "e") and (whole or isinstance(value, float)):
        return f"{float(value):.{precision}{verb}}"
    if verb in ("x", "X") and isinstance(value, str | bytes):
        charge(frame, len(value) >> 3)
        digits = (value.encode(errors="replace") if isinstance(value, str) else value).hex()
        return digits if verb == "x" else digits.upper()
    if verb in ("x", "X", "o", "b") and whole:
        return format(int(value), verb)
    if verb == "b" and isinstance(value, bool):
        return "1" if value else "0"
    if verb not in tuple("sdfexXob"):
        raise FunctionError(f"unknown format %{verb}")
    raise FunctionError(f"%{verb} does not take {word(value)}")


def _string(frame: Frame, value: object) -> str:
    charge(frame, 1)
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value)) if isinstance(value, Uint) else str(value)
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, bytes):
        charge(frame, len(value) >> 4)
        return value.decode(errors="replace")
    if isinstance(value, Timestamp):
        return format_timestamp(value)
    if isinstance(value, Duration):
        return format_duration(value)
    if isinstance(value, TypeValue):
        return value.name
    if isinstance(value, list):
        text = ", ".join(_string(frame, item) for item in value)
        charge(frame, len(text) >> 4)
        return f"[{text}]"
    if isinstance(value, dict):
        pairs = sorted((_string(frame, from_key(key)), _string(frame, item)) for key, item in value.items())
        text = ", ".join(f"{key}: {item}" for key, item in pairs)
        charge(frame, len(text) >> 4)
        return f"{{{text}}}"
    raise FunctionError(f"%s does not take {word(value)}")


METERED: Table = {"format": {"string.(list(dyn)): string": _format}}

"""Texts: the standard functions and the strings extension. Positions count code points."""

from __future__ import annotations

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.patterns import matches
from checker.cel.values import Frame, charge, quote

# The characters of Unicode's property White_Space; Python's `strip()` takes four control characters more.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_UPPER = {lower: lower - 32 for lower in range(ord("a"), ord("z") + 1)}


def _scan(frame: Frame, text: str) -> None:
    """Charge for reading a text once."""
    charge(frame, len(text) >> 6)


def _contains(frame: Frame, text: str, part: str) -> bool:
    _scan(frame, text)
    return part in text


def _char_at(text: str, position: int) -> str:
    if 0 <= position <= len(text):
        return text[position : position + 1]
    raise FunctionError(f"position {position} lies outside of the text")


def _index_of(frame: Frame, text: str, part: str, first: int = 0) -> int:
    _scan(frame, text)
    if 0 <= first <= len(text):
        return text.find(part, first)
    raise FunctionError(f"position {first} lies outside of the text")


def _last_index_of(frame: Frame, text: str, part: str, last: int | None = None) -> int:
    # Searching from the end has no linear worst case in Python.
    charge(frame, (len(text) * (len(part) + 16)) >> 10)
    if last is None:
        return text.rfind(part)
    if 0 <= last <= len(text):
        return text.rfind(part, 0, last + len(part))
    raise FunctionError(f"position {last} lies outside of the text")


def _substring(text: str, first: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    if 0 <= first <= end <= len(text):
        return text[first:end]
    raise FunctionError(f"positions {first} to {end} lie outside of the text")


def _replace(frame: Frame, text: str, old: str, new: str, limit: int = -1) -> str:
    _scan(frame, text)
    count = text.count(old)
    if 0 <= limit < count:
        count = limit
    charge(frame, (len(text) + count * len(new)) >> 4)
    return text.replace(old, new, count)


def _split(frame: Frame, text: str, separator: str, limit: int = -1) -> list[str]:
    _scan(frame, text)
    if not limit:
        return []
    if not separator:
        parts = list(text) or [""]
        if 0 < limit < len(parts):
            parts[limit - 1 :] = [text[limit - 1 :]]
    else:
        parts = text.split(separator, limit - 1 if limit > 0 else -1)
    charge(frame, len(parts))
    return parts


def _join(frame: Frame, parts: list[object], separator: str = "") -> str:
    charge(frame, len(parts))
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        raise FunctionError("only texts can be joined")
    charge(frame, (sum(map(len, texts)) + len(separator) * len(texts)) >> 4)
    return separator.join(texts)


def _translate(frame: Frame, text: str, table: dict[int, int]) -> str:
    charge(frame, len(text) >> 4)
    return text.translate(table)


def _quote(frame: Frame, text: str) -> str:
    charge(frame, len(text) >> 4)
    return quote(text)


def _trim(frame: Frame, text: str) -> str:
    _scan(frame, text)
    return text.strip(_SPACE)


def reverse(frame: Frame, text: str) -> str:
    """The code points of a text, last first."""
    charge(frame, len(text) >> 4)
    return text[::-1]


FUNCTIONS: Table = {
    "startsWith": {"string.(string): bool": str.startswith},
    "endsWith": {"string.(string): bool": str.endswith},
    "charAt": {"string.(int): string": _char_at},
    "substring": {"string.(int): string": _substring, "string.(int, int): string": _substring},
}

METERED: Table = {
    "contains": {"string.(string): bool": _contains},
    "matches": {"string.(string): bool": matches, "(string, string): bool": matches},
    "indexOf": {"string.(string): int": _index_of, "string.(string, int): int": _index_of},
    "lastIndexOf": {"string.(string): int": _last_index_of, "string.(string, int): int": _last_index_of},
    "replace": {
        "string.(string, string): string": _replace,
        "string.(string, string, int): string": _replace,
    },
    "split": {"string.(string): list(string)": _split, "string.(string, int): list(string)": _split},
    "join": {"list(string).(): string": _join, "list(string).(string): string": _join},
    "lowerAscii": {"string.(): string": lambda frame, text: _translate(frame, text, _LOWER)},
    "upperAscii": {"string.(): string": lambda frame, text: _translate(frame, text, _UPPER)},
    "trim": {"string.(): string": _trim},
    "strings.quote": {"(string): string": _quote},
}

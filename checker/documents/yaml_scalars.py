"""Plain scalars by the core schema of YAML 1.2 (chapter 10.3.2 of its specification)."""

from __future__ import annotations

import math
import re

from checker.documents.reading import MAX_INT, MIN_INT

CONSTANTS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
NUMBER_STARTS = frozenset("+-.0123456789")
_NUMBER = re.compile(
    r"""(?:([-+]?[0-9]++)
    |    0o([0-7]++)
    |    0x([0-9a-fA-F]++)
    |    ([-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE][-+]?[0-9]++)?)
    )\Z""",
    re.VERBOSE,
)
_BASES = (10, 8, 16)
"""Of the first three groups of `_NUMBER`; the fourth is a float."""
_MOST_DIGITS = 4_000
"""Python converts no more; 64 bits need 20, the rest can only be leading zeros."""


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar.

    Raises ValueError for a number beyond 64 bits.
    """
    value = CONSTANTS.get(text, text)
    return number(text) if value is text and text[0] in NUMBER_STARTS else value


def number(text: str) -> str | int | float:
    """The number that a plain scalar stands for, or the text itself: `2026-01-02`, `1.2.3`.

    Raises ValueError for a number beyond 64 bits.
    """
    found = _NUMBER.match(text)
    if found is None:
        return text
    kind = found.lastindex or 0
    if kind > len(_BASES):
        if math.isfinite(real := float(text)):
            return real
    elif len(text) <= _MOST_DIGITS:
        integer = int(found[kind], _BASES[kind - 1])
        if MIN_INT <= integer <= MAX_INT:
            return integer
    raise ValueError("beyond 64 bits")

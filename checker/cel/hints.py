"""What to write instead: the second sentence of an issue."""

from __future__ import annotations

from collections.abc import Sequence

from .tree import Binary, Literal
from .types import BOOL, DOUBLE, DURATION, NUMERIC, STRING, TIMESTAMP, Type, base


def suggest(name: str, known: Sequence[str]) -> str:
    """`did you mean …?`, or nothing when no known name is close."""
    import difflib  # noqa: PLC0415 - only needed when something is wrong

    close = difflib.get_close_matches(name, known, 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else ""


_ELSEWHERE = {
    **dict.fromkeys(("True", "yes"), "true"),
    **dict.fromkeys(("False", "no"), "false"),
    **dict.fromkeys(("None", "nil", "undefined"), "has(x) to ask whether x is there"),
    **dict.fromkeys(("len", "length", "count"), "size(x)"),
    **dict.fromkeys(("any", "some"), "x.exists(element, …)"),
    "every": "x.all(element, …)",
    "includes": "x.contains(…) for a text, or … in x for a list",
    **dict.fromkeys(("lower", "toLowerCase"), "x.lowerAscii()"),
    **dict.fromkeys(("upper", "toUpperCase"), "x.upperAscii()"),
    "strip": "x.trim()",
}
"""Names that other languages have, and what is written here."""


PATTERNS = "patterns run in linear time: without look-around and back-references"


def elsewhere(name: str) -> str:
    """What to write for a name of another language, or nothing."""
    return f"write {_ELSEWHERE[name]}" if name in _ELSEWHERE else ""


def text_hint(a: Type, b: Type) -> str:
    """For a text beside something that is written otherwise."""
    pair = (base(a), base(b))
    if STRING in pair and (TIMESTAMP in pair or DURATION in pair):
        return "turn the text into a point in time or a length of time first"
    if STRING in pair and any(kind in NUMERIC for kind in pair):
        return "a number is written without quotes"
    if STRING in pair and BOOL in pair:
        return "true and false are written without quotes"
    return ""


def order_hint(node: Binary, a: Type, b: Type) -> str:
    """For a comparison of what has no order, such as the outcome of another comparison."""
    if isinstance(node.left, Binary) and a is BOOL:
        return f"compare each on its own: a {node.left.operator} b && b {node.operator} c"
    return text_hint(a, b)


def number_hint(node: Binary, a: Type, b: Type) -> str:
    """For arithmetic with kinds that do not go together."""
    if a in NUMERIC and b in NUMERIC and a != b and DOUBLE in (a, b):
        whole = node.right if a is DOUBLE else node.left
        if isinstance(whole, Literal):
            return f"write {whole.value}.0"
        return "turn the whole number into a decimal one with double(…)"
    if node.operator == "+" and STRING in (base(a), base(b)):
        return "turn the other part into text with string(…)"
    return text_hint(a, b)


def listed(start: str, names: Sequence[str]) -> str:
    """What there is to choose from, when that is little enough to read."""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"{start} {shown}" if names else ""

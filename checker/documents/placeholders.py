"""Texts that say nobody has answered yet: one table, for whole values and for finding them in prose.

In doubt a whole value counts as a placeholder: a rule that passes on "TBD" is worse than one that
asks twice. In prose it is the other way round: only what is hardly ever meant is found.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class Placeholder(NamedTuple):
    """One family of placeholders, as regular expressions."""

    name: str
    example: str
    whole: str
    """A value that matches this from end to end, blanks and emphasis aside, is a placeholder."""
    inside: str = ""
    """Where this matches in a longer text, there is a placeholder; empty: only as a whole value."""


_DATE = r"(?i:(?:mm|dd)[/.-](?:mm|dd)[/.-]yy(?:yy)?|yyyy[/.-](?:mm|dd)(?:[/.-](?:mm|dd))?)"
_ASKED = (
    r"(?i:insert|your|enter|describe|fill|replace|placeholder|specify|provide|choose|select"
    r"|who|what|when|why|how)\b"
)
_NAMED = (
    r"(?i:name|owner|team|date|title|author|product|company|customer|email|link|url|ticket|number|version"
    r"|role|person|department|description|text|value|todo|tbd)s?\b"
)
_NAMED_LAST = r"(?i:name|date|title|owner|team|link|url|email|description)s?"

PLACEHOLDERS = (
    Placeholder(
        "to be decided",
        "TBD",
        whole=r"(?:TB[DCA]|FIXME)\b.*|(?i:tb[dc]|fixme"
        r"|to be (?:decided|determined|defined|confirmed|announced|added|written))",
        inside=r"\b(?:TB[DC]|tbd|FIXME)\b",
    ),
    Placeholder(
        "to do",
        "TODO: ask the owner",
        whole=r"TODO\b.*|(?i:to[ -]?do)(?:\s*:.*)?",
        inside=r"(?<![\w.])TODO\b(?!\(\))",
    ),
    Placeholder(
        "the form of a date",
        "yyyy-mm-dd",
        whole=_DATE,
        inside=rf"(?:^|(?<=[:|(\[])|(?<=[:|]\s)){_DATE}(?=\s*(?:$|[|.,;)\]]))",
    ),
    Placeholder(
        "angle brackets",
        "<your name>",
        whole=r"<(?![a-z]+:)[^<>@]+>",
        inside=rf"(?<![\w.:/=<-])<(?:{_ASKED}[^<>\n]{{0,80}}|{_NAMED}(?:\s[^<>\n]{{0,80}})?)>(?!\w)",
    ),
    Placeholder(
        "square brackets",
        "[insert the name]",
        whole=rf"\[(?:{_ASKED}[^\[\]]*|{_NAMED}|(?:[\w'-]+\s+){{1,4}}{_NAMED_LAST})\]",
        inside=rf"(?<![\w\]])\[(?:{_ASKED}[^\[\]\n]{{0,80}}|{_NAMED})\](?![(\[\w])",
    ),
    Placeholder("double braces", "{{ name }}", whole=r"\{\{[^{}]*\}\}"),
    Placeholder("a choice not made", "low|medium|high", whole=r"[\w-]+(?:\|[\w-]+){2,}"),
    Placeholder(
        "lorem ipsum",
        "Lorem ipsum dolor",
        whole=r"(?i:lorem ipsum)\b.*",
        inside=r"(?i:\blorem ipsum\b)",
    ),
    Placeholder("not applicable without a reason", "n/a", whole=r"(?i:n/a|n\.a\.|not applicable)"),
    Placeholder("a filler", "???", whole=r"\?+|…|\.{2,}|[-–—_*]+|(?i:x{3,}|placeholder|change ?me)"),
)
"""A new family is a line here."""

_EMPHASIS = " \t\r\n*_`\"'"
_UNSEEN = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What no reader sees: the Default_Ignorable_Code_Points of Unicode, and the blank of Braille."""


def visible(text: str) -> str:
    """What a reader sees of a text: without characters that show nothing, and blanks around it."""
    return (text if text.isascii() else re.sub(_UNSEEN, "", text)).strip()


@cache
def _whole() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each.whole})" for each in PLACEHOLDERS), re.DOTALL)


@cache
def _inside() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each.inside})" for each in PLACEHOLDERS if each.inside), re.MULTILINE)


def placeholder(text: str) -> bool:
    """Whether a value as a whole stands for something that is still to be written; a blank text does not."""
    bare = visible(text)
    core = bare.strip(_EMPHASIS).rstrip(".!")
    return bool(_whole().fullmatch(bare) or (core and _whole().fullmatch(core)))


def find(text: str) -> list[tuple[int, int]]:
    """The start and end of every placeholder in a prose text, in order."""
    return [found.span() for found in _inside().finditer(text)]

"""Texts from files that nobody vouched for, made fit to be shown.

Every text of a report may be hostile: it can hold terminal escapes, bidirectional overrides that
reorder what a reader sees, line breaks that forge a line of their own, or commands to the program
that reads the log.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache

_JOINERS = "\u200c\u200d"
"""Format characters that spell words (Persian, Indic scripts, emoji) and move nothing else."""

_TAB = "    "


def visible(text: str, *, keep: str = "") -> str:
    """`text` with every character that is not printable written as `<U+001B>`.

    Tabs become four spaces and other Unicode spaces one; characters of `keep` stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _shown(char) for char in text)


def _shown(char: str) -> str:
    if char == "\t":
        return _TAB
    if char in _JOINERS:
        return char
    if unicodedata.category(char) == "Zs":
        return " "
    return f"<U+{ord(char):04X}>"


def one_line(text: str) -> str:
    """`text` in one visible line: line breaks and the indentation after them become one space."""
    return visible(" ".join(filter(None, map(str.strip, re.split(r"[\r\n]+", text)))))


_LONE = re.compile(
    r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(?P<lone>\\u(?P<code>d[89a-f][0-9a-f]{2}))"
)


def inert_json(value: object, indent: int | None = None) -> str:
    """`value` as JSON that every reader takes and no build runner obeys, in ASCII.

    File names may hold bytes that are no text, which Python keeps as lone surrogates and many readers of
    JSON refuse: they come out as `<U+DCFF>`.
    """
    return paired(inert(json.dumps(value, indent=indent), "\\u{:04x}"))


def paired(text: str) -> str:
    """JSON in ASCII in which no half of a surrogate pair is left: `<U+DCFF>` stands for it."""
    # Reports are large, and one character is found many times faster than three.
    if "\\" not in text or "\\ud" not in text:
        return text
    return _LONE.sub(lambda found: f"<U+{found['code'].upper()}>" if found["lone"] else found[0], text)


_FORMULA = ("=", "+", "-", "@")


def cell(text: str) -> str:
    """One visible line that no spreadsheet takes for a formula.

    A cell that begins with `=`, `+`, `-` or `@` is computed: an apostrophe before it makes it a text.
    Source of the rule: OWASP, "CSV Injection".
    """
    line = one_line(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line


MESSAGE_LIMIT = 4_000
"""Characters of one text in a format for programs, which all take that many."""


def clip(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, saying how many were left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def width(text: str) -> int:
    """Terminal columns that a visible text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if char in _JOINERS or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


_FIRST_WIDE = "\u2e80"
_WIDE = rf"{_FIRST_WIDE}-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef"
_SPACED_WORDS = re.compile(r"\s+|\S+")


@cache
def _words() -> re.Pattern[str]:
    """Where a line may break: at spaces, and around the characters of scripts that are written without."""
    return re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}]+")


def wrap(text: str, columns: int, indent: str = "") -> list[str]:
    """Lines of at most `columns`, those after the first indented; a longer word stays whole."""
    if width(text) <= columns:
        return [text.rstrip()]
    lines: list[str] = []
    line, used = "", 0
    words = _SPACED_WORDS if max(text) < _FIRST_WIDE else _words()
    for word in words.findall(text):
        size = width(word)
        if used + size > columns and line.strip():
            lines.append(line.rstrip())
            line, used = indent, len(indent)
            if word.isspace():
                continue
        line, used = line + word, used + size
    return [*lines, line.rstrip()]


_COMMAND_LINE = re.compile(r"(?m)^((?:[^\S\n]|\x1b\[[0-9;]*m)*):(?=:)")
_COMMAND = re.compile(r"#(?=#\w*\[)")


def inert(text: str, spelling: str = "{:c} ") -> str:
    """`text` without anything that a build runner would take from its log as a command.

    GitHub reads `::name` at the start of a line, after any spaces; GitHub, Azure Pipelines and TeamCity
    read `##[name]`, `##vso[…]` and `##teamcity[…]` anywhere in it. `spelling` formats the code point of the
    first colon or hash: by default a space follows it; a format with escapes loses nothing by another.
    """
    if "::" in text:
        text = _COMMAND_LINE.sub(lambda found: found[1] + spelling.format(ord(":")), text)
    if "#" in text and "##" in text:  # one is found many times faster than two
        text = _COMMAND.sub(lambda _: spelling.format(ord("#")), text)
    return text

"""Parts of sentences about values: how a path, a value, a choice is written for people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from checker.model import Path

LONGEST_VALUE = 60
"""Characters of a value that a message repeats."""
TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}


def subject(path: Path) -> str:
    """A path as people write it: `rollback.steps[0].owner`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[\w$-]+", part):
            text += f".{_cut(part)}"
        else:
            text += f"[{quoted(part)}]"
    return f"`{text.removeprefix('.')}`" if text else "the document"


def alternatives(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def counted(number: int, things: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number} {things[:-1] if number == 1 else things}"


_UNQUOTED = re.compile(r"\w[\w./-]*(?: [\w./-]+)*")
_OTHER_SCALAR = re.compile(r"true|false|null|[\d._]+([eE][\w-]+)?|0[xo]\w+", re.IGNORECASE)
"""What YAML reads as something else than text; a few texts more, to be on the safe side."""


def shown(value: Any, longest: int = LONGEST_VALUE) -> str:
    """A value as its author would write it; texts in quotes only where they need them.

    What is longer than `longest` characters is cut.
    """
    if isinstance(value, float):
        return f"{value:.15g}"
    if not isinstance(value, str):
        return _cut(json.dumps(value), longest)
    if _UNQUOTED.fullmatch(value) and not _OTHER_SCALAR.fullmatch(value):
        return _cut(value, longest)
    return quoted(value, longest)


def as_found(value: Any, expected: Iterable[str]) -> str:
    """What stands there: the value itself where it is short and of use, otherwise its type."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "text" if set(expected) <= {"array", "object"} else quoted(value)
    return shown(value)


def type_words(names: Iterable[str]) -> list[str]:
    """JSON Schema's names of types in words, in the order of `TYPES`."""
    return [words for name, words in TYPES.items() if name in set(names)]


def quoted(value: Any, longest: int = LONGEST_VALUE) -> str:
    """A text in quotes; what would not show, or would disturb a screen, is escaped."""
    text = _cut(str(value), longest)
    return json.dumps(text, ensure_ascii=not text.isprintable())


def plain(text: str) -> str:
    """The same without the quotes."""
    return _cut(text) if text.isprintable() else quoted(text)[1:-1]


def one_line(text: str) -> str:
    """Words of a schema on one line, without anything that does not show."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _cut(text: str, longest: int = LONGEST_VALUE) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty when none is near."""
    import difflib  # noqa: PLC0415 - only needed to word a fault

    by_letters = {letters(other): other for other in known}
    close = difflib.get_close_matches(letters(name)[:LONGEST_VALUE], by_letters, 1, 0.7)
    return by_letters[close[0]] if close else ""


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """`Did you mean …?` for the nearest known word; empty when none is near."""
    near = nearest(word, known)
    return f"Did you mean `{near}`?" if near else ""


def letters(name: str) -> str:
    """What `nearest` compares: letters and digits, whatever their case."""
    return re.sub(r"[\W_]", "", name).lower()

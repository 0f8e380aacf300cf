"""TOML 1.0: data by the standard library, positions by a scan of the text it has found valid."""

from __future__ import annotations

import datetime
import re
import tomllib
from array import array
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from checker.documents.faults import EMPTY, Faults, StopError, unusable_texts
from checker.documents.reading import (
    MAX_INT,
    MIN_INT,
    Children,
    Document,
    Limits,
    Parsed,
    Places,
    Positions,
    Source,
    walk,
)
from checker.model import Fault

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SYNTAX = "toml-syntax"
_REWRITES = (
    (
        "overwrite|twice|[Dd]uplicate|mutate immutable|already",
        ("duplicate-key", "This key or table is already defined above.", "Keep one of the two."),
    ),
    (
        "Expected '=' after a key",
        (_SYNTAX, "An equals sign is expected after a key.", "Write `key = value`."),
    ),
    ("Invalid value", (_SYNTAX, "This is not a value.", "Put a text in double quotes.")),
    ("Invalid statement", (_SYNTAX, "A key or a [table] is expected here.", "")),
    ("Unclosed array", (_SYNTAX, "This list is never closed.", "Add the missing `]` or `,`.")),
    ("Unclosed inline table", (_SYNTAX, "This table is never closed.", "Add the missing `}` or `,`.")),
    ("Unterminated string", (_SYNTAX, "This text is never closed.", "Add the closing quote.")),
    (
        "newline or end of document",
        (_SYNTAX, "Something stands here after the end of a value.", "Put it on a line of its own."),
    ),
    (
        r"Unescaped|[Ii]nvalid hex|Invalid escape",
        (_SYNTAX, "There is no such escape in TOML.", "Double the backslash, or use single quotes."),
    ),
    ("Illegal character", (_SYNTAX, "This character is not allowed here.", "")),
)
"""A pattern of tomllib's words; the code, message and hint that stand for them."""
_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY = re.compile(r"""[A-Za-z0-9_-]++|"(?:[^"\\]++|\\.)*+"|'[^']*+'""")
_TEXT = re.compile(
    r'''"""(?:[^"\\]++|\\.|"{1,2}+(?!"))*+"{3,5}'''
    r"""|'{3}(?:[^']++|'{1,2}+(?!'))*+'{3,5}"""
    r'''|"(?:[^"\\]++|\\.)*+"'''
    r"|'[^']*+'",
    re.DOTALL,
)
_WORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+")
_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*|0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+")
_MOST_DIGITS = 70
"""Of an integer of 64 bits, written in binary with its prefix."""
_NUL_ESCAPE = re.compile(r"\\(?:x00|u0000|U00000000)")


def read(source: Source, limits: Limits) -> Parsed:
    """The one document of a file; dates and times are their ISO 8601 texts."""
    try:
        data: Any = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        return Parsed((), (_syntax_fault(error, source, limits),))
    except (ValueError, RecursionError):  # an integer of thousands of digits; lists in lists in lists
        return _faulty(source, limits)
    if not data:
        return Parsed((), (EMPTY,))
    for path, value in walk(data):
        if len(path) >= limits.depth and isinstance(value, dict | list):
            return _faulty(source, limits)
        if type(value) is int and not MIN_INT <= value <= MAX_INT:
            return _faulty(source, limits)
    document = Document(_plain(data), Positions(source, lambda: _Scan(source, limits.depth).run().places))
    faults = tuple(unusable_texts(document)) if _NUL_ESCAPE.search(source.text) else ()
    return Parsed((), faults) if faults else Parsed((document,))


def _faulty(source: Source, limits: Limits) -> Parsed:
    """The data breaks a limit; the scan tells where."""
    scan = _Scan(source, limits.depth).run()
    if not scan.faults.found:
        with suppress(StopError):
            scan.broken()
    return Parsed((), tuple(scan.faults.found))


def _plain(value: Any) -> Any:
    """JSON types only."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def _syntax_fault(error: tomllib.TOMLDecodeError, source: Source, limits: Limits) -> Fault:
    words = str(error)
    found = _POSITION.search(words)
    at = len(source.text.rstrip())
    if found is not None:
        words = words[: found.start()]
        if found[1]:
            line_starts = [0, *(each.end() for each in re.finditer("\n", source.text))]
            at = min(line_starts[int(found[1]) - 1] + int(found[2]) - 1, len(source.text))
    unknown = (_SYNTAX, f"This is not valid TOML: {words}.", "")
    code, message, hint = next((said for pattern, said in _REWRITES if re.search(pattern, words)), unknown)
    if code == "duplicate-key":
        for fault in _Scan(source, limits.depth).run().faults.found:
            if fault.code == code:
                return fault
    return Fault(code, message, source.line_span(at, min(at + 1, len(source.text))), hint)


@dataclass(frozen=True, slots=True)
class _Key:
    """One part of a dotted key."""

    text: str
    start: int
    end: int


class _Scan:
    """Finds where the keys and values stand; relies on tomllib for the rest of the grammar."""

    __slots__ = ("at", "children", "depth", "faults", "offsets", "text")

    def __init__(self, source: Source, depth: int) -> None:
        self.text = source.text
        self.depth = depth
        self.faults = Faults(source)
        self.offsets = [0, len(source.text)]
        self.children: Children = {0: {}}
        self.at = 0

    @property
    def places(self) -> Places:
        return Places(array("q", self.offsets), self.children)

    def run(self) -> _Scan:
        table, level = 0, 1
        with suppress(StopError):
            while self.blank() < len(self.text):
                if self.text.startswith("[", self.at):
                    table, level = self.header()
                else:
                    self.entry(table, level)
        self.stretch()
        return self

    def stretch(self) -> None:
        """Let every table end where the last thing in it ends.

        What is held has a greater slot than what holds it.
        """
        for slot in sorted(self.children, reverse=True):
            held = self.children[slot]
            ends = [self.offsets[each + 1] for each in (held.values() if isinstance(held, dict) else held)]
            self.offsets[slot + 1] = max([self.offsets[slot + 1], *ends])

    def header(self) -> tuple[int, int]:
        """`[table]` or `[[item of a list]]`: the slot that the entries below it belong to, and its level."""
        start = self.at
        repeated = self.text.startswith("[[", start)
        self.at += 2 if repeated else 1
        *parents, last = self.keys()
        self.skip("]]" if repeated else "]")
        slot, level = 0, 1
        for key in parents:
            slot, level = self.table(slot, key, start, level)
        return (self.item if repeated else self.table)(slot, last, start, level)

    def entry(self, table: int, level: int) -> None:
        """`key = value`, the key perhaps with dots."""
        start = self.at
        *parents, last = self.keys()
        self.skip("=")
        for key in parents:
            table, level = self.table(table, key, start, level)
        inside = self.mapping(table)
        if last.text in inside:
            first = inside[last.text]
            places = (self.offsets[first - 2], self.offsets[first - 1]), (last.start, last.end)
            self.faults.repeated_key(last.text, *places)
        inside[last.text] = slot = self.add(last, self.at)
        self.value(slot, level)

    def table(self, parent: int, key: _Key, start: int, level: int) -> tuple[int, int]:
        """A table by its name, made where it is new: of a list of tables, the last."""
        inside = self.mapping(parent)
        if key.text not in inside:
            inside[key.text] = slot = self.add(key, start)
            self.open(slot, {}, level)
        slot = inside[key.text]
        held = self.children.get(slot)
        return (held[-1], level + 2) if isinstance(held, list) and held else (slot, level + 1)

    def item(self, parent: int, key: _Key, start: int, level: int) -> tuple[int, int]:
        """A new table in a list of tables."""
        inside = self.mapping(parent)
        if key.text not in inside:
            inside[key.text] = slot = self.add(key, start)
            self.open(slot, [], level)
        held = self.children.get(inside[key.text])
        if not isinstance(held, list):
            raise self.broken()
        slot = len(self.offsets)
        self.offsets += (start, self.at)
        self.open(slot, {}, level + 1)
        held.append(slot)
        return slot, level + 2

    def value(self, slot: int, level: int) -> None:
        """A value that stands in `level` levels."""
        self.at = self.offsets[slot] = self.blank()
        if self.text.startswith("[", self.at):
            self.sequence(slot, level)
        elif self.text.startswith("{", self.at):
            self.open(slot, {}, level)
            self.at += 1
            while not self.closes("}"):
                self.entry(slot, level + 1)
        else:
            found = _TEXT.match(self.text, self.at) or _WORD.match(self.text, self.at)
            if found is None:
                raise self.broken()
            self.at = found.end()
            if _INTEGER.fullmatch(found[0]) and not _fits(found[0]):
                self.faults.number_too_large(*found.span())
        self.offsets[slot + 1] = self.at

    def sequence(self, slot: int, level: int) -> None:
        held: list[int] = []
        self.open(slot, held, level)
        self.at += 1
        while not self.closes("]"):
            held.append(len(self.offsets))
            self.offsets += (self.at, self.at)
            self.value(held[-1], level + 1)

    def closes(self, bracket: str) -> bool:
        """Whether a list or an inline table ends here; the comma between two items is passed over."""
        if self.text.startswith(",", self.blank()):
            self.at += 1
        if self.text.startswith(bracket, self.blank()):
            self.at += 1
            return True
        if self.at == len(self.text):
            raise self.broken()
        return False

    def open(self, slot: int, held: dict[str, int] | list[int], level: int) -> None:
        if level >= self.depth:
            raise self.faults.too_deep(self.offsets[slot], self.offsets[slot] + 1, self.depth)
        self.children[slot] = held

    def mapping(self, slot: int) -> dict[str, int]:
        held = self.children.get(slot)
        if not isinstance(held, dict):
            raise self.broken()
        return held

    def add(self, key: _Key, start: int) -> int:
        self.offsets += (key.start, key.end, start, self.at)
        return len(self.offsets) - 2

    def keys(self) -> list[_Key]:
        keys = []
        while True:
            found = _KEY.match(self.text, self.blank())
            if found is None:
                raise self.broken()
            text = found[0][1:-1] if found[0][0] in "\"'" else found[0]
            if found[0][0] == '"' and "\\" in text:
                text = tomllib.loads(f"key = {found[0]}")["key"]
            keys.append(_Key(text, *found.span()))
            self.at = found.end()
            if not self.text.startswith(".", self.blank()):
                return keys
            self.at += 1

    def skip(self, token: str) -> None:
        if not self.text.startswith(token, self.blank()):
            raise self.broken()
        self.at += len(token)

    def blank(self) -> int:
        """Pass over blanks, line ends and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def broken(self) -> StopError:
        return self.faults.stop(self.at, self.at, "toml-syntax", "This is not valid TOML.")


def _fits(word: str) -> bool:
    digits = word.replace("_", "")
    return len(digits) <= _MOST_DIGITS and MIN_INT <= int(digits, 0) <= MAX_INT

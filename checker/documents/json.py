"""JSON (RFC 8259), strictly: no repeated keys, no NaN, no integers beyond 64 bits.

The standard library reads the data. Positions, and the place of whatever is wrong, come from a
scanner of our own that runs only when somebody asks for them.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from checker.documents.faults import EMPTY, Faults, StopError, unusable_texts
from checker.documents.reading import (
    ABSENT,
    MAX_INT,
    MIN_INT,
    Children,
    Document,
    Limits,
    Parsed,
    Places,
    Positions,
    Source,
)
from checker.model import Fault

_UNUSABLE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_TOKEN = re.compile(r'[ \t\n\r]*+([{}\[\],:]|"(?:[^"\\]++|\\.)*+"|[^\s,:\[\]{}"]++)')
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_NO_NUMBERS = frozenset(("NaN", "Infinity", "-Infinity"))
_MOST_DIGITS = 20
"""Of an integer of 64 bits, its sign included."""
_LITERALS = {"true": True, "false": False, "null": None}
_MESSAGES = {
    "Expecting value": ("A value is expected here.", "Look for a missing value or one comma too many."),
    "Expecting property name enclosed in double quotes": (
        "A key in double quotes is expected here.",
        "Quote the key, or remove the comma before the closing brace.",
    ),
    "Expecting ',' delimiter": ("A comma or a closing bracket is expected here.", ""),
    "Expecting ':' delimiter": ("A colon is expected after a key.", ""),
    "Extra data": ("Something stands here after the end of the data.", "A file holds one JSON value."),
    "Unterminated string starting at": ("This text is never closed.", 'Add the closing ".'),
    "Invalid control character at": (
        "A line break, tab or control character stands inside of a text.",
        "Write it as an escape, such as \\n.",
    ),
    "Invalid \\escape": ("There is no such escape in JSON.", "Double the backslash."),
    "Invalid \\uXXXX escape": ("An escape \\u needs four hexadecimal digits.", "Double the backslash."),
    "Illegal trailing comma before end of object": ("A comma stands before the closing brace.", "Remove it."),
    "Illegal trailing comma before end of array": (
        "A comma stands before the closing bracket.",
        "Remove it.",
    ),
}


class _SuspectError(ValueError):
    """The data breaks a rule beyond the grammar; the scanner tells where."""


def read(source: Source, limits: Limits) -> Parsed:
    """The one document of a file."""
    try:
        data = load(source, 0, len(source.text), limits.depth)
    except json.JSONDecodeError as error:
        return Parsed((), (syntax_fault(error, source, 0),) if source.text.strip() else (EMPTY,))
    except (ValueError, RecursionError):
        return scanned(Scan(source, limits.depth).whole())
    return trusted(data, source, lambda: Scan(source, limits.depth).whole().places)


def trusted(data: Any, source: Source, places: Callable[[], Places]) -> Parsed:
    """What is read when `load` found nothing wrong."""
    if data is None:
        return Parsed((), (EMPTY,))
    document = Document(data, Positions(source, places))
    faults = tuple(unusable_texts(document)) if _UNUSABLE_ESCAPE.search(source.text) else ()
    return Parsed((), faults) if faults else Parsed((document,))


def scanned(scan: Scan) -> Parsed:
    """What is read when `load` found something wrong."""
    documents = () if scan.data is None else (Document(scan.data, Positions(scan.source, scan.places)),)
    return Parsed(documents, tuple(scan.faults.found))


def load(source: Source, start: int, end: int, depth: int) -> Any:
    """The data of `source.text[start:end]`, by the standard library, without null values of mappings.

    Raises json.JSONDecodeError for broken syntax; another ValueError or RecursionError for data
    that only `Scan` can tell the faults of.
    """
    data = json.loads(source.text[start:end], object_pairs_hook=_mapping, parse_constant=_no_constant)
    _survey(data, depth)
    return data


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _SuspectError
    return {key: value for key, value in pairs if value is not None} if None in data.values() else data


def _no_constant(name: str) -> Any:
    raise _SuspectError(name)


def _survey(data: Any, depth: int) -> None:
    level: list[Any] = [[data]] if data is not None else []
    while level:
        below: list[Any] = []
        for holder in level:
            for value in holder.values() if type(holder) is dict else holder:
                kind = type(value)
                if kind is dict or kind is list:
                    below.append(value)
                elif (
                    value is None
                    or (kind is int and not MIN_INT <= value <= MAX_INT)
                    or (kind is float and not math.isfinite(value))
                ):
                    raise _SuspectError
        depth -= 1
        if below and depth < 0:
            raise _SuspectError
        level = below


def syntax_fault(error: json.JSONDecodeError, source: Source, shift: int) -> Fault:
    """What the standard library says, said to people; `shift` is where its text began."""
    message, hint = _MESSAGES.get(error.msg, ("This is not valid JSON.", ""))
    at = min(shift + error.pos, len(source.text))
    return Fault("json-syntax", message, source.line_span(at, min(at + 1, len(source.text))), hint)


class Scan:
    """Reads values with their offsets; slower than `load`, and tells where the faults are."""

    __slots__ = ("at", "children", "data", "depth", "end", "faults", "offsets", "source")

    def __init__(self, source: Source, depth: int) -> None:
        """`depth` is how many levels are allowed."""
        self.source = source
        self.depth = depth
        self.offsets: list[int] = []
        self.children: Children = {}
        self.faults = Faults(source)
        self.data: Any = None
        self.at = self.end = 0

    @property
    def places(self) -> Places:
        """Where the values stand that were scanned."""
        return Places(array("q", self.offsets), self.children)

    def whole(self) -> Scan:
        """Scan a text that holds one value."""
        with suppress(StopError):
            self.data = self._piece((0, len(self.source.text)), self.depth)
        return self

    def lines(self, stretches: list[tuple[int, int]]) -> Scan:
        """Scan a text that holds one value in each of these stretches, as a list."""
        inside: list[int] = []
        self.children[0] = inside
        self.offsets += (stretches[0][0], stretches[-1][1])
        records: list[Any] = []
        with suppress(StopError):
            for stretch in stretches:
                slot = len(self.offsets)
                value = self._piece(stretch, self.depth - 1)
                if value is None:
                    self.faults.null_item(*stretch)
                else:
                    inside.append(slot)
                    records.append(value)
            self.data = records
        return self

    def _piece(self, stretch: tuple[int, int], depth: int) -> Any:
        self.at, self.end = stretch
        slot = len(self.offsets)
        self.offsets += stretch
        value = self._value(slot, depth)
        if self.source.text[self.at : self.end].strip():
            raise self._broken()
        return value

    def _value(self, slot: int, depth: int) -> Any:
        """The next value; its offsets go to `slot`, and below it `depth` levels are allowed."""
        token, start, end = self._token()
        self.offsets[slot : slot + 2] = start, end
        if token in ("{", "["):
            if depth == 0:
                raise self.faults.too_deep(start, end, self.depth)
            value = (self._mapping if token == "{" else self._sequence)(slot, depth - 1)
            self.offsets[slot + 1] = self.at
            return value
        if token.startswith('"'):
            return json.loads(token)
        return _LITERALS[token] if token in _LITERALS else self._number(token, start, end)

    def _mapping(self, own: int, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        inside: dict[str, int] = {}
        self.children[own] = inside
        for _ in self._entries("}"):
            token, start, end = self._token()
            if not token.startswith('"') or not self._skip(":"):
                raise self._broken()
            key = json.loads(token)
            slot = len(self.offsets) + 2
            self.offsets += (start, end, start, end)
            value = self._value(slot, depth)
            if key in inside:
                first = inside[key] - 2
                self.faults.repeated_key(key, (self.offsets[first], self.offsets[first + 1]), (start, end))
                data.pop(key, None)
            inside[key] = slot
            if value is None:
                self.offsets[slot] = ABSENT
            else:
                data[key] = value
        return data

    def _sequence(self, own: int, depth: int) -> list[Any]:
        data: list[Any] = []
        inside: list[int] = []
        self.children[own] = inside
        for _ in self._entries("]"):
            slot = len(self.offsets)
            self.offsets += (self.at, self.at)
            value = self._value(slot, depth)
            if value is None:
                self.faults.null_item(self.offsets[slot], self.offsets[slot + 1])
            else:
                inside.append(slot)
                data.append(value)
        return data

    def _entries(self, closing: str) -> Iterator[None]:
        """One step before each entry, up to the closing bracket."""
        first = True
        while not self._skip(closing):
            if not first and not self._skip(","):
                raise self._broken()
            first = False
            yield

    def _number(self, token: str, start: int, end: int) -> int | float:
        number: int | float
        if _INTEGER.fullmatch(token):
            if len(token) <= _MOST_DIGITS and MIN_INT <= (number := int(token)) <= MAX_INT:
                return number
        elif token in _NO_NUMBERS:
            message, hint = f"JSON has no {token}.", "Leave the value out, or write null."
            self.faults.add(start, end, "not-a-number", message, hint)
            return 0
        elif _FLOAT.fullmatch(token):
            if math.isfinite(number := float(token)):
                return number
        else:
            raise self._broken(start)
        self.faults.number_too_large(start, end)
        return 0

    def _token(self) -> tuple[str, int, int]:
        found = _TOKEN.match(self.source.text, self.at, self.end)
        if found is None:
            raise self._broken()
        self.at = found.end()
        return found[1], *found.span(1)

    def _skip(self, token: str) -> bool:
        """Whether the next token is this one, which is then behind us."""
        found = _TOKEN.match(self.source.text, self.at, self.end)
        if found is None or found[1] != token:
            return False
        self.at = found.end()
        return True

    def _broken(self, at: int | None = None) -> StopError:
        start = self.at if at is None else at
        return self.faults.stop(start, start, "json-syntax", "This is not valid JSON.")

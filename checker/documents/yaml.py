"""YAML by the 1.2 core schema, from the events of PyYAML's C parser, in one pass.

Differences from plain YAML 1.2, each for a reason:

- a key is the text that was written (`1: x` has the key `"1"`): data has JSON types only;
- `<<` merges mappings as authors expect from YAML 1.1, because files in the wild rely on it;
- null values of mappings are left out of the data, null list items are faults: null is absent;
- tags other than those of the core schema, repeated keys, cycles and the three line separators that
  YAML 1.1 and 1.2 read differently (U+0085, U+2028, U+2029) are faults.
"""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass
from typing import Any

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from checker.documents import yaml_messages
from checker.documents.reading import (
    ABSENT,
    EMPTY,
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

try:
    from yaml.cyaml import CParser as _Parser
except ImportError:  # PyYAML was built without libyaml: the same events, some twenty times slower
    from checker.documents.yaml_slow import Parser as _Parser

MOST_FAULTS = 100
"""After so many the rest of the file is not read: it is something else than it says it is."""

_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER_STARTS = frozenset("+-.0123456789")
_DECIMAL = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITIES = frozenset(sign + dot for sign in ("", "+", "-") for dot in (".inf", ".Inf", ".INF"))
_NANS = frozenset((".nan", ".NaN", ".NAN"))
_MOST_DIGITS = 4_000
"""Python refuses to convert more; 64 bits need 20, the rest can only be leading zeros."""

_FOREIGN_BREAK = re.compile("[\x85\u2028\u2029]")
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#[^\r\n]*)?)*)*")
_TAG = re.compile(r"!<[^>\s]*>|\S*")
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = {
    "!": str,
    _CORE + "str": str,
    _CORE + "int": int,
    _CORE + "float": float,
    _CORE + "bool": bool,
    _CORE + "null": type(None),
}
_COLLECTION_TAGS = {MappingStartEvent: ("!", _CORE + "map"), SequenceStartEvent: ("!", _CORE + "seq")}


class _Stop(Exception):
    """Ends the reading of a file; its fault is already recorded."""


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A finished node that an alias may stand for."""

    slot: int
    value: Any
    size: int
    """Keys and values, aliases expanded."""
    height: int
    """Levels of lists and mappings below this node."""


def resolve(text: str) -> Any:
    """The value of a plain scalar by the YAML 1.2 core schema.

    Raises ValueError for a number that 64 bits cannot hold.
    """
    value = _CONSTANTS.get(text, text)
    if value is not text or text[0] not in _NUMBER_STARTS:
        return value
    if _DECIMAL.match(text) or _BASED.match(text):
        return _integer(text)
    if _FLOAT.match(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise ValueError("number-too-large")
        return number
    if text in _INFINITIES or text in _NANS:
        return float(text.replace(".", "", 1))
    return text


def _integer(text: str) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    if len(text) <= _MOST_DIGITS:
        number = int(text[2:], base) if base != 10 else int(text)
        if MIN_INT <= number <= MAX_INT:
            return number
    raise ValueError("number-too-large")


def read(source: Source, limits: Limits) -> Parsed:
    """All documents of a file; documents that hold nothing are left out."""
    return _Reader(source, limits).stream()


class _Reader:
    """Reads one file; holds what the levels of one document share."""

    __slots__ = ("aliased", "anchors", "children", "deepest", "faults", "get", "limits", "offsets", "source")

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.faults: list[Fault] = []
        self.start_document()

    def start_document(self) -> None:
        self.offsets: list[int] = []
        self.children: Children = {}
        self.anchors: dict[str, _Anchored | None] = {}
        self.aliased = 0
        self.deepest = 0

    def stream(self) -> Parsed:
        documents: list[Document] = []
        try:
            self.refuse_foreign_breaks()
            self.get = _Parser(self.source.text).get_event
            while type(event := self.get()) is not StreamEndEvent:
                if type(event) is DocumentStartEvent:
                    data = self.document()
                    if data is not None:
                        places = Places(array("q", self.offsets), self.children)
                        documents.append(Document(data, Positions(self.source, places)))
        except _Stop:
            documents = []
        except YAMLError as error:
            documents = []
            self.faults.append(yaml_messages.fault(error, self.source))
        if not documents and not self.faults:
            self.faults.append(EMPTY)
        return Parsed(tuple(documents), tuple(self.faults))

    def refuse_foreign_breaks(self) -> None:
        text = self.source.text
        if not text.isascii() and (found := _FOREIGN_BREAK.search(text)):
            self.offsets += found.span()
            raise self.stop(
                0,
                "line-separator",
                f"The invisible character U+{ord(found[0]):04X} ends a line for some readers of YAML, not for all.",
                "Replace it with an ordinary line break or a space.",
            )

    def fault(self, slot: int, code: str, message: str, hint: str = "") -> None:
        """Record a fault of the node at `slot`, and read on."""
        self.fault_at(self.offsets[slot], max(self.offsets[slot : slot + 2]), code, message, hint)

    def fault_at(self, start: int, end: int, code: str, message: str, hint: str) -> None:
        self.faults.append(Fault(code, message, self.source.span(start, end), hint))
        if len(self.faults) >= MOST_FAULTS:
            raise _Stop

    def stop(self, slot: int, code: str, message: str, hint: str = "") -> _Stop:
        """Record a fault after which nothing that follows can be trusted."""
        self.fault(slot, code, message, hint)
        return _Stop()

    def document(self) -> Any:
        self.start_document()
        event = self.get()
        self.offsets += (event.start_mark.index, event.end_mark.index)
        return self.node(event, 0, 0)

    def node(self, event: Event, slot: int, depth: int) -> Any:
        """The value that begins with `event`; its offsets stand at `slot`, and `depth` levels enclose it."""
        kind = type(event)
        if kind is AliasEvent:
            return self.alias(event, slot, depth)
        anchor = event.anchor
        if anchor is not None:
            self.anchors[anchor] = None
            before, outside = self.nodes(), self.deepest
            self.deepest = depth
        if anchor is not None or event.tag is not None:
            self.skip_properties(slot)
        value: Any
        if kind is ScalarEvent:
            value = self.scalar(event, slot)
        else:
            depth += 1
            self.go_down(slot, depth)
            self.check_collection_tag(event, slot)
            value = (self.mapping if kind is MappingStartEvent else self.sequence)(event, slot, depth)
            depth -= 1
        if anchor is not None:
            self.anchors[anchor] = _Anchored(slot, value, self.nodes() - before, self.deepest - depth)
            self.deepest = max(self.deepest, outside)
        return value

    def nodes(self) -> int:
        """Keys and values of the document so far, aliases expanded."""
        return len(self.offsets) // 2 + self.aliased

    def go_down(self, slot: int, depth: int) -> None:
        if depth > self.limits.depth:
            message = f"Lists and mappings are nested more than {self.limits.depth} levels deep."
            raise self.stop(slot, "too-deep", message)
        self.deepest = max(self.deepest, depth)

    def mapping(self, event: Event, own: int, depth: int) -> dict[str, Any]:
        # Written out flat, as is `sequence`: most of the time of a run is spent in these two loops.
        get, offsets = self.get, self.offsets
        data: dict[str, Any] = {}
        inside: dict[str, int] = {}
        self.children[own] = inside
        flow = event.flow_style
        slot = own
        while type(event := get()) is not MappingEndEvent:
            value_event: Event
            if type(event) is ScalarEvent and not event.style and event.tag is None and event.anchor is None:
                key = event.value
                start, end = event.start_mark.index, event.end_mark.index
            else:
                key, start, end = self.odd_key(event)
            event = get()
            slot = len(offsets) + 2
            offsets += (start, end, event.start_mark.index, event.end_mark.index)
            value: Any
            if type(event) is ScalarEvent and not event.style and event.tag is None and event.anchor is None:
                text = event.value
                value = _CONSTANTS.get(text, text)
                if value is text and text[0] in _NUMBER_STARTS:
                    value = self.plain(text, slot)
            else:
                value = self.node(event, slot, depth)
            if key in inside:
                self.repeated(key, inside[key], slot)
            inside[key] = slot
            if value is None:
                offsets[slot] = ABSENT
            else:
                data[key] = value
        offsets[own + 1] = event.end_mark.index if flow else offsets[slot + 1]
        if "" in inside:
            self.check_empty_key(inside[""])
        if "<<" in inside:
            self.merge(data, inside)
        return data

    def sequence(self, event: Event, own: int, depth: int) -> list[Any]:
        get, offsets = self.get, self.offsets
        data: list[Any] = []
        inside: list[int] = []
        self.children[own] = inside
        flow = event.flow_style
        slot = own
        while type(event := get()) is not SequenceEndEvent:
            slot = len(offsets)
            offsets += (event.start_mark.index, event.end_mark.index)
            value: Any
            if type(event) is ScalarEvent and not event.style and event.tag is None and event.anchor is None:
                text = event.value
                value = _CONSTANTS.get(text, text)
                if value is text and text[0] in _NUMBER_STARTS:
                    value = self.plain(text, slot)
            else:
                value = self.node(event, slot, depth)
            if value is None:
                self.fault(slot, "null-item", "An item of this list is empty.", "Fill it in or delete it.")
            inside.append(slot)
            data.append(value)
        offsets[own + 1] = event.end_mark.index if flow else offsets[slot + 1]
        return data

    def plain(self, text: str, slot: int) -> Any:
        try:
            return resolve(text)
        except ValueError:
            message = f"The number {text[:40]}{'…' * (len(text) > 40)} does not fit into 64 bits."
            self.fault(slot, "number-too-large", message, "Put it in quotes if it is an identifier.")
            return text

    def scalar(self, event: Event, slot: int) -> Any:
        """A scalar that is quoted, in a block, tagged or anchored."""
        text: str = event.value
        style, tag = event.style, event.tag
        if style and style in "|>":
            start, end = self.offsets[slot : slot + 2]
            self.offsets[slot + 1] = start + len(self.source.text[start:end].rstrip())
        self.check_nul(text, slot)
        if tag is None:
            return text if style else self.plain(text, slot)
        if tag not in _SCALAR_TAGS:
            self.unknown_tag(event)
            return text
        wanted = _SCALAR_TAGS[tag]
        if wanted is str:
            return text
        value = self.plain(text, slot)
        if wanted is float and type(value) is int:
            return float(value)
        if type(value) is not wanted:
            self.fault(slot, "wrong-tag", f"`{text[:40]}` is not what its tag says it is.", "Remove the tag.")
        return value

    def odd_key(self, event: Event) -> tuple[str, int, int]:
        """A key that is quoted, tagged or anchored, with its offsets."""
        slot = len(self.offsets)
        self.offsets += (event.start_mark.index, event.end_mark.index)
        if type(event) is not ScalarEvent:
            hint = "A value that begins with { or [ or * must stand in quotes if it is meant as text."
            raise self.stop(slot, "complex-key", "The key of a mapping must be a text.", hint)
        text: str = event.value
        self.check_nul(text, slot)
        if event.tag is not None or event.anchor is not None:
            self.skip_properties(slot)
        if event.tag is not None and event.tag not in _SCALAR_TAGS:
            self.unknown_tag(event)
        start, end = self.offsets[slot:]
        del self.offsets[slot:]
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(slot, text, 1, 0)
        return text, start, end

    def alias(self, event: Event, slot: int, depth: int) -> Any:
        name = event.anchor
        if name not in self.anchors:
            message = f"`*{name}` refers to an anchor that is not defined above it."
            raise self.stop(slot, "unknown-alias", message, f"Define &{name} first, or put the value in quotes.")
        found = self.anchors[name]
        if found is None:
            message = f"`*{name}` stands inside of what it refers to, which would never end."
            raise self.stop(slot, "cyclic-alias", message)
        self.aliased += found.size
        if self.aliased > self.limits.aliased:
            message = f"The aliases of this document stand for more than {self.limits.aliased:,} values."
            raise self.stop(slot, "alias-expansion", message, "Write the values out.")
        if found.height:
            self.go_down(slot, depth + found.height)
        if found.slot in self.children:
            self.children[slot] = self.children[found.slot]
        return found.value

    def merge(self, data: dict[str, Any], inside: dict[str, int]) -> None:
        """Fill in what `<<` refers to: the mapping's own keys win, then the earlier of several mappings."""
        slot = inside["<<"]
        if self.source.text[self.offsets[slot - 2]] != "<":
            return
        del inside["<<"]
        value = data.pop("<<", None)
        sources = [(value, slot)]
        if isinstance(value, list):
            sources = list(zip(value, self.children[slot], strict=True))  # type: ignore[arg-type]
        for mapping, its_slot in sources:
            if not isinstance(mapping, dict):
                hint = "Write `<<: *anchor`, or put the key in quotes."
                self.fault(slot - 2, "merge-key", "`<<` needs a mapping to merge, or a list of mappings.", hint)
                return
            places = self.children[its_slot]
            for key in places:
                if key not in inside:
                    inside[key] = places[key]
                    if key in mapping:
                        data[key] = mapping[key]

    def skip_properties(self, slot: int) -> None:
        """Let a value begin behind its tag and anchor."""
        start, end = self.offsets[slot : slot + 2]
        found = _PROPERTIES.match(self.source.text, start, end)
        self.offsets[slot] = found.end() if found else start

    def check_collection_tag(self, event: Event, slot: int) -> None:
        if event.tag is not None and event.tag not in _COLLECTION_TAGS[type(event)]:
            self.unknown_tag(event)

    def unknown_tag(self, event: Event) -> None:
        text = self.source.text
        start = text.index("!", event.start_mark.index)
        tag = _TAG.match(text, start)
        end = tag.end() if tag else start
        written = text[start:end]
        message = f"YAML reads `{written[:80]}` as a tag, and this tag is not known here."
        self.fault_at(start, end, "unknown-tag", message, "Put the whole value in quotes if it is meant as text.")

    def check_nul(self, text: str, slot: int) -> None:
        if "\0" in text:
            self.fault(slot, "nul", "This text holds a NUL character, which no text needs.", "Remove the \\0.")

    def check_empty_key(self, slot: int) -> None:
        if self.offsets[slot - 2] == self.offsets[slot - 1]:
            self.fault(slot - 2, "empty-key", "There is no key before this colon.", "Name the value.")

    def repeated(self, key: str, first: int, second: int) -> None:
        span = self.source.span
        lines = [span(self.offsets[slot - 2], self.offsets[slot - 1]) for slot in (first, second)]
        places = " and ".join(f"line {at.line}, column {at.column}" for at in lines)
        message = f"The key `{key[:80]}` stands twice in one mapping: {places}."
        self.fault(second - 2, "duplicate-key", message, "Keep one of the two.")

"""YAML by the 1.2 core schema, from the events of PyYAML's C parser, in one pass.

Differences from plain YAML 1.2, each for a reason:

- a key is the text that was written (`1: x` has the key `"1"`): data has JSON types only;
- `<<` merges mappings as authors expect from YAML 1.1, because files in the wild rely on it;
- null values of mappings are left out of the data, null list items are faults: null is absent;
- tags other than those of the core schema, repeated keys, cycles and the three line separators that
  YAML 1.1 and 1.2 read differently (U+0085, U+2028, U+2029) are faults.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from itertools import chain
from sys import intern
from typing import Any, NamedTuple

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from checker.documents.faults import EMPTY, LONGEST_QUOTE, Faults, StopError, unusable_texts
from checker.documents.reading import (
    ABSENT,
    Children,
    Document,
    Limits,
    Parsed,
    Places,
    Positions,
    Source,
)
from checker.documents.yaml_scalars import CONSTANTS, NUMBER_STARTS, resolve

_Parser: Callable[[str], Any]
try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]
except ImportError:  # PyYAML was built without libyaml: the same events, some twenty times slower
    from checker.documents.yaml_slow import Parser as _Parser

_FOREIGN_BREAK = "[\x85\u2028\u2029]"
_UNUSABLE_ESCAPE = re.compile(r"\\(?:0|x00|(?:u|U0000)(?:0000|[dD][89a-fA-F]))")
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#[^\r\n]*)?)*)*")
_LONE_TAG = r"(?<![^\s,\[\]{}:?-])!(?=[\s,\]}]|\Z)"
_TAG = re.compile(r"!<[^>\s]*>|\S*")
_CORE = "tag:yaml.org,2002:"
_TAGS: dict[str, type] = {
    _CORE + "str": str,
    _CORE + "int": int,
    _CORE + "float": float,
    _CORE + "bool": bool,
    _CORE + "null": type(None),
    _CORE + "map": dict,
    _CORE + "seq": list,
}
_Event = Any
"""An event of PyYAML; which attributes it has depends on its type, which is asked first."""


class _Anchored(NamedTuple):
    """A finished node that an alias may stand for."""

    slot: int
    value: Any
    size: int
    """Keys and values, aliases expanded."""
    height: int
    """Levels of lists and mappings below this node."""


def read(source: Source, limits: Limits) -> Parsed:
    """All documents of a file; documents that hold nothing are left out."""
    return _Reader(source, limits).stream()


class _Reader:
    """Reads one file; holds what the levels of one document share."""

    __slots__ = (
        "aliased",
        "anchors",
        "children",
        "deepest",
        "faults",
        "get",
        "limits",
        "lone_tags",
        "offsets",
        "source",
    )

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.get: Callable[[], _Event]
        self.faults = Faults(source)
        text = source.text
        self.lone_tags = {found.start() for found in re.finditer(_LONE_TAG, text)} if "!" in text else ()
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
            if _UNUSABLE_ESCAPE.search(self.source.text):
                unusable = list(chain.from_iterable(map(unusable_texts, documents)))
                self.faults.found += unusable
                documents = [] if unusable else documents
        except StopError:
            documents = []
        except YAMLError as error:
            from checker.documents import yaml_messages  # noqa: PLC0415 - most files are sound

            documents = []
            self.faults.found.append(yaml_messages.fault(error, self.source))
        if not documents and not self.faults.found:
            self.faults.found.append(EMPTY)
        return Parsed(tuple(documents), tuple(self.faults.found))

    def refuse_foreign_breaks(self) -> None:
        text = self.source.text
        if not text.isascii() and (found := re.search(_FOREIGN_BREAK, text)):
            raise self.faults.stop(
                *found.span(),
                "line-separator",
                f"The invisible character U+{ord(found[0]):04X} ends a line for some readers of YAML only.",
                "Replace it with an ordinary line break or a space.",
            )

    def refuse_lone_tags(self) -> None:
        """`! x` is the text x to YAML, and the parser does not tell; an author may have meant *not x*."""
        for start in self.offsets[::2] if self.lone_tags else ():
            if start in self.lone_tags:
                self.unknown_tag(start)

    def place(self, slot: int) -> tuple[int, int]:
        """The offsets of a key or a value."""
        return self.offsets[slot], self.offsets[slot + 1]

    def document(self) -> Any:
        self.start_document()
        event = self.get()
        self.offsets += (event.start_mark.index, event.end_mark.index)
        data = self.node(event, 0, 0)
        self.refuse_lone_tags()
        return data

    def node(self, event: _Event, slot: int, depth: int) -> Any:
        """The value that begins with `event`; its offsets stand at `slot`, and `depth` levels enclose it."""
        kind = type(event)
        if kind is AliasEvent:
            return self.alias(event, slot, depth)
        if event.tag is not None or event.anchor is not None:
            return self.adorned(event, slot, depth)
        if kind is ScalarEvent:
            return event.value if event.style else self.plain(event.value, slot)
        depth += 1
        if depth > self.deepest:
            self.go_down(slot, depth)
        return (self.mapping if kind is MappingStartEvent else self.sequence)(event, slot, depth)

    def adorned(self, event: _Event, slot: int, depth: int) -> Any:
        """A node with an anchor, a tag or both."""
        anchor, tag = event.anchor, event.tag
        self.skip_properties(slot)
        before, outside = self.nodes(), self.deepest
        if anchor is not None:
            self.anchors[anchor] = None
            self.deepest = depth
        event.anchor = event.tag = None
        value = self.node(event, slot, depth) if tag is None else self.tagged(event, tag, slot, depth)
        if anchor is not None:
            self.anchors[anchor] = _Anchored(slot, value, self.nodes() - before, self.deepest - depth)
            self.deepest = max(self.deepest, outside)
        return value

    def tagged(self, event: _Event, tag: str, slot: int, depth: int) -> Any:
        """A node whose tag, already taken off, says what it is to be."""
        wanted = _TAGS.get(tag)
        if wanted is None:
            self.unknown_tag(self.source.text.index("!", event.start_mark.index))
        if type(event) is not ScalarEvent:
            value = self.node(event, slot, depth)
        else:
            value = event.value if wanted in (str, None) else self.plain(event.value, slot)
        if wanted is float and type(value) is int:
            return float(value)
        if wanted is not None and type(value) is not wanted:
            message = "This value is not what its tag says it is."
            self.faults.add(*self.place(slot), "wrong-tag", message, "Remove the tag.")
        return value

    def nodes(self) -> int:
        """Keys and values of the document so far, aliases expanded."""
        return len(self.offsets) // 2 + self.aliased

    def go_down(self, slot: int, depth: int) -> None:
        if depth > self.limits.depth:
            raise self.faults.too_deep(*self.place(slot), self.limits.depth)
        self.deepest = max(self.deepest, depth)

    def mapping(self, event: _Event, own: int, depth: int) -> dict[str, Any]:
        # Written out flat, as is `sequence`: most of the time of a run is spent in these two loops.
        get, offsets = self.get, self.offsets
        data: dict[str, Any] = {}
        inside: dict[str, int] = {}
        self.children[own] = inside
        flow = event.flow_style
        slot = own
        while type(event := get()) is not MappingEndEvent:
            if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
                key = intern(event.value)
                start, end = event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]
            else:
                key, start, end = self.odd_key(event)
            event = get()
            slot = len(offsets) + 2
            offsets += (start, end, event.start_mark.index, event.end_mark.index)
            value: Any
            if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
                value = event.value
                if not event.style:
                    text = value
                    value = CONSTANTS.get(text, text)
                    if value is text and text[0] in NUMBER_STARTS:
                        value = self.plain(text, slot)
            else:
                value = self.node(event, slot, depth)
            if key in inside:
                self.faults.repeated_key(key, self.place(inside[key] - 2), self.place(slot - 2))
                data.pop(key, None)
            inside[key] = slot
            if value is None:
                offsets[slot] = ABSENT
            else:
                data[key] = value
        offsets[own + 1] = event.end_mark.index if flow else offsets[slot + 1]  # type: ignore[union-attr]
        if "" in inside:
            self.check_empty_key(inside[""])
        if "<<" in inside:
            self.merge(data, inside)
        return data

    def sequence(self, event: _Event, own: int, depth: int) -> list[Any]:
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
            if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
                value = event.value
                if not event.style:
                    text = value
                    value = CONSTANTS.get(text, text)
                    if value is text and text[0] in NUMBER_STARTS:
                        value = self.plain(text, slot)
            else:
                value = self.node(event, slot, depth)
            if value is None:
                self.faults.null_item(*self.place(slot))
            else:
                inside.append(slot)
                data.append(value)
        offsets[own + 1] = event.end_mark.index if flow else offsets[slot + 1]  # type: ignore[union-attr]
        return data

    def plain(self, text: str, slot: int) -> Any:
        try:
            return resolve(text)
        except ValueError:
            self.faults.number_too_large(*self.place(slot))
            return text

    def odd_key(self, event: _Event) -> tuple[str, int, int]:
        """A key that is quoted, tagged or anchored, with its offsets."""
        slot = len(self.offsets)
        self.offsets += (event.start_mark.index, event.end_mark.index)
        if type(event) is not ScalarEvent:
            hint = "A value that begins with { or [ or * must stand in quotes if it is meant as text."
            raise self.faults.stop(
                *self.place(slot), "complex-key", "The key of a mapping must be a text.", hint
            )
        text: str = event.value
        self.skip_properties(slot)
        if event.tag is not None and event.tag not in _TAGS:
            self.unknown_tag(self.source.text.index("!", event.start_mark.index))  # type: ignore[union-attr]
        start, end = self.offsets[slot:]
        del self.offsets[slot:]
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(slot, text, 1, 0)
        return text, start, end

    def alias(self, event: _Event, slot: int, depth: int) -> Any:
        name = event.anchor
        if name not in self.anchors:
            message = f"`*{name}` refers to an anchor that is not defined above it."
            raise self.faults.stop(
                *self.place(slot),
                "unknown-alias",
                message,
                f"Define &{name} first, or put the value in quotes.",
            )
        found = self.anchors[name]
        if found is None:
            message = f"`*{name}` stands inside of what it refers to, which would never end."
            raise self.faults.stop(*self.place(slot), "cyclic-alias", message)
        self.aliased += found.size
        if self.aliased > self.limits.aliased:
            message = f"The aliases of this document stand for more than {self.limits.aliased:,} values."
            raise self.faults.stop(*self.place(slot), "alias-expansion", message, "Write the values out.")
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
        places = self.children.get(slot)
        sources = list(zip(value, places, strict=True)) if isinstance(places, list) else [(value, slot)]
        for mapping, its_slot in sources:
            its_places = self.children.get(its_slot)
            if not isinstance(its_places, dict):
                message = "`<<` needs a mapping to merge, or a list of mappings."
                hint = "Write `<<: *anchor`, or put the key in quotes."
                self.faults.add(*self.place(slot - 2), "merge-key", message, hint)
                return
            for key, place in its_places.items():
                if key not in inside:
                    inside[key] = place
                    if key in mapping:
                        data[key] = mapping[key]

    def skip_properties(self, slot: int) -> None:
        """Let a value begin behind its tag and anchor."""
        start, end = self.offsets[slot : slot + 2]
        found = _PROPERTIES.match(self.source.text, start, end)
        self.offsets[slot] = found.end() if found else start

    def unknown_tag(self, start: int) -> None:
        found = _TAG.match(self.source.text, start)
        end = found.end() if found else start
        written = self.source.text[start:end][:LONGEST_QUOTE]
        message = f"YAML reads `{written}` as a tag, and this tag is not known here."
        hint = "Put the whole value in quotes if it is meant as text."
        self.faults.add(start, end, "unknown-tag", message, hint)

    def check_empty_key(self, slot: int) -> None:
        if self.offsets[slot - 2] == self.offsets[slot - 1]:
            self.faults.add(
                *self.place(slot - 2), "empty-key", "There is no key before this colon.", "Name the value."
            )

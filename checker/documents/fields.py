"""A Markdown document lifted to the shape of a kind: headings become fields."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

from checker.documents.headings import plain
from checker.documents.nodes import Node, Stretch, put
from checker.documents.placeholders import placeholder
from checker.documents.reading import Document, Places, Positions


class FieldRule(NamedTuple):
    """Which headings fill a field."""

    field: str
    headings: Sequence[str]
    """Any of these; `headings.plain` says what does not matter."""
    shape: str
    """One of SHAPES."""


def fields(document: Document, mapping: Sequence[FieldRule], title: str | None = None) -> Document:
    """A Markdown document in the shape of a kind.

    The keys of the front matter stand at the top. Each rule adds its field from the first section whose
    heading matches, deeper sections included, unless the front matter has it; a field whose section is
    empty is there, empty, at its heading. `title` names a field that the document's title fills in the
    same way. `sections` and `placeholders` are those of the whole text.
    """
    lift = _Lift(document)
    if title and lift.title:
        lift.take_title(title)
    for rule in mapping:
        lift.take(rule)
    return lift.document()


class _Lift:
    """Makes new data and new places that share what they can with those of the document as read."""

    __slots__ = ("children", "data", "inside", "offsets", "old", "positions", "sections", "slots", "title")

    def __init__(self, document: Document) -> None:
        self.positions = document.positions
        places = document.positions.places
        self.offsets = list(places.offsets)
        self.children = dict(places.children)
        self.old = self.held_by_name(document.positions.root)
        self.title: str = document.data["title"]
        self.sections: list[dict[str, Any]] = document.data["sections"]
        self.slots = self.held_in_order(self.old["sections"])
        self.data: dict[str, Any] = dict(document.data["front_matter"])
        self.inside = dict(self.held_by_name(self.old["front_matter"]))

    def held_by_name(self, slot: int) -> dict[str, int]:
        return cast("dict[str, int]", self.children[slot])

    def held_in_order(self, slot: int) -> list[int]:
        return cast("list[int]", self.children[slot])

    def place(self, slot: int) -> Stretch:
        return self.offsets[slot], self.offsets[slot + 1]

    def part(self, number: int, name: str) -> int:
        """The slot of a part of a section."""
        return self.held_by_name(self.slots[number])[name]

    def parts(self, numbers: range, name: str) -> list[int]:
        """The slots in a list that sections have, one section after the other."""
        return [slot for number in numbers for slot in self.held_in_order(self.part(number, name))]

    def add(self, name: str, value: Any, key: Stretch, place: Stretch, held: _Held = None) -> None:
        """A field at the top whose value stands at `place` and holds what stands in the slots `held`."""
        self.offsets += (*key, *place)
        self.inside[name] = len(self.offsets) - 2
        self.data[name] = value
        if held is not None:
            self.children[self.inside[name]] = held

    def take_title(self, name: str) -> None:
        if name not in self.data:
            place = self.place(self.old["title"])
            self.add(name, self.title, place, place)

    def take(self, rule: FieldRule) -> None:
        """Fill one field from the first section that matches, if there is any."""
        if rule.field in self.data:
            return
        wanted = {plain(heading) for heading in rule.headings} - {""}
        matches = (n for n, section in enumerate(self.sections) if plain(section["heading"]) in wanted)
        first = next(matches, None)
        if first is None:
            return
        behind = first + 1
        while behind < len(self.sections) and self.sections[behind]["level"] > self.sections[first]["level"]:
            behind += 1
        heading = self.place(self.part(first, "heading"))
        value, slots, held = SHAPES[rule.shape](self, range(first, behind))
        places = [self.place(slot) for slot in slots]
        place = (places[0][0], max(end for _, end in places)) if places else heading
        self.add(rule.field, value, heading, place, held)

    def document(self) -> Document:
        """What has been made so far, with the sections and the placeholders of the whole text."""
        beginning = self.place(self.old["sections"])
        self.add("sections", self.sections, beginning, beginning, self.slots)
        found = []
        for number, section in enumerate(self.sections):
            heading = Node(section["heading"], self.place(self.part(number, "heading")))
            for text, slot in zip(
                section["placeholders"], self.parts(range(number, number + 1), "placeholders"), strict=True
            ):
                place = self.place(slot)
                named = {"heading": heading} if section["heading"] else {}
                found.append(Node({"text": Node(text, place), **named}, place))
        self.offsets += beginning
        slot = len(self.offsets)
        self.data["placeholders"] = put(Node(found, beginning), self.offsets, self.children)
        self.inside["placeholders"] = slot
        root = len(self.offsets)
        self.offsets += self.place(self.positions.root)
        self.children[root] = self.inside
        places = Places(array("q", self.offsets), self.children)
        return Document(self.data, Positions(self.positions.source, places, root))


def _text(lift: _Lift, numbers: range) -> _Shaped:
    """The text; deeper sections follow with their headings."""
    texts = []
    slots = []
    for number in numbers:
        section = lift.sections[number]
        if number > numbers.start:
            texts.append(section["heading"])
            slots.append(lift.part(number, "heading"))
        if section["text"]:
            texts.append(section["text"])
            slots.append(lift.part(number, "text"))
    return "\n".join(texts), slots, None


def _words(lift: _Lift, numbers: range) -> _Shaped:
    """How many words, those of headings not counted."""
    slots = [lift.part(number, "text") for number in numbers if lift.sections[number]["text"]]
    return sum(lift.sections[number]["words"] for number in numbers), slots, None


def _items(lift: _Lift, numbers: range) -> _Shaped:
    """The items of all lists; of a section without any list, its text as the only item."""
    slots = lift.parts(numbers, "items")
    if slots:
        return [item for number in numbers for item in lift.sections[number]["items"]], slots, slots
    text = lift.sections[numbers.start]["text"]
    slots = [lift.part(numbers.start, "text")] if text and not placeholder(text) else []
    return [text] * len(slots), slots, slots


def _list(name: str) -> _Shape:
    def shape(lift: _Lift, numbers: range) -> _Shaped:
        slots = lift.parts(numbers, name)
        return [item for number in numbers for item in lift.sections[number][name]], slots, slots

    return shape


def _records(lift: _Lift, numbers: range) -> _Shaped:
    """The rows of all tables."""
    slots = [row for table in lift.parts(numbers, "tables") for row in lift.held_in_order(table)]
    rows = [row for number in numbers for table in lift.sections[number]["tables"] for row in table]
    return rows, slots, slots


def _section(lift: _Lift, numbers: range) -> _Shaped:
    """The section as it is, without deeper ones."""
    slot = lift.slots[numbers.start]
    return lift.sections[numbers.start], [slot], lift.held_by_name(slot)


_Held = dict[str, int] | list[int] | None
_Shaped = tuple[Any, list[int], _Held]
"""A value, the slots of what it was made of, and the slots of what it holds."""
_Shape = Callable[[_Lift, range], _Shaped]

SHAPES: dict[str, _Shape] = {
    "text": _text,
    "words": _words,
    "items": _items,
    "tasks": _list("tasks"),
    "records": _records,
    "links": _list("links"),
    "section": _section,
}
"""What a section can become; a new one is a function and a line here."""

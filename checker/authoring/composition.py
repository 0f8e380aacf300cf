"""The document of a test case: what the file gives, with some values put in and others taken away.

Every value keeps the place in the tests file where it is written, so a result of a case points at the line
that caused it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checker.documents import Document, Positions
from checker.documents.reading import Children, Places, Source
from checker.model import Path

_NULL = object()
"""The data of a value that is written as null: its key is there, and it is absent."""


class PointerError(Exception):
    """A pointer of a case leads nowhere; the text says where it ends."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place, and what it holds."""

    data: Any
    """Of a scalar; None for a mapping or a list."""
    place: tuple[int, int]
    """Start and end in the text; for a null as `documents.reading.Places` says."""
    key: tuple[int, int]
    """The same of the key that names it; (0, 0) where there is none."""
    fields: dict[str, Node] | None = None
    items: tuple[Node, ...] | None = None


def node(document: Document, path: Path) -> Node | None:
    """The value at `path` of a whole document; None where the document has no such field."""
    places = document.positions.places
    slot, data = 0, document.data
    for part in path:
        inside = places.children.get(slot)
        if isinstance(inside, dict) and part in inside:
            slot, data = inside[str(part)], data.get(part, _NULL)
        elif isinstance(inside, list) and isinstance(part, int) and part < len(inside):
            slot, data = inside[part], data[part]
        else:
            return None
    return _node(places, slot, data, bool(path) and isinstance(path[-1], str))


def _node(places: Places, slot: int, data: Any, keyed: bool) -> Node:
    offsets = places.offsets
    place = (offsets[slot], offsets[slot + 1])
    key = (offsets[slot - 2], offsets[slot - 1]) if keyed else (0, 0)
    inside = places.children.get(slot)
    if isinstance(data, dict):
        slots = inside if isinstance(inside, dict) else {}
        fields = {name: _node(places, below, data.get(name, _NULL), True) for name, below in slots.items()}
        return Node(None, place, key, fields=fields)
    if isinstance(data, list):
        slots_of_items = inside if isinstance(inside, list) else []
        return Node(
            None,
            place,
            key,
            items=tuple(_node(places, s, d, False) for s, d in zip(slots_of_items, data, strict=True)),
        )
    return Node(data, place, key)


def put(root: Node, pointer: str, value: Node) -> Node:
    """`root` with `value` at a JSON pointer.

    Mappings on the way are made; in a list `-`, or its length, is the place behind the last item. A null
    takes the value away, as null is absent everywhere.

    Raises:
        PointerError: the way leads through a scalar or past the end of a list.
    """
    return _put(root, _parts(pointer), 0, value)


def _put(at: Node, parts: tuple[str, ...], depth: int, value: Node) -> Node:
    if depth == len(parts):
        return Node(value.data, value.place, at.key, value.fields, value.items)
    part = parts[depth]
    if at.fields is not None:
        below = at.fields.get(part) or Node(None, value.place, value.key, fields={})
        if below.data is _NULL and depth + 1 < len(parts):
            below = Node(None, value.place, below.key, fields={})
        return Node(None, at.place, at.key, fields={**at.fields, part: _put(below, parts, depth + 1, value)})
    if at.items is not None:
        index = len(at.items) if part == "-" else int(part) if part.isdecimal() else -1
        if not 0 <= index <= len(at.items):
            raise PointerError(f"{_text(parts[:depth])} has {len(at.items)} items, and no place {part}")
        below = at.items[index] if index < len(at.items) else Node(None, value.place, (0, 0), fields={})
        items = (*at.items[:index], _put(below, parts, depth + 1, value), *at.items[index + 1 :])
        return Node(None, at.place, at.key, items=items)
    raise PointerError(f"{_text(parts[:depth])} is a single value, with nothing below it")


def take(root: Node, pointer: str) -> Node:
    """`root` without the value at a JSON pointer.

    Raises:
        PointerError: there is no such value.
    """
    return _take(root, _parts(pointer), 0)


def _take(at: Node, parts: tuple[str, ...], depth: int) -> Node:
    part, last = parts[depth], depth + 1 == len(parts)
    if at.fields is not None and part in at.fields:
        if last:
            return Node(None, at.place, at.key, fields={k: v for k, v in at.fields.items() if k != part})
        return Node(
            None, at.place, at.key, fields={**at.fields, part: _take(at.fields[part], parts, depth + 1)}
        )
    if at.items is not None and part.isdecimal() and int(part) < len(at.items):
        index = int(part)
        changed = () if last else (_take(at.items[index], parts, depth + 1),)
        return Node(None, at.place, at.key, items=(*at.items[:index], *changed, *at.items[index + 1 :]))
    raise PointerError(f"there is nothing at {_text(parts[: depth + 1])}")


def _parts(pointer: str) -> tuple[str, ...]:
    """The parts of a JSON pointer (RFC 6901) that names something below the root."""
    if not pointer.startswith("/"):
        raise PointerError(f"{pointer!r} is no JSON pointer: it begins with /")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _text(parts: tuple[str, ...]) -> str:
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def document(root: Node, source: Source, leave: tuple[str, ...] = ()) -> Document:
    """A document of its own; `leave` are fields at the top that do not belong to it."""
    if leave and root.fields is not None:
        kept = {name: below for name, below in root.fields.items() if name not in leave}
        root = Node(None, root.place, root.key, fields=kept)
    offsets: list[int] = []
    children: Children = {}

    def lay(value: Node) -> tuple[int, Any]:
        slot = len(offsets)
        offsets.extend(value.place)
        if value.fields is not None:
            slots: dict[str, int] = {}
            data: dict[str, Any] = {}
            children[slot] = slots
            for name, below in value.fields.items():
                offsets.extend(below.key)
                slots[name], inside = lay(below)
                if inside is not _NULL:
                    data[name] = inside
            return slot, data
        if value.items is not None:
            laid = [lay(below) for below in value.items]
            children[slot] = [below for below, _ in laid]
            return slot, [inside for _, inside in laid]
        return slot, value.data

    _, data = lay(root)
    return Document(data, Positions(source, Places(offsets, children)))


def paths(data: Any, base: Path = ()) -> Iterator[Path]:
    """The path of every value of a document, the deepest first."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, below in inside:
        yield from paths(below, (*base, part))
    yield base


def pointer(path: Path) -> str:
    """A path as a JSON pointer; `/` for the whole, which people find easier to see than nothing."""
    return _text(tuple(map(str, path)))

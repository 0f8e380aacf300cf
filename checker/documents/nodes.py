"""Building a document value by value, for formats whose data is not what the text spells out."""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple

from checker.documents.reading import ABSENT, Children, Document, Places, Positions, Source

Stretch = tuple[int, int]
"""Start and end as offsets into the text."""


class Node(NamedTuple):
    """A value with its place."""

    value: Any
    """A scalar, a dict of nodes, a list of nodes, or the `Document` of another reader of the same text.

    None in a mapping: the value is absent, and its key stands where it would be.
    """
    place: Stretch
    key: Stretch | None = None
    """What names the value, where a mapping holds it; by default the value's own place."""


def assemble(source: Source, root: Node) -> Document:
    """The document that these nodes make."""
    offsets: list[int] = []
    children: Children = {}
    data = put(root, offsets, children)
    return Document(data, Positions(source, Places(array("q", offsets), children)))


def put(node: Node, offsets: list[int], children: Children) -> Any:
    """Write a node behind what is there, so that its slot is the former length of `offsets`; its data."""
    own = len(offsets)
    value = node.value
    if isinstance(value, Document):
        places = value.positions.places
        offsets += places.offsets
        for slot, held in places.children.items():
            children[slot + own] = (
                {key: each + own for key, each in held.items()}
                if isinstance(held, dict)
                else [each + own for each in held]
            )
        return value.data
    offsets += node.place
    if isinstance(value, dict):
        slots: dict[str, int] = {}
        children[own] = slots
        data = {}
        for name, item in value.items():
            offsets += item.key or item.place
            slots[name] = len(offsets)
            written = put(item, offsets, children)
            if written is None:
                offsets[slots[name]] = ABSENT
            else:
                data[name] = written
        return data
    if isinstance(value, list):
        items: list[int] = []
        children[own] = items
        listed = []
        for item in value:
            items.append(len(offsets))
            listed.append(put(item, offsets, children))
        return listed
    return value

"""What a sign-off is bound to: the material fields of a subject, and their digests.

Material is what the kind's schema marks with `x-material`; where it marks nothing, every field that an author
writes. How a text is wrapped and how its accents are composed is not: a paragraph that is laid out anew says
what it said.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from checker import canonical
from checker.kinds.fields import ANY, Field, both, resolve, unfold
from checker.kinds.kind import Kind

PART = 16
"""Hexadecimal digits of the digest of one field: enough to name what changed. That nothing did, only the
digest of all of them says."""


def digests(kind: Kind, data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The digest of all material fields, and the first `PART` hexadecimal digits of that of each.

    Each is known by its JSON pointer (RFC 6901). Absent and null are the same; the order of a list counts,
    that of a map does not.
    """
    whole = {pointer: canonical.digest(_settled(value)) for pointer, value in values(kind, data).items()}
    return canonical.digest(whole), {
        pointer: digest.partition(":")[2][:PART] for pointer, digest in sorted(whole.items())
    }


def values(kind: Kind, data: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each material field that is there, by its JSON pointer.

    A field that is marked is one, whatever it holds; a marked field of the items of a list is one for each.
    """
    if _marked(kind.fields):
        return dict(_Walk(kind).marked(kind.fields, data, ""))
    return {
        _below("", name): value
        for name, value in data.items()
        if value is not None and not kind.fields.at((name,)).computed
    }


class _Walk:
    """One walk along data and the fields of its kind."""

    def __init__(self, kind: Kind) -> None:
        self.schema = kind.schema
        self.unfolded: dict[str, Field] = {}

    def marked(self, field: Field, value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
        """The marked fields from here on, with their pointers."""
        for reference in sorted(field.again):
            field = both(field._replace(again=frozenset()), self.follow(reference))
        if value is None:
            return
        if field.material:
            yield pointer, value
        elif isinstance(value, dict):
            for name, below in value.items():
                known = field.properties.get(name, field.rest) or ANY
                yield from self.marked(known, below, _below(pointer, name))
        elif isinstance(value, list):
            for index, below in enumerate(value):
                yield from self.marked(field.item or ANY, below, f"{pointer}/{index}")

    def follow(self, reference: str) -> Field:
        if reference not in self.unfolded:
            self.unfolded[reference] = unfold(self.schema, resolve(self.schema, reference))
        return self.unfolded[reference]


def _marked(field: Field) -> bool:
    """Whether anything is marked; what a reference leads back to has been looked at on the way to it."""
    below = (*field.properties.values(), *filter(None, (field.rest, field.item)))
    return field.material or any(map(_marked, below))


def _below(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def _settled(value: Any) -> Any:
    """A value without what does not change its meaning, and with a canonical form."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).split())
    if isinstance(value, float):
        if not math.isfinite(value):
            return {"float": str(value)}
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: _settled(below) for name, below in value.items() if below is not None}
    if isinstance(value, list):
        return [_settled(item) for item in value]
    return value

"""A kind: the type of a subject, made from one JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from checker import shipped
from checker.cel.types import ObjectType
from checker.documents import Document, Reading
from checker.kinds import soundness
from checker.kinds.fields import Field, pointer, unfold
from checker.kinds.shape import Shaper
from checker.kinds.types import object_type
from checker.kinds.validation import Validator
from checker.model import Diagnostic, Fault, Location, Path


class RuleIds(NamedTuple):
    """The ids of the two rules that every kind brings with it."""

    readable: str
    """The artifact can be read."""
    schema: str
    """The artifact fits the kind's schema."""


class Kind(NamedTuple):
    """What is known of all subjects of one kind."""

    name: str
    title: str
    """For people; the name where the schema has none."""
    schema: Mapping[str, Any]
    """The JSON Schema, as it is shown to editors."""
    path: str
    """Where the schema stands; empty for a shipped one."""
    rules: RuleIds
    launch_date: Path
    """The field with the day of the planned launch; empty where the kind has none, and is no launch."""
    markets: Path
    """The field with the markets that a launch goes to; empty where the kind has none."""
    authors: tuple[Path, ...]
    """The fields with the people who wrote an artifact."""
    key: str
    """The field that is the id of a subject."""
    fields: Field
    """What the schema says of each field."""
    ignored: frozenset[str]
    """Codes of faults of a text that are none for this kind."""
    type: ObjectType
    """What `subject` is in an expression."""
    shaper: Shaper
    validator: Validator

    @property
    def open(self) -> bool:
        """Whether subjects may have fields that the schema does not name."""
        return self.type.open

    def shape(self, document: Document) -> Document:
        """The document in the shape of this kind; the same object where there is nothing to do.

        Markdown headings become fields, scalars that the schema wants as written become their text, and
        whole numbers become doubles where the schema says `number`.
        """
        return self.shaper.shape(document)

    def faults(self, document: Document, reading: Reading | None = None) -> tuple[Fault, ...]:
        """How a document in shape breaks the schema, in the order of its text; empty when it fits.

        With `reading`, of which it was made, a fault has the edit that mends it, where that is mechanical.
        """
        return self.validator.faults(document, reading)


def load(name: str, schema: Any, document: Document, path: str) -> Kind | tuple[Diagnostic, ...]:
    """A kind from a workspace's own schema, or what is wrong with that.

    `schema` is the data of `document`, which tells the place of each part; `path` is its file.
    """
    faults = soundness.faults(document)
    if faults:
        source = document.positions.source
        return tuple(
            Diagnostic(
                fault.code,
                fault.message,
                Location(path, fault.span),
                fault.hint,
                excerpt=source.excerpt(fault.span) if fault.span else None,
            )
            for fault in faults
        )
    return _kind(name, schema, path)


def shipped_kind(name: str) -> Kind:
    """A kind that gonogo ships (see `shipped_names`). Raises FileNotFoundError for any other name."""
    text = shipped.schema(f"kinds/{name}")
    return _kind(name, json.loads(text), "")


def shipped_names() -> tuple[str, ...]:
    """The names of the kinds that gonogo ships, sorted."""
    return shipped.kind_names()


def _kind(name: str, schema: Mapping[str, Any], path: str) -> Kind:
    gonogo = schema.get("x-gonogo", {})
    rules = gonogo.get("rules", {})
    fields = unfold(schema)
    return Kind(
        name=name,
        title=schema.get("title", name),
        schema=schema,
        path=path,
        rules=RuleIds(rules.get("readable", f"{name}.readable"), rules.get("schema", f"{name}.schema")),
        launch_date=pointer(gonogo.get("launch_date", "")),
        markets=pointer(gonogo.get("markets", "")),
        authors=tuple(map(pointer, gonogo.get("authors", ()))),
        key=gonogo.get("key", "id"),
        fields=fields,
        ignored=frozenset(("null-item",) if gonogo.get("empty_items") == "ignored" else ()),
        type=object_type(name, fields),
        shaper=Shaper(fields),
        validator=Validator(schema, fields),
    )

"""Kinds and documents out of a few lines of text."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from checker import documents
from checker.documents import Document
from checker.kinds import Kind, load


def document(text: str, format: str = "yaml") -> Document:
    """The one document of an indented text that must be sound."""
    reading = documents.read(textwrap.dedent(text).encode(), format)
    assert not reading.faults
    (found,) = reading.documents
    return found


def kind(properties: dict[str, Any], **root: Any) -> Kind:
    """A kind with these properties; `root` are further keywords of the schema, which is closed otherwise."""
    schema = {"type": "object", "additionalProperties": False, "properties": properties, **root}
    loaded = load("thing", schema, document(json.dumps(schema)), "kinds/thing.schema.json")
    assert isinstance(loaded, Kind), [diagnostic.message for diagnostic in loaded]
    return loaded


def said(kind: Kind, text: str) -> list[str]:
    """The faults of a text as `line:column message`."""
    faults = kind.faults(kind.shape(document(text)))
    return [f"{f.span.line}:{f.span.column} {f.message}" for f in faults if f.span]

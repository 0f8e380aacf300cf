"""Markdown headings and table columns to the fields of a kind.

Which heading fills which field is read off the schema once (`x-headings`, `x-shape`); finding the sections is
the work of `documents.markdown`. Cells of a table are text: here they become what their column is to hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checker.documents import Document, Positions
from checker.kinds.cells import cell
from checker.kinds.fields import ANY, Field
from checker.model import Path, Span

_SHAPES = {"string": "text", "integer": "words", "number": "words", "object": "section"}


def is_markdown(document: Document) -> bool:
    """Whether a document was read from Markdown: front matter, title and sections, and nothing else."""
    data = document.data
    return isinstance(data, dict) and data.keys() == {"front_matter", "title", "sections"}


def shape_of(field: Field) -> str:
    """How a section becomes this field: the stated `x-shape`, or what its type tells."""
    if field.shape:
        return field.shape
    if field.may_be("array") and field.types:
        return "records" if field.item and field.item.properties else "items"
    return next((shape for name, shape in _SHAPES.items() if name in (field.types or ())), "text")


_COMPUTED = ("sections", "placeholders")
"""Fields that every Markdown document has; a closed kind that does not name them goes without."""


class Headings:
    """What Markdown documents of one kind are lifted by."""

    __slots__ = ("_columns", "_rules", "_title", "_unwanted")

    def __init__(self, root: Field) -> None:
        """`root` is the kind's schema unfolded; its field `title` is filled from that of the document."""
        named = root.properties
        self._rules = [
            (name, field.headings, shape_of(field)) for name, field in named.items() if field.headings
        ]
        self._columns = {
            name: named[name].item or ANY for name, _, shape in self._rules if shape == "records"
        }
        self._title = "title" if "title" in named else None
        self._unwanted = [name for name in _COMPUTED if name not in named and root.unnamed is None]

    def lift(self, document: Document) -> Document:
        """The fields of the kind, from front matter, headings and tables."""
        from checker.documents import markdown  # noqa: PLC0415 - only Markdown needs its parser

        lifted = markdown.fields(document, [markdown.FieldRule(*rule) for rule in self._rules], self._title)
        data = {name: value for name, value in lifted.data.items() if name not in self._unwanted}
        written: dict[Path, str] = {}
        for name, item in self._columns.items():
            rows = data.get(name)
            if isinstance(rows, list):
                columns = _columns(item)
                data[name] = [_record(row, columns, item, (name, i), written) for i, row in enumerate(rows)]
        return Document(data, _CellPositions(lifted.positions, written))


def _columns(item: Field) -> Mapping[str, str]:
    """Field names by the headers that stand for them."""
    names = {_plain(alias): name for name, field in item.properties.items() for alias in field.headings}
    return names | {_plain(name): name for name in item.properties}


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", " ", header).strip().lower()


def _record(row: Any, columns: Mapping[str, str], item: Field, path: Path, written: dict[Path, str]) -> Any:
    """A table row as a record; `written` notes the header behind each field."""
    if not isinstance(row, dict):
        return row
    record: dict[str, Any] = {}
    for header, text in row.items():
        name = columns.get(_plain(header), header)
        value = cell(text, item.properties.get(name, ANY))
        if value is not None and name not in record:
            record[name] = value
            written[*path, name] = header
    return record


class _CellPositions(Positions):
    """The places of a document in which table columns go by the names of their fields."""

    __slots__ = ("_headers", "_inner")

    def __init__(self, inner: Positions, headers: Mapping[Path, str]) -> None:
        self._inner = inner
        self._headers = headers

    def _there(self, path: Path) -> Path:
        """The path with the header as it is written."""
        header = self._headers.get(path[:3])
        return path if header is None else (*path[:2], header)

    def value(self, path: Path) -> Span | None:
        """As in Positions."""
        return self._inner.value(self._there(path))

    def key(self, path: Path) -> Span | None:
        """As in Positions."""
        return self._inner.key(self._there(path))

    def nearest(self, path: Path) -> tuple[Span, int]:
        """As in Positions."""
        return self._inner.nearest(self._there(path))

    def written(self, path: Path) -> str | None:
        """As in Positions."""
        return self._inner.written(self._there(path))

    def nulls(self) -> list[Path]:
        """As in Positions, but for empty cells, which every table has."""
        tables = {path[0] for path in self._headers}
        return [path for path in self._inner.nulls() if path[0] not in tables]

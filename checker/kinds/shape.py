"""Bringing a document into the shape of its kind, before it is validated and judged.

Few things only: a scalar that is to be taken as written becomes its text, a whole number where the schema
says `number` becomes a double, a cell of a table becomes a number or a truth where the schema says so, and
Markdown headings become fields. What to do is worked out once for a kind; a record then costs microseconds,
and one that needs nothing is returned as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checker.documents import Document, Positions
from checker.kinds.cells import scalar
from checker.kinds.fields import Field
from checker.kinds.headings import Headings, is_markdown
from checker.model import Path

Convert = Callable[[Any, Path, Positions], Any]
"""A value, its path and the places of its document in; the value in shape, or the same object, out."""
_Step = tuple[Convert, type]
"""A conversion, and the type of values that it leaves alone."""


class Shaper:
    """Brings documents into the shape of one kind."""

    __slots__ = ("_convert", "_headings")

    def __init__(self, root: Field) -> None:
        """`root` is the kind's schema unfolded."""
        step = _step(root)
        self._convert = step[0] if step else None
        self._headings = Headings(root)

    def shape(self, document: Document) -> Document:
        """The document in shape; the same object where there is nothing to do."""
        if is_markdown(document):
            document = self._headings.lift(document)
        if self._convert is None:
            return document
        data = self._convert(document.data, (), document.positions)
        return document if data is document.data else Document(data, document.positions)


def _step(field: Field) -> _Step | None:
    single = _scalar(field)
    item = _step(field.item) if field.item else None
    rest = _step(field.rest) if field.rest else None
    named = {name: step for name, below in field.properties.items() if (step := _step(below))}
    if not (item or rest or named):
        return single
    in_list = _list(item) if item else None
    in_mapping = _mapping(named, rest, frozenset(field.properties)) if rest or named else None

    def convert(value: Any, path: Path, positions: Positions) -> Any:
        if type(value) is dict:
            return in_mapping(value, path, positions) if in_mapping else value
        if type(value) is list:
            return in_list(value, path, positions) if in_list else value
        return single[0](value, path, positions) if single else value

    return convert, type(None)


def _scalar(field: Field) -> _Step | None:
    if field.as_written:
        return _written, str
    types = field.types or frozenset()
    wanted = types & {"number", "integer", "boolean"}
    if not wanted:
        return None

    def convert(value: Any, path: Path, positions: Positions) -> Any:
        if type(value) is int and "number" in wanted:
            return float(value)
        if type(value) is float and "number" not in wanted and value.is_integer():
            return int(value)  # a whole number to JSON Schema, and to expressions only as an `int`
        if type(value) is str and positions.written(path) == value:
            return scalar(value, types)  # from a table: elsewhere such a text stands in quotes
        return value

    return convert, float if "number" in wanted else int if "integer" in wanted else bool


def _written(value: Any, path: Path, positions: Positions) -> Any:
    return positions.written(path) or value if type(value) in (int, float, bool) else value


def _mapping(named: dict[str, _Step], rest: _Step | None, known: frozenset[str]) -> Convert:
    steps = [(name, *step) for name, step in named.items()]

    def convert(value: dict[str, Any], path: Path, positions: Positions) -> Any:
        changed: dict[str, Any] = {}
        for name, convert_field, leave in steps:
            old = value.get(name)
            if old is not None and type(old) is not leave:
                new = convert_field(old, (*path, name), positions)
                if new is not old:
                    changed[name] = new
        if rest:
            for name, old in value.items():
                if name not in known and type(old) is not rest[1]:
                    new = rest[0](old, (*path, name), positions)
                    if new is not old:
                        changed[name] = new
        return {**value, **changed} if changed else value

    return convert


def _list(item: _Step) -> Convert:
    convert_item, leave = item

    def convert(value: list[Any], path: Path, positions: Positions) -> Any:
        changed: list[Any] | None = None
        for index, old in enumerate(value):
            if type(old) is not leave:
                new = convert_item(old, (*path, index), positions)
                if new is not old:
                    changed = changed or list(value)
                    changed[index] = new
        return value if changed is None else changed

    return convert

"""A schema for people: what `gonogo schema NAME` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.kinds.fields import ANY, Field, unfold
from checker.kinds.phrases import one_line, plain, shown

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
    "array": "list",
}
_FORMS = {"date": "day", "date-time": "moment"}


def describe(name: str, schema: Mapping[str, Any]) -> str:
    """Title, description and a table of all fields with their types; `*` marks what must be there.

    `schema` is sound, as those that gonogo ships and those of loaded kinds are.
    """
    fields = unfold(schema)
    rows = list(_rows(fields, ""))
    widths = [max([len(row[column]) for row in rows], default=0) for column in (0, 1)]
    lines = [f"{name}: {one_line(schema.get('title', name))}", one_line(schema.get("description", "")), ""]
    lines += [f"  {name:<{widths[0]}}  {type_:<{widths[1]}}  {text}".rstrip() for name, type_, text in rows]
    lines += ["", "* must be there; everything else may be absent."]
    lines += ["It may have other fields, too."] if fields.unnamed is not None else []
    return "\n".join(lines) + "\n"


def _rows(parent: Field, prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in parent.properties.items():
        path = f"{prefix}{plain(name)}"
        listed = f" One of: {', '.join(shown(choice) for choice in field.choices)}." if field.choices else ""
        yield (
            f"{path}{'*' * (name in parent.required)}",
            type_words(field),
            one_line(f"{field.description}{listed}"),
        )
        if not field.computed:
            yield from _rows(field, f"{path}.")
            yield from _rows(field.item or ANY, f"{path}[].")


def type_words(field: Field) -> str:
    """The type of a field in words: `text`, `list of days`, `number or text`."""
    if field.types is None:
        return "anything"
    if field.format in _FORMS:
        return _FORMS[field.format]
    words = [words for name, words in _TYPES.items() if name in field.types]
    if field.types == {"array"} and field.item and field.item.types:
        return f"list of {type_words(field.item)}"
    return " or ".join(words) or "nothing"

"""The artifact that `gonogo new KIND` writes: every field of the kind, explained, with nothing filled in.

A field without a value is absent, so an untouched template fails on what must be filled in and passes
nothing.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checker.kinds.fields import Field
from checker.kinds.headings import shape_of
from checker.kinds.kind import Kind
from checker.kinds.phrases import one_line, shown

WIDTH = 100
"""Characters of a line of comment."""
LONGEST_EXAMPLE = 1_000
"""Characters of an example; a longer one is cut."""


def formats(kind: Kind) -> tuple[str, ...]:
    """The formats a template can have, the usual one first."""
    lifted = any(field.headings for field in kind.fields.properties.values())
    return ("markdown", "yaml") if lifted else ("yaml",)


def modeline(schema: str) -> str:
    """The comment by which editors find the schema of a YAML file, at a path relative to the file."""
    return f"# yaml-language-server: $schema={schema}"


def template(kind: Kind, format: str = "", schema: str = "") -> str:
    """An artifact of the kind to fill in, by default in its usual format.

    `schema` is where an editor finds the kind's schema, relative to the artifact; empty: nowhere.

    Raises ValueError for a format that is not among `formats(kind)`.
    """
    format = format or formats(kind)[0]
    if format not in formats(kind):
        raise ValueError(f"a {kind.name} is written as {' or '.join(formats(kind))}, not as {format}")
    return _markdown(kind) if format == "markdown" else _yaml(kind, schema)


def _yaml(kind: Kind, schema: str) -> str:
    lines = [modeline(schema)] if schema else []
    lines += _comment(f"{kind.title}. {kind.schema.get('description', '')}".strip(), "")
    lines += ["# Fill in what applies; a field left empty counts as absent.", ""]
    lines += _fields(kind.fields, kind.fields.properties, "")
    return "\n".join(lines) + "\n"


def _markdown(kind: Kind) -> str:
    fields = kind.fields.properties
    front = {name: field for name, field in fields.items() if not field.headings}
    lines = ["---", *_fields(kind.fields, front, ""), "---", ""]
    for field in fields.values():
        if field.headings and not field.computed:
            lines += [f"## {field.headings[0]}", ""]
            lines += [f"<!-- {one_line(_explained(field)).replace('--', '-')} -->", ""]
            if shape_of(field) == "records" and field.item:
                headers = [_header(name) for name in field.item.properties]
                lines += [f"| {' | '.join(headers)} |", f"|{' --- |' * len(headers)}", ""]
    return "\n".join(lines)


def _header(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _fields(parent: Field, fields: Mapping[str, Field], indent: str) -> Iterator[str]:
    """The lines of a mapping, required fields first."""
    for name in sorted(fields, key=lambda name: name not in parent.required):
        field = fields[name]
        if field.computed:
            continue
        yield from _comment(_explained(field, required=name in parent.required), indent)
        below = list(_below(field, indent + "  "))
        held_back = name not in parent.required and _asks_for_more(field)
        lines = [f"{indent}{_key(name)}:", *below]
        yield from (f"{indent}# {line[len(indent) :]}" for line in lines) if held_back else lines
        if not indent:
            yield ""


def _below(field: Field, indent: str) -> Iterator[str]:
    """What stands under the name of a field: its own fields, or an example of an item as a comment."""
    if field.properties and field.may_be("object"):
        yield from _fields(field, field.properties, indent)
    elif field.item and field.item.properties and field.may_be("array"):
        marker = f"{indent}# - "
        for name, below in field.item.properties.items():
            if not below.computed:
                yield f"{marker}{_key(name)}: {_sample(below)}".rstrip()
                marker = f"{indent}#   "


def _asks_for_more(field: Field) -> bool:
    """Whether a mapping, once there, has fields that must be filled in."""
    below = field.properties
    return any(name in field.required or _asks_for_more(below[name]) for name in below)


def _explained(field: Field, *, required: bool = False) -> str:
    parts = ["Required." if required else "", field.description]
    if field.choices:
        parts.append(f"One of: {', '.join(shown(choice) for choice in field.choices)}.")
    elif field.example is not None and not field.properties:
        parts.append(f"For example: {_sample(field)}")
    return " ".join(part for part in parts if part)


def _sample(field: Field) -> str:
    """An example as it would stand in YAML; empty where the schema has none."""
    if field.example is None:
        return ""
    return _flow(field.example)


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(name)}: {_flow(item)}' for name, item in value.items())} }}"
    return shown(value, LONGEST_EXAMPLE)


def _key(name: str) -> str:
    return name if shown(name) == name else json.dumps(name)


def _comment(text: str, indent: str) -> Iterable[str]:
    return textwrap.wrap(
        one_line(text),
        WIDTH,
        initial_indent=f"{indent}# ",
        subsequent_indent=f"{indent}# ",
        break_on_hyphens=False,
        break_long_words=False,
    )

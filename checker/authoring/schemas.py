"""The schemas that editors read: of the file formats, of the shipped kinds and of a workspace's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from checker import shipped
from checker.kinds import Kind

FOLDER = ".gonogo/schemas"
"""Where in a workspace `init` writes them and `new` looks for them."""
MARK = "Written by `gonogo schema --write`, which overwrites it."
"""Stands at the top of each of them."""
_TOP = 1_000
"""The bytes within which the mark stands."""
_BY_NAME = ("$defs", "dependentSchemas", "patternProperties", "properties")
_LISTED = ("allOf", "anyOf", "prefixItems")
_SINGLE = ("additionalProperties", "else", "items", "then", "unevaluatedProperties")


def path_of(name: str) -> str:
    """Where the schema of that name (`policy`, `kinds/prd`) stands, relative to the folder of all schemas."""
    return f"{name}.schema.json"


def files(own: Iterable[Kind]) -> dict[str, str]:
    """The text of every schema by its path; `own` are the kinds of a workspace.

    A schema has the same place here as among the shipped ones, so that what leads from one to another holds.
    """
    found = {name: json.loads(shipped.schema(name)) for name in shipped.schema_names()}
    found |= {f"kinds/{kind.name}": kind.schema for kind in own}
    return {path_of(name): _text(_as_typed(schema)) for name, schema in found.items()}


def _text(schema: Mapping[str, Any]) -> str:
    rest = {keyword: value for keyword, value in schema.items() if keyword != "$comment"}
    return json.dumps({"$comment": MARK, **rest}, ensure_ascii=False, indent=2) + "\n"


def _as_typed(schema: Any) -> Any:
    """What a schema says of a text while it is being typed: a field that need not be there may be empty.

    An editor sees a null where gonogo sees an absent field. What decides between schemas (`if`, `not`,
    `oneOf`) stays as it is: to let more through there would be to let less through elsewhere.
    """
    if not isinstance(schema, dict):
        return schema
    found = dict(schema)
    for keyword, held in schema.items():
        if keyword in _BY_NAME:
            found[keyword] = {name: _as_typed(below) for name, below in held.items()}
        elif keyword in _LISTED:
            found[keyword] = [_as_typed(below) for below in held]
        elif keyword in _SINGLE:
            found[keyword] = _as_typed(held)
    required = schema.get("required", ())
    for name in found.get("properties", {}).keys() - set(required):
        found["properties"][name] = _or_empty(found["properties"][name])
    return found


def _or_empty(schema: Any) -> Any:
    """A schema that lets null through; its description stands where an editor shows it once."""
    if not isinstance(schema, dict):
        return schema
    described = {"description": schema["description"]} if "description" in schema else {}
    rest = {keyword: value for keyword, value in schema.items() if keyword != "description"}
    return {**described, "anyOf": [rest, {"type": "null"}]}


def is_ours(content: bytes) -> bool:
    """Whether a file is one of these, which may be written anew."""
    return MARK.encode() in content[:_TOP]

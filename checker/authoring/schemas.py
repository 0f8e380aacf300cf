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


def path_of(name: str) -> str:
    """Where the schema of that name (`policy`, `kinds/prd`) stands, relative to the folder of all schemas."""
    return f"{name}.schema.json"


def files(own: Iterable[Kind]) -> dict[str, str]:
    """The text of every schema by its path; `own` are the kinds of a workspace.

    A schema has the same place here as among the shipped ones, so that what leads from one to another holds.
    """
    found = {name: json.loads(shipped.schema(name)) for name in shipped.schema_names()}
    found |= {f"kinds/{kind.name}": kind.schema for kind in own}
    return {path_of(name): _marked(schema) for name, schema in found.items()}


def _marked(schema: Mapping[str, Any]) -> str:
    rest = {keyword: value for keyword, value in schema.items() if keyword != "$comment"}
    return json.dumps({"$comment": MARK, **rest}, ensure_ascii=False, indent=2) + "\n"


def is_ours(content: bytes) -> bool:
    """Whether a file is one of these, which may be written anew."""
    return MARK.encode() in content[:_TOP]

"""Where the policies, schemas and report templates that gonogo ships are.

In an installed wheel they lie inside the package, below `_shipped`; in a checkout they are the folders at
its root. They are plain files in both cases, so a path is all that anyone needs.
"""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_INSTALLED = os.path.join(_PACKAGE, "_shipped")
ROOT = _INSTALLED if os.path.isdir(_INSTALLED) else os.path.dirname(_PACKAGE)
"""The folder that holds the three below."""

POLICIES = os.path.join(ROOT, "policies")
"""Packs, one folder each."""
SCHEMAS = os.path.join(ROOT, "schemas")
"""JSON Schemas of the file formats; in `kinds/` those of kinds, in `lists/` those of lists of records."""
REPORTS = os.path.join(ROOT, "reports")
"""Templates and styles of reports."""

_SCHEMA = ".schema.json"


def schema(name: str) -> str:
    """The text of a shipped schema: `policy`, `kinds/prd`. Raises FileNotFoundError for any other name."""
    with open(os.path.join(SCHEMAS, *name.split("/")) + _SCHEMA, encoding="utf-8") as file:
        return file.read()


def pack(name: str) -> str:
    """The folder of a shipped pack."""
    return os.path.join(POLICIES, name)


def pack_names() -> tuple[str, ...]:
    """The shipped packs, sorted."""
    return tuple(
        sorted(name for name in os.listdir(POLICIES) if os.path.isfile(os.path.join(pack(name), "pack.yaml")))
    )


def format_names() -> tuple[str, ...]:
    """The file formats whose schemas are shipped, sorted: `policy`, `workspace`."""
    return _schemas_in("")


def kind_names() -> tuple[str, ...]:
    """The kinds whose schemas are shipped, sorted."""
    return _schemas_in("kinds")


def schema_names() -> tuple[str, ...]:
    """Everything that `schema` can be asked for."""
    folders = ("kinds", "lists")
    return (*format_names(), *(f"{folder}/{name}" for folder in folders for name in _schemas_in(folder)))


def _schemas_in(folder: str) -> tuple[str, ...]:
    files = os.listdir(os.path.join(SCHEMAS, folder))
    return tuple(sorted(file.removesuffix(_SCHEMA) for file in files if file.endswith(_SCHEMA)))

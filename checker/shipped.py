"""Where the policies, schemas and report templates that gonogo ships are.

In an installed wheel they lie inside the package, below `_shipped`; in a checkout they are the folders at
its root. They are plain files in both cases, so a path is all that anyone needs.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_shipped"
ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
"""The folder that holds the three below."""

POLICIES = ROOT / "policies"
"""Packs, one folder each."""
SCHEMAS = ROOT / "schemas"
"""JSON Schemas of the file formats; those of the kinds in `kinds/`."""
REPORTS = ROOT / "reports"
"""Templates and styles of reports."""


def pack_names() -> tuple[str, ...]:
    """The shipped packs, sorted."""
    return tuple(sorted(folder.parent.name for folder in POLICIES.glob("*/pack.yaml")))


def kind_names() -> tuple[str, ...]:
    """The kinds whose schemas are shipped, sorted."""
    return tuple(sorted(file.name.partition(".")[0] for file in (SCHEMAS / "kinds").glob("*.schema.json")))

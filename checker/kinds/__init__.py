"""Kinds: JSON Schemas turned into validation, types of expressions, conversion, templates, descriptions.

The last two are for authors alone, and imported by their modules.
"""

from __future__ import annotations

from checker.kinds.kind import Kind, RuleIds, load, shipped_kind, shipped_names

__all__ = [
    "Kind",
    "RuleIds",
    "load",
    "shipped_kind",
    "shipped_names",
]

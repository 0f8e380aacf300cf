"""Kinds: JSON Schemas turned into validation, types of expressions, conversion, templates, descriptions."""

from __future__ import annotations

from checker.kinds.describe import describe
from checker.kinds.kind import Kind, RuleIds, load, shipped_kind, shipped_names
from checker.kinds.template import formats as template_formats
from checker.kinds.template import template

__all__ = [
    "Kind",
    "RuleIds",
    "describe",
    "load",
    "shipped_kind",
    "shipped_names",
    "template",
    "template_formats",
]

"""Cells of tables: formats without types of their own hold nothing but text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checker.kinds.fields import ANY, Field

_NUMBER = re.compile(r"[-+]?\d{1,18}(\.\d{1,18})?")
_TRUTH = {"true": True, "false": False}
_ANSWERS = {**_TRUTH, "yes": True, "no": False}


def scalar(text: str, types: frozenset[str], truths: Mapping[str, bool] = _TRUTH) -> Any:
    """The number or truth that a text is, if the types ask for one; otherwise the text itself."""
    if "string" in types:
        return text
    if types & {"integer", "number"} and _NUMBER.fullmatch(text):
        return float(text) if "number" in types or "." in text else int(text)
    if "boolean" in types:
        return truths.get(text.lower(), text)
    return text


def cell(text: str, field: Field) -> Any:
    """What a cell of a Markdown table holds, its column being `field`; None when it is empty.

    Lists are written with commas, a truth may be `yes` or `no`; what does not read as its type stays text.
    """
    text = text.strip()
    if not text:
        return None
    types = field.types or frozenset({"string"})
    if "array" in types and "string" not in types:
        parts = (part.strip() for part in text.split(","))
        return [cell(part, field.item or ANY) for part in parts if part]
    return scalar(text, types, _ANSWERS)

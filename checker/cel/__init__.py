"""The Common Expression Language (CEL): parse, check, evaluate and explain expressions.

Held to the conformance suite of the language; knows nothing of what its expressions are used for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import tree
from .environment import BUDGET, Environment, Program, Reference
from .errors import CompileError, EvaluationError, FunctionError, Issue
from .functions import Function
from .parser import parse
from .types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    EnumType,
    ListType,
    MapType,
    ObjectType,
    OpaqueType,
    OptionalType,
    Type,
)
from .values import ABSENT, BoolKey, Duration, Opaque, Optional, Timestamp, TypeValue, Uint, format_value

if TYPE_CHECKING:
    from .explain import Element, Explanation, Observation, Origin, Reason

__all__ = [
    "ABSENT",
    "BOOL",
    "BUDGET",
    "BYTES",
    "DOUBLE",
    "DURATION",
    "DYN",
    "INT",
    "NULL",
    "STRING",
    "TIMESTAMP",
    "TYPE",
    "UINT",
    "BoolKey",
    "CompileError",
    "Duration",
    "Element",
    "EnumType",
    "Environment",
    "EvaluationError",
    "Explanation",
    "Function",
    "FunctionError",
    "Issue",
    "ListType",
    "MapType",
    "ObjectType",
    "Observation",
    "Opaque",
    "OpaqueType",
    "Optional",
    "OptionalType",
    "Origin",
    "Program",
    "Reason",
    "Reference",
    "Timestamp",
    "Type",
    "TypeValue",
    "Uint",
    "format_value",
    "parse",
    "tree",
]

_EXPLAIN = frozenset(("Element", "Explanation", "Observation", "Origin", "Reason"))


def __getattr__(name: str) -> Any:
    """The records of explanations, whose module is only imported when they are asked for."""
    if name in _EXPLAIN:
        from . import explain  # noqa: PLC0415

        return getattr(explain, name)
    raise AttributeError(name)

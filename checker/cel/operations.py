"""What strict operations do with values, and which fault it is when they cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from .errors import EvaluationError, FunctionError, Kind
from .functions import Definition, Implementation
from .tree import Binary, Field, Index, Node
from .values import (
    ABSENT,
    KEYS,
    NONE,
    NUMBERS,
    Duration,
    Frame,
    Opaque,
    Optional,
    Timestamp,
    contains,
    to_key,
    word,
)

ORDERED = frozenset((int, float, str, bool, bytes, Timestamp, Duration)) | NUMBERS
"""Classes of values that Python orders, and finds equal, as CEL does among themselves."""


def raise_error(node: Node, message: str) -> NoReturn:
    """Raise the general kind of fault at a node."""
    raise EvaluationError("error", message, node.start, node.end)


def select(node: Field | Index, operand: Any, key: Any, wrap: bool, missing: str) -> object:
    """The element of a map or list, `wrap`ped as an optional; raises what says why there is none."""
    kind = operand.__class__
    value: object = ABSENT
    if kind is Optional:
        if operand.value is ABSENT:
            return NONE
        return select(node, operand.value, key, True, missing)
    if kind is dict:
        try:
            value = operand.get(key if key.__class__ in KEYS else to_key(key), ABSENT)
        except FunctionError as error:
            raise_error(node, error.message)
    elif kind is list and not isinstance(node, Field):
        position = _position(node, key)
        if 0 <= position < len(operand):
            value = operand[position]
        elif position < 0 and not wrap:
            raise_error(node, f"a list has no element {position}")
    else:
        what = f"field `{key}`" if isinstance(node, Field) else "elements"
        raise_error(node, f"{word(operand)} has no {what}")
    if value is not ABSENT:
        return Optional(value) if wrap else value
    if wrap:
        return NONE
    raise EvaluationError("missing", missing, node.start, node.end)


def _position(node: Index, key: Any) -> int:
    if isinstance(key, float) and key.is_integer():
        return int(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    raise_error(node, f"a list's index is a whole number, not {word(key)}")


def is_member(node: Binary, frame: Frame, value: object, items: Any) -> bool:
    """`value in items`."""
    if items.__class__ is list:
        return contains(frame, items, value)
    if items.__class__ is dict:
        try:
            return to_key(value) in items
        except FunctionError as error:
            raise_error(node, error.message)
    raise_error(node.right, f"`in` looks into a list or a map, not into {word(items)}")


def compare(node: Binary, order: Callable[[Any, Any], bool], a: Any, b: Any) -> bool:
    """`<` and its kin: numbers with numbers, and values of one ordered kind with each other."""
    kind, other = a.__class__, b.__class__
    if kind in NUMBERS and other in NUMBERS:
        if float in (kind, other):
            return order(float(a), float(b))
        return order(a, b)
    if kind is other:
        if kind in ORDERED:
            return order(a, b)
        if isinstance(a, Opaque):
            try:
                return order(a, b)
            except FunctionError as error:
                raise_error(node, error.message)
    raise_error(node, f"`{node.operator}` cannot compare {word(a)} with {word(b)}")


def call(
    node: Node,
    definition: Definition,
    frame: Frame,
    values: tuple[object, ...],
    known: Implementation | None = None,
) -> object:
    """What a function gives for these arguments, its errors with the position of the call.

    `known`: what runs for them, where that was found before.
    """
    try:
        run = known or definition.select(values)
        if definition.metered:
            result = run(frame, *values)
        elif definition.contextual:
            result = run(frame[1], *values)
        else:
            result = run(*values)
    except FunctionError as error:
        kind: Kind = "unreadable" if error.unreadable else "error"
        raise EvaluationError(kind, error.message, node.start, node.end, error.hint) from None
    if result is ABSENT:
        raise EvaluationError("missing", "nothing was found", node.start, node.end)
    return result


def unwrap(place: Node, value: object) -> object:
    """The value of an optional, ABSENT where it has none."""
    if isinstance(value, Optional):
        return value.value
    raise_error(place, f"`?` needs an optional value here, not {word(value)}")

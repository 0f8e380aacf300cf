"""Closures that choose what to evaluate: `&&`, `||`, the loops, and `cel.bind`.

`&&`, `||`, `all` and `exists` absorb errors: when one part decides, it does not matter that another
failed, whichever stands first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from .errors import EvaluationError
from .tree import Comprehension, Logical, Node, walk
from .values import Frame, charge, sorted_keys, to_key, word

Closure: TypeAlias = Callable[[Frame], object]

_NODES_A_STEP = 16


class Deferred:
    """In a frame: the error of a bound value, raised by whoever reads it."""

    __slots__ = ("error",)

    def __init__(self, error: EvaluationError) -> None:
        self.error = error


def not_bool(node: Node, what: str, value: object) -> EvaluationError:
    """The error of a value that should have been true or false."""
    return EvaluationError("error", f"{what} needs true or false, not {word(value)}", node.start, node.end)


def logical(node: Logical, operands: list[Closure]) -> Closure:
    """`&&` and `||` over two or more operands."""
    decisive = node.operator == "||"
    if len(operands) == 2:
        return _logical_pair(node, operands[0], operands[1], decisive)
    undecided = not decisive

    def several(frame: Frame) -> object:
        failed: EvaluationError | None = None
        for i, operand in enumerate(operands):
            try:
                value = operand(frame)
            except EvaluationError as error:
                failed = failed or error
                continue
            if value is decisive:
                return decisive
            if value is not undecided and failed is None:
                failed = not_bool(node.operands[i], f"`{node.operator}`", value)
        if failed is not None:
            raise failed
        return undecided

    return several


def _logical_pair(node: Logical, first: Closure, second: Closure, decisive: bool) -> Closure:
    undecided = not decisive

    def pair(frame: Frame) -> object:
        try:
            value = first(frame)
        except EvaluationError as error:
            # The other side may still decide; where it fails too, the first reason is told.
            try:
                if second(frame) is decisive:
                    return decisive
            except EvaluationError:
                pass
            raise error
        if value is decisive:
            return decisive
        other = second(frame)
        if other is decisive:
            return decisive
        if value is not undecided:
            raise not_bool(node.operands[0], f"`{node.operator}`", value)
        if other is not undecided:
            raise not_bool(node.operands[1], f"`{node.operator}`", other)
        return undecided

    return pair


def bind(slot: int, value: Closure, body: Closure) -> Closure:
    """`cel.bind`: an error of the value matters only where the value is used."""

    def bound(frame: Frame) -> object:
        try:
            frame[slot] = value(frame)
        except EvaluationError as error:
            frame[slot] = Deferred(error)
        return body(frame)

    return bound


def _elements(node: Comprehension, frame: Frame, span: Any, weight: int) -> Iterable[object]:
    """The elements of a list, or the keys of a map in their order, each charged with `weight` steps."""
    if span.__class__ is list:
        charge(frame, len(span) * weight)
        return span
    if span.__class__ is dict:
        charge(frame, len(span) * weight)
        return sorted_keys(span)
    message = f"`{node.macro}` runs over a list or a map, not over {word(span)}"
    raise EvaluationError("error", message, node.range.start, node.range.end)


def comprehension(
    node: Comprehension, slot: int, span: Closure, condition: Closure | None, body: Closure
) -> Closure:
    """The closure of any of the loops; `slot` is that of the first variable."""
    # A step of a loop is as much work as what it evaluates is long.
    weight = 1 + sum(1 for part in (node.condition, node.body) if part for _ in walk(part)) // _NODES_A_STEP
    loop = (_single_values if len(node.variables) == 1 else _pair_values)(node, slot, span, weight)
    match node.macro:
        case "all" | "exists":
            return _quantifier(node, slot, loop, body)
        case "exists_one":
            return _exists_one(node, slot, loop, body)
        case "filter":
            return _filter(node, slot, loop, body)
        case "transformMap":
            return _transform_map(node, slot, loop, condition, body)
        case _:
            return _transform_list(node, slot, loop, condition, body)


Loop: TypeAlias = Callable[[Frame], Iterable[object]]
"""Gives the values of the first variable, for the caller to set, and sets the second one itself."""


def _single_values(node: Comprehension, slot: int, span: Closure, weight: int) -> Loop:
    return lambda frame: _elements(node, frame, span(frame), weight)


def _pair_values(node: Comprehension, slot: int, span: Closure, weight: int) -> Loop:
    second = slot - 1

    def pairs(frame: Frame) -> Iterable[tuple[object, object]]:
        """Index and element of a list, or key and value of a map."""
        value: Any = span(frame)
        found = _elements(node, frame, value, weight)
        if value.__class__ is dict:
            return [(key, value[to_key(key) if key.__class__ is bool else key]) for key in found]
        return enumerate(found)

    def loop(frame: Frame) -> Iterable[object]:
        for key, frame[second] in pairs(frame):  # noqa: B020
            yield key

    return loop


def _quantifier(node: Comprehension, slot: int, loop: Loop, body: Closure) -> Closure:
    decisive = node.macro == "exists"
    undecided = not decisive

    def quantifier(frame: Frame) -> object:
        failed: EvaluationError | None = None
        for frame[slot] in loop(frame):  # noqa: B020 - a place in the frame, not the frame
            try:
                value = body(frame)
            except EvaluationError as error:
                failed = failed or error
                continue
            if value is decisive:
                return decisive
            if value is not undecided and failed is None:
                failed = not_bool(node.body, f"`{node.macro}`", value)
        if failed is not None:
            raise failed
        return undecided

    return quantifier


def _is_true(node: Comprehension, place: Node, value: object) -> bool:
    if value is True:
        return True
    if value is False:
        return False
    raise not_bool(place, f"`{node.macro}`", value)


def _exists_one(node: Comprehension, slot: int, loop: Loop, body: Closure) -> Closure:
    def exists_one(frame: Frame) -> object:
        return sum(_is_true(node, node.body, body(frame)) for frame[slot] in loop(frame)) == 1

    return exists_one


def _filter(node: Comprehension, slot: int, loop: Loop, body: Closure) -> Closure:
    def keep(frame: Frame) -> object:
        return [frame[slot] for frame[slot] in loop(frame) if _is_true(node, node.body, body(frame))]

    return keep


def _transform_list(
    node: Comprehension, slot: int, loop: Loop, condition: Closure | None, body: Closure
) -> Closure:
    if condition is None:
        return lambda frame: [body(frame) for frame[slot] in loop(frame)]
    place = node.condition or node

    def transform(frame: Frame) -> object:
        return [body(frame) for frame[slot] in loop(frame) if _is_true(node, place, condition(frame))]

    return transform


def _transform_map(
    node: Comprehension, slot: int, loop: Loop, condition: Closure | None, body: Closure
) -> Closure:
    place = node.condition or node

    def transform(frame: Frame) -> object:
        found: dict[object, object] = {}
        for frame[slot] in loop(frame):  # noqa: B020 - a place in the frame, not the frame
            if condition is None or _is_true(node, place, condition(frame)):
                found[to_key(frame[slot])] = body(frame)
        return found

    return transform

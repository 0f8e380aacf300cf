"""The syntax tree: what was written, with macros kept as they were written.

Every node carries the half-open span `start:end` of its text in characters. Parentheses belong to
no node, but an operand's parentheses lie inside the span of the node that holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias


class Literal(NamedTuple):
    """A constant as written; a minus sign before a number belongs to it."""

    start: int
    end: int
    value: object
    """None, bool, int, Uint, float, str or bytes."""


class Variable(NamedTuple):
    """A name: a declared variable, a loop variable, a type, or the first part of a longer name."""

    start: int
    end: int
    name: str
    absolute: bool = False
    """Written with a leading dot: never a loop variable."""


class Field(NamedTuple):
    """`operand.name`, or `operand.?name`."""

    start: int
    end: int
    operand: Node
    name: str
    name_start: int
    """Offset of the name itself, which reaches to `end`."""
    optional: bool = False


class Index(NamedTuple):
    """`operand[index]`, or `operand[?index]`."""

    start: int
    end: int
    operand: Node
    key: Node
    optional: bool = False


class ListLiteral(NamedTuple):
    """`[a, ?b]`."""

    start: int
    end: int
    elements: tuple[Node, ...]
    optional: frozenset[int] = frozenset()
    """Positions of the elements written with `?`."""


class Entry(NamedTuple):
    """One `key: value` of a map; `?key: value` where optional."""

    key: Node
    value: Node
    optional: bool = False


class MapLiteral(NamedTuple):
    """`{key: value}`."""

    start: int
    end: int
    entries: tuple[Entry, ...]


class Call(NamedTuple):
    """`function(arguments)`, or `target.function(arguments)`."""

    start: int
    end: int
    function: str
    target: Node | None
    arguments: tuple[Node, ...]
    name_start: int
    """Offset of the function's name."""


class Unary(NamedTuple):
    """`!operand` or `-operand`."""

    start: int
    end: int
    operator: str
    operand: Node


class Binary(NamedTuple):
    """Arithmetic, a comparison, or `in`: both sides are always needed."""

    start: int
    end: int
    operator: str
    left: Node
    right: Node


class Logical(NamedTuple):
    """`a && b && c` or `a || b || c`: one node for the whole row."""

    start: int
    end: int
    operator: str
    operands: tuple[Node, ...]


class Conditional(NamedTuple):
    """`condition ? then : otherwise`."""

    start: int
    end: int
    condition: Node
    then: Node
    otherwise: Node


class Has(NamedTuple):
    """`has(operand)`."""

    start: int
    end: int
    operand: Field | Index


class Comprehension(NamedTuple):
    """A macro that runs over a list or a map."""

    start: int
    end: int
    macro: str
    """`all`, `exists`, `exists_one`, `map`, `filter`, `transformList` or `transformMap`."""
    range: Node
    variables: tuple[str, ...]
    """One: the element of a list, or the key of a map. Two: the index or key, and the value."""
    condition: Node | None
    """Which elements a transformation takes; None: all."""
    body: Node
    """The predicate of `all`, `exists`, `exists_one` and `filter`; the new element of the others."""


class Bind(NamedTuple):
    """`cel.bind(variable, value, body)`."""

    start: int
    end: int
    variable: str
    value: Node
    body: Node


class OptionalMap(NamedTuple):
    """`operand.optMap(variable, body)` or `operand.optFlatMap(variable, body)`."""

    start: int
    end: int
    macro: str
    operand: Node
    variable: str
    body: Node


Node: TypeAlias = (
    Literal
    | Variable
    | Field
    | Index
    | ListLiteral
    | MapLiteral
    | Call
    | Unary
    | Binary
    | Logical
    | Conditional
    | Has
    | Comprehension
    | Bind
    | OptionalMap
)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in the order they are written."""
    match node:
        case Field(operand=operand) | Unary(operand=operand) | Has(operand=operand):
            yield operand
        case Index():
            yield node.operand
            yield node.key
        case ListLiteral():
            yield from node.elements
        case MapLiteral():
            for entry in node.entries:
                yield entry.key
                yield entry.value
        case Call():
            if node.target is not None:
                yield node.target
            yield from node.arguments
        case Binary():
            yield node.left
            yield node.right
        case Logical():
            yield from node.operands
        case Conditional():
            yield node.condition
            yield node.then
            yield node.otherwise
        case Comprehension():
            yield node.range
            if node.condition is not None:
                yield node.condition
            yield node.body
        case Bind():
            yield node.value
            yield node.body
        case OptionalMap():
            yield node.operand
            yield node.body
        case _:
            return


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it, parents first."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(tuple(children(found)))

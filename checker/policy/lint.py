"""What is legal in an expression and yet rarely meant.

Whether emptiness lets an assertion hold is computed, not matched: the assertion is evaluated with one list
taken as empty and everything else as unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from checker import cel
from checker.cel import tree


class Place(NamedTuple):
    """A part of an expression."""

    start: int
    end: int
    text: str


def _place(program: cel.Program, node: tree.Node) -> Place:
    return Place(node.start, node.end, program.text[node.start : node.end])


def null_comparisons(program: cel.Program) -> list[tuple[int, int]]:
    """Where an expression compares something with `null`: (start, end) offsets."""
    return [
        (node.start, node.end)
        for node in program.nodes
        if isinstance(node, tree.Binary)
        and node.operator in ("==", "!=")
        and any(isinstance(side, tree.Literal) and side.value is None for side in (node.left, node.right))
    ]


def named_kinds(program: cel.Program) -> list[tuple[int, int, str]]:
    """The kinds that an expression asks for by name: (start, end, name) of each."""
    return [
        (kind.start, kind.end, kind.value)
        for node in program.nodes
        if isinstance(node, tree.Call) and node.function in ("lookup", "related") and node.arguments
        if isinstance(kind := node.arguments[0], tree.Literal) and isinstance(kind.value, str)
    ]


def named_fields(program: cel.Program) -> list[tuple[int, int, str]]:
    """The JSON pointers to fields whose provenance an expression asks for: (start, end, pointer) of each."""
    return [
        (field.start, field.end, field.value)
        for node in program.nodes
        if isinstance(node, tree.Call) and node.function == "provenance" and node.arguments
        if isinstance(field := node.arguments[0], tree.Literal) and isinstance(field.value, str)
    ]


def constant(program: cel.Program) -> bool | None:
    """What an assertion always gives, whatever it reads; None where that depends."""
    known = _known(program.tree, _nothing)
    return known if isinstance(known, bool) else None


def unguarded_lists(program: cel.Program, guards: Iterable[cel.Program] = ()) -> list[Place]:
    """Lists that may be empty and whose emptiness lets the assertion hold.

    `guards` are conditions under which the assertion is read at all.
    """
    guards = tuple(guards)
    found: dict[str, Place] = {}
    for body, holds in _bodies(program.tree, holds=True):
        for node in _collections(program, body):
            place = _place(program, node)
            empty = _emptied(program, place.text)
            guarded = _known(body, empty) is (not holds) or any(
                _known(guard.tree, _emptied(guard, place.text)) is False for guard in guards
            )
            if not guarded and any(
                part.known(empty) is part.wanted and part.known(_nothing) is _UNKNOWN
                for part in _parts(body, holds)
            ):
                found.setdefault(place.text, place)
    return list(found.values())


def ages_ahead(program: cel.Program, guards: Iterable[cel.Program] = ()) -> list[Place]:
    """Ages that only have a greatest value, so that a day in the future, whose age is negative, holds."""
    read = [
        _place(each, node).text
        for each in (program, *guards)
        for node in each.nodes
        if isinstance(node, tree.Call) and node.function == "age"
    ]
    found = []
    for body, holds in _bodies(program.tree, holds=True):
        for part in _parts(body, holds):
            age = _limited(part.node, part.wanted)
            if age is not None and read.count(_place(program, age).text) == 1:
                found.append(_place(program, age))
    return found


def _limited(part: tree.Node, wanted: bool) -> tree.Call | None:
    """The age of which `part` says that it is at most some positive number."""
    if not isinstance(part, tree.Binary) or part.operator not in _MIRRORED:
        return None
    age, sign, limit = part.left, part.operator, part.right
    if not isinstance(age, tree.Call):
        age, sign, limit = limit, _MIRRORED[sign], age
    if not isinstance(age, tree.Call) or age.function != "age" or (sign in ("<", "<=")) is not wanted:
        return None
    known = _known(limit, _nothing)
    if isinstance(known, int) and known <= 0:
        return None
    relative = any(isinstance(node, tree.Call) and node.function == "age" for node in tree.walk(limit))
    return None if relative else age


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class _Part(NamedTuple):
    """A condition that an assertion consists of."""

    node: tree.Node
    wanted: bool
    """What lets the assertion hold."""
    bound: tuple[tree.Bind, ...]
    """The variables around it, outermost first."""

    def known(self, granted: Known) -> object:
        for bind in self.bound:
            granted = _bound(bind, granted)
        return _known(self.node, granted)


def _bodies(node: tree.Node, holds: bool) -> Iterator[tuple[tree.Node, bool]]:
    """The assertion and those that it makes of elements, each with what it must be for the whole to hold."""
    yield node, holds
    for part in _parts(node, holds):
        if isinstance(part.node, tree.Comprehension) and part.node.macro in ("all", "exists"):
            yield from _bodies(part.node.body, part.wanted)


def _parts(node: tree.Node, wanted: bool, bound: tuple[tree.Bind, ...] = ()) -> Iterator[_Part]:
    """What and, or, not and choice join to an assertion that is to be `wanted`."""
    match node:
        case tree.Logical():
            for operand in node.operands:
                yield from _parts(operand, wanted, bound)
        case tree.Unary(operator="!"):
            yield from _parts(node.operand, not wanted, bound)
        case tree.Conditional() if not isinstance(_known(node.then, _nothing), bool):
            yield from _parts(node.then, wanted, bound)
            yield from _parts(node.otherwise, wanted, bound)
        case tree.Bind():
            yield from _parts(node.body, wanted, (*bound, node))
        case _:
            yield _Part(node, wanted, bound)


def _collections(
    program: cel.Program, node: tree.Node, bound: frozenset[str] = frozenset()
) -> Iterator[tree.Node]:
    """The lists and maps that a body reads, apart from those that it makes and those inside its loops."""
    if isinstance(node, tree.Bind):
        yield from _collections(program, node.value, bound)
        yield from _collections(program, node.body, bound | {node.variable})
        return
    if isinstance(node, tree.Comprehension):
        yield from _collections(program, node.range, bound)
        return
    match node:
        case tree.Field(operand=tree.Variable(name="params")):
            read = False  # whoever sets a parameter to nothing means it
        case tree.Field() | tree.Index() | tree.Call(target=None):
            read = True
        case tree.Variable():
            read = node.name not in bound
        case _:
            read = False
    if read and _may_be_empty(program.type_of(node)):
        yield node
    for child in tree.children(node):
        yield from _collections(program, child, bound)


def _may_be_empty(type_: cel.Type) -> bool:
    if isinstance(type_, cel.ListType):
        return type_.may_be_empty
    return type_ == cel.DYN or isinstance(type_, cel.MapType | cel.ObjectType)


class _Unknown:
    def __repr__(self) -> str:
        return "unknown"


_UNKNOWN: Final = _Unknown()

_EMPTY: Final[tuple[Any, ...]] = ()
"""What is known of a collection that is empty."""

Known = Callable[[tree.Node], object]
"""What is taken for granted of a node; `_UNKNOWN`: nothing."""


def _nothing(node: tree.Node) -> object:
    return _UNKNOWN


def _emptied(program: cel.Program, text: str) -> Known:
    """Takes for granted that whatever is written like `text` is empty."""
    return lambda node: _EMPTY if program.text[node.start : node.end] == text else _UNKNOWN


def _known(node: tree.Node, granted: Known) -> object:
    """The value of a node as far as it can be told from what is granted, else `_UNKNOWN`."""
    if (given := granted(node)) is not _UNKNOWN:
        return given
    match node:
        case tree.Literal():
            return node.value
        case tree.ListLiteral(elements=()) | tree.MapLiteral(entries=()):
            return _EMPTY
        case tree.Logical():
            absorbing = node.operator == "||"
            values = [_known(operand, granted) for operand in node.operands]
            if any(value is absorbing for value in values):
                return absorbing
            return _UNKNOWN if any(value is _UNKNOWN for value in values) else not absorbing
        case tree.Unary():
            value = _known(node.operand, granted)
            if node.operator == "!":
                return not value if isinstance(value, bool) else _UNKNOWN
            return -value if isinstance(value, int | float) else _UNKNOWN
        case tree.Conditional():
            condition = _known(node.condition, granted)
            if isinstance(condition, bool):
                return _known(node.then if condition else node.otherwise, granted)
            return _UNKNOWN
        case tree.Bind():
            return _known(node.body, _bound(node, granted))
        case tree.Comprehension():
            if _known(node.range, granted) != _EMPTY:
                return _UNKNOWN
            return _OF_NOTHING.get(node.macro, _EMPTY)
        case tree.Call():
            measured = node.target or next(iter(node.arguments), None)
            if measured is None or node.function not in _OF_EMPTY or _known(measured, granted) != _EMPTY:
                return _UNKNOWN
            return _OF_EMPTY[node.function]
        case tree.Binary():
            return _compared(node.operator, _known(node.left, granted), _known(node.right, granted))
        case _:
            return _UNKNOWN


def _bound(bind: tree.Bind, granted: Known) -> Known:
    value = _known(bind.value, granted)

    def known(node: tree.Node) -> object:
        return value if isinstance(node, tree.Variable) and node.name == bind.variable else granted(node)

    return known if value is not _UNKNOWN else granted


_OF_NOTHING: Mapping[str, bool] = {"all": True, "exists": False, "exists_one": False}
"""What a loop over nothing says; the others give nothing."""

_OF_EMPTY: Mapping[str, object] = {
    "size": 0,
    "filled": False,
    **dict.fromkeys(("distinct", "flatten", "reverse", "slice", "sort"), _EMPTY),
}
"""What functions make of something empty."""

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compared(sign: str, left: object, right: object) -> object:
    if sign == "in" and right == _EMPTY:
        return False
    alike = (isinstance(left, int | float) and isinstance(right, int | float)) or type(left) is type(right)
    if sign not in _COMPARISONS or not alike or isinstance(left, _Unknown):
        return _UNKNOWN
    return _COMPARISONS[sign](left, right)

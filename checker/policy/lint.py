"""What is legal in an expression and yet rarely meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker import cel
from checker.cel import tree


def null_comparisons(program: cel.Program) -> list[tuple[int, int]]:
    """Where an expression compares something with `null`: (start, end) offsets."""
    return [
        (node.start, node.end)
        for node in tree.walk(program.tree)
        if isinstance(node, tree.Binary)
        and node.operator in ("==", "!=")
        and any(isinstance(side, tree.Literal) and side.value is None for side in (node.left, node.right))
    ]


def named_kinds(program: cel.Program) -> list[tuple[int, int, str]]:
    """The kinds that an expression asks for by name: (start, end, name) of each."""
    return [
        (kind.start, kind.end, kind.value)
        for node in tree.walk(program.tree)
        if isinstance(node, tree.Call) and node.function in ("lookup", "related") and node.arguments
        if isinstance(kind := node.arguments[0], tree.Literal) and isinstance(kind.value, str)
    ]


def unguarded_lists(program: cel.Program, guards: Iterable[cel.Program] = ()) -> list[tuple[int, int, str]]:
    """Lists that may be empty and whose emptiness lets the assertion hold: (start, end, text) of each.

    `guards` are conditions under which the assertion is read at all.
    """
    guarded = {text for guard in (program, *guards) for text in _guarded(guard.tree, guard.text)}
    return [
        (node.start, node.end, text)
        for node in _vacuous(program.tree, holds=True)
        if (text := program.text[node.start : node.end]) not in guarded and _may_be_empty(program, node)
    ]


def _may_be_empty(program: cel.Program, node: tree.Node) -> bool:
    type_ = program.type_of(node)
    return not (isinstance(type_, cel.ListType) and not type_.may_be_empty)


def _vacuous(node: tree.Node, holds: bool) -> Iterator[tree.Node]:
    """The ranges whose emptiness makes `node` true (`holds`) or false."""
    match node:
        case tree.Logical():
            for operand in node.operands:
                yield from _vacuous(operand, holds)
        case tree.Unary(operator="!"):
            yield from _vacuous(node.operand, not holds)
        case tree.Conditional():
            yield from _vacuous(node.then, holds)
            yield from _vacuous(node.otherwise, holds)
        case tree.Comprehension(macro="all") if holds:
            yield node.range
        case tree.Comprehension(macro="exists") if not holds:
            yield node.range
        case tree.Binary(operator="==") if holds and _is_zero(node.right):
            measured = _measured(node.left)
            if isinstance(measured, tree.Comprehension) and measured.macro == "filter":
                yield measured.range
            elif measured is not None:
                yield measured
        case tree.Bind():
            yield from _vacuous(node.body, holds)
        case _:
            return


def _guarded(node: tree.Node, text: str) -> Iterator[str]:
    """Texts of what must be non-empty for `node` to be true."""
    match node:
        case tree.Logical(operator="&&"):
            for operand in node.operands:
                yield from _guarded(operand, text)
        case tree.Binary():
            measured = _measured(node.left)
            if measured is not None and (
                (node.operator in (">", "!=") and _is_zero(node.right))
                or (node.operator in (">=", ">", "==") and _is_positive(node.right))
            ):
                yield text[measured.start : measured.end]
        case tree.Call(function="filled"):
            yield text[node.arguments[0].start : node.arguments[0].end]
        case tree.Comprehension(macro="exists" | "exists_one"):
            yield text[node.range.start : node.range.end]
        case tree.Bind():
            yield from _guarded(node.body, text)
        case _:
            return


def _measured(node: tree.Node) -> tree.Node | None:
    """`x` of `size(x)` or `x.size()`."""
    if isinstance(node, tree.Call) and node.function == "size":
        return node.target or node.arguments[0]
    return None


def _is_zero(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and node.value == 0


def _is_positive(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and isinstance(node.value, int) and node.value > 0

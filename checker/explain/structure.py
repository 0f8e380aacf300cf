"""How the reasons of one assertion hang together: whether each must be mended, or any one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker import cel
from checker.cel import tree


class Row(NamedTuple):
    """An and or an or around a reason."""

    node: int
    """Its `id`."""
    elements: tuple[str, ...]
    """Of the loops around it, which element it was evaluated for."""
    any: bool
    """Whether one operand would do; otherwise all are needed."""


class Structure:
    """The places of reasons in their expression."""

    def __init__(self, program: cel.Program, reasons: Sequence[cel.Reason]) -> None:
        self.parents = program.parents
        self.nodes = [program.parts.get((reason.start, reason.end), program.tree) for reason in reasons]
        self.rows = [self._rows(node, reason) for node, reason in zip(self.nodes, reasons, strict=True)]
        self.reasons = reasons

    def _rows(self, node: tree.Node, reason: cel.Reason) -> tuple[Row, ...]:
        """From the outermost to the innermost."""
        wanted = not reason.holds
        elements = tuple(repr(element.index_or_key) for element in reason.elements)
        rows: list[Row] = []
        while (parent := self.parents.get(id(node))) is not None:
            if isinstance(parent, tree.Unary):
                wanted = not wanted
            elif isinstance(parent, tree.Comprehension) and node is not parent.range:
                elements = elements[:-1]
            elif isinstance(parent, tree.Logical):
                rows.append(Row(id(parent), elements, (parent.operator == "||") is wanted))
            node = parent
        return tuple(reversed(rows))

    def telling(self) -> list[int]:
        """The reasons, by their places, without guards beside which another part says what is wrong."""
        guards = [self._guards(node, reason) for node, reason in zip(self.nodes, self.reasons, strict=True)]
        return [
            place
            for place, rows in enumerate(self.rows)
            if not guards[place]
            or not any(
                row.any and row in self.rows[other]
                for row in rows
                for other in range(len(self.reasons))
                if not guards[other]
            )
        ]

    def _guards(self, node: tree.Node, reason: cel.Reason) -> bool:
        """Whether a part only says where the others apply: `has(x)`, or what no artifact decides."""
        if reason.kind != "false":
            return False
        if isinstance(node, tree.Unary):
            node = node.operand
        return isinstance(node, tree.Has) or not any(observation.origin for observation in reason.seen)

    def word(self, first: int, second: int) -> str:
        """`or` between two reasons of which one need be mended, else `and`."""
        common = [a for a, b in zip(self.rows[first], self.rows[second], strict=False) if a == b]
        return "or" if common and common[-1].any else "and"

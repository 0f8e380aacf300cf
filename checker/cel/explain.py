"""Why an expression is not true: the slow and exact twin of the closures.

The tree is walked from the top. Where an operator chooses, only the parts that decided are followed;
where it is strict, all operands are looked at, so that when several things are wrong each is told.
Every value comes from the same closures that evaluate, so the two never disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from .checker import FIRST_SLOT
from .errors import BudgetError, EvaluationError, Kind
from .macros import Deferred, not_bool
from .tree import (
    Bind,
    Call,
    Comprehension,
    Conditional,
    Field,
    Has,
    Index,
    ListLiteral,
    Logical,
    Node,
    OptionalMap,
    Unary,
    Variable,
    children,
)
from .tree import Literal as LiteralNode
from .values import ABSENT, Optional, charge, format_value, sorted_keys, to_key

if TYPE_CHECKING:
    from .environment import Program

MOST_ELEMENTS = 3
"""Elements of one loop that are explained; the others are only counted."""
MOST_SEEN = 20
"""Observations of one reason."""
_MOST_FACTS = 3


class Origin(NamedTuple):
    """Where a value comes from."""

    root: str
    """A variable's name, or the text of the call that gave the object."""
    path: tuple[str | int, ...]
    """Keys and indexes below the root."""
    value: object
    """The root object itself; None where a call gave nothing."""


class Observation(NamedTuple):
    """A part of the expression that was read, and the value it had."""

    start: int
    end: int
    value: object
    """ABSENT where there was none."""
    origin: Origin | None
    """Of what is not there: its first absent part."""
    absent: bool = False


class Element(NamedTuple):
    """The element of a loop that a reason speaks of."""

    variable: str
    index_or_key: object
    origin: Origin | None


class Reason(NamedTuple):
    """One part of the expression that decided."""

    start: int
    end: int
    kind: Literal["false"] | Kind
    message: str
    """One sentence for a person."""
    seen: tuple[Observation, ...] = ()
    missing: Origin | None = None
    """What is not there, for the kind `missing`."""
    elements: tuple[Element, ...] = ()
    """The loops around it, outermost first."""
    holds: bool = False
    """Of the kind `false`: the part is true, where being false was needed."""
    hint: str = ""
    """What to do about an error; may be empty."""


class Explanation(NamedTuple):
    """The value, None where there is none; and the reasons, empty where it is true or no bool at all."""

    value: object
    reasons: tuple[Reason, ...]


class _Outcome(NamedTuple):
    value: object
    error: EvaluationError | None


class _Entry(NamedTuple):
    """One element of what a loop runs over."""

    key: object
    """Its index or key."""
    value: object
    origin: Origin | None
    element: bool = True
    """Of a list, whose loops bind elements; those over a map bind keys."""


def explain(program: Program, activation: Mapping[str, object]) -> Explanation:
    """Evaluate, and name the parts that decided where the value is not true."""
    error: EvaluationError | None = None
    value: object = None
    try:
        value = program.evaluate(activation)
    except EvaluationError as raised:
        error = raised.bare()
    if error is None and value is not False:
        return Explanation(value, ())
    whole = program.tree
    if error is not None and error.kind == "limit":
        reasons = [Reason(whole.start, whole.end, "limit", error.message)]
    else:
        try:
            reasons = _Explainer(program, activation).why(whole, _Outcome(value, error))
        except (BudgetError, RecursionError, MemoryError):
            # Explaining takes more work than deciding: then the decision itself is all there is to say.
            reasons = [
                Reason(error.start, error.end, error.kind, error.message, hint=error.hint)
                if error is not None
                else Reason(
                    whole.start, whole.end, "false", "the expression is false; there is too much to explain"
                )
            ]
    return Explanation(value, _distinct(reasons))


def _distinct(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Without those that say the same of the same place, as both sides of `a.b > 1 && a.b < 5` may."""
    seen: set[tuple[object, ...]] = set()
    found: list[Reason] = []
    for reason in reasons:
        places = tuple((element.variable, repr(element.index_or_key)) for element in reason.elements)
        if reason.missing is not None:
            mark: tuple[object, ...] = (
                "missing",
                reason.missing.root,
                reason.missing.path,
                id(reason.missing.value),
            )
        else:
            mark = (reason.start, reason.end, reason.kind, places)
        if mark not in seen:
            seen.add(mark)
            found.append(reason)
    return tuple(found)


class _Explainer:
    def __init__(self, program: Program, activation: Mapping[str, object]) -> None:
        self.program = program
        self.checked = program.checked
        self.frame = program.frame(activation)
        self.origins: dict[int, Origin | None] = {}
        """Of what the local variables hold, by slot."""
        self.deferred: dict[int, list[Reason]] = {}
        """Why a bound value has an error, by slot."""
        self.elements: tuple[Element, ...] = ()

    def text(self, node: Node) -> str:
        return self.program.text[node.start : node.end]

    def outcome(self, node: Node) -> _Outcome:
        """The value or error of a node, with the local variables as they are now."""
        try:
            return _Outcome(self.program.compiler.closure(node)(self.frame), None)
        except EvaluationError as error:
            return _Outcome(None, error.bare())

    # Reasons

    def why(self, node: Node, outcome: _Outcome) -> list[Reason]:
        """The parts that made a node what it is: false or true, or an error."""
        match node:
            case Logical():
                return self._why_logical(node, outcome)
            case Unary(operator="!"):
                return self._why_not(node, outcome)
            case Conditional():
                return self._why_conditional(node, outcome)
            case Comprehension():
                return self._why_loop(node, outcome)
            case Bind():
                return self._why_bind(node, outcome)
            case OptionalMap() if outcome.error is not None:
                return self._why_optional_map(node, outcome.error)
            case Variable() if outcome.error is not None:
                slot = self.checked.slots.get(id(node), 0)
                return self.deferred.get(slot) or [self.failure(node, outcome.error)]
            case _ if outcome.error is not None:
                return self._why_failed(node, outcome.error)
            case _:
                return [self.fact(node, outcome.value)]

    def fact(self, node: Node, value: object) -> Reason:
        """The reason of a part that is not looked into any further."""
        seen = self.observations(node)
        facts = [
            f"`{self.program.text[o.start : o.end]}` is {format_value(o.value)}"
            for o in seen[:_MOST_FACTS]
            if (o.start, o.end) != (node.start, node.end)
        ]
        message = f"`{self.text(node)}` is {format_value(value)}" + (": " if facts else "") + ", ".join(facts)
        holds = value is True
        return Reason(node.start, node.end, "false", message, seen, None, self.elements, holds)

    def failure(self, node: Node, error: EvaluationError) -> Reason:
        """The reason of a part that has no value through its own fault."""
        missing = self.missing(node) if error.kind == "missing" else None
        # What is missing was not seen: what was looked for tells it.
        seen = () if missing is not None else self.observations(node)
        place = error.start, error.end
        return Reason(*place, error.kind, error.message, seen, missing, self.elements, hint=error.hint)

    def _why_failed(self, node: Node, error: EvaluationError) -> list[Reason]:
        """Of a strict part: the errors of its operands, or its own."""
        found: list[Reason] = []
        accepts_absence = self._accepts_absence(node)
        for operand in self._operands(node):
            outcome = self.outcome(operand)
            if outcome.error is None or (accepts_absence and outcome.error.kind == "missing"):
                continue
            found += self.why(operand, outcome)
        return found or [self.failure(node, error)]

    def _operands(self, node: Node) -> Iterator[Node]:
        """The parts whose values a strict node needs."""
        if id(node) in self.checked.slots or isinstance(node, Has):
            return
        for child in children(node):
            if not (
                isinstance(node, Call) and child is node.target and not self.checked.functions[id(node)][1]
            ):
                yield child

    def _accepts_absence(self, node: Node) -> bool:
        found = self.checked.functions.get(id(node))
        return found is not None and found[0].absent_ok

    def _why_logical(self, node: Logical, outcome: _Outcome) -> list[Reason]:
        decisive = node.operator == "||"
        found: list[Reason] = []
        for operand in node.operands:
            part = self.outcome(operand)
            if outcome.error is None:
                if part.error is None and part.value is outcome.value:
                    found += self.why(operand, part)
            elif part.error is not None:
                found += self.why(operand, part)
            elif part.value is not decisive and part.value is not (not decisive):
                found.append(self.failure(operand, not_bool(operand, f"`{node.operator}`", part.value)))
        return found

    def _why_not(self, node: Unary, outcome: _Outcome) -> list[Reason]:
        part = self.outcome(node.operand)
        if part.error is None and outcome.error is not None:
            return [self.failure(node, outcome.error)]
        reasons = self.why(node.operand, part)
        if len(reasons) == 1 and reasons[0].kind == "false" and reasons[0].start == node.operand.start:
            only = reasons[0]
            if only.end == node.operand.end and only.elements == self.elements:
                # `!x` reads better than `x` as what is false.
                message = f"`{self.text(node)}` is {format_value(outcome.value)}"
                holds = outcome.value is True
                return [only._replace(start=node.start, end=node.end, message=message, holds=holds)]
        return reasons

    def _why_conditional(self, node: Conditional, outcome: _Outcome) -> list[Reason]:
        condition = self.outcome(node.condition)
        if condition.error is not None:
            return self.why(node.condition, condition)
        if condition.value is not True and condition.value is not False:
            assert outcome.error is not None
            return [self.failure(node.condition, outcome.error)]
        chosen = node.then if condition.value else node.otherwise
        seen = self.observations(node.condition)
        return [
            reason._replace(seen=(reason.seen + seen)[:MOST_SEEN]) for reason in self.why(chosen, outcome)
        ]

    def _why_bind(self, node: Bind, outcome: _Outcome) -> list[Reason]:
        slot = self.checked.slots[id(node)]
        value = self.outcome(node.value)
        if value.error is not None:
            self.deferred[slot] = self.why(node.value, value)
            self.frame[slot] = Deferred(value.error)
            self.origins[slot] = None
        else:
            self.deferred.pop(slot, None)
            self.origins[slot] = self.origin(node.value, value.value)
            self.frame[slot] = value.value
        return self.why(node.body, outcome)

    def _why_optional_map(self, node: OptionalMap, error: EvaluationError) -> list[Reason]:
        operand = self.outcome(node.operand)
        if operand.error is not None:
            return self.why(node.operand, operand)
        if not isinstance(operand.value, Optional) or operand.value.value is ABSENT:
            return [self.failure(node.operand, error)]
        slot = self.checked.slots[id(node)]
        self.frame[slot] = operand.value.value
        self.origins[slot] = self.origin(node.operand, operand.value.value)
        body = self.outcome(node.body)
        return self.why(node.body, body) if body.error is not None else [self.failure(node.body, error)]

    # Loops

    def _why_loop(self, node: Comprehension, outcome: _Outcome) -> list[Reason]:
        span = self.outcome(node.range)
        if span.error is not None:
            return self.why(node.range, span)
        if not isinstance(span.value, list | dict):
            assert outcome.error is not None
            return [self.failure(node.range, outcome.error)]
        decided = outcome.error is not None or (
            node.macro in ("all", "exists") and outcome.value is (node.macro == "exists")
        )
        if not decided:
            return [self.fact(node, outcome.value)]
        entries = self.entries(node.range, span.value)
        around = self.elements
        found: list[Reason] = []
        count = 0
        kinds: set[tuple[str, str]] = set()
        for entry in entries:
            self.enter(node, entry)
            reasons = self._why_element(node, outcome, skip=outcome.error is None and count >= MOST_ELEMENTS)
            self.elements = around
            if reasons is None:
                continue
            count += 1
            if count > MOST_ELEMENTS:
                # Later elements only matter where they fail for another kind of reason.
                reasons = [reason for reason in reasons if _sort(reason) not in kinds]
            found += reasons
            kinds.update(map(_sort, reasons))
        if outcome.error is None and count > MOST_ELEMENTS:
            found.append(self._summary(node, count, len(entries)))
        if outcome.error is not None and not found:
            return [self.failure(node, outcome.error)]
        return found

    def _why_element(self, node: Comprehension, outcome: _Outcome, skip: bool) -> list[Reason] | None:
        """The reasons of the element that the variables hold; None where it did not decide."""
        if node.condition is not None:
            condition = self.outcome(node.condition)
            if condition.error is not None:
                return self.why(node.condition, condition)
            if condition.value is not True:
                return None
        body = self.outcome(node.body)
        if body.error is not None:
            return self.why(node.body, body) if outcome.error is not None else None
        if outcome.error is None:
            if body.value is not outcome.value:
                return None
            return [] if skip else self.why(node.body, body)
        if body.value.__class__ is bool or node.macro in ("map", "transformList", "transformMap"):
            return None
        return [self.failure(node.body, not_bool(node.body, f"`{node.macro}`", body.value))]

    def _summary(self, node: Comprehension, count: int, total: int) -> Reason:
        verb = "satisfy" if node.macro == "exists" else "do not satisfy"
        message = f"{count} of {total} elements of `{self.text(node.range)}` {verb} `{self.text(node.body)}`"
        return Reason(node.start, node.end, "false", message, (), None, self.elements, node.macro == "exists")

    def enter(self, node: Comprehension, entry: _Entry) -> None:
        """Set a loop's variables to one element."""
        slot = self.checked.slots[id(node)]
        if len(node.variables) == 1:
            self.frame[slot] = entry.value if entry.element else entry.key
            self.origins[slot] = entry.origin
        else:
            self.frame[slot] = entry.key
            self.origins[slot] = None
            self.frame[slot - 1] = entry.value
            self.origins[slot - 1] = entry.origin
        element = Element(node.variables[-1], entry.key, entry.origin)
        self.elements = (*self.elements, element)

    def entries(self, node: Node, value: list[object] | dict[object, object]) -> list[_Entry]:
        """What a loop over `node` runs through, with where each element comes from."""
        charge(self.frame, len(value))
        if isinstance(value, list) and isinstance(node, ListLiteral) and not node.optional:
            return [_Entry(i, item, self.origin(node.elements[i], item)) for i, item in enumerate(value)]
        if isinstance(value, list) and isinstance(node, Comprehension) and node.macro == "filter":
            kept = self._filtered(node)
            if kept is not None and len(kept) == len(value):
                return kept
        origin = self.origin(node, value)
        if isinstance(value, list):
            return [_Entry(i, item, _below(origin, i)) for i, item in enumerate(value)]
        return [
            _Entry(key, value[to_key(key) if key.__class__ is bool else key], _below(origin, key), False)
            for key in sorted_keys(value)
        ]

    def _filtered(self, node: Comprehension) -> list[_Entry] | None:
        """The elements that a filter keeps, still named by where they stand in what it filtered."""
        span = self.outcome(node.range)
        if not isinstance(span.value, list):
            return None
        around = self.elements
        kept: list[_Entry] = []
        for entry in self.entries(node.range, span.value):
            self.enter(node, entry)
            if self.outcome(node.body).value is True:
                kept.append(entry)
        self.elements = around
        return kept

    # Origins and observations

    def origin(self, node: Node, value: object) -> Origin | None:
        """Where the value of a node comes from."""
        slot = self.checked.slots.get(id(node))
        if slot is not None and isinstance(node, Variable | Field | Index):
            if slot < 0:
                return self.origins.get(slot)
            name = self.checked.globals[slot - FIRST_SLOT]
            return Origin(name, (), self.frame[slot])
        match node:
            case Field() | Index():
                return self._step(node)
            case Conditional():
                condition = self.outcome(node.condition).value
                return self.origin(node.then if condition is True else node.otherwise, value)
            case Call(function="dyn", target=None, arguments=(argument,)):
                return self.origin(argument, value)
            case LiteralNode():
                return None
            case _:
                return Origin(self.text(node), (), value)

    def _step(self, node: Field | Index) -> Origin | None:
        """The origin of a field or element, whether it is there or not."""
        operand = self.outcome(node.operand)
        key = node.name if isinstance(node, Field) else self.outcome(node.key).value
        if isinstance(key, int | float) and not isinstance(key, bool):
            key = int(key)
        if not isinstance(key, int | str):
            return None
        value = operand.value.value if isinstance(operand.value, Optional) else operand.value
        return _below(self.origin(node.operand, value), key)

    def missing(self, node: Node) -> Origin | None:
        """The first part of a path that is not there."""
        if isinstance(node, Field | Index) and id(node) not in self.checked.slots:
            if self.outcome(node.operand).error is not None:
                return self.missing(node.operand)
            return self._step(node)
        return Origin(self.text(node), (), None)

    def observations(self, node: Node) -> tuple[Observation, ...]:
        """The values of the parts of a node that were read, outermost first."""
        found: dict[tuple[int, int], Observation] = {}
        if isinstance(node, Variable | Field | Index):
            self._observe(node, found)
        else:
            for part in self._parts(node):
                self._observe(part, found)
        return tuple(found.values())[:MOST_SEEN]

    def _observe(self, node: Node, found: dict[tuple[int, int], Observation]) -> None:
        if isinstance(node, LiteralNode) or id(node) in self.checked.constants or len(found) >= MOST_SEEN:
            return
        if not isinstance(node, ListLiteral | Has | Logical):
            outcome = self.outcome(node)
            if outcome.error is None:
                origin = self.origin(node, outcome.value)
                found[node.start, node.end] = Observation(node.start, node.end, outcome.value, origin)
            elif outcome.error.kind == "missing" and isinstance(node, Field | Index | Call):
                origin = self.missing(node)
                found[node.start, node.end] = Observation(node.start, node.end, ABSENT, origin, True)
        for part in self._parts(node):
            self._observe(part, found)

    def _parts(self, node: Node) -> Iterator[Node]:
        """The parts below a node that are worth observing: a path is observed as a whole."""
        match node:
            case Comprehension():
                yield node.range
                if self.outcome(node.range).value:
                    for part in (node.condition, node.body):
                        yield from self._beside(part, self.checked.slots[id(node)]) if part else ()
            case Bind():
                yield node.value
            case OptionalMap():
                yield node.operand
            case Has():
                yield node.operand
            case Field() | Index() if id(node) not in self.checked.slots:
                below: Node = node
                while isinstance(below, Field | Index) and id(below) not in self.checked.slots:
                    if isinstance(below, Index):
                        yield below.key
                    below = below.operand
                if not isinstance(below, Variable | Field):
                    yield from self._parts(below)
            case _:
                yield from self._operands(node)

    def _beside(self, node: Node, own: int) -> Iterator[Node]:
        """The paths that a part of a loop reads and that are the same for all elements.

        `own`: the first slot of the loop; what is bound inside of it has this slot or a lower one.
        """
        if isinstance(node, Variable | Field | Index) and self._is_free(node, own):
            yield node
            return
        for child in children(node):
            yield from self._beside(child, own)

    def _is_free(self, node: Node, own: int) -> bool:
        """Whether a path reads nothing of the loop."""
        slot = self.checked.slots.get(id(node))
        if slot is not None:
            return slot > own
        keys = self._is_free(node.key, own) if isinstance(node, Index) else True
        return isinstance(node, LiteralNode) or (
            isinstance(node, Field | Index) and keys and self._is_free(node.operand, own)
        )


def _below(origin: Origin | None, key: object) -> Origin | None:
    if origin is None or not isinstance(key, int | str):
        return None
    return origin._replace(path=(*origin.path, key))


def _sort(reason: Reason) -> tuple[str, str]:
    """What kind of reason it is, as far as those above may judge it differently."""
    return reason.kind, reason.missing.root if reason.missing is not None else ""

"""Why a check did not pass, in words: the engine's explanation as sentences about fields and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from checker import cel
from checker.cel import tree
from checker.documents.placeholders import placeholder
from checker.model import Location, Path, Reason, Seen
from checker.policy import language
from checker.snapshot import Snapshot, Subject

MOST_VALUE = 80
"""Characters of a value that a sentence shows."""


class Told(NamedTuple):
    """The outcome of a check that did not pass, and why."""

    outcome: Literal["fail", "error"]
    reasons: tuple[Reason, ...]
    at: Path | None
    """The place in the subject that decided; None where no part of the subject did."""


def tell(
    program: cel.Program,
    activation: Mapping[str, Any],
    subject: Subject,
    snapshot: Snapshot,
    *,
    condition: bool = False,
    item: Path = (),
) -> Told:
    """Explain why `program` is not true.

    `condition`: it decides whether a rule applies, so absence and unreadable texts are errors.
    `item`: where the element bound as `item` stands in the subject.
    """
    explanation = program.explain(activation)
    teller = _Teller(program, activation, subject, snapshot, item)
    told = list(dict.fromkeys(teller.reason(reason) for reason in explanation.reasons))
    if not told:
        value = cel.format_value(explanation.value, MOST_VALUE)
        text = f"{program.text} gives {value}, which is neither true nor false"
        return Told("error", (Reason(text, program.text),), None)
    # Only what the subject lacks or says wrongly is its failure; every other fault is ours.
    ours = [reason for reason in explanation.reasons if condition or not _judged(reason)]
    place = next((at for reason in explanation.reasons for at in teller.places(reason)), None)
    return Told("error" if ours else "fail", tuple(told), place)


def place(program: cel.Program) -> Path | None:
    """Where the value of an expression stands in the subject, if it is a field of it."""
    for reference in program.references:
        if reference.root == "subject" and (reference.start, reference.end) == (
            program.tree.start,
            program.tree.end,
        ):
            return tuple(reference.path)
    return None


def name(program: cel.Program) -> str:
    """What people call the value of an expression: the field that it reads, or its text."""
    at = place(program)
    return program.text if at is None else field_name("subject", at)


def _judged(reason: cel.Reason) -> bool:
    """Whether a reason is the subject's failure."""
    if reason.kind == "missing":
        root = reason.missing.root if reason.missing else ""
        return root in language.JUDGED or not root.isidentifier()  # what a call found is judged too
    return reason.kind in ("false", "unreadable")


class _Teller:
    def __init__(
        self,
        program: cel.Program,
        activation: Mapping[str, Any],
        subject: Subject,
        snapshot: Snapshot,
        item: Path,
    ) -> None:
        self.program, self.activation, self.subject = program, activation, subject
        self.snapshot, self.item = snapshot, item
        self.nodes = {(node.start, node.end): node for node in tree.walk(program.tree)}

    def reason(self, reason: cel.Reason) -> Reason:
        """One reason as a sentence."""
        node = self.nodes.get((reason.start, reason.end), self.program.tree)
        return Reason(
            self._sentence(reason, node), self._text(node), tuple(dict.fromkeys(self._seen(reason)))
        )

    def places(self, reason: cel.Reason) -> Iterable[Path]:
        """The places in the subject that a reason speaks of, the most telling first."""
        origins = [reason.missing] if reason.missing else []
        origins += [o.origin for o in reason.seen if o.origin is not None]
        origins += [e.origin for e in reversed(reason.elements) if e.origin is not None]
        for origin in origins:
            if origin is not None and (at := self._in_subject(origin)) is not None:
                yield at

    def _in_subject(self, origin: cel.Origin) -> Path | None:
        if origin.root == "subject":
            return tuple(origin.path)
        if origin.root == "item" and self.item:
            return (*self.item, *origin.path)
        return None

    def _location(self, origin: cel.Origin) -> Location | None:
        at = self._in_subject(origin)
        if at is not None:
            return self.subject.location(at)
        value: Any = origin.value
        path = list(origin.path)
        # a value found by lookup or related: the subject is the first mapping on the way that is one's data
        for depth in range(len(path) + 1):
            owner = self.snapshot.owner_of(value)
            if owner is not None:
                return owner.location(tuple(path[depth:]))
            if depth < len(path):
                try:
                    value = value[path[depth]]
                except (KeyError, IndexError, TypeError):
                    return None
        return None

    def _seen(self, reason: cel.Reason) -> Iterable[Seen]:
        if reason.missing is not None:
            yield Seen(self._name(reason.missing), "absent", self._location(reason.missing))
        for observation in reason.seen:
            if observation.absent and reason.missing is not None:
                continue
            expression = self.program.text[observation.start : observation.end]
            value = "absent" if observation.absent else cel.format_value(observation.value, MOST_VALUE)
            where = self._location(observation.origin) if observation.origin else None
            yield Seen(expression, value, where)

    def _text(self, node: tree.Node) -> str:
        return self.program.text[node.start : node.end]

    def _name(self, origin: cel.Origin) -> str:
        return field_name(origin.root, origin.path)

    def _called(self, node: tree.Node, reason: cel.Reason) -> str:
        """What people call a part of the expression: the field that it reads, or its text."""
        for observation in reason.seen:
            if (observation.start, observation.end) == (node.start, node.end) and observation.origin:
                return self._name(observation.origin)
        return self._text(node)

    def _found(self, node: tree.Node, reason: cel.Reason) -> str | None:
        """The value of a part of the expression; None where it was not observed."""
        for observation in reason.seen:
            if (observation.start, observation.end) == (node.start, node.end):
                return "nothing" if observation.absent else cel.format_value(observation.value, MOST_VALUE)
        return None

    def _sentence(self, reason: cel.Reason, node: tree.Node) -> str:
        where = self._elements(reason, node)
        if reason.kind == "missing" and reason.missing is not None:
            if reason.missing.path:
                return f"{where}{self._name(reason.missing)} is absent"
            return f"{where}{self._name(reason.missing)} finds nothing"
        if reason.kind != "false":
            return f"{where}{reason.message}"
        return where + self._false(reason, node)

    def _elements(self, reason: cel.Reason, node: tree.Node) -> str:
        """`steps[2]: ` for a reason inside of a loop, unless the reason names that place itself."""
        named = {below.name for below in tree.walk(node) if isinstance(below, tree.Variable)}
        origins = [reason.missing, *(observation.origin for observation in reason.seen)]
        for element in reversed(reason.elements):
            if element.variable not in named:
                continue
            if element.origin is None:
                return f"{element.variable} = {element.index_or_key}: "
            where = (element.origin.root, *element.origin.path)
            if any(origin and (origin.root, *origin.path)[: len(where)] == where for origin in origins):
                return ""
            return f"{self._name(element.origin)}: "
        return ""

    def _false(self, reason: cel.Reason, node: tree.Node) -> str:
        if reason.holds:
            return self._true(reason, node)
        match node:
            case tree.Binary(operator="in"):
                found = self._found(node.left, reason)
                called = self._called(node.left, reason)
                if isinstance(node.right, tree.ListLiteral):
                    choices = [self._text(element) for element in node.right.elements]
                    tail = f"; found {found}" if found else ""
                    return f"{called} must be {_one_of(choices)}{tail}"
                return (
                    f"{called}{f' ({found})' if found else ''} is not in {self._called(node.right, reason)}"
                )
            case tree.Binary(operator=operator) if operator in _WORDS:
                return self._comparison(reason, node)
            case tree.Call(function="filled"):
                return self._unfilled(reason, node.arguments[0])
            case tree.Call(function="matches"):
                subject = node.target or node.arguments[0]
                pattern = node.arguments[-1]
                found = self._found(subject, reason)
                return f"{self._called(subject, reason)} must match {self._text(pattern)}; found {found}"
            case tree.Call(function="within_last"):
                text, days = node.arguments
                shown = self._found(days, reason) or self._text(days)
                return (
                    f"{self._called(text, reason)} must be within the last {shown} days; "
                    f"found {self._found(text, reason)}"
                )
            case tree.Has():
                return f"{self._called(node.operand, reason)} is absent"
            case tree.Variable() | tree.Field() | tree.Index():
                return f"{self._called(node, reason)} is false"
            case tree.Comprehension(macro="exists"):
                return f"no element of {self._called(node.range, reason)} satisfies {self._text(node.body)}"
            case _:
                return f"{self._text(node)} does not hold{self._facts(reason, node)}"

    def _true(self, reason: cel.Reason, node: tree.Node) -> str:
        """The part is true, where being false was needed."""
        match node:
            case tree.Binary(operator=operator) if operator in _OPPOSITES:
                return self._comparison(reason, node._replace(operator=_OPPOSITES[operator]))
            case tree.Binary(operator="in"):
                found = self._found(node.left, reason)
                called = self._called(node.left, reason)
                return f"{called} must not be in {self._text(node.right)}; found {found}"
            case tree.Has() | tree.Call(function="filled"):
                operand = node.operand if isinstance(node, tree.Has) else node.arguments[0]
                return f"{self._called(operand, reason)} must be absent"
            case tree.Variable() | tree.Field() | tree.Index():
                return f"{self._called(node, reason)} must be false"
            case _:
                return f"{self._text(node)} must not hold{self._facts(reason, node)}"

    def _facts(self, reason: cel.Reason, node: tree.Node) -> str:
        """`: a is 1, b is 2` of what was observed inside of a part."""
        facts = [
            f"{self._called_span(o)} is {cel.format_value(o.value, MOST_VALUE)}"
            for o in reason.seen
            if not o.absent and node.start <= o.start and o.end <= node.end
        ]
        return f": {', '.join(facts)}" if facts else ""

    def _called_span(self, observation: cel.Observation) -> str:
        if observation.origin:
            return self._name(observation.origin)
        return self.program.text[observation.start : observation.end]

    def _comparison(self, reason: cel.Reason, node: tree.Binary) -> str:
        operator, left, right = node.operator, node.left, node.right
        if isinstance(left, tree.Literal) and not isinstance(right, tree.Literal):
            operator, left, right = _MIRRORED[operator], right, left
        if _is_size(left) and isinstance(right, tree.Literal) and (operator, right.value) in _NOT_EMPTY:
            assert isinstance(left, tree.Call)
            return f"{self._called(left.target or left.arguments[0], reason)} is empty"
        found = self._found(left, reason)
        called = self._called(left, reason)
        if operator == "!=" and isinstance(right, tree.Literal) and right.value == "":
            return f"{called} is empty"
        wanted = self._text(right)
        value = self._found(right, reason)
        if value is not None and not isinstance(right, tree.Literal):
            wanted = f"{self._called(right, reason)} ({value})"
        tail = f"; found {found}" if found is not None and operator != "!=" else ""
        if found is None:
            tail = self._facts(reason, left).replace(": ", "; ", 1)
        return f"{called} must {_WORDS[operator]} {wanted}{tail}"

    def _unfilled(self, reason: cel.Reason, argument: tree.Node) -> str:
        called = self._called(argument, reason)
        for observation in reason.seen:
            if (observation.start, observation.end) == (
                argument.start,
                argument.end,
            ) and not observation.absent:
                value = observation.value
                if isinstance(value, str) and value.strip() and placeholder(value):
                    return f"{called} is still a placeholder: {cel.format_value(value, MOST_VALUE)}"
                return f"{called} is empty"
        if reason.missing is not None:
            called = self._name(reason.missing)
        return f"{called} is absent"


_WORDS = {
    "==": "be",
    "!=": "not be",
    "<": "be less than",
    "<=": "be at most",
    ">": "be more than",
    ">=": "be at least",
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NOT_EMPTY = {(">", 0), ("!=", 0), (">=", 1)}


def _is_size(node: tree.Node) -> bool:
    return isinstance(node, tree.Call) and node.function == "size"


def _one_of(choices: list[str]) -> str:
    if len(choices) == 1:
        return choices[0]
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def field_name(root: str, path: Iterable[str | int]) -> str:
    """How people write a field: `rollback.steps[0].owner`; below anything but the subject with its root."""
    text = "" if root in ("subject", "item") else root
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("-", "_").isidentifier():
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text or root

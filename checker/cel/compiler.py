"""The tree as Python closures: each takes the frame and gives the value, or raises EvaluationError.

Names, functions and constants were resolved before, so a closure does only what depends on data.
The shapes that make up most rules (a path of fields, a comparison with a constant, membership in a
list of texts) have closures of their own; each falls back on the general one for whatever is not
plain, so there is one place that decides what a fault is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from . import macros
from .checker import Checked
from .errors import EvaluationError, FunctionError
from .functions import Definition
from .macros import Closure
from .operations import ORDERED, call, compare, is_member, raise_error, select, unwrap
from .patterns import matcher
from .tree import (
    Binary,
    Bind,
    Call,
    Comprehension,
    Conditional,
    Field,
    Has,
    Index,
    ListLiteral,
    Literal,
    Logical,
    MapLiteral,
    Node,
    OptionalMap,
    Unary,
    Variable,
)
from .values import (
    ABSENT,
    INT_MAX,
    INT_MIN,
    NONE,
    NUMBERS,
    Frame,
    Optional,
    charge,
    equal,
    to_key,
    word,
)

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FOLDED = frozenset(("duration", "timestamp"))
"""Functions whose call with a literal is done once."""
_CHOOSING = frozenset(("or", "orValue"))
"""Methods of optionals whose argument is only evaluated where there is no value."""


class Unset:
    """The type of UNSET."""

    __slots__ = ()


UNSET = Unset()
"""In a frame: a variable that the activation does not have."""


class Compiler:
    """Makes closures for the nodes of one checked tree."""

    def __init__(self, text: str, checked: Checked, absent_has: bool) -> None:
        self.text = text
        self.checked = checked
        self.absent_has = absent_has
        self._closures: dict[int, Closure] = {}

    def closure(self, node: Node) -> Closure:
        """The closure of any node, made once: explanations ask for parts."""
        found = self._closures.get(id(node))
        if found is None:
            found = self._closures[id(node)] = self.compile(node)
        return found

    def written(self, node: Node) -> str:
        """The node's own text."""
        return self.text[node.start : node.end]

    def compile(self, node: Node) -> Closure:
        """The closure of a node."""
        match node:
            case Literal():
                return _constant(node.value)
            case Variable():
                return self._variable(node)
            case Field() | Index():
                return self._path(node)
            case Binary():
                return self._binary(node)
            case Logical():
                return macros.logical(node, [self.compile(operand) for operand in node.operands])
            case Call():
                return self._call(node)
            case Unary():
                return self._unary(node)
            case Has():
                return self._has(node)
            case Comprehension():
                return self._comprehension(node)
            case Conditional():
                return self._conditional(node)
            case ListLiteral():
                return self._list(node)
            case MapLiteral():
                return self._map(node)
            case Bind():
                slot = self.checked.slots[id(node)]
                return macros.bind(slot, self.compile(node.value), self.compile(node.body))
            case OptionalMap():
                return self._optional_map(node)

    # Paths

    def _variable(self, node: Variable) -> Closure:
        constant = self.checked.constants.get(id(node))
        if constant is not None:
            return _constant(constant)
        slot = self.checked.slots.get(id(node))
        if slot is None:
            return _failing(node, f"unknown variable `{node.name}`")
        return self._read(node, slot)

    def _read(self, node: Node, slot: int) -> Closure:
        name = self.written(node)

        def variable(frame: Frame) -> object:
            value = frame[slot]
            if value is UNSET:
                raise_error(node, f"the variable `{name}` has no value")
            if value.__class__ is macros.Deferred:
                raise value.error
            return value

        return variable

    def _path(self, node: Field | Index) -> Closure:
        constant = self.checked.constants.get(id(node))
        if constant is not None:
            return _constant(constant)
        qualified = self.checked.slots.get(id(node))
        if qualified is not None:
            return self._read(node, qualified)
        general = self._step(node)
        keys: list[str] = []
        below: Node = node
        while (
            isinstance(below, Field | Index)
            and not below.optional
            and id(below) not in self.checked.slots
            and id(below) not in self.checked.constants
            and (key := _name(below)) is not None
        ):
            keys.append(key)
            below = below.operand
        slot = self.checked.slots.get(id(below))
        if slot is None or not keys:
            return general
        return _fast_path(slot, tuple(reversed(keys)), general)

    def _step(self, node: Field | Index) -> Closure:
        """One step, whatever is behind it: the general case of a path."""
        operand = self.compile(node.operand)
        missing = f"`{self.written(node)}` is absent"
        wrap = node.optional
        name = _name(node)
        if name is not None:
            return lambda frame: select(node, operand(frame), name, wrap, missing)
        assert isinstance(node, Index), "a field has a name"
        index = self.compile(node.key)
        return lambda frame: select(node, operand(frame), index(frame), wrap, missing)

    def _has(self, node: Has) -> Closure:
        if self.absent_has:
            whole = self.compile(node.operand)

            def present(frame: Frame) -> object:
                try:
                    value = whole(frame)
                except EvaluationError as error:
                    if error.kind == "missing":
                        return False
                    raise
                return value is not NONE

            return present
        step = node.operand
        operand = self.compile(step.operand)
        key = _constant(step.name) if isinstance(step, Field) else self.compile(step.key)

        def has(frame: Frame) -> object:
            return select(step, operand(frame), key(frame), True, "") is not NONE

        return has

    # Operators

    def _unary(self, node: Unary) -> Closure:
        operand = self.compile(node.operand)
        if node.operator == "-":
            return self._apply(node, self.checked.functions[id(node)][0], (operand,))

        def negate(frame: Frame) -> object:
            value = operand(frame)
            if value is True:
                return False
            if value is False:
                return True
            raise_error(node, f"`!` needs true or false, not {word(value)}")

        return negate

    def _binary(self, node: Binary) -> Closure:
        symbol = node.operator
        left = self.compile(node.left)
        if symbol == "in":
            return self._in(node, left)
        right = self.compile(node.right)
        constant = node.right.value if isinstance(node.right, Literal) else ABSENT
        if symbol in ("==", "!="):
            return _equality(node, left, right, constant)
        if symbol in _ORDERS:
            return _comparison(node, left, right, constant)
        definition = self.checked.functions[id(node)][0]
        general = self._apply(node, definition, (left, right))
        if symbol != "+":
            return general
        known = definition.dispatch.get

        def add(frame: Frame) -> object:
            a = left(frame)
            b = right(frame)
            if a.__class__ is int and b.__class__ is int:
                total = a + b
                if INT_MIN <= total <= INT_MAX:
                    return total
            return call(node, definition, frame, (a, b), known((a.__class__, b.__class__)))

        return add

    def _in(self, node: Binary, left: Closure) -> Closure:
        if isinstance(node.right, ListLiteral) and not node.right.optional:
            values = [e.value for e in node.right.elements if isinstance(e, Literal)]
            if len(values) == len(node.right.elements) and all(isinstance(v, str) for v in values):
                texts = frozenset(values)

                def among(frame: Frame) -> object:
                    value = left(frame)
                    return value.__class__ is str and value in texts

                return among
        right = self.compile(node.right)

        def member(frame: Frame) -> object:
            value = left(frame)
            return is_member(node, frame, value, right(frame))

        return member

    def _conditional(self, node: Conditional) -> Closure:
        condition = self.compile(node.condition)
        then = self.compile(node.then)
        otherwise = self.compile(node.otherwise)

        def choose(frame: Frame) -> object:
            value = condition(frame)
            if value is True:
                return then(frame)
            if value is False:
                return otherwise(frame)
            raise_error(node.condition, f"`?` needs true or false, not {word(value)}")

        return choose

    # Calls

    def _call(self, node: Call) -> Closure:
        found = self.checked.functions.get(id(node))
        if found is None:
            return _failing(node, f"unknown function `{node.function}`")
        definition, method = found
        places = list(node.arguments)
        if method and node.target is not None:
            places.insert(0, node.target)
        arguments = tuple(self.compile(place) for place in places)
        if definition.absent_ok:
            arguments = tuple(map(_absent_as_value, arguments))
        if definition.name == "matches" and len(places) == 2:
            literal = places[1]
            if isinstance(literal, Literal) and isinstance(literal.value, str):
                return self._matches(node, definition, arguments, literal.value)
        if definition.name in _FOLDED and len(places) == 1 and isinstance(places[0], Literal):
            return self._folded(node, definition, arguments)
        general = self._apply(node, definition, arguments)
        if definition.name in _CHOOSING and len(arguments) == 2:
            return _choosing(arguments[0], general, definition.name == "or")
        return general

    def _apply(self, node: Node, definition: Definition, arguments: tuple[Closure, ...]) -> Closure:
        known = definition.dispatch.get
        if len(arguments) == 1:
            only = arguments[0]

            def unary(frame: Frame) -> object:
                value = only(frame)
                return call(node, definition, frame, (value,), known((value.__class__,)))

            return unary
        if len(arguments) == 2:
            first, second = arguments

            def binary(frame: Frame) -> object:
                a = first(frame)
                b = second(frame)
                return call(node, definition, frame, (a, b), known((a.__class__, b.__class__)))

            return binary
        return lambda frame: call(node, definition, frame, tuple([a(frame) for a in arguments]))

    def _folded(self, node: Call, definition: Definition, arguments: tuple[Closure, ...]) -> Closure:
        try:
            return _constant(call(node, definition, [0], tuple([a([0]) for a in arguments])))
        except EvaluationError as error:
            return _failing(node, error.message, error.kind == "unreadable")

    def _matches(
        self, node: Call, definition: Definition, arguments: tuple[Closure, ...], pattern: str
    ) -> Closure:
        text = arguments[0]
        try:
            match = matcher(pattern)
        except FunctionError as error:
            return _failing(node, error.message)

        def matches(frame: Frame) -> object:
            value = text(frame)
            if value.__class__ is not str:
                return call(node, definition, frame, (value, pattern))
            charge(frame, len(value) >> 6)
            return match(value)

        return matches

    # Literals and macros

    def _list(self, node: ListLiteral) -> Closure:
        elements = [self.compile(element) for element in node.elements]
        if not node.optional:
            return lambda frame: [element(frame) for element in elements]
        marked = [(closure, i in node.optional, node.elements[i]) for i, closure in enumerate(elements)]

        def sparse(frame: Frame) -> object:
            found: list[object] = []
            for element, optional, place in marked:
                value = element(frame)
                if optional:
                    value = unwrap(place, value)
                if value is not ABSENT:
                    found.append(value)
            return found

        return sparse

    def _map(self, node: MapLiteral) -> Closure:
        entries = [(self.compile(e.key), self.compile(e.value), e) for e in node.entries]

        def build(frame: Frame) -> object:
            found: dict[object, object] = {}
            for key_of, value_of, entry in entries:
                key, value = key_of(frame), value_of(frame)
                if entry.optional:
                    value = unwrap(entry.value, value)
                try:
                    key = to_key(key)
                except FunctionError as error:
                    raise_error(entry.key, error.message)
                if key.__class__ is float:
                    raise_error(entry.key, "a decimal number cannot be the key of a map")
                if key in found:
                    raise_error(entry.key, "the key stands twice in the map")
                if value is not ABSENT:
                    found[key] = value
            return found

        return build

    def _comprehension(self, node: Comprehension) -> Closure:
        condition = None if node.condition is None else self.compile(node.condition)
        slot = self.checked.slots[id(node)]
        return macros.comprehension(node, slot, self.compile(node.range), condition, self.compile(node.body))

    def _optional_map(self, node: OptionalMap) -> Closure:
        operand = self.compile(node.operand)
        body = self.compile(node.body)
        slot = self.checked.slots[id(node)]
        flat = node.macro == "optFlatMap"

        def optional_map(frame: Frame) -> object:
            value = operand(frame)
            if value.__class__ is not Optional:
                raise_error(node.operand, f"`{node.macro}` needs an optional value, not {word(value)}")
            if value.value is ABSENT:
                return NONE
            frame[slot] = value.value
            result = body(frame)
            if not flat:
                return Optional(result)
            if result.__class__ is not Optional:
                raise_error(node.body, f"`optFlatMap` needs an optional value, not {word(result)}")
            return result

        return optional_map


# Shapes of closures


def _name(step: Field | Index) -> str | None:
    """What a step looks up where that is a text which is written there, as in `a.b` and `a["b"]`."""
    if isinstance(step, Field):
        return step.name
    key = step.key
    return key.value if isinstance(key, Literal) and isinstance(key.value, str) else None


def _constant(value: object) -> Closure:
    return lambda frame: value


def _failing(node: Node, message: str, unreadable: bool = False) -> Closure:
    def fail(frame: Frame) -> object:
        raise EvaluationError("unreadable" if unreadable else "error", message, node.start, node.end)

    return fail


def _fast_path(slot: int, keys: tuple[str, ...], general: Closure) -> Closure:
    """Subscripts in a row; whatever they stumble over is told by the general closure."""
    first = keys[0]
    if len(keys) == 1:

        def one(frame: Frame) -> object:
            try:
                return frame[slot][first]
            except (KeyError, TypeError):
                return general(frame)

        return one
    second = keys[1]
    if len(keys) == 2:

        def two(frame: Frame) -> object:
            try:
                return frame[slot][first][second]
            except (KeyError, TypeError):
                return general(frame)

        return two

    def many(frame: Frame) -> object:
        value = frame[slot]
        try:
            for key in keys:
                value = value[key]
        except (KeyError, TypeError):
            return general(frame)
        return value

    return many


def _equality(node: Binary, left: Closure, right: Closure, constant: object) -> Closure:
    wanted = node.operator == "=="
    if constant.__class__ is str:
        # A text equals nothing but a text, so Python's own comparison is exact.
        if wanted:
            return lambda frame: left(frame) == constant
        return lambda frame: left(frame) != constant

    def equality(frame: Frame) -> object:
        a = left(frame)
        b = right(frame)
        if a.__class__ is b.__class__ and a.__class__ in ORDERED:
            return (a == b) is wanted
        return equal(frame, a, b) is wanted

    return equality


def _comparison(node: Binary, left: Closure, right: Closure, constant: object) -> Closure:
    order = _ORDERS[node.operator]
    kind = constant.__class__
    if kind in NUMBERS:

        def against(frame: Frame) -> object:
            a = left(frame)
            if a.__class__ is kind:
                return order(a, constant)
            return compare(node, order, a, constant)

        return against

    def comparison(frame: Frame) -> object:
        a = left(frame)
        return compare(node, order, a, right(frame))

    return comparison


def _choosing(optional: Closure, general: Closure, whole: bool) -> Closure:
    def choose(frame: Frame) -> object:
        value = optional(frame)
        if value.__class__ is Optional and value.value is not ABSENT:
            return value if whole else value.value
        return general(frame)

    return choose


def _absent_as_value(argument: Closure) -> Closure:
    def value(frame: Frame) -> object:
        try:
            return argument(frame)
        except EvaluationError as error:
            if error.kind == "missing":
                return ABSENT
            raise

    return value

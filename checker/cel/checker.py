"""Resolves every name and gives every node a type, or says what is wrong.

The checker is also where slots are handed out: a global variable's place in the frame counts up
from 2, a local one's down from -1, so that neither needs to know how many there are of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from . import library
from .errors import FunctionError, Issue, Level
from .functions import Definition, Overload, fitted
from .hints import PATTERNS, elsewhere, listed, number_hint, order_hint, suggest, text_hint
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
from .types import (
    BOOL,
    BYTES,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    TYPE,
    TYPE_VALUES,
    UINT,
    EnumType,
    ListType,
    MapType,
    ObjectType,
    OptionalType,
    Type,
    assignable,
    base,
    comparable,
    join,
    orderable,
    substitute,
)
from .values import TypeValue, Uint

FIRST_SLOT = 2
"""The places before hold the work that is left and the activation."""

_LITERALS: dict[type, Type] = {
    type(None): NULL,
    bool: BOOL,
    int: INT,
    Uint: UINT,
    float: DOUBLE,
    str: STRING,
    bytes: BYTES,
}
_READERS = frozenset(("duration", "timestamp", "matches"))
"""Functions whose last argument, written as a literal, is read before anything runs."""


class Scope(NamedTuple):
    """The local variables that can be seen, and how many places they and those they hide take."""

    types: Mapping[str, Type]
    slots: Mapping[str, int]
    depth: int

    def add(self, names: Sequence[str], kinds: Sequence[Type]) -> Scope:
        """The scope inside of a macro that binds `names`."""
        slots = {name: -(self.depth + i + 1) for i, name in enumerate(names)}
        types = dict(zip(names, kinds, strict=True))
        return Scope({**self.types, **types}, {**self.slots, **slots}, self.depth + len(names))


class Checked:
    """What the checker found out, by the identity of nodes."""

    __slots__ = ("constants", "functions", "globals", "issues", "locals", "slots", "types")

    def __init__(self) -> None:
        self.types: dict[int, Type] = {}
        self.slots: dict[int, int] = {}
        """Of a node that reads a variable, and the first slot of a macro that binds variables."""
        self.constants: dict[int, TypeValue] = {}
        """Nodes that name a type."""
        self.functions: dict[int, tuple[Definition, bool]] = {}
        """Of a call or operator: what it calls, and whether its target is an argument rather than a
        part of the name."""
        self.globals: list[str] = []
        """Names of the variables that are read, in the order of their slots."""
        self.locals = 0
        """How many local variables there are at once."""
        self.issues: list[Issue] = []


def check(
    tree: Node,
    variables: Mapping[str, Type],
    functions: Mapping[str, Definition],
    container: str,
) -> Checked:
    """Resolve and type a tree. Faults are in the result's `issues`; their nodes have type DYN."""
    checker = _Checker(variables, functions, container)
    checker.visit(tree, Scope({}, {}, 0))
    return checker.out


def literal_key(node: Node) -> str | None:
    """The text of an index that is written as a literal text: `["owning-sig"]` reads like a field."""
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None


class _Checker:
    def __init__(
        self, variables: Mapping[str, Type], functions: Mapping[str, Definition], container: str
    ) -> None:
        self.variables = variables
        self.functions = functions
        self.prefixes = _prefixes(container)
        self.dotted = bool(container) or any("." in name for name in variables)
        self.out = Checked()

    def issue(self, start: int, end: int, message: str, hint: str = "", level: Level = "error") -> Type:
        self.out.issues.append(Issue(start, end, message, hint, level))
        return DYN

    def visit(self, node: Node, scope: Scope) -> Type:
        kind = self._type(node, scope)
        self.out.types[id(node)] = kind
        return kind

    def _type(self, node: Node, scope: Scope) -> Type:
        match node:
            case Literal():
                return _LITERALS[node.value.__class__]
            case Variable():
                return self._variable(node, scope)
            case Field():
                return self._field(node, scope)
            case Index():
                return self._index(node, scope)
            case Call():
                return self._call(node, scope)
            case Binary():
                return self._binary(node, scope)
            case Logical():
                for operand in node.operands:
                    self._truth(operand, scope, f"`{node.operator}`")
                return BOOL
            case Unary():
                return self._unary(node, scope)
            case Conditional():
                self._truth(node.condition, scope, "`?`")
                return join([self.visit(node.then, scope), self.visit(node.otherwise, scope)])
            case Has():
                self.visit(node.operand, scope)
                return BOOL
            case ListLiteral():
                return self._list(node, scope)
            case MapLiteral():
                return self._map(node, scope)
            case Comprehension():
                return self._comprehension(node, scope)
            case Bind():
                value = self.visit(node.value, scope)
                return self.visit(node.body, self._enter(node, scope, (node.variable,), (value,)))
            case OptionalMap():
                return self._optional_map(node, scope)

    # Names

    def _variable(self, node: Variable, scope: Scope) -> Type:
        if not node.absolute and node.name in scope.slots:
            self.out.slots[id(node)] = scope.slots[node.name]
            return scope.types[node.name]
        found = self._global(node, node.name, node.absolute)
        if found is not None:
            return found
        known = [*scope.types, *self.variables]
        hint = elsewhere(node.name) or suggest(node.name, known)
        if not hint:
            quoted = f'a text has quotes: "{node.name}"'
            hint = "; ".join(filter(None, (listed("the variables are", known), quoted)))
        return self.issue(node.start, node.end, f"unknown variable `{node.name}`", hint)

    def _global(self, node: Node, name: str, absolute: bool) -> Type | None:
        """The type of a global variable or a type's name, with the node's resolution; None: there is none."""
        for prefix in ("",) if absolute else self.prefixes:
            full = prefix + name
            kind = self.variables.get(full)
            if kind is not None:
                if full not in self.out.globals:
                    self.out.globals.append(full)
                self.out.slots[id(node)] = self.out.globals.index(full) + FIRST_SLOT
                return kind
            if full in TYPE_VALUES:
                self.out.constants[id(node)] = TYPE_VALUES[full]
                return TYPE
        return None

    def _qualified(self, node: Field, scope: Scope) -> Type | None:
        """The type of a dotted name such as `a.b.c` that is a variable or a type as a whole."""
        name = dotted_name(node)
        if name is None:
            return None
        first = name.removeprefix(".").partition(".")[0]
        if first in scope.slots and not name.startswith("."):
            return None
        if not self.dotted and first != "google":
            return None
        return self._global(node, name.removeprefix("."), name.startswith("."))

    # Fields

    def _field(self, node: Field, scope: Scope) -> Type:
        qualified = None if node.optional else self._qualified(node, scope)
        if qualified is not None:
            return qualified
        operand = self.visit(node.operand, scope)
        return self._select(operand, node.name, node.name_start, node.end, node.optional)

    def _select(self, operand: Type, name: str, start: int, end: int, optional: bool) -> Type:
        if isinstance(operand, OptionalType):
            inner = self._select(operand.element, name, start, end, False)
            return OptionalType(inner)
        kind: Type = DYN
        if isinstance(operand, ObjectType):
            found = operand.fields.get(name)
            if found is None:
                self._unknown_field(operand, name, start, end)
            else:
                kind = found
        elif isinstance(operand, MapType):
            kind = operand.value
            if not assignable(STRING, operand.key):
                self.issue(start, end, f"the keys of this map are {operand.key.words}, not text")
        elif operand is not DYN:
            self.issue(start, end, f"{operand.words} has no fields: `{name}`", elsewhere(name))
        return OptionalType(kind) if optional else kind

    def _unknown_field(self, operand: ObjectType, name: str, start: int, end: int) -> None:
        if operand.open and not operand.fields:
            return
        known = sorted(operand.fields)
        hint = suggest(name, known) or listed("the fields are", known)
        level: Level = "warning" if operand.open else "error"
        self.issue(start, end, f"`{operand.name}` has no field `{name}`", hint, level)

    def _index(self, node: Index, scope: Scope) -> Type:
        operand = self.visit(node.operand, scope)
        index = self.visit(node.key, scope)
        inner = operand.element if isinstance(operand, OptionalType) else operand
        kind = self._element(node, inner, index)
        if node.optional or isinstance(operand, OptionalType):
            return OptionalType(kind)
        return kind

    def _element(self, node: Index, operand: Type, index: Type) -> Type:
        place = node.key
        if isinstance(operand, ListType):
            if not assignable(index, INT):
                self.issue(place.start, place.end, f"a list's index is a whole number, not {index.words}")
            return operand.element
        if isinstance(operand, MapType):
            if not assignable(index, operand.key):
                expected = f"the keys of this map are {operand.key.words}, not {index.words}"
                self.issue(place.start, place.end, expected)
            return operand.value
        if isinstance(operand, ObjectType):
            name = literal_key(place)
            if name is not None:
                return self._select(operand, name, place.start, place.end, False)
            if not assignable(index, STRING):
                self.issue(place.start, place.end, f"a field's name is text, not {index.words}")
            return DYN
        if operand is not DYN:
            self.issue(node.start, node.end, f"{operand.words} has no elements")
        return DYN

    # Operators

    def _truth(self, node: Node, scope: Scope, where: str) -> None:
        kind = self.visit(node, scope)
        if not assignable(kind, BOOL):
            self.issue(node.start, node.end, f"{where} needs true or false, not {kind.words}")

    def _unary(self, node: Unary, scope: Scope) -> Type:
        if node.operator == "!":
            self._truth(node.operand, scope, "`!`")
            return BOOL
        operand = self.visit(node.operand, scope)
        definition = library.find("-_")
        assert definition is not None
        self.out.functions[id(node)] = definition, False
        result = _result(definition.overloads, (operand,))
        if result is None:
            return self.issue(node.start, node.end, f"`-` needs a signed number, not {operand.words}")
        return result

    def _binary(self, node: Binary, scope: Scope) -> Type:
        left = self.visit(node.left, scope)
        right = self.visit(node.right, scope)
        operator = node.operator
        if operator == "in":
            self._membership(node, left, right)
            return BOOL
        if operator in ("==", "!="):
            self._member_of(left, node.right)
            self._member_of(right, node.left)
            if not comparable(left, right):
                message = f"{left.words} is never equal to {right.words}"
                self.issue(node.start, node.end, message, text_hint(left, right))
            return BOOL
        if operator in ("<", "<=", ">", ">="):
            if not orderable(left, right):
                message = f"`{operator}` cannot compare {left.words} with {right.words}"
                self.issue(node.start, node.end, message, order_hint(node, left, right))
            return BOOL
        definition = library.find(operator)
        assert definition is not None
        self.out.functions[id(node)] = definition, False
        result = _result(definition.overloads, (left, right))
        if result is None:
            message = f"`{operator}` does not take {left.words} and {right.words}"
            return self.issue(node.start, node.end, message, number_hint(node, left, right))
        return result

    def _membership(self, node: Binary, left: Type, right: Type) -> None:
        if isinstance(right, ListType):
            if isinstance(node.right, ListLiteral):
                for element in node.right.elements:
                    self._member_of(left, element)
            self._member_of(right.element, node.left)
            key = right.element
        elif isinstance(right, MapType | ObjectType):
            key = right.key if isinstance(right, MapType) else STRING
        else:
            if right is not DYN:
                self.issue(node.start, node.end, f"`in` looks into a list or a map, not into {right.words}")
            return
        if not comparable(left, key):
            message = f"{left.words} is never in {right.words} of {key.words}"
            self.issue(node.start, node.end, message, text_hint(left, key))

    def _member_of(self, kind: Type, node: Node) -> None:
        """A literal compared with an enumeration is one of its values."""
        if isinstance(kind, EnumType):
            text = literal_key(node)
            if text is not None and text not in kind.values:
                message = f'"{text}" is not one of the values {", ".join(kind.values)}'
                self.issue(node.start, node.end, message, suggest(text, kind.values))

    # Calls

    def _call(self, node: Call, scope: Scope) -> Type:
        definition, target = self._definition(node, scope)
        kinds = [self.visit(argument, scope) for argument in node.arguments]
        if target is not None:
            kinds.insert(0, target)
        if definition is None:
            known = [*self.functions, *library.names(), "has"]
            return self.issue(
                node.name_start,
                node.name_start + len(node.function),
                f"unknown function `{node.function}`",
                elsewhere(node.function) or suggest(node.function, known),
            )
        self.out.functions[id(node)] = definition, target is not None
        overloads = tuple(o for o in definition.overloads if o.method == (target is not None))
        result = _result(overloads, tuple(kinds))
        if result is None:
            return self._no_overload(node, definition, overloads, kinds)
        if definition.name in _READERS and node.arguments:
            self._literal(definition, node.arguments[-1])
        return result

    def _literal(self, definition: Definition, place: Node) -> None:
        """A literal that can never be read is a fault of the expression, not of what it meets."""
        text = literal_key(place)
        if text is not None:
            pattern = definition.name == "matches"
            try:
                (matcher if pattern else definition.select((text,)))(text)
            except FunctionError as error:
                self.issue(place.start, place.end, error.message, PATTERNS if pattern else "")

    def _definition(self, node: Call, scope: Scope) -> tuple[Definition | None, Type | None]:
        """What is called, and the type of the target where that is an argument."""
        if node.target is not None:
            name = dotted_name(node.target)
            first = name and name.removeprefix(".").partition(".")[0]
            if name and first not in scope.slots:
                found = self._find(f"{name}.{node.function}")
                if found is not None:
                    return found, None
            return self._find(node.function), self.visit(node.target, scope)
        return self._find(node.function), None

    def _find(self, name: str) -> Definition | None:
        absolute = name.startswith(".")
        name = name.removeprefix(".")
        for prefix in ("",) if absolute else self.prefixes:
            found = self.functions.get(prefix + name) or library.find(prefix + name)
            if found is not None:
                return found
        return None

    def _no_overload(
        self, node: Call, definition: Definition, overloads: tuple[Overload, ...], kinds: list[Type]
    ) -> Type:
        name = definition.name
        if not overloads:
            method = definition.overloads[0].method
            hint = f"write x.{name}(…)" if method else f"write {name}(x)"
            what = "a method" if method else "a function"
            return self.issue(node.start, node.end, f"`{name}` is {what}", hint)
        skipped = 1 if overloads[0].method else 0
        alike = [parameters for o in overloads if (parameters := fitted(o, len(kinds))) is not None]
        if not alike:
            counts = sorted({len(o.parameters) - skipped for o in overloads})
            asked = " or ".join(map(str, counts)) + (" argument" if counts == [1] else " arguments")
            return self.issue(node.start, node.end, f"`{name}` takes {asked}, not {len(node.arguments)}")
        places = [node.target] * skipped + list(node.arguments)
        for i, kind in enumerate(kinds):
            fitting = [parameters for parameters in alike if assignable(kind, parameters[i], {})]
            if not fitting:
                wanted = " or ".join(dict.fromkeys(parameters[i].words for parameters in alike))
                place = places[i] or node
                return self.issue(place.start, place.end, f"`{name}` needs {wanted} here, not {kind.words}")
            alike = fitting
        given = ", ".join(kind.words for kind in kinds)
        return self.issue(node.start, node.end, f"`{name}` does not take {given} together")

    # Literals

    def _list(self, node: ListLiteral, scope: Scope) -> Type:
        kinds: list[Type] = []
        for i, element in enumerate(node.elements):
            kind = self.visit(element, scope)
            kinds.append(self._unwrapped(element, kind) if i in node.optional else kind)
        return ListType(join(kinds), may_be_empty=len(node.optional) == len(node.elements))

    def _map(self, node: MapLiteral, scope: Scope) -> Type:
        keys: list[Type] = []
        values: list[Type] = []
        for entry in node.entries:
            key = self.visit(entry.key, scope)
            if not any(assignable(key, allowed) for allowed in (STRING, INT, UINT, BOOL)):
                self.issue(entry.key.start, entry.key.end, f"{key.words} cannot be the key of a map")
            keys.append(base(key))
            value = self.visit(entry.value, scope)
            values.append(self._unwrapped(entry.value, value) if entry.optional else value)
        return MapType(join(keys), join(values))

    def _unwrapped(self, node: Node, kind: Type) -> Type:
        if isinstance(kind, OptionalType):
            return kind.element
        if kind is not DYN:
            self.issue(node.start, node.end, f"`?` needs an optional value here, not {kind.words}")
        return DYN

    # Macros

    def _enter(
        self,
        node: Comprehension | Bind | OptionalMap,
        scope: Scope,
        names: Sequence[str],
        kinds: Sequence[Type],
    ) -> Scope:
        inner = scope.add(names, kinds)
        self.out.slots[id(node)] = -(scope.depth + 1)
        self.out.locals = max(self.out.locals, inner.depth)
        return inner

    def _comprehension(self, node: Comprehension, scope: Scope) -> Type:
        span = self.visit(node.range, scope)
        key: Type
        if isinstance(span, ListType):
            key, element = INT, span.element
        elif isinstance(span, MapType):
            key, element = span.key, span.value
        elif isinstance(span, ObjectType):
            key, element = STRING, DYN
        else:
            if span is not DYN:
                message = f"`{node.macro}` runs over a list or a map, not over {span.words}"
                self.issue(node.range.start, node.range.end, message)
            key, element = DYN, DYN
        single = element if isinstance(span, ListType) else key
        kinds = (single,) if len(node.variables) == 1 else (key, element)
        inner = self._enter(node, scope, node.variables, kinds)
        if node.condition is not None:
            self._truth(node.condition, inner, f"the condition of `{node.macro}`")
        if node.macro in ("all", "exists", "exists_one", "filter"):
            self._truth(node.body, inner, f"`{node.macro}`")
            return BOOL if node.macro != "filter" else ListType(single)
        body = self.visit(node.body, inner)
        if node.macro == "transformMap":
            return MapType(key, body)
        filtered = node.condition is not None
        return ListType(body, may_be_empty=filtered or getattr(span, "may_be_empty", True))

    def _optional_map(self, node: OptionalMap, scope: Scope) -> Type:
        operand = self.visit(node.operand, scope)
        element = operand.element if isinstance(operand, OptionalType) else DYN
        if operand is not DYN and not isinstance(operand, OptionalType):
            message = f"`{node.macro}` needs an optional value, not {operand.words}"
            self.issue(node.operand.start, node.operand.end, message)
        body = self.visit(node.body, self._enter(node, scope, (node.variable,), (element,)))
        return OptionalType(body) if node.macro == "optMap" else body


def dotted_name(node: Node) -> str | None:
    """`a.b.c` as one name, with the leading dot of an absolute one; None for anything else."""
    parts: list[str] = []
    while isinstance(node, Field):
        if node.optional or node.end - node.name_start != len(node.name):
            return None
        parts.append(node.name)
        node = node.operand
    if not isinstance(node, Variable):
        return None
    parts.append("." + node.name if node.absolute else node.name)
    return ".".join(reversed(parts))


def _prefixes(container: str) -> tuple[str, ...]:
    """What may stand before a name, longest first: `a.b.`, `a.` and nothing for the container `a.b`."""
    parts = container.split(".") if container else []
    return tuple("".join(part + "." for part in parts[:count]) for count in range(len(parts), -1, -1))


def _result(overloads: tuple[Overload, ...], kinds: tuple[Type, ...]) -> Type | None:
    """The type of a call; DYN where several overloads with different results fit; None where none fits."""
    found: list[Type] = []
    for overload in overloads:
        parameters = fitted(overload, len(kinds))
        if parameters is None:
            continue
        bound: dict[str, Type] = {}
        if all(assignable(kind, expected, bound) for kind, expected in zip(kinds, parameters, strict=True)):
            found.append(substitute(overload.result, bound))
            if DYN not in kinds:
                break
    return join(found) if found else None

"""Functions and operators as the checker and the evaluation see them: signatures and what runs.

The library states its functions in tables `{name: {signature: implementation}}`. A signature is
`(string, int): bool` for a function and `string.(int): bool` for a method; a parameter may be `A`
for any type, the same throughout. It is read only when the function is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from .errors import FunctionError
from .types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    EnumType,
    ListType,
    MapType,
    ObjectType,
    OpaqueType,
    OptionalType,
    Type,
    parse_type,
    split_top,
)
from .values import Absent, Duration, Opaque, Optional, Timestamp, TypeValue, Uint, word

Implementation: TypeAlias = Callable[..., Any]
Table: TypeAlias = Mapping[str, Mapping[str, Implementation]]


class Function(NamedTuple):
    """A function that an environment adds. Several of the same name are overloads of one."""

    name: str
    """May have a namespace: `text.words`."""
    parameters: Sequence[Type]
    """Of a method, the first is what stands before the dot. DYN takes anything."""
    result: Type
    implementation: Implementation
    """Called with the arguments as Python values. Bounds its own work. Raises FunctionError for what
    it cannot do; returns ABSENT for what is not there."""
    contextual: bool = False
    """Called with the activation before the arguments."""
    method: bool = False
    absent_ok: bool = False
    """An argument that is absent arrives as ABSENT instead of making the call absent."""


class Overload(NamedTuple):
    """One signature and what runs for it."""

    parameters: tuple[Type, ...]
    result: Type
    method: bool
    variadic: bool
    """The last parameter may be repeated."""
    implementation: Implementation


_CLASSES: dict[Type, type] = {
    BOOL: bool,
    INT: int,
    UINT: Uint,
    DOUBLE: float,
    STRING: str,
    BYTES: bytes,
    TIMESTAMP: Timestamp,
    DURATION: Duration,
    NULL: type(None),
    TYPE: TypeValue,
}


def admits(kind: Type, actual: type) -> bool:
    """Whether values of a Python class may be given for a parameter."""
    plain = _CLASSES.get(kind)
    if plain is not None:
        return actual is plain
    if isinstance(kind, EnumType):
        return actual is str
    if isinstance(kind, ListType):
        return actual is list
    if isinstance(kind, MapType | ObjectType):
        return actual is dict
    if isinstance(kind, OptionalType):
        return actual is Optional
    if isinstance(kind, OpaqueType):
        return issubclass(actual, Opaque)
    return True


class Definition:
    """All overloads of one name, and which of them runs for which classes of arguments."""

    __slots__ = ("_overloads", "_signatures", "absent_ok", "contextual", "dispatch", "metered", "name")

    def __init__(
        self,
        name: str,
        signatures: Mapping[str, Implementation],
        overloads: tuple[Overload, ...] | None = None,
        *,
        metered: bool = False,
        contextual: bool = False,
        absent_ok: bool = False,
    ) -> None:
        self.name = name
        self.metered = metered
        """Its implementations take the frame first, and charge their work to it."""
        self.contextual = contextual
        self.absent_ok = absent_ok
        self._signatures = signatures
        self._overloads = overloads
        self.dispatch: dict[tuple[type, ...], Implementation] = {}
        """What `select` has found before."""

    @property
    def overloads(self) -> tuple[Overload, ...]:
        """In the order of the table: the first that fits is taken."""
        if self._overloads is None:
            self._overloads = tuple(_read(text, run) for text, run in self._signatures.items())
        return self._overloads

    def select(self, values: tuple[object, ...]) -> Implementation:
        """The implementation for these arguments. Raises FunctionError where there is none."""
        classes = tuple(map(type, values))
        found = self.dispatch.get(classes)
        if found is None:
            found = self._find(classes)
            if found is None:
                given = ", ".join(word(value) for value in values)
                raise FunctionError(f"`{self.name}` does not take {given or 'no arguments'}")
            self.dispatch[classes] = found
        return found

    def _find(self, classes: tuple[type, ...]) -> Implementation | None:
        for overload in self.overloads:
            parameters = fitted(overload, len(classes))
            if parameters is not None and all(
                admits(kind, actual) or (self.absent_ok and actual is Absent)
                for kind, actual in zip(parameters, classes, strict=True)
            ):
                return overload.implementation
        return None


def fitted(overload: Overload, count: int) -> tuple[Type, ...] | None:
    """The parameters for `count` arguments; None when it takes another number."""
    parameters = overload.parameters
    if overload.variadic and count > len(parameters):
        return parameters + parameters[-1:] * (count - len(parameters))
    return parameters if len(parameters) == count else None


def _read(signature: str, implementation: Implementation) -> Overload:
    left, _, result = signature.rpartition(":")
    target, _, inside = left.partition("(")
    while target and not target.endswith("."):
        # The target's own parentheses, as in `list(string).(string): string`.
        more, _, inside = inside.partition("(")
        target += "(" + more
    inside = inside.rstrip()[:-1]
    variadic = inside.endswith("*")
    parameters = [parse_type(part) for part in split_top(inside.removesuffix("*"))]
    if target:
        parameters.insert(0, parse_type(target[:-1]))
    return Overload(tuple(parameters), parse_type(result), bool(target), variadic, implementation)


def define(functions: Sequence[Function]) -> dict[str, Definition]:
    """The definitions of an environment's own functions, by name.

    Raises ValueError for overloads that are not called in the same way.
    """
    groups: dict[str, list[Function]] = {}
    for function in functions:
        group = groups.setdefault(function.name, [function])
        if (function.contextual, function.absent_ok) != (group[0].contextual, group[0].absent_ok):
            raise ValueError(f"the overloads of {function.name} differ in contextual or absent_ok")
        if function is not group[0]:
            group.append(function)
    return {
        name: Definition(
            name,
            {},
            tuple(
                Overload(tuple(one.parameters), one.result, one.method, False, one.implementation)
                for one in group
            ),
            contextual=group[0].contextual,
            absent_ok=group[0].absent_ok,
        )
        for name, group in groups.items()
    }

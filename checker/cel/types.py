"""The types that the checker reasons with.

A type describes what an author may write; values are always checked again when they are met, for
an artifact may break its own schema.
"""

from __future__ import annotations

from collections.abc import Mapping

from .values import TypeValue


class Type:
    """A type without parameters; the base of all others."""

    __slots__ = ("name", "words")

    def __init__(self, name: str, words: str) -> None:
        self.name = name
        """As CEL writes it: `int`, `list(string)`."""
        self.words = words
        """For people: `a whole number`."""

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Type) and other.__class__ is self.__class__ and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


class ListType(Type):
    """A list of elements of one type."""

    __slots__ = ("element", "may_be_empty")

    def __init__(self, element: Type, may_be_empty: bool = True) -> None:
        super().__init__(f"list({element.name})", "a list")
        self.element = element
        self.may_be_empty = may_be_empty
        """False where a schema or a literal says that there is at least one element."""


class MapType(Type):
    """A map from keys of one type to values of one type."""

    __slots__ = ("key", "value")

    def __init__(self, key: Type, value: Type) -> None:
        super().__init__(f"map({key.name}, {value.name})", "a map")
        self.key = key
        self.value = value


class ObjectType(Type):
    """A map with known fields; `open` where it may have others. Two are equal when their names are."""

    __slots__ = ("fields", "open")

    def __init__(self, name: str, fields: Mapping[str, Type], open: bool = False) -> None:
        super().__init__(name, "a map")
        self.fields = fields
        self.open = open


class EnumType(Type):
    """A string out of a closed set."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[str, ...]) -> None:
        super().__init__(f"string({' | '.join(values)})", "text")
        self.values = tuple(values)


class OpaqueType(Type):
    """A type that only functions make and take, such as a version."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(name, f"a {name}")


class OptionalType(Type):
    """A value or none."""

    __slots__ = ("element",)

    def __init__(self, element: Type) -> None:
        super().__init__(f"optional_type({element.name})", "an optional value")
        self.element = element


class TypeParameter(Type):
    """Stands for one type throughout a signature: `A`, `B`."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(name, "a value")


DYN = Type("dyn", "a value")
BOOL = Type("bool", "true or false")
INT = Type("int", "a whole number")
UINT = Type("uint", "an unsigned number")
DOUBLE = Type("double", "a decimal number")
STRING = Type("string", "text")
BYTES = Type("bytes", "bytes")
TIMESTAMP = Type("google.protobuf.Timestamp", "a point in time")
DURATION = Type("google.protobuf.Duration", "a length of time")
NULL = Type("null_type", "null")
TYPE = Type("type", "a type")

NUMERIC = (INT, UINT, DOUBLE)
ORDERED = (BOOL, STRING, BYTES, TIMESTAMP, DURATION)

_TYPE_NAMES = (
    "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
    "google.protobuf.Timestamp", "google.protobuf.Duration", "optional_type",
)  # fmt: skip
TYPE_VALUES: dict[str, TypeValue] = {name: TypeValue(name) for name in _TYPE_NAMES}
"""The names of types that an expression may use as values."""

_SIMPLE = {
    "dyn": DYN,
    "bool": BOOL,
    "int": INT,
    "uint": UINT,
    "double": DOUBLE,
    "string": STRING,
    "bytes": BYTES,
    "timestamp": TIMESTAMP,
    "duration": DURATION,
    "null": NULL,
    "type": TYPE,
    "A": TypeParameter("A"),
    "B": TypeParameter("B"),
}


def parse_type(text: str) -> Type:
    """A type from the notation of the library's tables: `list(A)`, `map(string, dyn)`, `optional(A)`."""
    text = text.strip()
    name, bracket, inside = text.partition("(")
    if not bracket:
        return _SIMPLE[text]
    parts = [parse_type(part) for part in split_top(inside[:-1])]
    if name == "list":
        return ListType(parts[0])
    if name == "optional":
        return OptionalType(parts[0])
    return MapType(parts[0], parts[1])


def split_top(text: str) -> list[str]:
    """The parts between those commas that stand outside of parentheses; none for an empty text."""
    parts: list[str] = []
    depth = 0
    first = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            parts.append(text[first:i])
            first = i + 1
    if text.strip():
        parts.append(text[first:])
    return parts


def base(kind: Type) -> Type:
    """The plain type of a value: STRING for an enumeration."""
    return STRING if isinstance(kind, EnumType) else kind


def assignable(actual: Type, expected: Type, bound: dict[str, Type] | None = None) -> bool:
    """Whether a value of `actual` may stand where `expected` is asked for.

    `bound` collects what the type parameters of a signature stand for.
    """
    if isinstance(expected, TypeParameter):
        if bound is None:
            return True
        known = bound.setdefault(expected.name, actual)
        if DYN in (actual, known):
            bound[expected.name] = DYN
            return True
        return assignable(actual, known)
    if actual is DYN or expected is DYN or isinstance(actual, TypeParameter):
        return True
    actual = base(actual)
    expected = base(expected)
    if isinstance(actual, ObjectType):
        if isinstance(expected, ObjectType):
            return True
        return isinstance(expected, MapType) and assignable(STRING, expected.key, bound)
    if isinstance(expected, ObjectType):
        return isinstance(actual, MapType)
    if isinstance(actual, ListType) and isinstance(expected, ListType):
        return assignable(actual.element, expected.element, bound)
    if isinstance(actual, OptionalType) and isinstance(expected, OptionalType):
        return assignable(actual.element, expected.element, bound)
    if isinstance(actual, MapType) and isinstance(expected, MapType):
        return assignable(actual.key, expected.key, bound) and assignable(actual.value, expected.value, bound)
    return actual == expected


def substitute(kind: Type, bound: Mapping[str, Type]) -> Type:
    """A signature's type with its parameters replaced; DYN for those that nothing tells."""
    if isinstance(kind, TypeParameter):
        return bound.get(kind.name, DYN)
    if isinstance(kind, ListType):
        return ListType(substitute(kind.element, bound), kind.may_be_empty)
    if isinstance(kind, OptionalType):
        return OptionalType(substitute(kind.element, bound))
    if isinstance(kind, MapType):
        return MapType(substitute(kind.key, bound), substitute(kind.value, bound))
    return kind


def join(kinds: list[Type]) -> Type:
    """The type of a place that holds values of all these types; DYN where they differ."""
    if not kinds:
        return DYN
    first = kinds[0]
    if all(kind == first for kind in kinds):
        return first
    if all(isinstance(kind, EnumType) or kind is STRING for kind in kinds):
        return STRING
    return DYN


def comparable(a: Type, b: Type) -> bool:
    """Whether values of these types can ever be equal; `null` can be compared with anything."""
    if NULL in (a, b) or (a in NUMERIC and b in NUMERIC):
        return True
    if isinstance(a, ListType) and isinstance(b, ListType):
        return comparable(a.element, b.element)
    return assignable(a, b) or assignable(b, a)


def orderable(a: Type, b: Type) -> bool:
    """Whether values of these types can be compared with `<`."""
    if DYN in (a, b):
        other = b if a is DYN else a
        return other is DYN or orderable(other, other)
    a, b = base(a), base(b)
    if a in NUMERIC and b in NUMERIC:
        return True
    return a == b and (a in ORDERED or isinstance(a, OpaqueType))

"""The values that Python lacks, and what all values share: equality, order, keys, words.

CEL's bool, int, double, string, bytes, list, map and null are Python's `bool`, `int`, `float`,
`str`, `bytes`, `list`, `dict` and `None`.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from typing import Any, TypeAlias

from .errors import BudgetError, FunctionError

INT_MAX = 2**63 - 1
INT_MIN = -(2**63)
UINT_MAX = 2**64 - 1
SECOND = 1_000_000_000
"""Nanoseconds."""
TIMESTAMP_MIN = -62_135_596_800 * SECOND
TIMESTAMP_MAX = 253_402_300_800 * SECOND - 1

Frame: TypeAlias = list[Any]
"""The state of one evaluation: the work that is left, the activation, then the variables."""


def charge(frame: Frame, steps: int) -> None:
    """Take `steps` from the work that is left. Raises BudgetError."""
    left = frame[0] - steps
    frame[0] = left
    if left < 0:
        raise BudgetError


class Absent:
    """The type of ABSENT."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()
"""What is not there: a function's result, or an argument of a function that accepts it."""


class Uint(int):
    """An unsigned 64-bit integer."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


class _Ordered:
    """Order and equality of values that are one number inside."""

    __slots__ = ("nanoseconds",)

    def __init__(self, nanoseconds: int) -> None:
        self.nanoseconds = nanoseconds

    def __eq__(self, other: object) -> bool:
        return other.__class__ is self.__class__ and other.nanoseconds == self.nanoseconds

    def __lt__(self, other: _Ordered) -> bool:
        return self.nanoseconds < other.nanoseconds

    def __le__(self, other: _Ordered) -> bool:
        return self.nanoseconds <= other.nanoseconds

    def __gt__(self, other: _Ordered) -> bool:
        return self.nanoseconds > other.nanoseconds

    def __ge__(self, other: _Ordered) -> bool:
        return self.nanoseconds >= other.nanoseconds

    def __hash__(self) -> int:
        return hash((self.__class__, self.nanoseconds))


class Timestamp(_Ordered):
    """A point in time: nanoseconds since 1970-01-01T00:00:00Z, years 1 to 9999."""

    __slots__ = ()

    def __init__(self, nanoseconds: int) -> None:
        if not TIMESTAMP_MIN <= nanoseconds <= TIMESTAMP_MAX:
            raise FunctionError("the point in time lies outside the years 1 to 9999")
        self.nanoseconds = nanoseconds

    def __repr__(self) -> str:
        return format_timestamp(self)


class Duration(_Ordered):
    """A length of time: nanoseconds, of 64 bits (about 292 years either way)."""

    __slots__ = ()

    def __init__(self, nanoseconds: int) -> None:
        if not INT_MIN <= nanoseconds <= INT_MAX:
            raise FunctionError("the length of time exceeds 292 years")
        self.nanoseconds = nanoseconds

    def __repr__(self) -> str:
        return format_duration(self)


class Opaque:
    """Base of values that a function defines for itself.

    A subclass is ordered by its own `__lt__`, where it has one, and equal by its own `__eq__`.
    """

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        raise FunctionError("these values have no order")

    def __le__(self, other: object) -> bool:
        return not other < self

    def __gt__(self, other: object) -> bool:
        return other < self

    def __ge__(self, other: object) -> bool:
        return not self < other


class Optional:
    """A value, or none: `optional.of(x)`, `optional.none()`."""

    __slots__ = ("value",)

    def __init__(self, value: object = ABSENT) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Optional) and (
            other.value is self.value
            or (ABSENT not in (self.value, other.value) and self.value == other.value)
        )

    def __hash__(self) -> int:
        return hash(("optional", repr(self.value)))

    def __repr__(self) -> str:
        return "optional.none()" if self.value is ABSENT else f"optional.of({self.value!r})"


NONE = Optional()


class TypeValue:
    """A type as a value: `int`, `type(x)`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeValue) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return self.name


class BoolKey:
    """A bool as the key of a map: Python's `True` would be the same key as 1."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "true" if self.value else "false"


TRUE_KEY = BoolKey(True)
FALSE_KEY = BoolKey(False)

TYPE_NAMES: dict[type, str] = {
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    type(None): "null_type",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    TypeValue: "type",
    Optional: "optional_type",
}
NUMBERS = frozenset((int, Uint, float))
KEYS = frozenset((int, Uint, float, str))
"""Classes whose values can be looked up in a map as they are; a double only finds whole numbers."""

_WORDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    Uint: "an unsigned number",
    float: "a decimal number",
    str: "text",
    bytes: "bytes",
    list: "a list",
    dict: "a map",
    type(None): "null",
    Timestamp: "a point in time",
    Duration: "a length of time",
    TypeValue: "a type",
    Optional: "an optional value",
}


def word(value: object) -> str:
    """What kind of thing a value is, for people."""
    return _WORDS.get(value.__class__, value.__class__.__name__)


def to_key(value: object) -> object:
    """A value as the key of a Python dict. Raises FunctionError where it cannot be one."""
    kind = value.__class__
    if kind in KEYS:
        return value
    if kind is bool:
        return TRUE_KEY if value else FALSE_KEY
    raise FunctionError(f"{word(value)} cannot be the key of a map")


def from_key(key: Any) -> object:
    """The value that a key of a dict stands for."""
    return key.value if key.__class__ is BoolKey else key


def sorted_keys(mapping: dict[Any, Any]) -> list[object]:
    """The keys of a map as values, in the order in which maps are iterated: bools, numbers, texts."""
    try:
        return sorted(mapping)
    except TypeError:
        return [from_key(key) for key in sorted(mapping, key=_key_order)]


def _key_order(key: object) -> tuple[int, object]:
    if isinstance(key, str):
        return 2, key
    if isinstance(key, BoolKey):
        return 0, key.value
    return 1, key


def equal(frame: Frame, a: Any, b: Any) -> bool:
    """CEL's `==`: numbers compare by value across their types, other kinds only among themselves.

    A whole number is compared with a decimal one as a double, as the order of both is.

    Raises BudgetError when comparing lists and maps exceeds the budget.
    """
    kind = a.__class__
    other = b.__class__
    if kind is other:
        if kind is list:
            return _equal_lists(frame, a, b)
        if kind is dict:
            return _equal_maps(frame, a, b)
        if kind is Optional:
            x, y = a.value, b.value
            return x is y if ABSENT in (x, y) else equal(frame, x, y)
        return bool(a == b)
    if kind in NUMBERS and other in NUMBERS:
        return a == b or (float in (kind, other) and float(a) == float(b))
    return False


def _equal_lists(frame: Frame, a: list[object], b: list[object]) -> bool:
    if len(a) != len(b):
        return False
    charge(frame, len(a))
    return all(equal(frame, x, y) for x, y in zip(a, b, strict=True))


def _equal_maps(frame: Frame, a: dict[object, object], b: dict[object, object]) -> bool:
    if len(a) != len(b):
        return False
    charge(frame, len(a))
    return all(key in b and equal(frame, value, b[key]) for key, value in a.items())


def contains(frame: Frame, items: list[object], value: object) -> bool:
    """CEL's `value in items`. Raises BudgetError."""
    charge(frame, len(items))
    if value.__class__ is str:  # which nothing but the same text is equal to
        return value in items
    return any(equal(frame, value, item) for item in items)


# Texts of values


def format_double(value: float) -> str:
    """The shortest text that reads back as the same double, without a needless `.0`."""
    if isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    return text[:-2] if text.endswith(".0") else text


def civil(days: int) -> tuple[int, int, int]:
    """Year, month (from 1) and day of a day number counted from 1970-01-01."""
    # Counted from 0000-03-01, so that the leap day ends a year; an era is 400 years.
    era, of_era = divmod(days + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day


def day_number(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date; the inverse of `civil`."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year - 719_468


def format_timestamp(value: Timestamp) -> str:
    """RFC 3339 in UTC; a fraction of a second has 3, 6 or 9 digits, as in JSON for protocol buffers."""
    seconds, nanos = divmod(value.nanoseconds, SECOND)
    days, of_day = divmod(seconds, 86_400)
    year, month, day = civil(days)
    hours, rest = divmod(of_day, 3_600)
    return f"{year:04d}-{month:02d}-{day:02d}T{hours:02d}:{rest // 60:02d}:{rest % 60:02d}{_fraction(nanos)}Z"


def format_duration(value: Duration) -> str:
    """Seconds with their fraction: `90s`, `-0.500s`."""
    sign = "-" if value.nanoseconds < 0 else ""
    seconds, nanos = divmod(abs(value.nanoseconds), SECOND)
    return f"{sign}{seconds}{_fraction(nanos)}s"


def _fraction(nanos: int) -> str:
    if not nanos:
        return ""
    text = f".{nanos:09d}"
    return text[:4] if text.endswith("000000") else text[:7] if text.endswith("000") else text


_ESCAPES = {ord(c): f"\\{e}" for c, e in zip('\\"\a\b\f\n\r\t\v', '\\"abfnrtv', strict=True)}


def quote(text: str) -> str:
    """A text in double quotes, escaped as CEL would read it back."""
    return '"' + text.translate(_ESCAPES) + '"'


def format_value(value: object, limit: int = 80) -> str:
    """A value as a person would write it, cut with `…` to about `limit` characters; ABSENT is `absent`."""
    text = "".join(_pieces(value, limit, 3))
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def _pieces(value: object, limit: int, depth: int) -> Iterable[str]:
    """Parts of a value's text: no more than are shown, however large the value."""
    if value is ABSENT:
        yield "absent"
    elif value is None:
        yield "null"
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str):
        yield quote(value if len(value) <= limit else value[:limit])
    elif isinstance(value, float):
        yield format_double(value)
    elif isinstance(value, bytes):
        yield f"{len(value)} bytes"
    elif isinstance(value, list):
        yield from _sequence("[]", ((item,) for item in value), len(value), limit, depth)
    elif isinstance(value, dict):
        items = ((key, value[to_key(key) if isinstance(key, bool) else key]) for key in sorted_keys(value))
        yield from _sequence("{}", items, len(value), limit, depth)
    else:
        yield str(value)


def _sequence(
    brackets: str, items: Iterable[tuple[object, ...]], count: int, limit: int, depth: int
) -> Iterable[str]:
    if count and not depth:
        yield "…".join(brackets)
        return
    yield brackets[0]
    used = 0
    for position, item in enumerate(items):
        separator = ", " if position else ""
        text = separator + ": ".join("".join(_pieces(part, limit, depth - 1)) for part in item)
        yield text
        used += len(text)
        if used > limit:
            return
    yield brackets[1]

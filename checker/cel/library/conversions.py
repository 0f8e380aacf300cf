"""From one kind of value to another, and `size`."""

from __future__ import annotations

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import (
    SECOND,
    TYPE_NAMES,
    Frame,
    TypeValue,
    Uint,
    charge,
    format_double,
    format_duration,
    format_timestamp,
)

from .operators import to_int, to_uint

_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))


def _digits(text: str, signs: str) -> int:
    """A decimal number as written. Raises FunctionError, for numbers too long to matter too."""
    digits = text[1:] if text[:1] and text[0] in signs else text
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 100:
        raise FunctionError("the text is no whole number", unreadable=True)
    return int(text)


def _int_of_double(value: float) -> int:
    # The bounds themselves are excluded: doubles next to them cannot tell which number was meant.
    if -(2.0**63) < value < 2.0**63:
        return int(value)
    raise FunctionError("the number does not fit 64 bits")


def _uint_of_double(value: float) -> Uint:
    if 0 <= value < 2.0**64:
        return Uint(value)
    raise FunctionError("the number does not fit unsigned 64 bits")


def _double_of_string(text: str) -> float:
    try:
        if "_" in text or not text.isascii():
            raise ValueError
        return float(text)
    except ValueError:
        raise FunctionError("the text is no number", unreadable=True) from None


def _bool_of_string(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise FunctionError("the text is neither true nor false", unreadable=True)


def _string_of_bytes(frame: Frame, value: bytes) -> str:
    charge(frame, len(value) >> 6)
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise FunctionError("the bytes are no UTF-8 text", unreadable=True) from None


def _bytes_of_string(frame: Frame, text: str) -> bytes:
    charge(frame, len(text) >> 6)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise FunctionError("the text holds half of a surrogate pair", unreadable=True) from None


def type_of(value: object) -> TypeValue:
    """The type of a value, as a value."""
    return TypeValue(TYPE_NAMES.get(value.__class__) or value.__class__.__name__.lower())


FUNCTIONS: Table = {
    "size": {
        "(string): int": len,
        "(bytes): int": len,
        "(list(A)): int": len,
        "(map(A, B)): int": len,
        "string.(): int": len,
        "bytes.(): int": len,
        "list(A).(): int": len,
        "map(A, B).(): int": len,
    },
    "int": {
        "(int): int": int,
        "(uint): int": lambda value: to_int(int(value)),
        "(double): int": _int_of_double,
        "(string): int": lambda text: to_int(_digits(text, "+-")),
        "(timestamp): int": lambda value: value.nanoseconds // SECOND,
    },
    "uint": {
        "(uint): uint": Uint,
        "(int): uint": to_uint,
        "(double): uint": _uint_of_double,
        "(string): uint": lambda text: to_uint(_digits(text, "+")),
    },
    "double": {
        "(double): double": float,
        "(int): double": float,
        "(uint): double": float,
        "(string): double": _double_of_string,
    },
    "bool": {
        "(bool): bool": bool,
        "(string): bool": _bool_of_string,
    },
    "type": {"(A): type": type_of},
    "dyn": {"(A): dyn": lambda value: value},
}

METERED: Table = {
    "string": {
        "(string): string": lambda _, text: text,
        "(int): string": lambda _, value: str(value),
        "(uint): string": lambda _, value: str(int(value)),
        "(double): string": lambda _, value: format_double(value),
        "(bool): string": lambda _, value: "true" if value else "false",
        "(bytes): string": _string_of_bytes,
        "(timestamp): string": lambda _, value: format_timestamp(value),
        "(duration): string": lambda _, value: format_duration(value),
    },
    "bytes": {
        "(bytes): bytes": lambda _, value: value,
        "(string): bytes": _bytes_of_string,
    },
}

"""Optional values."""

from __future__ import annotations

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import ABSENT, NONE, Duration, Optional, Timestamp

_EPOCH = Timestamp(0)
_NOTHING = Duration(0)


def _is_zero(value: object) -> bool:
    return value is None or value in (_EPOCH, _NOTHING) or (not value and value is not NONE)


def _value(optional: Optional) -> object:
    if optional.value is ABSENT:
        raise FunctionError("the optional value is none")
    return optional.value


FUNCTIONS: Table = {
    "optional.of": {"(A): optional(A)": Optional},
    "optional.ofNonZeroValue": {
        "(A): optional(A)": lambda value: NONE if _is_zero(value) else Optional(value)
    },
    "optional.none": {"(): optional(A)": lambda: NONE},
    "hasValue": {"optional(A).(): bool": lambda optional: optional.value is not ABSENT},
    "value": {"optional(A).(): A": _value},
    "or": {"optional(A).(optional(A)): optional(A)": lambda a, b: b if a.value is ABSENT else a},
    "orValue": {"optional(A).(A): A": lambda a, b: b if a.value is ABSENT else a.value},
}

"""The lists and sets extensions, and what lists share with texts."""

from __future__ import annotations

from typing import Any

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import NUMBERS, Frame, Optional, charge, contains

from .strings import reverse


def _distinct(frame: Frame, items: list[object]) -> list[object]:
    found: list[object] = []
    for item in items:
        if not contains(frame, found, item):
            found.append(item)
    charge(frame, len(items))
    return found


def _flatten(frame: Frame, items: list[object], depth: int = 1) -> list[object]:
    if depth < 0:
        raise FunctionError("a list cannot be flattened a negative number of times")
    for _ in range(depth):
        if not any(isinstance(item, list) for item in items):
            break
        flat: list[object] = []
        for item in items:
            part = item if isinstance(item, list) else [item]
            charge(frame, len(part) + 1)
            flat += part
        items = flat
    return items


def _slice(frame: Frame, items: list[object], first: int, end: int) -> list[object]:
    if not 0 <= first <= end <= len(items):
        raise FunctionError(f"positions {first} to {end} lie outside of the list")
    charge(frame, end - first)
    return items[first:end]


def _sort(frame: Frame, items: list[Any]) -> list[object]:
    charge(frame, len(items) * len(items).bit_length())
    kinds = {item.__class__ for item in items}
    if kinds & {list, dict, type(None), Optional} or not (len(kinds) <= 1 or kinds <= NUMBERS):
        raise FunctionError("only values of one kind that has an order can be sorted")
    return sorted(items)


def _range(frame: Frame, count: int) -> list[int]:
    charge(frame, max(count, 0))
    return list(range(count))


def _reverse(frame: Frame, items: list[object]) -> list[object]:
    charge(frame, len(items))
    return items[::-1]


def _first(items: list[object]) -> Optional:
    return Optional(items[0]) if items else Optional()


def _last(items: list[object]) -> Optional:
    return Optional(items[-1]) if items else Optional()


def _all_in(frame: Frame, items: list[object], whole: list[object]) -> bool:
    return all(contains(frame, whole, item) for item in items)


FUNCTIONS: Table = {
    "first": {"list(A).(): optional(A)": _first},
    "last": {"list(A).(): optional(A)": _last},
}

METERED: Table = {
    "distinct": {"list(A).(): list(A)": _distinct},
    "flatten": {"list(A).(): list(dyn)": _flatten, "list(A).(int): list(dyn)": _flatten},
    "slice": {"list(A).(int, int): list(A)": _slice},
    "sort": {"list(A).(): list(A)": _sort},
    "reverse": {"list(A).(): list(A)": _reverse, "string.(): string": reverse},
    "lists.range": {"(int): list(int)": _range},
    "sets.contains": {"(list(A), list(A)): bool": lambda frame, whole, part: _all_in(frame, part, whole)},
    "sets.intersects": {
        "(list(A), list(A)): bool": lambda frame, a, b: any(contains(frame, b, item) for item in a)
    },
    "sets.equivalent": {
        "(list(A), list(A)): bool": lambda frame, a, b: _all_in(frame, a, b) and _all_in(frame, b, a)
    },
}

"""The standard functions and extensions, one room a theme.

A room has a table `FUNCTIONS`, and a table `METERED` for those whose work grows with what they are
given: these take the frame first and charge it. Adding a room is one file and one line here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.cel.functions import Definition

_ROOMS = (
    "operators",
    "conversions",
    "strings",
    "times",
    "lists",
    "maths",
    "optionals",
    "encoders",
    "formats",
)
"""In the order in which they are searched: the rooms of every day first, for a room is only imported
when a name was not found before it."""

_found: dict[str, Definition] = {}
_searched = 0


def find(name: str) -> Definition | None:
    """The definition of a function or operator by its full name, such as `size` or `math.abs`."""
    global _searched  # noqa: PLW0603 - the rooms that are open belong to the module, as imports do
    while name not in _found:
        if _searched == len(_ROOMS):
            return None
        _open(_ROOMS[_searched])
        _searched += 1
    return _found[name]


def names() -> list[str]:
    """Every name that `find` knows."""
    find("")
    return list(_found)


def _open(room: str) -> None:
    from checker.cel.functions import Definition  # noqa: PLC0415 - functions.py needs no library, so this way round

    module = import_module(f"{__name__}.{room}")
    for metered, attribute in ((False, "FUNCTIONS"), (True, "METERED")):
        for name, signatures in getattr(module, attribute, {}).items():
            _found[name] = Definition(name, signatures, metered=metered)

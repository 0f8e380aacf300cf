"""The shapes that the published JSON formats share, member by member as their schemas describe them.

They are written out, not taken from the types inside, which may change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from checker.model import Diagnostic, Evidence, Location, Origin, Outside, SubjectRef
from checker.render.text import inert_json

Shape = dict[str, Any]


def lines(head: Shape, lists: Mapping[str, Iterator[Shape]]) -> Iterator[str]:
    """An object, each member and each item of its lists on its own line: `grep` and `diff` work on it."""
    yield "{"
    for name, value in head.items():
        yield f'"{name}": {inert_json(value)},'
    for position, (name, items) in enumerate(lists.items(), 1):
        end = "," if position < len(lists) else ""
        row = next(items, None)
        if row is None:
            yield f'"{name}": []{end}'
            continue
        yield f'"{name}": ['
        for following in items:
            yield f"{inert_json(row)},"
            row = following
        yield inert_json(row)
        yield f"]{end}"
    yield "}\n"


def subject(ref: SubjectRef) -> Shape:
    """The thing that was checked."""
    return {"kind": ref.kind, "id": ref.id, "path": ref.path, "product": ref.product}


def diagnostic(fault: Diagnostic) -> Shape:
    """A defect of what was judged with."""
    return {
        "code": fault.code,
        "level": fault.level,
        "message": fault.message,
        "location": place(fault.location),
        "hint": fault.hint,
    }


def evidence(found: Evidence) -> Shape:
    """Where something that was read came from."""
    return {
        "locator": found.locator,
        "digest": found.digest,
        "collector": found.collector,
        "collected_at": moment(found.collected_at),
    }


def origin(found: Origin | None) -> Shape | None:
    """Which files were judged, by which clock."""
    if found is None:
        return None
    return {"commit": found.commit, "clock": found.clock, "note": found.note, "prefix": found.prefix}


def outside(found: Outside | None) -> Shape | None:
    """What was given besides the workspace."""
    if found is None:
        return None
    return {
        "repository": found.repository,
        "policies": found.policies,
        "floor": found.floor,
        "floor_digest": found.floor_digest,
    }


def place(location: Location | None) -> Shape | None:
    """A place in a file; None stays null."""
    if location is None:
        return None
    span = location.span
    return {
        "path": location.path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }


def moment(at: datetime | None) -> str | None:
    """A moment with its offset, to the microsecond; None stays null."""
    return at.isoformat() if at else None

"""Which line of a change made a failure that is new, where it stands somewhere else."""

from __future__ import annotations

from collections.abc import Iterable

from checker.model import Location, Result, Span
from checker.review.comparing import Sides
from checker.review.lines import Changed


def anchored(results: Iterable[Result], sides: Sides) -> list[Result]:
    """The results; what is new says which changed line made it fail, where that is not where it stands."""
    return [
        result._replace(anchor=_anchor(result, sides)) if result.age == "new" else result
        for result in results
    ]


def _anchor(result: Result, sides: Sides) -> Location | None:
    own, changed = result.location, sides.changed
    if _is_changed(own, changed):
        return None
    change = sides.stages.get(result.subject.product)
    seen = [each.location for reason in result.reasons for each in reason.seen if each.location]
    if change and change.location and (change.gates or not seen):
        seen.append(change.location)
    for location in seen:
        if _is_changed(location, changed):
            return location
    if near := _nearest(own, changed):
        return near if _extent(near)[0] != _extent(own)[0] else None
    record = sides.records.get(result.subject.product)
    near = _nearest(record, changed) if record else None
    return near if record and near and _holds(record, near) else _only(changed)


def _nearest(location: Location, changed: Changed) -> Location | None:
    """The changed line in a place, or the nearest one to it in its file."""
    lines, (first, last) = changed.get(location.path), _extent(location)
    line = lines.nearest(first, last) if lines else None
    return _line(location.path, line) if line else None


def _only(changed: Changed) -> Location | None:
    """The first changed line of a change that is in one file: all that is new comes from there."""
    return _nearest(Location(next(iter(changed))), changed) if len(changed) == 1 else None


def _holds(place: Location, line: Location) -> bool:
    (first, last), (number, _) = _extent(place), _extent(line)
    return first <= number <= last


def _extent(location: Location) -> tuple[int, int]:
    """The first and last line of a place; of a file as a whole its beginning."""
    span = location.span
    return (span.line, span.end_line) if span else (1, 1)


def _line(path: str, line: int) -> Location:
    return Location(path, Span(line, 1, line, 1))


def _is_changed(location: Location, changed: Changed) -> bool:
    lines, span = changed.get(location.path), location.span
    return lines is not None and span is not None and lines.back(span.line) is None

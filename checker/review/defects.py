"""Which defects of what a change is judged with were there before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable

from checker.model import Diagnostic, Location
from checker.review.lines import Changed


def aged(
    found: Iterable[Diagnostic], before: Iterable[Diagnostic], changed: Changed, same: Collection[str]
) -> tuple[Diagnostic, ...]:
    """What is told of a change, each with its age; `before`: what is told of its base.

    What says the same word for word at the same place was there before, each as often as it was. `same`: the
    files that are read alike on both sides, whatever the change makes of them.
    """
    known = Counter(_mark(each, {}, same) for each in before)
    told = []
    for each in found:
        mark = _mark(each, changed, same)
        told.append(each._replace(age="existing" if known[mark] else "new"))
        known[mark] -= known[mark] > 0
    return tuple(told)


def _mark(defect: Diagnostic, changed: Changed, same: Collection[str]) -> Hashable:
    place = defect.location and _place(defect.location, changed, same)
    return defect.code, defect.level, defect.message, place


def _place(location: Location, changed: Changed, same: Collection[str]) -> Hashable:
    """File, line and column at the base; a line that the change wrote was nowhere there."""
    path, span = location.path, location.span
    lines = changed.get(path)
    if lines is None or path in same:
        return path, span and span[:2]
    return lines.old_path, span and (lines.back(span.line), span.column)

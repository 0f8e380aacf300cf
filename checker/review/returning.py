"""What a change left its base with, though the base branch has taken it away since.

Who makes a change chooses where it leaves its base, and whatever was there then is not new. But what the
branch has no more, and the change does not leave where it was, would come back when both are merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from checker.model import Diagnostic
from checker.review.lines import Changed
from checker.snapshot import Snapshot, Subject


def without(
    base: Snapshot,
    head: Snapshot,
    changed: Changed,
    differs: Callable[[str], bool],
    tip: Callable[[], Snapshot],
) -> Snapshot:
    """The base without what the branch has taken away since and the change writes anew, wherever.

    `differs`: whether the branch has another file at a path since; `tip`: what it holds now, which is asked
    for only where that matters.
    """
    moved = [each for each in base.subjects if not _stays(each, head, changed) and differs(each.ref.path)]
    if not moved:
        return base
    now = tip()
    taken = {id(each) for each in moved if not _is_there(each, head, now)}
    return replace(base, subjects=tuple(each for each in base.subjects if id(each) not in taken))


def told(base: Snapshot, kept: Snapshot, head: Snapshot) -> Iterator[Diagnostic]:
    """Say what comes back; `kept`: the base without it."""
    for was in base.subjects:
        key = was.ref.kind, was.ref.id
        there = head.find(*key)
        if there and not kept.find(*key):
            place = there.location()
            what = f"{was.ref.kind} {was.ref.id}"
            message = f"the base branch has taken {what} away since, and this change brings it back"
            hint = "It is judged as new. Bring the change up to date with its base if that is not meant."
            excerpt = there.excerpt(place.span)
            yield Diagnostic("subject-returned", message, place, hint, "warning", excerpt)


def _stays(was: Subject, head: Snapshot, changed: Changed) -> bool:
    """Whether the change leaves it where it was, so that it is not there once the branch has deleted it."""
    now = head.find(was.ref.kind, was.ref.id)
    if now is None or now.ref.path != was.ref.path:
        return False
    lines, span = changed.get(now.ref.path), now.location().span
    return lines is None or span is None or lines.back(span.line) is not None


def _is_there(was: Subject, head: Snapshot, tip: Snapshot) -> bool:
    """Whether the branch has it still, or has it now where the change has it, too."""
    now, then = (side.find(was.ref.kind, was.ref.id) for side in (tip, head))
    places = {was.ref.path, *([then.ref.path] if then else [])}
    return now is not None and (len(places) == 1 or now.ref.path in places)

"""What a change takes away from what judges it: it is no failure, and nobody should miss it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.model import Diagnostic
from checker.review.lines import Changed, old_path
from checker.review.renaming import Renames
from checker.snapshot import Key, Snapshot, Subject

_NAMED = 3
"""Subjects that a sentence names; of more, the number is told."""


def gone(base: Snapshot, head: Snapshot, renamed: Mapping[Key, Key], changed: Changed) -> list[Subject]:
    """What was there: its file is deleted, nothing collects it from where it is now, or a list lost it.

    What nobody can read any more may be there still, and says so. Products are told as changes of stage.
    """
    there = {renamed.get(subject.key, subject.key) for subject in head.subjects}
    unread: set[tuple[str, str]] = set()
    for subject in head.subjects:
        if subject.unreadable:
            unread.add((old_path(subject.ref.path, changed), subject.ref.kind))
    return [
        subject
        for subject in base.subjects
        if subject.ref.kind != "product"
        and subject.key not in there
        and (subject.ref.path, subject.ref.kind) not in unread
    ]


def left(gone: Sequence[Subject], base: Snapshot, head: Snapshot, renames: Renames) -> Iterator[Diagnostic]:
    """Say what is judged no more, and what is about another product than before."""
    if gone:
        shown = _listed([_shown(subject) for subject in gone])
        message = f"this change takes {shown} away: no rule is asked about what is gone"
        hint = "Where a gate rests on it, name its kind in `needs` of the gate."
        yield Diagnostic("subject-gone", message, hint=hint, level="warning")
    for product, subjects in sorted(_given_away(base, head, renames).items()):
        message = f"this change takes {_listed([_shown(each) for each in subjects])} from product {product}"
        hint = f"From now on the stage of another product says what is asked; {product} is asked without it."
        names = (each.ref.product for each in subjects)
        if new := next((name for name in names if product in renames.doubted.get(name, ())), ""):
            hint = (
                f"In this change {new} is held to the stage of {product}. If it is the same under another"
                f" name, write `formerly: [{product}]` into its record."
            )
        place = subjects[0].location(("product",))
        yield Diagnostic("product-changed", message, place, hint, "warning", subjects[0].excerpt(place.span))


def _given_away(base: Snapshot, head: Snapshot, renames: Renames) -> dict[str, list[Subject]]:
    """What is about another product or about none, by the product that it was about."""
    found: dict[str, list[Subject]] = {}
    for subject in head.subjects:
        product = subject.ref.product
        old = base.find(*renames.subjects.get(subject.key, subject.key))
        if old is None or not subject.sound or subject.ref.kind == "product":
            continue
        if old.ref.product not in ("", product, renames.products.get(product)):
            found.setdefault(old.ref.product, []).append(subject)
    return found


def _shown(subject: Subject) -> str:
    return f"{subject.ref.kind} `{subject.ref.id}` ({subject.ref.path})"


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")

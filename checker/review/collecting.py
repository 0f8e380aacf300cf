"""What a change collects no more once it is merged, though it is there and an organisation's floor judges it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model import Diagnostic
from checker.policy.workspace import Workspace
from checker.snapshot import Snapshot


def uncollected(base: Workspace, judged: Snapshot, head: Workspace, merged: Snapshot) -> Iterator[Diagnostic]:
    """Say which files the configuration of a change overlooks.

    `judged`, `merged`: what the configurations `base` and `head` collect of the same files.
    """
    if base.floor is None:
        return
    of_floor = {policy.kind.name for policy in base.floor.workspace.policies}
    there = {(each.ref.kind, each.ref.path) for each in merged.subjects}
    before = {(each.ref.kind, each.ref.path) for each in judged.subjects if each.ref.kind in of_floor}
    collected = {each.kind.name for each in head.selections}
    for kind in sorted({kind for kind, _ in before - there} & collected):  # of others the floor speaks itself
        first, *others = sorted(path for of, path in before - there if of == kind)
        more = f" and {len(others):,} more" if others else ""
        yield head.source.diagnostic(
            "floor-dropped",
            f"nothing collects {first}{more} as {kind} any more, so nothing judges it",
            next(each.at for each in head.selections if each.kind.name == kind),
            "Let `subjects` find what it found.",
        )

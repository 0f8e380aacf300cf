"""Between which commits a change lies."""

from __future__ import annotations

from typing import NamedTuple

from checker.model import Fault
from checker.run import doors
from checker.transports.git import Change, Repository


class Ends(NamedTuple):
    """The commits of a change, by their full ids."""

    repository: Repository
    tip: str
    """The base branch as it is now."""
    base: str
    """Where the change left it."""
    head: str
    changes: tuple[Change, ...]
    """What differs between base and head."""


def find(folder: str, base: str, head: str) -> Ends | Fault:
    """The ends of a change of a folder, from the base branch and the last commit as people name them."""
    repository = doors.history(folder)
    if isinstance(repository, Fault):
        return repository
    if repository.is_behind_link:
        message = f"A symbolic link leads to {folder}, and the change may have put it there."
        return Fault("git-linked", message, hint="Name the folder itself, by a path without links.")
    tip, last = repository.resolve(base), repository.resolve(head)
    if isinstance(tip, Fault):
        return tip
    if isinstance(last, Fault):
        return last
    bases = repository.merge_bases(tip, last)
    if isinstance(bases, Fault):
        return bases
    if not bases:
        hint = "Name the branch that the change is to be merged into."
        message = f"{base} and {head} have no commit in common, so nobody knows what is new."
        return Fault("git-unrelated", message, hint=hint)
    if len(bases) > 1:  # whoever makes the change chooses what they have, so none of them says what is new
        message = (
            f"{base} and {head} were merged crosswise: they have {len(bases)} latest commits in"
            " common, so nobody knows what is new."
        )
        return Fault("git-criss-cross", message, hint=f"Merge {base} into the change: then it is one.")
    changes = repository.changed(bases[0], last)
    return changes if isinstance(changes, Fault) else Ends(repository, tip, bases[0], last, changes)

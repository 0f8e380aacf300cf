"""What judges a change: the base branch as it is now, or the change itself where that says nothing yet."""

from __future__ import annotations

from typing import NamedTuple

from checker.model import FLOOR, Diagnostic, Fault, Files, Open
from checker.policy import naming
from checker.policy.loading import CONFIGURATION
from checker.policy.naming import Named
from checker.policy.workspace import Workspace
from checker.render.identity import abbreviated
from checker.run import doors as doors_
from checker.run.checking import Request, judging
from checker.run.doors import Doors
from checker.run.ends import Ends

_FOLLOWED = ("lock-mismatch", "floor-changed")
"""What a base is refused for where others went on, and a change mends by naming what is here."""


class Judges(NamedTuple):
    """What judges a change, before any of it is loaded."""

    request: Request
    ends: Ends
    commit: str
    """The one that judges."""
    doors: Doors
    """Through which it comes in."""
    named: Named | None
    """What its configuration names; None: it is the change's own."""
    doubts: tuple[Diagnostic, ...] = ()
    """What is doubtful about it."""

    @property
    def is_change(self) -> bool:
        """Whether the change judges itself."""
        return self.commit != self.ends.tip

    @property
    def note(self) -> str:
        """For a person: which change it is, and what judges it."""
        base, head, judge = map(abbreviated, (self.ends.base, self.ends.head, self.commit))
        by = "a folder" if self.request.policies else f"commit {judge}"
        return f"the change from commit {base} to {head}, judged by {by}"

    def load(self) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
        """All that is judged with; None where an error among the diagnostics is in the way."""
        workspace, diagnostics = judging(self.request, self.doors)
        if workspace is None:
            workspace, diagnostics = self._left_behind(diagnostics)
        if workspace is None:
            diagnostics = tuple(map(self._of_the_base, diagnostics))
        return workspace, diagnostics

    def _left_behind(self, wrong: tuple[Diagnostic, ...]) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
        """What judges at the base, though its floor or the packs that travel with gonogo went on without it.

        A parameter that may no longer be set so gives way, and so does a digest where the change states that
        of what is here: no change could mend either if none could be judged before.
        """
        mended, _ = judging(self.request, committed(self.request, self.ends, self.ends.head))
        locks = mended is not None and mended.lock is not None
        names = mended is not None and "digest" in mended.source.data.get("extends", {})
        workspace, diagnostics = judging(
            self.request, self.doors, locked=not locks, pinned=not names, yielding=True
        )
        if workspace is None:
            return None, wrong
        gone = (each for each in wrong if each.code in _FOLLOWED)
        hint = "What is here judges, and this change names it."
        return workspace, (*(each._replace(level="warning", hint=hint) for each in gone), *diagnostics)

    def _of_the_base(self, wrong: Diagnostic) -> Diagnostic:
        """A defect, and whose it is where a file of the base branch has it: the change may be sound there.

        A digest that was left behind can be mended by a change, which is judged all the same.
        """
        place = wrong.location
        wrong = wrong._replace(age="" if self.is_change else "existing")
        is_of_the_base = not (self.is_change or self.request.policies)
        if not is_of_the_base or wrong.level != "error" or place is None or place.path.startswith(FLOOR):
            return wrong
        hint = wrong.hint
        if wrong.code not in _FOLLOWED:
            hint = f"{hint} What mends it has to be merged past this check, by somebody who may.".lstrip()
        return wrong._replace(message=f"the base branch itself cannot judge: {wrong.message}", hint=hint)


def find(request: Request, ends: Ends) -> Judges:
    """What judges a change; what says itself who made it (sign-offs, the ledger) is that of the change."""
    doors = committed(request, ends, ends.tip)
    missing = doors.open(doors.home).read(CONFIGURATION)
    if isinstance(missing, Fault) and missing.code == "missing" and not request.floor:
        doubt = Diagnostic(
            "base-unconfigured",
            f"the base has no {CONFIGURATION}, so this change is judged by its own",
            hint="Whoever merges it decides by what this repository is judged from then on.",
            level="warning",
        )
        return Judges(request, ends, ends.head, committed(request, ends, ends.head), None, (doubt,))
    named = naming.named(doors.open, doors.home)
    if named:
        doors = doors._replace(open=_vouched(request, ends, doors, named))
    return Judges(request, ends, ends.tip, doors, named)


def committed(request: Request, ends: Ends, commit: str) -> Doors:
    """The files as they are in a commit, and what judges them there."""
    return doors_.at(request.folder, ends.repository, commit, request.policies)


def _vouched(request: Request, ends: Ends, doors: Doors, named: Named) -> Open:
    """The same doors; what says itself who made it is that of the change, where that touches it.

    What it does not touch is that of the base branch: a sign-off that was taken back there is none here.
    """
    from checker.transports.revision import Grafted  # noqa: PLC0415

    touched = {path for each in ends.changes for path in (each.path, each.old_path)}

    def open(folder: str) -> Files:
        files = doors.open(folder)
        if folder != doors.home:
            return files
        own = committed(request, ends, ends.head).open(folder)
        return Grafted(files, own, touched, named.vouched, named.judging)

    return open

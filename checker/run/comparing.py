"""A change held against its base: both sides from git, judged by what the base branch says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from checker import plan
from checker.backends import records
from checker.ledger import Ledger
from checker.model import (
    FLOOR,
    Comparison,
    Diagnostic,
    FailOn,
    Fault,
    Files,
    Flip,
    Origin,
    Report,
    Result,
    StageChange,
)
from checker.policy import naming, workspaces
from checker.policy.workspace import Workspace
from checker.render.identity import abbreviated
from checker.review import (
    anchoring,
    comparing,
    defects,
    leaving,
    lines,
    loosening,
    moving,
    opening,
    renaming,
    returning,
    strangers,
)
from checker.review.comparing import Sides
from checker.review.lines import Changed, Lines
from checker.run import doors as doors_
from checker.run import ends as ends_
from checker.run import judges as judges_
from checker.run import listing, reviewing, touching
from checker.run.checking import (
    Evaluated,
    Loaded,
    Request,
    conclude,
    evaluate,
    failed,
    gather,
    judging,
    weighed,
)
from checker.run.doors import Doors
from checker.run.ends import Ends
from checker.snapshot import Snapshot
from checker.sources.files import Memo


class Change(NamedTuple):
    """Which change is meant."""

    base: str
    """The branch, or any commit, that the change is to be merged into."""
    head: str = "HEAD"
    """The last commit of the change."""
    fail_on: FailOn = "new"
    whole: bool = False
    """Whether everything is evaluated even where the change touches nothing of it, as for a report that a
    host holds against those of other changes."""


class Shared:
    """What the comparisons of several changes share, where the same policies judge them as of one moment."""

    def __init__(self) -> None:
        self.files = Memo()
        self.results = records.Memo()


def compare(request: Request, asked: Change, shared: Shared | None = None) -> Report:
    """Judge a change: everything on both sides first, and then what is new.

    Artifacts are compared with those of the commit at which the change left the base branch. What judges them
    on both sides (configuration, policies, gates, waivers, people, keys) is that of the base branch as it is
    now. Sign-offs and the ledger are those of the change, since the keys of the base vouch for them.

    `shared`: what was read and found for other changes.
    """
    ends = ends_.find(request.folder, asked.base, asked.head)
    if isinstance(ends, Fault):
        return failed(request, (doors_.diagnostic(ends),))
    return _Comparing(request, asked, ends, shared or Shared()).report()


class _Comparing:
    """What the steps of one comparison share."""

    def __init__(self, request: Request, asked: Change, ends: Ends, shared: Shared) -> None:
        self.request, self.asked, self.ends = request, asked, ends
        self.files, self.results = shared.files, shared.results
        self.judges = judges_.find(request, ends)

    def report(self) -> Report:
        ends = self.ends
        named = self.judges.named
        merged = self._doors(ends.head)
        both = [each for each in (named, naming.named(merged.open, merged.home)) if each]
        beside = {folder for each in both for folder in each.beside}
        touched = touching.touched(ends.repository, ends.changes, ends.base, ends.head, beside)
        if isinstance(touched, Fault):
            return self._failed((doors_.diagnostic(touched),))
        # What judges, now or once it is merged.
        judging_paths = tuple(touching.fitting(touched, (text for each in both for text in each.judging)))
        touches = judging_paths or (named and any(touching.fitting(touched, (*named.judged, *named.vouched))))
        if named and not touches:
            # What commits changed and changed back has other authors than before.
            passing = touching.written(ends.repository, ends.base, ends.head)
            if isinstance(passing, Fault):
                return self._failed((doors_.diagnostic(passing),))
            touches = any(touching.fitting(passing, named.judged))
        if named and self.asked.fail_on == "new" and not touches:
            untouched = self._untouched()
            full = self._judged(judging_paths) if self.asked.whole else untouched
            # What is wrong with the branch itself is nothing that such a change has to answer for, nor is it
            # praised for what is right there.
            told = full._replace(neutral=untouched.neutral, verdict=untouched.verdict, next_step="")
            return untouched if full.exit_code else told
        return self._judged(judging_paths)

    def _judged(self, judging_paths: tuple[str, ...]) -> Report:
        """Everything on both sides, held against each other."""
        ends, judges = self.ends, self.judges
        workspace, diagnostics = judges.load()
        if workspace is None:
            return self._failed((*judges.doubts, *diagnostics))
        base_doors = judges.doors._replace(files=self._tree(ends.base), commit=ends.base)
        head_doors = judges.doors._replace(files=self._tree(ends.head), commit=ends.head, note=judges.note)
        base = self._gather(base_doors, workspace, () if judges.is_change else diagnostics)
        head = self._gather(head_doors, workspace, (*judges.doubts, *diagnostics))
        if isinstance(base, Report):
            return base
        if isinstance(head, Report):
            return head
        changed = self._changed()
        if isinstance(changed, Fault):
            return self._failed((doors_.diagnostic(changed),), workspace)
        listed = listing.both(base.listing, head.listing)
        if listed.neutral or listed.is_empty:
            nothing = self._comparison((), (), (), (), {})
            head = head._replace(diagnostics=self._aged(head, head.diagnostics, base.diagnostics, changed))
            return conclude(self.request, head, Evaluated(), (), comparison=nothing, neutral=listed.neutral)
        kept = self._kept(base, head, changed)
        told = returning.told(base.snapshot, kept, head.snapshot)
        head = head._replace(diagnostics=(*head.diagnostics, *told))
        return self._held(base._replace(snapshot=kept), head, judging_paths, changed)

    def _kept(self, base: Loaded, head: Loaded, changed: Changed) -> Snapshot:
        """What the base has that the branch has not taken away since."""
        then, now = (doors_.identity(self._doors(commit)) for commit in (self.ends.base, self.ends.tip))

        def differs(path: str) -> bool:
            return then(path) != now(path)

        def tip() -> Snapshot:
            doors = base.doors._replace(files=self._tree(self.ends.tip), commit=self.ends.tip)
            found = self._gather(doors, base.workspace, ())
            return found.snapshot if isinstance(found, Loaded) else base.snapshot

        if self.ends.tip == self.ends.base:
            return base.snapshot
        return returning.without(base.snapshot, head.snapshot, changed, differs, tip)

    def _failed(
        self, diagnostics: tuple[Diagnostic, ...], workspace: Workspace | None = None, neutral: str = ""
    ) -> Report:
        """The report of a change that came to no result; it says which change it is about."""
        comparison = self._comparison((), (), (), (), {})
        report = failed(self.request, diagnostics, workspace, neutral, comparison)
        ends = self.ends
        origin = Origin(ends.head, self.request.clock, self.judges.note, ends.repository.prefix)
        return report._replace(origin=origin)

    def _aged(
        self,
        head: Loaded,
        found: Iterable[Diagnostic],
        before: Iterable[Diagnostic],
        changed: Changed,
    ) -> tuple[Diagnostic, ...]:
        """What is told of the head, each with its age; `before`: what is told of the base."""
        judging = () if self.judges.is_change else (each.locator for each in head.workspace.inputs)
        return defects.aged(found, before, changed, frozenset(judging))

    def _untouched(self) -> Report:
        doors = self.judges.doors
        zone = workspaces.zone(doors.open, doors.home)
        as_of = self.request.as_of(zone)
        why = "no file that this change touches is an artifact, or judges any"
        if not self.ends.changes:
            ends = map(abbreviated, (self.ends.base, self.ends.head))
            why = f"nothing in this workspace differs between commits {' and '.join(ends)}"
        self.request = self.request._replace(as_of=lambda _: as_of)
        why += "; what is not committed is not judged"
        return self._failed(self.judges.doubts, neutral=f"Nothing had to be judged: {why}.")

    def _doors(self, commit: str) -> Doors:
        return judges_.committed(self.request, self.ends, commit)

    def _tree(self, commit: str) -> Files:
        return self._doors(commit).files

    # both sides

    def _gather(self, doors: Doors, workspace: Workspace, told: tuple[Diagnostic, ...]) -> Loaded | Report:
        return gather(self.request, doors, workspace, told, self.files)

    def _held(self, base: Loaded, head: Loaded, judging_paths: tuple[str, ...], changed: Changed) -> Report:
        """The report of a change whose sides are both there."""
        renames = renaming.find(base.snapshot, head.snapshot, changed)
        moves = moving.moves(head.workspace, base.snapshot, head.snapshot, renames)
        stages, claims = moves.stages, moves.claims
        planned_before = _planned(base, {})
        before = evaluate(self.request, base, planned_before, None, self.results)
        planned = _planned(head, claims)
        olds = renaming.olds(base.snapshot, renames.subjects)
        after = evaluate(self.request, head, planned, olds, self.results, claims)
        flips, own = self._flips(head, after, claims, judging_paths)
        gone = leaving.gone(base.snapshot, head.snapshot, renames.subjects, changed)
        found = [
            *own,
            *strangers.told(head.workspace, planned),
            *self._uncommitted(head),
            *self._ledgers(base, head, stages),
            *moves.diagnostics,
            *renaming.told(head.snapshot, renames),
            *listing.dropped(base.listing, head.listing, head.workspace, self.request.repository),
            *leaving.left(gone, base.snapshot, head.snapshot, renames),
        ]
        # What was missing before is in the way of a change of stage only.
        complete = head.snapshot.lacking <= base.snapshot.lacking
        enters = any(each.gates for each in stages)
        if enters:
            after, doubts, told = self._gates(head, stages, after)
            found, complete = [*found, *doubts], told and head.snapshot.complete
        sides = Sides(
            base=before.results,
            head=after.results,
            renamed=renames.subjects,
            changed=changed,
            indexed=comparing.indexed(head.workspace),
            stages={each.product: each for each in stages},
            worded=comparing.worded(head.workspace),
            records={each.ref.id: each.location() for each in head.snapshot.by_kind.get("product", ())},
            outages=comparing.outages(base.snapshot, head.snapshot),
            gone=frozenset(each.key for each in gone),
        )
        aged, fixed = comparing.aged(sides)
        aged = anchoring.anchored(aged, sides)
        unwaived = [old._replace(age=new.age) for old, new in zip(after.unwaived, aged, strict=True)]
        there = [*base.diagnostics, *strangers.told(head.workspace, planned_before)]
        if enters:  # what is missing stands in the way of a gate, however old it is
            there = [each for each in there if each.code != "no-subjects"]
        diagnostics = self._aged(head, (*head.diagnostics, *found), there, changed)
        return conclude(
            self.request,
            head._replace(diagnostics=diagnostics),
            after._replace(results=aged, unwaived=unwaived),
            (),
            complete=complete,
            comparison=self._comparison(fixed, moves.told, judging_paths, flips, changed),
        )

    def _changed(self) -> Changed | Fault:
        ends = self.ends
        hunks = ends.repository.hunks(ends.base, ends.head)
        if isinstance(hunks, Fault):
            return hunks
        return {
            change.path: Lines(change.old_path or change.path, hunks.get(change.path, ()))
            for change in ends.changes
        }

    def _comparison(
        self,
        fixed: tuple[Result, ...],
        stages: tuple[StageChange, ...],
        judging_paths: tuple[str, ...],
        flips: tuple[Flip, ...],
        changed: Changed,
    ) -> Comparison:
        ends, judge = self.ends, "" if self.request.policies else self.judges.commit
        files = lines.files(changed)
        return Comparison(
            ends.base, ends.head, judge, self.asked.fail_on, fixed, stages, judging_paths, flips, files
        )

    # stages and their gates

    def _gates(
        self, head: Loaded, stages: Iterable[StageChange], after: Evaluated
    ) -> tuple[Evaluated, tuple[Diagnostic, ...], bool]:
        """The same with what the gates themselves ask of the products that enter them; as `Entered`."""
        gates = {gate.id: gate for gate in head.workspace.gates}
        entering = [(gates[id], each.product) for each in stages for id in each.gates]
        entered = reviewing.entered(self.request, head, entering)
        openings = entered.openings
        results = [
            opening.advised((result,), gates[result.gate], opened)[0]
            if (opened := openings.get((result.gate, result.subject.product)))
            else result
            for result in after.unwaived
        ]
        known = {(result.rule, result.subject, result.key) for result in results}
        asked = [
            (result, rule)
            for result, rule in entered.asked
            if (result.rule, result.subject, result.key) not in known
            and head.selector.takes(rule, result.subject.product)
        ]
        return weighed(head, after.rules, results, asked), entered.doubts, entered.complete

    def _ledgers(self, base: Loaded, head: Loaded, stages: Iterable[StageChange]) -> Iterator[Diagnostic]:
        """Say that entries of the ledger would be lost, or that decisions of the base branch are not seen."""
        ledger = head.workspace.ledger
        if not ledger:
            return
        lost = [entry for id, entry in base.ledger.entries.items() if id not in head.ledger.entries]
        if lost:
            yield Diagnostic(
                "ledger-rewritten",
                f"entries of {ledger} are gone or altered, {len(lost):,} in all, the first {lost[0].path}",
                hint="A ledger is only added to: bring them back as they were.",
            )
        if any(each.gates for each in stages):
            newer = self._tip_ledger(head.workspace).entries.keys() - head.ledger.entries.keys()
            if newer - base.ledger.entries.keys():
                yield Diagnostic(
                    "ledger-behind",
                    f"the base branch has decisions in {ledger} that this change does not know",
                    hint="Bring the change up to date with it, and check again.",
                )

    def _tip_ledger(self, workspace: Workspace) -> Ledger:
        from checker.sources import ledger as ledgers  # noqa: PLC0415

        return ledgers.collect(workspace, self._tree(self.ends.tip)).ledger

    def _uncommitted(self, head: Loaded) -> Iterator[Diagnostic]:
        """Say that files are not judged as they are, where nobody said which commit to judge."""
        repository = self.ends.repository
        if self.asked.head != "HEAD" or repository.is_bare:
            return
        paths = (each.locator for each in head.snapshot.inputs if not each.locator.startswith(FLOOR))
        other = repository.differing(paths, self.ends.head)
        if other and not isinstance(other, Fault):
            message = f"{doors_.listed(other)} differ from the commit that is judged"
            hint = "Commit them to have them judged, or run gonogo check without --base."
            yield Diagnostic("not-committed", message, hint=hint, level="warning")

    # what judges once the change is merged

    def _flips(
        self, head: Loaded, after: Evaluated, claims: plan.Claims, judging_paths: tuple[str, ...]
    ) -> tuple[tuple[Flip, ...], tuple[Diagnostic, ...]]:
        """What the policies of the change would make of it, and why they could not judge at all."""
        if not judging_paths:
            return (), ()
        doors = self._doors(self.ends.head)
        workspace, diagnostics = judging(self.request, doors)
        if workspace is not None:
            self.files = Memo()  # what is selected may be another thing
            loaded = self._gather(doors, workspace, ())
            if isinstance(loaded, Loaded):
                merged = evaluate(self.request, loaded, _planned(loaded, claims), claims=claims)
                losses = (
                    *loosening.losses(head.workspace, workspace),
                    *loosening.overlooked(head.workspace, head.snapshot, workspace, loaded.snapshot),
                )
                return comparing.flips(after.results, merged.results), losses
            diagnostics = loaded.diagnostics
        return (), tuple(
            each._replace(message=f"once this change is merged nothing can be judged: {each.message}")
            for each in diagnostics
            if each.level == "error"
        )


def _planned(loaded: Loaded, claims: plan.Claims) -> plan.Plan:
    return plan.make(loaded.workspace, loaded.snapshot, loaded.as_of, loaded.selector, claims=claims)

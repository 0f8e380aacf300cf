"""A check: load, collect, plan, evaluate, waive, judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import checker
from checker import judge, plan
from checker.backends import records
from checker.ledger import Ledger
from checker.model import (
    Comparison,
    Diagnostic,
    Evidence,
    Fault,
    Files,
    Open,
    Origin,
    Outside,
    Path,
    Report,
    Result,
    Review,
    RuleInfo,
    WaiverState,
)
from checker.policy import workspaces
from checker.policy.floor import Given
from checker.policy.gates import RECORD
from checker.policy.workspace import Workspace
from checker.review import strangers
from checker.run import doors as doors_
from checker.run.doors import Clock, Doors
from checker.run.listing import Listing, listing
from checker.snapshot import Snapshot, Subject
from checker.sources import derivation, files
from checker.transports.disk import Disk

if TYPE_CHECKING:
    from checker.cache import Run
    from checker.sources.approvals import Approvals
    from checker.sources.lineage import Lineage


class Request(NamedTuple):
    """What is asked of a check or a review."""

    folder: str
    """The workspace's folder."""
    as_of: Callable[[tzinfo], datetime]
    """The clock, once the workspace's time zone is known; the result is timezone-aware."""
    selector: Callable[[Workspace], plan.Selector | tuple[Diagnostic, ...]] = lambda _: plan.Selector()
    progress: Callable[[int, int], None] | None = None
    clock: Clock = "now"
    """What `as_of` is; with `as-of` everything is read as it was then."""
    policies: str = ""
    """The folder whose configuration judges instead of the workspace's own; empty: its own."""
    commit: str = ""
    """The commit to read, by its full id; empty: the files as they are, or as they were with `as-of`."""
    traced: bool = False
    """Whether the report says which commit it rests on, which costs a question to git."""
    heard: Run | None = None
    """Who listens to what is asked of folders, so that an equal run need not be made again; None: nobody."""
    floor: str = ""
    """The folder of the organisation's workspace, which counts whatever is extended; empty: that."""
    floor_digest: str = ""
    """What that floor must be; empty: whatever is there."""
    repository: str = ""
    """The `owner/name` of the repository that is judged; empty: nobody says."""


class Loaded(NamedTuple):
    """All that is judged, and what it is judged with."""

    doors: Doors
    workspace: Workspace
    as_of: datetime
    selector: plan.Selector
    snapshot: Snapshot
    ledger: Ledger
    approvals: Callable[[], Approvals]
    """How we know who approved; made when somebody asks, for most checks need no signature."""
    diagnostics: tuple[Diagnostic, ...]
    listing: Listing = Listing()
    """What the register of products says of the repository."""


def load(
    folder: str, floor: str = "", floor_digest: str = "", *, locked: bool = True
) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
    """Everything that a workspace judges with, as it is; `floor` and `floor_digest` as in a request.

    `locked`: whether it must be what the lock names.
    """
    doors = doors_.present(folder)
    return workspaces.load(doors.open, doors.home, Given(Disk, floor, floor_digest), locked=locked)


def check(request: Request) -> Report:
    """Judge a workspace."""
    loaded = prepare(request)
    if isinstance(loaded, Report):
        return loaded
    if loaded.listing.neutral or loaded.listing.is_empty:
        return conclude(request, loaded, Evaluated(), (), neutral=loaded.listing.neutral)
    planned = plan.make(loaded.workspace, loaded.snapshot, loaded.as_of, loaded.selector)
    evaluated = evaluate(request, loaded, planned)
    found = (*strangers.told(loaded.workspace, planned), *_unasked(planned, evaluated.results))
    return conclude(request, loaded, evaluated, found)


class Evaluated(NamedTuple):
    """What was checked, and what came of it."""

    rules: tuple[RuleInfo, ...] = ()
    """Of all that was asked for, whether or not there are results of it."""
    unwaived: Sequence[Result] = ()
    """The results before any waiver."""
    results: Sequence[Result] = ()
    """The same after waivers."""
    waivers: tuple[WaiverState, ...] = ()


def evaluate(
    request: Request,
    loaded: Loaded,
    planned: plan.Plan,
    olds: records.Olds | None = None,
    memo: records.Memo | None = None,
    claims: plan.Claims | None = None,
) -> Evaluated:
    """Every check of a plan, and what gates need, held against the waivers.

    `olds` and `memo` as in `records.run`, `claims` as in the plan.
    """
    results = records.run(planned, olds, request.progress, memo)
    return weighed(loaded, planned.rules, results, _needs(loaded, claims or {}))


def weighed(
    loaded: Loaded,
    rules: Iterable[RuleInfo],
    results: Iterable[Result],
    asked: Sequence[tuple[Result, RuleInfo]] = (),
) -> Evaluated:
    """Results held against the waivers; `asked`: what gates themselves ask, each with its rule."""
    by_id = {rule.id: rule for rule in (*rules, *(rule for _, rule in asked))}
    unwaived = [*results, *(result for result, _ in asked)]
    waived, waivers = waive(loaded, unwaived)
    return Evaluated(tuple(by_id[id] for id in sorted(by_id)), unwaived, waived, waivers)


def _needs(loaded: Loaded, claims: plan.Claims) -> list[tuple[Result, RuleInfo]]:
    """Whether each product has what its gates need, as far as that is asked for."""
    if not any(gate.needs for gate in loaded.workspace.gates):
        return []
    from checker.review import assembly  # noqa: PLC0415

    found = assembly.needs(loaded.workspace, loaded.snapshot, claims)
    return [(result, rule) for result, rule in found if loaded.selector.takes(rule, result.subject.product)]


def prepare(request: Request) -> Loaded | Report:
    """Open the doors, load and collect; or the report that says why that could not be done."""
    doors = _doors(request)
    if isinstance(doors, Diagnostic):
        return failed(request, (doors,))
    workspace, diagnostics = judging(request, doors)
    if workspace is None:
        return failed(request, diagnostics)
    return gather(request, doors, workspace, diagnostics)


def judging(
    request: Request, doors: Doors, *, locked: bool = True, pinned: bool = True, yielding: bool = False
) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
    """All that is judged with, through these doors; any error among the diagnostics gives None.

    `locked`, `pinned`, `yielding`: as for `workspaces.load`.
    """
    disk: Open = request.heard.open if request.heard else Disk
    given = Given(disk, request.floor, request.floor_digest)
    return workspaces.load(doors.open, doors.home, given, locked=locked, pinned=pinned, yielding=yielding)


def gather(
    request: Request,
    doors: Doors,
    workspace: Workspace,
    diagnostics: tuple[Diagnostic, ...],
    memo: files.Memo | None = None,
) -> Loaded | Report:
    """Collect what a loaded workspace judges; `memo`: what was collected before in other states of it."""
    selector = request.selector(workspace)
    if not isinstance(selector, plan.Selector):
        return failed(request, (*diagnostics, *selector), workspace)
    as_of = request.as_of(workspace.zone)
    if memo:
        memo.identify = doors_.identity(doors)
    snapshot, ledger, missing = collect(workspace, doors_.over(doors.files, workspace), selector, as_of, memo)
    listed = Listing()
    if workspace.floor or request.repository:
        listed = listing(workspace, snapshot, request.repository)
        selector, missing = selector._replace(apart=listed.apart), (*missing, *listed.diagnostics)
        snapshot = replace(snapshot, lacking=snapshot.lacking | listed.doubted)

    @cache
    def approvals() -> Approvals:
        from checker.sources.approvals import Approvals  # noqa: PLC0415

        return Approvals(workspace, doors.open(doors.home), request.heard.verify if request.heard else None)

    @cache
    def lineage() -> Lineage | Fault:
        from checker.sources.lineage import Lineage  # noqa: PLC0415

        if request.heard:
            request.heard.depends_on_more()  # git answers
        provenance = doors_.provenance(request.folder, doors.commit)
        return provenance if isinstance(provenance, Fault) else Lineage(provenance, workspace)

    def told_of(subject: Subject, at: Path) -> Mapping[str, Any] | Fault | None:
        found = lineage()
        return found if isinstance(found, Fault) else found.of(subject, at)

    snapshot = replace(snapshot, provenance=told_of)
    told = (*diagnostics, *missing)
    return Loaded(doors, workspace, as_of, selector, snapshot, ledger, approvals, told, listed)


def _doors(request: Request) -> Doors | Diagnostic:
    folder, policies = request.folder, request.policies
    if request.heard and (request.commit or request.clock == "as-of"):
        request.heard.depends_on_more()  # git answers
    if request.commit:
        return doors_.committed(folder, request.commit, policies)
    doors = doors_.present(folder, policies, request.heard)
    if request.clock != "as-of":
        return doors
    # A day ends where the workspace lies. Its zone is taken from today's configuration, if there is one.
    zone = workspaces.zone(doors.open, doors.home)
    return doors_.past(folder, request.as_of(zone), policies)


def collect(
    workspace: Workspace,
    door: Files,
    selector: plan.Selector,
    as_of: datetime,
    memo: files.Memo | None = None,
) -> tuple[Snapshot, Ledger, tuple[Diagnostic, ...]]:
    """Every subject of a workspace; it is complete where no selection that is asked for came back empty."""
    found = files.collect(workspace.selections, door, memo)
    hint = "Mend the pattern, or write `optional: true` where none is expected yet."
    diagnostics = tuple(
        workspace.source.diagnostic("no-subjects", why, selection.at, hint, warning=True)
        for selection, why in found.missing
    )
    lacking = frozenset(
        f"{selection.kind.name} {selection.at} {' '.join(selection.patterns)}"
        for selection, _ in found.missing
        if selector.takes_selection(selection)
    )
    kinds = {selection.kind.name for selection in workspace.selections}
    subjects, inputs, ledger = derivation.derive(workspace, found.subjects, as_of), found.inputs, Ledger({})
    if workspace.ledger:
        from checker.sources import ledger as ledgers  # noqa: PLC0415

        recorded = ledgers.collect(workspace, door)
        kinds.add(RECORD)
        subjects, inputs = (*subjects, *recorded.subjects), (*inputs, *recorded.inputs)
        ledger, diagnostics = recorded.ledger, (*diagnostics, *recorded.diagnostics)
    return Snapshot(subjects, workspace.data, frozenset(kinds), inputs, lacking), ledger, diagnostics


def waive(loaded: Loaded, results: Sequence[Result]) -> tuple[list[Result], tuple[WaiverState, ...]]:
    """The results held against the register of waivers."""
    workspace = loaded.workspace
    if not workspace.waivers:
        return list(results), ()
    from checker.review import waiving  # noqa: PLC0415

    return waiving.apply(
        results,
        workspace.waivers,
        loaded.approvals().of,
        as_of=loaded.as_of,
        limits=workspace.waiver_limits,
        rules=waiving.terms(workspace),
        people=workspace.people,
        former=waiving.former_ids(loaded.snapshot),
        limited=bool(loaded.selector.asked or loaded.selector.products),
    )


def conclude(
    request: Request,
    loaded: Loaded,
    evaluated: Evaluated,
    diagnostics: Iterable[Diagnostic],
    review: Review | None = None,
    conditions: int = 0,
    complete: bool | None = None,
    comparison: Comparison | None = None,
    neutral: str = "",
) -> Report:
    """The report; `complete`: whether everything was found that must be there, the snapshot's by default.

    `neutral`: why nothing had to be judged.
    """
    fail_on = comparison.fail_on if comparison else "all"
    return judge.report(
        tool_version=checker.__version__,
        workspace=loaded.workspace.name,
        as_of=loaded.as_of,
        results=evaluated.results,
        rules=evaluated.rules,
        diagnostics=(*loaded.diagnostics, *diagnostics),
        inputs=_inputs(loaded),
        complete=loaded.snapshot.complete if complete is None else complete,
        asked=loaded.selector.asked,
        waivers=evaluated.waivers,
        without_waivers=judge.verdict(evaluated.unwaived, conditions, fail_on) if evaluated.waivers else None,
        overruled=overruled(loaded),
        origin=trace(request, loaded),
        review=review,
        conditions=conditions,
        comparison=comparison,
        neutral=neutral,
        outside=outside(request),
    )


def overruled(loaded: Loaded) -> int:
    """How many decisions to proceed against a verdict are recorded."""
    if not loaded.ledger.entries:
        return 0
    from checker.review import deciding  # noqa: PLC0415

    return deciding.overruled(loaded.ledger)


def _inputs(loaded: Loaded) -> tuple[Evidence, ...]:
    return (*loaded.workspace.inputs, *loaded.snapshot.inputs)


def trace(request: Request, loaded: Loaded) -> Origin | None:
    """Which state of the files was judged; None where nobody asked."""
    if request.traced or loaded.doors.commit:
        # With policies of another folder, what judges is not of this repository.
        own = loaded.snapshot.inputs if request.policies else _inputs(loaded)
        read = (evidence.locator for evidence in own)
        origin = doors_.origin(request.folder, loaded.doors, request.clock, read)
        if origin:
            return origin
    return Origin("", request.clock) if request.clock != "now" else None  # the clock is told in any case


def failed(
    request: Request,
    diagnostics: Sequence[Diagnostic],
    workspace: Workspace | None = None,
    neutral: str = "",
    comparison: Comparison | None = None,
) -> Report:
    """The report of a run that came to no result; `neutral`: because nothing had to be judged."""
    return judge.report(
        tool_version=checker.__version__,
        workspace=workspace.name if workspace else "",
        as_of=request.as_of(workspace.zone if workspace else UTC),
        results=(),
        rules=(),
        diagnostics=diagnostics,
        inputs=workspace.inputs if workspace else (),
        comparison=comparison,
        neutral=neutral,
        outside=outside(request),
    )


def outside(request: Request) -> Outside | None:
    """What was given besides the workspace; None: nothing was."""
    found = Outside(request.repository, bool(request.policies), bool(request.floor), request.floor_digest)
    return found if any(found) else None


def _unasked(planned: plan.Plan, results: Sequence[Result]) -> Iterable[Diagnostic]:
    """Say that what was asked for left nothing over, where there are subjects."""
    if results or not planned.snapshot.subjects:
        return
    if planned.checks:
        what, hint = "no rule that is asked for is about these subjects", "gonogo rules lists the rules."
    else:
        what = "none of the subjects that are there is asked for"
        hint = "gonogo config show lists their files."
    yield Diagnostic("nothing-asked", what, hint=hint, level="warning")

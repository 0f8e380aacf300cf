"""The pipeline on one screen: the only place that wires the edges of the house together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

import checker
from checker import judge, plan
from checker.backends import records
from checker.model import Diagnostic, Evidence, Report, Result, RuleInfo
from checker.policy import workspace as workspaces
from checker.policy.workspace import Workspace
from checker.snapshot import Snapshot
from checker.sources import files
from checker.transports.disk import Disk


class Request(NamedTuple):
    """What is asked of a check."""

    folder: str
    """The workspace's folder."""
    as_of: Callable[[tzinfo], datetime]
    """The clock, once the workspace's time zone is known; the result is timezone-aware."""
    selector: Callable[[Workspace], plan.Selector | tuple[Diagnostic, ...]] = lambda _: plan.Selector()
    progress: Callable[[int, int], None] | None = None


def load(folder: str) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
    """Everything that a workspace judges with."""
    return workspaces.load(Disk, folder)


def collect(
    workspace: Workspace, folder: str, selector: plan.Selector
) -> tuple[Snapshot, tuple[Diagnostic, ...]]:
    """Every subject of a workspace; it is complete where no selection that is asked for came back empty."""
    found = files.collect(workspace.selections, Disk(folder))
    hint = "Mend the pattern, or write `optional: true` where none is expected yet."
    diagnostics = tuple(
        workspace.source.diagnostic("no-subjects", why, selection.at, hint, warning=True)
        for selection, why in found.missing
    )
    complete = not any(selector.takes_selection(selection) for selection, _ in found.missing)
    kinds = frozenset(selection.kind.name for selection in workspace.selections)
    return Snapshot(tuple(found.subjects), workspace.data, kinds, found.inputs, complete), diagnostics


def check(request: Request) -> Report:
    """Load, collect, plan, evaluate, judge."""
    workspace, diagnostics = load(request.folder)
    if workspace is None:
        return _report("", request.as_of(UTC), [], (), diagnostics, ())
    as_of = request.as_of(workspace.zone)
    selector = request.selector(workspace)
    if not isinstance(selector, plan.Selector):
        return _report(workspace.name, as_of, [], (), (*diagnostics, *selector), workspace.inputs)
    snapshot, missing = collect(workspace, request.folder, selector)
    planned = plan.make(workspace, snapshot, as_of, selector)
    results = records.run(planned, progress=request.progress)
    inputs = (*workspace.inputs, *snapshot.inputs)
    found = (*diagnostics, *missing, *_strangers(planned), *_unasked(planned, results))
    return _report(
        workspace.name, as_of, results, planned.rules, found, inputs, snapshot.complete, selector.asked
    )


def _strangers(planned: plan.Plan) -> Iterator[Diagnostic]:
    """Say which products are not in the register, for what names one is judged by every gate."""
    snapshot = planned.snapshot
    if "product" not in snapshot.kinds or not all(s.sound for s in snapshot.by_kind.get("product", ())):
        return  # there is no register, or what it holds is not known
    known: set[str] = set()
    for subject, _ in planned.checks:
        id = subject.ref.product
        if id and id not in known and snapshot.find("product", id) is None:
            location = subject.location(("product",))
            yield Diagnostic(
                "unknown-product",
                f"the register has no product `{id}`, so what names it is judged by every gate",
                location,
                "Add the product to the register, or mend its id here.",
                "warning",
                subject.excerpt(location.span),
            )
        known.add(id)


def _unasked(planned: plan.Plan, results: Sequence[Result]) -> Iterator[Diagnostic]:
    """Say that what was asked for left nothing over, where there are subjects."""
    if results or not planned.snapshot.subjects:
        return
    if planned.checks:
        what, hint = "no rule that is asked for is about these subjects", "gonogo rules lists the rules."
    else:
        what = "none of the subjects that are there is asked for"
        hint = "gonogo config show lists their files."
    yield Diagnostic("nothing-asked", what, hint=hint, level="warning")


def _report(
    workspace: str,
    as_of: datetime,
    results: Sequence[Result],
    rules: Sequence[RuleInfo],
    diagnostics: Sequence[Diagnostic],
    inputs: Sequence[Evidence],
    complete: bool = True,
    asked: tuple[str, ...] = (),
) -> Report:
    return judge.report(
        tool_version=checker.__version__,
        workspace=workspace,
        as_of=as_of,
        results=results,
        rules=rules,
        diagnostics=diagnostics,
        inputs=inputs,
        complete=complete,
        asked=asked,
    )

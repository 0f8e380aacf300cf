"""Results → verdict, exit code and report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from checker.model import (
    SEVERITIES,
    Comparison,
    Diagnostic,
    Evidence,
    FailOn,
    Location,
    Origin,
    Outside,
    Report,
    Result,
    Review,
    RuleInfo,
    Verdict,
    WaiverState,
)

PASS, NO_GO, USAGE, NOTHING, UNDECIDED = 0, 1, 2, 3, 4
"""Exit codes; when several apply, the first of USAGE, NO_GO, UNDECIDED, NOTHING wins."""


def verdict(results: Iterable[Result], conditions: int = 0, fail_on: FailOn = "all") -> Verdict:
    """What the results amount to.

    A mandatory failure without waiver is a no-go; else a mandatory error leaves it undecided; else a waived
    failure or an open condition makes it conditional; else it is a go. No results at all are undecided: zero
    checks is not a pass. `conditions`: how many are open, under which a gate was passed. `fail_on`: which
    failures count; with `new` not those that were there before the change.
    """
    failed = undecided = waived = False
    decided = False
    for result in results:
        if result.outcome != "not-applicable":
            decided = True
        if result.outcome in ("pass", "not-applicable") or result.enforcement != "mandatory":
            continue
        if not result.counts(fail_on):
            continue
        if result.outcome == "fail":
            failed = failed or result.waived is None
            waived = waived or result.waived is not None
        elif result.outcome == "error":
            undecided = True
    if failed:
        return "no-go"
    if undecided or not decided:
        return "undecided"
    return "conditional" if waived or conditions else "go"


def exit_code(verdict: Verdict, results: Sequence[Result], diagnostics: Iterable[Diagnostic]) -> int:
    """The exit code, the same for every output format."""
    if any(diagnostic.level == "error" for diagnostic in diagnostics):
        return USAGE
    if verdict == "no-go":
        return NO_GO
    if not any(result.outcome != "not-applicable" for result in results):
        return NOTHING
    return UNDECIDED if verdict == "undecided" else PASS


def report(
    *,
    tool_version: str,
    workspace: str,
    as_of: datetime,
    results: Sequence[Result],
    rules: Iterable[RuleInfo],
    diagnostics: Sequence[Diagnostic],
    inputs: Iterable[Evidence],
    complete: bool = True,
    asked: tuple[str, ...] = (),
    waivers: tuple[WaiverState, ...] = (),
    without_waivers: Verdict | None = None,
    overruled: int = 0,
    origin: Origin | None = None,
    review: Review | None = None,
    conditions: int = 0,
    comparison: Comparison | None = None,
    neutral: str = "",
    outside: Outside | None = None,
) -> Report:
    """The record of one evaluation; `asked` is what it was limited to.

    `complete`: everything was found that must be there. Where it was not, and where a diagnostic is an error,
    the verdict is no better than undecided. `conditions`: how many are open, under which the gate was passed.
    """
    fail_on = comparison.fail_on if comparison else "all"
    computed = verdict(results, conditions, fail_on)
    if computed != "no-go" and (not complete or any(d.level == "error" for d in diagnostics)):
        computed = "undecided"
    code = exit_code(computed, results, diagnostics)
    if neutral and code != USAGE:
        code = PASS
    with_results = {result.rule for result in results}
    return Report(
        tool_version,
        workspace,
        as_of,
        computed,
        tuple(results),
        tuple(rule for rule in rules if rule.id in with_results),
        tuple(sorted(diagnostics, key=_diagnostic_order)),
        tuple(sorted({evidence.locator: evidence for evidence in inputs}.values(), key=lambda e: e.locator)),
        code,
        next_step(code, results, diagnostics, fail_on),
        asked,
        waivers,
        without_waivers,
        overruled,
        origin,
        review,
        comparison,
        neutral,
        outside,
    )


def urgency(result: Result) -> tuple[bool, int]:
    """Sorts what blocks: failures before what could not be decided, then the more severe first."""
    return result.outcome == "error", SEVERITIES.index(result.severity)


def _diagnostic_order(diagnostic: Diagnostic) -> tuple[bool, str, int, int, str]:
    location = diagnostic.location or Location("")
    span = location.span
    return (
        diagnostic.level != "error",
        location.path,
        span.line if span else 0,
        span.column if span else 0,
        diagnostic.code,
    )


def next_step(
    code: int, results: Sequence[Result], diagnostics: Iterable[Diagnostic], fail_on: FailOn = "all"
) -> str:
    """The one command or action that helps most now."""
    first = min(diagnostics, key=_diagnostic_order, default=None)
    place = f" at {first.location.path}" if first and first.location else ""
    if code == USAGE:
        return f"mend the first diagnostic{place}, then run gonogo check again"
    if code == NOTHING:
        return "gonogo config show tells which files and packs gonogo looks for"
    findings = [r for r in results if r.is_finding and r.counts(fail_on)]
    blocking = [r for r in findings if r.blocks]
    if blocking:
        worst = min(blocking, key=urgency)
        if worst.gate and worst.policy == worst.gate:  # what a gate itself asks, no rule explains
            return worst.fix
        return f"gonogo explain {worst.rule}"
    if code == UNDECIDED and first:
        return f"mend the first warning{place}, then run gonogo check again"
    if any(r.enforcement == "upcoming" and r.outcome == "fail" for r in findings):
        return "gonogo check --statistics shows what the next gate will ask for"
    return ""

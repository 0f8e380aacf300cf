"""What the results of a report amount to: how each one stands, which come first, how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal

from checker.model import OUTCOMES, SEVERITIES, Diagnostic, Portfolio, Report, Result, Verdict

Standing = Literal["pass", "fail", "advisory", "upcoming", "waived", "not-applicable", "error"]
"""What a result means for the verdict; a `fail` here is a mandatory one that nobody waived."""

STANDINGS: tuple[Standing, ...] = (
    "pass",
    "fail",
    "advisory",
    "upcoming",
    "waived",
    "not-applicable",
    "error",
)
"""In the order in which a summary counts them."""

_RANKS = {standing: rank for rank, standing in enumerate(("fail", "error", "advisory", "upcoming", "waived"))}
_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_NOT_FINDINGS = frozenset(OUTCOMES) - {"fail", "error"}

VERDICTS: dict[Verdict, str] = {
    "go": "GO",
    "conditional": "CONDITIONAL",
    "no-go": "NO-GO",
    "undecided": "UNDECIDED",
}
"""The verdict as people are shown it."""


def standing(result: Result) -> Standing:
    """How a result stands: each has exactly one, so that the counts add up to the number of results."""
    if result.outcome != "fail":
        return result.outcome
    if result.waived:
        return "waived"
    return "fail" if result.enforcement == "mandatory" else result.enforcement


def blocks(result: Result) -> bool:
    """Whether a result stands in the way of a go."""
    return result.enforcement == "mandatory" and standing(result) in ("fail", "error")


def counts(results: Iterable[Result]) -> dict[Standing, int]:
    """The number of results of each standing."""
    found = Counter(map(standing, results))
    return {each: found[each] for each in STANDINGS}


def rank(result: Result) -> tuple[bool, int, int]:
    """Sorts what blocks before what does not, and the more severe first."""
    return not blocks(result), _RANKS[standing(result)], _SEVERITY_RANKS[result.severity]


def findings(report: Report) -> list[Result]:
    """What a reader must see, the most pressing first: every result that failed or could not be decided."""
    return sorted((each for each in report.results if each.outcome not in _NOT_FINDINGS), key=rank)


def reasons(result: Result) -> list[str]:
    """Why a result is what it is, in sentences that say more than its message does."""
    return [
        text for text in dict.fromkeys(reason.text for reason in result.reasons) if text != result.message
    ]


def folded(found: Iterable[Result]) -> list[tuple[Result, ...]]:
    """Findings in their order, errors that say the same of the same subject gathered into one group.

    When a subject cannot be read, every rule about it reports that; a reader needs it once.
    """
    groups: dict[object, list[Result]] = {}
    for index, result in enumerate(found):
        same = (rank(result)[:2], result.subject, result.location, result.message)
        groups.setdefault(same if result.outcome == "error" else index, []).append(result)
    return [tuple(group) for group in groups.values()]


def faults(report: Report | Portfolio) -> list[Diagnostic]:
    """Diagnostics, errors before warnings."""
    return sorted(report.diagnostics, key=lambda diagnostic: diagnostic.level != "error")


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def extent(report: Report) -> str:
    """What was looked at: `12 subjects in 9 files, 45 rules`; and that it was not all, where it was not."""
    subjects = {(result.subject.kind, result.subject.id, result.subject.path) for result in report.results}
    files = {path for _, _, path in subjects}
    looked_at = f"{counted(len(subjects), 'subject')} in {counted(len(files), 'file')}"
    limits = f" (as asked: {', '.join(report.asked)})" if report.asked else ""
    return f"{looked_at}, {counted(len(report.rules), 'rule')}{limits}"


def nothing_checked(report: Report) -> bool:
    """Whether no rule applied to any subject, which is never a pass."""
    return all(result.outcome == "not-applicable" for result in report.results)


def summary(report: Report) -> str:
    """The counts in one line: `40 pass, 1 fail, …`; a report in which nothing was checked says so."""
    if nothing_checked(report):
        skipped = f"{counted(len(report.results), 'check was', 'checks were')} not applicable"
        return "nothing was checked, and that is not a pass" + (f"; {skipped}" if report.results else "")
    parts = []
    for each, number in counts(report.results).items():
        parts.append(f"{number:,} {each}")
        if each == "waived" and number:
            parts[-1] += f" ({_next_expiry(report)})"
    return ", ".join(parts)


def _next_expiry(report: Report) -> str:
    waived = [each.waived.expires for each in report.results if each.waived and each.outcome == "fail"]
    soonest = min(waived)
    days = (date.fromisoformat(soonest) - report.as_of.date()).days
    when = "today" if days == 0 else f"in {counted(days, 'day')}"
    return f"{waived.count(soonest):,} expires {when}"

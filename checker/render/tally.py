"""What the results of a report amount to: how each one stands, which come first, how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Literal

from checker.model import (
    SEVERITIES,
    Age,
    Comparison,
    Diagnostic,
    History,
    Portfolio,
    Report,
    Result,
    Verdict,
    Waived,
)

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

VERDICTS: dict[Verdict, str] = {
    "go": "GO",
    "conditional": "CONDITIONAL",
    "no-go": "NO-GO",
    "undecided": "UNDECIDED",
}
"""The verdict as people are shown it."""
NEUTRAL = "NEUTRAL"
"""Shown in its place where nothing had to be judged."""
AGES: dict[Age, str] = {"": "", "new": "new", "existing": "there before"}
"""How old a failure is, held against a base, as people are shown it."""


def standing(result: Result) -> Standing:
    """How a result stands: each has exactly one, so that the counts add up to the number of results."""
    if result.outcome != "fail":
        return result.outcome
    if result.waived:
        return "waived"
    return "fail" if result.enforcement == "mandatory" else result.enforcement


def age(result: Result) -> str:
    """How old a failure is, as people are shown it; empty where nobody asked."""
    return AGES[result.age] + (", altered" if result.altered else "")


def old_age(result: Result) -> str:
    """The same of what was there before; empty for what is new."""
    return age(result) if result.age == "existing" else ""


def inherited(result: Result, comparison: Comparison | None) -> bool:
    """Whether a result stays in sight and blocks nothing, because it was there before the change."""
    return comparison is not None and not result.counts(comparison.fail_on)


def blocks(result: Result, comparison: Comparison | None) -> bool:
    """Whether a result of a report with that comparison stands in the way of a go."""
    return result.blocks and not inherited(result, comparison)


def lacking(report: Report) -> dict[str, list[Result]]:
    """What the gates that products pass still lack, by product, the most pressing first.

    That is all that stands in the way of the product, as in a review: a gate asks for what comes before too.
    """
    found: dict[str, list[Result]] = {}
    for each in findings(report):
        if each.blocks:
            found.setdefault(each.subject.product, []).append(each)
    return found


def counts(results: Iterable[Result]) -> dict[Standing, int]:
    """The number of results of each standing; a base changes none of them."""
    found = Counter(map(standing, results))
    return {each: found[each] for each in STANDINGS}


def rank(result: Result, comparison: Comparison | None) -> tuple[bool, bool, bool, int, int]:
    """Sorts what blocks before what does not, the new before the altered and the old, the severe first."""
    old = result.age == "existing"
    ranks = _RANKS[standing(result)], _SEVERITY_RANKS[result.severity]
    return not blocks(result, comparison), old, old and not result.altered, *ranks


def findings(report: Report) -> list[Result]:
    """What a reader must see, the most pressing first: every result that failed or could not be decided."""
    found = (each for each in report.results if each.is_finding)
    return sorted(found, key=lambda each: rank(each, report.comparison))


def reasons(result: Result) -> list[str]:
    """Why a result is what it is, in sentences that say more than its message does."""
    found = (reason.text for reason in result.reasons)
    told = [alteration(result)] if result.altered else []
    return [*told, *dict.fromkeys(text for text in found if text != result.message)]


def alteration(result: Result) -> str:
    """What a change made of what was wrong before, in a sentence."""
    return f"This change altered it: {result.altered}."


def folded(found: Iterable[Result]) -> list[tuple[Result, ...]]:
    """Findings in their order, errors that say the same of the same subject gathered into one group.

    When a subject cannot be read, every rule about it reports that; a reader needs it once.
    """
    groups: dict[object, list[Result]] = {}
    for index, result in enumerate(found):
        same = (result.enforcement, result.age, result.subject, result.location, result.message)
        groups.setdefault(same if result.outcome == "error" else index, []).append(result)
    return [tuple(group) for group in groups.values()]


def faults(report: Report | Portfolio | History) -> list[Diagnostic]:
    """Diagnostics, errors before warnings, and the warnings that were there before a change last."""
    return sorted(report.diagnostics, key=lambda fault: (fault.level != "error", fault.is_old))


def defects(report: Report) -> str:
    """How many there are: `1 error and 4 warnings (3 there before)`; empty where there are none."""
    parts = []
    for level, own in groupby(faults(report), key=lambda fault: fault.level):
        old = [fault.is_old for fault in own]
        told = AGES["existing"] if all(old) else f"{sum(old):,} {AGES['existing']}"
        parts.append(counted(len(old), level) + (f" ({told})" if any(old) else ""))
    return " and ".join(parts)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def element(result: Result) -> str:
    """The element that a result is about, to be put behind its subject; empty where that is all of it."""
    return f", element {result.key}" if result.key else ""


def subject(result: Result) -> str:
    """`launch-plan checkout, element drain`."""
    return f"{result.subject.kind} {result.subject.id}{element(result)}"


def acceptance(waived: Waived) -> str:
    """Who accepted a failure, until when and why, in a sentence."""
    return f"Waived until {waived.expires} by {waived.owner} ({waived.id}): {waived.reason}"


def waiver(waived: Waived) -> str:
    """Which waiver it is: `W-7 by Ada Example until 2026-12-31`."""
    return f"{waived.id} by {waived.owner} until {waived.expires}"


def in_full(report: Report) -> str:
    """Where all of it is that a format has no room for, in a sentence."""
    return f"The json output of {command(report)} has all of them."


def command(report: Report) -> str:
    """The command that made a report."""
    return "gonogo review" if report.review else "gonogo check"


def extent(report: Report) -> str:
    """What was looked at: `12 subjects in 9 files, 45 rules`; and that it was not all, where it was not."""
    refs = {result.subject for result in report.results}
    subjects = {(ref.kind, ref.id, ref.path) for ref in refs}
    files = {ref.path for ref in refs}
    looked_at = f"{counted(len(subjects), 'subject')} in {counted(len(files), 'file')}"
    limits = f" (as asked: {', '.join(report.asked)})" if report.asked else ""
    return f"{looked_at}, {counted(len(report.rules), 'rule')}{limits}"


def nothing_checked(report: Report) -> bool:
    """Whether no rule applied to any subject, which is never a pass."""
    return all(result.outcome == "not-applicable" for result in report.results)


def is_neutral(report: Report) -> bool:
    """Whether nothing had to be judged; a defect of what judges, which ends otherwise, is never that."""
    return bool(report.neutral) and report.exit_code == 0


def verdict(report: Report) -> str:
    """The verdict as people are shown it."""
    return NEUTRAL if is_neutral(report) else VERDICTS[report.verdict]


def summary(report: Report) -> str:
    """The counts in one line: `40 pass, 1 fail, …`; a report in which nothing was checked says so.

    Of a change it begins with what blocks it, tells the new from what was there before, and ends with how
    many failures are gone.
    """
    if is_neutral(report):
        return report.neutral
    if nothing_checked(report):
        skipped = f"{counted(len(report.results), 'check was', 'checks were')} not applicable"
        return "nothing was checked, and that is not a pass" + (f"; {skipped}" if report.results else "")
    ages = Counter((standing(each), AGES[each.age]) for each in report.results if each.age)
    parts = []
    for each, number in counts(report.results).items():
        known = {age: ages[each, age] for age in AGES.values() if age and ages[each, age]}
        notes = [age if count == number else f"{count:,} {age}" for age, count in known.items()]
        if each == "waived" and number:
            notes.append(_next_expiry(report))
        parts.append(f"{number:,} {each}" + (f" ({', '.join(notes)})" if notes else ""))
    text = ", ".join(parts)
    if change := report.comparison:
        text = f"{_against(report, change)}; {text}"
        text += f"; {len(change.fixed):,} fixed" if change.fixed else ""
    return text


def _against(report: Report, change: Comparison) -> str:
    """How many failures block the change."""
    blocking = Counter(standing(each) for each in report.results if blocks(each, change))
    new = "new " if change.fail_on == "new" else ""
    parts = [
        counted(number, f"{new}{noun}")
        for noun, number in (("failure", blocking["fail"]), ("undecided check", blocking["error"]))
        if number
    ]
    return " and ".join(parts) or f"no {new}failure"


def _next_expiry(report: Report) -> str:
    waived = [each.waived.expires for each in report.results if each.waived and each.outcome == "fail"]
    soonest = min(waived)
    days = (date.fromisoformat(soonest) - report.as_of.date()).days
    when = "today" if days == 0 else f"in {counted(days, 'day')}"
    return f"{counted(waived.count(soonest), 'expires', 'expire')} {when}"

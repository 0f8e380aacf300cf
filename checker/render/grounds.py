"""What a verdict rests on besides checks, in sentences: files and clock, waivers, decisions against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from checker.model import Diagnostic, Origin, Report, WaiverState
from checker.render import tally
from checker.render.identity import abbreviated

_NOT_FOR_A_GATE = {
    "as-of": "judged as it was on {day}",
    "clock": "judged with the clock set to {day}",
    "forecast": "a forecast for {day}",
}


def alarm(origin: Origin | None, as_of: datetime) -> str:
    """The one sentence that no reader of a report of another day may miss; empty for a report of now."""
    if origin is None or origin.clock == "now":
        return ""
    what = _NOT_FOR_A_GATE[origin.clock].format(day=moment(as_of))
    return f"NOT VALID FOR A GATE: {what}"


def provenance(origin: Origin | None) -> str:
    """Which files were judged, in a sentence; empty where that is not known."""
    if origin is None or not (origin.commit or origin.note):
        return ""
    commit = origin.commit if abbreviated(origin.commit) not in origin.note else ""
    return f"Judged: {'; '.join(filter(None, (commit and f'commit {commit}', origin.note)))}"


def footing(report: Report) -> Iterator[str]:
    """What the verdict rests on besides the checks: waivers, and decisions against a verdict."""
    if tally.is_neutral(report):
        return
    counting = _files(each for each in report.waivers if each.status == "active" and each.covers > 0)
    if counting and report.without_waivers:
        it = "it" if counting == 1 else "them"
        without = tally.VERDICTS[report.without_waivers]
        yield f"With {tally.counted(counting, 'waiver')}; without {it} {without}"
    elif report.waivers:
        waivers = tally.counted(_files(report.waivers), "waiver")
        yield f"{waivers} on file, none of which accepts a failure here"
    if report.overruled:
        yield on_record(report.overruled)


def on_record(overruled: int) -> str:
    """How many decisions against a verdict there are, in a sentence."""
    decisions = tally.counted(overruled, "decision")
    return f"On record: {decisions} to proceed against a verdict (overrule or emergency)"


def _files(waivers: Iterable[WaiverState]) -> int:
    """How many waivers people wrote: a baseline is one file, with a state for each of its rules."""
    return len({each.location.path if each.location else each.id for each in waivers})


def lapsed(report: Report) -> list[Diagnostic]:
    """Waivers that keep nothing from blocking, as findings; a review lists them with the others instead."""
    if report.review:
        return []
    level: Literal["warning"] = "warning"
    return [
        Diagnostic(f"waiver-{each.status}", f"waiver {each.id}: {each.message}", each.location, level=level)
        for each in report.waivers
        if each.status != "active"
    ]


def moment(at: datetime) -> str:
    """A date and time with its offset: `2026-05-20 23:59-08:00`."""
    return at.isoformat(" ", "minutes")

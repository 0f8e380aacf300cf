"""What a change does, in sentences and rows that every format for people shows in its own way.

Everything here is a pure function of the report. The words are ours; ids, paths and messages inside them may
quote files, and are made harmless by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker.model import Comparison, Diagnostic, Flip, Location, Report, Result, StageChange
from checker.render import tally
from checker.render.identity import abbreviated
from checker.render.text import clip

SHOWN = 10
"""Things of one sort that are listed one by one; of more, the number is told."""
_NAMED = 8
"""Files named in a sentence."""
_TEXT_LIMIT = 300
"""Characters of a message."""


class Passage(NamedTuple):
    """A change of stage, told."""

    change: StageChange
    sentence: str
    """Which product moves where, through which gates."""
    remark: str
    """What to say of the gates, before what they lack; empty where the product passes none."""
    lacks: list[Result]
    """What the gates still lack, the most pressing first."""


def compared(change: Comparison) -> str:
    """What was held against what, who judged, and which failures block."""
    judge = f"commit {abbreviated(change.judge)}" if change.judge else "a pinned folder"
    which = "only new failures block" if change.fail_on == "new" else "all failures block, old ones too"
    base, head = abbreviated(change.base), abbreviated(change.head)
    return f"Compared: base {base}, head {head}, judged by {judge}; {which}."


def passages(report: Report) -> list[Passage]:
    """Every change of stage, in the order of products."""
    changes = report.comparison.stages if report.comparison else ()
    lacking = tally.lacking(report) if changes else {}
    free = _free(report)
    return [_passage(each, lacking.get(each.product, []) if each.gates else [], free) for each in changes]


def _free(report: Report) -> str:
    """What to say of a gate that lacks nothing."""
    if report.asked:  # a check of some rules, or with other parameters, lets nobody pass
        asked = named(report.asked)
        return f"Nothing of what was asked for ({asked}) blocks there, which decides about no gate."
    blocked = any(tally.blocks(each, report.comparison) for each in report.results)
    if report.verdict == "undecided" and not blocked:
        return "No check blocks there, but something is missing or at fault, which leaves it undecided."
    return "Nothing blocks there."


def _passage(change: StageChange, lacks: list[Result], free: str) -> Passage:
    still = "That gate still lacks:" if len(change.gates) == 1 else "Those gates still lack:"
    remark = still if lacks else free
    return Passage(change, _moved(change), remark if change.gates else "", lacks)


def _moved(change: StageChange) -> str:
    product, old, stage = change.product, change.old_stage, change.stage
    if not stage:
        left = f"This change takes {product} out of its lifecycle (it was in {old})"
        return f"{left}; what states no stage is judged by every gate."
    if change.back:
        return (
            f"This change takes {product} back from {old} to {stage}; what its gates asked counts here still."
        )
    if not change.gates:
        came = f"moves {product} from {old} to {stage}" if old else f"puts {product} into {stage}"
        return f"This change {came}, through no gate."
    promotes = f"promotes {product} to {stage} (from {old})" if old else f"brings {product} in at {stage}"
    gates = f"gate{'s' if len(change.gates) > 1 else ''} {named(change.gates, ' and ')}"
    return f"This change {promotes}, through {gates}."


def judging(report: Report) -> list[str]:
    """What a change does to what judges, one sentence each; empty where it leaves that alone."""
    change = report.comparison
    if not change or not change.judging:
        return []
    if not change.judge:
        by = "None of that judges this change: a pinned folder does."
    elif change.judge == change.head:
        by = "It judges this change too, since the base has nothing that could."
    else:
        by = f"None of that judges this change: what stands in commit {abbreviated(change.judge)} does."
    faulty = any(each.level == "error" for each in report.diagnostics)
    told = [f"This change edits what judges: {named(change.judging)}.", by, _flipped(change, faulty)]
    blocking = {each.check for each in report.results if tally.blocks(each, change)}
    if any(not each.blocks and each.result.check in blocking for each in change.flips):
        told.append("What frees this change must be merged before it, by a change of its own.")
    return told


def _flipped(change: Comparison, faulty: bool) -> str:
    if faulty and not change.flips:  # for what cannot judge flips nothing, and might yet
        return "What it flips once merged can be told when the errors are mended."
    blocked = sum(each.blocks for each in change.flips)
    announced = sum(each.is_announced for each in change.flips)
    freed = len(change.flips) - blocked - announced
    parts = []
    if blocked:
        parts.append(f"{tally.counted(blocked, 'check')} will block that {_do(blocked)} not yet")
    if announced:
        parts.append(f"{tally.counted(announced, 'check')} will be announced, and block nothing yet")
    if freed:
        parts.append(f"{tally.counted(freed, 'check')} will block no longer")
    return f"Once merged: {', and '.join(parts)}." if parts else "Once merged, it flips no check made here."


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def flip(flipped: Flip) -> str:
    """What becomes of a check that flips, in two or three words."""
    if flipped.is_announced:
        return "is announced"
    return "will block" if flipped.blocks else "no longer blocks"


def before(report: Report) -> list[Result]:
    """What was there before the change and blocks nothing, the most pressing first."""
    return [each for each in tally.findings(report) if tally.inherited(each, report.comparison)]


def altered(report: Report) -> list[Result]:
    """What of that is wrong in another way since, the most pressing first."""
    return [each for each in before(report) if each.altered]


def brought(report: Report) -> list[Result]:
    """The other findings, which are told in full."""
    return [each for each in tally.findings(report) if not tally.inherited(each, report.comparison)]


def named(names: Sequence[str], last: str = ", ") -> str:
    """`a, b and 3 more`; `last` stands before the last of few."""
    shown = list(names[:_NAMED])
    if hidden := len(names) - len(shown):
        return f"{', '.join(shown)} and {hidden:,} more"
    *first, final = shown
    return f"{', '.join(first)}{last}{final}" if first else final


def more(found: Sequence[object]) -> str:
    """How many of a list are not shown, in a sentence; empty where all are."""
    hidden = len(found) - SHOWN
    return f"… and {hidden:,} more; the json output has all of them." if hidden > 0 else ""


def place(location: Location) -> str:
    """File and line; empty where there is no file."""
    path, span = location.path, location.span
    return f"{path}:{span.line}" if path and span else path


def briefly(result: Result, *, aged: bool = False) -> str:
    """A finding in one line: what, which rule, and where; with `aged` also whether it was there before."""
    where = place(result.location)
    where = f"{where}{tally.element(result)}" if where else tally.subject(result)
    age = f", {old}" if aged and (old := tally.old_age(result)) else ""
    told = f"{clip(result.message, _TEXT_LIMIT)} ({result.rule}, {where}{age})"
    return f"{told}. {clip(tally.alteration(result), _TEXT_LIMIT)}" if result.altered else told


def warned(fault: Diagnostic) -> str:
    """A defect in one line: what, its code, and where."""
    where = f", {place(fault.location)}" if fault.location and fault.location.path else ""
    return f"{clip(fault.message, _TEXT_LIMIT)} ({fault.code}{where})"

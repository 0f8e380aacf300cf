"""For the log of a GitHub Actions step: workflow commands that become annotations.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word. So the
most pressing are chosen here, and the last notice gives the verdict and says how many were left out. What was
there before a change is a notice at most, and comes last.
Source of the syntax and of the escapes: GitHub's page "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from checker.model import Diagnostic, Location, Report, Result
from checker.render import Options, change, tally
from checker.render.placing import from_root
from checker.render.text import clip, one_line, visible

_SHOWN = 10
"""Annotations of one level that GitHub shows of a step."""
_TITLE_LIMIT = 200
_TEXT_LIMIT = 4_000

_Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class _Annotation:
    level: _Level
    title: str
    text: str
    location: Location | None = None


def render(report: Report, options: Options) -> str:
    """One command a line; the options make no difference."""
    del options
    found = [each for each in tally.findings(report) if not each.waived]
    annotations = [
        *_changes(report),
        *(_fault(fault) for fault in tally.faults(report)),
        *(_finding(report, group) for group in tally.folded(found)),
    ]
    shown: list[_Annotation] = []
    left_out = []
    for level in ("error", "warning", "notice"):
        own = [each for each in annotations if each.level == level]
        room = _SHOWN - (level == "notice")  # the last notice is ours
        shown += own[:room]
        if hidden := len(own[room:]):
            left_out.append(tally.counted(hidden, level))
    shown.append(_verdict(report, left_out))
    return "".join(_command(report, each) for each in shown)


def _changes(report: Report) -> Iterator[_Annotation]:
    """That a change edits what judges, and which products it moves to another stage."""
    if report.comparison and (sentences := change.judging(report.comparison)):
        yield _Annotation("warning", "This change edits what judges", "\n".join(sentences))
    for each in change.passages(report):
        shown = (result._replace(location=from_root(report, result.location)) for result in each.lacks)
        lacks = list(map(change.briefly, islice(shown, change.SHOWN)))
        lines = [each.sentence, *filter(None, (each.remark, *lacks, change.more(each.lacks)))]
        title = f"{each.change.product} changes its stage"
        yield _Annotation("notice", title, "\n".join(lines), each.change.location)


def _finding(report: Report, group: tuple[Result, ...]) -> _Annotation:
    result = group[0]
    level: _Level = "warning"
    label: str = "undecided" if result.outcome == "error" else result.enforcement
    label += f", {tally.AGES[result.age]}" if result.age == "existing" else ""
    if tally.blocks(result, report.comparison):
        level = "error"
    elif tally.inherited(result, report.comparison) or result.enforcement == "upcoming":
        level = "notice"
    name = result.rule if len(group) == 1 else f"{len(group)} rules"
    lines = [result.message, *tally.reasons(result)]
    lines += [f"Found in {change.place(from_root(report, result.location))}"] if result.anchor else []
    lines += [f"Fix: {result.fix}"] if result.fix else []
    return _Annotation(level, f"{name} ({label})", "\n".join(lines), result.anchor or result.location)


def _fault(fault: Diagnostic) -> _Annotation:
    return _Annotation(fault.level, fault.code, f"{fault.message}\n{fault.hint}".strip(), fault.location)


def _verdict(report: Report, left_out: list[str]) -> _Annotation:
    lines = [tally.summary(report)]
    if left_out:
        lines.append(
            f"Not shown here: {', '.join(left_out)}, because GitHub shows {_SHOWN} of each."
            " All are in the output of gonogo check."
        )
    if report.next_step:
        lines.append(f"Next: {one_line(report.next_step)}")
    return _Annotation("notice", f"gonogo: {tally.verdict(report)}", "\n".join(lines))


def _command(report: Report, annotation: _Annotation) -> str:
    properties = {"title": clip(one_line(annotation.title), _TITLE_LIMIT)}
    if annotation.location and annotation.location.path:
        location = from_root(report, annotation.location)
        span = location.span
        # Without a line an annotation is not shown beside the file.
        lines = {"line": span.line, "endLine": span.end_line} if span else {"line": 1, "endLine": 1}
        # Columns are refused when the lines differ.
        one = span is not None and span.line == span.end_line
        columns = {"col": span.column, "endColumn": span.end_column} if span and one else {}
        numbers = {name: str(number) for name, number in (lines | columns).items()}
        properties = {"file": visible(location.path), **numbers, **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = visible(clip(annotation.text, _TEXT_LIMIT), keep="\n")
    return f"::{annotation.level} {written}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

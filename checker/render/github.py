"""For the log of a GitHub Actions step: workflow commands that become annotations.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word. So the
most pressing are chosen here, and the last notice gives the verdict and says how many were left out. What was
there before a change is a notice at most, behind all others, and only in files that the change touches:
elsewhere it would greet every change anew, as old warnings about what judges would.
Source of the syntax and of the escapes: GitHub's page "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from checker.model import Location, Report
from checker.render import Options, tally
from checker.render.notes import LEVELS, Level, notes
from checker.render.text import MESSAGE_LIMIT, clip, one_line, visible

_SHOWN = 10
"""Annotations of one level that GitHub shows of a step."""
_TITLE_LIMIT = 200


def render(report: Report, options: Options) -> str:
    """One command a line; the options make no difference."""
    del options
    found = [note for note in notes(report) if not note.is_waived]
    near = [note for note in found if not note.is_distant]
    lines = [tally.summary(report)]
    commands, left_out = [], []
    for level in LEVELS:
        own = [note for note in near if note.level == level]
        room = _SHOWN - (level == "notice")  # the last notice is ours
        commands += [_command(note.level, note.title, note.text, note.location) for note in own[:room]]
        if hidden := len(own[room:]):
            left_out.append(tally.counted(hidden, level))
    if left_out:
        lines.append(
            f"Not shown here: {', '.join(left_out)}, because GitHub shows {_SHOWN} of each."
            f" {tally.in_full(report)}"
        )
    distant = [note for note in found if note.is_distant]
    if hidden := sum(note.result is not None for note in distant):
        old = tally.counted(hidden, "finding that was", "findings that were")
        lines.append(
            f"Not shown here: {old} there before, in files that this change does not touch."
            f" {tally.in_full(report)}"
        )
    if hidden := sum(note.result is None for note in distant):
        old = tally.counted(hidden, "warning about what judges", "warnings about what judges")
        lines.append(f"Not shown here: {old}, there before this change. {tally.in_full(report)}")
    if report.next_step:
        lines.append(f"Next: {one_line(report.next_step)}")
    verdict = f"gonogo: {tally.verdict(report)}"
    return "".join((*commands, _command("notice", verdict, "\n".join(lines))))


def _command(level: Level, title: str, text: str, location: Location | None = None) -> str:
    properties = {"title": clip(one_line(title), _TITLE_LIMIT)}
    if location:
        span = location.span
        # Without a line an annotation is not shown beside the file.
        lines = {"line": span.line, "endLine": span.end_line} if span else {"line": 1, "endLine": 1}
        # Columns are refused when the lines differ.
        one = span is not None and span.line == span.end_line
        columns = {"col": span.column, "endColumn": span.end_column} if span and one else {}
        numbers = {name: str(number) for name, number in (lines | columns).items()}
        properties = {"file": visible(location.path), **numbers, **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    shown = visible(clip(text, MESSAGE_LIMIT), keep="\n")
    return f"::{level} {written}::{_data(shown)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

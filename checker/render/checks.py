"""For the Checks API of GitHub: a check run with its conclusion, summary and annotations.

GitHub takes fifty annotations a request; whoever posts them splits the list. A check that nobody could decide
does not pass: its conclusion is `action_required`. Waived failures, those that were there before a change
in files that it does not touch, and warnings that were there before are told in the summary alone.
Source of the shape and of the limits: GitHub's pages "Create a check run" and "Update a check run".
"""

from __future__ import annotations

from checker.model import Report
from checker.render import Options, tally
from checker.render.identity import commit, name
from checker.render.notes import Note, notes
from checker.render.pages import Room, page
from checker.render.placing import START
from checker.render.sections import Sections, head
from checker.render.shapes import Shape
from checker.render.text import MESSAGE_LIMIT, clip, inert_json, one_line, visible

ANNOTATIONS = 1_000
"""Twenty requests, which GitHub takes in a row."""
_SUMMARY = Room(65_000, "GitHub takes at most 65,535 characters")
"""With room for a sentence of our own."""
_TITLE_LIMIT = 220
_LEVELS = {"error": "failure", "warning": "warning", "notice": "notice"}
_CONCLUSIONS = {0: "success", 1: "failure", 2: "failure"}


def render(report: Report, options: Options) -> str:
    """One object: name, head_sha, conclusion and output. Of the options, the address of the files counts."""
    found = [note for note in notes(report) if not (note.is_waived or note.is_distant)]
    shown = found[:ANNOTATIONS]
    summary = page("markdown.md.j2", head(report), Sections(report, options).all(), _SUMMARY)
    if hidden := len(found) - len(shown):
        others = tally.counted(hidden, "less pressing annotation is", "less pressing annotations are")
        summary += f"\n{others} left out. {tally.in_full(report)}\n"
    run = {
        "name": name(report),
        "head_sha": commit(report),
        "conclusion": _conclusion(report),
        "output": {
            "title": clip(one_line(f"{tally.verdict(report)}: {tally.summary(report)}"), _TITLE_LIMIT),
            "summary": summary,
            "annotations": list(map(_annotation, shown)),
        },
    }
    return inert_json(run, indent=1) + "\n"


def _conclusion(report: Report) -> str:
    return "neutral" if tally.is_neutral(report) else _CONCLUSIONS.get(report.exit_code, "action_required")


def _annotation(note: Note) -> Shape:
    span = note.location.span or START
    found: Shape = {
        "path": note.location.path,
        "start_line": span.line,
        "end_line": span.end_line,
        "annotation_level": _LEVELS[note.level],
        "title": clip(one_line(note.title), _TITLE_LIMIT),
        "message": visible(clip(note.text, MESSAGE_LIMIT), keep="\n"),
    }
    if note.location.span and span.line == span.end_line:  # GitHub refuses columns of several lines
        found |= {"start_column": span.column, "end_column": span.end_column}
    return found

"""For the Code Quality widget of GitLab: one list of issues, without a byte-order mark.

The widget compares the report of a merge request with that of the target branch by fingerprint, so everything
is in it: what was there before has to be, or it would count as mended, and a waived failure too, for a waiver
mends nothing. What blocks goes from `minor` to `blocker` by its severity; what does not is `minor` or `info`.
GitLab shows neither the name of the check nor what comes after the first lines, so the rule stands first.
Source of the shape: GitLab's page "Code Quality report format".
"""

from __future__ import annotations

from checker.model import Report, Severity
from checker.render import Options
from checker.render.notes import Note, notes
from checker.render.placing import START
from checker.render.shapes import Shape
from checker.render.text import MESSAGE_LIMIT, clip, inert_json, one_line

_BLOCKING: dict[Severity, str] = {
    "critical": "blocker",
    "high": "critical",
    "medium": "major",
    "low": "minor",
}


def render(report: Report, options: Options) -> str:
    """One JSON list, an issue a line; the options make no difference."""
    del options
    issues = ",\n".join(inert_json(_issue(note)) for note in notes(report))
    return f"[\n{issues}\n]\n" if issues else "[]\n"


def _issue(note: Note) -> Shape:
    span = note.location.span or START
    text = "; ".join(note.text.split("\n"))
    return {
        "description": clip(one_line(f"{note.title}: {text}"), MESSAGE_LIMIT),
        "check_name": note.code,
        "fingerprint": note.fingerprint,
        "severity": _severity(note),
        "location": {"path": note.location.path, "lines": {"begin": span.line, "end": span.end_line}},
    }


def _severity(note: Note) -> str:
    if note.level == "error":
        return _BLOCKING[note.result.severity] if note.result else "blocker"
    return "minor" if note.level == "warning" else "info"

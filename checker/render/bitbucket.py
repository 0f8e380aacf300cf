"""For Code Insights of Bitbucket Cloud: a report, and the annotations that belong to it.

Bitbucket takes a thousand annotations, refuses one without a summary, and cuts nothing by itself: a text that
is too long is an error. So the most pressing are chosen, and the report says how many were left out. It has
passed exactly where the exit code is 0.
Source of the shape and of the limits: Atlassian's pages "Code insights" and "Reports" of its REST API.
"""

from __future__ import annotations

from checker.model import Report
from checker.render import Options, tally
from checker.render.identity import name
from checker.render.notes import Note, notes
from checker.render.placing import START
from checker.render.shapes import Shape
from checker.render.text import inert_json, one_line, visible

ANNOTATIONS = 1_000
"""Annotations that a report may have."""
_SUMMARY_LIMIT = 450
_DETAILS_LIMIT = 2_000


def render(report: Report, options: Options) -> str:
    """One object with `report` and `annotations`; the options make no difference."""
    del options
    found = notes(report)
    shown = found[:ANNOTATIONS]
    details = [f"{tally.verdict(report)}: {tally.summary(report)}"]
    if hidden := len(found) - len(shown):
        others = tally.counted(hidden, "less pressing finding is", "less pressing findings are")
        details.append(
            f"{others} not shown here, because Bitbucket takes {ANNOTATIONS:,}. {tally.in_full(report)}"
        )
    details += [f"Next: {report.next_step}"] if report.next_step else []
    blocking = sum(note.level == "error" for note in found)
    summary = {
        "title": name(report),
        "details": _short("\n".join(map(one_line, details)), _DETAILS_LIMIT),
        "reporter": "gonogo",
        "report_type": "TEST",
        "result": "FAILED" if report.exit_code else "PASSED",
        "data": [
            {"title": "Verdict", "type": "TEXT", "value": tally.verdict(report)},
            {"title": "Blocking", "type": "NUMBER", "value": blocking},
            {"title": "Not blocking", "type": "NUMBER", "value": len(found) - blocking},
        ],
    }
    return inert_json({"report": summary, "annotations": list(map(_annotation, shown))}, indent=1) + "\n"


def _annotation(note: Note) -> Shape:
    severity = note.result.severity if note.result else "critical"
    return {
        "external_id": f"gonogo-{note.fingerprint}",
        "annotation_type": "BUG" if note.level == "error" else "CODE_SMELL",
        "summary": _short(one_line(f"{note.title}: {note.message}"), _SUMMARY_LIMIT),
        "details": _short(visible(note.text, keep="\n"), _DETAILS_LIMIT),
        "severity": severity.upper() if note.level == "error" else "LOW",
        "result": _RESULTS[note.level],
        "path": note.location.path,
        "line": (note.location.span or START).line,
    }


_RESULTS = {"error": "FAILED", "warning": "SKIPPED", "notice": "IGNORED"}


def _short(text: str, limit: int) -> str:
    """At most `limit` characters as Bitbucket counts them, which is not said anywhere: in UTF-16."""
    encoded = text.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * limit:
        return text
    return encoded[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"

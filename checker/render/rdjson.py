"""For reviewdog: its diagnostic format, in one JSON object.

Columns of this format count bytes of UTF-8, so there are columns only where the line is known; otherwise, and
for a suggestion always, whole lines are meant. Waived failures are left out: reviewdog makes comments, and
there is nothing to do about them. It posts messages as Markdown, while other readers print them: what
Markdown would act on is broken by a space without width, which neither shows.
Source of the shape: reviewdog's definition of the Reviewdog Diagnostic Format.
"""

from __future__ import annotations

import re

from checker.model import Edit, Excerpt, Report, Span
from checker.render import Options
from checker.render.mends import mended, offering
from checker.render.notes import Note, notes
from checker.render.shapes import Shape, lines
from checker.render.text import MESSAGE_LIMIT, clip, visible

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "notice": "INFO"}
_LONGEST_LINE = 1_000
"""Characters; an excerpt cuts what is longer."""
_ACTIVE = re.compile(
    r"([@#&<](?=\S)|\](?=[(\[:])|:(?=//)|www(?=\.)|\bgh(?=-\d)|``(?=`)|~~(?=~)|\bmailto(?=:))", re.IGNORECASE
)


def render(report: Report, options: Options) -> str:
    """One `DiagnosticResult`, a diagnostic a line; the options make no difference."""
    del options
    shown = [note for note in notes(report) if not note.is_waived]
    offered = offering(report)
    diagnostics = (_diagnostic(note, offered(note.result) if note.result else None) for note in shown)
    return "\n".join(lines({"source": {"name": "gonogo"}}, {"diagnostics": diagnostics}))


def _diagnostic(note: Note, edit: Edit | None) -> Shape:
    found: Shape = {
        "message": _calm(clip(f"{note.title}: {note.text}", MESSAGE_LIMIT)),
        "location": {"path": note.location.path, **_range(note)},
        "severity": _SEVERITIES[note.level],
        "code": {"value": note.code},
    }
    if edit and note.result and not note.result.anchor:
        found["suggestions"] = [_suggestion(edit)]
    return found


def _suggestion(edit: Edit) -> Shape:
    place = {"line": edit.span.line}
    return {"range": {"start": place, "end": place}, "text": mended(edit.whole_line, [edit])}


def _range(note: Note) -> Shape:
    span = note.location.span
    if span is None:
        return {}
    excerpt = note.result.excerpt if note.result and not note.result.anchor else None
    columns = _byte_columns(excerpt, span) if excerpt else None
    if columns is None:
        # Without columns the last line is part of the range.
        last = span.end_line - (span.end_column == 1 and span.end_line > span.line)
        return {"range": {"start": {"line": span.line}, "end": {"line": last}}}
    return {
        "range": {
            "start": {"line": span.line, "column": columns[0]},
            "end": {"line": span.end_line, "column": columns[1]},
        }
    }


def _byte_columns(excerpt: Excerpt, span: Span) -> tuple[int, int] | None:
    """The columns of a span in bytes, from 1; None where its lines are not known whole."""
    found = []
    for line, column in ((span.line, span.column), (span.end_line, span.end_column)):
        index = line - excerpt.first_line
        text = excerpt.lines[index] if 0 <= index < len(excerpt.lines) else ""
        if column > len(text) + 1 or len(text) > _LONGEST_LINE:
            return None
        found.append(len(text[: column - 1].encode("utf-8", "replace")) + 1)
    return found[0], found[1]


def _calm(text: str) -> str:
    return _ACTIVE.sub("\\1\u200b", visible(text, keep="\n"))

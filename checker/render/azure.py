"""For the log of an Azure Pipelines step: logging commands that become the issues of the step.

Azure knows errors and warnings, and shows ten of each, so the most pressing are chosen, and the last says how
many were left out. What is announced, waived, or was there before a change is only counted. An issue does not
fail a step and `task.complete`, which would, is never written: the exit code alone decides.
Source of the syntax and of the escapes: Microsoft's page "Logging commands", and the agent that reads them.
"""

from __future__ import annotations

from checker.model import Report
from checker.render import Options, tally
from checker.render.notes import Note, notes
from checker.render.text import MESSAGE_LIMIT, clip, inert, one_line, visible

_SHOWN = 10
"""Issues of one type that a step keeps."""
_CODE_LIMIT = 200


def render(report: Report, options: Options) -> str:
    """One command a line, and the verdict behind them as plain text; the options make no difference."""
    del options
    found = notes(report)
    lines = []
    for level in ("error", "warning"):
        own = [note for note in found if note.level == level]
        # The last of ten says that there are more.
        shown = own if len(own) <= _SHOWN else own[: _SHOWN - 1]
        lines += [_issue(note) for note in shown]
        if hidden := len(own) - len(shown):
            more = f"{tally.counted(hidden, f'more {level}')} not shown here: Azure shows {_SHOWN} of each."
            lines.append(_command({"type": level}, f"{more} {tally.in_full(report)}"))
    lines.append(inert(one_line(f"gonogo: {tally.verdict(report)}: {tally.summary(report)}")) + "\n")
    if report.next_step:
        lines.append(inert(one_line(f"Next: {report.next_step}")) + "\n")
    return "".join(lines)


def _issue(note: Note) -> str:
    span = note.location.span
    properties = {
        "type": note.level,
        "sourcepath": visible(note.location.path),
        "linenumber": str(span.line if span else 1),
        **({"columnnumber": str(span.column)} if span else {}),
        "code": clip(note.code, _CODE_LIMIT),
    }
    return _command(properties, f"{note.title}: {note.text}")


def _command(properties: dict[str, str], text: str) -> str:
    written = ";".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"##vso[task.logissue {written}]{_data(inert(visible(clip(text, MESSAGE_LIMIT), keep=_BREAK)))}\n"


_BREAK = "\n"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")

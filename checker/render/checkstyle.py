"""For everything that reads Checkstyle's XML: a `file` for each file, an `error` for each finding.

What blocks is an `error`, what does not a `warning`; what is announced, waived, or was there before a change
is `info`. The format has no published schema; its shape is what Checkstyle's own XMLLogger writes.
"""

from __future__ import annotations

from xml.etree import ElementTree

from checker.model import Report
from checker.render import Options
from checker.render.notes import Note, notes
from checker.render.placing import START
from checker.render.text import MESSAGE_LIMIT, clip, inert, visible

_VERSION = "4.3"
"""What readers expect there; it is no version of ours."""
_SEVERITIES = {"error": "error", "warning": "warning", "notice": "info"}


def render(report: Report, options: Options) -> str:
    """One `checkstyle` element, its files sorted by path; the options make no difference."""
    del options
    files: dict[str, list[Note]] = {}
    for note in notes(report):
        files.setdefault(visible(note.location.path), []).append(note)
    root = ElementTree.Element("checkstyle", {"version": _VERSION})
    for path in sorted(files):
        file = ElementTree.SubElement(root, "file", {"name": path})
        for note in files[path]:
            ElementTree.SubElement(file, "error", _attributes(note))
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    return inert(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', "&#{:d};")


def _attributes(note: Note) -> dict[str, str]:
    span = note.location.span or START
    return {
        "line": str(span.line),
        "column": str(span.column),
        "severity": _SEVERITIES[note.level],
        "message": clip(visible(note.text, keep="\n"), MESSAGE_LIMIT),
        "source": f"gonogo.{note.code}",
    }

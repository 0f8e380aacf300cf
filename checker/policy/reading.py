"""Reading a file that we judge with: bytes in; one checked document, or diagnostics, out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date as Day
from typing import Any, NamedTuple

from checker import cel, documents, shipped
from checker.kinds import validation
from checker.model import Diagnostic, Evidence, Fault, Location, Path, Span

FORMAT = 1
"""The version of the file formats that this gonogo reads and writes."""

Read = Callable[[str], bytes | Fault]
"""How a file is read: a path in, its bytes or what was wrong with it out."""


class Source(NamedTuple):
    """One file that we judge with, read and found sound."""

    path: str
    data: Any
    document: documents.Document
    reading: documents.Reading

    @property
    def evidence(self) -> Evidence:
        """Which bytes were read."""
        return Evidence(self.path, self.reading.digest, "files")

    def span(self, at: Path) -> Span:
        """The place of a value, or of its nearest present ancestor."""
        return self.document.positions.nearest(at)[0]

    def key_span(self, at: Path) -> Span:
        """The place of the key that names a value, or of the nearest present ancestor of that."""
        return self.document.positions.key(at) or self.span(at)

    def location(self, at: Path) -> Location:
        """The same as `span`, with the file."""
        return Location(self.path, self.span(at))

    def diagnostic(
        self, code: str, message: str, at: Path | Span, hint: str = "", *, warning: bool = False
    ) -> Diagnostic:
        """A diagnostic that points into this file."""
        span = at if isinstance(at, Span) else self.span(at)
        return Diagnostic(
            code,
            message,
            Location(self.path, span),
            hint,
            "warning" if warning else "error",
            self.reading.excerpt(span),
        )


def read(
    path: str,
    read_file: Read,
    schema: str,
    format: str | None = None,
    limits: documents.Limits = documents.LIMITS,
) -> tuple[Source | None, tuple[Diagnostic, ...]]:
    """Read `path` and hold it to the shipped schema of that name (`policy`, `gate`, …; empty: to none).

    Any fault gives diagnostics and no source: what is doubtful must not judge.
    """
    raw = read_file(path)
    if isinstance(raw, Fault):
        return None, (Diagnostic(raw.code, raw.message, Location(path, raw.span), raw.hint),)
    format = format or documents.format_of(path)
    if format is None:
        return None, (
            Diagnostic(
                "unknown-format",
                f"{path}: nothing tells its format",
                Location(path),
                "Use a suffix such as .yaml, .json, .toml or .csv, or state `format`.",
            ),
        )
    reading = documents.read(raw, format, limits)
    if reading.faults:
        return None, tuple(_diagnostic(path, reading, fault) for fault in reading.faults)
    if len(reading.documents) != 1:
        extra = reading.documents[1].positions.nearest(())[0]
        return None, (
            Diagnostic(
                "several-documents",
                f"this file holds {len(reading.documents)} documents where one is expected",
                Location(path, extra),
                "Put each into a file of its own.",
                excerpt=reading.excerpt(extra),
            ),
        )
    document = reading.documents[0]
    source = Source(path, document.data, document, reading)
    if not schema:
        return source, ()
    newer = _newer_format(source)
    if newer:
        return None, (newer,)
    faults = _validator(schema).faults(document)
    if faults:
        return None, tuple(_diagnostic(path, reading, fault) for fault in faults)
    return source, ()


def _diagnostic(path: str, reading: documents.Reading, fault: Fault) -> Diagnostic:
    excerpt = None
    if fault.span:
        excerpt = reading.excerpt(fault.span)
        if excerpt.lines:
            fault = _quoted(fault, excerpt.lines[fault.span.line - excerpt.first_line])
    return Diagnostic(fault.code, fault.message, Location(path, fault.span), fault.hint, excerpt=excerpt)


def _newer_format(source: Source) -> Diagnostic | None:
    if not isinstance(source.data, dict):
        return None
    for field in ("format", "version"):
        stated = source.data.get(field)
        if type(stated) is int and stated > FORMAT:
            return source.diagnostic(
                "newer-format",
                f"this file is written in format {stated}; this gonogo reads format {FORMAT}",
                (field,),
                "Upgrade gonogo: pip install --upgrade gonogo.",
            )
    return None


_VALIDATORS: dict[str, validation.Validator] = {}


def _validator(schema: str) -> validation.Validator:
    if schema not in _VALIDATORS:
        _VALIDATORS[schema] = validation.Validator(_null_is_absent(json.loads(shipped.schema(schema))))
    return _VALIDATORS[schema]


def _null_is_absent(schema: Any) -> Any:
    """The same schema, in which nothing is required that may be null: what was read has no nulls."""
    if isinstance(schema, list):
        return [_null_is_absent(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _null_is_absent(each) for name, each in schema.items()}
    properties = schema.get("properties")
    if isinstance(properties, dict) and isinstance(schema.get("required"), list):
        found["required"] = [name for name in schema["required"] if not _may_be_null(properties.get(name))]
    return found


def _may_be_null(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    return (
        "null" in schema.get("type", ())
        or None in schema.get("enum", ())
        or any(map(_may_be_null, schema.get("anyOf", ())))
    )


_TEXT = (
    r"""\s*(?:-\s+)?"?(assert|when|each|key|id|product|title|message|fix|text|set)"?\s*:\s+("""
    r"""[^"'\s|>].*|(?:"[^"]*"|'[^']*')\s*[^\s#].*)"""
)
_BENT = frozenset({"yaml-syntax", "unknown-tag", "unknown-alias", "schema-type"})


def _quoted(fault: Fault, line: str) -> Fault:
    """YAML bends a text that begins like a tag, a mapping or a list: say how to keep it a text."""
    if fault.code == "schema-unknown-field" and fault.span and fault.span.line == fault.span.end_line:
        before, after = line[: fault.span.column - 1].rstrip(), line[fault.span.end_column - 1 :].lstrip()
        if before.endswith(",") and after[:1] in (",", "}"):
            return fault._replace(hint="A comma in { } begins a new field: put a text with commas in quotes.")
    found = re.match(_TEXT, line) if fault.code in _BENT else None
    if found is None:
        return fault
    if fault.code == "schema-type" and fault.span and fault.span.column != found.start(2) + 1:
        return fault  # it is about a part of a mapping that was meant to be one
    name, text = found.groups()
    if name == "fix" and text.startswith("{"):
        return fault  # it may be a mapping, and one of its fields is bent
    text = text.replace("'", "''")
    return fault._replace(hint=f"Put the whole text in quotes: {name}: '{text}'")


def day(source: Source, at: Path, text: str | None, diagnostics: list[Diagnostic]) -> Day | None:
    """The day that a text of the schema's form means; one that is not in the calendar is a diagnostic."""
    if text is None:
        return None
    try:
        return Day.fromisoformat(text)
    except ValueError:
        message = f"{text} is not a day of the calendar"
        diagnostics.append(source.diagnostic("date", message, at, "Write YYYY-MM-DD."))
        return None


def issue_diagnostic(source: Source, at: Path, issue: cel.Issue) -> Diagnostic:
    """What is wrong with the expression at `at`."""
    hint = issue.hint[:1].upper() + issue.hint[1:]
    if issue.level == "error" and _cut_by_comment(source, at):
        hint = 'YAML reads " #" as the beginning of a comment: put the whole expression in quotes.'
    span = offset_span(source, at, issue.start, issue.end)
    return source.diagnostic("expression", issue.message, span, hint, warning=issue.level == "warning")


def _cut_by_comment(source: Source, at: Path) -> bool:
    """True when a plain text at `at` is followed by a comment on its line."""
    span, written = source.document.positions.value(at), source.document.positions.written(at)
    if span is None or written is None or written[:1] in ("'", '"', "|", ">"):
        return False
    begin = source.reading.source.starts[span.end_line - 1] + span.end_column - 1
    return re.compile(r"[ \t]+#").match(source.reading.text, begin) is not None


def offset_span(source: Source, at: Path, start: int, end: int) -> Span:
    """Where characters `start` to `end` of the text at `at` stand in the file."""
    span, written = source.document.positions.value(at), source.document.positions.written(at)
    if span is None or written is None:
        return source.span(at)
    text: str = source.data
    for part in at:
        text = text[part]  # type: ignore[index]
    inked = len(text.rstrip())  # a block ends with a line end, behind which the next field stands
    start, end = min(start, inked), min(end, inked)
    places = _places(text[:end], written)
    begin = source.reading.source.starts[span.line - 1] + span.column - 1
    first = places[start][0] if start < len(places) else places[-1][1] if places else 0
    last = places[end - 1][1] if start < end <= len(places) else first
    return source.reading.source.span(begin + first, begin + last)


def _places(text: str, written: str) -> list[tuple[int, int]]:
    """For each character of a decoded text the start and end of what was written for it.

    YAML folds lines and cuts indentation, so blanks are not matched: they stand behind what is before them.
    """
    inked = _inked(written)
    places: list[tuple[int, int]] = []
    last = (0, 0)
    for char in text:
        last = (last[1], last[1] + 1) if char.isspace() else next(inked, last)
        places.append(last)
    return places


_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_BLANK_ESCAPES = frozenset(" \t\r\nnrtvfN_LP")


def _inked(written: str) -> Iterator[tuple[int, int]]:
    """The start and end of every character of a scalar that is not blank, as it is written."""
    style = written[:1]
    at = written.find("\n") + 1 if style in ("|", ">") else int(style in ("'", '"'))
    end = len(written) - int(style in ("'", '"'))
    while at < end:
        width, blank = 1, written[at].isspace()
        if style == "'" and written.startswith("''", at):
            width = 2
        elif style == '"' and (escape := _ESCAPE.match(written, at)):
            width, letter = len(escape[0]), escape[4]
            code = escape[1] or escape[2] or escape[3]
            blank = letter in _BLANK_ESCAPES if letter else chr(int(code, 16)).isspace()
        if not blank:
            yield at, at + width
        at += width

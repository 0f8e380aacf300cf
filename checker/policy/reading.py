"""Reading a file that we judge with: bytes in; one checked document, or diagnostics, out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from checker import documents, shipped
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
    path: str, read_file: Read, schema: str, format: str | None = None
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
    reading = documents.read(raw, format)
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
        return None, tuple(_diagnostic(path, reading, _with_quoting_hint(fault)) for fault in faults)
    return source, ()


def _diagnostic(path: str, reading: documents.Reading, fault: Fault) -> Diagnostic:
    excerpt = reading.excerpt(fault.span) if fault.span else None
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
        text = (shipped.SCHEMAS / f"{schema}.schema.json").read_text("utf-8")
        _VALIDATORS[schema] = validation.Validator(json.loads(text))
    return _VALIDATORS[schema]


EXPRESSIONS = ("assert", "when", "each", "key", "id", "product", "message", "fix", "title")


def _with_quoting_hint(fault: Fault) -> Fault:
    """YAML bends an unquoted expression that begins like a mapping or a list: say how to keep it a text."""
    if fault.code == "schema-type" and any(f"`{name}`" in fault.message for name in EXPRESSIONS):
        return Fault(
            fault.code,
            fault.message,
            fault.span,
            fault.hint
            or 'YAML read something else than a text here: put the whole expression in "…" quotes.',
        )
    return fault


def offset_span(source: Source, at: Path, start: int, end: int) -> Span:
    """Where characters `start` to `end` of the text at `at` stand in the file.

    YAML decoded the text (quotes, escapes, folded lines), so its characters are matched one by one against
    those that were written.
    """
    span, written = source.document.positions.value(at), source.document.positions.written(at)
    if span is None or written is None:
        return source.span(at)
    text: str = source.data
    for part in at:
        text = text[part]  # type: ignore[index]
    places = _places(text[:end], written)
    begin = source.reading.source.starts[span.line - 1] + span.column - 1
    first = places[start] if start < len(places) else (places[-1] + 1 if places else 0)
    last = places[end - 1] + 1 if start < end <= len(places) else first + 1
    return source.reading.source.span(begin + first, begin + last)


def _places(text: str, written: str) -> list[int]:
    """For each character of a decoded text its index in what was written, as far as they can be matched."""
    at = written.find("\n") + 1 if written[:1] in ("|", ">") else int(written[:1] in ("'", '"'))
    places: list[int] = []
    for char in text:
        if char.isspace():
            while at < len(written) and not written[at].isspace():
                at += 1
        else:
            while at < len(written) and written[at] != char:
                at += 1
        if at >= len(written):
            break
        places.append(at)
        folded = char.isspace() and written[at] in "\r\n"
        at += 1
        while folded and at < len(written) and written[at].isspace():
            at += 1
    return places

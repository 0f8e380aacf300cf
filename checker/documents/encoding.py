"""Bytes to text: UTF-8, or UTF-16 with a byte-order mark."""

from __future__ import annotations

import codecs
import re

from checker.documents.reading import Limits, Source
from checker.model import Fault, Span

_CONFLICT = tuple(rf"(?m)(?:^|(?<=\r)){mark}{{7}}(?: [^\r\n]*)?(?=[\r\n]|\Z)" for mark in "<=>")
"""The three lines that git leaves in a file with a conflict, in their order."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 8000
"""In how many bytes at the beginning a NUL tells a binary file, to git too."""


def decode(raw: bytes, limits: Limits) -> Source | Fault:
    """The text without its byte-order mark, or why it cannot be trusted."""
    if len(raw) > limits.size:
        return Fault(
            "too-large",
            f"The file has {len(raw):,} bytes; more than {limits.size:,} are not read.",
            hint="Split it.",
        )
    mark, encoding = next((pair for pair in _BYTE_ORDER_MARKS if raw.startswith(pair[0])), (b"", "utf-8"))
    try:
        text = raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(raw[len(mark) :], error)
    source = Source(text)
    if "\0" in text:
        at = text.index("\0")
        return Fault(
            "nul",
            "The file holds a NUL character, which no text has.",
            source.span(at, at + 1),
            "Save it as text.",
        )
    if conflict := _conflict(text):
        return Fault(
            "conflict-marker",
            "The file holds an unresolved merge conflict.",
            source.span(*conflict),
            "Keep one of the two versions and delete the lines of <, = and >.",
        )
    return source


def _conflict(text: str) -> tuple[int, int] | None:
    """Where the first line of an unresolved merge conflict stands."""
    if "<<<<<<<" not in text:
        return None
    at = 0
    lines = []
    for mark in _CONFLICT:
        found = re.compile(mark).search(text, at)
        if found is None:
            return None
        lines.append(found.span())
        at = found.end()
    return lines[0]


def _undecodable(raw: bytes, error: UnicodeDecodeError) -> Fault:
    before = Source(raw[: error.start].decode(error.encoding, "replace"))
    at: Span = before.span(len(before.text), len(before.text))
    span = Span(at.line, at.column, at.line, at.column + 1)
    if error.encoding == "utf-8" and b"\0" in raw[:_SAMPLE]:
        return Fault("encoding", "This is a binary file, and no text.", span, "Save it as text, in UTF-8.")
    found = " ".join(f"{byte:02X}" for byte in raw[error.start : error.end][:4])
    message = f"The bytes {found} are no character in {error.encoding.upper()}."
    return Fault("encoding", message, span, "Save the file as UTF-8.")

"""What the tests of every format ask of a reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker import documents
from checker.documents import Document, Reading
from checker.model import Path, Span


def read(text: str | bytes, format: str = "yaml", **limits: int) -> Reading:
    raw = text.encode() if isinstance(text, str) else text
    return documents.read(raw, format, documents.Limits(**limits))


def data(text: str | bytes, format: str = "yaml") -> Any:
    reading = read(text, format)
    assert reading.faults == ()
    assert len(reading.documents) == 1
    return reading.documents[0].data


def codes(text: str | bytes, format: str = "yaml", **limits: int) -> list[str]:
    return [fault.code for fault in read(text, format, **limits).faults]


def at(span: Span | None) -> str:
    assert span is not None
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def cut(text: str, span: Span) -> str:
    """The text of a span, by its lines and columns."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= span.line <= span.end_line <= len(lines)
    assert 1 <= span.column <= len(lines[span.line - 1]) + 1
    assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
    assert (span.line, span.column) <= (span.end_line, span.end_column)
    piece = lines[span.line - 1 : span.end_line]
    piece[-1] = piece[-1][: span.end_column - 1]
    piece[0] = piece[0][span.column - 1 :]
    return "\n".join(piece)


def check_positions(reading: Reading, document: Document) -> None:
    """Every value and every key of a document has a span inside the text."""
    for path, _ in walk(document.data):
        span = document.positions.value(path)
        assert span is not None, path
        cut(reading.text, span)
        key = document.positions.key(path)
        assert (key is not None) == (bool(path) and isinstance(path[-1], str)), path
        if key is not None:
            cut(reading.text, key)
        assert document.positions.nearest(path) == (span, len(path))
        nearest, length = document.positions.nearest((*path, "no such thing"))
        assert length == len(path)
        cut(reading.text, nearest)


def check_reading(reading: Reading) -> None:
    """Holds for whatever was read: spans lie in the text, trusted data is clean."""
    for fault in reading.faults:
        assert fault.code
        assert fault.message.endswith(".")
        assert "\n" not in fault.message
        if fault.span is not None and reading.text:
            cut(reading.text, fault.span)
            reading.excerpt(fault.span)
    assert reading.faults or reading.documents
    for document in reading.documents:
        check_positions(reading, document)
        for path, value in walk(document.data):
            assert type(value) in (dict, list, str, int, float, bool), path
            if not reading.faults and isinstance(value, str):
                value.encode()
                assert "\0" not in value
            if isinstance(value, int):
                assert -(2**63) <= value < 2**63

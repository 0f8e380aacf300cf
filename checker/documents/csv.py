"""CSV with a header (RFC 4180): a list of records, each from column to text; an empty cell is absent.

The separator is the one of comma, semicolon and tab that gives the header the most columns; of
equals, the first in this order.
"""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator

from checker.documents.faults import EMPTY, Faults, StopError
from checker.documents.reading import ABSENT, Children, Document, Limits, Parsed, Places, Positions, Source

_SEPARATORS = ",;\t"
_LINE_END = re.compile(r"\r\n|\n|\r|\Z")
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')
_Row = list[tuple[int, int]]
"""The start and end of each cell."""


def read(source: Source, limits: Limits) -> Parsed:
    """One document, whose data is the list of the records. Rows without any text are left out."""
    separator = max(_SEPARATORS, key=lambda each: len(_header(source, each)))
    faults = Faults(source)
    try:
        try:
            lines = csv.reader(io.StringIO(source.text, newline=""), delimiter=separator, strict=True)
            rows = [row for row in lines if any(map(str.strip, row))]
        except csv.Error as error:
            raise _syntax_fault(faults, separator, str(error)) from error
        if not rows:
            return Parsed((), (EMPTY,))
        header = [name.strip() for name in rows[0]]
        if "" in header or len(set(header)) < len(header) or any(len(row) != len(header) for row in rows):
            raise _table_faults(faults, separator, header)
    except StopError:
        return Parsed((), tuple(faults.found))
    records = [
        {name: cell for name, cell in zip(header, row, strict=False) if cell.strip()} for row in rows[1:]
    ]
    positions = Positions(source, lambda: _places(source, separator, header))
    return Parsed((Document(records, positions),))


def _rows(faults: Faults, separator: str) -> Iterator[_Row]:
    """The rows that hold any text, cell by cell.

    Raises StopError where a quote is not closed or not followed by a separator.
    """
    text = faults.source.text
    plain = re.compile(rf"[^{separator}\r\n]*+")
    at = 0
    row: _Row = []
    while True:
        found = (_QUOTED if text.startswith('"', at) else plain).match(text, at)
        if found is None:
            hint = "Close it, or double a quote that belongs to the text."
            raise faults.stop(at, at + 1, "csv-syntax", "This quote is never closed.", hint)
        row.append(found.span())
        at = found.end()
        if text.startswith(separator, at):
            at += 1
            continue
        end = _LINE_END.match(text, at)
        if end is None:
            message = "Something stands between a closing quote and the end of its cell."
            raise faults.stop(at, at + 1, "csv-syntax", message, "Double a quote that belongs to the text.")
        if any(_cell(text[start:stop]).strip() for start, stop in row):
            yield row
        row = []
        if at == len(text):
            return
        at = end.end()


def _cell(written: str) -> str:
    return written[1:-1].replace('""', '"') if written.startswith('"') else written


def _header(source: Source, separator: str) -> _Row:
    try:
        return next(_rows(Faults(source), separator), [])
    except StopError:
        return []


def _syntax_fault(faults: Faults, separator: str, words: str) -> StopError:
    longest = csv.field_size_limit()
    try:
        for row in _rows(faults, separator):
            for start, stop in row:
                if stop - start > longest:
                    message = f"This cell has more than {longest:,} characters, which are not read."
                    return faults.stop(start, stop, "long-cell", message, "Shorten it.")
    except StopError as stopped:
        return stopped
    return faults.stop(0, 0, "csv-syntax", f"This is not valid CSV: {words}.")


def _table_faults(faults: Faults, separator: str, header: list[str]) -> StopError:
    rows = _rows(faults, separator)
    seen: dict[str, tuple[int, int]] = {}
    for name, stretch in zip(header, next(rows), strict=True):
        if not name:
            faults.add(*stretch, "empty-key", "This column has no name.", "Name it, or delete it.")
        elif name in seen:
            faults.repeated_key(name, seen[name], stretch)
        seen[name] = stretch
    for row in rows:
        if len(row) != len(header):
            message = f"This row has {len(row)} cells, the header has {len(header)}."
            hint = "Quote a cell that holds the separator."
            faults.add(row[0][0], row[-1][1], "ragged-row", message, hint)
    return StopError()


def _places(source: Source, separator: str, header: list[str]) -> Places:
    """The key of a cell is its column's name in the header; of an empty cell, where its text would be."""
    offsets = [0, len(source.text)]
    records: list[int] = []
    children: Children = {0: records}
    names, *rows = _rows(Faults(source), separator)
    for row in rows:
        records.append(len(offsets))
        offsets += (row[0][0], row[-1][1])
        children[records[-1]] = inside = {}
        for name, key, (start, end) in zip(header, names, row, strict=False):
            inside[name] = len(offsets) + 2
            is_filled = _cell(source.text[start:end]).strip()
            offsets += (*key, start, end) if is_filled else (start, end, ABSENT, end)
    return Places(array("q", offsets), children)

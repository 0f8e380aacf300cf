"""NDJSON: one JSON value a line, read as one list of records."""

from __future__ import annotations

import json
import re

from checker.documents.faults import EMPTY, MOST_FAULTS
from checker.documents.json import Scan, load, scanned, syntax_fault, trusted
from checker.documents.reading import Limits, Parsed, Source
from checker.model import Fault

_LINE = re.compile(r"[ \t]*+[^ \t\r\n][^\r\n]*+")


def read(source: Source, limits: Limits) -> Parsed:
    """One document, whose data is the list of the lines' values; blank lines are skipped."""
    lines = [found.span() for found in _LINE.finditer(source.text)]
    if not lines:
        return Parsed((), (EMPTY,))
    records = []
    faults: list[Fault] = []
    suspect = False
    for start, end in lines:
        try:
            records.append(load(source, start, end, limits.depth - 1))
        except json.JSONDecodeError as error:
            faults.append(syntax_fault(error, source, start))
        except (ValueError, RecursionError):
            suspect = True
    if faults:
        return Parsed((), tuple(faults[:MOST_FAULTS]))
    if suspect or None in records:
        return scanned(Scan(source, limits.depth).lines(lines))
    return trusted(records, source, lambda: Scan(source, limits.depth).lines(lines).places)

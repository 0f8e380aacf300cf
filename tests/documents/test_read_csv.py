from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_checks import at, check_reading, data, read, walk

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=5)
    ),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_cells_are_those_of_the_standard_library(
    rows: list[list[str]], separator: str, end: str, quoting: int
) -> None:
    width = len(rows[0]) if rows else 2
    header = [f"column {number}" for number in range(width)]
    separator = separator if width > 1 else ","  # a header of one column does not tell
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([header, *rows])
    reading = read(out.getvalue(), "csv")
    assert reading.faults == ()
    check_reading(reading)
    (document,) = reading.documents
    expected = [{name: cell for name, cell in zip(header, row, strict=True) if cell.strip()} for row in rows]
    assert document.data == [record for record in expected if record]
    for path, value in walk(document.data):
        if isinstance(value, str):
            written = document.positions.written(path) or ""
            assert next(csv.reader(io.StringIO(written, newline=""), delimiter=separator)) == [value]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("id,owner\n1,Ada Example\n", [{"id": "1", "owner": "Ada Example"}]),
        ("id;owner\n1;a,b\n", [{"id": "1", "owner": "a,b"}]),
        ("id\towner\n1\ta,b\n", [{"id": "1", "owner": "a,b"}]),
        ("a;b,c;d\n1;2;3", [{"a": "1", "b,c": "2", "d": "3"}]),
        ("a;b,c\n1;2,3", [{"a;b": "1;2", "c": "3"}]),
        (" id , owner \n1, x \n", [{"id": "1", "owner": " x "}]),
        ("id,owner\n1,\n,\n\n \n2,x", [{"id": "1"}, {"id": "2", "owner": "x"}]),
        ('id,owner\r\n1,"a ""b""\nc"\r\n', [{"id": "1", "owner": 'a "b"\nc'}]),
        ("id,owner\r1,x\r", [{"id": "1", "owner": "x"}]),
        ("id,owner", []),
        ("id\n001\n1.50\ntrue\n", [{"id": "001"}, {"id": "1.50"}, {"id": "true"}]),
    ],
)
def test_records(text: str, records: list[dict[str, str]]) -> None:
    assert data(text, "csv") == records


def test_places() -> None:
    positions = read('id,owner,due\n1,"Ada ""A"" Example",\n2,Ben Sample,x\n', "csv").documents[0].positions
    assert at(positions.value((0, "owner"))) == "2:3-2:22"
    assert at(positions.key((0, "owner"))) == "1:4-1:9"
    assert at(positions.value((1,))) == "3:1-3:15"
    assert positions.value((0, "due")) is None
    assert at(positions.nearest((0, "due"))[0]) == "2:23-2:23"
    assert at(positions.nearest((1, "missing"))[0]) == "3:1-3:15"


FAULTS = [
    ("a,a\n1,2\n", "duplicate-key", "1:3-1:4", "`a` stands twice"),
    ("a,\n1,2\n", "empty-key", "1:3-1:3", "no name"),
    ("a,b\n1\n", "ragged-row", "2:1-2:2", "1 cells, the header has 2"),
    ("a,b\n1,2,3\n", "ragged-row", "2:1-2:6", "3 cells, the header has 2"),
    ('a,b\n1,"x\n', "csv-syntax", "2:3-2:4", "never closed"),
    ('a,b\n"x"y,1\n', "csv-syntax", "2:4-2:5", "between a closing quote"),
    ("a\n" + "x" * 200_000, "long-cell", "2:1-2:200001", "more than 131,072 characters"),
]


@pytest.mark.parametrize(("text", "code", "span", "words"), FAULTS)
def test_faults(text: str, code: str, span: str, words: str) -> None:
    reading = read(text, "csv")
    (fault,) = reading.faults
    assert (fault.code, at(fault.span)) == (code, span)
    assert words in fault.message
    assert reading.documents == ()


def test_all_faults_of_a_table() -> None:
    assert [fault.span and fault.span.line for fault in read("a,a\n1\n1,2\n1,2,3", "csv").faults] == [1, 2, 4]

from __future__ import annotations

import hashlib
from pathlib import Path as Folder

import pytest
from reading_checks import at, check_reading, codes, data, read

from checker import documents
from checker.documents.reading import Places, Positions, Source
from checker.model import Excerpt, Path, Span


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("a/b.yaml", "yaml"),
        ("a.b/c.YML", "yaml"),
        ("x.json", "json"),
        ("x.ndjson", "ndjson"),
        ("x.jsonl", "ndjson"),
        ("x.toml", "toml"),
        ("x.csv", "csv"),
        ("x.tsv", "csv"),
        ("README.md", "markdown"),
        ("a/b.markdown", "markdown"),
        ("a.yaml/b", None),
        ("Makefile", None),
        ("a.txt", None),
        ("", None),
    ],
)
def test_the_suffix_tells_the_format(path: str, format: str | None) -> None:
    assert documents.format_of(path) == format


def test_every_suffix_leads_to_a_reader() -> None:
    assert set(documents.SUFFIXES.values()) == set(documents.FORMATS)


def test_the_digest_is_of_the_bytes() -> None:
    raw = b"\xef\xbb\xbfa: 1\r\n"
    assert read(raw).digest == "sha256:" + hashlib.sha256(raw).hexdigest()
    assert read(b"\xff").digest.startswith("sha256:")


TEXT = "a: é\nb: [1, 𝄞]\n"


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
    ],
)
def test_encodings(raw: bytes) -> None:
    reading = read(raw)
    assert reading.documents[0].data == {"a": "é", "b": [1, "𝄞"]}
    assert at(reading.documents[0].positions.value(("b", 1))) == "2:8-2:9"


@pytest.mark.parametrize("format", documents.FORMATS)
@pytest.mark.parametrize(
    ("raw", "code", "span", "words"),
    [
        (b"a: 1\nb: \xff\n", "encoding", "2:4-2:5", "The bytes FF are no character in UTF-8"),
        ("é: \xff".encode("latin-1"), "encoding", "1:1-1:2", "E9"),
        (b"a: \xed\xa0\x80", "encoding", "1:4-1:5", "ED"),
        (b"\xff\xfea\x00:\x00 \x00\x00\xd8", "encoding", "1:4-1:5", "UTF-16-LE"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "encoding", "1:1-1:2", "This is a binary file"),
        (b"a: 1\nb: x\x00y", "nul", "2:5-2:6", "NUL"),
        (
            b"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n",
            "conflict-marker",
            "2:1-2:13",
            "merge conflict",
        ),
        (b"<<<<<<< a\r\n=======\r\n>>>>>>> b\r\n", "conflict-marker", "1:1-1:10", "merge conflict"),
    ],
)
def test_what_is_no_text_is_one_fault_in_every_format(
    format: str, raw: bytes, code: str, span: str, words: str
) -> None:
    reading = read(raw, format)
    (fault,) = reading.faults
    assert (fault.code, at(fault.span)) == (code, span)
    assert words in fault.message
    assert reading.documents == ()


@pytest.mark.parametrize(
    "text", ["a: |\n  <<<<<<< HEAD\n  x\n", "a: |\n  =======\nb: '>>>>>>>'", "a: <<<<<<<"]
)
def test_talk_of_conflicts_is_no_conflict(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize("format", documents.FORMATS)
def test_a_file_beyond_the_limit_is_not_read(format: str) -> None:
    (fault,) = read(b"a" * 101, format, size=100).faults
    assert fault.code == "too-large"
    assert "101 bytes" in fault.message


def test_an_unknown_format_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        documents.read(b"", "docx")


@pytest.mark.parametrize("format", documents.FORMATS)
@pytest.mark.parametrize("text", ["", "\n", "  \r\n\r\n"])
def test_a_file_that_holds_nothing(format: str, text: str) -> None:
    (fault,) = read(text, format).faults
    assert (fault.code, fault.span) == ("empty", None)


PLAN = """\
name: Checkout
rollback:
  owner:
  steps:
    - id: one
    - id: two
list: [a, b]
"""


@pytest.mark.parametrize(
    ("path", "span", "length"),
    [
        (("name",), "1:7-1:15", 1),
        (("name", "first"), "1:1-1:5", 1),
        (("rollback", "owner"), "3:3-3:8", 2),
        (("rollback", "owner", "name"), "3:3-3:8", 2),
        (("rollback", "due"), "2:1-2:9", 1),
        (("rollback", "steps", 1, "owner"), "6:7-6:14", 3),
        (("rollback", "steps", 2, "owner"), "4:3-4:8", 2),
        (("rollback", "steps", "x"), "4:3-4:8", 2),
        (("list", -1), "7:1-7:5", 1),
        (("list", 1), "7:11-7:12", 2),
        (("missing", "x"), "1:1-1:15", 0),
        (("name", 0), "1:1-1:5", 1),
        ((), "1:1-7:13", 0),
    ],
)
def test_the_nearest_place(path: Path, span: str, length: int) -> None:
    found = read(PLAN).documents[0].positions.nearest(path)
    assert (at(found[0]), found[1]) == (span, length)


def test_a_part_as_a_document_of_its_own() -> None:
    document = read(PLAN).documents[0]
    part = document.below(("rollback", "steps", 1))
    assert part is not None
    assert part.data == {"id": "two"}
    assert at(part.positions.value(("id",))) == "6:11-6:14"
    assert at(part.positions.nearest(("owner",))[0]) == "6:7-6:14"
    assert part.positions.key(()) is None
    assert document.below(()) is not None
    assert document.below(("rollback", "owner")) is None
    assert document.below(("nope",)) is None


def test_an_excerpt_shows_the_line_before_too() -> None:
    reading = read(PLAN)
    assert reading.excerpt(Span(3, 3, 3, 8)) == Excerpt(2, ("rollback:", "  owner:"))
    assert reading.excerpt(Span(1, 1, 1, 5)) == Excerpt(1, ("name: Checkout",))


def test_an_excerpt_is_bounded() -> None:
    reading = read("[\n" + "1,\n" * 50 + "'" + "x" * 5000 + "'\n]")
    excerpt = reading.excerpt(Span(1, 1, 53, 2))
    assert (excerpt.first_line, len(excerpt.lines)) == (1, 6)
    (before, cut) = reading.excerpt(Span(52, 1, 52, 5003)).lines
    assert (before, len(cut), cut[-1]) == ("1,", 1001, "…")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_an_excerpt_have_no_ends(end: str) -> None:
    assert read(f"a: 1{end}b: 2{end}").excerpt(Span(2, 1, 2, 2)).lines == ("a: 1", "b: 2")


def test_a_source_knows_lines_and_columns() -> None:
    source = Source("ab\r\ncd\re\n")
    assert [at(source.span(n, n))[:3] for n in range(10)] == [
        "1:1", "1:2", "1:3", "1:4", "2:1", "2:2", "2:3", "3:1", "3:2", "4:1",
    ]  # fmt: skip
    assert at(source.line_span(5, 9)) == "2:2-2:3"


def test_real_proposals_are_read(proposals: Folder) -> None:
    files = sorted(proposals.glob("keps/**/kep.yaml"))
    assert len(files) == 656
    faulty = {}
    for file in files:
        reading = read(file.read_bytes())
        check_reading(reading)
        if reading.faults:
            faulty[file.parent.name] = [fault.code for fault in reading.faults]
    assert faulty == {
        "5304-dra-attributes-downward-api": ["null-item"],
        "5547-integrate-workload-with-job": ["null-item"],
        "5832-decouple-podgroup-api": ["null-item"],
    }


def test_dates_that_are_none_are_still_texts() -> None:
    assert data("a: 2023-14-05\nb: '2025-30-01'\nc: yyyy-mm-dd") == {
        "a": "2023-14-05", "b": "2025-30-01", "c": "yyyy-mm-dd",
    }  # fmt: skip


def test_a_text_that_was_not_decoded_has_nothing_to_show() -> None:
    reading = read(b"a: 1\n\n\xff")
    (fault,) = reading.faults
    assert fault.span == Span(3, 1, 3, 2)
    assert reading.excerpt(fault.span) == Excerpt(3, ())


class Watched(list[int]):
    """Offsets that are looked up, and never searched."""

    def __contains__(self, _: object) -> bool:
        raise AssertionError("all of the offsets were searched")

    __iter__ = None  # type: ignore[assignment]


def test_one_record_of_many_does_not_look_at_the_others() -> None:
    """Or the work would grow with the square of the records."""
    (document,) = read("[{a: null, b: {c: null}}, {a: 1}]").documents
    places = document.positions.places
    watched = Positions(document.positions.source, Places(Watched(places.offsets), places.children))
    found = [part.nulls() for index in (0, 1) if (part := watched.below((index,)))]
    assert found == [[("a",), ("b", "c")], []]

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_checks import at, check_reading, read, walk

from checker.documents.toml import _plain

KEYS = st.sampled_from(["a", "b", "c-d", "1", '"q u"', "'l.t'", '"\\u00e9"', "x.y", "x.'z'.w", '""'])
SCALARS = st.sampled_from(
    [
        "1",
        "-0",
        "1_000",
        "0xFF_ff",
        "0o17",
        "0b1_1",
        "1.5",
        "1e3",
        "-inf",
        "nan",
        "true",
        "false",
        '"text"',
        '"e \\" \\\\ \\u00e9 # ] }"',
        "'l # , ]'",
        '"""\nmulti "" quotes""""',
        "'''two\n'' lines''''",
        '"""x \\\n  y"""',
        "1979-05-27",
        "07:32:00.5",
        "1979-05-27T07:32:00Z",
        "1979-05-27 07:32:00-07:00",
        '""',
        "''",
        '""""""',
    ]
)
BLANKS = st.sampled_from(["", " ", "\n", " # c ] }\n", "\r\n\t"])
SPACES = st.sampled_from(["", " ", "\t "])


@st.composite
def lists(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(inner, max_size=3))
    comma = draw(st.sampled_from(["", ","])) if items else ""
    return (
        "[" + ",".join(f"{draw(BLANKS)}{item}{draw(BLANKS)}" for item in items) + comma + draw(BLANKS) + "]"
    )


@st.composite
def tables(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    entries = draw(st.dictionaries(KEYS, inner, max_size=3))
    space = draw(SPACES)
    return (
        "{" + ",".join(f"{space}{key}{space}={space}{value}{space}" for key, value in entries.items()) + "}"
    )


VALUES = st.recursive(SCALARS, lambda inner: lists(inner) | tables(inner), max_leaves=6)
HEADERS = st.sampled_from(
    ["[t]", "[t.u]", '[ "t" . v ]', "[[l]]", "[l.m]", "[[l.n]]", "[[l.n.o]]", "[w.x.y]", "[w]", "[[t.r]] # c"]
)
STATEMENTS = st.one_of(
    st.tuples(KEYS, SPACES, VALUES, st.sampled_from(["", " # comment"])).map(
        lambda parts: f"{parts[0]}{parts[1]}={parts[1]}{parts[2]}{parts[3]}"
    ),
    HEADERS,
    st.sampled_from(["", "# comment", "  "]),
)


def valid(statements: list[str]) -> str:
    """The statements, each left out that would break the text."""
    text = ""
    for statement in statements:
        longer = text + statement + "\n"
        try:
            tomllib.loads(longer)
        except tomllib.TOMLDecodeError:
            continue
        text = longer
    return text


@given(st.lists(STATEMENTS, max_size=14).map(valid))
def test_every_value_of_the_standard_library_has_its_place(text: str) -> None:
    reading = read(text, "toml")
    expected = _plain(tomllib.loads(text))
    if not expected:
        assert [fault.code for fault in reading.faults] == ["empty"]
        return
    assert reading.faults == ()
    (document,) = reading.documents
    assert repr(document.data) == repr(expected)
    check_reading(reading)
    for path, value in walk(document.data):
        written = document.positions.written(path)
        assert written is not None
        if not isinstance(value, (dict, list)) or written.startswith(("{", "[1", "['", '["')):
            found: Any = _plain(tomllib.loads(f"key = {written}"))["key"]
            assert repr(found) == repr(value)


TEXT = """\
title = "x"

[owner]
name = 'Ada Example'

[[steps]]
id.short = "one"
[[steps]]
list = [
  1, # first
  { a = 2020-01-01 },
]
"""


def test_places() -> None:
    positions = read(TEXT, "toml").documents[0].positions
    places = {
        ("title",): "1:9-1:12",
        ("owner",): "3:1-4:21",
        ("owner", "name"): "4:8-4:21",
        ("steps",): "6:1-12:2",
        ("steps", 0): "6:1-7:17",
        ("steps", 0, "id", "short"): "7:12-7:17",
        ("steps", 1, "list"): "9:8-12:2",
        ("steps", 1, "list", 1, "a"): "11:9-11:19",
    }
    assert {path: at(positions.value(path)) for path in places} == places
    assert at(positions.key(("owner",))) == "3:2-3:7"
    assert at(positions.key(("steps", 0, "id"))) == "7:1-7:3"
    assert at(positions.nearest(("steps", 0, "owner"))[0]) == "6:1-6:10"


FAULTS = [
    ("a = 1\nb = 2\na = 3", "duplicate-key", "3:1-3:2", "line 1, column 1 and line 3, column 1"),
    ("[a]\n[a]", "duplicate-key", "2:3-2:4", "already defined"),
    ("a = 1\n[a]", "duplicate-key", "2:3-2:4", "already defined"),
    ("a", "toml-syntax", "1:2-1:2", "equals sign"),
    ("a = nope", "toml-syntax", "1:5-1:6", "not a value"),
    ("a = [1", "toml-syntax", "1:7-1:7", "never closed"),
    ("a = {b = 1", "toml-syntax", "1:11-1:11", "never closed"),
    ('a = "x', "toml-syntax", "1:7-1:7", "never closed"),
    ('a = "\\q"', "toml-syntax", "1:8-1:9", "no such escape"),
    ("a = 1 b = 2", "toml-syntax", "1:7-1:8", "after the end of a value"),
    ("a = 99999999999999999999", "number-too-large", "1:5-1:25", "64 bits"),
    ("a = [0xffffffffffffffffff]", "number-too-large", "1:6-1:26", "64 bits"),
    ("a = " + "9" * 5000, "number-too-large", "1:5-1:5005", "64 bits"),
    ('a = "\\u0000"', "unusable-character", "1:5-1:13", "no text can have"),
    ("# only a comment", "empty", None, "nothing"),
]


@pytest.mark.parametrize(("text", "code", "span", "words"), FAULTS)
def test_faults(text: str, code: str, span: str | None, words: str) -> None:
    (fault,) = read(text, "toml").faults
    assert (fault.code, fault.span and at(fault.span)) == (code, span)
    assert words in fault.message


def test_this_project_is_read() -> None:
    reading = read((Path(__file__).parents[2] / "pyproject.toml").read_bytes(), "toml")
    assert reading.faults == ()
    assert reading.documents[0].data["project"]["name"] == "gonogo"
    check_reading(reading)

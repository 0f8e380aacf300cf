from __future__ import annotations

import math
from typing import Any

import pytest
from reading_checks import at, codes, cut, data, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("false", False),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("012", 12),
        ("0o17", 15),
        ("0xff", 255),
        ("0XFF", "0XFF"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5e-3", -0.0005),
        ("1e3", 1000.0),
        ("1e", "1e"),
        (".", "."),
        ("+", "+"),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        (".Nan", ".Nan"),
        ("inf", "inf"),
        ("2026-01-02", "2026-01-02"),
        ("2023-14-05", "2023-14-05"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("1.2.3", "1.2.3"),
        ("v1.20", "v1.20"),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("0" * 5000 + "1", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
        ("a\n  b", "a b"),
        ("!!str 12", "12"),
        ("!!str", ""),
        ("!!int '12'", 12),
        ("!!float 1", 1.0),
        ("!!map {a: 1}", {"a": 1}),
        ("!!seq [1]", [1]),
        ("!<tag:yaml.org,2002:str> 1", "1"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: Any) -> None:
    if value is None:
        assert codes(f"key: {text}") == ["number-too-large"]
    else:
        found = data(f"key: {text}")["key"]
        assert found == value
        assert type(found) is type(value)


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(data("key: .nan")["key"])


@pytest.mark.parametrize("null", ["", "~", "null", "Null", "NULL", "!!null", "!!null ''", "# a comment"])
def test_a_null_is_absent_but_its_key_has_a_place(null: str) -> None:
    reading = read(f"a: 1\nowner: {null}\nb: 2\n")
    (document,) = reading.documents
    assert document.data == {"a": 1, "b": 2}
    assert document.positions.value(("owner",)) is None
    assert document.positions.written(("owner",)) is None
    assert at(document.positions.key(("owner",))) == "2:1-2:6"
    assert at(document.positions.nearest(("owner",))[0]) == "2:1-2:6"
    assert document.positions.nearest(("owner", "name"))[1] == 1


def test_keys_are_the_text_that_was_written() -> None:
    assert data("1: a\nyes: b\n1.20: c\nnull: d\n'': e\n~: f\n? long\n: g") == {
        "1": "a", "yes": "b", "1.20": "c", "null": "d", "": "e", "~": "f", "long": "g",
    }  # fmt: skip


def test_every_key_and_value_has_a_place() -> None:
    reading = read(
        "title: Checkout\nsteps:\n  - id: one\n    owner: Ada   # comment\n  - {id: 'two', tags: [a, b]}\n"
    )
    positions = reading.documents[0].positions
    places = {
        (): "1:1-5:30",
        ("title",): "1:8-1:16",
        ("steps",): "3:3-5:30",
        ("steps", 0): "3:5-4:15",
        ("steps", 0, "owner"): "4:12-4:15",
        ("steps", 1): "5:5-5:30",
        ("steps", 1, "id"): "5:10-5:15",
        ("steps", 1, "tags"): "5:23-5:29",
        ("steps", 1, "tags", 1): "5:27-5:28",
    }
    assert {path: at(positions.value(path)) for path in places} == places
    assert at(positions.key(("steps",))) == "2:1-2:6"
    assert at(positions.key(("steps", 1, "tags"))) == "5:17-5:21"
    assert positions.key(("steps", 1)) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("key: |\n  a\n  b\n\n# comment\nnext: 1", "|\n  a\n  b"),
        ("key: plain text   # comment\n", "plain text"),
        ("key: two\n  lines\nnext: 1", "two\n  lines"),
        ("key: &anchor 1.20\n", "1.20"),
        ("key: !!str &anchor 1.20\n", "1.20"),
        ("key: !!str # why\n  text\n", "text"),
        ("key: 'it''s'\n", "'it''s'"),
        ("key:\n- a\n- b\n\nnext: 1", "- a\n- b"),
    ],
)
def test_a_value_is_cut_out_of_its_text_exactly(text: str, written: str) -> None:
    reading = read(text)
    positions = reading.documents[0].positions
    assert positions.written(("key",)) == written
    span = positions.value(("key",))
    assert span is not None
    assert cut(reading.text, span) == written


def test_columns_count_characters() -> None:
    assert at(read("ключ: [é, 𝄞, b]").documents[0].positions.value(("ключ", 2))) == "1:14-1:15"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_count(end: str) -> None:
    positions = read(f"a: 1{end}b:{end}  - x{end}c: 2{end}").documents[0].positions
    assert at(positions.value(("b", 0))) == "3:5-3:6"
    assert at(positions.value(("c",))) == "4:4-4:5"


def test_several_documents_have_positions_of_their_own() -> None:
    first, second = read("---\na: 1\n---\n# nothing\n---\na: 2\n...\n").documents
    assert (first.data, second.data) == ({"a": 1}, {"a": 2})
    assert at(first.positions.value(("a",))) == "2:4-2:5"
    assert at(second.positions.value(("a",))) == "6:4-6:5"


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "null", "---\n---\n"])
def test_a_file_that_holds_nothing_is_a_fault(text: str) -> None:
    assert codes(text) == ["empty"]


def test_aliases_stand_for_their_anchors() -> None:
    reading = read("base: &base\n  retries: 3\n  owner:\nteam: *base\nlist: [*base, &x y, *x]\n")
    (document,) = reading.documents
    assert document.data["team"] == {"retries": 3}
    assert document.data["list"] == [{"retries": 3}, "y", "y"]
    assert at(document.positions.value(("team",))) == "4:7-4:12"
    assert at(document.positions.value(("team", "retries"))) == "2:12-2:13"
    assert at(document.positions.key(("team", "owner"))) == "3:3-3:8"


@pytest.mark.parametrize(
    ("text", "merged"),
    [
        ("<<: *a\nk: 3", {"i": 1, "k": 3, "l": [1]}),
        ("k: 3\n<<: *a", {"i": 1, "k": 3, "l": [1]}),
        ("k:\n<<: *a", {"i": 1, "l": [1]}),
        ("<<: [*a, *b]", {"i": 1, "k": 2, "l": [1], "m": 5}),
        ("<<: [*b, *a]", {"i": 4, "k": 2, "l": [1], "m": 5}),
        ("<<: {m: 6}\nk: 3", {"m": 6, "k": 3}),
        ("'<<': *b", {"<<": {"i": 4, "m": 5}}),
    ],
)
def test_merge_keys_fill_in_what_is_not_written(text: str, merged: dict[str, Any]) -> None:
    block = "".join(f"  {line}\n" for line in text.split("\n"))
    found = data(f"a: &a {{i: 1, k: 2, l: [1]}}\nb: &b {{i: 4, m: 5}}\nc:\n{block}")
    assert found["c"] == merged


def test_what_is_merged_stands_where_it_is_written() -> None:
    positions = read("a: &a\n  i: 1\nc:\n  <<: *a\n").documents[0].positions
    assert at(positions.value(("c", "i"))) == "2:6-2:7"
    assert at(positions.key(("c", "i"))) == "2:3-2:4"


FAULTS = [
    (
        "a: 1\nb: 2\na: 3\n",
        "duplicate-key",
        "3:1-3:2",
        "line 1, column 1 and line 3, column 1",
        "one of the two",
    ),
    ("x:\n  a:\n  a:\n", "duplicate-key", "3:3-3:4", "The key `a` stands twice", ""),
    ("- a\n-\n- b\n", "null-item", "2:2-2:2", "An item of this list is empty", ""),
    ("[a, ~]", "null-item", "1:5-1:6", "empty", ""),
    ("a: [*a]", "unknown-alias", "1:5-1:7", "`*a` refers to an anchor that is not defined", "quotes"),
    ("a: &a\n  b: [*a]\n", "cyclic-alias", "2:7-2:9", "would never end", ""),
    ("a: !subject.x\n", "unknown-tag", "1:4-1:14", "YAML reads `!subject.x` as a tag", "quotes"),
    ("a: ! subject.x\n", "unknown-tag", "1:4-1:5", "YAML reads `!` as a tag", "quotes"),
    ("a: !!python/object:os.system x", "unknown-tag", "1:4-1:29", "as a tag", ""),
    ("!x a: 1", "unknown-tag", "1:1-1:3", "as a tag", ""),
    ("a: !!int x", "wrong-tag", "1:10-1:11", "not what its tag says", ""),
    ("a: !!map [1]", "wrong-tag", "1:10-1:13", "not what its tag says", ""),
    ("a: {{ name }}\n", "complex-key", "1:5-1:6", "key of a mapping must be a text", "quotes"),
    ("? [a]\n: b\n", "complex-key", "1:3-1:4", "must be a text", ""),
    ("<<: 1\n", "merge-key", "1:1-1:3", "needs a mapping", ""),
    ("<<: [1]\n", "merge-key", "1:1-1:3", "needs a mapping", ""),
    ("?\n: 1\n", "empty-key", "1:2-1:2", "no key before this colon", ""),
    ("a: 99999999999999999999\n", "number-too-large", "1:4-1:24", "does not fit into 64 bits", "quotes"),
    ("a: 1e999\n", "number-too-large", "1:4-1:9", "does not fit", ""),
    ('a: "x\\0y"\n', "unusable-character", "1:4-1:10", "no text can have", ""),
    ('"x\\x00": 1\n', "unusable-character", "1:1-1:8", "no text can have", ""),
    ("a: x\x85b: y", "line-separator", "1:5-1:6", "U+0085", ""),
    ("a: x\u2028b", "line-separator", "1:5-1:6", "U+2028", "ordinary line break"),
    ("a: x\x07", "control-character", "1:5-1:6", "U+0007", ""),
    ("a:\n\tb: 1\n", "tab", "2:1-2:2", "tab is used for indentation", "spaces"),
    ("a: 1\n\tb: 1\n", "tab", "2:1-2:2", "tab is used for indentation", "spaces"),
    ("a: @b", "yaml-syntax", "1:4-1:5", "cannot begin with this character", "quotes"),
    ("a: `b`", "yaml-syntax", "1:4-1:5", "cannot begin with this character", "quotes"),
    ("a: %b", "yaml-syntax", "1:4-1:5", "cannot begin with this character", "quotes"),
    ("a: b: c\n", "yaml-syntax", "1:5-1:6", "second colon", "quotes"),
    ("a:\n  b: 1\n c: 2\n", "yaml-syntax", "3:2-3:3", "A key is expected here", "indentation"),
    ("a: 'x' y\n", "yaml-syntax", "1:8-1:9", "A key is expected here", "quote"),
    ("- a\nb: 1\n", "yaml-syntax", "2:1-2:2", "Another list item is expected", ""),
    ("a: b\n- c\n", "yaml-syntax", "2:1-2:2", "A key is expected here", ""),
    ("a: - b\n", "yaml-syntax", "1:4-1:5", "A list item cannot begin here", ""),
    ('a: "x\nb: 1\n', "yaml-syntax", "1:4-1:5", "This quote is never closed", "Close it"),
    ("a: 'x\nb: 1\n---\n", "yaml-syntax", "1:4-1:5", "never closed", ""),
    ("a: [1, 2\nb: 1\n", "yaml-syntax", "1:4-1:5", "This list is not closed", "`]`"),
    ("a: {b: 1\nc: 1\n", "yaml-syntax", "1:4-1:5", "This mapping is not closed", "`}`"),
    ('a: "\\q"\n', "yaml-syntax", "1:5-1:6", "no such escape", "backslash"),
    ('a: "\\ud800"\n', "yaml-syntax", "1:7-1:8", "does not stand for a character", ""),
    ("a: &\n", "yaml-syntax", "1:4-1:5", "begins with & or *", "quotes"),
    ("a: * b\n", "yaml-syntax", "1:4-1:5", "begins with & or *", "quotes"),
    ("a: !filled(x) && true\n", "yaml-syntax", "1:15-1:16", "begins with !", "quotes"),
    ("a: !h!x 1\n", "yaml-syntax", "1:4-1:5", "begins with !", "quotes"),
    ("a: |x\n  b\n", "yaml-syntax", "1:5-1:6", "What follows | or >", ""),
    ("a: 1\n]", "yaml-syntax", "2:1-2:2", "", ""),
    ("%FOO\n---\na", "yaml-syntax", "1:1-1:2", "", ""),
    ("key\nb: 1\n", "yaml-syntax", "2:2-2:3", "line above", "colon"),
    ("a: 1\n  b: 2\n", "yaml-syntax", "2:4-2:5", "line above", "indentation"),
    ("a: 1\nkey\nb: 1\n", "yaml-syntax", "2:1-2:2", "no colon", "`key: value`"),
]


@pytest.mark.parametrize(("text", "code", "span", "message", "hint"), FAULTS)
def test_faults_have_a_code_a_place_and_words_for_people(
    text: str, code: str, span: str, message: str, hint: str
) -> None:
    (fault,) = read(text).faults
    assert (fault.code, at(fault.span)) == (code, span)
    assert message in fault.message
    assert fault.message.endswith(".")
    assert hint in fault.hint


def test_faults_are_collected() -> None:
    assert codes("a: 1\na: 2\nb: [~]\nc: !x y\nd: 99999999999999999999") == [
        "duplicate-key", "null-item", "unknown-tag", "number-too-large",
    ]  # fmt: skip


def test_broken_syntax_leaves_no_documents() -> None:
    assert read("a: 1\n---\nb: [").documents == ()


def test_faults_have_an_end() -> None:
    assert len(codes("[" + "~," * 10_000 + "]")) == 100

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_checks import at, check_reading, codes, data, read, walk

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


def has_null_item(value: Any) -> bool:
    return any(isinstance(each, list) and None in each for _, each in walk(value))


@given(VALUES, st.sampled_from([None, 0, 1, 2]), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_data_is_that_of_the_standard_library(value: Any, indent: int | None, ascii: bool, end: str) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii).replace("\n", end)
    reading = read(text, "json")
    check_reading(reading)
    if value is None:
        assert [fault.code for fault in reading.faults] == ["empty"]
        return
    assert {fault.code for fault in reading.faults} == ({"null-item"} if has_null_item(value) else set())
    (document,) = reading.documents
    assert document.data == without_nulls(json.loads(text))
    for path, item in walk(document.data):
        written = document.positions.written(path)
        assert written is not None
        assert without_nulls(json.loads(written)) == item


@given(
    st.lists(
        VALUES.filter(lambda value: value is not None and not has_null_item(value)), min_size=1, max_size=5
    )
)
def test_ndjson_is_a_list_of_what_json_reads(values: list[Any]) -> None:
    text = "\n\n".join(json.dumps(value) for value in values) + "\n"
    reading = read(text, "ndjson")
    check_reading(reading)
    (document,) = reading.documents
    assert document.data == without_nulls(values)
    for path, item in walk(document.data):
        if path:
            assert without_nulls(json.loads(document.positions.written(path) or "")) == item


def test_places() -> None:
    positions = read('{\n  "a": [1, {"b\\n": "x"}],\n  "c": null\n}', "json").documents[0].positions
    assert at(positions.value(())) == "1:1-4:2"
    assert at(positions.value(("a", 1, "b\n"))) == "2:20-2:23"
    assert at(positions.key(("a", 1, "b\n"))) == "2:13-2:18"
    assert positions.value(("c",)) is None
    assert at(positions.nearest(("c",))[0]) == "3:3-3:6"


def test_places_of_ndjson() -> None:
    reading = read('{"a": 1}\n\n  {"a": 2}\r\n', "ndjson")
    positions = reading.documents[0].positions
    assert at(positions.value((1,))) == "3:3-3:11"
    assert at(positions.value((1, "a"))) == "3:9-3:10"


FAULTS = [
    ('{"a": 1, "a": 2}', "duplicate-key", "1:10-1:13", "line 1, column 2 and line 1, column 10"),
    ("[1, null]", "null-item", "1:5-1:9", "empty"),
    ("[NaN]", "not-a-number", "1:2-1:5", "JSON has no NaN"),
    ('{"a": -Infinity}', "not-a-number", "1:7-1:16", "-Infinity"),
    ("[99999999999999999999]", "number-too-large", "1:2-1:22", "64 bits"),
    ("[" + "9" * 5000 + "]", "number-too-large", "1:2-1:5002", "64 bits"),
    ("1e999", "number-too-large", "1:1-1:6", "64 bits"),
    ('{"a": "\\ud800"}', "unusable-character", "1:7-1:15", "no text can have"),
    ('{"\\u0000": 1}', "unusable-character", "1:2-1:10", "no text can have"),
    ("[1,\n 2,]", "json-syntax", None, ""),
    ('{"a": 1,}', "json-syntax", None, ""),
    ("{a: 1}", "json-syntax", "1:2-1:3", "key in double quotes"),
    ("{'a': 1}", "json-syntax", "1:2-1:3", "key in double quotes"),
    ('{"a" 1}', "json-syntax", "1:6-1:7", "colon is expected"),
    ('{"a": 1 "b": 2}', "json-syntax", "1:9-1:10", "comma or a closing bracket"),
    ("[1 2]", "json-syntax", "1:4-1:5", "comma or a closing bracket"),
    ("[1] [2]", "json-syntax", "1:5-1:6", "after the end"),
    ('["a', "json-syntax", "1:2-1:3", "never closed"),
    ('["a\nb"]', "json-syntax", "1:4-1:4", "control character"),
    ('["\\q"]', "json-syntax", "1:3-1:4", "no such escape"),
    ('["\\u12"]', "json-syntax", "1:4-1:5", "four hexadecimal digits"),
    ("[01]", "json-syntax", "1:3-1:4", "comma or a closing bracket"),
    ("nul", "json-syntax", "1:1-1:2", "value is expected"),
    ("// x\n1", "json-syntax", "1:1-1:2", "value is expected"),
]


@pytest.mark.parametrize(("text", "code", "span", "words"), FAULTS)
def test_faults(text: str, code: str, span: str | None, words: str) -> None:
    (fault,) = read(text, "json").faults
    assert fault.code == code
    assert fault.span is not None
    assert span is None or at(fault.span) == span
    assert words in fault.message


def test_faults_are_collected_with_the_broken_syntax_behind_them() -> None:
    assert codes('{"a": 1, "a": NaN, "b": [null]}', "json") == ["not-a-number", "duplicate-key", "null-item"]
    assert codes('{"a": 1, "a": 2} x', "json") == ["duplicate-key", "json-syntax"]


def test_faults_of_each_line() -> None:
    reading = read('{"a": 1}\n{b}\n[1,]\n', "ndjson")
    assert [fault.span and fault.span.line for fault in reading.faults] == [2, 3]
    assert codes('{"a": 1, "a": 2}\nnull\n[NaN]', "ndjson") == ["duplicate-key", "null-item", "not-a-number"]


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert data('"\\ud834\\udd1e"', "json") == "𝄞"
    assert data("[0.1, 1E400e]".replace("E400e", "e5"), "json") == [0.1, 1e5]
    assert math.isfinite(data("1e308", "json"))

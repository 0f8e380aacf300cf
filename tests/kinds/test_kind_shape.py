"""Documents brought into the shape of their kind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kinds.making import document, kind

WRITTEN = {"type": "string", "x-as-written": True}
CASES: list[tuple[str, Any, str, Any]] = [
    # title, schema of the field `x`, YAML, value
    ("a version", WRITTEN, "x: 1.20", "1.20"),
    ("a number with zeros", WRITTEN, "x: 007", "007"),
    ("a truth", WRITTEN, "x: True", "True"),
    ("a text", WRITTEN, "x: v1.20", "v1.20"),
    ("a quoted text", WRITTEN, 'x: "1.20"', "1.20"),
    ("what is no scalar stays", WRITTEN, "x: [1.20]", [1.2]),
    ("items as written", {"type": "array", "items": WRITTEN}, "x: [1.20, v1, 1]", ["1.20", "v1", "1"]),
    ("values as written", {"type": "object", "additionalProperties": WRITTEN}, "x: {a: 1.0}", {"a": "1.0"}),
    (
        "deep inside",
        {"properties": {"y": {"items": {"properties": {"z": WRITTEN}}}}},
        "x: {y: [{z: 0x1F}]}",
        {"y": [{"z": "0x1F"}]},
    ),
    ("a number", {"type": "number"}, "x: 3", 3.0),
    ("a number with a point", {"type": "number"}, "x: 3.5", 3.5),
    ("a number or a text", {"type": ["number", "string"]}, "x: 3", 3.0),
    ("a truth is no number", {"type": "number"}, "x: true", True),
    ("a whole number", {"type": "integer"}, "x: 3", 3),
    ("a whole number with a point", {"type": "integer"}, "x: 3.0", 3),
    ("not a whole number", {"type": "integer"}, "x: 3.5", 3.5),
    ("the numbers of a list", {"type": "array", "items": {"type": "number"}}, "x: [1, 2.5]", [1.0, 2.5]),
    ("through a reference", {"$ref": "#/$defs/share"}, "x: 50", 50.0),
    (
        "through a form",
        {"oneOf": [{"properties": {"y": {"type": "number"}}}, {"type": "string"}]},
        "x: {y: 1}",
        {"y": 1.0},
    ),
    ("nothing known", {}, "x: 3", 3),
]


@pytest.mark.parametrize(
    ("schema", "text", "value"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_value(schema: Any, text: str, value: Any) -> None:
    thing = kind({"x": schema}, **{"$defs": {"share": {"type": "number"}}})
    shaped = thing.shape(document(text)).data["x"]
    assert (shaped, _types(shaped)) == (value, _types(value))


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _types(below) for name, below in value.items()}
    return [_types(item) for item in value] if isinstance(value, list) else type(value)


def test_what_is_in_shape_is_the_same_object() -> None:
    thing = kind(
        {"version": WRITTEN, "share": {"type": "number"}, "tags": {"type": "array", "items": WRITTEN}}
    )
    found = document("{version: v1.20, share: 2.5, tags: [a]}")
    assert thing.shape(found) is found
    assert kind({"a": {"type": "string"}}).shape(found) is found


def test_only_what_changes_is_copied() -> None:
    thing = kind({"share": {"type": "number"}, "steps": {"type": "array"}})
    found = document("{share: 1, steps: [a]}")
    shaped = thing.shape(found)
    assert found.data == {"share": 1, "steps": ["a"]}
    assert shaped.data["steps"] is found.data["steps"]
    assert shaped.positions.value(("share",)) == found.positions.value(("share",))


def test_an_alias_is_shaped_where_it_stands() -> None:
    thing = kind({"a": {"type": "object"}, "b": {"type": "object", "properties": {"n": {"type": "number"}}}})
    shaped = thing.shape(document("a: &a {n: 1}\nb: *a\n")).data
    assert (type(shaped["a"]["n"]), type(shaped["b"]["n"])) == (int, float)


def test_what_is_no_mapping_is_left_to_validation() -> None:
    found = document("- 1")
    assert kind({"x": {"type": "number"}}).shape(found) is found


def test_cells_of_a_table_become_what_the_schema_says() -> None:
    columns = {"n": "number", "i": "integer", "b": "boolean", "t": "string"}
    thing = kind({name: {"type": held} for name, held in columns.items()})
    rows = document("n,i,b,t\n5,3,true,7\n1.5,x,yes,-\n", "csv")
    shaped = [thing.shape(below).data for below in (rows.below((0,)), rows.below((1,))) if below]
    assert shaped == [{"n": 5.0, "i": 3, "b": True, "t": "7"}, {"n": 1.5, "i": "x", "b": "yes", "t": "-"}]
    assert _types(shaped[0]) == {"n": float, "i": int, "b": bool, "t": str}


def test_a_text_in_quotes_stays_text() -> None:
    schema = {"n": {"type": "number"}, "b": {"type": "boolean"}}
    assert kind(schema).shape(document('{n: "5", b: "true"}')).data == {"n": "5", "b": "true"}

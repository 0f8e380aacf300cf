"""What a schema makes of `subject` in an expression."""

from __future__ import annotations

from typing import Any

import pytest

from checker.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    STRING,
    EnumType,
    ListType,
    MapType,
    ObjectType,
    Type,
)
from checker.kinds import shipped_kind
from tests.kinds.making import kind

TEXT = {"type": "string"}
CASES: list[tuple[str, Any, str]] = [
    ("text", TEXT, "string"),
    ("text that may be null", {"type": ["string", "null"]}, "string"),
    ("day", {"type": "string", "format": "date"}, "string"),
    ("closed set", {"type": "string", "enum": ["a", "b"]}, "string(a | b)"),
    ("closed set without a type", {"enum": ["a", "b"]}, "string(a | b)"),
    ("constant", {"const": "a"}, "string(a)"),
    ("whole numbers in a set", {"enum": [1, 2]}, "int"),
    ("set of several types", {"enum": [True, "yes"]}, "dyn"),
    ("whole number", {"type": "integer"}, "int"),
    ("number", {"type": "number"}, "double"),
    ("number, both ways", {"type": ["integer", "number"]}, "double"),
    ("truth", {"type": "boolean"}, "bool"),
    ("text or number", {"type": ["string", "number"]}, "dyn"),
    ("nothing known", {}, "dyn"),
    ("not allowed", False, "dyn"),
    ("list", {"type": "array", "items": TEXT}, "list(string)"),
    ("list of anything", {"type": "array"}, "list(dyn)"),
    ("list without a type", {"items": TEXT}, "list(string)"),
    ("list by position", {"prefixItems": [TEXT, TEXT], "type": "array"}, "list(string)"),
    (
        "list by position and the rest",
        {"prefixItems": [TEXT], "items": {"type": "integer"}, "type": "array"},
        "list(dyn)",
    ),
    ("map", {"type": "object", "additionalProperties": TEXT}, "map(string, string)"),
    (
        "map by pattern",
        {"type": "object", "patternProperties": {"^x": TEXT}, "additionalProperties": False},
        "map(string, string)",
    ),
    ("map of anything", {"type": "object"}, "map(string, dyn)"),
    ("all of", {"allOf": [{"type": ["string", "integer"]}, {"type": "string"}]}, "string"),
    ("all of, a number that is whole", {"allOf": [{"type": "number"}, {"type": "integer"}]}, "int"),
    ("all of, sets", {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, "string(b)"),
    ("any of", {"anyOf": [TEXT, {"type": "integer"}]}, "dyn"),
    ("any of, alike", {"anyOf": [TEXT, {"type": "string", "minLength": 3}]}, "string"),
    ("one of, sets", {"oneOf": [{"enum": ["a"]}, {"enum": ["b"]}]}, "string(a | b)"),
    ("any of, narrowed", {"type": "string", "anyOf": [{"minLength": 1}, {"pattern": "a"}]}, "string"),
    ("reference", {"$ref": "#/$defs/day"}, "string"),
    ("reference with more beside it", {"$ref": "#/$defs/day", "enum": ["2026-01-01"]}, "string(2026-01-01)"),
    ("reference to a reference", {"$ref": "#/$defs/again"}, "string"),
]
DEFS = {"day": {"type": "string", "format": "date"}, "again": {"$ref": "#/$defs/day"}}


def type_of(schema: Any) -> Type:
    return kind({"x": schema}, **{"$defs": DEFS}).type.fields["x"]


@pytest.mark.parametrize(
    ("schema", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_type(schema: dict[str, Any], expected: str) -> None:
    assert type_of(schema).name == expected


def test_whether_a_list_may_be_empty() -> None:
    for more, may_be_empty in (({}, True), ({"minItems": 0}, True), ({"minItems": 1}, False)):
        found = type_of({"type": "array", **more})
        assert isinstance(found, ListType)
        assert found.may_be_empty is may_be_empty


def test_fields_of_a_mapping() -> None:
    closed = {"type": "object", "additionalProperties": False, "properties": {"owner": TEXT}}
    found = type_of(closed)
    assert isinstance(found, ObjectType)
    assert (found.name, dict(found.fields), found.open) == ("thing.x", {"owner": STRING}, False)
    for more in (
        {"additionalProperties": True},
        {"additionalProperties": TEXT},
        {"patternProperties": {"^a": TEXT}},
    ):
        found = type_of(closed | more)
        assert isinstance(found, ObjectType)
        assert found.open


def test_a_kind_says_whether_it_is_open() -> None:
    assert not kind({}).open
    assert kind({}, additionalProperties=True).open
    assert kind({}, additionalProperties=True, unevaluatedProperties=False, allOf=[{}]).open is not False


FORMS = {
    "oneOf": [
        {"type": "object", "additionalProperties": False, "required": ["flag"], "properties": {"flag": TEXT}},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {"share": {"type": "number"}, "flag": TEXT},
        },
    ]
}


def test_a_field_that_one_form_knows_is_known() -> None:
    found = type_of(FORMS)
    assert isinstance(found, ObjectType)
    assert (dict(found.fields), found.open) == ({"flag": STRING, "share": DOUBLE}, False)


def test_a_condition_adds_fields() -> None:
    schema = {
        "type": "object",
        "properties": {"a": TEXT},
        "if": {"required": ["a"]},
        "then": {"properties": {"b": {"type": "integer"}}},
        "dependentSchemas": {"a": {"properties": {"c": {"type": "boolean"}}}},
    }
    found = type_of(schema)
    assert isinstance(found, ObjectType)
    assert dict(found.fields) == {"a": STRING, "b": INT, "c": BOOL}


def test_a_schema_inside_itself_is_known_once() -> None:
    tree = {
        "type": "object",
        "properties": {"name": TEXT, "parts": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
    }
    found = kind({"x": {"$ref": "#/$defs/tree"}}, **{"$defs": {"tree": tree}}).type.fields["x"]
    assert isinstance(found, ObjectType)
    parts = found.fields["parts"]
    assert isinstance(parts, ListType)
    assert parts.element is DYN


def test_objects_of_a_list_have_names_of_their_own() -> None:
    launch = shipped_kind("launch-plan").type
    rollback = launch.fields["rollback"]
    assert isinstance(rollback, ObjectType)
    steps = rollback.fields["steps"]
    assert isinstance(steps, ListType)
    assert (rollback.name, steps.element.name) == ("launch-plan.rollback", "launch-plan.rollback.steps[]")


def test_a_shipped_kind() -> None:
    types = shipped_kind("launch-plan").type.fields
    assert (types["tier"], types["name"]) == (INT, STRING)
    assert isinstance(types["status"], EnumType)
    assert "rolled-back" in types["status"].values
    digests = shipped_kind("release").type.fields["digests"]
    assert isinstance(digests, MapType)
    assert digests.value is STRING

"""What is said of an artifact that breaks its schema: exact texts, places and order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kinds.making import document, kind, said

TEXT = {"type": "string"}
STEP = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {"id": TEXT, "owner": TEXT},
}
CASES: list[tuple[str, dict[str, Any], str, list[str]]] = [
    # title, schema of the field `x`, YAML, faults
    ("text", TEXT, "x: 1.20", ["1:4 `x` must be text; found 1.2"]),
    ("text, a list", TEXT, "x: [a]", ["1:4 `x` must be text; found a list"]),
    ("list", {"type": "array"}, "x: Ada Example", ["1:4 `x` must be a list; found text"]),
    ("list, a number", {"type": "array"}, "x: 3", ["1:4 `x` must be a list; found 3"]),
    ("mapping", {"type": "object"}, "x: [1]", ["1:4 `x` must be a mapping; found a list"]),
    ("whole number", {"type": "integer"}, "x: 1.5", ["1:4 `x` must be a whole number; found 1.5"]),
    ("number", {"type": "number"}, "x: many", ['1:4 `x` must be a number; found "many"']),
    ("truth", {"type": "boolean"}, "x: yes", ['1:4 `x` must be true or false; found "yes"']),
    ("not finite", {"type": "number"}, "x: .inf", ["1:4 `x` must be a number; found inf"]),
    (
        "two types",
        {"type": ["string", "integer"]},
        "x: {}",
        ["1:4 `x` must be text or a whole number; found a mapping"],
    ),
    ("numbers", {"enum": [1, 2, 3]}, "x: T1", ['1:4 `x` must be 1, 2 or 3; found "T1"']),
    (
        "set and type say one thing",
        {"type": "integer", "enum": [1, 2, 3]},
        "x: T1",
        ['1:4 `x` must be 1, 2 or 3; found "T1"'],
    ),
    ("words", {"enum": ["go", "no-go"]}, "x: og", ['1:4 `x` must be go or no-go; found "og"']),
    (
        "words like other scalars",
        {"enum": [True, "true", "1"]},
        "x: 1",
        ['1:4 `x` must be true, "true" or "1"; found 1'],
    ),
    ("one word", {"const": "ga"}, "x: beta", ['1:4 `x` must be ga; found "beta"']),
    (
        "many words",
        {"enum": [f"a{n}" for n in range(15)]},
        "x: b",
        ['1:4 `x` must be one of a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11 or 3 others; found "b"'],
    ),
    ("empty text", {"type": "string", "minLength": 1}, 'x: ""', ["1:4 `x` must not be empty"]),
    (
        "empty is not also a wrong pattern",
        {"type": "string", "minLength": 1, "pattern": "a"},
        'x: ""',
        ["1:4 `x` must not be empty"],
    ),
    (
        "short text",
        {"type": "string", "minLength": 3},
        "x: a",
        ["1:4 `x` must have at least 3 characters; found 1"],
    ),
    ("long text", {"maxLength": 1}, "x: ab", ["1:4 `x` must have at most 1 character; found 2"]),
    ("empty list", {"minItems": 1}, "x: []", ["1:4 `x` must not be empty"]),
    ("short list", {"minItems": 2}, "x: [a]", ["1:4 `x` must have at least 2 items; found 1"]),
    ("long list", {"maxItems": 1}, "x: [a, b]", ["1:4 `x` must have at most 1 item; found 2"]),
    ("few fields", {"minProperties": 2}, "x: {a: 1}", ["1:4 `x` must have at least 2 fields; found 1"]),
    ("low", {"minimum": 0}, "x: -1", ["1:4 `x` must be at least 0; found -1"]),
    ("high", {"type": "number", "maximum": 100}, "x: 300", ["1:4 `x` must be at most 100; found 300"]),
    ("not above", {"exclusiveMinimum": 0}, "x: 0", ["1:4 `x` must be more than 0; found 0"]),
    ("not below", {"exclusiveMaximum": 1}, "x: 1", ["1:4 `x` must be less than 1; found 1"]),
    ("odd", {"multipleOf": 5}, "x: 7", ["1:4 `x` must be a multiple of 5; found 7"]),
    (
        "day",
        {"type": "string", "format": "date"},
        "x: 2023-14-05",
        ['1:4 `x` must be a day like 2026-01-31; found "2023-14-05"'],
    ),
    (
        "template day",
        {"format": "date"},
        "x: yyyy-mm-dd",
        ['1:4 `x` must be a day like 2026-01-31; found "yyyy-mm-dd"'],
    ),
    (
        "moment",
        {"format": "date-time"},
        "x: 2026-01-01",
        ['1:4 `x` must be a moment like 2026-01-31T09:00:00Z; found "2026-01-01"'],
    ),
    (
        "pattern",
        {"pattern": r"^v\d+\.\d+$"},
        "x: vX",
        [r'1:4 `x` must match the pattern ^v\d+\.\d+$; found "vX"'],
    ),
    ("forbidden", {"not": {"pattern": "^n/a"}}, "x: n/a later", ['1:4 `x` may not be "n/a later"']),
    ("no such field", {"properties": {"y": False}}, "x: {y: 1}", ["1:8 `x.y` is not allowed here"]),
    (
        "repeated",
        {"uniqueItems": True},
        "x: [a, b, a]",
        ['1:11 `x[2]` repeats `x[0]`: "a"'],
    ),
    (
        "name of a field",
        {"propertyNames": {"pattern": "^[a-z]+$"}},
        "x: {a: 1, B2: 2}",
        ["1:11 `B2` is not allowed as the name of a field in `x`"],
    ),
    ("contains", {"contains": {"const": 1}}, "x: [2]", ["1:4 `x` lacks an item that its schema asks for"]),
    ("items", {"items": TEXT}, "x: [a, 2]", ["1:8 `x[1]` must be text; found 2"]),
    ("required in a list", {"items": STEP}, "x:\n  - owner: A", ["2:5 `x[0].id` is required"]),
    ("required, null", {"items": STEP}, "x:\n  - id:", ["2:5 `x[0].id` is required"]),
    (
        "unknown, near",
        {"items": STEP},
        "x: [{id: a, ownr: A}]",
        ["1:13 unknown field `ownr` in `x[0]`: did you mean `owner`?"],
    ),
    ("unknown, far", {"items": STEP}, "x: [{id: a, zz: 1}]", ["1:13 unknown field `zz` in `x[0]`"]),
    (
        "other values",
        {"additionalProperties": {"type": "integer"}},
        'x: {a b: "1"}',
        ['1:10 `x["a b"]` must be a whole number; found "1"'],
    ),
    (
        "asked for by another field",
        {"dependentRequired": {"a": ["b"]}},
        "x: {a: 1}",
        ["1:1 `x.b` is required where `a` is given"],
    ),
    (
        "either of two types",
        {"anyOf": [TEXT, {"type": "array"}]},
        "x: 3",
        ["1:4 `x` must be text or a list; found 3"],
    ),
    (
        "words or a number",
        {"oneOf": [{"enum": ["none", "all"]}, {"type": "integer"}]},
        "x: some",
        ['1:4 `x` must be none, all or a whole number; found "some"'],
    ),
    (
        "the form that was meant",
        {"anyOf": [TEXT, STEP]},
        "x: {owner: A, id: 3}",
        ["1:19 `x.id` must be text; found 3"],
    ),
    (
        "the form that a constant tells",
        {
            "oneOf": [
                {"properties": {"type": {"const": "flag"}, "name": TEXT}, "required": ["type", "name"]},
                {"properties": {"type": {"const": "version"}, "tag": TEXT}, "required": ["type", "tag"]},
            ]
        },
        "x: {type: version}",
        ["1:1 `x.tag` is required"],
    ),
    (
        "no form that a constant tells",
        {
            "oneOf": [
                {"properties": {"type": {"const": "flag"}}, "required": ["type"]},
                {"properties": {"type": {"const": "version"}}, "required": ["type"]},
            ]
        },
        "x: {type: vrsion}",
        ['1:11 `x.type` must be flag or version; found "vrsion"'],
    ),
    (
        "one of two fields",
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "x: {c: 1}",
        ["1:4 `a` or `b` is required in `x`"],
    ),
    (
        "only one of two fields",
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "x: {a: 1, b: 1}",
        ["1:4 only one of `a` and `b` may be given in `x`"],
    ),
    (
        "a condition",
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        "x: {a: 1}",
        ["1:1 `x.b` is required"],
    ),
    (
        "unevaluated",
        {"allOf": [{"properties": {"owner": TEXT}}], "unevaluatedProperties": False},
        "x: {ownr: A}",
        ["1:5 unknown field `ownr` in `x`: did you mean `owner`?"],
    ),
    (
        "several truths or a text",
        {"enum": [True, False, "yes", "no"]},
        "x: maybe",
        ['1:4 `x` must be true, false, yes or no; found "maybe"'],
    ),
]


@pytest.mark.parametrize(
    ("schema", "text", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_one_field(schema: dict[str, Any], text: str, expected: list[str]) -> None:
    assert said(kind({"x": schema}), text) == expected


HINTS = [
    (
        "description and example",
        {"type": "string", "description": "Who.", "x-example": "Ada Example"},
        "x: []",
        "Who. For example: Ada Example",
    ),
    ("a list was meant", {"type": "array"}, "x: Ada Example", "Write it as a list: [Ada Example]."),
    ("text was meant", TEXT, "x: 1.20", 'Put it in quotes: "1.20".'),
    ("a choice was meant", {"enum": ["draft", "implemented"]}, "x: imlpemented", "Did you mean implemented?"),
    ("a field was meant", STEP, "x: {id: a, Owner: b}", "Write `owner`, or remove the field."),
    (
        "no field was meant",
        STEP,
        "x: {id: a, zz: b}",
        "Remove the field; those that may still be added here are owner.",
    ),
    ("no field is left", STEP, "x: {id: a, owner: b, zz: b}", "Remove the field."),
]


@pytest.mark.parametrize(("schema", "text", "hint"), [case[1:] for case in HINTS], ids=[c[0] for c in HINTS])
def test_hint(schema: dict[str, Any], text: str, hint: str) -> None:
    thing = kind({"x": schema})
    assert [fault.hint for fault in thing.faults(document(text))] == [hint]


def test_all_faults_are_listed_in_the_order_of_the_text() -> None:
    thing = kind({"id": TEXT, "tier": {"enum": [1, 2]}, "steps": {"items": STEP}}, required=["id", "tier"])
    text = """
        zebra: 1
        steps:
          - owner: 7
            id: a
          - {}
        tier: 3
        """
    assert said(thing, text) == [
        "2:1 `id` is required",
        "2:1 unknown field `zebra`",
        "4:12 `steps[0].owner` must be text; found 7",
        "6:5 `steps[1].id` is required",
        "7:7 `tier` must be 1 or 2; found 3",
    ]


def test_what_is_not_a_mapping() -> None:
    assert said(kind({"id": TEXT}), "- a") == ["1:1 the document must be a mapping; found a list"]
    (fault,) = kind({"name": TEXT, "id": TEXT}, required=["name"]).faults(document("- a"))
    assert fault.hint == "Write fields and their values, such as `name: …`."


def test_a_null_is_absent_and_pointed_at() -> None:
    assert said(kind({"id": TEXT}, required=["id"]), "a: 1\nid:\n")[1:] == ["2:1 `id` is required"]


MORE = "further faults of this document are not listed"


def test_a_flood_of_faults_is_cut_and_says_so() -> None:
    faults = said(kind({"x": {"items": TEXT}}), f"x: {[1] * 1_000}")
    assert len(faults) == 201
    assert faults[:2] == ["1:5 `x[0]` must be text; found 1", "1:8 `x[1]` must be text; found 1"]
    assert faults[-1].endswith(MORE)


def test_a_flood_of_unknown_fields_is_cut_and_says_so() -> None:
    faults = said(kind({"owner": TEXT}), "\n".join(f"owner{n}: 1" for n in range(5_000)))
    assert len(faults) == 201
    assert faults[0] == "1:1 unknown field `owner0`: did you mean `owner`?"
    assert faults[-1].endswith(MORE)


def test_of_a_huge_document_the_first_fault_is_told() -> None:
    faults = said(kind({"x": {"items": TEXT}}), f"x: {['a'] * 30_000 + [1] * 30_000}".replace("'", ""))
    assert [fault.partition(" ")[2] for fault in faults] == ["`x[30000]` must be text; found 1", MORE]


def test_the_same_number_written_in_two_ways_is_repeated() -> None:
    assert said(kind({"x": {"uniqueItems": True}}), "x: [1, 2, 1.0]") == ["1:11 `x[2]` repeats `x[0]`: 1"]


def test_a_long_value_is_cut() -> None:
    (fault,) = said(kind({"x": {"enum": ["a"]}}), f"x: {'b' * 5_000}")
    assert fault == f'1:4 `x` must be a; found "{"b" * 60}…"'


def test_control_characters_of_an_artifact_stay_out_of_messages() -> None:
    (fault,) = said(kind({"x": {"enum": ["a"]}}), r'x: "\e[31m\n"')
    assert fault == r'1:4 `x` must be a; found "\u001b[31m\n"'
    (fault,) = said(kind({}), r'"\e[31m": 1')
    assert "\x1b" not in fault


def test_a_pattern_that_would_backtrack_runs_in_linear_time() -> None:
    thing = kind({"x": {"type": "string", "pattern": "^(a+)+$"}})
    assert len(said(thing, f"x: {'a' * 50_000}b")) == 1


@pytest.mark.parametrize("keyword", ["minContains", "unevaluatedItems"])
def test_a_demand_without_words_of_its_own_is_still_a_fault(keyword: str) -> None:
    value: Any = {"minContains": 2, "unevaluatedItems": False}[keyword]
    thing = kind({"x": {"type": "array", "contains": {"const": 1}, "minItems": 0, keyword: value}})
    (fault,) = said(thing, "x: [1, 2]" if keyword == "unevaluatedItems" else "x: [1]")
    assert fault.startswith("1:4 `x` ")


def test_an_unknown_field_with_nothing_behind_it_is_told_too() -> None:
    plan = kind({"owner": TEXT, "steps": {"type": "array", "items": STEP}, "rollback": TEXT})
    assert said(plan, "owner: Ada Example\nrolback:\nsteps:\n  - { id: s1, ownr: }\nrollback:\n") == [
        "2:1 unknown field `rolback`: did you mean `rollback`?",
        "4:15 unknown field `ownr` in `steps[0]`: did you mean `owner`?",
    ]

"""A workspace's own schemas: sound ones become kinds, all others diagnostics with a place."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from checker import shipped
from checker.kinds import Kind, load, shipped_kind, shipped_names
from checker.model import Diagnostic
from tests.kinds.making import document, kind, said
from tests.patience import patience

TEXT = {"type": "string"}


def diagnostics(text: str, format: str = "yaml") -> tuple[Diagnostic, ...]:
    found = document(text, format)
    loaded = load("thing", found.data, found, "kinds/thing.schema.json")
    assert not isinstance(loaded, Kind)
    return loaded


def lines(text: str, format: str = "yaml") -> list[str]:
    found = []
    for diagnostic in diagnostics(text, format):
        assert diagnostic.location is not None
        assert diagnostic.location.path == "kinds/thing.schema.json"
        assert diagnostic.location.span is not None
        assert diagnostic.level == "error"
        assert diagnostic.excerpt is not None
        shown = diagnostic.excerpt.lines[diagnostic.location.span.line - diagnostic.excerpt.first_line]
        assert text.splitlines()[diagnostic.location.span.line - 1].startswith(shown.rstrip("…"))
        found.append(
            f"{diagnostic.location.span.line}:{diagnostic.location.span.column} {diagnostic.message}"
        )
    return found


HEAD = "type: object\n"
BROKEN: list[tuple[str, str, list[str]]] = [
    ("not a mapping", "- a", ["1:1 the document must be a mapping; found a list"]),
    ("empty", "{}", ["1:1 `properties` is required", "1:1 `type` is required"]),
    ("a kind of lists", "type: array\nproperties: {}", ['1:7 `type` must be object; found "array"']),
    (
        "an unknown type",
        HEAD + "properties: {a: {type: strin}}",
        [
            "2:24 `properties.a.type` must be string, number, integer, boolean, array, object, "
            '"null" or a list; found "strin"',
        ],
    ),
    (
        "a misspelt keyword",
        HEAD + "properties: {a: {minLenght: 1}}",
        ["2:18 unknown field `minLenght` in `properties.a`: did you mean `minLength`?"],
    ),
    (
        "a misspelt keyword at the root",
        HEAD + "properties: {}\nrequird: []",
        ["3:1 unknown field `requird`: did you mean `required`?"],
    ),
    (
        "a misspelt keyword of ours",
        HEAD + "properties: {a: {x-as-writen: true}}",
        ["2:18 unknown field `x-as-writen` in `properties.a`: did you mean `x-as-written`?"],
    ),
    (
        "a keyword of the root below it",
        HEAD + "properties: {a: {x-gonogo: {}}}",
        ["2:18 unknown field `x-gonogo` in `properties.a`"],
    ),
    (
        "an unknown part of x-gonogo",
        HEAD + "properties: {}\nx-gonogo: {lunch_date: /a}",
        ["3:12 unknown field `lunch_date` in `x-gonogo`: did you mean `launch_date`?"],
    ),
    (
        "another dialect",
        "$schema: http://json-schema.org/draft-07/schema#\n" + HEAD + "properties: {}",
        [
            '1:10 `$schema` must be "https://json-schema.org/draft/2020-12/schema"; found '
            '"http://json-schema.org/draft-07/schema#"'
        ],
    ),
    (
        "a file elsewhere",
        HEAD + "properties: {a: {$ref: other.json}}",
        ['2:24 `properties.a.$ref` must match the pattern ^#(/|$); found "other.json"'],
    ),
    (
        "the network",
        HEAD + "properties: {a: {$ref: 'http://127.0.0.1:9/x'}}",
        ['2:24 `properties.a.$ref` must match the pattern ^#(/|$); found "http://127.0.0.1:9/x"'],
    ),
    (
        "another base",
        HEAD + "properties: {a: {$id: 'http://127.0.0.1:9/x'}}",
        ["2:18 unknown field `$id` in `properties.a`"],
    ),
    (
        "a dynamic reference",
        HEAD + "properties: {a: {$dynamicRef: '#a'}}",
        ["2:18 unknown field `$dynamicRef` in `properties.a`"],
    ),
    (
        "a reference to nowhere",
        HEAD + "properties: {a: {$ref: '#/$defs/b'}}",
        ["2:24 `#/$defs/b` leads nowhere in this file"],
    ),
    (
        "a broken pattern",
        HEAD + "properties: {a: {pattern: '('}}",
        ['2:27 `properties.a.pattern` must be a regular expression; found "("'],
    ),
    (
        "a broken pattern of names",
        HEAD + "properties: {a: {patternProperties: {'(': {}}}}",
        ["2:38 `(` is not allowed as the name of a field in `properties.a.patternProperties`"],
    ),
    (
        "a pattern that looks around",
        HEAD + "properties: {a: {pattern: '(?!a)b'}}",
        ['2:27 "(?!a)b" is not a pattern that can be used'],
    ),
    (
        "an unknown format",
        HEAD + "properties: {a: {format: dat}}",
        [
            "2:26 `properties.a.format` must be one of date, date-time, time, duration, email, uri, "
            'uri-reference, uuid, hostname, ipv4, ipv6, regex or 1 other; found "dat"'
        ],
    ),
    (
        "an unknown shape",
        HEAD + "properties: {a: {x-shape: list}}",
        [
            "2:27 `properties.a.x-shape` must be text, words, items, tasks, records, "
            'links or section; found "list"'
        ],
    ),
    (
        "a list as written",
        HEAD + "properties: {a: {type: array, x-as-written: true}}",
        ['2:24 `properties.a.type` may not be "array"'],
    ),
    (
        "headings that are no list",
        HEAD + "properties: {a: {x-headings: Goals}}",
        ["2:30 `properties.a.x-headings` must be a list; found text"],
    ),
    (
        "a launch date that is no pointer",
        HEAD + "properties: {a: {}}\nx-gonogo: {launch_date: a}",
        ['3:25 `x-gonogo.launch_date` must match the pattern ^/; found "a"'],
    ),
    (
        "a launch date that points nowhere",
        HEAD + "properties: {launch_on: {}}\nx-gonogo: {launch_date: /lunch_on}",
        ["3:25 the schema has no field `lunch_on`: did you mean `launch_on`?"],
    ),
    (
        "a launch date that is a number",
        HEAD + "properties: {on: {type: integer}}\nx-gonogo: {launch_date: /on}",
        ["3:25 `on` is not a text field"],
    ),
    (
        "a key that is no field",
        HEAD + "properties: {id: {}}\nx-gonogo: {key: idd}",
        ["3:17 the schema has no field `idd`: did you mean `id`?"],
    ),
    (
        "a required field that is unknown",
        HEAD + "additionalProperties: false\nproperties: {owner: {}}\nrequired: [ownr]",
        ["4:12 the schema has no field `ownr`: did you mean `owner`?"],
    ),
    (
        "a negative length",
        HEAD + "properties: {a: {minLength: -1}}",
        ["2:29 `properties.a.minLength` must be at least 0; found -1"],
    ),
    (
        "several faults",
        HEAD + "properties:\n  a: {tpe: string}\n  b: {required: owner}",
        [
            "3:7 unknown field `tpe` in `properties.a`: did you mean `type`?",
            "4:17 `properties.b.required` must be a list; found text",
        ],
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_broken(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


def doubling(levels: int, combine: str) -> dict[str, Any]:
    """Each level refers twice to the next: 2 to the power of `levels` in a few lines."""
    twice: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "here": lambda ref: {"allOf": [ref, ref]},
        "by name": lambda ref: {"properties": {"x": ref, "y": ref}},
        "one name": lambda ref: {"allOf": [{"properties": {"x": ref}}, {"properties": {"x": ref}}]},
    }
    defs = {f"d{n}": twice[combine]({"$ref": f"#/$defs/d{n + 1}"}) for n in range(levels)}
    return {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/d0"}},
        "$defs": {**defs, f"d{levels}": TEXT},
    }


def within(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": {"$ref": "#/$defs/t"}}, "$defs": {"t": schema}}


SELF = {"$ref": "#/$defs/t"}
HOSTILE = {
    "doubling here": (doubling(40, "here"), "unfolds into more than 20,000 parts"),
    "doubling by name": (doubling(40, "by name"), "unfolds into more than 20,000 parts"),
    "doubling one name": (doubling(30, "one name"), "unfolds into more than 20,000 parts"),
    "a long chain": (
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/d0"}},
            "$defs": {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(5_000)} | {"d5000": TEXT},
        },
        "unfolds into more than 100 levels",
    ),
    "itself": (within(SELF), "`#/$defs/t` leads back to itself without an end"),
    "itself by way of a form": (
        within({"anyOf": [TEXT, {"allOf": [SELF]}]}),
        "leads back to itself without an end",
    ),
    "the whole, in itself": (
        {"type": "object", "properties": {}, "allOf": [{"$ref": "#"}]},
        "`#` leads back to itself without an end",
    ),
    "twice below one name": (
        within({"allOf": [{"properties": {"x": SELF}}, {"properties": {"x": SELF}}]}),
        "the work of checking `#/$defs/t` would double with every level of a document",
    ),
    "twice below any name": (
        within({"properties": {"x": SELF}, "additionalProperties": False, "patternProperties": {"^x": SELF}}),
        "the work of checking `#/$defs/t` would double with every level of a document",
    ),
    "below and further below": (
        within({"allOf": [{"properties": {"x": SELF}}, {"properties": {"x": {"properties": {"x": SELF}}}}]}),
        "the work of checking `#/$defs/t` would double with every level of a document",
    ),
    "a pattern too large": (within({"pattern": "(a{1000}){1000}"}), "is not a pattern that can be used"),
}


@pytest.mark.parametrize(("schema", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile(schema: dict[str, Any], message: str) -> None:
    with patience():
        (found,) = lines(json.dumps(schema), "json")
    assert message in found


HARMLESS = {
    "a tree": within({"properties": {"parts": {"type": "array", "items": SELF}}}),
    "two branches": within({"properties": {"left": SELF, "right": SELF}, "additionalProperties": False}),
    "one reference in many places": {
        "type": "object",
        "properties": {f"f{n}": SELF for n in range(200)},
        "$defs": {"t": TEXT},
    },
    "a tree or a leaf": within({"anyOf": [TEXT, {"type": "array", "items": SELF}]}),
}


@pytest.mark.parametrize("schema", HARMLESS.values(), ids=HARMLESS.keys())
def test_harmless(schema: dict[str, Any]) -> None:
    found = document(json.dumps(schema))
    assert isinstance(load("thing", found.data, found, "x.json"), Kind)


def test_a_tree_is_checked_all_the_way_down() -> None:
    tree = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"parts": {"type": "array", "items": SELF}},
    }
    thing = kind({"a": SELF}, **{"$defs": {"t": tree}})
    assert said(thing, "a: {parts: [{parts: [{parts: [{part: []}]}]}]}") == [
        "1:32 unknown field `part` in `a.parts[0].parts[0].parts[0]`: did you mean `parts`?"
    ]


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a schema must never reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    address = "https://example.invalid/thing.schema.json"
    thing = kind({"a": {"type": "string", "description": address}}, **{"$id": address})
    assert said(thing, "a: 1") == ["1:4 `a` must be text; found 1"]


def test_what_a_kind_knows_of_itself() -> None:
    thing = kind(
        {
            "key": TEXT,
            "launch": {"type": "object", "properties": {"planned/on": {"type": "string", "format": "date"}}},
        },
        title="Thing",
        **{
            "x-gonogo": {
                "rules": {"readable": "our.things.readable", "schema": "our.things.fields"},
                "launch_date": "/launch/planned~1on",
                "key": "key",
            }
        },
    )
    assert (thing.name, thing.title, thing.path) == ("thing", "Thing", "kinds/thing.schema.json")
    assert (thing.rules.readable, thing.rules.schema) == ("our.things.readable", "our.things.fields")
    assert (thing.launch_date, thing.key) == (("launch", "planned/on"), "key")


def test_what_a_kind_is_without_saying_so() -> None:
    thing = kind({})
    assert (thing.title, thing.key, thing.launch_date) == ("thing", "id", ())
    assert (thing.rules.readable, thing.rules.schema) == ("thing.readable", "thing.schema")


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_schema_would_be_accepted_from_a_workspace(name: str) -> None:
    found = document(shipped.schema(f"kinds/{name}"))
    loaded = load(name, found.data, found, "x")
    assert isinstance(loaded, Kind), [diagnostic.message for diagnostic in loaded]
    assert loaded.type.fields == shipped_kind(name).type.fields


def test_a_kind_that_is_not_shipped() -> None:
    with pytest.raises(FileNotFoundError):
        shipped_kind("no-such-kind")

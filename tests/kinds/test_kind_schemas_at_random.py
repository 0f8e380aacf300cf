"""Whatever a workspace calls a schema: a kind or diagnostics come of it, never an exception."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import documents
from checker.kinds import Kind, load
from checker.kinds.describe import describe
from checker.kinds.template import formats, template
from tests.kinds.making import document

NAMES = st.sampled_from(["a", "b", "c d", "^x"])
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "array", "object"])
SCALARS = st.sampled_from([True, 0, 1, -1, 2.0, 1e308, "", "a", "2026-01-31", 2**62])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)
COUNTS = st.integers(0, 3)
WRONG = st.sampled_from([-1, "TBD", [], {"a": 1}, False])


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A few keywords of JSON Schema, mostly with what belongs there."""
    several, by_name = st.lists(inner, min_size=1, max_size=2), st.dictionaries(NAMES, inner, max_size=2)
    fitting: dict[str, st.SearchStrategy[Any]] = {
        "$ref": st.sampled_from(["#/$defs/t", "#/properties/a", "#", "#/$defs/none"]),
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
        "enum": st.lists(
            SCALARS, min_size=1, max_size=3, unique_by=lambda value: (str(value), type(value) is bool)
        ),
        "const": VALUES,
        "required": st.lists(NAMES, max_size=2, unique=True),
        "dependentRequired": st.just({"a": ["b"]}),
        "pattern": st.sampled_from(["a", "^(a+)+$", r"^\d+$", r"\p{L}", "(?=a)", "("]),
        "format": st.sampled_from(["date", "date-time", "uri", "regex", "email"]),
        "multipleOf": st.sampled_from([1, 0.1, 5e-324]),
        "uniqueItems": st.booleans(),
        "x-as-written": st.booleans(),
        "x-headings": st.just(["Goals"]),
        "x-shape": st.sampled_from(["text", "records", "items"]),
        "x-example": VALUES,
        "description": st.just("What it means."),
    }
    fitting |= dict.fromkeys(("items", "not", "if", "then", "else", "contains", "propertyNames"), inner)
    fitting |= dict.fromkeys(("additionalProperties", "unevaluatedProperties", "unevaluatedItems"), inner)
    fitting |= dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), several)
    fitting |= dict.fromkeys(("properties", "patternProperties", "dependentSchemas"), by_name)
    fitting |= {
        f"{end}{thing}": COUNTS for end in ("min", "max") for thing in ("Length", "Items", "Properties")
    }
    fitting |= {name: st.integers(-1, 2) for name in ("minimum", "maximum", "exclusiveMinimum")}
    pairs = [st.tuples(st.just(name), values) for name, values in fitting.items()]
    wrong = st.tuples(st.sampled_from(sorted(fitting)), WRONG)
    return st.lists(st.one_of(*pairs, *pairs, wrong), max_size=3).map(dict)


SCHEMAS: st.SearchStrategy[Any] = st.recursive(st.booleans() | st.just({}), keywords, max_leaves=8)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(SCHEMAS, SCHEMAS, st.dictionaries(NAMES, SCHEMAS, max_size=2), st.lists(VALUES, max_size=4))
def test_any_schema(a: Any, shared: Any, more: dict[str, Any], artifacts: list[Any]) -> None:
    schema = {"type": "object", "properties": {**more, "a": a}, "$defs": {"t": shared}}
    found = document(json.dumps(schema), "json")
    loaded = load("thing", found.data, found, "thing.schema.json")
    if not isinstance(loaded, Kind):
        assert loaded
        assert all(diagnostic.location and diagnostic.location.span for diagnostic in loaded)
        return
    assert describe(loaded.name, loaded.schema)
    for format in formats(loaded):
        faults = documents.read(
            template(loaded, format).encode(), "yaml" if format == "yaml" else "markdown"
        ).faults
        assert {fault.code for fault in faults} <= {"empty"}
    for artifact in artifacts:
        shaped = loaded.shape(document(json.dumps({"a": artifact}), "json"))
        assert loaded.faults(shaped) == loaded.faults(shaped)

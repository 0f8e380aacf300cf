"""An independent validator agrees, for every shipped kind, on what fits and what does not."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from checker import documents
from checker.kinds import shipped_kind, shipped_names
from checker.kinds.fields import resolve

FORMATS = jsonschema.FormatChecker(formats=("date",))


@FORMATS.checks("date-time", ValueError)
def _moment(text: object) -> bool:
    if isinstance(text, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text, re.ASCII):
            return False
        datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    return True


WORDS = st.sampled_from(
    ["", "a", "TBD", "n/a: not ours", "2026-01-31", "2026-13-01", "2026-01-31T09:00:00Z", "1.20"]
)
SCALARS = st.one_of(WORDS, st.booleans(), st.integers(-5, 400), st.sampled_from([0.5, 100.0, -1.5]))
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=3,
)


def values(schema: Any, root: Any) -> st.SearchStrategy[Any]:
    """Values that fit a schema, its narrower demands perhaps not."""
    if "$ref" in schema:
        return values(resolve(root, schema["$ref"]), root)
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            fields = {name: values(below, root) for name, below in properties.items()}
            needed = {name: fields.pop(name) for name in schema.get("required", ()) if name in fields}
            return st.fixed_dictionaries(needed, optional=fields)
        case "array":
            items = values(schema["items"], root) if schema.get("items") else ANYTHING
            return st.lists(items, max_size=2)
        case "integer":
            return st.sampled_from(schema["enum"]) if "enum" in schema else st.integers(0, 50)
        case "number":
            return st.integers(0, 1) | st.floats(0.25, 1)
        case "boolean":
            return st.booleans()
        case _ if "enum" in schema:
            return st.sampled_from(schema["enum"])
        case _:
            usual = {"date": "2026-01-31", "date-time": "2026-01-31T09:00:00+01:00"}
            return st.just(usual.get(schema.get("format", ""), schema.get("x-example", "some text")))


@st.composite
def artifacts(draw: st.DrawFn, schema: Any) -> Any:
    """Artifacts of a kind; in half of them something has been put where it may not belong."""
    artifact = draw(values(schema, schema))
    place = artifact
    if draw(st.booleans()):
        while True:
            keys = [*place, "extra"] if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            below = place[key] if key != "extra" else None
            if not isinstance(below, (dict, list)) or not below or draw(st.booleans()):
                place[key] = draw(ANYTHING)
                break
            place = below
    return artifact


@pytest.mark.parametrize("name", shipped_names())
def test_agreement(name: str) -> None:
    kind = shipped_kind(name)
    other = jsonschema.Draft202012Validator(kind.schema, format_checker=FORMATS)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(artifacts(kind.schema))
    def agree(artifact: Any) -> None:
        text = json.dumps(artifact).encode()
        (document,) = documents.read(text, "json").documents
        faults = kind.faults(document)
        fits = other.is_valid(document.data)
        event("fits" if fits else "does not fit")
        assert (not faults) == fits, [fault.message for fault in faults]
        for fault in faults:
            assert fault.span is not None
            assert fault.span.line >= 1
            assert fault.message
            assert fault.code.startswith("schema-")
        assert kind.faults(document) == faults

    agree()

"""The conformance suite of the language: every case passes, or stands below with its reason."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from checker import cel
from checker.cel.types import parse_type
from checker.cel.values import equal, to_key

SECTIONS = (
    "basic",
    "bindings_ext",
    "comparisons",
    "conversions",
    "dynamic",
    "encoders_ext",
    "fields",
    "fp_math",
    "integer_math",
    "lists",
    "logic",
    "macros",
    "macros2",
    "math_ext",
    "namespace",
    "optionals",
    "parse",
    "plumbing",
    "string",
    "string_ext",
    "timestamps",
    "type_deduction",
)

MISQUOTED = "the file's own quoting lost a backslash: it expects one that its expression does not have"
LEFT_OUT = {
    ("parse", "bytes_literals", "triple_single_quoted_unescaped_punctuation"): MISQUOTED,
    ("parse", "bytes_literals", "triple_double_quoted_unescaped_punctuation"): MISQUOTED,
}
"""Section, group and name of each case that does not pass, and why that is right."""


@pytest.fixture(scope="module")
def cases(real_data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((real_data / "cel-conformance.json").read_text("utf-8"))["cases"]
    return found


def value(typed: dict[str, Any]) -> object:
    ((kind, content),) = typed.items()
    match kind:
        case "int":
            return int(content)
        case "uint":
            return cel.Uint(content)
        case "double":
            return float(content)
        case "bytes":
            return base64.b64decode(content)
        case "list":
            return [value(item) for item in content]
        case "map":
            return {to_key(value(key)): value(item) for key, item in content}
        case "type":
            return cel.TypeValue(content)
    assert kind in ("string", "bool", "null")
    return content


def same(found: object, expected: object) -> bool:
    """Equal and of one kind; NaN counts as equal to itself."""
    if found.__class__ is not expected.__class__:
        return False
    return equal([10_000], found, expected) or (found != found and expected != expected)  # noqa: PLR0124


def fault(case: dict[str, Any]) -> str:
    """What is wrong with our answer to a case; empty where nothing is."""
    types = {name: parse_type(text.replace("null_type", "null")) for name, text in case["types"].items()}
    environment = cel.Environment(types, container=case["container"])
    activation = {name: value(typed) for name, typed in case["bindings"].items()}
    expected = case["expect"]
    try:
        program = environment.compile(case["expr"], check_types=not case["unchecked"])
        found = program.evaluate(activation)
    except (cel.CompileError, cel.EvaluationError) as error:
        return "" if "error" in expected else f"{type(error).__name__}: {error}"
    if "error" in expected:
        return f"gave {found!r} instead of an error"
    if not same(found, value(expected["value"])):
        return f"gave {found!r}"
    if "type" in expected and program.result_type.name != expected["type"]:
        return f"has type {program.result_type}"
    return ""


@pytest.mark.parametrize("section", SECTIONS)
def test_section(cases: list[dict[str, Any]], section: str) -> None:
    faults = {}
    for case in cases:
        name = (case["section"], case["group"], case["name"])
        if case["section"] == section and name not in LEFT_OUT and (what := fault(case)):
            faults[name, case["expr"]] = what
    assert not faults


def test_no_section_is_forgotten(cases: list[dict[str, Any]]) -> None:
    counts = Counter(case["section"] for case in cases)
    assert set(counts) == set(SECTIONS)
    assert sum(counts.values()) == 1278


@pytest.mark.parametrize("name", LEFT_OUT, ids="/".join)
def test_what_is_left_out_still_differs(cases: list[dict[str, Any]], name: tuple[str, str, str]) -> None:
    (case,) = [c for c in cases if (c["section"], c["group"], c["name"]) == name]
    assert fault(case)

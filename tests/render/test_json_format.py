"""The JSON report: held to its published schema by jsonschema, complete, and stable."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from checker.model import Location, Report, Result, Span, Waived
from checker.render import RENDERERS, Options
from checker.render.identity import fingerprints, verdict_digest
from tests.render.cases import CASES
from tests.render.hostile import reports
from tests.render.reports import HOSTILE, MIXED, PLAN, at, result

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report-v1.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def spelled(value: Any) -> Any:
    """`value` with its lone surrogates spelled out, as a reader of JSON that takes none of them gets it."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", lambda found: f"<U+{ord(found[0]):04X}>", value)
    return [spelled(each) for each in value] if isinstance(value, (list, tuple)) else value


def loaded(report: Report) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(RENDERERS["json"](report, Options()))
    return data


def objects(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema
        for name, value in schema.items():
            yield from objects(value, f"{path}/{name}")


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("path", "schema"), list(objects(SCHEMA)))
def test_the_schema_is_closed_and_described(path: str, schema: dict[str, Any]) -> None:
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    assert [name for name, each in schema["properties"].items() if not each.get("description")] == []


@pytest.mark.parametrize("case", CASES)
def test_a_report_fits_its_schema(case: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(loaded(CASES[case]))] == []


def test_the_schema_bites() -> None:
    data = loaded(MIXED)
    data["results"][0]["location"]["line"] = 0
    data["results"][1]["outcome"] = "passed"
    data["extra"] = 1
    del data["results"][2]["evidence"]
    assert len(list(VALIDATOR.iter_errors(data))) == 4


@settings(max_examples=50)
@given(reports())
def test_a_report_survives_the_journey(report: Report) -> None:
    data = loaded(report)
    assert VALIDATOR.is_valid(data)
    assert data["workspace"] == spelled(report.workspace)
    assert spelled(list(map(result_fields, report.results))) == [
        [
            each["rule"],
            each["policy"],
            *each["subject"].values(),
            each["outcome"],
            each["severity"],
            each["enforcement"],
            each["message"],
            each["fix"],
            each["key"],
            each["gate"],
            *each["location"].values(),
            [
                [r["text"], r["expression"], [[s["expression"], s["value"]] for s in r["seen"]]]
                for r in each["reasons"]
            ],
            each["waived"] and list(each["waived"].values()),
            [e["locator"] for e in each["evidence"]],
        ]
        for each in data["results"]
    ]
    assert [fault["message"] for fault in data["diagnostics"]] == spelled(
        [each.message for each in report.diagnostics]
    )
    assert [rule["id"] for rule in data["rules"]] == spelled([rule.id for rule in report.rules])
    counts = data["counts"]
    assert counts.pop("results") == len(report.results) == sum(counts.values())


def result_fields(result: Result) -> list[Any]:
    span = result.location.span
    waived = result.waived
    return [
        result.rule,
        result.policy,
        *(result.subject.kind, result.subject.id, result.subject.path, result.subject.product),
        result.outcome,
        result.severity,
        result.enforcement,
        result.message,
        result.fix,
        result.key,
        result.gate,
        result.location.path,
        *((span.line, span.column, span.end_line, span.end_column) if span else (None,) * 4),
        [[r.text, r.expression, [[s.expression, s.value] for s in r.seen]] for r in result.reasons],
        waived and [waived.id, waived.owner, waived.reason, waived.expires],
        [each.locator for each in result.evidence],
    ]


def test_only_ascii_is_written() -> None:
    assert RENDERERS["json"](HOSTILE, Options()).isascii()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("\udcff.yaml", "<U+DCFF>.yaml"),
        ("\U0001f600", "\U0001f600"),
        ("\U0001f600\udcff\ud83d", "\U0001f600<U+DCFF><U+D83D>"),
        ("\\ud83d \\\udcff", "\\ud83d \\<U+DCFF>"),
    ],
)
def test_what_is_written_can_be_encoded(text: str, read: str) -> None:
    """Many readers refuse a whole report for one lone surrogate, as in a file name that is no text."""
    data = loaded(MIXED._replace(workspace=text))
    assert data["workspace"] == read
    assert data["workspace"].encode()


def test_a_result_is_a_line() -> None:
    lines = RENDERERS["json"](MIXED, Options()).splitlines()
    assert sum(line.startswith('{"rule": ') for line in lines) == len(MIXED.results)


def test_a_fingerprint_can_be_computed_by_anyone() -> None:
    name = '["launch.rollback.owner","launch-plan","checkout",""]'
    assert fingerprints(MIXED.results)[0] == hashlib.sha256(name.encode()).hexdigest()[:32]


def test_a_fingerprint_ignores_lines_and_words() -> None:
    moved = [
        each._replace(location=at(PLAN, 99, 1, 2), message="other", severity="low", outcome="pass")
        for each in MIXED.results
    ]
    assert fingerprints(moved) == fingerprints(MIXED.results)


def test_fingerprints_are_unique_in_a_report() -> None:
    found = fingerprints([MIXED.results[0]] * 3)
    assert found == [found[0], f"{found[0]}-2", f"{found[0]}-3"]


@given(st.permutations(MIXED.results))
def test_the_digest_ignores_order_lines_and_words(results: list[Result]) -> None:
    other = [
        each._replace(message="other", location=Location(each.location.path, Span(7, 7, 7, 8)))
        for each in results
    ]
    assert verdict_digest(MIXED._replace(results=tuple(other))) == verdict_digest(MIXED)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "fail"},
        {"enforcement": "advisory"},
        {"key": "other"},
        {"rule": "other"},
        {"waived": Waived("W-1", "Ada Example", "", "2026-12-31")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_changes_with_every_decision(change: dict[str, Any]) -> None:
    other = (MIXED.results[0]._replace(**change), *MIXED.results[1:])
    assert verdict_digest(MIXED._replace(results=other)) != verdict_digest(MIXED)


def test_the_digest_covers_the_verdict() -> None:
    assert verdict_digest(MIXED._replace(verdict="go")) != verdict_digest(MIXED)


def test_positions_start_at_one() -> None:
    only = result("r", "fail", at(PLAN, 1, 1, 2), "m")
    location = loaded(MIXED._replace(results=(only,)))["results"][0]["location"]
    assert location == {"path": PLAN, "line": 1, "column": 1, "end_line": 1, "end_column": 2}

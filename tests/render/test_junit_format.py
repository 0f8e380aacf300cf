"""JUnit XML, read by junitparser and held to the schema of Jenkins' xUnit plugin."""

from __future__ import annotations

from pathlib import Path

import junitparser
import pytest
import xmlschema
from hypothesis import given, settings

from checker.model import Report
from checker.render import RENDERERS, Options
from tests.render.cases import CASES
from tests.render.hostile import reports
from tests.render.reports import EMPTY, MIXED


def parsed(report: Report) -> junitparser.JUnitXml:
    return junitparser.JUnitXml.fromstring(RENDERERS["junit"](report, Options()).encode())


@pytest.mark.parametrize("case", CASES)
def test_a_report_fits_the_schema(case: str, junit_schema: Path) -> None:
    xmlschema.XMLSchema(junit_schema).validate(RENDERERS["junit"](CASES[case], Options()))


def test_the_schema_bites(junit_schema: Path) -> None:
    text = RENDERERS["junit"](MIXED, Options()).replace("<testcase name=", "<testcase nam=", 1)
    assert not xmlschema.XMLSchema(junit_schema).is_valid(text)


@settings(max_examples=50)
@given(reports())
def test_the_counts_are_those_of_the_cases(report: Report) -> None:
    found = parsed(report)
    for suite in found:
        states = [type(state) for case in suite for state in case.result]
        assert suite.tests == len(list(suite))
        assert suite.failures == states.count(junitparser.Failure)
        assert suite.errors == states.count(junitparser.Error)
        assert suite.skipped == states.count(junitparser.Skipped)
    assert found.tests == sum(suite.tests for suite in found)
    assert found.failures == sum(suite.failures for suite in found)
    assert found.errors == sum(suite.errors for suite in found)


def test_only_what_blocks_is_red() -> None:
    suites = {suite.name: list(suite) for suite in parsed(MIXED)}
    cases = [case for name, own in suites.items() if name.startswith("launches/") for case in own]
    assert [(case.name.split(":")[0], [type(state).__name__ for state in case.result]) for case in cases] == [
        ("launch.rollback.owner", []),
        ("launch.rollback.rehearsed", ["Skipped"]),
        ("launch.rollback.step-owner", ["Skipped"]),
        ("launch.privacy.approved", ["Failure"]),
        ("launch.rollback.owner", ["Skipped"]),
        ("launch.rollback.rehearsed", ["Error"]),
        ("launch.rollback.step-owner", ["Skipped"]),
    ]
    skipped = [case.result[0].message.split(":")[0] for case in cases if case.is_skipped]
    assert skipped == ["advisory", "waived", "upcoming", "not-applicable"]


def test_every_case_says_where_to_look() -> None:
    for suite in parsed(MIXED):
        for case in suite:
            assert case._elem.get("file")
            assert int(case._elem.get("line")) > 0


def test_nothing_checked_is_an_error() -> None:
    found = parsed(EMPTY)
    assert (found.tests, found.errors, found.failures) == (1, 1, 0)

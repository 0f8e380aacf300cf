"""A run of tests as text, and as JUnit XML that others can read."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.authoring import test_report
from tests.authoring.packs import COVERED, GIVEN, ran
from tests.render.conftest import junit_schema  # noqa: F401 - a fixture

WRONG = """\
  - name: "<&> ]]> \\x1b[31m"
    expect: { launch.rollback.owner: fail }
"""


def test_all_is_well(tmp_path: Path) -> None:
    run = ran(tmp_path, COVERED)
    assert test_report.terminal(run) == "...\n\n3 cases of 1 policy, all as expected\n"
    (suite,) = ElementTree.fromstring(test_report.junit(run))
    assert suite.attrib == {
        "name": "demo.tests.yaml",
        "time": "0",
        "tests": "3",
        "failures": "0",
        "errors": "0",
        "skipped": "0",
    }
    assert [(case.get("classname"), case.get("name"), case.get("line")) for case in suite] == [
        ("launch.rollback", "all is there", "14"),
        ("launch.rollback", "nobody calls the rollback", "16"),
        ("launch.rollback", "nobody does a step", "19"),
    ]


def test_what_is_wrong_comes_with_its_place_and_its_reason(tmp_path: Path) -> None:
    run = ran(tmp_path, WRONG)
    assert test_report.terminal(run) == (
        "F\n"
        "\n"
        "launch.rollback.owner: expected fail, got pass\n"
        "  --> demo.tests.yaml:15:15 (<&> ]]> \x1b[31m)\n"
        "   = The rollback has an owner\n"
        "\n"
        "launch.rollback.owner: no passing case\n"
        "  --> demo.policy.yaml:10:9\n"
        "\n"
        "launch.rollback.step-owner: no passing and no failing case\n"
        "  --> demo.policy.yaml:15:9\n"
        "\n"
        "1 case of 1 policy, 1 failed, 2 rules not covered\n"
    )
    suites = ElementTree.fromstring(test_report.junit(run))
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [
        ("demo.tests.yaml", "1"),
        ("coverage", "2"),
    ]
    assert suites[0][0].get("name") == "<&> ]]> \N{REPLACEMENT CHARACTER}[31m"


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    (suite,) = ElementTree.fromstring(
        test_report.junit(ran(tmp_path, COVERED, given=GIVEN.replace("as_of", "asof")))
    )
    assert suite.get("name") == "diagnostics"
    assert int(suite.get("errors", "")) == len(list(suite)) > 0


def test_many_cases_are_many_lines_of_dots(tmp_path: Path) -> None:
    cases = "".join(f"  - {{ name: case {n}, expect: {{ '*': pass }} }}\n" for n in range(170))
    marks = test_report.terminal(ran(tmp_path, cases)).split("\n\n")[0]
    assert [len(line) for line in marks.splitlines()] == [80, 80, 10]


@pytest.mark.parametrize("cases", [COVERED, WRONG])
def test_the_xml_fits_the_schema_and_is_read_by_others(
    tmp_path: Path,
    cases: str,
    junit_schema: Path,  # noqa: F811
) -> None:
    import junitparser
    import xmlschema

    text = test_report.junit(ran(tmp_path, cases))
    xmlschema.XMLSchema(junit_schema).validate(text)
    read = junitparser.JUnitXml.fromstring(text.encode())
    assert sum(suite.tests for suite in read) == sum(len(list(suite)) for suite in read)

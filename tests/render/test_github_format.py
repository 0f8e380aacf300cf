"""Workflow commands, read by a parser as strict as the runner is lenient: there is none to borrow."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given, settings

from checker.model import Diagnostic, Location, Report, Result, Span
from checker.render import RENDERERS, Options
from tests.render.cases import CASES
from tests.render.changes import CHANGE
from tests.render.hostile import reports
from tests.render.reports import MIXED, PLAN, at, result

_COMMAND = re.compile(r"::(error|warning|notice) ([^\n]*?)::([^\r\n]*)\n")
_PROPERTIES = {"file", "line", "endLine", "col", "endColumn", "title"}
_ESCAPES = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


@dataclass
class Annotation:
    level: str
    properties: dict[str, str]
    text: str


def decoded(text: str, allowed: str) -> str:
    assert re.fullmatch(rf"(?:[^%\r\n]|{allowed})*", text), text
    return re.sub("%[0-9A-F]{2}", lambda found: _ESCAPES[found[0]], text)


def parse(output: str) -> list[Annotation]:
    """Every line as an annotation; anything that is not exactly one is an assertion error."""
    found = []
    position = 0
    while position < len(output):
        command = _COMMAND.match(output, position)
        assert command, output[position : position + 200]
        level, written, data = command.groups()
        properties = {}
        for pair in written.split(","):
            name, _, value = pair.partition("=")
            assert name in _PROPERTIES
            assert name not in properties
            assert ":" not in value
            properties[name] = decoded(value, "%25|%0D|%0A|%3A|%2C")
        if properties.get("line") != properties.get("endLine"):
            assert not {"col", "endColumn"} & set(properties)
        found.append(Annotation(level, properties, decoded(data, "%25|%0D|%0A")))
        position = command.end()
    return found


def annotations(report: Report) -> list[Annotation]:
    return parse(RENDERERS["github"](report, Options()))


@settings(max_examples=50)
@given(reports())
def test_hostile_texts_make_no_command_of_their_own(report: Report) -> None:
    found = annotations(report)
    assert found[-1].properties.keys() == {"title"}
    assert len(found) <= 30


@pytest.mark.parametrize("case", CASES)
def test_the_last_annotation_is_the_verdict(case: str) -> None:
    last = annotations(CASES[case])[-1]
    assert last.level == "notice"
    assert re.fullmatch(r"gonogo: (GO|NO-GO|UNDECIDED|CONDITIONAL|NEUTRAL)", last.properties["title"])


def test_levels_places_and_texts() -> None:
    found = annotations(MIXED)
    assert [(each.level, each.properties["title"]) for each in found] == [
        ("error", "launch.privacy.approved (mandatory)"),
        ("error", "launch.rollback.rehearsed (undecided)"),
        ("warning", "unused-waiver (warning)"),
        ("warning", "launch.rollback.rehearsed (advisory)"),
        ("notice", "launch.rollback.owner (upcoming)"),
        ("notice", "gonogo: NO-GO"),
    ]
    assert found[0].properties == {
        "file": PLAN,
        "line": "14",
        "endLine": "14",
        "col": "11",
        "endColumn": "18",
        "title": "launch.privacy.approved (mandatory)",
    }
    assert found[0].text.splitlines()[-1] == "Fix: After sign-off, set status: approved"


@pytest.mark.parametrize(
    ("location", "numbers"),
    [
        (at(PLAN, 3, 5, 9), {"line": "3", "endLine": "3", "col": "5", "endColumn": "9"}),
        (Location(PLAN, Span(3, 5, 4, 2)), {"line": "3", "endLine": "4"}),
        (Location(PLAN), {"line": "1", "endLine": "1"}),
    ],
    ids=["one line", "two lines", "a file"],
)
def test_positions(location: Location, numbers: dict[str, str]) -> None:
    first = annotations(MIXED._replace(results=(result("r", "fail", location, "m"),), diagnostics=()))[0]
    assert first.properties == {"file": PLAN, **numbers, "title": "r (mandatory)"}


@pytest.mark.parametrize("text", ["100% %0A", "a:b,c", "a\nb", "::error::x"])
def test_texts_arrive_as_they_were(text: str) -> None:
    found = annotations(
        MIXED._replace(results=(result("r", "fail", at("a:b,c%.yaml", 1, 1, 2), text),), diagnostics=())
    )
    assert found[0].text == text
    assert found[0].properties["file"] == "a:b,c%.yaml"


def many(number: int, **shape: object) -> list[Result]:
    return [result(f"r{n}", "fail", at(PLAN, n + 1, 1, 2), f"m{n}", **shape) for n in range(number)]


def test_of_too_many_the_most_pressing_are_shown_and_the_rest_counted() -> None:
    critical = many(41, severity="low")[-1]._replace(severity="critical")
    results = (
        *many(40, severity="low"),
        critical,
        *many(13, enforcement="advisory"),
        *many(12, enforcement="upcoming"),
    )
    found = annotations(MIXED._replace(results=results, diagnostics=()))
    levels = [each.level for each in found]
    assert [levels.count(level) for level in ("error", "warning", "notice")] == [10, 10, 10]
    assert found[0].text == "m40"
    assert "Not shown here: 31 errors, 3 warnings, 3 notices" in found[-1].text


def test_within_the_limits_nothing_is_said_of_them() -> None:
    found = annotations(MIXED._replace(results=tuple(many(10)), diagnostics=()))
    assert "Not shown" not in found[-1].text


def test_old_warnings_annotate_nothing_and_are_counted() -> None:
    place = at("gonogo.yaml", 9, 1, 2)
    old = [Diagnostic("not-collected", f"m{n}", place, "", "warning", age="existing") for n in range(4)]
    new = Diagnostic("unknown-product", "fresh", place, "", "warning", age="new")
    report = CHANGE._replace(results=(), rules=(), diagnostics=(*old, new))
    found = annotations(report)
    said = [each.properties["title"].split(" ")[0] for each in found if each.level == "warning"]
    assert said == ["judging-changed", "unknown-product"]
    assert "Not shown here: 4 warnings about what judges, there before this change." in found[-1].text
    wrong = [each._replace(level="error") for each in old]
    assert sum(each.level == "error" for each in annotations(report._replace(diagnostics=tuple(wrong)))) == 4

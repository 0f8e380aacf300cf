"""What mends itself is shown in every format that can show it: on the lines of a change, and harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from checker.model import ChangedFile, Edit, Report, Span
from checker.render import RENDERERS, Options
from checker.render.mends import offering
from tests.render.changes import CHANGE
from tests.render.reports import MIXED, PLAN, at
from tests.render.test_host_formats import failing

LINE = "  status: pending  # why"
EDIT = Edit(Span(14, 11, 14, 18), "approved", LINE)


def with_edit(edit: Edit = EDIT, lines: tuple[tuple[int, int], ...] = ((10, 20),), **more: Any) -> Report:
    """A report of one failure, in a file of which these lines are new."""
    assert CHANGE.comparison
    comparison = CHANGE.comparison._replace(files=(ChangedFile(PLAN, "", lines),))
    return failing("Say so", edit=edit, **more)._replace(comparison=comparison)


def fixes(report: Report) -> list[Any]:
    (result,) = json.loads(RENDERERS["sarif"](report, Options()))["runs"][0]["results"]
    found: list[Any] = result.get("fixes", [])
    return found


def suggestions(report: Report) -> list[Any]:
    """Those of rdjson."""
    said = json.loads(RENDERERS["rdjson"](report, Options()))["diagnostics"]
    return [each for one in said for each in one.get("suggestions", [])]


def shown(report: Report) -> dict[str, bool]:
    """Whether a format shows the edit."""
    return {
        "sarif": bool(fixes(report)),
        "rdjson": bool(suggestions(report)),
        "suggestions": json.loads(RENDERERS["suggestions"](report, Options())) != [],
        "terminal": " = mend: " in RENDERERS["terminal"](report, Options()),
    }


def test_a_mend_on_a_line_of_the_change_is_shown_everywhere() -> None:
    assert set(shown(with_edit()).values()) == {True}


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (with_edit(lines=((1, 13), (15, 20))), "another line"),
        (with_edit(lines=()), "none of its lines"),
        (with_edit(location=at("elsewhere.yaml", 14, 11, 18)), "another file"),
        (with_edit(waived=MIXED.results[2].waived), "accepted"),
        (with_edit(EDIT._replace(whole_line="")), "nobody knows the line"),
        (with_edit(EDIT._replace(whole_line=f"{LINE} \x1b[31m")), "an escape"),
        (with_edit(EDIT._replace(whole_line=f"{LINE} \u202e")), "another direction"),
        (with_edit(EDIT._replace(whole_line=f"{LINE} \u2066")), "an isolate"),
        (with_edit(EDIT._replace(text="a\nb")), "two lines"),
        (with_edit(EDIT._replace(text="\u200b")), "nothing that anybody sees"),
        (with_edit(EDIT._replace(text="pending")), "no difference"),
        (with_edit(EDIT._replace(span=Span(14, 11, 14, 99))), "beyond the line"),
    ],
)
def test_what_is_no_answer_is_shown_nowhere(report: Report, why: str) -> None:
    assert set(shown(report).values()) == {False}, why


def test_without_a_base_every_line_may_be_mended_but_no_review_is_written() -> None:
    report = with_edit()._replace(comparison=None)
    assert shown(report) == {"sarif": True, "rdjson": True, "suggestions": False, "terminal": True}
    assert offering(report)(report.results[0]) == EDIT


def test_sarif_says_which_characters_are_replaced(
    sarif_schema: dict[str, Any], multitool: Callable[[Path], list[dict[str, Any]]], tmp_path: Path
) -> None:
    report = with_edit(fix="Say so, [here](x)")
    log = RENDERERS["sarif"](report, Options())
    assert [error.message for error in Draft4Validator(sarif_schema).iter_errors(json.loads(log))] == []
    (fix,) = fixes(report)
    assert fix["description"] == {"text": "Say so, [here] (x)."}
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"].endswith(PLAN)
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 14, "startColumn": 11, "endLine": 14, "endColumn": 18},
            "insertedContent": {"text": "approved"},
        }
    ]
    (tmp_path / "one.sarif").write_text(log, encoding="utf-8")
    found = {each["ruleId"] for each in multitool(tmp_path)}
    assert found == {"SARIF2005"}  # it wishes for an address of the tool


def test_a_file_that_no_host_can_show_has_no_fix() -> None:
    report = with_edit(location=at("../../elsewhere.yaml", 14, 11, 18))._replace(comparison=None)
    assert fixes(report) == []


def test_the_terminal_shows_the_line_as_it_will_read() -> None:
    text = RENDERERS["terminal"](with_edit(), Options())
    assert "   = fix: Say so\n   = mend: status: approved  # why\n" in text
    assert "mend" not in RENDERERS["terminal"](failing("x"), Options())


def test_of_a_long_line_the_terminal_shows_what_is_new() -> None:
    edit = EDIT._replace(whole_line=LINE + "#" * 500)
    assert "   = mend: approved\n" in RENDERERS["terminal"](with_edit(edit), Options())


@pytest.mark.parametrize("text", ["/approve\n/merge", "x\r/merge", "x\u2028/merge", "x  \n/label ~x"])
def test_no_sentence_of_a_suggestion_is_a_command_to_a_host(text: str) -> None:
    report = with_edit(EDIT._replace(whole_line="/merge # pending", span=Span(14, 10, 14, 17)), rule=text)
    report = report._replace(results=(report.results[0]._replace(message=text, fix=text),))
    (comment,) = json.loads(RENDERERS["suggestions"](report, Options()))
    outside, fence, inside = comment["body"].partition("```suggestion\n")
    assert inside.startswith("/merge # approved\n```")
    assert fence
    assert not [line for line in outside.splitlines() if line.lstrip().startswith("/")]

"""Lines that mend themselves and try to become something else, from the file of a change to a suggestion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from checker.model import Report, Result
from checker.render import RENDERERS, Options
from tests.judging import KIND, configuration, policy, rule
from tests.render.reports import TRICKS
from tests.test_comparing import propose

PROPERTIES = {
    **KIND["properties"],
    "severity": {"enum": ["high", "low"]},
    "password": {"type": "string"},
    "api_key": {"type": "string"},
    "``` market": {"type": "string"},
    "lab\u202eel": {"type": "string"},
}
BASE = {
    "gonogo.yaml": configuration(),
    "thing.schema.json": json.dumps({**KIND, "properties": PROPERTIES}),
    "policies/test.policy.yaml": policy(rule("subject.id == 'a'")),
    "a.thing.yaml": "id: a\nname: Lamp\nteir: 2\n",
}
SECRET = "correct-horse-battery"
KEY = "ghp_" + "Zx81Qb7Lm2Vc93Kd5Tn6Wp4Rj0Hs8Yf1Gg7"


def changed(folder: Path, line: str) -> Report:
    """The report of a change that adds a line to a thing with a fault of its own."""
    change = propose(folder, BASE).put({"a.thing.yaml": f"{BASE['a.thing.yaml']}{line}\n"})
    report = change.report()
    assert not report.diagnostics
    return report


def faults(report: Report) -> list[Result]:
    return [each for each in report.results if each.rule == "thing.schema" and each.outcome == "fail"]


def suggestions(report: Report) -> list[Any]:
    found: list[Any] = json.loads(RENDERERS["suggestions"](report, Options()))
    return found


def everything(report: Report) -> str:
    return "\n".join(render(report, Options()) for render in RENDERERS.values())


def fixed_lines(report: Report) -> list[int]:
    """The lines that SARIF and rdjson would mend."""
    (run,) = json.loads(RENDERERS["sarif"](report, Options()))["runs"]
    said = json.loads(RENDERERS["rdjson"](report, Options()))["diagnostics"]
    sarif = [
        replacement["deletedRegion"]["startLine"]
        for result in run["results"]
        for fix in result.get("fixes", ())
        for replacement in fix["artifactChanges"][0]["replacements"]
    ]
    assert sarif == [s["range"]["start"]["line"] for each in said for s in each.get("suggestions", ())]
    return sarif


def test_only_what_the_change_brings_is_mended(tmp_path: Path) -> None:
    report = changed(tmp_path, "severity: hgih  # for now")
    assert sorted((each.age, each.edit is not None) for each in faults(report)) == [
        ("existing", True),
        ("new", True),
    ]
    (comment,) = suggestions(report)
    assert (comment["path"], comment["line"]) == ("a.thing.yaml", 4)
    assert "```suggestion\nseverity: high  # for now\n```" in comment["body"]
    assert fixed_lines(report) == [4]


@pytest.mark.parametrize(
    "trick", [*TRICKS, "`" * 9, "~~~", "```suggestion", "```\n", "a``b`c", "<!-- x", "@all"]
)
def test_no_line_ends_its_suggestion(tmp_path: Path, trick: str) -> None:
    (trick, *_) = trick.encode("utf-8", "replace").decode().replace("\0", "").splitlines() or [""]
    line = f"severity: hgih  # {trick}"
    report = changed(tmp_path, line)
    for comment in suggestions(report):
        fences = [each for each in MarkdownIt("gfm-like").parse(comment["body"]) if each.type == "fence"]
        assert [each.info for each in fences] == ["suggestion"]
        assert fences[0].content == line.replace("hgih", "high") + "\n"
    if "`" in trick or "~" in trick:
        # An `&` or a `!` in front of a word might be YAML's, and then nothing is certain.
        assert bool(suggestions(report)) == (" &" not in line)


@pytest.mark.parametrize(
    "line",
    [
        "severity: hgih  # \u202e",
        "severity: hgih  # \u200b",
        "severity: hgih  # \u2066x",
        'severity: "hgih"  # \ufeff',
    ],
)
def test_what_nobody_can_see_is_not_offered(tmp_path: Path, line: str) -> None:
    report = changed(tmp_path, line)
    assert suggestions(report) == []
    assert fixed_lines(report) == []


@pytest.mark.parametrize(
    "line",
    [
        f"pasword: {SECRET}",
        f"Password: {SECRET}",
        f'"api-key": "{SECRET}"',
        f"severity: hgih  # password: {SECRET}",
        f"severity: hgih  # {KEY}",
        f"severity: hgih  # token={SECRET}",
        f"any: {{password: {SECRET}}}\nseverity: hgih  # not {SECRET}",
        f"ownr: {KEY}",
        f"version: 7 # https://ada:{SECRET}@example.org/",
    ],
)
def test_no_credential_is_in_an_edit(tmp_path: Path, line: str) -> None:
    report = changed(tmp_path, line)
    assert [each.edit for each in faults(report) if each.age == "new" and each.edit] == []
    assert suggestions(report) == []
    text = everything(report)
    assert f"password: {SECRET}" not in text
    assert KEY not in text


def test_a_line_beside_a_credential_is_mended(tmp_path: Path) -> None:
    report = changed(tmp_path, f"password: {SECRET}\nseverity: hgih")
    (comment,) = suggestions(report)
    assert "severity: high" in comment["body"]
    assert SECRET not in everything(report)


def test_a_name_of_a_schema_is_quoted_or_not_offered(tmp_path: Path) -> None:
    report = changed(tmp_path, '"``` markt": Eve')
    (comment,) = suggestions(report)
    assert '````suggestion\n"``` market": Eve\n````' in comment["body"]


def test_a_name_that_nobody_can_see_is_not_offered(tmp_path: Path) -> None:
    report = changed(tmp_path, "Label: Eve")
    assert len(faults(report)) == 2
    assert suggestions(report) == []

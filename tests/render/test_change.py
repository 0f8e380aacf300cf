"""What the formats for people tell of a change: new before old, nothing hidden, what judges said loudly."""

from __future__ import annotations

import json
import re
from typing import Any

import junitparser
import pytest
from hypothesis import given, settings

from checker.model import ChangedFile, Comparison, Diagnostic, Flip, Location, Report, Result, StageChange
from checker.render import RENDERERS, Options, change, tally
from checker.render.comment import mark
from checker.render.identity import fingerprints
from tests.render.changes import BASE, CHANGE, CHANGE_ALL, CLEAN_CHANGE, COMPARISON, HEAD, NEUTRAL, PRODUCTS
from tests.render.hostile import reports
from tests.render.reports import BROKEN, MIXED, PLAN, at, result

PEOPLE = ("terminal", "markdown", "summary", "comment")


def page(report: Report, name: str = "terminal", **options: object) -> str:
    return RENDERERS[name](report, Options(**options))  # type: ignore[arg-type]


def words(text: str) -> str:
    return " ".join(text.split())


def compared(*results: Result, **differing: Any) -> Report:
    bare = Comparison(BASE, HEAD, BASE, "new", (), (), (), (), ())
    return MIXED._replace(results=results, diagnostics=(), comparison=bare._replace(**differing))


def failure(name: str, age: str, **shape: Any) -> Result:
    return result(name, "fail", at(PLAN, 4, 1, 2), f"about {name}", age=age, **shape)


# What counts


@pytest.mark.parametrize("outcome", ["fail", "error"])
@pytest.mark.parametrize(
    ("fail_on", "age", "enforcement", "expected"),
    [
        ("new", "new", "mandatory", True),
        ("new", "existing", "mandatory", False),
        ("all", "new", "mandatory", True),
        ("all", "existing", "mandatory", True),
        ("new", "new", "advisory", False),
        ("all", "new", "upcoming", False),
    ],
)
def test_what_blocks(outcome: str, fail_on: str, age: str, enforcement: str, expected: bool) -> None:
    found = result("r", outcome, at(PLAN, 1, 1, 2), "m", age=age, enforcement=enforcement)
    assert tally.blocks(found, COMPARISON._replace(fail_on=fail_on)) == expected  # type: ignore[arg-type]
    assert tally.blocks(found, None) == (enforcement == "mandatory")


@settings(max_examples=60)
@given(reports())
def test_a_base_changes_no_count_and_hides_nothing(report: Report) -> None:
    plain = report._replace(
        comparison=None, results=tuple(each._replace(age="", anchor=None) for each in report.results)
    )
    assert tally.counts(report.results) == tally.counts(plain.results)
    assert sorted(map(id, tally.findings(report))) == sorted(
        id(each) for each in report.results if each.outcome in ("fail", "error")
    )
    assert len(change.brought(report)) + len(change.before(report)) == len(tally.findings(report))
    assert fingerprints(report.results) == fingerprints(plain.results)


def test_the_new_comes_first() -> None:
    found = [
        failure("old-critical", "existing", severity="critical"),
        failure("new-low", "new", severity="low"),
        failure("old-advisory", "existing", enforcement="advisory"),
        failure("new-upcoming", "new", enforcement="upcoming"),
    ]
    by_new = [each.rule for each in tally.findings(compared(*found))]
    assert by_new == ["new-low", "new-upcoming", "old-critical", "old-advisory"]
    by_all = [each.rule for each in tally.findings(compared(*found, fail_on="all"))]
    assert by_all == ["new-low", "old-critical", "new-upcoming", "old-advisory"]


@pytest.mark.parametrize(
    ("ages", "fail_on", "fixed", "said"),
    [
        (
            ("new", "existing", "existing"),
            "new",
            2,
            ("1 new failure; 1 pass, 3 fail (1 new, 2 there before), ", "; 2 fixed"),
        ),
        (("new", "existing"), "all", 0, ("2 failures; 1 pass, 2 fail (1 new, 1 there before), ", "0 error")),
        (("existing",), "new", 1, ("no new failure; 1 pass, 1 fail (there before), ", "; 1 fixed")),
        (("new", "new"), "new", 0, ("2 new failures; 1 pass, 2 fail (new), ", "0 error")),
        ((), "all", 0, ("no failure; 1 pass, 0 fail, ", "0 error")),
    ],
)
def test_the_line_of_counts(ages: tuple[str, ...], fail_on: str, fixed: int, said: tuple[str, str]) -> None:
    found = [failure(f"r{n}", age) for n, age in enumerate(ages)]
    report = compared(MIXED.results[0], *found, fail_on=fail_on, fixed=(failure("f", ""),) * fixed)
    assert tally.summary(report).startswith(said[0])
    assert tally.summary(report).endswith(said[1])
    for name in (*PEOPLE, "github"):
        assert said[0] in page(report, name).replace("&#8203;", "")


def test_undecided_checks_are_told_apart() -> None:
    report = compared(failure("r", "new"), result("e", "error", at(PLAN, 1, 1, 2), "m", age="new"))
    assert tally.summary(report).startswith("1 new failure and 1 new undecided check; ")


# What was there before


def test_what_was_there_before_is_a_line_and_the_rest_is_counted() -> None:
    old = [failure(f"old{n:02}", "existing") for n in range(50)]
    text = words(page(compared(*old, failure("fresh", "new"))))
    assert "error[fresh]: about fresh" in text
    assert "error[old" not in text
    assert "There before this change, and not held against it (50)" in text
    assert len(re.findall(r"failed about old\d\d", text)) == change.SHOWN
    assert "… and 40 more; the json output has all of them." in text
    assert "With --fail-on all they count, and are shown in full." in text


def test_with_all_they_are_shown_in_full_and_marked() -> None:
    text = page(compared(failure("old", "existing"), fail_on="all"))
    assert "error[old]: about old" in text
    assert "= note: was there before this change" in text
    assert "There before" not in text


def test_quiet_is_what_blocks_what_judges_and_the_verdict() -> None:
    text = page(CHANGE, quiet=True)
    assert text.count("\nerror[") + text.startswith("error[") == 3
    assert "This change edits what judges" in text
    for absent in ("There before", "Fixed", "promotes", "will block  ", "upcoming["):
        assert absent not in text


def test_a_comment_counts_what_was_there_before_by_rule() -> None:
    old = [failure("a.rule", "existing") for _ in range(7)] + [failure("b.rule", "existing")]
    text = page(compared(*old), "comment")
    assert "<summary>There before this change, by rule (2)</summary>" in text
    assert "8 failures were there before this change." in text
    assert "| `a.rule` | fail | 7 |" in text
    assert "about a.rule" not in text


# Stages


@pytest.mark.parametrize(
    ("old", "stage", "gates", "said"),
    [
        ("beta", "ga", ("ga",), "promotes atlas to ga (from beta), through gate ga."),
        ("alpha", "ga", ("beta", "ga"), "promotes atlas to ga (from alpha), through gates beta and ga."),
        ("", "ga", ("a", "b", "c"), "brings atlas in at ga, through gates a, b and c."),
        ("ga", "beta", (), "moves atlas from ga to beta, through no gate."),
        ("", "alpha", (), "puts atlas into alpha, through no gate."),
        ("ga", "", (), "takes atlas out of its lifecycle (it was in ga); what states no stage is judged"),
    ],
)
@pytest.mark.parametrize("name", PEOPLE)
def test_a_change_of_stage_is_told(
    old: str, stage: str, gates: tuple[str, ...], said: str, name: str
) -> None:
    moved = StageChange("atlas", old, stage, gates, at(PRODUCTS, 4, 10, 12))
    text = words(page(compared(MIXED.results[0], stages=(moved,)), name))
    assert f"This change {said}" in text
    assert ("Nothing blocks there." in text) == bool(gates)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_check_of_some_rules_says_that_it_decides_about_no_gate(name: str) -> None:
    moved = StageChange("atlas", "beta", "ga", ("ga",), at(PRODUCTS, 4, 10, 12))
    report = compared(MIXED.results[0], stages=(moved,))._replace(asked=("rule product.*",))
    text = words(page(report, name))
    assert "Nothing of what was asked for (rule product." in text
    assert "blocks there, which decides about no gate." in text


def test_a_gate_lacks_what_it_asks_for_whatever_its_age() -> None:
    moved = StageChange("checkout", "beta", "ga", ("ga",), None)
    results = (
        failure("new", "new", gate="ga"),
        failure("old", "existing", gate="ga"),
        failure("elsewhere", "new", gate="beta"),
        failure("advice", "new", gate="ga", enforcement="advisory"),
        failure("accepted", "new", gate="ga", waived=MIXED.results[2].waived),
        failure("other", "new", gate="ga", subject=MIXED.results[4].subject),
        MIXED.results[0]._replace(gate="ga"),
    )
    report = compared(*results, stages=(moved,))
    (passage,) = change.passages(report)
    assert [each.rule for each in passage.lacks] == ["new", "elsewhere", "old"]
    assert "That gate still lacks:" in page(report)


def test_many_changes_of_stage_sort_the_findings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = [StageChange(f"p{n}", "beta", "ga", ("ga",), None) for n in range(50)]
    subjects = [MIXED.results[0].subject._replace(product=each.product) for each in moved]
    results = [failure(f"r{number}", "new", subject=each) for number, each in enumerate(subjects)]
    ranked: list[Result] = []
    rank = tally.rank

    def counted(result: Result, comparison: Comparison | None) -> Any:
        ranked.append(result)
        return rank(result, comparison)

    monkeypatch.setattr(tally, "rank", counted)
    passages = change.passages(compared(*results, stages=tuple(moved)))
    assert [len(each.lacks) for each in passages] == [1] * 50
    assert len(ranked) == 50


def test_many_changes_of_stage_are_counted() -> None:
    moved = tuple(StageChange(f"p{n}", "beta", "ga", ("ga",), None) for n in range(50))
    report = compared(MIXED.results[0], stages=moved)
    assert "… and 40 more; the json output has all of them." in page(report)
    assert "### Other changes of stage (40)" in page(report, "markdown")


# What judges


@pytest.mark.parametrize("name", [*PEOPLE, "github"])
def test_editing_what_judges_is_said_loudly(name: str) -> None:
    text = words(page(CHANGE, name).replace("%0A", " ").replace("> ", " "))
    assert "This change edits what judges: gates/ga.gate.yaml, policies/rollback.policy.yaml." in text
    assert "None of that judges this change: what stands in commit 0123456789ab does." in text
    assert "Once merged: 2 checks will block that do not yet, and 1 check will block no longer." in text
    assert "edits what judges" not in page(CLEAN_CHANGE, name)


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ("", "a pinned folder does."),
        (HEAD, "It judges this change too, since the base has nothing that could."),
    ],
)
def test_who_judges_instead(judge: str, said: str) -> None:
    assert change.judging(CHANGE._replace(comparison=COMPARISON._replace(judge=judge)))[1].endswith(said)


@pytest.mark.parametrize(
    ("flips", "said"),
    [
        ((), "Once merged, it flips no check made here."),
        ((True,), "Once merged: 1 check will block that does not yet."),
        ((False, False), "Once merged: 2 checks will block no longer."),
    ],
)
def test_what_flips(flips: tuple[bool, ...], said: str) -> None:
    found = tuple(Flip(each, MIXED.results[1]) for each in flips)
    assert change.judging(CHANGE._replace(comparison=COMPARISON._replace(flips=found)))[2] == said


def test_what_is_announced_is_no_flip_to_the_better() -> None:
    upcoming = MIXED.results[1]._replace(enforcement="upcoming", waived=None)
    found = CHANGE._replace(comparison=COMPARISON._replace(flips=(Flip(False, upcoming),)))
    assert change.judging(found)[2] == "Once merged: 1 check will be announced, and block nothing yet."
    assert "is announced" in page(found, "comment")
    assert "is announced" in page(found, "terminal")


def test_what_would_free_a_change_is_to_be_merged_before_it() -> None:
    def last(result: Result) -> str:
        compared = COMPARISON._replace(flips=(Flip(False, result),))
        return change.judging(CHANGE._replace(comparison=compared))[-1]

    assert last(MIXED.results[1]).startswith("Once merged: 1 check")  # it stands in the way of nothing here
    (blocking, *_) = (each for each in CHANGE.results if tally.blocks(each, COMPARISON))
    assert last(blocking) == "What frees this change must be merged before it, by a change of its own."


def test_nothing_is_said_of_flips_where_the_change_could_not_judge() -> None:
    broken = CHANGE._replace(
        comparison=COMPARISON._replace(flips=()), diagnostics=(Diagnostic("below-floor", "too much"),)
    )
    assert change.judging(broken)[2] == "What it flips once merged can be told when the errors are mended."


def test_many_files_that_judge_are_counted() -> None:
    names = tuple(f"policies/p{n}.policy.yaml" for n in range(30))
    assert (
        "p7.policy.yaml and 22 more."
        in change.judging(CHANGE._replace(comparison=COMPARISON._replace(judging=names)))[0]
    )


# Neutral


@pytest.mark.parametrize("name", PEOPLE)
def test_neutral_is_no_verdict(name: str) -> None:
    text = page(NEUTRAL, name)
    assert "NEUTRAL" in text
    assert NEUTRAL.neutral in text
    assert not re.search(r"\bGO\b|UNDECIDED|nothing was checked|0 subjects", text)


@pytest.mark.parametrize("name", [*PEOPLE, "github", "checks", "junit"])
def test_a_defect_of_what_judges_is_not_neutral(name: str) -> None:
    broken = NEUTRAL._replace(exit_code=2, diagnostics=BROKEN.diagnostics)
    text = page(broken, name)
    assert "neutral" not in text.lower()
    assert "launch-plan has no field rolback" in text


def test_neutral_is_green_in_junit() -> None:
    found = junitparser.JUnitXml.fromstring(page(NEUTRAL, "junit").encode())
    assert (found.tests, found.errors, found.failures) == (1, 0, 0)


# Hosts


def commands(report: Report) -> list[str]:
    return page(report, "github").splitlines()


def test_workflow_commands_stand_on_changed_lines_from_the_root_of_the_repository() -> None:
    first = commands(CHANGE)[0]
    assert first.startswith("::error file=governance/products.yaml,line=4,")
    assert "%0AFound in governance/launches/atlas/launch.yaml:30%0AFix: " in first
    assert all("file=governance/" in line for line in commands(CHANGE) if "file=" in line)


def test_old_failures_are_notices_behind_all_others() -> None:
    old = [failure(f"old{n}", "existing", severity="critical") for n in range(30)]
    results = (*old, failure("fresh", "new"), failure("soon", "new", enforcement="upcoming"))
    lines = commands(compared(*results, files=(ChangedFile(PLAN, "", ()),)))
    assert [line.split(" ")[0] for line in lines] == ["::error", *["::notice"] * 10]
    assert "title=soon (upcoming)" in lines[1]
    assert all("(mandatory%2C there before)" in line for line in lines[2:-1])
    assert "Not shown here: 22 notices" in lines[-1]


def test_old_failures_elsewhere_are_counted() -> None:
    old = [failure(f"old{n}", "existing") for n in range(30)]
    first, last = commands(compared(*old, failure("fresh", "new")))
    assert "title=fresh" in first
    assert "30 fail" not in first
    assert "Not shown here: 30 findings that were there before, in files that this change does not" in last


def test_with_all_old_failures_are_errors_behind_the_new() -> None:
    old = [failure(f"old{n}", "existing", severity="critical") for n in range(30)]
    lines = commands(compared(*old, failure("fresh", "new", severity="low"), fail_on="all"))
    assert "title=fresh (mandatory)" in lines[0]
    assert [line.split(" ")[0] for line in lines] == [*["::error"] * 10, "::notice"]
    assert "title=old0 (mandatory%2C there before)" in lines[1]


def sarif(report: Report) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = json.loads(page(report, "sarif"))["runs"][0]["results"]
    return results


def uri(place: dict[str, Any]) -> tuple[str, int]:
    physical = place["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_sarif_says_of_every_result_whether_it_is_new_or_of_none() -> None:
    states = [each["baselineState"] for each in sarif(CHANGE)]
    assert states == ["new"] * 4 + ["updated"] + ["unchanged"] * 3
    assert "suppressions" in sarif(CHANGE)[-1]
    assert not any("baselineState" in each for each in sarif(MIXED))
    many = compared(*(failure("r", "new", key=str(n)) for n in range(5_001)))
    assert {each.get("baselineState") for each in sarif(many)} == {"new", "unchanged"}


def test_sarif_points_at_the_changed_line_and_keeps_the_place() -> None:
    first = sarif(CHANGE)[0]
    assert uri(first["locations"][0]) == ("governance/products.yaml", 4)
    assert uri(first["relatedLocations"][0]) == ("governance/launches/atlas/launch.yaml", 30)
    for each in sarif(CHANGE):
        for place in each["locations"] + each.get("relatedLocations", []):
            assert uri(place)[0].startswith("governance/")


def test_an_alert_keeps_its_name_whatever_it_is_held_against_and_wherever_it_stands() -> None:
    def names(report: Report) -> set[str]:
        return {each["partialFingerprints"]["primaryLocationLineHash"] for each in sarif(report)}

    moved = tuple(
        each._replace(location=Location(each.location.path, at("x", 99, 1, 2).span), anchor=None)
        for each in CHANGE.results
    )
    same = names(CHANGE)
    assert names(CHANGE._replace(results=moved)) == same
    assert names(CHANGE_ALL) == names(CHANGE._replace(comparison=None)) == same


def test_a_rule_has_its_help_in_markdown_that_is_inert() -> None:
    rule = MIXED.rules[1]._replace(fix="[x](https://evil.example) @ada-example", description="<b>")
    text = json.loads(page(MIXED._replace(rules=(rule,)), "sarif"))["runs"][0]["tool"]["driver"]["rules"]
    told = text[0]["help"]["markdown"]
    assert told.startswith("**The rollback has an owner**\n\n&#60;b>\n\n**Fix:** &#91;x](https&#58;&#8203;//")
    assert "Controls: `SOC2:CC8.1`" in told
    assert "@" not in told


def test_junit_is_red_for_what_is_new_alone() -> None:
    def states(report: Report) -> dict[str, int]:
        found = junitparser.JUnitXml.fromstring(page(report, "junit").encode())
        assert {case._elem.get("file").split("/")[0] for suite in found for case in suite} == {"governance"}
        names = [type(state).__name__ for suite in found for case in suite for state in case.result]
        passed = sum(not case.result for suite in found for case in suite)
        return {"Passed": passed, **{name: names.count(name) for name in sorted(set(names))}}

    assert states(CHANGE) == {"Passed": 1, "Failure": 3, "Skipped": 8}
    assert states(CHANGE_ALL) == {"Passed": 1, "Error": 1, "Failure": 4, "Skipped": 6}
    assert 'message="there before, fail: The privacy review is not approved"' in page(CHANGE, "junit")


def test_a_comment_begins_with_its_marks() -> None:
    lines = page(CHANGE, "comment").splitlines()
    assert lines[:3] == [mark(CHANGE), f"<!-- gonogo: head {HEAD} -->", "## NO-GO acme"]


@pytest.mark.parametrize("head", ["", "--> <b>", "main", HEAD.upper(), f"{HEAD}\n"])
def test_what_is_no_commit_gets_no_mark(head: str) -> None:
    report = CHANGE._replace(comparison=COMPARISON._replace(head=head))
    assert page(report, "comment").splitlines()[1] == "## NO-GO acme"

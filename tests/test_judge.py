"""From results to verdict and exit code: what is worse wins, and nothing is never green."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from checker import judge
from checker.model import (
    Diagnostic,
    Enforcement,
    Evidence,
    Location,
    Outcome,
    Report,
    Result,
    RuleInfo,
    Severity,
    Span,
    SubjectRef,
    Waived,
)
from tests.judging import check, configuration, policy, rule, write

WAIVER = Waived("W1", "Ada Example", "A reason", "2026-12-31")


def result(
    outcome: Outcome,
    enforcement: Enforcement = "mandatory",
    *,
    waived: bool = False,
    name: str = "r",
    severity: Severity = "medium",
) -> Result:
    return Result(
        name,
        "p",
        SubjectRef("thing", "a", "a.yaml"),
        outcome,
        severity,
        enforcement,
        "said",
        Location("a.yaml"),
        (),
        waived=WAIVER if waived else None,
    )


def error(path: str = "gonogo.yaml", line: int = 1, level: str = "error") -> Diagnostic:
    location = Location(path, Span(line, 1, line, 2))
    return Diagnostic("code", "said", location, level="error" if level == "error" else "warning")


def report(*results: Result, diagnostics: tuple[Diagnostic, ...] = (), complete: bool = True) -> Report:
    return judge.report(
        tool_version="1",
        workspace="test",
        as_of=datetime(2026, 6, 1, tzinfo=UTC),
        results=results,
        rules=[RuleInfo(id, id, "p", "1.0.0", "", "medium", "thing") for id in ("r", "s")],
        diagnostics=diagnostics,
        inputs=[Evidence("b", "", "files"), Evidence("a", "", "files"), Evidence("b", "", "files")],
        complete=complete,
    )


PASS, FAIL, ERROR, SKIP = result("pass"), result("fail"), result("error"), result("not-applicable")
WAIVED = result("fail", waived=True)

VERDICTS = [
    ([PASS], "go", 0),
    ([PASS, SKIP], "go", 0),
    ([PASS, WAIVED], "conditional", 0),
    ([PASS, FAIL], "no-go", 1),
    ([PASS, ERROR], "undecided", 4),
    ([FAIL, ERROR], "no-go", 1),
    ([FAIL, WAIVED], "no-go", 1),
    ([WAIVED, ERROR], "undecided", 4),
    ([PASS, result("fail", "advisory")], "go", 0),
    ([PASS, result("error", "advisory")], "go", 0),
    ([PASS, result("fail", "upcoming"), result("error", "upcoming")], "go", 0),
    ([result("fail", "advisory")], "go", 0),
    ([], "undecided", 3),
    ([SKIP, SKIP], "undecided", 3),
]


@pytest.mark.parametrize(("results", "verdict", "code"), VERDICTS)
def test_the_verdict_and_the_exit_code(results: list[Result], verdict: str, code: int) -> None:
    for order in permutations(results):
        found = report(*order)
        assert (found.verdict, found.exit_code) == (verdict, code)


@pytest.mark.parametrize(("results", "verdict", "_code"), VERDICTS)
def test_an_open_condition_makes_a_go_conditional_and_nothing_better(
    results: list[Result], verdict: str, _code: int
) -> None:
    assert judge.verdict(results, conditions=1) == ("conditional" if verdict == "go" else verdict)


@pytest.mark.parametrize(("results", "verdict", "_code"), VERDICTS)
def test_a_defect_of_what_judges_is_exit_code_2_whatever_else(
    results: list[Result], verdict: str, _code: int
) -> None:
    found = report(*results, diagnostics=(error(),))
    assert (found.verdict, found.exit_code) == ("no-go" if verdict == "no-go" else "undecided", 2)


@pytest.mark.parametrize(("results", "verdict", "code"), VERDICTS)
def test_a_warning_changes_nothing(results: list[Result], verdict: str, code: int) -> None:
    found = report(*results, diagnostics=(error(level="warning"),))
    assert (found.verdict, found.exit_code) == (verdict, code)


@pytest.mark.parametrize(("results", "verdict", "code"), VERDICTS)
def test_what_is_missing_leaves_undecided_what_did_not_fail(
    results: list[Result], verdict: str, code: int
) -> None:
    found = report(*results, complete=False)
    if verdict == "no-go":
        assert (found.verdict, found.exit_code) == ("no-go", 1)
    else:
        assert (found.verdict, found.exit_code) == ("undecided", 3 if code == 3 else 4)


def test_a_report_is_in_order_whatever_it_was_given(tmp_path: Path) -> None:
    found = report(
        result("pass", name="s"),
        diagnostics=(error("b", level="warning"), error("b", 2), error("b", 1), error("a", level="warning")),
    )
    assert [(d.level, d.location and d.location.path) for d in found.diagnostics] == [
        ("error", "b"),
        ("error", "b"),
        ("warning", "a"),
        ("warning", "b"),
    ]
    assert [d.location.span.line for d in found.diagnostics[:2] if d.location and d.location.span] == [1, 2]
    assert [e.locator for e in found.inputs] == ["a", "b"]
    assert [r.id for r in found.rules] == ["s"]  # those that were applied


@pytest.mark.parametrize(
    ("results", "diagnostics", "complete", "step"),
    [
        ([PASS], (), True, ""),
        ([], (), True, "gonogo config show tells which files and packs gonogo looks for"),
        (
            [PASS],
            (error("p.yaml"),),
            True,
            "mend the first diagnostic at p.yaml, then run gonogo check again",
        ),
        (
            [result("fail", name="low", severity="low"), result("fail", name="high", severity="high")],
            (),
            True,
            "gonogo explain high",
        ),
        (
            [result("error", name="undecided", severity="critical"), result("fail", name="failed")],
            (),
            True,
            "gonogo explain failed",
        ),
        ([result("error", name="undecided")], (), True, "gonogo explain undecided"),
        ([PASS, WAIVED, result("fail", "advisory")], (), True, ""),
        (
            [PASS, result("fail", "upcoming")],
            (),
            True,
            "gonogo check --statistics shows what the next gate will ask for",
        ),
        (
            [PASS],
            (error("gonogo.yaml", level="warning"),),
            False,
            "mend the first warning at gonogo.yaml, then run gonogo check again",
        ),
    ],
)
def test_the_next_step_is_the_one_that_helps_most(
    results: list[Result], diagnostics: tuple[Diagnostic, ...], complete: bool, step: str
) -> None:
    assert report(*results, diagnostics=diagnostics, complete=complete).next_step == step


# The same from end to end

RULES = {"policies/p.policy.yaml": policy(rule("subject.tier == 1", when="!has(subject.draft)"))}


@pytest.mark.parametrize(
    ("files", "selected", "verdict", "code"),
    [
        ({**RULES, "a.thing.yaml": "tier: 1"}, {}, "go", 0),
        ({**RULES, "a.thing.yaml": "tier: 2"}, {}, "no-go", 1),
        ({**RULES, "a.thing.yaml": "tier: 2", "b.thing.yaml": "tier: x"}, {}, "no-go", 1),
        ({**RULES, "a.thing.yaml": "draft: true"}, {"rules": ("test.rule",)}, "undecided", 3),
        ({**RULES, "a.thing.yaml": "tier: 1"}, {"kinds": ("release",)}, "undecided", 3),
        (RULES, {}, "undecided", 3),
        (
            {"policies/p.policy.yaml": policy(rule("subject.tire == 1")), "a.thing.yaml": ""},
            {},
            "undecided",
            2,
        ),
        ({"gonogo.yaml": "version: 1\n"}, {}, "undecided", 3),
        ({"gonogo.yaml": ""}, {}, "undecided", 2),
        ({"gonogo.yaml": configuration(packs=["./nowhere"])}, {}, "undecided", 2),
    ],
)
def test_nothing_is_silently_green(
    tmp_path: Path, files: dict[str, str], selected: dict[str, tuple[str, ...]], verdict: str, code: int
) -> None:
    found = check(write(tmp_path, files), **selected)
    assert (found.verdict, found.exit_code) == (verdict, code)
    assert found.next_step or verdict == "go"


def test_no_workspace_at_all_is_a_defect(tmp_path: Path) -> None:
    found = check(tmp_path)
    assert (found.verdict, found.exit_code, [d.code for d in found.diagnostics]) == (
        "undecided",
        2,
        ["missing"],
    )

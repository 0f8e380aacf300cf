"""Tests of policies bite both ways: what a case says must hold, and what it does not say must not fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.authoring.testing import Run
from tests.authoring.packs import COVERED, GIVEN, POLICY, ran


def messages(run: Run) -> list[str]:
    return [mismatch.message for case in run.failed for mismatch in case.mismatches]


def test_cases_that_hold_pass(tmp_path: Path) -> None:
    run = ran(tmp_path, COVERED)
    assert (run.exit_code, len(run.cases), run.failed, run.uncovered) == (0, 3, (), ())


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (
            "expect: { launch.rollback.owner: fail }",
            ["launch.rollback.owner: expected fail, got pass"],
        ),
        (
            "expect: { '*': not-applicable }",
            [
                "launch.rollback.owner: expected not-applicable, got pass",
                "launch.rollback.step-owner: expected not-applicable, got pass",
            ],
        ),
        (
            "remove: [ /subject/rollback/owner ]\n    expect: { launch.rollback.step-owner: pass }",
            ["launch.rollback.owner: got fail, which the case does not name"],
        ),
        (
            "set: { /subject/rollback/steps/0/owner: '' }\n    expect: { launch.rollback.step-owner: pass }",
            ["launch.rollback.step-owner: expected pass, got fail"],
        ),
        (
            "set: { /subject/rollback/steps/0/owner: '' }\n"
            "    expect: { 'launch.rollback.step-owner[s2]': pass }",
            ["launch.rollback.step-owner[s1]: got fail, which the case does not name"],
        ),
        (
            "expect: { 'launch.rollback.step-owner[s3]': pass }",
            ["launch.rollback.step-owner[s3]: there is no element s3; its elements are s1, s2"],
        ),
        (
            "set: { /subject/rollback/owner: '' }\n"
            "    expect: { launch.rollback.owner: { outcome: fail, message: Nobody calls it } }",
            ["launch.rollback.owner: another message"],
        ),
        (
            "set: { /subject/rollback/owner: '' }\n"
            "    expect: { launch.rollback.owner: { outcome: fail, at: /name } }",
            ["launch.rollback.owner: points elsewhere"],
        ),
        (
            "set: { /subject/tire: 1 }\n    expect: { launch.rollback.owner: pass }",
            ["launch-plan.schema: got fail, which the case does not name"],
        ),
        (
            "remove: [ /subject/tier ]\n    expect: { '*': not-applicable }",
            [
                "launch.rollback.owner: expected not-applicable, got error",
                "launch.rollback.step-owner: expected not-applicable, got error",
            ],
        ),
    ],
)
def test_what_disagrees_is_said(tmp_path: Path, case: str, expected: list[str]) -> None:
    run = ran(tmp_path, f"{COVERED}  - name: the case\n    {case}\n")
    assert messages(run) == expected
    assert run.exit_code == 1


@pytest.mark.parametrize(
    "case",
    [
        "expect: { launch.rollback.owner: pass }",
        "set: { /subject/rollback/owner: TBD }\n    expect: { launch.rollback.owner: "
        "{ outcome: fail, at: /rollback/owner, message: Checkout names no rollback owner } }",
        "set: { /subject/rollback: null }\n    expect: { '*': fail }",
        "set: { /subject/rollback/owner: null }\n    expect: { launch.rollback.owner: fail }",
        "remove: [ /subject/rollback/steps/1 ]\n    expect: { launch.rollback.step-owner: pass }",
        "remove: [ /subject/rollback/steps/0 ]\n    expect: { 'launch.rollback.step-owner[s2]': pass }",
        "set: { /subject/rollback/steps/-: { id: s3 } }\n"
        "    expect: { 'launch.rollback.step-owner[s3]': fail }",
        "set: { /subject/tire: 1 }\n    expect: { launch-plan.schema: fail }",
        "set: { /subject/tier: 3 }\n    expect: { '*': not-applicable }",
        "remove: [ /subject/tier ]\n    expect: { '*': error }",
    ],
)
def test_what_agrees_passes(tmp_path: Path, case: str) -> None:
    run = ran(tmp_path, f"{COVERED}  - name: the case\n    {case}\n")
    assert (messages(run), run.exit_code) == ([], 0)


def test_a_mismatch_points_into_the_tests_file_and_gives_the_reasons(tmp_path: Path) -> None:
    case = "set: { /subject/rollback/owner: '' }\n    expect: { launch.rollback.owner: pass }\n"
    (failed,) = ran(tmp_path, f"{COVERED}  - name: the case\n    {case}").failed
    (mismatch,) = failed.mismatches
    assert mismatch.location.path == "demo.tests.yaml"
    assert mismatch.location.span is not None
    lines = f"{GIVEN}{COVERED}  - name: the case\n    {case}".splitlines()
    assert lines[mismatch.location.span.line - 1].strip().startswith("expect:")
    assert mismatch.details[0] == "Checkout names no rollback owner"
    assert mismatch.details[-1] == 'subject.rollback.owner is ""'


def test_a_result_of_a_case_points_at_the_line_that_caused_it(tmp_path: Path) -> None:
    from checker.authoring.cases import load
    from checker.authoring.testing import evaluate
    from tests.authoring.packs import loaded

    text = f"{GIVEN}  - name: a\n    set: {{ /subject/rollback/owner: TBD }}\n    expect: {{ '*': fail }}\n"
    (case,), wrong = load("demo.tests.yaml", lambda _: text.encode(), loaded(tmp_path))
    assert not wrong
    (result,) = (result for result in evaluate(case) if result.outcome == "fail")
    assert result.location.span is not None
    line = text.splitlines()[result.location.span.line - 1]
    assert line[result.location.span.column - 1 : result.location.span.end_column - 1] == "TBD"


@pytest.mark.parametrize(
    ("cases", "uncovered"),
    [
        (COVERED.split("  - name: nobody does")[0], [("launch.rollback.step-owner", ("failing",))]),
        (
            "  - name: a\n    set: { /subject/tier: 3 }\n    expect: { '*': not-applicable }\n",
            [
                ("launch.rollback.owner", ("passing", "failing")),
                ("launch.rollback.step-owner", ("passing", "failing")),
            ],
        ),
        # A pass that no case asks for holds nothing.
        (
            "  - name: a\n    set: { /subject/rollback/owner: '' }\n"
            "    expect: { launch.rollback.owner: fail }\n",
            [
                ("launch.rollback.owner", ("passing",)),
                ("launch.rollback.step-owner", ("passing", "failing")),
            ],
        ),
    ],
)
def test_rules_that_no_case_holds_from_both_sides_are_reported(
    tmp_path: Path, cases: str, uncovered: list[tuple[str, tuple[str, ...]]]
) -> None:
    run = ran(tmp_path, cases)
    assert [(each.rule, each.missing) for each in run.uncovered] == uncovered
    assert run.exit_code == 1


@pytest.mark.parametrize(
    ("case", "code", "message"),
    [
        (
            "expect: { launch.rolback.owner: pass }",
            "unknown-rule",
            "policy `launch.rollback` has no rule `launch.rolback.owner`",
        ),
        (
            "set: { subject/tier: 3 }\n    expect: { '*': pass }",
            "pointer",
            "'subject/tier' is no JSON pointer: it begins with /",
        ),
        (
            "remove: [ /subject/tire ]\n    expect: { '*': pass }",
            "pointer",
            "there is nothing at /subject/tire",
        ),
        (
            "set: { /subject/tier/x: 3 }\n    expect: { '*': pass }",
            "pointer",
            "/subject/tier is a single value, with nothing below it",
        ),
        (
            "set: { /subject/rollback/steps/7: {} }\n    expect: { '*': pass }",
            "pointer",
            "/subject/rollback/steps has 2 items, and no place 7",
        ),
        ("remove: [ /subject ]\n    expect: { '*': pass }", "no-subject", "nothing is left of the subject"),
        (
            "set: { /params/max_age_days: 400 }\n    expect: { '*': pass }",
            "param-range",
            "max_age_days must be at most 365; found 400",
        ),
        (
            "set: { /params/max_age: 40 }\n    expect: { '*': pass }",
            "unknown-param",
            "policy `launch.rollback` has no parameter `max_age`",
        ),
        ("as_of: 2026-02-30\n    expect: { '*': pass }", "date", "2026-02-30 is not a moment"),
        (
            "set: { /others: [ { kind: pdr, id: x } ] }\n    expect: { '*': pass }",
            "unknown-kind",
            "there is no kind `pdr`",
        ),
    ],
)
def test_a_mistake_in_a_tests_file_is_a_diagnostic(
    tmp_path: Path, case: str, code: str, message: str
) -> None:
    run = ran(tmp_path, f"  - name: the case\n    {case}\n")
    assert [(found.code, found.message) for found in run.diagnostics] == [(code, message)]
    assert run.diagnostics[0].location is not None
    assert run.diagnostics[0].location.span is not None
    assert run.uncovered == ()
    assert run.exit_code == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (GIVEN.replace("launch.rollback", "launch.rolback", 1), "unknown-policy"),
        ("policy: [", "yaml-syntax"),
        (GIVEN.replace("as_of", "asof"), "schema-required"),
        (f"timezone: Europe/Londonn\n{GIVEN}", "unknown-timezone"),
        (f"format: 2\n{GIVEN}", "newer-format"),
    ],
)
def test_a_file_that_is_no_tests_file_is_a_diagnostic(tmp_path: Path, given: str, code: str) -> None:
    run = ran(tmp_path, COVERED, given=given)
    assert code in {found.code for found in run.diagnostics}
    assert run.exit_code == 2


def test_other_subjects_products_the_old_and_captures_are_there(tmp_path: Path) -> None:
    policy = """\
policy: demo.all
version: 1.0.0
title: Demo
owner: product-operations
subject: launch-plan
rules:
  - { id: demo.product, title: A, assert: product.name == "Checkout" }
  - { id: demo.old, title: A, assert: is_new || subject.tier <= old.tier }
  - { id: demo.lookup, title: A, assert: 'lookup("prd", subject.prd).title == "Express"' }
  - { id: demo.related, title: A, assert: 'size(related("prd")) == 1' }
  - { id: demo.data, title: A, assert: 'data.people.exists(p, p == subject.owner)' }
  - { id: demo.path, title: A, assert: path.folder == "launches" }
  - { id: demo.params, title: A, assert: subject.tier <= 3 }
"""
    given = """\
policy: demo.all
as_of: 2026-06-01
given:
  subject: { id: a, name: A, tier: 2, prd: p, owner: Ada Example, product: checkout }
  product: { id: checkout, name: Checkout }
  old: { id: a, name: A, tier: 3 }
  data: { people: [ Ada Example ] }
  path: { folder: launches }
  others:
    - { kind: prd, id: p, title: Express, product: checkout }
    - { kind: prd, id: q, title: Other, product: another }
cases:
  - name: all is found
    expect: { '*': pass }
  - name: another product is found
    set:
      /product/name: Search
      /old/tier: 1
      /others/0/title: Slow
      /others/0/product: x
      /data/people/0: Ben Sample
      /path/folder: x
    expect:
      demo.product: fail
      demo.old: fail
      demo.lookup: fail
      demo.related: error
      demo.data: fail
      demo.path: fail
  - name: it is new
    set: { /old: {} }
    expect: { demo.old: pass }
  - name: there is no base
    remove: [ /old ]
    expect: { demo.old: not-applicable }
"""
    assert messages(ran(tmp_path, "", policy=policy, given=given)) == []


def test_the_clock_of_a_case_is_the_end_of_its_day(tmp_path: Path) -> None:
    policy = POLICY.replace("filled(subject.rollback.owner)", 'now >= timestamp("2026-06-01T23:00:00Z")')
    policy = policy.replace("when: subject.tier <= 2\n", "")
    cases = """\
  - { name: by day, expect: { launch.rollback.owner: pass } }
  - { name: by time, as_of: 2026-06-01T12:00:00Z, expect: { launch.rollback.owner: fail } }
  - { name: the day before, as_of: 2026-05-31, expect: { launch.rollback.owner: fail } }
"""
    assert messages(ran(tmp_path, cases, policy=policy)) == []


def test_hundreds_of_cases_compile_the_policy_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from checker import cel

    compiled = []
    compile_ = cel.Environment.compile
    monkeypatch.setattr(
        cel.Environment, "compile", lambda self, text: (compiled.append(text), compile_(self, text))[1]
    )
    run = ran(tmp_path, "".join(f"  - {{ name: case {n}, expect: {{ '*': pass }} }}\n" for n in range(300)))
    assert len(run.cases) == 300
    assert len(compiled) < 20

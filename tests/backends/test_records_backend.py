"""The reference backend with a base revision, and the evidence, places and order of its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from checker import plan, run
from checker.backends import memo, records
from checker.model import Result
from checker.plan import Selector
from checker.snapshot import Snapshot, Subject
from checker.transports.disk import Disk
from tests.judging import DAY, judged, policy, rule, write

Olds = Mapping[tuple[str, str], dict[str, Any]] | None


def against(folder: Path, olds: Olds, *rules: Mapping[str, Any], subject: str, **head: Any) -> list[Result]:
    """The results of a policy's rules on one thing, compared with what it was."""
    files = {"policies/p.policy.yaml": policy(*rules, **head), "a.thing.yaml": subject}
    workspace, _ = run.load(str(write(folder, files)))
    assert workspace is not None
    as_of = datetime(2026, 6, 1, tzinfo=UTC)
    snapshot, _, _ = run.collect(workspace, Disk(folder), Selector(), as_of)
    planned = plan.make(workspace, snapshot, as_of, Selector(rules=("test.*",)))
    return records.run(planned, olds)


BASE = {("thing", "a"): {"id": "a", "tier": 1, "owner": "Ada"}}
ELSEWHERE = {("thing", "b"): {"id": "b"}}


@pytest.mark.parametrize(
    ("assertion", "olds", "expected"),
    [
        ("old.tier <= subject.tier", None, "not-applicable"),
        ("is_new", None, "not-applicable"),
        ("old.tier <= subject.tier", BASE, "pass"),
        ("old.tier == subject.tier", BASE, "fail"),
        ("old.legacy == 'x'", BASE, "fail"),
        ("!is_new", BASE, "pass"),
        ("is_new", ELSEWHERE, "pass"),  # there is a base, which did not have it
        ("is_new", {}, "pass"),
        ("is_new || old.tier <= subject.tier", {}, "pass"),
        ("old.tier <= subject.tier", {}, "fail"),  # `old` is empty for a new subject
        ("!has(old.tier)", {}, "pass"),
        ("subject.tier == 2", None, "pass"),
    ],
)
def test_rules_about_the_base(tmp_path: Path, assertion: str, olds: Olds, expected: str) -> None:
    (result,) = against(tmp_path, olds, rule(assertion), subject="{ id: a, tier: 2 }")
    assert result.outcome == expected


@pytest.mark.parametrize(
    ("where", "olds", "expected"),
    [
        ("rule", None, "not-applicable"),
        ("rule", {}, "not-applicable"),
        ("rule", BASE, "fail"),
        ("policy", None, "not-applicable"),
        ("policy", {}, "not-applicable"),
        ("policy", BASE, "fail"),
    ],
)
def test_conditions_about_the_base(tmp_path: Path, where: str, olds: Olds, expected: str) -> None:
    head, more = {}, {}
    (head if where == "policy" else more)["when"] = "!is_new"
    (result,) = against(tmp_path, olds, rule("false", **more), subject="{ id: a }", **head)
    assert result.outcome == expected


def test_what_was_removed_can_be_told(tmp_path: Path) -> None:
    (result,) = against(
        tmp_path,
        BASE,
        rule("!has(old.owner) || has(subject.owner)", message="{old.owner} owned it, now nobody does"),
        subject="id: a\ntier: 1\n",
    )
    assert (result.outcome, result.message) == ("fail", "Ada owned it, now nobody does")


SUBJECT = """\
id: a
tier: 3
rollback:
  owner: TBD
steps:
  - { id: one, minutes: 5 }
"""


@pytest.mark.parametrize(
    ("assertion", "more", "at"),
    [
        ("subject.tier == 1", {}, "2:7"),  # the value that decided
        ("filled(subject.rollback.owner)", {}, "4:10"),
        ("filled(subject.rollback.rehearsed_on)", {}, "3:1"),  # the nearest ancestor that is there
        ("filled(subject.name)", {}, "1:1"),
        ("subject.tier == 1", {"at": "/rollback/owner"}, "4:10"),  # where the rule says
        ("subject.tier == 1", {"at": "/rollback/rehearsed_on"}, "3:1"),
        ("subject.tier == 1", {"at": "/steps/0/id"}, "6:11"),
        ("item.minutes > 5", {"each": "subject.steps"}, "6:25"),
        ("item.done", {"each": "subject.steps"}, "6:5"),
        ("item.minutes > 5", {"each": "subject.steps", "at": "/id"}, "6:11"),
        ("subject.tier == 3", {"at": "/tier"}, "2:7"),  # of a pass too
        ("subject.tier == 3", {}, "1:1"),
        ("item.minutes == 5", {"each": "subject.steps"}, "6:5"),
    ],
)
def test_a_result_points_at_what_decided(
    tmp_path: Path, assertion: str, more: dict[str, Any], at: str
) -> None:
    (result,) = against(tmp_path, None, rule(assertion, **more), subject=SUBJECT)
    span = result.location.span
    assert span is not None
    assert f"{span.line}:{span.column}" == at
    assert (result.excerpt is None) == (result.outcome == "pass")


def test_every_result_names_its_evidence(tmp_path: Path) -> None:
    report = judged(tmp_path, {"policies/p.policy.yaml": policy(rule("true")), "a.thing.yaml": "id: a"}, DAY)
    digests = {e.locator: e.digest for e in report.inputs}
    for result in report.results:
        assert [(e.locator, e.digest, e.collector) for e in result.evidence] == [
            ("a.thing.yaml", digests["a.thing.yaml"], "files")
        ]


def test_results_stand_in_the_order_of_file_subject_and_rule(tmp_path: Path) -> None:
    rules = [
        rule("subject.tier == 1", id="test.z"),
        rule("filled(subject.rollback.owner)", id="test.b"),
        rule("subject.tier == 2", id="test.a"),
        rule("filled(item.owner)", id="test.c", each="subject.steps", key="item.id"),
    ]
    files = {
        "policies/p.policy.yaml": policy(*rules),
        "b.thing.yaml": SUBJECT,
        "a.thing.yaml": SUBJECT.replace("id: a", "id: b"),
    }
    report = judged(tmp_path, files, rules=("test.*",))
    assert [(r.subject.path, r.rule) for r in report.results] == [
        (path, name)
        for path in ("a.thing.yaml", "b.thing.yaml")
        for name in ("test.a", "test.b", "test.c", "test.z")
    ]


def test_a_budget_that_is_exceeded_is_an_error_that_names_it(tmp_path: Path) -> None:
    steps = ", ".join(f"{{ minutes: {n} }}" for n in range(200))
    loops = "subject.steps.all(a, subject.steps.all(b, subject.steps.all(c, a.minutes + b.minutes >= 0)))"
    looping = rule(loops, allow_empty=True, fix="Shorten it.")
    (result,) = against(tmp_path, None, looping, subject=f"id: a\nsteps: [{steps}]\n")
    assert result.outcome == "error"
    assert result.message.startswith("subject.steps.all(a, ")
    assert result.message.endswith(": the expression needs more work than its budget of 1,000,000 steps")
    assert result.fix == "", "what the rule tells to fix is not what is wrong"


def test_progress_is_told_for_every_subject(tmp_path: Path) -> None:
    files = {"policies/p.policy.yaml": policy(rule("true")), "a.thing.yaml": "{}", "b.thing.yaml": "{}"}
    told: list[tuple[int, int]] = []
    run.check(
        run.Request(
            str(write(tmp_path, files)),
            lambda zone: datetime(2026, 6, 1, tzinfo=zone),
            progress=lambda done, total: told.append((done, total)),
        )
    )
    assert told == [(1, 2), (2, 2)]


def test_what_is_related_is_gathered_once_and_compared_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = policy(rule("related('thing').exists(t, t.id == subject.id)"))
    things = "".join(f"- {{ id: t{n}, product: checkout }}\n" for n in range(50))
    workspace, _ = run.load(str(write(tmp_path, {"policies/p.policy.yaml": asking, "a.thing.yaml": things})))
    assert workspace is not None
    as_of = datetime(2026, 6, 1, tzinfo=UTC)
    first, _, _ = run.collect(workspace, Disk(tmp_path), Selector(), as_of)
    second = replace(first)  # another snapshot, with the same subjects in it
    gathered: list[str] = []
    compared: list[object] = []
    related = Snapshot.related

    def gathering(snapshot: Snapshot, kind: str, product: str) -> Sequence[Subject]:
        gathered.append(product)
        return related(snapshot, kind, product)

    def comparing(one: object, other: object) -> bool:
        compared.append(one)
        return one is other

    monkeypatch.setattr(Snapshot, "related", gathering)
    monkeypatch.setattr(memo, "operator", SimpleNamespace(is_=comparing))
    shared = records.Memo()
    found = [
        records.run(plan.make(workspace, each, as_of, Selector(rules=("test.*",))), memo=shared)
        for each in (first, second)
    ]
    assert found[0] == found[1]
    assert [result.outcome for result in found[0]] == ["pass"] * 50
    assert (gathered, len(compared)) == (["checkout"] * 2, 50)

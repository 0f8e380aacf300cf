"""Which rules count for whom: gates, stages, enforcement, parameters, and from which day on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from checker.model import Result
from tests.judging import check, configuration, judged, policy, rule, write

LIFECYCLE = json.dumps(
    {
        "lifecycle": "short",
        "title": "Short",
        "stages": [{"id": id, "title": id} for id in ("build", "alpha", "beta", "ga", "sunset")],
    }
)
CONFIGURATION: dict[str, Any] = {"gates": "*.gate.yaml", "lifecycles": "*.lifecycle.yaml"}


def gate(id: str, *binds: Mapping[str, Any], to: str = "", **more: Any) -> dict[str, str]:
    """The file of a gate; it leads to a stage where `to` names one."""
    stages = {"lifecycle": "short", "to": to} if to else {}
    return {f"{id}.gate.yaml": json.dumps({"gate": id, "title": id, **stages, "binds": binds, **more})}


def results(
    folder: Path,
    gates: Mapping[str, str],
    subject: str = "{}",
    *,
    rules: Any = None,
    head: Mapping[str, Any] | None = None,
    workspace: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
    as_of: str = "2026-06-01",
    **selected: Any,
) -> dict[str, Result]:
    """The results of the rules `r.one` and `r.two` (or others) on a thing that fails them, by rule."""
    rules = rules or [rule("false", id="r.one"), rule("false", id="r.two")]
    report = judged(
        folder,
        {
            "gonogo.yaml": configuration(**{**CONFIGURATION, **(workspace or {})}),
            "short.lifecycle.yaml": LIFECYCLE,
            "policies/p.policy.yaml": policy(*rules, **(head or {})),
            "a.thing.yaml": subject,
            **gates,
            **(files or {}),
        },
        as_of,
        **selected,
    )
    return {r.rule: r for r in report.results if r.subject.path == "a.thing.yaml"}


PACK, POLICY, RULE = {"pack": "policies"}, {"policy": "test"}, {"rule": "r.one"}
ADVISORY = {"enforcement": "advisory"}


# Precedence


@pytest.mark.parametrize(
    ("binds", "one", "two"),
    [
        ([PACK], "mandatory", "mandatory"),
        ([{**PACK, **ADVISORY}], "advisory", "advisory"),
        ([{**PACK, **ADVISORY}, POLICY], "mandatory", "mandatory"),
        (
            [POLICY, {**PACK, **ADVISORY}],
            "mandatory",
            "mandatory",
        ),  # the more specific wins, wherever it stands
        ([RULE, {**PACK, **ADVISORY}], "mandatory", "advisory"),
        ([{**RULE, **ADVISORY}, POLICY], "advisory", "mandatory"),
        ([POLICY, {**POLICY, **ADVISORY}], "advisory", "advisory"),  # the last of those alike
        ([{"rule": "*", **ADVISORY}, POLICY], "advisory", "advisory"),
        ([{"rule": "r.*", **ADVISORY}, RULE], "mandatory", "advisory"),
        ([{"pack": "pol*", **ADVISORY}], "advisory", "advisory"),
        ([{"policy": "te*t", **ADVISORY}], "advisory", "advisory"),
        ([{"rule": "*.two", **ADVISORY}], "mandatory", "advisory"),  # what nothing binds always counts
    ],
)
def test_the_most_specific_binding_of_a_gate_wins(
    tmp_path: Path, binds: list[dict[str, Any]], one: str, two: str
) -> None:
    found = results(tmp_path, gate("all", *binds))
    assert (found["r.one"].enforcement, found["r.two"].enforcement) == (one, two)


def test_of_several_gates_that_count_the_strictest_decides(tmp_path: Path) -> None:
    gates = gate("beta", {**POLICY, **ADVISORY}, to="beta") | gate("alpha", RULE, to="alpha")
    found = results(tmp_path, gates, "stage: ga")
    assert [(r.enforcement, r.gate) for r in found.values() if r.rule.startswith("r.")] == [
        ("mandatory", "alpha"),
        ("advisory", "beta"),
    ]


def test_a_gate_may_bind_the_rules_that_a_kind_brings(tmp_path: Path) -> None:
    found = results(tmp_path, gate("all", {"rule": "thing.schema", **ADVISORY}), "tire: 1")
    assert (found["thing.schema"].outcome, found["thing.schema"].enforcement) == ("fail", "advisory")
    assert found["thing.readable"].enforcement == "mandatory"


# Stages

STAGES = [
    # the stage, what becomes of a rule that the gate to alpha binds, and of one that the gate to ga binds
    ("build", "upcoming", "later"),
    ("alpha", "mandatory", "upcoming"),
    ("beta", "mandatory", "upcoming"),
    ("ga", "mandatory", "mandatory"),
    ("sunset", "mandatory", "mandatory"),
    ("elsewhere", "mandatory", "mandatory"),  # what cannot be placed is judged by everything
    ("", "mandatory", "mandatory"),
]
GATES = gate("to-alpha", RULE, to="alpha") | gate("to-ga", {"rule": "r.two"}, to="ga")


def standing(result: Result) -> str:
    return "later" if result.outcome == "not-applicable" else result.enforcement


@pytest.mark.parametrize(("stage", "alpha", "ga"), STAGES)
def test_what_counts_follows_the_stage_of_the_artifact(
    tmp_path: Path, stage: str, alpha: str, ga: str
) -> None:
    found = results(tmp_path, GATES, f"stage: {stage}" if stage else "{}")
    assert (standing(found["r.one"]), standing(found["r.two"])) == (alpha, ga)
    assert (found["r.one"].gate, found["r.two"].gate) == ("to-alpha", "to-ga")


@pytest.mark.parametrize(("stage", "alpha", "ga"), STAGES)
def test_what_counts_follows_the_stage_of_the_product(
    tmp_path: Path, stage: str, alpha: str, ga: str
) -> None:
    product = {"id": "shop", "name": "Shop", "owners": ["Ada Example"], **({"stage": stage} if stage else {})}
    found = results(
        tmp_path,
        GATES,
        "product: shop",
        workspace={"products": "products.yaml"},
        files={"products.yaml": json.dumps([product])},
    )
    assert (standing(found["r.one"]), standing(found["r.two"])) == (alpha, ga)


def test_an_artifact_ahead_of_its_product_is_judged_by_its_own_stage(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        GATES,
        "{ product: shop, stage: ga }",
        workspace={"products": "products.yaml"},
        files={"products.yaml": "- { id: shop, name: Shop, owners: [ Ada Example ], stage: build }"},
    )
    assert (standing(found["r.one"]), standing(found["r.two"])) == ("mandatory", "mandatory")


def test_a_later_gate_says_that_it_is_not_next(tmp_path: Path) -> None:
    result = results(tmp_path, GATES, "stage: build")["r.two"]
    assert (result.outcome, result.message) == (
        "not-applicable",
        "gate to-ga asks for it, which is not next yet",
    )


@pytest.mark.parametrize(
    ("stage", "hint"),
    [("betaa", "Did you mean `beta`?"), ("moon", "Write one of its stages: build, alpha, beta, ga, sunset.")],
)
def test_a_stage_that_no_lifecycle_has_is_judged_by_everything_and_said_once(
    tmp_path: Path, stage: str, hint: str
) -> None:
    results(tmp_path, GATES, f"stage: {stage}", files={"other.thing.yaml": f"stage: {stage}\n"})
    report = check(tmp_path)
    found = {(r.enforcement, r.outcome) for r in report.results if r.rule == "r.two"}
    assert found == {("mandatory", "fail")}
    (told,) = [each for each in report.diagnostics if each.code == "unknown-stage"]
    assert (told.hint, told.level) == (hint, "warning")
    assert told.message.startswith(f"the lifecycle short has no stage `{stage}`")


def test_upcoming_failures_block_nothing(tmp_path: Path) -> None:
    results(tmp_path, GATES, "stage: build")
    report = check(tmp_path)
    assert (report.verdict, report.exit_code) == ("go", 0)
    assert report.next_step == "gonogo check --statistics shows what the next gate will ask for"


# Parameters

LIMIT = [rule("subject.tier <= params.limit", id="r.one", message="{params.limit}")]


@pytest.mark.parametrize(
    ("workspace", "binding", "selected", "limit"),
    [
        ({}, {}, {}, "10"),
        ({"limit": 20}, {}, {}, "20"),
        ({"limit": 20}, {"limit": 30}, {}, "30"),
        ({}, {"limit": 30}, {}, "30"),
        ({"limit": 20}, {"limit": 30}, {"limit": 40}, "40"),
        ({"other": 1}, {}, {}, "10"),
    ],
)
def test_the_command_line_wins_over_the_gate_over_the_workspace_over_the_default(
    tmp_path: Path, workspace: dict[str, int], binding: dict[str, int], selected: dict[str, int], limit: str
) -> None:
    found = results(
        tmp_path,
        gate("all", {**PACK, "params": binding}),
        "tier: 99",
        rules=LIMIT,
        head={"params": {"limit": {"default": 10, "min": 1, "max": 50}, "other": 0}},
        workspace={"params": {"test": workspace}},
        params={"test": selected},
    )
    assert found["r.one"].message == limit


def test_of_gates_that_are_not_reached_the_first_sets_the_parameters(tmp_path: Path) -> None:
    gates = gate("a", {**RULE, "params": {"limit": 1}}, to="ga")
    gates |= gate("b", {**RULE, **ADVISORY, "params": {"limit": 2}}, to="beta")
    head = {"params": {"limit": 10}}
    early = results(tmp_path, gates, "{ tier: 99, stage: build }", rules=LIMIT, head=head)["r.one"]
    assert (early.gate, early.enforcement, early.message) == ("b", "upcoming", "2")
    late = results(tmp_path, gates, "{ tier: 99, stage: ga }", rules=LIMIT, head=head)["r.one"]
    assert (late.gate, late.enforcement, late.message) == ("a", "mandatory", "1")


@pytest.mark.parametrize(
    ("beta", "ga", "limit"),
    [
        ({"limit": 1}, {"limit": 2}, "2"),
        ({"limit": 2}, {"limit": 1}, "1"),
        ({"limit": 1}, {}, "1"),  # what an earlier gate asked for is still asked for
        ({}, {"limit": 1}, "1"),
    ],
)
@pytest.mark.parametrize("enforcement", ["mandatory", "advisory"])
def test_a_later_gate_sets_its_parameters_over_those_of_the_gates_before(
    tmp_path: Path, beta: dict[str, int], ga: dict[str, int], limit: str, enforcement: str
) -> None:
    gates = gate("z", {**RULE, "params": beta}, to="beta")
    gates |= gate("a", {**RULE, "enforcement": enforcement, "params": ga}, to="ga")
    head = {"params": {"limit": 10}}
    result = results(tmp_path, gates, "{ tier: 99, stage: ga }", rules=LIMIT, head=head)["r.one"]
    assert (result.enforcement, result.message) == ("mandatory", limit)


@pytest.mark.parametrize("other", [{"limit": 3}, {"first": [True]}, {"first": [2]}])
def test_the_condition_of_a_policy_is_asked_with_the_parameters_of_each_rule(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    head = {"when": "params.limit == 1 && params.first[0] == 1", "params": {"limit": 1, "first": [1]}}
    found = results(tmp_path, gate("all", PACK, {"rule": "r.two", "params": other}), head=head)
    assert {id: result.outcome for id, result in found.items() if id.startswith("r.")} == {
        "r.one": "fail",
        "r.two": "not-applicable",
    }


def test_a_whole_number_sets_a_parameter_that_is_a_double(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        gate("all", {**PACK, "params": {"share": 2}}),
        "percent: 10",
        rules=[rule("subject.percent <= params.share * 1.5", id="r.one")],
        head={"params": {"share": {"default": 0.5, "max": 3}}},
    )
    assert found["r.one"].message == "percent must be at most params.share * 1.5 (3); found 10"


@pytest.mark.parametrize(
    ("workspace", "binding", "limit"),
    [({}, {}, 10), ({"limit": 20}, {}, 20), ({"limit": 20}, {"limit": 30}, 30)],
)
def test_a_title_names_the_parameters_that_count(
    tmp_path: Path, workspace: dict[str, int], binding: dict[str, int], limit: int
) -> None:
    found = results(
        tmp_path,
        gate("all", {**PACK, "params": binding}),
        rules=[rule("true", id="r.one", title="At most {params.limit} days")],
        head={"params": {"limit": 10}},
        workspace={"params": {"test": workspace}},
    )
    assert found["r.one"].message == f"At most {limit} days"


# From which day on

DAYS = [
    # effective.from of the policy and of the rule, the planned launch, the day of the evaluation
    (None, None, None, "2026-06-01", "mandatory"),
    ("2026-06-01", None, None, "2026-06-01", "mandatory"),
    ("2026-06-02", None, None, "2026-06-01", "upcoming"),
    (
        "2026-06-02",
        None,
        "2026-06-02",
        "2026-01-01",
        "mandatory",
    ),  # compared with the launch, where there is one
    ("2026-06-02", None, "2026-06-01", "2026-12-31", "upcoming"),
    ("2026-06-02", None, "someday", "2026-06-01", "upcoming"),
    ("2026-06-02", None, "someday", "2026-06-02", "mandatory"),
    ("2026-01-01", "2026-07-01", None, "2026-06-01", "upcoming"),  # a rule's own day wins over its policy's
    ("2026-07-01", "2026-01-01", None, "2026-06-01", "mandatory"),
]


@pytest.mark.parametrize(("of_policy", "of_rule", "launch", "as_of", "expected"), DAYS)
def test_before_its_day_a_failure_is_announced(
    tmp_path: Path, of_policy: str | None, of_rule: str | None, launch: str | None, as_of: str, expected: str
) -> None:
    head = {"effective": {"from": of_policy}} if of_policy else {}
    more = {"effective": {"from": of_rule}} if of_rule else {}
    found = results(
        tmp_path,
        gate("all", PACK),
        f"launch_on: {launch}" if launch else "{}",
        rules=[rule("false", id="r.one", **more)],
        head=head,
        as_of=as_of,
    )
    assert (found["r.one"].outcome, found["r.one"].enforcement) == ("fail", expected)
    assert found["r.one"].gate == ("all" if expected == "mandatory" else "")  # it waits for no gate


def test_the_day_of_the_launch_is_the_workspaces(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        {},
        "launch_on: 2026-06-01T20:00:00Z",  # the second of June in Tokyo
        head={"effective": {"from": "2026-06-02"}},
        workspace={"timezone": "Asia/Tokyo", "gates": None},
    )
    assert found["r.one"].enforcement == "mandatory"


# What is asked for

OTHER = {
    "policies/q.policy.yaml": policy(
        rule("true", id="q.low", severity="low"),
        rule("true", id="q.critical", severity="critical"),
        policy="q",
    ),
    "sub/b.thing.yaml": "{}",
    "subway/c.thing.yaml": "{}",
    "gonogo.yaml": configuration(subjects=[{"kind": "thing", "files": "**/*.thing.yaml"}]),
}


@pytest.mark.parametrize(
    ("selected", "rules", "paths"),
    [
        ({"rules": ("q.*",)}, {"q.low", "q.critical"}, 3),
        ({"rules": ("q.low", "thing.schema")}, {"q.low", "thing.schema"}, 3),
        ({"severity": "high"}, {"q.critical", "thing.readable", "thing.schema"}, 3),
        ({"severity": "critical"}, {"q.critical"}, 3),
        ({"paths": ("sub",), "rules": ("q.low",)}, {"q.low"}, 1),
        ({"paths": ("sub/b.thing.yaml", "a.thing.yaml"), "rules": ("q.low",)}, {"q.low"}, 2),
        ({"paths": (".",), "rules": ("q.low",)}, {"q.low"}, 3),
        ({"kinds": ("thing",), "rules": ("q.low",)}, {"q.low"}, 3),
        ({"kinds": ("release",)}, set(), 0),
    ],
)
def test_a_selector_takes_what_is_asked_for(
    tmp_path: Path, selected: dict[str, Any], rules: set[str], paths: int
) -> None:
    report = judged(tmp_path, {"a.thing.yaml": "{}", **OTHER}, **selected)
    assert {r.rule for r in report.results} == rules
    assert {r.id for r in report.rules} == rules
    assert len({r.subject.path for r in report.results}) == paths


def test_a_selected_path_leaves_the_other_subjects_in_reach(tmp_path: Path) -> None:
    files = {
        **OTHER,
        "a.thing.yaml": "{}",
        "policies/q.policy.yaml": policy(rule('lookup("thing", "sub/b").id != "" || true', id="r.one")),
    }
    report = check(write(tmp_path, files), paths=("a.thing.yaml",), rules=("r.one",))
    assert [r.outcome for r in report.results] == ["pass"]

"""A workspace on a floor: what is there in any case, what may be added, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import plan, run
from checker.model import Diagnostic
from checker.policy.workspace import Workspace
from checker.run import checking
from tests.cli.workspaces import POLICY
from tests.policy.floors import (
    CONFIGURATION,
    FLOOR,
    FLOOR_CONFIGURATION,
    GATE,
    OWN,
    PRODUCTS,
    grounded,
    loaded,
    with_,
    write,
)

KIND = '{"type": "object", "properties": {"id": {"type": "string"}}}'
ADVISING = "gate: more\ntitle: More\nowner: me\nbinds:\n  - WHAT\n    enforcement: advisory\n"
LINE = "lifecycle: {}\ntitle: X\nstages: [ { id: a, title: A }, { id: b, title: B } ]\n"


def found(folder: Path, level: str = "error") -> list[Diagnostic]:
    return [each for each in run.load(str(folder))[1] if each.level == level]


def codes(folder: Path) -> set[str]:
    workspace, diagnostics = run.load(str(folder))
    wrong = {each.code for each in diagnostics if each.level == "error"}
    assert (workspace is None) == bool(wrong)
    return wrong


# what is there in any case


def test_what_the_floor_has_is_there(tmp_path: Path) -> None:
    workspace = loaded(grounded(tmp_path))
    assert [policy.id for policy in workspace.policies] == ["launch.named", "launch.rollback"]
    assert [gate.id for gate in workspace.gates] == ["ga"]
    assert list(workspace.lifecycles) == ["house"]
    assert "voyage" in workspace.kinds
    assert workspace.data == {"groups": {"approvers": ["ben"]}}
    assert workspace.params == {"launch.rollback": {"max_age_days": 60}}
    assert [(each.kind, each.field) for each in workspace.derived] == [("launch-plan", "tier")]
    assert (workspace.waiver_limits.days, workspace.waiver_limits.renewals) == (90, 1)
    assert set(workspace.people.roles) == {"approver"}
    assert workspace.signers == "floor:keys"
    assert str(workspace.zone) == "Europe/London"
    assert workspace.name == "shop"
    assert [selection.patterns for selection in workspace.selections] == [
        ("floor:products.yaml",),
        ("launches/*.yaml",),
    ]


def test_its_files_are_told_apart_wherever_it_lies(tmp_path: Path) -> None:
    first = loaded(grounded(tmp_path / "a"))
    second = loaded(grounded(tmp_path / "somewhere" / "else"))
    assert first.inputs == second.inputs
    locators = {evidence.locator for evidence in first.inputs}
    assert {"gonogo.yaml", "floor:gonogo.yaml", "floor:policies/pack.yaml", "floor:groups.yaml"} <= locators


def test_without_a_floor_there_is_none(tmp_path: Path) -> None:
    configuration = CONFIGURATION.replace("extends: { source: ../governance }\n", "")
    workspace = loaded(grounded(tmp_path, {"gonogo.yaml": configuration}))
    assert (workspace.floor, workspace.lock, workspace.policies) == (None, None, ())


# what may be added


@pytest.mark.parametrize(
    "files",
    [
        {**with_("packs: [ ./policies ]\n"), "policies/own.policy.yaml": OWN},
        {**with_("gates: '*.gate.yaml'\n"), "x.gate.yaml": GATE.replace("gate: ga", "gate: more")},
        {**with_("kinds: '*.schema.json'\n"), "boat.schema.json": KIND},
        {**with_("data: { more: more.yaml }\n"), "more.yaml": "a: 1\n"},
        with_("params: { launch.rollback: { max_age_days: 10 } }\n"),
        with_("params: { launch.rollback: { max_age_days: 60 } }\n"),
        with_("params: { launch.named: { least: 100 } }\n"),
        with_("derive: { launch-plan: { tier_reason: \"'It is small.'\" } }\n"),
        {**with_("people: p.yaml\n"), "p.yaml": "people: [ { id: cleo, name: Cleo Made-up } ]\n"},
        with_("packs: [ lifecycle ]\n"),
    ],
    ids=lambda files: files["gonogo.yaml"].removeprefix(CONFIGURATION).split(":")[0],
)
def test_what_may_be_added(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert codes(grounded(tmp_path, files)) == set()


def test_a_shipped_pack_that_both_name_is_read_once(tmp_path: Path) -> None:
    governance = FLOOR_CONFIGURATION.replace("[ ./policies ]", "[ ./policies, launch-readiness ]")
    governance = governance.replace("launch.rollback", "launch.named").replace("max_age_days", "least")
    folder = grounded(tmp_path, with_("packs: [ launch-readiness ]\n"), {"gonogo.yaml": governance})
    (tmp_path / "governance/policies/rollback.policy.yaml").unlink()
    (tmp_path / "governance/gates/ga.gate.yaml").write_text(GATE)
    workspace = loaded(folder)
    assert [pack.id for pack in workspace.packs] == ["demo", "launch-readiness"]


@pytest.mark.parametrize(
    ("own", "expected"),
    [("days: 30", (30, 1)), ("days: 300, renewals: 5", (90, 1)), ("renewals: 0", (90, 0))],
)
def test_of_two_limits_of_waivers_the_tighter_counts(
    tmp_path: Path, own: str, expected: tuple[int, int]
) -> None:
    limits = loaded(grounded(tmp_path, with_(f"waiver_limits: {{ {own} }}\n"))).waiver_limits
    assert (limits.days, limits.renewals) == expected


# what is refused

REFUSED: Mapping[str, tuple[Mapping[str, str], str]] = {
    "a policy's id": (
        {**with_("packs: [ ./policies ]\n"), "policies/x.policy.yaml": POLICY},
        "policy `launch.rollback` is also written in floor:policies/rollback.policy.yaml:1",
    ),
    "a gate's id": (
        {**with_("gates: '*.gate.yaml'\n"), "ga.gate.yaml": GATE},
        "gate `ga` is also written in floor:gates/ga.gate.yaml",
    ),
    "a lifecycle's id": (
        {**with_("lifecycles: x.lifecycle.yaml\n"), "x.lifecycle.yaml": LINE.replace("{}", "house")},
        "lifecycle `house` is also written in floor:house.lifecycle.yaml",
    ),
    "a kind": (
        {**with_("kinds: '*.schema.json'\n"), "voyage.schema.json": KIND},
        "voyage.schema.json: the kind `voyage` is that of floor:kinds/voyage.schema.json",
    ),
    "a shipped kind": (
        {**with_("kinds: '*.schema.json'\n"), "prd.schema.json": KIND},
        "prd.schema.json: the kind `prd` is shipped",
    ),
    "a parameter above its limit": (
        with_("params: { launch.rollback: { max_age_days: 61 } }\n"),
        "max_age_days must be at most 60, says the floor; found 61",
    ),
    "a parameter below its limit": (
        with_("params: { launch.rollback: { max_age_days: 9 } }\n"),
        "max_age_days must be at least 10, says the floor; found 9",
    ),
    "a parameter in a gate": (
        {
            **with_("gates: '*.gate.yaml'\n"),
            "x.gate.yaml": GATE.replace("gate: ga", "gate: more") + "    params: { max_age_days: 90 }\n",
        },
        "max_age_days must be at most 60, says the floor; found 90",
    ),
    "what counts always, from a stage on": (
        {
            **with_("gates: '*.gate.yaml'\n"),
            "x.gate.yaml": GATE.replace("gate: ga", "gate: more").replace("launch.rollback", "launch.named"),
        },
        "the floor always asks for launch.named, which this gate would ask for only at times",
    ),
    "what counts always, as advice": (
        {
            **with_("gates: '*.gate.yaml'\n"),
            "x.gate.yaml": ADVISING.replace("WHAT", "rule: launch.*"),
        },
        "the floor always asks for launch.named, which this gate would ask for only at times",
    ),
    "the shape of a kind, as advice": (
        {
            **with_("gates: '*.gate.yaml'\n"),
            "x.gate.yaml": ADVISING.replace("WHAT", "policy: launch-plan"),
        },
        "the floor always asks for launch-plan.readable, which this gate would ask for only at times",
    ),
    "a reference document": (
        {**with_("data: { groups: g.yaml }\n"), "g.yaml": "approvers: [ ada ]\n"},
        "data.groups is said by the floor",
    ),
    "a derived fact": (
        with_('derive: { launch-plan: { tier: "3" } }\n'),
        "launch-plan.tier is said by the floor",
    ),
    "a fact of products": (
        with_('derive: { product: { regimes: "[]" } }\n'),
        "the facts of products: that is said by the floor",
    ),
    "the register": (
        {**with_("products: mine.yaml\n"), "mine.yaml": "[]\n"},
        "which products there are: that is said by the floor",
    ),
    "a register in disguise": (
        {"gonogo.yaml": CONFIGURATION + "  - { kind: product, files: mine.yaml }\n"},
        "which products there are: that is said by the floor",
    ),
    "the keys": (
        {**with_("signers: mine\n"), "mine": ""},
        "the keys that may sign: that is said by the floor",
    ),
    "a person": (
        {**with_("people: p.yaml\n"), "p.yaml": "people: [ { id: ben, name: Somebody Else } ]\n"},
        "person `ben` is one of the floor, which says who that is",
    ),
    "a person's name": (
        {**with_("people: p.yaml\n"), "p.yaml": "people: [ { id: x, name: X, aliases: [ Ben Sample ] } ]\n"},
        "`Ben Sample` already means Ben Sample",
    ),
    "a role": (
        {
            **with_("people: p.yaml\n"),
            "p.yaml": "people: []\nroles: [ { id: approver, members: [ { person: ada } ] } ]\n",
        },
        "role `approver` is one of the floor, which says who that is",
    ),
    "who vouches for reviews": (
        {**with_("people: p.yaml\n"), "p.yaml": "people: []\ncollectors: [ me ]\n"},
        "who may vouch for recorded reviews is said by the floor",
    ),
    "the floor's files as its own": (
        {"gonogo.yaml": CONFIGURATION + "  - { kind: okr, files: 'floor:*.yaml' }\n"},
        "floor:*.yaml leads out of the workspace, where nothing is looked for",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(tmp_path: Path, what: str) -> None:
    files, message = REFUSED[what]
    wrong = found(grounded(tmp_path, files))
    assert message in [each.message for each in wrong]
    assert all(each.location is not None and not each.location.path.startswith("floor:") for each in wrong)


def test_a_lifecycle_of_its_own_leads_around_no_gate_of_the_floor(tmp_path: Path) -> None:
    files = {
        **with_("lifecycles: x.lifecycle.yaml\n"),
        "x.lifecycle.yaml": LINE.replace("{}", "mine"),
        "launches/checkout.yaml": "id: checkout\nname: Checkout\nproduct: stray\n",
    }
    floor = {
        "products.yaml": PRODUCTS + "- { id: stray, name: S, owners: [ A ], lifecycle: mine, stage: a }\n"
    }
    folder = grounded(tmp_path, files, floor)
    assert "lifecycle-apart" in {each.code for each in found(folder, "warning")}
    report = run.check(run.Request(str(folder), lambda zone: datetime(2026, 6, 1, tzinfo=zone)))
    enforced = {each.rule: (each.outcome, each.enforcement) for each in report.results}
    assert enforced["launch.rollback.owner"] == ("fail", "mandatory")


def test_a_parameter_that_no_limit_frees_is_fixed(tmp_path: Path) -> None:
    floor = FLOOR_CONFIGURATION.replace(
        "limits:\n  launch.rollback: { max_age_days: { min: 10, max: 60 } }\n", ""
    )
    shop = with_("params: { launch.rollback: { max_age_days: 59 } }\n")
    [wrong] = found(grounded(tmp_path, shop, {"gonogo.yaml": floor}))
    assert wrong.code == "below-floor"
    assert wrong.message == ("max_age_days is 60, says the floor, which frees it within no limits; found 59")
    assert wrong.location is not None
    assert wrong.location.span is not None
    assert wrong.location.span.line == 7


def test_what_a_gate_of_the_floor_sets_is_fixed(tmp_path: Path) -> None:
    floor = {"gates/ga.gate.yaml": GATE + "  - policy: launch.named\n    params: { least: 5 }\n"}
    [wrong] = found(grounded(tmp_path, with_("params: { launch.named: { least: 1 } }\n"), floor))
    assert wrong.message == "least is 5, says the floor, which frees it within no limits; found 1"


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ("launch.rolback: { max_age_days: { max: 1 } }", "no policy is called `launch.rolback`"),
        ("launch.rollback: { max: { max: 1 } }", "policy `launch.rollback` has no parameter `max`"),
        (
            "launch.rollback: { max_age_days: { max: 30 } }",
            "max_age_days must be at most 30, which its own value is not",
        ),
    ],
)
def test_unsound_limits_are_the_floors_fault(tmp_path: Path, limits: str, message: str) -> None:
    floor = FLOOR_CONFIGURATION.replace("launch.rollback: { max_age_days: { min: 10, max: 60 } }", limits)
    [wrong] = found(grounded(tmp_path, floor={"gonogo.yaml": floor}))
    assert wrong.message == message
    assert wrong.location is not None
    assert wrong.location.path == "floor:gonogo.yaml"


def test_a_floor_stands_on_no_other(tmp_path: Path) -> None:
    floor = {"gonogo.yaml": FLOOR_CONFIGURATION + "extends: { source: ../more }\n"}
    assert codes(grounded(tmp_path, floor=floor)) == {"floor-extends"}


def test_a_floor_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = grounded(tmp_path)
    shutil.rmtree(tmp_path / "governance")
    [wrong] = found(folder)
    assert (wrong.code, wrong.message) == ("no-floor", "there is no gonogo.yaml in ../governance")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (".", "floor-extends"),
        ("gonogo.yaml", "no-floor"),
        ("launches", "no-floor"),
        ("/", "floor-extends"),  # below the workspace, as everything that is named here
        ("../../../../../../../../../../../..", "no-floor"),
        ("nowhere/../../governance/./", None),
        ("'\U0001f6a2 '", "no-floor"),
    ],
)
def test_any_source_is_told(tmp_path: Path, source: str, code: str | None) -> None:
    (tmp_path / "shop" / "nowhere").mkdir(parents=True)
    configuration = CONFIGURATION.replace("../governance", source)
    assert codes(grounded(tmp_path, {"gonogo.yaml": configuration})) == ({code} if code else set())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    least=st.integers(1, 60),
    own=st.one_of(st.none(), st.integers(-5, 400)),
    at_gate=st.one_of(st.none(), st.integers(-5, 400)),
)
def test_whatever_is_chosen_lies_within_the_limits(
    tmp_path_factory: pytest.TempPathFactory, least: int, own: int | None, at_gate: int | None
) -> None:
    floor = FLOOR_CONFIGURATION.replace("min: 10", f"min: {least}")
    configuration = CONFIGURATION + "gates: x.gate.yaml\n"
    gate = GATE.replace("gate: ga", "gate: more")
    if own is not None:
        configuration += f"params: {{ launch.rollback: {{ max_age_days: {own} }} }}\n"
    if at_gate is not None:
        gate += f"    params: {{ max_age_days: {at_gate} }}\n"
    folder = tmp_path_factory.mktemp("floor")
    shop = {"gonogo.yaml": configuration, "x.gate.yaml": gate}
    workspace, _ = run.load(str(grounded(folder, shop, {"gonogo.yaml": floor})))
    fine = all(each is None or least <= each <= 60 for each in (own, at_gate))
    assert (workspace is not None) == fine
    if workspace:
        loaded = checking.prepare(
            run.Request(str(folder / "shop"), lambda zone: datetime(2026, 6, 1, tzinfo=zone))
        )
        assert isinstance(loaded, checking.Loaded)
        planned = plan.make(loaded.workspace, loaded.snapshot, loaded.as_of, loaded.selector)
        days = {bound.params.get("max_age_days", 60) for _, slate in planned.checks for bound in slate}
        assert all(isinstance(each, int) and least <= each <= 60 for each in days)


def test_a_fault_of_the_floor_is_told_where_it_is(tmp_path: Path) -> None:
    wrong = found(grounded(tmp_path, floor={"gates/ga.gate.yaml": GATE.replace("to: ga", "to: gaa")}))
    assert {each.location.path for each in wrong if each.location} == {"floor:gates/ga.gate.yaml"}


# its digest


def digest(folder: Path) -> str:
    floor = loaded(folder).floor
    assert floor is not None
    return floor.digest


@pytest.mark.parametrize("path", [path for path in FLOOR if path != "products.yaml"])
def test_every_judging_file_is_in_the_digest(tmp_path: Path, path: str) -> None:
    before = digest(grounded(tmp_path / "a"))
    folder = grounded(tmp_path / "b")
    file = tmp_path / "b/governance" / path
    file.write_text(file.read_text() + ("\n" if path.endswith(".json") else "\n# changed\n"))
    assert digest(folder) != before


@pytest.mark.parametrize("path", ["products.yaml", "README.md", "policies/rollback.tests.yaml"])
def test_what_does_not_judge_is_not_in_it(tmp_path: Path, path: str) -> None:
    before = digest(grounded(tmp_path / "a"))
    folder = grounded(tmp_path / "b")
    file = tmp_path / "b/governance" / path
    file.write_text((file.read_text() if file.exists() else "") + "\n# changed\n")
    assert digest(folder) == before


def test_another_digest_is_an_error_that_tells_it(tmp_path: Path) -> None:
    right = digest(grounded(tmp_path / "a"))
    named = CONFIGURATION.replace("../governance", f"../governance, digest: {right}")
    assert run.load(str(grounded(tmp_path / "b", {"gonogo.yaml": named})))[1] == ()
    wrong = named.replace(right[-4:], "0000")
    [told] = found(grounded(tmp_path / "c", {"gonogo.yaml": wrong}))
    assert told.code == "floor-changed"
    assert right in told.message


def test_a_floor_that_nothing_pins_is_told(tmp_path: Path) -> None:
    [told] = [each for each in found(grounded(tmp_path), "warning") if each.code == "floor-unpinned"]
    assert "sha256:" in told.hint


# a floor that is given


def load_given(folder: Path, floor: Path, digest: str = "") -> tuple[Workspace | None, dict[str, str]]:
    workspace, diagnostics = run.load(str(folder), str(floor), digest)
    return workspace, {each.code: each.level for each in diagnostics}


def test_the_floor_that_is_given_counts(tmp_path: Path) -> None:
    folder = grounded(tmp_path)
    other = grounded(tmp_path / "other", floor={"policies/more.policy.yaml": OWN}).parent / "governance"
    named = CONFIGURATION.replace("../governance", f"../governance, digest: {digest(folder)}")
    write(folder, {"gonogo.yaml": named})
    workspace, told = load_given(folder, other)
    assert workspace is not None
    assert "shop.named" in {policy.id for policy in workspace.policies}
    assert told == {"floor-differs": "warning"}


def test_a_given_floor_counts_where_none_is_named(tmp_path: Path) -> None:
    plain = CONFIGURATION.replace("extends: { source: ../governance }\n", "")
    folder = grounded(tmp_path, {"gonogo.yaml": plain})
    workspace, told = load_given(folder, tmp_path / "governance")
    assert workspace is not None
    assert workspace.floor is not None
    assert workspace.floor.is_given
    assert told == {}
    assert load_given(folder, tmp_path / "governance", workspace.floor.digest)[1] == {}
    assert load_given(folder, tmp_path / "governance", "sha256:" + 64 * "0") == (
        None,
        {"floor-changed": "error"},
    )


def test_a_folder_without_configuration_is_judged_by_the_floor(tmp_path: Path) -> None:
    folder = grounded(tmp_path)
    (folder / "gonogo.yaml").unlink()
    workspace, told = load_given(folder, tmp_path / "governance")
    assert workspace is not None
    assert told == {}
    assert workspace.name == "shop"
    assert [each.patterns for each in workspace.selections] == [
        ("floor:products.yaml",),
        ("launches/*.yaml",),
    ]


def test_a_configuration_that_cannot_be_read_is_not_as_if_there_were_none(tmp_path: Path) -> None:
    folder = grounded(tmp_path, {"gonogo.yaml": "version: [\n"})
    assert load_given(folder, tmp_path / "governance")[0] is None

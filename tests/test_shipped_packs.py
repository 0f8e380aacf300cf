"""The packs that ship: every rule is held from both sides, says what to do, and is documented."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from checker import shipped
from checker.authoring import testing
from checker.policy import library as library_
from checker.policy.policies import Policy, Rule
from checker.transports.disk import Disk

ROOT = Path(__file__).parents[1]
PACKS = ("launch-readiness", "lifecycle")


def policies(pack: str) -> tuple[Policy, ...]:
    library, wrong = library_.load(Disk, {shipped.pack(pack): pack})
    assert wrong == (), wrong
    return tuple(policy for policy in library.policies if policy.pack == pack)


def rules() -> list[object]:
    return [
        pytest.param(rule, id=rule.id) for pack in PACKS for policy in policies(pack) for rule in policy.rules
    ]


def test_two_packs_ship() -> None:
    assert shipped.pack_names() == PACKS


@pytest.mark.parametrize("pack", PACKS)
def test_the_tests_of_a_pack_pass_and_cover_every_rule(pack: str) -> None:
    disk = Disk(shipped.pack(pack))
    library, wrong = library_.load(Disk, {shipped.pack(pack): ""})
    assert wrong == ()
    files = [path for path, _ in disk.find("*.tests.yaml")]
    run = testing.run(files, disk.read, library, [""])
    assert [(tested.case.name, tested.mismatches) for tested in run.failed] == []
    assert [(each.rule, each.missing) for each in run.uncovered] == []
    assert run.diagnostics == ()
    assert run.exit_code == 0


@pytest.mark.parametrize("pack", PACKS)
def test_each_policy_says_why_it_exists_and_its_params_what_they_mean(pack: str) -> None:
    for policy in policies(pack):
        assert policy.description, policy.id
        assert policy.owner == "product-operations"
        assert all(param.description for param in policy.params.values()), policy.id


@pytest.mark.parametrize("rule", rules())
def test_each_rule_says_what_is_wrong_and_what_to_do(rule: Rule) -> None:
    assert rule.message is not None
    assert rule.fix is not None
    assert rule.fix_text.rstrip("}").endswith((".", "'")), "a fix is a sentence"
    area = rule.id.partition(".")[0]
    assert area in {"prd", "kpi", "okr", "product", "roadmap", "risk", "gate-record", "launch"}
    assert not any("should" in str(part) for part in rule.title.parts), "a title says what holds"


def test_the_page_of_the_packs_is_what_the_packs_say() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "packs.py"))
    assert page["page"]() == (ROOT / "docs" / "packs.md").read_text(encoding="utf-8"), (
        "python docs/packs.py writes it anew"
    )

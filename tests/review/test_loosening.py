"""What the configuration of a change takes away from governance."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from checker.review.loosening import losses
from tests.policy.floors import CONFIGURATION, GATE, OWN, grounded, loaded, with_, write

LOSSES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str], str, str]] = {
    "extends": (
        {},
        {"gonogo.yaml": CONFIGURATION.replace("extends: { source: ../governance }\n", "")},
        "floor-dropped",
        "error",
    ),
    "its source": (
        {},
        {"gonogo.yaml": CONFIGURATION.replace("../governance", "../mine")},
        "floor-dropped",
        "error",
    ),
    "subjects that the floor judges": (
        {},
        {"gonogo.yaml": CONFIGURATION.split("subjects:")[0]},
        "floor-dropped",
        "error",
    ),
    "some of them": (
        {},
        {"gonogo.yaml": CONFIGURATION + "    exclude: launches/bad.yaml\n"},
        "subjects-changed",
        "warning",
    ),
    "whose they are": (
        {},
        {"gonogo.yaml": CONFIGURATION + "    product: \"'search'\"\n"},
        "subjects-changed",
        "warning",
    ),
    "a pack": (
        {**with_("packs: [ ./policies ]\n"), "policies/own.policy.yaml": OWN},
        {"gonogo.yaml": CONFIGURATION},
        "pack-dropped",
        "warning",
    ),
    "a rule": (
        {**with_("packs: [ ./policies ]\n"), "policies/own.policy.yaml": OWN},
        {"policies/own.policy.yaml": OWN.replace("id: shop.named", "id: shop.other")},
        "rule-dropped",
        "warning",
    ),
    "a gate": (
        {**with_("gates: '*.gate.yaml'\n"), "x.gate.yaml": GATE.replace("gate: ga", "gate: more")},
        {"gonogo.yaml": CONFIGURATION},
        "gate-dropped",
        "warning",
    ),
    "what a gate asks": (
        {
            **with_("gates: '*.gate.yaml'\n"),
            "x.gate.yaml": GATE.replace("gate: ga", "gate: more") + "needs: { prd: 1 }\n",
        },
        {"x.gate.yaml": GATE.replace("gate: ga", "gate: more")},
        "gate-changed",
        "warning",
    ),
    "a parameter": (
        with_("params: { launch.named: { least: 5 } }\n"),
        with_("params: { launch.named: { least: 1 } }\n"),
        "param-changed",
        "warning",
    ),
    "a limit of waivers": (
        with_("waiver_limits: { days: 10 }\n"),
        with_("waiver_limits: { days: 20 }\n"),
        "waiver-limits-loosened",
        "warning",
    ),
}


@pytest.mark.parametrize("what", LOSSES)
def test_what_a_change_loses(tmp_path: Path, what: str) -> None:
    before, after, code, level = LOSSES[what]
    folder = grounded(tmp_path, before)
    base = loaded(folder)
    assert losses(base, base) == ()
    shutil.copytree(tmp_path / "governance", tmp_path / "mine")
    head = loaded(write(folder, after))
    lost = [(each.code, each.level) for each in losses(base, head)]
    assert (code, level) in lost
    assert len(lost) == 1 or what == "extends"  # with which goes all that it stood for


def test_an_upgrade_loses_nothing(tmp_path: Path) -> None:
    folder = grounded(tmp_path)
    base = loaded(folder)
    write(tmp_path / "governance", {"policies/more.policy.yaml": OWN})
    assert losses(base, loaded(folder)) == ()


def test_what_is_lost_is_told_where_it_was_and_what_that_means(tmp_path: Path) -> None:
    sign_off = "sign_offs: [ { role: legal, max_age_days: 90, of: [ prd, okr ] } ]\n"
    gate = GATE.replace("gate: ga", "gate: more") + sign_off
    eve = "people: [ { id: eve, name: Eve Standin } ]\n"
    files = {
        **with_("packs: [ ./policies ]\ngates: '*.gate.yaml'\npeople: people.yaml\n"),
        "people.yaml": eve + "roles: [ { id: legal, members: [ { person: eve } ] } ]\n",
        "policies/own.policy.yaml": OWN,
        "x.gate.yaml": gate,
    }
    folder = grounded(tmp_path, files)
    base = loaded(folder)
    own = OWN.replace("id: shop.named", "id: shop.other")
    head = loaded(write(folder, {"policies/own.policy.yaml": own, "x.gate.yaml": gate.replace("90", "900")}))
    rule, asked = losses(base, head)
    assert (rule.code, rule.location and rule.location.path) == ("rule-dropped", "policies/own.policy.yaml")
    assert (asked.code, asked.location and asked.location.path) == ("gate-changed", "x.gate.yaml")
    assert "the sign-off legal (max_age_days 90; of prd, okr)" in asked.message
    assert all(each.hint.startswith("Whoever merges this decides") for each in (rule, asked))

"""What judges comes from the base: a change that breaks a rule and edits whatever would have found it fails.

Each attack is one pull request: it breaks the rule, and removes, loosens or evades what judges. The rule
still fails, and every format for people says which judging file was edited.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from checker.model import Report
from tests import judging
from tests.judging import KIND, RULE, configuration, policy, rule
from tests.security.attacks import Contents, attacked, blocking, checked, started, stopped, texts

GOOD = "name: Lamp\nproduct: lamp\nstage: ga\ntier: 1\nowner: Ada Example\n"
BAD = GOOD.replace("Ada Example", "TBD")
PLAIN = rule("filled(subject.owner)", at="/owner")
SELECTED = [{"kind": "thing", "files": "*.thing.yaml", "exclude": "old.thing.yaml"}]
PEOPLE: dict[str, Any] = {
    "people": [{"id": "ada", "name": "Ada Example"}],
    "roles": [{"id": "security", "title": "Security", "members": [{"person": "ada"}]}],
}
LIFECYCLE = {
    "lifecycle": "standard",
    "title": "Standard",
    "stages": [{"id": each, "title": each} for each in ("alpha", "beta", "ga")],
}
GATE: dict[str, Any] = {
    "gate": "ga",
    "title": "Ga",
    "from": "beta",
    "to": "ga",
    "binds": [{"policy": "test"}],
    "needs": {"thing": "1.."},
}
FIELDS: dict[str, Any] = {
    "products": "products.yaml",
    "people": "people.yaml",
    "gates": "*.gate.yaml",
    "lifecycles": "*.lifecycle.yaml",
    "waivers": "*.waiver.yaml",
    "reviews": "*.reviews.json",
    "data": {"owners": "owners.yaml"},
    "waiver_limits": {"days": 30, "renewals": 1},
    "subjects": SELECTED,
}
REGISTER = "- { id: lamp, name: Lamp, owners: [ Ada Example ], stage: ga }\n"
BASE: dict[str, str] = {
    "gonogo.yaml": configuration(**FIELDS),
    "policies/pack.yaml": "pack: test\nversion: 1.0.0\ntitle: Test\n",
    "policies/test.policy.yaml": policy(PLAIN),
    "people.yaml": json.dumps(PEOPLE),
    "ga.gate.yaml": json.dumps(GATE),
    "standard.lifecycle.yaml": json.dumps(LIFECYCLE),
    "products.yaml": REGISTER,
    "owners.yaml": "[ Ada Example ]\n",
    "lamp.thing.yaml": GOOD,
    "other.thing.yaml": GOOD,
    "old.thing.yaml": BAD,
}


def waiver(**changes: Any) -> str:
    """A waiver of the failure, for long and by somebody unknown."""
    fields = {
        "waiver": "w1",
        "rule": RULE,
        "subject": "lamp",
        "owner": "Ada Example",
        "approver": "Ben Sample",
        "reason": "Nobody can lift it before the crane comes back in July.",
        "granted": "2026-05-01",
        "expires": "2027-07-01",
        "accepts": [{"subject": "lamp", "saw": f"sha256:{'0' * 64}", "shown": "TBD"}],
        **changes,
    }
    return json.dumps(fields)


def loosened(**changes: Any) -> str:
    """The configuration of the pull request."""
    return configuration(**{**FIELDS, **changes})


class Attack(NamedTuple):
    """What a pull request does besides breaking the rule."""

    change: Contents
    gone: tuple[str, ...] = ()
    base: Mapping[str, str] = {}
    """What is otherwise at the base."""
    breaks: str = BAD
    """The artifact that must fail."""


OPEN_KIND = json.dumps({**KIND, "additionalProperties": True, "required": []})
WITH_PARAM = policy(
    rule("subject.tier <= params.most", at="/tier"), params={"most": {"default": 1, "min": 0, "max": 9}}
)
ATTACKS: dict[str, Attack] = {
    "the rule is emptied": Attack({"policies/test.policy.yaml": policy(rule("true"))}),
    "the policy is deleted": Attack({}, ("policies/test.policy.yaml",)),
    "the policy is about another kind": Attack(
        {"policies/test.policy.yaml": policy(rule("true"), subject="product")}
    ),
    "the policy begins to count later": Attack(
        {"policies/test.policy.yaml": policy(PLAIN, effective={"from": "2099-01-01"})}
    ),
    "the policy applies to nothing": Attack({"policies/test.policy.yaml": policy(PLAIN, when="false")}),
    "the pack is dropped": Attack({"gonogo.yaml": loosened(packs=[])}),
    "the pack is another": Attack(
        {"gonogo.yaml": loosened(packs=["./mine"]), "mine/test.policy.yaml": policy(rule("true"))}
    ),
    "the pack is read from elsewhere on the machine": Attack({"gonogo.yaml": loosened(packs=["/etc"])}),
    "the configuration is deleted": Attack({}, ("gonogo.yaml",)),
    "a configuration nearer to the artifact": Attack({"sub/gonogo.yaml": configuration(packs=[])}),
    "a waiver is brought": Attack({"w1.waiver.yaml": waiver()}),
    "a waiver is widened": Attack(
        {"w1.waiver.yaml": waiver(subject="*")}, base={"w1.waiver.yaml": waiver(subject="other")}
    ),
    "a baseline is brought": Attack({"baseline.waiver.yaml": waiver(type="baseline")}),
    "a waiver that switches the rule off": Attack(
        {"w1.waiver.yaml": waiver(type="switched-off", subject="*")}
    ),
    "limits of waivers are lifted": Attack(
        {"gonogo.yaml": loosened(waiver_limits={"days": 3650, "renewals": 99}), "w1.waiver.yaml": waiver()}
    ),
    "the gate binds the policy as advice": Attack(
        {"ga.gate.yaml": json.dumps({**GATE, "binds": [{"policy": "test", "enforcement": "advisory"}]})}
    ),
    "a gate far ahead takes the policy": Attack(
        {
            "zz.gate.yaml": json.dumps({**GATE, "gate": "zz", "from": "ga", "to": "end"}),
            "ga.gate.yaml": json.dumps({**GATE, "binds": []}),
            "standard.lifecycle.yaml": json.dumps(
                {**LIFECYCLE, "stages": [*LIFECYCLE["stages"], {"id": "end", "title": "end"}]}
            ),
        }
    ),
    "the stages are turned round": Attack(
        {"standard.lifecycle.yaml": json.dumps({**LIFECYCLE, "stages": LIFECYCLE["stages"][::-1]})}
    ),
    "the artifact is excluded": Attack(
        {"gonogo.yaml": loosened(subjects=[{**SELECTED[0], "exclude": "*.thing.yaml"}])}
    ),
    "the pattern is narrowed": Attack(
        {"gonogo.yaml": loosened(subjects=[{"kind": "thing", "files": "other.thing.yaml"}])}
    ),
    "the artifact is of another kind": Attack(
        {"gonogo.yaml": loosened(subjects=[{"kind": "prd", "files": "lamp.*", "optional": True}])}
    ),
    "the kind takes anything": Attack({"thing.schema.json": OPEN_KIND}, breaks=GOOD + "colour: red\n"),
    "the kind knows the field": Attack(
        {"thing.schema.json": json.dumps({**KIND, "properties": {**KIND["properties"], "colour": {}}})},
        breaks=GOOD + "colour: red\n",
    ),
    "the fault is declared harmless": Attack(
        {"thing.schema.json": json.dumps({**KIND, "x-gonogo": {"ignored": ["duplicate-key"]}})},
        breaks=GOOD + "name: other\n",
    ),
    "a parameter is loosened": Attack(
        {"gonogo.yaml": loosened(params={"test": {"most": 9}})},
        base={"policies/test.policy.yaml": WITH_PARAM},
        breaks=GOOD.replace("tier: 1", "tier: 5"),
    ),
    "the fact is derived otherwise": Attack(
        {"gonogo.yaml": loosened(derive={"thing": {"tier": "1"}})},
        base={
            "policies/test.policy.yaml": policy(rule("subject.tier == 1")),
            "gonogo.yaml": configuration(
                **FIELDS, derive={"thing": {"tier": "size(subject.owner) > 3 ? 1 : 2"}}
            ),
            **{path: GOOD.replace("tier: 1\n", "") for path in ("lamp.thing.yaml", "other.thing.yaml")},
        },
        breaks=BAD.replace("tier: 1\n", ""),
    ),
    "the list of those who may is longer": Attack(
        {"owners.yaml": "[ Ada Example, Eve Example ]\n"},
        base={"policies/test.policy.yaml": policy(rule("subject.owner in data.owners", at="/owner"))},
        breaks=GOOD.replace("Ada", "Eve"),
    ),
    "the list is read from another file": Attack(
        {"gonogo.yaml": loosened(data={"owners": "mine.yaml"}), "mine.yaml": "[ Eve Example ]\n"},
        base={"policies/test.policy.yaml": policy(rule("subject.owner in data.owners", at="/owner"))},
        breaks=GOOD.replace("Ada", "Eve"),
    ),
}
EDITS_NO_JUDGE = {"a configuration nearer to the artifact"}
HELD_BY_MORE = {
    "the policy is deleted",
    "the pack is dropped",
    "the pack is read from elsewhere on the machine",
    "the configuration is deleted",
    "a configuration nearer to the artifact",
    "a waiver is brought",
    "a waiver is widened",
    "a baseline is brought",
    "a waiver that switches the rule off",
    "limits of waivers are lifted",
    "the stages are turned round",
    "the artifact is excluded",
    "the artifact is of another kind",
    "the fault is declared harmless",
    "the list is read from another file",
}
"""What would fail even where a change judged itself: an unsigned waiver, a configuration that is unsound."""


def attack(folder: Path, name: str) -> Report:
    change, gone, base, breaks = ATTACKS[name]
    return attacked(folder, {**BASE, **base}, {"lamp.thing.yaml": breaks, **change}, gone)


def test_the_base_lets_a_good_change_pass(tmp_path: Path) -> None:
    report = attacked(tmp_path, BASE, {"lamp.thing.yaml": GOOD.replace("tier: 1", "tier: 2")})
    assert (report.exit_code, report.diagnostics) == (0, ())


@pytest.mark.parametrize("name", ATTACKS)
def test_the_rule_fails_all_the_same(tmp_path: Path, name: str) -> None:
    report = attack(tmp_path, name)
    assert stopped(report), judging.shown(report.diagnostics)
    assert any(each.subject.path == "lamp.thing.yaml" for each in blocking(report))


@pytest.mark.parametrize("name", sorted(ATTACKS.keys() - HELD_BY_MORE))
def test_the_attack_would_work_on_a_change_that_judges_itself(tmp_path: Path, name: str) -> None:
    change, _, base, breaks = ATTACKS[name]
    report = judging.check(judging.write(tmp_path, {**BASE, **base, "lamp.thing.yaml": breaks, **change}))
    assert report.exit_code == 0


@pytest.mark.parametrize("name", sorted(ATTACKS.keys() - EDITS_NO_JUDGE))
def test_the_edit_is_told_loudly(tmp_path: Path, name: str) -> None:
    report = attack(tmp_path, name)
    assert report.comparison is not None
    edited = {*ATTACKS[name].change, *ATTACKS[name].gone} - {"mine.yaml", "mine/test.policy.yaml"}
    assert edited <= {*report.comparison.judging}
    for format, text in texts(report).items():
        assert "This change edits what judges" in text, format
        for path in edited:
            assert path in text.replace("\u200b", "").replace("&#8203;", "").replace("&#95;", "_"), format


def test_what_it_would_free_is_told(tmp_path: Path) -> None:
    report = attack(tmp_path, "the rule is emptied")
    assert report.comparison is not None
    assert [(each.blocks, each.result.subject.id) for each in report.comparison.flips] == [(False, "lamp")]
    for format, text in texts(report).items():
        assert "1 check will block no longer" in text, format


def test_an_edit_alone_passes_and_is_told_too(tmp_path: Path) -> None:
    report = attacked(tmp_path, BASE, {"policies/test.policy.yaml": policy(rule("true"))})
    assert report.exit_code == 0
    for format, text in texts(report).items():
        assert "This change edits what judges" in text, format


def test_of_two_changes_in_a_row_the_second_is_judged_by_the_first(tmp_path: Path) -> None:
    """What a floor prevents, and without one only those who merge the first, which says what it does."""
    made = started(tmp_path, BASE)
    made.commit("first", {"policies/test.policy.yaml": policy(rule("true"))})
    first = checked(made)
    assert first.comparison is not None
    assert (first.exit_code, first.comparison.judging) == (0, ("policies/test.policy.yaml",))
    made.git("switch", "-q", "main")
    made.git("merge", "-q", "--ff-only", "change")
    made.git("switch", "-q", "-c", "second")
    made.commit("second", {"lamp.thing.yaml": BAD})
    assert checked(made).exit_code == 0

"""The history of gates: which commits change a stage, and what products were called before."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from checker import run
from checker.run import history
from tests.judging import KIND, RULE, configuration, policy, rule
from tests.repositories import Made

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

STAGES = [{"id": stage, "title": stage} for stage in ("alpha", "beta", "ga")]
FILES: dict[str, str | bytes] = {
    "gonogo.yaml": configuration(
        products="products.yaml",
        gates="*.gate.yaml",
        lifecycles="*.lifecycle.yaml",
        subjects=[{"kind": "thing", "files": "things/{name}/thing.yaml", "product": "path.name"}],
    ),
    "policies/p.policy.yaml": policy(rule('old.stage != "alpha" || subject.stage != "ga"', at="/stage")),
    "standard.lifecycle.yaml": json.dumps({"lifecycle": "standard", "title": "Standard", "stages": STAGES}),
    "ga.gate.yaml": json.dumps(
        {"gate": "ga", "title": "ga", "from": "beta", "to": "ga", "binds": [{"policy": "test"}]}
    ),
    "thing.schema.json": json.dumps({**KIND, "x-gonogo": {}}),
    "products.yaml": "[]\n",
}
THING = "name: Lamp\ntier: 1\nowner: Ada Example\nstage: {}\n"
RECORD = "- {{ id: {}, name: Lamp, owners: [ Ada Example ], stage: {}, formerly: [ {} ] }}\n"


def turns(made: Made) -> list[tuple[str, str, str, bool]]:
    """Product, both stages, and whether the rule of the gate fails, which asks what was there before."""
    request = run.Request(str(made.folder), lambda zone: datetime(2026, 6, 1, tzinfo=zone))
    found = history.history(request, history.Asked("", ""))
    assert found.diagnostics == ()
    return [
        (turn.product, turn.old_stage, turn.stage, any(each.rule == RULE for each in turn.blockers))
        for turn in found.turns
    ]


@pytest.mark.parametrize(
    ("stage", "later"),
    [
        ("alpha", []),
        ("beta", [("torch", "alpha", "beta", False)]),
        ("ga", [("torch", "alpha", "ga", True)]),
    ],
)
def test_a_renamed_folder_is_the_same_product(
    tmp_path: Path, stage: str, later: list[tuple[str, ...]]
) -> None:
    made = Made(tmp_path)
    made.commit("begin", FILES)
    made.commit("a thing", {"things/lamp/thing.yaml": THING.format("alpha")})
    made.git("mv", "things/lamp", "things/torch")
    made.commit("another name", {"things/torch/thing.yaml": THING.format(stage)})
    assert turns(made) == [("lamp", "", "alpha", False), *later]


def test_a_product_says_what_it_was_called(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit("begin", FILES)
    made.commit("a product", {"products.yaml": RECORD.format("lamp", "alpha", "light")})
    made.commit("another name", {"products.yaml": RECORD.format("torch", "alpha", "lamp")})
    made.commit("another stage", {"products.yaml": RECORD.format("torch", "beta", "lamp")})
    assert [turn[:3] for turn in turns(made)] == [("lamp", "", "alpha"), ("torch", "alpha", "beta")]


def test_another_folder_is_another_product(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit("begin", FILES)
    made.commit("a thing", {"things/lamp/thing.yaml": THING.format("alpha")})
    made.commit("one more", {"things/torch/thing.yaml": THING.format("alpha")})
    assert [turn[:3] for turn in turns(made)] == [("lamp", "", "alpha"), ("torch", "", "alpha")]

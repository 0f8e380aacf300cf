"""What a change leaves unjudged does not pass behind something that was not judged before it either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker import run
from checker.model import Report
from checker.run.comparing import Change, compare
from tests import judging
from tests.judging import configuration, policy, rule
from tests.repositories import Made
from tests.security.attacks import Contents, checked, started, texts

OWNED = policy(rule("filled(subject.owner)", at="/owner"))
GOOD = "owner: Ada Example\n"


def selecting(*patterns: str, **more: Any) -> str:
    return configuration(subjects=[{"kind": "thing", "files": each} for each in patterns], **more)


def without(folder: Path, base: Contents, *gone: str) -> Report:
    made = started(folder, {"policies/test.policy.yaml": OWNED, "a.thing.yaml": GOOD, **base})
    for path in gone:
        (made.folder / path).unlink()
    made.commit("harmless", {"other.txt": "x"})
    return checked(made)


def test_what_was_missing_before_hides_nothing_that_is_missing_now(tmp_path: Path) -> None:
    three = selecting("*.thing.yaml", "b/*.yaml", "c/*.yaml")
    report = without(tmp_path, {"gonogo.yaml": three, "b/b.yaml": GOOD}, "b/b.yaml")
    assert (report.exit_code, report.verdict) == (4, "undecided")


def test_what_was_missing_before_is_in_nobodys_way(tmp_path: Path) -> None:
    three = selecting("*.thing.yaml", "b/*.yaml", "c/*.yaml")
    base = {"gonogo.yaml": three, "b/b.yaml": GOOD, "b/c.yaml": GOOD}
    assert without(tmp_path, base, "b/c.yaml").exit_code == 0


PRODUCT = "- {{ id: {0}, name: {0}, owners: [ Ada Example ], repositories: [ acme/{1} ] }}\n"
REGISTER = PRODUCT.format("lamp", "shop") + PRODUCT.format("bell", "other")
HERE = {
    "gonogo.yaml": selecting("*.thing.yaml", products="products.yaml"),
    "policies/test.policy.yaml": OWNED,
    "products.yaml": REGISTER,
    "lamp.thing.yaml": "product: lamp\n" + GOOD,
    "stray.thing.yaml": "product: bell\n" + GOOD,
}


def in_shop(made: Made) -> Report:
    request = run.Request(str(made.folder), judging.clock(judging.DAY), repository="acme/shop")
    return compare(request, Change("main"))


def test_a_stray_that_was_there_hides_no_other_one(tmp_path: Path) -> None:
    made = started(tmp_path, HERE)
    made.commit("harmless", {"lamp.thing.yaml": "product: lamp\ntier: 1\n" + GOOD})
    assert in_shop(made).exit_code == 0
    made.commit("another", {"two.thing.yaml": "product: bell\n" + GOOD})
    assert in_shop(made).exit_code == 4


def test_a_stray_that_was_there_is_not_edited_behind_its_own_back(tmp_path: Path) -> None:
    made = started(tmp_path, HERE)
    made.commit("harmless", {"stray.thing.yaml": "product: bell\ntier: 1\n" + GOOD})
    assert in_shop(made).exit_code == 4


FLOOR = {
    "floor/gonogo.yaml": configuration(subjects=None, kinds=None),
    "floor/policies/floor.policy.yaml": policy(
        rule("filled(subject.name)", id="floor.rule"), policy="floor", subject="product"
    ),
}


def test_a_repository_does_not_take_itself_off_the_register(tmp_path: Path) -> None:
    extending = selecting("*.thing.yaml", products="products.yaml", extends={"source": "floor"})
    made = started(tmp_path, {**HERE, **FLOOR, "gonogo.yaml": extending})
    made.commit("harmless", {"products.yaml": REGISTER.replace("acme/shop", "acme/elsewhere")})
    report = in_shop(made)
    assert (report.exit_code, report.neutral) == (2, "")
    assert "repository-dropped" in {each.code for each in report.diagnostics}


def test_without_a_floor_that_is_told(tmp_path: Path) -> None:
    made = started(tmp_path, HERE)
    made.commit("harmless", {"products.yaml": REGISTER.replace("acme/shop", "acme/elsewhere")})
    report = in_shop(made)
    assert ("repository-dropped", "warning") in {(each.code, each.level) for each in report.diagnostics}
    for format, text in texts(report).items():
        assert "once this change is merged nothing in acme/shop is judged" in text, format


OWN_POLICY = {
    "floor/gonogo.yaml": configuration(subjects=None),
    "floor/thing.schema.json": json.dumps(judging.KIND),
    "floor/policies/test.policy.yaml": OWNED,
    "lamp.thing.yaml": GOOD,
    "bell.thing.yaml": GOOD,
}


def extending(files: str | list[str], **more: Any) -> str:
    subjects = [{"kind": "thing", "files": files, **more}]
    return configuration(subjects=subjects, packs=None, kinds=None, extends={"source": "floor"})


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (extending("nowhere/*.yaml", optional=True), 2),
        (extending("lamp.thing.yaml"), 2),
        (extending("*.thing.yaml", exclude="bell.*"), 2),
        (extending(["*.thing.yaml", "more/*.yaml"]), 0),
        (extending("*.yaml", exclude="gonogo.yaml"), 0),
    ],
    ids=["elsewhere", "one of them", "but for one", "and elsewhere", "otherwise"],
)
def test_a_change_does_not_overlook_what_the_floor_judges(tmp_path: Path, changed: str, code: int) -> None:
    made = started(tmp_path, {**OWN_POLICY, "gonogo.yaml": extending("*.thing.yaml")})
    (made.folder / "thing.schema.json").unlink()
    made.commit("harmless", {"gonogo.yaml": changed})
    report = checked(made)
    errors = [each.code for each in report.diagnostics if each.level == "error"]
    assert (report.exit_code, errors) == (code, ["floor-dropped"] if code else [])

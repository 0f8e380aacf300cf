"""What is judged cannot step aside: a change that breaks a rule and moves or disguises its artifact fails."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.model import Report
from tests import judging
from tests.judging import configuration, policy, rule
from tests.repositories import Made
from tests.security.attacks import blocking, checked, started, stopped, texts

GOOD = "id: lamp\nname: Lamp\nproduct: lamp\ntier: 1\nowner: Ada Example\n"
BAD = GOOD.replace("Ada Example", "TBD")
FILE = "lamp.thing.yaml"
LAMP = "- { id: lamp, name: Lamp, owners: [ Ada Example ], lifecycle: standard, stage: ga }\n"
BELL = LAMP.replace("lamp", "bell").replace("Lamp", "Bell").replace("ga", "alpha")


def lifecycle(id: str) -> str:
    stages = [{"id": each, "title": each} for each in ("alpha", "beta", "ga")]
    return json.dumps({"lifecycle": id, "title": id, "stages": stages})


def gate(**changes: Any) -> str:
    fields = {
        "gate": "ga",
        "title": "ga",
        "lifecycle": "standard",
        "from": "beta",
        "to": "ga",
        "binds": [{"policy": "test"}],
        "needs": {"thing": "1.."},
    }
    return json.dumps({**fields, **changes})


BASE = {
    "gonogo.yaml": configuration(
        products="products.yaml", gates="*.gate.yaml", lifecycles="*.lifecycle.yaml"
    ),
    "policies/test.policy.yaml": policy(rule("filled(subject.owner)", at="/owner")),
    "standard.lifecycle.yaml": lifecycle("standard"),
    "light.lifecycle.yaml": lifecycle("light"),
    "ga.gate.yaml": gate(),
    "products.yaml": LAMP + BELL,
    FILE: GOOD,
    "bell.thing.yaml": GOOD.replace("lamp", "bell"),
}
Evade = Callable[[Made], object]


def write(**files: str | bytes) -> Evade:
    """Writes files, by their names with `_` for a dot."""
    return lambda made: made.write(
        {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    )


def products(text: str, thing: str = BAD) -> Evade:
    return lambda made: made.write({"products.yaml": text, FILE: thing})


def link(target: str) -> Evade:
    def evade(made: Made) -> None:
        (made.folder / FILE).unlink()
        (made.folder / FILE).symlink_to(target)

    return evade


def moved(to: str) -> Evade:
    def evade(made: Made) -> None:
        (made.folder / to).parent.mkdir(exist_ok=True, parents=True)
        (made.folder / FILE).rename(made.folder / to)
        (made.folder / to).write_text(BAD)

    return evade


def without_register(made: Made) -> None:
    (made.folder / "products.yaml").unlink()
    made.write({FILE: BAD})


def deleted(made: Made) -> None:
    (made.folder / FILE).unlink()


def folder(made: Made) -> None:
    deleted(made)
    made.write({f"{FILE}/inside.yaml": BAD})


def submodule(made: Made) -> None:
    deleted(made)
    commit = made.git("rev-parse", "HEAD")
    made.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{FILE}")
    made.git("rm", "-q", "--cached", "--ignore-unmatch", "nothing")
    (made.folder / FILE).mkdir()


STAGES: dict[str, Evade] = {
    "the product goes back": products((LAMP + BELL).replace("stage: ga", "stage: beta")),
    "the product goes back to the beginning": products((LAMP + BELL).replace("stage: ga", "stage: alpha")),
    "the product has no stage": products((LAMP + BELL).replace(", stage: ga", "")),
    "the product is in a stage that there is none of": products(
        (LAMP + BELL).replace("stage: ga", "stage: moon")
    ),
    "the product is in a stage that looks the same": products(
        (LAMP + BELL).replace("stage: ga", 'stage: "ga "')
    ),
    "the product leaves the register": products(BELL),
    "the register is empty": products("[]\n"),
    "the register is deleted": without_register,
    "the register cannot be read": products("{"),
    "the product has another name": products((LAMP + BELL).replace("id: lamp", "id: torch")),
    "the product has another name and says so": products(
        (LAMP + BELL).replace("id: lamp", "id: torch, formerly: [ lamp ]"),
        BAD.replace("product: lamp", "product: torch"),
    ),
    "the product has another name and goes back": products(
        (LAMP + BELL)
        .replace("id: lamp", "id: torch, formerly: [ lamp ]")
        .replace("stage: ga", "stage: alpha"),
        BAD.replace("product: lamp", "product: torch"),
    ),
    "a new product without a stage takes it": products(
        LAMP + BELL + LAMP.replace("lamp", "torch").replace(", stage: ga", ""),
        BAD.replace("product: lamp", "product: torch"),
    ),
    "another lifecycle": products(
        (LAMP + BELL).replace("lifecycle: standard, stage: ga", "lifecycle: light, stage: ga")
    ),
    "a lifecycle that there is none of": products(
        (LAMP + BELL).replace("lifecycle: standard, stage: ga", "lifecycle: mine, stage: ga")
    ),
    "two products with one id": products(LAMP.replace("stage: ga", "stage: alpha") + LAMP + BELL),
    "two products with one id, the other first": products(
        LAMP + LAMP.replace("stage: ga", "stage: alpha") + BELL
    ),
    "the artifact is of a product that is a draft": write(
        lamp_thing_yaml=BAD.replace("product: lamp", "product: bell")
    ),
    "the artifact is of no product": write(lamp_thing_yaml=BAD.replace("product: lamp\n", "")),
    "the artifact is of a product that there is none of": write(
        lamp_thing_yaml=BAD.replace("product: lamp", "product: nowhere")
    ),
    "the artifact states a stage of its own": write(lamp_thing_yaml=BAD + "stage: alpha\n"),
}
FILES: dict[str, Evade] = {
    "deleted": deleted,
    "moved to where nobody looks": moved("archive/lamp.yaml"),
    "renamed to another suffix": moved("lamp.thing.yml"),
    "another folder": moved("sub/lamp.thing.yaml"),
    "another id": write(lamp_thing_yaml=BAD.replace("id: lamp", "id: other")),
    "no text": write(lamp_thing_yaml=b"\0\1\2\xff"),
    "empty": write(lamp_thing_yaml=""),
    "a list": write(lamp_thing_yaml="[]\n"),
    "a text": write(lamp_thing_yaml="lamp\n"),
    "other encoding": write(lamp_thing_yaml=BAD.encode("utf-16")),
    "latin": write(lamp_thing_yaml=BAD.replace("Lamp", "L\xe4mp").encode("latin-1")),
    "an unfinished merge": write(lamp_thing_yaml=f"<<<<<<< ours\n{GOOD}=======\n{BAD}>>>>>>> theirs\n"),
    "a pointer of git lfs": write(
        lamp_thing_yaml="version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"
    ),
    "the same key twice": write(lamp_thing_yaml=BAD + "owner: Ada Example\n"),
    "the same key first": write(lamp_thing_yaml="owner: Ada Example\n" + BAD),
    "a merge key over the field": write(lamp_thing_yaml=BAD + "<<: { owner: Ada Example }\n"),
    "an anchor of nothing": write(lamp_thing_yaml=BAD.replace("TBD", "*owner")),
    "a tag": write(lamp_thing_yaml=BAD.replace("TBD", "!!python/object/apply:os.getcwd []")),
    "a null": write(lamp_thing_yaml=BAD.replace("TBD", "~")),
    "a second document": write(lamp_thing_yaml=f"{GOOD}---\n{BAD.replace('id: lamp', 'id: lamp2')}"),
    "a twin with the same id, which comes first": write(lamp_thing_yaml=BAD, a_thing_yaml=GOOD),
    "a twin with the same id, which comes last": write(lamp_thing_yaml=BAD, z_thing_yaml=GOOD),
    "a twin that differs in case": lambda made: made.write({FILE: BAD, "LAMP.thing.yaml": GOOD}),
    "invisible letters": write(lamp_thing_yaml=BAD.replace("TBD", "\u200b\u200b")),
    "blanks": write(lamp_thing_yaml=BAD.replace("TBD", '"\\u00a0 \\t"')),
    "a placeholder in disguise": write(lamp_thing_yaml=BAD.replace("TBD", "T\u200bBD")),
    "a folder": folder,
    "a submodule": submodule,
    "a link to nothing": link("nothing"),
    "a link to itself": link(FILE),
    "a link to a good one": link("bell.thing.yaml"),
    "a link out of the repository": link("../outside.yaml"),
    "a link to the system": link("/etc/passwd"),
    "a link into git": link(".git/config"),
    "a link up and back": link("../repository/bell.thing.yaml"),
}


def attack(path: Path, evade: Evade) -> Report:
    made = started(path, BASE)
    (path / "outside.yaml").write_text(GOOD.replace("Ada Example", "Zoe Hidden"))
    evade(made)
    made.commit("harmless")
    return checked(made)


def test_without_an_attack_the_change_passes(tmp_path: Path) -> None:
    report = attack(tmp_path, write(lamp_thing_yaml=GOOD + "draft: true\n"))
    assert (report.exit_code, report.diagnostics) == (0, ())


@pytest.mark.parametrize("name", STAGES)
def test_a_game_with_stages_and_products_frees_nothing(tmp_path: Path, name: str) -> None:
    report = attack(tmp_path, STAGES[name])
    assert stopped(report), judging.shown(report.diagnostics)


@pytest.mark.parametrize("name", FILES)
def test_a_game_with_the_file_frees_nothing(tmp_path: Path, name: str) -> None:
    report = attack(tmp_path, FILES[name])
    assert stopped(report), judging.shown(report.diagnostics)
    assert {each.rule for each in blocking(report)} != set()


@pytest.mark.parametrize("target", ["../outside.yaml", "/etc/passwd", ".git/config"])
def test_nothing_of_where_a_link_leads_is_told(tmp_path: Path, target: str) -> None:
    report = attack(tmp_path, link(target))
    for text in texts(report).values():
        assert "Zoe Hidden" not in text
        assert "root:" not in text
        assert "repositoryformatversion" not in text
    assert os.path.islink(tmp_path / "repository" / FILE)


UNASKED = {**BASE, "ga.gate.yaml": gate(needs={})}
"""A gate that needs no artifact: then what is gone breaks no rule."""


@pytest.mark.parametrize(
    ("evade", "code"),
    [
        (deleted, "subject-gone"),
        (folder, "subject-gone"),
        (moved("archive/lamp.yaml"), "subject-gone"),
        (STAGES["the artifact is of a product that is a draft"], "product-changed"),
    ],
    ids=["deleted", "a folder", "moved", "of another product"],
)
def test_what_is_taken_away_from_its_judges_is_told(tmp_path: Path, evade: Evade, code: str) -> None:
    made = started(tmp_path, UNASKED)
    evade(made)
    made.commit("harmless")
    report = checked(made)
    assert [each.code for each in report.diagnostics] == [code]
    assert "`lamp` (lamp.thing.yaml)" in report.diagnostics[0].message
    for format, text in texts(report).items():
        assert "this change takes thing" in text.lower(), format


@pytest.mark.parametrize(
    "evade",
    [
        write(lamp_thing_yaml=GOOD.replace("id: lamp", "id: torch")),
        lambda made: (made.folder / FILE).rename(made.folder / "torch.thing.yaml"),
        products(
            (LAMP + BELL).replace("id: lamp", "id: torch, formerly: [ lamp ]"),
            GOOD.replace("product: lamp", "product: torch"),
        ),
        write(lamp_thing_yaml="{"),
        lambda made: (deleted(made), made.write({"all.thing.yaml": GOOD})),
    ],
    ids=["another id", "another file", "another name of the product", "unreadable", "written anew elsewhere"],
)
def test_what_is_judged_still_is_not_said_to_be_gone(tmp_path: Path, evade: Evade) -> None:
    made = started(tmp_path, UNASKED)
    evade(made)
    made.commit("harmless")
    assert not {each.code for each in checked(made).diagnostics} & {"subject-gone", "product-changed"}


LIST = {
    **BASE,
    "gonogo.yaml": configuration(subjects=[{"kind": "thing", "files": "all.yaml"}]),
    "policies/test.policy.yaml": policy(rule("is_new || subject.tier <= old.tier")),
    "all.yaml": "- { id: a, tier: 1 }\n- { id: b, tier: 1 }\n",
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- { id: c, tier: 3 }\n- { id: b, tier: 1 }\n", "subject-gone"),
        ("- { id: b, tier: 1 }\n", "subject-gone"),
        ("- { id: b, tier: 1 }\n- { id: a, tier: 1 }\n- { id: c, tier: 1 }\n", ""),
        ("- { id: a, tier: ]\n", ""),
    ],
    ids=["another id", "gone", "moved", "unreadable"],
)
def test_an_element_of_a_list_that_forgets_what_it_was_is_told(tmp_path: Path, text: str, code: str) -> None:
    made = started(tmp_path, LIST)
    made.commit("harmless", {"all.yaml": text})
    report = checked(made)
    assert [each.code for each in report.diagnostics if each.code == "subject-gone"] == [code] * bool(code)

"""Whoever makes a change chooses its history: which commits it has, and where it left the base."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.model import Report
from tests.judging import configuration, policy, rule
from tests.repositories import BEN, Made
from tests.security.attacks import Contents, blocking, checked, started, stopped
from tests.security.test_evasions import gate, lifecycle

GOOD = "name: Lamp\nowner: Ada Example\n"
BAD = GOOD.replace("Ada Example", "TBD")
FILE = "lamp.thing.yaml"
BASE: Contents = {
    "gonogo.yaml": configuration(),
    "policies/test.policy.yaml": policy(rule("filled(subject.owner)", at="/owner")),
    FILE: BAD,
}


def register(*records: str) -> str:
    return "".join(f"- {each}\n" for each in records)


def codes(report: Report) -> list[str]:
    return [each.code for each in report.diagnostics if each.level == "error"]


def crossed(folder: Path, mending: str) -> Made:
    """A failure that one of two branches mends before both are merged, and a change that merges both anew
    and keeps the failure."""
    made = started(folder, BASE)
    texts = {name: GOOD if name == mending else BAD for name in ("main", "side")}
    for name, text in texts.items():
        made.git("switch", "-q", "-C", name, "main" if name == "main" else "change")
        made.commit(name, {FILE: text, f"{name}.txt": "something else\n"})
    made.git("switch", "-q", "-C", "change", "main")
    made.git("merge", "-q", "--no-ff", "--no-commit", "side")
    made.commit("harmless", {FILE: BAD})
    made.git("switch", "-q", "main")
    made.git("merge", "-q", "--no-ff", "-m", "side", "side")
    assert (made.folder / FILE).read_text() == GOOD
    made.git("switch", "-q", "change")
    return made


@pytest.mark.parametrize("mending", ["main", "side"])
def test_a_change_does_not_choose_which_of_several_bases_counts(tmp_path: Path, mending: str) -> None:
    made = crossed(tmp_path, mending)
    report = checked(made)
    assert (report.exit_code, codes(report)) == (2, ["git-criss-cross"])
    assert "Merge main into the change" in report.diagnostics[0].hint
    made.git("merge", "-q", "--no-ff", "-m", "as it is told", "main")
    assert (made.folder / FILE).read_text() == BAD, "git itself takes the failure for what is meant"
    assert stopped(checked(made))
    assert [each.rule for each in blocking(checked(made))]


TORCH = "{id: torch, name: T, owners: [Ada Example], lifecycle: standard, stage: ga, formerly: [lamp]}"
LAMP = "{id: lamp, name: Lamp, owners: [Ada Example], lifecycle: standard, stage: ga}"
BELL, CUP = (LAMP.replace("lamp", id).replace("ga", "alpha") for id in ("bell", "cup"))
WORDS = "".join(f"# the {n}th of many words\n" for n in range(30))
PLACED: Contents = {
    **BASE,
    "gonogo.yaml": configuration(
        products="*products.yaml", gates="*.gate.yaml", lifecycles="*.lifecycle.yaml"
    ),
    "standard.lifecycle.yaml": lifecycle("standard"),
    "ga.gate.yaml": gate(),
    FILE: f"id: lamp\n{GOOD}",
    "bell.thing.yaml": f"id: bell\n{BAD}",
    "products.yaml": register(LAMP, BELL),
    "more-products.yaml": register(CUP),
}
Returned = tuple[Contents, Contents]
"""What the branch makes of it after the change has left, and what the change does; without a text: gone."""
RETURNED: dict[str, Returned] = {
    "an artifact, in another file": (
        {"bell.thing.yaml": ""},
        {"bell.thing.yaml": "", "ring.thing.yaml": f"{WORDS}id: bell\n{BAD}"},
    ),
    "a product, in another file": (
        {"products.yaml": register(BELL)},
        {"products.yaml": register(BELL), "more-products.yaml": register(CUP, LAMP)},
    ),
    "a product, elsewhere in its file": (
        {"products.yaml": register(BELL)},
        {"products.yaml": register(BELL, *(CUP.replace("cup", f"cup{n}") for n in range(9)), LAMP)},
    ),
    "a product, under another name": (
        {"products.yaml": register(BELL)},
        {
            "products.yaml": register(BELL),
            "more-products.yaml": register(CUP, TORCH),
        },
    ),
}


def put(made: Made, files: Contents) -> None:
    for path, text in files.items():
        if text:
            made.write({path: text})
        else:
            (made.folder / path).unlink()
    made.commit("harmless")


@pytest.mark.parametrize("name", RETURNED)
def test_what_the_base_took_away_since_does_not_come_back_as_old(tmp_path: Path, name: str) -> None:
    since, change = RETURNED[name]
    made = started(tmp_path, PLACED)
    put(made, change)
    assert not stopped(checked(made)), "as long as the branch has it, it may move"
    made.git("switch", "-q", "main")
    put(made, since)
    made.git("switch", "-q", "change")
    report = checked(made)
    assert stopped(report)
    assert ("subject-returned" in {each.code for each in report.diagnostics}) is ("name" not in name)
    made.git("merge", "-q", "-m", "git sees nothing amiss", "main")
    assert stopped(checked(made))


def test_what_both_took_to_the_same_place_is_as_it_was(tmp_path: Path) -> None:
    _, change = RETURNED["an artifact, in another file"]
    made = started(tmp_path, PLACED)
    put(made, change)
    made.git("switch", "-q", "main")
    put(made, {**change, "notes.txt": "more\n"})
    made.git("switch", "-q", "change")
    report = checked(made)
    assert (report.exit_code, stopped(report)) == (0, False)


@pytest.mark.parametrize("change", [{FILE: f"{GOOD}tier: 1\n"}, {}], ids=["changed back", "nothing at all"])
def test_who_wrote_a_file_is_judged_where_its_text_is_as_it_was(tmp_path: Path, change: Contents) -> None:
    apart = policy(rule("!(subject.owner in provenance().authors)", at="/owner"))
    owned = GOOD.replace("Ada Example", "Ben Sample")
    made = started(tmp_path, {**BASE, FILE: owned, "policies/test.policy.yaml": apart})
    made.commit("one", dict(change), author=BEN)
    made.git("checkout", "-q", "main", "--", ".")
    made.commit("and back")
    report = checked(made)
    assert (stopped(report), bool(report.neutral)) == (bool(change), not change)

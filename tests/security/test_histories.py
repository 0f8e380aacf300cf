"""Whoever makes a change chooses its history: which commits it has, and where it left the base."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.model import Report
from tests.judging import configuration, policy, rule
from tests.repositories import Made
from tests.security.attacks import Contents, blocking, checked, started, stopped

GOOD = "name: Lamp\nowner: Ada Example\n"
BAD = GOOD.replace("Ada Example", "TBD")
FILE = "lamp.thing.yaml"
BASE: Contents = {
    "gonogo.yaml": configuration(),
    "policies/test.policy.yaml": policy(rule("filled(subject.owner)", at="/owner")),
    FILE: BAD,
}


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

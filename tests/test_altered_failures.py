"""A failure that was there before and that a change makes another one: it stays, and nobody misses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import recorded
from checker.model import Report, Result, Waived
from checker.render import RENDERERS, Options
from checker.render.notes import notes
from checker.review.comparing import Sides, aged
from tests.judging import policy, rule
from tests.security.attacks import blocking, checked, started, texts

TIER = "subject.tier <= 3"
BASE = "name: Lamp\ntier: 4\nowner: Ada Example\n"
STEPS = "name: Lamp\nsteps:\n- { id: dim, owner: %s }\n- { id: douse, owner: %s }\n"


def change(folder: Path, assertion: str, base: str, head: str, **more: str) -> Report:
    """The report of a change of one thing that fails a rule on both sides."""
    made = started(
        folder, {"policies/test.policy.yaml": policy(rule(assertion, **more)), "a.thing.yaml": base}
    )
    made.commit("change", {"a.thing.yaml": head})
    return checked(made)


def failed(report: Report) -> Result:
    (found,) = [each for each in report.results if each.outcome == "fail"]
    return found


@pytest.mark.parametrize(
    ("assertion", "base", "head", "altered"),
    [
        pytest.param(TIER, BASE, BASE.replace("4", "5"), "subject.tier was 4 and is 5", id="worse"),
        pytest.param(TIER, BASE.replace("4", "9"), BASE, "subject.tier was 9 and is 4", id="better"),
        pytest.param(
            "filled(subject.owner)",
            BASE.replace("Ada Example", "TBD"),
            "name: Lamp\ntier: 4\n",
            'subject.owner was "TBD" and is absent',
            id="emptied",
        ),
        pytest.param(
            "within_last(subject.launch_on, 9)",
            "name: Lamp\nlaunch_on: 2026-03-01\n",
            "name: Lamp\nlaunch_on: 2024-03-01\n",
            'subject.launch_on was "2026-03-01" and is "2024-03-01"',
            id="further away",
        ),
        pytest.param(
            'subject.name == "Bell" && subject.tier <= 3',
            BASE.replace("Lamp", "Bell"),
            BASE.replace("4", "1"),
            'subject.name is "Lamp"',
            id="for another reason",
        ),
        pytest.param(
            "subject.steps.all(s, filled(s.owner))",
            STEPS % ("TBD", "Ada Example"),
            STEPS % ("TBD", "TBD"),
            's.owner is "TBD" too',
            id="one more",
        ),
        pytest.param(
            "subject.steps.all(s, filled(s.owner))",
            STEPS % ("TBD", "TBD"),
            STEPS % ("Ada Example", "TBD"),
            "",
            id="one less",
        ),
        pytest.param(TIER, BASE, "# a word\n" + BASE, "", id="moved"),
        pytest.param(TIER, BASE, BASE + "legacy: x\n", "", id="another field"),
        pytest.param(TIER, BASE, BASE.replace("4", "0x4"), "", id="written otherwise"),
    ],
)
def test_what_is_wrong_in_another_way_is_told(
    tmp_path: Path, assertion: str, base: str, head: str, altered: str
) -> None:
    report = change(tmp_path, assertion, base, head)
    assert (failed(report).age, failed(report).altered) == ("existing", altered)
    assert (report.verdict, report.exit_code) == ("go", 0)


def test_it_counts_where_all_counts(tmp_path: Path) -> None:
    report = change(tmp_path, TIER, BASE, BASE.replace("4", "5"))
    assert blocking(report) == []
    assert report.comparison is not None
    assert report.comparison.fail_on == "new"


def test_a_rule_may_ask_that_nothing_gets_worse(tmp_path: Path) -> None:
    """What only tightens is asked by `old`: the step is new, whatever was there before."""
    ratchet = "subject.tier <= 3 || (!is_new && subject.tier <= old.tier)"
    report = change(tmp_path / "worse", ratchet, BASE, BASE.replace("4", "5"))
    assert (failed(report).age, failed(report).altered, report.exit_code) == ("new", "", 1)
    assert change(tmp_path / "better", ratchet, BASE.replace("4", "9"), BASE).exit_code == 0


def test_what_was_waived_and_is_altered_blocks(tmp_path: Path) -> None:
    """A waiver accepted another value, so the head has none; it is new, as nobody accepted it."""
    was = failed(change(tmp_path / "base", TIER, BASE, BASE + "legacy: x\n"))
    now = failed(change(tmp_path / "head", TIER, BASE, BASE.replace("4", "5")))
    waived = was._replace(waived=Waived("w1", "Ada Example", "It was there.", "2026-07-01"), age="")
    for base, age, altered in ((waived, "new", ""), (was, "existing", "subject.tier was 4 and is 5")):
        (held,), _ = aged(Sides((base,), (now._replace(age="", altered=""),), {}, {}, (), {}))
        assert (held.age, held.altered) == (age, altered)


def test_what_is_new_was_not_altered(tmp_path: Path) -> None:
    found = failed(change(tmp_path, TIER, BASE.replace("4", "3"), BASE))
    assert (found.age, found.altered) == ("new", "")


def test_everybody_is_told(tmp_path: Path) -> None:
    report = change(tmp_path, TIER, BASE, BASE.replace("4", "5"))
    told = "this change altered it: subject.tier was 4 and is 5"
    for format, text in texts(report).items():
        assert told in text.lower().replace("\\", ""), format
    (note,) = [each for each in notes(report) if each.result]
    assert (note.level, note.label) == ("notice", "mandatory, there before, altered")
    assert told in note.text.lower()
    (sarif,) = json.loads(RENDERERS["sarif"](report, Options()))["runs"][0]["results"]
    assert sarif["baselineState"] == "updated"
    assert told in sarif["message"]["text"].lower()


def test_it_is_recorded(tmp_path: Path) -> None:
    report = change(tmp_path, TIER, BASE, BASE.replace("4", "5"))
    again = recorded.report(json.loads(RENDERERS["json"](report, Options())))
    assert failed(again).altered == "subject.tier was 4 and is 5"


def test_a_secret_is_not_told(tmp_path: Path) -> None:
    secret = "name: Lamp\nany: { password: %s }\n"
    head = secret % "correct-horse-battery"
    report = change(tmp_path, 'subject.any.password == "x"', secret % "hunter2-hunter2", head)
    for text in texts(report).values():
        assert "hunter2" not in text
        assert "horse" not in text


def test_of_very_many_values_few_are_told(tmp_path: Path) -> None:
    fields = [f"f{n}" for n in range(5)]
    values = ", ".join(f"{field}: 1" for field in fields)
    assertion = " || ".join(f"subject.any.{field} > 9" for field in fields)
    base = f"name: Lamp\nany: {{ {values} }}\n"
    told = failed(change(tmp_path, assertion, base, base.replace(": 1", ": 2"))).altered
    assert told == "; ".join([*(f"subject.any.{field} was 1 and is 2" for field in fields[:3]), "2 more"])

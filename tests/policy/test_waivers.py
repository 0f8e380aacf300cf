"""Waivers as they are written: what a file of the register must say, and what is said where it does not."""

from __future__ import annotations

import json
from datetime import date as Day
from pathlib import Path
from typing import Any

import pytest

from checker import run
from checker.policy import reading, waivers
from checker.policy.waivers import Accepted, Limits
from tests.judging import configuration, policy, rule, write

SAW = "sha256:" + "0" * 64
DATA: dict[str, Any] = {
    "waiver": "w",
    "rule": "launch.owner",
    "subject": "search",
    "reason": "The owner starts in July.",
    "owner": "Ada Example",
    "approver": "Ben Sample",
    "granted": "2026-06-01",
    "expires": "2026-06-30",
    "accepts": [{"subject": "search", "saw": SAW}],
}


def read(**changes: Any) -> tuple[waivers.Waiver | None, list[tuple[str, str]]]:
    """The waiver, and the code and message of every diagnostic; `None` drops a field."""
    data = {name: value for name, value in {**DATA, **changes}.items() if value is not None}
    source, wrong = reading.read("w.waiver.yaml", lambda _: json.dumps(data).encode(), "waiver")
    found = None
    if source is not None:
        alone, wrong = waivers.written(source)
        found = alone[0] if alone else None
    return found, [(diagnostic.code, diagnostic.message) for diagnostic in wrong]


def test_what_is_left_out_is_what_is_usual() -> None:
    found, wrong = read()
    assert (wrong, found is None) == ([], False)
    assert found is not None
    assert (found.type, found.kind, found.markets, found.most, found.renewed) == ("exception", "", (), 1, ())
    assert (found.policy_version, found.ticket) == (None, "")
    assert found.accepts == (Accepted("search", "", SAW, ""),)
    assert (found.granted, found.expires) == (Day(2026, 6, 1), Day(2026, 6, 30))


def test_a_switched_off_rule_accepts_whatever_fails() -> None:
    found, wrong = read(type="switched-off", accepts=None)
    assert (wrong, found is None) == ([], False)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        (
            {"expires": "2026-05-31"},
            "interval",
            "it expires on 2026-05-31, before it is granted on 2026-06-01",
        ),
        ({"expires": "2026-02-30"}, "date", "2026-02-30 is not a day of the calendar"),
        ({"granted": "2026-13-01"}, "date", "2026-13-01 is not a day of the calendar"),
        ({"renewed": ["2026-02-31"]}, "date", "2026-02-31 is not a day of the calendar"),
        ({"renewed": ["2026-06-09", "2026-06-08"]}, "interval", "it was renewed out of order"),
        (
            {"renewed": ["2026-05-09"]},
            "interval",
            "it was renewed out of order, or on a day outside of its term",
        ),
        (
            {"renewed": ["2026-07-01"]},
            "interval",
            "it was renewed out of order, or on a day outside of its term",
        ),
        ({"accepts": None}, "accepts-nothing", "it accepts no failure"),
        ({"accepts": [], "type": "baseline"}, "accepts-nothing", "it accepts no failure"),
    ],
)
def test_what_says_nothing_sensible_is_a_diagnostic(changes: dict[str, Any], code: str, message: str) -> None:
    found, wrong = read(**changes)
    assert found is None
    assert [each[0] for each in wrong] == [code]
    assert message in wrong[0][1]


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("rule", "subject", "reason", "owner", "approver", "granted", "expires")),
        {"reason": ""},
        {"most": 0},
        {"type": "baselin"},
        {"until": "2026-06-30"},
        {"accepts": [{"subject": "search", "saw": "sha256:0"}]},
    ],
    ids=str,
)
def test_the_shape_is_held_to_its_schema(changes: dict[str, Any]) -> None:
    found, wrong = read(**changes)
    assert found is None
    assert wrong


@pytest.mark.parametrize(
    ("today", "since"),
    [
        ("2026-06-01", "2026-06-01"),
        ("2026-06-09", "2026-06-01"),
        ("2026-06-10", "2026-06-10"),
        ("2027-01-01", "2026-06-20"),
    ],
)
def test_a_term_begins_with_the_last_renewal_there_was(today: str, since: str) -> None:
    found, _ = read(renewed=["2026-06-10", "2026-06-20"])
    assert found is not None
    assert found.since(Day.fromisoformat(today)) == Day.fromisoformat(since)


@pytest.mark.parametrize(
    ("written", "waivable"), [("false", False), ("true", True), ("no", None), ("0", None)]
)
def test_a_rule_says_truly_or_not_at_all_whether_it_can_be_waived(
    tmp_path: Path, written: str, waivable: bool | None
) -> None:
    text = policy(rule("filled(subject.name)", waivable="WRITTEN")).replace('"WRITTEN"', written)
    files = {"policies/test.policy.yaml": text, "policies/pack.yaml": "pack: t\nversion: 1.0.0\ntitle: T\n"}
    workspace, wrong = run.load(str(write(tmp_path, files)))
    if waivable is None:  # `no` is a text
        assert workspace is None
        assert any("waivable" in diagnostic.message for diagnostic in wrong)
    else:
        assert workspace is not None, wrong
        assert workspace.policies[0].rules[0].waivable is waivable


def test_a_register_is_read_with_its_limits(tmp_path: Path) -> None:
    files = {
        "gonogo.yaml": configuration(packs=[], waivers="waivers/*.yaml", waiver_limits={"renewals": 1}),
        "waivers/b.yaml": json.dumps({**DATA, "waiver": "b"}),
        "waivers/a.yaml": json.dumps({**DATA, "waiver": "a"}),
    }
    workspace, wrong = run.load(str(write(tmp_path, files)))
    assert workspace is not None, wrong
    assert [waiver.id for waiver in workspace.waivers] == ["a", "b"]
    assert workspace.waiver_limits == Limits(1, 366)
    assert {"waivers/a.yaml", "waivers/b.yaml"} <= {evidence.locator for evidence in workspace.inputs}


def test_an_id_stands_for_one_waiver(tmp_path: Path) -> None:
    files = {
        "gonogo.yaml": configuration(packs=[], waivers="waivers/*.yaml"),
        "waivers/a.yaml": json.dumps(DATA),
        "waivers/b.yaml": json.dumps(DATA),
    }
    workspace, wrong = run.load(str(write(tmp_path, files)))
    assert workspace is None
    assert [(d.code, d.message) for d in wrong if d.level == "error"] == [
        ("duplicate-waiver", "the id `w` is also used in waivers/a.yaml")
    ]

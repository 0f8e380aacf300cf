"""`gonogo decide`: real files, real keys, and what is refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checker import ledger
from checker.authoring import decision
from checker.cli import recording
from checker.ledger import Ledger
from checker.transports.journal import Journal
from tests import signing
from tests.cli.conftest import Gonogo, Ran
from tests.deciding import CLOSED, GATE, files, workspace
from tests.repositories import Made

ROOT = Path(__file__).parents[2]
CONDITION = "Translate the help pages; owner=Ben Sample; due=2126-10-01; ticket=CHK-95"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signing.keys(tmp_path_factory.mktemp("keys"), "ada", "ben", "cleo", "mallory")


@pytest.fixture
def home(tmp_path: Path, keys: Path) -> Path:
    return workspace(tmp_path / "home", keys)


class Desk:
    """Somebody who reviews and decides in a workspace."""

    def __init__(self, gonogo: Gonogo, home: Path) -> None:
        self.gonogo, self.home = gonogo, home

    def review(self, subject: str = "checkout", *more: str) -> Path:
        report = self.home.parent / f"report-{subject}.json"
        ran = self.gonogo(
            "review", "ga", "--subject", subject, "--output-format", f"json={report}", *more, cwd=self.home
        )
        assert report.exists(), ran.err
        return report

    def decide(self, *flags: object, report: Path | None = None, **stated: Any) -> Ran:
        """Decide `proceed` on the report as Ada; `stated` replaces flags, None drops one."""
        chosen = {
            "subject": "checkout",
            "report": report or self.home.parent / "report-checkout.json",
            "decision": "proceed",
            "as": "Ada Example",
            "role": "approver",
            **stated,
        }
        pairs = [part for name, value in chosen.items() if value for part in (f"--{name}", value)]
        return self.gonogo("decide", "ga", *pairs, *flags, cwd=self.home)

    def standing(self) -> list[tuple[str, bool]]:
        found = json.loads(self.review().read_text())["review"]["decisions"]
        return [(each["decision"], each["stands"]) for each in found]


@pytest.fixture
def desk(gonogo: Gonogo, home: Path) -> Desk:
    return Desk(gonogo, home)


def book(home: Path) -> Ledger:
    return ledger.read(Journal(home / "ledger").read_all())


def committed(home: Path) -> Made:
    made = Made(home)
    made.git("add", "-A")
    made.git("commit", "-qm", "a workspace")
    return made


def short(home: Path, type: str = "decision") -> str:
    """The id of the newest entry of a type."""
    return [entry.id for entry in book(home).entries.values() if entry.type == type][-1][7:19]


def test_a_signed_decision_is_recorded_and_opens_the_gate(desk: Desk, home: Path, keys: Path) -> None:
    report = desk.review()
    ran = desk.decide("--sign", keys / "ada", "--note", "All agreed", evidence="https://example.org/minutes")
    assert ran.code == 0, ran.err
    (entry,) = book(home).entries.values()
    assert book(home).signatures.keys() == {entry.id}
    assert ran.out == (
        "Ada Example decided proceed at ga for checkout; the verdict is go\n"
        f"recorded {entry.id} in ledger/{entry.path}\n"
        f"Next: Commit ledger/{entry.path} and its signature.\n"
    )
    told = json.loads(report.read_text())
    assert {name: entry.body[name] for name in ("gate", "product", "verdict", "verdict_digest", "clock")} == {
        "gate": "ga",
        "product": "checkout",
        "verdict": "go",
        "verdict_digest": told["verdict_digest"],
        "clock": "now",
    }
    assert entry.body["report_digest"] == ledger.canonical.digest_bytes(report.read_bytes())
    assert (entry.body["note"], entry.body["evidence"]) == ("All agreed", "https://example.org/minutes")
    assert desk.standing() == [("proceed", True)]


def test_an_unsigned_decision_is_recorded_and_counts_once_it_is_signed_by_hand(
    desk: Desk, home: Path, keys: Path
) -> None:
    desk.review()
    ran = desk.decide()
    assert ran.code == 0, ran.err
    assert (
        "Next: It counts once somebody vouches for it: ssh-keygen -Y sign -n gonogo -f KEY ledger/" in ran.out
    )
    assert desk.standing() == [("proceed", False)]
    (entry,) = book(home).entries.values()
    signing.sign(home / "ledger" / entry.path, keys / "ada")
    assert desk.standing() == [("proceed", True)]


def test_a_person_is_recorded_under_one_name(desk: Desk, home: Path) -> None:
    desk.review()
    assert desk.decide(**{"as": "ada@example.org"}).code == 0
    (entry,) = book(home).entries.values()
    assert (entry.by, entry.body["decided_by"]) == ("Ada Example", "Ada Example")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"gate": CLOSED}, "nobody proceeds against no-go without a basis. Mend what blocks; or state --basis"),
    ({"gate": CLOSED, "basis": "overrule", "role": None}, "an overrule needs a reason. Add --reason."),
    (
        {"gate": CLOSED, "basis": "overrule", "reason": "x", "role": None},
        "an overrule needs a role. Add --role.",
    ),
    (
        {"basis": "emergency", "reason": "x"},
        "the verdict is go: there is nothing to overrule. Leave out --basis.",
    ),
    ({"basis": "emergency", "reason": "x", "decision": "hold"}, "nothing is overruled by hold."),
    ({"decision": "hold"}, "hold needs a reason. Add --reason"),
    (
        {"role": "writer"},
        "the role writer may not decide at the gate ga: approver may. On that day these may: ",
    ),
    ({"role": None}, "nobody without a role may decide at the gate ga: approver may"),
    (
        {"as": "Eve Mock"},
        "Eve Mock is not in the role approver. On that day these may: Ada Example as approver, Ben",
    ),
    ({"as": "Who Ever"}, "Who Ever is not in the register of people. Add them there"),
    ({"as": "Ada Exampl"}, "Ada Exampl is not in the register of people. Did you mean"),
    ({"decision": "proceed-with-conditions"}, "proceed-with-conditions names no condition. Add --condition"),
    ({"condition": CONDITION}, "proceed takes no conditions. Decide proceed-with-conditions."),
    ({"condition": "Translate; due=2126-01-01"}, "the condition 'Translate' has no owner. Write it as"),
    ({"condition": "Translate; owner=Ben Sample"}, "the condition 'Translate' has no due. Write it as"),
    ({"condition": "owner=Ben Sample; due=2126-01-01"}, "does not say what must be done"),
    ({"condition": "x; owner=Ben; due=soon"}, "the condition 'x' is due on 'soon', which is no day"),
    (
        {"condition": "x; owner=Ben; due=2026-02-30"},
        "the condition 'x' is due on '2026-02-30', which is no day",
    ),
    (
        {"condition": "x; owner=Ben; due=2020-01-01"},
        "the condition 'x' would be overdue already. Name a day from",
    ),
    (
        {"subject": "search"},
        "report-checkout.json is about checkout, checkout-ga, not search. Make it anew: gonogo",
    ),
    ({"market": "FR"}, "report-checkout.json is about DE, GB, not FR. Make it anew"),
    ({"decision": None}, "a decision needs --decision. Run gonogo decide --help."),
    ({"report": "home/gonogo.yaml"}, "is no report that can be decided on. gonogo review writes one."),
]


@pytest.mark.parametrize(("stated", "message"), REFUSED)
def test_what_is_refused_says_why_and_writes_nothing(
    desk: Desk, home: Path, stated: dict[str, Any], message: str
) -> None:
    stated = dict(stated)
    (home / "ga.gate.yaml").write_text(json.dumps(stated.pop("gate", GATE)))
    desk.review()
    if stated.get("report"):
        stated["report"] = home.parent / stated["report"]
    before = files(home.parent)
    ran = desk.decide(**stated)
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert message in " ".join(ran.err.split())
    assert files(home.parent) == before


def changed(**changes: Any) -> Any:
    """A report with other fields than it had."""
    return lambda report: {**report, **changes}


FORGED = [
    (changed(workspace="other"), "is about the workspace other, not acme"),
    (changed(review=None), "is the report of a check, not of a gate review"),
    (
        changed(origin={"commit": "", "clock": "as-of", "note": "", "prefix": ""}),
        "was set (as-of), and nobody decides on another day",
    ),
    (changed(asked=["rule launch.*"]), "is not about everything: it was limited to rule launch.*"),
    (
        changed(as_of="2020-01-01T23:59:59+00:00"),
        "is of 2020-01-01, and a report is decided on within 7 days",
    ),
    (
        changed(as_of="2126-01-01T23:59:59+00:00"),
        "is of 2126-01-01, and a report is decided on within 7 days",
    ),
    (changed(verdict="fine"), "`verdict` must be go, conditional, no-go or undecided"),
    (
        lambda report: {**report, "review": {**report["review"], "gate": "beta"}},
        "is about the gate beta, not ga",
    ),
    (changed(verdict="undecided"), "nobody proceeds against undecided without a basis"),
    (
        lambda report: {
            **report,
            "diagnostics": [
                *report["diagnostics"],
                {"code": "x", "level": "error", "message": "", "location": None, "hint": "", "age": ""},
            ],
        },
        "nobody proceeds against undecided without a basis",
    ),
]


@pytest.mark.parametrize(("forge", "message"), FORGED)
def test_a_report_of_something_else_is_refused(desk: Desk, home: Path, forge: Any, message: str) -> None:
    report = desk.review()
    report.write_text(json.dumps(forge(json.loads(report.read_text()))))
    before = files(home.parent)
    ran = desk.decide()
    assert ran.code == 2
    assert message in " ".join(ran.err.split())
    assert files(home.parent) == before


@pytest.mark.parametrize(("verdict", "code"), [("go", 0), ("undecided", 2)])
def test_what_the_whole_report_misses_is_missing_in_every_market(
    desk: Desk, home: Path, verdict: str, code: int
) -> None:
    report = desk.review()
    report.write_text(json.dumps({**json.loads(report.read_text()), "verdict": verdict}))
    assert desk.decide("--market", "GB", subject="checkout-ga").code == code


SCOPES = [("checkout-ga", "GB", "go"), ("checkout-ga", "DE", "no-go"), ("checkout-eu", "DE", "undecided")]


@pytest.mark.parametrize(
    ("subject", "markets", "verdict"),
    [
        ("checkout-ga", ("GB",), "go"),
        ("checkout-ga", ("DE",), "no-go"),
        ("checkout-ga", ("GB", "DE"), "no-go"),
        ("checkout-ga", (), "no-go"),
        ("checkout-eu", (), "undecided"),
        ("checkout-eu", ("GB",), None),
        ("checkout-ga", ("GB", "FR"), None),
        ("checkout", (), "no-go"),
        ("checkout", ("GB",), "go"),
        ("search", (), None),
    ],
)
def test_the_verdict_is_the_worst_of_what_is_decided_on(
    subject: str, markets: tuple[str, ...], verdict: str | None
) -> None:
    at = datetime(2026, 9, 11, tzinfo=UTC)
    table = decision.Table(
        "x", "", "acme", at, "now", (), "ga", "checkout", tuple(SCOPES), "no-go", "", False, {}
    )
    assert table.verdict_for(subject, markets) == verdict
    broken = table._replace(broken=True).verdict_for(subject, markets)
    assert broken == ("undecided" if verdict == "go" else verdict)


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("checkout/launch.yaml", "id: checkout-ga\nname: Other\n", "checkout/launch.yaml was changed since"),
        ("checkout/launch.yaml", None, "checkout/launch.yaml is not there any more since"),
        ("ga.gate.yaml", json.dumps({**GATE, "title": "Other"}), "ga.gate.yaml was changed since"),
        ("beta.gate.yaml", json.dumps({**GATE, "gate": "beta"}), "beta.gate.yaml was not there then"),
    ],
)
def test_a_stale_report_is_refused_with_the_first_file_that_differs(
    desk: Desk, home: Path, path: str, content: str | None, message: str
) -> None:
    desk.review()
    if content is None:
        (home / path).unlink()
    else:
        (home / path).write_text(content)
    ran = desk.decide()
    assert ran.code == 2
    assert f"is stale: {message}" in ran.err
    assert not (home / "ledger").exists()


def test_a_back_dated_report_is_never_decided_on(desk: Desk, home: Path) -> None:
    committed(home)
    desk.review("checkout", "--clock", datetime.now(UTC).date().isoformat())
    ran = desk.decide()
    assert ran.code == 2
    assert "was set (clock), and nobody decides on another day" in ran.err


def test_a_launch_is_decided_in_one_market(desk: Desk, home: Path, keys: Path) -> None:
    desk.review("checkout-ga")
    report = home.parent / "report-checkout-ga.json"
    ran = desk.decide("--market", "GB", "--sign", keys / "ada", subject="checkout-ga", report=report)
    assert ran.code == 0, ran.err
    (state,) = json.loads(desk.review("checkout-ga").read_text())["review"]["decisions"]
    assert (state["launch"], state["market"], state["stands"]) == ("checkout-ga", "GB", True)


def test_conditions_are_recorded_met_and_make_the_verdict_conditional(
    desk: Desk, home: Path, keys: Path
) -> None:
    desk.review()
    more = ("--condition", CONDITION, "--condition", "Train support; owner=Eve Mock; due=2126-10-02")
    ran = desk.decide(*more, "--sign", keys / "ada", decision="proceed-with-conditions")
    assert ran.code == 0, ran.err
    of = short(home)
    assert (
        f"Until 2126-10-01 Ben Sample meets c1 (Translate the help pages): gonogo decide --meet c1 --of {of}"
        in ran.out
    )
    assert json.loads(desk.review().read_text())["verdict"] == "conditional"
    for number, (name, who) in enumerate((("c1", "ben"), ("c2", "cleo"))):
        flags = ("--of", of, "--as", f"{who}@example.org", "--evidence", "CHK-95", "--sign", keys / who)
        ran = desk.gonogo("decide", "--meet", name, *flags, cwd=home)
        assert ran.code == 0, ran.err
        assert json.loads(desk.review().read_text())["verdict"] == ("conditional", "go")[number]
    assert desk.standing() == [("proceed-with-conditions", True)]


def test_an_overrule_is_approved_afterwards_by_somebody_else(desk: Desk, home: Path, keys: Path) -> None:
    (home / "ga.gate.yaml").write_text(json.dumps(CLOSED))
    desk.review()
    ran = desk.decide(
        "--sign", keys / "ada", basis="overrule", reason="A promise", **{"requested-by": "Cleo Demo"}
    )
    assert ran.code == 0, ran.err
    entry = next(iter(book(home).entries.values()))
    until = entry.at.date() + timedelta(days=5)
    assert f"Somebody else approves it until {until}: gonogo decide --approve {short(home)} --as" in ran.out
    assert json.loads(desk.review().read_text())["overruled"] == 1

    def approve(who: str, name: str = "") -> Ran:
        more = ("--as", f"{who}@example.org", "--role", "approver", "--sign", keys / who)
        return desk.gonogo("decide", "--approve", name or short(home), *more, cwd=home)

    assert "ada@example.org" not in entry.by
    assert "Ada Example decided it, and cannot approve it afterwards" in approve("ada").err
    assert "Cleo Demo asked for it, and cannot approve it afterwards" in approve("cleo").err
    stranger = ("--as", "Eve Mock", "--role", "writer")
    ran = desk.gonogo("decide", "--approve", short(home), *stranger, cwd=home)
    assert "the role writer may not decide at the gate ga" in ran.err
    assert "the ledger holds no decision" in approve("ben", short(home)[:3]).err
    ran = approve("ben", entry.body["id"])
    assert ran.code == 0, ran.err
    (state,) = json.loads(desk.review().read_text())["review"]["decisions"]
    assert state["stands"]
    assert "Ben Sample approved on" in state["message"]
    assert len(book(home).entries) == 2


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ((), "state GATE to decide, --approve ENTRY, or --meet CONDITION"),
        (("ga", "--approve", "abcd"), "state GATE to decide, --approve ENTRY, or --meet CONDITION"),
        (
            ("--approve", "abcdef"),
            "the ledger holds no decision abcdef. gonogo ledger show lists the decisions.",
        ),
        (("--approve", "abcdef", "--subject", "checkout"), "--subject does not go with what is asked"),
        (("--approve", "abcdef", "--of", "x"), "--of does not go with what is asked"),
        (("--meet", "c1"), "--meet needs --of ENTRY and --evidence TEXT"),
        (("--meet", "c1", "--of", "x", "--evidence", "y"), "the ledger holds no decision x"),
        (("gaa", "--subject", "x", "--report", "gonogo.yaml", "--decision", "stop"), "no gate is called gaa"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    desk: Desk, home: Path, flags: tuple[str, ...], message: str
) -> None:
    ran = desk.gonogo("decide", *flags, "--as", "Ada Example", cwd=home)
    assert ran.code == 2
    assert message in ran.err
    assert not (home / "ledger").exists()


def test_what_is_no_condition_of_a_decision_cannot_be_met(desk: Desk, home: Path, keys: Path) -> None:
    desk.review()
    assert desk.decide("--condition", CONDITION, decision="proceed-with-conditions").code == 0
    flags = ("--of", short(home), "--as", "Ben Sample", "--evidence", "x")
    ran = desk.gonogo("decide", "--meet", "c2", *flags, cwd=home)
    assert (ran.code, "has no condition c2. There are c1." in ran.err) == (2, True)
    ran = desk.gonogo("decide", "--meet", "c1", "--on", "2126-01-01", *flags, cwd=home)
    assert (ran.code, "2126-01-01 is yet to come" in ran.err) == (2, True)
    ran = desk.gonogo(
        "decide", "--approve", short(home), "--as", "Ben Sample", "--role", "approver", cwd=home
    )
    assert (ran.code, "needs no approval afterwards" in ran.err) == (2, True)
    assert len(book(home).entries) == 1


@pytest.mark.parametrize(
    ("key", "message"), [("mallory", "no allowed signer has"), ("ben", "by Ben Sample, not by")]
)
def test_a_key_that_does_not_count_writes_nothing(
    desk: Desk, home: Path, keys: Path, key: str, message: str
) -> None:
    desk.review()
    ran = desk.decide("--sign", keys / key)
    assert ran.code == 2
    assert "the signature would not count for Ada Example" in ran.err
    assert message in ran.err
    assert not (home / "ledger").exists()


def test_entry_and_signature_are_there_both_or_neither(
    desk: Desk, home: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def full(self: Journal, content: bytes, name: str) -> Any:
        if name.endswith(".sig"):
            raise OSError(28, "No space left on device")
        return append(self, content, name)

    desk.review()
    monkeypatch.setattr(Journal, "append", full)
    ran = desk.decide("--sign", keys / "ada")
    assert ran.code == 2
    assert "No space left on device. Nothing was recorded." in ran.err
    assert not book(home).entries
    assert not book(home).faults


def test_nothing_is_added_to_a_ledger_that_was_changed(desk: Desk, home: Path) -> None:
    desk.review()
    assert desk.decide().code == 0
    (entry,) = book(home).entries.values()
    path = home / "ledger" / entry.path
    path.write_bytes(path.read_bytes().replace(b'"go"', b'"no"'))
    ran = desk.decide()
    assert ran.code == 2
    assert entry.id in ran.err
    assert "the ledger is not as it was written, so nothing is added to it" in ran.err


def test_a_clock_that_is_behind_adds_nothing(desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.review()
    assert desk.decide().code == 0
    found = recording.open_desk(str(home), "ada")
    monkeypatch.setattr(recording, "open_desk", lambda *_: found._replace(at=found.at - timedelta(hours=1)))
    ran = desk.decide()
    assert ran.code == 2
    assert "the entry would be backdated" in ran.err
    assert len(book(home).entries) == 1


def test_a_workspace_without_a_ledger_says_how_to_have_one(desk: Desk, home: Path) -> None:
    configuration = json.loads((home / "gonogo.yaml").read_text())
    del configuration["ledger"]
    (home / "gonogo.yaml").write_text(json.dumps(configuration))
    ran = desk.decide(report=home / "gonogo.yaml")
    assert (ran.code, "Add `ledger: ledger` to gonogo.yaml." in ran.err) == (2, True)


def test_two_branches_that_both_decided_merge_without_conflict(desk: Desk, home: Path, keys: Path) -> None:
    made = committed(home)
    for branch, who, choice in (("one", "ada", "proceed"), ("two", "ben", "hold")):
        made.git("checkout", "-q", "-b", branch, "main")
        desk.review()
        ran = desk.decide(
            "--sign", keys / who, decision=choice, reason="Because", **{"as": f"{who}@example.org"}
        )
        assert ran.code == 0, ran.err
        made.git("add", "-A")
        made.git("commit", "-qm", f"{who} decided")
    made.git("merge", "-q", "--no-edit", "one")
    merged = book(home)
    assert len(merged.entries) == len(merged.heads) == 2
    assert desk.gonogo("ledger", "verify", cwd=home).out == "the ledger is whole: 2 entries, 2 signed\n"
    assert desk.standing() == [("hold", False), ("proceed", False)]

    desk.review()
    assert desk.decide("--sign", keys / "cleo", **{"as": "Cleo Demo"}).code == 0
    newest = next(reversed(book(home).entries.values()))
    assert newest.parents == merged.heads
    assert desk.standing() == [("proceed", True), ("hold", False), ("proceed", False)]


def test_several_who_decide_at_once_lose_nothing(desk: Desk, home: Path) -> None:
    report = desk.review()
    flags = ["--subject", "checkout", "--report", str(report), "--decision", "hold", "--reason", "Because"]
    people = ("ada", "ben", "cleo", "ada", "ben", "cleo")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "checker", "decide", "ga", *flags, "--as", who, "--role", "approver"],
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in people
    ]
    told = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(people)
    recorded = {found[1] for text in told if (found := re.search(r"recorded (sha256:\w+)", text))}
    assert len(recorded) == len(people)
    assert book(home).entries.keys() == recorded
    assert desk.gonogo("ledger", "verify", cwd=home).code == 0


def test_the_decision_is_a_gate_record_that_rules_see(desk: Desk, home: Path, keys: Path) -> None:
    rule = {
        "policy": "after",
        "version": "1.0.0",
        "title": "After the gate",
        "owner": "ada",
        "subject": "launch-plan",
        "rules": [
            {
                "id": "after.decided",
                "title": "It was decided",
                "assert": 'decision(subject.product, "ga").decision == "proceed"',
            }
        ],
    }
    configuration = json.loads((home / "gonogo.yaml").read_text())
    (home / "gonogo.yaml").write_text(json.dumps({**configuration, "packs": ["./policies"]}))
    (home / "policies").mkdir()
    (home / "policies" / "after.policy.yaml").write_text(json.dumps(rule))
    with (home / "checkout" / "launch.yaml").open("a") as file:
        file.write("product: checkout\n")
    binds = [{"policy": "after", "enforcement": "advisory"}]
    (home / "ga.gate.yaml").write_text(json.dumps({**GATE, "binds": binds}))

    def outcome() -> str:
        report = json.loads(desk.gonogo("check", "--output-format", "json", cwd=home).out)
        (found,) = [each["outcome"] for each in report["results"] if each["rule"] == "after.decided"]
        return str(found)

    assert outcome() == "fail"
    desk.review()
    assert desk.decide("--sign", keys / "ada").code == 0
    assert outcome() == "pass"

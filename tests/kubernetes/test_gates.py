"""The gates of a Kubernetes feature: on made-up proposals, and on all real ones beside plain Python."""

from __future__ import annotations

import itertools
import subprocess
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import oracle
import pytest

from checker import run
from checker.model import Portfolio, Report
from checker.run import history, reviewing
from tests.repositories import START, Made

EXAMPLE = Path(__file__).parents[2] / "examples" / "kubernetes-enhancements"
STAGES = ("alpha", "beta", "stable", "deprecated", "disabled", "removed")
PRODUCT = "sig-node/9999"
PROPOSAL = "keps/sig-node/9999-made-up/kep.yaml"
APPROVAL = "keps/prod-readiness/sig-node/9999.yaml"

Files = dict[str, str | bytes]


def proposal(
    stage: str = "", status: str = "implementable", milestone: str = "{}", authors: str = "[ '@ada-example' ]"
) -> str:
    stated = f"stage: {stage}\n" if stage else ""
    return (
        f"title: Made up\nkep-number: 9999\nauthors: {authors}\nowning-sig: sig-node\nstatus: {status}\n"
        f"approvers: []\n{stated}latest-milestone: v1.34\nmilestone: {milestone}\n"
    )


def approval(*stages: str, by: str = "@ben-sample") -> str:
    return "kep-number: 9999\n" + "".join(f'{stage}:\n  approver: "{by}"\n' for stage in stages)


def state(kep: str, approved: str) -> Files:
    aliases = "aliases:\n  prod-readiness-approvers: [ ben-sample ]\n"
    return {"OWNERS_ALIASES": aliases, PROPOSAL: kep, APPROVAL: approved}


def request(folder: Path, **changes: object) -> run.Request:
    asked = run.Request(str(folder), lambda zone: datetime(2026, 6, 1, tzinfo=zone), policies=str(EXAMPLE))
    return asked._replace(**changes)  # type: ignore[arg-type]


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def blocking(report: Report) -> set[str]:
    return {
        result.rule
        for result in report.results
        if result.enforcement == "mandatory" and result.outcome in ("fail", "error")
    }


GATES: dict[str, tuple[str, str, str, set[str]]] = {
    "the approval for the next stage is there": (
        proposal("beta"),
        approval("beta", "stable"),
        "stable",
        set(),
    ),
    "it is missing": (proposal("beta"), approval("alpha", "beta"), "stable", {"kep.entry.approval"}),
    "somebody gave it who may not": (
        proposal("beta"),
        approval("beta") + approval("stable", by="@ada-example").partition("\n")[2],
        "stable",
        {"kep.entry.approver"},
    ),
    "two stages ahead": (proposal("alpha"), approval("alpha"), "stable", {"kep.entry.approval"}),
    "not agreed on yet": (
        proposal("alpha", "provisional"),
        approval("alpha", "beta"),
        "beta",
        {"kep.entry.status"},
    ),
    "the first gate of a proposal without a stage": (
        proposal(status="provisional"),
        approval("alpha"),
        "alpha",
        {"kep.entry.status"},
    ),
    "where it is already the validator's rules hold": (proposal("beta"), approval("beta"), "beta", set()),
    "and fail": (
        proposal("beta"),
        approval("alpha"),
        "beta",
        {"kep.prr.approved-stage", "kep.prr.approver"},
    ),
    "a gate that lies behind asks for the stage of today": (
        proposal("stable"),
        approval("stable"),
        "alpha",
        set(),
    ),
    "to be retired": (proposal("stable"), approval("stable"), "deprecated", {"kep.entry.approval"}),
}
"""What is there, the gate that is asked, and the rules that block."""


@pytest.mark.parametrize("name", GATES)
def test_a_gate(name: str, tmp_path: Path) -> None:
    kep, approved, gate, rules = GATES[name]
    report = reviewing.review(
        request(written(tmp_path, state(kep, approved))), reviewing.Asked(gate, PRODUCT)
    )
    assert not [each for each in report.diagnostics if each.level == "error"]
    assert (blocking(report), report.verdict) == (rules, "no-go" if rules else "go")


def test_what_a_review_says_of_an_approval_that_is_missing(tmp_path: Path) -> None:
    folder = written(tmp_path, state(proposal("beta"), approval("beta")))
    report = reviewing.review(request(folder), reviewing.Asked("stable", PRODUCT))
    [result, ahead] = [each for each in report.results if each.rule == "kep.entry.approval"]
    assert result.message == "the approval for stable is missing"
    assert result.location.path == PROPOSAL
    assert result.fix.endswith(f"add stable to {APPROVAL}.")
    assert (ahead.enforcement, ahead.gate) == ("upcoming", "deprecated")
    assert ahead.message == "the approval for deprecated is missing"
    assert report.review is not None
    assert (report.review.stage, report.review.leads_to) == ("beta", "stable")


def test_a_check_counts_no_stage_that_was_not_entered(tmp_path: Path) -> None:
    report = run.check(request(written(tmp_path, state(proposal("beta"), approval("beta")))))
    entry = [each for each in report.results if each.policy in ("kep.entry", "kep.moves", "kep.attached")]
    assert entry
    assert {each.outcome for each in entry} == {"not-applicable"}
    assert report.verdict == "go"


def test_an_approval_by_an_author_is_told_and_does_not_block(tmp_path: Path) -> None:
    files = state(proposal("beta", authors="[ Ben-Sample ]"), approval("alpha", "beta"))
    report = run.check(request(written(tmp_path, files)))
    failed = [each for each in report.results if each.rule == "kep.independence.approver"]
    assert [(each.key, each.outcome, each.location.path) for each in failed] == [
        ("alpha", "fail", APPROVAL),
        ("beta", "fail", APPROVAL),
    ]
    assert report.verdict == "go"


def standings(portfolio: Portfolio) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for each in portfolio.standings:
        found[each.product][each.gate] = each.verdict + ("!" if each.passed else "")
    return found


def test_the_portfolio_of_a_proposal_and_an_approval_without_one(tmp_path: Path) -> None:
    files = state(proposal("beta"), approval("alpha", "beta"))
    files["keps/prod-readiness/sig-node/1.yaml"] = approval("alpha")
    found = standings(reviewing.portfolio(request(written(tmp_path, files)), ("alpha", "beta", "stable")))
    assert found == {
        PRODUCT: {"alpha": "go!", "beta": "go!", "stable": "no-go"},
        "sig-node/1": {"alpha": "no-go", "beta": "no-go", "stable": "no-go"},
    }


MOVES: dict[str, tuple[str, str, str]] = {
    "to the next stage": ("alpha", proposal("beta"), ""),
    "a leap over a beta that had its release": ("alpha", proposal("stable", milestone="{ beta: v1.33 }"), ""),
    "a leap over beta": ("alpha", proposal("stable"), "kep.moves.skipped"),
    "a step back that plans beta anew": ("beta", proposal("alpha", milestone="{ beta: v1.35 }"), ""),
    "a step back from a beta that was released": (
        "beta",
        proposal("alpha", milestone="{ beta: v1.34 }"),
        "kep.moves.back",
    ),
    "without the approval": ("beta", proposal("removed"), "kep.prr.approved-stage"),
}
"""The stage before, the proposal afterwards, and what would have stopped it."""


@pytest.mark.parametrize("name", MOVES)
def test_a_replay_stops_what_a_gate_would_have_stopped(name: str, tmp_path: Path) -> None:
    old, kep, rule = MOVES[name]
    made = Made(tmp_path)
    approved = approval("alpha", "beta", "stable")
    made.commit("begin", state(proposal(old), approved))
    moved = made.commit("move", state(kep, approved))
    replay = history.history(request(tmp_path), history.Asked("", ""))
    turns = [turn for turn in replay.turns if turn.commit == moved]
    assert turns
    assert {turn.old_stage for turn in turns} == {old}
    stopped = {result.rule for turn in turns for result in turn.blockers}
    assert rule in stopped if rule else not stopped
    assert {turn.verdict for turn in turns} == {"no-go" if rule else "go"}


def test_the_history_of_a_verdict_tells_its_changes_alone(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit("begin", state(proposal("beta"), approval("beta")))
    made.commit("something else", state(proposal("beta", milestone="{ stable: v1.36 }"), approval("beta")))
    approved = made.commit("approve", state(proposal("beta"), approval("beta", "stable")))
    replay = history.history(request(tmp_path), history.Asked("stable", PRODUCT))
    assert [(turn.was, turn.verdict) for turn in replay.turns] == [(None, "no-go"), ("no-go", "go")]
    assert replay.turns[-1].commit == approved


def test_the_past_is_judged_by_what_was_there_then(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit("begin", state(proposal("beta"), approval("beta")))
    made.commit("approve", state(proposal("beta"), approval("beta", "stable")))
    for days, verdict in ((0, "no-go"), (1, "go")):
        asked = request(tmp_path, clock="as-of", as_of=lambda zone, d=days: START.replace(day=1 + d, hour=23))
        report = reviewing.review(asked, reviewing.Asked("stable", PRODUCT))
        assert report.verdict == verdict
        assert report.origin is not None
        assert report.origin.clock == "as-of"


@pytest.fixture(scope="module")
def proposals(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The head of the real history; nothing is copied into it."""
    clone = tmp_path_factory.mktemp("proposals") / "kep"
    command = ["git", "clone", "-q", "-b", "master", str(real_data / "kep-history.bundle"), str(clone)]
    subprocess.run(command, check=True)
    return clone


def test_every_approval_by_an_author_is_found_as_plain_python_finds_it(proposals: Path) -> None:
    authors: dict[str, set[str]] = {}
    for path in proposals.glob("keps/**/kep.yaml"):
        kep = oracle.load(path) or {}
        key = f"{kep['owning-sig']}/{kep['kep-number']}"
        authors[key] = {name.removeprefix("@").lower() for name in kep["authors"] if name}
    expected = set()
    for path in proposals.glob("keps/prod-readiness/*/*.yaml"):
        given, key = oracle.load(path) or {}, f"{path.parent.name}/{path.stem}"
        for stage in STAGES:
            name = (given.get(stage) or {}).get("approver") or ""
            if name.removeprefix("@").lower() in authors.get(key, ()):
                expected.add((key, stage))
    report = run.check(request(proposals))
    found = {
        (each.subject.product, each.key)
        for each in report.results
        if each.rule == "kep.independence.approver" and each.outcome == "fail"
    }
    assert found == expected
    assert (len(found), len({key for key, _ in found})) == (13, 7)


def test_the_portfolio_of_all_proposals_is_what_plain_python_finds(proposals: Path) -> None:
    """Whether the next approval is there, and the proposal is ready, told from the files alone."""
    after = dict(itertools.pairwise(STAGES))
    people = set()
    for group in ("prod-readiness-approvers", "prod-readiness-approvers-emeritus"):
        people |= set((oracle.load(proposals / "OWNERS_ALIASES") or {})["aliases"][group])
    expected = {}
    for path in proposals.glob("keps/**/kep.yaml"):
        kep = oracle.load(path) or {}
        key, stage = f"{kep['owning-sig']}/{kep['kep-number']}", kep.get("stage")
        if stage in after:
            beside = proposals / "keps/prod-readiness" / f"{key}.yaml"
            given = (oracle.load(beside) if beside.is_file() else None) or {}
            approver = (given.get(after[stage]) or {}).get("approver", "").removeprefix("@")
            ready = kep["status"] in ("implementable", "implemented") and approver in people
            expected[key, after[stage]] = "go" if ready else "no-go"
    portfolio = reviewing.portfolio(request(proposals))
    found = {(s.product, s.gate): s.verdict for s in portfolio.standings if (s.product, s.gate) in expected}
    assert found == expected
    assert Counter(expected.values()) == {"no-go": 598, "go": 3}
    assert portfolio.exit_code == 0
    assert {s.verdict for s in portfolio.standings if s.passed} == {"go"}

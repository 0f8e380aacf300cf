"""The main job on real input: 656 proposals that nobody here wrote, judged as their own validator does."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from datetime import datetime
from pathlib import Path

import oracle
import pytest

from checker import run
from checker.model import Report

EXAMPLE = Path(__file__).parents[2] / "examples" / "kubernetes-enhancements"

FAILING = {"head": 0, "2020-09-01": 40, "2021-03-01": 244, "2022-03-01": 139}
"""Proposals that groups A and B fail: the head, and the last commit before each date."""

CREATION = {
    "kep.create.stage": 54,
    "kep.create.participating-groups": 21,
    "kep.create.owning-group": 1,
    "kep.create.status": 6,
    "kep.create.implemented-is-stable": 6,
}
"""Faults that group C finds at the head: 88, in 75 files."""


def git(*arguments: str | Path) -> str:
    return subprocess.run(
        ["git", *map(str, arguments)], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def history(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = tmp_path_factory.mktemp("kubernetes") / "head"
    git("clone", "-q", "-b", "master", real_data / "kep-history.bundle", clone)
    return clone


@pytest.fixture(scope="module")
def checkout(history: Path) -> dict[str, Path]:
    """A working tree for each moment, the example copied over its root; the approvers are of the head."""
    trees = {}
    for moment in FAILING:
        tree = history
        if moment != "head":
            tree = history.parent / moment
            commit = git("-C", history, "rev-list", "-1", f"--before={moment}T00:00:00Z", "HEAD")
            git("-C", history, "worktree", "add", "-q", "--detach", tree, commit)
            shutil.copy(history / "OWNERS_ALIASES", tree / "OWNERS_ALIASES")
        shutil.copytree(EXAMPLE, tree, dirs_exist_ok=True)
        trees[moment] = tree
    return trees


def check(tree: Path) -> Report:
    return run.check(run.Request(str(tree), lambda zone: datetime(2026, 6, 1, tzinfo=zone)))


def failing(report: Report, *groups: str) -> set[str]:
    return {
        result.subject.path
        for result in report.results
        if result.outcome == "fail" and result.subject.kind == "kep" and result.rule.startswith(groups)
    }


@pytest.mark.parametrize("moment", FAILING)
def test_every_proposal_gets_the_verdict_of_the_rules_written_a_second_time(
    moment: str, checkout: dict[str, Path]
) -> None:
    tree = checkout[moment]
    report = check(tree)
    assert not [d for d in report.diagnostics if d.level == "error"]
    expected = oracle.failing(tree)
    found = failing(report, "kep.file.", "kep.prr.")
    assert (expected - found, found - expected) == (set(), set())  # missed, invented
    assert len(found) == FAILING[moment]
    # A result that is undecided would be neither verdict; it may only stand beside a failure of the file.
    undecided = {r.subject.path for r in report.results if r.outcome == "error" and r.subject.kind == "kep"}
    assert undecided <= found


def test_the_head_passes_and_its_proposals_are_all_seen(checkout: dict[str, Path]) -> None:
    report = check(checkout["head"])
    assert len({r.subject.path for r in report.results if r.subject.kind == "kep"}) == 656
    assert (report.verdict, report.exit_code) == ("go", 0)


def test_the_rules_for_new_proposals_find_what_older_ones_say(
    checkout: dict[str, Path], real_data: Path
) -> None:
    report = check(checkout["head"])
    found = [r for r in report.results if r.outcome == "fail" and r.rule.startswith("kep.create.")]
    assert Counter(r.rule for r in found) == CREATION
    assert len({r.subject.path for r in found}) == 75
    assert {r.enforcement for r in found} == {"advisory"}

    groups = set((real_data / "kubernetes-groups.txt").read_text("utf-8").split())
    expected = Counter(
        (path.relative_to(checkout["head"]).as_posix(), f"kep.create.{fault}")
        for path in checkout["head"].glob("keps/**/kep.yaml")
        for fault in oracle.creation_faults(oracle.load(path) or {}, groups)
    )
    assert Counter((r.subject.path, r.rule) for r in found) == expected


def test_every_result_has_a_line_and_a_column(checkout: dict[str, Path]) -> None:
    report = check(checkout["2021-03-01"])
    assert all(result.location.span is not None for result in report.results)


ALTERED = {
    "unknown key": ("title: ", "titel: x\ntitle: ", "kep.file.schema"),
    "duplicate key": ("status: ", "status: implemented\nstatus: ", "kep.file.readable"),
    "scalar for a list": ("authors:\n", "authors: someone\nsee-also:\n", "kep.file.schema"),
    "list for a scalar": ("title: ", "title: [ a ]\neditor: ", "kep.file.schema"),
    "tab indent": ("authors:\n", "authors:\n\t- x\n", "kep.file.readable"),
    "empty title": ("title: ", 'title: ""\neditor: ', "kep.file.schema"),
    "null approvers": ("approvers:\n", "approvers:\nsee-also:\n", "kep.file.schema"),
    "number for a text": ("title: ", "title: 12\neditor: ", None),
    "truth for a text": ("title: ", "title: true\neditor: ", None),
    "yes for a boolean": ("title: ", "disable-supported: yes\ntitle: ", None),
    "maybe for a boolean": ("title: ", "disable-supported: maybe\ntitle: ", "kep.file.schema"),
    "an ignored key": ("title: ", "prnumber: 12\ntitle: ", None),
    "windows line ends": ("\n", "\r\n", None),
    "unquoted 1.20 is text": ("latest-milestone: ", "latest-milestone: 1.20\neditor: ", None),
    "a milestone to come": ("latest-milestone: ", "latest-milestone: TBD\neditor: ", "kep.prr.milestone"),
    "no milestone": ("latest-milestone: ", "editor: ", "kep.prr.milestone"),
    "no stage": ("\nstage: ", "\neditor: ", "kep.prr.stage"),
    "a stage of its own": ("\nstage: ", "\nstage: ga\neditor: ", "kep.prr.approved-stage"),
    "another number": ("kep-number: ", "kep-number: 99999\neditor: ", "kep.prr.approval"),
}
"""What is changed in a sound proposal: a text, what replaces it, and the rule that must fail, if any may."""


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_proposal(name: str, tmp_path: Path) -> None:
    old, new, rule = ALTERED[name]
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    proposal = (
        "title: Made up\nkep-number: 9999\nauthors:\n  - a\nowning-sig: sig-node\nstatus: implementable\n"
        "approvers:\n  - b\nstage: beta\nlatest-milestone: v1.30\n"
    )
    assert old in proposal
    if name == "scalar for a list":
        proposal = proposal.replace("  - a\n", "  - x\n", 1)
    folder = tmp_path / "keps" / "sig-node" / "9999-made-up"
    folder.mkdir(parents=True)
    count = -1 if old == "\n" else 1
    (folder / "kep.yaml").write_bytes(proposal.replace(old, new, count).encode())
    approvals = tmp_path / "keps" / "prod-readiness" / "sig-node"
    approvals.mkdir(parents=True)
    (approvals / "9999.yaml").write_text('kep-number: 1\nbeta:\n  approver: "@ben-sample"\n', "utf-8")
    (tmp_path / "OWNERS_ALIASES").write_text(
        "aliases:\n  prod-readiness-approvers: [ ben-sample ]\n  prod-readiness-approvers-emeritus: []\n",
        "utf-8",
    )
    failed = {r.rule for r in check(tmp_path).results if r.outcome == "fail" and r.subject.kind == "kep"}
    failed = {name for name in failed if not name.startswith("kep.create.")}
    assert (rule in failed) if rule else not failed

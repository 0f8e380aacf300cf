"""Rules that ask who wrote something: what git tells through every door, and what nobody knows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from checker import cache, plan, run
from checker.backends import records
from checker.model import Fault, Report, Result
from checker.run import checking
from checker.run.comparing import Change, compare
from checker.sources import history
from checker.transports import store
from tests import judging
from tests.authoring import packs
from tests.judging import RULE, configuration, policy, rule
from tests.repositories import BEN, CLEO, Made

PEOPLE = """\
people:
  - { id: ada, name: Ada Example, aliases: [ ada@example.org ] }
  - { id: ben, name: Benedict Sample, aliases: [ ben@example.org ] }
"""
THING = "owner: Ada Example\ntier: 1\nrollback:\n  owner: Ada Example\n"


def things(assertion: str, **files: str) -> dict[str, str | bytes]:
    return {
        "gonogo.yaml": configuration(people="people.yaml", timezone="Pacific/Auckland"),
        "people.yaml": PEOPLE,
        "policies/test.policy.yaml": policy(rule(assertion)),
        **{f"{name}.thing.yaml": text for name, text in files.items()},
    }


def made(folder: Path, assertion: str, message: str = "one", **files: str) -> Made:
    """A workspace below the root of a repository, with one commit."""
    made = Made(folder / "repository")
    judging.write(made.folder / "work", things(assertion, **(files or {"a": THING})))
    made.commit(message)
    return made


def request(made: Made, as_of: str = judging.DAY, **asked: object) -> run.Request:
    return run.Request(str(made.folder / "work"), judging.clock(as_of), **asked)  # type: ignore[arg-type]


def told(report: Report) -> dict[str, Result]:
    """The result of the rule for each thing."""
    assert [each for each in report.diagnostics if each.level == "error"] == []
    return {result.subject.id: result for result in report.results if result.rule == RULE}


def outcome(made: Made, as_of: str = judging.DAY, **asked: object) -> str:
    return told(run.check(request(made, as_of, **asked)))["a"].outcome


# what it tells


MESSAGE = """two

Reviewed-by: Dana Reviewer <dana@example.org>
approved-by: ben@example.org
Co-authored-by: Cleo Placeholder <cleo@example.org>
"""


@pytest.mark.parametrize(
    "assertion",
    [
        'provenance().authors == ["Ada Example", "Benedict Sample", "Cleo Placeholder"]',
        'provenance().reviewers == ["Benedict Sample", "Dana Reviewer"]',
        'provenance().last_author == "Benedict Sample"',
        'provenance().last_changed_on == "2024-01-03"',  # which it is in Auckland, on the second at noon
        'provenance().last_commit.matches("^[0-9a-f]{40}$")',
        'provenance("").authors == provenance().authors',
        'provenance("/owner").authors == ["Ada Example"]',
        'provenance("/owner").reviewers == []',
        'provenance("/owner").last_changed_on == "2024-01-02"',
        'provenance("/rollback/owner").authors == ["Benedict Sample", "Cleo Placeholder"]',
        'provenance("/rollback").last_author == "Benedict Sample"',
        'has(provenance("/rollback/owner").last_commit) && !has(provenance("/legacy").last_commit)',
        'provenance("/" + "owner").last_author == subject.owner',
    ],
)
def test_what_commits_state(tmp_path: Path, assertion: str) -> None:
    repository = made(tmp_path, assertion)
    changed = THING.replace("  owner: Ada", "  owner: Ben")
    repository.commit(MESSAGE, {"work/a.thing.yaml": changed}, BEN)
    found = told(run.check(request(repository)))["a"]
    assert (found.outcome, found.message) == ("pass", "It holds")


def test_a_file_keeps_its_authors_under_another_name(tmp_path: Path) -> None:
    repository = made(tmp_path, 'provenance().authors == ["Ada Example", "Benedict Sample"]', b=THING)
    (repository.folder / "work/b.thing.yaml").rename(repository.folder / "work/a.thing.yaml")
    repository.commit("rename", author=BEN)
    assert outcome(repository) == "pass"


@pytest.mark.parametrize(
    ("assertion", "line", "message"),
    [
        (
            'provenance("/tier").last_author == "Ada Example"',
            2,
            'last_author of the provenance of tier must be "Ada Example"; found "Benedict Sample"',
        ),
        (
            "!(subject.owner in provenance().authors)",
            1,
            "owner must not be in authors of the provenance of the file "
            '(["Ada Example", "Benedict Sample"]); found "Ada Example"',
        ),
        ('provenance("/legacy").last_author == "x"', 1, "legacy is absent"),
        (
            'provenance("/rollback/" + "owner").last_author == "x"',
            4,
            'last_author of the provenance of rollback.owner must be "x"; found "Ada Example"',
        ),
        (
            'provenance("/" + ["tier"][0]).last_author == "x"',
            1,
            'provenance("/" + ["tier"][0]).last_author must be "x"; found "Benedict Sample"',
        ),
    ],
)
def test_a_failure_says_what_it_saw_and_points_at_the_field(
    tmp_path: Path, assertion: str, line: int, message: str
) -> None:
    repository = made(tmp_path, assertion)
    repository.commit("two", {"work/a.thing.yaml": THING.replace("tier: 1", "tier: 2")}, BEN)
    found = told(run.check(request(repository)))["a"]
    assert (found.outcome, found.message) == ("fail", message)
    assert found.location.span is not None
    assert found.location.span.line == line


# what nobody knows


def _shallow(repository: Made, folder: Path) -> Made:
    repository.commit("two", {"work/b.thing.yaml": THING})
    source = (repository.folder).as_uri()
    subprocess.run(["git", "clone", "-q", "--depth", "1", source, str(folder / "shallow")], check=True)
    repository.folder = folder / "shallow"
    return repository


def _bare_of_git(repository: Made, folder: Path) -> Made:
    shutil.rmtree(repository.folder / ".git")
    return repository


def _edited(repository: Made, folder: Path) -> Made:
    repository.write({"work/a.thing.yaml": THING + "legacy: x\n"})
    return repository


def _new(repository: Made, folder: Path) -> Made:
    repository.git("rm", "-q", "--cached", "work/a.thing.yaml")
    repository.git("commit", "-q", "-m", "gone")
    return repository


def _unborn(repository: Made, folder: Path) -> Made:
    shutil.rmtree(repository.folder / ".git")
    repository.git("init", "-q")
    return repository


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_shallow, "This clone is shallow: it does not tell who wrote its files. Fetch the rest: git fetch"),
        (_bare_of_git, "The workspace is in no git repository, so nobody knows who wrote its files. Put it"),
        (_edited, "a.thing.yaml is not as it was committed, so nobody is known yet to have written it so. C"),
        (_new, "No commit holds a.thing.yaml. Commit it; then it has an author."),
        (_unborn, "has no commit"),
    ],
)
@pytest.mark.parametrize(
    "assertion",
    [
        '!("Mallory" in provenance().authors)',
        '!("Mallory" in provenance("/owner").authors)',
        '!has(provenance("/legacy").last_author)',
        "size(provenance().reviewers) == 0 || subject.tier == 2",
    ],
)
def test_what_is_not_known_never_passes(
    tmp_path: Path, change: Callable[[Made, Path], Made], why: str, assertion: str
) -> None:
    repository = change(made(tmp_path, assertion), tmp_path)
    report = run.check(request(repository))
    found = told(report)["a"]
    assert found.outcome == "error"
    assert why in found.message
    assert (report.verdict, report.exit_code) == ("undecided", 4)


def test_a_derived_field_stands_nowhere(tmp_path: Path) -> None:
    repository = made(tmp_path, 'provenance("/legacy").authors == ["Ada Example"]')
    derived = configuration(derive={"thing": {"legacy": "subject.owner"}})
    repository.commit("two", {"work/gonogo.yaml": derived})
    found = told(run.check(request(repository)))["a"]
    assert (found.outcome, "does not state it itself" in found.message) == ("error", True)


def test_no_fact_can_be_derived_from_it(tmp_path: Path) -> None:
    repository = made(tmp_path, "subject.tier == 1")
    derived = configuration(derive={"thing": {"legacy": "provenance().last_author"}})
    repository.commit("two", {"work/gonogo.yaml": derived})
    (result,) = [r for r in run.check(request(repository)).results if r.rule == "thing.schema"]
    assert (result.outcome, "nothing tells here who wrote what" in result.message) == ("fail", True)


@pytest.mark.parametrize("asks", ["subject.tier == 1", "true || provenance().authors == []"])
def test_git_is_asked_only_by_rules_that_ask(
    tmp_path: Path, asks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = made(tmp_path, asks)
    monkeypatch.setattr(history, "Provenance", None)
    assert outcome(repository) == "pass"


# doors


def test_the_past_tells_what_was_known_then(tmp_path: Path) -> None:
    repository = made(tmp_path, 'provenance().authors == ["Ada Example"]')
    repository.commit("two", {"work/a.thing.yaml": THING + "legacy: x\n"}, BEN)
    assert outcome(repository) == "fail"
    assert outcome(repository, "2024-01-01T20:00:00Z", clock="as-of") == "pass"
    assert outcome(repository, commit=repository.git("rev-parse", "HEAD~1")) == "pass"
    repository.write({"work/a.thing.yaml": "owner: somebody\n"})
    assert outcome(repository, commit=repository.git("rev-parse", "HEAD")) == "fail"


def compared(repository: Made) -> Report:
    return compare(request(repository), Change("main"))


def test_each_side_of_a_change_is_told_by_its_own_commits(tmp_path: Path) -> None:
    repository = made(tmp_path, 'provenance().authors == ["Ada Example"]', a=THING, b=THING, c=THING)
    repository.commit("more", {"work/c.thing.yaml": THING + "legacy: x\n"}, BEN)
    repository.git("switch", "-q", "-c", "change")
    repository.commit("two", {"work/a.thing.yaml": THING + "legacy: x\n"}, BEN)
    repository.write({"work/a.thing.yaml": "owner: somebody\n"})  # what is not committed plays no part
    found = told(compared(repository))
    assert {id: (each.outcome, each.age) for id, each in found.items()} == {
        "a": ("fail", "new"),
        "b": ("pass", ""),
        "c": ("fail", "existing"),
    }


def test_a_file_that_was_changed_and_changed_back_has_one_more_author(tmp_path: Path) -> None:
    repository = made(tmp_path, 'provenance().authors == ["Ada Example"]', a=THING, b=THING)
    repository.git("switch", "-q", "-c", "change")
    repository.commit("there", {"work/a.thing.yaml": THING + "legacy: x\n"}, BEN)
    repository.commit("back", {"work/a.thing.yaml": THING, "work/b.thing.yaml": THING + "name: B\n"}, CLEO)
    found = told(compared(repository))
    assert {id: (each.outcome, each.age) for id, each in found.items()} == {
        "a": ("fail", "new"),
        "b": ("fail", "new"),
    }


def test_a_result_is_shared_where_the_same_is_told(tmp_path: Path) -> None:
    repository = made(tmp_path, 'provenance().authors == ["Ada Example"]')
    loaded = checking.prepare(request(repository))
    assert isinstance(loaded, checking.Loaded)
    workspace, as_of, memo = loaded.workspace, loaded.as_of, records.Memo()

    def evaluated(answer: Mapping[str, object] | Fault) -> Result:
        def told(subject: object, at: object) -> Mapping[str, object] | Fault:
            return answer if isinstance(answer, Fault) else dict(answer)

        snapshot = replace(loaded.snapshot, provenance=told)
        (result,) = records.run(plan.make(workspace, snapshot, as_of, plan.Selector((RULE,))), memo=memo)
        return result

    ada, ben = {"authors": ["Ada Example"]}, {"authors": ["Benedict Sample"]}
    first, again, other = evaluated(ada), evaluated(ada), evaluated(ben)
    none = evaluated(Fault("unknown", "Nobody knows."))
    assert first is again
    assert [each.outcome for each in (first, other, none)] == ["pass", "fail", "error"]


def test_a_run_that_asks_git_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    opened = store.open_store()
    assert isinstance(opened, store.Store)
    for name, asks in (("plain", "subject.tier == 1"), ("asking", "provenance().last_author != ''")):
        repository = made(tmp_path / name, asks)
        heard = cache.Run(opened, [name])
        report = run.check(request(repository, heard=heard))
        heard.keep(cache.Kept(report.exit_code, report.verdict, (), ()), report.as_of, False)
        assert bool(sorted((tmp_path / "caches").glob("gonogo/*"))) == (name == "plain")
        shutil.rmtree(tmp_path / "caches")
        opened = store.open_store()
        assert isinstance(opened, store.Store)


# policies


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [
        ('provenance("/ownr").last_author == "x"', "unknown-field: `thing` has no field `ownr`"),
        ('provenance("owner").last_author == "x"', "pointer: `owner` is no JSON pointer to a field"),
        ('provenance().author == "x"', "expression: `provenance` has no field `author`"),
        ("provenance().authors == 1", "expression: a list is never equal to a whole number"),
        ('provenance(1).last_author == "x"', "expression: `provenance` needs text here, not a whole number"),
        (
            'provenance().reviewers.all(r, r != "Ada Example")',
            "empty-passes: this holds when provenance().reviewers is empty",
        ),
        ('provenance().authors.all(a, a != "Ada Example")', ""),
    ],
)
def test_what_a_policy_asks_is_checked_when_it_is_loaded(
    tmp_path: Path, assertion: str, expected: str
) -> None:
    folder = judging.write(tmp_path, things(assertion))
    _, diagnostics = run.load(str(folder))
    assert [f"{each.code}: {each.message}" for each in diagnostics] == ([expected] if expected else [])


# tests of policies


TESTED = """\
policy: launch.own
version: 1.0.0
title: Own work
owner: product-operations
subject: launch-plan
rules:
  - id: launch.own.reviewed
    title: Somebody else reviewed it
    assert: provenance().reviewers.exists(r, r != subject.owner)
  - id: launch.own.name
    title: Its owner named it
    assert: provenance("/name").last_author == subject.owner
"""
GIVEN = """\
policy: launch.own
as_of: 2026-06-01
given:
  subject: { id: checkout, name: Checkout, owner: Ada Example }
  provenance:
    "": { authors: [ Ada Example ], reviewers: [ Ben Sample ] }
    /name: { authors: [ Ada Example ], last_author: Ada Example }
cases:
"""


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("expect: { '*': pass }", []),
        ("remove: [ /provenance//reviewers ]\n    expect: { launch.own.reviewed: fail }", []),
        ("remove: [ /provenance/~1name/last_author ]\n    expect: { launch.own.name: fail }", []),
        (
            "remove: [ /provenance/~1name ]\n    expect: { launch.own.reviewed: pass }",
            ["launch.own.name: got error, which the case does not name"],
        ),
        ("remove: [ /provenance ]\n    expect: { '*': error }", []),
    ],
)
def test_a_case_says_what_git_would(tmp_path: Path, case: str, expected: list[str]) -> None:
    found = packs.ran(tmp_path, f"  - name: one\n    {case}\n", policy=TESTED, given=GIVEN)
    assert found.diagnostics == ()
    assert [each.message for tested in found.failed for each in tested.mismatches] == expected

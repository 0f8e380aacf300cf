"""`gonogo publish`: what it refuses before anything is posted, how it ends, and what it never says."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from checker import publishing
from checker.cli import publish
from checker.model import Diagnostic, Report
from checker.render import identity
from tests.cli.conftest import Gonogo, Ran
from tests.fake_bitbucket import FakeBitbucket
from tests.fake_github import FakeGitHub
from tests.fake_gitlab import FakeGitLab
from tests.fake_host import TOKEN
from tests.publishing.posting import CHANGED, MERGE, REPOSITORY, sound, written
from tests.render.changes import CHANGE, CLEAN_CHANGE, HEAD, NEUTRAL
from tests.render.reports import EMPTY, MIXED

VARIABLES = [
    *("GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_REF"),
    *("GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME", "GITHUB_STEP_SUMMARY", "GITLAB_TOKEN", "BITBUCKET_TOKEN"),
    *("CI_API_V4_URL", "CI_SERVER_URL", "CI_PROJECT_PATH", "CI_MERGE_REQUEST_IID", "CI_COMMIT_SHA"),
    *(
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",
        "BITBUCKET_REPO_FULL_NAME",
        "BITBUCKET_PR_ID",
        "BITBUCKET_COMMIT",
    ),
]
NEWER = "e" * 40
SHALLOW = EMPTY._replace(
    diagnostics=(Diagnostic("git-shallow", "This clone is shallow.", hint="Fetch all of it."),)
)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No CI system runs this, and nobody waits."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub(REPOSITORY) as found:
        found.pull(7, HEAD, CHANGED, MERGE)
        yield found


class Runner:
    """A step of a workflow, in the folder of the test."""

    def __init__(self, github: FakeGitHub, gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch) -> None:
        self.github, self.gonogo, self.monkeypatch = github, gonogo, monkeypatch
        self.token = github.token()
        self.environ = {
            "GITHUB_API_URL": github.api,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_SHA": MERGE,
        }
        self.event: Any = github.event(7)

    def publish(self, *arguments: str, report: Report | bytes = CHANGE, **environ: str) -> Ran:
        raw = report if isinstance(report, bytes) else written(report if report.neutral else sound(report))
        Path("report.json").write_bytes(raw)
        Path("event.json").write_text(json.dumps(self.event), encoding="utf-8")
        named = {**self.environ, "GITHUB_EVENT_PATH": "event.json", "GITHUB_TOKEN": self.token, **environ}
        for name, value in named.items():
            self.monkeypatch.setenv(name, value)
        ran = self.gonogo("publish", "github", "report.json", *arguments)
        assert self.token not in ran.out + ran.err
        return ran


@pytest.fixture
def runner(github: FakeGitHub, gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch) -> Runner:
    return Runner(github, gonogo, monkeypatch)


def comments(github: FakeGitHub) -> list[str]:
    return [each["body"] for each in github.comments[7]]


def test_a_pull_request_gets_its_report(runner: Runner, github: FakeGitHub) -> None:
    ran = runner.publish("--suggestions")
    assert (ran.code, ran.out) == (0, "")
    assert "gonogo: check run: made, with" in ran.err
    assert "gonogo: comment: made" in ran.err
    assert "gonogo: suggestions: 1 made" in ran.err
    assert [len(kept) for kept in (github.check_runs, comments(github), github.reviews[7])] == [1, 1, 1]
    before = len(github.writes())
    assert runner.publish("--suggestions").code == 0
    again = [each for each in github.writes()[before:] if "graphql" not in each]
    assert again == []


def test_links_lead_to_the_files_of_the_commit(runner: Runner, github: FakeGitHub) -> None:
    runner.publish("--no-check", GITHUB_SERVER_URL="https://github.example.com")
    assert f"https://github.example.com/acme/shop/blob/{HEAD}/governance/" in comments(github)[0]
    github.comments[7].clear()
    runner.publish("--no-check", GITHUB_SERVER_URL="")
    assert "/blob/" not in comments(github)[0], "the site of an API of one's own is not known"


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ((), (1, 1, 0)),
        (("--no-check",), (0, 1, 0)),
        (("--no-comment",), (1, 0, 0)),
        (("--no-check", "--no-comment", "--suggestions"), (0, 0, 1)),
        (("--no-check", "--no-comment"), (0, 0, 0)),
    ],
)
def test_which_parts(
    runner: Runner, github: FakeGitHub, arguments: tuple[str, ...], parts: tuple[int, ...]
) -> None:
    assert runner.publish(*arguments).code == 0
    assert (len(github.check_runs), len(comments(github)), len(github.reviews[7])) == parts


def test_other_events(runner: Runner, github: FakeGitHub) -> None:
    named = {"repository": {"full_name": REPOSITORY}}
    runner.event = {"merge_group": {"head_sha": HEAD}, **named}
    ran = runner.publish(GITHUB_REF="refs/heads/gh-readonly-queue/main", GITHUB_SHA=HEAD)
    assert ran.code == 0
    assert "comment: left out: this is about no pull request" in ran.err
    runner.event = {"ref": "refs/heads/main", "after": HEAD, **named}
    assert runner.publish(report=CLEAN_CHANGE, GITHUB_REF="refs/heads/main", GITHUB_SHA=HEAD).code == 0
    assert [run["conclusion"] for run in github.check_runs] == ["failure", "success"]
    assert not comments(github)


def test_a_run_after_that_of_a_fork(runner: Runner, github: FakeGitHub) -> None:
    github.pull(7, HEAD, CHANGED, branch="ben:topic")
    runner.event = github.run_event(HEAD, "ben:topic")
    ran = runner.publish(GITHUB_EVENT_NAME="workflow_run", GITHUB_REF="refs/heads/main", GITHUB_SHA=NEWER)
    assert ran.code == 0
    assert len(comments(github)) == 1
    assert not github.check_runs, "the run before may have been bent by the change"
    ran = runner.publish("--pull-request", "7", "--check", GITHUB_REF="refs/heads/main", GITHUB_SHA=NEWER)
    assert (ran.code, len(github.check_runs)) == (0, 1)


def test_a_report_about_the_merge_of_the_pull_request(runner: Runner, github: FakeGitHub) -> None:
    comparison = CHANGE.comparison
    assert comparison
    merged = CHANGE._replace(comparison=comparison._replace(head=MERGE))
    assert runner.publish(report=merged).code == 0
    assert github.check_runs[0]["head_sha"] == HEAD
    runner.event["pull_request"]["merge_commit_sha"] = None
    assert runner.publish(report=merged).code == 0, "GITHUB_SHA names it too"
    ran = runner.publish(report=merged, GITHUB_REF="refs/heads/main")
    assert ran.code == 2, "for pull_request_target GITHUB_SHA is a commit of the base"


def test_without_an_event(runner: Runner, github: FakeGitHub) -> None:
    bare = {"GITHUB_EVENT_PATH": "", "GITHUB_REPOSITORY": "", "GITHUB_SHA": "", "GITHUB_REF": ""}
    ran = runner.publish("--repository", REPOSITORY, "--pull-request", "7", **bare)
    assert (ran.code, len(github.check_runs), len(comments(github))) == (0, 1, 1)
    ran = runner.publish("--repository", REPOSITORY, "--sha", HEAD, **bare)
    assert "left out" in ran.err
    assert "no repository is named" in runner.publish(**bare).err


def test_a_stated_commit_makes_the_event_unneeded(runner: Runner, github: FakeGitHub) -> None:
    runner.event = {"schedule": "0 0 * * *", "repository": {"full_name": REPOSITORY}}
    assert runner.publish(GITHUB_EVENT_NAME="schedule").code == 2
    assert runner.publish("--sha", HEAD, "--pull-request", "7").code == 0
    assert len(comments(github)) == 1


# Refused before anything is posted


def event_of(edit: Callable[[dict[str, Any]], None]) -> Callable[[Runner], Ran]:
    def run(runner: Runner) -> Ran:
        edit(runner.event)
        return runner.publish()

    return run


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (lambda it: it.publish(report=b"{}"), "report.json is not a report of gonogo. Nothing was posted."),
        (lambda it: it.publish(report=written(sound(CHANGE))[:999]), "is not a report of gonogo"),
        (
            lambda it: it.publish(report=written(CHANGE._replace(verdict="go", exit_code=0))),
            "its verdict is go",
        ),
        (lambda it: it.publish(report=b"x" * (50 * 1024 * 1024 + 1)), "is not a report of gonogo"),
        (lambda it: it.publish(report=MIXED), "the report names no commit"),
        (
            lambda it: it.publish(report=SHALLOW),
            "the check came to none: This clone is shallow. Fetch all of it.",
        ),
        (lambda it: it.publish("--sha", NEWER), f"the report is about commit {HEAD[:12]}, and {NEWER[:12]}"),
        (lambda it: it.publish("--sha", "main"), "'main' is not the whole id of a commit"),
        (event_of(lambda it: it["pull_request"]["head"].update(sha=NEWER)), "the report is about commit"),
        (event_of(lambda it: it["repository"].update(full_name="acme/other")), "is about acme/other"),
        (event_of(lambda it: it.pop("pull_request")), "does not say which commit of which repository"),
        (event_of(lambda it: it.clear()), "it is about, as that of pull_request does"),
        (lambda it: it.publish("--repository", "acme/other"), "acme/other is to be told"),
        (lambda it: it.publish("--repository", "acme/..", "--sha", HEAD), "no repository is named"),
        (lambda it: it.publish("--api", "http://api.example.com"), "is not encrypted"),
        (lambda it: it.publish("--api", "ftp://x"), "is no address"),
        (lambda it: it.publish("--event", "missing.json"), "does not exist"),
        (lambda it: it.publish("--pull-request", "0"), "--pull-request"),
        (lambda it: it.publish(GITHUB_TOKEN="two words"), "holds something that is no token"),
        (lambda it: it.publish(GITHUB_TOKEN="ghs_\u00fc"), "holds something that is no token"),
    ],
)
def test_nothing_is_posted(
    runner: Runner, github: FakeGitHub, run: Callable[[Runner], Ran], sentence: str
) -> None:
    ran = run(runner)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert github.asked == []


def test_an_event_that_is_not_json(runner: Runner, github: FakeGitHub) -> None:
    Path("other.json").write_bytes(b"\xff")
    ran = runner.publish("--event", "other.json")
    assert (ran.code, github.asked) == (2, [])
    assert "the event other.json is not JSON" in ran.err


# How it ends


@pytest.mark.parametrize("summary", [True, False])
@pytest.mark.parametrize("token", ["fork", ""])
def test_without_rights_the_report_is_summed_up(
    runner: Runner, github: FakeGitHub, token: str, summary: bool
) -> None:
    file = Path("summary.md")
    file.write_text("before\n", encoding="utf-8")
    secret = github.token(rights=()) if token else ""
    ran = runner.publish(GITHUB_TOKEN=secret, GITHUB_STEP_SUMMARY="summary.md" if summary else "")
    assert ran.code == 0
    text = file.read_text(encoding="utf-8").removeprefix("before\n") if summary else ran.out
    assert text.count("NO-GO") == 1
    assert bool(ran.out) is not summary
    why = "the token has no right to post" if token else "GITHUB_TOKEN holds no token"
    where = "the summary of the job" if summary else "standard output"
    assert f"gonogo: nothing was posted, since {why}; the report is summed up in {where}\n" in ran.err
    assert not github.check_runs
    assert runner.publish("--required", GITHUB_TOKEN=secret).code == 4


def test_with_some_rights_nothing_is_summed_up(runner: Runner, github: FakeGitHub) -> None:
    ran = runner.publish(GITHUB_TOKEN=github.token(rights=("comments",)))
    assert (ran.code, ran.out) == (0, "")
    assert "check run: not posted: the token has no right to it (403 Resource not accessible" in ran.err
    assert len(comments(github)) == 1


def test_a_wrong_token(runner: Runner, github: FakeGitHub) -> None:
    ran = runner.publish(GITHUB_TOKEN="ghs_wrong")
    assert (ran.code, ran.out) == (2, "")
    assert "the host does not accept the token (401 Bad credentials)" in ran.err
    assert len(github.asked) == 1


def test_what_was_posted_in_part_is_told_and_mended(runner: Runner, github: FakeGitHub) -> None:
    github.fail("POST", "/issues/7/comments$", 503, times=100)
    ran = runner.publish("--patience", "3")
    assert ran.code == 4
    assert "gonogo: check run: made, with" in ran.err
    assert "gonogo: comment: not posted: the host is out of order (503" in ran.err
    assert "not all of the report was posted" in ran.err
    github.failures.clear()
    assert runner.publish().code == 0
    assert (len(github.check_runs), len(comments(github))) == (1, 1)


def test_another_variable_may_hold_the_token(runner: Runner, github: FakeGitHub) -> None:
    ran = runner.publish("--token-variable", "OURS", GITHUB_TOKEN="ghs_wrong", OURS=f"{runner.token}\n")
    assert ran.code == 0
    assert "OURS holds no token" in runner.publish("--token-variable", "OURS", OURS="").err


def test_a_host_that_repeats_the_token_is_not_quoted(runner: Runner, github: FakeGitHub) -> None:
    del github._tokens[runner.token]
    github.fail("GET", "/check-runs$", 422)
    github.failures[0] = github.failures[0].__class__(
        "GET",
        "/check-runs$",
        github.failures[0].answer.__class__(422, {"message": f"Bearer {runner.token} is odd"}),
        False,
        1,
    )
    ran = runner.publish()
    assert "Bearer *** is odd" in ran.err


def test_a_neutral_report(runner: Runner, github: FakeGitHub) -> None:
    comparison = CHANGE.comparison
    assert comparison
    empty = comparison._replace(fixed=(), stages=(), judging=(), flips=(), files=())
    neutral = NEUTRAL._replace(comparison=empty, origin=CHANGE.origin)
    ran = runner.publish(report=neutral)
    assert (ran.code, comments(github)) == (0, [])
    assert "comment: left out: nothing had to be judged" in ran.err
    assert github.check_runs[0]["conclusion"] == "neutral"
    assert runner.publish().code == 0
    assert "NO-GO" in comments(github)[0]
    assert runner.publish(report=neutral).code == 0
    assert [("NEUTRAL" in body, "NO-GO" in body) for body in comments(github)] == [(True, False)]


def test_without_the_extra(runner: Runner, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    ran = runner.publish()
    assert ran.code == 2
    assert "pip install 'gonogo[publish]'" in ran.err


def test_a_rehearsal_asks_nobody(runner: Runner, github: FakeGitHub) -> None:
    ran = runner.publish("--suggestions", "--dry-run", GITHUB_TOKEN="")
    assert ran.code == 0
    assert github.asked == []
    for request in ("/check-runs", "/issues/7/comments", "/pulls/7/reviews"):
        assert f"POST {github.api}/repos/acme/shop{request}\n" in ran.out


def test_gitlab(gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("report.json").write_bytes(written(sound(CHANGE)))
    with FakeGitLab("acme/launches/shop", 7, HEAD) as gitlab:
        environ = {
            "CI_API_V4_URL": gitlab.api,
            "CI_SERVER_URL": "https://gitlab.example.com",
            "CI_PROJECT_PATH": "acme/launches/shop",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_COMMIT_SHA": HEAD,
            "GITLAB_TOKEN": TOKEN,
        }
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        assert gonogo("publish", "gitlab", "report.json").code == 0
        monkeypatch.setenv("CI_COMMIT_SHA", MERGE)
        assert gonogo("publish", "gitlab", "report.json").code == 2, "another commit is checked out"
        monkeypatch.setenv("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", HEAD)
        ran = gonogo("publish", "gitlab", "report.json")
        assert (ran.code, ran.err) == (0, "gonogo: note: says so already\n")
        (note,) = gitlab.notes
        assert f"https://gitlab.example.com/acme/launches/shop/-/blob/{HEAD}/governance/" in note["body"]


def test_bitbucket(gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("report.json").write_bytes(written(sound(CHANGE)))
    with FakeBitbucket(REPOSITORY) as bitbucket:
        monkeypatch.setenv("BITBUCKET_REPO_FULL_NAME", REPOSITORY)
        monkeypatch.setenv("BITBUCKET_COMMIT", HEAD)
        monkeypatch.setenv("BITBUCKET_TOKEN", TOKEN)
        ran = gonogo("publish", "bitbucket", "report.json", "--api", bitbucket.api)
        assert ran.code == 0
        assert list(bitbucket.reports) == [f"{HEAD}/gonogo-{identity.folder_key(CHANGE)}"]


def test_the_hosts_of_the_command_are_those_there_are() -> None:
    assert tuple(publishing.HOSTS) == publish.HOSTS

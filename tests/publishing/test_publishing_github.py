"""What GitHub holds after a report was posted, once or again, and whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from checker.publishing import Destination, Done, Job
from checker.render import RENDERERS, Options
from checker.render.comment import mark
from tests.fake_github import BOT, FakeGitHub
from tests.fake_host import Asked
from tests.publishing.posting import (
    CHANGED,
    MERGE,
    REPOSITORY,
    Waiting,
    failing,
    job,
    post,
    sound,
)
from tests.render.changes import CHANGE, CLEAN_CHANGE, HEAD, NEUTRAL

NEWER = "e" * 40
COMMENT = RENDERERS["comment"](sound(CHANGE), Options())
MARK = mark(CHANGE)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub(REPOSITORY) as found:
        found.pull(7, HEAD, CHANGED, MERGE)
        yield found


def posted(github: FakeGitHub, job: Job, **more: Any) -> list[Done]:
    return post("github", github, github.token(), job, **more)


def states(done: list[Done]) -> dict[str, str]:
    return {each.part: each.state for each in done}


# The check run


@pytest.mark.parametrize(
    ("number", "requests"),
    [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3), (400, 8)],
)
def test_a_check_run_has_every_annotation_once(github: FakeGitHub, number: int, requests: int) -> None:
    done = posted(github, job(failing(number) if number else CLEAN_CHANGE, check=True))
    assert states(done) == {"check run": "posted"}
    (run,) = github.check_runs
    assert (run["name"], run["head_sha"], run["status"]) == ("gonogo governance", HEAD, "completed")
    assert run["conclusion"] == ("failure" if number else "success")
    if number:
        assert len(run["annotations"]) == number
        assert f"made, with {number} annotation" in done[0].note
    assert len(github.writes()) == requests


def test_annotations_point_to_the_changed_lines(github: FakeGitHub) -> None:
    posted(github, job(check=True))
    failures = [it for it in github.check_runs[0]["annotations"] if it["annotation_level"] == "failure"]
    places = {(it["path"], it["start_line"]) for it in failures}
    assert places == {("governance/launches/atlas/launch.yaml", 12), ("governance/products.yaml", 4)}


def test_a_check_run_is_made_once(github: FakeGitHub) -> None:
    for number in (3, 120):
        posted(github, job(failing(number), check=True))
        before = len(github.writes())
        done = posted(github, job(failing(number), check=True))
        assert "says so already" in done[0].note
        assert len(github.writes()) == before
    assert [len(run["annotations"]) for run in github.check_runs] == [3, 120]


def test_another_report_about_the_same_commit_is_another_check_run(github: FakeGitHub) -> None:
    for report in (CHANGE, CLEAN_CHANGE, CHANGE):
        posted(github, job(report, check=True))
    assert [run["conclusion"] for run in github.check_runs] == ["failure", "success", "failure"]


def test_neutral_stays_neutral(github: FakeGitHub) -> None:
    posted(github, Job(NEUTRAL, Destination(REPOSITORY, HEAD), True, False, False))
    assert github.check_runs[0]["conclusion"] == "neutral"


def test_a_report_about_the_merge_is_shown_at_the_newest_commit(github: FakeGitHub) -> None:
    comparison = CHANGE.comparison
    assert comparison
    posted(github, job(CHANGE._replace(comparison=comparison._replace(head=MERGE)), check=True))
    assert github.check_runs[0]["head_sha"] == HEAD


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("status", [0, 502, 504])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/check-runs$"), ("PATCH", "/check-runs/"), ("GET", "/check-runs$")]
)
def test_a_check_run_survives_an_outage(
    github: FakeGitHub, method: str, path: str, status: int, done: bool
) -> None:
    github.fail(method, path, status, done=done)
    assert states(posted(github, job(failing(120), check=True))) == {"check run": "posted"}
    (run,) = github.check_runs
    assert (len(run["annotations"]), run["status"]) == (120, "completed")


def test_a_check_run_that_was_broken_off_is_completed_by_the_next_try(github: FakeGitHub) -> None:
    github.fail("PATCH", "/check-runs/", 503, times=100)
    (done,) = posted(github, job(failing(120), check=True), patience=5)
    assert done.state == "failed"
    assert "out of order (503" in done.note
    assert (len(github.check_runs[0]["annotations"]), github.check_runs[0]["status"]) == (50, "in_progress")
    github.failures.clear()
    assert states(posted(github, job(failing(120), check=True))) == {"check run": "posted"}
    (run,) = github.check_runs
    assert (len(run["annotations"]), run["conclusion"]) == (120, "failure")
    assert len({each["title"] + str(each) for each in run["annotations"]}) <= 120


def test_the_check_run_of_another_app_is_not_ours(github: FakeGitHub) -> None:
    """A job of a workflow is a check run too, and may have the same name."""
    shown = {"title": "", "summary": ""}
    theirs = {"id": 99, "app": "github-actions", "name": "gonogo", "head_sha": HEAD, "external_id": "job"}
    github.check_runs.append(
        {**theirs, "status": "completed", "conclusion": "success", "output": shown, "annotations": []}
    )
    posted(github, job(check=True))
    assert [run["conclusion"] for run in github.check_runs] == ["success", "failure"]


def test_a_person_makes_no_check_runs(github: FakeGitHub) -> None:
    done = post("github", github, github.token("ada"), job(check=True, comment=True))
    assert states(done) == {"check run": "refused", "comment": "posted"}
    assert "GitHub App" in done[0].note


# Limits


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (429, {"Retry_After": "11"}, 11),
        (403, {"Retry_After": "12"}, 12),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "0"}, 1),
    ],
)
def test_limits_are_waited_for(
    github: FakeGitHub, status: int, headers: dict[str, str], pause: float
) -> None:
    github.fail("POST", "/check-runs$", status, **headers)
    waiting = Waiting()
    assert states(posted(github, job(check=True), waiting=waiting)) == {"check run": "posted"}
    assert waiting.pauses == [pause]
    assert len(github.check_runs) == 1


def test_a_limit_beyond_patience_is_told_at_once(github: FakeGitHub) -> None:
    github.fail("POST", "/check-runs$", 429, Retry_After="3600", times=9)
    waiting = Waiting()
    (done,) = posted(github, job(check=True), waiting=waiting, patience=120)
    assert done.state == "failed"
    assert "3,600 more seconds" in done.note
    assert waiting.pauses == []


# The comment


def test_one_comment_is_edited_in_place(github: FakeGitHub) -> None:
    posted(github, job(comment=True))
    assert [each["body"] for each in github.comments[7]] == [COMMENT]
    (done,) = posted(github, job(comment=True))
    assert done.note == "says so already"
    (done,) = posted(github, job(CLEAN_CHANGE, comment=True))
    assert done.note == "edited"
    (comment,) = github.comments[7]
    assert "GO" in comment["body"]
    assert comment["body"] != COMMENT


@pytest.mark.parametrize("others", [0, 99, 100, 250])
def test_the_comment_is_found_on_any_page(github: FakeGitHub, others: int) -> None:
    for number in range(others):
        github.comment(7, f"comment {number}", "ada")
    posted(github, job(comment=True))
    (done,) = posted(github, job(CLEAN_CHANGE, comment=True))
    assert done.note == "edited"
    assert len(github.comments[7]) == others + 1


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("body", [f"{MARK}\nGO", MARK])
def test_the_mark_in_the_comment_of_a_stranger_means_nothing(
    github: FakeGitHub, body: str, known: bool
) -> None:
    github.viewer_known = known
    github.comment(7, body, "mallory")
    for report in (CHANGE, CLEAN_CHANGE):
        posted(github, job(report, comment=True))
    theirs, ours = github.comments[7]
    assert theirs["body"] == body
    assert ours["user"]["login"] == BOT


def test_the_comment_of_another_app_means_nothing(github: FakeGitHub) -> None:
    github.comment(7, f"{MARK}\nGO", "other-app[bot]")
    posted(github, job(comment=True))
    assert [each["user"]["login"] for each in github.comments[7]] == ["other-app[bot]", BOT]


def test_a_quotation_of_the_mark_is_no_mark(github: FakeGitHub) -> None:
    github.comment(7, f"> {COMMENT}", BOT)
    posted(github, job(comment=True))
    assert len(github.comments[7]) == 2


def test_a_comment_that_was_deleted_is_made_anew(github: FakeGitHub) -> None:
    posted(github, job(comment=True))
    github.comments[7].clear()
    (done,) = posted(github, job(comment=True))
    assert done.note == "made"
    assert len(github.comments[7]) == 1


def test_a_comment_that_is_deleted_at_this_moment_is_made_anew(github: FakeGitHub) -> None:
    posted(github, job(comment=True))

    def delete(asked: Asked) -> None:
        if asked.method == "PATCH":
            github.comments[7].clear()

    github.before = delete
    (done,) = posted(github, job(CLEAN_CHANGE, comment=True))
    assert (done.state, done.note) == ("posted", "made")
    assert len(github.comments[7]) == 1


def test_of_two_runs_at_the_same_time_one_comment_is_left(github: FakeGitHub) -> None:
    for _ in range(3):
        github.comment(7, COMMENT, BOT)
    posted(github, job(CLEAN_CHANGE, comment=True))
    (comment,) = github.comments[7]
    assert comment["body"] != COMMENT


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("status", [0, 502])
def test_a_comment_is_not_doubled_by_an_outage(github: FakeGitHub, status: int, done: bool) -> None:
    github.fail("POST", "/comments$", status, done=done)
    assert states(posted(github, job(comment=True))) == {"comment": "posted"}
    assert [each["body"] for each in github.comments[7]] == [COMMENT]


def test_a_late_run_leaves_the_comment_of_a_newer_one_alone(github: FakeGitHub) -> None:
    github.pull(7, NEWER, CHANGED)
    github.comment(7, f"{MARK}\nnewer", BOT)
    (done,) = posted(github, job(comment=True))
    assert done.state == "left out"
    assert f"at {NEWER[:12]} by now" in done.note
    assert [each["body"] for each in github.comments[7]] == [f"{MARK}\nnewer"]


def test_without_a_pull_request_there_is_no_comment(github: FakeGitHub) -> None:
    done = posted(github, job(destination=Destination(REPOSITORY, HEAD), check=True, comment=True))
    assert states(done) == {"check run": "posted", "comment": "left out"}


def test_a_pull_request_that_is_not_there_is_said(github: FakeGitHub) -> None:
    (done,) = posted(github, job(destination=Destination(REPOSITORY, HEAD, (), 8), comment=True))
    assert (done.state, done.note) == ("failed", "the host refuses it (404 Not Found)")


def test_the_pull_request_of_a_fork_is_found_by_its_branch(github: FakeGitHub) -> None:
    github.pull(8, HEAD, branch="ben:topic/a&b #1")
    github.pull(9, NEWER, branch="cy:topic")
    fork = Destination(REPOSITORY, HEAD, branch="ben:topic/a&b #1", vouched=False)
    assert states(posted(github, job(destination=fork, comment=True))) == {"comment": "posted"}
    assert [len(github.comments[number]) for number in (7, 8, 9)] == [0, 1, 0]
    gone = Destination(REPOSITORY, HEAD, branch="cy:topic", vouched=False)
    assert states(posted(github, job(destination=gone, comment=True))) == {"comment": "left out"}


def test_a_report_that_a_change_could_bend_makes_no_check_run_unless_asked(github: FakeGitHub) -> None:
    fork = Destination(REPOSITORY, HEAD, (), 7, vouched=False)
    for check, expected in ((None, ["comment"]), (True, ["check run", "comment"])):
        done = posted(github, Job(sound(CHANGE), fork, check, True, False))
        assert [each.part for each in done] == expected


# Suggestions


def test_suggestions_are_one_review_and_made_once(github: FakeGitHub) -> None:
    (done,) = posted(github, job(suggestions=True))
    assert (done.state, done.note) == ("posted", "1 made")
    (review,) = github.reviews[7]
    assert review["commit_id"] == HEAD
    (comment,) = github.review_comments[7]
    assert (comment["path"], comment["line"]) == ("governance/launches/atlas/launch.yaml", 12)
    assert "Ada Example" in comment["body"]
    (done,) = posted(github, job(suggestions=True))
    assert done.note == "there already"
    assert len(github.review_comments[7]) == 1


def several(lines: range) -> Job:
    """A change with a mechanical mend on each of these lines."""
    first = CHANGE.results[0]
    edit = first.edit
    assert edit
    results = tuple(
        first._replace(
            key=f"step-{line}",
            edit=edit._replace(span=edit.span._replace(line=line, end_line=line)),
        )
        for line in lines
    )
    return job(CHANGE._replace(results=results), suggestions=True)


def test_a_bad_anchor_does_not_lose_the_others(github: FakeGitHub) -> None:
    """What GitHub shows as the diff is not always what git says."""
    github.pull(7, HEAD, {"governance/launches/atlas/launch.yaml": {2, 4}})
    (done,) = posted(github, several(range(1, 6)))
    assert (done.state, done.note) == ("posted", "2 made, 3 places not taken by GitHub")
    assert [each["line"] for each in github.review_comments[7]] == [2, 4]
    posted(github, several(range(1, 6)))
    assert len(github.review_comments[7]) == 2


def test_a_suggestion_that_nobody_takes_is_said(github: FakeGitHub) -> None:
    github.pull(7, HEAD, {})
    (done,) = posted(github, job(suggestions=True))
    assert (done.state, done.note) == ("posted", "none made, 1 place not taken by GitHub")


@pytest.mark.parametrize("done", [False, True])
def test_suggestions_are_not_doubled_by_an_outage(github: FakeGitHub, done: bool) -> None:
    github.fail("POST", "/reviews$", 502, done=done)
    assert states(posted(github, several(range(1, 4)))) == {"suggestions": "posted"}
    assert len(github.review_comments[7]) == 3


def test_only_what_is_new_is_suggested_again(github: FakeGitHub) -> None:
    posted(github, several(range(1, 3)))
    github.review_comments[7].pop()
    posted(github, several(range(1, 5)))
    assert [each["line"] for each in github.review_comments[7]] == [1, 2, 3, 4]


def test_a_stranger_cannot_keep_a_suggestion_away(github: FakeGitHub) -> None:
    posted(github, several(range(1, 2)))
    github.review_comments[7][0]["user"] = {"login": "mallory", "type": "User"}
    posted(github, several(range(1, 2)))
    assert len(github.review_comments[7]) == 2


def test_nothing_to_suggest_asks_nothing(github: FakeGitHub) -> None:
    (done,) = posted(github, job(CLEAN_CHANGE, suggestions=True))
    assert done.state == "left out"
    assert github.asked == []


# Rights


def test_a_fork_without_rights(github: FakeGitHub) -> None:
    token = github.token(rights=())
    done = post("github", github, token, job(check=True, comment=True, suggestions=True))
    assert states(done) == {"check run": "refused", "comment": "refused", "suggestions": "refused"}
    assert "Resource not accessible by integration" in done[0].note
    assert not github.check_runs
    assert not github.comments[7]


def test_a_right_that_is_missing_keeps_nothing_else_away(github: FakeGitHub) -> None:
    token = github.token(rights=("comments",))
    done = post("github", github, token, job(check=True, comment=True, suggestions=True))
    assert states(done) == {"check run": "refused", "comment": "posted", "suggestions": "posted"}


def test_a_wrong_token_is_tried_once(github: FakeGitHub) -> None:
    done = post("github", github, "ghs_wrong", job(check=True, comment=True))
    assert states(done) == {"check run": "unknown"}
    assert len(github.asked) == 1
    (done_,) = post("github", github, "ghs_wrong", job(comment=True))
    assert done_.state == "unknown"


def test_a_repository_that_is_not_there(github: FakeGitHub) -> None:
    done = posted(github, job(destination=Destination("acme/other", HEAD, (), 7), check=True, comment=True))
    assert states(done) == {"check run": "failed", "comment": "failed"}


def test_a_host_that_is_down() -> None:
    with FakeGitHub(REPOSITORY) as github:
        token = github.token()
    done = post("github", github, token, job(check=True, comment=True), patience=10)
    assert states(done) == {"check run": "failed", "comment": "failed"}
    assert "cannot be reached" in done[0].note


def test_the_token_goes_nowhere_else(github: FakeGitHub) -> None:
    """Neither behind a redirection nor to the next page of a list."""
    with FakeGitHub() as other:
        github.fail("GET", "/pulls/7", 307, Location=f"{other.address}/repos/acme/shop/pulls/7")
        (done,) = posted(github, job(comment=True))
        assert (done.state, "another address" in done.note) == ("failed", True)
        github.before = lambda asked: None
        github.comments[7] += [{"id": n, "body": "x", "user": {}} for n in range(101)]
        real = github._list_comments

        def elsewhere(asked: Asked, number: str) -> Any:
            answer = real(asked, number)
            link = answer.headers.get("Link", "").replace(github.address, other.address)
            return answer.__class__(answer.status, answer.body, {"Link": link})

        github._list_comments = elsewhere  # type: ignore[method-assign]
        posted(github, job(comment=True))
        assert other.asked == []


def test_big_reports_stay_within_the_limits(github: FakeGitHub) -> None:
    report = failing(1500)
    done = posted(github, job(report, check=True, comment=True))
    assert states(done) == {"check run": "posted", "comment": "posted"}
    assert len(github.check_runs[0]["annotations"]) == 1000

"""The note on a merge request at GitLab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.publishing import Destination, Done
from checker.render.comment import mark
from tests.fake_gitlab import FakeGitLab
from tests.fake_host import READING, TOKEN
from tests.publishing.posting import job, post
from tests.render.changes import CHANGE, CLEAN_CHANGE, HEAD

PROJECT = "acme/launches/shop"
DESTINATION = Destination(PROJECT, HEAD, (), 7)
MARK = mark(CHANGE)


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with FakeGitLab(PROJECT, 7, HEAD) as found:
        yield found


def posted(
    gitlab: FakeGitLab, token: str = TOKEN, *, clean: bool = False, destination: Destination = DESTINATION
) -> Done:
    (done,) = post("gitlab", gitlab, token, job(CLEAN_CHANGE if clean else CHANGE, destination, comment=True))
    return done


@pytest.mark.parametrize("others", [0, 100, 230])
def test_one_note_is_edited_in_place(gitlab: FakeGitLab, others: int) -> None:
    for number in range(others):
        gitlab.note(f"note {number}", 2)
    assert [posted(gitlab).note for _ in range(2)] == ["made", "says so already"]
    assert posted(gitlab, clean=True).note == "edited"
    assert len(gitlab.notes) == others + 1
    assert gitlab.notes[-1]["body"].startswith(MARK)


def test_the_note_of_a_stranger_is_not_ours(gitlab: FakeGitLab) -> None:
    gitlab.note(f"{MARK}\nGO", 2)
    posted(gitlab)
    posted(gitlab, clean=True)
    assert [(each["author"]["id"], len(each["body"]) > 60) for each in gitlab.notes] == [
        (2, False),
        (1, True),
    ]


def test_a_deleted_note_is_made_anew(gitlab: FakeGitLab) -> None:
    posted(gitlab)
    gitlab.before = lambda asked: gitlab.notes.clear() if asked.method == "PUT" else None
    assert posted(gitlab, clean=True).note == "made"
    assert len(gitlab.notes) == 1


@pytest.mark.parametrize("done", [False, True])
def test_a_note_is_not_doubled_by_an_outage(gitlab: FakeGitLab, done: bool) -> None:
    gitlab.fail("POST", "/notes$", 502, done=done)
    assert posted(gitlab).state == "posted"
    assert len(gitlab.notes) == 1


def test_a_late_job_leaves_the_note_alone(gitlab: FakeGitLab) -> None:
    gitlab.commit = "e" * 40
    assert posted(gitlab).state == "left out"
    assert posted(gitlab, destination=DESTINATION._replace(pull_request=None)).state == "left out"
    assert not gitlab.notes


@pytest.mark.parametrize(("token", "state"), [(READING, "refused"), ("glpat-wrong", "unknown")])
def test_tokens(gitlab: FakeGitLab, token: str, state: str) -> None:
    assert posted(gitlab, token).state == state
    assert not gitlab.notes

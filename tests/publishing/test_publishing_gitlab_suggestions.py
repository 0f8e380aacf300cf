"""Suggested changes at GitLab: threads on the lines that a merge request adds, each made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.model import ChangedFile, Report
from checker.publishing import Destination, Done
from tests.fake_gitlab import FakeGitLab
from tests.fake_host import READING, TOKEN
from tests.publishing.posting import job, post
from tests.render.changes import CHANGE, CLEAN_CHANGE, HEAD

PROJECT = "acme/launches/shop"
DESTINATION = Destination(PROJECT, HEAD, (), 7)
PATH = "governance/launches/atlas/launch.yaml"
PATHS = ("governance/launches/atlas.yaml", PATH)
"""What the file was called before the change, and is now."""


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with FakeGitLab(PROJECT, 7, HEAD) as found:
        found.added[PATHS] = {12}
        yield found


def posted(gitlab: FakeGitLab, report: Report = CHANGE, token: str = TOKEN) -> Done:
    (done,) = post("gitlab", gitlab, token, job(report, DESTINATION, suggestions=True))
    return done


def several(count: int) -> Report:
    """A change with a mechanical mend on each of the first lines."""
    first = CHANGE.results[0]
    edit = first.edit
    assert edit
    results = tuple(
        first._replace(key=f"{line}", edit=edit._replace(span=edit.span._replace(line=line, end_line=line)))
        for line in range(1, count + 1)
    )
    return CHANGE._replace(results=results)


def test_a_suggestion_is_a_thread_on_its_line_and_made_once(gitlab: FakeGitLab) -> None:
    assert (posted(gitlab).state, posted(gitlab).note) == ("posted", "there already")
    (note,) = gitlab.notes
    assert (note["type"], note["position"]) == ("DiffNote", {"new_line": 12})
    assert "```suggestion\n    - { id: drain, owner: Ada Example }\n```" in note["body"]


def test_one_of_a_stranger_is_not_ours(gitlab: FakeGitLab) -> None:
    posted(gitlab)
    body = gitlab.notes.pop()["body"]
    gitlab.note(body, 2)
    assert posted(gitlab).note == "1 made"


def test_the_note_and_the_suggestions_stand_side_by_side(gitlab: FakeGitLab) -> None:
    both = job(CHANGE, DESTINATION, comment=True, suggestions=True)
    notes = [[done.note for done in post("gitlab", gitlab, TOKEN, both)] for _ in range(2)]
    assert notes == [["made", "1 made"], ["says so already", "there already"]]
    assert len(gitlab.notes) == 2


def test_a_file_that_kept_its_name_is_named_twice(gitlab: FakeGitLab) -> None:
    assert CHANGE.comparison
    files = (ChangedFile("launches/atlas/launch.yaml", "", ((1, 12),)),)
    gitlab.added = {(PATH, PATH): {12}}
    report = CHANGE._replace(comparison=CHANGE.comparison._replace(files=files))
    assert posted(gitlab, report).note == "1 made"


def test_a_place_that_gitlab_does_not_take_loses_no_other(gitlab: FakeGitLab) -> None:
    gitlab.added[PATHS] = {2, 4}
    assert posted(gitlab, several(5)).note == "2 made, 3 places not taken by GitLab"
    assert [each["position"]["new_line"] for each in gitlab.notes] == [2, 4]
    assert posted(gitlab, several(5)).note == "none made, 3 places not taken by GitLab"
    assert len(gitlab.notes) == 2


@pytest.mark.parametrize("done", [False, True])
def test_none_is_doubled_by_an_outage(gitlab: FakeGitLab, done: bool) -> None:
    gitlab.added[PATHS] = set(range(1, 6))
    gitlab.fail("POST", "/discussions$", 502, done=done)
    assert posted(gitlab, several(5)).state == "posted"
    assert sorted(each["position"]["new_line"] for each in gitlab.notes) == [1, 2, 3, 4, 5]


def test_without_anything_to_mend_nobody_is_asked(gitlab: FakeGitLab) -> None:
    assert posted(gitlab, CLEAN_CHANGE).state == "left out"
    assert not gitlab.asked


def test_a_late_job_suggests_nothing(gitlab: FakeGitLab) -> None:
    gitlab.commit = "e" * 40
    assert posted(gitlab).state == "left out"
    assert not gitlab.notes


def test_before_gitlab_has_a_diff_nothing_is_suggested(gitlab: FakeGitLab) -> None:
    gitlab.diff_refs = None
    assert posted(gitlab) == Done(
        "suggestions", "left out", "GitLab does not say yet which lines the change brings"
    )


@pytest.mark.parametrize(("token", "state"), [(READING, "refused"), ("glpat-wrong", "unknown")])
def test_tokens(gitlab: FakeGitLab, token: str, state: str) -> None:
    assert posted(gitlab, token=token).state == state
    assert not gitlab.notes

"""The Code Insights report at Bitbucket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.model import Report
from checker.publishing import Destination, Done
from checker.render import identity
from tests.fake_bitbucket import FakeBitbucket
from tests.fake_host import READING, TOKEN
from tests.publishing.posting import REPOSITORY, failing, job, post
from tests.render.changes import CHANGE, HEAD

DESTINATION = Destination(REPOSITORY, HEAD)
KEY = f"{HEAD}/gonogo-{identity.folder_key(CHANGE)}"


@pytest.fixture
def bitbucket() -> Iterator[FakeBitbucket]:
    with FakeBitbucket(REPOSITORY) as found:
        yield found


def posted(bitbucket: FakeBitbucket, report: Report = CHANGE, token: str = TOKEN) -> Done:
    (done,) = post("bitbucket", bitbucket, token, job(report, DESTINATION, check=True))
    return done


@pytest.mark.parametrize(("number", "requests"), [(1, 1), (100, 1), (101, 2), (1000, 10), (1200, 10)])
def test_annotations_are_sent_by_the_hundred(bitbucket: FakeBitbucket, number: int, requests: int) -> None:
    assert posted(bitbucket, failing(number)).state == "posted"
    assert bitbucket.reports[KEY]["result"] == "FAILED"
    assert len(bitbucket.annotations[KEY]) == min(number, 1000)
    assert sum(each.startswith("POST") for each in bitbucket.writes()) == requests


def test_posting_again_leaves_what_holds_now(bitbucket: FakeBitbucket) -> None:
    for number in (120, 3, 3):
        posted(bitbucket, failing(number))
        assert len(bitbucket.annotations[KEY]) == number


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "gonogo$"), ("PUT", "gonogo$"), ("POST", "/annotations$")]
)
def test_an_outage_changes_nothing(bitbucket: FakeBitbucket, method: str, path: str, done: bool) -> None:
    posted(bitbucket, failing(5))
    bitbucket.fail(method, path, 503, done=done)
    assert posted(bitbucket, failing(150)).state == "posted"
    assert len(bitbucket.annotations[KEY]) == 150


@pytest.mark.parametrize(("token", "state"), [(READING, "refused"), ("wrong", "unknown")])
def test_tokens(bitbucket: FakeBitbucket, token: str, state: str) -> None:
    assert posted(bitbucket, token=token).state == state
    assert not bitbucket.reports

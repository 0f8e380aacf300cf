"""Several workspaces in one repository: no report takes the place of another workspace's."""

from __future__ import annotations

import pytest

from checker.model import Origin, Report
from checker.publishing import Destination
from checker.render.comment import mark
from tests.fake_bitbucket import FakeBitbucket
from tests.fake_github import FakeGitHub
from tests.fake_host import TOKEN
from tests.publishing.posting import CHANGED, MERGE, REPOSITORY, job, post
from tests.render.changes import CHANGE, CLEAN_CHANGE, HEAD, NEUTRAL

ALIKE = (
    *(f"{'gov' * 99}{last}/" for last in "ab"),
    *(
        "gov /",
        " gov/",
        "gov\u00a0/",
        "gov\n/",
        "gov a/",
        "gov\na/",
        "gov\u00a0a/",
        "gov\ta/",
        " /",
        "\n/",
        "Gov/",
    ),
)
"""What looks like another one of these."""
FOLDERS = ("", "gov/", "gov/a/", "gov-a/", 'x --> "<b>\n/', *ALIKE)
DESTINATION = Destination(REPOSITORY, HEAD, pull_request=7)


def of(folder: str, report: Report) -> Report:
    return report._replace(origin=Origin(HEAD, "now", "", folder))


@pytest.mark.parametrize("later", [CLEAN_CHANGE, NEUTRAL], ids=["go", "neutral"])
def test_what_is_said_of_one_workspace_stays_beside_that_of_another(later: Report) -> None:
    reports = [of("", CHANGE), *(of(folder, later) for folder in FOLDERS[1:])]
    with FakeGitHub(REPOSITORY) as github:
        github.pull(7, HEAD, CHANGED, MERGE)
        for report in (*reports, *reports):
            post("github", github, github.token(), job(report, DESTINATION, check=True, comment=True))
        bodies = [each["body"] for each in github.comments[7]]
        told = FOLDERS[:1] if later.neutral else FOLDERS  # what had nothing to judge begins no comment
        assert [body.partition("\n")[0] for body in bodies] == [mark(of(each, CHANGE)) for each in told]
        assert "NO-GO" in bodies[0]
        names = {run["name"]: run["conclusion"] for run in github.check_runs}
        assert (len(names), names["gonogo"]) == (len(FOLDERS), "failure")
    with FakeBitbucket(REPOSITORY) as bitbucket:
        for report in (*reports, *reports):
            post("bitbucket", bitbucket, TOKEN, job(report, DESTINATION, check=True))
        assert len(bitbucket.reports) == len(FOLDERS)
        assert bitbucket.reports[f"{HEAD}/gonogo"]["result"] == "FAILED"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_mark_is_one_line_that_says_nothing(folder: str) -> None:
    found = mark(of(folder, CHANGE))
    assert found.isprintable()
    assert (found.count("-->"), found.count("<")) == (1, 1)

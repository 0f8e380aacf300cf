"""GitLab: one note on a merge request.

The Code Quality report needs no token: it is an artifact of the job.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from checker.publishing import Access, Job, Part, Variables, bearer, comments
from checker.publishing.client import Client, field
from checker.render import RENDERERS

ACCESS = Access(
    "https://gitlab.com/api/v4",
    "https://gitlab.com",
    "-/blob",
    bearer,
    Variables(
        token="GITLAB_TOKEN",
        api="CI_API_V4_URL",
        site="CI_SERVER_URL",
        repository="CI_PROJECT_PATH",
        pull_request="CI_MERGE_REQUEST_IID",
        commit="CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",
        merge="CI_COMMIT_SHA",
    ),
)


def parts(client: Client, job: Job) -> Iterator[Part]:
    """The note."""
    destination = job.destination
    folder = f"/projects/{quote(destination.repository, safe='')}/merge_requests/{destination.pull_request}"

    def note() -> str:
        merge_request = client.get(folder) if destination.pull_request else None
        comments.newest(destination, field(merge_request, "sha"))
        me = field(client.get("/user"), "id")
        return comments.keep_one(
            client,
            f"{folder}/notes",
            lambda id: f"{folder}/notes/{id}",
            "PUT",
            RENDERERS["comment"](job.report, job.options),
            lambda each: field(each, "author", "id") == me,
        )

    if job.comment:
        yield "note", note

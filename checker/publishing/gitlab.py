"""GitLab: one note on a merge request, and suggested changes as threads on its lines.

The Code Quality report needs no token: it is an artifact of the job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import quote

from checker.model import Location
from checker.payload import field
from checker.publishing import Access, Job, Part, Variables, bearer, comments, suggestions
from checker.publishing.client import Client, LeftOutError
from checker.render import RENDERERS
from checker.render.placing import from_root

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
_SIDES = ("base_sha", "start_sha", "head_sha")
"""What GitLab holds against what, by the names of the merge request and of a position alike."""


def parts(client: Client, job: Job) -> Iterator[Part]:
    """The note, and the suggestions."""
    posting = _Posting(client, job)
    if job.comment:
        yield "note", posting.note
    if job.suggestions:
        yield "suggestions", posting.suggestions


class _Posting:
    """What is to be posted to one merge request."""

    def __init__(self, client: Client, job: Job) -> None:
        self.client, self.job = client, job
        project, number = quote(job.destination.repository, safe=""), job.destination.pull_request
        self.folder = f"/projects/{project}/merge_requests/{number}"
        self.notes = f"{self.folder}/notes"

    def note(self) -> str:
        """The one note, made or edited."""
        self._merge_request()
        on_it = comments.Comments(self.notes, lambda id: f"{self.notes}/{id}", "PUT", self._is_mine)
        body = RENDERERS["comment"](self.job.report, self.job.options)
        return comments.keep_one(self.client, on_it, body, begins=not self.job.report.neutral)

    def suggestions(self) -> str:
        """A thread for each that is not there yet, on its line of the change."""
        wanted = suggestions.wanted(self.job)
        refs = field(self._merge_request(), "diff_refs")
        sides = {side: field(refs, side) for side in _SIDES}
        if None in sides.values():
            raise LeftOutError("GitLab does not say yet which lines the change brings")

        def begin(comment: Any) -> Any:
            body = {"body": comment["body"], "position": self._position(comment, sides)}
            return self.client.once("POST", f"{self.folder}/discussions", body)

        threads = suggestions.Threads(self.notes, self._is_mine, begin, 400, "GitLab")
        return suggestions.post(self.client, wanted, threads)

    def _position(self, comment: Any, sides: dict[str, Any]) -> dict[str, Any]:
        """Both paths are asked for, and on a line that is new the number of the old one must be left out."""
        path = comment["path"]
        return {
            "position_type": "text",
            **sides,
            "old_path": self._old_paths.get(path, path),
            "new_path": path,
            "new_line": comment["line"],
        }

    def _merge_request(self) -> Any:
        """What GitLab says of it, if the report is about its newest commit."""
        destination = self.job.destination
        found = self.client.get(self.folder) if destination.pull_request else None
        comments.newest(destination, field(found, "sha"))
        return found

    @cached_property
    def _is_mine(self) -> Callable[[Any], bool]:
        """Whether the token's owner wrote a note."""
        me = field(self.client.get("/user"), "id")
        return lambda each: field(each, "author", "id") == me

    @cached_property
    def _old_paths(self) -> dict[str, str]:
        """What renamed files were called, both from the root of the repository."""
        report = self.job.report
        files = report.comparison.files if report.comparison else ()
        return {
            from_root(report, Location(file.path)).path: from_root(report, Location(file.old_path)).path
            for file in files
            if file.old_path
        }

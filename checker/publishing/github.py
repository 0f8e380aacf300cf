"""GitHub: a check run with annotations, one comment, and suggested changes as one review."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import quote

from checker import canonical
from checker.payload import field
from checker.publishing import Access, Job, Part, Variables, bearer, comments, suggestions
from checker.publishing.client import Client, HostError, InDoubtError, TokenError
from checker.render import RENDERERS, tally


def _headers(token: str) -> dict[str, str]:
    stated = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    return bearer(token) | stated


ACCESS = Access(
    "https://api.github.com",
    "https://github.com",
    "blob",
    _headers,
    Variables(
        token="GITHUB_TOKEN",
        api="GITHUB_API_URL",
        site="GITHUB_SERVER_URL",
        repository="GITHUB_REPOSITORY",
        pull_request="",
        commit="",
        merge="GITHUB_SHA",
    ),
)
_A_REQUEST = 50
"""Annotations; the Checks API refuses more."""


def parts(client: Client, job: Job) -> Iterator[Part]:
    """The parts that are asked for and can be had."""
    posting = _Posting(client, job)
    if job.check or (job.check is None and job.destination.vouched):
        yield "check run", posting.check_run
    if job.comment:
        yield "comment", posting.comment
    if job.suggestions:
        yield "suggestions", posting.suggestions


class _Posting:
    """What is to be posted to one repository, and to its pull request that is meant."""

    def __init__(self, client: Client, job: Job) -> None:
        self.client, self.job, self.destination = client, job, job.destination
        self.folder = f"/repos/{job.destination.repository}"

    def _rendered(self, format: str) -> str:
        return RENDERERS[format](self.job.report, self.job.options)

    # The check run

    def check_run(self) -> str:
        """Annotations are added by every update, so that what a run has already is never sent again.

        Its external id is a digest of all that it is to say: it names the run that a former attempt began.
        """
        payload = json.loads(self._rendered("checks")) | {"head_sha": self.destination.commit}
        output = payload["output"]
        annotations = output.pop("annotations")
        payload["external_id"] = f"gonogo {canonical.digest([payload, annotations])}"
        conclusion = payload.pop("conclusion")
        run = self._run(payload)
        sent = _annotated(run)
        while field(run, "status") != "completed":
            part = annotations[sent : sent + _A_REQUEST]
            whole = sent + len(part) == len(annotations)
            state = {"status": "completed", "conclusion": conclusion} if whole else {"status": "in_progress"}
            body = {**payload, **state, "output": {**output, "annotations": part}}
            try:
                if run is None:
                    run = self.client.once("POST", f"{self.folder}/check-runs", body)
                else:
                    path = f"{self.folder}/check-runs/{field(run, 'id')}"
                    run = {**run, **self.client.once("PATCH", path, body)}
            except InDoubtError:
                run = self._run(payload)
                sent = _annotated(run)
                continue
            sent += len(part)
            if whole:
                return _told(f"made, with {tally.counted(len(annotations), 'annotation')}", run)
        return _told("says so already", run)

    def _run(self, payload: Any) -> Any:
        """The newest run of that name, if it says the same or is on the way to."""
        path = f"{self.folder}/commits/{self.destination.commit}/check-runs"
        query = f"?check_name={quote(payload['name'])}&per_page=100"
        for run in self.client.all(path + query, "check_runs"):
            if field(run, "external_id") == payload["external_id"]:
                return run
        return None

    # The comment

    def comment(self) -> str:
        """One comment on the pull request, edited in place."""
        on_it = comments.Comments(
            f"{self.folder}/issues/{self._pull_request()}/comments",
            lambda id: f"{self.folder}/issues/comments/{id}",
            "PATCH",
            self._is_mine,
        )
        return comments.keep_one(
            self.client, on_it, self._rendered("comment"), begins=not self.job.report.neutral
        )

    def _pull_request(self) -> int:
        """The number of the pull request that the commit is the newest of; raises LeftOutError for none."""
        if self.destination.branch:
            self.destination = self.destination._replace(
                branch="", pull_request=self._from(self.destination.branch)
            )
        number = self.destination.pull_request
        pull = self.client.get(f"{self.folder}/pulls/{number}") if number else None
        return comments.newest(self.destination, field(pull, "head", "sha"))

    def _from(self, branch: str) -> int | None:
        path = f"{self.folder}/pulls?state=open&per_page=100&head={quote(branch, safe=':')}"
        for pull in self.client.all(path):
            if field(pull, "head", "sha") == self.destination.commit and type(field(pull, "number")) is int:
                return int(pull["number"])
        return None

    @cached_property
    def _is_mine(self) -> Callable[[Any], bool]:
        """Whether the token's owner wrote something.

        GraphQL tells any token whose it is; where it does not, only what some app wrote is taken for ours.
        """
        try:
            address = f"{self.client.api.removesuffix('/v3')}/graphql"
            answer = self.client.ask("POST", address, {"query": "query { viewer { login } }"})
        except TokenError:
            raise
        except HostError:
            answer = None
        me = field(answer, "data", "viewer", "login")
        if me:
            return lambda each: field(each, "user", "login") == me
        return lambda each: field(each, "user", "type") == "Bot"

    # Suggested changes

    def suggestions(self) -> str:
        """One review with all that are not there yet; each by itself where GitHub refuses one of them."""
        wanted = suggestions.wanted(self.job)
        folder = f"{self.folder}/pulls/{self._pull_request()}"
        commit = {"commit_id": self.destination.commit}

        def review(left: list[Any]) -> Any:
            body = {**commit, "event": "COMMENT", "body": _REVIEW, "comments": left}
            return self.client.once("POST", f"{folder}/reviews", body)

        threads = suggestions.Threads(
            f"{folder}/comments",
            self._is_mine,
            lambda comment: self.client.once("POST", f"{folder}/comments", {**commit, **comment}),
            422,
            "GitHub",
            review,
        )
        return suggestions.post(self.client, wanted, threads)


_REVIEW = "gonogo can mend this."


def _annotated(run: Any) -> int:
    count = field(run, "output", "annotations_count")
    return count if type(count) is int else 0


def _told(note: str, run: Any) -> str:
    address = field(run, "html_url")
    return f"{note}: {address}" if address else note

"""Servers that behave like the little of GitLab's and Bitbucket's APIs that a report is posted to."""

from __future__ import annotations

import re
from itertools import count
from typing import Any
from urllib.parse import quote

from tests.fake_host import Answer, Asked, FakeHost, RefusedError, Route, paged

TOKEN = "glpat-secret"
READING = "glpat-reading"


class FakeGitLab(FakeHost):
    """One project at GitLab."""

    prefix = "/api/v4"

    def __init__(self, project: str, merge_request: int, commit: str) -> None:
        super().__init__()
        self.project, self.merge_request, self.commit = project, merge_request, commit
        self.notes: list[dict[str, Any]] = []
        self._ids = count(1)

    def note(self, body: str, author: int) -> dict[str, Any]:
        """Somebody writes a note; the token's owner is number 1."""
        found = {"id": next(self._ids), "body": body, "author": {"id": author}}
        self.notes.append(found)
        return found

    def admit(self, asked: Asked) -> None:
        if asked.token not in (TOKEN, READING):
            raise RefusedError(401, "401 Unauthorized")
        if asked.token == READING and asked.method != "GET":
            raise RefusedError(403, "403 Forbidden")

    def routes(self) -> list[Route]:
        folder = f"/projects/{quote(self.project, safe='')}/merge_requests/{self.merge_request}"
        return [
            ("GET", "/user", lambda asked: Answer(200, {"id": 1, "username": "project_1_bot"})),
            ("GET", re.escape(folder), lambda asked: Answer(200, {"sha": self.commit})),
            ("GET", f"{re.escape(folder)}/notes", self._list),
            ("POST", f"{re.escape(folder)}/notes", lambda asked: Answer(201, self.note(_body(asked), 1))),
            ("PUT", rf"{re.escape(folder)}/notes/(\d+)", self._edit),
            ("DELETE", rf"{re.escape(folder)}/notes/(\d+)", self._delete),
        ]

    def _list(self, asked: Asked) -> Answer:
        page, following = paged(self, asked, self.notes)
        return Answer(200, page, {"X-Next-Page": str(following or "")})

    def _edit(self, asked: Asked, id: str) -> Answer:
        found = self._found(id)
        found["body"] = _body(asked)
        return Answer(200, found)

    def _delete(self, asked: Asked, id: str) -> Answer:
        self.notes.remove(self._found(id))
        return Answer(204)

    def _found(self, id: str) -> dict[str, Any]:
        for each in self.notes:
            if each["id"] == int(id):
                return each
        raise RefusedError(404, "404 Not found")


def _body(asked: Asked) -> str:
    body = asked.body.get("body")
    if not isinstance(body, str) or not 0 < len(body) <= 1_000_000:
        raise RefusedError(400, {"note": ["can't be blank, or is too long"]})
    return body


class FakeBitbucket(FakeHost):
    """One repository at Bitbucket."""

    prefix = "/2.0"

    def __init__(self, repository: str) -> None:
        super().__init__()
        self.repository = repository
        self.reports: dict[str, dict[str, Any]] = {}
        """By commit and id, `COMMIT/ID`."""
        self.annotations: dict[str, dict[str, Any]] = {}
        """By the same, then by their own ids."""

    def admit(self, asked: Asked) -> None:
        if asked.token not in (TOKEN, READING):
            raise RefusedError(401, "Token is invalid")
        if asked.token == READING and asked.method != "GET":
            raise RefusedError(403, "Your credentials lack one or more required privilege scopes.")

    def routes(self) -> list[Route]:
        report = rf"/repositories/{re.escape(self.repository)}/commit/(\w+)/reports/([\w-]+)"
        return [
            ("DELETE", report, self._delete),
            ("PUT", report, self._put),
            ("POST", f"{report}/annotations", self._annotate),
        ]

    def _delete(self, asked: Asked, commit: str, id: str) -> Answer:
        if self.reports.pop(f"{commit}/{id}", None) is None:
            raise RefusedError(404, "Report not found")
        self.annotations.pop(f"{commit}/{id}")
        return Answer(204)

    def _put(self, asked: Asked, commit: str, id: str) -> Answer:
        if not asked.body.get("title") or not asked.body.get("details") or len(asked.body["details"]) > 2000:
            raise RefusedError(400, "title and details are required")
        self.reports[f"{commit}/{id}"] = asked.body
        self.annotations.setdefault(f"{commit}/{id}", {})
        return Answer(200, asked.body)

    def _annotate(self, asked: Asked, commit: str, id: str) -> Answer:
        if not 1 <= len(asked.body) <= 100:
            raise RefusedError(400, "between 1 and 100 annotations")
        for each in asked.body:
            if not 0 < len(each.get("summary", "")) <= 450 or not each.get("external_id"):
                raise RefusedError(400, "an annotation needs an id and a summary")
        kept = self.annotations[f"{commit}/{id}"]
        kept |= {each["external_id"]: each for each in asked.body}
        if len(kept) > 1000:
            raise RefusedError(400, "no more than 1000 annotations")
        return Answer(200, asked.body)

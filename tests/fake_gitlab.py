"""A server that behaves like the part of GitLab's API that a report is posted to."""

from __future__ import annotations

import re
from itertools import count
from typing import Any
from urllib.parse import quote

from tests.fake_host import READING, TOKEN, Answer, Asked, FakeHost, RefusedError, Route, paged


class FakeGitLab(FakeHost):
    """One project at GitLab."""

    prefix = "/api/v4"

    def __init__(self, project: str, merge_request: int, commit: str) -> None:
        super().__init__()
        self.project, self.merge_request, self.commit = project, merge_request, commit
        self.notes: list[dict[str, Any]] = []
        self.diff_refs: dict[str, str] | None = {
            "base_sha": "b" * 40,
            "start_sha": "a" * 40,
            "head_sha": commit,
        }
        self.added: dict[tuple[str, str], set[int]] = {}
        """The lines that are new in the diff, by the old and the new path of their file."""
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
            (
                "GET",
                re.escape(folder),
                lambda asked: Answer(200, {"sha": self.commit, "diff_refs": self.diff_refs}),
            ),
            ("POST", f"{re.escape(folder)}/discussions", self._thread),
            ("GET", f"{re.escape(folder)}/notes", self._list),
            ("POST", f"{re.escape(folder)}/notes", lambda asked: Answer(201, self.note(_body(asked), 1))),
            ("PUT", rf"{re.escape(folder)}/notes/(\d+)", self._edit),
            ("DELETE", rf"{re.escape(folder)}/notes/(\d+)", self._delete),
        ]

    def _thread(self, asked: Asked) -> Answer:
        position = dict(asked.body["position"])
        sides = {side: position.pop(side) for side in ("base_sha", "start_sha", "head_sha")}
        paths = (position.pop("old_path"), position.pop("new_path"))
        line = position.pop("new_line")
        if position != {"position_type": "text"} or sides != self.diff_refs:
            raise RefusedError(400, '400 Bad request - Note {:position=>["is invalid"]}')
        if line not in self.added.get(paths, ()):
            raise RefusedError(400, '400 Bad request - Note {:line_code=>["can\'t be blank"]}')
        note = self.note(_body(asked), 1) | {"type": "DiffNote", "position": {"new_line": line}}
        self.notes[-1] = note
        return Answer(201, {"id": str(note["id"]), "notes": [note]})

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

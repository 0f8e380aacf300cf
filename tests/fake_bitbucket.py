"""A server that behaves like the part of Bitbucket's API that a report is posted to, its limits included."""

from __future__ import annotations

import re
from typing import Any

from tests.fake_host import READING, TOKEN, Answer, Asked, FakeHost, RefusedError, Route


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

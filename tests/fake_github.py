"""A server that behaves like the part of GitHub's API that a report is posted to, its limits included.

with FakeGitHub("acme/shop") as github:
    github.pull(7, head=SHA, diff={"launch.yaml": {3, 4}})
    environ = {"GITHUB_API_URL": github.api, "GITHUB_TOKEN": github.token(), ...}
    …
    github.comments[7], github.check_runs, github.reviews[7], github.review_comments[7]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from tests.fake_host import Answer, Asked, FakeHost, RefusedError, Route, paged

BOT = "github-actions[bot]"
WRITE = frozenset({"checks", "comments"})

ANNOTATIONS = 50
SUMMARY = 65_535
COMMENT = 65_536
TITLE = 255
MESSAGE = 64 * 1024
_LEVELS = {"notice", "warning", "failure"}
_CONCLUSIONS = {"success", "failure", "neutral", "action_required", "cancelled", "skipped", "timed_out"}


class FakeGitHub(FakeHost):
    """One repository at GitHub."""

    def __init__(self, repository: str = "acme/shop") -> None:
        super().__init__()
        self.repository = repository
        self.check_runs: list[dict[str, Any]] = []
        """With all their annotations in `annotations`, in the order in which they were made."""
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.reviews: dict[int, list[dict[str, Any]]] = {}
        self.review_comments: dict[int, list[dict[str, Any]]] = {}
        self.pulls: dict[int, dict[str, Any]] = {}
        self.commits: set[str] = set()
        self.viewer_known = True
        """Whether GraphQL tells whose a token is."""
        self._diffs: dict[int, Mapping[str, set[int]]] = {}
        self._tokens: dict[str, tuple[str, frozenset[str]]] = {}
        self._ids = count(1)

    # What a test sets up

    def token(self, login: str = BOT, rights: Iterable[str] = WRITE) -> str:
        """A new token of that user or app; without `rights` it is that of a fork."""
        token = f"ghs_secret{len(self._tokens)}"
        self._tokens[token] = (login, frozenset(rights))
        return token

    def pull(
        self,
        number: int,
        head: str,
        diff: Mapping[str, set[int]] | None = None,
        merge: str | None = None,
        branch: str = "acme:topic",
    ) -> dict[str, Any]:
        """Open a pull request, or push to it; `diff`: the lines of each file that comments may stand on."""
        owner, _, name = branch.partition(":")
        found = {
            "number": number,
            "state": "open",
            "merge_commit_sha": merge,
            "head": {"sha": head, "ref": name, "label": branch, "repo": {"full_name": f"{owner}/shop"}},
            "base": {"ref": "main", "repo": {"full_name": self.repository}},
        }
        self.pulls[number] = found
        self._diffs[number] = diff or {}
        self.commits.add(head)
        for kept in (self.comments, self.reviews, self.review_comments):
            kept.setdefault(number, [])
        return found

    def event(self, number: int) -> dict[str, Any]:
        """The payload of the event `pull_request`."""
        pull = self.pulls[number]
        return {"action": "synchronize", "number": number, "pull_request": pull, "repository": self._named()}

    def run_event(self, head: str, branch: str, pulls: Iterable[int] = ()) -> dict[str, Any]:
        """The payload of the event `workflow_run`; for a fork GitHub names no pull request in it."""
        owner, _, name = branch.partition(":")
        run = {
            "event": "pull_request",
            "head_sha": head,
            "head_branch": name,
            "head_repository": {"full_name": f"{owner}/shop", "owner": {"login": owner}},
            "pull_requests": [{"number": number, "head": {"sha": head}} for number in pulls],
        }
        return {"action": "completed", "workflow_run": run, "repository": self._named()}

    def comment(self, number: int, body: str, login: str) -> dict[str, Any]:
        """Somebody writes a comment."""
        found = {"id": next(self._ids), "body": body, "user": _user(login)}
        self.comments[number].append(found)
        return found

    def _named(self) -> dict[str, str]:
        return {"full_name": self.repository}

    # What the server does

    def admit(self, asked: Asked) -> None:
        if asked.token not in self._tokens:
            raise RefusedError(401, "Bad credentials")
        if "gonogo" not in asked.headers.get("user-agent", ""):
            raise RefusedError(403, "Request forbidden by administrative rules")

    def _right(self, asked: Asked, right: str) -> str:
        """The login of the token's owner, who may do this."""
        login, rights = self._tokens[asked.token]
        if right not in rights:
            raise RefusedError(403, "Resource not accessible by integration")
        return login

    def routes(self) -> list[Route]:
        folder = f"/repos/{re.escape(self.repository)}"
        return [
            ("POST", "/graphql", self._viewer),
            ("GET", f"{folder}/pulls", self._list_pulls),
            ("GET", rf"{folder}/pulls/(\d+)", self._get_pull),
            ("GET", rf"{folder}/commits/(\w+)/check-runs", self._list_runs),
            ("POST", f"{folder}/check-runs", self._make_run),
            ("PATCH", rf"{folder}/check-runs/(\d+)", self._add_to_run),
            ("GET", rf"{folder}/issues/(\d+)/comments", self._list_comments),
            ("POST", rf"{folder}/issues/(\d+)/comments", self._make_comment),
            ("PATCH", rf"{folder}/issues/comments/(\d+)", self._edit_comment),
            ("DELETE", rf"{folder}/issues/comments/(\d+)", self._delete_comment),
            ("GET", rf"{folder}/pulls/(\d+)/comments", self._list_review_comments),
            ("POST", rf"{folder}/pulls/(\d+)/comments", self._make_review_comment),
            ("POST", rf"{folder}/pulls/(\d+)/reviews", self._make_review),
        ]

    def _viewer(self, asked: Asked) -> Answer:
        if not self.viewer_known:
            raise RefusedError(403, "Resource not accessible by integration")
        return Answer(200, {"data": {"viewer": {"login": self._tokens[asked.token][0]}}})

    def _page(self, asked: Asked, items: list[Any], key: str = "") -> Answer:
        page, following = paged(self, asked, items)
        headers = {}
        if following:
            query = "&".join(f"{name}={value}" for name, value in {**asked.query, "page": following}.items())
            first = f'<{self.address}{asked.path}?page=1>; rel="first"'
            headers = {"Link": f'{first}, <{self.address}{asked.path}?{query}>; rel="next"'}
        return Answer(200, {"total_count": len(items), key: page} if key else page, headers)

    def _list_pulls(self, asked: Asked) -> Answer:
        label = asked.query.get("head")
        found = [pull for pull in self.pulls.values() if label in (None, pull["head"]["label"])]
        return self._page(asked, found)

    def _get_pull(self, asked: Asked, number: str) -> Answer:
        return Answer(200, self._existing(number))

    def _existing(self, number: str) -> dict[str, Any]:
        if int(number) not in self.pulls:
            raise RefusedError(404, "Not Found")
        return self.pulls[int(number)]

    # Check runs

    def _list_runs(self, asked: Asked, commit: str) -> Answer:
        """The newest of each name and app, as the filter is by default."""
        newest = {
            (run["app"], run["name"]): run
            for run in self.check_runs
            if run["head_sha"] == commit and run["name"] == asked.query.get("check_name", run["name"])
        }
        return self._page(asked, [_shown(run) for run in newest.values()], "check_runs")

    def _make_run(self, asked: Asked) -> Answer:
        login = self._right(asked, "checks")
        if not login.endswith("[bot]"):
            raise RefusedError(403, "You must authenticate via a GitHub App.")
        body = asked.body
        if body.get("head_sha") not in self.commits or not body.get("name"):
            raise RefusedError(422, "No commit found for SHA")
        run = {"id": next(self._ids), "app": login, "annotations": [], "status": "queued", "conclusion": None}
        run |= {
            "name": body["name"],
            "head_sha": body["head_sha"],
            "external_id": body.get("external_id", ""),
        }
        self._update(run, body)
        self.check_runs.append(run)
        return Answer(201, _shown(run))

    def _add_to_run(self, asked: Asked, id: str) -> Answer:
        self._right(asked, "checks")
        run = next((run for run in self.check_runs if run["id"] == int(id)), None)
        if run is None:
            raise RefusedError(404, "Not Found")
        self._update(run, asked.body)
        return Answer(200, _shown(run))

    def _update(self, run: dict[str, Any], body: dict[str, Any]) -> None:
        output = body.get("output", {})
        annotations = output.get("annotations", [])
        if output and not (output.get("title") and output.get("summary")):
            raise RefusedError(422, "Invalid request: title and summary are required")
        if len(output.get("summary", "")) > SUMMARY or len(output.get("title", "")) > TITLE:
            raise RefusedError(422, "Invalid request: output is too long")
        if len(annotations) > ANNOTATIONS:
            raise RefusedError(422, f"Invalid request: no more than {ANNOTATIONS} items are allowed")
        for each in annotations:
            _check_annotation(each)
        status, conclusion = body.get("status", run["status"]), body.get("conclusion")
        if (status == "completed") != (conclusion in _CONCLUSIONS):
            raise RefusedError(422, "Invalid request: status and conclusion contradict each other")
        run |= {"status": status, "conclusion": conclusion}
        run["output"] = {name: output.get(name) for name in ("title", "summary")}
        run["annotations"] += annotations

    # Comments

    def _list_comments(self, asked: Asked, number: str) -> Answer:
        self._existing(number)
        return self._page(asked, self.comments[int(number)])

    def _make_comment(self, asked: Asked, number: str) -> Answer:
        login = self._right(asked, "comments")
        self._existing(number)
        return Answer(201, self.comment(int(number), _body(asked, COMMENT), login))

    def _edit_comment(self, asked: Asked, id: str) -> Answer:
        self._right(asked, "comments")
        _, found = self._found(id)
        found["body"] = _body(asked, COMMENT)
        return Answer(200, found)

    def _delete_comment(self, asked: Asked, id: str) -> Answer:
        self._right(asked, "comments")
        comments, found = self._found(id)
        comments.remove(found)
        return Answer(204)

    def _found(self, id: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        for comments in self.comments.values():
            for each in comments:
                if each["id"] == int(id):
                    return comments, each
        raise RefusedError(404, "Not Found")

    # Reviews

    def _list_review_comments(self, asked: Asked, number: str) -> Answer:
        self._existing(number)
        return self._page(asked, self.review_comments[int(number)])

    def _make_review(self, asked: Asked, number: str) -> Answer:
        login = self._right(asked, "comments")
        self._existing(number)
        comments = asked.body.get("comments", [])
        for each in comments:
            self._check_anchor(number, each)
        review = {"id": next(self._ids), "user": _user(login), **asked.body}
        self.reviews[int(number)].append(review)
        for each in comments:
            self._keep(number, each, login)
        return Answer(200, {"id": review["id"]})

    def _make_review_comment(self, asked: Asked, number: str) -> Answer:
        login = self._right(asked, "comments")
        self._existing(number)
        if not asked.body.get("commit_id"):
            raise RefusedError(422, "commit_id is required")
        self._check_anchor(number, asked.body)
        return Answer(201, self._keep(number, asked.body, login))

    def _keep(self, number: str, comment: dict[str, Any], login: str) -> dict[str, Any]:
        found = {"id": next(self._ids), "user": _user(login), **comment}
        self.review_comments[int(number)].append(found)
        return found

    def _check_anchor(self, number: str, comment: dict[str, Any]) -> None:
        """One that does not lie in the diff loses the whole request."""
        if comment.get("line") not in self._diffs[int(number)].get(comment.get("path", ""), ()):
            raise RefusedError(422, "Unprocessable Entity: line must be part of the diff")
        if comment.get("side") != "RIGHT" or not 0 < len(comment.get("body", "")) <= COMMENT:
            raise RefusedError(422, "Unprocessable Entity")


def _user(login: str) -> dict[str, str]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def _body(asked: Asked, limit: int) -> str:
    body = asked.body.get("body") if isinstance(asked.body, dict) else None
    if not isinstance(body, str) or not body:
        raise RefusedError(422, "Validation Failed: body can't be blank")
    if len(body) > limit:
        raise RefusedError(422, f"Validation Failed: body is too long (maximum is {limit} characters)")
    return body


def _shown(run: dict[str, Any]) -> dict[str, Any]:
    """A check run as an answer tells it: the number of its annotations, not they themselves."""
    output = {**run["output"], "annotations_count": len(run["annotations"])}
    kept = {name: run[name] for name in ("id", "name", "head_sha", "external_id", "status", "conclusion")}
    return {**kept, "output": output, "html_url": f"https://github.com/acme/shop/runs/{run['id']}"}


def _check_annotation(each: dict[str, Any]) -> None:
    start, end = each.get("start_line"), each.get("end_line")
    whole = isinstance(start, int) and isinstance(end, int) and 1 <= start <= end
    if not whole or not each.get("path") or each.get("annotation_level") not in _LEVELS:
        raise RefusedError(422, "Invalid request: an annotation needs path, lines and level")
    if not 0 < len(each.get("message", "").encode()) <= MESSAGE or len(each.get("title", "")) > TITLE:
        raise RefusedError(422, "Invalid request: message or title of an annotation is too long")
    if start != end and ("start_column" in each or "end_column" in each):
        raise RefusedError(422, "Invalid request: columns need one line")

"""What the payload of an event of GitHub says about the change that a workflow runs for."""

from __future__ import annotations

import re
from typing import Any

from checker.payload import HEAD, field, parse
from checker.publishing import Destination
from checker.render.identity import is_commit

SUPPORTED = ("pull_request", "pull_request_target", "merge_group", "workflow_run", "push")
_REPOSITORY = re.compile(r"(?:[\w.-]+/)+[\w.-]+|[1-9][0-9]*", re.ASCII)


def is_repository(text: Any) -> bool:
    """Whether a text is OWNER/NAME, or with groups between, or the number of a project at GitLab."""
    parts = text.split("/") if isinstance(text, str) else [""]
    return _REPOSITORY.fullmatch("/".join(parts)) is not None and not {".", ".."} & set(parts)


def destination(raw: bytes, name: str) -> Destination | str:
    """What an event is about, or why nothing can be posted for it, as a clause.

    `name`: the event's, where it is known; what counts is what the payload holds.
    """
    try:
        data = parse(raw)
    except ValueError:
        return "is not JSON"
    repository = field(data, "repository", "full_name")
    if not is_repository(repository):
        return _unsupported(name)
    found: Destination | None = None
    if pull := field(data, "pull_request"):
        merge, number = field(pull, "merge_commit_sha"), field(pull, "number")
        also = (merge,) if is_commit(merge) else ()
        if type(number) is int:
            found = Destination(repository, field(data, *HEAD["pull_request"]), also, number)
    elif field(data, "merge_group"):
        found = Destination(repository, field(data, *HEAD["merge_group"]))
    elif run := field(data, "workflow_run"):
        found = _of_a_run(repository, run)
    elif field(data, "ref"):
        found = Destination(repository, field(data, *HEAD["push"]))
    return found if found and is_commit(found.commit) else _unsupported(name)


def _of_a_run(repository: str, run: Any) -> Destination:
    """Of a run for a fork, GitHub names the branch and not the pull request."""
    commit, pulls = field(run, "head_sha"), field(run, "pull_requests")
    if field(run, "event") not in ("pull_request", "pull_request_target"):
        return Destination(repository, commit, vouched=False)
    for pull in pulls if isinstance(pulls, list) else ():
        if field(pull, "head", "sha") == commit and type(field(pull, "number")) is int:
            return Destination(repository, commit, (), pull["number"], vouched=False)
    owner, branch = field(run, "head_repository", "owner", "login"), field(run, "head_branch")
    return Destination(
        repository, commit, branch=f"{owner}:{branch}" if owner and branch else "", vouched=False
    )


def _unsupported(name: str) -> str:
    if name in SUPPORTED:
        return f"does not say which commit of which repository it is about, as that of {name} does"
    what = f"is that of {name}" if name else "is not that of an event"
    supported = f"{', '.join(SUPPORTED[:-1])} and {SUPPORTED[-1]}"
    return f"{what}, for which nothing is posted ({supported} are supported)"

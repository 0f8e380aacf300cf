"""What a CI system says about the change that it runs for, in its environment and its event payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from checker.cli import options
from checker.cli.console import Problem
from checker.model import Fault
from checker.payload import HEAD, field, parse
from checker.render.identity import is_commit

_ELSE = "State --base REF yourself, or leave --base out to judge all that is there."

_LARGEST_EVENT = 32 * 1024 * 1024
"""Bytes of a payload."""

ReadEvent = Callable[[str], bytes | Fault]
"""The bytes of the file of that path, or why there are none."""


class Refs(NamedTuple):
    """The two ends of the change that a run of a CI system is about."""

    base: str
    """What it is held against and judged by: for a pull request the target branch as the remote repository
    has it, by the full name of its ref; for a push the commit before it. Empty: there is nothing to hold it
    against, as for the first push of a branch."""
    head: str
    """The commit that is judged; `HEAD` where the system checks it out without naming it."""


def read_event(path: str) -> bytes | Fault:
    """The payload of an event, from the file that a CI system names."""
    door, name = options.named(path)
    return door.read(name, _LARGEST_EVENT)


def detect(environ: Mapping[str, str], read_event: ReadEvent) -> Refs | None:
    """What the CI system that runs this says of the change; None: no system that is known here runs it.

    Raises:
        Problem: it runs this for something that is no change, or its payload cannot be read.
    """
    for variable, system in _SYSTEMS.items():
        if environ.get(variable, "").lower() not in ("", "false"):
            return system(environ, read_event)
    return None


def _github(environ: Mapping[str, str], read_event: ReadEvent) -> Refs:
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name not in HEAD:
        *others, last = HEAD
        raise Problem(
            f"GitHub Actions runs this for {name or 'no event'}, which is about no change "
            f"({', '.join(others)} and {last} are)",
            _ELSE,
        )
    payload = _payload(environ.get("GITHUB_EVENT_PATH", ""), read_event)
    if name == "merge_group":
        base = _commit(payload, "merge_group", "base_sha")
        return Refs(base, _commit(payload, *HEAD[name]))
    if name == "push":
        after, before = (_commit(payload, *keys, zeros=True) for keys in (HEAD[name], ("before",)))
        if not after:
            raise Problem("the push deleted its branch, so there is nothing to judge", _ELSE)
        return Refs(before, after)
    # The payload's own commit of the base is where the branch was when the pull request was opened: pushes do
    # not move it, and a rule that is newer would be escaped.
    base = _remote(_text(payload, "pull_request", "base", "ref"))
    return Refs(base, _commit(payload, *HEAD[name]))


def _payload(path: str, read_event: ReadEvent) -> Any:
    if not path:
        raise Problem("GITHUB_EVENT_PATH names no event payload", _ELSE)
    raw = read_event(path)
    if isinstance(raw, Fault):
        raise Problem(f"cannot read the event payload {path}: {raw.message}", _ELSE)
    try:
        return parse(raw)
    except ValueError:
        raise Problem(f"the event payload {path} is not JSON", _ELSE) from None


def _text(payload: Any, *keys: str) -> str:
    value = field(payload, *keys)
    if isinstance(value, str) and value:
        return value
    raise _lacks(keys, "text")


def _commit(payload: Any, *keys: str, zeros: bool = False) -> str:
    """Empty for the zeros that stand for no commit, where they may stand."""
    value = _text(payload, *keys)
    if zeros and not value.strip("0"):
        return ""
    if not is_commit(value):
        raise _lacks(keys, "commit")
    return value


def _lacks(keys: tuple[str, ...], what: str) -> Problem:
    return Problem(
        f"the event payload of GitHub Actions has no {what} in {'.'.join(keys)}",
        f"It is the payload of another event than GITHUB_EVENT_NAME says. {_ELSE}",
    )


def _gitlab(environ: Mapping[str, str], _: ReadEvent) -> Refs:
    checked_out = environ.get("CI_COMMIT_SHA") or "HEAD"
    target = environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "")
    if not target:
        before = environ.get("CI_COMMIT_BEFORE_SHA", "")
        return Refs(before.strip("0") and before, checked_out)
    if environ.get("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train":
        return Refs(_remote(target), checked_out)
    # A pipeline for merged results checks a merge out; the author's commit has the lines that are shown.
    return Refs(_remote(target), environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or checked_out)


def _bitbucket(environ: Mapping[str, str], _: ReadEvent) -> Refs:
    target = environ.get("BITBUCKET_PR_DESTINATION_BRANCH", "")
    return _into(target, environ.get("BITBUCKET_COMMIT", ""))


def _azure(environ: Mapping[str, str], _: ReadEvent) -> Refs:
    target = environ.get("SYSTEM_PULLREQUEST_TARGETBRANCH", "").removeprefix("refs/heads/")
    # For a pull request the other variable, BUILD_SOURCEVERSION, is the merge that is checked out.
    head = environ.get("SYSTEM_PULLREQUEST_SOURCECOMMITID") or environ.get("BUILD_SOURCEVERSION", "")
    return _into(target, head)


def _into(target: str, head: str) -> Refs:
    """Of a system that does not say which commit was there before a push, which has no target."""
    return Refs(_remote(target) if target else "", head or "HEAD")


def _remote(branch: str) -> str:
    """The full name, so that no tag or local branch of the same name is taken for it."""
    return f"refs/remotes/origin/{branch}"


_SYSTEMS: dict[str, Callable[[Mapping[str, str], ReadEvent], Refs]] = {
    "GITHUB_ACTIONS": _github,
    "GITLAB_CI": _gitlab,
    "BITBUCKET_BUILD_NUMBER": _bitbucket,
    "TF_BUILD": _azure,
}
"""The variable that a system sets wherever it runs something, and how it speaks."""

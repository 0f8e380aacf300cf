"""A report, posted to a code host: the only part of gonogo that speaks to one.

A host is a module with `ACCESS` and `parts(client, job)`, and a line in `HOSTS`. A part is posted so that
doing it again changes nothing, and each by itself: what becomes of one says nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Literal, NamedTuple

from checker.model import Report
from checker.publishing.client import Client, HostError, InDoubtError, LeftOutError, RightsError, TokenError
from checker.render import Options

HOSTS: dict[str, str] = {"github": "GitHub", "gitlab": "GitLab", "bitbucket": "Bitbucket"}
"""The modules here, and what people call the hosts."""


class Access(NamedTuple):
    """How a host is reached, and what its CI system says about the change that it runs for."""

    api: str
    """The address of its API, unless told otherwise."""
    site: str
    """The address that people see."""
    files: str
    """What stands between a repository and a commit in the address of a file."""
    headers: Callable[[str], dict[str, str]]
    """What every request carries, from the token."""
    variables: Variables


class Variables(NamedTuple):
    """The environment variables of a host's CI system; empty: it has none."""

    token: str
    api: str
    site: str
    repository: str
    pull_request: str
    commit: str
    merge: str
    """Of the commit that is checked out, which may be a merge that the host made of the change."""


class Destination(NamedTuple):
    """What a report is about, as the host knows it."""

    repository: str
    """`OWNER/NAME`; at GitLab also with groups between, or a number."""
    commit: str
    """The commit to post to: of a change its newest."""
    also: tuple[str, ...] = ()
    """Other commits that reports about the same may name: merges that the host made of the change."""
    pull_request: int | None = None
    """None: it is about no pull request, or about one that `branch` finds."""
    branch: str = ""
    """`OWNER:BRANCH` that the pull request is from, where its number is not known; empty otherwise."""
    vouched: bool = True
    """False: the run that made the report is one that the change itself could bend."""


class Job(NamedTuple):
    """What is to be posted, and where to."""

    report: Report
    destination: Destination
    check: bool | None
    """None: where the report is one to trust."""
    comment: bool
    suggestions: bool
    options: Options = Options()
    """With the address below which the host shows the files of the commit."""


State = Literal["posted", "left out", "refused", "unknown", "failed"]


class Done(NamedTuple):
    """What became of one part."""

    part: str
    state: State
    """`refused`: the token has no right; `unknown`: the host does not know the token."""
    note: str
    """A clause for a person."""


Part = tuple[str, Callable[[], str]]
"""What people call it, and what posts it and tells what was done in a clause. It raises HostError."""


def bearer(token: str) -> dict[str, str]:
    """What a request carries where nothing else is asked for."""
    return {"Authorization": f"Bearer {token}", "User-Agent": "gonogo"}


def access(host: str) -> Access:
    """How a host of `HOSTS` is reached."""
    found: Access = _module(host).ACCESS
    return found


def publish(host: str, client: Client, job: Job) -> Iterator[Done]:
    """Post a report to a host of `HOSTS`, part by part, and tell what became of each."""
    for name, work in _module(host).parts(client, job):
        done = _attempt(name, work)
        yield done
        if done.state == "unknown":  # so it is with all others
            return


def _attempt(name: str, work: Callable[[], str]) -> Done:
    try:
        return Done(name, "posted", work())
    except LeftOutError as error:
        return Done(name, "left out", str(error))
    except TokenError as error:
        return Done(name, "unknown", str(error))
    except RightsError as error:
        return Done(name, "refused", str(error))
    except HostError as error:
        return Done(name, "failed", str(error))
    except InDoubtError:
        return Done(name, "failed", "the host did not say whether it was done")


def _module(host: str) -> Any:
    return import_module(f"{__name__}.{host}")

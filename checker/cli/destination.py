"""Where `gonogo publish` posts a report: the repository, the commit and the pull request that are meant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from checker.cli import ci
from checker.cli.console import Problem
from checker.model import Fault, Report
from checker.render import identity, tally
from checker.render.text import one_line

if TYPE_CHECKING:
    from checker.publishing import Access, Destination


class Stated(NamedTuple):
    """What the command line says; None: nothing."""

    event: str | None
    """The file of GitHub's payload."""
    repository: str | None
    pull_request: int | None
    sha: str | None


def find(host: str, access: Access, report: Report, stated: Stated) -> Destination:
    """What the command line, the event and the CI system say, in this order.

    Raises:
        Problem: they contradict each other or the report, or say too little.
    """
    from checker.publishing import Destination, events

    variables = access.variables
    merge = environ(variables.merge)
    # Elsewhere than in a run for a pull request this is a commit of the default or the target branch.
    if host == "github" and not environ("GITHUB_REF").startswith("refs/pull/"):
        merge = ""
    commit, pull = environ(variables.commit), environ(variables.pull_request)
    repository = stated.repository or environ(variables.repository)
    found = Destination(repository, commit, (), int(pull) if pull.isdecimal() else None)
    if stated.event and host == "github" and not stated.sha:
        found = _of_event(stated.event)
        if repository and repository.lower() != found.repository.lower():
            raise Problem(
                f"the event {stated.event} is about {found.repository}, and {repository} is to be told",
                "Nothing was posted.",
            )
    found = found._replace(
        commit=stated.sha or found.commit or merge or identity.commit(report),
        also=(*found.also, merge),
        pull_request=stated.pull_request or found.pull_request,
    )
    if not events.is_repository(found.repository):
        raise Problem("no repository is named", "State --repository OWNER/NAME.")
    if found.commit and not identity.is_commit(found.commit):
        raise Problem(f"{found.commit!r} is not the whole id of a commit", "State --sha COMMIT.")
    _hold(report, found)
    return found


def _of_event(path: str) -> Destination:
    from checker.publishing import events

    raw = ci.read_event(path)
    if isinstance(raw, Fault):
        raise Problem(f"cannot read the event {path}: {raw.message}", raw.hint)
    found = events.destination(raw, environ("GITHUB_EVENT_NAME"))
    if isinstance(found, str):
        raise Problem(
            f"the event {path} {found}", "Or state --repository, --sha and --pull-request yourself."
        )
    return found


def _hold(report: Report, destination: Destination) -> None:
    """Refuse a report about something else than what it would be posted to."""
    about = identity.commit(report)
    if not about:
        wrong = next((each for each in tally.faults(report) if each.level == "error"), None)
        if wrong:
            why = f"the report is about no commit, since the check came to none: {one_line(wrong.message)}"
            raise Problem(why, one_line(wrong.hint))
        raise Problem(
            "the report names no commit, so nobody can tell what it is about",
            "Make it from what is committed, or with --base REF.",
        )
    if about not in (destination.commit, *destination.also):
        raise Problem(
            f"the report is about commit {identity.abbreviated(about)}, "
            f"and {identity.abbreviated(destination.commit)} is to be told about",
            "Nothing was posted: check that commit.",
        )


def files(access: Access, destination: Destination, api: str) -> str:
    """The address below which people find the files of the commit; empty: it is not known."""
    site = environ(access.variables.site) or (access.site if api == access.api else "")
    return f"{site}/{destination.repository}/{access.files}/{destination.commit}/" if site else ""


def environ(name: str) -> str:
    """What a CI system says in a variable; empty: nothing, or it has none for this."""
    return os.environ.get(name, "") if name else ""

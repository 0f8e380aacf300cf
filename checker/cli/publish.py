"""`gonogo publish`: post a report to a code host."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from checker.cli import console, destination, options
from checker.cli.console import Problem
from checker.cli.destination import environ
from checker.judge import PASS, UNDECIDED, USAGE

if TYPE_CHECKING:
    from checker.publishing import Done, Job
    from checker.publishing.client import Send
    from checker.transports.http import Request, Response

EXAMPLE = """\b
Examples:
  gonogo publish github report.json --repository acme/shop \\
    --pull-request 7 --suggestions --dry-run
  gonogo publish gitlab report.json --repository acme/shop \\
    --pull-request 7 --dry-run
  gonogo publish bitbucket report.json --repository acme/shop --dry-run"""

HOSTS = ("github", "gitlab", "bitbucket")
"""The same as `checker.publishing.HOSTS`, which costs too much for a help text to import."""
_TIMEOUT = 20.0
"""Seconds that the host may stay silent."""


@click.command("publish", short_help="Post a report to a code host.", epilog=EXAMPLE)
@click.argument("host", type=click.Choice(HOSTS))
@click.argument("report_file", type=click.Path(exists=True, dir_okay=False), metavar="REPORT")
@click.option(
    "--check/--no-check",
    default=None,
    help="Make a check run with annotations (GitHub; a report at Bitbucket). By default it is made, but for "
    "workflow_run, where the change may have bent the report.",
)
@click.option(
    "--comment/--no-comment", default=True, show_default=True, help="Keep one comment on the pull request."
)
@click.option(
    "--suggestions", is_flag=True, help="Suggest changes where a fix is mechanical (GitHub, GitLab)."
)
@click.option(
    "--event",
    type=click.Path(exists=True, dir_okay=False),
    envvar="GITHUB_EVENT_PATH",
    metavar="FILE",
    help="The payload of GitHub's event; GITHUB_EVENT_PATH by default.",
)
@click.option(
    "--repository", metavar="OWNER/NAME", help="The repository; by default the one that CI or event names."
)
@click.option(
    "--pull-request",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="The pull or merge request; by default the one that CI or event names.",
)
@click.option(
    "--sha",
    metavar="COMMIT",
    help="The commit to post to, which the report must be about, whatever the event says; by default the one "
    "that CI or event names, otherwise that of the report.",
)
@click.option("--api", metavar="URL", help="The address of the host's API, if it is your own.")
@click.option(
    "--token-variable",
    metavar="NAME",
    help="The environment variable that holds the token: GITHUB_TOKEN, GITLAB_TOKEN, BITBUCKET_TOKEN.",
)
@click.option(
    "--required", is_flag=True, help="End with 4 where the token has no right to post, or there is none."
)
@click.option(
    "--patience",
    type=click.FloatRange(0, 3600),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait in all for a host that is busy or out of order.",
)
@click.option("--dry-run", is_flag=True, help="Show the requests, and send none.")
def command(
    host: str,
    report_file: str,
    check: bool | None,
    comment: bool,
    suggestions: bool,
    event: str | None,
    repository: str | None,
    pull_request: int | None,
    sha: str | None,
    api: str | None,
    token_variable: str | None,
    required: bool,
    patience: float,
    dry_run: bool,
) -> int:
    """Post REPORT (of --output-format json) to HOST. Doing it again changes nothing.

    The token comes from the environment alone, and this is the only command that uses one. Where it has no
    right to post, as in a pull request from a fork, the summary of the report is written instead: to
    GITHUB_STEP_SUMMARY, or to standard output.

    Exit codes: 0 posted, or summed up; 2 usage error, a report or an event that is not what it should be, or
    a token that the host does not know: nothing was posted; 4 the host did not take all of it: run it again.
    """
    from checker import publishing
    from checker.publishing import reports
    from checker.render import Options
    from checker.transports import http

    access = publishing.access(host)
    folder, name = options.named(report_file)
    report, wrong = reports.read(name, lambda path: folder.read(path, reports.LIMIT))
    if report is None:
        console.complain(wrong)
        raise Problem(f"{report_file} is not a report of gonogo", "Nothing was posted.")
    stated = destination.Stated(event, repository, pull_request, sha)
    where = destination.find(host, access, report, stated)
    address = api or environ(access.variables.api) or access.api
    if problem := http.unsafe(address):
        raise Problem(problem, "State another one with --api.")
    links = Options(address=destination.files(access, where, address))
    job = publishing.Job(report, where, check, comment, suggestions, links)
    if dry_run:
        return _rehearse(host, address, job)
    variable = token_variable or access.variables.token
    token = _token(variable)
    if not token:
        return _summed_up(job, f"{variable} holds no token", required)
    try:
        door = http.Http(address, access.headers(token), _TIMEOUT)
    except ImportError:
        raise Problem(
            "gonogo publish needs the extra `publish`", "Install it: pip install 'gonogo[publish]'."
        ) from None
    try:
        done = _publish(host, address, job, door, token, patience)
    finally:
        door.close()
    return _concluded(job, done, required)


def _publish(host: str, address: str, job: Job, send: Send, token: str, patience: float) -> Sequence[Done]:
    from checker import publishing
    from checker.publishing.client import Client

    found = []
    for done in publishing.publish(host, Client(send, address, time.sleep, patience), job):
        state = "" if done.state == "posted" else "left out: " if done.state == "left out" else "not posted: "
        # A host that echoes what it was sent must not make a secret public.
        note = f"{done.part}: {state}{done.note}".replace(token, "***")
        console.say(console.plain(f"gonogo: {note}"))
        found.append(done)
    return found


def _concluded(job: Job, done: Sequence[Done], required: bool) -> int:
    states = {each.state for each in done}
    if "unknown" in states:
        return USAGE
    if "failed" in states:
        console.say(
            "gonogo: not all of the report was posted; what was stays, and running it again posts the rest"
        )
        return UNDECIDED
    if "refused" in states and "posted" not in states:
        return _summed_up(job, "the token has no right to post", required)
    return PASS


def _summed_up(job: Job, why: str, required: bool) -> int:
    """Write the summary where it costs no right; the check itself has decided already."""
    from checker.render import RENDERERS

    text = RENDERERS["summary"](job.report, job.options)
    file = environ("GITHUB_STEP_SUMMARY")
    if file:
        try:
            with open(file, "a", encoding="utf-8", errors="backslashreplace", newline="\n") as summary:
                summary.write(text)
        except OSError as error:
            raise Problem(f"cannot write {file}: {error.strerror}", "Nothing was posted.") from None
    else:
        console.put(text)
    where = "the summary of the job" if file else "standard output"
    console.say(f"gonogo: nothing was posted, since {why}; the report is summed up in {where}")
    return UNDECIDED if required else PASS


def _token(variable: str) -> str:
    """The token; empty: there is none."""
    token = environ(variable).strip()
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise Problem(f"{variable} holds something that is no token", "It is one word of letters and digits.")
    return token


def _rehearse(host: str, address: str, job: Job) -> int:
    """Show the requests that a host would get that holds nothing of gonogo yet."""
    from checker import publishing
    from checker.publishing.client import Client
    from checker.render.text import inert_json
    from checker.transports.http import Response

    def show(request: Request) -> Response:
        body = "" if request.body is None else inert_json(request.body, indent=2) + "\n"
        console.put(f"{request.method} {request.url}\n{body}")
        return Response(200, {}, b"[]" if request.method == "GET" else b'{"id": 0}')

    client = Client(show, address, lambda _: None, 0)
    for done in publishing.publish(host, client, job):
        if done.state != "posted":
            console.say(f"gonogo: {done.part}: {done.state}: {done.note}")
    return PASS

"""Reports that may be posted, and a client that waits for nobody."""

from __future__ import annotations

from checker import judge, publishing
from checker.model import Report, Result
from checker.publishing import Destination, Done, Job
from checker.publishing.client import Client, Send
from checker.render import RENDERERS, Options
from checker.transports.http import Http
from tests.fake_host import FakeHost
from tests.render.changes import CHANGE, HEAD

REPOSITORY = "acme/shop"
MERGE = "5" * 40
CHANGED = {"governance/launches/atlas/launch.yaml": {*range(1, 13)}, "governance/products.yaml": {4, 9}}
"""The lines that `CHANGE` changes, from the root of the repository."""


def sound(report: Report) -> Report:
    """The report with the verdict and the exit code that its results amount to."""
    verdict = judge.verdict(report.results, fail_on=report.comparison.fail_on if report.comparison else "all")
    code = judge.exit_code(verdict, report.results, report.diagnostics)
    return report._replace(verdict=verdict, exit_code=code)


def failing(number: int) -> Report:
    """A change with that many new failures, each of an element of its own, and nothing else to annotate."""
    last = CHANGE.results[-1]
    results: tuple[Result, ...] = tuple(
        last._replace(key=f"step-{each}", message=f"Step {each} has no owner") for each in range(number)
    )
    comparison = CHANGE.comparison
    assert comparison
    return sound(
        CHANGE._replace(
            results=results,
            diagnostics=(),
            comparison=comparison._replace(stages=(), judging=(), flips=(), fixed=()),
        )
    )


def written(report: Report) -> bytes:
    """The report as `--output-format json` writes it."""
    return RENDERERS["json"](report, Options()).encode()


class Waiting:
    """Notes how long somebody waited."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)


def post(
    host: str,
    server: FakeHost,
    token: str,
    job: Job,
    patience: float = 1000,
    waiting: Waiting | None = None,
) -> list[Done]:
    """Post a report through real sockets."""
    door = Http(server.api, publishing.access(host).headers(token), 5)
    try:
        return list(publishing.publish(host, client(door, server.api, patience, waiting), job))
    finally:
        door.close()


def client(send: Send, api: str, patience: float = 1000, waiting: Waiting | None = None) -> Client:
    """A client that never really waits."""
    return Client(send, api, waiting or Waiting(), patience)


def job(
    report: Report = CHANGE,
    destination: Destination | None = None,
    *,
    check: bool | None = None,
    comment: bool = False,
    suggestions: bool = False,
) -> Job:
    """A job about pull request 7, of which only what is named is posted."""
    destination = destination or Destination(REPOSITORY, HEAD, (MERGE,), 7)
    return Job(sound(report), destination, bool(check), comment, suggestions)

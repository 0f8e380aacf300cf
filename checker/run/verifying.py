"""Evaluating again what a report says, from the inputs that it recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, cast

from checker import judge, plan
from checker.model import SEVERITIES, Diagnostic, Portfolio, Report
from checker.policy import moment
from checker.render import RENDERERS, Options, portfolio
from checker.render.identity import abbreviated
from checker.render.json import SCHEMA
from checker.render.portfolio_json import SCHEMA as PORTFOLIO_SCHEMA
from checker.run import doors as doors_
from checker.run import reviewing
from checker.run.checking import Request, check
from checker.run.comparing import Change, compare
from checker.run.differing import Shape, differences
from checker.run.doors import Clock
from checker.transports.git import Repository

FORMATS = (SCHEMA, PORTFOLIO_SCHEMA)
"""Of what can be evaluated again."""


class Verified(NamedTuple):
    """What a second evaluation found."""

    identical: bool
    """All that the report says is so, as far as the gonogo and the files that are here can tell."""
    differences: tuple[str, ...]
    """What differs, one sentence each; what has changed about gonogo and the inputs first."""
    read: str
    """Which state of the files was evaluated."""
    was: str
    """What the report says in one word: its verdict, or how it ended."""
    now: str
    """What its evaluation now says."""
    again: Report | Portfolio
    exit_code: int


def verify(asked: Request, recorded: Shape) -> Verified | Diagnostic:
    """Evaluate again what `recorded` says, a report or portfolio with its nulls that its schema found sound.

    `asked`: where, and with the folders of what judges that the report says it was given. The files are those
    of the commit that it names; where it names none, those that are there.
    """
    request = _request(asked, recorded)
    if isinstance(request, Diagnostic):
        return request
    change, read = recorded.get("comparison"), "the files that are there"
    if change:
        read = f"the change from commit {abbreviated(change['base'])} to {abbreviated(change['head'])}"
    elif request.commit:
        read = f"commit {abbreviated(request.commit)}"
    again = _evaluated(request, recorded)
    if isinstance(again, Portfolio):
        text = portfolio.RENDERERS["json"](again, Options())
    else:
        text = RENDERERS["json"](again, Options())
    now = json.loads(text)
    if wrong := _in_the_way(recorded, again):
        return wrong
    # What judges from another folder is not of the commit.
    fixed = bool(change or request.commit) and not request.policies
    told, counted = differences(recorded, now, fixed=fixed)
    code = judge.NO_GO if counted else judge.PASS
    return Verified(not counted, (*told, *counted), read, _word(recorded), _word(now), again, code)


def _request(asked: Request, recorded: Shape) -> Request | Diagnostic:
    """What a run has to be asked to come to the same again; or why that cannot be told."""
    outside, origin = recorded["outside"] or {}, recorded["origin"] or {}
    limits = recorded.get("asked", ())
    unknown = [each for each in limits if each.startswith("param ")]
    if unknown:
        message = f"the report was made with {unknown[0]}, whose value it does not tell"
        return Diagnostic("not-replayable", message, hint="Only a report without --param can be replayed.")
    selector = _selector(limits)
    if selector.asked != tuple(limits):
        return Diagnostic("not-replayable", "what the report says that it was limited to is no limit of ours")
    for option, folder in (("policies", asked.policies), ("floor", asked.floor)):
        if outside.get(option) and not folder:
            message = f"the report was made with --{option}, a folder that is not part of this repository"
            return Diagnostic("not-replayable", message, hint=f"State --{option} DIR, as it was then.")
    as_of = moment.parse(recorded["as_of"], UTC)
    until = (recorded.get("review") or {}).get("forecast_to")
    if as_of is None or (until and moment.parse(until, UTC) is None):  # which the schema lets pass
        return Diagnostic("not-replayable", "a moment of the report is none that gonogo could have judged at")
    commit, place = origin.get("commit", ""), asked.folder
    if commit:
        found = _place(asked.folder, origin["prefix"])
        if isinstance(found, Diagnostic):
            return found
        known = _known(found, commit)
        if isinstance(known, Diagnostic):
            return known
        place, commit = found, "" if recorded.get("comparison") else known
    return asked._replace(
        folder=place,
        as_of=as_of.astimezone,
        selector=lambda _: selector,
        clock=cast(Clock, origin.get("clock", "now")),
        commit=commit,
        traced=True,
        repository=outside.get("repository", ""),
        floor_digest=asked.floor_digest or (outside.get("floor_digest", "") if outside.get("floor") else ""),
    )


def _evaluated(request: Request, recorded: Shape) -> Report | Portfolio:
    """The same again, by the way that it was made."""
    review, change = recorded.get("review"), recorded.get("comparison")
    if recorded["schema"] == PORTFOLIO_SCHEMA:
        return reviewing.portfolio(request, tuple({each["gate"]: None for each in recorded["standings"]}))
    if change:
        # With policies of another folder no commit is the judge: what is there now judges. Where the base had
        # nothing to judge with, the change judged itself.
        base = change["base"] if change["judge"] in ("", change["head"]) else change["judge"]
        whole = bool(recorded["inputs"])  # a change that touches nothing is loaded only to be told in full
        return compare(request, Change(base, change["head"], change["fail_on"], whole))
    if review:
        launches = {scope["launch"] for scope in review["scopes"]}
        subject = launches.pop() if len(launches) == 1 else ""
        forecast = _ahead(review["forecast_to"]) if review["forecast_to"] else None
        return reviewing.review(
            request, reviewing.Asked(review["gate"], subject or review["product"], forecast)
        )
    return check(request)


def _ahead(day: str) -> Callable[[datetime], datetime]:
    """The moment that a forecast was about, of which a report tells the day."""
    return lambda now: moment.end_of(date.fromisoformat(day), cast(Any, now.tzinfo))


def _place(folder: str, prefix: str) -> str | Diagnostic:
    """Where the workspace lies in the repository around a folder; `prefix` as in `Origin`."""
    repository = doors_.history(folder)
    if not isinstance(repository, Repository):
        return doors_.diagnostic(repository)
    if repository.prefix == prefix:
        return folder
    there = f"{repository.root}/{prefix}"
    found = Repository.find(there)
    if isinstance(found, Repository) and (found.git_dir, found.prefix) == (repository.git_dir, prefix):
        return there
    message = f"the workspace was {prefix or 'the root'} of its repository, and that is no folder here now"
    return Diagnostic("not-replayable", message, hint="Check out the commit of the report, and verify there.")


def _known(folder: str, commit: str) -> str | Diagnostic:
    repository = doors_.history(folder)
    if not isinstance(repository, Repository):
        return doors_.diagnostic(repository)
    found = repository.resolve(commit)
    return found if isinstance(found, str) else doors_.diagnostic(found)


def _selector(asked: Iterable[str]) -> plan.Selector:
    """What a report was limited to, from how it tells it (`plan.Selector.asked`); the rest is left out."""
    found: dict[str, list[str]] = {}
    for each in asked:
        what, _, value = each.partition(" ")
        found.setdefault(what, []).append(value)
    severity = next((each for each in SEVERITIES if [each] == found.get("severity")), None)
    return plan.Selector(
        tuple(found.get("rule", ())),
        tuple(found.get("kind", ())),
        severity,
        tuple(found.get("path", ())),
    )


def _in_the_way(recorded: Shape, again: Report | Portfolio) -> Diagnostic | None:
    """Why nothing can be judged now that could be then; None: it can, or could not be then either."""
    if again.standings if isinstance(again, Portfolio) else again.results:
        return None
    known = {each["code"] for each in recorded["diagnostics"]}
    wrong = (each for each in again.diagnostics if each.level == "error" and each.code not in known)
    return next(wrong, None)


def _word(shape: Shape) -> str:
    if shape.get("neutral"):
        return "neutral"
    return str(shape.get("verdict", f"exit code {shape['exit_code']}"))

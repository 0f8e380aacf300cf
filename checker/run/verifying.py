"""Evaluating again what a report says, from the inputs that it recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from checker import judge, plan
from checker.model import Check, Diagnostic, Report, Severity
from checker.render.identity import abbreviated, verdict_digest
from checker.run import doors as doors_
from checker.run import reviewing
from checker.run.checking import Request, check
from checker.run.comparing import Change, compare
from checker.transports.git import Repository


class Verified(NamedTuple):
    """What a second evaluation found."""

    identical: bool
    """The same verdict, and the same outcome of every check."""
    differences: tuple[str, ...]
    """What differs, one sentence each; inputs first."""
    read: str
    """Which state of the files was evaluated."""
    again: Report
    exit_code: int


def verify(asked: Request, recorded: Mapping[str, Any]) -> Verified | Diagnostic:
    """Evaluate again what `recorded`, a report that its schema found sound, says; `asked`: where, by what.

    The files are those of the commit that it names; where it names none, those that are there.
    """
    request = asked._replace(
        as_of=lambda zone: datetime.fromisoformat(recorded["as_of"]).astimezone(zone),
        selector=lambda _: _selector(recorded["asked"]),
        traced=True,
    )
    unknown = [each for each in recorded["asked"] if each.startswith("param ")]
    if unknown:
        message = f"the report was made with {unknown[0]}, whose value it does not tell"
        return Diagnostic("not-replayable", message, hint="Only a report without --param can be replayed.")
    origin = recorded.get("origin") or {}
    read = "the files that are there"
    if origin.get("commit"):
        commit = _known(asked.folder, origin["commit"])
        if isinstance(commit, Diagnostic):
            return commit
        request, read = request._replace(commit=commit), f"commit {abbreviated(commit)}"
    review, change = recorded.get("review"), recorded.get("comparison")
    if change:
        # With policies of another folder no commit is the judge: what is there now judges.
        ends = [_known(asked.folder, change[end] or change["base"]) for end in ("judge", "head")]
        missing = next((each for each in ends if isinstance(each, Diagnostic)), None)
        if missing:
            return missing
        again = compare(request, Change(change["judge"] or change["base"], change["head"], change["fail_on"]))
        read = f"the change from commit {abbreviated(change['base'])} to {abbreviated(change['head'])}"
    elif review:
        launches = {scope["launch"] for scope in review["scopes"]}
        subject = launches.pop() if len(launches) == 1 else ""
        again = reviewing.review(request, reviewing.Asked(review["gate"], subject or review["product"]))
    else:
        again = check(request)
    inputs, outcomes = tuple(_inputs(recorded, again)), tuple(_outcomes(recorded, again))
    identical = not outcomes
    code = judge.PASS if identical else judge.NO_GO
    return Verified(identical, (*_tool(recorded, again), *inputs, *outcomes), read, again, code)


def _known(folder: str, commit: str) -> str | Diagnostic:
    repository = doors_.history(folder)
    if not isinstance(repository, Repository):
        return doors_.diagnostic(repository)
    found = repository.resolve(commit)
    return found if isinstance(found, str) else doors_.diagnostic(found)


def _selector(asked: Iterable[str]) -> plan.Selector:
    """What a report was limited to, from how it tells it (`plan.Selector.asked`)."""
    found: dict[str, list[str]] = {}
    for each in asked:
        what, _, value = each.partition(" ")
        found.setdefault(what, []).append(value)
    severity = found.get("severity", [None])[0]
    return plan.Selector(
        tuple(found.get("rule", ())),
        tuple(found.get("kind", ())),
        cast(Severity | None, severity),
        tuple(found.get("path", ())),
    )


def _tool(recorded: Mapping[str, Any], again: Report) -> Iterator[str]:
    before = recorded["tool"]["version"]
    if before != again.tool_version:
        yield f"gonogo was {before} and is {again.tool_version}"
    versions = {rule["id"]: (rule["policy"], rule["policy_version"]) for rule in recorded["rules"]}
    now = {rule.id: (rule.policy, rule.policy_version) for rule in again.rules}
    changed = {versions[id] + (now[id][1],) for id in versions.keys() & now.keys() if versions[id] != now[id]}
    for policy, old, new in sorted(changed):
        yield f"policy {policy} was {old or 'without a version'} and is {new or 'without a version'}"


def _inputs(recorded: Mapping[str, Any], again: Report) -> Iterator[str]:
    before = {each["locator"]: each["digest"] for each in recorded["inputs"]}
    now = {each.locator: each.digest for each in again.inputs}
    for locator in sorted(before.keys() | now.keys()):
        if locator not in now:
            yield f"{locator} was read, and is not there"
        elif locator not in before:
            yield f"{locator} is read, and was not there"
        elif before[locator] != now[locator]:
            yield f"{locator} has changed"


def _outcomes(recorded: Mapping[str, Any], again: Report) -> Iterator[str]:
    if recorded["verdict"] != again.verdict:
        yield f"the verdict was {recorded['verdict']} and is {again.verdict}"
    review = recorded.get("review")
    said = [(each["launch"], each["market"], each["verdict"]) for each in review["scopes"]] if review else []
    now_said = list(again.review.scopes) if again.review else []
    if said != now_said:
        yield f"the verdicts by launch and market were {_scopes(said)} and are {_scopes(now_said)}"
    told, computed = recorded["verdict_digest"], verdict_digest(again)
    if told != computed:
        yield f"the digest of the verdict was {told} and is {computed}"
    before: dict[Check, list[str]] = {}
    for each in recorded["results"]:
        subject, waived = each["subject"], each.get("waived")
        key = (each["rule"], subject["kind"], subject["id"], each["key"], tuple(each.get("markets", ())))
        before.setdefault(key, []).append(
            _stand(each["outcome"], each["enforcement"], waived and waived["id"])
        )
    now: dict[Check, list[str]] = {}
    for result in again.results:
        found = _stand(result.outcome, result.enforcement, result.waived and result.waived.id)
        now.setdefault(result.check, []).append(found)
    for key in sorted(before.keys() | now.keys()):
        was, is_ = sorted(before.get(key, ())), sorted(now.get(key, ()))
        if was != is_:
            rule, kind, id, element, markets = key
            what = f"{rule} on {kind} {id}" + (f" [{element}]" if element else "")
            where = f" in {', '.join(markets)}" if markets else ""
            before_, now_ = (", ".join(each) or "not checked" for each in (was, is_))
            yield f"{what}{where} was {before_} and is {now_}"


def _scopes(scopes: Iterable[tuple[str, str, str]]) -> str:
    return ", ".join(
        f"{' '.join(filter(None, (launch, market)))}: {verdict}" for launch, market, verdict in scopes
    )


def _stand(outcome: str, enforcement: str, waiver: str | None) -> str:
    return f"{outcome} ({enforcement}" + (f", waived by {waiver})" if waiver else ")")

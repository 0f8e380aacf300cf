"""What `gonogo waive` writes: a waiver of failures that are there now, or one renewed.

Whatever is written was read again and held against the results before, by the code that will do so from then
on: what it would not accept is refused.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date as Day
from datetime import datetime
from typing import Any, Literal, NamedTuple

import yaml

from checker.kinds.phrases import suggestion
from checker.model import Approval, Diagnostic, Result
from checker.policy import moment, reading, waivers
from checker.policy.gates import matches
from checker.policy.waivers import Waiver
from checker.policy.workspace import Workspace
from checker.review import waiving
from checker.review.seeing import bond
from checker.snapshot import Snapshot

SUFFIX = ".waiver.yaml"
LONGEST_ID = 100
"""Characters of an id that is made from what is waived."""

Type = Literal["exception", "baseline", "switched-off"]

_ORDER = (
    *("format", "waiver", "type", "rule", "policy_version", "subject", "kind", "markets", "most"),
    *("reason", "owner", "approver", "granted", "expires", "renewed", "ticket", "compensating_control"),
    "accepts",
)
"""Of the fields in a file."""


class Terms(NamedTuple):
    """What people agree on; for a renewal an empty field stays as it was."""

    expires: Day
    owner: str = ""
    approver: str = ""
    reason: str = ""
    ticket: str = ""
    control: str = ""
    """What reduces the risk meanwhile."""


class Failing(NamedTuple):
    """The failures that are meant."""

    rule: str
    subject: str
    """An id, or a pattern with `*`."""
    key: str | None = None
    """The element of a rule with `each`; None: all of them."""
    markets: tuple[str, ...] = ()
    """Empty: all."""
    type: Type = "exception"
    most: int = 1
    """The most subjects that may be covered."""


class Draft(NamedTuple):
    """A waiver that may be written."""

    waiver: Waiver
    text: str
    """Of the file."""
    told: tuple[str, ...]
    """What a person should see of it, a line each: what fails, or what changed since it was accepted."""


def compose(
    workspace: Workspace,
    results: Sequence[Result],
    failing: Failing,
    terms: Terms,
    as_of: datetime,
    granted: Day | None = None,
) -> Draft | Diagnostic:
    """A waiver of failures among the results of the rule, or why there can be none."""
    known = waiving.terms(workspace)
    rule = known.get(failing.rule)
    if rule is None:
        hint = suggestion(failing.rule, tuple(known)) or "gonogo rules lists what there is."
        return Diagnostic("unknown-rule", f"no rule is called `{failing.rule}`", hint=hint)
    if not rule.waivable:
        return Diagnostic("not-waivable", f"{failing.rule} cannot be waived", hint="Mend what fails.")
    judged = [result for result in results if result.rule == failing.rule]
    chosen = [result for result in judged if _meant(failing, result)]
    if not chosen:
        return _nothing(failing, judged)
    register = {waiver.id: waiver for waiver in workspace.waivers}
    alone = (waiver for waiver in register.values() if not waiver.baseline)
    twin = next((waiver.id for waiver in alone if _same(waiver, failing, chosen)), None)
    if twin:
        return Diagnostic("waived", f"the waiver {twin} is about this already", hint=f"{_RENEW} {twin}.")
    data = {
        "waiver": _free_id(failing, register),
        "type": failing.type,
        "rule": failing.rule,
        "policy_version": rule.policy_version,
        "subject": failing.subject,
        "markets": list(failing.markets),
        "most": failing.most,
        "granted": (granted or as_of.date()).isoformat(),
        **agreed(terms),
        "accepts": [] if failing.type == "switched-off" else accepts(chosen),
    }
    told = tuple(f"{waiving.named(result.subject.id, result.key)}: {bond(result)[1]}" for result in chosen)
    return _draft(workspace, results, data, as_of, told)


def renew(
    workspace: Workspace,
    snapshot: Snapshot,
    results: Sequence[Result],
    id: str,
    terms: Terms,
    as_of: datetime,
) -> Draft | Diagnostic:
    """A waiver that accepts what fails now in the places that it accepted before, or why it cannot.

    What it calls by a former id it calls by today's from then on.
    """
    found = find(workspace, id)
    if isinstance(found, Diagnostic):
        return found
    former = waiving.former_ids(snapshot)
    old = _renamed(found, former)
    rule = waiving.terms(workspace).get(old.rule)
    places = old.places()
    chosen = [r for r in results if r.rule == old.rule and _covered(old, places, r, former)]
    if rule is None or not chosen:
        return Diagnostic(
            "nothing-fails", "nothing fails any more that it waives", hint=f"Delete {old.source.path}."
        )
    today = as_of.date()
    data = {
        **old.source.data,
        **agreed(terms),
        "subject": old.subject,
        "policy_version": rule.policy_version,
        "renewed": [*(day.isoformat() for day in old.renewed), today.isoformat()],
        "accepts": [] if old.type == "switched-off" else accepts(chosen),
    }
    draft = _draft(workspace, results, data, as_of, former=former)
    return draft if isinstance(draft, Diagnostic) else draft._replace(told=tuple(_changes(old, draft.waiver)))


def _renamed(waiver: Waiver, former: waiving.FormerIds) -> Waiver:
    """The same waiver; what it calls by a former id, it calls by today's."""
    today = {name: id for (kind, id), names in former.items() if waiver.kind in ("", kind) for name in names}
    accepts = (each._replace(subject=today.get(each.subject, each.subject)) for each in waiver.accepts)
    return waiver._replace(subject=today.get(waiver.subject, waiver.subject), accepts=tuple(accepts))


def find(workspace: Workspace, id: str) -> Waiver | Diagnostic:
    """The waiver of that id, or what to say where none can be renewed."""
    register = {waiver.id: waiver for waiver in workspace.waivers}
    if id in register and register[id].baseline:
        hint = "Renew all of it with gonogo baseline --update --expires DATE."
        return Diagnostic("baseline", f"{id} is a part of a baseline", hint=hint)
    if id in register:
        return register[id]
    hint = suggestion(id, tuple(register)) or f"There are {', '.join(register) or 'none'}."
    return Diagnostic("unknown-waiver", f"no waiver has the id `{id}`", hint=hint)


_RENEW = "Renew it with gonogo waive --renew"


def _meant(failing: Failing, result: Result) -> bool:
    return (
        result.outcome == "fail"
        and matches(failing.subject, result.subject.id)
        and failing.key in (None, result.key)
        and waiving.concerns(failing.markets, result.markets)
    )


def _covered(
    old: Waiver, places: Container[tuple[str, str]], result: Result, former: waiving.FormerIds
) -> bool:
    ref = result.subject
    ids = (ref.id, *former.get((ref.kind, ref.id), ()))
    return (
        result.outcome == "fail"
        and any(matches(old.subject, id) for id in ids)
        and (not old.kind or old.kind == result.subject.kind)
        and waiving.concerns(old.markets, result.markets)
        and (old.type == "switched-off" or (result.subject.id, result.key) in places)
    )


def _nothing(failing: Failing, judged: Sequence[Result]) -> Diagnostic:
    """Why there is nothing to waive."""
    there = [result for result in judged if matches(failing.subject, result.subject.id)]
    known = tuple(sorted({result.subject.id for result in judged}))
    if not there:
        how = "fits" if "*" in failing.subject else "has the id"
        message = f"nothing that {failing.rule} judges {how} `{failing.subject}`"
        few = (
            f"It judges {', '.join(known[:5])}{', …' if known[5:] else ''}."
            if known
            else "It judges nothing here."
        )
        return Diagnostic("unknown-subject", message, hint=suggestion(failing.subject, known) or few)
    failures = [result for result in there if result.outcome == "fail"]
    keys = tuple(sorted({result.key for result in failures if result.key}))
    if failures and failing.key is not None and failing.key not in keys:
        message = f"{failing.rule} does not fail at `{failing.key}` of `{failing.subject}`"
        hint = suggestion(failing.key, keys) or (f"It fails at {', '.join(keys[:5])}." if keys else "")
        return Diagnostic("unknown-key", message, hint=hint)
    if failures:
        message = f"what fails there concerns other markets than {', '.join(failing.markets)}"
        return Diagnostic("nothing-fails", message, hint="State other markets, or none.")
    if any(result.outcome == "error" for result in there):
        message = f"{failing.rule} could not be decided there, and only a failure can be waived"
        return Diagnostic("nothing-fails", message, hint="Mend the error: gonogo check shows it.")
    message = f"{failing.rule} does not fail on `{failing.subject}`"
    return Diagnostic("nothing-fails", message, hint="There is nothing to waive.")


def _same(waiver: Waiver, failing: Failing, chosen: Iterable[Result]) -> bool:
    """Whether a waiver is about one of these failures already, in the same words."""
    asked = (failing.rule, failing.subject, set(failing.markets))
    if (waiver.rule, waiver.subject, set(waiver.markets)) != asked:
        return False
    places = waiver.places()
    return waiver.type == "switched-off" or any((r.subject.id, r.key) in places for r in chosen)


def _free_id(failing: Failing, taken: Mapping[str, Waiver]) -> str:
    parts = (failing.rule, failing.subject.replace("*", " any "), failing.key or "", *failing.markets)
    stem = re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower()).strip("-")[:LONGEST_ID].rstrip("-")
    number, id = 1, stem
    while id in taken:
        number += 1
        id = f"{stem}-{number}"
    return id


def agreed(terms: Terms) -> dict[str, str]:
    """The fields that are stated."""
    stated = {
        "reason": terms.reason,
        "owner": terms.owner,
        "approver": terms.approver,
        "expires": terms.expires.isoformat(),
        "ticket": terms.ticket,
        "compensating_control": terms.control,
    }
    return {name: text for name, text in stated.items() if text}


def accepts(failures: Iterable[Result]) -> list[dict[str, str]]:
    """The failures as a waiver accepts them, each once."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for result in failures:
        digest, shown = bond(result)
        entry = {"subject": result.subject.id, "key": result.key, "saw": digest, "shown": shown}
        found.setdefault((result.subject.id, result.key, digest), {k: v for k, v in entry.items() if v})
    return [found[place] for place in sorted(found)]


def _draft(
    workspace: Workspace,
    results: Sequence[Result],
    data: Mapping[str, Any],
    as_of: datetime,
    told: tuple[str, ...] = (),
    former: waiving.FormerIds | None = None,
) -> Draft | Diagnostic:
    """The text of a waiver that holds, as it is read again; or why it would not hold."""
    text = written({name: data[name] for name in _ORDER if data.get(name) not in (None, "", [])})
    found = held(workspace, results, f"{data['waiver']}{SUFFIX}", text, as_of, former)
    return found if isinstance(found, Diagnostic) else Draft(found[0], text, told)


def held(
    workspace: Workspace,
    results: Sequence[Result],
    name: str,
    text: str,
    as_of: datetime,
    former: waiving.FormerIds | None = None,
) -> tuple[Waiver, ...] | Diagnostic:
    """The waivers of a text, read again, which hold against results once they are signed; or why they do not.

    At least one.
    """
    source, wrong = reading.read(name, lambda _: text.encode(), "waiver")
    found: tuple[Waiver, ...] = ()
    if source is not None:
        found, wrong = waivers.written(source)
    if not found:
        return Diagnostic(
            wrong[0].code, f"such a waiver would not be sound: {wrong[0].message}", hint=wrong[0].hint
        )
    waiver = found[0]
    if waiver.expires < as_of.date():
        message = f"the last day {waiver.expires} is over"
        return Diagnostic("expired", message, hint="State a later day with --expires.")
    assert as_of.tzinfo is not None, "as_of is timezone-aware"
    _, states = waiving.apply(
        results,
        found,
        lambda _, person, at: Approval(person, "signed", at),  # which is still to come
        as_of=max(as_of, moment.end_of(waiver.granted, as_of.tzinfo)),
        limits=workspace.waiver_limits,
        rules=waiving.terms(workspace),
        people=workspace.people,
        former=former,
    )
    for state in states:
        if state.status != "active":
            return Diagnostic(state.status, f"such a waiver would not hold: {state.message}")
    return found


def _changes(old: Waiver, new: Waiver) -> Iterator[str]:
    """What a renewal changes, a line each."""
    after = new.places()
    for (subject, key), was in sorted(old.places().items()):
        now = after.get((subject, key), [])
        if {each.saw for each in was} != {each.saw for each in now}:
            then, since = ("; ".join(each.shown or "not shown" for each in side) for side in (was, now))
            yield f"{waiving.named(subject, key)}: {then} → {since or 'fails no more'}"
    for field in _ORDER:
        stated = [waiver.source.data.get(field) for waiver in (old, new)]
        if stated[0] != stated[1] and field not in ("renewed", "accepts"):
            then, since = ("none" if value is None else str(value) for value in stated)
            yield f"{field}: {then} → {since}"


class _Dumper(yaml.SafeDumper):
    """Writes what YAML 1.1 and 1.2 both read as the same text."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented below their key, as people write them."""
        super().increase_indent(flow, False)


_PLAIN = re.compile(r"[A-Za-z][\w .,/()*-]*", re.ASCII)
"""Texts that may stand without quotes, unless they mean something else in YAML 1.1 such as `no`."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def written(data: Mapping[str, Any]) -> str:
    """A mapping of texts, whole numbers and lists as YAML, in its order; a text stays one text."""
    return yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)

"""Decisions at gates, as the ledger records them: what was decided, approved afterwards, and met since."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Day
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from typing import Any, NamedTuple

from checker import canonical, documents, shipped
from checker.documents import Document, Reading
from checker.kinds.validation import Validator, compiled
from checker.ledger import Entry, Finding, Ledger
from checker.model import PROCEEDING, Basis, Choice, Evidence, Verdict
from checker.policy.gates import Gate

_SPOKEN: Mapping[str, tuple[str, str]] = {
    "decision": ("decided_by", "decided_at"),
    "approval": ("approved_by", "approved_at"),
}
"""Fields of a body that repeat who made the entry, and when."""


class Condition(NamedTuple):
    """What must still be done."""

    id: str
    condition: str
    owner: str
    ticket: str
    due_on: Day
    """The last day on which it is in time."""


class Approved(NamedTuple):
    """Somebody approves a decision after it was made."""

    person: str
    role: str
    at: datetime
    """As they say."""
    path: str
    """The file of the entry, in the workspace."""


class Met(NamedTuple):
    """Somebody says that a condition was met."""

    condition: str
    person: str
    at: datetime
    on: Day
    evidence: str
    path: str


class Decision(NamedTuple):
    """One decision with all that followed it."""

    id: str
    entry: str
    """The id of its entry in the ledger."""
    gate: str
    subject: str
    """The id of the launch, or of the product."""
    product: str
    decision: Choice
    basis: Basis
    reason: str
    role: str
    person: str
    at: datetime
    """As they say."""
    clock: str
    """Of the report that was on the table."""
    verdict: Verdict
    report_digest: str
    markets: tuple[str, ...]
    """Empty: all."""
    conditions: tuple[Condition, ...]
    requested_by: str
    deployed_by: str
    minutes: str
    """Their address; empty: none is stated."""
    evidence: Evidence
    """The file of its entry."""
    approvals: tuple[Approved, ...] = ()
    """In the order of the ledger."""
    met: tuple[Met, ...] = ()
    """In the order of the ledger."""

    @property
    def proceeds(self) -> bool:
        """Whether it lets the subject pass."""
        return self.decision in PROCEEDING


class Book(NamedTuple):
    """The decisions of a ledger."""

    decisions: tuple[Decision, ...]
    """In the order of the ledger."""
    findings: tuple[Finding, ...]
    """Entries that say nothing sound, and count for nothing."""
    places: Mapping[tuple[str, str], tuple[int, ...]]
    """Where in `decisions` those about a gate and a subject are."""

    def about(self, gate: str, names: Iterable[str]) -> list[Decision]:
        """The decisions at a gate about what has one of these names, in the order of the ledger."""
        found = (place for name in set(names) for place in self.places.get((gate, name), ()))
        return [self.decisions[place] for place in sorted(found)]


def book(ledger: Ledger, folder: str = "") -> Book:
    """What a ledger says about decisions; `folder`: of the ledger, in the workspace.

    Every cell of a portfolio asks, so the last answers are remembered.
    """
    return _book(_Itself(ledger), folder)


class _Itself:
    """A ledger that is equal to itself alone, which takes no look at what it holds."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.ledger.entries is self.ledger.entries

    def __hash__(self) -> int:
        return id(self.ledger.entries)


@lru_cache(maxsize=4)
def _book(itself: _Itself, folder: str) -> Book:
    decisions, findings = _read(itself.ledger.entries.values(), folder)
    places: dict[tuple[str, str], tuple[int, ...]] = {}
    for place, each in enumerate(decisions):
        key = (each.gate, each.subject)
        places[key] = (*places.get(key, ()), place)
    return Book(decisions, findings, places)


def _read(entries: Iterable[Entry], folder: str) -> tuple[tuple[Decision, ...], tuple[Finding, ...]]:
    decisions: dict[str, Decision] = {}
    findings: list[Finding] = []
    for entry in entries:
        wrong = _fault(entry)
        if wrong:
            hint = (
                "What an entry says cannot be changed: take it back with whoever made it, or upgrade gonogo."
            )
            findings.append(Finding("entry-body", f"The entry {wrong}.", entry.id, entry.path, hint))
        elif entry.type == "decision":
            decisions[entry.id] = _decision(entry, folder)
        elif entry.type in ("approval", "condition"):
            about = decisions.get(entry.body["decision"])
            if about is None or (entry.type == "condition" and not _has(about, entry.body["condition"])):
                what = "a decision" if about is None else "a condition of its decision"
                findings.append(_aimless(entry, what))
            else:
                decisions[about.entry] = _followed(about, entry, folder)
    return tuple(decisions.values()), tuple(findings)


def newest_first(decisions: Sequence[Decision]) -> list[Decision]:
    """By the time of each; of two of one moment the later is the one further on in the ledger."""
    ordered = sorted(enumerate(decisions), key=lambda each: (each[1].at, each[0]), reverse=True)
    return [decision for _, decision in ordered]


def covers(newer: Decision, market: str, older: Decision, where: str) -> bool:
    """Whether what was decided in a market (empty: in all) takes the place of an earlier decision in another.

    A decision about a product covers its launches; one about a launch does not cover the product.
    """
    return newer.subject in (older.subject, newer.product) and market in ("", where)


def in_force(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Those that no later decision at the same gate has replaced everywhere, the newest first."""
    later: dict[tuple[str, str], list[tuple[Decision, str]]] = {}
    found = []
    for decision in newest_first(decisions):
        newer = later.setdefault((decision.gate, decision.product), [])
        markets = decision.markets or ("",)
        if not all(any(covers(*each, decision, market) for each in newer) for market in markets):
            found.append(decision)
            newer += ((decision, market) for market in markets)
    return tuple(found)


def document(entry: Entry) -> tuple[Reading, Document]:
    """The file of an entry as a document, and its body as one, so that both can be pointed into."""
    reading = documents.read(entry.content, "json")
    body = reading.documents[0].below(("body",))
    assert body is not None, "every entry has a body"
    return reading, body


def record(decision: Decision, gates: Mapping[str, Gate], zone: tzinfo) -> dict[str, Any]:
    """A decision in the shape of the kind `gate-record`; days are those of `zone`.

    The answers that it rests on are those that the report gave: its verdict.
    """
    gate = gates.get(decision.gate)
    approved = decision.approvals[0] if decision.approvals else None
    met = {each.condition: each.on.isoformat() for each in reversed(decision.met)}
    data = {
        "id": decision.id,
        "product": decision.product,
        "launch": decision.subject if decision.subject != decision.product else "",
        "gate": decision.gate,
        "stage": gate.stage if gate else "",
        "decision": decision.decision,
        "basis": decision.basis,
        "reason": decision.reason,
        "decided_on": decision.at.astimezone(zone).date().isoformat(),
        "decided_by": decision.person,
        "role": decision.role,
        "approved_by": approved.person if approved else "",
        "approved_on": approved.at.astimezone(zone).date().isoformat() if approved else "",
        "report_digest": decision.report_digest,
        "evidence": decision.minutes or decision.report_digest,
        "answers": [
            {
                "id": "verdict",
                "question": f"What is the verdict of gonogo at the gate {decision.gate}?",
                "answer": decision.verdict,
                "evidence": decision.report_digest,
            }
        ],
        "conditions": [
            _present(
                {
                    "id": each.id,
                    "condition": each.condition,
                    "tracker_key": each.ticket,
                    "owner": each.owner,
                    "due_on": each.due_on.isoformat(),
                    "met_on": met.get(each.id, ""),
                }
            )
            for each in decision.conditions
        ],
    }
    return _present(data)


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", [])}


@cache
def _schema(type: str) -> tuple[Mapping[str, Any], Callable[[Any], bool]]:
    """The schema of a body, and whether a value fits it."""
    whole = json.loads(shipped.schema("ledger-body"))
    schema = {"$schema": whole["$schema"], "$ref": f"#/$defs/{type}", "$defs": whole["$defs"]}
    return schema, compiled(schema).is_valid


def _fault(entry: Entry) -> str:
    """What is wrong with the body of an entry, to be put behind *the entry*; empty where nothing is."""
    if entry.type == "checkpoint":  # which the ledger itself minds
        return ""
    schema, fits = _schema(entry.type)
    if not fits(dict(entry.body)):
        return f"has an unsound body: {Validator(schema).faults(document(entry)[1])[0].message}"
    for who, when in (_SPOKEN[entry.type],) if entry.type in _SPOKEN else ():
        if entry.body[who] != entry.by or datetime.fromisoformat(entry.body[when]) != entry.at:
            return f"says another person or time in `{who}` and `{when}` than it was made by and at"
    names = [condition["id"] for condition in entry.body.get("conditions", ())]
    return "" if len(names) == len(set(names)) else "has two conditions with one id"


def _aimless(entry: Entry, what: str) -> Finding:
    message = f"The entry is about {what} that the ledger does not hold before it."
    hint = "It counts for nothing. Was the decision removed, or the id mistyped?"
    return Finding("entry-aimless", message, entry.id, entry.path, hint)


def _has(decision: Decision, condition: str) -> bool:
    return any(each.id == condition for each in decision.conditions)


def _path(entry: Entry, folder: str) -> str:
    return f"{folder}/{entry.path}" if folder else entry.path


def _decision(entry: Entry, folder: str) -> Decision:
    body = entry.body
    return Decision(
        body["id"],
        entry.id,
        body["gate"],
        body["subject"],
        body["product"],
        body["decision"],
        body["basis"],
        body.get("reason", ""),
        body.get("role", ""),
        entry.by,
        entry.at,
        body["clock"],
        body["verdict"],
        body["report_digest"],
        tuple(body.get("markets", ())),
        tuple(
            Condition(
                each["id"],
                each["condition"],
                each["owner"],
                each.get("tracker_key", ""),
                Day.fromisoformat(each["due_on"]),
            )
            for each in body.get("conditions", ())
        ),
        body.get("requested_by", ""),
        body.get("deployed_by", ""),
        body.get("evidence", ""),
        Evidence(_path(entry, folder), canonical.digest_bytes(entry.content), "files"),
    )


def _followed(decision: Decision, entry: Entry, folder: str) -> Decision:
    body, path = entry.body, _path(entry, folder)
    if entry.type == "approval":
        approved = Approved(entry.by, body["role"], entry.at, path)
        return decision._replace(approvals=(*decision.approvals, approved))
    met = Met(
        body["condition"], entry.by, entry.at, Day.fromisoformat(body["met_on"]), body["evidence"], path
    )
    return decision._replace(met=(*decision.met, met))

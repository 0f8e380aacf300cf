"""Which decisions at a gate stand: who made them, on what, under which conditions, and who approved since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date as Day
from datetime import datetime, timedelta
from shlex import quote
from typing import Literal, NamedTuple

from checker.ledger import Ledger
from checker.model import (
    PROCEEDING,
    Approval,
    Approve,
    ConditionState,
    DecisionState,
    Location,
    Result,
    RuleInfo,
    SubjectRef,
)
from checker.policy import decisions as written
from checker.policy.decisions import Approved, Condition, Decision
from checker.policy.gates import Gate
from checker.policy.people import People

FIT = ("go", "conditional")
"""The verdicts on which people may proceed without overruling anything."""

_VOUCH = "sign the file of its entry, or have the code host record a review of it"


def decisions(
    ledger: Ledger,
    gate: Gate,
    names: Collection[str],
    people: People,
    approve: Approve,
    as_of: datetime,
    folder: str = "",
) -> tuple[DecisionState, ...]:
    """What was decided at a gate up to `as_of` about what has one of these names, newest first.

    One state for each market that a decision names. A decision replaces the earlier ones whose launch (or
    product) and market it covers, whatever became of it. `folder`: of the ledger, in the workspace.
    """
    judging = _Judging(gate, people, approve, as_of)
    states: list[DecisionState] = []
    later: list[tuple[Decision, str]] = []
    found = [
        decision for decision in written.book(ledger, folder).about(gate.id, names) if decision.at <= as_of
    ]
    for decision in written.newest_first(found):
        state = judging.state(decision)
        markets = decision.markets or ("",)
        for market in markets:
            newer = next((each[0] for each in later if written.covers(*each, decision, market)), None)
            states.append(state._replace(market=market) if newer is None else _replaced(state, market, newer))
        later += ((decision, market) for market in markets)
    return tuple(states)


def counting(states: Sequence[DecisionState], market: str = "") -> DecisionState | None:
    """The decision that counts in a market; None: nothing was decided for it.

    Without a market, for all of them: the newest that was made for all, unless a newer one closes some.
    """
    head: list[DecisionState] = []
    for state in states:
        if not market or state.market in ("", market):
            head.append(state)
            if market or not state.market:
                return next((each for each in head if not each.stands), state)
    return None


def overruled(ledger: Ledger) -> int:
    """How many overrules and emergencies are recorded, whatever became of them."""
    return sum(
        entry.type == "decision" and entry.body.get("basis") in ("overrule", "emergency")
        for entry in ledger.entries.values()
    )


def may_decide(gate: Gate, people: People, role: str, person: str, day: Day) -> str:
    """Why a person may not decide at a gate on a day, in a role (empty: in none); empty when they may."""
    if gate.decided_by and role not in gate.decided_by:
        who = f"the role {role}" if role else "nobody without a role"
        may = f"may {'not ' if role else ''}decide at the gate {gate.id}"
        return f"{who} {may}: {', '.join(gate.decided_by)} may"
    if role:
        return people.refusal(role, person, day)
    return "" if people.find(person) else f"{person} is not in the register of people"


def results(
    gate: Gate, states: Sequence[DecisionState], subject: SubjectRef, where: Location
) -> tuple[tuple[Result, ...], tuple[RuleInfo, ...]]:
    """What a gate holds against conditions, and approvals afterwards, of the decisions that let pass.

    An overdue condition and a late approval fail. `where` is pointed at where no entry can be. The rules
    are those that have a result.
    """
    markets: dict[str, list[str]] = {}
    in_force: dict[str, DecisionState] = {}
    for state in states:
        if not state.replaced and state.decision in PROCEEDING:
            in_force.setdefault(state.entry, state)
            markets.setdefault(state.entry, []).append(state.market)
    found = [
        _result(gate, held, state, tuple(filter(None, markets[entry])), subject, where)
        for entry, state in in_force.items()
        for held in _held(state)
    ]
    written_at = gate.source.location(())
    rules = (
        RuleInfo(f"{gate.id}.{name}", title, gate.id, "", "", "high", subject.kind, location=written_at)
        for name, title in _TITLES.items()
    )
    used = {result.rule for result in found}
    return tuple(found), tuple(rule for rule in rules if rule.id in used)


class _Judging(NamedTuple):
    """What one decision is held against."""

    gate: Gate
    people: People
    approve: Approve
    as_of: datetime

    def state(self, decision: Decision) -> DecisionState:
        """How a decision stands, but for those that came later."""
        approval = self.approve(decision.evidence.locator, decision.person, decision.at)
        conditions = tuple(self._condition(decision, each) for each in decision.conditions)
        afterwards = self._afterwards(decision)
        objection = next(self._objections(decision, approval, conditions, afterwards), "")
        return DecisionState(
            decision.id,
            decision.decision,
            decision.basis,
            decision.subject,
            "",
            approval,
            decision.role,
            decision.reason,
            conditions,
            not objection,
            objection or _standing(decision, conditions, afterwards),
            afterwards=afterwards.status,
            approve_by=afterwards.until.isoformat() if afterwards.until else "",
            entry=decision.entry,
            evidence=decision.evidence,
        )

    def _objections(
        self,
        decision: Decision,
        approval: Approval,
        conditions: Iterable[ConditionState],
        afterwards: _Afterwards,
    ) -> Iterator[str]:
        """Why a decision does not let pass, the gravest first."""
        person, gate = decision.person, self.gate.id
        if not decision.proceeds:
            yield f"{person} decided {decision.decision}: the gate is closed until somebody decides otherwise"
        if wrong := may_decide(
            self.gate, self.people, decision.role, person, self._day(approval, decision.at)
        ):
            yield f"{wrong}; let somebody decide who may"
        if approval.assurance == "asserted":
            yield f"it is only asserted that {person} decided{_why(approval)}; {_VOUCH}"
        if decision.clock != "now":
            yield f"it was decided on a report whose clock was set; review {gate} anew, and decide on that"
        if decision.basis == "normal" and decision.verdict not in FIT:
            yield (
                f"it was decided on the verdict {decision.verdict}, against which only an overrule or an"
                " emergency lets pass; mend what blocks, or decide so"
            )
        if decision.decision == "proceed-with-conditions" and not decision.conditions:
            yield "it names no condition; decide anew, with conditions or without"
        if decision.basis != "normal" and not (decision.role and decision.reason):
            lacking = "reason" if decision.role else "role"
            yield f"an {decision.basis} needs a {lacking}, and this one states none; decide anew"
        for condition in conditions:
            if condition.status == "overdue":
                meet = f"gonogo decide --meet {quote(condition.id)} --of {short(decision.entry)}"
                doubt = self._doubt(decision, condition.id)
                yield f"{_overdue(condition)}{doubt}, so the gate is open again; {meet}, or decide anew"
        if afterwards.status == "late":
            yield f"{afterwards.message}; it fails, and somebody has to decide anew"

    def _condition(self, decision: Decision, condition: Condition) -> ConditionState:
        met = any(
            each.condition == condition.id
            and each.on <= self.as_of.date()
            and each.at <= self.as_of
            and self.approve(each.path, each.person, each.at).assurance != "asserted"
            for each in decision.met
        )
        overdue = self.as_of.date() > condition.due_on
        return ConditionState(
            condition.id,
            condition.condition,
            condition.owner,
            condition.ticket,
            condition.due_on.isoformat(),
            "met" if met else "overdue" if overdue else "open",
        )

    def _doubt(self, decision: Decision, condition: str) -> str:
        """Why it does not help that somebody said that a condition was met."""
        for each in decision.met:
            if each.condition == condition and each.at <= self.as_of:
                if each.on > self.as_of.date():
                    return f" ({each.person} says that it will be on {each.on})"
                why = _why(self.approve(each.path, each.person, each.at))
                return f" (that {each.person} says it was on {each.on} is only asserted{why})"
        return ""

    def _afterwards(self, decision: Decision) -> _Afterwards:
        """How it is with the approval by somebody else, where the decision needs one."""
        if decision.basis == "normal" or not decision.proceeds:
            return _Afterwards("", None, "")
        until = decision.at.astimezone(self.as_of.tzinfo).date() + timedelta(self.gate.approve_within_days)
        term = f"an {decision.basis} is approved by somebody else until {until}"
        doubt = ""
        late: tuple[Day, str] | None = None
        for approved in decision.approvals:
            if approved.at > self.as_of:
                continue
            approval = self.approve(approved.path, approved.person, approved.at)
            day = self._day(approval, approved.at)
            refusal = self._refusal(decision, approved, approval, day)
            if refusal:
                doubt = f" (that of {approved.person} does not count: {refusal})"
            elif day <= until:
                return _Afterwards("given", until, f"{approved.person} approved on {day}")
            elif late is None:
                late = day, approved.person
        if self.as_of.date() <= until:
            return _Afterwards("awaited", until, f"{term}, and awaits it{doubt}")
        if late:
            return _Afterwards("late", until, f"{term}; {late[1]} approved on {late[0]}, which was too late")
        return _Afterwards("late", until, f"{term}, and nobody did{doubt}")

    def _refusal(self, decision: Decision, approved: Approved, approval: Approval, day: Day) -> str:
        """Why an approval afterwards does not count; empty when it does."""
        who = self.people.identity(approved.person)
        took_part = {
            "decided": decision.person,
            "asked for it": decision.requested_by,
            "deployed": decision.deployed_by,
        }
        for deed, text in took_part.items():
            if who in self.people.identities(text):
                return f"they {deed}"
        if approved.at < decision.at:
            return "it is dated before the decision"
        if approval.assurance == "asserted":
            return f"it is only asserted{_why(approval)}"
        return may_decide(self.gate, self.people, approved.role, approved.person, day)

    def _day(self, approval: Approval, said: datetime) -> Day:
        """The day of an approval: by the host's clock where there is one, otherwise as people say."""
        return (approval.at or said).astimezone(self.as_of.tzinfo).date()


class _Afterwards(NamedTuple):
    """How it is with an approval afterwards."""

    status: Literal["", "awaited", "given", "late"]
    until: Day | None
    """The last day on which it is in time; None: none is needed."""
    message: str


def short(entry: str) -> str:
    """The id of an entry as people write it."""
    return entry.removeprefix("sha256:")[:12]


def _replaced(state: DecisionState, market: str, newer: Decision) -> DecisionState:
    message = f"it was replaced: {newer.person} decided {newer.decision} on {newer.at.date()}"
    return state._replace(market=market, stands=False, replaced=True, message=message)


def _standing(decision: Decision, conditions: Sequence[ConditionState], afterwards: _Afterwards) -> str:
    """Why a decision stands, and until when."""
    said = [f"{decision.person} decided {decision.decision}"]
    if decision.basis != "normal":
        said = [f"{decision.person} decided {decision.decision} by {decision.basis}: {decision.reason}"]
        said.append(afterwards.message)
    due = min((condition.due_on for condition in conditions if condition.status == "open"), default="")
    if due:
        open = sum(condition.status == "open" for condition in conditions)
        said.append(f"{open} condition{'s are' if open > 1 else ' is'} open, the next due on {due}")
    return "; ".join(said)


def _overdue(condition: ConditionState) -> str:
    what = f"the condition {condition.id} ({condition.condition})"
    return f"{what} was due on {condition.due_on} and is not met"


def _why(approval: Approval) -> str:
    return f" ({approval.note.rstrip('.')})" if approval.note else ""


_TITLES = {
    "decision.condition": "The conditions of the decision are met, or not due yet",
    "decision.approval": "An overrule or emergency is approved by somebody else in time",
}


class _Held(NamedTuple):
    """What one result says."""

    rule: str
    failed: bool
    message: str
    key: str
    fix: str
    owner: str


def _held(state: DecisionState) -> Iterator[_Held]:
    """What there is to say of the conditions of a decision, and of its approval afterwards."""
    for condition in state.conditions:
        what = f"the condition {condition.id} ({condition.condition})"
        message = {
            "met": f"{what} is met",
            "open": f"{what} is due on {condition.due_on}",
            "overdue": _overdue(condition),
        }[condition.status]
        fix = f"Meet it, and say so: gonogo decide --meet {quote(condition.id)} --of {short(state.entry)}"
        failed = condition.status == "overdue"
        key = f"{state.id}/{condition.id}"
        yield _Held("decision.condition", failed, message, key, fix, condition.owner)
    if state.afterwards:
        what = f"the {state.basis} {state.id}"
        message = {
            "given": f"{what} was approved in time",
            "awaited": f"{what} awaits its approval until {state.approve_by}",
            "late": f"{what} was not approved by somebody else until {state.approve_by}",
        }[state.afterwards]
        fix = "Decide at the gate anew; what was not approved in time stays counted."
        yield _Held("decision.approval", state.afterwards == "late", message, state.id, fix, state.role)


def _result(
    gate: Gate,
    held: _Held,
    state: DecisionState,
    markets: tuple[str, ...],
    subject: SubjectRef,
    where: Location,
) -> Result:
    return Result(
        f"{gate.id}.{held.rule}",
        gate.id,
        subject,
        "fail" if held.failed else "pass",
        "high",
        "mandatory",
        held.message,
        Location(state.evidence.locator) if state.evidence else where,
        (state.evidence,) if state.evidence else (),
        held.key,
        held.fix if held.failed else "",
        gate=gate.id,
        markets=markets,
        owner=held.owner if held.failed else "",
    )

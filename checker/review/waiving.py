"""Waivers held against failures: the one code path that decides which failure is waived, and by what.

A waiver matches a failure (`fail`, whatever its enforcement) of its rule where

- its `subject` is, or as a pattern fits, the id or a former id of the failing subject,
- its `kind` is the subject's, if it states one,
- it states no `markets`, or every market that the failure concerns is among them; a failure that concerns
  all markets (`Result.markets` is empty) is waived only by a waiver without markets.

What it matches it waives only where it accepted exactly that: the same subject, the same element and the
same `saw`. A `switched-off` waiver accepts whatever its rule finds. A waived result stays a failure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date as Day
from datetime import datetime
from typing import NamedTuple

from checker import plan
from checker.kinds.phrases import suggestion
from checker.model import (
    OUTCOMES,
    Approval,
    Approve,
    Location,
    Outcome,
    Result,
    Waived,
    WaiverState,
    WaiverStatus,
)
from checker.policy import moment
from checker.policy.gates import matches
from checker.policy.people import NOBODY, People
from checker.policy.waivers import Accepted, Limits, Waiver
from checker.policy.workspace import Workspace
from checker.review.seeing import bond
from checker.snapshot import Snapshot

MOST_NAMED = 3
"""Failures that a sentence names; the others are counted."""
MOST_COMPARED = 100_000
"""Names that are compared, for all waivers together, with names that nothing has, to say which was meant."""


class RuleTerms(NamedTuple):
    """What a waiver must know of a rule."""

    policy_version: int | None
    """The major version of its policy; None for a kind's own rules, which have none."""
    waivable: bool


def terms(workspace: Workspace) -> dict[str, RuleTerms]:
    """The terms of every rule of a workspace, by id.

    That an artifact breaks its schema can be waived. That it cannot be read cannot: nothing was seen, so
    there is nothing to accept, and whatever it holds later would be accepted with it.
    """
    found: dict[str, RuleTerms] = {}
    for kind in workspace.kinds.values():
        readable, schema = plan.kind_rules(kind)
        found[readable.id] = RuleTerms(None, False)
        found[schema.id] = RuleTerms(None, True)
    for policy in workspace.policies:
        for rule in policy.rules:
            found[rule.id] = RuleTerms(major(policy.version), rule.waivable)
    return found


def major(version: str) -> int:
    """The first number of a semantic version."""
    return int(version.partition(".")[0])


FormerIds = Mapping[tuple[str, str], tuple[str, ...]]
"""What the subject of a kind and id was called before."""


def former_ids(snapshot: Snapshot) -> FormerIds:
    """The former ids of all subjects that have any."""
    return {
        (subject.ref.kind, subject.ref.id): former
        for subject in snapshot.subjects
        if "formerly" in subject.data and (former := snapshot.former(subject))
    }


def apply(
    results: Sequence[Result],
    waivers: Iterable[Waiver],
    approve: Approve,
    *,
    as_of: datetime,
    limits: Limits,
    rules: Mapping[str, RuleTerms],
    people: People = NOBODY,
    former: FormerIds | None = None,
    limited: bool = False,
) -> tuple[list[Result], tuple[WaiverState, ...]]:
    """The results, those that a waiver keeps from blocking with `waived`, and the state of every waiver.

    Called once with all results. `as_of` is in the workspace's time zone, whose days count. `limited`: only a
    part of the workspace was judged, so a waiver that finds nothing to waive is left out instead of unused.

    The status of a waiver is the first of these that applies:

    - `not-waivable`: its rule says so, or is the rule that an artifact can be read, or is what a gate itself
      asks for (a rule with results that is not among `rules`);
    - `not-yet-valid`: its first day is still to come;
    - `unused`: there is no such rule or subject, or nothing fails that it accepted;
    - `expired`: its last day is over, at midnight in the workspace's time zone;
    - `too-broad`: in time, since more than `limits.days` lie between its last day and the day on which it was
      granted or last renewed; or in subjects, since it covers more than it declares as `most`;
    - `renewed-too-often`: more than `limits.renewals` times;
    - `unapproved`: owner and approver are not two known people, or the approval is only asserted. What is
      only asserted still waives what is not mandatory;
    - `changed`: its rule's policy has another major version, or what was accepted fails with another value.
      What fails as it was accepted stays waived. Another element that fails is a failure of its own;
    - `active`.

    Of several waivers for one failure the one that expires last waives it, of these the first by id.
    """
    ordered = sorted(waivers, key=lambda waiver: waiver.id)
    named = frozenset(waiver.rule for waiver in ordered)
    register = _Register(results, as_of, limits, rules, people, former or {}, named, limited)
    judged = [(waiver, register.judge(waiver, approve)) for waiver in ordered]
    waiving: dict[int, Waiver] = {}
    for waiver, found in judged:
        for index in found.holds:
            if index not in waiving or waiver.expires > waiving[index].expires:
                waiving[index] = waiver
    waived = [
        result._replace(waived=_waived(waiving[index])) if index in waiving else result
        for index, result in enumerate(results)
    ]
    states = tuple(
        _state(waiver, found, waiving, as_of.date())
        for waiver, found in judged
        if not (limited and found.status == "unused")
    )
    return waived, states


def _waived(waiver: Waiver) -> Waived:
    return Waived(waiver.id, waiver.owner, waiver.reason, waiver.expires.isoformat())


class _Found(NamedTuple):
    """What became of a waiver on its own."""

    status: WaiverStatus
    message: str
    approval: Approval
    holds: tuple[int, ...] = ()
    """The failures that it waives, by their places among the results."""


def _state(waiver: Waiver, found: _Found, waiving: Mapping[int, Waiver], today: Day) -> WaiverState:
    others = {waiving[index].id for index in found.holds if waiving[index] is not waiver}
    message = found.message
    if others:
        message += f"; {_listed(sorted(others))} covers the same, so one of them can be deleted"
    at = (
        waiver.source.key_span(("rules", waiver.rule)) if waiver.baseline else waiver.source.span(("waiver",))
    )
    return WaiverState(
        waiver.id,
        waiver.rule,
        waiver.subject,
        waiver.type,
        found.status,
        waiver.owner,
        found.approval,
        waiver.expires.isoformat(),
        (waiver.expires - today).days,
        sum(waiving[index] is waiver for index in found.holds),
        message,
        Location(waiver.source.path, at),
    )


class _Register:
    """What waivers are held against."""

    def __init__(
        self,
        results: Sequence[Result],
        as_of: datetime,
        limits: Limits,
        rules: Mapping[str, RuleTerms],
        people: People,
        former: FormerIds,
        named: Collection[str],
        limited: bool,
    ) -> None:
        """`named`: the rules that waivers are about. `limited`: some failures were not looked for."""
        self.results, self.as_of, self.limits, self.limited = results, as_of, limits, limited
        self.today = as_of.date()
        self.rules, self.people, self.former = rules, people, former
        self.by_rule: dict[str, list[int]] = {}
        self.by_id: dict[tuple[str, str], list[int]] = {}
        """By rule, and every id of the subject."""
        self.known: dict[str, tuple[str, ...]] = {}
        """As `_known` gives them, of the rules that it was asked about."""
        self.compared = 0
        for index, result in enumerate(results):
            if result.rule in named:
                self.by_rule.setdefault(result.rule, []).append(index)
                for id in self._ids(index):
                    self.by_id.setdefault((result.rule, id), []).append(index)

    def judge(self, waiver: Waiver, approve: Approve) -> _Found:
        """Its status, the reason for it, and what it waives."""
        zone = self.as_of.tzinfo
        assert zone is not None, "as_of is timezone-aware"
        since = waiver.since(self.today)
        approval = approve(waiver.source.path, waiver.approver, moment.end_of(since, zone))
        rule = self.rules.get(waiver.rule)
        if rule is None and waiver.rule in self.by_rule:
            message = (
                f"{waiver.rule} is what the gate itself asks for: to do without is a decision, not a waiver"
            )
            return _Found("not-waivable", message, approval)
        if rule is None:
            near = self._meant(waiver.rule, self.rules) or f"Mend the id, or {_rid(waiver)}."
            return _Found("unused", f"no rule is called `{waiver.rule}`. {near}", approval)
        if not rule.waivable:
            return _Found("not-waivable", f"{waiver.rule} cannot be waived: mend what fails", approval)
        if waiver.granted > self.today:
            return _Found("not-yet-valid", f"it holds from {waiver.granted} on", approval)
        failing = tuple(self._failing(waiver))
        places = waiver.places()
        accepted = {index: self._accepted(places, index) for index in failing}
        concerned = [index for index in failing if waiver.type == "switched-off" or accepted[index]]
        if not concerned:
            return _Found("unused", self._idle(waiver, failing), approval)
        refused = self._refusal(waiver, since, concerned)
        if refused is not None:
            return _Found(*refused, approval)
        if waiver.policy_version not in (None, rule.policy_version):
            message = (
                f"it was granted for version {waiver.policy_version} of the policy, which is at"
                f" {rule.policy_version}: look again at what fails, then {_renew(waiver)}"
            )
            return _Found("changed", message, approval)
        seen = {index: bond(self.results[index])[0] for index in concerned} if waiver.accepts else {}
        held = tuple(
            index for index in concerned if waiver.type == "switched-off" or seen[index] in accepted[index]
        )
        binding = [index for index in held if self.results[index].enforcement == "mandatory"]
        if approval.assurance == "asserted" and binding:
            spared = tuple(index for index in held if self.results[index].enforcement != "mandatory")
            return _Found("unapproved", _unsigned(waiver, approval, len(binding)), approval, spared)
        waived = frozenset(held)
        changed = {index: accepted[index] for index in concerned if index not in waived}
        if changed:
            return _Found("changed", self._changes(waiver, changed, len(held)), approval, held)
        return _Found("active", self._active(waiver, held, seen), approval, held)

    def _failing(self, waiver: Waiver) -> Iterator[int]:
        """The failures that it matches."""
        for index in self._fitting(waiver, ("fail",)):
            result = self.results[index]
            if waiver.kind in ("", result.subject.kind) and concerns(waiver.markets, result.markets):
                yield index

    def _fitting(self, waiver: Waiver, outcomes: Sequence[Outcome] = OUTCOMES) -> Iterator[int]:
        """The results of its rule on the subjects that it names."""
        pattern = "*" in waiver.subject
        for index in self._like(waiver) if pattern else self.by_id.get((waiver.rule, waiver.subject), ()):
            if self.results[index].outcome in outcomes:
                yield index

    def _like(self, waiver: Waiver) -> list[int]:
        """The results of its rule on what fits its pattern; only ids that begin as it does are tried."""
        begin = waiver.subject.partition("*")[0]
        known = self._known(waiver.rule)
        fitting: set[int] = set()
        place = bisect_left(known, begin)
        while place < len(known) and known[place].startswith(begin):
            if matches(waiver.subject, known[place]):
                fitting.update(self.by_id[waiver.rule, known[place]])
            place += 1
        return sorted(fitting)

    def _ids(self, index: int) -> tuple[str, ...]:
        """The id of a result's subject, and its former ones."""
        ref = self.results[index].subject
        return (ref.id, *self.former.get((ref.kind, ref.id), ()))

    def _idle(self, waiver: Waiver, failing: Sequence[int]) -> str:
        """Why it waives nothing."""
        judged = self.by_rule.get(waiver.rule, ())
        outcomes = {self.results[index].outcome for index in self._fitting(waiver)}
        delete = _rid(waiver)
        if failing:
            return f"nothing fails any more that it accepted, though other failures fit it: {delete}"
        if not judged:
            return f"nothing is judged by {waiver.rule}: {delete}"
        if not outcomes:
            near = self._meant(waiver.subject, self._known(waiver.rule)) or f"If it is gone, {delete}."
            how = "fits the pattern" if "*" in waiver.subject else "has the id"
            return f"nothing that {waiver.rule} judges {how} `{waiver.subject}`. {near}"
        if "error" in outcomes:
            return (
                f"{waiver.rule} could not be decided there, and only a failure can be waived: mend the error"
            )
        if "fail" in outcomes:
            return f"{waiver.rule} fails there for another kind or market only: {delete}"
        return f"nothing fails there that it would waive: {delete}"

    def _known(self, rule: str) -> tuple[str, ...]:
        """The ids of all that a rule judges, sorted."""
        if rule not in self.known:
            judged = self.by_rule.get(rule, ())
            self.known[rule] = tuple(sorted({id for index in judged for id in self._ids(index)}))
        return self.known[rule]

    def _meant(self, name: str, known: Collection[str]) -> str:
        """Which of the known names was probably meant, in a sentence; empty when none is near.

        Many waivers may be about what is gone, and each would be compared with all that is there.
        """
        self.compared += len(known)
        return suggestion(name, tuple(known)) if self.compared <= MOST_COMPARED else ""

    def _refusal(
        self, waiver: Waiver, since: Day, concerned: Sequence[int]
    ) -> tuple[WaiverStatus, str] | None:
        """Why it holds for nothing, whatever was seen; None where nothing speaks against it."""
        if waiver.expires < self.today:
            return "expired", f"it expired on {waiver.expires}: mend what fails, or {_renew(waiver)}"
        days = (waiver.expires - since).days
        if days > self.limits.days:
            most = self.limits.days
            return "too-broad", f"it holds for {days} days, and {most} are the most: state an earlier end"
        if len(waiver.renewed) > self.limits.renewals:
            times, most = len(waiver.renewed), self.limits.renewals
            return (
                "renewed-too-often",
                f"it was renewed {times} times, and {most} are the most: mend what fails",
            )
        subjects = {(self.results[i].subject.kind, self.results[i].subject.id) for i in concerned}
        count = max(len(subjects), len({accepted.subject for accepted in waiver.accepts}))
        if count > waiver.most:
            message = (
                f"it covers {count} subjects and declares {waiver.most}: narrow it, or state `most: {count}`"
            )
            return "too-broad", message
        stranger = same_person(waiver.owner, waiver.approver, self.people)
        return ("unapproved", stranger) if stranger else None

    def _accepted(self, places: Mapping[tuple[str, str], list[Accepted]], index: int) -> dict[str, str]:
        """What was accepted where this fails: digests, and what they stand for."""
        key = self.results[index].key
        return {each.saw: each.shown for id in self._ids(index) for each in places.get((id, key), ())}

    def _changes(self, waiver: Waiver, changed: Mapping[int, Mapping[str, str]], held: int) -> str:
        told = [self._change(index, changed[index]) for index in list(changed)[:MOST_NAMED]]
        if len(changed) > MOST_NAMED:
            told.append(f"{len(changed) - MOST_NAMED:,} more")
        rest = f"; {_failures(held)} as accepted {'stays' if held == 1 else 'stay'} waived" if held else ""
        if waiver.baseline:  # which takes nothing in any more
            return f"{_listed(told)}{rest}: mend it, or waive it by itself"
        return f"{_listed(told)}{rest}: look again, then {_renew(waiver)}"

    def _change(self, index: int, accepted: Mapping[str, str]) -> str:
        result = self.results[index]
        before = "; ".join(filter(None, accepted.values()))
        was = f" ({before})" if before else ""
        name = named(result.subject.id, result.key)
        return f"{name} is no longer what was accepted{was} but {bond(result)[1]}"

    def _active(self, waiver: Waiver, held: Sequence[int], seen: Mapping[int, str]) -> str:
        left = (waiver.expires - self.today).days
        when = "today" if not left else "tomorrow" if left == 1 else f"in {left} days"
        told = f"it keeps {_failures(len(held))} from blocking, and expires {when}"
        there = {(self.results[i].subject.id, self.results[i].key, seen[i]) for i in held if i in seen}
        over = 0 if self.limited or waiver.type == "switched-off" else len(waiver.accepts) - len(there)
        if over > 0:
            verb = "fails" if over == 1 else "fail"
            told += f"; {over:,} that it accepted {verb} no more: {_narrow(waiver)}"
        return told


def named(subject: str, key: str) -> str:
    """What people call the place of a failure: the subject's id, and the element where there is one."""
    return f"`{subject}`" + (f" at `{key}`" if key else "")


def same_person(owner: str, approver: str, people: People) -> str:
    """Why the approval of a waiver by `approver` counts for nothing; empty where it may count.

    Owner and approver are two people. Where there is a register both must be in it: nobody can tell from a
    name that it does not know that it is not another name of the same person.
    """
    if people.identity(owner) == people.identity(approver):
        return f"{approver} is its owner too: somebody else has to approve it"
    for role, name in (("approver", approver), ("owner", owner)):
        if people.persons and people.find(name) is None:
            return f"its {role} {name} is not in the register of people: add them, or name somebody who is"
    return ""


def _unsigned(waiver: Waiver, approval: Approval, count: int) -> str:
    note = f" ({approval.note})" if approval.note else ""
    return (
        f"nothing vouches that {waiver.approver} approved it{note}, and {_failures(count)} it accepts"
        f" {'is' if count == 1 else 'are'} mandatory: let {waiver.approver} sign {waiver.source.path}"
    )


def concerns(stated: Sequence[str], markets: Sequence[str]) -> bool:
    """Whether a waiver for the stated markets reaches all that a failure concerns."""
    return not stated or (bool(markets) and set(markets) <= set(stated))


def _renew(waiver: Waiver) -> str:
    return f"{_TIGHTEN} --expires DATE" if waiver.baseline else f"gonogo waive --renew {waiver.id}"


def _narrow(waiver: Waiver) -> str:
    """How what it accepts without need is taken out of it."""
    return _TIGHTEN if waiver.baseline else f"delete them from {waiver.source.path}"


def _rid(waiver: Waiver) -> str:
    """How one gets rid of it."""
    return _TIGHTEN if waiver.baseline else f"delete {waiver.source.path}"


_TIGHTEN = "gonogo baseline --update"


def _failures(count: int) -> str:
    return f"{count:,} failure{'' if count == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))

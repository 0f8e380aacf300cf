"""A gate review: the results of one product, and what the gate itself asks, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date as Day
from datetime import datetime
from typing import Any, NamedTuple

from checker import cel, judge, plan
from checker.ledger import Ledger
from checker.model import (
    Approval,
    DecisionState,
    Enforcement,
    Location,
    Outcome,
    Reason,
    Result,
    Review,
    RuleInfo,
    ScopeVerdict,
    SignOffState,
    SubjectRef,
)
from checker.policy import language
from checker.policy.gates import AskedDecision, AskedSignOff, Gate, Need
from checker.policy.signoffs import SignOff
from checker.policy.workspace import Workspace
from checker.review import deciding, signing
from checker.snapshot import Snapshot, Subject


class Table(NamedTuple):
    """All that lies on the table of a review, whichever gate and product it is about."""

    workspace: Workspace
    snapshot: Snapshot
    as_of: datetime
    context: language.Context
    sign_offs: Sequence[tuple[SignOff, Approval]]
    approve: Callable[[str, str, datetime | None], Approval]
    """How we know that a person approved a file: its path, the person, when."""
    authors: Callable[[Subject], frozenset[str]]
    """Everyone who wrote an artifact."""
    ledger: Ledger
    bound: bool = True
    """False: nothing that is decided on this review counts, since the clock was set."""


class Passage(NamedTuple):
    """One launch of a product at a gate, or the product itself where it has no launch there."""

    product: str
    record: Subject | None
    """The product's record; None where the register has none."""
    launch: Subject | None
    markets: tuple[str, ...]
    """Empty: none is named."""

    @property
    def id(self) -> str:
        """What sign-offs and decisions name."""
        return self.launch.ref.id if self.launch else self.product

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that means it, the former names of the product too."""
        former = self.record.data.get("formerly", ()) if self.record else ()
        return tuple(dict.fromkeys((self.id, self.product, *(str(name) for name in former))))

    @property
    def subject(self) -> Subject | None:
        """What a result about it points at."""
        return self.launch or self.record


class Seen(NamedTuple):
    """What a gate itself asks of one passage, and what was found."""

    results: tuple[Result, ...]
    rules: tuple[RuleInfo, ...]
    sign_offs: tuple[SignOffState, ...]
    decisions: tuple[DecisionState, ...]


def find(snapshot: Snapshot, id: str) -> tuple[str, Subject | None] | None:
    """The product that an id means, and the launch where it means one; None: nothing has that id."""
    if snapshot.find("product", id):
        return id, None
    for subject in snapshot.subjects:
        if subject.kind.launch_date and subject.ref.id == id:
            return subject.ref.product, subject
    for subject in snapshot.by_kind.get("product", ()):
        if id in (subject.data.get("formerly") or ()):
            return subject.ref.id, None
    return (id, None) if id in products(snapshot) else None


def products(snapshot: Snapshot) -> tuple[str, ...]:
    """The ids of all products: those of the register, and those that subjects name; sorted."""
    return tuple(sorted({subject.ref.product for subject in snapshot.subjects if subject.ref.product}))


def passages(
    snapshot: Snapshot, gate: Gate, product: str, launch: Subject | None = None
) -> tuple[Passage, ...]:
    """The launches of a product at a gate; `launch`: that one alone."""
    record = snapshot.find("product", product)
    offered = record.data.get("markets", ()) if record else ()
    launches = (
        [launch]
        if launch
        else [
            subject
            for subject in snapshot.of_product(product)
            if subject.kind.launch_date and subject.data.get("stage", gate.stage) == gate.stage
        ]
    )
    if not launches:
        return (Passage(product, record, None, tuple(offered)),)
    return tuple(Passage(product, record, each, plan.markets(each)) for each in launches)


def concerns(result: Result, snapshot: Snapshot, passage: Passage, market: str = "") -> bool:
    """Whether a result counts for one launch, in one market (or in any, where none is given)."""
    if market and result.markets and market not in result.markets:
        return False
    if not market and result.markets and passage.markets:
        return not set(result.markets).isdisjoint(passage.markets)
    if passage.launch is None or result.subject.id == passage.launch.ref.id:
        return True
    subject = snapshot.find(result.subject.kind, result.subject.id)
    return subject is None or not subject.kind.launch_date


def scopes(
    results: Sequence[Result], snapshot: Snapshot, passages: Iterable[Passage], conditions: int
) -> tuple[ScopeVerdict, ...]:
    """The verdict of each launch in each of its markets."""
    return tuple(
        ScopeVerdict(
            passage.launch.ref.id if passage.launch else "",
            market,
            judge.verdict([r for r in results if concerns(r, snapshot, passage, market)], conditions),
        )
        for passage in passages
        for market in passage.markets or ("",)
    )


def asked(table: Table, gate: Gate, passage: Passage) -> Seen:
    """What the gate itself asks of a passage: subjects that must be there, sign-offs, decisions."""
    return _Asking(table, gate, passage).seen()


class _Asking:
    def __init__(self, table: Table, gate: Gate, passage: Passage) -> None:
        self.table, self.gate, self.passage = table, gate, passage
        self.results: list[Result] = []
        self.rules: dict[str, RuleInfo] = {}

    def seen(self) -> Seen:
        for need in self.gate.needs:
            self._need(need)
        sign_offs = [state for wanted in self.gate.sign_offs for state in self._sign_off(wanted)]
        for required in self.gate.requires:
            self._require(required)
        decisions = self._decisions(self.gate, self.passage.names)
        held, rules = deciding.results(self.gate, decisions, self._ref(), self._where(()))
        self.results += held
        self.rules.update((rule.id, rule) for rule in rules)
        return Seen(tuple(self.results), tuple(self.rules.values()), tuple(sign_offs), decisions)

    def _need(self, need: Need) -> None:
        product, kind = self.passage.product, need.kind
        there = self.table.snapshot.related(kind, product)
        some = "at least " if need.most is None else "" if need.most == need.least else "at most "
        count = need.most if some == "at most " and len(there) > need.least else need.least
        wanted = f"{some}{count} {kind}"
        fits = need.least <= len(there) and (need.most is None or len(there) <= need.most)
        message = (
            f"{product} has {wanted}"
            if fits
            else f"{product} has {len(there) or 'no'} {kind}; it needs {wanted}"
        )
        fix = (
            f"Write the {kind} of {product}: gonogo new {kind}."
            if len(there) < need.least
            else "Keep one of them."
        )
        self._add(
            f"needs.{kind}",
            f"The product has {wanted}",
            ("needs", kind),
            "pass" if fits else "fail",
            message,
            fix=fix,
        )

    def _sign_off(self, wanted: AskedSignOff) -> Iterator[SignOffState]:
        """One state for all markets where each has the same."""
        table, passage = self.table, self.passage
        reviewed = signing.reviewed(wanted, table.snapshot, passage.product, passage.launch)
        found: list[SignOffState] = []
        for market in passage.markets or ("",):
            if not wanted.markets or not market or market in wanted.markets:
                found += signing.judge(
                    self.gate,
                    wanted,
                    passage.launch,
                    passage.record,
                    passage.names,
                    reviewed,
                    market,
                    table.sign_offs,
                    table.workspace.people,
                    table.authors,
                    table.as_of,
                    table.snapshot.data,
                    table.context,
                )
        alike = tuple(dict.fromkeys(state._replace(market="") for state in found))
        per_market = len(found) // max(1, len(passage.markets or ("",)))
        states = alike if len(alike) <= per_market and not wanted.markets else found
        for state in states:
            self._signed(wanted, state)
            yield state

    def _signed(self, wanted: AskedSignOff, state: SignOffState) -> None:
        outcomes: Mapping[str, Outcome] = {"present": "pass", "not-needed": "not-applicable"}
        where = f" in {state.market}" if state.market else ""
        who = state.approval.person if state.approval else ""
        title = wanted.title or f"The {wanted.role} has signed"
        message = {
            "present": f"{who} signed as {wanted.role}{where}",
            "not-needed": f"no sign-off by the {wanted.role} is asked for{where}",
            "missing": f"nobody has signed as {wanted.role}{where}",
            "void": f"the sign-off by {who} as {wanted.role}{where} does not count",
        }[state.status]
        self._add(
            f"sign-off.{wanted.role}",
            title,
            wanted.at,
            outcomes.get(state.status, "error"),
            message,
            fix=f"gonogo sign-off {self.gate.id} --subject {self.passage.id} --role {wanted.role}"
            if state.status in ("missing", "void")
            else "",
            key=state.market,
            reasons=tuple(Reason(text, "") for text in state.reasons),
            enforcement="advisory" if wanted.advisory else "mandatory",
            markets=(state.market,) if state.market else (),
            owner=wanted.role,
        )

    def _require(self, required: AskedDecision) -> None:
        gate = next(each for each in self.table.workspace.gates if each.id == required.gate)
        title = f"What it rests on has passed {gate.id}"
        try:
            ids = self._required_products(required)
        except cel.EvaluationError as error:
            self._add(f"requires.{gate.id}", title, required.at, "error", f"`products` says nothing: {error}")
            return
        for product in ids:
            record = self.table.snapshot.find("product", product)
            former = record.data.get("formerly", ()) if record else ()
            latest = next(iter(self._decisions(gate, (product, *former))), None)
            proceeds = latest is not None and latest.decision.startswith("proceed")
            outcome: Outcome = "error" if latest is None else "pass" if proceeds and latest.stands else "fail"
            self._add(
                f"requires.{gate.id}",
                title,
                required.at,
                outcome,
                f"no decision about {product} at {gate.id} is recorded"
                if latest is None
                else f"{product} at {gate.id}: {latest.decision}; {latest.message}",
                fix="" if outcome == "pass" else f"gonogo review {gate.id} --subject {product}",
                key=product,
            )

    def _required_products(self, required: AskedDecision) -> list[str]:
        if required.products is None:
            return [self.passage.product]
        value = required.products.program.evaluate(self._activation())
        return [str(each) for each in value] if isinstance(value, list) else [str(value)]

    def _activation(self) -> dict[str, Any]:
        passage, table = self.passage, self.table
        return {
            "product": passage.record.data if passage.record else {},
            "launch": passage.launch.data if passage.launch else {},
            "market": "",
            "data": table.snapshot.data,
            "now": language.timestamp(table.as_of),
            language.CONTEXT: table.context,
            language.PRODUCT: passage.product,
        }

    def _decisions(self, gate: Gate, names: Sequence[str]) -> tuple[DecisionState, ...]:
        table = self.table
        return deciding.decisions(
            table.ledger,
            gate,
            names,
            table.workspace.people,
            table.approve,
            table.as_of,
            table.workspace.ledger,
        )

    def _ref(self) -> SubjectRef:
        subject = self.passage.subject
        if subject:
            return subject.ref
        return SubjectRef("product", self.passage.product, self.gate.source.path, self.passage.product)

    def _where(self, at: tuple[str | int, ...]) -> Location:
        subject = self.passage.subject
        return subject.location() if subject else Location(self.gate.source.path, self.gate.source.span(at))

    def _add(
        self,
        name: str,
        title: str,
        at: tuple[str | int, ...],
        outcome: Outcome,
        message: str,
        *,
        fix: str = "",
        key: str = "",
        reasons: tuple[Reason, ...] = (),
        enforcement: Enforcement = "mandatory",
        markets: tuple[str, ...] = (),
        owner: str = "",
    ) -> None:
        gate, ref, where = self.gate, self._ref(), self._where(at)
        id = f"{gate.id}.{name}"
        written = Location(gate.source.path, gate.source.span(at))
        self.rules[id] = RuleInfo(
            id, title, gate.id, "", "", "high", ref.kind, fix=fix, description=gate.title, location=written
        )
        subject = self.passage.subject
        open = outcome in ("fail", "error")
        self.results.append(
            Result(
                id,
                gate.id,
                ref,
                outcome,
                "high",
                enforcement,
                message,
                where,
                subject.evidence if subject else (gate.source.evidence,),
                key,
                fix,
                reasons,
                None,
                gate.id,
                subject.excerpt(where.span) if subject and open else None,
                markets,
                owner if open else "",
            )
        )


def next_gate(workspace: Workspace, gate: Gate) -> Gate | None:
    """The gate of the same lifecycle that comes after another; None: it is the last, or names no stage."""
    if gate.leads_to is None:
        return None
    later = [
        other
        for other in workspace.gates
        if other.lifecycle is gate.lifecycle and other.leads_to is not None and other.leads_to > gate.leads_to
    ]
    return min(later, key=lambda other: (other.leads_to, other.id), default=None)


def owned(results: Iterable[Result], snapshot: Snapshot) -> list[Result]:
    """The same results; those that did not pass say who can mend them."""
    return [
        result
        if result.owner or result.outcome not in ("fail", "error")
        else result._replace(owner=_owner(result.subject, snapshot))
        for result in results
    ]


def _owner(ref: SubjectRef, snapshot: Snapshot) -> str:
    for subject in (snapshot.find(ref.kind, ref.id), snapshot.find("product", ref.product)):
        if subject:
            named = subject.data.get("owner") or subject.data.get("owners")
            if named:
                return ", ".join(map(str, named)) if isinstance(named, list) else str(named)
    return ""


class Opened(NamedTuple):
    """What a review was opened with."""

    on: Day
    rules: Mapping[str, str]
    """The version of its policy for each rule that there was."""


def opened(table: Table, gate: Gate, passage: Passage) -> Opened | None:
    """The last opening of a review of this passage at this gate; None: it was not opened."""
    zone = table.as_of.tzinfo
    found = None
    for entry in table.ledger.entries.values():
        body = entry.body
        if (
            entry.type == "review-opened"
            and body.get("gate") == gate.id
            and body.get("subject") in passage.names
        ):
            found = Opened(entry.at.astimezone(zone).date(), body.get("rules", {}))
    return found


def advised(results: Iterable[Result], gate: Gate, opened: Opened, as_of: datetime) -> list[Result]:
    """The same results; rules that came after the review was opened only advise, until the gate says so."""
    if gate.newer_rules_from is not None and as_of.date() >= gate.newer_rules_from:
        return list(results)
    until = f" until {gate.newer_rules_from}" if gate.newer_rules_from else ""
    told = Reason(
        f"this rule is newer than the review, which was opened on {opened.on}: it advises{until}", ""
    )
    return [
        result._replace(enforcement="advisory", reasons=(*result.reasons, told))
        if result.enforcement == "mandatory" and result.policy != gate.id and result.rule not in opened.rules
        else result
        for result in results
    ]


def review(
    table: Table,
    gate: Gate,
    passages: Sequence[Passage],
    seen: Sequence[Seen],
    results: Sequence[Result],
    opened: Opened | None,
) -> Review:
    """The record of a review, from its results after waivers."""
    first = passages[0]
    stage = first.record.data.get("stage") if first.record else None
    decisions = tuple(decision for each in seen for decision in each.decisions)
    following = next_gate(table.workspace, gate)
    return Review(
        gate.id,
        str(gate.source.data["title"]),
        first.product,
        stage if isinstance(stage, str) else "",
        gate.stage,
        scopes(results, table.snapshot, passages, open_conditions(decisions)),
        tuple(state for each in seen for state in each.sign_offs),
        decisions,
        following.id if following else "",
        f"opened on {opened.on} with {len(opened.rules)} rules" if opened else "",
    )


def open_conditions(decisions: Iterable[DecisionState]) -> int:
    """How many conditions of decisions that stand are not met yet."""
    return sum(
        condition.status == "open"
        for decision in decisions
        if decision.stands
        for condition in decision.conditions
    )

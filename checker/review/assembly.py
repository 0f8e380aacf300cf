"""A gate review: the results of one product, and what the gate itself asks, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from shlex import quote
from typing import Any, NamedTuple

from checker import cel, judge, plan
from checker.ledger import Ledger
from checker.model import (
    PROCEEDING,
    Approve,
    DecisionState,
    Enforcement,
    Outcome,
    Reason,
    Result,
    Review,
    RuleInfo,
    ScopeVerdict,
    SignOffState,
    SubjectRef,
    Verdict,
)
from checker.policy import language
from checker.policy.gates import AskedDecision, AskedSignOff, Gate
from checker.policy.workspace import Workspace
from checker.review import deciding, questions, signing
from checker.review.opening import Opened
from checker.snapshot import Snapshot, Subject


class Table(NamedTuple):
    """All that lies on the table of a review, whichever gate and product it is about."""

    workspace: Workspace
    snapshot: Snapshot
    as_of: datetime
    context: language.Context
    sign_offs: signing.Signatures
    approve: Approve
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
    former: tuple[str, ...] = ()
    """What the product was called before."""

    @property
    def id(self) -> str:
        """What sign-offs and decisions name."""
        return self.launch.ref.id if self.launch else self.product

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that means it, the former names of the product too."""
        return tuple(dict.fromkeys((self.id, self.product, *self.former)))


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
        if id in snapshot.former(subject):
            return subject.ref.id, None
    return (id, None) if id in products(snapshot) else None


def products(snapshot: Snapshot) -> tuple[str, ...]:
    """The ids of all products: those of the register, and those that subjects name; sorted."""
    return tuple(sorted({subject.ref.product for subject in snapshot.subjects if subject.ref.product}))


def standing(workspace: Workspace, snapshot: Snapshot, product: str) -> plan.Place:
    """Where a product stands: by its record, or where the register has none, by what states a stage of it."""
    record = snapshot.find("product", product)
    stating = [record] if record else [s for s in snapshot.of_product(product) if "stage" in s.data]
    places = [plan.place(workspace, snapshot, each) for each in stating if not each.kind.launch_date]
    if not places:
        return plan.Place((), "", ())
    stages = {stage for place in places for stage in place.stages}
    return places[0]._replace(stages=tuple(sorted(stages)))


def needs(workspace: Workspace, snapshot: Snapshot, claims: plan.Claims) -> list[tuple[Result, RuleInfo]]:
    """Whether every product has what the gates that it has passed need, and what the next one will."""
    found: list[tuple[Result, RuleInfo]] = []
    for product in products(snapshot) if any(gate.needs for gate in workspace.gates) else ():
        place = standing(workspace, snapshot, product).held_to(claims.get(product))
        ahead = [gate for gate in workspace.gates if place.takes(gate) and not place.reached(gate)]
        for gate in workspace.gates:
            if not place.takes(gate):
                continue
            if gate not in ahead:
                found += questions.needs(gate, snapshot, product)
            elif gate.leads_to == min(g.leads_to or 0 for g in ahead if g.lifecycle is gate.lifecycle):
                found += questions.needs(gate, snapshot, product, "upcoming")
    return found


def passages(
    snapshot: Snapshot, gate: Gate, product: str, launch: Subject | None = None
) -> tuple[Passage, ...]:
    """The launches of a product at a gate; `launch`: that one alone."""
    record = snapshot.find("product", product)
    former = snapshot.former(record) if record else ()
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
        return (Passage(product, record, None, record.texts("markets") if record else (), former),)
    return tuple(Passage(product, record, each, plan.markets(each), former) for each in launches)


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
    results: Sequence[Result],
    snapshot: Snapshot,
    passages: Iterable[tuple[Passage, Seen]],
    sound: bool,
) -> tuple[ScopeVerdict, ...]:
    """The verdict of each launch in each market; where not all is sound, none is better than undecided."""

    def verdict(passage: Passage, seen: Seen, market: str) -> Verdict:
        conditions = open_conditions(each for each in seen.decisions if each.market in ("", market))
        found = judge.verdict([r for r in results if concerns(r, snapshot, passage, market)], conditions)
        return found if sound or found == "no-go" else "undecided"

    return tuple(
        ScopeVerdict(passage.launch.ref.id if passage.launch else "", market, verdict(passage, seen, market))
        for passage, seen in passages
        for market in passage.markets or ("",)
    )


def asked(table: Table, gate: Gate, passage: Passage) -> Seen:
    """What the gate itself asks of a passage: subjects that must be there, sign-offs, decisions."""
    return _Asking(table, gate, passage).seen()


class _Asking:
    def __init__(self, table: Table, gate: Gate, passage: Passage) -> None:
        self.table, self.gate, self.passage = table, gate, passage
        self.about = questions.About(passage.product, passage.launch or passage.record)
        self.results: list[Result] = []
        self.rules: dict[str, RuleInfo] = {}

    def seen(self) -> Seen:
        self._stage()
        for answered in questions.needs(self.gate, self.table.snapshot, self.passage.product):
            self._add(*answered)
        sign_offs = [state for wanted in self.gate.sign_offs for state in self._sign_off(wanted)]
        for required in self.gate.requires:
            self._require(required)
        decisions = self._decisions(self.gate, self.passage.names)
        gate, about = self.gate, self.about
        held, rules = deciding.results(gate, decisions, about.ref(gate), about.location(gate))
        self.results += held
        self.rules.update((rule.id, rule) for rule in rules)
        return Seen(tuple(self.results), tuple(self.rules.values()), tuple(sign_offs), decisions)

    def _stage(self) -> None:
        """A stage that the lifecycle does not have says nothing about where the product stands."""
        table, lifecycle = self.table, self.gate.lifecycle
        if lifecycle is None:
            return
        place = standing(table.workspace, table.snapshot, self.passage.product)
        for stage in place.stages if place.takes(self.gate) else ():
            if lifecycle.position(stage) is None:
                lacks = f"which the lifecycle {lifecycle.id} lacks"
                message = f"{self.passage.product} is in the stage {stage}, {lacks}"
                answer = questions.Answer("error", message, f"Write one of {', '.join(lifecycle.stages)}.")
                title = "The product is in a stage of the lifecycle"
                self._add(*questions.result(self.gate, self.about, "stage", title, (), answer))

    def _sign_off(self, wanted: AskedSignOff) -> Iterator[SignOffState]:
        """One state for all markets where each has the same."""
        table, passage = self.table, self.passage
        reviewed = signing.reviewed(wanted, table.snapshot, passage.product, passage.launch)
        by_market: list[tuple[SignOffState, ...]] = []
        for market in passage.markets or ("",):
            if not wanted.markets or not market or market in wanted.markets:
                desk = signing.Desk(
                    self.gate,
                    wanted,
                    passage.names,
                    reviewed,
                    market,
                    table.workspace.people,
                    table.authors,
                    table.as_of,
                    table.sign_offs.about(self.gate.id, passage.names),
                )
                data, context = table.snapshot.data, table.context
                by_market.append(signing.judge(desk, passage.launch, passage.record, data, context))
        everywhere = {tuple(state._replace(market="") for state in found) for found in by_market}
        states = [state for found in by_market for state in found]
        if len(everywhere) == 1 and not wanted.markets:
            states = list(everywhere.pop())
        for state in states:
            self._signed(wanted, state)
            yield state

    def _signed(self, wanted: AskedSignOff, state: SignOffState) -> None:
        outcomes: Mapping[str, Outcome] = {"present": "pass", "not-needed": "not-applicable"}
        where = f" in {state.market}" if state.market else ""
        market = f" --market {quote(state.market)}" if state.market else ""
        who = state.approval.person if state.approval else ""
        few = "nobody has" if wanted.quorum == 1 else "too few have"
        mend = f"gonogo sign-off {self.gate.id} --subject {quote(self.passage.id)}"
        mend += f" --role {wanted.role} --as PERSON{market}"
        approval, place = state.approval, state.location
        asserted = approval is not None and approval.assurance == "asserted" and not state.advisory
        if asserted and place and len(state.reasons) == 1:  # no more is wrong, and a second one is refused
            mend = signing.by_hand(place.path)
        answer = questions.Answer(
            outcomes.get(state.status, "error"),
            {
                "present": f"{who} signed as {wanted.role}{where}",
                "not-needed": f"no sign-off by the {wanted.role} is asked for{where}",
                "missing": f"{few} signed as {wanted.role}{where}",
                "void": f"the sign-off by {who} as {wanted.role}{where} does not count",
            }[state.status],
            mend if state.status in ("missing", "void") else "",
            tuple(Reason(text, "") for text in state.reasons),
            state.market,
            (state.market,) if state.market else (),
            wanted.role,
        )
        title = wanted.title or f"The {wanted.role} has signed"
        enforcement: Enforcement = "advisory" if wanted.advisory else "mandatory"
        name = f"sign-off.{wanted.role}"
        self._add(*questions.result(self.gate, self.about, name, title, wanted.at, answer, enforcement))

    def _require(self, required: AskedDecision) -> None:
        gate = next(each for each in self.table.workspace.gates if each.id == required.gate)
        try:
            ids = self._required_products(required)
        except cel.EvaluationError as error:
            ids = []
            answer = questions.Answer("error", f"whose decision is required cannot be told: {error}")
            self._required(required, gate, answer)
        for product in ids:
            others = passages(self.table.snapshot, gate, product)
            names = dict.fromkeys(name for other in others for name in other.names)
            latest = deciding.counting(self._decisions(gate, tuple(names)))
            outcome: Outcome = "error"
            message = f"no decision about {product} at {gate.id} is recorded"
            if latest:
                proceeds = latest.decision in PROCEEDING and latest.stands
                outcome = "pass" if proceeds else "fail"
                message = f"{product} at {gate.id}: {latest.decision}; {latest.message}"
            fix = f"gonogo review {gate.id} --subject {quote(product)}"
            self._required(required, gate, questions.Answer(outcome, message, fix, key=product))

    def _required(self, required: AskedDecision, gate: Gate, answer: questions.Answer) -> None:
        title = f"What it rests on has passed {gate.id}"
        name = f"requires.{gate.id}"
        self._add(*questions.result(self.gate, self.about, name, title, required.at, answer))

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
        table, workspace = self.table, self.table.workspace
        return deciding.decisions(
            table.ledger, gate, names, workspace.people, table.approve, table.as_of, workspace.ledger
        )

    def _add(self, result: Result, rule: RuleInfo) -> None:
        self.results.append(result)
        self.rules[rule.id] = rule


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
        if result.owner or not result.is_finding
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


def review(
    table: Table,
    gate: Gate,
    passages: Sequence[Passage],
    seen: Sequence[Seen],
    results: Sequence[Result],
    opened: Opened | None,
    sound: bool,
) -> Review:
    """The record of a review, from its results after waivers; `sound`: nothing is missing or in doubt."""
    first = passages[0]
    stages = standing(table.workspace, table.snapshot, first.product).stages
    # Decisions about a product are seen with each of its launches.
    decisions = tuple(dict.fromkeys(decision for each in seen for decision in each.decisions))
    following = next_gate(table.workspace, gate)
    return Review(
        gate.id,
        str(gate.source.data["title"]),
        first.product,
        ", ".join(stages),
        gate.stage,
        scopes(results, table.snapshot, zip(passages, seen, strict=True), sound),
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

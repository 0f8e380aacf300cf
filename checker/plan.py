"""Gates × rules × snapshot → checks: what will be evaluated, on what, and how much it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Day
from datetime import datetime
from typing import Any, NamedTuple

from checker.kinds import Kind
from checker.model import SEVERITIES, Enforcement, RuleInfo, Severity
from checker.policy import language
from checker.policy.floor import lifecycles
from checker.policy.gates import Binding, Gate, matches
from checker.policy.policies import ParamValue, Policy, Rule
from checker.policy.selections import Selection
from checker.policy.workspace import Workspace
from checker.snapshot import Snapshot, Subject


class Bound(NamedTuple):
    """A rule with what its gate and the calendar make of it."""

    info: RuleInfo
    enforcement: Enforcement
    gate: str
    """The gate that decided; empty where none binds the rule."""
    params: Mapping[str, ParamValue]
    """One object for all rules of a policy that have the same."""
    policy: Policy | None
    """None for a kind's own rules."""
    rule: Rule | None
    later: str = ""
    """Not empty: it is not applicable yet, or not to this product; says why."""
    markets: tuple[str, ...] = ()
    """The markets in which it is asked; empty: all."""


Slate = tuple[Bound, ...]
"""All rules for one subject, sorted by id; shared by subjects that stand alike."""


class Plan(NamedTuple):
    """Every check: each subject with each rule of its slate."""

    checks: tuple[tuple[Subject, Slate], ...]
    """In the order of path and position."""
    snapshot: Snapshot
    as_of: datetime
    rules: tuple[RuleInfo, ...]
    """Every rule of the workspace that is selected, whether or not it has a subject."""


class Selector(NamedTuple):
    """What of a workspace is asked for; everything where a part is empty."""

    rules: tuple[str, ...] = ()
    """Ids; `*` matches any characters."""
    kinds: tuple[str, ...] = ()
    severity: Severity | None = None
    """The least severity."""
    paths: tuple[str, ...] = ()
    """Files or folders, relative to the workspace."""
    params: Mapping[str, Mapping[str, ParamValue]] = {}
    """Overrides by policy id; they win over everything else."""
    products: tuple[str, ...] = ()
    """Ids of products, whose review takes what cannot be read and names no product, too."""
    apart: frozenset[str] = frozenset()
    """Ids of products whose records are judged elsewhere, and only looked up here."""

    @property
    def asked(self) -> tuple[str, ...]:
        """What the evaluation is limited to and what it overrides; empty: all is as it is written."""
        return (
            *(f"rule {rule}" for rule in self.rules),
            *(f"kind {kind}" for kind in self.kinds),
            *((f"severity {self.severity}",) if self.severity else ()),
            *(f"path {path or '.'}" for path in self.paths),
            *(f"param {id}.{name}" for id, values in self.params.items() for name in values),
        )

    def takes_rule(self, info: RuleInfo) -> bool:
        """Whether a rule is asked for."""
        return (not self.rules or any(matches(pattern, info.id) for pattern in self.rules)) and (
            self.severity is None or SEVERITIES.index(info.severity) <= SEVERITIES.index(self.severity)
        )

    def takes(self, info: RuleInfo, product: str) -> bool:
        """Whether a question of a gate about a product is asked for, which is about no file alone."""
        return (
            self.takes_rule(info)
            and not self.paths
            and (not self.kinds or info.kind in self.kinds)
            and (not self.products or product in self.products)
            and product not in self.apart
        )

    def takes_subject(self, subject: Subject) -> bool:
        """Whether a subject is asked for."""
        return (
            not (subject.ref.kind == "product" and subject.ref.id in self.apart)
            and (not self.kinds or subject.ref.kind in self.kinds)
            and (
                not self.products
                or subject.ref.product in self.products
                or not (subject.sound or subject.ref.product)
            )
            and (
                not self.paths
                or any(
                    path in ("", ".") or subject.ref.path == path or subject.ref.path.startswith(path + "/")
                    for path in self.paths
                )
            )
        )

    def takes_selection(self, selection: Selection) -> bool:
        """Whether all that a selection names is asked for."""
        return not self.paths and (not self.kinds or selection.kind.name in self.kinds)


def make(
    workspace: Workspace,
    snapshot: Snapshot,
    as_of: datetime,
    selector: Selector,
    entering: Gate | None = None,
    claims: Claims | None = None,
) -> Plan:
    """Decide what is checked, and how much each check counts.

    `entering`: the gate that every product is taken to enter, so that all up to it counts.
    """
    maker = _Maker(workspace, snapshot, as_of, selector, entering, claims or {})
    checks = tuple(
        (subject, maker.slate(subject)) for subject in snapshot.subjects if selector.takes_subject(subject)
    )
    return Plan(checks, snapshot, as_of, maker.rules())


class Claim(NamedTuple):
    """What a product is held to besides its own stage and lifecycle."""

    stage: str
    lifecycle: str | None
    """As `Place.lifecycle`; None: its own."""


Claims = Mapping[str, Claim]
"""What products are held to besides, by id, such as the stage that a change takes them back from."""


class Place(NamedTuple):
    """Where a subject stands, as far as gates care."""

    stages: tuple[str, ...]
    """The stages that it claims, sorted: its own, and its product's."""
    lifecycle: str
    """The lifecycle that its product follows; empty: none that the workspace knows."""
    markets: tuple[str, ...]
    """The markets that it goes to; empty: none are named, so it may be any."""
    entering: Gate | None = None
    """The gate that it is about to pass."""
    also: str | None = None
    """Another lifecycle whose gates count for it too, as `lifecycle`; None: there is none."""

    def reached(self, gate: Gate) -> bool:
        """Whether a gate's bindings count for something here.

        A stage that the lifecycle does not know, or none at all, counts as the last: what cannot be placed is
        judged by everything.
        """
        if gate.leads_to is None or gate.lifecycle is None:
            return True
        entering = self.entering
        if entering is not None:
            if gate.id == entering.id:
                return True
            if not self.stages:  # what states no stage is where the review says
                return (
                    entering.leads_to is not None
                    and gate.lifecycle is entering.lifecycle
                    and gate.leads_to <= entering.leads_to
                )
        places = [gate.lifecycle.position(stage) for stage in self._stages(gate)]
        return not places or any(place is None or place >= gate.leads_to for place in places)

    def _stages(self, gate: Gate) -> tuple[str, ...]:
        """The stages claimed, and the one that is about to be entered where it is of the gate's lifecycle."""
        entering = self.entering
        if entering is None or entering.lifecycle is not gate.lifecycle or not entering.stage:
            return self.stages
        return (*self.stages, entering.stage)

    def passed(self, gate: Gate) -> bool:
        """Whether the stages that are claimed lie behind a gate; false where nothing is claimed."""
        if gate.leads_to is None or gate.lifecycle is None:
            return False
        places = [gate.lifecycle.position(stage) for stage in self.stages]
        return any(place is not None and place >= gate.leads_to for place in places)

    def held_to(self, claim: Claim | None) -> Place:
        """The same place, held to another stage and lifecycle besides."""
        if claim is None:
            return self
        # What states no stage is judged by everything; to be held to one takes nothing away from that.
        stages = tuple(sorted({*self.stages, claim.stage})) if self.stages else ()
        return self._replace(stages=stages, also=claim.lifecycle)

    def takes(self, gate: Gate) -> bool:
        """Whether a gate is one of its lifecycle."""
        return gate.lifecycle is None or any(
            each in ("", gate.lifecycle.id) for each in (self.lifecycle, self.also)
        )

    def sold_in(self, markets: Sequence[str]) -> bool:
        """Whether what is asked in some markets (all, where none is named) concerns it."""
        return not markets or not self.markets or not set(markets).isdisjoint(self.markets)


def place(workspace: Workspace, snapshot: Snapshot, subject: Subject, entering: Gate | None = None) -> Place:
    """Where a subject stands."""
    product = snapshot.find("product", subject.ref.product) if subject.ref.product else None
    facts = product.data if product else {}
    # A launch states the stage that it enters, which in a review the gate says.
    own = None if entering and subject.kind.launch_date else subject.data.get("stage")
    claims = (own, facts.get("stage"))
    lifecycle = facts.get("lifecycle") or subject.data.get("lifecycle")
    followed = lifecycles(workspace.floor, workspace.lifecycles)
    return Place(
        tuple(sorted({stage for stage in claims if isinstance(stage, str)})),
        lifecycle if isinstance(lifecycle, str) and lifecycle in followed else "",
        markets(subject) or (product.texts("markets") if product else ()),
        entering,
    )


def markets(subject: Subject) -> tuple[str, ...]:
    """The markets that a launch names; empty for anything else."""
    return subject.texts(*subject.kind.markets)


class _Maker:
    def __init__(
        self,
        workspace: Workspace,
        snapshot: Snapshot,
        as_of: datetime,
        selector: Selector,
        entering: Gate | None,
        claims: Claims,
    ) -> None:
        self.workspace, self.snapshot, self.as_of, self.selector = workspace, snapshot, as_of, selector
        self.entering, self.claims = entering, claims
        self.candidates: dict[str, tuple[_Candidate, ...]] = {}
        self.slates: dict[tuple[Any, ...], Slate] = {}
        self.params: dict[tuple[str, str], Mapping[str, ParamValue]] = {}
        self.staged = any(gate.leads_to is not None for gate in workspace.gates)
        self.by_market = any(binding.markets for gate in workspace.gates for binding in gate.bindings)

    def rules(self) -> tuple[RuleInfo, ...]:
        found = {
            candidate.info.id: candidate.info
            for name in {*self.workspace.kinds, *(p.kind.name for p in self.workspace.policies)}
            for candidate in self.for_kind(self.workspace.kinds[name])
        }
        return tuple(found[id] for id in sorted(found))

    def for_kind(self, kind: Kind) -> tuple[_Candidate, ...]:
        """The rules that are asked for, for subjects of a kind, before any gate is considered."""
        if kind.name not in self.candidates:
            own = (self._candidate(info) for info in kind_rules(kind))
            written = (
                self._candidate(rule_info(policy, rule), policy, rule)
                for policy in self.workspace.policies
                if policy.kind.name == kind.name
                for rule in policy.rules
            )
            asked = [candidate for candidate in (*own, *written) if self.selector.takes_rule(candidate.info)]
            self.candidates[kind.name] = tuple(sorted(asked, key=lambda candidate: candidate.info.id))
        return self.candidates[kind.name]

    def _candidate(
        self, info: RuleInfo, policy: Policy | None = None, rule: Rule | None = None
    ) -> _Candidate:
        params: dict[str, ParamValue] = {}
        if policy:
            params = {name: param.default for name, param in policy.params.items()}
            params |= self.workspace.params.get(policy.id, {})
        bound = (
            (gate, binding)
            for gate in self.workspace.gates
            for binding in gate.bindings_of(info.id, info.policy, info.pack)
        )
        return _Candidate(info, policy, rule, params, tuple(bound))

    def slate(self, subject: Subject) -> Slate:
        where = Place((), "", ())
        if self.staged or self.by_market:
            where = place(self.workspace, self.snapshot, subject, self.entering)
            where = where.held_to(self.claims.get(subject.ref.product))
        if where.markets and not self.by_market:  # so that subjects that stand alike share a slate
            where = where._replace(markets=())
        day = self._launch_day(subject)
        key = (subject.ref.kind, where.stages, where.lifecycle, where.also, where.markets, day)
        if key not in self.slates:
            self.slates[key] = tuple(
                bound
                for candidate in self.for_kind(subject.kind)
                for bound in self._bind(candidate, where, day)
            )
        return self.slates[key]

    def _launch_day(self, subject: Subject) -> Day:
        """The day that `effective` is compared with."""
        value = subject.value(subject.kind.launch_date)
        if isinstance(value, str):
            zone = self.as_of.tzinfo
            assert zone is not None, "as_of is timezone-aware"
            return language.day_of(value, zone) or self.as_of.date()
        return self.as_of.date()

    def _bind(self, candidate: _Candidate, where: Place, day: Day) -> Iterable[Bound]:
        """What a rule counts for here: once for all markets, and once for each group that a gate names."""
        bound = candidate.bound
        if not bound:
            yield self._weigh(candidate, "mandatory", None, candidate.params, day)
            return
        of_lifecycle = [pair for pair in bound if where.takes(pair[0])]
        if not of_lifecycle:
            gate = bound[0][0]
            why = f"gate {gate.id} asks for it, which is not of the lifecycle {where.lifecycle}"
            yield self._weigh(candidate, "upcoming", gate, candidate.params, day)._replace(later=why)
            return
        of_lifecycle.sort(key=_along)
        for group in dict.fromkeys(binding.markets for _, binding in of_lifecycle):
            found = [pair for pair in of_lifecycle if pair[1].markets == group]
            for each in self._of_gates(candidate, where, day, found):
                if where.sold_in(group):
                    yield each._replace(markets=group)
                else:
                    yield each._replace(markets=group, later=f"it is asked in {', '.join(group)} only")

    def _of_gates(
        self, candidate: _Candidate, where: Place, day: Day, found: Sequence[tuple[Gate, Binding]]
    ) -> Iterable[Bound]:
        """What a rule counts for, and in a review also what the next gate will ask of it otherwise."""
        counting = [pair for pair in found if where.reached(pair[0])]
        ahead = [pair for pair in found if not where.reached(pair[0]) and self._is_next(pair[0], where)]
        params = _overlaid(candidate.params, counting or found[:1])
        gate, binding = _strictest(counting) if counting else found[0]
        if not counting:
            each = self._weigh(candidate, "upcoming", gate, params, day)
            later = "" if self._is_next(gate, where) else f"gate {gate.id} asks for it, which is not next yet"
            yield each._replace(later=later)
            return
        now = self._weigh(candidate, binding.enforcement, gate, params, day)
        yield now
        if ahead and where.entering is not None:
            next_gate, stricter = _strictest(ahead)
            then = self._weigh(candidate, "upcoming", next_gate, _overlaid(params, ahead), day)
            if then.params != now.params or (binding.advisory and not stricter.advisory):
                yield then

    def _weigh(
        self,
        candidate: _Candidate,
        enforcement: Enforcement,
        gate: Gate | None,
        params: Mapping[str, ParamValue],
        day: Day,
    ) -> Bound:
        info, policy, rule = candidate.info, candidate.policy, candidate.rule
        effective = (rule.effective if rule else None) or (policy.effective if policy else None)
        if effective and day < effective and enforcement != "upcoming":
            enforcement, gate = "upcoming", None  # it waits for a day, and for no gate
        if policy:
            params = {**params, **self.selector.params.get(policy.id, {})}
            params = {name: policy.params[name].fitted(value) for name, value in params.items()}
            params = self.params.setdefault((policy.id, repr(params)), params)  # where 1 is not true, nor 1.0
        if rule and rule.title.variables:
            info = info._replace(title=title(rule, params))
        return Bound(info, enforcement, gate.id if gate else "", params, policy, rule)

    def _is_next(self, gate: Gate, where: Place) -> bool:
        """True when no other gate of the lifecycle stands between here and this gate."""
        return gate.leads_to == min(
            (
                other.leads_to
                for other in self.workspace.gates
                if other.leads_to is not None
                and other.lifecycle is gate.lifecycle
                and not where.reached(other)
            ),
            default=gate.leads_to,
        )


class _Candidate(NamedTuple):
    """A rule for a kind, before any gate is considered."""

    info: RuleInfo
    policy: Policy | None
    rule: Rule | None
    params: Mapping[str, ParamValue]
    """Before any gate sets others."""
    bound: tuple[tuple[Gate, Binding], ...]
    """Every gate that binds it, with each binding that counts there."""


def _along(pair: tuple[Gate, Binding]) -> tuple[int, str]:
    """How far along a gate is, then its id."""
    return pair[0].leads_to or 0, pair[0].id


def _overlaid(
    params: Mapping[str, ParamValue], found: Iterable[tuple[Gate, Binding]]
) -> Mapping[str, ParamValue]:
    """Parameters with those that gates set over them, the last one wins."""
    for _, binding in found:
        params = {**params, **{name: value for name, value in binding.params.items() if name in params}}
    return params


def _strictest(found: Sequence[tuple[Gate, Binding]]) -> tuple[Gate, Binding]:
    """Mandatory before advisory, then the gate furthest along, then by id."""
    return max(found, key=lambda pair: (not pair[1].advisory, _along(pair)))


def kind_rules(kind: Kind) -> tuple[RuleInfo, RuleInfo]:
    """The two rules that every kind brings: its artifacts can be read, and have its shape."""
    return (
        RuleInfo(
            kind.rules.readable,
            f"The {kind.name} can be read",
            kind.name,
            "",
            "",
            "high",
            kind.name,
            description="An artifact that cannot be read says nothing, so everything asked of it stays open.",
        ),
        RuleInfo(
            kind.rules.schema,
            f"The {kind.name} has the fields of its kind",
            kind.name,
            "",
            "",
            "high",
            kind.name,
            description=f"`gonogo schema {kind.name}` shows the fields.",
        ),
    )


def rule_info(policy: Policy, rule: Rule) -> RuleInfo:
    """What a report says of a rule, its title with the parameters' defaults."""
    return RuleInfo(
        rule.id,
        title(rule, {name: param.default for name, param in policy.params.items()}),
        policy.id,
        policy.version,
        policy.pack,
        rule.severity,
        policy.kind.name,
        rule.controls,
        rule.fix_text,
        rule.description or policy.description,
        policy.source.location(rule.at),
    )


def title(rule: Rule, params: Mapping[str, ParamValue]) -> str:
    """A rule's title with its parameters filled in."""
    return rule.title.render({"params": params})

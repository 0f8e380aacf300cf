"""Gates × rules × snapshot → checks: what will be evaluated, on what, and how much it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Day
from datetime import datetime
from typing import Any, NamedTuple

from checker.kinds import Kind
from checker.model import SEVERITIES, Enforcement, Location, Path, RuleInfo, Severity
from checker.policy import language
from checker.policy.gates import Binding, Gate, matches
from checker.policy.policies import ParamValue, Policy, Rule
from checker.policy.workspace import Selection, Workspace
from checker.snapshot import Snapshot, Subject


class Bound(NamedTuple):
    """A rule with what its gate and the calendar make of it."""

    info: RuleInfo
    enforcement: Enforcement
    gate: str
    """The gate that decided; empty where none binds the rule."""
    params: Mapping[str, ParamValue]
    policy: Policy | None
    """None for a kind's own rules."""
    rule: Rule | None
    later: str = ""
    """Not empty: a later gate asks for it, so it is not applicable yet; says which."""


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

    def takes_subject(self, subject: Subject) -> bool:
        """Whether a subject is asked for."""
        return (not self.kinds or subject.ref.kind in self.kinds) and (
            not self.paths
            or any(
                path in ("", ".") or subject.ref.path == path or subject.ref.path.startswith(path + "/")
                for path in self.paths
            )
        )

    def takes_selection(self, selection: Selection) -> bool:
        """Whether all that a selection names is asked for."""
        return not self.paths and (not self.kinds or selection.kind.name in self.kinds)


def make(workspace: Workspace, snapshot: Snapshot, as_of: datetime, selector: Selector) -> Plan:
    """Decide what is checked, and how much each check counts."""
    maker = _Maker(workspace, snapshot, as_of, selector)
    checks = tuple(
        (subject, maker.slate(subject)) for subject in snapshot.subjects if selector.takes_subject(subject)
    )
    return Plan(checks, snapshot, as_of, maker.rules())


class _Maker:
    def __init__(self, workspace: Workspace, snapshot: Snapshot, as_of: datetime, selector: Selector) -> None:
        self.workspace, self.snapshot, self.as_of, self.selector = workspace, snapshot, as_of, selector
        self.candidates: dict[str, tuple[_Candidate, ...]] = {}
        self.slates: dict[tuple[Any, ...], Slate] = {}
        self.staged = any(gate.leads_to is not None for gate in workspace.gates)

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
            own = (_Candidate(info, None, None, {}) for info in kind_rules(kind))
            written = (
                _Candidate(rule_info(policy, rule), policy, rule, self._base_params(policy))
                for policy in self.workspace.policies
                if policy.kind.name == kind.name
                for rule in policy.rules
            )
            asked = [candidate for candidate in (*own, *written) if self.selector.takes_rule(candidate.info)]
            self.candidates[kind.name] = tuple(sorted(asked, key=lambda candidate: candidate.info.id))
        return self.candidates[kind.name]

    def _base_params(self, policy: Policy) -> dict[str, ParamValue]:
        return {
            **{name: param.default for name, param in policy.params.items()},
            **self.workspace.params.get(policy.id, {}),
        }

    def slate(self, subject: Subject) -> Slate:
        stages = self._stages(subject) if self.staged else ()
        day = self._launch_day(subject)
        key = (subject.ref.kind, stages, day)
        if key not in self.slates:
            self.slates[key] = tuple(
                self._bind(candidate, stages, day) for candidate in self.for_kind(subject.kind)
            )
        return self.slates[key]

    def _stages(self, subject: Subject) -> tuple[str, ...]:
        """The stages that a subject claims: its own, and its product's."""
        product = self.snapshot.find("product", subject.ref.product) if subject.ref.product else None
        claims = (subject.data.get("stage"), product.data.get("stage") if product else None)
        return tuple(sorted({stage for stage in claims if isinstance(stage, str)}))

    def _launch_day(self, subject: Subject) -> Day:
        """The day that `effective` is compared with."""
        value: Any = subject.data
        for part in subject.kind.launch_date:
            value = value.get(part) if isinstance(value, dict) else None
        if subject.kind.launch_date and isinstance(value, str):
            zone = self.as_of.tzinfo
            assert zone is not None, "as_of is timezone-aware"
            return language.day_of(value, zone) or self.as_of.date()
        return self.as_of.date()

    def _bind(self, candidate: _Candidate, stages: tuple[str, ...], day: Day) -> Bound:
        info, policy, rule = candidate.info, candidate.policy, candidate.rule
        found = [
            (gate, binding)
            for gate in self.workspace.gates
            if (binding := gate.binding(info.id, info.policy, info.pack)) is not None
        ]
        enforcement: Enforcement = "mandatory"
        gate_id = later = ""
        params = candidate.params
        if found:
            found.sort(key=_along)
            counting = [pair for pair in found if reached(pair[0], stages)]
            for _, binding in counting or found[:1]:
                params = {**params, **{k: v for k, v in binding.params.items() if k in params}}
            gate, binding = _strictest(counting) if counting else found[0]
            gate_id = gate.id
            enforcement = "advisory" if binding.advisory else "mandatory"
            if not counting:
                enforcement = "upcoming"
                if not self._is_next(gate, stages):
                    later = f"gate {gate_id} asks for it, which is not next yet"
        effective = (rule.effective if rule else None) or (policy.effective if policy else None)
        if effective and day < effective:
            enforcement = "upcoming"
        if policy:
            params = {**params, **self.selector.params.get(policy.id, {})}
            params = {name: policy.params[name].fitted(value) for name, value in params.items()}
        if rule and rule.title.variables:
            info = info._replace(title=title(rule, params))
        return Bound(info, enforcement, gate_id, params, policy, rule, later)

    def _is_next(self, gate: Gate, stages: tuple[str, ...]) -> bool:
        """True when no other gate of the lifecycle stands between the stages and this gate."""
        ahead = [
            other.leads_to
            for other in self.workspace.gates
            if other.leads_to is not None and other.lifecycle is gate.lifecycle and not reached(other, stages)
        ]
        return gate.leads_to == min(ahead, default=gate.leads_to)


class _Candidate(NamedTuple):
    """A rule for a kind, before any gate is considered."""

    info: RuleInfo
    policy: Policy | None
    rule: Rule | None
    params: Mapping[str, ParamValue]


def reached(gate: Gate, stages: Iterable[str]) -> bool:
    """Whether a gate's bindings count for something in these stages.

    A stage that the lifecycle does not know, or none at all, counts as the last: what cannot be placed is
    judged by everything.
    """
    if gate.leads_to is None or gate.lifecycle is None:
        return True
    places = [gate.lifecycle.position(stage) for stage in stages]
    return not places or any(place is None or place >= gate.leads_to for place in places)


def _along(pair: tuple[Gate, Binding]) -> tuple[int, str]:
    """How far along a gate is, then its id."""
    return pair[0].leads_to or 0, pair[0].id


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
        location(policy, rule.at),
    )


def title(rule: Rule, params: Mapping[str, ParamValue]) -> str:
    """A rule's title with its parameters filled in."""
    return rule.title.render({"params": params})


def location(policy: Policy, at: Path) -> Location:
    """Where a part of a policy is written."""
    return Location(policy.source.path, policy.source.span(at))

"""Lifecycles and gates: the order of stages, and which rules count from which stage on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from checker.kinds import Kind
from checker.model import Diagnostic
from checker.policy.policies import ParamValue, Policy, suggestion
from checker.policy.reading import Source

STANDARD = "standard"
"""The lifecycle meant where a gate names none."""


class Lifecycle(NamedTuple):
    """The ordered stages that a product goes through."""

    id: str
    title: str
    stages: tuple[str, ...]
    source: Source

    def position(self, stage: str) -> int | None:
        """The 0-based place of a stage; None: not a stage of this lifecycle."""
        return self.stages.index(stage) if stage in self.stages else None


Scope = Literal["rule", "policy", "pack"]
SCOPES: tuple[Scope, ...] = ("rule", "policy", "pack")
"""From the most specific to the least."""


class Binding(NamedTuple):
    """One entry of a gate's `binds`."""

    scope: Scope
    pattern: str
    """An id; `*` matches any characters."""
    advisory: bool
    params: Mapping[str, ParamValue]
    position: int
    """Its place in `binds`."""


class Gate(NamedTuple):
    """A decision point."""

    id: str
    title: str
    lifecycle: Lifecycle | None
    """None where the gate names no stages: its bindings always count."""
    leads_to: int | None
    """The place of its `to` stage in the lifecycle."""
    bindings: tuple[Binding, ...]
    source: Source

    def binding(self, rule: str, policy: str, pack: str) -> Binding | None:
        """The binding that counts for a rule: the most specific, and the last of those; None: not bound."""
        names = {"rule": rule, "policy": policy, "pack": pack}
        for scope in SCOPES:
            for binding in reversed(self.bindings):
                if binding.scope == scope and matches(binding.pattern, names[scope]):
                    return binding
        return None


def matches(pattern: str, name: str) -> bool:
    """Whether an id fits a pattern in which `*` stands for any characters."""
    if "*" not in pattern:
        return pattern == name
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def lifecycle(source: Source) -> tuple[Lifecycle | None, tuple[Diagnostic, ...]]:
    """A lifecycle from a document that its schema found sound."""
    stages: list[str] = [stage["id"] for stage in source.data["stages"]]
    for index, stage in enumerate(stages):
        if stage in stages[:index]:
            return None, (
                source.diagnostic(
                    "duplicate-stage",
                    f"stage `{stage}` stands here for the second time",
                    ("stages", index, "id"),
                    "A lifecycle passes each stage once.",
                ),
            )
    return Lifecycle(source.data["lifecycle"], source.data["title"], tuple(stages), source), ()


def gate(
    source: Source, lifecycles: Mapping[str, Lifecycle], policies: Sequence[Policy], kinds: Iterable[Kind]
) -> tuple[Gate | None, tuple[Diagnostic, ...]]:
    """A gate from a document that its schema found sound, held against its lifecycle and what it binds."""
    data = source.data
    diagnostics = list(_stage_diagnostics(source, lifecycles))
    bindings = tuple(_bindings(source))
    if not bindings:
        diagnostics.append(
            source.diagnostic(
                "gate-binds-nothing",
                f"gate `{data['gate']}` binds nothing, so it would let everything through",
                ("binds",),
                "Bind at least one pack, policy or rule.",
            )
        )
    known = _known(policies, kinds)
    for binding in bindings:
        diagnostics += _binding_diagnostics(source, binding, known[binding.scope])
    if diagnostics:
        return None, tuple(diagnostics)
    order = lifecycles[data.get("lifecycle", STANDARD)] if "from" in data or "to" in data else None
    leads_to = order.position(data["to"]) if order and "to" in data else None
    return Gate(data["gate"], data["title"], order, leads_to, bindings, source), ()


def _stage_diagnostics(source: Source, lifecycles: Mapping[str, Lifecycle]) -> Iterable[Diagnostic]:
    """What is wrong with the stages that a gate stands between, where it names any."""
    data = source.data
    ends = [end for end in ("from", "to") if end in data]
    if not ends:
        return
    name = data.get("lifecycle", STANDARD)
    order = lifecycles.get(name)
    if order is None:
        yield source.diagnostic(
            "unknown-lifecycle",
            f"there is no lifecycle `{name}`",
            ("lifecycle",),
            suggestion(name, tuple(lifecycles))
            or "Add the pack `lifecycle`, or name a file in `lifecycles`.",
        )
        return
    stages = f"Its stages are {', '.join(order.stages)}."
    places = [order.position(data[end]) for end in ends]
    for end, place in zip(ends, places, strict=True):
        if place is None:
            message = f"the lifecycle `{name}` has no stage `{data[end]}`"
            yield source.diagnostic(
                "unknown-stage", message, (end,), suggestion(data[end], order.stages) or stages
            )
    match places:
        case [int(leave), int(reach)] if reach <= leave:
            message = f"`{data['to']}` does not come after `{data['from']}` in the lifecycle `{name}`"
            yield source.diagnostic("stage-order", message, ("to",), stages)


def _bindings(source: Source) -> Iterable[Binding]:
    for index, raw in enumerate(source.data["binds"]):
        for scope in SCOPES:
            if scope in raw:
                yield Binding(
                    scope, raw[scope], raw.get("enforcement") == "advisory", raw.get("params", {}), index
                )


Known = list[tuple[str, Policy | None]]
"""Ids that may be bound, each with the policy whose parameters it brings."""


def _known(policies: Sequence[Policy], kinds: Iterable[Kind]) -> Mapping[Scope, Known]:
    kinds = tuple(kinds)
    return {
        "pack": [(policy.pack, policy) for policy in policies],
        "policy": [*((policy.id, policy) for policy in policies), *((kind.name, None) for kind in kinds)],
        "rule": [
            *((rule.id, policy) for policy in policies for rule in policy.rules),
            *((rule, None) for kind in kinds for rule in (kind.rules.readable, kind.rules.schema)),
        ],
    }


def _binding_diagnostics(source: Source, binding: Binding, known: Known) -> Iterable[Diagnostic]:
    at = ("binds", binding.position)
    fitting = [policy for name, policy in known if matches(binding.pattern, name)]
    if not fitting:
        names = tuple(sorted({name for name, _ in known}))
        yield source.diagnostic(
            f"unknown-{binding.scope}",
            f"no {binding.scope} is called `{binding.pattern}`",
            (*at, binding.scope),
            suggestion(binding.pattern, names) or "gonogo rules lists what there is.",
        )
        return
    bound = {policy.id: policy for policy in fitting if policy}
    for name, value in binding.params.items():
        owners = [policy for policy in bound.values() if name in policy.params]
        if not owners:
            params = tuple(sorted({param for policy in bound.values() for param in policy.params}))
            yield source.diagnostic(
                "unknown-param",
                f"nothing that `{binding.pattern}` binds has a parameter `{name}`",
                source.key_span((*at, "params", name)),
                suggestion(name, params) or "gonogo explain RULE shows a rule's parameters.",
            )
        for policy in owners:
            refusal = policy.params[name].refusal(value)
            if refusal:
                yield source.diagnostic("param-range", refusal, (*at, "params", name))

"""Lifecycles and gates: the order of stages, and which rules count from which stage on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date as Day
from typing import TYPE_CHECKING, Literal, NamedTuple

from checker import cel
from checker.kinds import Kind
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Enforcement, Path, Span
from checker.policy import language
from checker.policy.people import People
from checker.policy.policies import Expression, ParamValue, Policy
from checker.policy.reading import Source, day, issue_diagnostic

if TYPE_CHECKING:
    from checker.policy.signoffs import Meaning

STANDARD = "standard"
"""The lifecycle meant where a gate names none."""
RECORD = "gate-record"
"""The kind of what was decided at gates."""


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
    markets: tuple[str, ...] = ()
    """Empty: all."""

    @property
    def enforcement(self) -> Enforcement:
        """How much it counts, where it counts."""
        return "advisory" if self.advisory else "mandatory"


class Need(NamedTuple):
    """How many subjects of a kind a product must have."""

    kind: str
    least: int
    most: int | None
    """None: any number."""


class Kinds(NamedTuple):
    """The kinds of a workspace, as far as a gate asks for them."""

    used: Collection[Kind]
    """Those that something in the workspace uses."""
    names: Collection[str]
    """Every name that there is."""
    product: Callable[[], Kind | None]
    """The kind of products, read when a gate asks for it."""


AUTHORS = "authors"
"""What `apart_from` calls the people who wrote the artifacts."""


class AskedSignOff(NamedTuple):
    """A role that must sign."""

    role: str
    title: str
    when: Expression | None
    """Over product, launch, market, data and now; None: always."""
    quorum: int
    max_age_days: int | None
    of: tuple[str, ...]
    """The kinds whose material fields are reviewed; empty: the launch or product itself."""
    apart_from: tuple[str, ...]
    """`AUTHORS`, and roles whose signatories must be other people."""
    advisory: bool
    meaning: Meaning | None
    markets: tuple[str, ...]
    """Empty: all."""
    at: Path
    """Its place in the gate's document."""


class AskedDecision(NamedTuple):
    """A decision that must be there before the gate opens."""

    gate: str
    products: Expression | None
    """An id or a list of ids, over product, launch and data; None: this product."""
    at: Path


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
    needs: tuple[Need, ...] = ()
    sign_offs: tuple[AskedSignOff, ...] = ()
    requires: tuple[AskedDecision, ...] = ()
    newer_rules_from: Day | None = None
    """From this day rules that are newer than an opened review count for it; None: never."""
    approve_within_days: int = 5
    """An overrule or emergency is approved afterwards within so many days."""
    decided_by: tuple[str, ...] = ()
    """Roles that may decide; empty: anyone in the register of people."""

    @property
    def stage(self) -> str:
        """The stage that it leads to; empty where it names none."""
        return self.lifecycle.stages[self.leads_to] if self.lifecycle and self.leads_to is not None else ""

    def bindings_of(self, rule: str, policy: str, pack: str) -> tuple[Binding, ...]:
        """The bindings that count for a rule; empty: it is not bound.

        For all markets, and for each group of markets that a binding names, the most specific counts, and the
        last of those: what is asked in some markets is asked besides what is asked in all of them.
        """
        names = {"rule": rule, "policy": policy, "pack": pack}
        found: dict[tuple[str, ...], Binding] = {}
        for scope in SCOPES:
            for binding in reversed(self.bindings):
                if binding.scope == scope and matches(binding.pattern, names[scope]):
                    found.setdefault(binding.markets, binding)
        return tuple(found.values())


def matches(pattern: str, name: str) -> bool:
    """Whether an id fits a pattern in which `*` stands for any characters."""
    first, *others = pattern.split("*")
    if not others:
        return pattern == name
    *middle, last = others
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:  # each as early as it can be, so the work is linear
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


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
    source: Source,
    lifecycles: Mapping[str, Lifecycle],
    policies: Sequence[Policy],
    kinds: Kinds,
    people: People,
) -> tuple[Gate | None, tuple[Diagnostic, ...]]:
    """A gate from a document that its schema found sound, held against its lifecycle and what it names."""
    data = source.data
    diagnostics = list(_stage_diagnostics(source, lifecycles))
    bindings = tuple(_bindings(source))
    needs = tuple(_needs(source, kinds, diagnostics))
    sign_offs = tuple(_sign_offs(source, kinds, people, diagnostics))
    requires = tuple(_requires(source, kinds, diagnostics))
    for index, role in enumerate(data.get("decided_by", ())):
        _known_role(source, ("decided_by", index), role, people, diagnostics)
    newer = day(source, ("newer_rules_from",), data.get("newer_rules_from"), diagnostics)
    if not (bindings or needs or sign_offs or requires):
        diagnostics.append(
            source.diagnostic(
                "gate-binds-nothing",
                f"gate `{data['gate']}` binds nothing, so it would let everything through",
                ("binds",),
                "Bind at least one pack, policy or rule.",
            )
        )
    known = _known(policies, kinds.used)
    for binding in bindings:
        diagnostics += _binding_diagnostics(source, binding, known[binding.scope])
    if diagnostics:
        return None, tuple(diagnostics)
    order = lifecycles[data.get("lifecycle", STANDARD)] if "from" in data or "to" in data else None
    leads_to = order.position(data["to"]) if order and "to" in data else None
    return (
        Gate(
            data["gate"],
            data["title"],
            order,
            leads_to,
            bindings,
            source,
            needs,
            sign_offs,
            requires,
            newer,
            data.get("approve_within_days", 5),
            tuple(data.get("decided_by", ())),
        ),
        (),
    )


def required_gates(gates: Iterable[Gate]) -> Iterable[Diagnostic]:
    """Report every decision that is required at a gate which does not exist."""
    known = {gate.id for gate in gates}
    for each in gates:
        for asked in each.requires:
            if asked.gate not in known:
                hint = suggestion(asked.gate, tuple(known)) or f"There are {', '.join(sorted(known))}."
                message = f"no gate is called `{asked.gate}`"
                yield each.source.diagnostic("unknown-gate", message, (*asked.at, "gate"), hint)


def _needs(source: Source, kinds: Kinds, diagnostics: list[Diagnostic]) -> Iterable[Need]:
    for kind, raw in source.data.get("needs", {}).items():
        if kind not in kinds.names:
            diagnostics.append(_unknown_kind(source, source.key_span(("needs", kind)), kind, kinds))
        least, dots, most = str(raw).partition("..")
        need = Need(kind, int(least), int(most) if most else None if dots else int(least))
        if need.most is not None and need.most < need.least:
            message = f"{raw} can never be: the most is below the least"
            diagnostics.append(source.diagnostic("range", message, ("needs", kind)))
        yield need


def _sign_offs(
    source: Source, kinds: Kinds, people: People, diagnostics: list[Diagnostic]
) -> Iterable[AskedSignOff]:
    needed = tuple(source.data.get("needs", ()))
    for index, raw in enumerate(source.data.get("sign_offs", ())):
        at = ("sign_offs", index)
        _known_role(source, (*at, "role"), raw["role"], people, diagnostics)
        for place, other in enumerate(raw.get("apart_from", ())):
            if other != AUTHORS:
                _known_role(source, (*at, "apart_from", place), other, people, diagnostics)
        for place, kind in enumerate(raw.get("of", ())):
            if kind not in kinds.names:
                diagnostics.append(_unknown_kind(source, (*at, "of", place), kind, kinds))
        yield AskedSignOff(
            raw["role"],
            raw.get("title", ""),
            _expression(source, (*at, "when"), raw.get("when"), kinds, diagnostics, truth=True),
            raw.get("quorum", 1),
            raw.get("max_age_days"),
            tuple(raw.get("of", needed)),
            tuple(raw.get("apart_from", (AUTHORS,))),
            raw.get("enforcement") == "advisory",
            raw.get("meaning"),
            tuple(raw.get("markets", ())),
            at,
        )


def _requires(source: Source, kinds: Kinds, diagnostics: list[Diagnostic]) -> Iterable[AskedDecision]:
    for index, raw in enumerate(source.data.get("requires", ())):
        at = ("requires", index)
        products = _expression(source, (*at, "products"), raw.get("products"), kinds, diagnostics)
        if products is None and raw["gate"] == source.data["gate"]:
            message = f"gate `{raw['gate']}` requires its own decision, which it could never have"
            hint = "Name other products, or another gate."
            diagnostics.append(source.diagnostic("requires-itself", message, (*at, "gate"), hint))
        yield AskedDecision(raw["gate"], products, at)


def _unknown_kind(source: Source, at: Path | Span, kind: str, kinds: Kinds) -> Diagnostic:
    hint = suggestion(kind, tuple(kinds.names)) or "gonogo schema --list names the kinds."
    return source.diagnostic("unknown-kind", f"there is no kind `{kind}`", at, hint)


def _known_role(source: Source, at: Path, role: str, people: People, diagnostics: list[Diagnostic]) -> None:
    if role not in people.roles:
        known = tuple(people.roles)
        hint = suggestion(role, known) or "Add it to `roles` in the register that `people` names."
        diagnostics.append(source.diagnostic("unknown-role", f"no role has the id `{role}`", at, hint))


def _expression(
    source: Source,
    at: Path,
    text: str | None,
    kinds: Kinds,
    diagnostics: list[Diagnostic],
    *,
    truth: bool = False,
) -> Expression | None:
    """A condition of a gate, compiled; `truth`: it must be true or false."""
    if text is None:
        return None
    product = kinds.product()
    try:
        program = language.gate_environment(product.type if product else cel.DYN).compile(text)
    except cel.CompileError as error:
        diagnostics += (issue_diagnostic(source, at, issue) for issue in error.issues)
        return None
    if truth and program.result_type not in (cel.BOOL, cel.DYN):
        message = f"`{at[-1]}` must be true or false; this gives {program.result_type.words}"
        diagnostics.append(source.diagnostic("type", message, at, "Compare it with something."))
    return Expression(program, at)


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
                    scope,
                    raw[scope],
                    raw.get("enforcement") == "advisory",
                    raw.get("params", {}),
                    index,
                    tuple(raw.get("markets", ())),
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

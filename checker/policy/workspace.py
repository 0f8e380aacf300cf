"""The workspace: `gonogo.yaml` and everything it names that we judge with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, NamedTuple, TypeVar

from checker import cel
from checker.kinds import Kind, fields
from checker.model import Diagnostic, Evidence, Open, Path
from checker.policy import gates as gates_
from checker.policy import language, moment, reading
from checker.policy import packs as packs_
from checker.policy import people as people_
from checker.policy import signoffs as signoffs_
from checker.policy import waivers as waivers_
from checker.policy.loading import CONFIGURATION, LOCK, Loading, listed
from checker.policy.people import People
from checker.policy.policies import Expression, ParamValue, Policy, suggestion
from checker.policy.signoffs import Recorded, SignOff
from checker.policy.waivers import Limits, Waiver

_T = TypeVar("_T")


class Selection(NamedTuple):
    """One entry of `subjects`: where subjects of a kind are found."""

    kind: Kind
    patterns: tuple[str, ...]
    exclude: tuple[str, ...]
    id: cel.Program | None
    product: cel.Program | None
    format: str | None
    records: Path
    optional: bool
    at: Path
    """Its place in the configuration."""


class Derived(NamedTuple):
    """A fact of a kind's subjects that is computed from others."""

    kind: str
    field: str
    expression: Expression
    """Over subject, product and data."""


class Workspace(NamedTuple):
    """All that we judge with, read and compiled."""

    name: str
    zone: tzinfo
    source: reading.Source
    kinds: Mapping[str, Kind]
    policies: tuple[Policy, ...]
    """Sorted by id."""
    gates: tuple[gates_.Gate, ...]
    """Sorted by id."""
    lifecycles: Mapping[str, gates_.Lifecycle]
    selections: tuple[Selection, ...]
    params: Mapping[str, Mapping[str, ParamValue]]
    """Overrides by policy id."""
    data: Mapping[str, Any]
    """Reference documents by name."""
    inputs: tuple[Evidence, ...]
    """Every file read so far."""
    packs: tuple[packs_.Pack, ...] = ()
    """In the order in which they are named."""
    derived: tuple[Derived, ...] = ()
    """Facts that are computed from others; those of products first, otherwise as they are written."""
    people: People = people_.NOBODY
    signers: str = ""
    """The path of the allowed signers file; empty: nobody can sign."""
    waivers: tuple[Waiver, ...] = ()
    """Sorted by id."""
    waiver_limits: Limits = Limits()
    sign_offs: tuple[SignOff, ...] = ()
    """From files of their own, sorted by id."""
    recorded: tuple[Recorded, ...] = ()
    """Reviews that hosts recorded."""
    ledger: str = ""
    """The folder of the ledger; empty: there is none."""


def load(open: Open, folder: str) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
    """Read the workspace in `folder`; any error among the diagnostics gives no workspace."""
    state = Loading(open, folder, open(folder))
    source = state.read(CONFIGURATION, "workspace")
    if source is None:
        return None, state.found()
    data = source.data
    zone = _zone(state, source)
    state.diagnostics += _leaving(source)
    state.read_kinds(source)
    policies, packs = packs_.named(state, source)
    for path in state.matching(source, "lifecycles"):
        packs_.read_lifecycle(state, state.read(path, "lifecycle"))
    selections = tuple(_selections(state, source))
    people = _people(state, source)
    if "ledger" in data:
        state.kind("gate-record")  # which is what its decisions are
    waivers = _register(state, source, "waivers", "waiver", waivers_.waiver)
    sign_offs = _register(state, source, "signoffs", "signoff", signoffs_.sign_off)
    recorded = _register(state, source, "reviews", "reviews", signoffs_.recorded)
    gates: list[gates_.Gate] = []
    if not state.failed():  # otherwise what a gate names may only seem to be missing
        gates = _gates(state, source, policies, people)
        _params(state, source, policies)
        _names(state, waivers, sign_offs, gates)
    reference = _data(state, source)
    derived = tuple(_derived(state, source))
    if state.failed() or zone is None:
        return None, state.found()
    state.diagnostics += _idle(source, policies, selections)
    return (
        Workspace(
            data.get("name") or folder.rstrip("/").rpartition("/")[2] or "workspace",
            zone,
            source,
            state.kinds,
            tuple(sorted(policies, key=lambda p: p.id)),
            tuple(sorted(gates, key=lambda g: g.id)),
            state.lifecycles,
            selections,
            data.get("params", {}),
            reference,
            tuple(state.inputs),
            tuple(packs),
            derived,
            people,
            data.get("signers", ""),
            tuple(sorted(waivers, key=lambda w: w.id)),
            Limits(**data.get("waiver_limits", {})),
            tuple(sorted(sign_offs, key=lambda s: s.id)),
            tuple(recorded),
            data.get("ledger", "").rstrip("/"),
        ),
        state.found(),
    )


class Named(NamedTuple):
    """The patterns of the files that a configuration names, as far as they lie in its workspace."""

    judging: tuple[str, ...]
    """What we judge with."""
    judged: tuple[str, ...]
    """The artifacts."""
    vouched: tuple[str, ...]
    """What says itself who made it: sign-offs, and the ledger."""


def named(open: Open, folder: str) -> Named | None:
    """What a configuration names, without reading any of it; None: there is no configuration to read."""
    source, _ = reading.read(CONFIGURATION, open(folder).read, "workspace")
    if source is None:
        return None
    data = source.data
    judging = [CONFIGURATION, LOCK]
    for field in ("kinds", "lifecycles", "gates", "people", "signers", "waivers", "reviews"):
        judging += listed(data.get(field))
    judging += (f"{name.removeprefix('./').rstrip('/')}/**" for name in data.get("packs", ()) if "/" in name)
    judging += (raw if isinstance(raw, str) else raw["file"] for raw in data.get("data", {}).values())
    judged = [pattern for raw in data.get("subjects", ()) for pattern in listed(raw["files"])]
    vouched = [*listed(data.get("signoffs"))]
    if "ledger" in data:
        vouched.append(f"{data['ledger'].rstrip('/')}/**")
    return Named(_signed(judging), (*listed(data.get("products")), *judged), _signed(vouched))


def _signed(patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns, and those of the signatures beside their files."""
    return tuple(each for pattern in patterns for each in (pattern, f"{pattern}.sig"))


def zone(open: Open, folder: str) -> tzinfo:
    """The time zone that a configuration states; UTC where it states none, or cannot be read."""
    source, _ = reading.read(CONFIGURATION, open(folder).read, "workspace")
    return (moment.zone(source.data.get("timezone", "UTC")) if source else None) or UTC


def _idle(
    source: reading.Source, policies: Sequence[Policy], selections: Sequence[Selection]
) -> Iterable[Diagnostic]:
    """Say what will judge nothing, which is easily taken for a pass."""
    if not policies:
        message = "no policy judges anything here: only the shape of the artifacts is checked"
        hint = "Name packs in `packs`, such as lifecycle."
        yield source.diagnostic("no-policies", message, ("packs",), hint, warning=True)
    collected = {selection.kind.name for selection in selections}
    idle: dict[str, list[str]] = {}
    for policy in policies:
        if policy.kind.name not in collected:
            idle.setdefault(policy.kind.name, []).append(policy.id)
    for kind in sorted(idle):
        message = f"nothing collects {kind}, so nothing is judged by {', '.join(sorted(idle[kind]))}"
        hint = f"Add an entry for {kind} to `subjects`, with `optional: true` where there is none yet."
        yield source.diagnostic("not-collected", message, ("subjects",), hint, warning=True)


def _leaving(source: reading.Source) -> Iterable[Diagnostic]:
    """Report the patterns that lead out of the workspace, where nothing is looked for."""
    named = (
        "products",
        "kinds",
        "lifecycles",
        "gates",
        "people",
        "signers",
        "waivers",
        "signoffs",
        "reviews",
    )
    places: list[Path] = [*((name,) for name in named), ("ledger",)]
    for index in range(len(source.data.get("subjects", ()))):
        places += [("subjects", index, "files"), ("subjects", index, "exclude")]
    for place in places:
        value: Any = source.data
        for part in place:
            value = value[part] if isinstance(part, int) else value.get(part)
        for index, pattern in enumerate(listed(value)):
            if pattern.startswith("/") or ".." in pattern.split("/"):
                at = (*place, index) if isinstance(value, list) else place
                message = f"{pattern} leads out of the workspace, where nothing is looked for"
                hint = f"Write it relative to the folder of {CONFIGURATION}."
                yield source.diagnostic("pattern-leaves", message, at, hint)


def _zone(state: Loading, source: reading.Source) -> tzinfo | None:
    name = source.data.get("timezone", "UTC")
    zone = moment.zone(name)
    if zone is None:
        message = f"there is no time zone `{name}`"
        hint = "Write an IANA name such as Europe/London."
        state.diagnostics.append(source.diagnostic("unknown-timezone", message, ("timezone",), hint))
    return zone


def _people(state: Loading, source: reading.Source) -> People:
    path = source.data.get("people")
    found = state.read(path, "people", named=(source, ("people",))) if path else None
    if found is None:
        return people_.NOBODY
    people, diagnostics = people_.people(found)
    state.diagnostics += diagnostics
    return people or people_.NOBODY


def _register(
    state: Loading,
    source: reading.Source,
    field: str,
    schema: str,
    make: Callable[[reading.Source], tuple[_T | None, tuple[Diagnostic, ...]]],
) -> list[_T]:
    """What the files of a register hold; it may be empty, since every register once is."""
    found = []
    paths = {path for pattern in listed(source.data.get(field)) for path, _ in state.files.find(pattern)}
    for path in sorted(paths):
        each = state.read(path, schema)
        if each:
            made, diagnostics = make(each)
            state.diagnostics += diagnostics
            found += [made] if made else []
    return found


def _names(
    state: Loading, waivers: Sequence[Waiver], sign_offs: Sequence[SignOff], gates: Sequence[gates_.Gate]
) -> None:
    """Report ids that are taken, and gates that nobody knows."""
    known = {gate.id for gate in gates}
    registers: tuple[tuple[str, Sequence[Waiver] | Sequence[SignOff]], ...] = (
        ("waiver", waivers),
        ("signoff", sign_offs),
    )
    for what, register in registers:
        taken: dict[str, Waiver | SignOff] = {}
        for each in register:
            other = taken.setdefault(each.id, each)
            if other is not each:
                message = f"the id `{each.id}` is also used in {other.source.path}"
                hint = "Give each its own id."
                state.diagnostics.append(each.source.diagnostic(f"duplicate-{what}", message, (what,), hint))
    for sign_off in sign_offs:
        if sign_off.gate not in known:
            hint = (
                suggestion(sign_off.gate, tuple(known)) or f"There are {', '.join(sorted(known)) or 'none'}."
            )
            message = f"no gate is called `{sign_off.gate}`"
            state.diagnostics.append(sign_off.source.diagnostic("unknown-gate", message, ("gate",), hint))


def _derived(state: Loading, source: reading.Source) -> Iterable[Derived]:
    for name, fields_ in sorted(source.data.get("derive", {}).items(), key=lambda pair: pair[0] != "product"):
        kind = state.kind(name)
        if kind is None:
            state.unknown_kind(source, name, ("derive", name))
            continue
        product = state.kind("product")
        environment = language.derivation_environment(kind.type, product.type if product else cel.DYN)
        for field, text in fields_.items():
            at: Path = ("derive", name, field)
            known = kind.type.fields.get(field)
            if known is None and not kind.open:
                hint = suggestion(field, tuple(kind.type.fields))
                message = f"the kind `{name}` has no field `{field}`"
                span = source.key_span(at)
                state.diagnostics.append(source.diagnostic("unknown-field", message, span, hint))
            try:
                program = environment.compile(text)
            except cel.CompileError as error:
                state.diagnostics += (reading.issue_diagnostic(source, at, issue) for issue in error.issues)
                continue
            yield Derived(kind.name, field, Expression(program, at))


def _gates(
    state: Loading, source: reading.Source, policies: list[Policy], people: People
) -> list[gates_.Gate]:
    gates: dict[str, gates_.Gate] = {}
    kinds = gates_.Kinds(tuple(state.kinds.values()), state.kind_names(), lambda: state.kind("product"))
    for path in state.matching(source, "gates"):
        gate_source = state.read(path, "gate")
        if gate_source is None:
            continue
        gate, diagnostics = gates_.gate(gate_source, state.lifecycles, policies, kinds, people)
        state.diagnostics += diagnostics
        if gate and gate.id in gates:
            state.diagnostics.append(
                gate_source.diagnostic(
                    "duplicate-gate",
                    f"gate `{gate.id}` is also written in {gates[gate.id].source.path}",
                    ("gate",),
                    "A gate id is permanent and unique: choose another.",
                )
            )
        elif gate:
            gates[gate.id] = gate
    state.diagnostics += gates_.required_gates(gates.values())
    return list(gates.values())


def _params(state: Loading, source: reading.Source, policies: list[Policy]) -> None:
    known = {policy.id: policy for policy in policies}
    for id, values in source.data.get("params", {}).items():
        policy = known.get(id)
        if policy is None:
            state.diagnostics.append(
                source.diagnostic(
                    "unknown-policy",
                    f"no policy is called `{id}`",
                    source.key_span(("params", id)),
                    suggestion(id, tuple(known)),
                )
            )
            continue
        for name, value in values.items():
            param = policy.params.get(name)
            if param is None:
                names = tuple(policy.params)
                state.diagnostics.append(
                    source.diagnostic(
                        "unknown-param",
                        f"policy `{id}` has no parameter `{name}`",
                        source.key_span(("params", id, name)),
                        suggestion(name, names) or f"Its parameters are {', '.join(names) or 'none'}.",
                    )
                )
            elif refusal := param.refusal(value):
                state.diagnostics.append(source.diagnostic("param-range", refusal, ("params", id, name)))


def _selections(state: Loading, source: reading.Source) -> Iterable[Selection]:
    def program(raw: Mapping[str, Any], at: Path, kind: Kind) -> cel.Program | None:
        text = raw.get(str(at[-1]))
        if text is None:
            return None
        found: cel.Program | None = None
        try:
            found = _selecting(kind, listed(raw["files"])).compile(text)
            issues = found.issues
        except cel.CompileError as error:
            issues = error.issues
        state.diagnostics += (reading.issue_diagnostic(source, at, issue) for issue in issues)
        if found and not (
            found.result_type in (cel.STRING, cel.DYN) or isinstance(found.result_type, cel.EnumType)
        ):
            message = f"`{at[-1]}` must be text; this gives {found.result_type.words}"
            state.diagnostics.append(source.diagnostic("type", message, at, "Write string(…) around it."))
        return found

    register = listed(source.data.get("products"))
    product = state.kind("product")
    if register and product:
        yield Selection(product, register, (), None, None, None, ("products",), False, ("products",))
    for index, raw in enumerate(source.data.get("subjects", ())):
        at: Path = ("subjects", index)
        kind = state.kind(raw["kind"])
        if kind is None:
            state.unknown_kind(source, raw["kind"], (*at, "kind"))
            continue
        yield Selection(
            kind,
            listed(raw["files"]),
            listed(raw.get("exclude")),
            program(raw, (*at, "id"), kind),
            program(raw, (*at, "product"), kind),
            raw.get("format"),
            fields.pointer(raw.get("records", "")),
            raw.get("optional", False),
            at,
        )


_CAPTURE = re.compile(r"\{(\w+)\}")


def _selecting(kind: Kind, patterns: Iterable[str]) -> cel.Environment:
    """What the `id` and `product` of a selection may name."""
    captured = {name: cel.STRING for pattern in patterns for name in _CAPTURE.findall(pattern)}
    path = cel.ObjectType("path", {**captured, "file": cel.STRING, "folder": cel.STRING}, open=False)
    return cel.Environment({"path": path, "subject": kind.type}, absent_has=True)


def _data(state: Loading, source: reading.Source) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, raw in source.data.get("data", {}).items():
        path, format = (raw, None) if isinstance(raw, str) else (raw["file"], raw.get("format"))
        document = state.read(path, "", format=format, named=(source, ("data", name)))
        if document:
            found[name] = document.data
    return found

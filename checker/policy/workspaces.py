"""Loading a workspace: `gonogo.yaml` and everything it names that we judge with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from checker.kinds import places
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Open, Path
from checker.policy import floor as floor_
from checker.policy import gates as gates_
from checker.policy import lock as lock_
from checker.policy import moment, naming, reading, registers
from checker.policy import packs as packs_
from checker.policy import people as people_
from checker.policy import selections as selections_
from checker.policy.floor import Given
from checker.policy.loading import CONFIGURATION, Loading
from checker.policy.people import People
from checker.policy.policies import ParamValue, Policy
from checker.policy.selections import Selection
from checker.policy.waivers import Limits
from checker.policy.workspace import Floor, Workspace


def load(
    open: Open,
    folder: str,
    given: Given | None = None,
    *,
    locked: bool = True,
    pinned: bool = True,
    yielding: bool = False,
) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
    """Read the workspace in `folder`; any error among the diagnostics gives no workspace.

    `given`: the floor that counts whatever the workspace extends; a folder without a configuration is then
    judged by the floor alone. `locked`: whether packs and floor must be those that the lock names.
    `pinned`: whether the floor must be the one whose digest the workspace states.
    `yielding`: whether a parameter that may not be set so gives way to the value that counts without it.
    """
    state = Loading(open, folder, open(folder))
    alone = given is not None and given.is_named and not state.files.find(CONFIGURATION)
    source = None if alone else state.read(CONFIGURATION, "workspace")
    floor = None
    below = None if state.failed() else floor_.reach(state, source, given)
    if below is not None:
        floor = _floor(state, below, source, given, pinned)
        if floor and not source:
            source = floor_.stand_in(floor)
    if source is None or state.failed():
        return None, state.found()
    workspace = _read(state, source, floor, locked, yielding)
    return (None if state.failed() else workspace), state.found()


def _floor(
    state: Loading, below: Loading, source: reading.Source | None, given: Given | None, pinned: bool
) -> Floor | None:
    """The floor, loaded as the workspace that it is; what is wrong with it joins the diagnostics."""
    configuration = floor_.read(state, below, source)
    workspace = _read(below, configuration, None, locked=True) if configuration else None
    if workspace is None:
        return None
    digest = floor_.digest(below, workspace)
    state.inputs += below.inputs
    state.diagnostics += floor_.doubts(digest, source if pinned else None, given)
    stated = source.data.get("extends", {}) if source else {}
    is_given = given is not None and given.is_named
    return Floor(workspace, below.files, digest, stated.get("source", ""), is_given)


def _read(
    state: Loading, source: reading.Source, floor: Floor | None, locked: bool, yielding: bool = False
) -> Workspace | None:
    """What a configuration names, on its floor; None where that is at fault."""
    data, under = source.data, floor.workspace if floor else None
    is_floor = state.prefix != ""
    zone = _zone(state, source, under)
    state.diagnostics += naming.leaving(source)
    if under:
        state.kinds.update(under.kinds)
        state.lifecycles.update(under.lifecycles)
    state.read_kinds(source)
    policies, packs = packs_.named(state, source, (under.policies, under.packs) if under else ((), ()))
    for path in state.matching(source, "lifecycles"):
        state.add_lifecycle(state.read(path, "lifecycle"))
    if floor:
        floor_.taken(state, floor, source)
    selections = (*(under.selections if under else ()), *selections_.selections(state, source))
    if is_floor:  # where else it looks for subjects is asked of a folder that has no configuration of its own
        selections = tuple(_beside(each, state.prefix) for each in selections if each.at == ("products",))
    people = _people(state, source, under.people if under else people_.NOBODY)
    if "ledger" in data:
        state.kind(gates_.RECORD)  # which is what its decisions are
    granting = source if not is_floor else source._replace(data={})  # a floor asks; it grants nothing
    held = registers.registers(state, granting)
    gates: list[gates_.Gate] = []
    params: Mapping[str, Mapping[str, ParamValue]] = data.get("params", {})
    if not state.failed():  # otherwise what a gate names may only seem to be missing
        gates = _gates(state, source, policies, people, floor)
        params = _params(state, source, policies, floor, yielding)
        registers.check_names(state, held, gates)
    reference = {**(under.data if under else {}), **_data(state, source)}
    derived = (*(under.derived if under else ()), *selections_.derived(state, source))
    params = _laid_over(under.params if under else {}, params)
    if not state.failed():
        state.diagnostics += floor_.unsound_limits(source, policies, params)
    if state.failed() or zone is None:
        return None
    lock = lock_.read(state) if locked else None
    signers = state.prefix + data["signers"] if "signers" in data else under.signers if under else ""
    limits = Limits(**data.get("waiver_limits", {}))
    workspace = Workspace(
        name=data.get("name") or state.folder.rstrip("/").rpartition("/")[2] or "workspace",
        zone=zone,
        source=source,
        kinds=state.kinds,
        policies=tuple(sorted(policies, key=lambda p: p.id)),
        gates=tuple(sorted(gates, key=lambda g: g.id)),
        lifecycles=state.lifecycles,
        selections=selections,
        params=params,
        data=reference,
        inputs=tuple(state.inputs),
        packs=tuple(packs),
        derived=tuple(sorted(derived, key=lambda each: each.kind != "product")),
        people=people,
        signers=signers,
        waivers=held.waivers,
        waiver_limits=Limits(*map(min, limits, under.waiver_limits)) if under else limits,
        sign_offs=held.sign_offs,
        recorded=held.recorded,
        ledger=data.get("ledger", "").rstrip("/"),
        floor=floor,
        lock=lock,
    )
    state.diagnostics += lock_.doubts(workspace)
    if not is_floor:
        state.diagnostics += (*_idle(workspace), *floor_.unpinned(workspace))
    return workspace


def _beside(selection: Selection, prefix: str) -> Selection:
    """The selection of a floor, as it stands in the workspaces above it."""
    return selection._replace(patterns=tuple(prefix + pattern for pattern in selection.patterns))


def _laid_over(
    below: Mapping[str, Mapping[str, ParamValue]], params: Mapping[str, Mapping[str, ParamValue]]
) -> Mapping[str, Mapping[str, ParamValue]]:
    """Parameters by policy id, over those of the floor."""
    if not below:
        return params
    return {id: {**below.get(id, {}), **params.get(id, {})} for id in {**below, **params}}


def zone(open: Open, folder: str) -> tzinfo:
    """The time zone that a configuration states; UTC where it states none, or cannot be read."""
    source, _ = reading.read(CONFIGURATION, open(folder).read, "workspace")
    return (moment.zone(source.data.get("timezone", "UTC")) if source else None) or UTC


def _idle(workspace: Workspace) -> Iterable[Diagnostic]:
    """Say what will judge nothing, which is easily taken for a pass."""
    source = workspace.source
    if not workspace.policies:
        message = "no policy judges anything here: only the shape of the artifacts is checked"
        hint = "Name packs in `packs`, such as lifecycle."
        yield source.diagnostic("no-policies", message, ("packs",), hint, warning=True)
    collected = {selection.kind.name for selection in workspace.selections}
    below = workspace.floor.workspace.policies if workspace.floor else ()
    idle: dict[str, list[str]] = {}
    unmet: set[str] = set()
    for policy in workspace.policies:
        if policy.kind.name not in collected and policy in below:
            unmet.add(policy.kind.name)
        elif policy.kind.name not in collected:
            idle.setdefault(policy.kind.name, []).append(policy.id)
    if unmet:  # of what many repositories stand on, each needs a part
        kinds = ", ".join(sorted(unmet))
        message = f"nothing collects {kinds}, so nothing is judged by the floor's policies of them"
        hint = "Add entries to `subjects` for those that there are here."
        yield source.diagnostic("not-collected", message, ("subjects",), hint, warning=True)
    for kind in sorted(idle):
        message = f"nothing collects {kind}, so nothing is judged by {', '.join(sorted(idle[kind]))}"
        hint = f"Add `{places.entry(kind)}` to `subjects`, with `optional: true` where there is none yet."
        yield source.diagnostic("not-collected", message, ("subjects",), hint, warning=True)


def _zone(state: Loading, source: reading.Source, under: Workspace | None) -> tzinfo | None:
    if under and "timezone" not in source.data:
        return under.zone
    name = source.data.get("timezone", "UTC")
    zone = moment.zone(name)
    if zone is None:
        message = f"there is no time zone `{name}`"
        hint = "Write an IANA name such as Europe/London."
        state.diagnostics.append(source.diagnostic("unknown-timezone", message, ("timezone",), hint))
    return zone


def _people(state: Loading, source: reading.Source, below: People) -> People:
    path = source.data.get("people")
    found = state.read(path, "people", named=(source, ("people",))) if path else None
    if found is None:
        return below
    people, diagnostics = people_.people(found, below)
    state.diagnostics += diagnostics
    return people or below


def _gates(
    state: Loading, source: reading.Source, policies: list[Policy], people: People, floor: Floor | None
) -> list[gates_.Gate]:
    gates = {gate.id: gate for gate in floor.workspace.gates} if floor else {}
    own: list[gates_.Gate] = []
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
            own.append(gate)
    state.diagnostics += gates_.required_gates(gates.values())
    if floor:
        state.diagnostics += floor_.gate_faults(floor, own, state.kinds.values())
    return list(gates.values())


def _params(
    state: Loading, source: reading.Source, policies: list[Policy], floor: Floor | None, yielding: bool
) -> Mapping[str, Mapping[str, ParamValue]]:
    """Parameters by policy id; of those that may not be set so, only others where these give way."""
    faults = dict(_param_faults(source, policies, floor))
    params: Mapping[str, Mapping[str, ParamValue]] = source.data.get("params", {})
    if not yielding:
        state.diagnostics += faults.values()
        return params
    hint = "The value that counts without it is taken. Mend it in a pull request of its own."
    state.diagnostics += (each._replace(level="warning", hint=hint) for each in faults.values())
    return {
        id: {name: value for name, value in values.items() if ("params", id, name) not in faults}
        for id, values in params.items()
        if ("params", id) not in faults
    }


def _param_faults(
    source: reading.Source, policies: list[Policy], floor: Floor | None
) -> Iterable[tuple[Path, Diagnostic]]:
    """What is wrong with parameters, by where each stands."""
    known = {policy.id: policy for policy in policies}
    for id, values in source.data.get("params", {}).items():
        policy, at = known.get(id), ("params", id)
        if policy is None:
            message, hint = f"no policy is called `{id}`", suggestion(id, tuple(known))
            yield at, source.diagnostic("unknown-policy", message, source.key_span(at), hint)
            continue
        for name, value in values.items():
            param, place = policy.params.get(name), (*at, name)
            if param is None:
                names = tuple(policy.params)
                message = f"policy `{id}` has no parameter `{name}`"
                hint = suggestion(name, names) or f"Its parameters are {', '.join(names) or 'none'}."
                yield place, source.diagnostic("unknown-param", message, source.key_span(place), hint)
            elif refusal := param.refusal(value):
                yield place, source.diagnostic("param-range", refusal, place)
            elif refusal := floor_.refusal(floor, policy, name, value):
                yield place, source.diagnostic("below-floor", refusal, place, floor_.CHOOSE)


def _data(state: Loading, source: reading.Source) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, raw in source.data.get("data", {}).items():
        path, format = (raw, None) if isinstance(raw, str) else (raw["file"], raw.get("format"))
        document = state.read(path, "", format=format, named=(source, ("data", name)))
        if document:
            found[name] = document.data
    return found

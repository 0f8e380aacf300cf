"""The floor: an organisation's workspace, which its repositories may add to and tighten, never loosen.

What the floor asks is asked in every workspace above it: its packs, lifecycles, kinds, gates, reference
documents, derived facts, people and keys, and the parameters that it sets. Its register of products is
the register. What it grants (waivers, sign-offs, decisions) holds in the floor's own workspace alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from checker import canonical, cel, kinds
from checker.kinds import Kind
from checker.kinds.phrases import suggestion
from checker.model import FLOOR, Diagnostic, Fault, Open, Path
from checker.policy.gates import Binding, Gate, Lifecycle, matches
from checker.policy.loading import CONFIGURATION, Loading
from checker.policy.policies import ParamValue, Policy
from checker.policy.reading import Source
from checker.policy.workspace import Floor, Workspace

CHOOSE = "Leave it out, or choose what the floor permits in its `limits`."


class Given(NamedTuple):
    """A floor that whoever runs the check names, whatever the workspace says of itself."""

    open: Open
    """Opens the folder, and any floor that lies out of reach of the doors that are otherwise used."""
    folder: str = ""
    """Empty: none is named, so the one counts that the workspace extends."""
    digest: str = ""
    """What it must be; empty: whatever is there."""

    @property
    def is_named(self) -> bool:
        """Whether one is named."""
        return self.folder != ""


class Limit(NamedTuple):
    """Within what a workspace may choose a parameter of the floor."""

    least: float | None
    most: float | None

    def refusal(self, value: ParamValue) -> str:
        """Why a value may not be chosen, as the end of a sentence; empty when it may."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "must be a number"
        if self.least is not None and value < self.least:
            return f"must be at least {cel.format_value(self.least)}"
        if self.most is not None and value > self.most:
            return f"must be at most {cel.format_value(self.most)}"
        return ""


# where it is


def reach(state: Loading, source: Source | None, given: Given | None) -> Loading | None:
    """A load of the floor, to be begun; None: there is none.

    `source`: the configuration above it; None where that is left to the floor.
    """
    if given and given.is_named:
        return Loading(given.open, given.folder, given.open(given.folder), state.diagnostics, prefix=FLOOR)
    stated = source.data.get("extends") if source else None
    if stated is None:
        return None
    open, folder = state.open, f"{state.folder}/{stated['source']}"
    files = open(folder)
    found = files.read(CONFIGURATION)
    if given and isinstance(found, Fault) and found.code == "outside-workspace":
        open, files = given.open, given.open(folder)  # it has no past in this repository: its digest pins it
    return Loading(open, folder, files, state.diagnostics, prefix=FLOOR)


def read(state: Loading, below: Loading, source: Source | None) -> Source | None:
    """The configuration of the floor; None, with a diagnostic, where there is none that can be one."""
    if not below.files.find(CONFIGURATION):
        message = f"the floor has no {CONFIGURATION}"
        hint = "Name the folder of the organisation's workspace, or state --floor DIR."
        if source and "extends" in source.data:
            message = f"there is no {CONFIGURATION} in {source.data['extends']['source']}"
            state.diagnostics.append(source.diagnostic("no-floor", message, ("extends", "source"), hint))
        else:
            state.diagnostics.append(Diagnostic("no-floor", message, hint=hint))
        return None
    found = below.read(CONFIGURATION, "workspace")
    if found and "extends" in found.data:
        message = "a floor stands on no other"
        hint = "Extend one workspace that holds all."
        state.diagnostics.append(found.diagnostic("floor-extends", message, ("extends",), hint))
        return None
    return found


def digest(below: Loading, workspace: Workspace) -> str:
    """The digest of a floor that was loaded: what travels with gonogo is not part of it."""
    held = {each.locator: each.digest for each in below.inputs if each.locator.startswith(FLOOR)}
    if workspace.signers:
        content = below.files.read(workspace.signers.removeprefix(FLOOR))
        held[workspace.signers] = "" if isinstance(content, Fault) else canonical.digest_bytes(content)
    return canonical.digest([list(pair) for pair in sorted(held.items())])


def doubts(found: str, source: Source | None, given: Given | None) -> Iterator[Diagnostic]:
    """Hold the digest of a floor against what it must be."""
    stated: Mapping[str, str] = (source.data.get("extends") or {}) if source else {}
    own = stated.get("digest", "")
    if given and given.is_named:
        if given.digest and given.digest != found:
            message = f"the floor is not the one that was asked for: its digest is {found}"
            hint = f"Check out the floor of digest {given.digest}, or state --floor-digest {found}."
            yield Diagnostic("floor-changed", message, hint=hint)
        elif own and own != found and source:
            message = f"the floor that was given counts ({found}), not the one that is named here"
            hint = "Name that digest in a pull request of its own."
            yield source.diagnostic("floor-differs", message, ("extends", "digest"), hint, warning=True)
    elif own and own != found and source:
        message = f"the floor has changed: its digest is {found}"
        hint = (
            "Check out the floor that is named here, or name this one, in the pull request that changes it "
            "or in one of its own."
        )
        yield source.diagnostic("floor-changed", message, ("extends", "digest"), hint)


def unpinned(workspace: Workspace) -> Iterator[Diagnostic]:
    """Say that nothing states which floor is meant."""
    floor, source = workspace.floor, workspace.source
    if floor and not floor.is_given and not workspace.lock and "digest" not in source.data.get("extends", {}):
        message = "nothing says which floor this must be, so it is whatever lies there"
        hint = f"Write `digest: {floor.digest}`, or run gonogo lock."
        yield source.diagnostic("floor-unpinned", message, ("extends",), hint, warning=True)


def stand_in(floor: Floor) -> Source:
    """The configuration of a folder that has none: where the floor looks for subjects, and nothing else."""
    source = floor.workspace.source
    kept = {name: source.data[name] for name in ("version", "subjects") if name in source.data}
    return source._replace(data=kept)


def opened(floor: Floor | None, read: Callable[[str], bytes | Fault], path: str) -> bytes | Fault:
    """A file of a workspace, which may be one of its floor's; `read` opens those of its own."""
    if floor and path.startswith(FLOOR):
        return floor.files.read(path.removeprefix(FLOOR))
    return read(path)


def read_kinds(state: Loading, source: Source) -> None:
    """Add the kinds of the floor to those that are known, as far as it is there."""
    below = reach(state, source, None)
    if below and below.files.find(CONFIGURATION):
        found = below.read(CONFIGURATION, "workspace")
        if found:
            below.read_kinds(found)
            state.kinds.update(below.kinds)


# what stands on it


def taken(state: Loading, floor: Floor, source: Source) -> None:
    """Report what a configuration says that the floor alone says."""
    below, data = floor.workspace, source.data
    own = {each.locator for each in state.inputs if ":" not in each.locator}
    places: list[tuple[Path, str]] = []
    if below.signers and "signers" in data:
        places.append((("signers",), "the keys that may sign"))
    if floor.has_register:
        products = [
            ("subjects", index)
            for index, raw in enumerate(data.get("subjects", ()))
            if raw["kind"] == "product" and source.path == CONFIGURATION
        ]
        places += [
            (at, "which products there are") for at in (*[("products",)][: "products" in data], *products)
        ]
        if "product" in data.get("derive", {}):
            places.append((("derive", "product"), "the facts of products"))
    places += [(("data", name), f"data.{name}") for name in data.get("data", {}) if name in below.data]
    derived = {(each.kind, each.field) for each in below.derived}
    places += [
        (("derive", kind, field), f"{kind}.{field}")
        for kind, fields in data.get("derive", {}).items()
        for field in fields
        if (kind, field) in derived
    ]
    for at, what in places:
        message = f"{what} is said by the floor" if " " not in what else f"{what}: that is said by the floor"
        state.diagnostics.append(_below(source, message, at, "Remove it here."))
    for kind in state.kinds.values():
        if kind.path.startswith(FLOOR) or not kind.path:
            continue
        if kind.name in below.kinds or kind.name in kinds.shipped_names():
            other = below.kinds[kind.name].path if kind.name in below.kinds else ""
            message = f"{kind.path}: the kind `{kind.name}` is {f'that of {other}' if other else 'shipped'}"
            hint = "Give your kind another name."
            state.diagnostics.append(_below(source, message, ("kinds",), hint))
    followed = lifecycles(floor, state.lifecycles)
    for id, lifecycle in state.lifecycles.items():
        if id not in followed and lifecycle.source.path in own:
            message = f"a product that follows `{id}` is judged by every gate of the floor, at any stage"
            hint = f"Follow {', '.join(sorted(followed))}, or add the lifecycle to the floor."
            told = lifecycle.source.diagnostic("lifecycle-apart", message, ("lifecycle",), hint, warning=True)
            state.diagnostics.append(told)


def lifecycles(floor: Floor | None, known: Mapping[str, Lifecycle]) -> Mapping[str, Lifecycle]:
    """The lifecycles by which products are placed, of those that are known.

    Where gates of the floor stand between stages these are the floor's: another one would lead around them.
    """
    if floor and any(gate.lifecycle for gate in floor.workspace.gates):
        return floor.workspace.lifecycles
    return known


def _below(source: Source, message: str, at: Path, hint: str) -> Diagnostic:
    return source.diagnostic("below-floor", message, at, hint)


def refusal(floor: Floor | None, policy: Policy, name: str, value: ParamValue) -> str:
    """Why the floor does not let a parameter have a value; empty when it does."""
    if floor is None or policy not in floor.workspace.policies:
        return ""
    param = policy.params[name]
    value = param.fitted(value)
    limit = limits(floor.workspace.source).get(policy.id, {}).get(name)
    if limit:
        wrong = limit.refusal(value)
        return f"{name} {wrong}, says the floor; found {cel.format_value(value)}" if wrong else ""
    fixed = [param.fitted(each) for each in _set(floor.workspace, policy, name)]
    if not fixed or all(each == value for each in fixed):
        return ""
    said = ", ".join(dict.fromkeys(map(cel.format_value, fixed)))
    return (
        f"{name} is {said}, says the floor, which frees it within no limits; found {cel.format_value(value)}"
    )


def _set(workspace: Workspace, policy: Policy, name: str) -> Iterator[ParamValue]:
    """What a workspace and its gates set a parameter to."""
    own = workspace.params.get(policy.id, {})
    if name in own:
        yield own[name]
    for gate in workspace.gates:
        for binding in gate.bindings:
            if name in binding.params and _binds(binding, policy):
                yield binding.params[name]


def _binds(binding: Binding, policy: Policy) -> bool:
    """Whether a binding is about anything of a policy."""
    ids = {"pack": (policy.pack,), "policy": (policy.id,), "rule": tuple(rule.id for rule in policy.rules)}
    return any(matches(binding.pattern, id) for id in ids[binding.scope])


def limits(source: Source) -> Mapping[str, Mapping[str, Limit]]:
    """What a configuration frees for those that extend it, by policy and parameter."""
    return {
        policy: {name: Limit(raw.get("min"), raw.get("max")) for name, raw in params.items()}
        for policy, params in source.data.get("limits", {}).items()
    }


def unsound_limits(
    source: Source, policies: Sequence[Policy], params: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    """Report limits of what is not there, and those that the floor's own value breaks."""
    known = {policy.id: policy for policy in policies}
    for id, freed in limits(source).items():
        policy = known.get(id)
        if policy is None:
            at = source.key_span(("limits", id))
            hint = suggestion(id, tuple(known))
            yield source.diagnostic("unknown-policy", f"no policy is called `{id}`", at, hint)
            continue
        for name, limit in freed.items():
            at = source.key_span(("limits", id, name))
            param = policy.params.get(name)
            if param is None:
                hint = suggestion(name, tuple(policy.params))
                yield source.diagnostic("unknown-param", f"policy `{id}` has no parameter `{name}`", at, hint)
            elif wrong := limit.refusal(params.get(id, {}).get(name, param.default)):
                message = f"{name} {wrong}, which its own value is not"
                hint = "Move the limit, or set the parameter in `params`."
                yield source.diagnostic("param-range", message, at, hint)


def gate_faults(floor: Floor, gates: Iterable[Gate], kinds: Iterable[Kind]) -> Iterator[Diagnostic]:
    """Report bindings by which a gate would ask less of anybody than the floor does.

    Of several gates that bind a rule the strictest counts, so another gate only adds. What no gate of the
    floor binds is asked always, and would be asked only from a stage on, in some markets, or as advice.
    """
    below = floor.workspace
    rules = [(rule.id, policy.id, policy.pack) for policy in below.policies for rule in policy.rules]
    for kind in kinds:
        if not kind.path or kind.name in below.kinds:
            rules += ((id, kind.name, "") for id in (kind.rules.readable, kind.rules.schema))
    always = [each for each in rules if not any(gate.bindings_of(*each) for gate in below.gates)]
    for gate in gates:
        for binding in gate.bindings:
            at: Path = ("binds", binding.position)
            for policy in below.policies:
                if _binds(binding, policy):
                    for name, value in binding.params.items():
                        wrong = refusal(floor, policy, name, value) if name in policy.params else ""
                        if wrong:
                            yield _below(gate.source, wrong, (*at, "params", name), CHOOSE)
            if gate.leads_to is None and not binding.advisory and not binding.markets:
                continue
            lost = [
                names[0]
                for names in always
                if matches(binding.pattern, names[("rule", "policy", "pack").index(binding.scope)])
            ]
            if lost:
                message = f"the floor always asks for {lost[0]}, which this gate would ask for only at times"
                hint = "Bind what is your own."
                yield _below(gate.source, message, (*at, binding.scope), hint)

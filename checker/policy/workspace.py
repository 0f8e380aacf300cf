"""The workspace: `gonogo.yaml` and everything it names that we judge with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, NamedTuple, Protocol

from checker import cel, kinds, shipped
from checker.kinds import Kind, fields
from checker.model import Diagnostic, Evidence, Fault, Location, Path
from checker.policy import gates as gates_
from checker.policy import moment, reading
from checker.policy.policies import ParamValue, Policy, compile_policy, suggestion

CONFIGURATION = "gonogo.yaml"
PACK = "pack.yaml"


class Files(Protocol):
    """The door to files: a folder and what lies below it."""

    def find(self, pattern: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """The files that fit a pattern, sorted, with what it captured."""

    def read(self, path: str) -> bytes | Fault:
        """The bytes of a file, or why there are none."""


class Open(Protocol):
    """Opens the door to a folder."""

    def __call__(self, folder: str, /) -> Files:
        """The files below `folder`."""


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


class Pack(NamedTuple):
    """A folder of policies."""

    id: str
    version: str
    """Empty where it has no `pack.yaml`."""
    policies: int
    """How many it holds."""


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
    packs: tuple[Pack, ...] = ()
    """In the order in which they are named."""


@dataclass(slots=True)
class _Loading:
    """What one load gathers on its way."""

    open: Open
    folder: str
    files: Files
    diagnostics: list[Diagnostic] = field(default_factory=list)
    inputs: list[Evidence] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    packs: list[Pack] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Kinds whose schema is at fault: what asks for one is not at fault itself."""

    def read(
        self,
        path: str,
        schema: str,
        files: Files | None = None,
        shown: str = "",
        format: str | None = None,
        named: tuple[reading.Source, Path] | None = None,
    ) -> reading.Source | None:
        """Read a judging file; what is wrong with it joins the diagnostics.

        `named`: where it is named, which is where to look when nothing in the file itself can be pointed at.
        """
        door = files or self.files
        source, diagnostics = reading.read(shown or path, lambda _: door.read(path), schema, format)
        for diagnostic in diagnostics:
            if named and (diagnostic.location is None or diagnostic.location.span is None):
                namer, at = named
                message = f"{path}: {diagnostic.message.removeprefix(f'{path}: ')}"
                self.diagnostics.append(namer.diagnostic(diagnostic.code, message, at, diagnostic.hint))
            else:
                self.diagnostics.append(diagnostic)
        if source:
            self.inputs.append(source.evidence)
        return source

    def kind(self, name: str) -> Kind | None:
        """A kind of the workspace, or a shipped one (read when it is first asked for)."""
        if name not in self.kinds and name in kinds.shipped_names():
            self.kinds[name] = kinds.shipped_kind(name)
        return self.kinds.get(name)

    def unknown_kind(self, source: reading.Source, name: str, at: Path) -> None:
        """Say that nothing defines a kind, unless its definition was found at fault already."""
        if name in self.broken:
            return
        hint = suggestion(name, self.kind_names()) or "gonogo schema --list names the kinds."
        self.diagnostics.append(source.diagnostic("unknown-kind", f"there is no kind `{name}`", at, hint))

    def failed(self) -> bool:
        """Whether anything was found at fault so far."""
        return any(diagnostic.level == "error" for diagnostic in self.diagnostics)

    def found(self) -> tuple[Diagnostic, ...]:
        """What was found at fault, each once: several patterns may meet the same folder."""
        return tuple(dict.fromkeys(self.diagnostics))

    def kind_names(self) -> tuple[str, ...]:
        return tuple(sorted({*self.kinds, *kinds.shipped_names()}))


def load(open: Open, folder: str) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
    """Read the workspace in `folder`; any error among the diagnostics gives no workspace."""
    state = _Loading(open, folder, open(folder))
    source = state.read(CONFIGURATION, "workspace")
    if source is None:
        return None, state.found()
    data = source.data
    zone = _zone(state, source)
    state.diagnostics += _leaving(source)
    _own_kinds(state, source)
    lifecycles: dict[str, gates_.Lifecycle] = {}
    policies = _policies(state, source, lifecycles)
    for path in _found(state, source, "lifecycles"):
        _lifecycle(state, lifecycles, state.read(path, "lifecycle"))
    selections = tuple(_selections(state, source))
    gates: list[gates_.Gate] = []
    if not state.failed():  # otherwise what a gate names may only seem to be missing
        gates = _gates(state, source, lifecycles, policies)
        _params(state, source, policies)
    reference = _data(state, source)
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
            lifecycles,
            selections,
            data.get("params", {}),
            reference,
            tuple(state.inputs),
            tuple(state.packs),
        ),
        state.found(),
    )


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
    places: list[Path] = [("products",), ("kinds",), ("lifecycles",), ("gates",)]
    for index in range(len(source.data.get("subjects", ()))):
        places += [("subjects", index, "files"), ("subjects", index, "exclude")]
    for place in places:
        value: Any = source.data
        for part in place:
            value = value[part] if isinstance(part, int) else value.get(part)
        for index, pattern in enumerate(_listed(value)):
            if pattern.startswith("/") or ".." in pattern.split("/"):
                at = (*place, index) if isinstance(value, list) else place
                message = f"{pattern} leads out of the workspace, where nothing is looked for"
                hint = f"Write it relative to the folder of {CONFIGURATION}."
                yield source.diagnostic("pattern-leaves", message, at, hint)


def _zone(state: _Loading, source: reading.Source) -> tzinfo | None:
    name = source.data.get("timezone", "UTC")
    zone = moment.zone(name)
    if zone is None:
        message = f"there is no time zone `{name}`"
        hint = "Write an IANA name such as Europe/London."
        state.diagnostics.append(source.diagnostic("unknown-timezone", message, ("timezone",), hint))
    return zone


def _listed(value: str | list[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _found(state: _Loading, source: reading.Source, field: str) -> Iterable[str]:
    """The files that the patterns of a field find; a pattern that finds none is a diagnostic."""
    for pattern in _listed(source.data.get(field)):
        found = state.files.find(pattern)
        if not found:
            state.diagnostics.append(
                source.diagnostic(
                    "no-file", f"no file fits {pattern}", (field,), f"Mend the pattern, or drop `{field}`."
                )
            )
        yield from (path for path, _ in found)


def _own_kinds(state: _Loading, source: reading.Source) -> None:
    for path in _found(state, source, "kinds"):
        name = path.rpartition("/")[2].split(".")[0]
        schema = state.read(path, "")
        loaded = kinds.load(name, schema.data, schema.document, path) if schema else ()
        if isinstance(loaded, Kind):
            state.kinds[name] = loaded
        else:
            state.broken.add(name)
            state.diagnostics += loaded


def _policies(
    state: _Loading, source: reading.Source, lifecycles: dict[str, gates_.Lifecycle]
) -> list[Policy]:
    policies: list[Policy] = []
    for index, name in enumerate(source.data.get("packs", ())):
        at = ("packs", index)
        if name.startswith(("./", "../")):
            files, prefix = state.files, name.removeprefix("./").rstrip("/")
            folder, shown = prefix, prefix
            if name.startswith("../"):
                files, folder = state.open(f"{state.folder}/{name}"), ""
        elif name in shipped.pack_names():
            files, folder, shown = state.open(shipped.pack(name)), "", f"gonogo:{name}"
        else:
            names = shipped.pack_names()
            state.diagnostics.append(
                source.diagnostic(
                    "unknown-pack",
                    f"no shipped pack is called `{name}`",
                    at,
                    suggestion(name, names) or f"Shipped are {', '.join(names)}; a folder begins with ./",
                )
            )
            continue
        found = _pack(state, files, folder, shown, lifecycles)
        if found is None:
            itself = files.read(folder or ".")
            if isinstance(itself, Fault) and itself.code == "missing":
                message, hint = f"there is no folder {name}", "Mend the path, or drop the pack."
            else:
                message, hint = _no_policy(shown), "Write one, or drop the pack."
            state.diagnostics.append(source.diagnostic("empty-pack", message, at, hint))
        policies += found or ()
    _unique(state, policies)
    return policies


def _no_policy(shown: str) -> str:
    return f"pack `{shown}` holds no *.policy.yaml"


def _unique(state: _Loading, policies: Iterable[Policy]) -> None:
    """Report every policy and rule whose id is taken."""
    taken: dict[tuple[str, str], tuple[Policy, Path]] = {}
    for policy in policies:
        named: list[tuple[str, str, Path]] = [("policy", policy.id, ("policy",))]
        named += [("rule", rule.id, (*rule.at, "id")) for rule in policy.rules]
        for what, id, at in named:
            other, place = taken.setdefault((what, id), (policy, at))
            if (other, place) != (policy, at):
                where = f"{other.source.path}:{other.source.span(place).line}"
                hint = f"The id of a {what} is permanent and unique: choose another."
                message = f"{what} `{id}` is also written in {where}"
                state.diagnostics.append(policy.source.diagnostic(f"duplicate-{what}", message, at, hint))


def _pack(
    state: _Loading, files: Files, folder: str, shown: str, lifecycles: dict[str, gates_.Lifecycle]
) -> list[Policy] | None:
    """The policies of one folder, None where it holds none; its lifecycles join the others."""
    inside, outside = (f"{path}/" if path else "" for path in (folder, shown))

    def read(path: str, schema: str) -> reading.Source | None:
        itself = path in (folder, ".")  # the folder cannot be listed
        return state.read(path, schema, files, shown if itself else outside + path.removeprefix(inside))

    head = files.find(f"{inside}{PACK}")
    pack = read(head[0][0], "pack") if head else None
    name = pack.data["pack"] if pack else shown.rpartition("/")[2]
    for path, _ in files.find(f"{inside}**/*.lifecycle.yaml"):
        _lifecycle(state, lifecycles, read(path, "lifecycle"))
    found = files.find(f"{inside}**/*.policy.yaml")
    if not found:
        return None
    policies: list[Policy] = []
    for path, _ in found:
        policy_source = read(path, "policy")
        if policy_source:
            kind = state.kind(policy_source.data["subject"])
            if kind is None:
                state.unknown_kind(policy_source, policy_source.data["subject"], ("subject",))
                continue
            policy, diagnostics = compile_policy(
                policy_source, name, kind, state.kind("product"), state.kind_names()
            )
            state.diagnostics += diagnostics
            if policy:
                policies.append(policy)
    state.packs.append(Pack(name, pack.data["version"] if pack else "", len(policies)))
    return policies


class Library(NamedTuple):
    """Policies apart from what they will judge: what their authors work on."""

    policies: tuple[Policy, ...]
    """In the order of their packs and paths."""
    kind: Callable[[str], Kind | None]
    """The kind of a name; None: there is none."""
    kind_names: Callable[[], tuple[str, ...]]
    """The names of every kind."""


def library(
    open: Open, packs: Mapping[str, str], workspace: str | None = None
) -> tuple[Library, tuple[Diagnostic, ...]]:
    """The policies of some packs alone.

    `packs`: folders, each with the name under which its files are reported. `workspace`: the folder of the
    workspace whose own kinds they may use.
    """
    state = _Loading(open, workspace or ".", open(workspace or "."))
    source = state.read(CONFIGURATION, "workspace") if workspace is not None else None
    if source:
        _own_kinds(state, source)
    policies: list[Policy] = []
    for folder, shown in packs.items():
        found = _pack(state, state.open(folder), "", shown, {})
        if found is None:
            hint = "Name a folder that holds policies."
            state.diagnostics.append(Diagnostic("empty-pack", _no_policy(shown), Location(shown), hint))
        policies += found or ()
    _unique(state, policies)
    return Library(tuple(policies), state.kind, state.kind_names), tuple(state.diagnostics)


def _lifecycle(
    state: _Loading, lifecycles: dict[str, gates_.Lifecycle], source: reading.Source | None
) -> None:
    if source is None:
        return
    lifecycle, diagnostics = gates_.lifecycle(source)
    state.diagnostics += diagnostics
    if lifecycle is None:
        return
    other = lifecycles.setdefault(lifecycle.id, lifecycle)
    if other.source.path != source.path:
        state.diagnostics.append(
            source.diagnostic(
                "duplicate-lifecycle",
                f"lifecycle `{lifecycle.id}` is also written in {other.source.path}",
                ("lifecycle",),
                "The id of a lifecycle is permanent and unique: choose another.",
            )
        )


def _gates(
    state: _Loading,
    source: reading.Source,
    lifecycles: Mapping[str, gates_.Lifecycle],
    policies: list[Policy],
) -> list[gates_.Gate]:
    gates: dict[str, gates_.Gate] = {}
    for path in _found(state, source, "gates"):
        gate_source = state.read(path, "gate")
        if gate_source is None:
            continue
        gate, diagnostics = gates_.gate(gate_source, lifecycles, policies, state.kinds.values())
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
    return list(gates.values())


def _params(state: _Loading, source: reading.Source, policies: list[Policy]) -> None:
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


def _selections(state: _Loading, source: reading.Source) -> Iterable[Selection]:
    def program(raw: Mapping[str, Any], at: Path, kind: Kind) -> cel.Program | None:
        text = raw.get(str(at[-1]))
        if text is None:
            return None
        found: cel.Program | None = None
        try:
            found = _selecting(kind, _listed(raw["files"])).compile(text)
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

    register = _listed(source.data.get("products"))
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
            _listed(raw["files"]),
            _listed(raw.get("exclude")),
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


def _data(state: _Loading, source: reading.Source) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, raw in source.data.get("data", {}).items():
        path, format = (raw, None) if isinstance(raw, str) else (raw["file"], raw.get("format"))
        document = state.read(path, "", format=format, named=(source, ("data", name)))
        if document:
            found[name] = document.data
    return found

"""The effective configuration of a workspace, with the place that each value comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checker import cel
from checker.authoring.catalogue import columns
from checker.model import Location, Path
from checker.policy.reading import Source
from checker.policy.workspace import Workspace

_MOST_FILES = 5
"""Of one selection; the JSON lists all."""


@dataclass(frozen=True, slots=True)
class Value:
    """One line of the configuration."""

    section: str
    name: str
    value: str
    origin: str
    """`file:line`, or `default`."""
    files: tuple[str, ...] = ()
    """For a selection: what it finds now."""


def values(workspace: Workspace, found: Sequence[Iterable[str]]) -> tuple[Value, ...]:
    """Everything in effect; `found` are the files of each selection, in their order."""
    return tuple(_Reader(workspace).values(found))


class _Reader:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.data: Mapping[str, Any] = workspace.source.data

    def _source(self, at: Path) -> Source:
        """The configuration that states a value: the workspace's own, or else its floor's."""
        own, floor = self.workspace.source, self.workspace.floor
        positions = own.document.positions
        return own if floor is None or positions.key(at) or positions.value(at) else floor.workspace.source

    def _place(self, at: Path) -> str:
        """Where a value of the configuration, or of its floor's, is written."""
        return self._stated(at, self._source(at))

    def _stated(self, at: Path, source: Source | None = None) -> str:
        """Where a value of the configuration is written; `default` where it is not."""
        source = source or self.workspace.source
        span = source.document.positions.key(at) or source.document.positions.value(at)
        return f"{source.path}:{span.line}" if span else "default"

    def values(self, found: Sequence[Iterable[str]]) -> Iterator[Value]:
        workspace = self.workspace
        yield Value("workspace", "name", workspace.name, self._stated(("name",)))
        yield Value("workspace", "timezone", str(workspace.zone), self._place(("timezone",)))
        yield from self._ground()
        yield from self._packs()
        for name, kind in sorted(workspace.kinds.items()):
            yield Value("kinds", name, kind.title, kind.path or "shipped")
        for id, lifecycle in sorted(workspace.lifecycles.items()):
            yield Value("lifecycles", id, " → ".join(lifecycle.stages), f"{lifecycle.source.path}:1")
        yield from self._gates()
        yield from self._params()
        for name in workspace.data:
            at = ("data", name)
            stated = self._source(at).data["data"][name]
            file = stated if isinstance(stated, str) else stated["file"]
            yield Value("data", name, file, self._place(at))
        for selection, files in zip(workspace.selections, found, strict=True):
            paths = tuple(files)
            count = f"{len(paths):,} {'file' if len(paths) == 1 else 'files'}"
            patterns = ", ".join(selection.patterns)
            yield Value(
                "subjects", selection.kind.name, f"{patterns}: {count}", self._place(selection.at), paths
            )

    def _ground(self) -> Iterator[Value]:
        """What the workspace stands on, and what is locked."""
        floor, lock = self.workspace.floor, self.workspace.lock
        if floor:
            origin = "--floor" if floor.is_given else self._stated(("extends",))
            yield Value("floor", floor.workspace.name, floor.digest, origin)
        if lock:
            count = len(lock.packs) + (lock.floor != "")
            held = f"{count} {'pin' if count == 1 else 'pins'}, {lock.source.reading.digest}"
            yield Value("lock", lock.source.path, held, f"{lock.source.path}:1")

    def _packs(self) -> Iterator[Value]:
        """Each pack with its version and what it holds."""
        for pack in self.workspace.packs:
            rules = sum(len(policy.rules) for policy in self.workspace.policies if policy.pack == pack.id)
            policies = f"{pack.policies} {'policy' if pack.policies == 1 else 'policies'}"
            held = f"{policies}, {rules} {'rule' if rules == 1 else 'rules'}"
            shown = f"{pack.version}, {held}" if pack.version else held
            yield Value("packs", pack.name, shown, _place(pack.location))

    def _gates(self) -> Iterator[Value]:
        for gate in self.workspace.gates:
            for binding in gate.bindings:
                at = gate.source.span(("binds", binding.position))
                bound = f"{binding.scope} {binding.pattern}, {binding.enforcement}"
                yield Value("gates", gate.id, bound, f"{gate.source.path}:{at.line}")

    def _params(self) -> Iterator[Value]:
        """The parameters that differ from what their policy says; `gonogo explain` shows the others."""
        for policy, stated in self.workspace.params.items():
            for name, value in stated.items():
                place = self._place(("params", policy, name))
                yield Value("params", f"{policy}.{name}", cel.format_value(value), place)
        for gate in self.workspace.gates:
            for binding in gate.bindings:
                for name, value in binding.params.items():
                    at = gate.source.span(("binds", binding.position, "params", name))
                    shown = f"{cel.format_value(value)}, for gate {gate.id}"
                    yield Value("params", f"{binding.pattern}.{name}", shown, f"{gate.source.path}:{at.line}")


def _place(location: Location | None) -> str:
    return f"{location.path}:{location.span.line}" if location and location.span else "default"


def text(found: Iterable[Value]) -> str:
    """The values under a heading for each section, with their origin."""
    by_section: dict[str, list[Value]] = {}
    for value in found:
        by_section.setdefault(value.section, []).append(value)
    parts = []
    for section, lines in by_section.items():
        rows = columns([(value.name, value.value, value.origin) for value in lines], "  ").splitlines()
        shown = []
        for row, value in zip(rows, lines, strict=True):
            shown += [row, *(f"      {path}" for path in value.files[:_MOST_FILES])]
            hidden = len(value.files) - _MOST_FILES
            shown += [f"      {hidden:,} more"] if hidden > 0 else []
        parts.append("\n".join([section, *shown]) + "\n")
    return "\n".join(parts)


def as_json(found: Iterable[Value]) -> str:
    """The same as a JSON list."""
    records = [
        {
            "section": value.section,
            "name": value.name,
            "value": value.value,
            "origin": value.origin,
            **({"files": list(value.files)} if value.section == "subjects" else {}),
        }
        for value in found
    ]
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"

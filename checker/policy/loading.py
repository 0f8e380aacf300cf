"""What one load of a workspace, or of packs alone, gathers on its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from checker import kinds
from checker.kinds import Kind
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Evidence, Files, Open, Path
from checker.policy import gates, reading
from checker.policy.gates import Lifecycle

CONFIGURATION = "gonogo.yaml"
LOCK = "gonogo.lock"


@dataclass(slots=True)
class Loading:
    """The doors, what was read through them, and what was found at fault."""

    open: Open
    folder: str
    files: Files
    diagnostics: list[Diagnostic] = field(default_factory=list)
    inputs: list[Evidence] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    lifecycles: dict[str, Lifecycle] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """Kinds whose schema is at fault: what asks for one is not at fault itself."""
    prefix: str = ""
    """Before the paths of the folder's files where they are told; empty for the workspace itself."""

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
        told = shown or self.prefix + path
        source, diagnostics = reading.read(told, lambda _: door.read(path), schema, format)
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
        """Every kind there is, sorted."""
        return tuple(sorted({*self.kinds, *kinds.shipped_names()}))

    def matching(self, source: reading.Source, field: str) -> Iterable[str]:
        """The files that the patterns of a field find; a pattern that finds none is a diagnostic."""
        for pattern in listed(source.data.get(field)):
            found = self.files.find(pattern)
            if not found:
                self.diagnostics.append(
                    source.diagnostic(
                        "no-file",
                        f"no file fits {pattern}",
                        (field,),
                        f"Mend the pattern, or drop `{field}`.",
                    )
                )
            yield from (path for path, _ in found)

    def read_kinds(self, source: reading.Source) -> None:
        """Read the kinds that a configuration names."""
        for path in self.matching(source, "kinds"):
            name = path.rpartition("/")[2].split(".")[0]
            schema = self.read(path, "")
            loaded = kinds.load(name, schema.data, schema.document, schema.path) if schema else ()
            if isinstance(loaded, Kind):
                self.kinds[name] = loaded
            else:
                self.broken.add(name)
                self.diagnostics += loaded

    def add_lifecycle(self, source: reading.Source | None) -> None:
        """Add a lifecycle to the others; None: its file was at fault."""
        if source is None:
            return
        lifecycle, diagnostics = gates.lifecycle(source)
        self.diagnostics += diagnostics
        if lifecycle is None:
            return
        other = self.lifecycles.setdefault(lifecycle.id, lifecycle)
        if other.source.path != source.path:
            message = f"lifecycle `{lifecycle.id}` is also written in {other.source.path}"
            hint = "The id of a lifecycle is permanent and unique: choose another."
            self.diagnostics.append(source.diagnostic("duplicate-lifecycle", message, ("lifecycle",), hint))


def listed(value: str | list[str] | None) -> tuple[str, ...]:
    """One text or several, as a configuration may write them."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)

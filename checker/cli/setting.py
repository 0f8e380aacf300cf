"""The rules and kinds that can be spoken of here: those of the workspace, or those that gonogo ships."""

from __future__ import annotations

from dataclasses import dataclass

from checker import kinds, run, shipped
from checker.authoring import catalogue
from checker.cli import options
from checker.model import Diagnostic
from checker.policy import library as library_
from checker.policy.library import Library
from checker.policy.workspace import Workspace
from checker.transports.disk import Disk


@dataclass(frozen=True, slots=True)
class Setting:
    """The rules that can be spoken of here."""

    workspace: Workspace | None
    """None: there is no workspace, and the rules are those of the shipped packs."""
    entries: tuple[catalogue.Entry, ...]
    """Sorted by id."""

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The ids of the rules, sorted."""
        return tuple(entry.info.id for entry in self.entries)

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The names of the kinds that may be named here, sorted."""
        return tuple(options.kind_names(self.workspace) if self.workspace else kinds.shipped_names())


def library(folder: str | None) -> tuple[Library, tuple[Diagnostic, ...]]:
    """The kinds of gonogo and of the workspace (in `folder`, or the nearest), without any policies."""
    home = options.workspace_folder(folder) if folder else options.nearest(".")
    return library_.load(Disk, {}, home)


def find(folder: str | None) -> tuple[Setting | None, tuple[Diagnostic, ...]]:
    """The rules of the workspace in `folder`, of the nearest one, or of the shipped packs without any.

    With errors among the diagnostics there is no setting.
    """
    home = options.workspace_folder(folder) if folder else options.nearest(".")
    if home is None:
        packs = {shipped.pack(name): f"gonogo:{name}" for name in shipped.pack_names()}
        found, wrong = library_.load(Disk, packs)
        about = {policy.kind.name: policy.kind for policy in found.policies}
        return Setting(None, catalogue.entries(found.policies, about.values())), wrong
    workspace, wrong = run.load(home)
    if workspace is None:
        return None, wrong
    about = {selection.kind.name: selection.kind for selection in workspace.selections}
    return Setting(workspace, catalogue.entries(workspace.policies, about.values(), workspace.gates)), wrong

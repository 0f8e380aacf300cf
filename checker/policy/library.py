"""A library: the policies of packs apart from any workspace that they judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker.kinds import Kind
from checker.model import Diagnostic, Location, Open
from checker.policy import floor
from checker.policy import packs as packs_
from checker.policy.loading import CONFIGURATION, Loading
from checker.policy.policies import Policy


class Library(NamedTuple):
    """Policies apart from what they will judge: what their authors work on."""

    policies: tuple[Policy, ...]
    """In the order of their packs and paths."""
    kind: Callable[[str], Kind | None]
    """The kind of a name; None: there is none."""
    kind_names: Callable[[], tuple[str, ...]]
    """The names of every kind."""


def load(
    open: Open, packs: Mapping[str, str], workspace: str | None = None
) -> tuple[Library, tuple[Diagnostic, ...]]:
    """The policies of some packs alone.

    `packs`: folders, each with the name under which its files are reported. `workspace`: the folder of the
    workspace whose own kinds they may use.
    """
    state = Loading(open, workspace or ".", open(workspace or "."))
    source = state.read(CONFIGURATION, "workspace") if workspace is not None else None
    if source:
        floor.read_kinds(state, source)
        state.read_kinds(source)
    policies: list[Policy] = []
    for folder, shown in packs.items():
        found = packs_.read(state, state.open(folder), "", shown)
        if found is None:
            hint = "Name a folder that holds policies."
            state.diagnostics.append(Diagnostic("empty-pack", packs_.no_policy(shown), Location(shown), hint))
        else:
            policies += found[1]
    packs_.unique(state, policies)
    return Library(tuple(policies), state.kind, state.kind_names), tuple(state.diagnostics)

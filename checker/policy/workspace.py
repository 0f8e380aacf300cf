"""The workspace: all that we judge with, the organisation's floor under it, and the lock that pins both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.kinds import Kind
from checker.model import Evidence, Files
from checker.policy.gates import Gate, Lifecycle
from checker.policy.packs import Pack
from checker.policy.people import NOBODY, People
from checker.policy.policies import ParamValue, Policy
from checker.policy.reading import Source
from checker.policy.selections import Derived, Selection
from checker.policy.waivers import Limits, Waiver

if TYPE_CHECKING:
    from checker.policy.signoffs import Recorded, SignOff


class Workspace(NamedTuple):
    """All that we judge with, read and compiled."""

    name: str
    zone: tzinfo
    source: Source
    kinds: Mapping[str, Kind]
    policies: tuple[Policy, ...]
    """Sorted by id."""
    gates: tuple[Gate, ...]
    """Sorted by id."""
    lifecycles: Mapping[str, Lifecycle]
    selections: tuple[Selection, ...]
    params: Mapping[str, Mapping[str, ParamValue]]
    """Overrides by policy id."""
    data: Mapping[str, Any]
    """Reference documents by name."""
    inputs: tuple[Evidence, ...]
    """Every file read so far."""
    packs: tuple[Pack, ...] = ()
    """In the order in which they are named."""
    derived: tuple[Derived, ...] = ()
    """Facts that are computed from others; those of products first, otherwise as they are written."""
    people: People = NOBODY
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
    floor: Floor | None = None
    """The organisation's workspace that it stands on, whose part is in all of that; None: there is none."""
    lock: Lock | None = None
    """What it says must judge; None: nothing does."""


class Floor(NamedTuple):
    """What a workspace stands on."""

    workspace: Workspace
    files: Files
    """Its folder."""
    digest: str
    """`sha256:…` over the paths and digests of its judging files: two floors of one digest judge alike."""
    source: str
    """What the workspace calls it in `extends`; empty: it does not."""
    is_given: bool
    """Whether whoever runs the check named it."""

    @property
    def has_register(self) -> bool:
        """Whether it says which products there are."""
        return bool(self.workspace.selections)


class Pin(NamedTuple):
    """One pack as it must be."""

    version: str
    """Empty where it has none."""
    digest: str

    def __str__(self) -> str:
        return f"{self.version or 'without a version'} ({self.digest})"


class Lock(NamedTuple):
    """What must judge."""

    packs: Mapping[str, Pin]
    """By the name that the configuration gives a pack, sorted."""
    floor: str
    """The digest of the floor; empty: there is none."""
    source: Source

"""Adding entries to the ledger: what `decide`, `ledger checkpoint` and the opening of a review share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from checker.cli import console, options, signatures
from checker.cli.console import Problem

if TYPE_CHECKING:
    from checker.authoring.decision import Refusal
    from checker.ledger import Entry, Ledger, Type
    from checker.policy.gates import Gate
    from checker.policy.workspace import Workspace
    from checker.transports.disk import Disk

_T = TypeVar("_T")

key_option = click.option(
    "--sign",
    "key",
    type=click.Path(exists=True, dir_okay=False),
    metavar="KEYFILE",
    help="Sign with this SSH key: a private one without a passphrase, or a public one that the agent has.",
)


class Desk(NamedTuple):
    """Where somebody sits down to record something."""

    home: str
    """The workspace's folder."""
    workspace: Workspace
    files: Disk
    ledger: Ledger
    person: str
    """By the name that the register of people has."""
    at: datetime
    """Now, in the workspace's time zone."""

    def path(self, entry: Entry) -> str:
        """The file of an entry, from the workspace on."""
        return f"{self.workspace.ledger}/{entry.path}"

    def gate(self, name: str) -> Gate:
        """The gate of that name.

        Raises:
            Problem: there is none.
        """
        from checker.kinds.phrases import suggestion

        gates = {gate.id: gate for gate in self.workspace.gates}
        if name not in gates:
            there = f"There are {', '.join(gates)}." if gates else "Name gates in `gates` of gonogo.yaml."
            raise Problem(f"no gate is called {name}", suggestion(name, tuple(gates)) or there)
        return gates[name]


def open_desk(folder: str | None, person: str) -> Desk:
    """Everything that a new entry is held against.

    Raises:
        Problem: the workspace or its ledger cannot be read as they are, or nobody knows the person.
    """
    from checker.transports.disk import Disk

    home, workspace = load(folder)
    ledger = sound_ledger(home, workspace)
    known = workspace.people.find(person)
    if known is None:
        from checker.kinds.phrases import suggestion

        everyone = workspace.people.persons.values()
        names = tuple(name for each in everyone for name in (each.id, each.name))
        hint = suggestion(person, names) or "Add them there; the file is named by `people` in gonogo.yaml."
        raise Problem(f"{person} is not in the register of people", hint)
    return Desk(home, workspace, Disk(home), ledger, known.name, datetime.now(workspace.zone))


def load(folder: str | None) -> tuple[str, Workspace]:
    """The folder of a workspace that has a ledger, and the workspace.

    Raises:
        Problem: it cannot be read, or names no ledger.
    """
    from checker import run

    home = options.workspace_folder(folder)
    workspace, wrong = run.load(home)
    if workspace is None:
        console.complain(wrong)
        raise Problem("the workspace cannot be read", "Mend what is said above.")
    if not workspace.ledger:
        raise Problem(f"the workspace {workspace.name} has no ledger", "Add `ledger: ledger` to gonogo.yaml.")
    return home, workspace


def sound_ledger(home: str, workspace: Workspace) -> Ledger:
    """The ledger of a workspace.

    Raises:
        Problem: it is not as it was written, so nothing may be added to it.
    """
    from checker.sources import ledger as ledgers
    from checker.transports.disk import Disk

    found, _ = ledgers.read(workspace.ledger, Disk(home))
    findings = ledgers.findings(found)
    if findings:
        console.complain(ledgers.diagnostics(workspace, findings))
        raise Problem(
            "the ledger is not as it was written, so nothing is added to it", "Mend what is said above."
        )
    return found


def agreed(value: _T | Refusal | None) -> _T:
    """The same value.

    Raises:
        Problem: it is a refusal.
    """
    from checker.authoring.decision import Refusal

    if isinstance(value, Refusal):
        raise Problem(value.message, value.hint)
    return value  # type: ignore[return-value]  # None is no refusal, and one of the values


def record(desk: Desk, type: Type, body: Mapping[str, Any], key: str | None) -> Entry:
    """Add an entry, signed where there is a key; when this returns both are on the disk.

    Raises:
        Problem: nothing was added, because the signature would not count or the disk cannot be written.
    """
    from checker import ledger as ledgers
    from checker.transports import ssh
    from checker.transports.journal import Journal

    newest = max((desk.ledger.entries[id].at for id in desk.ledger.heads), default=desk.at)
    if newest - desk.at > ledgers.TOLERANCE:
        clock = f"it is {desk.at.isoformat(timespec='seconds')} here, and the newest entry is of {newest}"
        raise Problem(f"the entry would be backdated: {clock}", "Set the clock of this machine.")
    try:
        entry = ledgers.make(type, desk.at, desk.person, body, desk.ledger.heads)
    except ValueError as error:
        raise Problem(f"this cannot be recorded: {error}", "Mend the text.") from None
    signature = sign(desk, entry.content, desk.path(entry), key) if key else None
    folder = os.path.join(desk.home, desk.workspace.ledger)
    journal = Journal(folder)
    try:
        fault = journal.append(entry.content, entry.path)
        if fault is None and signature is not None:
            try:
                fault = journal.append(signature, entry.path + ssh.SUFFIX)
            except OSError:
                os.unlink(os.path.join(folder, entry.path))  # both or none
                raise
    except OSError as error:
        raise Problem(f"cannot write to {folder}: {error.strerror}", "Nothing was recorded.") from None
    if fault:
        raise Problem(fault.message, fault.hint)
    return entry


def sign(desk: Desk, content: bytes, path: str, key: str) -> bytes:
    """The signature of the person over what will stand at `path`.

    Raises:
        Problem: there is none to be had, or it would not count as theirs.
    """
    return signatures.signature(desk.workspace, desk.files, content, path, desk.person, desk.at, key)


def tell(entry: Entry, path: str, following: Iterable[str]) -> None:
    """Say what was recorded, and what follows."""
    console.put(console.plain(f"recorded {entry.id} in {path}\n"))
    console.put(console.plain("".join(f"Next: {line}\n" for line in following)))

"""Whether a ledger is as it was written: its entries, their signatures, and what was kept of it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from checker import ledger as ledgers
from checker.ledger import Finding, Ledger
from checker.model import Fault, Files
from checker.policy.floor import opened
from checker.policy.workspace import Workspace
from checker.sources import ledger as sources
from checker.sources.approvals import Approvals
from checker.transports import ssh


class Kept(NamedTuple):
    """What was kept elsewhere: a digest, or a checkpoint."""

    name: str
    """As it was named."""
    digest: str = ""
    """Of a checkpoint or an entry; empty: the checkpoint itself was kept."""
    checkpoint: bytes = b""
    signature: bytes | None = None
    """Of the checkpoint; None: it has none."""


def findings(
    files: Files, workspace: Workspace, ledger: Ledger, now: datetime, kept: Iterable[Kept]
) -> Iterator[Finding]:
    """Everything that shows that a ledger, or what was kept of it, is not as it was written.

    `files` are those of the workspace.
    """
    yield from sources.findings(ledger)
    approvals = Approvals(workspace, files)
    for entry in ledger.entries.values():
        if entry.at - now > ledgers.TOLERANCE:
            hint = "It counts from then on. Ask its maker, or set the clock of this machine."
            message = f"The entry is dated {entry.at.isoformat()}, which is yet to come."
            yield Finding("entry-ahead", message, entry.id, entry.path, hint)
        if entry.id in ledger.signatures:
            approval = approvals.of(f"{workspace.ledger}/{entry.path}", entry.by, entry.at)
            if approval.assurance != "signed":
                message = f"The signature is not one of {entry.by}: {approval.note}"
                hint = "It counts for nothing; whoever made the entry signs it anew."
                yield Finding("entry-signature", message, entry.id, entry.path, hint)
    for each in kept:
        if each.digest:
            yield from ledgers.verify_stamp(ledger, each.digest)
        else:
            yield from _against(files, workspace, ledger, each)


def _against(files: Files, workspace: Workspace, ledger: Ledger, kept: Kept) -> Iterator[Finding]:
    """What is missing of all that a checkpoint vouches for, and what is wrong with its signature."""
    body = ledgers.kept_checkpoint(kept.checkpoint)
    yield from (body,) if isinstance(body, Finding) else ledgers.verify_checkpoint(ledger, body)
    if kept.signature is not None:
        allowed = opened(workspace.floor, files.read, workspace.signers) if workspace.signers else b""
        fault = (
            allowed if isinstance(allowed, Fault) else ssh.verify(kept.checkpoint, kept.signature, allowed)
        )
        if isinstance(fault, Fault):
            path = f"{kept.name}{ssh.SUFFIX}"
            yield Finding("checkpoint-signature", fault.message, path=path, hint=fault.hint)

"""The lock: which packs and which floor judge a workspace, by digest, whatever gonogo is installed."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model import Diagnostic
from checker.policy.loading import CONFIGURATION, LOCK, Loading
from checker.policy.packs import Pack
from checker.policy.reading import FORMAT
from checker.policy.workspace import Lock, Pin, Workspace

_SAID = """\
# Which packs and which floor judge here, by the digests of their files. Written by gonogo lock; what it
# says is changed by running gonogo lock again, in a pull request of its own, which shows what flips."""


def read(state: Loading) -> Lock | None:
    """The lock of a folder; None where it has none, or one that is at fault, which joins the diagnostics."""
    if not state.files.find(LOCK):
        return None
    source = state.read(LOCK, "lock", format="yaml")
    if source is None:
        return None
    data = source.data
    pins = {name: Pin(raw.get("version", ""), raw["digest"]) for name, raw in sorted(data["packs"].items())}
    return Lock(pins, data.get("floor", ""), source)


def packs(workspace: Workspace) -> dict[str, Pack]:
    """The packs that a lock pins, by name, sorted: but for folders of the floor, which its digest pins."""
    floor = workspace.floor.workspace.packs if workspace.floor else ()
    return {
        pack.name: pack
        for pack in sorted(workspace.packs, key=lambda pack: pack.name)
        if pack.is_shipped or pack not in floor
    }


def doubts(workspace: Workspace) -> Iterator[Diagnostic]:
    """Hold what judges against the lock."""
    lock, floor = workspace.lock, workspace.floor
    if lock is None:
        return
    found = packs(workspace)
    digest = floor.digest if floor else ""
    own = found
    again = "Run gonogo lock, in a pull request of its own."
    together = "Run gonogo lock, and commit what it writes together"  # or none of the two can be merged
    if lock.floor != digest:
        if floor and floor.is_given:  # whoever runs the check decides, and upgrades all at once
            message = f"the floor that was given counts ({digest}), not the one that is locked"
            yield lock.source.diagnostic("floor-differs", message, ("floor",), again, warning=True)
            own = {name: pack for name, pack in found.items() if pack not in floor.workspace.packs}
        else:
            locked, here = (f"the floor {each}" if each else "no floor" for each in (lock.floor, digest))
            message = f"{LOCK} names {locked}; there is {here}"
            yield lock.source.diagnostic("lock-mismatch", message, ("floor",), again)
    for name, pack in own.items():
        pin, now = lock.packs.get(name), Pin(pack.version, pack.digest)
        if pin is None:
            message = f"the pack {name} is not in {LOCK}"
            hint = f"{together} with {CONFIGURATION}."
            yield lock.source.diagnostic("lock-mismatch", message, ("packs",), hint)
        elif pin != now:
            message = f"the pack {name} is not the one that is locked: {now} is here, {pin} is locked"
            hint = (
                f"Install the gonogo that brings it, or: {again[0].lower()}{again[1:]}"
                if pack.is_shipped
                else f"{together} with the pack."
            )
            yield lock.source.diagnostic("lock-mismatch", message, ("packs", name), hint)
    for name in lock.packs.keys() - found.keys() if own is found else ():
        message = f"the pack {name} is locked, and nothing names it"
        hint = f"Name it again, or: {together[0].lower()}{together[1:]} with {CONFIGURATION}."
        yield lock.source.diagnostic("lock-mismatch", message, ("packs", name), hint)


def text(workspace: Workspace, modeline: str) -> str:
    """What the lock of a workspace says; `modeline`: the line by which an editor finds its schema."""
    lines = [modeline, _SAID, f"version: {FORMAT}"]
    if workspace.floor:
        lines.append(f"floor: {workspace.floor.digest}")
    found = packs(workspace)
    lines.append("packs:" if found else "packs: {}")
    for name, pack in found.items():
        lines += [f"  {_quoted(name)}:", *([f"    version: {pack.version}"] if pack.version else [])]
        lines.append(f"    digest: {pack.digest}")
    return "\n".join(lines) + "\n"


def changes(before: Lock | None, workspace: Workspace) -> Iterator[str]:
    """What a new lock says otherwise than the one before, one line each."""
    digest = workspace.floor.digest if workspace.floor else ""
    old = before.floor if before else ""
    if old != digest:
        yield f"floor: {old or 'none'} → {digest or 'none'}"
    pins = before.packs if before else {}
    found = {name: Pin(pack.version, pack.digest) for name, pack in packs(workspace).items()}
    for name in sorted({*pins, *found}):
        was, now = pins.get(name), found.get(name)
        if was != now:
            yield f"{name}: {was or 'not locked'} → {now or 'not named any more'}"


def _quoted(name: str) -> str:
    return name if name.replace("-", "").isalnum() else "'" + name.replace("'", "''") + "'"

"""The ledger: what people decided and what was reported, so that nobody can change it unnoticed.

An entry is a JSON document in a file of its own, named by the digest of its canonical form, and cites the
entries that were the newest when it was made. So an entry cannot be edited without another name, nor removed
or moved while another cites it, and two branches that each add entries merge without conflict: the next
entry cites both. Only the newest entries can vanish without a trace inside; a checkpoint that is kept
elsewhere tells.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from checker import canonical
from checker.model import Fault

FORMAT = 1
"""The version of an entry's form."""

Type = Literal["decision", "approval", "condition", "review-opened", "report", "checkpoint"]
TYPES: tuple[Type, ...] = get_args(Type)
TOLERANCE = timedelta(minutes=5)
"""How far the clocks of two machines may be apart before an entry counts as backdated."""

_ID = r"sha256:[0-9a-f]{64}"
_PATH = r"([0-9a-f]{2})/(\1[0-9a-f]{62})\.json(\.sig)?"
_NAME = r"(?:.*/)?([0-9a-f]{64})\.json(?:\.sig)?"
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_FIELDS = frozenset({"format", "type", "at", "by", "parents", "body"})
_CHECKPOINT_FIELDS = frozenset({"heads", "count", "root"})


class Entry(NamedTuple):
    """One record of the ledger."""

    id: str
    """`sha256:` and 64 hexadecimal digits of its canonical form."""
    type: Type
    at: datetime
    """When it was made, as its maker says; with a zone."""
    by: str
    """The person who made it."""
    parents: tuple[str, ...]
    """The ids of the entries it follows, sorted."""
    body: Mapping[str, Any]
    """What is recorded; its shape depends on the type."""
    content: bytes
    """What its file holds: the canonical form and a line feed."""

    @property
    def path(self) -> str:
        """Its file below the folder of the ledger."""
        digits = self.id.removeprefix("sha256:")
        return f"{digits[:2]}/{digits}.json"


class Finding(NamedTuple):
    """Something in a ledger that cannot be as it was written."""

    code: str
    """Stable, kebab-case: `entry-edited`, `entry-removed`, …"""
    message: str
    """One sentence for a person."""
    entry: str = ""
    """The id of the entry it is about; empty where it is about none."""
    path: str = ""
    """The file it is about, below the folder of the ledger; empty where it is about none."""
    hint: str = ""
    """What to do about it; may be empty."""


class Ledger(NamedTuple):
    """Entries as they were read, and what was wrong with the rest."""

    entries: Mapping[str, Entry]
    """By id, parents first, then by time, then by id."""
    faults: tuple[Finding, ...] = ()
    """Of files that hold no sound entry, sorted by path."""
    signatures: Mapping[str, bytes] = MappingProxyType({})
    """By the id of an entry, the detached signature over its file."""

    @property
    def heads(self) -> tuple[str, ...]:
        """The ids that no other entry cites, sorted: the parents of the next entry."""
        return tuple(sorted(self.entries.keys() - self.cited))

    @property
    def cited(self) -> set[str]:
        """The ids of all parents, of those that are not there too."""
        return {parent for entry in self.entries.values() for parent in entry.parents}


def make(type: Type, at: datetime, by: str, body: Mapping[str, Any], parents: Iterable[str] = ()) -> Entry:
    """A new entry, to be written to `entry.path`; its parents are the heads of the ledger.

    Raises ValueError where that would be no sound entry: a time without a zone, no person, a body that has
    no canonical form, or, of a checkpoint, that says other than `checkpoint` does.
    """
    document = {
        "format": FORMAT,
        "type": type,
        "at": at.isoformat(),
        "by": by,
        "parents": sorted(set(parents)),
        "body": dict(body),
    }
    raw = canonical.encode(document)
    entry = _entry(canonical.digest_bytes(raw), raw)
    if isinstance(entry, str):
        raise ValueError(entry)
    return entry


def read(files: Iterable[tuple[str, bytes | Fault]]) -> Ledger:
    """The ledger of these files: the path below its folder, and the bytes or why they cannot be had."""
    found: dict[str, Entry] = {}
    signatures: dict[str, tuple[str, bytes]] = {}
    faults: list[Finding] = []
    damaged: set[str] = set()
    for path, content in sorted(files, key=lambda file: file[0]):
        match = re.fullmatch(_PATH, path)
        id = f"sha256:{match[2]}" if match else ""
        if isinstance(content, Fault):
            faults.append(Finding(content.code, content.message, id, path, content.hint))
            damaged.add(id)
        elif match is None:
            faults.append(_stranger(path))
        elif match[3]:
            signatures[id] = path, content
        else:
            entry = _read_entry(id, path, content)
            if isinstance(entry, Finding):
                faults.append(entry)
                damaged.add(id)
            else:
                found[id] = entry
    for id, (path, _) in signatures.items():
        if id not in found and id not in damaged:
            message = "This entry was removed: it is not there, but its signature is."
            faults.append(Finding("entry-removed", message, id, path, _RESTORE))
    return Ledger(
        MappingProxyType({entry.id: entry for entry in _ordered(found)}),
        tuple(sorted(faults, key=lambda fault: (fault.path, fault.code))),
        MappingProxyType({id: content for id, (_, content) in signatures.items() if id in found}),
    )


def check(
    ledger: Ledger, checkpoints: Iterable[Mapping[str, Any]] = (), tolerance: timedelta = TOLERANCE
) -> tuple[Finding, ...]:
    """Everything that shows that the ledger is not as it was written; empty where nothing does.

    `checkpoints` are the bodies of checkpoints that were kept outside.
    """
    findings = [
        *ledger.faults,
        *_lost(ledger, ledger.cited),
        *_out_of_time(ledger, tolerance),
        *_repeated(ledger),
    ]
    for entry in ledger.entries.values():
        if entry.type == "checkpoint":
            findings += (
                finding._replace(entry=finding.entry or entry.id)
                for finding in verify_checkpoint(ledger, entry.body)
            )
    for checkpoint in checkpoints:
        findings += verify_checkpoint(ledger, checkpoint)
    return tuple(dict.fromkeys(findings))


def checkpoint(ledger: Ledger) -> dict[str, Any]:
    """The body of a checkpoint over the ledger as it is: to be signed, and kept out of its keepers' reach."""
    held = ancestors(ledger, ledger.heads)
    return {"heads": list(ledger.heads), "count": len(held), "root": canonical.digest(sorted(held))}


def kept_checkpoint(raw: bytes) -> Mapping[str, Any] | Finding:
    """The body of a checkpoint from the file in which it was kept: a copy of the entry, or the body alone.

    Either is canonical, with a line feed or without. Whether somebody signed it, its signature tells.
    """
    content = raw.removesuffix(b"\n")
    try:
        data = canonical.decode(content)
    except ValueError as error:
        return _unsound(f"is not canonical JSON: {error}")
    if type(data) is not dict:
        return _unsound("is no mapping")
    if data.get("type") == "checkpoint":
        entry = _entry(canonical.digest_bytes(content), content)
        return _unsound(f"is an entry that {entry}") if isinstance(entry, str) else entry.body
    wrong = _checkpoint_fault(data)
    return _unsound(wrong) if wrong else data


def _unsound(wrong: str) -> Finding:
    return Finding("checkpoint-unsound", f"The checkpoint {wrong}.", hint="Give it as it was kept.")


def verify_checkpoint(ledger: Ledger, body: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What is missing of the entries that a checkpoint vouches for, or is other than it was."""
    wrong = _checkpoint_fault(body)
    if wrong:
        return (_unsound(wrong),)
    held = ancestors(ledger, body["heads"])
    lost = tuple(_lost(ledger, held))
    root = canonical.digest(sorted(held))
    if lost or (len(held), root) == (body["count"], body["root"]):
        return lost
    message = (
        f"The checkpoint vouches for {body['count']} entries with the root {body['root']};"
        f" up to the same heads the ledger holds {len(held)}, with the root {root}."
    )
    return (Finding("checkpoint-differs", message, hint="Whoever made it counted wrongly, or changed it."),)


def verify_stamp(ledger: Ledger, digest: str) -> tuple[Finding, ...]:
    """What is missing of the entries that a digest vouches for, which was kept outside.

    It is the id of an entry, which stands for all that lies before it, or the root of a checkpoint.
    """
    if digest in ledger.entries.keys() | ledger.cited | {fault.entry for fault in ledger.faults}:
        return tuple(_lost(ledger, ancestors(ledger, (digest,))))
    kept = (entry.body for entry in ledger.entries.values() if entry.type == "checkpoint")
    for body in (*kept, checkpoint(ledger)):
        if body["root"] == digest:
            return verify_checkpoint(ledger, body)
    message = (
        f"{digest} is neither an entry nor the root of a checkpoint: it was mistyped, or that was removed."
    )
    return (Finding("stamp-unknown", message, digest if re.fullmatch(_ID, digest) else "", hint=_RESTORE),)


def ancestors(ledger: Ledger, ids: Iterable[str]) -> set[str]:
    """These ids and all that lie before them, those that are cited but absent among them."""
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            entry = ledger.entries.get(id)
            waiting += entry.parents if entry else ()
    return found


_RESTORE = "Restore it from the history of the repository, or from a copy."


def _stranger(path: str) -> Finding:
    named = re.fullmatch(_NAME, path)
    if named:
        message = f"The file of this entry lies in the wrong place; it belongs in {named[1][:2]}/."
        return Finding("entry-misplaced", message, f"sha256:{named[1]}", path, "Move it back.")
    message = "This file is none of the ledger: its name is not that of an entry."
    return Finding("not-an-entry", message, path=path, hint="Move it out of the folder of the ledger.")


def _read_entry(id: str, path: str, content: bytes) -> Entry | Finding:
    raw = content.removesuffix(b"\n")
    if canonical.digest_bytes(raw) != id or raw == content:
        if canonical.digest_bytes(content.rstrip(b"\r\n")) == id:
            message = "The entry is whole, but its file does not end with exactly one line feed."
            hint = "Was its line end converted? Give the folder of the ledger `-text` in .gitattributes."
            return Finding("entry-line-end", message, id, path, hint)
        message = "The entry was edited: its content does not fit its name."
        return Finding("entry-edited", message, id, path, _RESTORE)
    entry = _entry(id, raw)
    if isinstance(entry, str):
        hint = "Was it written by a newer gonogo, or by something else?"
        return Finding("entry-unsound", f"The entry {entry}.", id, path, hint)
    return entry


def _entry(id: str, raw: bytes) -> Entry | str:
    """The entry of a canonical form, or what is wrong with it, to be put behind *the entry*.

    This is schemas/ledger-entry.schema.json, spelled out.
    """
    try:
        data = canonical.decode(raw)
    except ValueError as error:
        return f"is not canonical JSON: {error}"
    if type(data) is not dict or data.keys() != _FIELDS:
        return f"has not exactly the fields {', '.join(sorted(_FIELDS))}"
    if type(data["format"]) is not int or data["format"] != FORMAT:
        return f"is not of format {FORMAT}"
    if data["type"] not in TYPES:
        return f"has a type that is none of {', '.join(TYPES)}"
    at = _moment(data["at"])
    if at is None:
        return "has no time with a zone in `at`, such as 2026-09-15T08:30:00Z"
    if type(data["by"]) is not str or not data["by"].strip() or not data["by"].isprintable():
        return "names no person in `by`"
    if not _are_ids(data["parents"]):
        return "has parents that are no sorted list of different ids"
    if type(data["body"]) is not dict:
        return "has a body that is no mapping"
    if data["type"] == "checkpoint" and (wrong := _checkpoint_fault(data["body"], data["parents"])):
        return f"is a checkpoint that {wrong}"
    parents = tuple(data["parents"])
    return Entry(id, data["type"], at, data["by"], parents, MappingProxyType(data["body"]), raw + b"\n")


def _moment(text: object) -> datetime | None:
    if type(text) is not str or not re.fullmatch(_MOMENT, text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _are_ids(value: object) -> bool:
    return (
        type(value) is list
        and all(type(id) is str and re.fullmatch(_ID, id) for id in value)
        and value == sorted(set(value))
    )


def _checkpoint_fault(body: Mapping[str, Any], parents: list[str] | None = None) -> str:
    """What is wrong with the body of a checkpoint; empty where nothing is."""
    if body.keys() != _CHECKPOINT_FIELDS:
        return f"has not exactly the fields {', '.join(sorted(_CHECKPOINT_FIELDS))}"
    if not _are_ids(body["heads"]):
        return "has heads that are no sorted list of different ids"
    if parents is not None and body["heads"] != parents:
        return "has other heads than parents"
    if type(body["count"]) is not int or body["count"] < len(body["heads"]):
        return "counts fewer entries than it has heads"
    if type(body["root"]) is not str or not re.fullmatch(_ID, body["root"]):
        return "has a root that is no digest"
    return ""


def _ordered(entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """Parents first, then by time, then by id; entries that cite each other in a circle come last."""
    waiting = {id: sum(parent in entries for parent in entry.parents) for id, entry in entries.items()}
    children: dict[str, list[str]] = {}
    for id, entry in entries.items():
        for parent in entry.parents:
            children.setdefault(parent, []).append(id)
    ready = [(entries[id].at, id) for id, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    while ready:
        _, id = heapq.heappop(ready)
        del waiting[id]
        yield entries[id]
        for child in children.get(id, ()):
            waiting[child] -= 1
            if waiting[child] == 0:
                heapq.heappush(ready, (entries[child].at, child))
    yield from (entries[id] for id in sorted(waiting))


def _lost(ledger: Ledger, ids: Iterable[str]) -> Iterator[Finding]:
    """What is wrong with those of the entries that are not there, or that their files hold no more."""
    absent = sorted(set(ids) - ledger.entries.keys())
    if not absent:
        return
    citing = {parent: entry.id for entry in ledger.entries.values() for parent in entry.parents}
    for id in absent:
        told = [fault for fault in ledger.faults if fault.entry == id]
        witness = f"{citing[id]} follows it" if id in citing else "a checkpoint vouches for it"
        message = f"This entry was removed: it is not there, but {witness}."
        yield from told or (Finding("entry-removed", message, id, hint=_RESTORE),)


def _out_of_time(ledger: Ledger, tolerance: timedelta) -> Iterator[Finding]:
    seen: set[str] = set()
    for entry in ledger.entries.values():
        seen.add(entry.id)
        for id in entry.parents:
            parent = ledger.entries.get(id)
            if parent is None:
                continue
            if id not in seen or id == entry.id:
                message = f"The entry and {id}, which it follows, cite each other in a circle."
                yield Finding("entry-circle", message, entry.id, entry.path, _RESTORE)
            elif parent.at - entry.at > tolerance:
                message = (
                    f"The entry is backdated: it says {entry.at.isoformat()},"
                    f" but follows {id} of {parent.at.isoformat()}."
                )
                hint = "Ask its maker when it was made; an entry that corrects it can be added."
                yield Finding("entry-backdated", message, entry.id, entry.path, hint)


def _repeated(ledger: Ledger) -> Iterator[Finding]:
    """Entries that record the same a second time."""
    first: dict[str, str] = {}
    for entry in ledger.entries.values():
        said = canonical.digest([entry.type, entry.at.isoformat(), entry.by, dict(entry.body)])
        if first.setdefault(said, entry.id) != entry.id:
            message = f"The entry records the same as {first[said]}: same time, same person, same content."
            yield Finding("entry-repeated", message, entry.id, entry.path, "One of them counts.")

"""What an earlier run came to, given again where a run now could come to nothing else.

A run is known by all that it depends on, by content: gonogo's own files, what is installed beside it, how it
was called, the day, and every question that it asked of a folder, with a digest of the answer. A run like it
asks the same questions again; if every answer is the same, its result is. So files that were added, removed
or renamed count as much as those that were changed, and those that were looked for in vain count too.

Nothing here decides anything: in doubt nothing is kept, nothing is given, and the run is made.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from checker import shipped
from checker.model import Fault, Files
from checker.transports.disk import Disk
from checker.transports.listening import Listening, Question, ask
from checker.transports.store import Store

if TYPE_CHECKING:
    from checker.transports.ssh import Verified

FORMAT = 1
"""Of the entries; another one is not read."""
_SIGNATURES = ""
"""Stands where a folder does, for what is asked about signatures."""
_SIZE = 4
"""Bytes that say how many make up what stands before the texts."""


class Kept(NamedTuple):
    """What a run came to."""

    exit_code: int
    verdict: str
    """`neutral` where nothing had to be judged."""
    inputs: tuple[str, ...]
    """The locators of all that was read."""
    texts: tuple[str, ...]
    """What it wrote, one for each output."""


class Run:
    """One run: what it asks of folders is heard, compared with an earlier one, and kept for a later one."""

    def __init__(self, store: Store, called: Sequence[object], repository: str = "") -> None:
        """How the run was called; raises OSError where gonogo's own files cannot be read.

        `called`: all that decides it besides files and the day, as texts and lists of them.
        `repository`: the folder whose commit the output names; empty: it names none.
        """
        self._store = store
        self._identity = identity()
        self._name = _digest(json.dumps([FORMAT, self._identity, called]).encode())
        self._repository = repository
        self._commit = _commit(repository)
        self._doors: dict[str, Files] = {}
        self._answers: dict[tuple[str, Question], Any] = {}
        """What was asked to compare, for whoever asks again in this run."""
        self._contents: dict[str, bytes] = {}
        """What was read and may be signed, by its digest."""
        self._heard: dict[str, dict[Question, str]] = {}
        self._is_whole = not isinstance(self._commit, Fault)

    # of the run itself

    def open(self, folder: str) -> Files:
        """A folder of the disk that is listened to."""
        return Listening(lambda question: self._answer(folder, question))

    def verify(
        self,
        payload: bytes,
        signature: bytes,
        allowed_signers: bytes,
        principal: str | None = None,
        *,
        at: datetime | None = None,
    ) -> Verified | Fault:
        """As `ssh.verify`, whose program an equal run asks anew, and which has to say the same."""
        names = []
        for text in (payload, signature, allowed_signers):
            names.append(_digest(text))
            self._contents[names[-1]] = text
        who = () if principal is None else (principal,)
        question = ("verify", *names, at.isoformat() if at else "", *who)
        found: Verified | Fault = self._answer(_SIGNATURES, question)
        return found

    def depends_on_more(self) -> None:
        """Say that the run asks for something that is not heard, such as git: it is not kept."""
        self._is_whole = False

    # before and after

    def recall(self, today: Callable[[tzinfo], date]) -> Kept | None:
        """What an earlier run came to that was the same in all; `today` is the day in a time zone."""
        raw = self._store.get(self._name)
        if raw is None:
            return None
        try:
            start = _SIZE + int.from_bytes(raw[:_SIZE], "big")
            entry = json.loads(bytes(raw[_SIZE:start]))
            zone = entry["zone"]
            same = (
                entry["name"] == self._name
                and entry["commit"] == self._commit
                and (not entry["zones"] or entry["zones"] == _zones(zone))
                and entry["day"] in ("", str(today(_zone(zone))))
                and all(self._is_same(*each) for each in entry["heard"])
            )
            if not same:
                return None
            texts = [str(part, "utf-8", "surrogatepass") for part in _cut(raw[start:], entry["lengths"])]
            return Kept(entry["exit_code"], entry["verdict"], tuple(entry["inputs"]), tuple(texts))
        except (ValueError, LookupError, TypeError, OSError):
            return None  # written by another version, which would have another name: not worth a word

    def keep(self, kept: Kept, as_of: datetime, is_today: bool, commit: str = "") -> None:
        """Remember what this run came to, if nothing but what was heard had a part in it.

        `as_of`: its moment; `is_today`: that is the day of the run, and no other that it was called with;
        `commit`: the one that holds all that was read, of a run whose output names it.

        Raises:
            OSError: gonogo's own files cannot be read any more.
        """
        zone = getattr(as_of.tzinfo, "key", "") if as_of.tzinfo is not UTC else "UTC"
        zones = _zones(zone) if "zoneinfo" in sys.modules else ""
        if self._repository:
            door, heard = self.open(self._repository), self._heard.setdefault(self._repository, {})
            for path in kept.inputs:  # each that lies there was compared with the commit
                if ("read", path) not in heard:
                    door.read(path)
            known = self._commit is None or (bool(commit) and self._commit[-1] == commit)
            self._is_whole = self._is_whole and known and _commit(self._repository) == self._commit
        if not self._heard or not self._is_whole or zones is None or identity() != self._identity:
            return
        texts = [text.encode("utf-8", "surrogatepass") for text in kept.texts]
        entry = {
            "name": self._name,
            "commit": self._commit,
            "zone": zone,
            "zones": zones,
            "day": str(as_of.date()) if is_today else "",
            "heard": [
                [folder, question, digest]
                # Signatures come last: they are of what was read.
                for folder, heard in sorted(self._heard.items(), key=lambda each: each[0] == _SIGNATURES)
                for question, digest in heard.items()
            ],
            "lengths": [len(text) for text in texts],
            "exit_code": kept.exit_code,
            "verdict": kept.verdict,
            "inputs": kept.inputs,
        }
        head = json.dumps(entry).encode()
        self._store.put(self._name, b"".join((len(head).to_bytes(_SIZE, "big"), head, *texts)))

    # inside

    def _door(self, folder: str) -> Files:
        if folder not in self._doors:
            self._doors[folder] = Disk(folder)
        return self._doors[folder]

    def _answer(self, folder: str, question: Question) -> Any:
        """What was asked to compare, or is asked now; heard in any case."""
        key = (folder, question)
        found = self._answers.pop(key) if key in self._answers else self._ask(folder, question)
        digest = _answered(found)
        if self._heard.setdefault(folder, {}).setdefault(question, digest) != digest:
            self.depends_on_more()  # it changed while the run was under way
        return found

    def _is_same(self, folder: str, asked: list[str], digest: str) -> bool:
        question = tuple(asked)
        found = self._answers[folder, question] = self._ask(folder, question)
        answered = _answered(found)
        if isinstance(found, bytes):
            self._contents[answered] = found
        return answered == digest

    def _ask(self, folder: str, question: Question) -> Any:
        """Raises LookupError for a signature of something that was not read."""
        if folder != _SIGNATURES:
            return ask(self._door(folder), question)
        from checker.transports import ssh  # noqa: PLC0415 - most runs check no signature

        payload, signature, allowed = (self._contents[name] for name in question[1:4])
        at, *who = question[4:]
        moment = datetime.fromisoformat(at) if at else None
        return ssh.verify(payload, signature, allowed, who[0] if who else None, at=moment)


def identity() -> str:
    """A digest of what runs: gonogo's own files by their content, and which releases lie beside it."""
    found = hashlib.sha256(repr((sys.version, sys.platform, __debug__, sys.path)).encode())
    inside = os.path.dirname(os.path.abspath(__file__))
    shipped_folders = (shipped.POLICIES, shipped.SCHEMAS, shipped.REPORTS)
    for folder in (inside, *(each for each in shipped_folders if not each.startswith(inside + os.sep))):
        for path in _files(folder):
            content = _content(path)
            found.update(f"{len(content)} {path}\n".encode("utf-8", "surrogatepass") + content)
    for folder in sys.path:
        found.update(repr(list(_installed(folder))).encode())
    return found.hexdigest()


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not entry.is_dir():
                yield entry.path
            elif entry.name != "__pycache__":
                yield from _files(entry.path)


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.readall()


def _installed(folder: str) -> Iterator[tuple[str, int]]:
    """Every distribution in a folder of modules: its name with its version, and when it was put there."""
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth")):
                    yield entry.name, entry.stat().st_mtime_ns
    except OSError:
        return  # an entry of the path that leads nowhere, or into an archive


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most workspaces stay with UTC

    return ZoneInfo(name)


def _zones(name: str) -> str | None:
    """A digest of a time zone, and of which release of all zones is there, since expressions may name others.

    None: that cannot be told. A release that was installed for Python is among what is installed.
    """
    from zoneinfo import TZPATH  # noqa: PLC0415

    found = []
    for folder in filter(os.path.isdir, TZPATH):
        paths = [os.path.join(folder, each) for each in (name, "tzdata.zi", "+VERSION")]
        there = [(path, _digest(_content(path))) for path in paths if os.path.isfile(path)]
        if not any(path != paths[0] for path, _ in there):
            return None
        found.append(there)
    return _digest(repr(found).encode()) if name else None


def _commit(folder: str) -> list[str] | Fault | None:
    """Where in a repository a folder lies, and at which commit; None: in none."""
    if not folder:
        return None
    from checker.transports.git import Repository  # noqa: PLC0415 - most outputs name no commit

    repository = Repository.find(folder)
    if repository is None or isinstance(repository, Fault):
        return repository
    return [repository.folder, repository.prefix, repository.head() or ""]


def _answered(answer: Any) -> str:
    """A digest of what a door answered."""
    if isinstance(answer, bytes):
        return _digest(answer)
    if isinstance(answer, tuple):  # a fault, or who signed
        return _digest(repr(tuple(answer)).encode("utf-8", "surrogatepass"))
    found = [(pattern, [path for path, _ in paths]) for pattern, paths in answer.items()]
    return _digest(ascii(found).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _cut(content: memoryview, lengths: Sequence[int]) -> Iterator[memoryview]:
    start = 0
    for length in lengths:
        yield content[start : start + length]
        start += length

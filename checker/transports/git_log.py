"""What git tells of its commits: calls of `log`, `diff-tree` and `blame`, and how their answers are read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import NamedTuple

from checker.model import Hunk

_FIELDS = ("%H", "%P", "%an", "%ae", "%cn", "%ce", "%ad", "%cd", "%s", "%(trailers:only,unfold)")
_MARK = "\x01"
"""Begins a commit; a field that holds one is passed over by its number."""

LOG = (
    "log", "-z", "--no-color", "--no-abbrev", "--no-notes", "--no-decorate", "--encoding=UTF-8", "--date=raw",
    "--format=" + "%x01" + "%x00".join(_FIELDS) + "%x00",
)  # fmt: skip
"""A walk that `commits` can read; with CHANGES it tells what each commit changed."""
CHANGES = ("--raw", "-r", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
RENAMES = ("-M", "-l1000")
"""A file is the same under another name where half of it is; beyond 1,000 files only where all of it is."""
LINES = (
    "-p", "-U0", "--inter-hunk-context=0", "--no-color", "--submodule=short",
    "--diff-algorithm=myers", "--indent-heuristic",
)  # fmt: skip
"""A patch that `hunks` can read. Of runs that could begin in several places hosts show the one that fits the
indentation, so it is asked for here too: an annotation belongs on a line that is shown as changed."""


LINK = "120000"
"""The mode of a symbolic link."""


class Identity(NamedTuple):
    """Who somebody says to be, in a commit."""

    name: str
    email: str


class Change(NamedTuple):
    """What a commit, or a pair of them, did to one file."""

    path: str
    """Its path afterwards; that before where it was deleted."""
    status: str
    """`A` added, `M` modified, `D` deleted, `R` renamed, `T` changed its type."""
    blob: str
    """The id of its content afterwards; empty where it was deleted."""
    old_blob: str
    """The id of its content before; empty where it was added."""
    mode: str
    """Its mode afterwards, `100644`; `000000` where it was deleted."""
    old_path: str = ""
    """Its path before a rename; empty without one."""
    is_link: bool = False
    """Before or afterwards it was a symbolic link, so that what is read behind it may be another thing."""


class Commit(NamedTuple):
    """One commit. All of it, dates too, is what its author said."""

    id: str
    parents: tuple[str, ...]
    author: Identity
    committer: Identity
    authored: datetime
    """Timezone-aware, as are all."""
    committed: datetime
    subject: str
    """The first paragraph of the message, in one line."""
    trailers: tuple[tuple[str, str], ...]
    """Key and value of each, in their order: `("Reviewed-by", "Ada Example <ada@example.org>")`."""
    changes: tuple[Change, ...] = ()
    """Where they were asked for: against the first parent, or for a merge what differs from all parents."""

    def named(self, *keys: str) -> tuple[Identity, ...]:
        """The people that trailers of these keys name, in any case of letters."""
        wanted = {key.lower() for key in keys}
        return tuple(identity(value) for key, value in self.trailers if key.lower() in wanted)

    @property
    def authors(self) -> tuple[Identity, ...]:
        """The author, and those whom it calls co-authors."""
        return (self.author, *self.named("Co-authored-by"))


class FileHistory:
    """The life of one file, under all names that it had."""

    def __init__(self, path: str, commits: tuple[Commit, ...], end: str = "") -> None:
        """`commits`: those that changed it, newest last; at least one. `end`: as `ends` tells it."""
        self.path = path
        self.commits = commits
        self.end = end

    @property
    def last(self) -> Commit:
        """The commit that changed it last, in the order of parents and children."""
        return self.commits[-1]

    @cached_property
    def authors(self) -> frozenset[Identity]:
        """Everyone who authored a change of it, co-authors too."""
        return frozenset(author for commit in self.commits for author in commit.authors)

    def named(self, *keys: str) -> frozenset[Identity]:
        """Everyone whom trailers of its commits name: `Reviewed-by`, `Approved-by`, `Signed-off-by`."""
        return frozenset(person for commit in self.commits for person in commit.named(*keys))


class BlamedLine(NamedTuple):
    """Who changed a line last."""

    commit: str
    author: Identity
    authored: datetime


def identity(text: str) -> Identity:
    """`Ada Example <ada@example.org>` in its parts; a text without an address is a name."""
    name, bracket, rest = text.rpartition("<")
    if not bracket:
        return Identity(text.strip(), "")
    return Identity(name.strip(), rest.partition(">")[0].strip())


def moment(raw: str) -> datetime:
    """`1700000000 +0100` as a time; one that no calendar has is the nearest that it has."""
    seconds, _, offset = raw.partition(" ")
    try:
        sign = -1 if offset.startswith("-") else 1
        zone = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5])))
    except ValueError:
        zone = UTC
    try:
        return datetime.fromtimestamp(int(seconds), zone)
    except (ValueError, OverflowError, OSError):
        late = seconds.isdigit() and int(seconds) > 0
        return (datetime.max if late else datetime.min).replace(tzinfo=UTC)


def commits(answer: bytes) -> Iterator[Commit]:
    """The commits that LOG tells of, in its order."""
    parts = iter(answer.decode("utf-8", "surrogateescape").split("\0"))
    head: list[str] | None = None
    changes: list[Change] = []
    for part in parts:
        if part.startswith(_MARK):
            if head is not None:
                yield _commit(head, changes)
            head = [part[1:], *(next(parts, "") for _ in _FIELDS[1:])]
            changes = []
        elif part.startswith((":", "\n:")):
            changes.append(_change(part.lstrip("\n"), parts))
    if head is not None:
        yield _commit(head, changes)


def changes(answer: bytes) -> Iterator[Change]:
    """The changes that `diff-tree -z --raw` tells of."""
    parts = iter(answer.decode("utf-8", "surrogateescape").split("\0"))
    return (_change(part, parts) for part in parts if part)


_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def hunks(answer: bytes) -> list[tuple[Hunk, ...]]:
    """The hunks of a patch made with LINES, for each of its files in their order."""
    found: list[list[Hunk]] = []
    for line in answer.split(b"\n"):  # lines of the files themselves begin with a sign
        if line.startswith(b"diff --git "):
            found.append([])
        elif found and (match := _HUNK.match(line)):
            start, count, then, lines = (1 if part is None else int(part) for part in match.groups())
            found[-1].append(Hunk(start, count, then, lines))
    return [tuple(each) for each in found]


_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOOKED_AT = 8000
"""Bytes in which git looks for a NUL to tell what is no text."""


def whole(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """All lines of a file replaced by all that it has now; none where it is no text."""
    if b"\0" in new[:_LOOKED_AT] and not new.startswith(_MARKS):
        return ()
    before, after = (text.count(b"\n") + (not text.endswith(b"\n") and text != b"") for text in (old, new))
    return (Hunk(min(before, 1), before, min(after, 1), after),)


def _change(head: str, rest: Iterator[str]) -> Change:
    """One raw change: modes and ids of all parents and of the result, a status, a path or two."""
    parents = len(head) - len(head.lstrip(":"))
    words = head[parents:].split(" ")
    modes, ids, status = words[: parents + 1], words[parents + 1 : -1], words[-1]
    old_path = next(rest, "") if parents == 1 and status[0] in "RC" else ""
    path = next(rest, "")
    kind = status[0] if parents == 1 or len(set(status)) == 1 else "M"
    return Change(path, kind, _present(ids[-1]), _present(ids[0]), modes[-1], old_path, LINK in modes)


def _present(id: str) -> str:
    return id if id.strip("0") else ""


def _commit(head: list[str], changes: Iterable[Change]) -> Commit:
    id, parents, name, email, by, by_email, authored, committed, subject, trailers = head
    pairs = (line.partition(":") for line in trailers.splitlines())
    return Commit(
        id,
        tuple(parents.split()),
        Identity(_said(name), _said(email)),
        Identity(_said(by), _said(by_email)),
        moment(authored),
        moment(committed),
        _said(subject),
        tuple((_said(key).strip(), _said(value).strip()) for key, colon, value in pairs if colon),
        tuple(changes),
    )


def _said(text: str) -> str:
    """A text of a message; what is no UTF-8 in it is shown to be none."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def lives(oldest_first: Sequence[Commit], merged: Mapping[str, tuple[Change, ...]]) -> dict[str, FileHistory]:
    """For each path that is a file after the last commit: the commits of its life.

    A file lives on under another name. What another branch did to it under the former name, before or
    after, is part of its life too; a file that is added where none is begins a new one. `merged` are the
    changes that merges made of their own, by the id of the merge.
    """
    lives: dict[str, list[Commit]] = {}
    gone: set[str] = set()
    for commit in oldest_first:
        for change in (*commit.changes, *merged.get(commit.id, ())):
            path, old_path, status = change.path, change.old_path, change.status
            if status == "R" and old_path in lives:
                life = lives[path] = lives[old_path]
                gone.add(old_path)
            elif path not in lives or (status == "A" and path in gone):
                life = lives[path] = []
            else:
                life = lives[path]
            if not life or life[-1] is not commit:
                life.append(commit)
            if status == "D":
                gone.add(path)
            else:
                gone.discard(path)
    straight = ends(oldest_first, merged)
    return {path: FileHistory(path, tuple(life), straight.get(path, "")) for path, life in lives.items()}


def ends(oldest_first: Iterable[Commit], merged: Mapping[str, tuple[Change, ...]]) -> dict[str, str]:
    """For each path whose life is a straight line: the id of the content at its end.

    It was added once, where nothing was that it could be another name of; every other commit made new content
    of what the one before had left, none twice; no merge changed it by itself. So whatever commit has one
    of these contents has it from the one that made it, on whichever way. `merged` as in `lives`.
    """
    lines: dict[str, dict[str, None]] = {}
    for commit in oldest_first:
        fresh = not any(change.status in ("D", "R") for change in commit.changes)
        for change in commit.changes:
            path, line = change.path, lines.get(change.path)
            if change.status == "A" and line is None and fresh:
                lines[path] = {change.blob: None}
            elif change.status == "M" and line and _follows(change, line):
                line[change.blob] = None
            else:
                lines[path] = lines[change.old_path] = {}
        lines.update((change.path, {}) for change in merged.get(commit.id, ()))
    return {path: next(reversed(line)) for path, line in lines.items() if line}


def _follows(change: Change, line: dict[str, None]) -> bool:
    return change.blob not in line and change.old_blob == next(reversed(line))


def blamed(answer: bytes) -> tuple[BlamedLine, ...]:
    """The lines that `blame --porcelain` tells of, from the first."""
    lines: list[BlamedLine] = []
    known: dict[str, BlamedLine] = {}
    told: dict[str, str] = {}
    id = ""
    for raw in answer.split(b"\n"):
        if raw.startswith(b"\t"):
            if id not in known:
                author = Identity(told.get("author", ""), told.get("author-mail", "").strip("<>"))
                when = moment(f"{told.get('author-time', '')} {told.get('author-tz', '')}")
                known[id] = BlamedLine(id, author, when)
            lines.append(known[id])
            id = ""
        elif raw:
            word, _, rest = raw.decode("utf-8", "replace").partition(" ")
            if id:
                told[word] = rest
            else:
                id, told = word, {}
    return tuple(lines)

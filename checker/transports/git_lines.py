"""Which commit wrote each line of a file last: as `git blame` says, and mostly without asking it.

Git blames one file a call, and walks through history for each. Where the life of a file is a straight line,
the patches of its commits say the same, and one call tells those of many files. Whatever is not so simple
(another name, two branches, a merge, the same content twice) git is asked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from checker.model import Fault, Hunk
from checker.transports import git_log, git_process
from checker.transports.git import FileHistory, Repository, Tree

ARGUMENTS = 24_000
"""Characters of commits and paths in one call; every system takes as many."""

PATCHES = (
    "log", "--no-walk=unsorted", "--format=%x01%H", *git_log.LINES, "--text", "--no-renames",
    "--no-ext-diff", "--no-textconv", "--no-notes",
)  # fmt: skip
"""A call that tells the patches of the commits that follow it, whatever attributes say of their files."""
_COMMIT = re.compile(rb"^\x01([0-9a-f]+)\n", re.MULTILINE)
"""What begins a commit; lines of files begin with a sign."""


class Blame:
    """The commits of all lines of the files of a folder, at one commit."""

    def __init__(self, repository: Repository, commit: str, histories: Mapping[str, FileHistory]) -> None:
        """`commit`: its full id; `histories` are those of the files at that commit (`Repository.history`)."""
        self._repository, self._commit, self._histories = repository, commit, histories
        self._tree = tree = repository.tree(commit)
        straight = ((path, life.end) for path, life in histories.items() if life.end)
        self._waiting = (
            sorted(path for path, end in straight if tree.blob(path) == end) if isinstance(tree, Tree) else []
        )
        """Files whose lives are straight, and that nobody has looked at yet."""
        self._known: dict[str, tuple[str, ...] | Fault] = {}

    def of(self, path: str) -> tuple[str, ...] | Fault:
        """For each line of a file, the id of the commit that changed it last; lines end with line feeds."""
        if path not in self._known:
            self._known.update(self._patched(self._group(path)))
        if path not in self._known:
            blamed = self._repository.blame(path, self._commit)
            self._known[path] = blamed if isinstance(blamed, Fault) else tuple(line.commit for line in blamed)
        return self._known[path]

    def _group(self, path: str) -> Sequence[str]:
        """The file, and those after it that one call can tell of too; none where it is not to be told so."""
        waiting, size = self._waiting, 0
        start = end = bisect_left(waiting, path)
        if waiting[start : start + 1] != [path]:
            return ()
        while end < len(waiting):
            commits = self._histories[waiting[end]].commits
            size += len(waiting[end]) + sum(len(commit.id) for commit in commits)
            if size > ARGUMENTS:
                break
            end += 1
        group = waiting[start:end]
        del waiting[start : max(end, start + 1)]
        return group

    def _patched(self, group: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The lines of the files of a group, as far as patches tell them."""
        touching: dict[str, list[str]] = {}
        for path in sorted(group, key=_bytes):
            for commit in self._histories[path].commits:
                touching.setdefault(commit.id, []).append(path)
        if not touching:
            return {}
        answer = git_process.run(self._repository.folder, *PATCHES, *touching, "--", *group)
        if isinstance(answer, Fault):
            return {}
        _, *parts = _COMMIT.split(answer)
        hunks: dict[tuple[str, str], Iterable[Hunk]] = {}
        for id, patch in zip(map(bytes.decode, parts[::2]), parts[1::2], strict=True):
            told = git_log.hunks(patch)
            if len(told) == len(touching[id]):  # git tells files in the order of their bytes
                hunks.update(((id, path), each) for path, each in zip(touching[id], told, strict=True))
        found = {path: self._written(path, hunks) for path in group}
        return {path: lines for path, lines in found.items() if lines is not None}

    def _written(self, path: str, hunks: Mapping[tuple[str, str], Iterable[Hunk]]) -> tuple[str, ...] | None:
        """The commits of the lines of a file, each of which its patches put there; None: they do not fit."""
        lines: list[str] = []
        for commit in self._histories[path].commits:
            if (commit.id, path) not in hunks:
                return None
            lines = _changed(lines, hunks[commit.id, path], commit.id)
        content = self._tree.read(path) if isinstance(self._tree, Tree) else self._tree
        if isinstance(content, Fault):
            return None
        number = content.count(b"\n") + (content[-1:] not in (b"", b"\n"))
        return tuple(lines) if len(lines) == number else None


def _changed(lines: list[str], hunks: Iterable[Hunk], commit: str) -> list[str]:
    found, at = [], 0
    for hunk in hunks:
        start = hunk.old_start - (hunk.old_lines > 0)
        found += lines[at:start] + [commit] * hunk.lines
        at = start + hunk.old_lines
    return found + lines[at:]


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")

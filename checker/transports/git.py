"""Git: the files of any commit, and who did what when, without touching the working tree.

Git itself is asked, as a program; `git_process` says what it may not do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePath
from types import TracebackType
from typing import Literal, NamedTuple

from checker.model import Fault, Files, Hunk
from checker.transports import git_log, git_process
from checker.transports.disk import LIMIT, MISSING, Disk
from checker.transports.git_log import BlamedLine, Change, Commit, FileHistory, Identity
from checker.transports.git_tree import FILE_MODES, Entry, Tree, entries

__all__ = ["BlamedLine", "Change", "Commit", "FileHistory", "Identity", "Repository", "Signature", "Tree"]

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TREES = 4
_SUFFIX = re.compile(r"[~^:]|@\{")
"""Where the name of a ref ends, and what is meant of it begins."""
_BRANCH = re.compile(r"[\w./-]+", re.ASCII)
"""A name of a branch that stands in a command as it is."""
_DEEPEN = "Fetch the rest: git fetch --unshallow (in a workflow: fetch-depth: 0)"

_NO_AUTHORS = Fault(
    "git-shallow", "This clone is shallow: it does not tell who wrote its files.", hint=_DEEPEN
)

SignatureStatus = Literal["good", "bad", "unknown-key", "expired", "revoked", "unsigned", "other-format"]
_STATUS: Mapping[str, SignatureStatus] = {
    "G": "good",
    "U": "unknown-key",
    "B": "bad",
    "X": "expired",
    "Y": "expired",
    "R": "revoked",
}


class Signature(NamedTuple):
    """What is known of a commit's signature."""

    status: SignatureStatus
    """Only `good` says that somebody whose key is allowed signed exactly this commit."""
    principal: str
    """Under which name the key is allowed; empty unless `good`."""


class Repository:
    """The repository around a folder, and what it knows of that folder.

    Whatever names a commit is a `ref`: an id, a branch, a tag, `HEAD~3`. What cannot be answered is a Fault
    that says what to do. It need not be closed: what it started ends with it.
    """

    def __init__(
        self, folder: str, root: str, git_dir: str, prefix: str, is_bare: bool, is_shallow: bool, named: str
    ) -> None:
        """`find` makes one."""
        self.folder = folder
        """Where it was looked for: the workspace, behind all links."""
        self.named = named
        """The same as it was named."""
        self.root = root
        """The folder of the working tree; for a bare repository its own."""
        self.git_dir = git_dir
        self.prefix = prefix
        """The path of `folder` below `root`, `governance/policies/`; empty for the root."""
        self.is_bare = is_bare
        self.is_shallow = is_shallow
        """Whether older commits were left out when it was cloned."""
        self._objects = git_process.Objects(folder)
        self._known: set[str] = set()
        """Ids of commits that are there."""
        self._trees: dict[tuple[str, str], Tree] = {}
        """The last few that were asked for, so that each is listed once."""

    @classmethod
    def find(cls, folder: str | os.PathLike[str]) -> Repository | Fault | None:
        """The repository around a folder; None where there is none, a Fault where it cannot be opened."""
        place = os.path.realpath(folder)
        if not os.path.isdir(place):
            return None
        answer = git_process.run(
            place,
            "rev-parse",
            "--is-bare-repository",
            "--is-shallow-repository",
            "--absolute-git-dir",
            "--show-prefix",
        )
        if isinstance(answer, Fault):
            return None if "not a git repository" in answer.message else answer
        lines = answer.decode("utf-8", "surrogateescape").split("\n")
        if len(lines) < 4:
            return Fault("git-failed", "Git tells a name with a line break for this repository.")
        bare, shallow, git_dir, prefix = lines[:4]
        if bare != "true" and os.path.commonpath((place, os.path.realpath(git_dir))) == os.path.realpath(
            git_dir
        ):
            return None  # the inside of .git is no workspace
        if bare == "true" and _is_checked_out(git_dir):  # git lets it speak for all folders below it
            message = f"{git_dir} looks like a repository of its own, among the files of another one."
            return Fault("git-embedded", message, hint="Remove it: whoever wrote it chose its history.")
        root = git_dir if bare == "true" else place
        for _ in range(prefix.count("/")):
            root = os.path.dirname(root)
        return cls(place, root, git_dir, prefix, bare == "true", shallow == "true", os.path.abspath(folder))

    def __enter__(self) -> Repository:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program that reads objects; whatever asks again starts another."""
        self._objects.close()

    # commits by name and by time

    def head(self) -> str | None:
        """The id of the commit that HEAD names; None where its branch has no commit yet."""
        answer = self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if isinstance(answer, Fault):
            return None
        id = answer.decode().strip()
        self._known.add(id)
        return id

    def resolve(self, ref: str) -> str | Fault:
        """The id of the commit that a ref names."""
        if not ref or ref.startswith("-") or "\0" in ref or "\n" in ref:
            return Fault(
                "git-unknown-revision", f"{ref!r} names no commit.", hint="Name a branch, a tag or an id."
            )
        answer = self._run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", accepted=(0, 1)
        )
        if isinstance(answer, Fault) and answer.code not in ("git-corrupt", "git-failed"):
            return answer
        id = "" if isinstance(answer, Fault) else answer.decode().strip()
        if _ID.fullmatch(id):
            doubt = self._ambiguous(ref)
            if doubt is not None:
                return doubt
            self._known.add(id)
            return id
        if ref == "HEAD":
            hint = "Commit something first."
            return Fault("git-no-commit", "This repository has no commit yet.", hint=hint)
        hint = "git log and git branch --all name what there is; git fetch may bring it."
        if _ID.fullmatch(ref):  # a host may keep it long after its branch is gone
            hint = f"Where a host has it still, git fetch origin {ref} brings it."
        if self.is_shallow:
            hint = f"This clone is shallow. {_DEEPEN}"
        remote, _, branch = ref.partition("/")
        if _BRANCH.fullmatch(branch) and remote in self._remotes():
            hint = f"Fetch it: git fetch {remote} {branch}:refs/remotes/{ref} (in a workflow: fetch-depth: 0)"
        return Fault("git-unknown-revision", f"There is no commit `{ref}` in this repository.", hint=hint)

    def _remotes(self) -> list[str]:
        answer = self._run("remote")
        return [] if isinstance(answer, Fault) else answer.decode("utf-8", "surrogateescape").splitlines()

    def _ambiguous(self, ref: str) -> Fault | None:
        """Why a name that git would understand must not be guessed at; None where it means one commit."""
        name = _SUFFIX.split(ref, maxsplit=1)[0]
        if name in ("", "@", "HEAD") or _ID.fullmatch(name):
            return None
        rules = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
        places = [rule.format(name) for rule in rules]
        # A tag may be an object that names the commit.
        commit = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
        answer = self._run("for-each-ref", f"--format=%(refname) {commit}", *places)
        if isinstance(answer, Fault):
            return answer
        lines = answer.decode("utf-8", "surrogateescape").splitlines()
        found = {place: id for place, _, id in (line.partition(" ") for line in lines) if place in places}
        if name in found:
            return None  # a full name means itself, whatever else is called so
        if name.startswith("refs/"):
            message = f"There is no `{name}` in this repository, and {', '.join(sorted(found))} is not meant."
            return Fault("git-unknown-revision", message, hint="git fetch may bring it.")
        if len(set(found.values())) < 2:
            return None
        return Fault(
            "git-ambiguous",
            f"`{ref}` means more than one commit here: {', '.join(sorted(found))}.",
            hint="Write out which one is meant.",
        )

    def commit(self, ref: str) -> Commit | Fault:
        """The commit that a ref names."""
        id = self._id(ref)
        if isinstance(id, Fault):
            return id
        found = self._log("-1", "--no-walk", id)
        return found if isinstance(found, Fault) else found[0]

    def commit_at(self, moment: datetime) -> Commit | Fault:
        """The commit that the branch stood at, at a moment.

        From HEAD backwards it is the first whose committer date is not after the moment: what came later on
        the branch was not there yet, whatever its date says, and what was merged counts from its merge.
        `moment` has a time zone.
        """
        id = self._id("HEAD")
        if isinstance(id, Fault):
            return id
        line = "--first-parent"
        seconds = int(moment.timestamp() // 1)
        found = self._log("-1", line, f"--until=@{seconds} +0000", id) if seconds > 0 else ()
        if isinstance(found, Fault):
            return found
        if found:
            return found[0]
        asked = moment.isoformat(timespec="minutes")
        if self.is_shallow:
            message = f"This clone is shallow, and what it has begins after {asked}."
            return Fault("git-shallow", message, hint=_DEEPEN)
        line_of_time = self._run("log", line, "--no-color", "--date=raw", "--format=%cd", id)
        if isinstance(line_of_time, Fault):
            return line_of_time
        day = git_log.moment(line_of_time.decode("ascii").splitlines()[-1]).date()
        message = f"There was no commit yet at {asked}: the first is of {day}."
        return Fault("git-before-first-commit", message, hint=f"Ask for {day} or later.")

    def commits(
        self,
        since: str = "",
        first_parent: bool = True,
        changes: bool = False,
        ref: str = "HEAD",
    ) -> tuple[Commit, ...] | Fault:
        """The commits of a line, newest last.

        The line ends with `ref`, and begins behind `since` where that is stated. With `changes` each tells
        what it changed below the folder: against its first parent on a line of first parents.
        """
        id = self._id(ref)
        if isinstance(id, Fault):
            return id
        line = ["--first-parent"] if first_parent else ["--topo-order"]
        if changes:
            merges = "-m" if first_parent else "-c"
            line += [*git_log.CHANGES, *git_log.RENAMES, merges, *_relative(self.prefix)]
        ends = [id]
        if since:
            start = self._id(since)
            if isinstance(start, Fault):
                return start
            ends.append(f"^{start}")
        return self._log("--reverse", *line, *ends)

    def merge_bases(self, one: str, other: str) -> tuple[str, ...] | Fault:
        """The ids of the best common ancestors: one, none, or several where each took from the other."""
        ids = self._ids(one, other)
        if isinstance(ids, Fault):
            return ids
        answer = self._run("merge-base", "--all", *ids, accepted=(0, 1))
        if isinstance(answer, Fault):
            return answer
        bases = tuple(answer.decode().split())
        if not self.is_shallow:
            return bases
        # Behind a commit where the history was cut there may be another common ancestor, a newer one too.
        cut = self._run("rev-list", "-1", "--max-parents=0", *ids, *(f"^{base}" for base in bases))
        if isinstance(cut, Fault) or (bases and not cut):
            return cut if isinstance(cut, Fault) else bases
        message = "This clone is shallow: a common ancestor may be left out."
        return Fault("git-shallow", message, hint=_DEEPEN)

    # files

    def tree(self, ref: str, folder: str | None = None) -> Tree | Fault:
        """The files of a commit below a folder of the working tree, by default the one it was found for.

        Nothing is read yet; what cannot be listed, its files tell.
        """
        id = self._id(ref)
        if isinstance(id, Fault):
            return id
        prefix = self.prefix if folder is None else self.prefix_of(folder)
        if prefix is None:
            return Fault("outside-workspace", f"The folder {folder!r} lies outside of the repository.")
        found = self._trees.pop((id, prefix), None) or self._new_tree(id, prefix)
        self._trees[id, prefix] = found
        if len(self._trees) > _TREES:
            del self._trees[next(iter(self._trees))]
        return found

    def _new_tree(self, id: str, prefix: str) -> Tree:
        below, folder = ("--", prefix) if prefix else (), self.folder

        def listing() -> dict[str, Entry] | Fault:  # which does not keep the repository open
            answer = git_process.run(folder, "ls-tree", "-r", "-z", "--full-tree", id, *below)
            return answer if isinstance(answer, Fault) else entries(answer, prefix)

        return Tree(id, listing, self._objects.read)

    def content(self, blob: str, limit: int = LIMIT) -> bytes | Fault:
        """The bytes of a blob that a `Change` or a `Tree` names by its id; `limit` is in bytes."""
        if not _ID.fullmatch(blob):
            return MISSING
        return self._objects.read(blob, limit)

    def prefix_of(self, folder: str) -> str | None:
        """The path of a folder below the root, with a slash at its end; None where it lies outside.

        The folder need not be there today, and no link that lies in the working tree today leads elsewhere.
        """
        asked = os.path.abspath(folder)
        if os.path.commonpath((asked, self.root)) != self.root:
            asked = os.path.normpath(os.path.join(self.folder, os.path.relpath(asked, self.named)))
        path = os.path.relpath(asked, self.root).replace(os.sep, "/")
        return "" if path == "." else None if path == ".." or path.startswith("../") else f"{path}/"

    @property
    def is_behind_link(self) -> bool:
        """Whether a link in a working tree, where anybody may have committed it, leads to the folder."""
        way = [self.named, *map(str, PurePath(self.named).parents)]
        return any(os.path.islink(each) and _is_checked_out(each) for each in way)

    def changed(self, base: str, head: str, folder: str | None = None) -> tuple[Change, ...] | Fault:
        """What differs between two commits below a folder, by default the one it was found for, by path.

        Nothing does below a folder that lies outside of the repository.
        """
        ids = self._ids(base, head)
        if isinstance(ids, Fault):
            return ids
        prefix = self.prefix if folder is None else self.prefix_of(folder)
        if prefix is None:
            return ()
        answer = self._run(
            "diff-tree", "-z", "--no-abbrev", *git_log.CHANGES, *git_log.RENAMES, *_relative(prefix), *ids
        )
        return answer if isinstance(answer, Fault) else tuple(sorted(git_log.changes(answer)))

    def hunks(self, base: str, head: str) -> Mapping[str, tuple[Hunk, ...]] | Fault:
        """Which lines differ between two commits, for each file below the folder, by its path afterwards.

        What is no text, or no file, has none. Where git is told to take a text for something else, by
        attributes that anybody can write, all of its lines count as changed.
        """
        ids = self._ids(base, head)
        if isinstance(ids, Fault):
            return ids
        asked = (*git_log.CHANGES, *git_log.RENAMES, *_relative(self.prefix), *ids)
        listed = self._run("diff-tree", "-z", "--no-abbrev", *asked)
        if isinstance(listed, Fault):
            return listed
        # The patch names paths in a way that is hard to undo, so its files are counted instead: the order is
        # the same, and what changed its type is told as one that went and one that came.
        answer = self._run("diff-tree", *git_log.LINES, *asked[1:])
        if isinstance(answer, Fault):
            return answer
        changes = [c for c in git_log.changes(listed) for _ in range(2 if c.status == "T" else 1)]
        told = git_log.hunks(answer)
        if len(told) != len(changes):
            return Fault("git-failed", "Git tells of other files with their lines than without.")
        found: dict[str, tuple[Hunk, ...]] = {}
        for change, hunks in zip(changes, told, strict=True):
            is_file = change.mode.startswith(FILE_MODES)
            found[change.path] = (hunks or self._hidden(change)) if is_file else ()
        return found

    def _hidden(self, change: Change) -> tuple[Hunk, ...]:
        """The hunks of a file of which git showed no line."""
        if change.blob == change.old_blob:
            return ()
        old = self.content(change.old_blob) if change.old_blob else b""
        new = self.content(change.blob)
        if isinstance(new, Fault):  # which its reader is told too
            return ()
        return git_log.whole(b"" if isinstance(old, Fault) else old, new)

    def differing(
        self, paths: Iterable[str], ref: str = "HEAD", files: Files | None = None
    ) -> tuple[str, ...] | Fault:
        """Which files of the folder are not, byte for byte, as in a commit: changed, new, gone, unreadable.

        The files themselves are compared. The index is not asked, for it can be told to overlook changes, nor
        is a filter, for it could do anything. `files`: a door to the folder that already knows its way.
        """
        tree = self.tree(ref)
        if isinstance(tree, Fault):
            return tree
        listed = tree.listed()
        if isinstance(listed, Fault):
            return listed
        door = files or Disk(self.folder)

        def same(path: str) -> bool:
            content, id = door.read(path), tree.blob(path)
            if isinstance(content, Fault):
                return content.code == "missing" and id is None
            return id is not None and id == git_process.object_id(b"blob", content, id)

        return tuple(path for path in paths if not same(path))

    # who did what

    def history(self, ref: str = "HEAD") -> Mapping[str, FileHistory] | Fault:
        """For each file of the folder at a commit, known by its path below the folder, its life.

        Two walks over all commits tell it for all files. A shallow clone does not know who wrote its files.
        """
        if self.is_shallow:
            return _NO_AUTHORS
        tree = self.tree(ref)
        if isinstance(tree, Fault):
            return tree
        listed = tree.listed()
        if isinstance(listed, Fault):
            return listed
        walk = ("--topo-order", "--reverse", *git_log.CHANGES)
        found = self._log(*walk, *git_log.RENAMES, tree.commit)
        if isinstance(found, Fault):
            return found
        # What a merge made of its own is rare, and is found four times faster without looking for renames.
        merges = self._log("--merges", "-c", "--no-renames", *git_log.CHANGES, tree.commit)
        if isinstance(merges, Fault):
            return merges
        lives = git_log.lives(found, {merge.id: merge.changes for merge in merges if merge.changes})
        start = len(self.prefix)
        return {
            path[start:]: life
            for path, life in lives.items()
            if path.startswith(self.prefix) and path[start:] in listed.entries
        }

    def blame(self, path: str, ref: str = "HEAD") -> tuple[BlamedLine, ...] | Fault:
        """For each line of a file of the folder, who changed it last; lines end with line feeds."""
        if self.is_shallow:
            return _NO_AUTHORS
        id = self._id(ref)
        if isinstance(id, Fault):
            return id
        tree = self.tree(id)
        entry = tree if isinstance(tree, Fault) else tree.entry(path)
        if isinstance(entry, Fault):
            return entry
        answer = self._run("blame", "--porcelain", "--no-textconv", "--encoding=UTF-8", id, "--", path)
        return answer if isinstance(answer, Fault) else git_log.blamed(answer)

    def signature(self, ref: str, allowed_signers: str) -> Signature | Fault:
        """Who signed a commit with SSH, held to an allowed-signers file (ssh-keygen(1), "ALLOWED SIGNERS").

        Other formats of signatures are not checked: what checks them is not part of git.
        """
        id = self._id(ref)
        if isinstance(id, Fault):
            return id
        raw = self._objects.read(id, git_process.OUTPUT_LIMIT)
        if isinstance(raw, Fault):
            return raw
        signature = re.search(rb"^gpgsig(?:-sha256)? (.*)$", raw.partition(b"\n\n")[0], re.MULTILINE)
        if signature is None:
            return Signature("unsigned", "")
        if b"SSH SIGNATURE" not in signature[1]:
            return Signature("other-format", "")
        allowed = os.path.abspath(allowed_signers)
        if not os.path.isfile(allowed):
            hint = "Write one line for each signer: NAME KEY-TYPE KEY."
            return Fault(
                "allowed-signers", f"There is no file {allowed_signers!r} of allowed signers.", hint=hint
            )
        program = git_process.program("ssh-keygen")
        if program is None:
            message = "The program ssh-keygen is not installed."
            return Fault("ssh-keygen-absent", message, hint="Install OpenSSH.")
        settings = {"gpg.ssh.allowedSignersFile": allowed, "gpg.ssh.program": program}
        answer = self._run("log", "-1", "--no-walk", "--format=%G?%x00%GS", id, settings=settings)
        if isinstance(answer, Fault):
            return answer
        letter, _, principal = answer.decode("utf-8", "replace").strip("\n").partition("\0")
        status = _STATUS.get(letter, "bad")
        return Signature(status, principal if status == "good" else "")

    # inside

    def _run(
        self, *arguments: str, settings: Mapping[str, str] | None = None, accepted: tuple[int, ...] = (0,)
    ) -> bytes | Fault:
        return git_process.run(self.folder, *arguments, settings=settings, accepted=accepted)

    def _log(self, *arguments: str) -> tuple[Commit, ...] | Fault:
        answer = self._run(*git_log.LOG, *arguments, "--")
        if isinstance(answer, Fault):
            return answer
        told = tuple(git_log.commits(answer))
        self._known.update(commit.id for commit in told)
        return told

    def _id(self, ref: str) -> str | Fault:
        return ref if ref in self._known else self.resolve(ref)

    def _ids(self, one: str, other: str) -> tuple[str, str] | Fault:
        first, second = self._id(one), self._id(other)
        return first if isinstance(first, Fault) else second if isinstance(second, Fault) else (first, second)


def _relative(prefix: str) -> tuple[str, ...]:
    return (f"--relative={prefix}",) if prefix else ("--no-relative",)


def _is_checked_out(path: str) -> bool:
    """Whether something, other than its `.git`, lies in a working tree: a commit may have brought it."""
    above = PurePath(os.path.realpath(os.path.dirname(path)))
    marks = (str(each / ".git") for each in (above, *above.parents))
    return any(mark != path and os.path.lexists(mark) for mark in marks)

"""Git as a source: who wrote a file and each of its fields, who changed it last, who reviewed and owns it.

Everything is what commits say of themselves: names, addresses and dates are asserted by whoever made them.
Only a signature says more.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from checker import canonical
from checker.model import Fault, Path
from checker.snapshot import Subject
from checker.sources import codeowners
from checker.sources.codeowners import Codeowners
from checker.transports.git import Commit, FileHistory, Identity, Repository, Signature, Tree
from checker.transports.git_lines import Blame

REVIEWS = ("Reviewed-by", "Approved-by")
"""Trailers by which a commit names who reviewed it."""


class Provenance:
    """Where the files of a workspace come from, as told by one commit and all before it.

    Nothing is asked of git before somebody asks here; then one history serves all files. What cannot be told
    is a Fault, never an empty answer.
    """

    def __init__(self, repository: Repository, ref: str = "HEAD", allowed_signers: str | None = None) -> None:
        """`allowed_signers` is the path of the file that says whose keys count (ssh-keygen(1))."""
        self._repository = repository
        self._ref = ref
        self._allowed_signers = allowed_signers
        self._written: dict[tuple[str, str], tuple[str, ...] | Fault] = {}
        """The commits of lines, by path and digest."""

    def file(self, path: str) -> FileHistory | Fault:
        """The life of a file, given by its path in the workspace."""
        histories = self._histories
        if isinstance(histories, Fault):
            return histories
        known = histories.get(path)
        return known or Fault(
            "uncommitted", f"No commit holds {path}.", hint="Commit it; then it has an author."
        )

    def authors(self, path: str) -> frozenset[Identity] | Fault:
        """Everyone who authored a change of a file, under any name it had; co-authors too."""
        file = self.file(path)
        return file if isinstance(file, Fault) else file.authors

    def reviewers(self, path: str) -> frozenset[Identity] | Fault:
        """Everyone whom a commit of a file names as reviewer or approver. Asserted by who made the commit."""
        file = self.file(path)
        return file if isinstance(file, Fault) else file.named(*REVIEWS)

    def last_change(self, path: str) -> Commit | Fault:
        """The commit that changed a file last."""
        file = self.file(path)
        return file if isinstance(file, Fault) else file.last

    def signer(self, path: str) -> Signature | Fault:
        """Whether the last change of a file is signed, and by whom."""
        last = self.last_change(path)
        if isinstance(last, Fault):
            return last
        if self._allowed_signers is None:
            hint = "Name a file of allowed signers."
            return Fault("allowed-signers", "Nothing says whose signatures count.", hint=hint)
        return self._repository.signature(last.id, self._allowed_signers)

    def owners(self, path: str) -> tuple[str, ...] | Fault:
        """Whom CODEOWNERS names for a file; empty where it names nobody."""
        rules = self.codeowners
        return rules if isinstance(rules, Fault) else rules.owners(self._repository.prefix + path)

    @cached_property
    def codeowners(self) -> Codeowners | Fault:
        """The rules of CODEOWNERS at the commit."""
        id = self._commit
        tree = id if isinstance(id, Fault) else self._repository.tree(id, self._repository.root)
        return tree if isinstance(tree, Fault) else codeowners.load(tree)

    def field_changes(self, subject: Subject, at: Path) -> tuple[str, ...] | Fault:
        """For each line of a field's value, the commit that changed it last; none where it is absent."""
        path = subject.ref.path
        if subject.document is None or not subject.evidence:
            return Fault("unreadable", f"{path} cannot be read, so its fields have no place in it.")
        span = subject.document.positions.value(at)
        if span is None:
            return ()
        read = path, subject.evidence[0].digest
        if read not in self._written:
            self._written[read] = self._lines_of(*read)
        lines = self._written[read]
        if isinstance(lines, Fault):
            return lines
        source = subject.document.positions.source
        last = span.end_line - (span.end_column == 1 and span.end_line > span.line)

        def line(number: int) -> int:
            """Git ends lines with line feeds alone."""
            return source.text.count("\n", 0, source.starts[number - 1])

        return lines[line(span.line) : line(last) + 1]

    def field(self, subject: Subject, at: Path) -> FileHistory | Fault | None:
        """The commits that changed the lines of a field's value last; None where the field has no lines."""
        changes = self.field_changes(subject, at)
        file = self.file(subject.ref.path)
        if isinstance(changes, Fault):
            return changes
        if isinstance(file, Fault):
            return file
        order = {commit.id: number for number, commit in enumerate(file.commits)}
        commits: list[Commit] = []
        for id in sorted(set(changes), key=lambda id: (order.get(id, -1), id)):
            commit = file.commits[order[id]] if id in order else self._repository.commit(id)
            if isinstance(commit, Fault):
                return commit
            commits.append(commit)
        return FileHistory(subject.ref.path, tuple(commits)) if commits else None

    def whole(self, subject: Subject) -> FileHistory | Fault:
        """The life of a subject's file, where the commit holds the very bytes that were read."""
        path, digest = subject.ref.path, subject.evidence[0].digest
        held = self._holder(path, digest)
        return held if isinstance(held, Fault) else self.file(path)

    @cached_property
    def _commit(self) -> str | Fault:
        return self._repository.resolve(self._ref)

    @cached_property
    def _histories(self) -> Mapping[str, FileHistory] | Fault:
        id = self._commit
        return id if isinstance(id, Fault) else self._repository.history(id)

    def _holder(self, path: str, digest: str) -> str | Fault:
        """The id of the commit, where it holds a file with the very bytes that have this digest."""
        id, tree, file = self._commit, self._tree, self.file(path)
        if isinstance(file, Fault):
            return file
        content = tree if isinstance(tree, Fault) else tree.read(path)
        if isinstance(content, Fault):
            return content
        if digest != canonical.digest_bytes(content):
            message = f"{path} is not as it was committed, so nobody is known yet to have written it so."
            return Fault("uncommitted", message, hint="Commit it.")
        return id

    @cached_property
    def _tree(self) -> Tree | Fault:
        id = self._commit
        return id if isinstance(id, Fault) else self._repository.tree(id)

    def _lines_of(self, path: str, digest: str) -> tuple[str, ...] | Fault:
        """The lines of a file, where the commit holds the very bytes that the subject was read from."""
        id, lines = self._holder(path, digest), self._lines
        if isinstance(id, Fault):
            return id
        return lines if isinstance(lines, Fault) else lines.of(path)

    @cached_property
    def _lines(self) -> Blame | Fault:
        id, histories = self._commit, self._histories
        if isinstance(id, Fault):
            return id
        return histories if isinstance(histories, Fault) else Blame(self._repository, id, histories)

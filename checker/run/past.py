"""What artifacts said when somebody signed them, as far as git has kept it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from checker.kinds import Kind, material
from checker.model import Fault
from checker.policy.selections import Selection
from checker.policy.signoffs import SignOff
from checker.policy.workspace import Workspace
from checker.review import signing
from checker.snapshot import Subject
from checker.sources import derivation, files
from checker.sources.history import Provenance
from checker.transports.git import Commit, Repository
from checker.transports.patterns import pattern

MOST_COMMITS = 200
"""Changes of a file that are looked through for what was signed."""


class Past:
    """The past of a workspace's artifacts."""

    def __init__(self, folder: str, workspace: Workspace) -> None:
        """`folder`: the workspace's."""
        self._folder, self._workspace = folder, workspace
        self._registers: dict[str, Sequence[Subject]] = {}

    def before(self, previous: SignOff, subject: Subject) -> Mapping[str, Any] | None:
        """The data of a subject as it was signed; None where no commit holds that."""
        entry, repository = signing.entry(previous, subject), self._repository
        if repository is None or entry is None:
            return None
        life = Provenance(repository).file(subject.ref.path)
        if isinstance(life, Fault):
            return None
        name = subject.ref.path
        for commit in reversed(life.commits[-MOST_COMMITS:]):
            tree = repository.tree(commit.id)
            content = tree if isinstance(tree, Fault) else tree.read(name)
            for found in self._subjects(name, content, subject.kind, previous):
                if material.digests(found.kind, found.data)[0] == entry.digest:
                    return found.data
            name = _former_name(repository.prefix, commit, name)
        return None

    @cached_property
    def _repository(self) -> Repository | None:
        found = Repository.find(self._folder)
        return found if isinstance(found, Repository) else None

    def _subjects(
        self, name: str, content: bytes | Fault, kind: Kind, previous: SignOff
    ) -> Sequence[Subject]:
        """The subjects that a file held, with what was derived for them when they were signed."""
        found = files.collect(self._selections(kind.name), _Alone(name, content)).subjects
        if not self._workspace.derived:
            return found
        register = [each for each in self._register(previous) if each.ref.kind != kind.name]
        derived = derivation.derive(self._workspace, (*register, *found), previous.signed_at)
        return derived[len(register) :]

    def _register(self, previous: SignOff) -> Sequence[Subject]:
        """The products as they were when somebody signed, by the dates of commits; none: nobody knows."""
        if previous.id not in self._registers and self._repository:
            at = self._repository.commit_at(previous.signed_at)
            tree = at if isinstance(at, Fault) else self._repository.tree(at.id)
            known = (
                () if isinstance(tree, Fault) else files.collect(self._selections("product"), tree).subjects
            )
            self._registers[previous.id] = known
        return self._registers.get(previous.id, ())

    def _selections(self, kind: str) -> list[Selection]:
        return [each for each in self._workspace.selections if each.kind.name == kind]


def _former_name(prefix: str, commit: Commit, name: str) -> str:
    """The name that a file below `prefix` had before a commit."""
    renamed = {change.path: change.old_path for change in commit.changes if change.old_path}
    return renamed.get(prefix + name, prefix + name).removeprefix(prefix)


class _Alone:
    """A workspace of one file."""

    def __init__(self, path: str, content: bytes | Fault) -> None:
        self.path, self.content = path, content

    def find_all(self, patterns: Iterable[str]) -> dict[str, list[tuple[str, dict[str, str]]]]:
        """The file, for each pattern that it fits."""
        found = {text: pattern(text).whole.fullmatch(self.path) for text in patterns}
        return {text: [(self.path, match.groupdict())] if match else [] for text, match in found.items()}

    def find(self, pattern: str) -> list[tuple[str, dict[str, str]]]:
        """The same for one pattern."""
        return self.find_all((pattern,))[pattern]

    def read(self, path: str) -> bytes | Fault:
        """Its content."""
        return self.content if path == self.path else Fault("missing", "There is no such file.")

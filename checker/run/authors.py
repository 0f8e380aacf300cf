"""Who wrote an artifact, as git tells; asked only when a sign-off depends on it."""

from __future__ import annotations

from functools import cached_property

from checker.model import Diagnostic, Fault
from checker.snapshot import Subject
from checker.sources.history import Provenance


class Authors:
    """Who wrote a workspace's artifacts. What git cannot tell is a doubt, which leaves a review undecided."""

    def __init__(self, folder: str, commit: str) -> None:
        """`commit`: the one that is read; empty: the files as they are."""
        self._folder, self._commit = folder, commit
        self._faults: dict[str, Fault] = {}

    @cached_property
    def _provenance(self) -> Provenance | None:
        from checker.transports.git import Repository  # noqa: PLC0415 - most checks need no git

        repository = Repository.find(self._folder)
        if isinstance(repository, Fault):
            self._faults[repository.code] = repository
            return None
        if repository is None or repository.head() is None:
            return None  # without a history the artifacts' own fields tell
        return Provenance(repository, self._commit or "HEAD")

    def of(self, subject: Subject) -> frozenset[str]:
        """Names and addresses of everyone who authored a commit that changed the artifact."""
        found = self._provenance.authors(subject.ref.path) if self._provenance else frozenset()
        if isinstance(found, Fault):
            if found.code != "uncommitted":
                self._faults[found.code] = found
            return frozenset()
        return frozenset(name for identity in found for name in (identity.name, identity.email) if name)

    @property
    def doubts(self) -> tuple[Diagnostic, ...]:
        """Why it cannot be told who wrote what, each reason once."""
        return tuple(
            Diagnostic(
                fault.code,
                f"{fault.message} Whether a signatory is an author stays open.",
                hint=fault.hint,
                level="warning",
            )
            for fault in self._faults.values()
        )

"""Who wrote the artifacts of a workspace, in the words that rules have for it.

People are told by the name that the register of people has for them, else as their commits say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from checker.model import Fault, Path
from checker.policy.workspace import Workspace
from checker.snapshot import Subject
from checker.sources.history import REVIEWS, Provenance
from checker.transports.git import FileHistory, Identity


class Lineage:
    """Answers for the subjects of one state of the files, each question once."""

    def __init__(self, provenance: Provenance, workspace: Workspace) -> None:
        """`workspace` brings the register of people, and the zone in which days begin."""
        self._provenance, self._people, self._zone = provenance, workspace.people, workspace.zone
        self._known: dict[tuple[int, Path], tuple[Subject, Mapping[str, Any] | Fault | None]] = {}
        """By the identity of the subject's data, with the subject, which is thereby kept alive."""

    def of(self, subject: Subject, at: Path) -> Mapping[str, Any] | Fault | None:
        """As `snapshot.Provenance`."""
        asked = id(subject.data), at
        if asked not in self._known:
            found = self._commits(subject, at)
            told = self._told(found) if isinstance(found, FileHistory) else found
            self._known[asked] = subject, told
        return self._known[asked][1]

    def _commits(self, subject: Subject, at: Path) -> FileHistory | Fault | None:
        if not subject.evidence:
            return Fault("no-file", f"{subject.ref.path} is not read from one file, so no commit wrote it.")
        if not at:
            return self._provenance.whole(subject)
        found = self._provenance.field(subject, at)
        if found is None and _holds(subject.data, at):
            message = f"{subject.ref.path} does not state it itself, so no commit wrote it."
            return Fault("no-place", message, hint="Ask about the fields that it is derived from.")
        return found

    def _told(self, life: FileHistory) -> Mapping[str, Any]:
        return {
            "authors": self._names(life.authors),
            "reviewers": self._names(life.named(*REVIEWS)),
            "last_author": self._name(life.last.author),
            "last_changed_on": self._day(life.last.committed),
            "last_commit": life.last.id,
        }

    def _names(self, identities: Iterable[Identity]) -> list[str]:
        return sorted(set(map(self._name, identities)))

    def _name(self, identity: Identity) -> str:
        known = self._people.find(identity.email) or self._people.find(identity.name)
        return known.name if known else identity.name or identity.email

    def _day(self, moment: datetime) -> str:
        try:
            return moment.astimezone(self._zone).date().isoformat()
        except OverflowError:  # at the ends of the calendar, where a commit may claim to lie
            return moment.date().isoformat()


def _holds(data: Any, at: Path) -> bool:
    try:
        for part in at:
            data = data[part]
    except (KeyError, IndexError, TypeError):
        return False
    return True

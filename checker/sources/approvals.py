"""How we know who approved a file: by a signature, by a host's record, or by somebody's word alone.

A file is `signed` by the SSH signature beside it (`FILE.sig`), `host-verified` by a recorded review of
exactly its bytes, and otherwise `asserted`, with a note that says why. Nothing here asks the clock: a key
must be valid at the time that is stated, and the same files give the same answer on every day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

from checker import canonical
from checker.model import Approval, Assurance, Fault
from checker.policy.floor import opened
from checker.policy.signoffs import Recorded, RecordedReview, SignOff
from checker.policy.workspace import Workspace
from checker.transports import ssh
from checker.transports.ssh import Verified

ALWAYS = (datetime(1970, 1, 2, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC))
"""A key that is valid at both ends is valid whenever something without a time was signed."""


class Files(Protocol):
    """The door to the workspace's files."""

    def read(self, path: str) -> bytes | Fault:
        """The bytes of a file, or why there are none."""


class Verify(Protocol):
    """How a signature is checked: as `ssh.verify` does."""

    def __call__(
        self,
        payload: bytes,
        signature: bytes,
        allowed_signers: bytes,
        principal: str | None = None,
        *,
        at: datetime | None = None,
    ) -> Verified | Fault:
        """Who made the signature, or why it does not count."""


class Approvals:
    """What vouches for the approvals of one workspace. Nothing is read or checked before it is asked for."""

    def __init__(self, workspace: Workspace, files: Files, verify: Verify | None = None) -> None:
        """`files` are those that the workspace was loaded from; `verify` stands in for `ssh.verify`."""
        self._people, self._signers, self._reviews = workspace.people, workspace.signers, workspace.recorded
        self._loaded = {evidence.locator: evidence.digest for evidence in workspace.inputs}
        self._files, self._floor, self._verify = files, workspace.floor, verify or ssh.verify
        self._known: dict[tuple[str, str, datetime | None], Approval] = {}
        self._collected: dict[str, str] = {}

    def of(self, path: str, person: str, at: datetime | None) -> Approval:
        """How we know that a person approved the file at a path; `at` is when they say that they did."""
        asked = (path, person, at)
        if asked not in self._known:
            self._known[asked] = self._of(path, person, at)
        return self._known[asked]

    def recorded(self) -> tuple[tuple[SignOff, Approval], ...]:
        """The recorded reviews that sign off a gate, those that were taken back too (`SignOff.withdrawn`)."""
        found = []
        for file in self._reviews:
            for review in file.reviews:
                if review.sign_off:
                    doubt = self._distrust(file)
                    assurance: Assurance = "asserted" if doubt else "host-verified"
                    note = doubt or _source(file, review)
                    found.append((review.sign_off, self._approval(review.person, assurance, review.at, note)))
        return tuple(found)

    def _of(self, path: str, person: str, at: datetime | None) -> Approval:
        content = self._files.read(path)
        if isinstance(content, Fault):
            return self._approval(person, "asserted", at, f"{path} cannot be read: {content.message}")
        digest = canonical.digest_bytes(content)
        if self._loaded.get(path, digest) != digest:
            return self._approval(person, "asserted", at, f"{path} changed while it was read.")
        signature = self._files.read(path + ssh.SUFFIX)
        if isinstance(signature, bytes):
            found = self._signed(content, signature, at, self._principals(person))
            if isinstance(found, Verified):
                if self._people.identity(found.principal) == self._people.identity(person):
                    note = f"Signed with the key {found.fingerprint} of {found.principal}."
                    return self._approval(person, "signed", at, note)
                why = f"It was signed by {self._name(found.principal)}, not by {self._name(person)}."
            else:
                why = _sentence(found)
        elif signature.code == "missing":
            why = f"There is no signature {path}{ssh.SUFFIX}."
        else:
            why = f"The signature {path}{ssh.SUFFIX} cannot be read: {signature.message}"
        return self._hosted(path, digest, person) or self._approval(
            person, "asserted", at, " ".join((why, *self._near(path, digest, person)))
        )

    # signatures

    def _signed(
        self, content: bytes, signature: bytes, at: datetime | None, principals: Iterable[str]
    ) -> Verified | Fault:
        """Who signed: one of these principals where the key is theirs, else whoever it was."""
        allowed = self._allowed
        if isinstance(allowed, Fault):
            return allowed

        def verified(principal: str | None) -> Verified | Fault:
            found: Verified | Fault = Fault("signature", "")
            for moment in (at,) if at else ALWAYS:
                found = self._verify(content, signature, allowed, principal, at=moment)
                if isinstance(found, Fault):
                    break
            return found

        for principal in principals:
            found = verified(principal)
            if isinstance(found, Verified) or found.code not in ("signer-other", "signer-name"):
                return found
        return verified(None)

    def _principals(self, person: str) -> Iterator[str]:
        """The names with keys that mean the person."""
        if isinstance(self._allowed, bytes):
            same = self._people.identity(person)
            yield from (n for n in ssh.principals(self._allowed) if self._people.identity(n) == same)

    @cached_property
    def _allowed(self) -> bytes | Fault:
        """The allowed signers."""
        path = self._signers
        if not path:
            hint = "Name an allowed signers file as `signers` in gonogo.yaml."
            return Fault("no-signers", "The workspace names no keys that may sign.", hint=hint)
        found = opened(self._floor, self._files.read, path)
        if isinstance(found, Fault):
            return found._replace(message=f"The allowed signers {path} cannot be read: {found.message}")
        return found

    # records

    def _hosted(self, path: str, digest: str, person: str) -> Approval | None:
        """The approval that a host recorded last for exactly these bytes; None: there is none that stands."""
        last = next(iter(self._of_file(path, person)), None)
        if last is None:
            return None
        file, review = last
        if review.state != "approved" or review.files[path] != digest or self._distrust(file):
            return None
        return self._approval(person, "host-verified", review.at, _source(file, review))

    def _near(self, path: str, digest: str, person: str) -> Iterator[str]:
        """Why a recorded review of the file is not enough."""
        for file, review in self._of_file(path, person)[:1]:
            where = review.url or f"{file.host} {review.id}"
            day = review.at.date()
            if review.state != "approved":
                said = "was dismissed" if review.state == "dismissed" else "asked for changes"
                yield f"The review {where} {said} on {day}."
            elif review.files[path] != digest:
                yield f"The review {where} approved another version of the file on {day}."
            else:
                yield self._distrust(file)

    def _of_file(self, path: str, person: str) -> list[tuple[Recorded, RecordedReview]]:
        """What a person said of a file, the last first; remarks are nothing that counts.

        Whoever recorded it, what takes an approval back is believed; an approval only where the record is
        vouched for, unless nothing else is there.
        """
        same = self._people.identity(person)
        found = [
            (file, review)
            for file in self._reviews
            for review in file.reviews
            if path in review.files
            and review.state != "commented"
            and self._people.identity(review.person) == same
        ]
        counting = [(f, r) for f, r in found if r.state != "approved" or not self._distrust(f)]
        return sorted(
            counting or found, key=lambda each: (each[1].at, each[1].state != "approved"), reverse=True
        )

    def _distrust(self, file: Recorded) -> str:
        """Why what a file records is only asserted; empty: one of the collectors signed it."""
        path = file.source.path
        if path not in self._collected:
            self._collected[path] = self._undersigned(file)
        return self._collected[path]

    def _undersigned(self, file: Recorded) -> str:
        path, collectors = file.source.path, self._people.collectors
        content, signature = self._files.read(path), self._files.read(path + ssh.SUFFIX)
        if isinstance(content, Fault):
            return f"{path} cannot be read: {content.message}"
        if canonical.digest_bytes(content) != file.source.reading.digest:
            return f"{path} changed while it was read."
        if isinstance(signature, Fault):
            return f"No collector signed {path}: {signature.message}"
        found = self._signed(content, signature, file.collected_at, sorted(collectors))
        if isinstance(found, Fault):
            return f"No collector signed {path}: {_sentence(found)}"
        if found.principal not in collectors:
            return f"{path} was signed by {found.principal}, who is not among the collectors."
        return ""

    # words

    def _approval(self, person: str, assurance: Assurance, at: datetime | None, note: str) -> Approval:
        known = self._people.find(person)
        return Approval(person, assurance, at, note, known.name if known else "")

    def _name(self, name: str) -> str:
        known = self._people.find(name)
        return known.name if known else name


def _source(file: Recorded, review: RecordedReview) -> str:
    return f"Recorded by {file.host}: {review.url or review.id}."


def _sentence(fault: Fault) -> str:
    return f"{fault.message} {fault.hint}".strip()

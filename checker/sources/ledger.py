"""Decisions from the ledger of the workspace, as subjects of the kind `gate-record`."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from checker import canonical, kinds
from checker import ledger as ledgers
from checker.kinds import Kind
from checker.ledger import Entry, Finding, Ledger
from checker.model import Diagnostic, Evidence, Fault, Files, Location, SubjectRef
from checker.policy import decisions
from checker.policy.decisions import Decision
from checker.policy.gates import RECORD, Gate
from checker.policy.workspace import Workspace
from checker.snapshot import Subject

COLLECTOR = "files"


class Collected(NamedTuple):
    """What the ledger of a workspace holds."""

    subjects: tuple[Subject, ...]
    """The decisions in force (`decisions.in_force`), sorted by path."""
    diagnostics: tuple[Diagnostic, ...]
    """Everything that shows that the ledger is not as it was written: an error each."""
    inputs: tuple[Evidence, ...]
    """Every file of the ledger, signatures too."""
    ledger: Ledger


NOTHING = Ledger({})
"""The ledger of a workspace that names none."""


def collect(workspace: Workspace, files: Files) -> Collected:
    """Everything that the ledger of a workspace gives to an evaluation."""
    if not workspace.ledger:
        return Collected((), (), (), NOTHING)
    ledger, inputs = read(workspace.ledger, files)
    book = decisions.book(ledger, workspace.ledger)
    kind = workspace.kinds.get(RECORD) or kinds.shipped_kind(RECORD)
    gates = {gate.id: gate for gate in workspace.gates}
    subjects = [
        _subject(each, ledger.entries[each.entry], kind, gates, workspace.zone)
        for each in reversed(decisions.in_force(book.decisions))
    ]
    return Collected(
        tuple(sorted(_unique(subjects), key=lambda subject: subject.ref.path)),
        diagnostics(workspace, (*ledgers.check(ledger), *book.findings)),
        inputs,
        ledger,
    )


def read(folder: str, files: Files) -> tuple[Ledger, tuple[Evidence, ...]]:
    """The ledger in a folder of the workspace, and which files were read."""
    pattern = f"{folder}/**"
    contents: list[tuple[str, bytes | Fault]] = []
    inputs: list[Evidence] = []
    for path, _ in files.find_all([pattern])[pattern]:
        if any(part.startswith(".") for part in path.removeprefix(f"{folder}/").split("/")):
            continue  # unfinished, or of git: no entry is hidden
        content = files.read(path)
        digest = "" if isinstance(content, Fault) else canonical.digest_bytes(content)
        contents.append((path.removeprefix(f"{folder}/"), content))
        inputs.append(Evidence(path, digest, COLLECTOR))
    return ledgers.read(contents), tuple(inputs)


def findings(ledger: Ledger) -> tuple[Finding, ...]:
    """Everything that is wrong with a ledger, what its entries say included."""
    return (*ledgers.check(ledger), *decisions.book(ledger).findings)


def diagnostics(workspace: Workspace, found: tuple[Finding, ...]) -> tuple[Diagnostic, ...]:
    """What was found wrong with a ledger, as errors that name the entry and point at its file."""
    return tuple(_diagnostic(workspace, finding) for finding in found)


def _diagnostic(workspace: Workspace, finding: Finding) -> Diagnostic:
    message = f"{finding.entry}: {finding.message}" if finding.entry else finding.message
    if not finding.path:
        return workspace.source.diagnostic(finding.code, message, ("ledger",), finding.hint)
    location = Location(f"{workspace.ledger}/{finding.path}")
    return Diagnostic(finding.code, message, location, finding.hint)


def _subject(decision: Decision, entry: Entry, kind: Kind, gates: dict[str, Gate], zone: tzinfo) -> Subject:
    """The places of its fields are those in the file of the decision."""
    reading, body = decisions.document(entry)
    data = decisions.record(decision, gates, zone)
    ref = SubjectRef(RECORD, decision.id, decision.evidence.locator, decision.product)
    document = body._replace(data=data)
    return Subject(ref, kind, data, {}, (decision.evidence,), reading, document, (), kind.faults(document))


def _unique(subjects: list[Subject]) -> list[Subject]:
    """The same; of two decisions with one id the later says so as a fault."""
    first: dict[str, Subject] = {}
    for index, subject in enumerate(subjects):
        other = first.setdefault(subject.ref.id, subject)
        if other is not subject:
            message = f"the id `{subject.ref.id}` is already taken by {other.ref.path}"
            fault = Fault("duplicate-id", message, subject.span(("id",)), "Record the decision anew.")
            subjects[index] = subject._replace(faults=(*subject.faults, fault))
    return subjects

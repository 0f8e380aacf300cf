"""Subjects from files of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from checker import cel, documents
from checker.documents import Document, Reading
from checker.model import Evidence, Fault, Files, Path, SubjectRef
from checker.policy.selections import Selection
from checker.snapshot import Subject

COLLECTOR = "files"


class Collected(NamedTuple):
    """What a collection found."""

    subjects: list[Subject]
    """In the order of path and position."""
    inputs: tuple[Evidence, ...]
    """Every file that was read, those without any subject too."""
    missing: tuple[tuple[Selection, str], ...]
    """Selections that found no subject and are not optional, and why."""


class Memo:
    """What files yielded, so that no file is read twice that is the same in several states of a workspace.

    `identify` gives one text for the same bytes at a path, such as git's name for them; None: not known.
    """

    def __init__(self) -> None:
        self.identify: Callable[[str], str | None] = lambda path: None
        self._known: dict[tuple[str, Path, str, str], tuple[Evidence, list[Subject]]] = {}

    def subjects(
        self, selection: Selection, path: str, captures: Mapping[str, str], files: Files
    ) -> tuple[Evidence, list[Subject]]:
        """What was read, and the subjects of one file."""
        identity = self.identify(path)
        if identity is None:
            return _subjects(selection, path, captures, files)
        key = (selection.kind.name, selection.at, path, identity)
        if key not in self._known:
            self._known[key] = _subjects(selection, path, captures, files)
        return self._known[key]


def collect(selections: Iterable[Selection], files: Files, memo: Memo | None = None) -> Collected:
    """The subjects that the selections name.

    A file that several selections name yields its subjects for each of them. `memo`: what was found before in
    other states of the same workspace, by the same selections.
    """
    found_in = memo.subjects if memo else _subjects
    selections = tuple(selections)
    subjects: list[Subject] = []
    inputs: dict[str, Evidence] = {}
    missing: list[tuple[Selection, str]] = []
    for selection, chosen in zip(selections, choose(selections, files), strict=True):
        before = len(subjects)
        for path, captures in chosen.items():
            inputs[path], found = found_in(selection, path, captures, files)
            subjects += found
        if len(subjects) == before and not selection.optional:
            patterns = ", ".join(selection.patterns)
            what = (
                f"what fits {patterns} holds no {selection.kind.name}"
                if chosen
                else f"no file fits {patterns}"
            )
            missing.append((selection, what))
    return Collected(_unique(subjects), tuple(inputs.values()), tuple(missing))


def choose(selections: Sequence[Selection], files: Files) -> Iterator[dict[str, Mapping[str, str]]]:
    """For each selection the files that it names, sorted, with what its patterns captured."""
    found = files.find_all({pattern for s in selections for pattern in (*s.patterns, *s.exclude)})
    for selection in selections:
        excluded = {path for pattern in selection.exclude for path, _ in found[pattern]}
        chosen = {
            path: captures
            for pattern in reversed(selection.patterns)
            for path, captures in found[pattern]
            if path not in excluded
        }
        yield {path: chosen[path] for path in sorted(chosen)}


def _subjects(
    selection: Selection, path: str, captures: Mapping[str, str], files: Files
) -> tuple[Evidence, list[Subject]]:
    """What was read, and the subjects of one file."""
    captures = {"file": path, "folder": path.rpartition("/")[0], **captures}
    raw = files.read(path)
    if isinstance(raw, Fault):
        evidence = Evidence(path, "", COLLECTOR)
        return evidence, [_broken(selection, path, captures, evidence, None, (raw,))]
    format = selection.format or documents.format_of(path)
    if format is None:
        evidence = Evidence(path, "", COLLECTOR)
        fault = Fault(
            "unknown-format", "nothing tells the format of this file", None, "State `format` in gonogo.yaml."
        )
        return evidence, [_broken(selection, path, captures, evidence, None, (fault,))]
    reading = documents.read(raw, format)
    evidence = Evidence(path, reading.digest, COLLECTOR)
    faults = tuple(fault for fault in reading.faults if fault.code not in selection.kind.ignored)
    if faults or not reading.documents:
        return evidence, [_broken(selection, path, captures, evidence, reading, faults)]
    return evidence, [
        subject
        for document in reading.documents
        for subject in _records(selection, path, captures, evidence, reading, document)
    ]


def _records(
    selection: Selection,
    path: str,
    captures: Mapping[str, str],
    evidence: Evidence,
    reading: Reading,
    document: Document,
) -> Iterator[Subject]:
    """The subjects of one document: itself, or the elements of the list that `records` names."""
    base = selection.records
    data: Any = document.data
    for part in base:
        data = data.get(part) if isinstance(data, dict) else None
    if isinstance(document.data, list):
        base, data = (), document.data
    elif not base:
        yield _subject(selection, path, captures, evidence, reading, document, ())
        return
    if not isinstance(data, list):
        span = document.positions.nearest(base)[0]
        name = "/".join(map(str, base))
        fault = Fault(
            "no-records",
            f"there is no list of records at `{name}`",
            span,
            "Write the records as a list there.",
        )
        yield _broken(selection, path, captures, evidence, reading, (fault,))
        return
    for index in range(len(data)):
        yield _subject(selection, path, captures, evidence, reading, document, (*base, index))


def _subject(
    selection: Selection,
    path: str,
    captures: Mapping[str, str],
    evidence: Evidence,
    reading: Reading,
    document: Document,
    base: Path,
) -> Subject:
    kind = selection.kind
    part = document.below(base) if base else document
    shaped = kind.shape(part or document)
    data = shaped.data
    faults = kind.faults(shaped, reading)
    if not isinstance(data, dict):
        data = {}
    activation = {"path": captures, "subject": data}
    id = _text(selection.id, activation) if selection.id else data.get(kind.key)
    if selection.id is None and not isinstance(id, str):
        id = _path_id(path) + (f"#{base[-1]}" if base else "")
    product = _text(selection.product, activation) if selection.product else data.get("product")
    if kind.name == "product":
        product = id
    if not id:
        faults = (
            *faults,
            Fault("no-id", "nothing gives this subject an id", shaped.positions.nearest(())[0]),
        )
    ref = SubjectRef(kind.name, str(id or path), path, product if isinstance(product, str) else "")
    return Subject(ref, kind, data, captures, (evidence,), reading, shaped, (), faults)


def _text(program: cel.Program, activation: Mapping[str, Any]) -> str | None:
    """The text that an expression gives; None where it cannot be computed or is no text."""
    try:
        value = program.evaluate(activation)
    except cel.EvaluationError:
        return None
    return value if isinstance(value, str) and value else None


def _path_id(path: str) -> str:
    folder, _, name = path.rpartition("/")
    stem = name.split(".")[0] or name
    return f"{folder}/{stem}" if folder else stem


def _broken(
    selection: Selection,
    path: str,
    captures: Mapping[str, str],
    evidence: Evidence,
    reading: Reading | None,
    faults: tuple[Fault, ...],
) -> Subject:
    """The subject that a file would have been; known by what its path tells."""
    activation = {"path": captures, "subject": {}}
    id = _text(selection.id, activation) if selection.id else None
    product = (_text(selection.product, activation) if selection.product else None) or ""
    ref = SubjectRef(selection.kind.name, id or _path_id(path), path, product)
    return Subject(ref, selection.kind, {}, captures, (evidence,), reading, None, faults, nameless=id is None)


def _unique(subjects: list[Subject]) -> list[Subject]:
    """In the order of path and position; the second of two subjects with one id says so as a fault."""
    subjects.sort(key=lambda s: (s.ref.path, s.ref.kind))
    seen: dict[tuple[str, str], Subject] = {}
    for index, subject in enumerate(subjects):
        first = seen.setdefault((subject.ref.kind, subject.ref.id), subject)
        if first is not subject:
            place = first.span(())
            where = f"{first.ref.path}:{place.line}" if place else first.ref.path
            fault = Fault(
                "duplicate-id",
                f"the id `{subject.ref.id}` is already taken by {where}",
                subject.span((subject.kind.key,)),
                "Give each its own id.",
            )
            subjects[index] = subject._replace(faults=(*subject.faults, fault))
    return subjects

"""What was collected: subjects, each with its document, and the ways to find one from another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

from checker.documents import Document, Reading
from checker.kinds import Kind
from checker.model import Evidence, Excerpt, Fault, Location, Path, Span, SubjectRef

Key = tuple[str, str]
"""Kind and id of a subject, by which every state of the files knows it."""


class Subject(NamedTuple):
    """One thing to be checked."""

    ref: SubjectRef
    kind: Kind
    data: dict[str, Any]
    """In the shape of its kind, nulls dropped; empty where the artifact could not be read."""
    captures: Mapping[str, str]
    """What the file pattern captured."""
    evidence: tuple[Evidence, ...]
    reading: Reading | None
    """None where nothing could be read."""
    document: Document | None
    unreadable: tuple[Fault, ...] = ()
    """Why the artifact cannot be trusted as a text."""
    faults: tuple[Fault, ...] = ()
    """How it breaks its kind's schema."""
    nameless: bool = False
    """Its content would say what it is called, and cannot be read: it may hold subjects of any id."""

    @property
    def key(self) -> Key:
        """By which it is known to both sides of a change."""
        return self.ref.kind, self.ref.id

    @property
    def sound(self) -> bool:
        """Readable, and in the shape that its kind asks for."""
        return not self.unreadable and not self.faults

    def value(self, path: Path) -> Any:
        """What stands in the mappings below the subject; None: nothing does."""
        found: Any = self.data
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def texts(self, *path: str | int) -> tuple[str, ...]:
        """The texts of a list; whatever else stands there, its schema tells."""
        value = self.value(path)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()

    def span(self, at: Path) -> Span | None:
        """The place of the value at `at` (below the subject), or of its nearest present ancestor."""
        return None if self.document is None else self.document.positions.nearest(at)[0]

    def location(self, at: Path = ()) -> Location:
        """The same as a location, found when it is asked for."""
        return Location(self.ref.path, None if self.document is None else partial(self.span, at))

    def excerpt(self, span: Span | None) -> Excerpt | None:
        """The lines of the source at `span`."""
        return None if span is None or self.reading is None else self.reading.excerpt(span)


Provenance = Callable[[Subject, Path], Mapping[str, Any] | Fault | None]
"""A subject and a path in it to who wrote, reviewed and changed that last; the empty path: its file.

Texts and lists of texts by name, as `policy.language.PROVENANCE` has them. None: the subject has no such
field.
"""


def _untold(subject: Subject, at: Path) -> Fault:
    return Fault("no-provenance", "Nothing tells here who wrote what.")


@dataclass(frozen=True)
class Snapshot:
    """All subjects of one collection."""

    subjects: tuple[Subject, ...]
    """In the order of path, kind and position."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The workspace's reference documents by name."""
    kinds: frozenset[str] = frozenset()
    """The kinds that were looked for, whether or not any subject was found."""
    inputs: tuple[Evidence, ...] = ()
    """Every file that was read for it."""
    lacking: frozenset[str] = frozenset()
    """What must be there and was not found, or is in doubt; each named alike in every state of the files."""
    provenance: Provenance = _untold
    """Asked only by rules that use it."""

    @property
    def complete(self) -> bool:
        """Whether everything was found that must be there."""
        return not self.lacking

    @cached_property
    def by_kind(self) -> Mapping[str, Sequence[Subject]]:
        """The subjects of each kind."""
        found: dict[str, list[Subject]] = {}
        for subject in self.subjects:
            found.setdefault(subject.ref.kind, []).append(subject)
        return found

    @cached_property
    def _by_id(self) -> Mapping[tuple[str, str], Subject]:
        found: dict[tuple[str, str], Subject] = {}
        for subject in self.subjects:
            found.setdefault((subject.ref.kind, subject.ref.id), subject)
        return found

    @cached_property
    def encoded(self) -> dict[int, tuple[object, bytes]]:
        """The canonical forms of a few values that were told of, by their identity; each with its value."""
        return {}

    @cached_property
    def unread(self) -> Mapping[str, Sequence[Subject]]:
        """Those of each kind that cannot be read."""
        return {
            kind: [subject for subject in subjects if subject.unreadable]
            for kind, subjects in self.by_kind.items()
        }

    @cached_property
    def _by_product(self) -> Mapping[tuple[str, str], list[Subject]]:
        found: dict[tuple[str, str], list[Subject]] = {}
        for subject in sorted(self.subjects, key=lambda s: s.ref.id):
            if subject.ref.product:
                found.setdefault((subject.ref.kind, subject.ref.product), []).append(subject)
        return found

    @cached_property
    def _of_product(self) -> Mapping[str, list[Subject]]:
        found: dict[str, list[Subject]] = {}
        for subject in self.subjects:
            found.setdefault(subject.ref.product, []).append(subject)
        return found

    @cached_property
    def _by_data(self) -> Mapping[int, Subject]:
        return {id(subject.data): subject for subject in self.subjects}

    def find(self, kind: str, id: str) -> Subject | None:
        """The subject of that kind and id, sound or not; None: there is none."""
        return self._by_id.get((kind, id))

    def former(self, subject: Subject) -> tuple[str, ...]:
        """What a subject was called before (`formerly`).

        An id that another subject of the kind bears today means that one alone, whoever claims it.
        """
        stated = subject.texts("formerly")
        return tuple(id for id in stated if self.find(subject.ref.kind, id) is None)

    def related(self, kind: str, product: str) -> Sequence[Subject]:
        """The subjects of that kind and product, sound or not, sorted by id."""
        return self._by_product.get((kind, product), ())

    def of_product(self, product: str) -> Sequence[Subject]:
        """All subjects of a product, sound or not, in the order of path and position."""
        return self._of_product.get(product, ())

    def owner_of(self, data: object) -> Subject | None:
        """The subject whose data that very object is."""
        return self._by_data.get(id(data))

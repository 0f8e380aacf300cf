"""Which subject of a change is which: by its id, by its file, which git knows again, or by what it says.

A product without a file of its own is another one under another id, unless its record says what it was called
(`formerly`), or it can be seen: a change that takes a product away, brings another, and moves to the one all
that the other had. Where that is in doubt the product is new, and what is new is asked everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from checker.model import Diagnostic
from checker.policy.gates import RECORD
from checker.review.lines import Changed, old_path
from checker.snapshot import Key, Snapshot, Subject

_NAMES = frozenset({"id", "name", "formerly"})
"""The fields of a record that change with the name."""


class Renames(NamedTuple):
    """What has another name at the head."""

    subjects: Mapping[Key, Key]
    """The subjects, those of `products` too, each with what it was."""
    products: Mapping[str, str]
    """The products that are known under another name, each with the one that it had."""
    seen: frozenset[str]
    """Those of `products` that are known by what git shows, not by what the register said before."""
    doubted: Mapping[str, frozenset[str]]
    """Products that were not there, are not `seen`, and have something of others that are gone; each with
    those."""


def find(base: Snapshot, head: Snapshot, changed: Changed) -> Renames:
    """What a change gives another name."""
    subjects = _moved(base, head, changed)
    declared = _declared(base, head)
    seeing = _Seeing(base, head, changed, subjects, declared)
    seen = dict(seeing.heirs())
    products = {**declared, **seen}
    subjects.update({("product", new): ("product", old) for new, old in products.items()})
    return Renames(subjects, products, frozenset(seen), seeing.doubts(seen))


def olds(base: Snapshot, renamed: Mapping[Key, Key]) -> dict[Key, dict[str, Any]]:
    """The data of the subjects at the base, also under the names that they have now."""
    found = {subject.key: subject.data for subject in base.subjects}
    return {**found, **{new: found[old] for new, old in renamed.items() if old in found}}


def told(head: Snapshot, renames: Renames) -> Iterator[Diagnostic]:
    """Say which products are known again that do not say themselves what they were called."""
    for new in sorted(renames.seen):
        old, record = renames.products[new], head.find("product", new)
        if record and old in head.former(record):
            continue
        message = f"product {old} is called {new} by this change: all of its artifacts moved there"
        where = "its record" if record else "a record of it in the register"
        hint = (
            f"Write `formerly: [{old}]` into {where}; nothing else lets sign-offs, waivers and decisions"
            f" of {old} count for {new}."
        )
        place = (record or head.of_product(new)[0]).location(("id",))
        excerpt = record.excerpt(place.span) if record else None
        yield Diagnostic("product-renamed", message, place, hint, "warning", excerpt)


def _moved(base: Snapshot, head: Snapshot, changed: Changed) -> dict[Key, Key]:
    """The subjects of files whose id is another now, each with the one it had."""
    found: dict[Key, Key] = {}
    before = _by_file(base)
    after = _by_file(head)
    for path, lines in changed.items():
        for kind, ids in after.get(path, {}).items():
            olds = before.get(lines.old_path, {}).get(kind, [])
            # In a file that stayed where it was ids are what tells several subjects apart, and a product says
            # itself what it was called.
            if path == lines.old_path and (kind == "product" or len(ids) != 1 or len(olds) != 1):
                continue
            for id, old in zip(ids, olds, strict=False):
                if id != old and not base.find(kind, id) and not head.find(kind, old):
                    found[kind, id] = (kind, old)
    return found


def _by_file(snapshot: Snapshot) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for subject in snapshot.subjects:
        found.setdefault(subject.ref.path, {}).setdefault(subject.ref.kind, []).append(subject.ref.id)
    return found


def _declared(base: Snapshot, head: Snapshot) -> dict[str, str]:
    """The products of the register that say which name they had at the base.

    A name that something still has is nobody's former one, whoever claims it.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for subject in head.by_kind.get("product", ()):
        id = subject.ref.id
        for name in head.former(subject):
            known = base.find("product", name) and not base.find("product", id)
            if known and name not in taken:
                taken.discard(found.get(id, ""))
                taken.add(name)
                found[id] = name
    return found


_Pair = tuple[Subject, Subject]
"""An artifact as it was, and as it is."""


class _Seeing:
    """What git's renames tell of the products that go and come in one change."""

    def __init__(
        self,
        base: Snapshot,
        head: Snapshot,
        changed: Changed,
        subjects: Mapping[Key, Key],
        declared: Mapping[str, str],
    ) -> None:
        self.base, self.head, self.changed, self.subjects = base, head, changed, subjects
        before, after = _products(base), _products(head)
        self.gone = before - after - set(declared.values())
        self.come = after - before
        self.declared = declared
        self.claimants: dict[str, set[str]] = {}
        """The products whose records say that they had a name, by that name."""
        for record in head.by_kind.get("product", ()):
            for name in head.former(record):
                self.claimants.setdefault(name, set()).add(record.ref.id)
        self.of_old: dict[str, list[_Pair]] = {}
        """The artifacts of each product that goes which are there still."""
        self.of_new: dict[str, list[_Pair]] = {}
        """The artifacts of each product that comes which were there before."""
        for now in head.subjects if self.gone and self.come else ():
            was = self._before(now)
            if was is not None and was.ref.kind != RECORD:
                self.of_old.setdefault(was.ref.product, []).append((was, now))
                self.of_new.setdefault(now.ref.product, []).append((was, now))

    def _before(self, now: Subject) -> Subject | None:
        """What a subject was at the base, where git knows its file again."""
        was = self.base.find(*self.subjects.get(now.key, now.key))
        return was if was and was.ref.path == old_path(now.ref.path, self.changed) else None

    def doubts(self, seen: Container[str]) -> dict[str, frozenset[str]]:
        """As `Renames.doubted`."""
        found = {
            new: frozenset(was.ref.product for was, _ in self.of_new.get(new, ())) & self.gone
            for new in self.come
            if new not in seen
        }
        return {new: olds for new, olds in found.items() if olds}

    def heirs(self) -> Iterator[tuple[str, str]]:
        """The products that come and have all that one had which goes, and nothing of any other."""
        for old in sorted(self.gone):
            pairs = self.of_old.get(old, [])
            there = {was.key for was, _ in pairs}
            for new in {now.ref.product for _, now in pairs} & self.come:
                lacking = (each for each in _parts(self.base, old) if each.key not in there)
                if (
                    new not in self.declared
                    and self.claimants.get(old, {new}) == {new}
                    and self.of_new[new] == pairs
                    and all(self._is_record_in_place(each, new) for each in lacking)
                    and any(now.ref.path != old_path(now.ref.path, self.changed) for _, now in pairs)
                    and self._is_sure(new, old)
                ):
                    yield new, old

    def _is_record_in_place(self, was: Subject, new: str) -> bool:
        """Whether a subject is the record of a product, and the file that has it has now that of `new`."""
        record = self.head.find("product", new)
        if record is None or was.ref.kind != "product":
            return False
        return old_path(record.ref.path, self.changed) == was.ref.path

    def _is_sure(self, new: str, old: str) -> bool:
        """Whether git cannot have taken one artifact for another.

        It cannot where all are the same bytes, which nothing else had that went or came. Where one was edited
        on its way, half of it is enough for git: then nothing else of its kind may have gone or come, and
        the record must be the same but for the names.
        """
        pairs = self.of_old[old]
        sides = [was for was, _ in pairs], [now for _, now in pairs]
        elsewhere = self._elsewhere
        if all(_digest(was) and _digest(was) == _digest(now) for was, now in pairs):
            return all(files.digests[_digest(was)] <= 1 for was in sides[0] for files in elsewhere)
        alone = all(
            _Files.of(each for each in side if each.ref.path in files.paths).kinds[kind] == files.kinds[kind]
            for side, files in zip(sides, elsewhere, strict=True)
            for kind in {each.ref.kind for each in side}
        )
        readable = not any(each.unreadable for side in sides for each in side)
        return alone and readable and _facts(self.base, old) == _facts(self.head, new)

    @cached_property
    def _elsewhere(self) -> tuple[_Files, _Files]:
        """The files that are not where they were, and those that are where none was."""
        before = {subject.ref.path for subject in self.base.subjects}
        after = {subject.ref.path for subject in self.head.subjects}
        return (
            _Files.of(each for each in self.base.subjects if each.ref.path not in after),
            _Files.of(each for each in self.head.subjects if each.ref.path not in before),
        )


class _Files(NamedTuple):
    """The files of some artifacts."""

    paths: frozenset[str]
    digests: Counter[str]
    """How many have the same bytes."""
    kinds: Counter[str]
    """How many have something of a kind."""

    @classmethod
    def of(cls, subjects: Iterable[Subject]) -> _Files:
        """Those of the subjects."""
        digests, kinds = {}, set()
        for subject in subjects:
            digests[subject.ref.path] = _digest(subject)
            kinds.add((subject.ref.path, subject.ref.kind))
        return cls(frozenset(digests), Counter(digests.values()), Counter(kind for _, kind in kinds))


def _products(snapshot: Snapshot) -> set[str]:
    """The products that are there: in the register, or because something is about them."""
    return {each.ref.product for each in snapshot.subjects if each.ref.kind != RECORD} - {""}


def _parts(snapshot: Snapshot, product: str) -> Iterator[Subject]:
    """What a product consists of; what was decided of it stays under the name that it had then."""
    return (each for each in snapshot.of_product(product) if each.ref.kind != RECORD)


def _digest(subject: Subject) -> str:
    """Of the bytes of its file."""
    return subject.evidence[0].digest


def _facts(snapshot: Snapshot, product: str) -> dict[str, Any] | None:
    """What the register says of a product besides what it is called."""
    record = snapshot.find("product", product)
    return {name: value for name, value in record.data.items() if name not in _NAMES} if record else None

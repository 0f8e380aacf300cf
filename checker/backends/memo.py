"""What was found before, where nothing that it rests on has changed."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from checker import cel
from checker.model import Result
from checker.plan import Bound
from checker.policy import language
from checker.snapshot import Subject

_S = TypeVar("_S")
_T = TypeVar("_T")


class Memo:
    """Results that several plans, as of one moment, share.

    Over several snapshots a result counts where its rule would find the same: the very subject, its product,
    and whatever it looked for among the others.
    """

    def __init__(self) -> None:
        self._records: dict[tuple[int, int], _Record] = {}
        """By the identities of a subject and of its product's data."""
        self._asked: dict[int, tuple[Bound, str]] = {}
        """What differs between two ways to ask a rule, by the identity of the bound, which is kept alive."""
        self._snapshots = 0
        self._compared: dict[tuple[int, int], tuple[Any, Any, bool]] = {}
        """Which lists hold the same, by their identities, for which they are kept alive."""
        self._heard: list[_Heard] = []

    def listening(self, context: language.Context) -> language.Context:
        """The context of one more snapshot, which remembers what it is asked."""
        self._context = context
        self._snapshots += 1

        def heard(name: str, ask: Callable[[_S, str], _T]) -> Callable[[_S, str], _T]:
            def asked(one: _S, other: str) -> _T:
                try:
                    answer = ask(one, other)
                except cel.FunctionError as error:
                    self._heard.append((name, one, other, str(error)))
                    raise
                self._heard.append((name, one, other, answer))
                return answer

            return asked

        return context._replace(
            lookup=heard("lookup", context.lookup),
            related=heard("related", context.related),
            decision=heard("decision", context.decision),
            provenance=heard("provenance", context.provenance),
        )

    def record(self, subject: Subject, product: Subject | None) -> _Record:
        """What is known of a subject, to be asked and added to."""
        key = id(subject), id(product.data) if product else 0
        found = self._records.get(key)
        if found is None:
            found = self._records[key] = _Record({}, [], (subject, product))
        if found.snapshot != self._snapshots:
            found.snapshot, found.same = self._snapshots, 0
        self._heard = found.heard
        return found

    def find(self, record: _Record, bound: Bound) -> list[Result] | None:
        """The results of a check, counted as this gate counts them; None: it was not made yet."""
        found = record.results.get(self._way(bound))
        if found is None or not self._is_same(record, found[1]):
            return None
        results, enforcement, gate = found[0], bound.enforcement, bound.gate
        if all(result.enforcement == enforcement and result.gate == gate for result in results):
            return results
        return [result._replace(enforcement=enforcement, gate=gate) for result in results]

    def keep(self, record: _Record, bound: Bound, results: list[Result]) -> None:
        """Remember the results of a check."""
        record.results[self._way(bound)] = (results, len(record.heard))

    def _way(self, bound: Bound) -> str:
        """What two ways to ask a rule with the same results have in common."""
        known = self._asked.get(id(bound))
        if known is None:
            way = f"{bound.info.id} {bound.later} {bound.markets} {sorted(bound.params.items())}"
            known = self._asked[id(bound)] = (bound, way)
        return known[1]

    def _is_same(self, record: _Record, count: int) -> bool:
        """Whether what a subject heard, as far as `count`, is what it would hear now."""
        while record.same < count:
            name, one, other, answer = record.heard[record.same]
            try:
                now = getattr(self._context, name)(one, other)
            except cel.FunctionError as error:
                now = str(error)
            if not self._are_same(name, now, answer):
                return False
            record.same += 1
        return True

    def _are_same(self, function: str, one: Any, other: Any) -> bool:
        """Whether two answers are the same objects, or tell the same of who wrote what or of an error."""
        if function == "provenance" or isinstance(one, str):
            return bool(one == other)
        if one is other or not (isinstance(one, list) and isinstance(other, list)):
            return one is other
        key = id(one), id(other)  # all subjects of a product hear the same list
        if key not in self._compared:
            same = len(one) == len(other) and all(map(operator.is_, one, other))
            self._compared[key] = (one, other, same)
        return self._compared[key][2]


@dataclass(slots=True)
class _Record:
    """The results of one subject."""

    results: dict[str, tuple[list[Result], int]]
    """Those of each way to ask a rule, and how much of what was heard they may rest on."""
    heard: list[_Heard]
    """What was asked of the snapshot, and what was answered."""
    known_by: tuple[Subject, Subject | None]
    """The subject and its product: kept alive, since the record is known by their identities."""
    snapshot: int = 0
    same: int = 0
    """How many of the answers are known to be the same in this snapshot."""


_Heard = tuple[str, Any, str, Any]
"""A function of the language, its arguments, and its answer, or the text of the error in its place."""

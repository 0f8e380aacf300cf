"""A change held against its base: what is new in it, what it mends, and what was there already.

Everything was evaluated on both sides by then, by the same policies: here results are only matched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from checker.model import Check, Flip, Location, Result, StageChange
from checker.policy.workspace import Workspace
from checker.review.lines import Changed, old_path
from checker.review.seeing import saw
from checker.snapshot import Key, Snapshot


class Sides(NamedTuple):
    """What both sides of a change amount to, after waivers."""

    base: Sequence[Result]
    head: Sequence[Result]
    renamed: Mapping[Key, Key]
    """The subjects that have another name now, each with the one that it had."""
    changed: Changed
    indexed: Collection[str]
    """The rules whose results are told apart only by their place, which moves."""
    stages: Mapping[str, StageChange]
    """The products that the change moves, by id."""
    worded: Collection[str] = ()
    """Those of them whose results at one place are told apart by their words."""
    records: Mapping[str, Location] = MappingProxyType({})
    """Where the register has the products, by id."""
    outages: Collection[str] = ()
    """The files that could not be read before the change either, and may hold subjects of any id."""
    gone: Collection[Key] = ()
    """The subjects that the change takes away: nothing of them is mended."""


def indexed(workspace: Workspace) -> frozenset[str]:
    """The rules whose results are told apart by their place alone: of elements without a key, of a schema."""
    elements = {
        rule.id for policy in workspace.policies for rule in policy.rules if rule.each and rule.key is None
    }
    kinds = {kind.rules.readable for kind in workspace.kinds.values()}
    return frozenset(elements | kinds | worded(workspace))


def worded(workspace: Workspace) -> frozenset[str]:
    """The rules whose results are told apart by their words: several fields may be missing at one place."""
    return frozenset(kind.rules.schema for kind in workspace.kinds.values())


def aged(sides: Sides) -> tuple[list[Result], tuple[Result, ...]]:
    """The results of the head, each failure with its age; and what blocked or was waived and is gone."""
    groups: dict[Hashable, tuple[list[Result], list[int]]] = {}
    for result in sides.base:
        if result.is_finding:
            groups.setdefault(_group(result, {}), ([], []))[0].append(result)
    heads = list(sides.head)
    for index, result in enumerate(heads):
        if result.is_finding:
            groups.setdefault(_group(result, sides.renamed), ([], []))[1].append(index)
    gone: dict[int, Result] = {}
    elements = _elements(sides.base, {}), _elements(heads, sides.renamed)
    for bases, indexes in groups.values():
        old = _paired(bases, [heads[index] for index in indexes], sides, elements)
        for index, paired in zip(indexes, old, strict=True):
            there = paired is not None and _weight(paired) >= _weight(heads[index])
            there = there or _is_of_an_outage(heads[index], sides)
            there = there and not _is_asked_anew(heads[index], sides)
            altered = _altered(paired, heads[index]) if there and paired else ""
            heads[index] = heads[index]._replace(age="existing" if there else "new", altered=altered)
        used = {id(each) for each in old if each is not None}
        asked = (each for each in bases if each.enforcement == "mandatory")
        gone.update((id(each), each) for each in asked if id(each) not in used)
    if not gone:
        return heads, ()
    # What is an error now where it failed before is not mended, nor the other way round.
    other = {"fail": "error", "error": "fail"}
    failing = {(*_of(result, sides.renamed), result.outcome) for result in heads}
    unread = {_in_file(result, sides.changed) for result in heads if _is_of_file(result)}
    fixed = (each for each in sides.base if id(each) in gone and _of(each, {})[1] not in sides.gone)
    unasked = _unasked(heads, sides.renamed)
    return heads, tuple(
        each
        for each in fixed
        if not unasked(each)
        and (*_of(each, {}), other[each.outcome]) not in failing
        and _in_file(each, {}) not in unread
    )


def _unasked(heads: Sequence[Result], renamed: Mapping[Key, Key]) -> Callable[[Result], bool]:
    """Whether what failed at the base is not asked of the head: by its stage, or by a condition.

    Of what a gate itself asks there is no result then.
    """
    asked = {_of(each, renamed) for each in heads}
    idle = {
        (*_of(each, renamed), each.markets, each.key) for each in heads if each.outcome == "not-applicable"
    }

    def found(result: Result) -> bool:
        of = _of(result, {})
        if result.policy == result.gate and of not in asked:
            return True
        return any(
            (*of, markets, key) in idle for markets in (result.markets, ()) for key in (result.key, "")
        )

    return found


def _altered(was: Result, now: Result) -> str:
    """Which values that stand in files are in the way now and were not before; empty: none.

    Both are judged alike, as of one moment, so the change made them what they are.
    """
    before, after = _values(was), _values(now)
    told = []
    for expression, values in after.items():
        old = before.get(expression, Counter())
        come, gone = (" and ".join(each) for each in (values - old, old - values))
        if come:
            name = expression or now.location.path
            too = " too" if old and not gone else ""
            told.append(f"{name} was {gone} and is {come}" if gone else f"{name} is {come}{too}")
    more = [f"{len(told) - _TOLD:,} more"] if len(told) > _TOLD else []
    return "; ".join([*told[:_TOLD], *more])


_TOLD = 3
"""Values that a sentence names; of more, the number is told."""


def _values(result: Result) -> dict[str, Counter[str]]:
    """The values that decided a result and stand in a file, by what was read; how often each did."""
    found: dict[str, Counter[str]] = {}
    for reason in result.reasons:
        for seen in reason.seen:
            if seen.location is not None:
                found.setdefault(seen.expression, Counter())[seen.value] += 1
    return found


def _is_of_an_outage(result: Result, sides: Sides) -> bool:
    """Whether it waits for a source that was out before, which is in the way of a change of stage only."""
    return result.outcome == "error" and any(
        seen.location is not None and seen.location.path in sides.outages and seen.value == "unreadable"
        for reason in result.reasons
        for seen in reason.seen
    )


def outages(base: Snapshot, head: Snapshot) -> frozenset[str]:
    """The files that nobody can read, before a change and after it, and that may hold subjects of any id."""
    before, after = (
        {subject.ref.path for subject in side.subjects if subject.unreadable and subject.nameless}
        for side in (base, head)
    )
    return frozenset(before & after)


def _is_asked_anew(result: Result, sides: Sides) -> bool:
    """Whether a gate that the change takes the product through asks for it, however old the failure is."""
    change = sides.stages.get(result.subject.product)
    return change is not None and bool(change.gates) and result.blocks


def _weight(result: Result) -> int:
    """How much a failure counts; what counts more than it did is new."""
    if result.enforcement == "mandatory":
        return 2 if result.waived else 3
    return 1 if result.enforcement == "advisory" else 0


def _of(result: Result, renamed: Mapping[Key, Key]) -> tuple[Hashable, ...]:
    subject = (result.subject.kind, result.subject.id)
    return result.rule, renamed.get(subject, subject)


def _is_of_file(result: Result) -> bool:
    """Whether nothing could be said of a file, so that nobody knows what its subjects are."""
    return result.outcome == "error" and result.location.span is None


def _in_file(result: Result, changed: Changed) -> tuple[str, str, str]:
    """The rule, and the kind and file that it was asked about, the file as the base calls it."""
    subject = result.subject
    return result.rule, subject.kind, old_path(subject.path, changed)


def _group(result: Result, renamed: Mapping[Key, Key]) -> Hashable:
    """What two results have in common that may be one; an error that becomes a failure is none."""
    return (*_of(result, renamed), result.outcome, result.markets)


_Mark = Callable[[Result], Hashable | None]
"""What tells two results apart; None: nothing can be said."""


_Elements = Mapping[Hashable, Collection[str]]
"""The keys of all elements that a rule was asked about, whatever came of it, by rule and subject."""


def _elements(results: Iterable[Result], renamed: Mapping[Key, Key]) -> _Elements:
    found: dict[Hashable, set[str]] = {}
    for result in results:
        if result.key:
            found.setdefault(_of(result, renamed), set()).add(result.key)
    return found


def _paired(
    bases: Sequence[Result], heads: Sequence[Result], sides: Sides, elements: tuple[_Elements, _Elements]
) -> list[Result | None]:
    """For each result of the head the one of the base that it is; each is taken once, the surest first."""
    found: list[Result | None] = [None] * len(heads)
    if not bases or not heads:
        return found
    left: dict[int, Result] = {id(base): base for base in bases}
    of = _of(bases[0], {})
    before, after = (each.get(of, ()) for each in elements)
    for of_base, of_head in _marks(sides, bases[0].rule, before, after):
        there: dict[Hashable, list[Result]] = {}
        for base in reversed(left.values()):  # so that the first of several comes first off the end
            mark = of_base(base)
            if mark is not None:
                there.setdefault(mark, []).append(base)
        for index, head in enumerate(heads):
            if found[index] is None and there:
                mark = of_head(head)
                if mark is not None and there.get(mark):
                    found[index] = there[mark].pop()
                    del left[id(found[index])]
        if not left:
            break
    return found


def _marks(
    sides: Sides, rule: str, before: Collection[str], after: Collection[str]
) -> Iterator[tuple[_Mark, _Mark]]:
    """Ways to tell that two results are the same, the surest first; for the base, and for the head.

    `before`, `after`: the keys of all elements. An element that is on both sides is never another one; of
    those that are on one side only, two may be one whose key has changed.
    """
    changed, by_place = sides.changed, rule in sides.indexed

    def untouched(result: Result) -> Hashable | None:
        path = result.location.path
        return None if path in changed else (path, result.key, result.message)

    def line(result: Result) -> tuple[str, int] | None:
        span = result.location.span
        return (result.location.path, span.line) if span else None

    def line_before(result: Result) -> tuple[str, int] | None:
        """Where it stood at the base."""
        span, lines = result.location.span, changed.get(result.location.path)
        if span is None or lines is None:
            return line(result)
        old = lines.back(span.line)
        return None if old is None else (lines.old_path, old)

    def content(result: Result) -> tuple[str, str]:
        return saw(result)[0], _text(result)

    def stays(result: Result, others: Collection[str]) -> str:
        return result.key if result.key in others and not by_place else ""

    yield untouched, untouched
    # However an element is written now, it is the one that was the same; of equal ones that which stayed.
    yield (
        lambda result: (result.value, line(result)) if result.value else None,
        lambda result: (result.value, line_before(result)) if result.value else None,
    )
    yield (lambda result: result.value or None), (lambda result: result.value or None)
    yield (
        lambda result: (line(result), result.key, saw(result)[0]),
        lambda result: (line_before(result), result.key, saw(result)[0]),
    )
    if rule not in sides.worded:
        yield (
            lambda result: (place := line(result)) and (place, stays(result, after)),
            lambda result: (place := line_before(result)) and (place, stays(result, before)),
        )
    yield (lambda r: (r.key, content(r))), (lambda r: (r.key, content(r)))
    yield (lambda r: (content(r), stays(r, after))), (lambda r: (content(r), stays(r, before)))
    if not by_place:
        yield (lambda r: r.key), (lambda r: r.key)


def _text(result: Result) -> str:
    """The line that a result points at, without its indentation."""
    span, excerpt = result.location.span, result.excerpt
    if span is None or excerpt is None or not 0 <= span.line - excerpt.first_line < len(excerpt.lines):
        return ""
    return excerpt.lines[span.line - excerpt.first_line].strip()


def flips(judged: Iterable[Result], merged: Iterable[Result]) -> tuple[Flip, ...]:
    """What blocks by the policies of the change and not by those that judge it, what they announce, and what
    blocks no longer."""
    now, then = blocking(judged), blocking(merged)
    told = {*now, *_announced(judged)}
    coming = [Flip(True, result) for key, result in then.items() if key not in now]
    later = [Flip(False, result) for key, result in _announced(merged).items() if key not in told]
    return (*coming, *later, *(Flip(False, result) for key, result in now.items() if key not in then))


def _announced(results: Iterable[Result]) -> dict[Check, Result]:
    upcoming = (each for each in results if each.enforcement == "upcoming" and not each.waived)
    return {result.check: result for result in upcoming if result.is_finding}


def blocking(results: Iterable[Result]) -> dict[Check, Result]:
    """The results that block, by their checks."""
    return {result.check: result for result in results if result.blocks}

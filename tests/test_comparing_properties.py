"""A change held against its base, whatever it is: nothing is lost, and what only moved is not new.

The change is a text of one element a line, which is edited at random; git is stood in for by `difflib`.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model import Excerpt, Hunk, Location, Outcome, Reason, Result, Seen, Span, SubjectRef
from checker.review.anchoring import anchored
from checker.review.comparing import Sides, aged
from checker.review.lines import Changed, Lines

BASE, HEAD = "before.yaml", "after.yaml"
RULE = "test.rule"
many = settings(max_examples=200)


class Element(NamedTuple):
    """One line of the text."""

    key: str
    value: str
    """Fails where it is in capitals."""

    @property
    def fails(self) -> bool:
        return self.value.isupper()

    @property
    def text(self) -> str:
        """The line that a failure points at, which does not say whose it is."""
        return self.value


Text = tuple[Element, ...]

values = st.sampled_from(["a", "b", "A", "B"])
keys = st.sampled_from("klmnop")
elements = st.builds(Element, keys, values)
texts = st.lists(elements, max_size=8).map(tuple)
keyed_texts = st.lists(elements, max_size=6, unique_by=lambda each: each.key).map(tuple)


def hunks(old: Sequence[object], new: Sequence[object]) -> tuple[Hunk, ...]:
    """What differs, as git tells it without context."""
    found = SequenceMatcher(a=list(old), b=list(new), autojunk=False).get_opcodes()
    return tuple(
        Hunk(a + (d > a), d - a, b + (e > b), e - b) for what, a, d, b, e in found if what != "equal"
    )


def results(path: str, text: Text, keyed: bool) -> list[Result]:
    """What a rule about every element finds."""
    lines = tuple(each.text for each in text)
    found = []
    for index, each in enumerate(text):
        outcome: Outcome = "fail" if each.fails else "pass"
        span = Span(index + 1, 1, index + 1, len(each.text) + 1)
        reason = Reason(f"{each.value} is no good", "item", (Seen("item", each.value),))
        result = Result(
            RULE,
            "test",
            SubjectRef("thing", "x", path),
            outcome,
            "medium",
            "mandatory",
            f"{each.value} is no good",
            Location(path, span),
            (),
            key=each.key if keyed else str(index),
            reasons=(reason,) if each.fails else (),
            excerpt=Excerpt(1, lines) if each.fails else None,
            value=each.value if each.fails and not keyed else "",
        )
        found.append(result)
    return found


class Held(NamedTuple):
    """What came of it."""

    heads: list[Result]
    fixed: tuple[Result, ...]
    changed: Changed

    @property
    def new(self) -> list[Result]:
        return [each for each in self.heads if each.age == "new"]


def held(base: Text, head: Text, keyed: bool, path: str = HEAD) -> Held:
    """A text held against another one; the file has another name too, unless `path` is that of the base."""
    found = hunks([each.text for each in base], [each.text for each in head])
    changed = {path: Lines(BASE, found)} if found or path != BASE else {}
    indexed = () if keyed else (RULE,)
    sides = Sides(results(BASE, base, keyed), results(path, head, keyed), {}, changed, indexed, {})
    heads, fixed = aged(sides)
    return Held(anchored(heads, sides), fixed, changed)


@many
@given(texts, texts)
def test_lines_are_led_back_to_where_they_were(base: Text, head: Text) -> None:
    """Held against the runs of equal lines themselves."""
    before, after = [each.text for each in base], [each.text for each in head]
    lines = Lines(BASE, hunks(before, after))
    expected: dict[int, int] = {}
    for run in SequenceMatcher(a=before, b=after, autojunk=False).get_matching_blocks():
        expected.update({run.b + n + 1: run.a + n + 1 for n in range(run.size)})
    assert [lines.back(n) for n in range(1, len(after) + 1)] == [
        expected.get(n) for n in range(1, len(after) + 1)
    ]
    assert {n for first, last in lines.new for n in range(first, last + 1)} == {
        n for n in range(1, len(after) + 1) if n not in expected
    }


@many
@given(texts, texts, st.integers(1, 9), st.integers(0, 4))
def test_the_nearest_line_is_a_changed_one_and_none_is_nearer(
    base: Text, head: Text, first: int, more: int
) -> None:
    found = hunks([each.text for each in base], [each.text for each in head])
    near = Lines(BASE, found).nearest(first, first + more)
    touched = {max(n, 1) for each in found for n in range(each.start, each.start + max(each.lines, 1))}

    def distance(line: int) -> int:
        return max(first - line, line - first - more, 0)

    assert (near is None) == (not touched)
    assert near is None or (near in touched and distance(near) == min(map(distance, touched)))


@many
@given(texts, texts, st.booleans(), st.sampled_from([BASE, HEAD]))
def test_every_failure_is_accounted_for_once(base: Text, head: Text, keyed: bool, path: str) -> None:
    found = held(base, head, keyed, path)
    failing, failed = (sum(each.fails for each in text) for text in (head, base))
    assert len(found.heads) == len(head)
    assert [bool(each.age) for each in found.heads] == [each.fails for each in head]
    assert len(found.new) - len(found.fixed) == failing - failed
    assert len(found.new) <= failing
    assert len({id(each) for each in found.fixed}) == len(found.fixed) <= failed


@many
@given(texts, st.booleans(), st.sampled_from([BASE, HEAD]))
def test_what_is_as_it_was_has_nothing_new_and_nothing_fixed(text: Text, keyed: bool, path: str) -> None:
    found = held(text, text, keyed, path)
    assert (found.new, found.fixed) == ([], ())


@many
@given(st.data(), texts, st.booleans(), st.sampled_from([BASE, HEAD]))
def test_lines_that_only_move_are_not_new(data: st.DataObject, text: Text, keyed: bool, path: str) -> None:
    found = held(text, tuple(data.draw(st.permutations(text))), keyed, path)
    assert (found.new, found.fixed) == ([], ())


@many
@given(keyed_texts, keyed_texts, st.sampled_from([BASE, HEAD]))
def test_an_element_that_stays_is_known_by_its_key(base: Text, head: Text, path: str) -> None:
    found = held(base, head, True, path)
    before, after = ({each.key: each.fails for each in text} for text in (base, head))
    both = before.keys() & after.keys()
    assert {each.key for each in found.new} & both == {k for k in both if after[k] and not before[k]}
    assert {each.key for each in found.fixed} & both == {k for k in both if before[k] and not after[k]}


@many
@given(texts, texts, st.booleans())
def test_the_way_back_mends_what_the_way_there_broke(base: Text, head: Text, keyed: bool) -> None:
    there, back = held(base, head, keyed, BASE), held(head, base, keyed, BASE)
    assert (len(there.new), len(there.fixed)) == (len(back.fixed), len(back.new))


@many
@given(texts, texts, st.sampled_from([BASE, HEAD]))
def test_what_is_new_is_shown_on_a_line_that_changed(base: Text, head: Text, path: str) -> None:
    found = held(base, head, False, path)
    for each in found.new:
        where = each.anchor or each.location
        assert where.path == path
        assert where.span is not None
        hunks = found.changed[path].hunks
        assert any(h.start <= where.span.line < h.start + max(h.lines, 1) or not h.start for h in hunks)

"""What holds for every expression and record."""

from __future__ import annotations

from typing import Any

from cel_expressions import Expressions, Records
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import cel
from checker.cel.values import equal

ENVIRONMENT = cel.Environment({"r": cel.DYN})
SEEDS = st.integers(0, 2**32)


def outcome(program: cel.Program, record: Any) -> object:
    """The value, or kind and message of the error."""
    try:
        return program.evaluate({"r": record})
    except cel.EvaluationError as error:
        return error.kind, error.message


def same(a: object, b: object) -> bool:
    return a.__class__ is b.__class__ and (repr(a) == repr(b) or equal([10_000], a, b))


def compiled(seed: int) -> cel.Program:
    """A random expression, compiled whatever its types."""
    return ENVIRONMENT.compile(Expressions(seed).expression(), check_types=False)


@settings(max_examples=500)
@given(SEEDS, SEEDS)
def test_explain_agrees_with_evaluate(seed: int, other: int) -> None:
    program, record = compiled(seed), Records(other).record()
    explanation = program.explain({"r": record})
    trouble: str
    try:
        value = program.evaluate({"r": record})
    except cel.EvaluationError as error:
        value, trouble = None, error.kind
    else:
        trouble = "false"
    kinds = {reason.kind for reason in explanation.reasons}
    assert same(explanation.value, value)
    assert kinds <= {"false"} if trouble == "false" else trouble in kinds - {"false"}
    assert bool(kinds) is (trouble != "false" or value is False)
    for reason in explanation.reasons:
        assert 0 <= reason.start < reason.end <= len(program.text)
        assert reason.message
        assert (reason.missing is not None) is (reason.kind == "missing")
        for seen in reason.seen:
            assert 0 <= seen.start < seen.end <= len(program.text)
            value = seen.value.value if isinstance(seen.value, cel.Optional) else seen.value
            if seen.origin is not None and value is not cel.ABSENT:
                # A key of a map comes from the place that it names.
                assert same(follow(seen.origin), value) or seen.origin.path[-1:] == (value,)


def follow(origin: cel.Origin) -> object:
    """What stands at an origin."""
    value: Any = origin.value
    for part in origin.path:
        value = (value.value if isinstance(value, cel.Optional) else value)[part]
    return value.value if isinstance(value, cel.Optional) else value


@given(SEEDS, SEEDS)
def test_the_order_of_keys_does_not_matter(seed: int, other: int) -> None:
    program, record = compiled(seed), Records(other).record()
    assert same(outcome(program, record), outcome(program, turned(record)))


def turned(value: Any) -> Any:
    """The same data, every map in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [turned(item) for item in value]
    return value


@given(SEEDS, SEEDS)
def test_evaluation_changes_nothing_it_was_given(seed: int, other: int) -> None:
    program, record = compiled(seed), Records(other).record()
    before = repr(record)
    first = outcome(program, record)
    assert same(outcome(program, record), first)
    assert repr(record) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ijdstbnmo"), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=300)
@given(SEEDS, JSON)
def test_no_data_brings_forth_anything_but_values_and_errors(seed: int, record: Any) -> None:
    program = compiled(seed)
    outcome(program, record)
    program.explain({"r": record})
    cel.format_value(record)


@given(JSON, JSON)
def test_equality_is_symmetric(a: Any, b: Any) -> None:
    assert equal([1000], a, b) is equal([1000], b, a)
    assert cel.format_value(a, 30) == cel.format_value(turned(a), 30)

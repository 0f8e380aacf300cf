"""What is warned of in an assertion: that it holds for nothing, for the future, or for everything."""

from __future__ import annotations

import pytest

from checker import cel
from checker.policy import language, lint

STEP = cel.ObjectType("step", {"owner": cel.STRING, "on": cel.STRING, "checks": cel.ListType(cel.STRING)})
THING = cel.ObjectType(
    "thing",
    {
        "steps": cel.ListType(STEP),
        "names": cel.ListType(cel.STRING, may_be_empty=False),
        "tags": cel.MapType(cel.STRING, cel.STRING),
        "owner": cel.STRING,
        "tier": cel.INT,
        "on": cel.STRING,
    },
)
ENVIRONMENT = language.environment(THING, params={"n": cel.INT, "people": cel.ListType(cel.DYN)})


def program(text: str) -> cel.Program:
    return ENVIRONMENT.compile(text)


EMPTY_PASSES = {
    "subject.steps.all(s, filled(s.owner))": "subject.steps",
    "subject.tier > 2 || subject.steps.all(s, filled(s.owner))": "subject.steps",
    "subject.tier > 2 ? subject.steps.all(s, filled(s.owner)) : subject.tier > 1": "subject.steps",
    "has(subject.steps) ? subject.steps.all(s, filled(s.owner)) : true": "subject.steps",
    "!subject.steps.exists(s, !filled(s.owner))": "subject.steps",
    "subject.steps.exists(s, !filled(s.owner)) == false": "subject.steps",
    "subject.steps.exists(s, !filled(s.owner)) ? false : true": "subject.steps",
    "size(subject.steps) == 0": "subject.steps",
    "subject.steps.filter(s, !filled(s.owner)).size() == 0": "subject.steps",
    "0 == size(subject.steps.filter(s, !filled(s.owner)))": "subject.steps",
    "size(subject.steps.filter(s, !filled(s.owner))) < 1": "subject.steps",
    "!(size(subject.steps.filter(s, !filled(s.owner))) > 0)": "subject.steps",
    "subject.steps.filter(s, !filled(s.owner)) == []": "subject.steps",
    "subject.steps.filter(s, filled(s.owner)).size() == subject.steps.size()": "subject.steps",
    "subject.steps.map(s, s.owner).distinct().size() == subject.steps.size()": "subject.steps",
    "subject.steps.filter(s, s.owner == 'Ada').all(s, filled(s.on))": "subject.steps",
    "cel.bind(steps, subject.steps, steps.all(s, filled(s.owner)))": "subject.steps",
    "cel.bind(bad, subject.steps.filter(s, !filled(s.owner)), size(bad) == 0)": "subject.steps",
    "subject.steps.exists(s, s.checks.all(c, filled(c)))": "s.checks",
    "filled(subject.steps) && subject.steps.all(s, s.checks.all(c, filled(c)))": "s.checks",
    "subject.tags.all(name, filled(name))": "subject.tags",
    "!(subject.owner in data.people)": "data.people",
    "data.people.all(p, filled(p))": "data.people",
    "lookup('prd', 'p').authors.all(a, a != subject.owner)": "lookup('prd', 'p').authors",
    "related('prd', 'optional').all(p, filled(p.owner))": "related('prd', 'optional')",
}


@pytest.mark.parametrize("text", EMPTY_PASSES)
def test_a_list_whose_emptiness_passes(text: str) -> None:
    assert [place.text for place in lint.unguarded_lists(program(text))] == [EMPTY_PASSES[text]]


@pytest.mark.parametrize(
    "text",
    [
        "size(subject.steps) > 0 && subject.steps.all(s, filled(s.owner))",
        "subject.steps.size() >= 1 && subject.steps.all(s, filled(s.owner))",
        "0 != size(subject.steps) && subject.steps.all(s, filled(s.owner))",
        "subject.steps != [] && subject.steps.all(s, filled(s.owner))",
        "filled(subject.steps) && subject.steps.all(s, filled(s.owner))",
        "subject.steps.exists(s, true) && subject.steps.all(s, filled(s.owner))",
        "size(subject.steps) == 0 ? false : subject.steps.all(s, filled(s.owner))",
        "cel.bind(steps, subject.steps, size(steps) > 0 && steps.all(s, filled(s.owner)))",
        "filled(subject.steps) && subject.steps.all(s, size(s.checks) > 0 && s.checks.all(c, filled(c)))",
        "subject.names.all(n, filled(n))",
        "related('prd').all(p, filled(p.owner))",
        "params.people.all(p, p != subject.owner)",
        "[1, 2].all(n, n < subject.tier)",
        "subject.steps.exists(s, filled(s.owner))",
        "subject.steps.filter(s, filled(s.owner)) != []",
        "subject.owner in data.people",
        "has(subject.steps) ? size(subject.steps) > 0 : true",
        "size(subject.owner) == 0",
        "sets.contains(subject.names, ['a'])",
        "subject.owner == 'Ada'",
    ],
)
def test_a_list_whose_emptiness_does_not(text: str) -> None:
    assert lint.unguarded_lists(program(text)) == []


@pytest.mark.parametrize("guard", ["size(subject.steps) > 0", "filled(subject.steps)", "subject.steps != []"])
def test_when_guards_too(guard: str) -> None:
    assertion = program("subject.steps.all(s, filled(s.owner))")
    assert lint.unguarded_lists(assertion, [program(guard)]) == []
    assert lint.unguarded_lists(assertion, [program(f"{guard} || subject.tier > 1")])


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("age(subject.on) <= 30", ["age(subject.on)"]),
        ("age(subject.on) < params.n", ["age(subject.on)"]),
        ("30 >= age(subject.on)", ["age(subject.on)"]),
        ("!(age(subject.on) > 30)", ["age(subject.on)"]),
        ("filled(subject.steps) && subject.steps.all(s, age(s.on) < 9)", ["age(s.on)"]),
        ("age(subject.on) >= 0 && age(subject.on) <= 30", []),
        ("age(subject.on) <= 30 || age(subject.on) < 0", []),
        ("age(subject.on) <= 0", []),
        ("age(subject.on) <= -3", []),
        ("age(subject.on) > 30", []),
        ("!(age(subject.on) <= 30)", []),
        ("age(subject.on) <= age('2026-01-01')", []),
        ("age(subject.on) - age('2026-01-01') <= 30", []),
        ("within_last(subject.on, 30)", []),
    ],
)
def test_a_day_in_the_future(text: str, ages: list[str]) -> None:
    assert [place.text for place in lint.ages_ahead(program(text))] == ages


def test_when_may_keep_the_future_out() -> None:
    assert not lint.ages_ahead(program("age(subject.on) <= 30"), [program("age(subject.on) >= 0")])


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("true", True),
        ("1 < 2", True),
        ("subject.tier > 1 || true", True),
        ("subject.tier > 1 && 2 < 1", False),
        ("!('a' == 'a')", False),
        ("cel.bind(x, 1, x == 1)", True),
        ("[].all(x, x > 1)", True),
        ("subject.tier > 1", None),
        ("subject.steps.all(s, true)", None),
    ],
)
def test_what_never_depends_on_anything(text: str, always: bool | None) -> None:
    assert lint.constant(program(text)) is always

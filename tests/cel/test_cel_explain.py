"""Explanations: the parts that decided, the values they saw and where these come from."""

from __future__ import annotations

from typing import Any

import pytest

from checker import cel


def age(text: Any) -> int:
    if not str(text).isdigit():
        raise cel.FunctionError(f"{text} is no date", unreadable=True)
    return int(text)


def find(activation: Any, key: str) -> object:
    if key == "broken":
        raise cel.FunctionError("it breaks its schema")
    return activation["store"].get(key, cel.ABSENT)


ENVIRONMENT = cel.Environment(
    {"subject": cel.DYN, "params": cel.DYN},
    [
        cel.Function(
            "filled", (cel.DYN,), cel.BOOL, lambda x: x is not cel.ABSENT and bool(x), absent_ok=True
        ),
        cel.Function("find", (cel.STRING,), cel.DYN, find, contextual=True),
        cel.Function("age", (cel.DYN,), cel.INT, age),
    ],
    absent_has=True,
)
DATA: dict[str, Any] = {
    "subject": {
        "tier": 3,
        "status": "draft",
        "signed": False,
        "odd": "text",
        "steps": [
            {"id": "a", "owner": "Ada Example", "n": 1},
            {"id": "b", "owner": "", "n": 2},
            {"id": "c", "n": 3},
            {"id": "d", "owner": "", "n": 4},
        ],
        "counts": {"y": 0, "x": 5},
        "empty": [],
    },
    "params": {"max": 2},
    "store": {"checkout": {"lead": {"name": "Ben Sample"}}},
}


def explain(text: str, data: dict[str, Any] = DATA) -> cel.Explanation:
    return ENVIRONMENT.compile(text).explain(data)


def told(text: str, data: dict[str, Any] = DATA) -> list[tuple[str, str, list[str]]]:
    """Kind and marked text of every reason, with what it saw or missed: `subject.tier=3`."""
    reasons = []
    for reason in explain(text, data).reasons:
        facts = [f"{place(o.origin)}={cel.format_value(o.value, 20)}" for o in reason.seen]
        if reason.missing:
            facts.append(f"!{place(reason.missing)}")
        kind = "true" if reason.holds else reason.kind
        reasons.append((kind, text[reason.start : reason.end], facts))
    return reasons


def place(origin: cel.Origin | None) -> str:
    return "" if origin is None else ".".join(map(str, (origin.root, *origin.path)))


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("subject.tier <= 2", [("false", "subject.tier <= 2", ["subject.tier=3"])]),
        ("subject.signed", [("false", "subject.signed", ["subject.signed=false"])]),
        (
            "subject.tier <= params.max",
            [("false", "subject.tier <= params.max", ["subject.tier=3", "params.max=2"])],
        ),
        (
            "subject.status in ['final']",
            [("false", "subject.status in ['final']", ['subject.status="draft"'])],
        ),
        # Only what decided is told.
        ("subject.tier == 3 && subject.signed", [("false", "subject.signed", ["subject.signed=false"])]),
        (
            "subject.tier == 1 || subject.signed",
            [
                ("false", "subject.tier == 1", ["subject.tier=3"]),
                ("false", "subject.signed", ["subject.signed=false"]),
            ],
        ),
        ("subject.nope == 1 && subject.signed", [("false", "subject.signed", ["subject.signed=false"])]),
        # Negation asks why something is true.
        ("!(subject.tier > 2)", [("false", "!(subject.tier > 2)", ["subject.tier=3"])]),
        ("!!subject.signed", [("false", "!!subject.signed", ["subject.signed=false"])]),
        ("!(subject.tier > 2 || subject.signed)", [("true", "subject.tier > 2", ["subject.tier=3"])]),
        (
            "!(subject.tier > 2 && subject.status == 'draft')",
            [
                ("true", "subject.tier > 2", ["subject.tier=3"]),
                ("true", "subject.status == 'draft'", ['subject.status="draft"']),
            ],
        ),
        (
            "subject.tier > 2 ? subject.signed : true",
            [("false", "subject.signed", ["subject.signed=false", "subject.tier=3"])],
        ),
        # Calls are seen with what they gave and what they were given.
        (
            "size(subject.empty) > 0",
            [("false", "size(subject.empty) > 0", ["size(subject.empty)=0", "subject.empty=[]"])],
        ),
        ("subject.odd.startsWith('T')", [("false", "subject.odd.startsWith('T')", ['subject.odd="text"'])]),
        (
            "find('checkout').lead.name == ''",
            [("false", "find('checkout').lead.name == ''", ["find('checkout').lead.name=\"Ben Sample\""])],
        ),
        # Absence: the first part that is not there.
        ("subject.rollback.owner != ''", [("missing", "subject.rollback", ["!subject.rollback"])]),
        ("subject.steps[7].owner != ''", [("missing", "subject.steps[7]", ["!subject.steps.7"])]),
        ("subject['a-b'].c", [("missing", "subject['a-b']", ["!subject.a-b"])]),
        ("find('nothing').lead == ''", [("missing", "find('nothing')", ["!find('nothing')"])]),
        ("find('checkout').boss == ''", [("missing", "find('checkout').boss", ["!find('checkout').boss"])]),
        ("subject.counts[subject.nope] == 1", [("missing", "subject.nope", ["!subject.nope"])]),
        (
            "has(subject.rollback.owner)",
            [("false", "has(subject.rollback.owner)", ["subject.rollback=absent"])],
        ),
        (
            "filled(subject.rollback.owner)",
            [("false", "filled(subject.rollback.owner)", ["subject.rollback=absent"])],
        ),
        ("filled(subject.empty)", [("false", "filled(subject.empty)", ["subject.empty=[]"])]),
        (
            "subject.a == 1 || subject.b == 1",
            [("missing", "subject.a", ["!subject.a"]), ("missing", "subject.b", ["!subject.b"])],
        ),
        ("subject.a == 1 || subject.a == 2", [("missing", "subject.a", ["!subject.a"])]),
        # Strict operators look at both sides.
        (
            "subject.a == find('broken')",
            [("missing", "subject.a", ["!subject.a"]), ("error", "find('broken')", [])],
        ),
        (
            "find('broken') == subject.a",
            [("error", "find('broken')", []), ("missing", "subject.a", ["!subject.a"])],
        ),
        ("[subject.a, 1 / 0] == []", [("missing", "subject.a", ["!subject.a"]), ("error", "1 / 0", [])]),
        ("age(subject.status) < 90", [("unreadable", "age(subject.status)", ['subject.status="draft"'])]),
        (
            "subject.tier <= subject.odd",
            [("error", "subject.tier <= subject.odd", ["subject.tier=3", 'subject.odd="text"'])],
        ),
        ("subject.odd.field == 1", [("error", "subject.odd.field", [])]),
        ("subject.odd && true", [("error", "subject.odd", ['subject.odd="text"'])]),
        ("!subject.tier", [("error", "!subject.tier", ["subject.tier=3"])]),
        # Bound values keep where they come from, and why they have none.
        (
            "cel.bind(s, subject.steps[1], s.owner != '')",
            [("false", "s.owner != ''", ['subject.steps.1.owner=""'])],
        ),
        ("cel.bind(s, subject.nope, s.owner != '')", [("missing", "subject.nope", ["!subject.nope"])]),
        (
            "cel.bind(s, subject.nope, subject.signed)",
            [("false", "subject.signed", ["subject.signed=false"])],
        ),
        (
            "cel.bind(x, subject.steps[0], cel.bind(y, x.n, y > 2))",
            [("false", "y > 2", ["subject.steps.0.n=1"])],
        ),
    ],
)
def test_reasons(text: str, reasons: list[tuple[str, str, list[str]]]) -> None:
    assert told(text) == reasons


def elements(text: str, data: dict[str, Any] = DATA) -> list[tuple[str, list[str]]]:
    """Of every reason, the marked text and the elements around it: `s[1]@subject.steps.1`."""
    return [
        (text[r.start : r.end], [f"{e.variable}[{e.index_or_key}]@{place(e.origin)}" for e in r.elements])
        for r in explain(text, data).reasons
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "subject.steps.all(s, s.owner != '')",
            [("s.owner != ''", ["s[1]@subject.steps.1"]), ("s.owner != ''", ["s[3]@subject.steps.3"])],
        ),
        ("subject.steps.all(i, s, i < 3)", [("i < 3", ["s[3]@subject.steps.3"])]),
        ("subject.counts.all(k, k != 'x')", [("k != 'x'", ["k[x]@subject.counts.x"])]),
        ("subject.counts.all(k, v, v > 0)", [("v > 0", ["v[y]@subject.counts.y"])]),
        # A filtered list still names the places in what was filtered.
        ("subject.steps.filter(s, s.n > 2).all(t, t.n > 3)", [("t.n > 3", ["t[2]@subject.steps.2"])]),
        ("[subject.tier, 9].all(n, n > 5)", [("n > 5", ["n[0]@subject.tier"])]),
        ("subject.steps.map(s, s.n).all(n, n > 1)", [("n > 1", ["n[0]@subject.steps.map(s, s.n).0"])]),
        (
            "subject.steps.all(s, subject.counts.all(k, v, s.n > v))",
            [
                ("s.n > v", ["s[0]@subject.steps.0", "v[x]@subject.counts.x"]),
                ("s.n > v", ["s[1]@subject.steps.1", "v[x]@subject.counts.x"]),
                ("s.n > v", ["s[2]@subject.steps.2", "v[x]@subject.counts.x"]),
                ("subject.steps.all(s, subject.counts.all(k, v, s.n > v))", []),
            ],
        ),
        ("!subject.steps.exists(s, s.n == 4)", [("s.n == 4", ["s[3]@subject.steps.3"])]),
        ("subject.steps.exists(s, s.n > 9)", [("subject.steps.exists(s, s.n > 9)", [])]),
        ("subject.empty.exists(s, s.n > 9)", [("subject.empty.exists(s, s.n > 9)", [])]),
        ("!subject.empty.all(s, s.n > 9)", [("!subject.empty.all(s, s.n > 9)", [])]),
        ("subject.steps.exists_one(s, s.n > 1)", [("subject.steps.exists_one(s, s.n > 1)", [])]),
        # Errors inside: of each element, and of a map's or filter's.
        ("subject.steps.exists(s, s.owner == 'x')", [("s.owner", ["s[2]@subject.steps.2"])]),
        ("subject.steps.map(s, s.owner).size() > 9", [("s.owner", ["s[2]@subject.steps.2"])]),
        ("subject.steps.filter(s, s.owner == '').size() > 9", [("s.owner", ["s[2]@subject.steps.2"])]),
    ],
)
def test_reasons_in_loops_name_the_element(text: str, found: list[tuple[str, list[str]]]) -> None:
    assert elements(text) == found


def test_many_failing_elements_are_counted() -> None:
    data = {"subject": {"steps": [{"n": i} for i in range(100)]}}
    reasons = explain("subject.steps.all(s, s.n < 10)", data).reasons
    assert [r.elements[0].index_or_key for r in reasons[:3]] == [10, 11, 12]
    (summary,) = reasons[3:]
    assert summary.message == "90 of 100 elements of `subject.steps` do not satisfy `s.n < 10`"


def test_another_kind_of_error_is_told_however_late_it_comes() -> None:
    steps: list[Any] = [{} for _ in range(50)] + [{"n": "text"}]
    kinds = [r.kind for r in explain("subject.steps.all(s, s.n < 10)", {"subject": {"steps": steps}}).reasons]
    assert kinds == ["missing", "missing", "missing", "error"]


def test_origins_hold_the_object_they_speak_of() -> None:
    (reason,) = explain("find('checkout').lead.name == ''").reasons
    origin = reason.seen[0].origin
    assert origin is not None
    assert origin.value is DATA["store"]["checkout"]
    assert origin.path == ("lead", "name")
    (reason,) = explain("subject.nope").reasons
    assert reason.missing is not None
    assert reason.missing.value is DATA["subject"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subject.tier <= 2", "`subject.tier <= 2` is false: `subject.tier` is 3"),
        ("!(subject.tier > 2 || subject.signed)", "`subject.tier > 2` is true: `subject.tier` is 3"),
        ("subject.signed", "`subject.signed` is false"),
        ("subject.rollback.owner", "`subject.rollback` is absent"),
        ("age(subject.status) < 90", "draft is no date"),
    ],
)
def test_messages(text: str, message: str) -> None:
    assert explain(text).reasons[0].message == message


@pytest.mark.parametrize(
    ("text", "value"), [("subject.tier == 3", True), ("subject.tier + 1", 4), ("[1]", [1])]
)
def test_what_is_not_false_needs_no_reasons(text: str, value: object) -> None:
    assert explain(text) == cel.Explanation(value, ())


def test_the_budget_holds_for_explanations_too() -> None:
    environment = cel.Environment({"subject": cel.DYN}, budget=60)
    data = {"subject": list(range(25))}
    # Deciding takes one pass, which fits; explaining takes more.
    explanation = environment.compile("subject.all(a, a < 24) && subject.all(b, b < 99)").explain(data)
    assert explanation.value is False
    assert [r.kind for r in explanation.reasons] == ["false"]
    (reason,) = environment.compile("subject.all(a, subject.all(b, a + b >= 0))").explain(data).reasons
    assert reason.kind == "limit"

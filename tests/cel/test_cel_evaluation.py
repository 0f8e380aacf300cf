"""Values and faults: absence, functions of one's own, order, and the budget."""

from __future__ import annotations

import datetime
import gc
import weakref
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import cel
from checker.cel import library
from checker.cel.values import civil, day_number

DATA: dict[str, Any] = {
    "subject": {
        "tier": 3,
        "name": "checkout",
        "steps": [{"owner": "Ada Example"}, {"owner": ""}, {}],
        "rollback": {"owner": "Ben Sample"},
        "counts": {"b": 2, "a": 1},
        "odd": "text",
    }
}


def evaluate(text: str, data: Mapping[str, Any] = DATA, **options: Any) -> object:
    return cel.Environment({"subject": cel.DYN}, **options).compile(text).evaluate(data)


def trouble(text: str, **options: Any) -> tuple[str, str, str]:
    """Kind and message of an evaluation's error, and the part of the text that it marks."""
    with pytest.raises(cel.EvaluationError) as raised:
        evaluate(text, **options)
    error = raised.value
    return error.kind, error.message, text[error.start : error.end]


@pytest.mark.parametrize(
    ("text", "kind", "message", "marked"),
    [
        ("subject.nope == 1", "missing", "`subject.nope` is absent", "subject.nope"),
        ("subject.nope.deeper", "missing", "`subject.nope` is absent", "subject.nope"),
        ("subject.rollback['on']", "missing", "`subject.rollback['on']` is absent", "subject.rollback['on']"),
        ("subject.steps[3].owner", "missing", "`subject.steps[3]` is absent", "subject.steps[3]"),
        ("subject.steps[-1]", "error", "a list has no element -1", "subject.steps[-1]"),
        ("subject.odd.field", "error", "text has no field `field`", "subject.odd.field"),
        (
            "subject.tier <= subject.odd",
            "error",
            "`<=` cannot compare a whole number with text",
            "subject.tier <= subject.odd",
        ),
        ("subject.odd && true", "error", "`&&` needs true or false, not text", "subject.odd"),
        ("!subject.tier", "error", "`!` needs true or false, not a whole number", "!subject.tier"),
        ("subject.tier / 0 > 1", "error", "division by zero", "subject.tier / 0"),
        (
            "9223372036854775807 + subject.tier",
            "error",
            "the number overflows 64 bits",
            "9223372036854775807 + subject.tier",
        ),
        ("int(subject.odd)", "unreadable", "the text is no whole number", "int(subject.odd)"),
        (
            "timestamp(subject.odd)",
            "unreadable",
            "the text is no point in time such as 2026-01-31T09:00:00Z",
            "timestamp(subject.odd)",
        ),
        (
            "subject.odd.matches(subject.name + '(')",
            "error",
            "the pattern is wrong: missing ): checkout(",
            "subject.odd.matches(subject.name + '(')",
        ),
        (
            "subject.tier.all(x, true)",
            "error",
            "`all` runs over a list or a map, not over a whole number",
            "subject.tier",
        ),
        ("subject.name.size(1)", "compile", "", ""),
    ],
)
def test_faults(text: str, kind: str, message: str, marked: str) -> None:
    if kind == "compile":
        with pytest.raises(cel.CompileError):
            evaluate(text)
    else:
        assert trouble(text) == (kind, message, marked)


def test_a_variable_without_value_is_an_error() -> None:
    with pytest.raises(cel.EvaluationError, match="the variable `subject` has no value") as raised:
        evaluate("subject.tier", {})
    assert raised.value.kind == "error"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("subject.nope || true", True),
        ("true || subject.nope", True),
        ("subject.nope && false", False),
        ("subject.steps.exists(s, s.owner == 'Ada Example')", True),
        ("subject.steps.all(s, s.owner != '')", False),
        ("subject.odd || true", True),
        ("cel.bind(x, subject.nope, true)", True),
        ("cel.bind(x, subject.nope, has(subject.tier) || x)", True),
        ("true == 1 ? 1 : 2", 2),
        ("subject.tier in [1, 2, 3]", True),
        ("true in [1]", False),
        ("1 in {true: 2}", False),
        ("{1: 'one', true: 'yes'}[true]", "yes"),
        ("[1, 2] == [1.0, 2u]", True),
        ("size('caf\u00e9\U0001f600')", 5),
        ("'a' < 'B'", False),
        ("subject.counts.map(k, k)", ["a", "b"]),
        ("subject.counts.transformList(k, v, k + string(v))", ["a1", "b2"]),
        ("{2: 'b', 'a': 1, true: 0, -1: 3u}.map(k, k)", [True, -1, 2, "a"]),
        ("timestamp('2024-02-29T23:30:00Z').getDayOfYear('Europe/Berlin')", 60),
        ("timestamp('2024-02-29T23:30:00Z') + duration('30m')", cel.Timestamp(1_709_251_200_000_000_000)),
    ],
)
def test_values(text: str, value: object) -> None:
    environment = cel.Environment({"subject": cel.DYN})
    found = environment.compile(text, check_types=False).evaluate(DATA)
    assert found == value
    assert found.__class__ is value.__class__


PARTS = (
    ("subject.rollback.owner", True),
    ("subject.rollback.nope", False),
    ("subject.nope.owner", False),
    ("subject.nope.nope.nope", False),
    ("subject.steps[0].owner", True),
    ("subject.steps[2].owner", False),
    ("subject.steps[9].owner", False),
    ("subject['rollback']['owner']", True),
    ("subject['nope']['owner']", False),
)


@pytest.mark.parametrize(("path", "present"), PARTS)
def test_has_is_false_when_any_part_is_absent(path: str, present: bool) -> None:
    assert evaluate(f"has({path})", absent_has=True) is present


def test_has_looks_at_the_last_part_alone_by_default() -> None:
    assert evaluate("has(subject.rollback.nope)") is False
    assert trouble("has(subject.nope.owner)")[0] == "missing"


def test_has_does_not_hide_other_faults() -> None:
    assert trouble("has(subject.odd.owner)", absent_has=True)[0] == "error"


# Functions


class Version(cel.Opaque):
    """Ordered by its numbers."""

    def __init__(self, text: str) -> None:
        if not all(part.isdigit() for part in text.split(".")):
            raise cel.FunctionError(f"{text} is no version", unreadable=True)
        self.numbers = [int(part) for part in text.split(".")]

    def __lt__(self, other: object) -> bool:
        assert isinstance(other, Version)
        return self.numbers < other.numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.numbers == other.numbers

    def __hash__(self) -> int:
        return hash(tuple(self.numbers))


def fail(message: str) -> object:
    raise cel.FunctionError(message)


VERSION = cel.OpaqueType("version")
FUNCTIONS = (
    cel.Function("version", (cel.STRING,), VERSION, Version),
    cel.Function("filled", (cel.DYN,), cel.BOOL, lambda x: x is not cel.ABSENT and bool(x), absent_ok=True),
    cel.Function(
        "find",
        (cel.STRING,),
        cel.DYN,
        lambda store, key: store["store"].get(key, cel.ABSENT),
        contextual=True,
    ),
    cel.Function("fail", (cel.STRING,), cel.DYN, fail),
    cel.Function("twice", (cel.INT,), cel.INT, lambda x: 2 * x, method=True),
    cel.Function("twice", (cel.STRING,), cel.STRING, lambda x: x + x, method=True),
    cel.Function("text.words", (cel.STRING,), cel.INT, lambda text: len(text.split())),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("version('1.10') > version('1.9')", True),
        ("version('1.10') <= version('1.9')", False),
        ("version('1.10') >= version('1.10') && version('1') == version('1')", True),
        ("version('1') != '1'", None),
        ("version('x') == version('1')", ("unreadable", "x is no version")),
        ("filled(subject.rollback.owner)", True),
        ("filled(subject.nope.owner)", False),
        ("filled(find('nothing').owner)", False),
        ("filled(subject.odd.owner)", ("error", "text has no field `owner`")),
        ("filled(find(subject.nope))", False),
        ("find('checkout').owner", "Ada Example"),
        ("find('nothing')", ("missing", "nothing was found")),
        ("has(find('nothing').owner)", False),
        ("fail('no')", ("error", "no")),
        ("fail('no') || true", True),
        ("subject.tier.twice()", 6),
        ("subject.name.twice()", "checkoutcheckout"),
        ("subject.steps.twice()", ("error", "`twice` does not take a list")),
        ("text.words('one two')", 2),
        ("text.words(subject.tier)", ("error", "`text.words` does not take a whole number")),
    ],
)
def test_functions(text: str, value: object) -> None:
    environment = cel.Environment({"subject": cel.DYN}, FUNCTIONS, absent_has=True)
    data = {**DATA, "store": {"checkout": {"owner": "Ada Example"}}}
    if value is None:
        with pytest.raises(cel.CompileError, match="a version is never equal to text"):
            environment.compile(text)
        return
    program = environment.compile(text)
    if isinstance(value, tuple):
        with pytest.raises(cel.EvaluationError) as raised:
            program.evaluate(data)
        assert (raised.value.kind, raised.value.message) == value
    else:
        assert program.evaluate(data) == value


def test_every_signature_of_the_library_can_be_read() -> None:
    for name in library.names():
        definition = library.find(name)
        assert definition is not None
        assert definition.overloads, name
    assert library.find("no such function") is None


def test_overloads_are_called_in_one_way() -> None:
    with pytest.raises(ValueError, match="overloads of f"):
        cel.Environment(
            {},
            [
                cel.Function("f", (cel.INT,), cel.INT, int),
                cel.Function("f", (cel.STRING,), cel.INT, int, contextual=True),
            ],
        )


# Work


def nested(times: int) -> str:
    """A value that doubles `times` times."""
    text = "x"
    for _ in range(times):
        text = f"cel.bind(x, x + x, {text})"
    return text


LONG = "lists.range(90000).map(i, 'ab').join()"
BOMBS = {
    "a range": "lists.range(9000000).size() > 0",
    "loops": "lists.range(3000).all(a, lists.range(3000).all(b, a + b >= 0))",
    "lists that double": f"cel.bind(x, [1], {nested(60)}).size()",
    "texts that double": f"cel.bind(x, 'abcdefgh', {nested(60)}).size()",
    "lists of lists": "cel.bind(x, [1], " + "cel.bind(x, [x, x], " * 40 + "x == x" + ")" * 41,
    "replacing": f"cel.bind(x, {LONG}, x.replace('a', x).replace('a', x)).size()",
    "joining": f"cel.bind(x, {LONG}, lists.range(90000).map(i, '').join(x)).size()",
    "formatting": "cel.bind(x, [1], " + "cel.bind(x, [x, x], " * 40 + "'%s'.format([x]).size()" + ")" * 41,
    "searching backwards": (
        f"cel.bind(x, {LONG}, lists.range(9).all(i, x.lastIndexOf(x.substring(1, 90000) + 'x') < 0))"
    ),
    "looking up": "cel.bind(l, lists.range(9000), l.all(i, i in l))",
    "distinct": "lists.range(9000).distinct().size()",
    "splitting": f"lists.range(100).all(i, {LONG}.split('').size() > 0)",
    "long literals": "lists.range(900000).map(i, [" + "1, " * 3000 + "1]).size()",
    "matching": f"cel.bind(x, {LONG}, lists.range(9000).all(i, !x.matches('c')))",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_work_is_bounded(text: str) -> None:
    kind, message, _ = trouble(text)
    assert (kind, message) == ("limit", "the expression needs more work than its budget of 1,000,000 steps")


def test_the_limit_is_never_absorbed() -> None:
    assert trouble("lists.range(100).all(i, i >= 0) || true", budget=50)[0] == "limit"
    assert (
        trouble("true == (lists.range(9).all(i, i >= 0) && lists.range(99).size() > 0 || true)", budget=50)[0]
        == "limit"
    )


def test_ordinary_work_is_far_from_the_limit() -> None:
    data = {"subject": {"steps": [{"owner": "Ada Example", "n": i} for i in range(10_000)]}}
    assert evaluate("subject.steps.all(s, s.owner.matches('^Ada') && s.n in [s.n])", data) is True


@pytest.mark.parametrize("text", ["'%.999999999f'.format([1.0])", "'%.1001f'.format([1.0])"])
def test_precision_is_bounded(text: str) -> None:
    assert trouble(text)[1] == "a number has at most 1,000 digits behind the point"


def test_numbers_too_long_to_read_are_unreadable() -> None:
    assert trouble("int(lists.range(9999).map(i, '9').join())")[0] == "unreadable"


# Times


@given(st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31)))
def test_the_calendar_agrees_with_python(day: datetime.date) -> None:
    number = day.toordinal() - datetime.date(1970, 1, 1).toordinal()
    assert civil(number) == (day.year, day.month, day.day)
    assert day_number(day.year, day.month, day.day) == number


@given(st.datetimes(timezones=st.just(datetime.UTC)))
def test_points_in_time_read_back(moment: datetime.datetime) -> None:
    written = moment.isoformat().replace("+00:00", "Z")
    found = evaluate("timestamp(string(timestamp(subject))) == timestamp(subject)", {"subject": written})
    assert found is True


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "1"),
        (cel.Uint(3), "3u"),
        ('a\n"b"', '"a\\n\\"b\\""'),
        (b"abc", "3 bytes"),
        ([1, "a", [2]], '[1, "a", [2]]'),
        ({"b": 1, "a": [True]}, '{"a": [true], "b": 1}'),
        ([[[[1]]]], "[[[[…]]]]"),
        (cel.ABSENT, "absent"),
        (cel.Timestamp(0), "1970-01-01T00:00:00Z"),
        (cel.Duration(90_500_000_000), "90.500s"),
        ("x" * 100, '"' + "x" * 78 + "…"),
        ([1] * 1000, "[" + "1, " * 26 + "…"),
    ],
)
def test_values_as_people_write_them(value: object, text: str) -> None:
    assert cel.format_value(value) == text
    assert len(cel.format_value(value, 10)) <= 10


class Activation(dict[str, Any]):
    """Variables that can be watched."""


@pytest.mark.parametrize(
    "text",
    [
        "subject.nope == 1",
        "subject.nope == 1 && subject.tier == 3",
        "subject.nope == 1 || subject.tier == 4 || subject.nope == 2",
        "subject.steps.all(step, step.owner != '')",
        "cel.bind(it, subject.nope, it == 1)",
        "subject.nope.map(step, step.owner) == []",
    ],
)
@pytest.mark.parametrize("asked", ["evaluate", "explain"])
def test_a_failed_evaluation_keeps_nothing_of_what_it_read(text: str, asked: str) -> None:
    """What reads a commit holds a program of git, which ends when nobody holds it any more, not sometime."""
    program = cel.Environment({"subject": cel.DYN}).compile(text)
    variables = Activation(DATA)
    watched = weakref.ref(variables)
    gc.disable()
    try:
        try:
            getattr(program, asked)(variables)
        except cel.EvaluationError as error:
            kept = error.message
        else:
            kept = asked
        del variables
        assert kept
        assert watched() is None
    finally:
        gc.enable()

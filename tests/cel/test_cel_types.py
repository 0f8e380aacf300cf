"""What the checker refuses, and how it says so."""

from __future__ import annotations

import pytest

from checker import cel
from checker.cel.hints import PATTERNS

STEP = cel.ObjectType("step", {"owner": cel.STRING, "minutes": cel.INT})
PLAN = cel.ObjectType(
    "launch-plan",
    {
        "tier": cel.INT,
        "price": cel.DOUBLE,
        "status": cel.EnumType(("draft", "final")),
        "rollback": cel.ObjectType("rollback", {"owner": cel.STRING}),
        "steps": cel.ListType(STEP),
        "owners": cel.ListType(cel.STRING, may_be_empty=False),
        "owning-sig": cel.STRING,
        "extra": cel.ObjectType("extra", {"colour": cel.STRING}, open=True),
        "anything": cel.ObjectType("anything", {}, open=True),
        "counts": cel.MapType(cel.STRING, cel.INT),
        "since": cel.TIMESTAMP,
    },
)
SEMVER = cel.OpaqueType("version")


def unused(*_: object) -> object:
    raise AssertionError("only types are looked at here")


ENVIRONMENT = cel.Environment(
    {"subject": PLAN, "params": cel.DYN},
    [
        cel.Function("filled", (cel.DYN,), cel.BOOL, unused),
        cel.Function("semver", (cel.STRING,), SEMVER, unused),
        cel.Function("words", (cel.STRING,), cel.INT, unused, method=True),
    ],
)

REFUSED = (
    # expression, the part that is marked, message, hint
    ("subject.rolback.owner", "rolback", "`launch-plan` has no field `rolback`", "did you mean `rollback`?"),
    ("has(subject.rollback.ownr)", "ownr", "`rollback` has no field `ownr`", "did you mean `owner`?"),
    ("subject.rollback.x", "x", "`rollback` has no field `x`", "the fields are owner"),
    (
        "subject['owning-sg']",
        "'owning-sg'",
        "`launch-plan` has no field `owning-sg`",
        "did you mean `owning-sig`?",
    ),
    ("subject.steps.all(s, s.own == '')", "own", "`step` has no field `own`", "did you mean `owner`?"),
    ("subject.steps[0].minute", "minute", "`step` has no field `minute`", "did you mean `minutes`?"),
    ("subjct.tier", "subjct", "unknown variable `subjct`", "did you mean `subject`?"),
    (
        "x",
        "x",
        "unknown variable `x`",
        'the variables are subject, params; a text has quotes: "x"',
    ),
    ("subject.tier == True", "True", "unknown variable `True`", "write true"),
    ("subject.tier != None", "None", "unknown variable `None`", "write has(x) to ask whether x is there"),
    ("len(subject.owners) > 0", "len", "unknown function `len`", "write size(x)"),
    ("subject.owners.length > 0", "length", "a list has no fields: `length`", "write size(x)"),
    (
        "1 < subject.tier < 3",
        "1 < subject.tier < 3",
        "`<` cannot compare true or false with a whole number",
        "compare each on its own: a < b && b < c",
    ),
    (
        "subject.since - '2026-01-01'",
        "subject.since - '2026-01-01'",
        "`-` does not take a point in time and text",
        "turn the text into a point in time or a length of time first",
    ),
    ("filed(subject.tier)", "filed", "unknown function `filed`", "did you mean `filled`?"),
    ("subject.owners.sizes()", "sizes", "unknown function `sizes`", "did you mean `size`?"),
    ("words('a')", "words('a')", "`words` is a method", "write x.words(…)"),
    ("'a'.filled()", "'a'.filled()", "`filled` is a function", "write filled(x)"),
    ("filled()", "filled()", "`filled` takes 1 argument, not 0", ""),
    ("'a'.substring()", "'a'.substring()", "`substring` takes 1 or 2 arguments, not 0", ""),
    ("'a'.startsWith(1)", "1", "`startsWith` needs text here, not a whole number", ""),
    ("subject.tier.trim()", "subject.tier", "`trim` needs text here, not a whole number", ""),
    (
        "subject.tier == '1'",
        "subject.tier == '1'",
        "a whole number is never equal to text",
        "a number is written without quotes",
    ),
    (
        "subject.tier <= 'x'",
        "subject.tier <= 'x'",
        "`<=` cannot compare a whole number with text",
        "a number is written without quotes",
    ),
    (
        "subject.since > '2026-01-01'",
        "subject.since > '2026-01-01'",
        "`>` cannot compare a point in time with text",
        "turn the text into a point in time or a length of time first",
    ),
    ("subject.owners < []", "subject.owners < []", "`<` cannot compare a list with a list", ""),
    (
        "subject.price * 2 > 1.0",
        "subject.price * 2",
        "`*` does not take a decimal number and a whole number",
        "write 2.0",
    ),
    (
        "subject.price + subject.tier",
        "subject.price + subject.tier",
        "`+` does not take a decimal number and a whole number",
        "turn the whole number into a decimal one with double(…)",
    ),
    (
        "'tier ' + subject.tier",
        "'tier ' + subject.tier",
        "`+` does not take text and a whole number",
        "turn the other part into text with string(…)",
    ),
    ("-subject.status", "-subject.status", "`-` needs a signed number, not text", ""),
    ("!subject.tier", "subject.tier", "`!` needs true or false, not a whole number", ""),
    ("true && subject.tier", "subject.tier", "`&&` needs true or false, not a whole number", ""),
    ("subject.tier ? 1 : 2", "subject.tier", "`?` needs true or false, not a whole number", ""),
    ("subject.owners.all(o, o)", "o", "`all` needs true or false, not text", ""),
    (
        "subject.tier.all(t, true)",
        "subject.tier",
        "`all` runs over a list or a map, not over a whole number",
        "",
    ),
    ("subject.tier.x", "x", "a whole number has no fields: `x`", ""),
    ("subject.tier[0]", "subject.tier[0]", "a whole number has no elements", ""),
    ("subject.owners['a']", "'a'", "a list's index is a whole number, not text", ""),
    ("subject.counts[1]", "1", "the keys of this map are text, not a whole number", ""),
    (
        "1 in subject.owners",
        "1 in subject.owners",
        "a whole number is never in a list of text",
        "a number is written without quotes",
    ),
    ("'a' in 'abc'", "'a' in 'abc'", "`in` looks into a list or a map, not into text", ""),
    ("{[1]: 2}", "[1]", "a list cannot be the key of a map", ""),
    (
        "subject.status == 'drft'",
        "'drft'",
        '"drft" is not one of the values draft, final',
        "did you mean `draft`?",
    ),
    ("'open' != subject.status", "'open'", '"open" is not one of the values draft, final', ""),
    (
        "subject.status in ['draft', 'fnal']",
        "'fnal'",
        '"fnal" is not one of the values draft, final',
        "did you mean `final`?",
    ),
    ("semver('1') < '2'", "semver('1') < '2'", "`<` cannot compare a version with text", ""),
    ("duration('3 days')", "'3 days'", "the text is no length of time such as 36h or 1h30m", ""),
    (
        "timestamp('2026-01-31')",
        "'2026-01-31'",
        "the text is no point in time such as 2026-01-31T09:00:00Z",
        "",
    ),
    ("'a'.matches('[')", "'['", "the pattern is wrong: missing ]: [", PATTERNS),
    (
        "subject.status.matches(r'(?<=a)b')",
        "r'(?<=a)b'",
        "the pattern is wrong: invalid perl operator: (?<=",
        PATTERNS,
    ),
    (
        "optional.of(1).optMap(v, v + '')",
        "v + ''",
        "`+` does not take a whole number and text",
        "turn the other part into text with string(…)",
    ),
)


@pytest.mark.parametrize(("text", "marked", "message", "hint"), REFUSED)
def test_refused(text: str, marked: str, message: str, hint: str) -> None:
    with pytest.raises(cel.CompileError) as raised:
        ENVIRONMENT.compile(text)
    issue = raised.value.issues[0]
    assert (issue.message, issue.hint, issue.level) == (message, hint, "error")
    assert text[issue.start : issue.end] == marked


def test_all_faults_are_told_at_once_in_the_order_they_are_written() -> None:
    text = "subject.teer > 1 && subject.stats == 'x' || nope"
    with pytest.raises(cel.CompileError) as raised:
        ENVIRONMENT.compile(text)
    assert [text[issue.start : issue.end] for issue in raised.value.issues] == ["teer", "stats", "nope"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("subject.tier", "int"),
        ("subject['owning-sig']", "string"),
        ("subject.price > 1", "bool"),
        ("subject.price == 100 || subject.price in [0, 100]", "bool"),
        ("subject.steps.map(s, s.minutes)", "list(int)"),
        ("subject.steps.filter(s, has(s.owner))", "list(step)"),
        ("subject.owners.map(o, {o: size(o)})", "list(map(string, int))"),
        ("subject.counts.all(k, k != '')", "bool"),
        ("subject.counts.transformMap(k, v, v * 2)", "map(string, int)"),
        ("subject.rollback == null", "bool"),
        ("subject.status == 'draft' ? 1 : 2", "int"),
        ("subject.status + ''", "string"),
        ("params.max + 1", "int"),
        ("params.max + params.min", "dyn"),
        ("[1, 'a']", "list(dyn)"),
        ("subject.?rollback.?owner", "optional_type(string)"),
        ("subject.?rollback.?owner.orValue('nobody')", "string"),
        ("optional.of(params.x).orValue(1)", "dyn"),
        ("semver('1') >= semver('2')", "bool"),
        ("timestamp('2026-01-31T00:00:00Z') - subject.since", "google.protobuf.Duration"),
        ("cel.bind(o, subject.owners, o[0])", "string"),
        ("subject.anything.whatever", "dyn"),
        ("type(subject.tier) == int", "bool"),
    ],
)
def test_types(text: str, kind: str) -> None:
    program = ENVIRONMENT.compile(text)
    assert program.result_type.name == kind
    assert program.issues == ()


def test_an_unknown_field_of_an_open_object_is_a_warning() -> None:
    program = ENVIRONMENT.compile("subject.extra.color == 'red'")
    (issue,) = program.issues
    assert (issue.level, issue.message) == ("warning", "`extra` has no field `color`")
    assert issue.hint == "did you mean `colour`?"


def test_types_of_nodes_tell_whether_a_list_may_be_empty() -> None:
    program = ENVIRONMENT.compile("subject.owners.all(o, o != '') && subject.steps.all(s, s.minutes > 0)")
    assert isinstance(program.tree, cel.tree.Logical)
    ranges = [program.type_of(part.range) for part in program.tree.operands]  # type: ignore[union-attr]
    assert [kind.may_be_empty for kind in ranges] == [False, True]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("subject.rollback.owner", [("subject", ("rollback", "owner"))]),
        ("subject['owning-sig']", [("subject", ("owning-sig",))]),
        ("subject.steps[0].owner", [("subject", ("steps", 0, "owner"))]),
        ("subject.counts[params.name]", [("subject", ("counts",)), ("params", ("name",))]),
        ("subject.steps.all(s, s.owner != params.x)", [("subject", ("steps",)), ("params", ("x",))]),
        ("has(subject.tier) && subject == params", [("subject", ("tier",)), ("subject", ()), ("params", ())]),
        ("[1].all(subject, subject > 0)", []),
    ],
)
def test_references(text: str, references: list[tuple[str, tuple[str | int, ...]]]) -> None:
    program = ENVIRONMENT.compile(text)
    assert [(r.root, r.path) for r in program.references] == references
    assert program.variables == {root for root, _ in references}


def test_without_types_checked_faults_are_met_only_when_evaluated() -> None:
    program = ENVIRONMENT.compile("nope || true", check_types=False)
    assert [issue.level for issue in program.issues] == ["warning"]
    assert program.evaluate({}) is True

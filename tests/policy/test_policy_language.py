"""The language's promises about absence, null, emptiness, texts and days, one line each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checker.model import Result
from tests.judging import REGISTER, configuration, policy, rule, told, told_one

OTHERS = {
    "gonogo.yaml": configuration(
        products="products.yaml",
        subjects=[
            {"kind": "thing", "files": "*.thing.yaml"},
            {"kind": "release", "files": "*.release.yaml", "optional": True},
        ],
        data={"groups": "groups.yaml"},
    ),
    "products.yaml": REGISTER,
    "groups.yaml": "admins: [ Ada Example ]\n",
    "b.thing.yaml": "{ id: b, product: search, owner: Ben }",
    "bad.thing.yaml": "{ id: bad, product: broken, tier: high }",
}
TORN = {"torn.thing.yaml": "id: ["}
HEAD = {"params": {"limit": 2}}


def one(folder: Path, assertion: str, subject: str = "{}", as_of: str = "2026-06-01", **more: Any) -> Result:
    return told_one(folder, assertion, subject, as_of, files=OTHERS, head=HEAD, **more)


def outcome(folder: Path, assertion: str, subject: str = "{}", **more: Any) -> str:
    return one(folder, assertion, subject, **more).outcome


# What cannot be read


@pytest.mark.parametrize(
    ("assertion", "outcome"),
    [
        (
            'lookup("thing", "torn").id == "torn"',
            "fail",
        ),  # known by its path, since nothing else tells its id
        ('lookup("thing", "nobody").tier == 1', "error"),  # it may be the one that is torn
        ('has(lookup("thing", "nobody").owner)', "error"),
        ('lookup("thing", "b").owner == "Ben"', "pass"),
        ('lookup("release", "nobody").id == "x"', "fail"),  # a kind of which all can be read
    ],
)
def test_what_is_torn_may_be_what_is_looked_for(tmp_path: Path, assertion: str, outcome: str) -> None:
    assert told_one(tmp_path, assertion, files=OTHERS | TORN, head=HEAD).outcome == outcome


# Absence

ABSENT = [
    # expression, in assert, in when
    ("subject.tier == 1", "fail", "error"),
    ("subject.rollback.owner == 'x'", "fail", "error"),
    ("subject.steps[0].done", "fail", "error"),
    ("subject.any.deep.key == 1", "fail", "error"),
    ('lookup("thing", "nobody").tier == 1', "fail", "error"),
    ('lookup("thing", "b").tier == 1', "fail", "error"),
    ('related("thing").all(t, t.tier == 1)', "fail", "error"),
    ("product.name == 'x'", "fail", "error"),
    ("data.nothing == 1", "error", "error"),
    ("data.groups.nobody == 1", "error", "error"),
    ("path.nothing == 'x'", "error", "error"),
    ("dyn(params).nothing == 1", "error", "error"),
]


@pytest.mark.parametrize(("expression", "asserted", "_when"), ABSENT)
def test_what_is_absent_fails_an_assertion_where_the_subject_lacks_it(
    tmp_path: Path, expression: str, asserted: str, _when: str
) -> None:
    assert outcome(tmp_path, expression, "product: search") == asserted


@pytest.mark.parametrize(("expression", "_asserted", "when"), ABSENT)
def test_what_is_absent_is_an_error_in_a_condition(
    tmp_path: Path, expression: str, _asserted: str, when: str
) -> None:
    assert outcome(tmp_path, "true", "product: search", when=expression) == when


@pytest.mark.parametrize("where", ["rule", "policy"])
@pytest.mark.parametrize(
    ("tier", "expected"),
    [("tier: 1", "pass"), ("tier: 3", "not-applicable"), ("{}", "error"), ("tier: x", "error")],
)
def test_a_condition_decides_whether_a_rule_applies(
    tmp_path: Path, where: str, tier: str, expected: str
) -> None:
    head, more = {}, {}
    (head if where == "policy" else more)["when"] = "subject.tier <= 2"
    assert told_one(tmp_path, "true", tier, head=head, **more).outcome == expected


@pytest.mark.parametrize(
    ("expression", "subject", "expected"),
    [
        # what CEL absorbs stays absorbed
        ("subject.tier > 2 || subject.legacy == 'x'", "tier: 3", "pass"),
        ("subject.legacy == 'x' || subject.tier > 2", "tier: 3", "pass"),
        ("subject.tier > 2 && subject.legacy == 'x'", "tier: 1", "fail"),
        ("subject.steps.exists(s, s.done)", "steps: [ { id: a }, { done: true } ]", "pass"),
        ("!subject.steps.all(s, s.done)", "steps: [ { id: a }, { done: false } ]", "pass"),
        ("subject.draft ? true : subject.legacy == 'x'", "draft: true", "pass"),
        ("data.nothing == 1 || subject.tier == 1", "tier: 1", "pass"),
        # where both reasons remain, the error wins, in whatever order they stand
        ("subject.legacy == 'x' || data.nothing == 1", "{}", "error"),
        ("data.nothing == 1 || subject.legacy == 'x'", "{}", "error"),
        ("subject.legacy == 'x' && data.nothing == 1", "{}", "error"),
        ("data.nothing == 1 && subject.legacy == 'x'", "{}", "error"),
        ("subject.legacy == 'x' || subject.tier / 0 == 1", "tier: 1", "error"),
        ("subject.tier / 0 == 1 || subject.legacy == 'x'", "tier: 1", "error"),
        ("subject.legacy == string(1 / (subject.tier - 1))", "tier: 1", "error"),
        ("string(1 / (subject.tier - 1)) == subject.legacy", "tier: 1", "error"),
        (
            "subject.steps.all(s, s.owner == string(1 / s.minutes))",
            "steps: [ { minutes: 0 }, { id: b } ]",
            "error",
        ),
        # two absences are one failure
        ("subject.legacy == 'x' || subject.name == 'y'", "{}", "fail"),
        ("subject.legacy == subject.name", "{}", "fail"),
    ],
)
def test_absorbed_and_remaining_absences(
    tmp_path: Path, expression: str, subject: str, expected: str
) -> None:
    assert outcome(tmp_path, expression, subject) == expected


@pytest.mark.parametrize(
    ("expression", "subject", "holds"),
    [
        ("has(subject.rollback.owner)", "{}", False),
        ("has(subject.rollback.owner)", "rollback: {}", False),
        ("has(subject.rollback.owner)", "rollback: { owner: '' }", True),
        ("has(subject.any.a.b.c)", "any: { a: {} }", False),
        ('has(lookup("thing", "nobody").owner)', "{}", False),
        ('has(lookup("thing", "b").owner)', "{}", True),
        ("has(product.owners)", "{}", False),
        ("has(data.nothing.at.all)", "{}", False),
        ("filled(subject.rollback.owner)", "{}", False),
        ("filled(subject.any.a.b.c)", "any: { a: {} }", False),
        ('filled(lookup("thing", "nobody").owner)', "{}", False),
        ("filled(subject.any[0].x)", "any: []", False),
        # null is absent, everywhere
        ("has(subject.owner)", "owner:", False),
        ("filled(subject.owner)", "owner: null", False),
        ("has(subject.any.a)", "any: { a: ~ }", False),
    ],
)
def test_has_and_filled_are_false_when_any_part_is_absent(
    tmp_path: Path, expression: str, subject: str, holds: bool
) -> None:
    assert outcome(tmp_path, expression, subject) == ("pass" if holds else "fail")
    assert outcome(tmp_path, "true", subject, when=expression) == ("pass" if holds else "not-applicable")


def test_null_is_absent_and_passes_no_inequality(tmp_path: Path) -> None:
    result = one(tmp_path, 'subject.owner != ""', "name: x\nowner:\n")
    assert (result.outcome, result.message) == ("fail", "owner is absent")
    assert (result.location.span and result.location.span[:2]) == (2, 1)  # the key that is there


# Only true is a pass, only false, absence and unreadable texts are a fail


@pytest.mark.parametrize(
    ("expression", "subject", "expected"),
    [
        ("subject.tier <= 2", "tier: 3", "fail"),
        ("subject.tier <= 2", "tier: high", "error"),
        ("subject.any", "any: 1", "error"),
        ("subject.any", "any: 'true'", "error"),
        ("subject.any", "any: false", "fail"),
        ("subject.any", "any: true", "pass"),
        ("subject.tier + 9223372036854775807 > 0", "tier: 1", "error"),
        ("subject.tier / 0 == 1", "tier: 1", "error"),
        ("subject.any.x", "any: 1", "error"),
    ],
)
def test_every_other_fault_is_an_error(tmp_path: Path, expression: str, subject: str, expected: str) -> None:
    assert outcome(tmp_path, expression, subject) == expected


UNREADABLE = [
    ("date(subject.launch_on) > now", "2026-13-01"),
    ("date(subject.launch_on) > now", "2026-6-1"),
    ("date(subject.launch_on) > now", "'20260601'"),
    ("date(subject.launch_on) > now", "2026-06-01T10:00:00"),  # no zone: nobody knows when
    ("date(subject.launch_on) > now", "2026-W23-1"),
    ("date(subject.launch_on) > now", "''"),
    ("age(subject.launch_on) < 3", "soon"),
    ("within_last(subject.launch_on, 3)", "01/06/2026"),
    ("business_days(subject.launch_on, '2026-06-01') > 3", "TBD"),
    ("semver(subject.launch_on) > semver('1.0')", "1.x"),
    ("semver(subject.launch_on) > semver('1.0')", "v1.2.3.4"),
]


@pytest.mark.parametrize(("expression", "text"), UNREADABLE)
def test_a_text_that_cannot_be_read_fails_and_is_named(tmp_path: Path, expression: str, text: str) -> None:
    result = one(tmp_path, expression, f"launch_on: {text}")
    assert result.outcome == "fail"
    assert result.message.startswith('launch_on: "' + text.strip("'"))
    assert outcome(tmp_path, "true", f"launch_on: {text}", when=expression) == "error"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Ada Example", True),
        ("no", True),  # a text in YAML 1.2
        ("0", True),
        ("false", True),
        ("'n/a: nothing is stored'", True),
        ("n/a", False),
        ("TBD", False),
        ("todo", False),
        ("yyyy-mm-dd", False),
        ("<your name>", False),
        ("'{{ owner }}'", False),
        ("'   '", False),
        ("[]", False),
        ("{}", False),
        ("[ '' ]", False),
        ("[ TBD, '' ]", False),
        ("[ TBD, Ada Example ]", True),
        ("[ 0 ]", True),
        ("[ [ ] ]", False),
        ("{ owner: TBD }", False),
        ("{ owner: }", False),
        ("{ owner: Ada Example, due: TBD }", True),
    ],
)
def test_filled(tmp_path: Path, text: str, filled: bool) -> None:
    assert outcome(tmp_path, "filled(subject.any)", f"any: {text}") == ("pass" if filled else "fail")


# Days


@pytest.mark.parametrize(
    ("zone", "as_of", "expression"),
    [
        ("UTC", "2026-06-01", 'age("2026-05-20") == 12'),
        ("UTC", "2026-06-01", 'age("2026-06-02") == -1'),
        ("UTC", "2026-06-01", 'age("2026-06-01") == 0'),
        ("UTC", "2026-06-01", 'within_last("2026-06-01", 0)'),
        ("UTC", "2026-06-01", 'within_last("2026-05-02", 30)'),
        ("UTC", "2026-06-01", '!within_last("2026-05-01", 30)'),
        ("UTC", "2026-06-01", '!within_last("2026-06-02", 30)'),  # a day in the future
        ("UTC", "2026-06-01", '!within_last("2026-06-01", -1)'),
        # around the changes of the clock a calendar day stays a day
        ("Europe/London", "2026-03-30", 'age("2026-03-29") == 1 && age("2026-03-28") == 2'),
        ("Europe/London", "2026-10-26", 'age("2026-10-25") == 1 && age("2026-10-24") == 2'),
        ("Europe/London", "2026-03-29T00:30:00Z", 'age("2026-03-29") == 0'),
        ("Europe/London", "2026-03-29T23:30:00Z", 'age("2026-03-29") == 1'),  # 0:30 in London already
        ("Europe/London", "2026-03-30", 'date("2026-03-30") - date("2026-03-29") == duration("23h")'),
        ("Europe/London", "2026-10-26", 'date("2026-10-26") - date("2026-10-25") == duration("25h")'),
        (
            "Africa/Cairo",
            "2026-04-24",
            'date("2026-04-24") == timestamp("2026-04-23T22:00:00Z")',
        ),  # has no midnight
        # a moment belongs to the day that it is in the workspace's zone
        ("Asia/Tokyo", "2026-06-02", 'age("2026-06-01T20:00:00Z") == 0'),
        ("America/Los_Angeles", "2026-06-02", 'age("2026-06-02T03:00:00Z") == 1'),
        ("Asia/Tokyo", "2026-06-02", 'date("2026-06-02") == timestamp("2026-06-01T15:00:00Z")'),
        ("UTC", "2026-06-01", 'now == timestamp("2026-06-01T23:59:59Z")'),
        ("Asia/Tokyo", "2026-06-01", 'now == timestamp("2026-06-01T14:59:59Z")'),
        ("UTC", "2026-06-01T08:00:00+02:00", 'now == timestamp("2026-06-01T06:00:00Z")'),
        ("UTC", "2026-06-01", 'days(2) == duration("48h")'),
        # Mondays to Fridays after the first day, up to and including the last
        ("UTC", "2026-06-01", 'business_days("2026-05-29", "2026-06-01") == 1'),
        ("UTC", "2026-06-01", 'business_days("2026-06-01", "2026-05-29") == -1'),
        ("UTC", "2026-06-01", 'business_days("2026-05-30", "2026-05-31") == 0'),
        ("UTC", "2026-06-01", 'business_days("2026-06-01", "2026-06-15") == 10'),
        ("UTC", "2026-06-01", 'business_days("2026-01-01", "2027-01-01") == 261'),
        ("Europe/London", "2026-06-01", 'business_days("2026-03-27", "2026-03-30") == 1'),
    ],
)
def test_days_are_calendar_days_of_the_workspace(
    tmp_path: Path, zone: str, as_of: str, expression: str
) -> None:
    files = {"gonogo.yaml": configuration(timezone=zone)}
    result = told_one(tmp_path, expression, as_of=as_of, files=files)
    assert result.outcome == "pass", result.message


@pytest.mark.parametrize(
    "expression",
    [
        'semver("1.20") == semver("v1.20.0")',
        'semver("1.20") > semver("1.9")',
        'semver("1.21.0-rc.1") < semver("1.21")',
        'semver("1.0.0-alpha") < semver("1.0.0-alpha.1")',
        'semver("1.0.0-alpha.beta") > semver("1.0.0-alpha.1")',
        'semver("1.0.0-2") < semver("1.0.0-10")',
        'semver("1.0.0+a") == semver("1.0.0+b")',
    ],
)
def test_versions_compare_by_semantic_versioning(tmp_path: Path, expression: str) -> None:
    assert outcome(tmp_path, expression) == "pass"


# Emptiness never passes


def test_related_that_finds_nothing_is_an_error_unless_that_is_said_to_be_fine(tmp_path: Path) -> None:
    assert outcome(tmp_path, 'related("release").all(r, r.id != "")', "product: search") == "error"
    assert outcome(tmp_path, 'related("release", "optional").all(r, r.id != "")', "product: search") == "pass"
    assert outcome(tmp_path, 'related("release").size() == 0', "{}") == "error"  # of no product at all
    assert outcome(tmp_path, 'related("release", "perhaps").size() == 0', "{}") == "error"


@pytest.mark.parametrize(
    ("steps", "allow", "expected", "said"),
    [
        ("steps: []", False, "fail", "steps is empty"),
        ("steps: []", True, "not-applicable", "steps is empty"),
        ("{}", False, "fail", "steps is absent"),
        ("{}", True, "fail", "steps is absent"),
        ("steps: [ { id: a, owner: Ada } ]", False, "pass", "It holds"),
    ],
)
def test_each_over_nothing_does_not_pass(
    tmp_path: Path, steps: str, allow: bool, expected: str, said: str
) -> None:
    message = {"message": "{item.id} has no owner", "fix": "Name the owner of {item.id}."}
    result = one(tmp_path, "filled(item.owner)", steps, each="subject.steps", allow_empty=allow, **message)
    assert (result.outcome, result.message, result.fix) == (expected, said, "")


@pytest.mark.parametrize(
    ("assertion", "more", "warned"),
    [
        ("subject.steps.all(s, s.done)", {}, True),
        ("!subject.steps.exists(s, s.done)", {}, True),
        ("subject.steps.filter(s, s.done).size() == 0", {}, True),
        ("size(subject.steps) == 0", {}, True),
        ("subject.tier == 1 || subject.steps.all(s, s.done)", {}, True),
        ("subject.tier == 1 ? subject.steps.all(s, s.done) : true", {}, True),
        ("size(subject.steps) > 0 && subject.steps.all(s, s.done)", {}, False),
        ("subject.steps.size() >= 1 && subject.steps.all(s, s.done)", {}, False),
        ("filled(subject.steps) && subject.steps.all(s, s.done)", {}, False),
        ("subject.steps.exists(s, s.id == 'a') && subject.steps.all(s, s.done)", {}, False),
        ("subject.steps.all(s, s.done)", {"when": "size(subject.steps) > 0"}, False),
        ("subject.steps.all(s, s.done)", {"allow_empty": True}, False),
        ("subject.steps.exists(s, s.done)", {}, False),
        ("!subject.steps.all(s, s.done)", {}, False),
        ("[1, 2].all(x, subject.tier != x)", {}, False),
        ("size(subject.steps) == 3", {}, False),
    ],
)
def test_lint_asks_for_a_guard_where_an_empty_list_would_pass(
    tmp_path: Path, assertion: str, more: dict[str, Any], warned: bool
) -> None:
    from checker import run
    from tests.judging import write

    folder = write(tmp_path, {"policies/p.policy.yaml": policy(rule(assertion, **more))})
    _, diagnostics = run.load(str(folder))
    assert [d.code for d in diagnostics] == (["empty-passes"] if warned else [])


# Other subjects, the product, the path, the base


@pytest.mark.parametrize(
    ("expression", "subject", "expected"),
    [
        ('lookup("thing", "b").owner == "Ben"', "{}", "pass"),
        ('lookup("thing", "bad").id == "bad"', "{}", "fail"),  # breaks its schema
        ('related("thing").all(t, t.owner == "Ben")', "{ product: search, owner: Ben }", "pass"),
        ('related("thing").exists(t, t.owner == "Ben")', "{ product: broken, owner: Ben }", "fail"),
        ('related("thing").map(t, t.id) == ["a", "b"]', "{ product: search, id: a }", "pass"),
        ('related("thing").map(t, t.id) == ["b", "z"]', "{ product: search, id: z }", "pass"),
        ('lookup("incident", "x").id == "x"', "{}", "error"),  # a kind that nobody collects
        ("product.stage == 'beta'", "product: checkout", "pass"),
        ("product.id == 'nobody'", "product: nobody", "fail"),
        ("path.file == 'a.thing.yaml' && path.folder == ''", "{}", "pass"),
        ("data.groups.admins.exists(g, g == subject.owner)", "owner: Ada Example", "pass"),
        ("params.limit == 2", "{}", "pass"),
    ],
)
def test_what_a_rule_can_reach(tmp_path: Path, expression: str, subject: str, expected: str) -> None:
    assert outcome(tmp_path, expression, subject) == expected


@pytest.mark.parametrize("more", [{}, {"when": "!is_new"}])
def test_a_rule_about_the_base_is_not_applicable_without_one(tmp_path: Path, more: dict[str, str]) -> None:
    result = one(tmp_path, "old.tier <= subject.tier", "tier: 3", **more)
    assert (result.outcome, result.message) == ("not-applicable", "there is no base revision to compare with")


def test_a_policy_about_the_base_is_not_applicable_without_one(tmp_path: Path) -> None:
    assert (
        told_one(tmp_path, "subject.tier == 1", "tier: 3", head={"when": "!is_new"}).outcome
        == "not-applicable"
    )


# Messages


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{subject.name} is {subject.tier}", "Search is 3"),
        ("{subject.owner} owns {subject.rollback.owner}", "absent owns absent"),
        ("{{{subject.name}}}", "{Search}"),
        ("{subject.tags} {subject.draft} {subject.percent}", '["a"] true 1.5'),
        ("{subject.tier / 0}", "absent"),
        ("{subject.name == 'Search' ? 'yes }' : 'no'}", "yes }"),
        ("within {params.limit} days", "within 2 days"),
    ],
)
def test_braces_in_a_message_hold_expressions(tmp_path: Path, template: str, said: str) -> None:
    subject = "{ name: Search, tier: 3, draft: true, tags: [ a ], percent: 1.5 }"
    assert one(tmp_path, "subject.tier == 1", subject, message=template).message == said


def test_an_error_says_what_went_wrong_not_what_the_policy_says_of_a_failure(tmp_path: Path) -> None:
    result = one(tmp_path, "subject.tier / 0 == 1", "tier: 3", message="The tier is wrong")
    assert (result.outcome, result.message) == ("error", "division by zero: tier is 3")


# Elements


def test_each_makes_one_check_for_each_element(tmp_path: Path) -> None:
    steps = "steps:\n- { id: a, owner: Ada }\n- { id: b }\n- { owner: TBD }\n"
    results = told(
        tmp_path,
        "filled(item.owner)",
        steps,
        each="subject.steps",
        key="item.id",
        when="!has(item.done)",
        at="/owner",
        message="{item.id}: nobody does it",
    )
    assert [(r.key, r.outcome, r.message) for r in results] == [
        ("a", "pass", "It holds"),
        ("b", "fail", "b: nobody does it"),
        ("2", "fail", "absent: nobody does it"),  # known by its place where it has no key
    ]
    assert [r.location.span and r.location.span[:2] for r in results] == [(2, 19), (3, 3), (4, 12)]


def test_a_condition_on_the_element_decides_for_each(tmp_path: Path) -> None:
    steps = "steps: [ { id: a, done: true }, { id: b, done: false, owner: Ada }, { id: c } ]"
    results = told(
        tmp_path, "filled(item.owner)", steps, each="subject.steps", key="item.id", when="!item.done"
    )
    assert {r.key: r.outcome for r in results} == {"a": "not-applicable", "b": "pass", "c": "error"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("3", "subject.any gives 3, which is not a list"),
        ("false", "subject.any gives false, which is not a list"),
        ("{ a: 1 }", 'subject.any gives {"a": 1}, which is not a list'),
    ],
)
def test_each_over_what_is_no_list_is_an_error(tmp_path: Path, value: str, said: str) -> None:
    result = one(tmp_path, "filled(item)", f"any: {value}", each="subject.any")
    assert (result.outcome, result.message) == ("error", said)

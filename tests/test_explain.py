"""Every sentence here is read by somebody whose change does not go through: it must say what to mend."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.judging import place, told, told_one


class Case(NamedTuple):
    assertion: str
    subject: str
    said: list[str]
    at: str = ""
    """Where the result points, `line:column`; empty: not looked at."""
    word: str = "and"
    """Between two reasons: `or` where mending one of them is enough."""


COMPARISONS = [
    Case("subject.tier <= 2", "tier: 3", ["tier must be at most 2; found 3"], "1:7"),
    Case("2 >= subject.tier", "tier: 3", ["tier must be at most 2; found 3"], "1:7"),
    Case("subject.tier > 1 && subject.tier < 5", "tier: 7", ["tier must be less than 5; found 7"]),
    Case("subject.tier in [1, 2, 3]", "tier: 4", ["tier must be 1, 2 or 3; found 4"], "1:7"),
    Case("subject.tier in [1]", "tier: 4", ["tier must be 1; found 4"]),
    Case("subject.tier in []", "tier: 4", ["tier must be in []; found 4"]),
    Case("!(subject.tier in [1, 2])", "tier: 2", ["tier must not be 1 or 2; found 2"]),
    Case("!(subject.tier == 2)", "tier: 2", ["tier must not be 2"]),
    Case("!(subject.tier >= 2)", "tier: 2", ["tier must be less than 2; found 2"]),
    Case("[1, 2].all(x, subject.tier != x)", "tier: 2", ["tier must not be 2"]),
    Case("params.limit < subject.tier", "tier: 1", ["tier must be more than params.limit (2); found 1"]),
    Case("subject.percent <= 50.0", "percent: 75", ["percent must be at most 50; found 75"]),
    Case("subject.percent * 2.0 <= 50.0", "percent: 75", ["percent * 2 must be at most 50; found 150"]),
    Case("subject.owner == 'Ada'", "owner: Ben", ['owner must be "Ada"; found "Ben"'], "1:8"),
    Case("subject.owner != 'Ben'", "owner: Ben", ['owner must not be "Ben"']),
    Case('subject.owner != ""', 'owner: ""', ["owner is empty"], "1:8"),
    Case(
        "subject.owner == subject.rollback.owner",
        "owner: Ben\nrollback: { owner: Ada }",
        ['owner must equal rollback.owner ("Ada"); found "Ben"'],
    ),
    Case(
        "subject.owner != subject.rollback.owner",
        "owner: Ben\nrollback: { owner: Ben }",
        ['owner must differ from rollback.owner; both are "Ben"'],
    ),
    Case(
        "subject.owner in params.roles",
        "owner: Zoe",
        ['owner must be in params.roles (["a", "b"]); found "Zoe"'],
    ),
    Case('"beta" in subject.tags', "tags: [ ga ]", ['tags must contain "beta"; found ["ga"]'], "1:7"),
    Case('!("beta" in subject.tags)', "tags: [ beta ]", ['tags must not contain "beta"; found ["beta"]']),
]

TRUTHS = [
    Case("subject.draft", "draft: false", ["draft is false"], "1:8"),
    Case("!subject.draft", "draft: true", ["draft must be false"], "1:8"),
    Case("!!subject.draft", "draft: false", ["draft is false"]),
    Case("subject.draft == false", "draft: true", ["draft must be false; found true"]),
    Case(
        "!(subject.tier > 1 && subject.draft)",
        "tier: 2\ndraft: true",
        ["tier must be at most 1; found 2", "draft must be false"],
        word="or",
    ),
    Case(
        "subject.tier == 1 || filled(subject.legacy)",
        "tier: 2",
        ["tier must be 1; found 2", "legacy is absent"],
        word="or",
    ),
    Case(
        "subject.tier == 1 ? filled(subject.owner) : filled(subject.legacy)", "tier: 2", ["legacy is absent"]
    ),
    Case(
        "subject.tier < 3 && filled(subject.owner) && filled(subject.rollback.owner)",
        "tier: 3",
        ["tier must be less than 3; found 3", "owner is absent", "rollback.owner is absent"],
    ),
]

ABSENCES = [
    Case("subject.tier <= 2", "name: x", ["tier is absent"], "1:1"),
    Case("subject.rollback.owner != ''", "name: x", ["rollback.owner is absent"], "1:1"),
    Case("subject.rollback.owner != ''", "rollback: {}", ["rollback.owner is absent"], "1:1"),
    Case("subject.rollback.owner != ''", "name: x\nrollback:\n  owner:", ["rollback.owner is absent"], "3:3"),
    Case("has(subject.rollback.owner)", "rollback: { rehearsed_on: x }", ["rollback.owner is absent"], "1:1"),
    Case("!has(subject.legacy)", "legacy: old", ['legacy must be absent; found "old"'], "1:9"),
    Case("subject.steps[3].owner == 'Ada'", "steps: [ owner: Ben ]", ["steps[3].owner is absent"]),
    Case('subject.any["odd key"].x == 1', "any: {}", ['any["odd key"].x is absent']),
    Case("filled(subject.rollback.owner)", "name: x", ["rollback.owner is absent"]),
    Case(
        "filled(subject.rollback.owner)",
        "rollback: { owner: TBD }",
        ["rollback.owner is still a placeholder: TBD"],
        "1:20",
    ),
    Case("filled(subject.rollback.owner)", "rollback: { owner: ' ' }", ["rollback.owner is empty"], "1:20"),
    Case("filled(subject.tags)", "tags: []", ["tags is empty"]),
    Case(
        "filled(subject.tags)",
        "tags: [ TBD, '' ]",
        ['tags holds nothing but blanks and placeholders: ["TBD", ""]'],
        "1:7",
    ),
    Case("!filled(subject.legacy)", "legacy: old way", ['legacy must be empty; found "old way"']),
    Case(
        "cel.bind(o, subject.rollback.owner, filled(o))",
        "rollback: { owner: '' }",
        ["rollback.owner is empty"],
    ),
    Case('product.stage == "ga"', "product: p", ["product.stage is absent: the register has no product `p`"]),
    Case('product.stage == "ga"', "name: x", ["product.stage is absent: this thing names no product"]),
]

LOOPS = [
    Case(
        "subject.steps.all(s, filled(s.owner))",
        "steps:\n- owner: Ada\n- owner: TBD\n- id: c",
        ["steps[1].owner is still a placeholder: TBD", "steps[2].owner is absent"],
        "3:10",
    ),
    Case("subject.steps.all(s, s.id != 'a')", "steps: [ id: a ]", ['steps[0].id must not be "a"']),
    Case("!subject.steps.exists(s, s.done)", "steps: [ done: true ]", ["steps[0].done must be false"]),
    Case(
        "subject.steps.exists(s, s.owner == 'Ben')",
        "steps: [ owner: Ada ]",
        ["no element of steps satisfies s.owner == 'Ben'"],
    ),
    Case("subject.steps.exists(s, s.done)", "steps: []", ["steps is empty"]),
    Case(
        "subject.steps.exists_one(s, s.done)",
        "steps: [ done: true, done: true ]".replace(", ", " }, { ")
        .replace("[ ", "[ { ")
        .replace(" ]", " } ]"),
        ["not exactly one element of steps satisfies s.done"],
    ),
    Case("size(subject.steps) > 0", "steps: []", ["steps is empty"], "1:8"),
    Case("subject.steps.size() >= 1", "steps: []", ["steps is empty"]),
    Case("size(subject.steps) >= 3", "steps: [ id: a ]", ["the number of steps must be at least 3; found 1"]),
    Case("size(subject.name) >= 10", "name: short", ["the length of name must be at least 10; found 5"]),
    Case("size(subject.tags) == 0", "tags: [ a ]", ['tags must be empty; found ["a"]']),
    Case(
        "subject.steps.filter(s, s.done).size() == 0",
        "steps: [ done: true ]",
        ['no element of steps may satisfy s.done; found [{"done": true}]'],
    ),
    Case(
        "size(subject.steps.filter(s, s.done)) > 0",
        "steps: [ done: false ]",
        ["no element of steps satisfies s.done"],
    ),
    Case(
        "size(subject.steps.filter(s, s.done)) >= params.limit",
        "steps: [ done: true ]",
        ["the number of steps with s.done must be at least params.limit (2); found 1"],
    ),
    Case(
        "subject.steps.all(s, s.tags.all(t, t != 'x'))",
        "steps: [ tags: [ y, x ] ]",
        ['steps[0].tags[1] must not be "x"'],
        "1:21",
    ),
    Case(
        "subject.any.all(k, filled(subject.any[k]))",
        "any: { a: x, b: TBD }",
        ["any.b is still a placeholder: TBD"],
    ),
    Case("subject.any.all(k, v, filled(v))", "any: { a: x, b: TBD }", ["any.b is still a placeholder: TBD"]),
    Case(
        "subject.tags.all(t, t in ['a', 'b'])",
        "tags: [ q, r, s, t, u ]",
        [
            'tags[0] must be "a" or "b"; found "q"',
            'tags[1] must be "a" or "b"; found "r"',
            'tags[2] must be "a" or "b"; found "s"',
            "5 of 5 elements of `subject.tags` do not satisfy `t in ['a', 'b']`",
        ],
    ),
]

DAYS = [
    Case(
        "within_last(subject.rollback.rehearsed_on, 90)",
        "rollback: { rehearsed_on: 2026-01-01 }",
        ["rollback.rehearsed_on must be within the last 90 days; found 2026-01-01, 151 days ago"],
        "1:27",
    ),
    Case(
        "within_last(subject.rollback.rehearsed_on, params.limit)",
        "rollback: { rehearsed_on: 2026-06-02 }",
        ["rollback.rehearsed_on must be within the last 2 days; found 2026-06-02, 1 day in the future"],
    ),
    Case("within_last('2026-01-01', 90)", "tier: 1", ['"2026-01-01" must be within the last 90 days']),
    Case(
        "within_last(subject.rollback.rehearsed_on, 1)",
        "rollback: { rehearsed_on: last spring }",
        ['rollback.rehearsed_on: "last spring" is not a date; write it as 2026-01-31'],
        "1:27",
    ),
    Case(
        "age(subject.launch_on) <= 30",
        "launch_on: 2026-01-01",
        ["launch_on must be at most 30 days ago; found 2026-01-01, 151 days ago"],
    ),
    Case(
        "date(subject.launch_on) > now",
        "launch_on: 2026-01-01",
        ["launch_on must be after now (2026-06-01T23:59:59Z); found 2026-01-01"],
        "1:12",
    ),
    Case(
        "date(subject.launch_on) - now >= days(14)",
        "launch_on: 2026-06-10",
        ["launch_on - now must be at least 14 days; found 8 days"],
    ),
    Case(
        "date(subject.launch_on) >= date(subject.rollback.rehearsed_on)",
        "launch_on: 2026-01-01\nrollback: { rehearsed_on: 2026-02-01 }",
        ["launch_on must be no earlier than rollback.rehearsed_on (2026-02-01); found 2026-01-01"],
    ),
    Case(
        "business_days(subject.rollback.rehearsed_on, subject.launch_on) >= 5",
        "rollback: { rehearsed_on: 2026-06-01 }\nlaunch_on: later",
        ['launch_on: "later" is not a date; write it as 2026-01-31'],
        "2:12",
    ),
    Case(
        "business_days(subject.rollback.rehearsed_on, subject.launch_on) >= 5",
        "rollback: { rehearsed_on: 2026-06-01 }\nlaunch_on: 2026-06-03",
        ["the number of business days from rollback.rehearsed_on to launch_on must be at least 5; found 2"],
    ),
]

AGES = [
    Case(f"age(subject.launch_on) {condition}", f"launch_on: {day}", [f"launch_on must {said}"])
    for condition, day, said in [
        (">= 0", "2026-06-03", "not be in the future; found 2026-06-03, 2 days in the future"),
        ("<= 0", "2026-05-31", "not be in the past; found 2026-05-31, 1 day ago"),
        ("> 0", "2026-06-01", "be in the past; found 2026-06-01, today"),
        ("< 0", "2026-06-01", "be in the future; found 2026-06-01, today"),
        (">= 30", "2026-05-31", "be at least 30 days ago; found 2026-05-31, 1 day ago"),
        (
            "<= params.limit",
            "2026-05-29",
            "be at most params.limit (2) days ago; found 2026-05-29, 3 days ago",
        ),
        (">= -7", "2026-06-09", "be at most 7 days in the future; found 2026-06-09, 8 days in the future"),
        ("<= -7", "2026-06-02", "be at least 7 days in the future; found 2026-06-02, 1 day in the future"),
        (
            ">= age('2026-05-20')",
            "2026-05-21",
            "be no later than 2026-05-20; found 2026-05-21",
        ),
    ]
] + [
    Case(
        f"age(subject.launch_on) {operator} age(subject.rollback.rehearsed_on)",
        f"launch_on: {launch}\nrollback: {{ rehearsed_on: 2026-05-20 }}",
        [f"launch_on must be {said} rollback.rehearsed_on (2026-05-20); found {launch}"],
    )
    for operator, launch, said in [
        (">=", "2026-05-21", "no later than"),
        (">", "2026-05-20", "before"),
        ("<=", "2026-05-19", "no earlier than"),
        ("<", "2026-05-20", "after"),
        ("==", "2026-05-21", "the same day as"),
        ("!=", "2026-05-20", "another day than"),
    ]
] + [
    Case(
        "age(subject.rollback.rehearsed_on) - age(subject.launch_on) <= params.limit",
        "launch_on: 2026-06-10\nrollback: { rehearsed_on: 2026-06-01 }",
        [
            "the number of days from rollback.rehearsed_on to launch_on must be at most params.limit (2); "
            "found 9"
        ],
    )
]  # fmt: skip

ALTERNATIVES = [
    Case(
        "subject.owner == 'Ada' || (subject.owner == 'Ben' && filled(subject.legacy))",
        "owner: Cleo",
        ['owner must be "Ada"; found "Cleo"', 'owner must be "Ben"; found "Cleo"', "legacy is absent"],
        word="",
    ),
    # a guard is no reason beside what it guards
    Case(
        "!subject.steps.exists(s, has(s.owner) && s.owner == 'TBD')",
        "steps: [ owner: TBD ]",
        ['steps[0].owner must not be "TBD"'],
    ),
    Case(
        "!has(subject.launch_on) || subject.tier == 1",
        "{ launch_on: 2026-01-01, tier: 2 }",
        ["tier must be 1; found 2"],
    ),
    Case("!has(subject.launch_on)", "launch_on: soon", ['launch_on must be absent; found "soon"']),
    Case(
        "!has(subject.launch_on) && subject.tier == 1",
        "{ launch_on: soon, tier: 2 }",
        ['launch_on must be absent; found "soon"', "tier must be 1; found 2"],
    ),
    Case(
        "subject.steps.all(n, s, n == 0 || s.minutes > subject.steps[n - 1].minutes)",
        "steps: [ { minutes: 5 }, { minutes: 5 } ]",
        ["steps[1].minutes must be more than steps[0].minutes (5); found 5"],
    ),
    # for each element either would do, but every element must be mended
    Case(
        "subject.steps.all(s, s.done || s.minutes > 5)",
        "steps: [ { done: false, minutes: 1 }, { done: false, minutes: 2 } ]",
        [
            "steps[0].done is false",
            "steps[0].minutes must be more than 5; found 1",
            "steps[1].done is false",
            "steps[1].minutes must be more than 5; found 2",
        ],
        word="",
    ),
]
JOINED = {
    3: 'owner must be "Ada"; found "Cleo", or owner must be "Ben"; found "Cleo", and legacy is absent',
    4: "steps[0].done is false, or steps[0].minutes must be more than 5; found 1, "
    "and steps[1].done is false, or steps[1].minutes must be more than 5; found 2",
}
"""The messages of the alternatives with several words between their reasons, by the number of reasons."""

TEXTS = [
    Case("subject.owner.matches('^[A-Z]')", "owner: ada", ['owner must match "^[A-Z]"; found "ada"']),
    Case("matches(subject.owner, '^[A-Z]')", "owner: ada", ['owner must match "^[A-Z]"; found "ada"']),
    Case("subject.owner.startsWith('@')", "owner: ada", ['owner must start with "@"; found "ada"']),
    Case("subject.owner.endsWith('.example')", "owner: ada", ['owner must end with ".example"; found "ada"']),
    Case("!subject.owner.contains('@')", "owner: a@b", ['owner must not contain "@"; found "a@b"']),
    Case(
        'semver(subject.version) >= semver("2.0")',
        "version: 1.9",
        ["version must be at least 2.0; found 1.9"],
    ),
    Case(
        'semver(subject.version) >= semver("2.0")',
        "version: next",
        ['version: "next" is not a version; write it as 1.20 or v1.20.3'],
        "1:10",
    ),
    Case("int(subject.owner) > 3", "owner: abc", ['owner ("abc"): the text is no whole number']),
    Case("sets.contains(subject.tags, ['a'])", "tags: [ b ]", [
        """sets.contains(subject.tags, ['a']) does not hold: tags is ["b"]"""
    ]),
]  # fmt: skip

FOUND = [
    Case('lookup("thing", "b").owner == "Ada"', "{}", ['owner of thing `b` must be "Ada"; found "TBD"']),
    Case('filled(lookup("thing", "b").owner)', "{}", ["owner of thing `b` is still a placeholder: TBD"]),
    Case('lookup("thing", "b").legacy == "x"', "{}", ["legacy of thing `b` is absent"]),
    Case('lookup("thing", "nope").owner == "x"', "{}", ["there is no thing `nope`"]),
    Case('lookup("thing", subject.owner).tier == 1', "owner: zz", ["there is no thing `zz`"]),
    Case(
        'subject.steps.all(s, lookup("thing", s.id).tier == 1)',
        "steps: [ id: zz ]",
        ["there is no thing `zz`"],
    ),
    Case('age(lookup("thing", "b").owner) < 3', "{}", [
        'owner of thing `b`: "TBD" is not a date; write it as 2026-01-31'
    ]),
    Case('related("thing").all(t, filled(t.owner))', "{ product: p, owner: Ada }", [
        "owner of thing `b` is still a placeholder: TBD"
    ]),
    Case('lookup("thing", "c").tier == 1', "{}", [
        'thing `c` breaks its schema (c.thing.yaml:1: `tier` must be a whole number; found "high")'
    ]),
]  # fmt: skip

OTHERS = {
    "b.thing.yaml": "{ id: b, product: p, owner: TBD }",
    "c.thing.yaml": "{ id: c, tier: high }",
}
HEAD = {"params": {"limit": 2, "roles": ["a", "b"]}}


@pytest.mark.parametrize(
    "case",
    [*COMPARISONS, *TRUTHS, *ABSENCES, *LOOPS, *DAYS, *AGES, *ALTERNATIVES, *TEXTS, *FOUND],
    ids=lambda case: f"{case.assertion} <- {case.subject}",
)
def test_a_failure_is_said_in_words_about_fields(tmp_path: Path, case: Case) -> None:
    result = told_one(tmp_path, case.assertion, case.subject, files=OTHERS, head=HEAD)
    assert result.outcome == "fail"
    assert [reason.text for reason in result.reasons] == case.said
    joined = f", {case.word} ".join(case.said) if case.word else JOINED[len(case.said)]
    assert result.message == joined
    if case.at:
        assert place(result) == case.at


@pytest.mark.parametrize(
    ("assertion", "subject", "said"),
    [
        ("subject.tier <= 2", "tier: high", 'tier ("high") cannot be compared with 2'),
        ("subject.any > subject.tier", "any: x\ntier: 1", 'any ("x") cannot be compared with tier (1)'),
        (
            "subject.tier + subject.any < 5",
            "tier: 3\nany: x",
            '`+` does not take a whole number, text: tier is 3, any is "x"',
        ),
        ("subject.any.x.y == 1", "any: { x: 5 }", "any.x is 5, which has no fields"),
        ("params.limit / 0 == 1", "{}", "division by zero: params.limit is 2"),
        ("subject.any", "any: 3", "subject.any gives 3, which is neither true nor false"),
        ("data.groups.exists(g, g == 'x')", "{}", "data.groups is absent"),
        (
            'lookup("release", "b").tier == 1',
            "{}",
            "the workspace collects no subjects of the kind `release`",
        ),
    ],
)
def test_an_error_says_what_could_not_be_done_with_which_value(
    tmp_path: Path, assertion: str, subject: str, said: str
) -> None:
    result = told_one(tmp_path, assertion, subject, files=OTHERS, head=HEAD)
    assert (result.outcome, result.message) == ("error", said)


@pytest.mark.parametrize("assertion", ['lookup("%s", "b").tier == 1', 'related("%s").all(r, r.tier == 1)'])
@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("release", '- { kind: release, files: "release/*.yaml" }'),
        ("roadmap", '- { kind: roadmap, files: "products/{product}/roadmap.yaml", product: path.product }'),
    ],
)
def test_what_nothing_collects_is_told_with_the_line_that_does(
    tmp_path: Path, assertion: str, kind: str, line: str
) -> None:
    result = told_one(tmp_path, assertion % kind, "{}", files=OTHERS, head=HEAD, fix="of the rule")
    assert (result.outcome, result.fix) == ("error", f"Add `{line}` to `subjects` in gonogo.yaml.")
    assert yaml.safe_load(line)[0]["kind"] == kind


@pytest.mark.parametrize(
    ("assertion", "subject", "seen"),
    [
        ("subject.tier <= 2", "tier: 3", [("subject.tier", "3", "a.thing.yaml:1:7")]),
        ("subject.legacy == 'x'", "id: a", [("subject.legacy", "absent", "a.thing.yaml:1:1")]),
        (
            'lookup("thing", "b").owner == "Ada"',
            "{}",
            [('lookup("thing", "b").owner', '"TBD"', "b.thing.yaml:1:29")],
        ),
        ("subject.tier < params.limit", "tier: 3", [
            ("subject.tier", "3", "a.thing.yaml:1:7"),
            ("params.limit", "2", ""),
        ]),
        (
            "subject.tier == 1 ? true : filled(subject.legacy)",
            "tier: 2",
            [("subject.legacy", "absent", "a.thing.yaml:1:1"), ("subject.tier", "2", "a.thing.yaml:1:7")],
        ),
    ],
)  # fmt: skip
def test_the_values_that_decided_are_shown_with_their_places(
    tmp_path: Path, assertion: str, subject: str, seen: list[tuple[str, str, str]]
) -> None:
    (reason,) = told_one(tmp_path, assertion, subject, files=OTHERS, head=HEAD).reasons
    assert [
        (s.expression, s.value, f"{s.location.path}:{s.location.span.line}:{s.location.span.column}")
        if s.location and s.location.span
        else (s.expression, s.value, "")
        for s in reason.seen
    ] == seen


def test_an_element_of_each_is_named_by_where_it_stands(tmp_path: Path) -> None:
    good, absent, empty = told(
        tmp_path,
        "filled(item.owner)",
        "steps:\n- { id: a, owner: Ada }\n- { id: b }\n- { id: c, owner: '' }",
        each="subject.steps",
        key="item.id",
    )
    assert (good.outcome, good.key, place(good)) == ("pass", "a", "2:3")
    assert (absent.message, absent.key, place(absent)) == ("steps[1].owner is absent", "b", "3:3")
    assert (empty.message, empty.key, place(empty)) == ("steps[2].owner is empty", "c", "4:19")


def test_a_long_value_is_cut(tmp_path: Path) -> None:
    result = told_one(tmp_path, "subject.name == 'x'", f"name: {'y' * 1000}")
    assert result.message.endswith("…")
    assert len(result.message) < 120

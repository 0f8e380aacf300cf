"""Which failure is waived, by what, and what is said of every waiver of the register."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import judge, run
from checker.kinds import shipped_kind
from checker.model import Approval, Assurance, Location, Reason, Result, Seen, Span, SubjectRef, WaiverState
from checker.policy import moment, people, reading, waivers
from checker.policy.waivers import Limits, Waiver
from checker.review import waiving
from checker.review.seeing import bond, saw
from checker.review.waiving import RuleTerms
from checker.snapshot import Snapshot, Subject
from tests.judging import configuration, judged, told, told_one, write
from tests.judging import policy as policy_text
from tests.judging import rule as rule_data

RULE = "launch.owner"
RULES = {
    RULE: RuleTerms(1, True),
    "launch.legal": RuleTerms(1, False),
    "thing.schema": RuleTerms(None, True),
    "thing.readable": RuleTerms(None, False),
}
LONDON = ZoneInfo("Europe/London")


def source(name: str, schema: str, data: object) -> reading.Source:
    found, wrong = reading.read(name, lambda _: json.dumps(data).encode(), schema)
    assert found, wrong
    return found


PEOPLE, _ = people.people(
    source(
        "people.yaml",
        "people",
        {
            "people": [
                {"id": "ada", "name": "Ada Example", "aliases": ["ada@acme.example"]},
                {"id": "ben", "name": "Ben Sample", "aliases": ["@ben"]},
            ]
        },
    )
)
assert PEOPLE is not None


def failure(subject: str = "search", value: str = "TBD", **changes: Any) -> Result:
    """One mandatory failure of the rule, which saw `value`."""
    seen = (Seen("subject.owner", value, Location("a.yaml")),)
    result = Result(
        RULE,
        "launch",
        SubjectRef("launch-plan", subject, "a.yaml"),
        "fail",
        "high",
        "mandatory",
        "no owner",
        Location("a.yaml"),
        (),
        reasons=(Reason("owner is a placeholder", "filled(subject.owner)", seen),),
    )
    return result._replace(**changes)


def accepted(*failures: Result) -> list[dict[str, str]]:
    return [{"subject": f.subject.id, "key": f.key, "saw": bond(f)[0], "shown": bond(f)[1]} for f in failures]


def waiver(*failures: Result, drop: Sequence[str] = (), **changes: Any) -> Waiver:
    """A waiver of these failures, of the first where none is given, in force in June 2026."""
    failures = failures or (failure(),)
    data = {
        "waiver": "w",
        "rule": RULE,
        "subject": failures[0].subject.id,
        "reason": "The owner starts in July.",
        "owner": "Ada Example",
        "approver": "Ben Sample",
        "granted": "2026-06-01",
        "expires": "2026-06-30",
        "accepts": accepted(*failures),
        **changes,
    }
    data = {name: value for name, value in data.items() if name not in drop}
    found, wrong = waivers.written(source(f"{data['waiver']}.waiver.yaml", "waiver", data))
    assert found, wrong
    return found[0]


def approving(assurance: Assurance = "signed", note: str = "") -> waiving.Approve:
    return lambda _, person, at: Approval(person, assurance, at, note)


def on(day: str, zone: tzinfo = LONDON) -> datetime:
    found = moment.parse(day, zone)
    assert found
    return found


def apply(
    results: Sequence[Result],
    *register: Waiver,
    day: str = "2026-06-15",
    assurance: Assurance = "signed",
    **more: Any,
) -> tuple[list[Result], tuple[WaiverState, ...]]:
    settings = {"as_of": on(day), "limits": Limits(), "rules": RULES, "people": PEOPLE, **more}
    return waiving.apply(results, register, approving(assurance), **settings)


def one(results: Sequence[Result], only: Waiver, **more: Any) -> tuple[list[bool], WaiverState]:
    """Which results are waived, and the waiver's state."""
    waived, (state,) = apply(results, only, **more)
    return [result.waived is not None for result in waived], state


def by(result: Result) -> str:
    """The id of the waiver that waives a failure; empty: none does."""
    return result.waived.id if result.waived else ""


# What keeps a failure from blocking, and what it says


def test_a_waived_failure_stays_a_failure_and_says_who_accepted_it() -> None:
    (result,), (state,) = apply([failure()], waiver())
    assert result.outcome == "fail"
    assert result._replace(waived=None) == failure()
    assert result.waived == ("w", "Ada Example", "The owner starts in July.", "2026-06-30")
    assert judge.verdict([failure()]) == "no-go"
    assert judge.verdict([result]) == "conditional"
    assert state[:10] == (
        "w",
        RULE,
        "search",
        "exception",
        "active",
        "Ada Example",
        Approval("Ben Sample", "signed", on("2026-06-01")),
        "2026-06-30",
        15,
        1,
    )
    assert state.message == "it keeps 1 failure from blocking, and expires in 15 days"
    assert state.location == Location("w.waiver.yaml", Span(1, 12, 1, 15))


STATUSES: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    # what: (changes of the waiver, circumstances, status, sentence)
    "the last day": ({}, {"day": "2026-06-30"}, "active", "expires today"),
    "the day before": ({}, {"day": "2026-06-29"}, "active", "expires tomorrow"),
    "the first day": ({}, {"day": "2026-06-01"}, "active", "expires in 29 days"),
    "the day before the first": ({}, {"day": "2026-05-31"}, "not-yet-valid", "it holds from 2026-06-01 on"),
    "the day after the last": (
        {},
        {"day": "2026-07-01"},
        "expired",
        "it expired on 2026-06-30: mend what fails, or gonogo waive --renew w",
    ),
    "as long as may be": ({"expires": "2027-06-02"}, {}, "active", "expires in 352 days"),
    "too long": (
        {"expires": "2027-06-03"},
        {},
        "too-broad",
        "it holds for 367 days, and 366 are the most: state an earlier end",
    ),
    "renewed, and long in all": (
        {"renewed": ["2026-06-14"], "expires": "2027-06-15"},
        {},
        "active",
        "expires in 365 days",
    ),
    "a renewal to come lengthens nothing": (
        {"renewed": ["2026-06-20"], "expires": "2027-06-15"},
        {},
        "too-broad",
        "it holds for 379 days",
    ),
    "renewed as often as may be": ({"renewed": ["2026-06-02", "2026-06-03"]}, {}, "active", ""),
    "renewed too often": (
        {"renewed": ["2026-06-02", "2026-06-03", "2026-06-04"]},
        {},
        "renewed-too-often",
        "it was renewed 3 times, and 2 are the most: mend what fails",
    ),
    "own limits": (
        {"renewed": ["2026-06-02"]},
        {"limits": Limits(renewals=0)},
        "renewed-too-often",
        "0 are the most",
    ),
    "the owner approves": (
        {"approver": "ada@acme.example"},
        {},
        "unapproved",
        "ada@acme.example is its owner too: somebody else has to approve it",
    ),
    "the owner approves, without a register": (
        {"approver": "ada  EXAMPLE"},
        {"people": people.NOBODY},
        "unapproved",
        "is its owner too",
    ),
    "two strangers, without a register": (
        {"owner": "Cleo Muster"},
        {"people": people.NOBODY},
        "active",
        "",
    ),
    "an approver nobody knows": (
        {"approver": "Cleo Muster"},
        {},
        "unapproved",
        "its approver Cleo Muster is not in the register of people: add them, or name somebody who is",
    ),
    "an owner nobody knows, who may be the approver": (
        {"owner": "b.sample"},
        {},
        "unapproved",
        "its owner b.sample",
    ),
    "only asserted": (
        {},
        {"assurance": "asserted"},
        "unapproved",
        "nothing vouches that Ben Sample approved it, and 1 failure it accepts is mandatory: let Ben Sample"
        " sign w.waiver.yaml",
    ),
    "a host's review": ({}, {"assurance": "host-verified"}, "active", ""),
    "a rule that nobody may waive": (
        {"rule": "launch.legal"},
        {},
        "not-waivable",
        "launch.legal cannot be waived: mend what fails",
    ),
    "what cannot be read": (
        {"rule": "thing.readable"},
        {},
        "not-waivable",
        "thing.readable cannot be waived",
    ),
    "an unknown rule": (
        {"rule": "launch.ownr"},
        {},
        "unused",
        "no rule is called `launch.ownr`. Did you mean `launch.owner`?",
    ),
    "a rule that judges nothing": (
        {"rule": "thing.schema"},
        {},
        "unused",
        "nothing is judged by thing.schema: delete w.waiver.yaml",
    ),
    "an unknown subject": (
        {"subject": "serch"},
        {},
        "unused",
        "nothing that launch.owner judges has the id `serch`. Did you mean `search`?",
    ),
    "a pattern that fits nothing": (
        {"subject": "x*"},
        {},
        "unused",
        "nothing that launch.owner judges fits the pattern `x*`. If it is gone, delete w.waiver.yaml.",
    ),
    "another kind": ({"kind": "prd"}, {}, "unused", "fails there for another kind or market only"),
    "the kind": ({"kind": "launch-plan"}, {}, "active", ""),
    "a market, and a failure of all": (
        {"markets": ["GB"]},
        {},
        "unused",
        "fails there for another kind or market only",
    ),
    "the policy's version": ({"policy_version": 1}, {}, "active", ""),
    "an older version of the policy": (
        {"policy_version": 0},
        {},
        "changed",
        "it was granted for version 0 of the policy, which is at 1: look again at what fails, then gonogo"
        " waive --renew w",
    ),
    "switched off": ({"type": "switched-off", "accepts": []}, {}, "active", ""),
    "switched off, and asserted": ({"type": "switched-off"}, {"assurance": "asserted"}, "unapproved", ""),
    "a baseline": ({"type": "baseline"}, {}, "active", ""),
}


@pytest.mark.parametrize("what", STATUSES)
def test_each_status_has_its_sentence(what: str) -> None:
    changes, circumstances, status, sentence = STATUSES[what]
    (waived,), state = one([failure()], waiver(**changes), **circumstances)
    assert (state.status, waived) == (status, status == "active")
    assert sentence in state.message
    assert state.covers == int(waived)


def test_every_status_is_told() -> None:
    from typing import get_args

    from checker.model import WaiverStatus

    assert {status for _, _, status, _ in STATUSES.values()} == set(get_args(WaiverStatus))


@pytest.mark.parametrize(
    ("day", "left"), [("2026-05-31", 30), ("2026-06-29", 1), ("2026-06-30", 0), ("2026-07-02", -2)]
)
def test_days_left_end_with_the_last_day(day: str, left: int) -> None:
    assert one([failure()], waiver(), day=day)[1].days_left == left


@pytest.mark.parametrize(
    ("instant", "zone", "status"),
    [
        ("2026-06-30T22:59:59Z", "Europe/London", "active"),  # 23:59:59 there
        ("2026-06-30T23:00:00Z", "Europe/London", "expired"),
        ("2026-07-01T06:59:59Z", "America/Los_Angeles", "active"),
        ("2026-07-01T07:00:00Z", "America/Los_Angeles", "expired"),
        ("2026-06-30T14:59:59Z", "Asia/Tokyo", "active"),
        ("2026-06-30T15:00:00Z", "Asia/Tokyo", "expired"),
    ],
)
def test_the_day_ends_in_the_time_zone_of_the_workspace(instant: str, zone: str, status: str) -> None:
    assert one([failure()], waiver(), as_of=on(instant, ZoneInfo(zone)))[1].status == status


def test_the_approval_is_asked_for_the_day_of_the_last_renewal() -> None:
    asked = []

    def approve(path: str, person: str, at: datetime | None) -> Approval:
        asked.append((path, person, at))
        return Approval(person, "signed", at)

    renewed = waiver(renewed=["2026-06-10", "2026-06-20"])
    waiving.apply([failure()], [renewed], approve, as_of=on("2026-06-15"), limits=Limits(), rules=RULES)
    assert asked == [("w.waiver.yaml", "Ben Sample", on("2026-06-10"))]


# What it matches


@pytest.mark.parametrize(
    ("stated", "failing", "waived"),
    [
        ((), (), True),
        ((), ("GB",), True),
        (("GB",), (), False),  # a failure of all markets is waived by a waiver of all only
        (("GB",), ("GB",), True),
        (("GB", "DE"), ("GB",), True),
        (("GB",), ("GB", "DE"), False),
        (("GB",), ("DE",), False),
    ],
)
def test_a_waiver_for_markets_reaches_what_concerns_no_other(
    stated: tuple[str, ...], failing: tuple[str, ...], waived: bool
) -> None:
    found, _ = one([failure(markets=failing)], waiver(markets=list(stated)))
    assert found == [waived]


def test_only_failures_are_waived() -> None:
    results = [failure(outcome=outcome) for outcome in ("pass", "not-applicable", "error")]
    found, state = one(results, waiver())
    assert found == [False] * 3
    assert state.status == "unused"
    assert "could not be decided there" in state.message


def test_a_former_id_finds_its_subject() -> None:
    old = waiver()
    found, state = one([failure("find")], old, former={("launch-plan", "find"): ("search", "seek")})
    assert (found, state.status) == ([True], "active")
    assert one([failure("find")], old, former={("prd", "find"): ("search",)})[1].status == "unused"


def test_a_pattern_reaches_as_many_subjects_as_it_declares() -> None:
    three = [failure("a-1"), failure("a-2"), failure("b-1")]
    two = waiver(*three[:2], subject="a-*", most=2)
    assert one(three, two)[0] == [True, True, False]
    found, state = one(three, waiver(*three[:2], subject="a-*"))
    assert (found, state.status) == ([False] * 3, "too-broad")
    assert state.message == "it covers 2 subjects and declares 1: narrow it, or state `most: 2`"


def test_a_baseline_stays_when_another_subject_fails() -> None:
    old, new = failure("a"), failure("b")
    found, state = one([old, new], waiver(old, subject="*", type="baseline"))
    assert (found, state.status, state.covers) == ([True, False], "active", 1)


def test_a_switched_off_rule_counts_what_it_covers() -> None:
    results = [failure("a", "x"), failure("a", "y", key="k"), failure("b")]
    off = {"subject": "*", "type": "switched-off", "accepts": []}
    assert one(results, waiver(**off, most=2))[0] == [True] * 3
    assert one(results, waiver(**off))[1].status == "too-broad"


# What it is bound to


def test_another_value_is_not_what_was_accepted() -> None:
    found, state = one([failure(value="n/a")], waiver())
    assert (found, state.status) == ([False], "changed")
    assert state.message == (
        "`search` is no longer what was accepted (subject.owner: TBD) but subject.owner: n/a:"
        " look again, then gonogo waive --renew w"
    )


def test_what_did_not_change_stays_waived() -> None:
    first, second = failure(key="west"), failure(key="east")
    third = failure(key="north", value="new")
    found, state = one([first, second._replace(reasons=third.reasons), third], waiver(first, second))
    assert (found, state.status, state.covers) == ([True, False, False], "changed", 1)
    assert "`search` at `east` is no longer what was accepted" in state.message
    assert "north" not in state.message  # another element is a failure of its own
    assert "1 failure as accepted stay" in state.message


def test_what_was_mended_needs_no_renewal() -> None:
    first, second = failure(key="west"), failure(key="east")
    found, state = one([first, second._replace(outcome="pass")], waiver(first, second))
    assert (found, state.status, state.covers) == ([True, False], "active", 1)


def test_a_sentence_names_a_few_changes() -> None:
    old = [failure(key=str(n)) for n in range(9)]
    new = [failure(key=str(n), value="x") for n in range(9)]
    _, state = one(new, waiver(*old))
    assert state.message.count("no longer what was accepted") == waiving.MOST_NAMED
    assert "and 6 more" in state.message


def test_asserted_is_enough_for_what_is_not_mandatory() -> None:
    some = [failure(key=each, enforcement=each) for each in ("mandatory", "advisory", "upcoming")]
    found, state = one(some, waiver(*some), assurance="asserted")
    assert (found, state.status, state.covers) == ([False, True, True], "unapproved", 2)
    assert one(some[1:], waiver(*some), assurance="asserted")[1].status == "active"


# More than one


def test_of_two_waivers_the_later_one_waives() -> None:
    early = waiver(waiver="early")
    later = waiver(waiver="later", expires="2026-07-30")
    for register in ((early, later), (later, early)):
        (result,), states = apply([failure()], *register)
        assert by(result) == "later"
        assert [(s.id, s.status, s.covers) for s in states] == [
            ("early", "active", 0),
            ("later", "active", 1),
        ]
        assert "later covers the same, so one of them can be deleted" in states[0].message


def test_of_two_that_expire_together_the_first_by_id_waives() -> None:
    (result,), _ = apply([failure()], waiver(waiver="b"), waiver(waiver="a"))
    assert by(result) == "a"


def test_a_waiver_that_does_not_hold_leaves_the_failure_to_another() -> None:
    (result,), states = apply(
        [failure()], waiver(waiver="a"), waiver(waiver="b", policy_version=0, expires="2026-12-30")
    )
    assert by(result) == "a"
    assert [state.status for state in states] == ["active", "changed"]


def test_what_a_gate_itself_asks_for_is_decided_and_not_waived() -> None:
    asked = failure(rule="ga.needs.prd")
    found, state = one([asked], waiver(asked, rule="ga.needs.prd"))
    assert (found, state.status) == ([False], "not-waivable")
    assert "to do without is a decision, not a waiver" in state.message


def test_where_only_a_part_was_judged_nothing_is_called_unused() -> None:
    assert apply([], waiver(), limited=True) == ([], ())
    assert apply([], waiver())[1][0].status == "unused"


def test_without_waivers_nothing_changes() -> None:
    results = [failure()]
    assert apply(results) == (results, ())


@given(
    st.permutations([failure("a"), failure("b"), failure("c", outcome="pass"), failure("d", value="x")]),
    st.permutations(
        [
            waiver(failure("a"), failure("b"), waiver="1", subject="*", most=2),
            waiver(failure("a"), waiver="2", expires="2026-06-29"),
            waiver(failure("d"), waiver="3"),
            waiver(failure("c"), waiver="4"),
        ]
    ),
)
def test_the_order_of_results_and_waivers_does_not_matter(
    results: list[Result], register: list[Waiver]
) -> None:
    waived, states = apply(results, *register)
    assert {r.subject.id: by(r) for r in waived} == {"a": "1", "b": "1", "c": "", "d": ""}
    assert [result._replace(waived=None) for result in waived] == results
    assert [state.status for state in states] == ["active", "active", "changed", "unused"]


# What was seen, through the whole pipeline

OWNERS = "steps:\n- {id: a, owner: Ada}\n- {id: b}\n- {id: c, owner: TBD}\n"
LONG = f"text: {'y' * 99}es, deep: [[[[[9]]]]], many: ['', '', '', '', last]"
SUBJECT = f"name: one\nlaunch_on: 2026-03-01\ntags: [p, q]\nany: {{ okr: o1, {LONG} }}\n{OWNERS}"
ASSERTIONS = {
    # assertion: what in the subject decides, and something else in its place
    "filled(subject.owner)": ("name:", "owner: TBD\nname:"),
    "subject.name == 'two'": ("one", "three"),
    "subject.steps.all(s, filled(s.owner))": ("b}\n- {id: c", "c}\n- {id: b"),
    "size(subject.steps.filter(s, !has(s.owner))) == 0": ("{id: b}", "{id: bb}"),
    "subject.tags.all(t, t == 'p')": ("q]", "r]"),
    "subject.tags == ['p']": ("q]", "r]"),
    "within_last(subject.launch_on, 30)": ("03-01", "03-02"),
    "age(subject.launch_on) <= 30": ("03-01", "03-02"),
    "date(subject.launch_on) > now": ("03-01", "03-02"),
    "lookup('thing', subject.any.okr).owner == 'x'": ("o1", "o2"),
    "related('thing', 'optional').exists(t, t.name == 'x')": None,
    "subject.steps.map(s, s.id).join(',') == 'x'": ("id: a", "id: aa"),
    "params.wanted.filter(w, !(w in subject.tags)) == []": None,
    "subject.any.text.matches('^z')": ("yes", "yyy"),
    "subject.any.deep == []": ("9", "10"),
    "subject.any.many.all(m, filled(m))": ("'', last", "'', ''"),
    "!subject.any.many.exists(m, m == '')": ("'', last", "'', ''"),
}


def digest(folder: Path, assertion: str, subject: str, day: str = "2026-06-01", **more: Any) -> str:
    (result,) = told(folder, assertion, subject, day, head={"params": {"wanted": ["p", "z"]}}, **more)
    assert result.outcome == "fail"
    return saw(result)[0]


@pytest.mark.parametrize("assertion", ASSERTIONS)
def test_the_same_value_gives_the_same_on_every_line_and_day(assertion: str, tmp_path: Path) -> None:
    first = digest(tmp_path, assertion, SUBJECT)
    assert first.startswith("sha256:")
    assert digest(tmp_path, assertion, SUBJECT, "2026-06-09") == first
    assert digest(tmp_path, assertion, f"# moved\n\n{SUBJECT}") == first
    assert digest(tmp_path, assertion, SUBJECT, message="Other words", title="Another title") == first
    assert digest(tmp_path, assertion, f"{SUBJECT}draft: true\n") == first


@pytest.mark.parametrize("assertion", [each for each, change in ASSERTIONS.items() if change])
def test_another_value_gives_another(assertion: str, tmp_path: Path) -> None:
    change = ASSERTIONS[assertion]
    assert change is not None
    assert change[0] in SUBJECT
    other = SUBJECT.replace(*change, 1)
    assert digest(tmp_path, assertion, other) != digest(tmp_path, assertion, SUBJECT)


BESIDE = {
    "age": "subject.steps.exists(s, age(subject.launch_on) < 3)",
    "all": "!subject.steps.all(s, filled(s.id) && subject.launch_on > '2020')",
    "in a loop": "subject.tags.exists(t, subject.steps.exists(s, s.id + t == subject.launch_on))",
    "around a loop": "subject.steps.exists(s, subject.tags.exists(t, t + s.id == subject.launch_on))",
    "of a filter": "subject.steps.filter(s, s.id == subject.launch_on).size() == 1",
    "of a map": "subject.steps.map(s, s.id + subject.launch_on).join('') == 'x'",
    "a condition": "subject.steps.map(s, s.id < subject.launch_on, s.id) == ['x']",
    "a key": "subject.steps.exists(s, s.id == {'a': subject.launch_on}['a'])",
    "after a question": "subject.steps.exists(s, has(subject.rollback.owner) || s.id == subject.launch_on)",
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_read_beside_a_list_is_seen(tmp_path: Path, name: str) -> None:
    other = SUBJECT.replace("03-01", "03-02")
    assert digest(tmp_path, BESIDE[name], other) != digest(tmp_path, BESIDE[name], SUBJECT)


def test_beside_a_list_that_is_empty_nothing_is_read(tmp_path: Path) -> None:
    assertion = "subject.any.many.filter(m, m == 'z').exists(m, m == subject.launch_on)"
    other = SUBJECT.replace("03-01", "03-02")
    assert digest(tmp_path, assertion, other) == digest(tmp_path, assertion, SUBJECT)


STEP = "- { minutes: 1 }\n"
INSTEAD = {"another one": "- { minutes: 99 }\n", "one with more": "- { minutes: 1, notes: Later }\n"}


@pytest.mark.parametrize("key", ["", "item.id"], ids=["without a key", "whose key is absent"])
@pytest.mark.parametrize("name", INSTEAD)
def test_another_element_in_the_place_of_one_is_not_what_was_accepted(
    tmp_path: Path, name: str, key: str
) -> None:
    def failing(steps: str) -> list[Result]:
        rule = {"each": "subject.steps", **({"key": key} if key else {})}
        found = told(tmp_path, "filled(item.owner)", f"name: Lamp\nsteps:\n{steps}", **rule)
        return [each for each in found if each.outcome == "fail"]

    (was,) = failing(STEP)
    only, rules = waiver(was, rule=was.rule), {was.rule: RuleTerms(1, True)}
    whole = {"limits": Limits(), "rules": rules}
    moved = failing(f"# moved\n{STEP}- {{ minutes: 5, owner: Ada Example }}\n")
    assert one(moved, only, **whole)[0] == [True]
    (now,) = failing(f"{INSTEAD[name]}- {{ minutes: 1, owner: Ada Example }}\n")
    assert (now.key, saw(now)) == (was.key, saw(was)), "nothing else tells them apart"
    waived, state = one([now], only, **whole)
    assert (waived, state.status) == ([False], "changed")


def test_a_second_element_of_a_key_is_not_what_was_accepted(tmp_path: Path) -> None:
    def failing(steps: str) -> list[Result]:
        text = f"name: Lamp\nsteps:\n{steps}"
        found = told(tmp_path, "filled(item.owner)", text, each="subject.steps", key="item.id")
        return [each for each in found if each.outcome == "fail"]

    step = "- { id: s, minutes: 1 }\n"
    whole = {"limits": Limits(), "rules": {"test.rule": RuleTerms(1, True)}}
    (was,) = failing(step)
    two = failing(f"{step}- {{ id: s, minutes: 99 }}\n")
    assert [(each.rule, each.key) for each in two] == [("test.rule", "s")] * 2
    assert one([was], waiver(was, rule=was.rule), **whole)[0] == [True]
    assert one(two, waiver(was, rule=was.rule), **whole)[0] == [False, False]
    assert one(two, waiver(two[0], rule=was.rule), **whole)[0] == [True, False]
    assert one(two, waiver(*two, rule=was.rule), **whole)[0] == [True, True]


def test_what_was_seen_is_told_to_people(tmp_path: Path) -> None:
    result = told_one(tmp_path, "subject.name == 'two' && filled(subject.owner)", SUBJECT)
    assert saw(result)[1] == 'subject.name: "one"; subject.owner: absent'


def test_elements_of_a_rule_with_each_are_accepted_one_by_one(tmp_path: Path) -> None:
    found = told(tmp_path, "filled(item.owner)", SUBJECT, each="subject.steps", key="item.id")
    digests = {result.key: saw(result)[0] for result in found if result.outcome == "fail"}
    assert set(digests) == {"b", "c"}
    assert digests["b"] != digests["c"]


def test_a_broken_shape_is_bound_to_what_is_wrong_with_it(tmp_path: Path) -> None:
    def digests(text: str) -> list[str]:
        report = judged(tmp_path, {"gonogo.yaml": configuration(packs=[]), "a.thing.yaml": text})
        return [saw(r)[0] for r in report.results if r.rule == "thing.schema" and r.outcome == "fail"]

    first = digests("tier: T1\n")
    assert len(first) == 1
    assert digests("# moved\nname: x\ntier: T1\n") == first
    assert digests("tier: T2\n") != first
    assert len(set(digests("tier: T1\nname: 3\n"))) == 2


def test_the_terms_of_a_workspace_s_rules(tmp_path: Path) -> None:
    rules = (
        rule_data("filled(subject.owner)"),
        {**rule_data("filled(subject.name)"), "id": "b", "waivable": False},
    )
    write(
        tmp_path,
        {
            "policies/test.policy.yaml": policy_text(*rules, version="3.1.4"),
            "policies/pack.yaml": "pack: t\nversion: 1.0.0\ntitle: T\n",
        },
    )
    workspace, wrong = run.load(str(tmp_path))
    assert workspace, wrong
    terms = waiving.terms(workspace)
    assert terms["test.rule"] == (3, True)
    assert terms["b"] == (3, False)
    assert terms["thing.schema"] == (None, True)
    assert terms["thing.readable"] == (None, False)


def test_former_ids_are_those_that_nobody_bears_today() -> None:
    def product(id: str, *formerly: str) -> Subject:
        data = {"id": id, "formerly": list(formerly)}
        return Subject(SubjectRef("product", id, ""), shipped_kind("product"), data, {}, (), None, None)

    snapshot = Snapshot(
        (product("find", "search", "Seek"), product("search"), product("other")._replace(data={}))
    )
    assert waiving.former_ids(snapshot) == {("product", "find"): ("Seek",)}


def test_names_that_nothing_has_are_compared_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiving, "MOST_COMPARED", 250)
    results = [failure(f"search-{n}") for n in range(100)]
    register = [waiver(waiver=f"w{n}", subject=f"serch-{n}") for n in range(5)]
    compared: list[int] = []
    suggestion = waiving.suggestion

    def counted(word: str, known: tuple[str, ...]) -> str:
        compared.append(len(known))
        return suggestion(word, known)

    monkeypatch.setattr(waiving, "suggestion", counted)
    _, states = apply(results, *register)
    assert compared == [100, 100]
    assert [state.status for state in states] == ["unused"] * 5
    assert ["Did you mean" in state.message for state in states] == [True, True, False, False, False]


def test_a_pattern_is_held_against_what_begins_as_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    results = [failure(f"team{n}-search") for n in range(100, 200)]
    register = [waiver(results[n], waiver=f"w{n}", subject=f"team{n + 100}*") for n in range(100)]
    tried: list[str] = []
    matches = waiving.matches

    def counted(pattern: str, name: str) -> bool:
        tried.append(name)
        return matches(pattern, name)

    monkeypatch.setattr(waiving, "matches", counted)
    waived, states = apply(results, *register)
    assert len(tried) == 100
    assert all(result.waived for result in waived)
    assert {state.status for state in states} == {"active"}

"""Which decisions stand: a decision is made by somebody who may, on a verdict, and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import judge, ledger
from checker.ledger import Entry, Ledger
from checker.model import Approval, Assurance, DecisionState, Location, SubjectRef
from checker.policy import gates as gates_
from checker.policy import people as people_
from checker.policy import reading
from checker.policy.gates import Gate
from checker.policy.people import People
from checker.review import deciding

DIGEST = "sha256:" + "0" * 64
MADE = datetime(2026, 9, 11, 10, tzinfo=UTC)
DAY = timedelta(days=1)

REGISTER = {
    "people": [
        {"id": "ada", "name": "Ada Example", "aliases": ["@ada"]},
        {"id": "ben", "name": "Ben Sample"},
        {"id": "cleo", "name": "Cleo Demo"},
        {"id": "dan", "name": "Dan Trial"},
        {"id": "eve", "name": "Eve Mock"},
    ],
    "roles": [
        {
            "id": "approver",
            "members": [
                {"person": "ada", "until": "2026-09-30"},
                {"person": "ben"},
                {"person": "cleo"},
                {"person": "dan", "since": "2026-10-01"},
            ],
        },
        {"id": "writer", "members": [{"person": "eve"}]},
    ],
}
SUBJECT = SubjectRef("launch-plan", "checkout-ga", "launch.yaml", "checkout")
NAMES = ("checkout-ga", "checkout", "basket")


def source(schema: str, data: Mapping[str, Any]) -> reading.Source:
    found, wrong = reading.read("x.json", lambda _: json.dumps(data).encode(), schema)
    assert found, wrong
    return found


def people() -> People:
    found, wrong = people_.people(source("people", REGISTER))
    assert found, wrong
    return found


PEOPLE = people()


def gate(**changes: Any) -> Gate:
    found, wrong = gates_.gate(
        source(
            "gate",
            {
                "gate": "ga",
                "title": "May it go?",
                "binds": [],
                "decided_by": ["approver"],
                "requires": [{"gate": "beta"}],
                **changes,
            },
        ),
        {},
        (),
        gates_.Kinds((), (), lambda: None),
        PEOPLE,
    )
    assert found, wrong
    return found


GATE = gate()
CONDITION = {"id": "c1", "condition": "Translate", "owner": "Ben Sample", "due_on": "2026-10-01"}


def body(at: datetime = MADE, **changes: Any) -> dict[str, Any]:
    """The body of a plain yes; None drops a field."""
    fields = {
        "id": f"checkout-ga-{at:%d%H%M}",
        "gate": "ga",
        "subject": "checkout-ga",
        "product": "checkout",
        "decision": "proceed",
        "basis": "normal",
        "role": "approver",
        "decided_by": "Ada Example",
        "decided_at": at.isoformat(),
        "clock": "now",
        "verdict": "go",
        "verdict_digest": DIGEST,
        "report_digest": DIGEST,
        "packs": [],
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def decided(at: datetime = MADE, parents: tuple[str, ...] = (), **changes: Any) -> Entry:
    said = body(at, **changes)
    return ledger.make("decision", at, said["decided_by"], said, parents)


def overruled(at: datetime = MADE, **changes: Any) -> Entry:
    reason = "A promise to a customer"
    return decided(at, **{"basis": "overrule", "verdict": "no-go", "reason": reason, **changes})


def approved(of: Entry, by: str, at: datetime, role: str = "approver") -> Entry:
    said = {"decision": of.id, "approved_by": by, "role": role, "approved_at": at.isoformat()}
    return ledger.make("approval", at, by, said, (of.id,))


def met(of: Entry, on: str, at: datetime, by: str = "Ben Sample", condition: str = "c1") -> Entry:
    said = {"decision": of.id, "condition": condition, "met_on": on, "evidence": "CHK-1"}
    return ledger.make("condition", at, by, said, (of.id,))


def book(*entries: Entry) -> Ledger:
    found = ledger.read((entry.path, entry.content) for entry in entries)
    assert not found.faults
    return found


def states(
    *entries: Entry,
    as_of: datetime = MADE + DAY,
    at: Gate = GATE,
    asserted: tuple[str, ...] = (),
    host: datetime | None = None,
    names: tuple[str, ...] = NAMES,
) -> tuple[DecisionState, ...]:
    """The states of what was decided; `asserted`: whose word alone there is; `host`: its time."""

    def approve(path: str, person: str, when: datetime | None) -> Approval:
        assert path.startswith("ledger/")
        how: Assurance = "asserted" if person in asserted else "host-verified" if host else "signed"
        return Approval(person, how, host or when, "There is no signature." if person in asserted else "")

    return deciding.decisions(book(*entries), at, names, PEOPLE, approve, as_of, "ledger")


def only(*entries: Entry, **how: Any) -> DecisionState:
    (state,) = states(*entries, **how)
    return state


def test_a_plain_yes_on_a_go_stands_and_says_what_is_known_of_it() -> None:
    entry = decided()
    state = only(entry)
    assert state.stands
    assert state.message == "Ada Example decided proceed"
    assert (state.entry, state.launch, state.market, state.afterwards) == (entry.id, "checkout-ga", "", "")
    assert state.evidence
    assert state.evidence.locator == f"ledger/{entry.path}"
    assert state.approval == Approval("Ada Example", "signed", MADE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decision": "hold", "reason": "Later"}, "Ada Example decided hold: the gate is closed until"),
        ({"decision": "recycle"}, "Ada Example decided recycle: the gate is closed"),
        ({"decision": "stop"}, "Ada Example decided stop: the gate is closed"),
        ({"decided_by": "Dan Trial"}, "Dan Trial was not in the role approver on 2026-09-11"),
        ({"decided_by": "Eve Mock"}, "Eve Mock is not in the role approver; let somebody decide who may"),
        (
            {"decided_by": "Eve Mock", "role": "writer"},
            "the role writer may not decide at the gate ga: approver may",
        ),
        ({"role": None}, "nobody without a role may decide at the gate ga: approver may"),
        ({"decided_by": "Who Ever"}, "Who Ever is not in the register of people"),
        ({"clock": "as-of"}, "it was decided on a report whose clock was set"),
        ({"verdict": "no-go"}, "it was decided on the verdict no-go, against which only an overrule"),
        ({"verdict": "undecided"}, "it was decided on the verdict undecided, against which only"),
        ({"decision": "proceed-with-conditions"}, "it names no condition; decide anew"),
        (
            {"basis": "overrule", "verdict": "no-go"},
            "an overrule needs a reason, and this one states none",
        ),
    ],
)
def test_what_does_not_let_pass_says_why(changes: dict[str, Any], message: str) -> None:
    state = only(decided(**changes))
    assert not state.stands
    assert state.message.startswith(message)


def test_conditional_is_a_verdict_to_proceed_on() -> None:
    assert only(decided(verdict="conditional")).stands


def test_typed_text_alone_opens_nothing() -> None:
    state = only(decided(), asserted=("Ada Example",))
    assert not state.stands
    assert state.message == (
        "it is only asserted that Ada Example decided (There is no signature); sign the file of its entry,"
        " or have the code host record a review of it"
    )


def test_a_leavers_decision_stands() -> None:
    assert only(decided(), as_of=datetime(2027, 1, 1, tzinfo=UTC)).stands


def test_what_the_host_says_of_the_time_counts_more_than_what_people_say() -> None:
    state = only(decided(), host=datetime(2026, 10, 1, tzinfo=UTC), as_of=datetime(2026, 10, 2, tzinfo=UTC))
    assert state.message.startswith("Ada Example was not in the role approver on 2026-10-01")


def test_anyone_in_the_register_decides_where_the_gate_names_no_role() -> None:
    anyone = gate(decided_by=[])
    assert only(decided(decided_by="Eve Mock", role=None), at=anyone).stands
    assert only(decided(decided_by="Eve Mock", role="writer"), at=anyone).stands
    assert not only(decided(decided_by="Eve Mock", role="approver"), at=anyone).stands
    assert not only(decided(decided_by="Who Ever", role=None), at=anyone).stands


def test_days_are_those_of_the_workspace() -> None:
    """At 23:59 eight hours west of Greenwich it is the next day there, when Ada has left the role."""
    west = datetime(2026, 9, 30, 23, 59, tzinfo=timezone(timedelta(hours=-8)))
    later = datetime(2026, 10, 5, tzinfo=UTC)
    assert not only(decided(west), as_of=later).stands
    assert only(decided(west), as_of=later.astimezone(timezone(timedelta(hours=-8)))).stands


def test_what_is_decided_later_is_not_known_yet() -> None:
    first, second = decided(), decided(MADE + 2 * DAY, decision="hold")
    assert [state.decision for state in states(first, second)] == ["proceed"]
    assert [state.decision for state in states(first, second, as_of=MADE + 3 * DAY)] == ["hold", "proceed"]


def test_decisions_at_another_gate_or_about_others_are_not_asked_for() -> None:
    assert states(decided(gate="beta"), decided(subject="search", product="search")) == ()


def test_a_former_name_of_the_product_means_it() -> None:
    assert only(decided(subject="basket", product="basket")).stands


# replaced


def test_a_later_decision_replaces_an_earlier_one_whatever_became_of_it() -> None:
    first = decided()
    second = decided(MADE + DAY, decided_by="Eve Mock")
    newer, older = states(first, second, as_of=MADE + 2 * DAY)
    assert not newer.stands
    assert not newer.replaced
    assert (older.stands, older.replaced) == (False, True)
    assert older.message == "it was replaced: Eve Mock decided proceed on 2026-09-12"


def test_of_two_decisions_of_one_moment_the_one_that_follows_the_other_is_later() -> None:
    first = decided(id="first")
    for number in range(8):
        second = decided(parents=(first.id,), id=f"second-{number}", decision="hold")
        assert [state.decision for state in states(second, first)] == ["hold", "proceed"]


def test_a_decision_about_the_product_covers_its_launches_and_not_the_other_way() -> None:
    launch, product = decided(), decided(MADE + DAY, subject="checkout", decision="stop")
    assert [s.replaced for s in states(launch, product, as_of=MADE + 2 * DAY)] == [False, True]
    launch, product = decided(MADE + DAY), decided(subject="checkout", decision="stop")
    newer, older = states(launch, product, as_of=MADE + 2 * DAY)
    assert newer.stands
    assert not older.replaced


MARKETS = [
    # newest last: the markets (none: all) and the decision; then what counts in GB, in FR, and for all
    ([((), "proceed")], True, True, True),
    ([(("GB",), "proceed")], True, None, None),
    ([((), "proceed"), (("GB",), "hold")], False, True, False),
    ([((), "hold"), (("GB",), "proceed")], True, False, False),
    ([(("GB",), "hold"), ((), "proceed")], True, True, True),
    ([((), "proceed"), (("GB", "DE"), "proceed")], True, True, True),
    ([], None, None, None),
]


@pytest.mark.parametrize(("made", "gb", "fr", "everywhere"), MARKETS)
def test_what_counts_in_a_market_is_the_newest_that_covers_it(
    made: list[tuple[tuple[str, ...], str]], gb: bool | None, fr: bool | None, everywhere: bool | None
) -> None:
    entries = [
        decided(MADE + n * DAY, decision=choice, markets=list(markets) or None)
        for n, (markets, choice) in enumerate(made)
    ]
    found = states(*entries, as_of=MADE + 9 * DAY)
    for market, expected in (("GB", gb), ("FR", fr), ("", everywhere)):
        state = deciding.counting(found, market)
        assert (state and state.stands) == expected, market


# conditions


def conditional(**changes: Any) -> Entry:
    return decided(
        **{
            "decision": "proceed-with-conditions",
            "verdict": "conditional",
            "conditions": [CONDITION],
            **changes,
        }
    )


DUE = datetime(2026, 10, 1, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("as_of", "met_on", "status"),
    [
        (DUE - DAY, None, "open"),
        (DUE, None, "open"),  # the day itself is in time
        (DUE + timedelta(seconds=1), None, "overdue"),
        (DUE + DAY, "2026-09-29", "met"),
        (DUE + 5 * DAY, "2026-10-05", "met"),  # late, and done
        (DUE - DAY, "2026-10-01", "open"),  # said in advance
    ],
)
def test_a_condition_is_open_until_its_day_is_over(as_of: datetime, met_on: str | None, status: str) -> None:
    entry = conditional()
    said = (met(entry, met_on, MADE + DAY),) if met_on else ()
    state = only(entry, *said, as_of=as_of)
    assert [each.status for each in state.conditions] == [status]
    assert state.stands == (status != "overdue")
    found, rules = deciding.results(GATE, (state,), SUBJECT, Location("launch.yaml"))
    (result,) = found
    assert result.rule == "ga.decision.condition" == rules[0].id
    assert (result.outcome, result.enforcement) == ("fail" if status == "overdue" else "pass", "mandatory")
    open_conditions = sum(each.status == "open" for each in state.conditions)
    verdict = {"open": "conditional", "overdue": "no-go", "met": "go"}[status]
    assert judge.verdict(found, open_conditions) == verdict


def test_an_overdue_condition_opens_the_gate_again_and_says_what_to_do() -> None:
    entry = conditional()
    state = only(entry, as_of=DUE + DAY)
    short = entry.id.removeprefix("sha256:")[:12]
    assert state.message == (
        "the condition c1 (Translate) was due on 2026-10-01 and is not met, so the gate is open again; "
        f"gonogo decide --meet c1 --of {short}, or decide anew"
    )
    ((result,), _) = deciding.results(GATE, (state,), SUBJECT, Location("launch.yaml"))
    assert result.location.path == f"ledger/{entry.path}"
    assert result.message == "the condition c1 (Translate) was due on 2026-10-01 and is not met"
    assert result.fix == f"Meet it, and say so: gonogo decide --meet c1 --of {short}"
    assert (result.key, result.owner, result.gate) == ("checkout-ga-111000/c1", "Ben Sample", "ga")
    assert result.evidence == (state.evidence,)


def test_that_a_condition_was_met_takes_more_than_a_word() -> None:
    entry = conditional()
    state = only(entry, met(entry, "2026-09-29", MADE + DAY), as_of=DUE + DAY, asserted=("Ben Sample",))
    assert not state.stands
    assert (
        "(that Ben Sample says it was on 2026-09-29 is only asserted (There is no signature))"
        in state.message
    )


def test_that_a_condition_was_met_is_not_known_before_somebody_says_so() -> None:
    entry = conditional()
    said = met(entry, "2026-09-12", MADE + 3 * DAY)
    for days, status in ((2, "open"), (3, "met")):
        assert [each.status for each in only(entry, said, as_of=MADE + days * DAY).conditions] == [status]


def test_a_decision_that_closes_the_gate_is_held_to_nothing() -> None:
    closed = overruled(decision="hold", conditions=[CONDITION])
    state = only(closed, as_of=DUE + DAY)
    assert (state.stands, state.afterwards) == (False, "")
    assert deciding.results(GATE, (state,), SUBJECT, Location("launch.yaml")) == ((), ())


def test_an_open_condition_is_told_with_its_day() -> None:
    assert only(conditional()).message == (
        "Ada Example decided proceed-with-conditions; 1 condition is open, the next due on 2026-10-01"
    )


def test_a_replaced_decision_holds_nobody_to_its_conditions() -> None:
    found = states(conditional(), decided(MADE + DAY), as_of=DUE + DAY)
    assert deciding.results(GATE, found, SUBJECT, Location("launch.yaml")) == ((), ())


def test_a_decision_for_two_markets_is_held_to_its_conditions_once() -> None:
    found = states(conditional(markets=["GB", "DE"]), as_of=DUE + DAY)
    assert [state.market for state in found] == ["GB", "DE"]
    ((result,), _) = deciding.results(GATE, found, SUBJECT, Location("launch.yaml"))
    assert result.markets == ("GB", "DE")


# approval afterwards

UNTIL = datetime(2026, 9, 16, 12, tzinfo=UTC)
"""Five days after it was decided."""


@pytest.mark.parametrize("basis", ["overrule", "emergency"])
@pytest.mark.parametrize(
    ("approvals", "as_of", "status", "message"),
    [
        ([], UNTIL, "awaited", "is approved by somebody else until 2026-09-16, and awaits it"),
        ([], UNTIL + DAY, "late", "until 2026-09-16, and nobody did; it fails"),
        ([("Ben Sample", UNTIL)], UNTIL + DAY, "given", "Ben Sample approved on 2026-09-16"),
        (
            [("Ben Sample", UNTIL + DAY)],
            UNTIL + DAY,
            "late",
            "Ben Sample approved on 2026-09-17, which was too late",
        ),
        ([("Ben Sample", UNTIL + DAY)], UNTIL, "awaited", "and awaits it"),
        ([("Ben Sample", UNTIL)], UNTIL - DAY, "awaited", "and awaits it"),
        (
            [("Ben Sample", UNTIL + 2 * DAY), ("Ben Sample", UNTIL + DAY)],
            UNTIL + 3 * DAY,
            "late",
            "on 2026-09-17, which was too late",
        ),
        ([("Ada Example", MADE + DAY)], UNTIL + DAY, "late", "of Ada Example does not count: they decided"),
        ([("@ada", MADE + DAY)], UNTIL + DAY, "late", "of @ada does not count: they decided"),
        ([("Cleo Demo", MADE + DAY)], UNTIL + DAY, "late", "of Cleo Demo does not count: they asked for it"),
        ([("Dan Trial", MADE + DAY)], UNTIL + DAY, "late", "of Dan Trial does not count: they deployed"),
        ([("Eve Mock", MADE + DAY)], UNTIL + DAY, "late", "Eve Mock is not in the role approver"),
        ([("Who Ever", MADE + DAY)], UNTIL, "awaited", "Who Ever is not in the register of people"),
        ([("Ben Sample", MADE - DAY)], UNTIL + DAY, "late", "it is dated before the decision"),
        ([("Ada Example", MADE + DAY), ("Ben Sample", UNTIL)], UNTIL + DAY, "given", "Ben Sample approved"),
        ([("Ben Sample", UNTIL + DAY), ("Ben Sample", UNTIL)], UNTIL + DAY, "given", "on 2026-09-16"),
    ],
)
def test_somebody_else_approves_in_time(
    basis: str, approvals: list[tuple[str, datetime]], as_of: datetime, status: str, message: str
) -> None:
    entry = overruled(basis=basis, requested_by="Cleo Demo", deployed_by="@nobody, Dan Trial")
    for order in permutations(approvals):
        state = only(entry, *(approved(entry, who, at) for who, at in order), as_of=as_of)
        assert (state.afterwards, state.approve_by) == (status, "2026-09-16")
        assert message in state.message
        assert state.stands == (status != "late")
        ((result,), (rule,)) = deciding.results(GATE, (state,), SUBJECT, Location("launch.yaml"))
        assert result.rule == rule.id == "ga.decision.approval"
        assert result.outcome == ("fail" if status == "late" else "pass")


def test_an_approval_that_is_only_typed_does_not_count() -> None:
    entry = overruled()
    state = only(entry, approved(entry, "Ben Sample", UNTIL), as_of=UNTIL + DAY, asserted=("Ben Sample",))
    assert state.afterwards == "late"
    assert "Ben Sample does not count: it is only asserted (There is no signature)" in state.message


def test_the_gate_says_how_long_it_waits_for_the_approval() -> None:
    assert only(overruled(), at=gate(approve_within_days=0), as_of=MADE + DAY).afterwards == "late"
    assert only(overruled(), at=gate(approve_within_days=1), as_of=MADE + DAY).afterwards == "awaited"


def test_every_overrule_and_emergency_is_counted_whatever_became_of_it() -> None:
    entries = (
        decided(),
        overruled(MADE + DAY),
        overruled(MADE + 2 * DAY, basis="emergency"),
        overruled(MADE + 3 * DAY, subject="search", product="search", decided_by="Who Ever"),
    )
    assert deciding.overruled(book(*entries)) == 3
    assert deciding.overruled(book()) == 0


# properties

FIELDS = st.fixed_dictionaries(
    {
        "decision": st.sampled_from(["proceed", "proceed-with-conditions", "hold", "recycle", "stop"]),
        "basis": st.sampled_from(["normal", "overrule", "emergency"]),
        "verdict": st.sampled_from(["go", "conditional", "no-go", "undecided"]),
        "decided_by": st.sampled_from(["Ada Example", "Ben Sample", "Eve Mock", "Who Ever"]),
        "clock": st.sampled_from(["now", "clock"]),
        "conditions": st.sampled_from([None, [CONDITION]]),
        "reason": st.sampled_from([None, "Because"]),
    }
)


@given(FIELDS, st.integers(0, 60), st.booleans())
def test_nothing_stands_that_nobody_may_pass_on(fields: dict[str, Any], days: int, typed: bool) -> None:
    state = only(
        decided(**fields), as_of=MADE + days * DAY, asserted=(fields["decided_by"],) if typed else ()
    )
    assert state.message
    if not state.stands:
        return
    assert fields["decision"].startswith("proceed")
    assert fields["decided_by"] in ("Ada Example", "Ben Sample")
    assert fields["clock"] == "now"
    assert not typed
    assert fields["basis"] != "normal" or fields["verdict"] in ("go", "conditional")
    assert fields["basis"] == "normal" or (fields["reason"] and days <= 5)
    assert fields["decision"] == "proceed" or fields["conditions"]
    assert not fields["conditions"] or days <= 20


@given(st.permutations(range(4)))
def test_the_order_in_which_files_are_found_changes_nothing(order: list[int]) -> None:
    entry = overruled()
    entries = (entry, approved(entry, "Ben Sample", UNTIL), decided(MADE + DAY), conditional(id="other"))
    expected = states(*entries, as_of=UNTIL)
    assert states(*(entries[index] for index in order), as_of=UNTIL) == expected

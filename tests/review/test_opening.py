"""A review is kept to the rules that it was opened with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checker import ledger
from checker.model import Approval, Enforcement, Location, Result, SubjectRef
from checker.review import opening
from tests.review.test_deciding import book, gate

OPENED = datetime(2026, 9, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = ("checkout-ga", "checkout", "basket")


def opened(at: datetime = OPENED, **changes: object) -> ledger.Entry:
    body = {"gate": "ga", "subject": "checkout", "product": "checkout", "rules": {"old": "1.0.0"}, **changes}
    return ledger.make("review-opened", at, "Ada Example", body)


def last(*entries: ledger.Entry, as_of: datetime = OPENED + 9 * DAY) -> opening.Opened | None:
    def approve(path: str, person: str, at: datetime | None) -> Approval:
        assert path.startswith("ledger/")
        return Approval(person, "signed", at)

    return opening.last(book(*entries), "ledger", gate(), NAMES, approve, as_of)


def test_the_last_opening_counts() -> None:
    found = last(opened(), opened(OPENED + DAY, rules={"old": "1.0.0", "later": "1.0.0"}))
    assert found
    assert (found.on, sorted(found.rules)) == (date(2026, 9, 2), ["later", "old"])
    assert found.approval.person == "Ada Example"


@pytest.mark.parametrize(
    "entries",
    [(), (opened(gate="beta"),), (opened(subject="search"),), (opened(OPENED + 30 * DAY),)],
    ids=["none", "another gate", "another product", "still to come"],
)
def test_what_was_not_opened_is_judged_by_all_rules(entries: tuple[ledger.Entry, ...]) -> None:
    assert last(*entries) is None


def test_a_former_name_opens_it_too() -> None:
    assert last(opened(subject="basket"))


@pytest.mark.parametrize(
    ("rule", "policy", "enforcement", "told"),
    [
        ("old", "p", "mandatory", "mandatory"),
        ("new", "p", "mandatory", "advisory"),
        ("new", "p", "upcoming", "upcoming"),
        ("ga.needs.prd", "ga", "mandatory", "mandatory"),  # what the gate itself asks
    ],
)
def test_newer_rules_advise(rule: str, policy: str, enforcement: Enforcement, told: str) -> None:
    ref, where = SubjectRef("prd", "a", "a.md"), Location("a.md")
    result = Result(rule, policy, ref, "fail", "high", enforcement, "No.", where, ())
    found = last(opened())
    assert found
    (kept,) = opening.advised((result,), gate(), found)
    assert kept.enforcement == told
    assert bool(kept.reasons) == (told != enforcement)


def test_newer_rules_count_from_a_day_on() -> None:
    found, dated = last(opened()), gate(newer_rules_from="2026-09-05")
    assert found
    assert [opening.holds(found, dated, OPENED + days * DAY) for days in (3, 4)] == [True, False]
    assert opening.holds(found, gate(), OPENED + 900 * DAY)

"""Sign-offs and recorded reviews as they are written, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from datetime import date as Day
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model import Diagnostic
from checker.policy import reading, signoffs
from checker.policy.signoffs import Recorded, SignOff

DIGEST = f"sha256:{'a' * 64}"
SIGNED: dict[str, Any] = {
    "signoff": "one",
    "gate": "ga",
    "subject": "checkout",
    "role": "legal",
    "person": "ada",
    "meaning": "review",
    "signed_at": "2026-06-01T23:59:00-08:00",
    "markets": ["GB"],
    "valid_until": "2026-12-31",
    "evidence": [{"locator": "dpia.pdf", "digest": DIGEST, "issued_on": "2026-05-01"}, {"locator": "x"}],
    "reviewed": [{"kind": "prd", "id": "a", "digest": DIGEST, "parts": {"/goals": "0123456789abcdef"}}],
}
REVIEW: dict[str, Any] = {
    "id": "7",
    "person": "@ada",
    "state": "approved",
    "at": "2026-06-01T10:00:00Z",
    "files": [{"path": "x.yaml", "digest": DIGEST}],
    **{name: SIGNED[name] for name in ("gate", "subject", "role", "reviewed")},
}


def sign_off(**changes: Any) -> tuple[SignOff | None, tuple[Diagnostic, ...]]:
    raw = json.dumps({name: value for name, value in {**SIGNED, **changes}.items() if value is not None})
    source, wrong = reading.read("one.json", lambda _: raw.encode(), "signoff")
    return (None, wrong) if source is None else signoffs.sign_off(source)


def recorded(*reviews: dict[str, Any], **changes: Any) -> tuple[Recorded | None, tuple[Diagnostic, ...]]:
    head = {"collector": "tool", "host": "code.example.org", "collected_at": "2026-06-02T00:00:00Z"}
    raw = json.dumps({**head, **changes, "reviews": reviews})
    source, wrong = reading.read("host.json", lambda _: raw.encode(), "reviews")
    return (None, wrong) if source is None else signoffs.recorded(source)


def test_a_sign_off_as_it_is_written() -> None:
    found, wrong = sign_off()
    assert found, wrong
    assert found[:6] == ("one", "ga", "checkout", "legal", "ada", "review")
    assert found.signed_at.astimezone(UTC) == datetime(2026, 6, 2, 7, 59, tzinfo=UTC)
    assert (found.markets, found.valid_until) == (("GB",), Day(2026, 12, 31))
    assert found.evidence == (("dpia.pdf", DIGEST, Day(2026, 5, 1)), ("x", "", None))
    assert found.reviewed == (("prd", "a", DIGEST, {"/goals": "0123456789abcdef"}),)
    assert (found.at, found.withdrawn) == ((), None)


def test_what_may_be_left_out() -> None:
    found, wrong = sign_off(markets=None, valid_until=None, evidence=None)
    assert found, wrong
    assert (found.markets, found.valid_until, found.evidence) == ((), None, ())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signed_at": "2026-06-01"}, "time"),
        ({"signed_at": "2026-06-01T10:00:00"}, "time"),
        ({"signed_at": "2026-W23-1T10:00:00Z"}, "time"),
        ({"signed_at": "20260601T100000Z"}, "time"),
        ({"signed_at": "2026-06-01T25:00:00Z"}, "time"),
        ({"signed_at": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"signed_at": "9999-12-31T23:59:00-12:00"}, "time"),
        ({"signed_at": "yesterday"}, "time"),
        ({"valid_until": "2026-02-30"}, "date"),
        ({"evidence": [{"locator": "x", "issued_on": "2026-13-01"}]}, "date"),
        ({"reviewed": []}, "schema-too-few"),
        ({"meaning": "yes"}, "schema-enum"),
        ({"reviewed": [{"kind": "prd", "id": "a", "digest": "md5:1"}]}, "schema-pattern"),
    ],
)
def test_what_is_wrong_with_a_sign_off(changes: dict[str, Any], code: str) -> None:
    found, wrong = sign_off(**changes)
    assert found is None
    assert [each.code for each in wrong] == [code] or code.startswith("schema")
    assert wrong
    assert all(each.location and each.location.span for each in wrong)


@pytest.mark.parametrize(
    ("state", "withdrawn", "signs"),
    [
        ("approved", None, True),
        ("changes-requested", "changes-requested", True),
        ("dismissed", "dismissed", True),
        ("commented", None, False),
    ],
)
def test_a_review_signs_off_or_takes_back(state: str, withdrawn: str | None, signs: bool) -> None:
    found, wrong = recorded({**REVIEW, "state": state})
    assert found, wrong
    (review,) = found.reviews
    assert review.files == {"x.yaml": DIGEST}
    assert (review.sign_off is not None) == signs
    if review.sign_off:
        assert (review.sign_off.withdrawn, review.sign_off.meaning) == (withdrawn, "approval")
        assert (review.sign_off.id, review.sign_off.signed_at) == ("7", review.at)
        assert review.sign_off.at == ("reviews", 0)


def test_reviews_are_in_the_order_of_their_times() -> None:
    early = {"id": "8", "person": "ben", "state": "commented", "at": "2026-06-01T10:30:00+01:00"}
    found, wrong = recorded(REVIEW, early)
    assert found, wrong
    assert [review.id for review in found.reviews] == ["8", "7"]


@pytest.mark.parametrize("missing", ["subject", "role", "reviewed"])
def test_a_review_of_a_gate_says_what_it_signs_off(missing: str) -> None:
    found, (wrong,) = recorded({name: value for name, value in REVIEW.items() if name != missing})
    assert found is None
    assert wrong.message == (
        f"a review that signs off a gate states gate, subject, role, reviewed; {missing} is missing"
    )


@pytest.mark.parametrize("changes", [{"collected_at": "today"}])
def test_a_record_says_when_it_was_made(changes: dict[str, Any]) -> None:
    found, (wrong,) = recorded(REVIEW, **changes)
    assert found is None
    assert wrong.code == "time"


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), st.timezones())
def test_any_moment_can_be_seen_anywhere(moment: datetime, zone: Any) -> None:
    found, wrong = sign_off(signed_at=moment.replace(tzinfo=UTC).isoformat())
    assert found, wrong
    assert found.signed_at.astimezone(zone) == moment.replace(tzinfo=UTC)


@given(st.text())
def test_any_text_is_a_moment_or_told(text: str) -> None:
    found, wrong = sign_off(signed_at=text)
    assert (found is None) == bool(wrong)

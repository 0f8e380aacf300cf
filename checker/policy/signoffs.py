"""Sign-offs: files that approvers own, and reviews that a host recorded, as they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date as Day
from datetime import datetime
from typing import Any, Literal, NamedTuple

from checker.model import Diagnostic, Path
from checker.policy.moment import YEARS
from checker.policy.reading import Source, day

Meaning = Literal["approval", "review", "responsibility"]
Withdrawn = Literal["changes-requested", "dismissed"]


class Reviewed(NamedTuple):
    """One subject that was reviewed, by what it said."""

    kind: str
    id: str
    digest: str
    """Of its material fields."""
    parts: Mapping[str, str]
    """The first 16 hexadecimal digits of the digest of each material field, by JSON pointer."""


class Attachment(NamedTuple):
    """A document kept elsewhere."""

    locator: str
    digest: str
    """Empty: not stated."""
    issued_on: Day | None


class SignOff(NamedTuple):
    """A named person in a role approves what was reviewed."""

    id: str
    gate: str
    subject: str
    """The id of the launch, or of the product."""
    role: str
    person: str
    meaning: Meaning
    signed_at: datetime
    """Timezone-aware."""
    markets: tuple[str, ...]
    """Empty: all."""
    valid_until: Day | None
    evidence: tuple[Attachment, ...]
    reviewed: tuple[Reviewed, ...]
    source: Source
    at: Path = ()
    """Its place in the source: () for a file of its own, otherwise a recorded review."""
    withdrawn: Withdrawn | None = None
    """What the host says of it in place of an approval."""


class RecordedReview(NamedTuple):
    """A review as a host recorded it."""

    id: str
    url: str
    person: str
    state: Literal["approved", "commented"] | Withdrawn
    at: datetime
    """Timezone-aware, by the host's clock."""
    files: Mapping[str, str]
    """The digest of the bytes of each file that was reviewed, by path."""
    sign_off: SignOff | None
    """What it signs off; None where it names no gate."""


class Recorded(NamedTuple):
    """What a collector wrote into one file."""

    collector: str
    host: str
    collected_at: datetime
    reviews: tuple[RecordedReview, ...]
    """By time, the oldest first."""
    source: Source


def sign_off(source: Source) -> tuple[SignOff | None, tuple[Diagnostic, ...]]:
    """A sign-off from a document that its schema found sound; any fault gives none."""
    diagnostics: list[Diagnostic] = []
    data = source.data
    signed_at = moment(source, ("signed_at",), data["signed_at"], diagnostics)
    found = _sign_off(source, (), data, data["signoff"], signed_at, diagnostics)
    return (None if diagnostics else found), tuple(diagnostics)


def recorded(source: Source) -> tuple[Recorded | None, tuple[Diagnostic, ...]]:
    """The reviews of a document that its schema found sound; any fault gives none."""
    diagnostics: list[Diagnostic] = []
    data = source.data
    collected_at = moment(source, ("collected_at",), data["collected_at"], diagnostics)
    reviews = []
    for index, raw in enumerate(data["reviews"]):
        at = ("reviews", index)
        when = moment(source, (*at, "at"), raw["at"], diagnostics)
        asked = ("gate", "subject", "role", "reviewed")
        lacking = [field for field in asked if field not in raw]
        signs = None
        if not lacking:
            signs = _sign_off(source, at, raw, raw["id"], when, diagnostics)
            if signs and raw["state"] in ("changes-requested", "dismissed"):
                signs = signs._replace(withdrawn=raw["state"])
            elif raw["state"] == "commented":  # a remark approves nothing and takes nothing back
                signs = None
        elif "gate" in raw:
            message = f"a review that signs off a gate states {', '.join(asked)}; {lacking[0]} is missing"
            diagnostics.append(source.diagnostic("sign-off", message, at))
        if when:
            files = {each["path"]: each["digest"] for each in raw.get("files", ())}
            reviews.append(
                RecordedReview(raw["id"], raw.get("url", ""), raw["person"], raw["state"], when, files, signs)
            )
    if diagnostics or collected_at is None:
        return None, tuple(diagnostics)
    reviews.sort(key=lambda review: (review.at, review.id))
    return Recorded(data["collector"], data["host"], collected_at, tuple(reviews), source), ()


def _sign_off(
    source: Source,
    at: Path,
    raw: Mapping[str, Any],
    id: str,
    signed_at: datetime | None,
    diagnostics: list[Diagnostic],
) -> SignOff | None:
    evidence = tuple(
        Attachment(
            each["locator"],
            each.get("digest", ""),
            day(source, (*at, "evidence", index, "issued_on"), each.get("issued_on"), diagnostics),
        )
        for index, each in enumerate(raw.get("evidence", ()))
    )
    valid_until = day(source, (*at, "valid_until"), raw.get("valid_until"), diagnostics)
    if signed_at is None:
        return None
    return SignOff(
        id,
        raw["gate"],
        raw["subject"],
        raw["role"],
        raw["person"],
        raw.get("meaning", "approval"),
        signed_at,
        tuple(raw.get("markets", ())),
        valid_until,
        evidence,
        tuple(
            Reviewed(each["kind"], each["id"], each["digest"], each.get("parts", {}))
            for each in raw["reviewed"]
        ),
        source,
        at,
    )


_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}", re.ASCII)


def moment(source: Source, at: Path, text: str, diagnostics: list[Diagnostic]) -> datetime | None:
    """The moment that an RFC 3339 text means; one that is none, has no offset or is in the first or last
    year of the calendar, where another time zone may leave it, is a diagnostic."""
    try:
        found = datetime.fromisoformat(text) if _TIME.match(text) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        hint = "Write it with its offset, as 2026-09-11T10:00:00+01:00 or with Z."
        diagnostics.append(source.diagnostic("time", f"{text} is not a moment", at, hint))
        return None
    return found

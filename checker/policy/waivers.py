"""Waivers: owned, approved, expiring acceptances of failures, as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Day
from typing import Any, Literal, NamedTuple

from checker.model import Diagnostic
from checker.policy.reading import Source, day


class Limits(NamedTuple):
    """What no waiver may exceed."""

    renewals: int = 2
    days: int = 366
    """From the day on which it was granted or last renewed to its last day."""


class Accepted(NamedTuple):
    """One failure that was accepted."""

    subject: str
    """The id of a subject."""
    key: str
    """The element of a rule with `each`; empty for others."""
    saw: str
    """The digest of what decided the failure, as `checker.review.seeing.bond` gives it."""
    shown: str = ""
    """The same for people; may be empty."""


class Waiver(NamedTuple):
    """One file of the register, or what a baseline accepts of one rule."""

    id: str
    type: Literal["exception", "baseline", "switched-off"]
    rule: str
    policy_version: int | None
    """The major version of the rule's policy that it was granted for; None: any."""
    subject: str
    """An id, or a pattern with `*`."""
    kind: str
    """Empty: any."""
    markets: tuple[str, ...]
    """Empty: all."""
    most: int
    """The most subjects that it may cover."""
    accepts: tuple[Accepted, ...]
    reason: str
    owner: str
    approver: str
    granted: Day
    expires: Day
    """The last day it holds, in the workspace's time zone."""
    renewed: tuple[Day, ...]
    """In the order of the calendar, within `granted` and `expires`."""
    ticket: str
    source: Source
    baseline: str = ""
    """The id of the baseline that it is a part of; empty: it is a file of its own."""

    def since(self, today: Day) -> Day:
        """The day on which it was granted, or last renewed by `today`."""
        return max((self.granted, *(each for each in self.renewed if each <= today)))

    def places(self) -> dict[tuple[str, str], list[Accepted]]:
        """What it accepts, by subject and element (empty: the whole)."""
        found: dict[tuple[str, str], list[Accepted]] = {}
        for accepted in self.accepts:
            found.setdefault((accepted.subject, accepted.key), []).append(accepted)
        return found


def written(source: Source) -> tuple[tuple[Waiver, ...], tuple[Diagnostic, ...]]:
    """The waivers of a document that its schema found sound; any fault gives none.

    A baseline gives one for each of its `rules`, every other file one.
    """
    data = source.data
    diagnostics: list[Diagnostic] = []
    granted = day(source, ("granted",), data["granted"], diagnostics)
    expires = day(source, ("expires",), data["expires"], diagnostics)
    renewed = [
        day(source, ("renewed", index), text, diagnostics)
        for index, text in enumerate(data.get("renewed", ()))
    ]
    type_ = data.get("type", "exception")
    if granted and expires and expires < granted:
        message = f"it expires on {expires}, before it is granted on {granted}"
        diagnostics.append(source.diagnostic("interval", message, ("expires",)))
    term = [granted, *renewed, expires]
    if all(term) and term != sorted(each for each in term if each) and not diagnostics:
        message = "it was renewed out of order, or on a day outside of its term"
        hint = "Write the days one after the other, from `granted` to `expires`."
        diagnostics.append(source.diagnostic("interval", message, ("renewed",), hint))
    if "rules" not in data and type_ != "switched-off" and not data.get("accepts"):
        message = "it accepts no failure: a waiver is bound to what was seen at the failing place"
        hint = "Let gonogo waive write it, or state `type: switched-off` to switch the rule off."
        diagnostics.append(source.diagnostic("accepts-nothing", message, ("waiver",), hint))
    if diagnostics or granted is None or expires is None:
        return (), tuple(diagnostics)

    def made(id: str, parts: Mapping[str, Any], baseline: str = "") -> Waiver:
        return Waiver(
            id,
            type_,
            parts["rule"],
            parts.get("policy_version"),
            parts["subject"],
            parts.get("kind", ""),
            tuple(parts.get("markets", ())),
            parts.get("most", 1),
            tuple(_accepted(parts.get("accepts", ()))),
            data["reason"],
            data["owner"],
            data["approver"],
            granted,
            expires,
            tuple(each for each in renewed if each),
            data.get("ticket", ""),
            source,
            baseline,
        )

    whole = data["waiver"]
    if "rules" not in data:
        return (made(whole, data),), ()
    found = []
    for rule, part in data["rules"].items():
        most = len({raw["subject"] for raw in part["accepts"]})
        found.append(made(f"{whole}:{rule}", {**part, "rule": rule, "subject": "*", "most": most}, whole))
    return tuple(found), ()


def _accepted(listed: Iterable[Mapping[str, str]]) -> Iterable[Accepted]:
    return (Accepted(raw["subject"], raw.get("key", ""), raw["saw"], raw.get("shown", "")) for raw in listed)

"""The clock of an evaluation: a text that someone states as a moment, and the zone it is seen in."""

from __future__ import annotations

import datetime as calendar
from datetime import UTC, datetime, time, tzinfo

from checker.policy.language import day_of

YEARS = range(2, 9999)
"""Of the clock. In the first and the last year of the calendar a time zone or a day more may leave it."""


def parse(text: str, zone: tzinfo) -> datetime | None:
    """The end of a day `YYYY-MM-DD`, or the moment of an RFC 3339 time, seen in `zone`.

    None: it is neither, or not in `YEARS`, whatever the zone.
    """
    day = day_of(text, UTC)
    if day is None or day.year not in YEARS:
        return None
    if len(text) == len("YYYY-MM-DD"):
        return end_of(day, zone)
    return datetime.fromisoformat(text).astimezone(zone)


def zone(name: str) -> tzinfo | None:
    """The time zone of an IANA name such as Europe/London; None: there is none."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - most workspaces stay with UTC

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def start_of(moment: datetime) -> datetime:
    """The first second of the day of a moment, where that is its end; the moment itself otherwise."""
    if moment != end_of(moment.date(), moment.tzinfo or UTC):
        return moment
    return datetime.combine(moment.date(), time(0), moment.tzinfo)


def end_of(day: calendar.date, zone: tzinfo) -> datetime:
    """The last second of a day, so that two evaluations on one day agree."""
    return datetime.combine(day, time(23, 59, 59, fold=1), zone)

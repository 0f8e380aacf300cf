"""The clock of an evaluation: a text that a person or a test states, as a moment."""

from __future__ import annotations

import datetime as calendar
from datetime import datetime, time, tzinfo

from checker.policy.language import day_of


def parse(text: str, zone: tzinfo) -> datetime | None:
    """The end of a day `YYYY-MM-DD`, or the moment of an RFC 3339 time, seen in `zone`; None: neither."""
    day = day_of(text, zone)
    if day is None:
        return None
    if len(text) == len("YYYY-MM-DD"):
        return end_of(day, zone)
    return datetime.fromisoformat(text).astimezone(zone)


def end_of(day: calendar.date, zone: tzinfo) -> datetime:
    """The last second of a day, so that two evaluations on one day agree."""
    return datetime.combine(day, time(23, 59, 59, fold=1), zone)

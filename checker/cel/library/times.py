"""Points in time and lengths of time. Calendar parts are in UTC unless a time zone is named."""

from __future__ import annotations

from collections.abc import Callable

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import SECOND, Duration, Timestamp, civil, day_number

_UNITS = {
    "h": 3_600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": 1_000_000,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ns": 1,
}
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_timestamp(text: str) -> Timestamp:
    """A point in time in RFC 3339: `2026-01-31T09:00:00Z`. Raises FunctionError."""
    unreadable = FunctionError("the text is no point in time such as 2026-01-31T09:00:00Z", unreadable=True)
    if len(text) > 40 or text[4:5] + text[7:8] + text[13:14] + text[16:17] != "--::":
        raise unreadable
    parts = [text[0:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:19]]
    if not all(part.isascii() and part.isdigit() for part in parts) or text[10:11] not in ("T", "t"):
        raise unreadable
    year, month, day, hours, minutes, seconds = map(int, parts)
    if not (
        1 <= month <= 12
        and 1 <= day <= _MONTH_DAYS[month - 1]
        and hours < 24
        and minutes < 60
        and seconds < 60
    ):
        raise unreadable
    if (month, day) == (2, 29) and (year % 4 or (not year % 100 and year % 400)):
        raise unreadable
    rest = text[19:]
    nanos = 0
    if rest[:1] == ".":
        end = 1
        while rest[end : end + 1] in "0123456789" and end < len(rest):
            end += 1
        if not 2 <= end <= 10:
            raise unreadable
        nanos = int(rest[1:end].ljust(9, "0"))
        rest = rest[end:]
    offset = 0 if rest in ("Z", "z") else _offset(rest)
    if offset is None or (rest[:1] not in ("+", "-") and rest not in ("Z", "z")):
        raise unreadable
    total = day_number(year, month, day) * 86_400 + hours * 3_600 + minutes * 60 + seconds - offset
    return Timestamp(total * SECOND + nanos)


def _offset(text: str) -> int | None:
    """Seconds of `+hh:mm`, whose sign may be left out; None for another text."""
    sign = -1 if text[:1] == "-" else 1
    digits = text[1:] if text[:1] in ("+", "-") else text
    hours, minutes = digits[:2], digits[3:]
    if (
        len(digits) != 5
        or digits[2] != ":"
        or not (hours + minutes).isascii()
        or not (hours + minutes).isdigit()
    ):
        return None
    if int(hours) > 23 or int(minutes) > 59:
        return None
    return sign * (int(hours) * 3_600 + int(minutes) * 60)


def parse_duration(text: str) -> Duration:
    """A length of time: numbers with units, `1h30m`, `-1.5s`, `0`. Raises FunctionError."""
    unreadable = FunctionError("the text is no length of time such as 36h or 1h30m", unreadable=True)
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return Duration(0)
    total = 0
    if not rest or len(rest) > 100:
        raise unreadable
    while rest:
        end = 0
        while end < len(rest) and rest[end] in "0123456789.":
            end += 1
        number = rest[:end]
        first = end
        while end < len(rest) and rest[end] not in "0123456789.":
            end += 1
        unit = _UNITS.get(rest[first:end])
        whole, _, fraction = number.partition(".")
        if unit is None or not (whole or fraction) or "." in fraction:
            raise unreadable
        total += int(whole or "0") * unit + int(fraction or "0") * unit // 10 ** len(fraction)
        rest = rest[end:]
    return Duration(-total if text[0] == "-" else total)


def _local(value: Timestamp, zone: str) -> int:
    """Nanoseconds since 1970-01-01T00:00 on the clocks of a zone: `+02:00` or an IANA name."""
    offset = _offset(zone)
    if offset is None:
        offset = _zone_offset(value, zone)
    return value.nanoseconds + offset * SECOND


def _zone_offset(value: Timestamp, zone: str) -> int:
    if zone in ("UTC", "Z"):
        return 0
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - few expressions name a zone
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    try:
        there = ZoneInfo(zone)
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value.nanoseconds // SECOND)
        offset = moment.astimezone(there).utcoffset()
    except (OSError, ValueError, KeyError, OverflowError):
        raise FunctionError(f"unknown time zone {zone[:60]}") from None
    return 0 if offset is None else offset.days * 86_400 + offset.seconds


def _day_of_year(days: int) -> int:
    return days - day_number(civil(days)[0], 1, 1)


_DAY = 86_400 * SECOND
_PARTS: dict[str, Callable[[int], int]] = {
    # From nanoseconds since 1970-01-01T00:00 on the clocks in question.
    "getFullYear": lambda local: civil(local // _DAY)[0],
    "getMonth": lambda local: civil(local // _DAY)[1] - 1,
    "getDate": lambda local: civil(local // _DAY)[2],
    "getDayOfMonth": lambda local: civil(local // _DAY)[2] - 1,
    "getDayOfYear": lambda local: _day_of_year(local // _DAY),
    "getDayOfWeek": lambda local: (local // _DAY + 4) % 7,
    "getHours": lambda local: local % _DAY // (3_600 * SECOND),
    "getMinutes": lambda local: local % (3_600 * SECOND) // (60 * SECOND),
    "getSeconds": lambda local: local % (60 * SECOND) // SECOND,
    "getMilliseconds": lambda local: local % SECOND // 1_000_000,
}
_WHOLE = {
    "getHours": 3_600 * SECOND,
    "getMinutes": 60 * SECOND,
    "getSeconds": SECOND,
}


def _towards_zero(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


def _accessors(name: str, part: Callable[[int], int]) -> dict[str, Callable[..., int]]:
    found: dict[str, Callable[..., int]] = {
        "timestamp.(): int": lambda value: part(value.nanoseconds),
        "timestamp.(string): int": lambda value, zone: part(_local(value, zone)),
    }
    if name in _WHOLE:
        unit = _WHOLE[name]
        found["duration.(): int"] = lambda value: _towards_zero(value.nanoseconds, unit)
    if name == "getMilliseconds":
        # Unlike the others the part within the second, as for points in time.
        found["duration.(): int"] = lambda value: _towards_zero(
            value.nanoseconds - _towards_zero(value.nanoseconds, SECOND) * SECOND, 1_000_000
        )
    return found


FUNCTIONS: Table = {
    "timestamp": {
        "(timestamp): timestamp": lambda value: value,
        "(string): timestamp": parse_timestamp,
        "(int): timestamp": lambda seconds: Timestamp(seconds * SECOND),
    },
    "duration": {
        "(duration): duration": lambda value: value,
        "(string): duration": parse_duration,
    },
    **{name: _accessors(name, part) for name, part in _PARTS.items()},
}

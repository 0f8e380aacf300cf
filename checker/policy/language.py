"""The words that rules may use besides CEL's own: variables and functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as Day
from functools import lru_cache
from typing import Any, NamedTuple

from checker import cel
from checker.documents.placeholders import placeholder, visible
from checker.kinds import places

CONTEXT = "@context"
"""The activation's entry for what functions need to know; no expression can name it."""

PRODUCT = "@product"
"""The activation's entry for the id of the subject's product; empty where it has none."""

VARIABLES = {
    "subject": "What is checked: its data in the shape of its kind.",
    "old": "The same subject at the base revision; empty when it is new. "
    "A rule that reads it is not applicable without a base.",
    "is_new": "True when the base revision does not have the subject.",
    "item": "The element of the list named by `each`.",
    "params": "The policy's parameters after all overrides.",
    "now": "The moment of evaluation (`as_of`), a timestamp.",
    "data": "The workspace's reference documents, by name.",
    "path": "What the file pattern captured, by name; texts.",
    "product": "The product of the subject, from the register; empty when there is none.",
}
"""Every variable and its meaning."""

JUDGED = frozenset({"subject", "old", "item", "product"})
"""Variables under which an absent field is the subject's failure; elsewhere it is an error of ours."""


def nobody_knows(data: object, pointer: str) -> None:
    """The provenance of what is not in a snapshot. Raises cel.FunctionError always."""
    raise cel.FunctionError("nothing tells here who wrote what")


class Context(NamedTuple):
    """What the functions of the language know about the evaluation that calls them."""

    as_of: datetime
    """Timezone-aware; its zone is the workspace's, in which calendar days begin and end."""
    lookup: Callable[[str, str], Mapping[str, Any] | None] = lambda kind, id: None
    """Kind and id to the data of a subject, or None. Raises cel.FunctionError where it cannot be trusted."""
    related: Callable[[str, str], list[Any]] = lambda kind, product: []
    """Kind and product to the data of its subjects, sorted by id. Raises cel.FunctionError likewise."""
    decision: Callable[[str, str], Mapping[str, Any] | None] = lambda product, gate: None
    """Product and gate to the last gate record, or None."""
    kinds: frozenset[str] = frozenset()
    """The kinds that the workspace collects: asking for another is an error, not an absence."""
    provenance: Callable[[object, str], Mapping[str, Any] | None] = nobody_knows
    """The data of a subject and a JSON pointer into them to PROVENANCE of that field, or of the file where it
    is empty; None: the subject has no such field. Raises cel.FunctionError where nobody knows."""

    @property
    def today(self) -> Day:
        """The calendar day of `as_of`."""
        return self.as_of.date()

    @property
    def zone(self) -> tzinfo:
        """The workspace's time zone."""
        zone = self.as_of.tzinfo
        assert zone is not None, "as_of is timezone-aware"
        return zone


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day_of(text: str, zone: tzinfo) -> Day | None:
    """The calendar day of a text: `YYYY-MM-DD`, or an RFC 3339 time seen in `zone`; None: neither."""
    try:
        if _DAY.fullmatch(text):
            return Day.fromisoformat(text)
        if len(text) > 10 and text[10] in "Tt ":
            moment = datetime.fromisoformat(text)
            return moment.astimezone(zone).date() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return None


def _context(activation: Mapping[str, object]) -> Context:
    context = activation[CONTEXT]
    assert isinstance(context, Context)
    return context


def _day(context: Context, value: object) -> Day:
    if isinstance(value, cel.Timestamp):
        return (_EPOCH + timedelta(microseconds=value.nanoseconds // 1000)).astimezone(context.zone).date()
    if not isinstance(value, str):
        raise cel.FunctionError(f"a date is a text such as 2026-01-31; found {cel.format_value(value)}")
    day = day_of(value, context.zone)
    if day is None:
        raise cel.FunctionError(
            f"{cel.format_value(value)} is not a date; write it as 2026-01-31", unreadable=True
        )
    return day


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(moment: datetime) -> cel.Timestamp:
    """A timezone-aware moment as a value of the language."""
    return cel.Timestamp((moment - _EPOCH) // timedelta(microseconds=1) * 1000)


def _midnight(context: Context, day: Day) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=context.zone)


def _filled(value: object) -> bool:
    if value is cel.ABSENT or value is None:
        return False
    if isinstance(value, str):
        return bool(visible(value)) and not placeholder(value)
    if isinstance(value, list):
        return any(map(_filled, value))
    if isinstance(value, dict):
        return any(map(_filled, value.values()))
    return True


def _date(activation: Mapping[str, object], value: object) -> cel.Timestamp:
    context = _context(activation)
    return timestamp(_midnight(context, _day(context, value)))


def _age(activation: Mapping[str, object], value: object) -> int:
    context = _context(activation)
    return (context.today - _day(context, value)).days


def _within_last(activation: Mapping[str, object], value: object, days: int) -> bool:
    return 0 <= _age(activation, value) <= days


def _days(count: int) -> cel.Duration:
    return cel.Duration(count * 86_400 * 1_000_000_000)


def _business_days(activation: Mapping[str, object], start: object, end: object) -> int:
    context = _context(activation)
    first, last = _day(context, start), _day(context, end)
    if last < first:
        return -_weekdays(last, first)
    return _weekdays(first, last)


def _weekdays(first: Day, last: Day) -> int:
    """Mondays to Fridays after `first`, up to and including `last`."""
    weeks, rest = divmod((last - first).days, 7)
    return weeks * 5 + sum((first.weekday() + step) % 7 < 5 for step in range(1, rest + 1))


def _known(context: Context, kind: str) -> None:
    if kind not in context.kinds:
        message = f"the workspace collects no subjects of the kind `{kind}`"
        raise cel.FunctionError(message, hint=f"Add `{places.entry(kind)}` to `subjects` in gonogo.yaml.")


def _lookup(activation: Mapping[str, object], kind: str, id: str) -> object:
    context = _context(activation)
    _known(context, kind)
    found = context.lookup(kind, id)
    return cel.ABSENT if found is None else found


def _related(activation: Mapping[str, object], kind: str) -> list[Any]:
    found = _related_optional(activation, kind, "optional")
    if not found:
        raise cel.FunctionError(
            f'no {kind} belongs to the same product; write related("{kind}", "optional") where that is fine'
        )
    return found


def _related_optional(activation: Mapping[str, object], kind: str, mode: str) -> list[Any]:
    if mode != "optional":
        raise cel.FunctionError(
            f'the second argument of related() is "optional"; found {cel.format_value(mode)}'
        )
    context = _context(activation)
    _known(context, kind)
    return context.related(kind, str(activation[PRODUCT]))


def _decision(activation: Mapping[str, object], product: str, gate: str) -> object:
    found = _context(activation).decision(product, gate)
    return cel.ABSENT if found is None else found


_TEXTS = cel.ListType(cel.STRING)
PROVENANCE = cel.ObjectType(
    "provenance",
    {
        "authors": cel.ListType(cel.STRING, may_be_empty=False),
        "reviewers": _TEXTS,
        "last_author": cel.STRING,
        "last_changed_on": cel.STRING,
        "last_commit": cel.STRING,
    },
    open=False,
)
"""Who wrote and reviewed a file or a field, and who changed it last."""


def _provenance(activation: Mapping[str, object], pointer: str = "") -> object:
    if "subject" not in activation:
        raise cel.FunctionError("provenance() is about the file of a subject, and there is none here")
    if pointer and not pointer.startswith("/"):
        raise cel.FunctionError(f"a JSON pointer begins with /; found {cel.format_value(pointer)}")
    found = _context(activation).provenance(activation["subject"], pointer)
    return cel.ABSENT if found is None else found


_SEMVER = re.compile(
    r"\s*v?(\d{1,9})(?:\.(\d{1,9})(?:\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?)?)?\s*", re.ASCII
)


class SemanticVersion(cel.Opaque):
    """A version ordered by the precedence of Semantic Versioning 2.0.0, clause 11."""

    __slots__ = ("_order", "_text")

    def __init__(self, text: str) -> None:
        """Raises cel.FunctionError for a text that is no version."""
        match = _SEMVER.fullmatch(text)
        if match is None:
            raise cel.FunctionError(
                f"{cel.format_value(text)} is not a version; write it as 1.20 or v1.20.3", unreadable=True
            )
        major, minor, patch, pre = match.groups()
        self._text = text.strip()
        identifiers = tuple(
            (0, int(part), "") if part.isdigit() else (1, 0, part) for part in (pre or "").split(".") if part
        )
        self._order = (int(major), int(minor or 0), int(patch or 0), not pre, identifiers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SemanticVersion) and self._order == other._order

    def __lt__(self, other: object) -> bool:
        return isinstance(other, SemanticVersion) and self._order < other._order

    def __hash__(self) -> int:
        return hash(self._order)

    def __str__(self) -> str:
        return self._text


SEMVER = cel.OpaqueType("semver")
_semver = lru_cache(maxsize=4096)(SemanticVersion)
"""Artifacts repeat the same few versions."""


class Entry(NamedTuple):
    """A function as documents describe it."""

    signature: str
    meaning: str
    functions: tuple[cel.Function, ...]


def _entry(signature: str, meaning: str, *functions: cel.Function) -> Entry:
    return Entry(signature, meaning, functions)


FUNCTIONS: tuple[Entry, ...] = (
    _entry(
        "filled(x) -> bool",
        "True when a text is neither blank nor a placeholder (TBD, TODO, yyyy-mm-dd, …), and when a list or "
        "map holds something that is filled; false when any part of x is absent.",
        cel.Function("filled", (cel.DYN,), cel.BOOL, _filled, absent_ok=True),
    ),
    _entry(
        "date(text) -> timestamp",
        "The start of that day in the workspace's time zone; a text that is no date fails the rule.",
        cel.Function("date", (cel.DYN,), cel.TIMESTAMP, _date, contextual=True),
    ),
    _entry(
        "age(text) -> int",
        "Whole calendar days from that day to today; negative for a day in the future.",
        cel.Function("age", (cel.DYN,), cel.INT, _age, contextual=True),
    ),
    _entry(
        "within_last(text, n) -> bool",
        "True when that day is today or at most n calendar days ago; false for a day in the future.",
        cel.Function("within_last", (cel.DYN, cel.INT), cel.BOOL, _within_last, contextual=True),
    ),
    _entry(
        "days(n) -> duration",
        "n times 24 hours.",
        cel.Function("days", (cel.INT,), cel.DURATION, _days),
    ),
    _entry(
        "business_days(a, b) -> int",
        "Mondays to Fridays after day a, up to and including day b; negative when b is earlier. Holidays are "
        "not known.",
        cel.Function("business_days", (cel.DYN, cel.DYN), cel.INT, _business_days, contextual=True),
    ),
    _entry(
        "lookup(kind, id) -> subject",
        "The data of another subject; absent when there is none. One that cannot be read or breaks its "
        "schema fails the rule.",
        cel.Function("lookup", (cel.STRING, cel.STRING), cel.DYN, _lookup, contextual=True),
    ),
    _entry(
        'related(kind) -> list, related(kind, "optional") -> list',
        "The data of the subjects of that kind with the same product, sorted by id. Finding none is an error "
        'unless "optional" is given.',
        cel.Function(
            "related", (cel.STRING,), cel.ListType(cel.DYN, may_be_empty=False), _related, contextual=True
        ),
        cel.Function(
            "related", (cel.STRING, cel.STRING), cel.ListType(cel.DYN), _related_optional, contextual=True
        ),
    ),
    _entry(
        "semver(text) -> semver",
        "A version that can be compared; a leading v and missing parts are fine (v1.20 is 1.20.0). "
        "A text that is no version fails the rule.",
        cel.Function("semver", (cel.STRING,), SEMVER, _semver),
    ),
    _entry(
        "decision(product, gate) -> gate record",
        "The last gate record of that product at that gate; absent when there is none.",
        cel.Function("decision", (cel.STRING, cel.STRING), cel.DYN, _decision, contextual=True),
    ),
    _entry(
        "provenance() -> map, provenance(pointer) -> map",
        "Who wrote the subject's file, or the field at that JSON pointer, as the commits of git state it: "
        "authors, reviewers, last_author, last_changed_on, last_commit. An error where that is not known.",
        cel.Function("provenance", (), PROVENANCE, _provenance, contextual=True),
        cel.Function("provenance", (cel.STRING,), PROVENANCE, _provenance, contextual=True),
    ),
)
"""Every function of the language."""


def environment(
    subject: cel.Type,
    product: cel.Type = cel.DYN,
    params: Mapping[str, cel.Type] | None = None,
    item: cel.Type | None = None,
) -> cel.Environment:
    """The environment in which the expressions of a rule are compiled."""
    variables: dict[str, cel.Type] = {
        "subject": subject,
        "old": subject,
        "is_new": cel.BOOL,
        "params": cel.ObjectType("params", dict(params or {}), open=False),
        "now": cel.TIMESTAMP,
        "data": cel.MapType(cel.STRING, cel.DYN),
        "path": cel.MapType(cel.STRING, cel.STRING),
        "product": product,
    }
    if item is not None:
        variables["item"] = item
    return _environment(variables)


def gate_environment(product: cel.Type) -> cel.Environment:
    """The environment of what a gate itself asks: when a role must sign, whose decision it requires."""
    return _environment(
        {
            "product": product,
            "launch": cel.MapType(cel.STRING, cel.DYN),
            "market": cel.STRING,
            "data": cel.MapType(cel.STRING, cel.DYN),
            "now": cel.TIMESTAMP,
        }
    )


def derivation_environment(subject: cel.Type, product: cel.Type) -> cel.Environment:
    """The environment of a fact that is computed from others."""
    return _environment({"subject": subject, "product": product, "data": cel.MapType(cel.STRING, cel.DYN)})


def _environment(variables: Mapping[str, cel.Type]) -> cel.Environment:
    functions = [function for entry in FUNCTIONS for function in entry.functions]
    return cel.Environment(variables, functions, absent_has=True)

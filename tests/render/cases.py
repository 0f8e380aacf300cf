"""Every report that each format is tried on, by the name of its folder in tests/golden."""

from __future__ import annotations

from checker.model import Report
from tests.render.changes import CHANGE, CHANGE_ALL, CLEAN_CHANGE, HOSTILE_CHANGE, NEUTRAL
from tests.render.reports import BROKEN, EMPTY, GREEN, HOSTILE, MIXED, UNREADABLE
from tests.render.reviews import BARE_REVIEW, GATE_REVIEW, HOSTILE_REVIEW, WAIVED

CASES: dict[str, Report] = {
    "mixed": MIXED,
    "green": GREEN,
    "empty": EMPTY,
    "broken-policy": BROKEN,
    "unreadable": UNREADABLE,
    "hostile": HOSTILE,
    "waived": WAIVED,
    "review": GATE_REVIEW,
    "review-bare": BARE_REVIEW,
    "review-hostile": HOSTILE_REVIEW,
    "change": CHANGE,
    "change-all": CHANGE_ALL,
    "change-clean": CLEAN_CHANGE,
    "change-hostile": HOSTILE_CHANGE,
    "neutral": NEUTRAL,
}

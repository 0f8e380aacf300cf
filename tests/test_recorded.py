"""What was written as JSON comes back as the same report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given

from checker import documents, recorded
from checker.model import Location, Report, Result
from checker.render import RENDERERS, Options
from tests.render.changes import CHANGE, CHANGE_ALL, CLEAN_CHANGE, HOSTILE_CHANGE, NEUTRAL
from tests.render.hostile import reports
from tests.render.reports import EMPTY, HOSTILE, MIXED
from tests.render.reviews import GATE_REVIEW, HOSTILE_REVIEW


def clean(value: Any) -> Any:
    """Without NUL, which no document of ours may hold, and so no report that was made of some."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, Location):
        return Location(clean(value.path), value.span)
    if isinstance(value, tuple):
        parts = map(clean, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value


def again(report: Report) -> str:
    text = RENDERERS["json"](report, Options())
    reading = documents.read(text.encode(), "json")
    assert not reading.faults
    first, second = (
        RENDERERS["json"](recorded.report(data), Options())
        for data in (json.loads(text), reading.documents[0].data)
    )
    assert first == second, "a null is as good as nothing"
    return first


@pytest.mark.parametrize(
    "report",
    [
        MIXED,
        EMPTY,
        HOSTILE,
        CHANGE,
        CHANGE_ALL,
        CLEAN_CHANGE,
        NEUTRAL,
        HOSTILE_CHANGE,
        GATE_REVIEW,
        HOSTILE_REVIEW,
    ],
    ids=range(10),
)
def test_the_bytes_are_the_same(report: Report) -> None:
    report = clean(report)
    assert again(report) == RENDERERS["json"](report, Options())


@given(reports())
def test_the_bytes_are_the_same_whatever_the_texts(report: Report) -> None:
    report = clean(report)
    assert again(report) == RENDERERS["json"](report, Options())


def test_all_but_excerpts_and_digests_comes_back() -> None:
    text = RENDERERS["json"](CHANGE, Options())
    found = recorded.report(json.loads(text))
    for part in Report._fields:
        if part not in ("results", "comparison"):
            assert getattr(found, part) == getattr(CHANGE, part)
    assert found.results == bare(CHANGE.results)
    comparison = CHANGE.comparison
    assert comparison
    flips = zip(comparison.flips, bare(flip.result for flip in comparison.flips), strict=True)
    assert found.comparison == comparison._replace(
        fixed=bare(comparison.fixed), flips=tuple(flip._replace(result=result) for flip, result in flips)
    )


def bare(results: Iterable[Result]) -> tuple[Result, ...]:
    """What the JSON format holds of results."""
    return tuple(each._replace(excerpt=None) for each in results)

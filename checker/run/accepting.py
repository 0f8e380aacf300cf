"""What waivers and baselines are written from: a workspace judged, with the subjects beside the results."""

from __future__ import annotations

from typing import NamedTuple

from checker import plan
from checker.model import Report, Result
from checker.run.checking import Loaded, Request, evaluate, prepare


class Judged(NamedTuple):
    """A workspace, and what is found wrong with it."""

    loaded: Loaded
    results: tuple[Result, ...]
    """After waivers, as a check has them."""


def judge(request: Request) -> Judged | Report:
    """Judge a workspace; the report that says why where that could not be done."""
    loaded = prepare(request)
    if isinstance(loaded, Report):
        return loaded
    planned = plan.make(loaded.workspace, loaded.snapshot, loaded.as_of, loaded.selector)
    return Judged(loaded, tuple(evaluate(request, loaded, planned).results))

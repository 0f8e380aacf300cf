"""A command's result, from an equal run before where there was one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import click

from checker import cache
from checker.cache import Kept
from checker.model import Fault, Report
from checker.transports.store import open_store


class Cached:
    """The result of one run of a command, which is the same whether it was made now or before."""

    def __init__(self, folder: str, seen: Sequence[object], *, traced: bool, wanted: bool) -> None:
        """How the run was called is known from the command line itself, so a new option needs no line here.

        `folder`: the workspace. `seen`: what decides the output besides, such as what a terminal can show, as
        texts. `traced`: the output names the commit of the folder. `wanted`: otherwise every run is made.
        """
        given = click.get_current_context().obj
        self._report: Report | None = None
        self._run: cache.Run | None = None
        store = open_store() if wanted and given is not None else None
        if store and not isinstance(store, Fault):
            with suppress(OSError):  # the current folder is gone, or files of gonogo itself cannot be read
                called = [given, os.getcwd(), os.path.realpath(folder), *map(str, seen)]
                self._run = cache.Run(store, called, folder if traced else "")

    def result(self, make: Callable[[cache.Run | None], tuple[Report, Sequence[str]]]) -> Kept:
        """What the run comes to; `make` makes it, heard by what it is given: a report, and what to write."""
        kept = self._run.recall(lambda zone: datetime.now(zone).date()) if self._run else None
        if kept is None:
            self._report, texts = make(self._run)
            verdict = "neutral" if self._report.neutral else self._report.verdict
            read = tuple(evidence.locator for evidence in self._report.inputs)
            kept = Kept(self._report.exit_code, verdict, read, tuple(texts))
        self._kept = kept
        return kept

    def keep(self) -> None:
        """Remember the result, now that it is written; none that something is wrong with."""
        report = self._report
        if report is None or report.comparison or not self._run:
            return
        from checker.judge import USAGE

        if report.exit_code != USAGE:
            clock = report.origin.clock if report.origin else "now"
            commit = report.origin.commit if report.origin else ""
            with suppress(OSError):
                self._run.keep(self._kept, report.as_of, clock == "now", commit)

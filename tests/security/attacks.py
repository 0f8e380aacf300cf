"""One pull request by somebody who means ill: a repository, a change to it, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from checker import run
from checker.model import Report, Result
from checker.policy import moment
from checker.render import RENDERERS, Options
from checker.run.comparing import Change, compare
from tests import judging
from tests.repositories import Made

FOR_PEOPLE = ("terminal", "markdown", "comment", "summary")
"""The formats that are read as a whole."""
Contents = Mapping[str, str | bytes]


def started(folder: Path, base: Contents) -> Made:
    """A repository with a workspace on `main`, and the branch of the pull request."""
    made = Made(folder / "repository")
    judging.write(made.folder, base)
    made.commit("base")
    made.git("switch", "-q", "-c", "change")
    return made


def checked(made: Made, base: str = "main", day: str = judging.DAY) -> Report:
    """What the check of the branch says."""

    def clock(zone: tzinfo) -> datetime:
        found = moment.parse(day, zone)
        assert found is not None
        return found

    return compare(run.Request(str(made.folder), clock), Change(base))


def attacked(folder: Path, base: Contents, change: Contents, gone: Iterable[str] = ()) -> Report:
    """The report on a change that writes some files and deletes others."""
    made = started(folder, base)
    for path in gone:
        (made.folder / path).unlink()
    made.commit("harmless", dict(change))
    return checked(made)


def texts(report: Report) -> dict[str, str]:
    """What people read, by format, on one line each."""
    return {name: " ".join(RENDERERS[name](report, Options()).split()) for name in FOR_PEOPLE}


def blocking(report: Report) -> list[Result]:
    """What is in the way of the change."""
    return [
        each
        for each in report.results
        if each.outcome in ("fail", "error")
        and each.enforcement == "mandatory"
        and not each.waived
        and each.age == "new"
    ]


def stopped(report: Report) -> bool:
    """Whether the check fails, and says why."""
    errors = [each for each in report.diagnostics if each.level == "error"]
    return report.exit_code != 0 and not report.neutral and bool(errors or blocking(report))

"""The last five hundred merges of the real history, each as the pull request that it was."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.model import Report, Result
from checker.render.identity import fingerprints
from checker.run import Request
from checker.run.comparing import Change, Shared, compare

EXAMPLE = Path(__file__).parents[2] / "examples" / "kubernetes-enhancements"
MERGES = 500
PARTS = 4
"""So that several workers can share them."""


class Merge(NamedTuple):
    """A merge into the main branch."""

    id: str
    base: str
    head: str


@pytest.fixture(scope="module")
def proposals(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = tmp_path_factory.mktemp("merges") / "kep"
    command = [
        "git",
        "clone",
        "-q",
        "--bare",
        "-b",
        "master",
        str(real_data / "kep-history.bundle"),
        str(clone),
    ]
    subprocess.run(command, check=True)
    return clone


@pytest.fixture
def uncollected() -> Iterator[None]:
    """As a run of the command: there is nothing to collect."""
    gc.disable()
    yield
    gc.enable()


def merges(folder: Path) -> list[Merge]:
    """The last merges of two commits, the oldest first."""
    command = ["git", "log", "--merges", "--first-parent", f"-n{MERGES}", "--reverse", "--format=%H %P"]
    listed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return [Merge(*ids) for line in listed.splitlines() if len(ids := line.split()) == 3]


def judged(folder: Path, base: str, head: str, shared: Shared) -> Report:
    request = Request(str(folder), lambda zone: datetime(2026, 6, 1, tzinfo=zone), policies=str(EXAMPLE))
    report = compare(request, Change(base, head), shared)
    assert report.exit_code in (0, 1), (base, head, report.diagnostics)
    return report


def new(report: Report) -> dict[str, Result]:
    """What is new, by its fingerprint."""
    prints = fingerprints(report.results)
    return {name: r for name, r in zip(prints, report.results, strict=True) if r.age == "new"}


def mended(report: Report) -> set[tuple[str, str]]:
    return {(r.rule, r.subject.id) for r in (report.comparison.fixed if report.comparison else ())}


def is_on_a_changed_line(result: Result, report: Report) -> bool:
    place = result.anchor or result.location
    files = {each.path: each.lines for each in (report.comparison.files if report.comparison else ())}
    line = place.span.line if place.span else 0
    return any(first <= line <= last for first, last in files.get(place.path, ()))


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_new_stands_on_a_changed_line_once_and_stays_the_same(proposals: Path, part: int) -> None:
    every = merges(proposals)
    assert len(every) > MERGES * 0.9
    size = len(every) // PARTS + 1
    shared, told = Shared(), {}
    found = 0
    for merge in every[part * size : (part + 1) * size]:
        report = judged(proposals, merge.base, merge.head, shared)
        for name, result in new(report).items():
            found += 1
            assert is_on_a_changed_line(result, report), (merge, result)
            assert name not in told, (merge, told[name])
            told[name] = (merge, result)
        gone = mended(report)
        told = {name: each for name, each in told.items() if (each[1].rule, each[1].subject.id) not in gone}
        if new(report):  # the same is said of the commit that the host makes of both
            again = judged(proposals, merge.base, merge.id, shared)
            assert new(again).keys() == new(report).keys(), merge
    assert found

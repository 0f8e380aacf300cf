"""Wall time and peak memory of whole processes, in rounds that take turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Job:
    """A command to be measured."""

    name: str
    command: Sequence[str]
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    exit_codes: frozenset[int] = frozenset({0, 1})
    """Checkers end with 1 when they find something."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a job took."""

    seconds: float
    """Wall time; the median of its runs."""
    processor: float
    """Seconds at work, its own and the system's for it; the median. A busy machine changes it less."""
    megabytes: float
    """Peak resident memory of its largest process, in MiB; the median of its runs."""


class JobFailedError(Exception):
    """A job ended with an exit code that it should not have."""


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's, less what would make a started Python slower or different than a user's."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | dict(extra)


def once(job: Job, output: Path) -> Figure:
    """Run a job to its end, its standard output in a file; raises JobFailedError."""
    result, errors = output.with_suffix(".figures"), output.with_suffix(".errors")
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
    command = [*launcher, str(result), str(output), str(errors), *job.command]
    subprocess.run(command, cwd=job.cwd, env=environment(job.environment), check=True)
    seconds, processor, peak, code = result.read_text(encoding="utf-8").split()
    if int(code) not in job.exit_codes:
        said = errors.read_text(encoding="utf-8", errors="replace")
        raise JobFailedError(f"{job.name} ended with {code}:\n{said[-2000:]}")
    # The kernel counts in KiB, except on macOS, where it counts in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Figure(float(seconds), float(processor), int(peak) / unit)


def in_turns(jobs: Sequence[Job], rounds: int, scratch: Path) -> dict[str, Figure]:
    """The medians of each job over so many rounds, in which every job runs once; one more round before them
    fills caches and is not counted."""
    figures: dict[str, list[Figure]] = {job.name: [] for job in jobs}
    for number in range(rounds + 1):
        for job in jobs:
            if sys.stderr.isatty():
                print(f"\r\x1b[Kround {number} of {rounds}: {job.name}", end="", file=sys.stderr, flush=True)
            figure = once(job, scratch / "output")
            if number:
                figures[job.name].append(figure)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return {name: _median(runs) for name, runs in figures.items()}


def _median(runs: Sequence[Figure]) -> Figure:
    return Figure(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.processor for run in runs),
        statistics.median(run.megabytes for run in runs),
    )

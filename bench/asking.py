"""What every measurement over the real proposals is asked, and the circumstances that it is read with."""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

ROOT = Path(__file__).parents[1]


def parser(doc: str | None, rounds: int) -> argparse.ArgumentParser:
    """The options that all have; `doc` is the module's, `rounds` how many are run unless somebody says."""
    found = argparse.ArgumentParser(description=(doc or "").split("\n\n", maxsplit=1)[0])
    found.add_argument("--data", type=Path, default=os.environ.get("GONOGO_TEST_DATA"))
    found.add_argument("--cache", type=Path, default=ROOT / ".bench")
    found.add_argument(
        "--rounds", type=int, default=rounds, help=f"runs that give the median (default: {rounds})"
    )
    found.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    return found


def asked(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What the command line says; it ends with 2 where the data is missing."""
    options = parser.parse_args()
    if options.data is None or not (options.data / "kep-history.bundle").is_file():
        parser.error("name the folder of kep-history.bundle with --data or GONOGO_TEST_DATA")
    options.cache = options.cache.resolve()
    return options


def circumstances(rounds: int) -> str:
    """The machine, and how the figures came about, above the tables."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    machine = f"{platform.system()} on {cores} cores, Python {platform.python_version()}"
    how = f"medians of {rounds} runs that take turns; whole processes, files in the page cache"
    return f"{machine}; {how}.\n"

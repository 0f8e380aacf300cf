"""Measure gate reviews, the past and the replay of a year: what `docs/performance.md` shows of them.

    python bench/review.py [--data FOLDER] [--rounds 5] [--write]

FOLDER holds `kep-history.bundle`, the public history of the Kubernetes enhancement proposals as a git bundle;
without the option it is the value of GONOGO_TEST_DATA. It is cloned into `.bench/`, and judged there with
`examples/kubernetes-enhancements`, of which nothing is copied in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import asking
import corpus
from compare import REVIEWED, ROOT, floor, row, table, write
from measure import Figure, Job, in_turns

BEGIN, END = "<!-- bench/review.py writes from here -->", "<!-- bench/review.py writes to here -->"
LOOP, LOG = "bare loop", "git log"
PAST = "2024-03-01"
YEAR = ("2025-01-01", "2025-12-31")
GOALS = {"portfolio": 2.0, "past": 3.0, "past portfolio": 3.0, "replay": 60.0}
"""Seconds."""


def gonogo(name: str, folder: Path, *arguments: str) -> Job:
    """A command of this checkout as a whole process; 3 and 4 would mean that nothing was judged."""
    command = [sys.executable, "-m", "checker", *arguments, "--policies", str(corpus.EXAMPLE)]
    return Job(name, command, folder, {"PYTHONPATH": str(ROOT)})


def log(folder: Path) -> Job:
    """What git itself needs to tell what the same commits changed, contents included."""
    first, last = YEAR
    span = [f"--since={first}T00:00:00Z", f"--until={last}T23:59:59Z"]
    command = ["/usr/bin/env", "git", "log", "--first-parent", "-m", "-p", *span]
    return Job(LOG, command, folder)


def measure(folder: Path, rounds: int, scratch: Path) -> dict[str, Figure]:
    """The figures of every job by its name."""
    first, last = YEAR
    return in_turns(
        [
            floor(folder, LOOP, REVIEWED),
            gonogo("check", folder, "check", "--no-cache"),
            gonogo("review", folder, "review", "stable", "--subject", "sig-node/1287"),
            gonogo("portfolio", folder, "review", "--all"),
            gonogo("past", folder, "check", "--as-of", PAST),
            gonogo("past portfolio", folder, "review", "--all", "--as-of", PAST),
            log(folder),
            gonogo("replay", folder, "history", "--since", first, "--until", last),
        ],
        rounds,
        scratch,
    )


def tables(figures: Mapping[str, Figure], files: int) -> Iterator[str]:
    """Two tables: what is judged once, and what is judged commit by commit."""
    once = {
        LOOP: f"bare loop over the same {files:,} files: PyYAML's CSafeLoader, no positions",
        "check": "`gonogo check`",
        "review": "`gonogo review stable --subject sig-node/1287`",
        "portfolio": "`gonogo review --all`: every product at every gate",
        "past": f"`gonogo check --as-of {PAST}`",
        "past portfolio": f"`gonogo review --all --as-of {PAST}`",
    }
    rows = [[*row(label, figures[name], figures[LOOP]), _goal(name)] for name, label in once.items()]
    yield from table(["", "seconds", "× bare loop", "MiB", "goal, s"], rows)
    commits = {
        LOG: "`git log -p` over the commits of 2025: what they changed, judged by nobody",
        "replay": "`gonogo history` over the same commits",
    }
    rows = [[*row(label, figures[name], figures[LOG]), _goal(name)] for name, label in commits.items()]
    yield from table(["", "seconds", "× git log", "MiB", "goal, s"], rows)


def _goal(name: str) -> str:
    return f"{GOALS[name]:g}" if name in GOALS else "–"


def main() -> int:
    """Parse the options, measure, print; 1 where a goal is missed, 2 where the data is missing."""
    options = asking.asked(asking.parser(__doc__, rounds=5))

    cache: Path = options.cache
    scratch = cache / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    folder = corpus.clone(options.data, cache)
    figures = measure(folder, options.rounds, scratch)
    text = "\n".join(
        [asking.circumstances(options.rounds), *tables(figures, len(list(folder.glob(REVIEWED))))]
    )
    print(text)
    if options.write:
        write(text, BEGIN, END)
    missed = [name for name, goal in GOALS.items() if figures[name].seconds > goal]
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Measure what an equal run before saves, and what it costs to remember one, for `docs/performance.md`.

    python bench/cache.py [--data FOLDER] [--rounds 9] [--write]

FOLDER holds `kep-history.bundle`, the public history of the Kubernetes enhancement proposals as a git bundle;
without the option it is the value of GONOGO_TEST_DATA. What is judged and what is remembered lie outside of
any repository, whose keys would not be trusted, and are thrown away. A second run that takes more than ten
times what Python needs to start and end is a goal missed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import asking
import corpus
from compare import PROPOSALS, REVIEWED, ROOT, row, table, write
from measure import Figure, Job, in_turns

BEGIN, END = "<!-- bench/cache.py writes from here -->", "<!-- bench/cache.py writes to here -->"
PYTHON = "python"
GOAL = 10.0
"""Times of an empty Python, for a second run."""
FORGET = 'rm -rf "$XDG_CACHE_HOME"; exec "$@"'
CHANGE = 'echo "# $$" >> "$(find keps -name kep.yaml | head -1)"; exec "$@"'


def check(name: str, folder: Path, scratch: Path, *options: str, before: str = "") -> Job:
    """A check of this checkout with a cache of its own; `before` is what a shell does first."""
    command = [sys.executable, "-m", "checker", "check", *options]
    if before:
        command = ["/bin/sh", "-c", before, "sh", *command]
    where = {"XDG_STATE_HOME": str(scratch / "state"), "XDG_CACHE_HOME": str(scratch / name)}
    return Job(name, command, folder, {"PYTHONPATH": str(ROOT), **where})


def jobs(folder: Path, other: Path, scratch: Path) -> list[Job]:
    """Every run that is held against an empty Python; `other` holds the same files, which one run changes."""
    return [
        Job(PYTHON, [sys.executable, "-c", "pass"], folder),
        check("without", folder, scratch, "--no-cache"),
        check("first", folder, scratch, before=FORGET),
        check("second", folder, scratch),
        check("second-json", folder, scratch, "--output-format", "json"),
        check("changed", other, scratch, before=CHANGE),
    ]


LABELS = {
    PYTHON: "`python -c pass`",
    "without": "`gonogo check --no-cache`",
    "first": "`gonogo check`, the first",
    "changed": "`gonogo check` after one file changed",
    "second": "`gonogo check`, the second",
    "second-json": "`gonogo check --output-format json`, the second",
}


def rows(figures: Mapping[str, Figure]) -> Iterator[str]:
    """The table of one workspace."""
    yield from table(
        ["", "seconds", "× Python", "MiB"],
        [row(label, figures[name], figures[PYTHON]) for name, label in LABELS.items()],
    )


def main() -> int:
    """Parse the options, measure, print; 1 where the goal is missed, 2 where the data is missing."""
    options = asking.asked(asking.parser(__doc__, rounds=9))

    cache: Path = options.cache
    files = corpus.clone(options.data, cache)
    lines, missed = [asking.circumstances(options.rounds)], []
    with tempfile.TemporaryDirectory() as remembered:
        scratch = Path(remembered)
        for pattern, rules, what in (
            (PROPOSALS, corpus.COMPARISON, "the eight rules of the comparison"),
            (REVIEWED, corpus.EXAMPLE, "every rule of `examples/kubernetes-enhancements`"),
        ):
            folder, other = (corpus.workspace(files, rules, scratch / name) for name in ("same", "changing"))
            figures = in_turns(jobs(folder, other, scratch), options.rounds, scratch)
            lines += [f"{len(list(folder.glob(pattern))):,} files, {what}:\n", *rows(figures)]
            if figures["second"].seconds > GOAL * figures[PYTHON].seconds:
                missed.append(what)
    text = "\n".join(lines)
    print(text)
    if options.write:
        write(text, BEGIN, END)
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Measure a change held against its base: what `docs/performance.md` shows of it.

    python bench/change.py [--data FOLDER] [--rounds 7] [--write]

FOLDER holds `kep-history.bundle`, the public history of the Kubernetes enhancement proposals as a git bundle;
without the option it is the value of GONOGO_TEST_DATA. Its head is laid into `.bench/change` with the eight
rules that all contenders share, as a repository whose second commit edits three of the proposals.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import asking
import corpus
from compare import ROOT, floor, row, table, write
from measure import Figure, Job, in_turns

BEGIN, END = "<!-- bench/change.py writes from here -->", "<!-- bench/change.py writes to here -->"
LOOP, ONE, BOTH, NOTHING = "bare loop", "one side", "both sides", "no input"
TOUCHED = 3
GOAL = 1.5
"""How much longer both sides may take than one."""


def gonogo(name: str, folder: Path, *arguments: str) -> Job:
    """A check by this checkout as a whole process, made anew each time."""
    command = [sys.executable, "-m", "checker", "check", "--no-cache", *arguments]
    return Job(name, command, folder, {"PYTHONPATH": str(ROOT)})


def proposed(files: Path, folder: Path) -> Path:
    """A repository whose second commit edits a few of its artifacts, and whose third touches none."""
    corpus.workspace(files, corpus.COMPARISON, folder)

    def git(*arguments: str) -> None:
        person = ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", "-A")
    git("commit", "-m", "base")
    for path in sorted(folder.glob("keps/**/kep.yaml"))[::200][:TOUCHED]:
        path.write_text("# touched\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    git("commit", "-a", "-m", "change")
    (folder / "NOTES.txt").write_text("nothing that is judged\n", encoding="utf-8")
    git("add", "-A")
    git("commit", "-m", "notes")
    return folder


def measure(folder: Path, rounds: int, scratch: Path) -> dict[str, Figure]:
    """The figures of every job by its name."""
    jobs = [
        floor(folder, LOOP),
        gonogo(ONE, folder),
        gonogo(BOTH, folder, "--base", "HEAD~2"),
        gonogo(NOTHING, folder, "--base", "HEAD~1"),
    ]
    return in_turns(jobs, rounds, scratch)


def rows(figures: Mapping[str, Figure]) -> Iterator[str]:
    """The table."""
    labels = {
        LOOP: "bare loop over the same files: PyYAML's CSafeLoader, no positions",
        ONE: "`gonogo check`: the files as they are",
        BOTH: f"`gonogo check --base`: {TOUCHED} files touched, both sides from git",
        NOTHING: "`gonogo check --base`: no input touched",
    }
    body = [row(label, figures[name], figures[ONE]) for name, label in labels.items()]
    yield from table(["", "seconds", "× one side", "MiB"], body)


def main() -> int:
    """Parse the options, measure, print; 1 where the goal is missed, 2 where the data is missing."""
    options = asking.asked(asking.parser(__doc__, rounds=7))

    cache: Path = options.cache
    scratch = cache / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    folder = proposed(corpus.clone(options.data, cache), cache / "change")
    figures = measure(folder, options.rounds, scratch)
    text = "\n".join([asking.circumstances(options.rounds), *rows(figures)])
    print(text)
    if options.write:
        write(text, BEGIN, END)
    ratio = figures[BOTH].seconds / figures[ONE].seconds
    if ratio > GOAL:
        print(f"both sides take {ratio:.2f} times as long as one, and may take {GOAL}", file=sys.stderr)
    return int(ratio > GOAL)


if __name__ == "__main__":
    raise SystemExit(main())

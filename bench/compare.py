"""Measure gonogo, and other tools beside it, and print what `docs/performance.md` shows.

    python bench/compare.py [--data FOLDER] [--rounds N] [--without-peers] [--without-growth] [--write]

FOLDER holds `kep-history.bundle`, the public history of the Kubernetes enhancement proposals as a git bundle;
without the option it is the value of GONOGO_TEST_DATA. What is downloaded and made stands in `.bench/`.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import asking
import corpus
from contenders import CONTENDERS, RULES, NotInstallableError
from measure import Figure, Job, in_turns, once

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench/compare.py writes from here -->", "<!-- to here -->"
COPIES = (1, 10, 100)

FLOOR = "floor"
GONOGO = str(Path(sys.executable).with_name("gonogo"))


PROPOSALS = "keps/**/kep.yaml"
REVIEWED = "keps/**/*.yaml"
"""The proposals, and the approvals that their rules look up."""


def floor(folder: Path, name: str = FLOOR, pattern: str = PROPOSALS) -> Job:
    """A bare loop that loads the same files and does nothing with them."""
    return Job(name, [sys.executable, str(ROOT / "bench" / "peers" / "floor.py"), pattern], folder)


def check(name: str, folder: Path, *options: str) -> Job:
    """`gonogo check` as a user runs it for the first time: none is answered by the one before."""
    return Job(name, [GONOGO, "check", "--no-cache", *options], folder)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Markdown; the first column is text, the others are numbers but the last if its head is `note`."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' if name in {head[0], 'note'} else '---:' for name in head)}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def row(label: str, figure: Figure, against: Figure) -> list[str]:
    """Seconds, their ratio, MiB."""
    ratio = figure.seconds / against.seconds
    return [label, f"{figure.seconds:.3f}", f"{ratio:.2f}", f"{figure.megabytes:.0f}"]


def start(rounds: int, scratch: Path) -> Iterator[str]:
    """What it costs to start."""
    jobs = [
        Job("python", [sys.executable, "-c", "pass"], scratch),
        Job("version", [GONOGO, "--version"], scratch),
        Job("help", [GONOGO, "--help"], scratch),
    ]
    figures = in_turns(jobs, 3 * rounds, scratch)
    labels = {"python": "`python -c pass`", "version": "`gonogo --version`", "help": "`gonogo --help`"}
    yield "## Start\n"
    rows = [row(label, figures[name], figures["python"]) for name, label in labels.items()]
    yield from table(["", "seconds", "× Python", "MiB"], rows)


def real(files: Path, rounds: int, cache: Path, scratch: Path) -> Iterator[str]:
    """All rules of the example on all proposals."""
    folder = corpus.workspace(files, corpus.EXAMPLE, cache / "example")
    jobs = [
        floor(folder, FLOOR, REVIEWED),
        floor(folder, "proposals"),
        check("terminal", folder),
        check("json", folder, "--output-format", "json"),
    ]
    figures = in_turns(jobs, rounds, scratch)
    count, all_files = (len(list(folder.glob(pattern))) for pattern in (PROPOSALS, REVIEWED))
    yield f"## {count:,} proposals, every rule of `examples/kubernetes-enhancements`\n"
    yield f"The rules also read the {all_files - count:,} approvals, so gonogo loads {all_files:,} files.\n"
    labels = {
        FLOOR: f"bare loop over the same {all_files:,} files: PyYAML's CSafeLoader, no positions",
        "proposals": f"the same loop over the {count:,} proposals alone",
        "terminal": "`gonogo check`",
        "json": "`gonogo check --output-format json`, every pass with its line and column",
    }
    rows = [row(label, figures[name], figures[FLOOR]) for name, label in labels.items()]
    yield from table(["", "seconds", "× bare loop", "MiB"], rows)


def peers(files: Path, rounds: int, cache: Path, scratch: Path) -> Iterator[str]:
    """The same eight rules, tool by tool; what each finds is counted before anything is timed."""
    folder = corpus.workspace(files, corpus.COMPARISON, cache / "comparison")
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.glob(PROPOSALS))
    output = scratch / "found"
    once(check("gonogo", folder, "--output-format", "json"), output)
    results = json.loads(output.read_bytes())["results"]
    ours = Counter(
        result["rule"].removeprefix("comparison.")
        for result in results
        if result["outcome"] == "fail" and result["policy"] == "comparison.proposal"
    )
    found = {"gonogo": ours}
    jobs, missing = [floor(folder), check("gonogo", folder)], {}
    for contender in CONTENDERS:
        try:
            programs = contender.install(cache)
        except NotInstallableError as error:
            missing[contender.name] = str(error)
            continue
        job = contender.job(programs, folder, paths)
        once(job, output)
        found[contender.name] = contender.found(output.read_text(encoding="utf-8"))
        jobs.append(job)
    figures = in_turns(jobs, rounds, scratch)

    notes = {contender.name: contender.note for contender in CONTENDERS}
    notes |= {
        "gonogo": "line and column of every value, passes included",
        FLOOR: "loads the files, checks nothing",
    }
    expected = Counter(RULES)
    rows = []
    for name in sorted(figures, key=lambda name: figures[name].seconds):
        counted = found.get(name)
        faults = "–" if counted is None else f"{counted.total()}{'' if counted == +expected else ' ≠'}"
        label = "bare loop over PyYAML's CSafeLoader" if name == FLOOR else name
        rows.append([*row(label, figures[name], figures["gonogo"]), faults, notes[name]])
    rows += [[name, "–", "–", "–", "–", reason] for name, reason in missing.items()]
    yield f"## {len(paths):,} files, the same eight rules\n"
    yield from table(["", "seconds", "× gonogo", "MiB", "found", "note"], rows)
    counts = ", ".join(f"{name} {count}" for name, count in RULES.items())
    yield f"There are {expected.total()} faults: {counts}. A ≠ marks a tool that counts otherwise.\n"


def growth(files: Path, rounds: int, cache: Path, scratch: Path) -> Iterator[str]:
    """Ten and a hundred times as many files."""
    yield "## More files, the same eight rules\n"
    rows, first = [], 0.0
    for copies in COPIES:
        folder = corpus.grown(files, copies, corpus.COMPARISON, cache / "grown")
        count = len(list(folder.glob(PROPOSALS)))
        jobs = [floor(folder), check("gonogo", folder, "--quiet")]
        figures = in_turns(jobs, max(1, rounds // copies), scratch)
        bare, ours = figures[FLOOR], figures["gonogo"]
        each = ours.processor / count * 1e6
        first = first or each
        times = [bare.seconds, ours.seconds, ours.seconds / bare.seconds]
        shares = [f"{each:.0f}", f"{each / first:.2f}", f"{ours.megabytes:.0f}"]
        rows.append([f"{count:,}", *(f"{value:.2f}" for value in times), *shares])
        shutil.rmtree(folder)
    head = [
        "files",
        "bare loop, s",
        "gonogo, s",
        "× bare loop",
        "µs at work a file",
        "× the first row's",
        "MiB",
    ]
    yield from table(head, rows)


def write(text: str, begin: str = BEGIN, end: str = END) -> None:
    """Put the tables where the page marks their place."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def main() -> int:
    """Parse the options, measure, print; 2 where the data or gonogo itself is missing."""
    parser = asking.parser(__doc__, rounds=7)
    parser.add_argument("--without-peers", action="store_true", help="only gonogo and the bare loop")
    parser.add_argument("--without-growth", action="store_true", help="leave out the larger numbers of files")
    options = asking.asked(parser)
    if not Path(GONOGO).is_file():
        parser.error("gonogo is not installed for this Python; `sh scripts/venv test` installs it into .venv")

    cache: Path = options.cache
    scratch = cache / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    files = corpus.clone(options.data, cache)
    sections = [iter([asking.circumstances(options.rounds)]), start(options.rounds, scratch)]
    sections.append(real(files, options.rounds, cache, scratch))
    if not options.without_peers:
        sections.append(peers(files, options.rounds, cache, scratch))
    if not options.without_growth:
        sections.append(growth(files, options.rounds, cache, scratch))
    lines = []
    for line in chain.from_iterable(sections):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        write("\n".join(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Git as a door: a repository of 10,000 commits and 3,000 files, beside GitPython doing the same.

    python bench/repository.py [--rounds 3] [--commits 10000] [--files 3000]

The repository is made in a temporary folder. GitPython asks for the history of one file at a time, so its
figure is that of a sample of files times their number.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from git.objects import Blob
from git.repo import Repo

from checker.model import Fault
from checker.transports.git import Repository

START = 1_500_000_000
"""Seconds of the first commit; each further one is an hour later."""
SAMPLE = 40
"""Files whose history GitPython is asked for."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds that take turns; the median is shown")
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=3_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make(folder, arguments.commits, arguments.files)
        pairs = questions(folder, arguments.commits, arguments.files)
        figures: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in pairs}
        for number in range(arguments.rounds + 1):  # the first fills caches and is not counted
            for name, (ours, theirs, times) in pairs.items():
                measured = seconds(ours), seconds(theirs) * times
                if number:
                    for kept, figure in zip(figures[name], measured, strict=True):
                        kept.append(figure)
    print(f"{arguments.commits:,} commits, {arguments.files:,} files; medians of {arguments.rounds}\n")
    print(f"{'':34}{'gonogo ms':>12}{'GitPython ms':>14}{'ratio':>8}")
    for name, (ours_all, theirs_all) in figures.items():
        mine, other = statistics.median(ours_all), statistics.median(theirs_all)
        print(f"{name:34}{mine * 1000:12.1f}{other * 1000:14.1f}{other / mine:8.1f}")


def seconds(question: Callable[[], object]) -> float:
    start = time.perf_counter()
    question()
    return time.perf_counter() - start


Pair = tuple[Callable[[], object], Callable[[], object], float]
"""The same question twice, and by how much the second falls short of all of it."""


def questions(folder: Path, commits: int, files: int) -> dict[str, Pair]:
    """What is asked of both; each opens the repository anew, as a run would."""
    middle = datetime.fromtimestamp(START + 3600 * commits // 2, UTC)
    names = [path(number) for number in range(files)]
    sample = names[:: max(1, files // SAMPLE)][:SAMPLE]

    def ours() -> Repository:
        found = Repository.find(folder)
        assert isinstance(found, Repository)
        return found

    def theirs() -> Repo:
        return Repo(folder)

    def list_ours() -> None:
        tree = ours().tree("HEAD")
        assert not isinstance(tree, Fault)
        assert len(tree.find("**/*.yaml")) == files

    def list_theirs() -> None:
        found = theirs().head.commit.tree.traverse()
        assert sum(isinstance(item, Blob) and str(item.path).endswith(".yaml") for item in found) == files

    def read_ours() -> None:
        with ours() as repository:
            tree = repository.tree("HEAD")
            assert not isinstance(tree, Fault)
            assert all(isinstance(tree.read(path), bytes) for path, _ in tree.find("**/*.yaml"))

    def read_theirs() -> None:
        found = theirs().head.commit.tree.traverse()
        assert all(item.data_stream.read() for item in found if isinstance(item, Blob))

    def history_ours() -> None:
        history = ours().history()
        assert not isinstance(history, Fault)
        assert len(history) == files
        assert all(file.authors and file.last for file in history.values())

    def history_theirs() -> None:
        repository = theirs()
        for name in sample:
            assert {commit.author.name for commit in repository.iter_commits(paths=name)}

    def changed_ours() -> None:
        assert isinstance(ours().changed("HEAD~50", "HEAD"), tuple)

    def changed_theirs() -> None:
        assert theirs().commit("HEAD~50").diff("HEAD")

    def at_ours() -> None:
        assert not isinstance(ours().commit_at(middle), Fault)

    def at_theirs() -> None:
        line = theirs().iter_commits(first_parent=True)
        assert next(commit for commit in line if commit.committed_datetime <= middle).hexsha

    return {
        "list the files of a commit": (list_ours, list_theirs, 1),
        "list and read all files": (read_ours, read_theirs, 1),
        "authors, last change of all files": (history_ours, history_theirs, files / len(sample)),
        "files changed by 50 commits": (changed_ours, changed_theirs, 1),
        "the commit at a moment": (at_ours, at_theirs, 1),
    }


def path(number: int) -> str:
    return f"products/area-{number % 30}/product-{number}/launch.yaml"


def make(folder: Path, commits: int, files: int) -> None:
    """A repository by `git fast-import`: every commit changes a few files, every tenth one is a merge."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    stream = "".join(history(commits, files)).encode()
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream, check=True)
    subprocess.run(["git", "repack", "-adq"], cwd=folder, check=True)


def history(commits: int, files: int) -> Iterator[str]:
    """The stream of commands that fast-import reads."""
    per_commit = -(-files // commits) + 1
    for number in range(1, commits + 1):
        who = f"Person {number % 97} <person-{number % 97}@example.org> {START + 3600 * number} +0000"
        message = f"change {number}\n\nReviewed-by: Person {number % 13} <person-{number % 13}@example.org>\n"
        yield f"commit refs/heads/main\nmark :{number}\nauthor {who}\ncommitter {who}\n"
        yield f"data {len(message)}\n{message}"
        if number > 1:
            yield f"from :{number - 1}\n"
        if number > 10 and number % 10 == 0:
            yield f"merge :{number - 5}\n"
        for step in range(per_commit if number > 1 else files):
            which = step if number == 1 else (number * 7919 + step * 104_729) % files
            content = f"id: product-{which}\nrevision: {number}\n" + "description: something\n" * 20
            yield f"M 100644 inline {path(which)}\ndata {len(content)}\n{content}\n"
        yield "\n"


if __name__ == "__main__":
    main()

"""What `docs/kubernetes.md` shows of the real history is what its commands print there."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.showing import fits

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "kubernetes.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```shell-session\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURES = re.compile(r"^\| (\d{4}-\d\d-\d\d) \| (.*) \|$", re.MULTILINE)
MOVES = re.compile(r"^\| (\w+|–) \| (\w+|\*.*\*) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def steps() -> Iterator[tuple[str, str]]:
    """The commands of the page, and what is shown below each."""
    for block in BLOCK.findall(TEXT):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            count = 1 + sum(line.startswith("> ") for line in lines)
            yield "".join(line.removeprefix("> ") for line in lines[:count]), "".join(lines[count:])


@pytest.fixture(scope="module")
def folder(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the checkout called gonogo, the data called FOLDER, and a command `gonogo`."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "gonogo").symlink_to(ROOT)
    (folder / "FOLDER").symlink_to(real_data)
    command = folder / "bin" / "gonogo"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m checker "$@"\n', "utf-8")
    command.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, str]:
    """What each command prints, run one after the other in one shell."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    commands = [command for command, _ in steps()]
    script = "\n".join(f"{command.rstrip()}\nprintf '\\0'" for command in commands)
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder,
        env=kept | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return dict(zip(commands, done.stdout.split("\0")[:-1], strict=True))


@pytest.mark.parametrize(("command", "shown"), list(steps()), ids=lambda text: text[:60].strip())
def test_a_command_prints_what_is_shown(command: str, shown: str, printed: dict[str, str]) -> None:
    if shown:
        assert fits(shown, printed[command]), printed[command]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("day", "figures"), FIGURES.findall(TEXT), ids=lambda text: text[:10])
def test_the_table_of_ten_days(day: str, figures: str, folder: Path, printed: dict[str, str]) -> None:
    assert printed
    found = rows(folder / "proposals" / f"{day}.csv")
    count = Counter((row["gate"], row["passed"], row["verdict"]) for row in found)
    behind = [
        count[gate, "yes", verdict] for gate in ("alpha", "beta", "stable") for verdict in ("go", "no-go")
    ]
    proposal = [count["proposal", "no", verdict] for verdict in ("go", "no-go")]
    failing = any(row["passed"] == "yes" and row["verdict"] == "no-go" for row in found)
    code = 3 if not found else int(failing)
    assert [int(each) for each in figures.split(" | ")] == [sum(proposal), *proposal, *behind, code]
    lost = {row["product"] for row in found if row["verdict"] == "undecided"}
    assert len(lost) <= 4, "only what states a stage that does not exist is undecided"


def test_the_table_of_the_year(folder: Path, printed: dict[str, str]) -> None:
    assert printed
    changes: dict[tuple[str, str, str, str], set[str]] = {}
    for row in rows(folder / "proposals" / "2025.csv"):
        key = (row["commit"], row["product"], row["old_stage"] or "–", row["stage"])
        changes.setdefault(key, set()).add(row["verdict"])
    assert f"{len(changes)} changes" in TEXT
    assert f"{len({key[0] for key in changes})} of the 313 changed" in TEXT
    all_of = Counter(key[2:] for key in changes)
    stopped = Counter(key[2:] for key, verdicts in changes.items() if verdicts != {"go"})
    shown = {
        (old, new.replace("\\", "").strip("*")): (int(count), int(held))
        for old, new, count, held in MOVES.findall(TEXT)
    }
    assert shown == {move: (count, stopped[move]) for move, count in all_of.items()}
    assert sum(stopped.values()) == 1

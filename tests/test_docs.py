"""What the documentation shows at a prompt happens: every `console` block that begins with gonogo is run.

    <!-- console: empty -->
    ```console
    $ gonogo init
    …
    Next: gonogo check
    ```

A block runs in a copy of `examples/company`, or where the comment above it says: in another folder of the
repository, in an `empty` one, or `continued`: where the block before it left off. A block that begins with
`gonogo init` starts in an empty folder. Where output is shown it must be all of it; a line `…` stands for any
lines, and `…` within a line for any text.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.cli import root
from tests.showing import fits

ROOT = Path(__file__).parents[1]
COMPANY = "examples/company"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")])
BLOCK = re.compile(
    r"(?:<!-- console: (?P<where>[^>]*) -->\n+)?```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Step:
    """A command, and what is shown below it."""

    command: str
    output: str


@dataclass(frozen=True, slots=True)
class Block:
    where: str
    steps: tuple[Step, ...]
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        steps = tuple(
            Step(command.strip(), output)
            for command, _, output in (
                part.partition("\n") for part in re.split(r"^\$ ", match["body"], flags=re.MULTILINE)[1:]
            )
        )
        if steps and steps[0].command.startswith("gonogo"):
            fresh = "empty" if steps[0].command.startswith("gonogo init") else COMPANY
            yield Block(match["where"] or fresh, steps, text.count("\n", 0, match.start()) + 1)


@pytest.fixture
def shell(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Shell:
    for name in os.environ:
        if name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS") or name.startswith(
            ("GITHUB_", "GITLAB_", "CI_", "BITBUCKET_")
        ):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    (home / ".config" / "fish" / "completions").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    return Shell(monkeypatch, capsysbinary, tmp_path)


class Shell:
    """Runs the commands of blocks; gonogo in this process, everything else in a shell."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[bytes], folder: Path
    ) -> None:
        self.monkeypatch, self.capture, self.folder = monkeypatch, capture, folder
        self.count = 0

    def enter(self, where: str) -> None:
        if where == "continued":
            return
        self.count += 1
        name = "acme" if where == "empty" else Path(where).name
        target = self.folder / str(self.count) / name
        if where == "empty":
            target.mkdir(parents=True)
        else:
            shutil.copytree(ROOT / where, target)
        self.monkeypatch.chdir(target)

    def run(self, command: str) -> tuple[int, str]:
        """The exit code, and what was printed."""
        if not command.startswith("gonogo"):
            done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
            return done.returncode, done.stdout + done.stderr
        words, target, mode = shlex.split(command, comments=True)[1:], None, ""
        if len(words) > 1 and words[-2] in (">", ">>"):
            mode, target = {">": "wb", ">>": "ab"}[words[-2]], Path(os.path.expanduser(words[-1]))
            words = words[:-2]
        self.capture.readouterr()
        code = root.main(words)
        out, err = self.capture.readouterr()
        assert b"Traceback" not in err
        if target is not None:
            with target.open(mode) as file:
                file.write(out)
            out = b""
        return code, (out + err).decode()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_what_a_page_shows_happens(page: Path, shell: Shell) -> None:
    for block in blocks(page):
        shell.enter(block.where)
        if any(needs_a_history(step.command) for step in block.steps):
            commit_all(shell)
        for step in block.steps:
            code, printed = shell.run(step.command)
            place = f"{page.relative_to(ROOT)}:{block.line}: {step.command}"
            if step.output.strip():
                assert fits(step.output, printed), f"{place}\n{printed}"
            else:
                assert code in (0, 1), f"{place} ended with {code}\n{printed}"


def needs_a_history(command: str) -> bool:
    """Whether a command asks what was committed, or for a report."""
    return command.startswith(("gonogo history", "gonogo verify", "gonogo publish")) or "--base" in command


FOLLOWING = ("gonogo baseline --update", "gonogo baseline --check")
"""Examples of a help text that need what the one before them wrote."""


def commit_all(shell: Shell) -> None:
    """Put the folder under version control, with a report about the commit beside it."""
    commit = "commit --quiet --message 'shop: as it is'"
    origin = "update-ref refs/remotes/origin/main HEAD"  # as if it had been cloned
    for line in ("init --quiet --initial-branch main", "add .", commit, origin):
        settings = ("user.name=Ada Example", "user.email=ada@example.org", "commit.gpgsign=false")
        who = [part for setting in settings for part in ("-c", setting)]
        subprocess.run(["git", *who, *shlex.split(line)], check=True)
    shell.run("gonogo check --output-format json=report.json")


COMMANDS: list[tuple[str, ...]] = [(), *((name,) for name in root.COMMANDS), ("config", "show")]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_examples_of_a_help_text_work(command: tuple[str, ...], shell: Shell) -> None:
    shell.enter(COMPANY)
    _, text = shell.run(shlex.join(["gonogo", *command, "--help"]))
    shown = re.search(r"^  Examples?:\n((?:    gonogo.*\n)+)", text.replace("\\\n", ""), re.MULTILINE)
    assert shown
    for line in shown[1].splitlines():
        if not line.strip().startswith(FOLLOWING):
            shell.enter("empty" if " init" in line else COMPANY)
        if needs_a_history(line.strip()):
            commit_all(shell)
        code, printed = shell.run(line.strip())
        assert code in (0, 1), f"{line} ended with {code}\n{printed}"


@pytest.mark.parametrize(
    ("shown", "printed", "fitting"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n…\n", "a\nb\nc\n", True),
        ("…\nc\n", "a\nb\nc\n", True),
        ("a\n…\nc\n", "a\nc\n", True),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a b\nc\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_an_ellipsis_stands_for_what_is_left_out(shown: str, printed: str, fitting: bool) -> None:
    assert fits(shown, printed) is fitting

"""A check of a pull request as a whole process: no socket, no program but git, no code of the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import judging
from tests.judging import configuration, policy, rule
from tests.repositories import Made
from tests.security.attacks import started

ROOT = Path(__file__).parents[2]
PROGRAMS = {"git", "ssh-keygen"}
LAUNCHER = """\
import os, sys
log = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
watched = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "ctypes.")
def watch(event, arguments):
    if event.startswith(watched):
        os.write(log, f"{{event}} {{arguments[0]!r}}\\n".encode())
    elif event == "import" and arguments[1]:
        os.write(log, f"import {{arguments[1]}}\\n".encode())
sys.addaudithook(watch)
from checker.__main__ import main
sys.exit(main())
"""
"""What pip installs as the command `gonogo`, listening."""
PLANTED = "open({mark!r}, 'w').write(__file__)\nraise SystemExit(0)\n"
NAMES = (
    "checker/__init__",
    "checker/__main__",
    "yaml",
    "gonogo",
    "sitecustomize",
    "usercustomize",
    "re2",
    "click",
    "json",
)


class Ran(NamedTuple):
    code: int
    out: str
    events: list[str]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A pull request that breaks a rule, in a repository that has programs and modules in it."""
    made = started(
        tmp_path,
        {
            "policies/test.policy.yaml": policy(
                rule('subject.owner.matches("^[A-Z]")'), {**rule("true"), "id": "test.other"}
            ),
            "a.thing.yaml": "owner: Ada\n",
            "gonogo.yaml": configuration(signers="signers", people="people.yaml", waivers="*.waiver.yaml"),
            "people.yaml": "people: []\n",
            "signers": "",
        },
    )
    planted = PLANTED.format(mark=str(tmp_path / "sprung"))
    files = {f"{name}.py": planted for name in NAMES}
    files |= {
        "conftest.py": planted,
        "setup.py": planted,
        "x.pth": f"import os; open({str(tmp_path / 'sprung')!r}, 'w')",
    }
    made.commit("harmless", {"a.thing.yaml": "owner: eve\n", **files})
    for name in PROGRAMS:
        made.write({name: f"#!/bin/sh\ntouch {tmp_path}/sprung\n"})
        (made.folder / name).chmod(0o755)
    return made


def run(made: Made, *before: str, **environment: str) -> Ran:
    folder = made.folder.parent
    launcher, log = folder / "bin" / "gonogo", folder / "log"
    launcher.parent.mkdir(exist_ok=True)
    launcher.write_text(LAUNCHER.format(log=str(log)))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        [
            *before, sys.executable, str(launcher), "check", "--base", "main", "--clock", judging.DAY,
            "--no-cache", "--output-format", "json",
        ],
        cwd=made.folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, log.read_text().splitlines() if log.exists() else [])


def test_no_socket_is_opened_and_only_git_is_started(made: Made) -> None:
    ran = run(made)
    assert (ran.code, json.loads(ran.out)["verdict"]) == (1, "no-go")
    started = [each for each in ran.events if not each.startswith("import ")]
    assert started
    for each in started:
        event, _, program = each.partition(" ")
        assert event in ("subprocess.Popen", "os.posix_spawn"), each
        assert Path(program.strip("'b")).name in PROGRAMS, each
        assert str(made.folder) not in program
    assert not (made.folder.parent / "sprung").exists()


def test_no_module_of_the_checkout_is_imported(made: Made) -> None:
    ran = run(made)
    imported = [each.removeprefix("import ") for each in ran.events if each.startswith("import ")]
    assert len(imported) > 20
    assert [each for each in imported if each.startswith(str(made.folder))] == []
    assert not (made.folder.parent / "sprung").exists()


def test_why_python_minus_m_needs_minus_capital_i(made: Made) -> None:
    """Python itself looks into the current folder for `-m`; the installed command and `-I` do not."""
    for options in ([], ["-I"]):
        subprocess.run(
            [sys.executable, *options, "-m", "checker", "--version"],
            cwd=made.folder, env={"PATH": os.environ["PATH"]}, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        sprung = made.folder.parent / "sprung"
        assert sprung.exists() is (options == [])
        sprung.unlink(missing_ok=True)


@pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which sees what all processes do, is not there"
)
def test_what_the_kernel_sees(made: Made, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    calls = "trace=execve,socket,connect,bind,sendto,ptrace"
    ran = run(made, "strace", "-f", "-qq", "-o", str(trace), "-e", calls)
    assert ran.code == 1
    seen = trace.read_text().splitlines()
    executed = {Path(found[1]).name for line in seen if (found := re.search(r'execve\("([^"]+)"', line))}
    assert executed - {Path(sys.executable).name, Path(os.path.realpath(sys.executable)).name} <= PROGRAMS
    assert [line for line in seen if re.search(r"\b(socket|connect|bind|sendto|ptrace)\(", line)] == []

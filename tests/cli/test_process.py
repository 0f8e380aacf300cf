"""The command as a process of its own: pipes, signals, full disks, and what it costs to start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli.root import COMMANDS
from tests.cli.workspaces import DAY, GREEN, write

ROOT = Path(__file__).parents[2]
GONOGO = [sys.executable, "-m", "checker"]
FULL = Path("/dev/full")

posix = pytest.mark.skipif(os.name == "nt", reason="pipes and signals of POSIX")
full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write(tmp_path)


def environment(**more: str) -> dict[str, str]:
    dropped = {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def start(*arguments: str, cwd: Path, **more: object) -> subprocess.Popen[bytes]:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen([*GONOGO, *arguments], cwd=cwd, env=environment(), **streams)  # type: ignore[call-overload, no-any-return]


def run(*arguments: str, cwd: Path, **more: object) -> tuple[int, str, str]:
    process = start(*arguments, cwd=cwd, **more)
    out, err = process.communicate(timeout=60)
    return process.returncode, (out or b"").decode(), (err or b"").decode()


def test_two_runs_write_the_same_bytes(workspace: Path) -> None:
    formats = [f"--output-format={name}={name}.1" for name in ("json", "sarif", "junit", "markdown")]
    code, out, err = run("check", "--clock", DAY, "--output-format", "terminal", *formats, cwd=workspace)
    again = [each.replace(".1", ".2") for each in formats]
    assert (code, out, err) == run(
        "check", "--clock", DAY, "--output-format", "terminal", *again, cwd=workspace
    )
    assert (code, err) == (1, "")
    for name in ("json", "sarif", "junit", "markdown"):
        assert (workspace / f"{name}.1").read_bytes() == (workspace / f"{name}.2").read_bytes()
    assert json.loads((workspace / "json.1").read_bytes())["exit_code"] == 1


@posix
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check", "--output-format", "json"), 1),
        (("rules",), 0),
        (("schema", "prd"), 0),
        (("--help",), 0),
        (("--version",), 0),
        (("test",), 0),
    ],
)
def test_a_reader_that_went_away_is_no_error(workspace: Path, arguments: tuple[str, ...], code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*arguments, cwd=workspace, stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (code, b"")


@posix
def test_a_reader_that_reads_one_line_gets_it(tmp_path: Path) -> None:
    launches = {f"launches/l{n}.yaml": GREEN.replace("checkout", f"l{n}") for n in range(400)}
    folder = write(write(tmp_path), launches)
    with start("check", "--output-format", "json", cwd=folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 1


@full
@pytest.mark.parametrize(
    "arguments",
    [("check",), ("rules",), ("test",), ("config", "show"), ("--help",), ("check", "--help"), ("--version",)],
)
def test_a_full_disk_behind_standard_output_is_said(workspace: Path, arguments: tuple[str, ...]) -> None:
    with FULL.open("wb") as stream:
        code, _, err = run(*arguments, cwd=workspace, stdout=stream)
    assert code == 2
    assert err == (
        "gonogo: cannot write to standard output: No space left on device. Make room and run it again.\n"
    )


@posix
@pytest.mark.parametrize("command", ["check", "rules", "init", "new prd"])
def test_a_folder_that_is_gone_is_said(tmp_path: Path, command: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"rmdir {gone}; exec {sys.executable} -m checker {command}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=gone, env=environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        b"gonogo: the current folder is no longer there. Go to another one.\n",
    )


@full
def test_a_full_disk_behind_standard_error_changes_nothing(workspace: Path) -> None:
    with FULL.open("wb") as stream:
        assert run("check", "--nope", cwd=workspace, stderr=stream)[0] == 2


@posix
def test_a_report_that_does_not_fit_leaves_the_old_one(workspace: Path) -> None:
    report = workspace / "report.json"
    report.write_text("the old one")
    limited = (
        f"ulimit -f 1; trap '' XFSZ; exec {sys.executable} -m checker check --output-format json=report.json"
    )
    write(workspace, {f"launches/l{n}.yaml": GREEN.replace("checkout", f"l{n}") for n in range(20)})
    done = subprocess.run(
        ["/bin/sh", "-c", limited],
        cwd=workspace,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        done.stderr.decode()
        == "gonogo: cannot write report.json: File too large. Nothing of it was written.\n"
    )
    assert report.read_text() == "the old one"
    assert sorted(path.name for path in workspace.iterdir()) == [
        "gonogo.yaml",
        "launches",
        "policies",
        "report.json",
    ]


@posix
def test_standard_output_may_be_closed(workspace: Path) -> None:
    command = f"exec {sys.executable} -m checker check >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=workspace, env=environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        b"gonogo: standard output is closed. Let it lead to a file or a terminal.\n",
    )


SLOW = """\
import sys, time
from checker import run
from checker.cli import root
def check(request):
    print("ready", flush=True)
    time.sleep(60)
run.check = check
sys.exit(root.main(["check"]))
"""


@posix
def test_ctrl_c_ends_with_one_line(workspace: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=workspace,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.decode().strip()) == (130, "gonogo: interrupted")


DEFECT = """\
import sys
from checker import run
from checker.cli import root
def check(request):
    raise KeyError("x")
run.check = check
sys.exit(root.main(sys.argv[1:]))
"""


def test_a_defect_of_our_own_is_one_line_and_a_traceback_on_demand(workspace: Path) -> None:
    def run_defect(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", DEFECT, *arguments]
        return subprocess.run(
            command, cwd=workspace, env=environment(), capture_output=True, text=True, check=False
        )

    done = run_defect("check", "--rule", "a b")
    assert done.returncode == 2
    assert done.stderr == (
        "gonogo: a defect of gonogo itself (KeyError: 'x'). "
        "Please report it with what this prints: gonogo --debug check --rule 'a b'\n"
    )
    done = run_defect("--debug", "check", "--rule", "a b")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("gonogo --debug check --rule 'a b'\n")


@posix
def test_progress_is_shown_to_a_person_who_waits_and_to_nobody_else(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty

    from checker.cli import progress

    slow = (
        "import sys, time\nfrom checker.cli import progress\nprogress.PATIENCE = progress.INTERVAL = 0\n"
        "from checker.cli import root\nsys.exit(root.main(['check']))"
    )
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", slow],
        cwd=workspace,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    out, _ = process.communicate(timeout=60)
    shown = os.read(controller, 10_000).decode()
    os.close(controller)
    assert "\r2 of 2 subjects\x1b[K" in shown
    assert shown.endswith("\r\x1b[K"), "the line is taken away"
    assert out == start("check", cwd=workspace).communicate(timeout=60)[0]
    assert progress.PATIENCE == 1.0


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_no_other_and_nothing_heavy(command: str, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom checker.cli import root\n"
        f"root.main([{command!r}, '--help'])\nprint('\\n', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert COMMANDS[command] in loaded
    assert not loaded & (set(COMMANDS.values()) - {COMMANDS[command]})
    assert not loaded & {
        "yaml",
        "jsonschema",
        "jsonschema_rs",
        "jinja2",
        "re2",
        "markdown_it",
        "difflib",
        "checker.run",
    }


def test_a_check_loads_only_what_it_needs(workspace: Path) -> None:
    write(workspace, search=GREEN.replace("checkout", "search"))
    code = (
        "import sys\nfrom checker.cli import root\n"
        f"root.main(['check', '--clock', '{DAY}'])\nprint('\\n', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=workspace,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "checker.run" in loaded
    assert not loaded & {
        "jsonschema",
        "jinja2",
        "git",
        "markdown_it",
        "difflib",
        "checker.authoring",
        "checker.render.sarif",
    }

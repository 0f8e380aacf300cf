"""The command line, run in this process, in workspaces made for the purpose."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.cli import root


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Gonogo = Callable[..., Ran]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No colours, and no width but our own, whatever the terminal of the tests is like."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def gonogo(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Gonogo:
    """Runs a command as the entry point does; it never leaves a traceback."""

    def run(*arguments: object, cwd: Path | None = None) -> Ran:
        if cwd is not None:
            monkeypatch.chdir(cwd)
        capsysbinary.readouterr()
        code = root.main([os.fspath(a) if isinstance(a, Path) else str(a) for a in arguments])
        out, err = capsysbinary.readouterr()
        ran = Ran(code, out.decode(), err.decode())
        assert "Traceback" not in ran.err
        return ran

    return run

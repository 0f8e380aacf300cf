"""The documentation builds with every warning an error: links resolve, and no page is left out."""

from __future__ import annotations

import importlib.util
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from checker import kinds
from checker.cli.root import COMMANDS

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("sphinx", "myst_parser", "furo")),
    reason="the docs extra is not installed",
)
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "--builder",
        "html",
        "--fail-on-warning",
        "--no-color",
        "--keep-going",
        "--quiet",
    ]
    command += ["--doctree-dir", str(tmp_path / "doctrees"), str(ROOT / "docs"), str(tmp_path / "site")]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.stderr == ""
    assert built.returncode == 0
    for page in (ROOT / "docs").glob("*.md"):
        assert (tmp_path / "site" / page.with_suffix(".html").name).is_file()


@pytest.mark.parametrize("name", ["kinds.md", "commands.md"])
def test_the_reference_is_the_one_of_the_sources(name: str) -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "reference.py"))["pages"]()
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert pages[name] == written, "python docs/reference.py writes it anew"


def test_every_command_and_every_kind_is_in_the_reference() -> None:
    commands = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert all(f"## gonogo {name}" in commands for name in COMMANDS)
    pages = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert all(f"### {name}\n" in pages for name in kinds.shipped_names())

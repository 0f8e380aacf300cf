"""From nothing to a go in a real git repository: init, check, edit, check, and a change that breaks it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Gonogo

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

PRODUCT = """\
- id: acme
  name: Acme
  stage: discovery
  owners: [ Ada Example ]
"""


def git(folder: Path, *arguments: str) -> str:
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "Ada Example"), ("EMAIL", "ada@example.com"))
    }
    plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **identity, **plain},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def blocking(out: str) -> set[str]:
    """What stands in the way, as `rule path:line`."""
    return {
        f"{r['rule']} {r['location']['path']}:{r['location']['line']}"
        for r in json.loads(out)["results"]
        if r["outcome"] in ("fail", "error") and r["enforcement"] == "mandatory"
    }


def test_from_nothing_to_a_go_and_back(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")

    assert gonogo("init", cwd=folder).code == 0
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "workspace: gonogo checks it")

    # A real finding, and nothing wrong with what was written.
    as_json = ("check", "--clock", "2026-06-01", "--output-format", "json")
    first = gonogo(*as_json)
    assert first.code == 1
    assert json.loads(first.out)["diagnostics"] == []
    assert blocking(first.out) == {
        "product.schema products.yaml:6",
        "prd.schema products/acme/prd.md:4",
        "prd.schema products/acme/prd.md:7",
    }
    terminal = gonogo("check", "--clock", "2026-06-01", "--quiet").out
    assert "error[product.schema]" in terminal
    assert terminal.splitlines()[-1].startswith("NO-GO: ")

    # Every command that a message names works.
    for rule in {found.partition(" ")[0] for found in blocking(first.out)}:
        assert gonogo("explain", rule, "--clock", "2026-06-01").code == 0
    assert gonogo("config", "show").code == 0

    # Mended, it is a go, and what comes next is announced.
    (folder / "products.yaml").write_text(PRODUCT)
    document = folder / "products" / "acme" / "prd.md"
    text = document.read_text()
    document.write_text(
        text.replace("\nid:\n", "\nid: express\n").replace("\ntitle:\n", "\ntitle: Express\n")
    )
    second = gonogo(*as_json)
    assert (second.code, json.loads(second.out)["verdict"]) == (0, "go")
    assert any(r["enforcement"] == "upcoming" for r in json.loads(second.out)["results"])
    git(folder, "commit", "--quiet", "--all", "--message", "acme: who owns it")
    committed = gonogo(*as_json)

    # A change that enters the next stage is judged by that stage's gate.
    git(folder, "switch", "--quiet", "--create", "definition")
    (folder / "products.yaml").write_text(PRODUCT.replace("discovery", "definition"))
    third = gonogo(*as_json)
    assert third.code == 1
    assert any(found.startswith("prd.") for found in blocking(third.out))

    # Back on main nothing has changed, down to the byte.
    git(folder, "commit", "--quiet", "--all", "--message", "acme: enters definition")
    git(folder, "switch", "--quiet", "main")
    assert gonogo(*as_json) == committed

    # gonogo leaves nothing behind.
    assert git(folder, "status", "--porcelain") == ""


def test_a_report_beside_the_files_is_no_artifact(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    gonogo("init", cwd=folder)
    outputs = ("--output-format", "json=report.json", "--output-format", "markdown=report.md")
    assert gonogo("check", "--clock", "2026-06-01", *outputs).code == 1
    first = (folder / "report.json").read_bytes()
    assert gonogo("check", "--clock", "2026-06-01", *outputs).code == 1
    assert (folder / "report.json").read_bytes() == first

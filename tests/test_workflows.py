"""The workflows are what their linters ask for: pinned, least permitted, without script injection."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


def tool(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def test_there_are_workflows() -> None:
    assert {"ci.yml", "gate.yml"} <= {path.name for path in WORKFLOWS}


@pytest.mark.skipif(tool("zizmor") is None, reason="zizmor is not installed")
def test_zizmor_finds_nothing() -> None:
    command = [tool("zizmor") or "", "--offline", "--persona", "auditor", "--no-progress", str(FOLDER)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.skipif(
    tool("actionlint") is None,
    reason="actionlint is not on the PATH (its package downloads it from elsewhere)",
)
def test_actionlint_finds_nothing() -> None:
    command = [tool("actionlint") or "", "-no-color", *map(str, WORKFLOWS)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version(path: Path) -> None:
    used = re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", line) for line in used), used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_may_only_read(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        checkouts = [step for step in job["steps"] if "actions/checkout@" in step.get("uses", "")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_gonogo_may_go_by_its_own_rules(tmp_path: Path) -> None:
    """What the workflow `gate` decides, on the day the register of risks was last gone through."""
    day = yaml.safe_load((ROOT / "product" / "risks.yaml").read_text(encoding="utf-8"))["reviewed_on"]
    command = [sys.executable, "-m", "checker", "check", "--clock", str(day), "--output-format", "json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    assert '"verdict": "go"' in run.stdout

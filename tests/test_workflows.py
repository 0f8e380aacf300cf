"""The workflows are what their linters ask for: pinned, least permitted, without script injection."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repositories import Made

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTION = ROOT / "action.yml"
UPDATES = ROOT / ".github" / "dependabot.yml"
ZIZMOR = ("--offline", "--persona", "auditor", "--no-progress")

each_workflow = pytest.mark.parametrize(
    ("path", "workflow"),
    [(path, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in WORKFLOWS],
    ids=[path.name for path in WORKFLOWS],
)


def tool(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


needs_zizmor = pytest.mark.skipif(tool("zizmor") is None, reason="zizmor is not installed")
needs_actionlint = pytest.mark.skipif(
    tool("actionlint") is None,
    reason="actionlint is not on the PATH (its package downloads it from elsewhere)",
)
needs_check_jsonschema = pytest.mark.skipif(
    tool("check-jsonschema") is None, reason="check-jsonschema is not installed"
)


def lint(name: str, *arguments: str | Path) -> None:
    """A linter has nothing to say."""
    program = tool(name)
    assert program
    run = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    assert {path.name for path in WORKFLOWS} == {"ci.yml", "gate.yml", "publish.yml"}


@needs_zizmor
def test_zizmor_finds_nothing() -> None:
    lint("zizmor", *ZIZMOR, ACTION, UPDATES, FOLDER)


@needs_actionlint
def test_actionlint_finds_nothing() -> None:
    lint("actionlint", "-no-color", *WORKFLOWS)


@needs_check_jsonschema
def test_they_fit_the_schemas_of_their_formats() -> None:
    lint("check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION)
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    lint("check-jsonschema", "--builtin-schema", "vendor.dependabot", UPDATES)


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version(path: Path) -> None:
    used = re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+|\./ # .*", line) for line in used), used


@each_workflow
def test_a_job_may_do_what_it_is_for(path: Path, workflow: dict[str, Any]) -> None:
    """Read; only `publish`, which runs nothing of a pull request, may write, and nothing but its comment."""
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        writes = {"pull-requests": "write"} if path.name == "publish.yml" else {}
        assert job["permissions"] == {"contents": "read", **writes}
        assert job["timeout-minutes"] <= 20
    checkouts = [step for step in steps(workflow) if "actions/checkout@" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_workflow
def test_a_merge_queue_is_answered(path: Path, workflow: dict[str, Any]) -> None:
    """A check that is required and does not run for `merge_group` would hold the queue for ever."""
    triggers = workflow[True]  # what `on` is to YAML 1.1
    assert ("pull_request" in triggers) == ("merge_group" in triggers)
    assert workflow["concurrency"]["group"].startswith(path.stem)


@each_workflow
def test_no_expression_stands_in_a_script(path: Path, workflow: dict[str, Any]) -> None:
    assert not [step for step in steps(workflow) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("page", ["docs/ci.md", ".github/workflows/gate.yml"])
def test_a_check_is_of_the_branch_that_is_merged_into(page: str) -> None:
    """A host takes a check of the commit, whichever branch a pull request named when it ran."""
    text = (ACTION.parent / page).read_text(encoding="utf-8")
    written = re.search(r"<!-- file: \S+ -->\n```yaml\n(.*?)```", text, re.DOTALL)
    trigger = yaml.safe_load(written[1] if written else text)[True]["pull_request"]
    assert trigger["branches"] == ["main"]
    assert "edited" in trigger["types"]


def test_what_may_write_takes_nothing_of_a_pull_request() -> None:
    workflow = yaml.safe_load((FOLDER / "publish.yml").read_text(encoding="utf-8"))
    assert list(workflow[True]) == ["workflow_run"]
    checkout, fetch, action = steps(workflow)
    assert checkout["with"]["ref"] == "${{ github.sha }}"
    assert action["uses"] == "./"
    assert action["with"]["base"] == "${{ github.sha }}"
    assert action["with"]["head"] == "${{ github.event.workflow_run.head_sha }}"
    commands = set(re.findall(r"\bgit ([a-z-]+)", fetch["run"]))
    assert commands == {"ls-remote", "fetch"}, "commits are fetched, never checked out"
    assert "download-artifact" not in (FOLDER / "publish.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("pulls", "number"),
    [
        ({7: "head"}, "7"),
        ({7: "head", 12: "head", 9: "other"}, "12"),  # the newest that ends in it
        ({7: "other"}, ""),  # somebody pushed since
        ({}, ""),
    ],
)
def test_which_pull_request_is_published_to(tmp_path: Path, pulls: dict[int, str], number: str) -> None:
    host, clone = Made(tmp_path / "host"), Made(tmp_path / "clone")
    ids = {name: host.commit(name) for name in ("base", "other", "head")}
    host.git("checkout", "--quiet", "--detach", ids["base"])
    host.git("branch", "--force", "main", ids["base"])
    for pull, name in pulls.items():
        host.git("update-ref", f"refs/pull/{pull}/head", ids[name])
    clone.git("remote", "add", "origin", str(host.folder))
    clone.git("fetch", "--quiet", "origin", "main")
    workflow = yaml.safe_load((FOLDER / "publish.yml").read_text(encoding="utf-8"))
    script = next(step["run"] for step in steps(workflow) if step.get("id") == "pull-request")
    output = tmp_path / "output"
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=clone.folder,
        env={"PATH": os.environ["PATH"], "HEAD_SHA": ids["head"], "GITHUB_OUTPUT": str(output)},
        check=True,
    )
    assert (output.read_text(encoding="utf-8") if output.exists() else "") == (
        f"number={number}\n" if number else ""
    )
    assert not list(clone.folder.glob("[!.]*")), "nothing is checked out"
    if number:
        assert clone.git("cat-file", "-t", ids["head"]) == "commit"


def test_gonogo_may_go_by_its_own_rules(tmp_path: Path) -> None:
    """What the workflow `gate` decides, on the day the register of risks was last gone through."""
    day = yaml.safe_load((ROOT / "product" / "risks.yaml").read_text(encoding="utf-8"))["reviewed_on"]
    command = [sys.executable, "-m", "checker", "check", "--clock", str(day), "--output-format", "json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    assert '"verdict": "go"' in run.stdout

"""Runs the steps of the composite action `action.yml` as a runner of GitHub Actions does, here.

Only what that file uses is understood, and anything else is an error: references to contexts, joined by `||`,
and conditions that join `!cancelled()` and comparisons with `&&`. An expression in a script is refused: what
a pull request can choose would become a command there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))

_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_REFERENCE = re.compile(r"[a-z_]+(\.[a-z_-]+)+")
_COMPARISON = re.compile(r"([a-z_.-]+) (==|!=) '([^']*)'")


def value(template: str, context: Mapping[str, Any]) -> str:
    """A text of the file with its `${{ … }}` filled in."""

    def look_up(reference: str) -> str:
        assert _REFERENCE.fullmatch(reference), reference
        found: Any = context
        for key in reference.split("."):
            found = found.get(key, "") if isinstance(found, Mapping) else ""
        assert isinstance(found, str | int), reference
        return str(found)

    def first(match: re.Match[str]) -> str:
        return next(filter(None, map(look_up, match[1].split(" || "))), "")

    filled = _EXPRESSION.sub(first, template)
    assert "${{" not in template or filled != template, template
    return filled


def holds(condition: str, context: Mapping[str, Any]) -> bool:
    """Whether a step runs that states a condition with `!cancelled()`, where nobody cancels."""
    wrapped = _EXPRESSION.fullmatch(condition)
    assert wrapped, condition
    said, *comparisons = wrapped[1].split(" && ")
    assert said == "!cancelled()", condition
    results = []
    for comparison in comparisons:
        parts = _COMPARISON.fullmatch(comparison)
        assert parts, comparison
        equal = value("${{ " + parts[1] + " }}", context) == parts[3]
        results.append(equal if parts[2] == "==" else not equal)
    return all(results)


@dataclass(slots=True)
class Ran:
    """What became of the action."""

    failed: bool = False
    printed: dict[str, str] = field(default_factory=dict)
    """By the step's id, or its name."""
    skipped: list[str] = field(default_factory=list)
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine with a checkout."""

    checkout: Path
    temp: Path
    environ: Mapping[str, str]
    """What GitHub says of the run: GITHUB_EVENT_NAME and its like."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """Its payload."""
    installed: Path | None = None
    """A folder with `gonogo` and `python`, instead of what the step `install` would make."""

    def run(self, token: str = "", **inputs: str) -> Ran:
        """Run every step; the names of inputs have underscores here."""
        given = {name.replace("_", "-"): said for name, said in inputs.items()}
        assert set(given) <= set(ACTION["inputs"]), given
        github = {"action_path": str(ROOT), "token": token, "event": self.event}
        defaults = {name: value(it["default"], {"github": github}) for name, it in ACTION["inputs"].items()}
        context: dict[str, Any] = {
            "inputs": defaults | given,
            "github": github,
            "runner": {"temp": str(self.temp)},
            "steps": {},
        }
        ran = Ran()
        for step in ACTION["runs"]["steps"]:
            name = step.get("id") or step["name"]
            if holds(step["if"], context) if "if" in step else not ran.failed:
                outputs, code = self._step(name, step, context, ran)
                context["steps"][name] = {"outputs": outputs}
                ran.failed |= code != 0
            else:
                ran.skipped.append(name)
        ran.outputs = {name: value(it["value"], context) for name, it in ACTION["outputs"].items()}
        return ran

    def _payload(self) -> Path:
        path = self.temp / "event.json"
        path.write_text(json.dumps(self.event), encoding="utf-8")
        return path

    def _step(
        self, name: str, step: Mapping[str, Any], context: Mapping[str, Any], ran: Ran
    ) -> tuple[dict[str, str], int]:
        if "uses" in step:
            assert step["uses"].startswith("actions/setup-python@"), step["uses"]
            return {"python-path": sys.executable}, 0
        if name == "install" and self.installed:
            return {"scripts": str(self.installed)}, 0
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], f"{name}: an expression in a script"
        files = {key: self.temp / f"{name}.{key}" for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        script = self.temp / f"{name}.sh"
        script.write_text(step["run"], encoding="utf-8")
        stated = {key: value(said, context) for key, said in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=value(step["working-directory"], context) if "working-directory" in step else self.checkout,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.temp),
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTIONS": "true",
                "GITHUB_EVENT_PATH": str(self._payload()),
                **self.environ,
                **{key: str(file) for key, file in files.items()},
                **stated,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        ran.printed[name] = done.stdout + done.stderr
        ran.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines), done.returncode

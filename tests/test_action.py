"""What `action.yml` does on a runner, with gonogo or with a program that notes how it was called."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.actions import ACTION, ROOT, Ran, Runner, holds, value
from tests.programs import Noted

SECRET = "token-of-a-test"

SAYS_GO = json.dumps({"verdict": "go", "neutral": ""})
SAYS_NO_GO = json.dumps({"verdict": "no-go", "neutral": ""})


PULL_REQUEST = {"pull_request": {"number": 7}}


class Action(Noted):
    """The action with a gonogo that only notes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder, self.checkout = folder, folder / "checkout"
        self.checkout.mkdir()
        (folder / "temp" / "gonogo").mkdir(parents=True)

    def run(
        self, says: str = SAYS_GO, ends: int = 0, event: dict[str, Any] = PULL_REQUEST, **inputs: str
    ) -> Ran:
        environ = {
            "NOTES": str(self.notes),
            "GITHUB_REPOSITORY": "barnacle/launches",
            "REPORT_SAYS": says,
            "CHECK_ENDS": str(ends),
        }
        runner = Runner(self.checkout, self.folder / "temp", environ, event, self.programs)
        return runner.run(SECRET, **inputs)


@pytest.fixture
def noted(tmp_path: Path) -> Action:
    return Action(tmp_path)


ALWAYS = ["check", "--workspace", "."]
NAMED = ["--repository", "barnacle/launches"]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, ["--base", "auto", "--fail-on", "new"]),
        ({"fail_on": "all"}, ["--base", "auto", "--fail-on", "all"]),
        ({"base": ""}, []),
        (
            {"base": "origin/main", "head": "HEAD~1"},
            ["--base", "origin/main", "--fail-on", "new", "--head", "HEAD~1"],
        ),
        (
            {"base": "", "floor": "../governance", "floor_digest": "sha256:0"},
            ["--floor", "../governance", "--floor-digest", "sha256:0", *NAMED],
        ),
        ({"base": "", "floor": "../governance"}, ["--floor", "../governance", "--floor-digest", "", *NAMED]),
        ({"base": "", "floor_digest": "sha256:0"}, ["--floor", "", "--floor-digest", "sha256:0", *NAMED]),
    ],
)
def test_inputs_become_options(noted: Action, inputs: dict[str, str], expected: list[str]) -> None:
    ran = noted.run(**inputs)
    assert not ran.failed, ran.printed
    assert noted.options("check") == [*ALWAYS, *expected]


@pytest.mark.parametrize(
    "hostile",
    [
        "$(touch pwned)",
        "`touch pwned`",
        "a; touch pwned",
        "'; touch pwned; '",
        '"; touch pwned; "',
        "a\ttouch  pwned",
    ],
)
@pytest.mark.parametrize(
    "name", ["workspace", "base", "head", "fail_on", "floor", "floor_digest", "pull_request"]
)
def test_an_input_is_never_a_command(noted: Action, name: str, hostile: str) -> None:
    noted.run(**{name: hostile})
    assert not list(noted.folder.rglob("pwned"))
    assert hostile in noted.arguments("publish" if name == "pull_request" else "check")


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_the_exit_code_is_kept_and_told(noted: Action, code: int) -> None:
    ran = noted.run(SAYS_NO_GO, ends=code)
    assert ran.failed == (code != 0)
    assert ran.outputs["exit-code"] == str(code)
    assert noted.arguments("publish"), "a report is published whatever it says"


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        (SAYS_GO, "go"),
        (SAYS_NO_GO, "no-go"),
        ('{"verdict": "undecided", "neutral": "The register lists no product of it."}', "neutral"),
    ],
)
def test_what_it_hands_on(noted: Action, says: str, verdict: str) -> None:
    ran = noted.run(says)
    assert ran.outputs["verdict"] == verdict
    assert Path(ran.outputs["report"]).read_text(encoding="utf-8") == says
    # Code scanning would take a log without results for one in which all alerts are mended.
    assert ran.outputs["sarif"].endswith(".sarif") == (verdict != "neutral")
    assert ran.summary == says


def test_without_a_report_nothing_is_published(noted: Action) -> None:
    noted.folder.joinpath("temp", "gonogo", "report.json").write_text(SAYS_GO, encoding="utf-8")
    ran = noted.run("", ends=2)
    assert ran.failed
    assert ran.skipped == ["Publish"]
    assert ran.outputs == {"verdict": "", "exit-code": "2", "report": "", "sarif": ""}


@pytest.mark.parametrize(
    ("event", "inputs", "expected"),
    [
        (PULL_REQUEST, {}, ["--no-check", "--pull-request", "7"]),
        (PULL_REQUEST, {"annotations": "check"}, ["--check", "--pull-request", "7"]),
        (PULL_REQUEST, {"publish": "true"}, ["--no-check", "--pull-request", "7", "--required"]),
        (PULL_REQUEST, {"suggestions": "true"}, ["--no-check", "--pull-request", "7", "--suggestions"]),
        (
            {"workflow_run": {}},
            {"annotations": "none", "pull_request": "17"},
            ["--no-check", "--pull-request", "17"],
        ),
        ({"merge_group": {}}, {"annotations": "check"}, ["--check"]),
    ],
)
def test_how_it_publishes(
    noted: Action, event: dict[str, Any], inputs: dict[str, str], expected: list[str]
) -> None:
    ran = noted.run(event=event, **inputs)
    assert noted.arguments("publish") == ["publish", "github", ran.outputs["report"], *expected]


@pytest.mark.parametrize(
    "event", [{"merge_group": {}}, {"before": "", "after": ""}, {"schedule": "0 0 * * *"}]
)
def test_without_a_pull_request_there_is_nobody_to_write_to(noted: Action, event: dict[str, Any]) -> None:
    assert not noted.run(event=event).failed
    assert not noted.arguments("publish")


@pytest.mark.parametrize(
    ("annotations", "log"), [("job", "github"), ("check", "terminal"), ("none", "terminal")]
)
def test_findings_are_annotated_once(noted: Action, annotations: str, log: str) -> None:
    noted.run(annotations=annotations)
    words = noted.arguments("check")
    assert words[words.index("--output-format") + 1] == log
    assert ("--check" in noted.arguments("publish")) == (annotations == "check")


def test_publishing_can_be_left_out(noted: Action) -> None:
    ran = noted.run(publish="false")
    assert ran.skipped == ["Publish"]
    assert not noted.arguments("publish")


def test_only_publishing_sees_the_token(noted: Action) -> None:
    noted.run()
    assert noted.token("publish") == SECRET
    assert not noted.token("check")
    for step in ACTION["runs"]["steps"][:-1]:
        assert "token" not in json.dumps(step).lower(), step


def test_the_install_is_away_from_the_checkout(tmp_path: Path) -> None:
    """A pull request that brings modules of Python's own names runs nothing."""
    checkout, temp = tmp_path / "checkout", tmp_path / "temp"
    checkout.mkdir()
    temp.mkdir()
    for name in ("venv", "pip", "json", "encodings", "sitecustomize", "checker", "click"):
        (checkout / f"{name}.py").write_text(f"open({str(tmp_path / 'pwned')!r}, 'w')", encoding="utf-8")
    ran = Runner(checkout, temp, {"GITHUB_REPOSITORY": "barnacle/launches"}).run(publish="false", base="")
    assert not (tmp_path / "pwned").exists()
    assert ran.outputs["exit-code"] == "2", ran.printed  # there is no gonogo.yaml
    assert "there is no gonogo.yaml in ." in ran.printed["check"]
    assert (temp / "gonogo").is_dir()
    assert not list(checkout.glob(".venv"))


@pytest.mark.parametrize("version", ["", "1.2.3"])
def test_what_is_installed(tmp_path: Path, version: str) -> None:
    """The action's own source, or a version that is asked for."""
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\nmkdir -p "$RUNNER_TEMP/gonogo/bin"\n'
        'printf "#!/bin/sh\\nshift 3\\necho \\"\\$@\\"\\n" > "$RUNNER_TEMP/gonogo/bin/python"\n'
        'chmod +x "$RUNNER_TEMP/gonogo/bin/python"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "install")
    context: dict[str, Any] = {
        "steps": {"python": {"outputs": {"python-path": str(python)}}},
        "inputs": {"version": version},
        "github": {"action_path": str(ROOT)},
        "runner": {"temp": str(tmp_path)},
    }
    ran = Ran()
    outputs, code = Runner(tmp_path, tmp_path, {})._step("install", step, context, ran)
    assert code == 0, ran.printed
    assert shlex.split(ran.printed["install"])[-1] == (
        f"gonogo[publish]=={version}" if version else f"{ROOT}[publish]"
    )
    assert outputs == {"scripts": os.fspath(tmp_path / "gonogo" / "bin")}


def test_every_input_is_used_and_described() -> None:
    text = json.dumps(ACTION["runs"])
    for name, about in ACTION["inputs"].items():
        assert f"inputs.{name} " in text or f"inputs.{name} }}" in text, name
        assert about["description"]
        assert not about.get("required"), "every input has a default"


@pytest.mark.parametrize(
    "template",
    ["${{ github.event.pull_request.title || 'x' }}", "${{ format('{0}', inputs.base) }}", "${{inputs.x}}"],
)
def test_the_evaluator_refuses_what_it_does_not_know(template: str) -> None:
    with pytest.raises(AssertionError):
        value(template, {"inputs": {"base": "x", "x": "y"}})
    with pytest.raises(AssertionError):
        holds(template, {})

"""The options that say which change is judged, alone and with others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Gonogo
from tests.cli.workspaces import DAY, write
from tests.repositories import Made


@pytest.fixture
def shop(tmp_path: Path) -> Made:
    """A repository whose branch `pr` is checked out and is to go into `main`."""
    made = Made(write(tmp_path / "shop"))
    made.commit("as it was")
    made.git("switch", "-q", "-c", "pr")
    return made


def judged(gonogo: Gonogo, shop: Made, *more: object) -> tuple[int, dict[str, Any]]:
    change = ("--workspace", shop.folder, "--base", "main", "--clock", DAY)
    ran = gonogo("check", *change, "--output-format", "json", *more)
    return ran.code, json.loads(ran.out)


def test_a_change_that_takes_the_configuration_away_is_judged_by_it(gonogo: Gonogo, shop: Made) -> None:
    shop.git("rm", "-q", "gonogo.yaml")
    shop.commit("away with it")
    code, report = judged(gonogo, shop)
    (found,) = report["diagnostics"]
    assert (code, found["message"][:46]) == (2, "once this change is merged nothing can be judg")


def test_a_format_that_a_host_compares_has_what_a_change_does_not_touch(gonogo: Gonogo, shop: Made) -> None:
    shop.commit("words", {"README.md": "Another word.\n"})
    change = ("--workspace", shop.folder, "--base", "pr~1", "--clock", DAY)
    assert "NEUTRAL" in gonogo("check", *change).out
    ran = gonogo("check", *change, "--output-format", "gitlab")
    everything = gonogo("check", *change, "--output-format", "gitlab", "--fail-on", "all")
    prints = [{each["fingerprint"] for each in json.loads(it.out)} for it in (ran, everything)]
    assert prints[0] == prints[1] != set()
    assert (ran.code, everything.code) == (0, 1)


def test_the_report_of_a_change_that_touches_nothing_spares_what_others_read(
    gonogo: Gonogo, shop: Made
) -> None:
    shop.commit("words", {"README.md": "Another word.\n"})
    for name in ("gonogo.yaml", "launches/checkout.yaml"):
        kept = shop.folder / name
        before = kept.read_bytes()
        ran = gonogo("check", "--workspace", shop.folder, "--base", "pr~1", "--output-format", f"json={kept}")
        assert (ran.code, "would overwrite it" in ran.err, kept.read_bytes()) == (2, True, before)
    new = shop.folder / "launches" / "report.json"
    for _ in range(2):
        ran = gonogo("check", "--workspace", shop.folder, "--base", "pr~1", "--output-format", f"json={new}")
        assert (ran.code, json.loads(new.read_bytes())["neutral"] != "") == (0, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--head", "pr"], "--head means nothing without --base. State --base REF too."),
        (["--fail-on", "all"], "--fail-on means nothing without --base. State --base REF too."),
        (
            ["--base", "main", "--as-of", DAY],
            "--as-of and --base both say which commits are read. State --clock for the moment.",
        ),
    ],
)
def test_options_that_contradict_each_other(
    gonogo: Gonogo, shop: Made, options: list[str], said: str
) -> None:
    ran = gonogo("check", "--workspace", shop.folder, *options)
    assert (ran.code, ran.out, ran.err) == (2, "", f"gonogo: {said}\n")


def test_a_change_does_not_choose_the_workspace_of_a_job(
    gonogo: Gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a configuration that it takes away: then another one would be the nearest."""
    made = Made(tmp_path / "shop")
    write(made.folder)
    write(made.folder / "team")
    main = made.commit("as it was")
    made.git("update-ref", "refs/remotes/origin/main", main)
    made.git("switch", "-q", "-c", "pr")
    (made.folder / "team" / "gonogo.yaml").unlink()
    head = made.commit("harmless")
    for name in ("GITHUB_ACTIONS", "BITBUCKET_BUILD_NUMBER", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)
    told = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_COMMIT_SHA": head}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    team = made.folder / "team"
    ran = gonogo("check", "--base", "auto", "--clock", DAY, "--output-format", "json", cwd=team)
    report = json.loads(ran.out)
    assert (ran.code, report["neutral"], report["comparison"]["judging"]) == (2, "", ["gonogo.yaml"])

"""What a hostile or an unlucky user does: each ends with one clear message and its exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Gonogo
from tests.cli.workspaces import CONFIGURATION, DAY, RED, write

BINARY = b"a: 1\n\n" + bytes(range(14, 256))
"""Undecodable from its third line on."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.mark.parametrize("name", ["gonogo", "pack", "rollback"])
def test_a_binary_file_that_judges_is_a_diagnostic(tmp_path: Path, gonogo: Gonogo, name: str) -> None:
    files = {
        "gonogo": "gonogo.yaml",
        "pack": "policies/pack.yaml",
        "rollback": "policies/rollback.policy.yaml",
    }
    folder = write(tmp_path)
    (folder / files[name]).write_bytes(BINARY)
    ran = gonogo("check", cwd=folder)
    assert ran.code == 2
    assert ran.out.startswith(
        "error[encoding]: The bytes 80 are no character in UTF-8.\n"
        f"  --> {files[name]}:3:115\n"
        "   = fix: Save the file as UTF-8.\n"
    )


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Apia", "America/New_York"])
@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        ("0002-01-01", 1),
        ("9998-12-31", 1),
        ("9998-12-31T23:59:59Z", 1),
        ("0001-12-31", 2),
        ("9999-01-01", 2),
        ("0001-01-01T00:00:00Z", 2),
        ("9999-12-31T23:59:59Z", 2),
    ],
)
def test_the_ends_of_the_calendar(tmp_path: Path, gonogo: Gonogo, zone: str, as_of: str, code: int) -> None:
    folder = write(tmp_path, gonogo=CONFIGURATION.replace("Europe/London", zone))
    ran = gonogo("check", "--clock", as_of, cwd=folder)
    assert ran.code == code
    if code == 2:
        assert f"'{as_of}' is neither a day such as" in ran.err
    elif len(as_of) == 10:  # a time may fall on another day there
        assert f"acme as of {as_of}" in ran.out


def test_a_broken_workspace_has_no_name_and_no_gap_for_it(tmp_path: Path, gonogo: Gonogo) -> None:
    ran = gonogo("check", "--clock", DAY, cwd=write(tmp_path, gonogo=""))
    assert "0 subjects in 0 files, 0 rules, as of 2026-06-01\n" in ran.out


def test_a_configuration_that_is_no_file_is_not_passed_over(workspace: Path, gonogo: Gonogo) -> None:
    inner = workspace / "inner"
    (inner / "gonogo.yaml").mkdir(parents=True)
    ran = gonogo("check", cwd=inner)
    assert (ran.code, ran.out.splitlines()[0]) == (2, "error[not-a-file]: This is a folder, not a file.")


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (
            ["json=x", "sarif=./x"],
            "gonogo: json and sarif cannot share ./x. "
            "Write one into another file: --output-format sarif=FILE.\n",
        ),
        (
            ["json", "sarif=-"],
            "gonogo: json and sarif cannot share standard output. "
            "Write one into a file: --output-format sarif=FILE.\n",
        ),
        (
            ["json=gonogo.yaml"],
            "gonogo: gonogo.yaml is read by the check, and json would overwrite it. Name another file.\n",
        ),
        (
            ["junit=launches/../launches/checkout.yaml"],
            "gonogo: launches/../launches/checkout.yaml is read by the check, and junit would overwrite it. "
            "Name another file.\n",
        ),
    ],
)
def test_an_output_goes_where_it_does_no_harm(
    workspace: Path, gonogo: Gonogo, outputs: list[str], message: str
) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*.yaml")}
    ran = gonogo("check", *(part for each in outputs for part in ("--output-format", each)), cwd=workspace)
    assert ran == (2, "", message)
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


EXCLUDING = CONFIGURATION.replace("launches/{launch}.yaml", '"**/*.yaml"\n    exclude: reports/**')


@pytest.mark.parametrize(
    ("name", "config", "kept"),
    [
        ("launches/checkout.yaml", CONFIGURATION, True),
        ("policies/pack.yaml", CONFIGURATION, True),
        ("reports/last.yaml", CONFIGURATION, False),
        ("reports/last.yaml", EXCLUDING, False),
        ("launches/new.yaml", CONFIGURATION, False),
    ],
)
def test_a_run_that_comes_to_nothing_spares_what_others_read(
    workspace: Path, gonogo: Gonogo, name: str, config: str, kept: bool
) -> None:
    (workspace / "gonogo.yaml").write_text(config)
    file = workspace / name
    if "new" not in name:
        file.parent.mkdir(exist_ok=True)
        file.touch()
    before = file.read_bytes() if file.exists() else b""
    ran = gonogo("check", "--rule", "no.such", "--output-format", f"json={name}", cwd=workspace)
    assert (ran.code, "would overwrite it" in ran.err, file.read_bytes() == before) == (2, kept, kept)


def test_a_portfolio_spares_what_it_read(workspace: Path, gonogo: Gonogo) -> None:
    before = (workspace / "launches/checkout.yaml").read_bytes()
    ran = gonogo("review", "--all", "--output-format", "json=launches/checkout.yaml", cwd=workspace)
    assert (ran.code, "would overwrite it" in ran.err) == (2, True)
    assert (workspace / "launches/checkout.yaml").read_bytes() == before


def test_a_dash_is_standard_output(workspace: Path, gonogo: Gonogo) -> None:
    ran = gonogo("check", "--output-format", "json=-", cwd=workspace)
    assert json.loads(ran.out)["verdict"] == "no-go"
    assert not (workspace / "-").exists()


HOSTILE = "N\n::error::x\n\x1b[31m##[group] \u202e"


def test_explain_keeps_what_artifacts_say_within_a_line(tmp_path: Path, gonogo: Gonogo) -> None:
    artifact = f"id: {json.dumps(HOSTILE)}\nname: {json.dumps(HOSTILE)}\n"
    ran = gonogo("explain", "launch.rollback.owner", cwd=write(tmp_path, search=artifact))
    assert ran.code == 0
    shown = ran.out.partition("Now, as of")[2].splitlines()
    assert shown[1:3] == [
        "  fail  launch-plan N ::error::x <U+001B>[31m# #[group] <U+202E>  launches/search.yaml:1:1",
        "    N ::error::x <U+001B>[31m# #[group] <U+202E> names no rollback owner",
    ]


def test_a_value_of_any_length_does_not_flood_a_message(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path, search=RED.replace("Search", "x" * 100_000))
    ran = gonogo("check", "--output-format", "json", cwd=folder)
    messages = [result["message"] for result in json.loads(ran.out)["results"]]
    assert f"{'x' * 299}… names no rollback owner" in messages
    assert max(map(len, messages)) < 400


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["policies"], "none of the subjects that are there is asked for"),
        (["--kind", "prd"], "none of the subjects that are there is asked for"),
        (
            ["--rule", "launch.rollback.*", "--severity", "critical"],
            "no rule that is asked for is about these subjects",
        ),
    ],
)
def test_what_leaves_nothing_over_is_said(
    workspace: Path, gonogo: Gonogo, arguments: list[str], said: str
) -> None:
    ran = gonogo("check", *arguments, cwd=workspace)
    assert (ran.code, ran.out.splitlines()[0]) == (3, f"warning[nothing-asked]: {said}")
    assert "UNDECIDED: nothing was checked, and that is not a pass\n" in ran.out


@pytest.mark.skipif(os.name != "posix", reason="names of any bytes are of POSIX")
@pytest.mark.parametrize("name", [b"w\xff\n: 1", b"\x1b[31m", b"\xff", "\u202eé: #".encode(), b"'\"{}"])
def test_init_in_a_folder_of_any_name_leaves_what_can_be_read(
    tmp_path: Path, gonogo: Gonogo, name: bytes
) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    (folder / "prd.md").write_text("# Checkout\n")
    (folder / "\x1b[31m").mkdir()
    (folder / "\x1b[31m" / "prd.md").write_text("# Checkout\n")
    assert gonogo("init", cwd=folder).code == 0
    assert gonogo("config", "show", cwd=folder).code == 0
    assert gonogo("check", cwd=folder).code == 1

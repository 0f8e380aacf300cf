"""The example lifecycles: each is a workspace that runs, and whose next gate says what is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from checker.cli import root

LIFECYCLES = Path(__file__).parents[1] / "examples" / "lifecycles"
TODAY = "2026-09-14"
NAMES = ("stage-gate", "fda-design-control")


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return copied(request.param, tmp_path)


def copied(name: str, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(LIFECYCLES / name, tmp_path / name))


def run(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    report = folder.parent / "report.json"
    code = root.main(
        [*words, "--workspace", str(folder), "--clock", TODAY, "--output-format", f"json={report}"]
    )
    loaded: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return code, loaded


def blocking(report: dict[str, Any]) -> set[str]:
    return {
        result["rule"] + (f"[{result['key']}]" if result.get("key") else "")
        for result in report["results"]
        if result["outcome"] in ("fail", "error") and result["enforcement"] == "mandatory"
    }


def change(folder: Path, path: str, old: str, new: str) -> None:
    file = folder / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_at_its_present_stage_it_is_a_go(folder: Path) -> None:
    code, report = run(folder, "check")
    assert (code, report["verdict"], report["diagnostics"]) == (0, "go", [])


def test_the_portfolio_runs(folder: Path) -> None:
    table = folder.parent / "table.csv"
    words = ["review", "--all", "--workspace", str(folder), "--clock", TODAY]
    assert root.main([*words, "--output-format", f"csv={table}"]) in (0, 1, 4)
    assert table.read_text(encoding="utf-8").count("\n") > 1


def test_gate_three_of_the_kettle(tmp_path: Path) -> None:
    folder = copied("stage-gate", tmp_path)
    code, report = run(folder, "review", "development", "--subject", "kettle")
    signed = {f"development.sign-off.{role}" for role in ("finance", "making", "sales")}
    assert (code, blocking(report)) == (1, {"prd.no-placeholders", *signed})
    change(folder, "products/kettle/business-case.md", "TBD: first", "First")
    code, report = run(folder, "review", "development", "--subject", "kettle")
    assert (code, report["verdict"], blocking(report)) == (4, "undecided", signed)


def test_the_last_gate_asks_for_the_decision_about_the_money(tmp_path: Path) -> None:
    folder = copied("stage-gate", tmp_path)
    _, report = run(folder, "review", "launch", "--subject", "kettle")
    assert "launch.requires.development[kettle]" in blocking(report)


def test_the_bell_is_not_verified(tmp_path: Path) -> None:
    folder = copied("fda-design-control", tmp_path)
    code, report = run(folder, "review", "validation", "--subject", "hushbell")
    assert code == 1
    signed = {"validation.sign-off.quality", "validation.sign-off.clinical"}
    assert blocking(report) == {"design.verified[I3]", "design.verified.independent[V2]", *signed}
    change(folder, "devices/hushbell/design.yaml", "of: I2, by: Owen Example", "of: I2, by: Sven Mockup")
    where = "result: passed, record: https://docs.example.com/hushbell/v3"
    record = f"  - {{ id: V3, of: I3, by: Priya Sample, on: 2026-09-12, {where} }}"
    change(folder, "devices/hushbell/design.yaml", "  # V3 was", f"{record}\n  # V3 was")
    code, report = run(folder, "review", "validation", "--subject", "hushbell")
    assert (code, blocking(report)) == (4, signed)


def test_the_bell_tests_its_own_rules(tmp_path: Path) -> None:
    assert root.main(["test", "--workspace", str(copied("fda-design-control", tmp_path))]) == 0

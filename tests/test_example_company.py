"""The example company: one product is green, one must not launch, one learns what is coming."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from checker.cli import root

COMPANY = Path(__file__).parents[1] / "examples" / "company"
TODAY = "2026-09-14"

BLOCKING = {
    "gate-record.condition.in-time[rain-hoods]",
    "launch.rollback.rehearsed",
    "launch.rollout.criteria[west]",
    "launch.sign-off.independent[privacy]",
    "prd.no-placeholders",
}


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(COMPANY, tmp_path / "company"))


def checked(folder: Path, as_of: str = TODAY) -> tuple[int, dict[str, Any]]:
    report = folder.parent / "report.json"
    code = root.main(
        ["check", "--workspace", str(folder), "--clock", as_of, "--output-format", f"json={report}"]
    )
    loaded: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return code, loaded


def failures(report: dict[str, Any], product: str, enforcement: str) -> set[str]:
    return {
        result["rule"] + (f"[{result['key']}]" if result.get("key") else "")
        for result in report["results"]
        if result["outcome"] == "fail"
        and result["enforcement"] == enforcement
        and f"/{product}/" in f"/{result['subject']['path']}"
    }


def change(folder: Path, path: str, old: str, new: str) -> None:
    file = folder / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def mended(company: Path) -> Path:
    launch = "products/pierlocker/launch.yaml"
    change(company, launch, "rehearsed_on: 2026-03-02", "rehearsed_on: 2026-09-10")
    change(
        company, launch, "role: privacy\n    name: Ben Sample", "role: privacy\n    name: Esperanza Mockup"
    )
    change(company, launch, "advance_when: TBD", "advance_when: All doors open for seven days")
    change(company, "products/pierlocker/prd.md", "TBD, ask Hiro when he is back from the lighthouse", "Hiro")
    change(company, "products/pierlocker/gates/beta.yaml", "2026-08-31", "2026-08-31\n    met_on: 2026-09-11")
    return company


def test_pierlocker_must_not_launch(company: Path) -> None:
    code, report = checked(company)
    assert code == 1
    assert report["verdict"] == "no-go"
    assert failures(report, "pierlocker", "mandatory") == BLOCKING
    assert failures(report, "pierlocker", "advisory") == {
        "launch.release-note",
        "prd.key-result.current[pierlocker-2026-h1/same-day]",
    }


def test_tidetable_is_green_and_foghorn_only_learns_what_is_coming(company: Path) -> None:
    _, report = checked(company)
    for enforcement in ("mandatory", "advisory", "upcoming"):
        assert failures(report, "tidetable", enforcement) == set()
    assert failures(report, "foghorn", "mandatory") == set()
    assert failures(report, "foghorn", "upcoming") == {
        "prd.approver",
        "prd.no-placeholders",
        "prd.required-sections",
        "prd.reviewers",
    }
    assert [result for result in report["results"] if result["outcome"] == "error"] == []
    assert report["diagnostics"] == []


def test_mending_what_the_report_asks_for_makes_it_a_go(company: Path) -> None:
    code, report = checked(mended(company))
    assert failures(report, "pierlocker", "mandatory") == set()
    assert (code, report["verdict"]) == (0, "go")


def test_a_friday_in_the_storm_season_breaks_the_rules_of_the_house(company: Path) -> None:
    change(mended(company), "products/pierlocker/launch.yaml", "2026-09-22", "2026-11-06")
    _, report = checked(company)
    assert {"house.calendar.weekday", "house.calendar.storm-season"} <= failures(
        report, "pierlocker", "mandatory"
    )


def test_what_is_upcoming_counts_once_the_stage_is_reached(company: Path) -> None:
    change(company, "products.yaml", "stage: discovery", "stage: definition")
    _, report = checked(company)
    assert "prd.approver" in failures(report, "foghorn", "mandatory")
    assert "prd.non-goals" in failures(report, "foghorn", "upcoming")


def test_time_alone_asks_for_a_new_objective(company: Path) -> None:
    _, report = checked(mended(company), "2026-10-01")
    assert failures(report, "tidetable", "advisory") == {
        "prd.key-result.current[tidetable-2026-q3/within-ten]"
    }


def test_somebody_who_owns_a_product_does_not_decide_about_it(company: Path) -> None:
    change(mended(company), "products.yaml", "owners: [ Ben Sample ]", "owners: [ Ben Sample, Jonas Dummy ]")
    _, report = checked(company)
    assert failures(report, "pierlocker", "mandatory") == {"gate-record.independent"}


def test_the_company_tests_its_own_rules(company: Path) -> None:
    assert root.main(["test", "--workspace", str(company)]) == 0

"""The example company: one product is green but for a loan, one must not launch, one learns what comes."""

from __future__ import annotations

import json
import shutil
import subprocess
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
        and not result.get("waived")
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
    for enforcement in ("mandatory", "advisory"):
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


def test_mending_what_the_report_asks_for_leaves_one_waiver_between_them_and_a_go(company: Path) -> None:
    code, report = checked(mended(company))
    assert failures(report, "pierlocker", "mandatory") == set()
    assert (code, report["verdict"], report["without_waivers"]) == (0, "conditional", "no-go")
    assert [result["rule"] for result in report["results"] if result.get("waived")] == [
        "house.calendar.weekday"
    ]


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


def test_tier_and_regimes_follow_from_the_register(company: Path) -> None:
    for path in ("launch.yaml", "launch-ireland.yaml"):
        assert "\ntier:" not in (company / "products/tidetable" / path).read_text(encoding="utf-8")
    change(company, "products.yaml", "payments: false", "payments: true")
    _, report = checked(company)
    assert "launch.sign-off.present[pricing]" in failures(report, "tidetable", "mandatory")


def reviewed(company: Path, subject: str, gate: str = "ga") -> tuple[int, dict[str, Any]]:
    report = company.parent / "review.json"
    asked = ["--workspace", str(company), "--clock", TODAY, "--output-format", f"json={report}"]
    code = root.main(["review", gate, "--subject", subject, *asked])
    loaded: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return code, loaded


def signed(report: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """The statuses of the sign-offs of each launch and role."""
    found: dict[tuple[str, str], list[str]] = {}
    for state in report["review"]["sign_offs"]:
        found.setdefault((state["launch"], state["role"]), []).append(state["status"])
    return found


def scopes(report: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["launch"], each["market"]): each["verdict"] for each in report["review"]["scopes"]}


def test_one_launch_is_on_its_way_in_one_country_and_open_in_the_other(company: Path) -> None:
    code, report = reviewed(company, "tidetable-ireland")
    assert code == 4
    assert scopes(report) == {
        ("tidetable-ireland", "GB"): "conditional",
        ("tidetable-ireland", "IE"): "undecided",
    }
    launch = "tidetable-ireland"
    assert signed(report) == {
        (launch, "privacy-officer"): ["present"],
        (launch, "security"): ["present"],  # by a delegate, while Farid was on the lighthouse
        (launch, "legal"): ["present"],  # from a review that the code host recorded
        (launch, "legal-ireland"): ["void"],  # signed a week after he had left
        (launch, "harbour-master"): ["present", "present"],
        (launch, "vicar"): ["missing"],
    }


def test_what_a_leaver_signed_in_time_stands(company: Path) -> None:
    _, report = reviewed(company, "tidetable-ga")
    privacy = [each for each in report["review"]["sign_offs"] if each["role"] == "privacy-officer"]
    assert [(each["status"], each["approval"]["name"]) for each in privacy] == [("present", "Lena Blank")]


def test_pierlocker_lacks_sign_offs_and_its_excuse_has_expired(company: Path) -> None:
    code, report = reviewed(company, "pierlocker")
    assert code == 1
    launch = "pierlocker-ga"
    assert signed(report) == {
        (launch, "privacy-officer"): ["missing"],
        (launch, "security"): ["void"],  # the rollout changed after it
        (launch, "legal"): ["present"],
        (launch, "harbour-master"): ["present", "missing"],
        (launch, "vicar"): ["missing"],
    }
    assert [each["reasons"] for each in report["review"]["sign_offs"] if each["status"] == "void"] == [
        [
            "launch-plan `pierlocker-ga` has changed since it was reviewed in `rollout`:"
            " Farid Fictional must review it and sign again."
        ]
    ]


def test_every_waiver_says_what_became_of_it(company: Path) -> None:
    _, report = checked(company)
    assert {each["rule"]: (each["status"], each["days_left"]) for each in report["waivers"]} == {
        "house.calendar.weekday": ("active", 47),
        "launch.faults.closed": ("unused", 16),
        "launch.rollback.rehearsed": ("expired", -14),
    }


def test_a_waiver_holds_for_the_friday_that_it_was_granted_for_and_no_other(company: Path) -> None:
    change(company, "products/tidetable/launch-ireland.yaml", "on: 2026-10-02", "on: 2026-10-09")
    _, report = checked(company)
    assert "house.calendar.weekday" in failures(report, "tidetable", "mandatory")


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("percent: 10\n", "percent: 20\n", "void"),
        ("training_on: 2026-09-10", "training_on: 2026-09-09", "present"),
    ],
    ids=["the rollout", "the day of a training"],
)
def test_only_what_matters_voids_a_sign_off(company: Path, before: str, after: str, status: str) -> None:
    change(company, "products/tidetable/launch-ireland.yaml", before, after)
    _, report = reviewed(company, "tidetable-ireland")
    assert signed(report)["tidetable-ireland", "privacy-officer"] == [status]


def test_a_word_added_to_a_signed_file_leaves_a_mere_assertion(company: Path) -> None:
    path = "signoffs/tidetable-ireland-ga-harbour-master-maud-2026-09-10.signoff.yaml"
    with (company / path).open("a", encoding="utf-8") as file:
        file.write("note: And I like it.\n")
    _, report = reviewed(company, "tidetable-ireland")
    assert signed(report)["tidetable-ireland", "harbour-master"].count("present") == 1


def test_decisions_stand_with_their_conditions(company: Path) -> None:
    _, report = reviewed(company, "tidetable")
    decisions = report["review"]["decisions"]
    assert [(each["launch"], each["market"], each["decision"], each["stands"]) for each in decisions] == [
        ("tidetable-ireland", "GB", "proceed-with-conditions", True),
        ("tidetable-ga", "", "proceed", True),
    ]
    assert [each["status"] for each in decisions[0]["conditions"]] == ["open", "met"]


def test_an_edited_decision_is_found_by_name(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert root.main(["ledger", "verify", "--workspace", str(company)]) == 0
    entries = (company / "ledger").rglob("*.json")
    entry = next(path for path in entries if b"Ask the ferry" in path.read_bytes())
    entry.write_bytes(entry.read_bytes().replace(b"2026-10-31", b"2027-10-31"))
    assert root.main(["ledger", "verify", "--workspace", str(company)]) != 0
    assert entry.stem[:12] in capsys.readouterr().out


def test_the_portfolio_lists_every_product(company: Path) -> None:
    table = company.parent / "portfolio.csv"
    code = root.main(
        ["review", "--all", "--workspace", str(company), "--clock", TODAY, "--output-format", f"csv={table}"]
    )
    assert code == 1
    text = table.read_text(encoding="utf-8")
    assert all(name in text for name in ("tidetable", "pierlocker", "foghorn"))


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="nothing here can sign")
def test_a_privacy_officer_signs_and_it_counts(company: Path, tmp_path: Path) -> None:
    key = tmp_path / "esperanza"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    public = " ".join(key.with_suffix(".pub").read_text(encoding="utf-8").split()[:2])
    with (company / "people/allowed_signers").open("a", encoding="utf-8") as signers:
        signers.write(f'esperanza@barnacle.example namespaces="gonogo" {public}\n')
    who = ["--role", "privacy-officer", "--as", "Esperanza Mockup", "--at", f"{TODAY}T10:00:00+01:00"]
    how = ["--sign", str(key), "--yes", "--workspace", str(company)]
    assert root.main(["sign-off", "ga", "--subject", "pierlocker-ga", *who, *how]) == 0
    _, report = reviewed(company, "pierlocker")
    assert signed(report)["pierlocker-ga", "privacy-officer"] == ["present"]


def test_no_private_key_is_kept() -> None:
    assert not [path for path in COMPANY.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]

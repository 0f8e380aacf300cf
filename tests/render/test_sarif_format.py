"""SARIF, held to the OASIS schema and to Microsoft's validator with GitHub's rules."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from checker.model import Location, Report
from checker.render import RENDERERS, Options, sarif
from checker.render.identity import fingerprints
from tests.render.cases import CASES
from tests.render.reports import MIXED, PLAN, at, result

Validate = Callable[[Path], list[dict[str, Any]]]


def run_of(report: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(RENDERERS["sarif"](report, Options()))["runs"][0]
    return run


@pytest.mark.parametrize("case", CASES)
def test_a_log_fits_the_standard(case: str, sarif_schema: dict[str, Any]) -> None:
    log = json.loads(RENDERERS["sarif"](CASES[case], Options()))
    assert [error.message for error in Draft4Validator(sarif_schema).iter_errors(log)] == []


def test_logs_are_what_github_accepts(multitool: Validate, tmp_path: Path) -> None:
    for case in ("mixed", "hostile", "broken-policy", "change", "change-hostile"):
        (tmp_path / f"{case}.sarif").write_text(RENDERERS["sarif"](CASES[case], Options()), encoding="utf-8")
    found = {(each["ruleId"], each["message"]["id"]) for each in multitool(tmp_path)}
    # It wishes for an address of the tool, and gonogo has none that it could name.
    assert found == {("SARIF2005", "Warning_ProvideToolnformationUri")}


def test_the_validators_bite(sarif_schema: dict[str, Any], multitool: Validate, tmp_path: Path) -> None:
    log = json.loads(RENDERERS["sarif"](MIXED, Options()))
    first, second = log["runs"][0]["results"][:2]
    first["locations"][0]["physicalLocation"]["region"]["endColumn"] = 2
    second["locations"] = []
    (tmp_path / "bad.sarif").write_text(json.dumps(log), encoding="utf-8")
    assert {each["ruleId"] for each in multitool(tmp_path)} >= {"SARIF1007", "GH1015"}
    first["level"] = "eror"
    assert not Draft4Validator(sarif_schema).is_valid(log)


def test_passes_do_not_belong_in_it_and_waived_failures_do() -> None:
    results = run_of(MIXED)["results"]
    assert [(each["ruleId"], each["level"], "suppressions" in each) for each in results] == [
        ("launch.privacy.approved", "error", False),
        ("launch.rollback.rehearsed", "error", False),
        ("launch.rollback.rehearsed", "warning", False),
        ("launch.rollback.owner", "note", False),
        ("launch.rollback.step-owner", "error", True),
    ]


def test_every_result_has_a_place_a_rule_and_a_stable_name() -> None:
    nowhere = result(
        "launch.rollback.owner", "fail", Location(""), "m", subject=MIXED.results[0].subject._replace(path="")
    )
    run = run_of(MIXED._replace(results=(*MIXED.results, nowhere)))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for each in run["results"]:
        place = each["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"]
        assert sorted(place["region"]) == ["endColumn", "endLine", "startColumn", "startLine"]
        assert rules[each["ruleIndex"]] == each["ruleId"]
        assert set(each["partialFingerprints"]) == {"primaryLocationLineHash"}
    assert (
        run["results"][0]["partialFingerprints"]["primaryLocationLineHash"] == fingerprints(MIXED.results)[3]
    )


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü.yaml", "a%20b/%C3%BC.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("a%20#?.yaml", "a%2520%23%3F.yaml"),
        ("\udcff.yaml", "%ED%B3%BF.yaml"),
    ],
)
def test_paths_become_uris(path: str, uri: str) -> None:
    run = run_of(MIXED._replace(results=(result("r", "fail", at(path, 1, 1, 2), "m"),)))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_message_cannot_hold_a_link() -> None:
    run = run_of(
        MIXED._replace(results=(result("r", "fail", at(PLAN, 1, 1, 2), "[a](https://evil.example)"),))
    )
    assert "](" not in run["results"][0]["message"]["text"]


@pytest.mark.parametrize(("number", "shown"), [(5_000, 5_000), (5_001, 5_000), (7_000, 5_000)])
def test_what_github_would_drop_is_said(number: int, shown: int) -> None:
    results = [
        result("r", "fail", at(PLAN, n + 1, 1, 2), "m", key=str(n), severity="low") for n in range(number)
    ]
    results[-1] = results[-1]._replace(severity="critical")
    run = run_of(MIXED._replace(results=tuple(results)))
    assert len(run["results"]) == shown
    assert run["results"][0]["properties"]["severity"] == "critical"
    if number > sarif.RESULTS:
        last = run["results"][-1]
        assert last["message"]["text"].startswith(f"{number - shown + 1:,} less pressing result")
        assert last["ruleId"] == run["tool"]["driver"]["rules"][last["ruleIndex"]]["id"]


def test_a_log_that_github_would_refuse_for_its_size_says_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "SIZE", 30_000)
    long = [hashlib.sha512(str(n).encode()).hexdigest() * 4 for n in range(400)]
    results = [result("r", "fail", at(PLAN, n + 1, 1, 2), text, key=str(n)) for n, text in enumerate(long)]
    report = MIXED._replace(results=tuple(results))
    text = sarif.render(report, Options())
    assert 20_000 < len(zlib.compress(text.encode())) <= 30_000 < len(text)
    *shown, last = run_of(report)["results"]
    assert last["message"]["text"].startswith(f"{400 - len(shown):,} less pressing results are not shown")


def test_diagnostics_are_notifications() -> None:
    invocation = run_of(CASES["broken-policy"])["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    assert [each["descriptor"]["id"] for each in invocation["toolConfigurationNotifications"]] == [
        "unknown-field",
        "unknown-rule",
    ]

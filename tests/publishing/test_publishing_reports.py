"""Which files are taken for a report, and which are refused."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from checker.model import Fault, Report
from checker.publishing import reports
from tests.judging import check, write
from tests.publishing.posting import sound, written
from tests.render.changes import CHANGE, CHANGE_ALL, CLEAN_CHANGE, NEUTRAL
from tests.render.reports import EMPTY, MIXED
from tests.strategies import workspaces

Edit = Callable[[dict[str, Any]], None]


def read(raw: bytes) -> tuple[Report | None, str]:
    found, wrong = reports.read("report.json", lambda _: raw)
    assert len(wrong) == (0 if found else 1)
    return found, wrong[0].message if wrong else ""


@pytest.mark.parametrize("report", [MIXED, CHANGE, CHANGE_ALL, CLEAN_CHANGE, NEUTRAL, EMPTY], ids=range(6))
def test_a_report_of_ours_is_taken(report: Report) -> None:
    if not report.neutral:
        report = sound(report)
    found, wrong = read(written(report))
    assert not wrong
    assert found is not None
    assert written(found) == written(report)


def test_a_report_may_be_worse_than_its_results() -> None:
    """What was missing is no result."""
    found, wrong = read(written(CLEAN_CHANGE._replace(verdict="undecided", exit_code=4)))
    assert found is not None, wrong


def edited(report: Report, edit: Edit) -> bytes:
    data = json.loads(written(sound(report)))
    edit(data)
    return json.dumps(data).encode()


def at(*keys: str | int, to: Any) -> Edit:
    def edit(data: Any) -> None:
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = to

    return edit


def without_failures(data: dict[str, Any]) -> None:
    data["results"] = [each for each in data["results"] if each["outcome"] == "pass"]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "nothing in this file"),
        (b"{", "expected"),
        (b"\xff\xfe", ""),
        (written(sound(CHANGE))[:4000], ""),
        (b"[]", ""),
        (b'{"schema": "report-v1"}', ""),
        (b'{"schema": "report-v1", "schema": "report-v1"}', "schema"),
        (b"[" * 5000, ""),
        (edited(CHANGE, at("schema", to="report-v2")), "schema"),
        (edited(CHANGE, at("extra", to=1)), "extra"),
        (edited(CHANGE, at("extra", to=None)), "extra"),
        (edited(CHANGE, at("verdict", to="go")), "verdict_digest"),
        (edited(CHANGE, at("verdict_digest", to="sha256:" + "0" * 64)), ""),
        (edited(CHANGE, at("exit_code", to=0)), "its exit code is 0, and its results amount to 1"),
        (edited(CHANGE, at("counts", "fail", to=0)), "not those of its results"),
        (edited(CHANGE, at("results", 0, "outcome", to="pass")), "not those of its results"),
        (edited(CHANGE, at("results", 0, "fingerprint", to="0" * 32)), "not those of its results"),
        (edited(CHANGE, at("results", 0, "location", "end_column", to=None)), "not those of its results"),
        (edited(CHANGE, without_failures), "not those of its results"),
        (edited(CHANGE, at("as_of", to="2026-06-01T23:59:60Z")), "a moment in it"),
        (written(CHANGE._replace(verdict="go", exit_code=0)), "its verdict is go"),
        (written(CHANGE._replace(verdict="conditional", exit_code=0)), "its verdict is conditional"),
        (written(CLEAN_CHANGE._replace(verdict="no-go", exit_code=1)), "its verdict is no-go"),
        (written(sound(CHANGE)._replace(neutral="Nothing to do.", exit_code=0)), "has results that block"),
        (written(NEUTRAL._replace(exit_code=3)), "its exit code is 3"),
        (written(EMPTY._replace(verdict="go", exit_code=0)), "its verdict is go"),
    ],
)
def test_what_is_no_report_of_ours_is_refused(raw: bytes, sentence: str) -> None:
    found, wrong = read(raw)
    assert found is None
    assert sentence.lower() in wrong.lower() or sentence == "verdict_digest"


def test_a_file_that_cannot_be_read_is_said() -> None:
    found, wrong = reports.read("report.json", lambda _: Fault("missing", "There is no such file."))
    assert found is None
    assert wrong[0].message == "There is no such file."


def test_a_report_that_is_too_large_is_not_to_be_split() -> None:
    large = Fault("too-large", "The file is too large.", hint="Split it.")
    _, (wrong,) = reports.read("report.json", lambda _: large)
    assert wrong.hint == "Check less at once: name paths, --kind, --severity or --rule."


def test_a_report_that_somebody_laid_out_anew_is_taken() -> None:
    raw = json.dumps(json.loads(written(sound(MIXED))), indent=4, sort_keys=True).encode()
    found, wrong = read(raw)
    assert found is not None, wrong


def test_what_we_wrote_is_not_taken_apart_again(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = written(sound(MIXED))
    taken: list[int] = []
    loads = json.loads

    def counted(text: str, **options: Any) -> Any:
        taken.append(len(text))
        return loads(text, **options)

    monkeypatch.setattr(json, "loads", counted)
    found, wrong = read(raw)
    assert found is not None, wrong
    assert taken.count(len(raw)) == 2  # by the reader, which drops nulls, and with them


@settings(max_examples=25)
@given(workspaces())
def test_whatever_a_check_comes_to_can_be_posted(files: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory(prefix="gonogo") as folder:
        report = check(write(Path(folder), {path: json.dumps(data) for path, data in files.items()}))
    found, wrong = read(written(report))
    assert found is not None, wrong
    assert (found.verdict, found.exit_code) == (report.verdict, report.exit_code)

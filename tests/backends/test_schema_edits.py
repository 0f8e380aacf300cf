"""A failure of a kind's own rule carries its edit into the report: applied, the check passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import recorded
from checker.model import Edit, Report, Result
from checker.render import RENDERERS, Options
from tests.backends.test_mends import applied
from tests.judging import configuration, judged, policy, rule

POLICIES = {"policies/test.policy.yaml": policy(rule("subject.id == 'a'"))}


def report(folder: Path, files: dict[str, str], **settings: object) -> Report:
    """What is said of these things; the configuration is that of `tests.judging` with these settings."""
    return judged(folder, {"gonogo.yaml": configuration(**settings), **POLICIES, **files})


def failures(found: Report) -> list[Result]:
    return [each for each in found.results if each.rule == "thing.schema" and each.outcome == "fail"]


def edits(found: Report) -> list[Edit]:
    return [each.edit for each in failures(found) if each.edit]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.thing.yaml", "id: a\nonwer: Ada Example  # leads\ntier: '2'\nsteps:\n- {id: s, Minutes: 5}\n"),
        ("a.thing.json", '{\n "id": "a",\n "onwer": "Ada Example",\n "draft": "yes"\n}\n'),
        ("a.thing.toml", "id = 'a'\nonwer = 'Ada Example'\nname = 3.10\n[rollback]\nrehearsd_on = 'x'\n"),
        ("a.thing.md", "---\nid: a\nDraft: false\nname: 3.10\n---\n\n# A thing\n"),
        ("a.thing.ndjson", '{"id": "a", "onwer": "Ada Example"}\n{"id": "b", "tier": "2"}\n'),
        ("a.thing.yaml", "id: a\nonwer: Ada Example\n---\nid: b\ndraft: NO\n"),
        ("a.thing.yaml", "- id: a\n  onwer: Ada Example\n- id: b\n  draft: NO\n"),
    ],
)
def test_the_check_passes_after_all_edits(tmp_path: Path, path: str, text: str) -> None:
    subjects = [{"kind": "thing", "files": path}]
    found = report(tmp_path, {path: text}, subjects=subjects)
    assert len(edits(found)) == len(failures(found)) >= 2
    for edit in sorted(edits(found), key=lambda edit: edit.span, reverse=True):
        line = text.splitlines()[edit.span.line - 1]
        text = applied(text, edit._replace(whole_line=line))
    assert failures(report(tmp_path, {path: text}, subjects=subjects)) == []


def test_a_table_has_no_edits(tmp_path: Path) -> None:
    found = report(tmp_path, {"a.csv": "id,tier\na,x\n"}, subjects=[{"kind": "thing", "files": "a.csv"}])
    assert failures(found)
    assert edits(found) == []


def test_what_is_derived_is_not_to_be_written(tmp_path: Path) -> None:
    files = {"a.thing.yaml": "id: a\nteir: 2\nonwer: Ada Example\n"}
    assert len(edits(report(tmp_path / "one", files))) == 2
    (edit,) = edits(report(tmp_path / "two", files, derive={"thing": {"tier": "1"}}))
    assert edit.text == "owner"


def test_a_report_that_was_written_down_has_the_edits(tmp_path: Path) -> None:
    found = report(tmp_path, {"a.thing.yaml": "id: a\nonwer: Ada Example\n"})
    again = recorded.report(json.loads(RENDERERS["json"](found, Options())))
    assert edits(again) == edits(found) != []

"""What names a report: the commit that it is about."""

from __future__ import annotations

import pytest

from checker.model import Report
from checker.render.identity import commit, is_commit
from tests.render.changes import CHANGE, HEAD, HOSTILE_CHANGE
from tests.render.reports import MIXED


@pytest.mark.parametrize(
    ("report", "about"),
    [
        (CHANGE, HEAD),
        (CHANGE._replace(comparison=None), HEAD),
        (MIXED, ""),
        (HOSTILE_CHANGE, ""),
    ],
    ids=["a change", "a state", "no commit", "no id"],
)
def test_what_a_report_is_about(report: Report, about: str) -> None:
    assert commit(report) == about


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a1" * 20, True),
        ("a1" * 32, True),
        ("a1" * 16, False),
        ("a1" * 26, False),
        ("A1" * 20, False),
        ("0" * 40, False),
        ("0" * 64, False),
        ("a1" * 20 + "\n", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_only_whole_ids_are_commits(text: object, expected: bool) -> None:
    assert is_commit(text) is expected

"""The example organisation: a floor, and a repository that stands on it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checker import run
from checker.cli import root
from checker.policy import lock
from tests import modelines

FOLDER = Path(__file__).parents[1] / "examples" / "organisation"
DAY = "2026-09-14"


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "organisation"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def check(organisation: Path, *more: str) -> int:
    return root.main(["check", "--workspace", str(organisation / "letterbox"), "--clock", DAY, *more])


def test_nothing_is_wrong_with_it(organisation: Path) -> None:
    workspace, diagnostics = run.load(str(organisation / "letterbox"))
    assert diagnostics == ()
    assert workspace is not None
    assert workspace.lock is not None
    assert list(lock.changes(workspace.lock, workspace)) == []
    assert check(organisation) == 0


def test_the_lock_fits_its_schema() -> None:
    assert modelines.faults(FOLDER / "letterbox" / "gonogo.lock") == []


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("letterbox/launches/letterbox.yaml", "owner: Ada Example", "owner: TBD", 1),  # the floor's rule
        ("letterbox/launches/letterbox.yaml", "rehearsed_on: 2026-08-20", "rehearsed_on: 2026-07-20", 1),
        ("letterbox/launches/letterbox.yaml", "[ Skerryvoid ]", "[ Atlantis ]", 1),  # its own, on their list
        ("letterbox/launches/letterbox.yaml", "product: letterbox", "product: foghorn", 0),  # still an idea
        ("letterbox/gonogo.yaml", "max_age_days: 45", "max_age_days: 61", 2),
        ("letterbox/policies/letters.policy.yaml", "severity: medium", "severity: low", 2),  # locked
        ("governance/people/islands.yaml", "- Skerryvoid\n", "", 2),  # another floor than the one named
        ("governance/products.yaml", "stage: idea", "stage: ashore", 0),  # not part of its digest
    ],
)
def test_what_becomes_of_a_change(organisation: Path, file: str, old: str, new: str, code: int) -> None:
    change(organisation / file, old, new)
    assert check(organisation) == code

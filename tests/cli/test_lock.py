"""The lock: written, verified, and independent of what gonogo is installed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from checker import shipped
from tests.cli.conftest import Gonogo
from tests.cli.workspaces import CONFIGURATION, DAY, FILES
from tests.policy.floors import CONFIGURATION as ON_FLOOR
from tests.policy.floors import FLOOR_CONFIGURATION, grounded, write

_STATED = re.search(
    r"^version: (\S+)$", Path(shipped.pack("lifecycle"), "pack.yaml").read_text(), re.MULTILINE
)
assert _STATED
SHIPPED = _STATED[1]
NEWER = "9.9.9"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    configuration = CONFIGURATION.replace("[ ./policies ]", "[ ./policies, lifecycle ]")
    configuration += "  - { kind: product, files: products.yaml, optional: true }\n"
    return write(tmp_path / "acme", {**FILES, "gonogo.yaml": configuration})


def told(gonogo: Gonogo, workspace: Path, *more: object) -> tuple[int, str]:
    ran = gonogo("check", "--workspace", workspace, "--clock", DAY, "--no-cache", *more)
    return ran.code, " ".join((ran.out + ran.err).split())


def test_a_lock_pins_every_pack(gonogo: Gonogo, workspace: Path) -> None:
    before = told(gonogo, workspace)
    ran = gonogo("lock", "--workspace", workspace)
    assert ran.code == 0
    assert ran.out.endswith("wrote gonogo.lock\n")
    lock = (workspace / "gonogo.lock").read_text()
    assert lock.startswith("# yaml-language-server: $schema=.gonogo/schemas/lock.schema.json\n# Which packs")
    lines = lock.splitlines()[3:]
    assert [line.strip() for line in lines if "digest" not in line] == [
        "version: 1",
        "packs:",
        "'./policies':",
        "version: 1.0.0",
        "lifecycle:",
        f"version: {SHIPPED}",
    ]
    assert told(gonogo, workspace) == before


def test_a_second_time_nothing_is_written(gonogo: Gonogo, workspace: Path) -> None:
    gonogo("lock", "--workspace", workspace)
    lock = workspace / "gonogo.lock"
    stamp = lock.stat().st_mtime_ns
    assert gonogo("lock", "--workspace", workspace).out == "gonogo.lock stays as it is\n"
    assert lock.stat().st_mtime_ns == stamp


def test_check_writes_nothing(gonogo: Gonogo, workspace: Path) -> None:
    ran = gonogo("lock", "--check", "--workspace", workspace)
    assert ran.code == 1
    assert ran.out.endswith("gonogo.lock is not up to date: run gonogo lock\n")
    assert not (workspace / "gonogo.lock").exists()
    gonogo("lock", "--workspace", workspace)
    assert gonogo("lock", "--check", "--workspace", workspace).code == 0


def test_a_folder_that_changed_is_another_pack(gonogo: Gonogo, workspace: Path) -> None:
    gonogo("lock", "--workspace", workspace)
    policy = workspace / "policies/rollback.policy.yaml"
    policy.write_text(policy.read_text().replace("severity: high", "severity: low"))
    code, text = told(gonogo, workspace)
    assert code == 2
    assert "error[lock-mismatch]: the pack ./policies is not the one that is locked: 1.0.0 (sha256:" in text
    assert "Run gonogo lock, and commit what it writes together with the pack." in text
    ran = gonogo("lock", "--workspace", workspace)
    assert ran.out.startswith("./policies: 1.0.0 (sha256:")
    assert " → 1.0.0 (sha256:" in ran.out
    assert told(gonogo, workspace)[0] == 1  # as before


def test_another_gonogo_brings_another_pack(
    gonogo: Gonogo, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gonogo("lock", "--workspace", workspace)
    newer = shutil.copytree(shipped.POLICIES, tmp_path / "newer")
    pack = newer / "lifecycle/pack.yaml"
    pack.write_text(pack.read_text().replace(SHIPPED, NEWER))
    monkeypatch.setattr(shipped, "POLICIES", str(newer))
    code, text = told(gonogo, workspace)
    assert code == 2
    assert f"the pack lifecycle is not the one that is locked: {NEWER} (sha256:" in text
    assert f"is here, {SHIPPED} (sha256:" in text
    assert "is locked" in text
    assert "Install the gonogo that brings it" in text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[ ./policies, lifecycle ]", "[ lifecycle ]", "the pack ./policies is locked, and nothing names it"),
        ("lifecycle ]", "lifecycle, ./more ]", "the pack ./more is not in gonogo.lock"),
    ],
)  # fmt: skip
def test_configuration_and_lock_name_the_same(
    gonogo: Gonogo, workspace: Path, old: str, new: str, message: str
) -> None:
    policy = FILES["policies/rollback.policy.yaml"].replace("launch.rollback", "more.rollback")
    write(workspace, {"more/x.policy.yaml": policy})
    gonogo("lock", "--workspace", workspace)
    configuration = workspace / "gonogo.yaml"
    configuration.write_text(configuration.read_text().replace(old, new))
    code, text = told(gonogo, workspace)
    assert code == 2
    assert message in text
    assert "commit what it writes together with gonogo.yaml." in " ".join(text.split())


@pytest.mark.parametrize(
    "lock",
    [
        "version: 1\n",
        "version: 2\npacks: {}\n",
        "version: 1\npacks: { x: { digest: abc } }\n",
        "packs: [\n",
        "version: 1\npacks: {}\nmore: 1\n",
    ],
)
def test_a_lock_that_is_at_fault_ends_with_an_error(gonogo: Gonogo, workspace: Path, lock: str) -> None:
    write(workspace, {"gonogo.lock": lock})
    code, text = told(gonogo, workspace)
    assert code == 2
    assert "gonogo.lock" in text


def test_the_floor_is_locked_too(gonogo: Gonogo, tmp_path: Path) -> None:
    shop = grounded(tmp_path)
    gonogo("lock", "--workspace", shop)
    assert "\nfloor: sha256:" in (shop / "gonogo.lock").read_text()
    assert "packs: {}" in (shop / "gonogo.lock").read_text()  # its folders are part of its digest
    code, text = told(gonogo, shop)
    assert code == 0
    assert "floor-unpinned" not in text
    groups = tmp_path / "governance/groups.yaml"
    groups.write_text("approvers: [ ada ]\n")
    code, text = told(gonogo, shop)
    assert code == 2
    assert "error[lock-mismatch]: gonogo.lock names the floor sha256:" in text


def test_a_floor_that_is_given_counts_though_another_is_locked(gonogo: Gonogo, tmp_path: Path) -> None:
    shop = grounded(tmp_path)
    gonogo("lock", "--workspace", shop)
    newer = shutil.copytree(tmp_path / "governance", tmp_path / "newer")
    write(newer, {"groups.yaml": "approvers: [ ada ]\n"})
    code, text = told(gonogo, shop, "--floor", newer)
    assert code == 0
    assert "warning[floor-differs]" in text


def test_a_shipped_pack_of_the_floor_is_locked(gonogo: Gonogo, tmp_path: Path) -> None:
    governance = FLOOR_CONFIGURATION.replace("[ ./policies ]", "[ ./policies, lifecycle ]")
    shop = grounded(tmp_path, {"gonogo.yaml": ON_FLOOR}, {"gonogo.yaml": governance})
    gonogo("lock", "--workspace", shop)
    assert f"  lifecycle:\n    version: {SHIPPED}\n" in (shop / "gonogo.lock").read_text()
    assert told(gonogo, shop)[0] == 1


def test_a_lock_of_the_floor_pins_what_gonogo_brings(gonogo: Gonogo, tmp_path: Path) -> None:
    governance = FLOOR_CONFIGURATION.replace("[ ./policies ]", "[ ./policies, lifecycle ]")
    shop = grounded(tmp_path, floor={"gonogo.yaml": governance})
    folder = tmp_path / "governance"
    assert gonogo("lock", "--workspace", folder).code == 0
    assert told(gonogo, shop)[0] == 1
    lock = folder / "gonogo.lock"
    lock.write_text(lock.read_text().replace(SHIPPED, NEWER))
    code, text = told(gonogo, shop)
    assert code == 2
    assert "--> floor:gonogo.lock:" in text


def test_the_lock_of_what_is_judged_does_not_hold_for_policies_of_another_folder(
    gonogo: Gonogo, workspace: Path, tmp_path: Path
) -> None:
    gonogo("lock", "--workspace", workspace)
    judge = write(tmp_path / "judge", {"gonogo.yaml": CONFIGURATION, **{
        path: text for path, text in FILES.items() if path.startswith("policies/")
    }})  # fmt: skip
    assert told(gonogo, workspace, "--policies", judge)[0] == 1


def test_a_workspace_that_cannot_be_read_is_not_locked(gonogo: Gonogo, workspace: Path) -> None:
    write(workspace, {"gonogo.yaml": "version: 1\npacks: [ nothing ]\n"})
    ran = gonogo("lock", "--workspace", workspace)
    assert ran.code == 2
    assert "unknown-pack" in ran.err
    assert not (workspace / "gonogo.lock").exists()

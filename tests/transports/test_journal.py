"""What the journal acknowledged is there, whole: with many writers, killed at any moment, on a full disk."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker import ledger
from checker.model import Fault
from checker.transports import journal
from checker.transports.journal import Journal

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from datetime import UTC, datetime
from checker import ledger
from checker.transports.journal import Journal

folder, who, count, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
journal, parents = Journal(folder), []
for number in range(count):
    body = {"number": number, "text": "x" * size}
    entry = ledger.make("decision", datetime(2026, 9, 15, tzinfo=UTC), who, body, parents)
    fault = journal.append(entry.content, entry.path)
    if fault:
        sys.exit(fault.message)
    parents = [entry.id]
    print(entry.id, flush=True)
"""
"""Prints the id of each entry when it has been acknowledged."""


def writer(folder: Path, who: str, count: int, size: int = 10, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), who, str(count), str(size)]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def unfinished(folder: Path) -> list[Path]:
    return sorted(folder.glob(".gonogo-*"))


# Files -------------------------------------------------------------------------------------------


def test_what_was_written_is_read(tmp_path: Path) -> None:
    held = Journal(tmp_path / "a" / "ledger")
    assert list(held.read_all()) == []
    assert not (tmp_path / "a").exists()
    assert held.append(b"two\n", "ab/two.json") is None
    assert held.append(b"one\n", "aa/one.json") is None
    assert held.append(b"sign", "aa/one.json.sig") is None
    assert list(held.read_all()) == [
        ("aa/one.json", b"one\n"),
        ("aa/one.json.sig", b"sign"),
        ("ab/two.json", b"two\n"),
    ]
    assert unfinished(tmp_path / "a" / "ledger") == []


def test_the_same_again_is_success_and_other_bytes_are_a_fault(tmp_path: Path) -> None:
    held = Journal(tmp_path)
    assert held.append(b"one\n", "aa/one.json") is None
    assert held.append(b"one\n", "aa/one.json") is None
    fault = held.append(b"two\n", "aa/one.json")
    assert isinstance(fault, Fault)
    assert fault.code == "journal-conflict"
    assert fault.message == "one.json is there already, with another content."
    assert list(held.read_all()) == [("aa/one.json", b"one\n")]
    assert unfinished(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["", "/", "/x", "x/", "../x", "a/../x", "a//x", ".hidden", ".git/x", "a/.x", "a\\x", "c:x", "x\n", "\0"],
)
def test_a_name_that_leads_elsewhere(tmp_path: Path, name: str) -> None:
    fault = Journal(tmp_path / "ledger").append(b"x", name)
    assert isinstance(fault, Fault)
    assert fault.code == "journal-name"
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "ledger" / "ab").symlink_to(tmp_path / "elsewhere")
    fault = Journal(tmp_path / "ledger").append(b"x", "ab/x.json")
    assert isinstance(fault, Fault)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_name_that_a_link_or_a_folder_has_is_taken(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"x")
    (tmp_path / "ledger" / "ab" / "folder.json").mkdir(parents=True)
    (tmp_path / "ledger" / "ab" / "link.json").symlink_to(tmp_path / "elsewhere")
    for name in ("folder", "link"):
        fault = Journal(tmp_path / "ledger").append(b"x", f"ab/{name}.json")
        assert isinstance(fault, Fault)
        assert fault.code == "journal-conflict"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_bytes(b"")
    with pytest.raises(OSError):
        Journal(tmp_path / "ledger").append(b"x", "ab/x.json")
    (finding,) = ledger.check(ledger.read(Journal(tmp_path / "ledger").read_all()))
    assert finding.code == "not-an-entry"


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    held = Journal(tmp_path)
    held.append(b"x", "ab/x.json")
    os.mkfifo(tmp_path / "ab" / "pipe.json")
    found = dict(held.read_all())
    assert found["ab/x.json"] == b"x"
    assert isinstance(found["ab/pipe.json"], Fault)


# Leftovers ---------------------------------------------------------------------------------------


def test_what_a_dead_writer_left_is_ignored_and_in_time_removed(tmp_path: Path) -> None:
    held = Journal(tmp_path)
    old, young = tmp_path / ".gonogo-00.tmp", tmp_path / ".gonogo-11.tmp"
    for each in (old, young):
        each.write_bytes(b"half of an en")
    long_ago = time.time() - journal.ABANDONED_AFTER - 60
    os.utime(old, (long_ago, long_ago))
    assert list(held.read_all()) == []
    assert unfinished(tmp_path) == [old, young]  # a reader removes nothing
    held.append(b"x", "ab/x.json")
    assert unfinished(tmp_path) == [young]
    assert list(held.read_all()) == [("ab/x.json", b"x")]


def test_a_leftover_that_cannot_be_removed_stops_nobody(tmp_path: Path) -> None:
    folder = tmp_path / ".gonogo-00.tmp"
    folder.mkdir()
    os.utime(folder, (0, 0))
    assert Journal(tmp_path).append(b"x", "ab/x.json") is None


# File systems ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    held = Journal(tmp_path)
    assert held.append(b"x", "ab/x.json") is None
    assert held.append(b"x", "ab/x.json") is None
    assert isinstance(held.append(b"y", "ab/x.json"), Fault)
    assert list(held.read_all()) == [("ab/x.json", b"x")]
    assert unfinished(tmp_path) == []


def test_it_is_on_the_disk_before_it_has_its_name_and_the_name_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_sync, real_link = os.fsync, os.link

    def sync(descriptor: int) -> None:
        done.append("flush " + os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}"))[:8])
        real_sync(descriptor)

    def link(source: str, target: str) -> None:
        done.append("name")
        real_link(source, target)

    if not os.path.exists("/proc/self/fd"):
        pytest.skip("only Linux tells which file a descriptor stands for")
    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "link", link)
    Journal(tmp_path / "ledger").append(b"x", "ab/x.json")
    above = f"flush {tmp_path.name[:8]}"
    assert done == ["flush .gonogo-", "name", "flush ab", "flush ledger", above]


# A full disk -------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["fsync", "link", "mkdir"])
def test_a_disk_that_is_full_at_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """ENOSPC injected into each call that may need room."""
    held = Journal(tmp_path)
    held.append(b"acknowledged", "ab/x.json")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left"):
            held.append(b"more", "cd/y.json")
    assert list(held.read_all()) == [("ab/x.json", b"acknowledged")]
    assert unfinished(tmp_path) == []
    assert held.append(b"more", "cd/y.json") is None


def test_a_file_that_the_system_lets_grow_no_further(tmp_path: Path) -> None:
    """The limit on the size of files (RLIMIT_FSIZE) ends a write in the middle, as a full disk does."""
    resource = pytest.importorskip("resource")

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    assert writer(tmp_path, "Ada Example", 3).communicate()[1] == ""
    before = list(Journal(tmp_path).read_all())
    process = writer(tmp_path, "Ben Sample", 1, size=100_000, preexec_fn=limited)
    out, err = process.communicate()
    assert process.returncode == 1
    assert out == ""
    assert "OSError: [Errno 27] File too large" in err
    assert list(Journal(tmp_path).read_all()) == before
    assert unfinished(tmp_path) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "gonogo-test", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk needs rights that these tests do not have")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up(tiny_disk: Path) -> None:
    process = writer(tiny_disk / "ledger", "Ada Example", 1000, size=5000)
    out, err = process.communicate()
    assert "OSError: [Errno 28] No space left on device" in err
    held = ledger.read(Journal(tiny_disk / "ledger").read_all())
    assert len(held.entries) > 3
    assert list(held.entries) == out.split()
    assert ledger.check(held) == ()
    assert unfinished(tiny_disk / "ledger") == []


# Many at once, and killed ------------------------------------------------------------------------


def test_eight_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [writer(tmp_path / "ledger", f"Writer {number}", 20) for number in range(8)]
    said = [process.communicate() for process in writers]
    assert [err for _, err in said] == [""] * 8
    held = ledger.read(Journal(tmp_path / "ledger").read_all())
    assert sorted(held.entries) == sorted(id for out, _ in said for id in out.split())
    assert len(held.entries) == 160
    assert len(held.heads) == 8
    assert ledger.check(held) == ()


def test_eight_writers_of_one_entry_all_succeed(tmp_path: Path) -> None:
    writers = [writer(tmp_path, "Ada Example", 10) for _ in range(8)]
    said = [process.communicate() for process in writers]
    assert [err for _, err in said] == [""] * 8
    assert len({out for out, _ in said}) == 1
    held = ledger.read(Journal(tmp_path).read_all())
    assert list(held.entries) == said[0][0].split()


def test_writers_killed_at_any_moment_lose_nothing_that_they_acknowledged(tmp_path: Path) -> None:
    """Forty of them, eight at once; each dies a random moment after its first entry."""
    chance = random.Random(20260915)
    acknowledged: list[str] = []
    for number in range(5):
        writers = [writer(tmp_path, f"Writer {number}.{other}", 1_000_000) for other in range(8)]
        for process in writers:
            with process:
                assert process.stdout
                first = process.stdout.readline()
                time.sleep(chance.random() * 0.02)
                process.kill()
                lines = [first, *process.stdout]
            assert process.returncode == -signal.SIGKILL
            acknowledged += [line.strip() for line in lines if line.endswith("\n")]
    held = ledger.read(Journal(tmp_path).read_all())
    assert held.faults == ()
    assert len(acknowledged) >= 40
    assert set(acknowledged) <= set(held.entries)
    assert len(held.entries) - len(acknowledged) <= 40  # one each, written and not yet acknowledged
    assert ledger.check(held) == ()
    assert len(unfinished(tmp_path)) <= 40

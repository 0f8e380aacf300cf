"""The store of the cache: what was put comes back, and nothing that anybody else could have written."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model import Fault
from checker.transports import store
from checker.transports.store import Store, open_store

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="there is no cache without owners of files")

NAME = "a" * 64


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.fixture
def opened(home: Path) -> Store:
    return sound()


def sound() -> Store:
    found = open_store()
    assert isinstance(found, Store)
    return found


def entry(opened: Store) -> Path:
    return Path(opened.folder, NAME)


def key(home: Path) -> Path:
    return home / "state" / "gonogo" / store.KEY


def test_what_was_put_comes_back(opened: Store) -> None:
    assert opened.get(NAME) is None
    opened.put(NAME, b"one")
    opened.put(NAME, b"two")
    assert opened.get(NAME) == b"two"
    assert sound().get(NAME) == b"two"
    assert os.listdir(opened.folder) == [NAME]


def test_nobody_else_can_read_it(opened: Store, home: Path) -> None:
    opened.put(NAME, b"one")
    for path in (Path(opened.folder), entry(opened), key(home), key(home).parent):
        assert path.stat().st_mode & 0o077 == 0


@given(st.data())
def test_a_changed_entry_is_none(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    opened = Store(str(tmp_path_factory.mktemp("store")), b"k" * 32)
    opened.put(NAME, b"GO: nothing stands in the way")
    raw = bytearray(entry(opened).read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    entry(opened).write_bytes(raw)
    assert opened.get(NAME) is None


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 40])
def test_a_truncated_entry_is_none(opened: Store, length: int) -> None:
    opened.put(NAME, b"nothing stands in the way")
    entry(opened).write_bytes(entry(opened).read_bytes()[:length])
    assert opened.get(NAME) is None


def test_an_entry_of_another_key_is_none(opened: Store, home: Path) -> None:
    opened.put(NAME, b"one")
    key(home).write_bytes(b"k" * 32)
    assert sound().get(NAME) is None
    entry(opened).write_bytes(hmac.digest(b"", b"one", hashlib.sha256) + b"one")
    assert opened.get(NAME) is None


def test_an_entry_under_another_name_is_none(opened: Store) -> None:
    opened.put(NAME, b"one")
    os.rename(entry(opened), Path(opened.folder, "b" * 64))
    assert opened.get("b" * 64) is None


def _link(path: Path) -> None:
    os.rename(path, path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("change", [_link, _pipe, _folder, lambda path: path.chmod(0o666)])
def test_what_is_no_file_of_ours_is_none(opened: Store, change: Callable[[Path], None]) -> None:
    opened.put(NAME, b"one")
    change(entry(opened))
    assert opened.get(NAME) is None


@pytest.mark.parametrize(
    ("which", "change"),
    [
        ("caches/gonogo", lambda path: path.chmod(0o777)),
        ("caches/gonogo", lambda path: path.chmod(0o720)),
        ("caches/gonogo", _link),
        ("state/gonogo", lambda path: path.chmod(0o777)),
        ("state/gonogo", _link),
        (f"state/gonogo/{store.KEY}", lambda path: path.chmod(0o644)),
        (f"state/gonogo/{store.KEY}", _link),
        (f"state/gonogo/{store.KEY}", lambda path: path.write_bytes(b"")),
        (f"state/gonogo/{store.KEY}", lambda path: path.write_bytes(b"k" * 33)),
        (f"state/gonogo/{store.KEY}", _folder),
        (".git", lambda path: path.mkdir()),
        ("state/.git", lambda path: path.write_text("gitdir: elsewhere")),
    ],
)
def test_what_others_may_have_made_is_not_used(
    opened: Store, home: Path, which: str, change: Callable[[Path], object]
) -> None:
    opened.put(NAME, b"one")
    change(home / which)
    found = open_store()
    assert isinstance(found, Fault)
    assert found.code == "no-cache"


def test_what_belongs_to_another_user_is_not_used(
    opened: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: os.stat(home).st_uid + 1)
    found = open_store()
    assert isinstance(found, Fault)
    assert "belongs to another user" in found.message


def test_the_key_never_lies_beside_what_it_vouches_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "caches"))
    assert isinstance(open_store(), Fault)


def test_a_folder_that_cannot_be_made_is_no_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert isinstance(open_store(), Fault)


@pytest.mark.parametrize("stated", ["", "relative/folder"])
def test_the_home_is_where_nothing_else_is_stated(
    home: Path, monkeypatch: pytest.MonkeyPatch, stated: str
) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", stated)
    monkeypatch.setenv("XDG_STATE_HOME", stated)
    assert sound().folder == str(home / ".cache" / "gonogo")
    assert (home / ".local" / "state" / "gonogo" / store.KEY).is_file()


def test_a_folder_thrown_away_while_it_is_used_is_no_error(opened: Store) -> None:
    os.rmdir(opened.folder)
    opened.put(NAME, b"one")
    assert opened.get(NAME) is None


def test_the_oldest_make_room(opened: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ENTRIES", 3)
    for number, name in enumerate("abcd"):
        opened.put(name, b"-")
        os.utime(Path(opened.folder, name), (number, number))
    assert sorted(os.listdir(opened.folder)) == ["b", "c", "d"]
    opened.put("b", b"again")
    assert sorted(os.listdir(opened.folder)) == ["b", "c", "d"]


def test_the_store_is_bounded(opened: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LIMIT", 1000)
    for number, name in enumerate("abcd"):
        opened.put(name, b"-" * 400)
        os.utime(Path(opened.folder, name), (number, number))
        assert sum(path.stat().st_size for path in Path(opened.folder).iterdir()) <= 1000
    opened.put("e", b"-" * 600)  # more than half of it all
    assert sorted(os.listdir(opened.folder)) == ["c", "d"]


def test_what_cannot_be_written_whole_is_not_there(opened: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    opened.put(NAME, b"one")
    monkeypatch.setattr(os, "replace", full)
    opened.put(NAME, b"two")
    assert os.listdir(opened.folder) == [NAME]
    assert opened.get(NAME) == b"one"

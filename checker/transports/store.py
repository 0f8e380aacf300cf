"""What a user's runs may remember: a folder that can be deleted at any time, and a key that vouches for it.

Whoever can write into the folder can make a run forget, and nothing else: an entry counts only with the code
(HMAC-SHA256) that a key outside of the folder makes. So a folder that is restored from elsewhere, edited,
truncated or filled by somebody else holds nothing for this user. What is not as it should be is not there.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from checker.model import Fault

LIMIT = 64 * 1024 * 1024
"""Bytes of all entries together."""
ENTRIES = 32
"""How many entries there are at most."""
KEY = "cache.key"
"""The file of the key, in the folder for what a program keeps."""

_FOLDER = "gonogo"
_KEY_BYTES = 32
_CODE_BYTES = hashlib.sha256().digest_size
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


class Store:
    """Entries by name, for one user. Reading gives what was put, or None; putting may do nothing."""

    def __init__(self, folder: str, key: bytes) -> None:
        """`open_store` makes one."""
        self.folder = folder
        self._key = key

    def get(self, name: str) -> memoryview | None:
        """What was put under a name; None where nothing is that this user's key vouches for."""
        try:
            with _opened(self.folder) as place:
                raw = memoryview(_read(name, place, LIMIT))
        except (OSError, ValueError):
            return None
        code, content = raw[:_CODE_BYTES], raw[_CODE_BYTES:]
        return content if hmac.compare_digest(code, self._code(name, content)) else None

    def put(self, name: str, content: bytes) -> None:
        """Keep something, whole or not at all; what is oldest makes room.

        Nothing is kept that would take more than half of the room, nor where it cannot be written.
        """
        size = _CODE_BYTES + len(content)
        if size > LIMIT // 2:
            return
        aside = f"{name}.{os.urandom(8).hex()}.tmp"
        with suppress(OSError, ValueError), _opened(self.folder) as place:
            _make_room(place, name, size)
            try:
                _write(aside, place, self._code(name, content), content)
                os.replace(aside, name, src_dir_fd=place, dst_dir_fd=place)
            except BaseException:
                with suppress(OSError):
                    os.unlink(aside, dir_fd=place)
                raise

    def _code(self, name: str, content: bytes | memoryview) -> bytes:
        code = hmac.new(self._key, f"{len(name)}:{name}:".encode(), hashlib.sha256)
        code.update(content)
        return code.digest()


def open_store() -> Store | Fault:
    """The store of this user, its folders and key made where they are not there; or why it is not used."""
    if not hasattr(os, "getuid") or os.open not in os.supports_dir_fd:
        return Fault("no-cache", "This system does not tell whose a folder is.")
    folder = _folder("XDG_CACHE_HOME", ".cache")
    keeps = _folder("XDG_STATE_HOME", ".local/state")
    try:
        if os.path.realpath(folder) == os.path.realpath(keeps):
            raise ValueError(f"the key would lie in {folder}, beside what it vouches for")
        _refuse_checked_out(keeps)
        for each in (folder, keeps):
            os.makedirs(os.path.dirname(each), exist_ok=True)
            with suppress(FileExistsError):
                os.mkdir(each, 0o700)
        with _opened(keeps) as place:
            key = _key(place)
        with _opened(folder):
            return Store(folder, key)
    except (OSError, ValueError) as error:
        return Fault("no-cache", f"The cache is not used: {error}.")


def _folder(variable: str, otherwise: str) -> str:
    """The folder of ours that the XDG Base Directory Specification names; a relative one does not count."""
    stated = os.environ.get(variable, "")
    above = stated if os.path.isabs(stated) else os.path.join(os.path.expanduser("~"), otherwise)
    return os.path.join(above, _FOLDER)


def _refuse_checked_out(folder: str) -> None:
    """Raise ValueError where a commit may have put files into a folder, so that a key there may be known."""
    above = os.path.realpath(folder)
    if not os.path.isabs(folder):
        raise ValueError("this user has no home")
    while above != os.path.dirname(above):
        above = os.path.dirname(above)
        if os.path.lexists(os.path.join(above, ".git")):
            raise ValueError(f"{folder} lies in a working tree of git")


@contextmanager
def _opened(folder: str) -> Iterator[int]:
    """The descriptor of a folder that this user alone can write into; no symbolic link.

    Raises:
        OSError, ValueError: it is another, or cannot be opened.
    """
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _NO_LINK)
    try:
        _refuse(os.fstat(place), folder)
        yield place
    finally:
        os.close(place)


def _refuse(found: os.stat_result, name: str, mode: int = 0o022) -> None:
    """Raise ValueError where something is somebody else's, or has one of these permissions."""
    if found.st_uid != os.getuid():
        raise ValueError(f"{name} belongs to another user")
    if stat.S_IMODE(found.st_mode) & mode:
        raise ValueError(f"{name} is open to other users")


def _key(place: int) -> bytes:
    """This user's key; made at the first time.

    Raises:
        OSError, ValueError: there is one that others may know, or that is none.
    """
    try:
        key = _read(KEY, place, _KEY_BYTES, 0o077)
    except FileNotFoundError:
        _make_key(place)
        key = _read(KEY, place, _KEY_BYTES, 0o077)
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{KEY} is not a key")
    return key


def _make_key(place: int) -> None:
    aside = f"{KEY}.{os.urandom(8).hex()}.tmp"
    _write(aside, place, os.urandom(_KEY_BYTES))
    try:  # a link, since that never takes the place of a key that another run has just made
        with suppress(FileExistsError):
            os.link(aside, KEY, src_dir_fd=place, dst_dir_fd=place)
    finally:
        os.unlink(aside, dir_fd=place)


def _read(name: str, place: int, limit: int, mode: int = 0o022) -> bytes:
    """The bytes of a file of this user's.

    Raises:
        OSError, ValueError: it is none, or has more bytes than the limit.
    """
    descriptor = os.open(name, os.O_RDONLY | _NO_LINK, dir_fd=place)
    with open(descriptor, "rb", buffering=0) as file:
        found = os.fstat(descriptor)
        _refuse(found, name, mode)
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            raise ValueError(f"{name} is no file that was written here")
        return file.readall()


def _write(name: str, place: int, *contents: bytes) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600, dir_fd=place)
    with open(descriptor, "wb") as file:
        for content in contents:
            file.write(content)


def _make_room(place: int, name: str, size: int) -> None:
    """Remove the oldest until so many bytes more are within the limits; what `name` holds is replaced."""
    found = []
    for other in os.listdir(place):
        if other != name:
            told = os.stat(other, dir_fd=place, follow_symlinks=False)
            found.append((told.st_mtime_ns, other, told.st_size))
    found.sort()
    while found and (len(found) >= ENTRIES or sum(each[2] for each in found) + size > LIMIT):
        os.unlink(found.pop(0)[1], dir_fd=place)

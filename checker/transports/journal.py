"""A folder of files that are written once: what was acknowledged is there, whole, whatever happens next.

A file gets its name when its last byte is on the disk, so nobody ever sees a part of it. Writers need no lock
and do not know of each other: a name is given once, and belongs to the first who gives it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress

from checker.model import Fault
from checker.transports.disk import Disk

ABANDONED_AFTER = 3600
"""Seconds after which the unfinished file of another writer is taken for that of a dead one."""

_BEGIN, _END = ".gonogo-", ".tmp"
"""Of the name of an unfinished file."""
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK})
"""What a file system says that has no hard links."""
_FOLDERS_CAN_BE_FLUSHED = hasattr(os, "O_DIRECTORY")


class Journal:
    """The files below one folder, which is made when the first is written."""

    __slots__ = ("_root",)

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Nothing is read or made yet."""
        self._root = os.path.realpath(folder)

    def append(self, content: bytes, name: str) -> Fault | None:
        """Write a file; when this returns None it is on the disk, and stays there when the power fails.

        `name` is its path below the folder, with forward slashes. Where a file of this name holds these very
        bytes, that is as good as writing it; other bytes stay as they are, and are a fault.

        Raises OSError where the disk is full or cannot be written: the file was not acknowledged then, and
        nothing unfinished is left behind.
        """
        path = self._place(name)
        if isinstance(path, Fault):
            return path
        os.makedirs(self._root, exist_ok=True)
        unfinished = os.path.join(self._root, f"{_BEGIN}{os.urandom(8).hex()}{_END}")
        try:
            with open(unfinished, "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                now = os.fstat(file.fileno()).st_mtime
            os.makedirs(os.path.dirname(path), exist_ok=True)
            fault = _publish(unfinished, path, content)
        finally:
            with suppress(FileNotFoundError):  # it got its name by being moved, or could not be made
                os.unlink(unfinished)
        if fault is None:
            self._flush_folders(os.path.dirname(path))
        self._clean(now)
        return fault

    def read_all(self) -> Iterator[tuple[str, bytes | Fault]]:
        """Every file, sorted by its path below the folder, and its bytes or why they cannot be had."""
        disk = Disk(self._root)
        for path, _ in disk.find("**"):
            if not _is_unfinished(path):
                yield path, disk.read(path)

    def _place(self, name: str) -> str | Fault:
        """The path of a file; never one outside of the folder, not behind a symbolic link either."""
        parts = name.split("/")
        path = os.path.join(self._root, *parts)
        sound = all(part and not part.startswith(".") and part.isprintable() for part in parts) and not (
            {"\\", ":"} & set(name)
        )
        if not sound or os.path.realpath(os.path.dirname(path)) != os.path.dirname(path):
            hint = "A name is a path below the folder, with no link and no hidden part."
            return Fault("journal-name", f"Nothing can be written to {name!r}.", hint=hint)
        return path

    def _clean(self, now: float) -> None:
        """Remove what dead writers left. `now` is the time of the disk that holds it, no other clock's."""
        with os.scandir(self._root) as entries:
            for entry in entries:
                if _is_unfinished(entry.name):
                    with suppress(OSError):  # its writer has just finished, or it is another user's to remove
                        if now - entry.stat(follow_symlinks=False).st_mtime > ABANDONED_AFTER:
                            os.unlink(entry.path)

    def _flush_folders(self, folder: str) -> None:
        """Bring the names on the disk: of the file, and of every folder up to this one, whoever made it."""
        folders = [folder]
        while folders[-1] != self._root:
            folders.append(os.path.dirname(folders[-1]))
        if _FOLDERS_CAN_BE_FLUSHED:
            for each in (*folders, os.path.dirname(self._root)):
                _flush_folder(each)


def _publish(unfinished: str, path: str, content: bytes) -> Fault | None:
    """Give a finished file its name, which must not be taken."""
    try:
        os.link(unfinished, path)
        return None
    except FileExistsError:
        return _taken(path, content)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    if os.path.lexists(path):
        return _taken(path, content)
    # Two who come here at once with one name hold the same bytes, for a name is that of its content.
    os.replace(unfinished, path)
    return None


def _taken(path: str, content: bytes) -> Fault | None:
    held = Disk(os.path.dirname(path)).read(os.path.basename(path))
    if held == content:
        return None
    hint = (
        "Restore the file from the history of the repository: it was changed, or put there by something else."
    )
    return Fault(
        "journal-conflict", f"{os.path.basename(path)} is there already, with another content.", hint=hint
    )


def _is_unfinished(path: str) -> bool:
    return path.startswith(_BEGIN) and path.endswith(_END)


def _flush_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The file system: find by pattern, read with care, write whole or not at all.

Nothing outside of the root is read, not through a symbolic link either, and nothing blocks: a file
that is none (a pipe, a device) is a fault.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress

from checker.model import Fault
from checker.transports.patterns import NEVER_ENTERED, Found, Level, Names, find_all

LIMIT = 16 * 1024 * 1024
"""Bytes of a file, unless the caller says otherwise."""

OUTSIDE = Fault(
    "outside-workspace",
    "The file lies outside of the workspace.",
    hint="Copy the file into the workspace, or extend the workspace.",
)
MISSING = Fault("missing", "There is no such file.")
LEADS_NOWHERE = Fault("missing", "This link leads to nothing.", hint="Mend the link, or delete it.")
LEADS_BACK = Fault("unreadable", "This link leads back to itself.", hint="Mend the link, or delete it.")
FOLDER = Fault(
    "not-a-file", "This is a folder, not a file.", hint="Put a file in its place, or name another."
)
_DEVICE = FOLDER._replace(message="This is a pipe, a socket or a device, not a file.")

_OPEN = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _OPEN |= getattr(os, _flag, 0)  # what a system does not have, it does not need
_REFUSES_LINKS = hasattr(os, "O_NOFOLLOW")
"""Opening a symbolic link fails, so that no separate look is needed."""


class Disk:
    """The files below one folder."""

    __slots__ = ("_real_folders", "_root")

    def __init__(self, root: str | os.PathLike[str]) -> None:
        """`root` is the folder that bounds what can be read."""
        self._root = os.path.realpath(root)
        self._real_folders = {""}
        """Folders below the root that are known to be no symbolic links, nor anything above them."""

    def find(self, pattern: str) -> list[Found]:
        """The files that fit a pattern, sorted by path.

        `*` stands for any part of a name, `**` for any number of folders, `{name}` for a name or a
        part of one, which is captured; none of them stands for the folder `.gonogo`, which a pattern
        must name. Symbolic links to folders are not followed. A folder that cannot be listed is found
        in place of the files it may hold, and so is a link to a folder outside of the root, unless
        only `**` stands for it: reading it tells why.
        """
        return self.find_all((pattern,))[pattern]

    def find_all(self, patterns: Iterable[str]) -> dict[str, list[Found]]:
        """`find` for several patterns in one walk; only folders that can matter are listed."""
        return find_all(patterns, _Folders(self._root, self._real_folders))

    def read(self, path: str, limit: int = LIMIT) -> bytes | Fault:
        """The bytes of a file, or why they cannot be had; `limit` is in bytes."""
        try:
            direct = self._direct(path)
            if direct is not None:
                try:
                    return _read_stable(direct, limit)
                except OSError as error:
                    if error.errno != errno.ELOOP:  # it is a symbolic link, and was not followed
                        raise
            full = self._behind_links(path)
            if full is None:
                return OUTSIDE
            return _read_stable(full, limit)
        except FileNotFoundError:
            if os.path.islink(os.path.join(self._root, path)):
                return LEADS_NOWHERE
            return MISSING
        except ValueError:
            return Fault("missing", "There can be no file of this name.")
        except OSError as error:
            return _unreadable(error)

    def _direct(self, path: str) -> str | None:
        """The file to open where the walk came by its folder, so that only itself may be a symbolic link."""
        folder, _, name = path.rpartition("/")
        if folder not in self._real_folders or name in ("", ".", ".."):
            return None
        full = f"{self._root}/{path}"
        return full if _REFUSES_LINKS or not os.path.islink(full) else None

    def _behind_links(self, path: str) -> str | None:
        """The file to open, behind all symbolic links; None where that is outside of the root.

        Raises OSError where there are more links than the system follows.
        """
        full = os.path.join(self._root, path)
        try:
            os.stat(full)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise
        full = os.path.realpath(full)
        return full if _inside(self._root, full) else None


def too_large(size: int, limit: int) -> Fault:
    """Why a file of so many bytes is not read."""
    return Fault(
        "too-large", f"The file has {size:,} bytes; more than {limit:,} are not read.", hint="Split it."
    )


def _inside(root: str, path: str) -> bool:
    """Whether a real path is that of a root or lies below it."""
    return os.path.commonpath((path, root)) == root


def _unreadable(error: OSError) -> Fault:
    """What a person can do about an error of the system."""
    if error.errno == errno.ENXIO:  # how the system refuses to open a socket
        return _DEVICE
    if error.errno == errno.ELOOP:
        return LEADS_BACK
    hint = "Check its permissions." if error.errno in (errno.EACCES, errno.EPERM) else ""
    return Fault("unreadable", f"The file cannot be read: {error.strerror}.", hint=hint)


class _Folders:
    """The folders below a root, for one walk."""

    __slots__ = ("_real_folders", "_root")

    def __init__(self, root: str, real_folders: set[str]) -> None:
        self._root = root
        self._real_folders = real_folders

    def names(self, folder: str, level: Level) -> Names | None:
        """What can matter in a folder; None where it cannot be listed."""
        self._real_folders.add(folder)
        full = f"{self._root}/{folder}"
        try:
            return _scanned(full, level) if level.kept or level.sought else _probed(full, level.expected)
        except FileNotFoundError:  # it went away since its parent was listed
            return Names([], [], [])
        except OSError:
            return None

    def leaves(self, path: str) -> bool:
        """Whether a link leads out of the root."""
        return not _inside(self._root, os.path.realpath(os.path.join(self._root, path)))


def _scanned(folder: str, level: Level) -> Names:
    """By a look at every name."""
    found = Names([], [], [])
    folders, files, links = found
    any_file = bool(level.sought or level.wanted)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER_ENTERED:
                    folders.append(entry.name)
            elif any_file or entry.name in level.expected:
                to_folder = entry.is_symlink() and os.path.isdir(entry.path)
                (links if to_folder else files).append(entry.name)
    return found


def _probed(folder: str, names: Iterable[str]) -> Names:
    """By a look for names that are known."""
    found = Names([], [], [])
    folders, files, links = found
    for name in names:
        path = os.path.join(folder, name)
        try:
            mode = os.lstat(path).st_mode
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        if stat.S_ISDIR(mode):
            if name not in NEVER_ENTERED and name != "..":
                folders.append(name)
        else:
            to_folder = stat.S_ISLNK(mode) and os.path.isdir(path)
            (links if to_folder else files).append(name)
    return found


def _read_stable(path: str, limit: int) -> bytes | Fault:
    """The bytes of a file that stayed the same while it was read; a second attempt is made.

    Raises OSError where it cannot be read.
    """
    for _ in range(2):
        descriptor = os.open(path, _OPEN)
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                return FOLDER if stat.S_ISDIR(before.st_mode) else _DEVICE
            if before.st_size > limit:
                return too_large(before.st_size, limit)
            content = _read_up_to(descriptor, before.st_size)
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if len(content) == before.st_size == after.st_size and before.st_mtime_ns == after.st_mtime_ns:
            return content
    return Fault(
        "changed-while-read", "The file changed while it was read.", hint="Run again when it is at rest."
    )


def _read_up_to(descriptor: int, size: int) -> bytes:
    """`size` bytes and one more, if there are that many: more than were promised are not all needed."""
    content = os.read(descriptor, size + 1)
    while len(content) < size and (more := os.read(descriptor, size + 1 - len(content))):
        content += more
    return content


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file whole or not at all: until the last byte is on the disk, what stood there stays.

    A symbolic link stays one, and its target is written; permissions stay as they were; a pipe or a
    device is written to. Raises OSError where that fails; nothing is left behind then.
    """
    target = os.path.realpath(path)
    mode = _mode(path)  # of what the path leads to, which for /dev/stdout has no path of its own
    if mode is not None and not stat.S_ISREG(mode):
        with open(path, "wb") as stream:
            stream.write(content)
        return
    _put({target: content})


def write_all(contents: Mapping[str, bytes]) -> None:
    """Write several files and the folders that lead to them: none stands before the last byte is on the disk.

    Raises OSError where that fails; nothing is left behind then.
    """
    made: list[str] = []
    try:
        for path in contents:
            _make_folder(os.path.dirname(path), made)
        _put(contents)
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):  # somebody else has put something into it
                os.rmdir(folder)
        raise


def _make_folder(path: str, made: list[str]) -> None:
    """Make a folder and those above it; each that was not there joins `made`."""
    if path and not os.path.isdir(path):
        _make_folder(os.path.dirname(path), made)
        os.mkdir(path)
        made.append(path)


def _put(contents: Mapping[str, bytes]) -> None:
    """Write regular files, new ones or in place of others, whose permissions stay."""
    asides: dict[str, str] = {}
    try:
        for target, content in contents.items():
            mode = _mode(target)
            if mode is not None and not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), target)
            aside = os.path.join(os.path.dirname(target), f".gonogo-{os.urandom(8).hex()}.tmp")
            asides[aside] = target
            with open(aside, "xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            if mode is not None:
                os.chmod(aside, stat.S_IMODE(mode))
        for aside, target in asides.items():
            os.replace(aside, target)
    except BaseException:
        for aside in asides:
            with suppress(FileNotFoundError):
                os.unlink(aside)
        raise


def _mode(path: str | os.PathLike[str]) -> int | None:
    """The type and permissions of what is there; None where nothing is."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None

"""The files of one commit, as if they lay on the disk: found by pattern, read with care."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from checker.model import Fault
from checker.transports.disk import (
    FOLDER,
    LEADS_BACK,
    LEADS_NOWHERE,
    LIMIT,
    MISSING,
    OUTSIDE,
)
from checker.transports.git_log import LINK
from checker.transports.git_process import AHEAD
from checker.transports.patterns import NEVER_ENTERED, Found, Level, Names, find_all

_SUBMODULE = "160000"
FILE_MODES = "100"
"""How the modes of regular files begin."""
_MOST_LINKS = 40
"""Links on the way to one file, as on Linux."""
_MOST_STEPS = 1000
"""Names on the way to one file, over all links."""
_LONGEST_LINK = 4096
"""Bytes of where a link leads."""
_POINTER = b"version https://git-lfs.github.com/spec/"
_LONGEST_POINTER = 1024
"""Bytes of a Git LFS pointer, as its specification has it."""

_OTHER_REPOSITORY = Fault(
    "not-a-file",
    "This is a submodule: its files are in another repository.",
    hint="Keep the file in this repository, or check that repository by itself.",
)
_LFS = Fault(
    "lfs-pointer",
    "The commit holds a Git LFS pointer in place of this file.",
    hint="Keep the file in git itself: git lfs migrate export --include=FILE",
)


class Entry(NamedTuple):
    """What a commit holds at a path."""

    mode: str
    """`100644`, `100755`, `120000` for a symbolic link, `160000` for a submodule."""
    id: str
    """Of the blob; of the commit for a submodule."""


def entries(listing: bytes, prefix: str) -> dict[str, Entry]:
    """What `ls-tree -r -z` lists, by its path below `prefix`; what is not UTF-8 in a name is escaped."""
    found = {}
    for line in listing.split(b"\0"):
        head, tab, name = line.partition(b"\t")
        if tab:
            mode, _, id = head.decode("ascii").split()
            path = name.decode("utf-8", "surrogateescape").removeprefix(prefix)
            found[path] = Entry(mode, id)
    return found


class _Row:
    """The order in which files are read: mostly the one in which they were found."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._places: dict[str, int] = {}
        self._last = -1

    def expect(self, found: Iterable[Sequence[Found]]) -> None:
        """These are read next, if anything is."""
        self._found = [path for each in found for path, _ in each]
        self._places, self._last = {}, -1

    def after(self, path: str) -> list[str]:
        """What follows a file that is read right after the one before it; nothing for any other."""
        if not self._places:
            self._places = {each: place for place, each in enumerate(self._found)}
        place, last = self._places.get(path, -1), self._last
        self._last = place
        return self._found[place + 1 : place + AHEAD] if 0 <= last == place - 1 else []


class Tree:
    """The files of one commit below one folder; a `Disk` in all that can be asked of it.

    Nothing is read before something is asked.
    """

    def __init__(
        self,
        commit: str,
        listing: Callable[[], dict[str, Entry] | Fault],
        contents: Callable[[str, int, Sequence[str]], bytes | Fault],
    ) -> None:
        """`contents` gives the bytes of a blob by its id, unless they are more than a limit.

        The ids behind are those of what is likely to be read next.
        """
        self.commit = commit
        """The full id."""
        self._list = listing
        self._contents = contents
        self._listed: _Listed | Fault | None = None
        self._row = _Row()

    def find(self, pattern: str) -> list[Found]:
        """The files that fit a pattern, sorted by path; as `Disk.find`.

        A submodule is found itself, as a link is that leaves the workspace: reading it tells why.
        """
        return self.find_all((pattern,))[pattern]

    def find_all(self, patterns: Iterable[str]) -> dict[str, list[Found]]:
        """`find` for several patterns at once."""
        found = find_all(patterns, _Folders(self))
        self._row.expect(found.values())
        return found

    def read(self, path: str, limit: int = LIMIT) -> bytes | Fault:
        """The bytes of a file, or why they cannot be had; `limit` is in bytes."""
        entry = self.entry(path)
        if isinstance(entry, Fault):
            return entry
        content = self._contents(entry.id, limit, self._ahead(path))
        if isinstance(content, bytes) and len(content) < _LONGEST_POINTER and content.startswith(_POINTER):
            return _LFS
        return content

    def _ahead(self, path: str) -> list[str]:
        """The ids of the files that are likely to be read after a file."""
        ids = []
        for other in self._row.after(path):
            entry = self.entry(other)
            if isinstance(entry, Fault):
                break
            ids.append(entry.id)
        return ids

    def blob(self, path: str) -> str | None:
        """The object id of a file, behind links: the same for the same bytes; None where there is no file."""
        entry = self.entry(path)
        return None if isinstance(entry, Fault) else entry.id

    def entry(self, path: str) -> Entry | Fault:
        """What stands at a path, behind all links, or why there is no file."""
        listed = self.listed()
        if isinstance(listed, Fault):
            return listed
        entry = listed.entries.get(path)
        if entry is None or entry.mode == LINK:
            behind = self.behind_links(path, listed)
            if isinstance(behind, Fault):
                return behind
            if behind in listed.folders:
                return FOLDER
            linked, entry = entry is not None, listed.entries.get(behind)
            if entry is None:
                return LEADS_NOWHERE if linked else MISSING
        return _OTHER_REPOSITORY if entry.mode == _SUBMODULE else entry

    def bent(self, changed: Mapping[str, bool]) -> dict[str, bool]:
        """The links of this commit that give what a change touches, though it does not touch them.

        Each path is told with whether anything below it may be another thing now; so are those of `changed`,
        where that is a link itself.
        """
        listed = self.listed()
        found: dict[str, bool] = {}
        if isinstance(listed, Fault):
            return found
        to_folder: dict[str, list[str]] = {}
        for link in (path for path, entry in listed.entries.items() if entry.mode == LINK):
            end, way = self._way(link, listed)
            if any(changed.get(each, False) for each in way):
                found[link] = True
            elif isinstance(end, str) and end in listed.folders:
                to_folder.setdefault(end, []).append(link)
            elif isinstance(end, str) and end in changed:
                found[link] = False
        waiting, seen = [*changed, *found], set[str]()
        while waiting:
            folder = waiting.pop()
            while folder:
                folder = folder.rpartition("/")[0]
                links = () if folder in seen else to_folder.get(folder, ())
                seen.add(folder)
                found |= dict.fromkeys(links, True)
                waiting += links
        return found

    def listed(self) -> _Listed | Fault:
        """Everything that the commit holds; asked for once."""
        if self._listed is None:
            found = self._list()
            self._listed = found if isinstance(found, Fault) else _Listed(found)
        return self._listed

    def behind_links(self, path: str, listed: _Listed) -> str | Fault:
        """The path behind all links, or why there is none: it leaves the workspace, or leads back."""
        return self._way(path, listed).end

    def _way(self, path: str, listed: _Listed) -> _Way:
        known = listed.ways.get(path)
        if known is None:
            links: list[str] = []
            known = listed.ways[path] = _Way(self._walked(path, listed, links), tuple(links))
        return known

    def _walked(self, path: str, listed: _Listed, links: list[str]) -> str | Fault:
        """As `behind_links`; the links on the way join `links`."""
        if path.startswith("/"):
            return OUTSIDE
        waiting = path.split("/")[::-1]
        behind: list[str] = []
        for _ in range(_MOST_STEPS):
            if not waiting:
                return "/".join(behind)
            part = waiting.pop()
            if part == "..":
                if not behind:
                    return OUTSIDE
                behind.pop()
                continue
            if part in ("", "."):
                continue
            behind.append(part)
            at = "/".join(behind)
            entry = listed.entries.get(at)
            if entry is None or entry.mode != LINK:
                continue
            links.append(at)
            if len(links) > _MOST_LINKS:
                return LEADS_BACK
            target = self._contents(entry.id, _LONGEST_LINK, ())
            if isinstance(target, Fault):
                return target
            if target.startswith(b"/"):
                return OUTSIDE
            behind.pop()
            waiting += reversed(target.decode("utf-8", "surrogateescape").split("/"))
        return LEADS_BACK


class _Way(NamedTuple):
    """Where a path leads."""

    end: str | Fault
    links: tuple[str, ...]
    """Those on the way."""


class _Listed:
    """The entries of a commit, and the folders that they make."""

    __slots__ = ("entries", "folders", "ways")

    def __init__(self, entries: dict[str, Entry]) -> None:
        self.entries = entries
        self.ways: dict[str, _Way] = {}
        """Where the paths lead that were asked about."""
        self.folders: dict[str, tuple[list[str], list[str]]] = {"": ([], [])}
        """By path: the names of the folders in it, and of everything else."""
        for path in entries:
            folder, _, name = path.rpartition("/")
            self._folder(folder)[1].append(name)

    def _folder(self, path: str) -> tuple[list[str], list[str]]:
        known = self.folders.get(path)
        missing = []
        while known is None:
            missing.append(path)
            path = path.rpartition("/")[0]
            known = self.folders.get(path)
        for below in reversed(missing):
            known[0].append(below.rpartition("/")[2])
            known = self.folders[below] = ([], [])
        return known


class _Folders:
    """The folders of a tree, for one walk."""

    __slots__ = ("_tree",)

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def names(self, folder: str, level: Level) -> Names | None:
        """What can matter in a folder; None where the commit cannot be listed."""
        listed = self._tree.listed()
        if isinstance(listed, Fault):
            return None
        inside, others = listed.folders[folder]
        folders = [name for name in inside if name not in NEVER_ENTERED]
        names = Names(folders, [], [])
        any_name = bool(level.sought or level.wanted)
        for name in others:
            if not any_name and name not in level.expected:
                continue
            path = f"{folder}/{name}" if folder else name
            mode = listed.entries[path].mode
            if mode == _SUBMODULE:  # which may stand for a folder, or in the place of a file
                names.links.append(name)
                names.files.append(name)
            elif mode == LINK:
                self._sort(path, name, listed, names)
            else:
                names.files.append(name)
        return names

    def _sort(self, path: str, name: str, listed: _Listed, names: Names) -> None:
        """Tell links to folders from links to files; what lies outside may be either."""
        behind = self._tree.behind_links(path, listed)
        outside = isinstance(behind, Fault)
        if outside or behind in listed.folders:
            names.links.append(name)
        if outside or behind not in listed.folders:
            names.files.append(name)

    def leaves(self, path: str) -> bool:
        """Whether a link, or a submodule, leads to what is not in the commit."""
        entry = self._tree.entry(path)
        return entry is _OTHER_REPOSITORY or entry is OUTSIDE

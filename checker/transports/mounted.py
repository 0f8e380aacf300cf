"""A folder in which another one is seen under a prefix that no file of its own can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.model import Fault, Files


class Mounted:
    """The files of a folder, and under a prefix such as `floor:` those of another."""

    def __init__(self, files: Files, other: Files, prefix: str) -> None:
        """`prefix` begins the paths of what is the other's."""
        self.files, self.other, self.prefix = files, other, prefix

    def find(self, pattern: str) -> list[tuple[str, Mapping[str, str]]]:
        """The other's files where the pattern begins with the prefix, its own otherwise."""
        return self.find_all((pattern,))[pattern]

    def find_all(self, patterns: Iterable[str]) -> dict[str, list[tuple[str, Mapping[str, str]]]]:
        """The same for several.

        A file of its own that has the prefix by chance is found by a path that says so, and none is hidden.
        """
        asked = set(patterns)
        mine = self.files.find_all(sorted(each for each in asked if not each.startswith(self.prefix)))
        theirs = self.other.find_all(sorted(map(self._inner, asked - mine.keys())))
        return {
            **{pattern: [(self._own(path), seen) for path, seen in found] for pattern, found in mine.items()},
            **{
                self.prefix + pattern: [(self.prefix + path, seen) for path, seen in found]
                for pattern, found in theirs.items()
            },
        }

    def read(self, path: str) -> bytes | Fault:
        """From the folder whose file it is."""
        return self.other.read(self._inner(path)) if path.startswith(self.prefix) else self.files.read(path)

    def _inner(self, path: str) -> str:
        return path.removeprefix(self.prefix)

    def _own(self, path: str) -> str:
        return f"./{path}" if path.startswith(self.prefix) else path

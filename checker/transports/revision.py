"""Folders as they were at a commit, and one folder laid over another."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from checker.model import Fault, Files
from checker.transports import patterns
from checker.transports.disk import Disk

if TYPE_CHECKING:
    from checker.transports.git import Repository


class Revision:
    """Opens folders as they were at a commit.

    What lies outside of the repository has no past that is known, so it cannot be read; but for `timeless`
    folders, which belong to the program and not to what is judged.
    """

    def __init__(self, repository: Repository, commit: str, timeless: Sequence[str] = ()) -> None:
        self.repository = repository
        self.commit = commit
        self.timeless = tuple(map(os.path.abspath, timeless))

    def __call__(self, folder: str) -> Files:
        """The files below a folder."""
        asked = os.path.abspath(folder)  # no link of today's working tree leads there
        if any(os.path.commonpath((asked, apart)) == apart for apart in self.timeless):
            return Disk(folder)
        tree = self.repository.tree(self.commit, folder)
        return Nothing(tree) if isinstance(tree, Fault) else tree


class Nothing:
    """A folder that cannot be read, and why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def find(self, pattern: str) -> list[tuple[str, Mapping[str, str]]]:
        """A pattern without wildcards is found, so that somebody reads it and is told why."""
        return [] if set(pattern) & set("*{") else [(pattern, {})]

    def find_all(self, patterns: Iterable[str]) -> dict[str, list[tuple[str, Mapping[str, str]]]]:
        """The same for several."""
        return {pattern: self.find(pattern) for pattern in patterns}

    def read(self, path: str) -> Fault:
        """Why there is nothing."""
        return self.fault


class Overlay:
    """A folder laid over another: what it does not hold shines through."""

    def __init__(self, upper: Files, lower: Files, *apart: str) -> None:
        """`apart`: paths that are the upper folder's alone."""
        self.upper, self.lower, self.apart = upper, lower, frozenset(apart)

    def find(self, pattern: str) -> list[tuple[str, Mapping[str, str]]]:
        """What either holds; a file of both is that of the upper."""
        below = {path: seen for path, seen in self.lower.find(pattern) if path not in self.apart}
        return sorted({**below, **dict(self.upper.find(pattern))}.items())

    def find_all(self, patterns: Iterable[str]) -> dict[str, list[tuple[str, Mapping[str, str]]]]:
        """The same for several."""
        return {pattern: self.find(pattern) for pattern in patterns}

    def read(self, path: str) -> bytes | Fault:
        """From the upper folder, or where that has no such file, from the lower."""
        content = self.upper.read(path)
        missing = isinstance(content, Fault) and content.code == "missing" and path not in self.apart
        return self.lower.read(path) if missing else content


class Grafted:
    """A folder of which some files, as far as they fit some patterns, are those of another."""

    def __init__(
        self,
        files: Files,
        other: Files,
        paths: Collection[str],
        taken: Iterable[str],
        kept: Iterable[str] = (),
    ) -> None:
        """`paths`: what may be the other's; `taken`: the patterns of what is, `kept`: of what is not all the
        same."""
        self.files, self.other, self._paths = files, other, paths
        self._taken, self._kept = tuple(taken), tuple(kept)

    def find(self, pattern: str) -> list[tuple[str, Mapping[str, str]]]:
        """What either holds of what is its own."""
        return list(self.find_all((pattern,))[pattern])

    def find_all(self, patterns: Iterable[str]) -> dict[str, list[tuple[str, Mapping[str, str]]]]:
        """The same for several."""
        patterns = tuple(patterns)
        own, others = self.files.find_all(patterns), self.other.find_all(patterns)
        return {
            pattern: sorted(
                [
                    *(each for each in own[pattern] if not self._is_taken(each[0])),
                    *(each for each in others[pattern] if self._is_taken(each[0])),
                ],
                key=lambda each: each[0],
            )
            for pattern in patterns
        }

    def read(self, path: str) -> bytes | Fault:
        """From the folder whose file it is."""
        return (self.other if self._is_taken(path) else self.files).read(path)

    def _is_taken(self, path: str) -> bool:
        def fits(texts: tuple[str, ...]) -> bool:
            return any(patterns.fits(text, path) for text in texts)

        return path in self._paths and fits(self._taken) and not fits(self._kept)

"""The lines of the files that a change touches: which of them are new, and where the others were before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from checker.model import ChangedFile, Hunk


class Lines:
    """Where the lines of a changed file were before."""

    def __init__(self, old_path: str, hunks: Sequence[Hunk]) -> None:
        """`old_path`: what the file was called; `hunks` in the order of the file."""
        self.old_path = old_path
        self.hunks = hunks
        # A hunk without new lines stands behind the line that it names.
        self._starts = [hunk.start + (hunk.lines == 0) for hunk in hunks]

    def back(self, line: int) -> int | None:
        """The number that an unchanged line had before; None: it is new, or altered."""
        position = bisect_right(self._starts, line) - 1
        if position < 0:
            return line
        hunk = self.hunks[position]
        if hunk.lines and line < hunk.start + hunk.lines:
            return None
        behind, old_behind = hunk.start + max(hunk.lines, 1), hunk.old_start + max(hunk.old_lines, 1)
        return line - behind + old_behind

    @property
    def new(self) -> tuple[tuple[int, int], ...]:
        """The first and last line of each run of lines that are new."""
        return tuple((hunk.start, hunk.start + hunk.lines - 1) for hunk in self.hunks if hunk.lines)

    def nearest(self, first: int, last: int) -> int | None:
        """The first changed line of a stretch, or the nearest one to it; None: there is none.

        Where lines were only taken away, it is the one before them.
        """
        found: tuple[int, int] | None = None
        # Hunks stand in order: only the last that begins before the stretch, or the next one, can be it.
        after = bisect_right(self.hunks, first, key=lambda hunk: hunk.start)
        for hunk in self.hunks[max(after - 1, 0) : after + 1]:
            start = max(hunk.start, 1)
            end = max(start, hunk.start + hunk.lines - 1)
            line = min(max(start, first), end)
            distance = max(first - line, line - last, 0)
            found = min(found or (distance, line), (distance, line))
        return found and found[1]


Changed = Mapping[str, Lines]
"""The changed files by their path now."""


def old_path(path: str, changed: Changed) -> str:
    """What a file was called before the change."""
    return changed[path].old_path if path in changed else path


def files(changed: Changed) -> tuple[ChangedFile, ...]:
    """The changed files as a report lists them."""
    return tuple(
        ChangedFile(path, lines.old_path if lines.old_path != path else "", lines.new)
        for path, lines in sorted(changed.items())
    )

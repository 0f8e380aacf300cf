"""Lines as they read after mechanical mends."""

from __future__ import annotations

from collections.abc import Iterable

from checker.model import Edit


def mended(line: str, edits: Iterable[Edit]) -> str | None:
    """`line` after the edits that fit it, of which none may touch another; None where it stays as it is.

    The earlier of two that overlap is taken. A line that is not known, or that holds what nobody can see, is
    never offered.
    """
    taken: list[Edit] = []
    for edit in dict.fromkeys(edits):
        if _fits(edit, line) and all(_apart(edit.span, other.span) for other in taken):
            taken.append(edit)
    new = line
    for edit in sorted(taken, key=lambda edit: edit.span, reverse=True):
        new = new[: edit.span.column - 1] + edit.text + new[edit.span.end_column - 1 :]
    return new if new != line and new.replace("\t", " ").isprintable() else None


def _fits(edit: Edit, line: str) -> bool:
    span = edit.span
    return edit.whole_line == line and span.line == span.end_line and span.end_column - 1 <= len(line)


def _apart(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    (_, start, _, end), (_, other_start, _, other_end) = one, other
    return end <= other_start or other_end <= start

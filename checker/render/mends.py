"""Which mechanical mends are shown, and how lines read after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from checker.model import Edit, Report, Result


def offering(report: Report) -> Callable[[Result], Edit | None]:
    """A function that gives the edit of a result where it is to be shown.

    A failure that somebody accepted is left alone, a line whose edit would not show all it does is not
    offered, and of a change only the lines that it brings are mended: to others it is no answer.
    """
    comparison = report.comparison
    changed = {file.path: file.lines for file in comparison.files} if comparison else None

    def offered(result: Result) -> Edit | None:
        edit = result.edit
        if edit is None or result.waived or mended(edit.whole_line, [edit]) is None:
            return None
        if changed is None:
            return edit
        runs = changed.get(result.location.path, ())
        return edit if any(first <= edit.span.line <= last for first, last in runs) else None

    return offered


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

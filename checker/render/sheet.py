"""What pages for a terminal are laid out with: a width, colours, lists and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.render import Options
from checker.render.text import one_line, width, wrap

_COLORS = {
    "error": "1;31",
    "failed": "31",
    "undecided": "1;35",
    "warning": "1;33",
    "upcoming": "1;36",
    "waived": "2",
    "NO-GO": "1;31",
    "UNDECIDED": "1;35",
    "CONDITIONAL": "1;33",
    "GO": "1;32",
    "NEUTRAL": "1;36",
    "alarm": "1;37;41",
    "gutter": "34",
    "strong": "1",
}
_NARROWEST = 40
_WIDEST_LABEL = 16
"""Columns; a longer label stands on a line of its own."""

Entry = tuple[str, str, Sequence[str]]
"""A label, the style it is painted in (or none), and the lines beside it."""


class Sheet:
    """Lays out lines for one width and choice of colour; whatever it is given comes out visible."""

    def __init__(self, options: Options) -> None:
        """Takes the width and the colour from the options."""
        self.width = max(options.width, _NARROWEST)
        self._color = options.color

    def paint(self, style: str, text: str) -> str:
        """`text` in the colour of a style; nothing is said by colour alone."""
        code = _COLORS.get(style)
        return f"\x1b[{code}m{text}\x1b[0m" if self._color and code and text else text

    def paragraph(self, text: str, style: str = "", lead: str = "") -> list[str]:
        """`text` in as many lines as it takes, behind `lead`; those after the first are further in."""
        lines = wrap(lead + one_line(text), self.width, lead + "  ")
        return [self.paint(style, line) for line in lines]

    def entries(self, rows: Iterable[Entry]) -> list[str]:
        """A list: labels in a column, their lines beside them."""
        found = list(rows)
        column = max((width(label) for label, _, _ in found if width(label) <= _WIDEST_LABEL), default=0)
        lines: list[str] = []
        for label, style, texts in found:
            lead = "  " + self.paint(style, label) + " " * (column - width(label))
            if width(label) > column:
                lines.append(lead)
                lead = " " * (column + 2)
            for text in texts:
                # The first blanks keep the room of the label, which may hold colours.
                first, *rest = wrap(" " * (column + 4) + one_line(text), self.width, " " * (column + 6))
                lines += [f"{lead}  {first[column + 4 :]}".rstrip(), *rest]
                lead = " " * (column + 2)
        return lines

    def table(self, rows: Sequence[Sequence[str]], *, numbers_from: int = 1) -> list[str]:
        """Rows in columns under the first of them, which is their heading; numbers stand to the right."""
        shown = [[one_line(cell) for cell in row] for row in rows]
        widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
        lines = []
        for row in shown:
            cells = []
            for index, (cell, size) in enumerate(zip(row, widths, strict=True)):
                blank = " " * (size - width(cell))
                cells.append(blank + cell if index >= numbers_from else cell + blank)
            lines.append("  ".join(cells).rstrip())
        return [self.paint("strong", lines[0]), *lines[1:]]

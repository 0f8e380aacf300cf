"""Pages of Markdown that fit where they go.

GitHub drops a comment or a summary that is too long, so rows are left out until a page fits, and each
section says how many. Each keeps a few; the first, which are the most pressing, get what room there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jinja2

from checker import shipped
from checker.render.gfm import Markup, prose
from checker.render.text import inert


class Room(NamedTuple):
    """How much a page may hold."""

    size: int
    """Bytes in UTF-8, at most."""
    reason: str
    """Why there is no more, for a person."""


COMMENT = Room(65_536, "GitHub takes at most 65,536 characters")
"""What a comment may hold in characters, which are never more than bytes."""
SUMMARY = Room(1_040_000, "a job summary takes at most 1,048,576 bytes")
"""What GitHub keeps of a step's summary, with room for some lines of the step's own."""
_AT_LEAST = 3
"""Rows that each section keeps while there is room."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the table under it."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    """Cells; a text that is no `Markup` is escaped."""
    open: bool = False
    """Whether it is shown without a click."""
    note: str = ""
    """A sentence under the heading."""


def page(
    template: str, values: Mapping[str, object], sections: Sequence[Section], room: Room = COMMENT
) -> str:
    """A template of `reports/` with its values, and as many rows of the sections as fit."""
    found = _environment().get_template(template)

    def write(kept: Sequence[Section], shown: Sequence[Sequence[Markup]]) -> str:
        hidden = len(sections) - len(kept)
        listed = list(zip(kept, shown, strict=True))
        return inert(found.render(values, sections=listed, hidden=hidden, reason=room.reason, line=_line))

    kept = sections
    bare = write(kept, [()] * len(kept))
    while len(bare.encode()) > room.size and kept:
        kept = kept[:-1]
        bare = write(kept, [()] * len(kept))
    return write(kept, _fitting(kept, room.size - len(bare.encode())))


def _fitting(sections: Sequence[Section], room: int) -> list[list[Markup]]:
    """The rows of each section that fit into `room` bytes, as lines of its table."""
    shown: list[list[Markup]] = [[] for _ in sections]
    for limit in (_AT_LEAST, None):
        for section, lines in zip(sections, shown, strict=True):
            for row in section.rows[len(lines) : limit]:
                line = _line(row)
                heading = 0 if lines else _heading(section)
                if heading + _size(line) > room:
                    break
                room -= heading + _size(line)
                lines.append(line)
    return shown


def _heading(section: Section) -> int:
    """Bytes of the head of its table, and of the blank line before it."""
    return _size(_line(section.header)) + _size(_line(["---"] * len(section.header))) + 1


def _line(cells: Sequence[str]) -> Markup:
    """A row of a table."""
    return Markup(f"| {' | '.join(each if isinstance(each, Markup) else prose(each) for each in cells)} |")


def _size(line: str) -> int:
    """Bytes of a line and its end, as it will be written."""
    return len(inert(line).encode()) + 1


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped.REPORTS),
        # Escaping is what happens by itself; a template has to ask for anything else.
        finalize=lambda value: value if isinstance(value, Markup) else prose(str(value)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )

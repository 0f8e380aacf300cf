"""GitHub Flavored Markdown in which no text becomes more than text, and pages that fit into a comment.

GitHub drops a comment of more than 65,536 characters, so rows are left out until a page fits, and each
section says how many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jinja2

from checker import shipped
from checker.render.text import clip, inert, one_line

SIZE = 65_536
"""Bytes, at most: what a comment may hold in characters. A job summary may be sixteen times as long."""
_ROWS = (1_000, 300, 100, 30, 10, 3, 1, 0)
"""Rows of a section to try, until the text fits."""
_TEXT_LIMIT = 300


class Markup(str):
    """Text that is Markdown already and is not escaped again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the table under it."""

    title: str
    """Ours, never a file's."""
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    """Cells; a text that is no `Markup` is escaped."""
    open: bool = False
    """Whether it is shown without a click."""
    note: str = ""
    """A sentence under the heading."""


def page(template: str, values: Mapping[str, object]) -> str:
    """A template of `reports/` with its values, with as many rows of each section as fit into a comment."""
    found = _environment().get_template(template)
    text = ""
    for limit in _ROWS:
        text = inert(found.render(values, limit=limit, size=f"{SIZE:,}"))
        if len(text.encode()) <= SIZE:
            break
    return text


def cell(*lines: str) -> Markup:
    """Lines of a cell of a table; empty ones are left out."""
    return Markup("<br>".join(line if isinstance(line, Markup) else prose(line) for line in lines if line))


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


_ACTIVE = re.compile(r"[\\`*_\[<|~&$]|@|:(?=\S)|#(?=\w)|gh-(?=\d)|www(?=\.)", re.IGNORECASE)
_LINKING = "@:#"
_BREAK = "&#8203;"
"""A space without width: what GitHub would link after rendering falls apart, and looks the same."""


def prose(text: str) -> Markup:
    """`text` as it is read, whatever it says: no markup, image, HTML, link, mention, reference or emoji."""
    return _escaped(clip(one_line(text), _TEXT_LIMIT))


def _escaped(line: str) -> Markup:
    return Markup(_ACTIVE.sub(_reference, line))


def _reference(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) > 1:
        return text + _BREAK
    return f"&#{ord(text)};{_BREAK if text in _LINKING else ''}"


def code(text: str) -> Markup:
    """`text` as a code span, where GitHub links nothing, or as prose if it could end the span or the cell."""
    line = clip(one_line(text), _TEXT_LIMIT)
    return Markup(f"`{line}`") if line and not re.search(r"[`|\\]", line) else _escaped(line)

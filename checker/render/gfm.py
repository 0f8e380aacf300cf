"""GitHub Flavored Markdown in which no text becomes more than text."""

from __future__ import annotations

import re
from urllib.parse import quote

from checker.render.text import clip, one_line

_TEXT_LIMIT = 300


class Markup(str):
    """Text that is Markdown already and is not escaped again."""

    __slots__ = ()


def cell(*lines: str) -> Markup:
    """Lines of a cell of a table; empty ones are left out."""
    return Markup("<br>".join(line if isinstance(line, Markup) else prose(line) for line in lines if line))


_ACTIVE = re.compile(
    r"[\\`*_\[<|~&$@]|:(?=\S)|#(?=\w)|!(?=\d)|%(?=[\w\"])|gh-(?=\d)|www(?=\.)", re.IGNORECASE
)
_LINKING = "@:#!%~&$"
_BREAK = "&#8203;"
"""A space without width: what a host would link after rendering falls apart, and looks the same. GitLab links
`!1`, `%1`, `~1`, `&1` and `$1` besides, and writes into the request that is meant."""


def prose(text: str, limit: int = _TEXT_LIMIT) -> Markup:
    """`text` as it is read, whatever it says: no markup, image, HTML, link, mention, reference or emoji."""
    return _escaped(clip(one_line(text), limit))


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


def link(text: str, address: str, path: str, line: int | None) -> Markup:
    """`text` as code, which leads to a line of a file below `address`; without an address just the code."""
    shown = code(text)
    if not address or not shown:
        return shown
    target = quote(address, safe=":/%") + quote(path, errors="surrogatepass") + (f"#L{line}" if line else "")
    return Markup(f"[{shown}]({target})")

"""Reports as text: one file a format, each a pure function of the report.

A new format is one module with a function `render(report, options)` and one line in `RENDERERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from checker.model import Report


class Options(NamedTuple):
    """How a person wants to read; formats for machines take no notice of it."""

    color: bool = False
    """Whether ANSI colours may be emitted; nothing is ever said by colour alone."""
    width: int = 80
    """Columns of the terminal."""
    quiet: bool = False
    """Only what stands in the way of a go, and the verdict."""
    statistics: bool = False
    """Adds a table of outcomes per rule."""
    address: str = ""
    """Where a host shows the files of the judged commit, for links in Markdown; a path from the root of the
    repository follows it: `https://HOST/OWNER/NAME/blob/COMMIT/`. Empty: no links."""


Renderer = Callable[[Report, Options], str]


def lazy(module: str) -> Callable[[Any, Options], str]:
    """The `render` of a module here, which, with whatever it imports, is loaded on first use."""

    def render(subject: Any, options: Options) -> str:
        text: str = import_module(f"{__name__}.{module}").render(subject, options)
        return text

    return render


HELD = frozenset({"gitlab"})
"""The formats that a host holds against the report of another commit: what is missing counts as mended."""
UNTRACED = frozenset({"terminal", "markdown"})
"""The formats that are read beside the files themselves: for them git need not be asked for the commit."""
RENDERERS: dict[str, Renderer] = {
    "terminal": lazy("terminal"),
    "json": lazy("json"),
    "sarif": lazy("sarif"),
    "junit": lazy("junit"),
    "github": lazy("github"),
    "markdown": lazy("markdown"),
    "summary": lazy("summary"),
    "comment": lazy("comment"),
    "checks": lazy("checks"),
    "suggestions": lazy("suggestions"),
    "gitlab": lazy("gitlab"),
    "azure": lazy("azure"),
    "bitbucket": lazy("bitbucket"),
    "rdjson": lazy("rdjson"),
    "checkstyle": lazy("checkstyle"),
}

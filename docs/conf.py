"""How Sphinx builds this documentation: `sh scripts/docs`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from pygments.lexers.javascript import JavascriptLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = PROJECT["name"]
author = PROJECT["authors"][0]["name"]
html_title = project
html_theme = "furo"
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
nitpicky = True


class CelLexer(JavascriptLexer):
    """CEL has no lexer of its own; its operators, literals and calls are written as in JavaScript."""

    name = "CEL"
    aliases = ("cel",)


def setup(app: Sphinx) -> None:
    """Called by Sphinx once, before it reads a page."""
    app.add_lexer("cel", CelLexer)

"""For the one comment on a pull or merge request: what blocks it, what it changes, and where the rest is.

Its first line is a mark by which whoever posts it finds the comment of an earlier run, to edit it in place; a
workspace that is not the root of its repository has one of its own. The second line says which commit it is
about.
"""

from __future__ import annotations

from checker.model import Report
from checker.render import Options
from checker.render.gfm import Markup
from checker.render.identity import commit, folder_key
from checker.render.pages import page
from checker.render.sections import Sections, head

MARK = "<!-- gonogo: comment -->"
"""Of the root of a repository."""


def render(report: Report, options: Options) -> str:
    """The comment, at most 65,536 characters."""
    values = head(report) | {"mark": Markup(mark(report)), "about": _about(report)}
    return page("comment.md.j2", values, Sections(report, options).short())


def mark(report: Report) -> str:
    """The first line of the comment."""
    key = folder_key(report)
    return MARK.replace("-->", f"{key} -->") if key else MARK


def _about(report: Report) -> str:
    """The mark of the commit that was judged; empty where none is known."""
    found = commit(report)
    return Markup(f"<!-- gonogo: head {found} -->") if found else ""

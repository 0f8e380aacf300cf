"""For the one comment on a pull or merge request: what blocks it, what it changes, and where the rest is.

Its first line is a mark by which whoever posts it finds the comment of an earlier run, to edit it in place;
the second says which commit it is about.
"""

from __future__ import annotations

from checker.model import Report
from checker.render import Options
from checker.render.gfm import Markup
from checker.render.identity import commit
from checker.render.pages import page
from checker.render.sections import Sections, head

MARK = "<!-- gonogo: comment -->"


def render(report: Report, options: Options) -> str:
    """The comment, at most 65,536 characters."""
    values = head(report) | {"mark": Markup(MARK), "about": _about(report)}
    return page("comment.md.j2", values, Sections(report, options).short())


def _about(report: Report) -> str:
    """The mark of the commit that was judged; empty where none is known."""
    found = commit(report)
    return Markup(f"<!-- gonogo: head {found} -->") if found else ""

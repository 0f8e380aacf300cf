"""For pages and comments: GitHub Flavored Markdown.

What blocks stands in a table, the rest is folded away. The tables of a gate review stand in the order of a
meeting.
"""

from __future__ import annotations

from checker.model import Report
from checker.render import Options
from checker.render.pages import page
from checker.render.sections import Sections, head


def render(report: Report, options: Options) -> str:
    """The summary of a report, as long as a comment may be."""
    return page("markdown.md.j2", head(report), Sections(report, options).all())

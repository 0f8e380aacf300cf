"""For the summary of a GitHub job: the same page as `markdown`, with room for sixteen times as much.

GitHub drops a summary above 1 MiB while the step stays green, so it is cut before that, and says so.
"""

from __future__ import annotations

from checker.model import Report
from checker.render import Options
from checker.render.pages import SUMMARY, page
from checker.render.sections import Sections, head


def render(report: Report, options: Options) -> str:
    """The summary of a report, as long as that of a job may be."""
    return page("markdown.md.j2", head(report), Sections(report, options).all(), SUMMARY)

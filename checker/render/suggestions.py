"""For reviews on GitHub: a list of comments, each with a change of one line that a click takes over.

One comment on a line that is not part of the change makes GitHub refuse a whole review, so there are only
comments on lines that are new in it. Mends of the same line are one, for GitHub takes over one a line.
Source of the shape: GitHub's page "Create a review for a pull request", its `comments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model import Edit, Location, Report, Result
from checker.render import Options, tally
from checker.render.gfm import code, prose
from checker.render.identity import by_result
from checker.render.mends import mended, offering
from checker.render.placing import from_root
from checker.render.shapes import Shape
from checker.render.text import inert_json

_TEXT_LIMIT = 1_000


def render(report: Report, options: Options) -> str:
    """One JSON list; it is empty where there is no base. The options make no difference."""
    del options
    return inert_json(list(_comments(report)), indent=1) + "\n"


def _comments(report: Report) -> Iterator[Shape]:
    fingerprint = by_result(report.results)
    offered = offering(report)
    by_line: dict[tuple[str, int], list[tuple[Result, Edit]]] = {}
    for result in tally.findings(report) if report.comparison else ():
        if edit := offered(result):
            by_line.setdefault((result.location.path, edit.span.line), []).append((result, edit))
    for (path, line), found in by_line.items():
        old = found[0][1].whole_line
        new = mended(old, (edit for _, edit in found))
        where = from_root(report, Location(path)).path
        if new is None or not where:
            continue
        body = [sentence for result, _ in found for sentence in _sentences(result)]
        body += [_fenced(new), f"<!-- gonogo: suggestion {fingerprint(found[0][0])} -->"]
        yield {"path": where, "line": line, "side": "RIGHT", "body": "\n\n".join(body)}


def _sentences(result: Result) -> Iterator[str]:
    yield f"{code(result.rule)}: {prose(result.message, _TEXT_LIMIT)}"
    if result.fix:
        yield f"**Fix:** {prose(result.fix, _TEXT_LIMIT)}"


def _fenced(line: str) -> str:
    """The line as the text of a suggestion, which no run of backticks in it can end."""
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}suggestion\n{line}\n{fence}"

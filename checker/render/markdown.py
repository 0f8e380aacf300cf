"""For job summaries and comments on pull requests: GitHub Flavored Markdown.

What blocks stands in a table, the rest is folded away. The tables of a gate review stand in the order of a
meeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from checker.model import Diagnostic, Location, Report, Result, Review
from checker.render import Options, review, tally
from checker.render.gfm import Markup, Section, cell, code, page, prose

_REASONS = 3
_HEADER = ("Rule", "Where", "What was found")


def render(report: Report, options: Options) -> str:
    """The summary of a report; the options make no difference."""
    del options
    reviewed = report.review
    sections = _review(report, reviewed) if reviewed else _sections(report)
    values = {
        "title": review.title(reviewed) if reviewed else "",
        "verdict": tally.VERDICTS[report.verdict],
        "workspace": report.workspace,
        "alarm": review.alarm(report.origin, report.as_of),
        "introduction": list(review.introduction(report, reviewed)) if reviewed else [],
        "summary": tally.summary(report),
        "footing": list(review.footing(report)),
        "extent": tally.extent(report),
        "as_of": str(report.as_of.date()),
        "provenance": review.provenance(report.origin),
        "next_step": report.next_step,
        "sections": [section for section in sections if section.rows or section.note],
        "command": "gonogo review" if reviewed else "gonogo check",
    }
    return page("markdown.md.j2", values)


def _sections(report: Report) -> Iterator[Section]:
    groups = tally.folded(tally.findings(report))
    faults = [*tally.faults(report), *review.lapsed(report)]

    def of(title: str, *standings: str, blocking: bool = False) -> Section:
        rows = [
            _finding(group)
            for group in groups
            if tally.standing(group[0]) in standings and tally.blocks(group[0]) == blocking
        ]
        return Section(title, _HEADER, rows, open=blocking)

    yield _defects(faults)
    yield of("Blocking", "fail", blocking=True)
    yield of("Undecided", "error", blocking=True)
    yield of("Advisory", "advisory")
    yield of("Undecided, not blocking", "error")
    yield of("Upcoming", "upcoming")
    yield of("Waived", "waived")
    yield _warnings(faults)


def _review(report: Report, reviewed: Review) -> Iterator[Section]:
    faults = tally.faults(report)
    yield _defects(faults)
    yield Section("Verdicts", ("Launch", "Market", "Verdict"), review.scopes(reviewed), open=True)
    yield from _groups(review.blocking(report))
    for table in review.tables(report, reviewed):
        rows = [[row.label, *(cell(*lines) for lines in row.cells)] for row in table.rows]
        yield Section(table.title, table.header, rows, open=True, note=table.summary)
    yield from _groups(review.others(report, reviewed))
    yield _warnings(faults)


def _groups(groups: Iterable[review.Group]) -> Iterator[Section]:
    """A table for all groups of a title, with a column for what tells them apart: each table takes room."""
    for title, own in groupby(groups, key=lambda group: group.title):
        together = list(own)
        column = together[0].column
        rows = [
            [*([group.about] if column else []), *_finding(found)]
            for group in together
            for found in group.findings
        ]
        header = (column, *_HEADER) if column else _HEADER
        yield Section(title, header, rows, together[0].open)


def _defects(faults: Iterable[Diagnostic]) -> Section:
    return Section("Defects in policies and configuration", _HEADER, _faults(faults, "error"), open=True)


def _warnings(faults: Iterable[Diagnostic]) -> Section:
    return Section("Warnings about policies and configuration", _HEADER, _faults(faults, "warning"))


def _finding(group: tuple[Result, ...]) -> list[str]:
    result = group[0]
    reasons = tally.reasons(result)
    lines = reasons[:_REASONS]
    if hidden := len(reasons[_REASONS:]):
        lines.append(tally.counted(hidden, "more reason"))
    if waived := result.waived:
        lines.append(f"Waived until {waived.expires} by {waived.owner} ({waived.id}): {waived.reason}")
    if limits := review.markets(result):
        lines.append(f"Counts {limits}.")
    element = f", element {result.key}" if result.key else ""
    subject = f"{result.subject.kind} {result.subject.id}{element}"
    name = result.rule if len(group) == 1 else f"{len(group)} rules"
    return _row((name, result.severity), (result.location, subject), (result.message, *lines), result.fix)


def _faults(faults: Iterable[Diagnostic], level: str) -> list[list[str]]:
    return [
        _row((each.code, each.level), (each.location, ""), (each.message,), each.hint)
        for each in faults
        if each.level == level
    ]


def _row(
    name: tuple[str, str], where: tuple[Location | None, str], found: Iterable[str], fix: str
) -> list[str]:
    location, subject = where
    fixing = Markup(f"**Fix:** {prose(fix)}") if fix else ""
    return [cell(code(name[0]), name[1]), cell(code(_where(location)), subject), cell(*found, fixing)]


def _where(location: Location | None) -> str:
    if location is None:
        return ""
    return f"{location.path}:{location.span.line}" if location.span else location.path

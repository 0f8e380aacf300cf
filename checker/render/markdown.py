"""For job summaries and comments on pull requests: GitHub Flavored Markdown.

What blocks stands in a table, the rest is folded away. GitHub drops a comment of more than 65,536
characters, so rows are left out until the text fits, and each section says how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import jinja2

from checker import shipped
from checker.model import Diagnostic, Location, Report, Result
from checker.render import Options, tally
from checker.render.text import clip, inert, one_line

SIZE = 65_536
"""Bytes, at most: what a comment may hold in characters. A job summary may be sixteen times as long."""
_ROWS = (1_000, 300, 100, 30, 10, 3, 1, 0)
"""Rows of a section to try, until the text fits."""
_TEXT_LIMIT = 300
_REASONS = 3


class _Markup(str):
    """Text that is Markdown already and is not escaped again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    severity: str
    where: str
    subject: str
    message: str
    lines: tuple[str, ...]
    fix: str


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    rows: list[_Row]
    open: bool = False
    """Whether it is shown without a click."""


def render(report: Report, options: Options) -> str:
    """The summary of a report; the options make no difference."""
    del options
    template = _environment().get_template("markdown.md.j2")
    values = {
        "verdict": tally.VERDICTS[report.verdict],
        "workspace": report.workspace,
        "summary": tally.summary(report),
        "extent": tally.extent(report),
        "as_of": str(report.as_of.date()),
        "next_step": report.next_step,
        "sections": [section for section in _sections(report) if section.rows],
        "size": f"{SIZE:,}",
    }
    text = ""
    for limit in _ROWS:
        text = inert(template.render(values, limit=limit))
        if len(text.encode()) <= SIZE:
            break
    return text


def _sections(report: Report) -> Iterable[_Section]:
    groups = tally.folded(tally.findings(report))
    faults = tally.faults(report)

    def of(*standings: str, blocking: bool = False) -> list[_Row]:
        return [
            _finding(group)
            for group in groups
            if tally.standing(group[0]) in standings and tally.blocks(group[0]) == blocking
        ]

    yield _Section("Defects in policies and configuration", _faults(faults, "error"), open=True)
    yield _Section("Blocking", of("fail", blocking=True), open=True)
    yield _Section("Undecided", of("error", blocking=True), open=True)
    yield _Section("Advisory", of("advisory"))
    yield _Section("Undecided, not blocking", of("error"))
    yield _Section("Upcoming", of("upcoming"))
    yield _Section("Waived", of("waived"))
    yield _Section("Warnings about policies and configuration", _faults(faults, "warning"))


def _finding(group: tuple[Result, ...]) -> _Row:
    result = group[0]
    reasons = tally.reasons(result)
    lines = reasons[:_REASONS]
    if hidden := len(reasons[_REASONS:]):
        lines.append(tally.counted(hidden, "more reason"))
    if waived := result.waived:
        lines.append(f"Waived until {waived.expires} by {waived.owner} ({waived.id}): {waived.reason}")
    element = f", element {result.key}" if result.key else ""
    return _Row(
        result.rule if len(group) == 1 else f"{len(group)} rules",
        result.severity,
        _where(result.location),
        f"{result.subject.kind} {result.subject.id}{element}",
        result.message,
        tuple(lines),
        result.fix,
    )


def _faults(faults: Iterable[Diagnostic], level: str) -> list[_Row]:
    return [
        _Row(each.code, each.level, _where(each.location), "", each.message, (), each.hint)
        for each in faults
        if each.level == level
    ]


def _where(location: Location | None) -> str:
    if location is None:
        return ""
    return f"{location.path}:{location.span.line}" if location.span else location.path


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped.REPORTS),
        # Escaping is what happens by itself; a template has to ask for anything else.
        finalize=lambda value: value if isinstance(value, _Markup) else prose(str(value)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["code"] = code
    return environment


_ACTIVE = re.compile(r"[\\`*_\[<|~&$]|@|:(?=\S)|#(?=\w)|gh-(?=\d)|www(?=\.)", re.IGNORECASE)
_LINKING = "@:#"
_BREAK = "&#8203;"
"""A space without width: what GitHub would link after rendering falls apart, and looks the same."""


def prose(text: str) -> _Markup:
    """`text` as it is read, whatever it says: no markup, image, HTML, link, mention, reference or emoji."""
    return _escaped(clip(one_line(text), _TEXT_LIMIT))


def _escaped(line: str) -> _Markup:
    return _Markup(_ACTIVE.sub(_reference, line))


def _reference(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) > 1:
        return text + _BREAK
    return f"&#{ord(text)};{_BREAK if text in _LINKING else ''}"


def code(text: str) -> _Markup:
    """`text` as a code span, where GitHub links nothing, or as prose if it could end the span or the cell."""
    line = clip(one_line(text), _TEXT_LIMIT)
    return _Markup(f"`{line}`") if line and not re.search(r"[`|\\]", line) else _escaped(line)

"""The portfolio for people at a terminal: a few lines a stage, however many products there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker.model import Portfolio
from checker.render import Options, portfolio, tally, terminal
from checker.render.grounds import alarm, provenance
from checker.render.sheet import Entry, Sheet
from checker.render.text import inert, one_line

_LISTED = 24
"""With more to list than this, only the first of each stage are shown."""
_ALL = "gonogo review --all --output-format csv=portfolio.csv"


class _Limit(NamedTuple):
    entries: int
    """Listed of each stage."""
    blockers: int
    """Told of each of those."""


def render(table: Portfolio, options: Options) -> str:
    """Stages with their counts and what is most pressing, then the sum."""
    sheet = Sheet(options)
    stages = list(portfolio.stages(table))
    short = sum(len(stage.pressing) for stage in stages) > _LISTED
    limit = _Limit(5, 1) if short else _Limit(_LISTED, 3)
    parts = [sheet.paragraph(portfolio.title(table), "strong") + sheet.paragraph(portfolio.SCOPE)]
    for stage in stages:
        if not options.quiet:
            parts.append(_stage(sheet, stage, limit))
        elif behind := [each for each in stage.pressing if each.standing.passed]:
            parts.append(_pressing(sheet, behind, limit))
    parts.append(_summary(sheet, table))
    shown = [fault for fault in tally.faults(table) if fault.level == "error" or not options.quiet]
    head = terminal.diagnostics(shown, options) + "\n" if shown else ""
    return head + inert("\n\n".join("\n".join(lines) for lines in parts)) + "\n"


def _stage(sheet: Sheet, stage: portfolio.Stage, limit: _Limit) -> list[str]:
    heading = f"── {stage.name}: {tally.counted(stage.products, 'product')}"
    lines = [sheet.paint("strong", one_line(heading))]
    lines += [f"  {line}" for line in sheet.table([portfolio.HEADER, *stage.counts])]
    if len(stage.pressing) > limit.entries:
        lines.append("")
        for what, common in (("Block the most products", stage.common), ("Lack a sign-off", stage.missing)):
            most = ", ".join(f"{name} ({number:,})" for name, number in common)
            lines += sheet.paragraph(f"{what}: {most}", lead="  ") if common else []
    return lines + (["", *_pressing(sheet, stage.pressing, limit)] if stage.pressing else [])


def _pressing(sheet: Sheet, found: Sequence[portfolio.Pressing], limit: _Limit) -> list[str]:
    lines = sheet.entries(_entry(each, limit.blockers) for each in found[: limit.entries])
    if hidden := len(found[limit.entries :]):
        lines += sheet.paragraph(f"… and {hidden:,} more. All of them: {_ALL}", lead="  ")
    return lines


def _entry(pressing: portfolio.Pressing, limit: int) -> Entry:
    standing = pressing.standing
    verdict = tally.VERDICTS[standing.verdict]
    numbers = portfolio.numbers(standing)
    where = portfolio.place(pressing)
    lines = [f"{where}: {numbers}" if numbers else where]
    if standing.missing:
        lines.append(f"Sign-offs lacking: {', '.join(standing.missing)}")
    return verdict, verdict, [*lines, *portfolio.blockers(standing, limit)]


def _summary(sheet: Sheet, table: Portfolio) -> list[str]:
    lines = []
    if warning := alarm(table.origin, table.as_of):
        lines += sheet.paragraph(warning, "alarm")
    for sentence in portfolio.summary(table):
        lines += sheet.paragraph(sentence)
    if files := provenance(table.origin):
        lines += sheet.paragraph(files)
    return lines

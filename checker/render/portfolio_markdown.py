"""The portfolio for job summaries and pages: GitHub Flavored Markdown, a table a stage."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model import Portfolio
from checker.render import Options, portfolio, tally
from checker.render.gfm import cell, code
from checker.render.grounds import alarm, provenance
from checker.render.pages import Section, page

_BLOCKERS = 3


def render(table: Portfolio, options: Options) -> str:
    """Counts by stage and gate, then what is pressing; the options make no difference."""
    del options
    values = {
        "title": portfolio.title(table),
        "alarm": alarm(table.origin, table.as_of),
        "summary": [*portfolio.summary(table)],
        "scope": portfolio.SCOPE,
        "provenance": provenance(table.origin),
        "command": "gonogo review --all --output-format csv=portfolio.csv",
    }
    return page("portfolio.md.j2", values, [section for section in _sections(table) if section.rows])


def _sections(table: Portfolio) -> Iterator[Section]:
    faults = [
        (each.level, cell(code(each.code)), cell(each.message, each.hint)) for each in tally.faults(table)
    ]
    header: tuple[str, ...] = ("Level", "Code", "What is wrong")
    yield Section("Defects and warnings of policies and configuration", header, faults, open=True)
    stages = list(portfolio.stages(table))
    counts = [(stage.name, *row) for stage in stages for row in stage.counts]
    yield Section("Stages and gates", ("Stage", "Gate", *portfolio.HEADER[1:]), counts, open=True)
    common = [(stage.name, rule, f"{number:,}") for stage in stages for rule, number in stage.common]
    yield Section("What blocks the most products", ("Stage", "Rule", "Products"), common, open=True)
    pressing = [(stage.name, each) for stage in stages for each in stage.pressing]
    header = ("Stage", "Product", "Gate", "Verdict", "Sign-offs lacking", "What blocks")
    behind = [_row(*each) for each in pressing if each[1].standing.passed]
    yield Section("Gates that lie behind and are not met", header, behind, open=True)
    ahead = [_row(*each) for each in pressing if not each[1].standing.passed]
    yield Section("Next gates that are closed", header, ahead)


def _row(stage: str, pressing: portfolio.Pressing) -> list[str]:
    standing = pressing.standing
    name = standing.name if standing.name != standing.product else ""
    return [
        stage,
        cell(code(standing.product), name),
        cell(*map(code, pressing.gates)),
        cell(tally.VERDICTS[standing.verdict], portfolio.numbers(standing)),
        cell(*standing.missing),
        cell(*portfolio.blockers(standing, _BLOCKERS)),
    ]

"""The portfolio for spreadsheets: comma-separated values (RFC 4180), a row for each product at each gate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from checker.model import Portfolio
from checker.render import Options
from checker.render.text import cell, inert

HEADER = (
    "as_of",
    "clock",
    "stage",
    "product",
    "name",
    "gate",
    "passed",
    "verdict",
    "failed",
    "undecided",
    "waived",
    "missing",
    "blocking_rules",
    "owners",
    "first_blocker",
)


def render(table: Portfolio, options: Options) -> str:
    """Every standing, in the order of the portfolio; the options make no difference."""
    del options
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(HEADER)
    clock = table.origin.clock if table.origin else ""
    for each in table.standings:
        writer.writerow(
            (
                table.as_of.isoformat(),
                clock,
                cell(each.stage),
                cell(each.product),
                cell(each.name),
                cell(each.gate),
                "yes" if each.passed else "no",
                each.verdict,
                each.failed,
                each.undecided,
                each.waived,
                _several(each.missing),
                _several(result.rule for result in each.blockers),
                _several(result.owner for result in each.blockers),
                cell(each.blockers[0].message) if each.blockers else "",
            )
        )
    return inert(written.getvalue())


def _several(texts: Iterable[str]) -> str:
    """Each once, in their order."""
    return cell("; ".join(dict.fromkeys(filter(None, texts))))

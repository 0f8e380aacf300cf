"""The portfolio for programs, in the shape of `schemas/portfolio-v1.schema.json`, a standing a line."""

from __future__ import annotations

from collections import Counter

from checker import __version__
from checker.model import Portfolio, Result, Standing
from checker.render import Options, shapes, tally
from checker.render.shapes import Shape

SCHEMA = "portfolio-v1"


def render(table: Portfolio, options: Options) -> str:
    """All standings, with all that blocks; the options make no difference."""
    del options
    verdicts = Counter(each.verdict for each in table.standings)
    head: Shape = {
        "schema": SCHEMA,
        "tool": {"name": "gonogo", "version": __version__},
        "workspace": table.workspace,
        "as_of": table.as_of.isoformat(),
        "exit_code": table.exit_code,
        "overruled": table.overruled,
        "origin": shapes.origin(table.origin),
        "outside": shapes.outside(table.outside),
        "counts": {
            "standings": len(table.standings),
            **{each.replace("-", "_"): verdicts[each] for each in tally.VERDICTS},
        },
    }
    lists = {
        "standings": map(_standing, table.standings),
        "diagnostics": map(shapes.diagnostic, table.diagnostics),
    }
    return "\n".join(shapes.lines(head, lists))


def _standing(standing: Standing) -> Shape:
    return {
        "product": standing.product,
        "name": standing.name,
        "stage": standing.stage,
        "gate": standing.gate,
        "verdict": standing.verdict,
        "passed": standing.passed,
        "failed": standing.failed,
        "undecided": standing.undecided,
        "waived": standing.waived,
        "missing": standing.missing,
        "blockers": list(map(_blocker, standing.blockers)),
    }


def _blocker(result: Result) -> Shape:
    return {
        "rule": result.rule,
        "subject": shapes.subject(result.subject),
        "key": result.key,
        "outcome": result.outcome,
        "severity": result.severity,
        "message": result.message,
        "fix": result.fix,
        "owner": result.owner,
        "markets": result.markets,
        "location": shapes.place(result.location),
    }

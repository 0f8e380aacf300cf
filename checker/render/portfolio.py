"""The portfolio, products × gates: its formats, and what those for people count and choose.

Of each product they list the gates that lie behind it and are not met, which decide the exit code, and the
next one. Gates after that are only counted: nobody has to act on them today. The other formats have all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from checker.model import Portfolio, Standing
from checker.render import Options, lazy, tally
from checker.render.grounds import moment, on_record

RENDERERS: dict[str, Callable[[Portfolio, Options], str]] = {
    "terminal": lazy("portfolio_terminal"),
    "markdown": lazy("portfolio_markdown"),
    "json": lazy("portfolio_json"),
    "csv": lazy("portfolio_csv"),
}

HEADER = ("gate", *tally.VERDICTS.values())
SCOPE = (
    "Listed are gates that lie behind a product and are not met, and next gates that are closed."
    " Gates after those are only counted."
)
_MOST = 5
"""Rules and roles named as those that the most products lack."""


class Pressing(NamedTuple):
    """What needs somebody: a product, and gates that are closed to it for the same reasons."""

    standing: Standing
    """At the first of the gates."""
    gates: tuple[str, ...]


class Stage(NamedTuple):
    """The products in one stage."""

    name: str
    """As people are shown it."""
    products: int
    counts: tuple[tuple[str, ...], ...]
    """A row for each gate, in the columns of `HEADER`."""
    common: tuple[tuple[str, int], ...]
    """The rules that block the most products at the gates listed, and how many, the most first."""
    missing: tuple[tuple[str, int], ...]
    """The roles whose sign-off the most products lack there, and how many."""
    pressing: tuple[Pressing, ...]
    """Gates behind that are not met, then the next gates that are closed."""


def stages(portfolio: Portfolio) -> Iterator[Stage]:
    """Every stage, in the order of the portfolio."""
    for name, group in groupby(portfolio.standings, key=lambda each: each.stage):
        own = list(group)
        pressing = _pressing(own)
        yield Stage(
            f"stage {name}" if name else "no stage stated",
            len({each.product for each in own}),
            tuple(_counts(own)),
            _most((each.product, result.rule) for each, _ in pressing for result in each.blockers),
            _most((each.product, role) for each, _ in pressing for role in each.missing),
            tuple(pressing),
        )


def _most(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    """What the most products have in common; each product counts once."""
    found = Counter(name for _, name in set(pairs))
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_MOST])


def _pressing(standings: Iterable[Standing]) -> list[Pressing]:
    alike: dict[object, list[Standing]] = {}
    for _, group in groupby(standings, key=lambda each: each.product):
        own = list(group)
        following = next((each.gate for each in own if not each.passed), None)
        for each in own:
            if closed(each) and (each.passed or each.gate == following):
                why = tuple((result.rule, result.subject, result.key) for result in each.blockers)
                alike.setdefault((each.product, each.passed, each.verdict, each.missing, why), []).append(
                    each
                )
    found = [Pressing(same[0], tuple(each.gate for each in same)) for same in alike.values()]
    return sorted(found, key=lambda each: (not each.standing.passed, each.standing.verdict != "no-go"))


def closed(standing: Standing) -> bool:
    """Whether the gate does not open for the product as things stand."""
    return standing.verdict in ("no-go", "undecided")


def _counts(standings: Iterable[Standing]) -> Iterator[tuple[str, ...]]:
    found: dict[tuple[bool, str], Counter[str]] = {}
    for each in standings:
        found.setdefault((each.passed, each.gate), Counter())[each.verdict] += 1
    for (passed, gate), verdicts in sorted(found.items(), key=lambda item: not item[0][0]):
        name = f"{gate} (behind)" if passed else gate
        yield (name, *(f"{verdicts[verdict]:,}" for verdict in tally.VERDICTS))


def title(portfolio: Portfolio) -> str:
    """Of what, how large, and as of when."""
    products = tally.counted(len({each.product for each in portfolio.standings}), "product")
    gates = tally.counted(len({each.gate for each in portfolio.standings}), "gate")
    return f"Portfolio of {portfolio.workspace}: {products}, {gates}, as of {moment(portfolio.as_of)}"


def place(pressing: Pressing) -> str:
    """The product, the gates, and on which side of them the product is."""
    standing, gates = pressing
    name = f" ({standing.name})" if standing.name and standing.name != standing.product else ""
    several = len(gates) > 1
    where = f"gates {', '.join(gates)}" if several else f"gate {gates[0]}"
    if standing.passed:
        where += f", which {'lie' if several else 'lies'} behind it"
    return f"{standing.product}{name}, {where}"


def numbers(standing: Standing) -> str:
    """`3 failed, 1 undecided, 2 waived`: what there is of each."""
    counts = {"failed": standing.failed, "undecided": standing.undecided, "waived": standing.waived}
    return ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)


def blockers(standing: Standing, limit: int) -> list[str]:
    """The first that block, each with its rule and who can mend it; says how many others there are."""
    lines = []
    for result in standing.blockers[:limit]:
        owner = f", {result.owner}" if result.owner else ""
        lines.append(f"{result.message} ({result.rule}{owner})")
    if hidden := len(standing.blockers[limit:]):
        lines[-1] += f"; and {tally.counted(hidden, 'other')}"
    return lines


def summary(portfolio: Portfolio) -> Iterator[str]:
    """The sum over all, the gates behind that are not met, and decisions against a verdict."""
    if not portfolio.standings:
        yield "No product stands at any gate, and that is not a pass"
        return
    verdicts = Counter(each.verdict for each in portfolio.standings)
    counts = ", ".join(f"{verdicts[each]:,} {word}" for each, word in tally.VERDICTS.items())
    yield f"Products at gates: {counts}"
    behind = {each.product for each in portfolio.standings if each.passed and closed(each)}
    if behind:
        yield f"{tally.counted(len(behind), 'product does', 'products do')} not meet a gate that lies behind"
    if portfolio.overruled:
        yield on_record(portfolio.overruled)

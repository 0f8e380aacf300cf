"""Portfolios: one that shows everything, a large one, an empty one, one of hostile texts."""

from __future__ import annotations

from checker.model import Diagnostic, Origin, Portfolio, Result, Standing, Verdict
from tests.render.reports import AS_OF, BROKEN, HOSTILE, PLAN, TRICKS, at, result
from tests.render.reviews import COMMIT, GATE_REVIEW

_BLOCKERS = tuple(
    each for each in GATE_REVIEW.results if each.owner and each.enforcement == "mandatory" and not each.waived
)


def _rule(number: int) -> Result:
    return result(f"launch.rule-{number % 7}", "fail", at(PLAN, number + 1, 1, 2), "It does not hold")


def standing(product: str, stage: str, gate: str, verdict: Verdict, **more: object) -> Standing:
    """A product at a gate that lies ahead, with what blocks unless the verdict lets it through."""
    closed = verdict in ("no-go", "undecided")
    shape = {
        "name": product.capitalize(),
        "passed": False,
        "failed": int(verdict == "no-go"),
        "undecided": 2 if closed else 0,
        "waived": int(verdict == "conditional"),
        "missing": ("counsel", "privacy-officer") if closed else (),
        "blockers": _BLOCKERS if closed else (),
    } | more
    return Standing(product=product, stage=stage, gate=gate, verdict=verdict, **shape)  # type: ignore[arg-type]


PORTFOLIO = Portfolio(
    "acme",
    AS_OF,
    (
        standing("ledger", "", "ga", "undecided", failed=0),
        standing("checkout", "beta", "beta", "go", passed=True),
        standing("checkout", "beta", "ga", "no-go"),
        standing("checkout", "beta", "growth", "no-go", failed=7),
        standing("wallet", "beta", "beta", "conditional", passed=True),
        standing("wallet", "beta", "ga", "conditional"),
        standing("wallet", "beta", "growth", "no-go", failed=9),
        standing("payout", "ga", "beta", "go", passed=True),
        standing("payout", "ga", "ga", "no-go", passed=True, name="Pay-out for shops"),
        standing("payout", "ga", "growth", "undecided", failed=0),
    ),
    2,
    (
        Diagnostic(
            "unused-binding", "gate growth binds pack finance, which has no rules", None, "", "warning"
        ),
    ),
    1,
    Origin(COMMIT, "now", "the commit is signed by ada@checkout.example"),
)

LARGE = PORTFOLIO._replace(
    standings=tuple(
        standing(
            f"product-{number:03}",
            stage,
            gate,
            ("go", "no-go", "undecided", "conditional")[number % 4],  # type: ignore[arg-type]
            passed=stage == "ga" and gate == "ga",
            blockers=(*_BLOCKERS, _rule(number)) if number % 4 in (1, 2) else (),
        )
        for stage, numbers in (("alpha", range(100)), ("beta", range(100, 450)), ("ga", range(450, 600)))
        for number in numbers
        for gate in ("ga", "growth")
    ),
    diagnostics=(),
    origin=Origin("", "clock", ""),
)

NOTHING = PORTFOLIO._replace(
    standings=(), diagnostics=BROKEN.diagnostics, overruled=0, exit_code=2, origin=None
)

HOSTILE_PORTFOLIO = PORTFOLIO._replace(
    workspace=" ".join(TRICKS),
    standings=tuple(
        Standing(
            product=trick,
            name=f"{trick}!",
            stage=trick,
            gate=trick,
            verdict="no-go",
            passed=passed,
            failed=1,
            undecided=0,
            waived=0,
            missing=(trick, trick),
            blockers=(HOSTILE.results[number]._replace(owner=trick, markets=(trick,)),),
        )
        for number, trick in enumerate(TRICKS)
        for passed in (False, True)
    ),
    diagnostics=HOSTILE.diagnostics,
    origin=Origin(" ".join(TRICKS), "as-of", " ".join(TRICKS)),
)

PORTFOLIOS: dict[str, Portfolio] = {
    "portfolio": PORTFOLIO,
    "portfolio-large": LARGE,
    "portfolio-nothing": NOTHING,
    "portfolio-hostile": HOSTILE_PORTFOLIO,
}

"""The portfolio: how every product stands at every gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from checker import judge
from checker.model import Diagnostic, Origin, Outside, Portfolio, Report, Result, Standing
from checker.policy.gates import Gate
from checker.policy.workspace import Workspace
from checker.review import assembly
from checker.review.assembly import Passage, Seen, Table


def at_gate(
    table: Table,
    gate: Gate,
    results: Iterable[Result],
    seen: Mapping[str, Sequence[tuple[Passage, Seen]]],
) -> Iterator[Standing]:
    """How each product stands at one gate; `results` are after waivers, with the gate's own questions.

    A product that follows another lifecycle does not stand there at all.
    """
    by_product: dict[str, list[Result]] = {}
    for result in results:
        by_product.setdefault(result.subject.product, []).append(result)
    lost = [each for each in by_product.get("", ()) if each.is_finding and _unreadable(table, each)]
    for product, each in seen.items():
        place = assembly.standing(table.workspace, table.snapshot, product)
        if not place.takes(gate):
            continue
        found = [*by_product.get(product, ()), *lost]
        conditions = sum(assembly.open_conditions(s.decisions) for _, s in each)
        blockers = sorted((result for result in found if result.blocks), key=judge.urgency)
        record = table.snapshot.find("product", product)
        yield Standing(
            product,
            str(record.data.get("name", product)) if record else product,
            next(iter(place.stages), ""),
            gate.id,
            judge.verdict(found, conditions),
            place.passed(gate),
            sum(r.outcome == "fail" for r in blockers),
            sum(r.outcome == "error" for r in blockers),
            sum(r.outcome == "fail" and r.waived is not None for r in found),
            tuple(
                dict.fromkeys(
                    state.role
                    for _, s in each
                    for state in s.sign_offs
                    if state.status in ("missing", "void") and not state.advisory
                )
            ),
            tuple(blockers),
        )


def _unreadable(table: Table, result: Result) -> bool:
    subject = table.snapshot.find(result.subject.kind, result.subject.id)
    return subject is not None and not subject.sound


def portfolio(
    workspace: Workspace,
    table: Table,
    standings: Iterable[Standing],
    diagnostics: Sequence[Diagnostic],
    origin: Origin | None,
    overruled: int,
    outside: Outside | None = None,
) -> Portfolio:
    """All standings by stage, product and gate, and the exit code that they amount to.

    A gate that is still ahead may be closed; one that lies behind a product and is not met is a no-go.
    """
    stages = [stage for lifecycle in workspace.lifecycles.values() for stage in lifecycle.stages]
    along = {
        gate.id: (gate.leads_to if gate.leads_to is not None else -1, gate.id) for gate in workspace.gates
    }

    def order(each: Standing) -> tuple[int, str, str, tuple[int, str]]:
        known = stages.index(each.stage) if each.stage in stages else len(stages)
        return known, each.stage, each.product, along[each.gate]

    rows = tuple(sorted(standings, key=order))
    passed = {each.verdict for each in rows if each.passed}
    if any(diagnostic.level == "error" for diagnostic in diagnostics):
        code = judge.USAGE
    elif "no-go" in passed:
        code = judge.NO_GO
    elif "undecided" in passed:
        code = judge.UNDECIDED
    else:
        code = judge.PASS if rows else judge.NOTHING
    return Portfolio(workspace.name, table.as_of, rows, overruled, tuple(diagnostics), code, origin, outside)


def nothing(report: Report) -> Portfolio:
    """The portfolio of a workspace that could not be loaded."""
    return Portfolio(
        report.workspace,
        report.as_of,
        (),
        0,
        report.diagnostics,
        report.exit_code,
        report.origin,
        report.outside,
    )

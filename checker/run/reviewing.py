"""A gate review, and the portfolio of products × gates: a check, with the gate's own questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from shlex import quote
from typing import NamedTuple

from checker import plan
from checker.backends import records
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Portfolio, Report, Result, RuleInfo, Standing
from checker.policy.gates import Gate
from checker.policy.workspace import Workspace
from checker.review import assembly, forecast, opening, standings
from checker.review.assembly import Passage, Seen, Table
from checker.review.opening import Opened
from checker.review.signing import Signatures
from checker.run import doors as doors_
from checker.run.authors import Authors
from checker.run.checking import (
    Evaluated,
    Loaded,
    Request,
    conclude,
    judging,
    outside,
    overruled,
    prepare,
    trace,
    waive,
    weighed,
)
from checker.snapshot import Subject


class Asked(NamedTuple):
    """What a review is about."""

    gate: str
    subject: str
    """The id of a launch or a product, or a former id."""
    forecast: Callable[[datetime], datetime] | None = None
    """From the moment of the review to the moment that is looked ahead to; None: no forecast."""


def review(request: Request, asked: Asked) -> Report:
    """What a gate review has on the table, for one launch or all launches of a product."""
    loaded = prepare(request)
    if isinstance(loaded, Report):
        return loaded
    gate, found = _gate(loaded, asked.gate), assembly.find(loaded.snapshot, asked.subject)
    wrong: list[Diagnostic] = [gate] if isinstance(gate, Diagnostic) else []
    if found is None:
        wrong.append(_unknown_subject(loaded, asked.subject))
    if isinstance(gate, Diagnostic) or found is None:
        return conclude(request, loaded, Evaluated(), wrong)
    product, launch = found
    report = at_gate(request, loaded, gate, product, launch)
    if asked.forecast is None:
        return report
    then = asked.forecast(loaded.as_of)
    later = at_gate(request._replace(clock="forecast"), loaded._replace(as_of=then), gate, product, launch)
    return forecast.foresee(report, later)


def _gate(loaded: Loaded, name: str) -> Gate | Diagnostic:
    gates = {gate.id: gate for gate in loaded.workspace.gates}
    if name in gates:
        return gates[name]
    known = tuple(gates)
    there = f"There are {', '.join(known)}." if known else "Name gates in `gates` of gonogo.yaml."
    return Diagnostic("unknown-gate", f"no gate is called `{name}`", hint=suggestion(name, known) or there)


def _unknown_subject(loaded: Loaded, id: str) -> Diagnostic:
    launches = (s.ref.id for s in loaded.snapshot.subjects if s.kind.launch_date)
    known = tuple(dict.fromkeys((*assembly.products(loaded.snapshot), *launches)))
    hint = suggestion(id, known) or "gonogo review --all lists the products."
    return Diagnostic("unknown-subject", f"no product or launch has the id `{id}`", hint=hint)


def at_gate(
    request: Request,
    loaded: Loaded,
    gate: Gate,
    product: str,
    launch: Subject | None = None,
    olds: records.Olds | None = None,
) -> Report:
    """The review of a product at a gate; `launch`: of that launch alone, `olds`: compared with that base."""
    loaded = loaded._replace(selector=loaded.selector._replace(products=(product,), apart=frozenset()))
    snapshot, authors = loaded.snapshot, Authors(request.folder, loaded.doors.commit)
    table = _table(loaded, authors)
    passages = assembly.passages(snapshot, gate, product, launch)
    opened, doubts = _opened(table, gate, passages[0])
    judging = loaded.workspace
    if opened:
        judging, changed = _locked(request, loaded, opened)
        doubts += changed
    planned = plan.make(judging, snapshot, loaded.as_of, loaded.selector, gate)
    results = [
        result
        for result in records.run(planned, olds, progress=request.progress)
        if any(assembly.concerns(result, snapshot, passage) for passage in passages)
    ]
    seen = [assembly.asked(table, gate, passage) for passage in passages]
    results += (result for each in seen for result in each.results)
    if opened:
        results = opening.advised(results, gate, opened)
    results = assembly.owned(results, snapshot)
    rules = (*planned.rules, *(rule for each in seen for rule in each.rules))
    evaluated = weighed(loaded, rules, results)
    decisions = dict.fromkeys(decision for each in seen for decision in each.decisions)
    sound = snapshot.complete and not (
        authors.doubts or any(diagnostic.level == "error" for diagnostic in loaded.diagnostics)
    )
    return conclude(
        request,
        loaded,
        evaluated,
        (*authors.doubts, *doubts),
        assembly.review(table, gate, passages, seen, evaluated.results, opened, sound),
        assembly.open_conditions(decisions),
        loaded.snapshot.complete and not authors.doubts,
    )


class Entered(NamedTuple):
    """What gates themselves ask of products that enter them."""

    asked: list[tuple[Result, RuleInfo]]
    openings: dict[tuple[str, str], Opened]
    """What a review was opened with, where one was and that counts, by gate and product."""
    doubts: tuple[Diagnostic, ...]
    """What is doubtful about it."""
    complete: bool
    """Whether all of it can be told."""


def entered(request: Request, loaded: Loaded, products: Iterable[tuple[Gate, str]]) -> Entered:
    """What gates ask of products that enter them, beyond the rules that they bind."""
    authors = Authors(request.folder, loaded.doors.commit)
    table = _table(loaded, authors)
    found: list[tuple[Result, RuleInfo]] = []
    openings: dict[tuple[str, str], Opened] = {}
    doubts: list[Diagnostic] = []
    for gate, product in products:
        passages = assembly.passages(loaded.snapshot, gate, product)
        opened, doubtful = _opened(table, gate, passages[0])
        doubts += doubtful
        if opened:
            openings[gate.id, product] = opened
        for passage in passages:
            seen = assembly.asked(table, gate, passage)
            rules = {rule.id: rule for rule in seen.rules}
            found += ((result, rules[result.rule]) for result in seen.results)
    owned = assembly.owned((result for result, _ in found), loaded.snapshot)
    asked = [(result, rule) for result, (_, rule) in zip(owned, found, strict=True)]
    return Entered(asked, openings, (*authors.doubts, *doubts), not authors.doubts)


def _opened(table: Table, gate: Gate, passage: Passage) -> tuple[Opened | None, tuple[Diagnostic, ...]]:
    """What the review was opened with, where that counts; and why it does not."""
    opened = opening.last(
        table.ledger, table.workspace.ledger, gate, passage.names, table.approve, table.as_of
    )
    if opened is None or not opening.holds(opened, gate, table.as_of):
        return None, ()
    if opened.approval.assurance != "asserted":
        return opened, ()
    who = opened.approval.person
    message = f"the review was opened on {opened.on} by {who}, which is only asserted, so all rules count"
    again = f"gonogo review {gate.id} --subject {quote(passage.id)} --open"
    hint = f"{opened.approval.note} Open it again, signed: {again}."
    return None, (Diagnostic("opening-asserted", message, hint=hint.strip(), level="warning"),)


def _locked(request: Request, loaded: Loaded, opened: Opened) -> tuple[Workspace, tuple[Diagnostic, ...]]:
    """The workspace with the packs that a review was opened with, and which of them cannot be had."""
    workspace = loaded.workspace
    other = {pack.id for pack in workspace.packs if opened.packs.get(pack.id, pack.digest) != pack.digest}
    other |= opened.packs.keys() - {pack.id for pack in workspace.packs}
    if not other:
        return workspace, ()
    if opened.commit:
        doors = doors_.committed(request.folder, opened.commit, request.policies)
        before = None if isinstance(doors, Diagnostic) else judging(request, doors)[0]
        if before is not None:
            workspace = opening.locked(workspace, before, opened)
            other -= {pack.id for pack in before.packs if opened.packs.get(pack.id) == pack.digest}
    hint = "Fetch the commit or install the gonogo that the review was opened with, or open the review anew."
    return workspace, tuple(
        Diagnostic(
            "pack-changed",
            f"pack {pack} is not as it was when the review was opened on {opened.on}: it judges as it is now",
            workspace.source.location(("packs",)),
            hint,
            "warning",
        )
        for pack in sorted(other)
    )


def _table(loaded: Loaded, authors: Authors) -> Table:
    approvals = loaded.approvals()
    of = approvals.of
    written = (
        (each, of(each.source.path, each.person, each.signed_at)) for each in loaded.workspace.sign_offs
    )
    return Table(
        loaded.workspace,
        loaded.snapshot,
        loaded.as_of,
        records.context(loaded.snapshot, loaded.as_of),
        Signatures((*written, *approvals.recorded())),
        of,
        authors.of,
        loaded.ledger,
    )


def portfolio(request: Request, gates: Sequence[str] = ()) -> Portfolio:
    """How every product stands at every gate of its lifecycle; `gates`: at these alone."""
    loaded = prepare(request)
    if isinstance(loaded, Report):
        return standings.nothing(loaded)
    chosen = [_gate(loaded, name) for name in gates] or list(loaded.workspace.gates)
    wrong = [each for each in chosen if isinstance(each, Diagnostic)]
    authors = Authors(request.folder, loaded.doors.commit)
    table, memo = _table(loaded, authors), records.Memo()
    rows: list[Standing] = []
    for gate in chosen:
        if isinstance(gate, Diagnostic):
            continue
        planned = plan.make(loaded.workspace, loaded.snapshot, loaded.as_of, loaded.selector, gate)
        evaluated = records.run(planned, memo=memo)
        seen = _all_asked(table, gate)
        results = [*evaluated, *(result for each in seen.values() for s in each for result in s[1].results)]
        waived, _ = waive(loaded, results)
        here = {product: each for product, each in seen.items() if product not in loaded.selector.apart}
        rows += standings.at_gate(table, gate, waived, here)
    return standings.portfolio(
        loaded.workspace,
        table,
        rows,
        (*loaded.diagnostics, *wrong, *authors.doubts),
        trace(request, loaded),
        overruled(loaded),
        outside(request),
    )


def _all_asked(table: Table, gate: Gate) -> dict[str, list[tuple[Passage, Seen]]]:
    """What a gate asks of each product that it may be about."""
    found: dict[str, list[tuple[Passage, Seen]]] = {}
    for product in assembly.products(table.snapshot):
        passages = assembly.passages(table.snapshot, gate, product)
        found[product] = [(passage, assembly.asked(table, gate, passage)) for passage in passages]
    return found

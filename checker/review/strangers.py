"""What nobody can place, and every gate therefore judges: products of no register, stages of no lifecycle."""

from __future__ import annotations

from collections.abc import Iterator

from checker import plan
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic
from checker.plan import Plan
from checker.policy.workspace import Workspace


def told(workspace: Workspace, planned: Plan) -> Iterator[Diagnostic]:
    """Say which products and stages nobody knows, each once."""
    yield from _unregistered(planned)
    yield from _unplaced(workspace, planned)


def _unregistered(planned: Plan) -> Iterator[Diagnostic]:
    """Say which products are not in the register, for what names one is judged by every gate."""
    snapshot = planned.snapshot
    if "product" not in snapshot.kinds or not all(s.sound for s in snapshot.by_kind.get("product", ())):
        return  # there is no register, or what it holds is not known
    known: set[str] = set()
    for subject, _ in planned.checks:
        id = subject.ref.product
        if id and id not in known and snapshot.find("product", id) is None:
            location = subject.location(("product",))
            yield Diagnostic(
                "unknown-product",
                f"the register has no product `{id}`, so what names it is judged by every gate",
                location,
                "Add the product to the register, or mend its id here.",
                "warning",
                subject.excerpt(location.span),
            )
        known.add(id)


def _unplaced(workspace: Workspace, planned: Plan) -> Iterator[Diagnostic]:
    """Say which stages are of no lifecycle that is followed, for what states one is judged by every gate."""
    gates = [gate for gate in workspace.gates if gate.leads_to is not None and gate.lifecycle is not None]
    known = [set(gate.lifecycle.stages) for gate in gates if gate.lifecycle]
    shared = set.intersection(*known) if known else set()
    told: set[tuple[str, str]] = set()
    for subject, _ in planned.checks if gates else ():
        stage = subject.data.get("stage")
        if not isinstance(stage, str) or stage in shared:  # whichever is followed has it
            continue
        place = plan.place(workspace, planned.snapshot, subject)
        orders = {gate.lifecycle.id: gate.lifecycle for gate in gates if gate.lifecycle and place.takes(gate)}
        if not orders or any(order.position(stage) is not None for order in orders.values()):
            continue
        followed = " or ".join(sorted(orders))
        if (stage, followed) not in told:
            told.add((stage, followed))
            location = subject.location(("stage",))
            stages = tuple(dict.fromkeys(each for id in sorted(orders) for each in orders[id].stages))
            yield Diagnostic(
                "unknown-stage",
                f"the lifecycle {followed} has no stage `{stage}`, so what states it is judged by every gate",
                location,
                suggestion(stage, stages) or f"Write one of its stages: {', '.join(stages)}.",
                "warning",
                subject.excerpt(location.span),
            )

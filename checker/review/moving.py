"""The products that a change moves: to another stage, through gates, into another lifecycle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from checker import plan
from checker.model import Diagnostic, Location, StageChange
from checker.policy.gates import Gate
from checker.policy.workspace import Workspace
from checker.review import assembly
from checker.review.renaming import Renames
from checker.snapshot import Snapshot


class Moves(NamedTuple):
    """What a change does to the stages of products."""

    stages: tuple[StageChange, ...]
    """Sorted by product."""
    claims: plan.Claims
    """What products still count as that it takes back from where they were."""
    told: tuple[StageChange, ...]
    """Those of `stages` that are told: of a record that nobody can read any more nothing is known."""
    diagnostics: tuple[Diagnostic, ...]
    """Which products are put into another lifecycle."""


def moves(workspace: Workspace, base: Snapshot, head: Snapshot, renames: Renames) -> Moves:
    """Which products a change moves, and what they are held to in it all the same."""
    names = renames.products

    def lifecycle(snapshot: Snapshot, product: str) -> str:
        return assembly.standing(workspace, snapshot, product).lifecycle

    found: list[StageChange] = []
    claims: dict[str, plan.Claim] = {}
    before, after = stages(base), stages(head)
    # What has another name by now may have left something behind that moves by itself.
    for product in sorted({*before}.difference(names.values()).union(after)):
        known_as = names.get(product, product)
        old, _ = before.get(known_as, ("", None))
        new, location = after.get(product, ("", None))
        place = assembly.standing(workspace, head, product)
        was = lifecycle(base, known_as)
        elsewhere = was != place.lifecycle and bool(old and new)
        if old == new and not elsewhere:
            continue
        gates = [gate for gate in workspace.gates if place.takes(gate)]
        # In another lifecycle it has passed no gate yet.
        through = tuple(gate.id for gate in passed(gates, "" if elsewhere else old, new))
        found.append(StageChange(product, old, new, through, location, goes_back(gates, old, new)))
        if old and (was != place.lifecycle or not through):
            claims[product] = plan.Claim(old, was if was != place.lifecycle else None)
    unknown = _unknown(base, head)
    told = tuple(each for each in found if each.product not in unknown)
    diagnostics = tuple(_elsewhere(head, claims))
    return Moves(tuple(found), {**claims, **_doubted(workspace, base, head, renames)}, told, diagnostics)


def _doubted(workspace: Workspace, base: Snapshot, head: Snapshot, renames: Renames) -> plan.Claims:
    """What is new and may be what is gone is held to its stage; of several, to where most gates bind."""
    before = stages(base)
    found: dict[str, plan.Claim] = {}
    for product, names in renames.doubted.items():
        said = renames.products.get(product)
        places = {
            name: assembly.standing(workspace, base, name)
            for name in {*names, said or product} & before.keys()
        }
        if not places:
            continue
        name = max(
            sorted(places), key=lambda name: sum(_binds(places[name], gate) for gate in workspace.gates)
        )
        if name != said:
            was, now = places[name].lifecycle, assembly.standing(workspace, head, product).lifecycle
            found[product] = plan.Claim(before[name][0], was if was != now else None)
    return found


def _binds(place: plan.Place, gate: Gate) -> bool:
    return place.takes(gate) and place.reached(gate)


def _unknown(base: Snapshot, head: Snapshot) -> set[str]:
    """The products whose record nobody can read any more."""
    unread = {subject.ref.path for subject in head.subjects if subject.unreadable}
    return {
        subject.ref.id
        for subject in base.by_kind.get("product", ())
        if subject.ref.path in unread and not head.find("product", subject.ref.id)
    }


def _elsewhere(head: Snapshot, claims: Mapping[str, plan.Claim]) -> Iterator[Diagnostic]:
    for product, claim in claims.items():
        record = head.find("product", product)
        if claim.lifecycle is not None and record:
            was = f"the lifecycle {claim.lifecycle}" if claim.lifecycle else "no lifecycle of its own"
            message = f"the change puts {product} into another lifecycle: it was in {was}"
            hint = "In this change the gates of both count."
            yield Diagnostic("lifecycle-changed", message, record.location(("lifecycle",)), hint, "warning")


def stages(snapshot: Snapshot) -> dict[str, tuple[str, Location]]:
    """The stage of every product and where it stands: its record's, or else that of what states one."""
    found: dict[str, tuple[str, Location]] = {}
    for subject in snapshot.subjects:
        stage, product = subject.data.get("stage"), subject.ref.product
        if product and isinstance(stage, str) and not subject.kind.launch_date:
            stated = stage, subject.location(("stage",))
            if subject.ref.kind == "product":
                found[product] = stated
            else:
                found.setdefault(product, stated)
    return found


def goes_back(gates: Iterable[Gate], old: str, new: str) -> bool:
    """Whether a stage comes before another in the lifecycle of these gates."""
    for gate in gates:
        left, reached = (gate.lifecycle.position(each) if gate.lifecycle else None for each in (old, new))
        if left is not None and reached is not None:
            return reached < left
    return False


def passed(gates: Iterable[Gate], old: str, new: str) -> list[Gate]:
    """The gates that lie between two stages, along the lifecycle; none where the change goes back."""
    found = []
    for gate in gates:
        order = gate.lifecycle
        if order is None or gate.leads_to is None:
            continue
        reached, left = order.position(new), order.position(old)
        if reached is not None and (-1 if left is None else left) < gate.leads_to <= reached:
            found.append(gate)
    return sorted(found, key=lambda gate: (gate.leads_to or 0, gate.id))

"""What the configuration of a change takes away from governance, once it is merged.

What a change does to artifacts is judged; this is about what would judge from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker import cel
from checker.model import FLOOR, Diagnostic, Path
from checker.policy.gates import Gate
from checker.policy.loading import CONFIGURATION, LOCK
from checker.policy.packs import Pack
from checker.policy.selections import Selection
from checker.policy.workspace import Workspace
from checker.snapshot import Snapshot

_LESS = "Whoever merges this decides that less is asked from then on."
_HOW_MUCH = "Whoever merges this decides how much is asked from then on."


def losses(base: Workspace, head: Workspace) -> tuple[Diagnostic, ...]:
    """What the configuration of a change drops of what its base has for governance.

    That it leaves the floor, drops the lock, or no longer collects what the floor judges, is an error; what
    it loosens besides is told as a warning, since whoever merges it decides. An upgrade loses nothing.
    """
    return (*_grounds(base, head), *_collected(base, head), *_asked(base, head), *_loosened(base, head))


def _lost(head: Workspace, code: str, message: str, at: Path = (), hint: str = "") -> Diagnostic:
    error = code == "floor-dropped"
    hint = hint or _LESS
    return head.source.diagnostic(code, message, at, hint, warning=not error)


def _grounds(base: Workspace, head: Workspace) -> Iterator[Diagnostic]:
    old, new = (each.source.data.get("extends") for each in (base, head))
    if old and not new:
        message = f"the change leaves the floor: {CONFIGURATION} no longer extends {old['source']}"
        yield _lost(head, "floor-dropped", message, (), "Put `extends` back.")
    elif old and new and old["source"] != new["source"]:
        message = f"the change stands on another floor: it extended {old['source']}"
        yield _lost(head, "floor-dropped", message, ("extends", "source"), "Put the source back.")
    elif old and new and "digest" in old and "digest" not in new and head.lock is None:
        message = "the change no longer says which floor it must be"
        yield _lost(head, "floor-dropped", message, ("extends",), "Put `digest` back.")
    if base.lock and not head.lock:
        message = f"the change drops {LOCK}, so nothing says which packs judge"
        yield _lost(head, "floor-dropped", message, (), "Run gonogo lock.")


def _collected(base: Workspace, head: Workspace) -> Iterator[Diagnostic]:
    """Kinds of subjects that are collected no more."""
    gone = {each.kind.name: each for each in base.selections}
    for each in head.selections:
        gone.pop(each.kind.name, None)
    judged = _of_floor(base)
    hint = "Keep its entry in `subjects`, with `optional: true` where there is none any more."
    for kind in sorted(gone):
        message = f"nothing collects {kind} any more, so nothing judges it"
        yield _lost(
            head, "floor-dropped" if kind in judged else "subjects-dropped", message, ("subjects",), hint
        )
    now = {_read_by(each) for each in head.selections}
    others = {each.kind.name: each.at for each in head.selections}
    changed = {each.kind.name for each in base.selections if _read_by(each) not in now}
    for kind in sorted(changed & others.keys()):
        message = f"{kind} is no longer collected as it was"
        hint = "Look whether anything is judged no more, or as another product's."
        yield _lost(head, "subjects-changed", message, others[kind], hint)


def _read_by(selection: Selection) -> tuple[object, ...]:
    """What decides which files a selection reads, and what it takes their subjects for."""
    texts = (each and each.text for each in (selection.id, selection.product))
    files = (selection.patterns, selection.exclude, selection.records, selection.optional)
    return (selection.kind.name, *files, *texts)


def _asked(base: Workspace, head: Workspace) -> Iterator[Diagnostic]:
    """Packs, rules and gates that judge no more."""
    there = {_named(pack) for pack in head.packs}
    gone_packs = [pack for pack in base.packs if _named(pack) not in there]
    for pack in gone_packs:
        yield _lost(head, "pack-dropped", f"the pack {pack.name} judges no more", ("packs",))
    dropped = {pack.id for pack in gone_packs}
    rules = {rule.id for policy in head.policies for rule in policy.rules}
    policies = {policy.id: policy.source for policy in head.policies}
    for policy in base.policies:
        gone = [rule.id for rule in policy.rules if rule.id not in rules]
        if gone and policy.pack not in dropped:
            judge = "judges" if len(gone) == 1 else "judge"
            message = f"{', '.join(gone)} of {policy.id} {judge} no more"
            at = (policies[policy.id], ("policy",)) if policy.id in policies else (head.source, ("packs",))
            yield at[0].diagnostic("rule-dropped", message, at[1], _LESS, warning=True)
    gates = {gate.id: gate for gate in head.gates}
    for gate in base.gates:
        now = gates.get(gate.id)
        if now is None:
            yield _lost(head, "gate-dropped", f"the gate {gate.id} is no more", ("gates",))
            continue
        less = sorted(_demands(gate) - _demands(now))
        if less:
            message = f"the gate {gate.id} no longer asks as it did for {', '.join(less)}"
            yield now.source.diagnostic("gate-changed", message, ("gate",), _HOW_MUCH, warning=True)


def _named(pack: Pack) -> tuple[str, bool]:
    """What a pack is called, and whether the floor names it; both do where that is shipped."""
    of_floor = pack.location is not None and pack.location.path.startswith(FLOOR)
    return pack.name, of_floor and not pack.is_shipped


def _demands(gate: Gate) -> set[str]:
    """What a gate asks for, each as a text that differs where it is asked for otherwise."""
    stage = f" to reach {gate.stage}" if gate.stage else ""
    raw = gate.source.data
    return {
        *(
            f"{each.scope} {each.pattern}{' in ' if each.markets else ''}{', '.join(each.markets)}{stage}"
            for each in gate.bindings
            if not each.advisory
        ),
        *(f"{need.least} {need.kind}{stage}" for need in gate.needs),
        *(f"a decision at {each.gate}{stage}" for each in gate.requires),
        *(f"the sign-off {_said(each)}{stage}" for each in raw.get("sign_offs", ())),
    }


def _said(sign_off: Mapping[str, Any]) -> str:
    more = [
        f"{name} {', '.join(value) if isinstance(value, list) else value}"
        for name, value in sorted(sign_off.items())
        if name not in ("role", "title")
    ]
    return " ".join((sign_off["role"], *([f"({'; '.join(more)})"] if more else [])))


def _loosened(base: Workspace, head: Workspace) -> Iterator[Diagnostic]:
    """Parameters that changed, which may be either way, and limits of waivers that grew."""
    policies = {policy.id: policy for policy in head.policies}
    gates = {gate.id: gate for gate in head.gates}
    for policy in base.policies:
        new = policies.get(policy.id)
        for name, param in policy.params.items() if new else ():
            if new is None or name not in new.params:
                continue
            was, now = (
                each.params.get(policy.id, {}).get(name, default)
                for each, default in ((base, param.default), (head, new.params[name].default))
            )
            if was != now:
                message = f"{policy.id}.{name} was {cel.format_value(was)} and is {cel.format_value(now)}"
                yield _lost(head, "param-changed", message, ("params", policy.id, name), _HOW_MUCH)
    for gate in base.gates:
        after = gates.get(gate.id)
        values = {(each.scope, each.pattern, each.markets): each for each in after.bindings} if after else {}
        for each in gate.bindings:
            other = values.get((each.scope, each.pattern, each.markets))
            if after and other and dict(other.params) != dict(each.params):
                message = f"the gate {gate.id} has other parameters for {each.pattern}"
                at = ("binds", other.position)
                yield after.source.diagnostic("param-changed", message, at, _HOW_MUCH, warning=True)
    for name in ("days", "renewals"):
        was, now = getattr(base.waiver_limits, name), getattr(head.waiver_limits, name)
        if now > was:
            message = f"waivers may have {now} {name}, where {was} were the most"
            yield _lost(head, "waiver-limits-loosened", message, ("waiver_limits", name))


def overlooked(base: Workspace, judged: Snapshot, head: Workspace, merged: Snapshot) -> Iterator[Diagnostic]:
    """Say which files the configuration of a change collects no more, though the floor judges their kind.

    `judged`, `merged`: what the configurations `base` and `head` collect of the same files. Of kinds that are
    collected nowhere any more `losses` speaks.
    """
    of_floor = _of_floor(base)
    there = {(each.ref.kind, each.ref.path) for each in merged.subjects}
    before = {(each.ref.kind, each.ref.path) for each in judged.subjects if each.ref.kind in of_floor}
    collected = {each.kind.name for each in head.selections}
    for kind in sorted({kind for kind, _ in before - there} & collected):
        first, *others = sorted(path for of, path in before - there if of == kind)
        more = f" and {len(others):,} more" if others else ""
        message = f"nothing collects {first}{more} as {kind} any more, so nothing judges it"
        at = next(each.at for each in head.selections if each.kind.name == kind)
        yield _lost(head, "floor-dropped", message, at, "Let `subjects` find what it found.")


def _of_floor(workspace: Workspace) -> set[str]:
    """The kinds that the floor of a workspace judges."""
    return {policy.kind.name for policy in workspace.floor.workspace.policies} if workspace.floor else set()

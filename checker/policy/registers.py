"""The registers of a workspace: waivers, sign-offs, and the reviews that hosts recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from checker.kinds.phrases import suggestion
from checker.model import Diagnostic
from checker.policy import reading
from checker.policy import waivers as waivers_
from checker.policy.gates import Gate
from checker.policy.loading import Loading, listed
from checker.policy.waivers import Waiver

if TYPE_CHECKING:
    from checker.policy.signoffs import Recorded, SignOff

_T = TypeVar("_T")


class Registers(NamedTuple):
    """What people granted and approved, as it is written; none of it is held against a gate yet."""

    waivers: tuple[Waiver, ...] = ()
    """Sorted by id."""
    sign_offs: tuple[SignOff, ...] = ()
    """From files of their own, sorted by id."""
    recorded: tuple[Recorded, ...] = ()
    """Reviews that hosts recorded, in the order of their files."""


def registers(state: Loading, source: reading.Source) -> Registers:
    """The registers that a configuration names."""
    if source.data.keys().isdisjoint(("waivers", "signoffs", "reviews")):
        return Registers()
    from checker.policy import signoffs  # noqa: PLC0415 - many workspaces grant nothing

    waivers = [
        waiver for file in _register(state, source, "waivers", "waiver", waivers_.written) for waiver in file
    ]
    sign_offs = _register(state, source, "signoffs", "signoff", signoffs.sign_off)
    recorded = _register(state, source, "reviews", "reviews", signoffs.recorded)
    return Registers(
        tuple(sorted(waivers, key=lambda waiver: waiver.id)),
        tuple(sorted(sign_offs, key=lambda sign_off: sign_off.id)),
        tuple(recorded),
    )


def _register(
    state: Loading,
    source: reading.Source,
    field: str,
    schema: str,
    make: Callable[[reading.Source], tuple[_T | None, tuple[Diagnostic, ...]]],
) -> list[_T]:
    """What the files of a register hold; it may be empty, since every register once is."""
    found = []
    paths = {path for pattern in listed(source.data.get(field)) for path, _ in state.files.find(pattern)}
    for path in sorted(paths):
        each = state.read(path, schema)
        if each:
            made, diagnostics = make(each)
            state.diagnostics += diagnostics
            found += [made] if made else []
    return found


def check_names(state: Loading, held: Registers, gates: Sequence[Gate]) -> None:
    """Report ids that are taken, and gates that nobody knows."""
    known = {gate.id for gate in gates}
    registers: tuple[tuple[str, Sequence[Waiver] | Sequence[SignOff]], ...] = (
        ("waiver", held.waivers),
        ("signoff", held.sign_offs),
    )
    for what, register in registers:
        taken: dict[str, Waiver | SignOff] = {}
        for each in register:
            other = taken.setdefault(each.id, each)
            if other is not each:
                message = f"the id `{each.id}` is also used in {other.source.path}"
                hint = "Give each its own id."
                state.diagnostics.append(each.source.diagnostic(f"duplicate-{what}", message, (what,), hint))
    for sign_off in held.sign_offs:
        if sign_off.gate not in known:
            state.diagnostics.append(_unknown_gate(sign_off, known))
    for file in held.recorded:
        recorded = (review.sign_off for review in file.reviews if review.sign_off)
        unknown = {sign_off.gate: sign_off for sign_off in recorded if sign_off.gate not in known}
        for gate in sorted(unknown):  # once, and nobody can mend what a host recorded
            diagnostic = _unknown_gate(unknown[gate], known)
            hint = f"{diagnostic.hint} The review counts at no gate."
            state.diagnostics.append(diagnostic._replace(level="warning", hint=hint))


def _unknown_gate(sign_off: SignOff, known: Collection[str]) -> Diagnostic:
    hint = suggestion(sign_off.gate, tuple(known)) or f"There are {', '.join(sorted(known)) or 'none'}."
    message = f"no gate is called `{sign_off.gate}`"
    return sign_off.source.diagnostic("unknown-gate", message, (*sign_off.at, "gate"), hint)

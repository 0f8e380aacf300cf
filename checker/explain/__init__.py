"""Why a check did not pass, in words: the engine's explanation as sentences about fields and values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from checker import canonical, cel
from checker.explain.fields import Fields, encoded, field_name
from checker.explain.sentences import Telling, shown
from checker.explain.structure import Structure
from checker.model import Path, Reason
from checker.policy import language
from checker.snapshot import Snapshot, Subject


class Told(NamedTuple):
    """The outcome of a check that did not pass, and why."""

    outcome: Literal["fail", "error"]
    reasons: tuple[Reason, ...]
    at: Path | None
    """The place in the subject that decided; None where no part of the subject did."""

    message: str
    """All reasons as one sentence."""
    hint: str = ""
    """What to do about an error, besides what the rule says of its failures; may be empty."""


def digest(value: object) -> str:
    """What tells a value from all others, however it is written."""
    return canonical.digest_bytes(encoded(value))


def tell(
    program: cel.Program,
    activation: Mapping[str, Any],
    subject: Subject,
    snapshot: Snapshot,
    *,
    condition: bool = False,
    item: Path = (),
) -> Told:
    """Explain why `program` is not true.

    `condition`: it decides whether a rule applies, so absence and unreadable texts are errors.
    `item`: where the element bound as `item` stands in the subject.
    """
    explanation = program.explain(activation)
    reasons = explanation.reasons
    if not reasons:
        return _unfit(program, explanation.value, "neither true nor false")
    # Only what the subject lacks or says wrongly is its failure; every other fault is ours.
    ours = [reason for reason in reasons if condition or not _judged(reason)]
    fields = Fields(program, activation, subject, snapshot, item)
    structure = Structure(program, reasons)
    told: dict[Reason, int] = {}
    for place in structure.telling():
        told.setdefault(Telling(fields, reasons[place]).whole(), place)
    message, last = "", -1
    for reason, place in told.items():
        message += f", {structure.word(last, place)} {reason.text}" if message else reason.text
        last = place
    at = next((at for place in told.values() for at in fields.places(reasons[place])), None)
    hint = " ".join(dict.fromkeys(reason.hint for reason in ours if reason.hint))
    return Told("error" if ours else "fail", tuple(told), at, message, hint)


def tell_elements(
    program: cel.Program, activation: Mapping[str, Any], subject: Subject, snapshot: Snapshot
) -> Told:
    """Explain why `program`, the `each` of a rule, gives no list, or an empty one."""
    try:
        value = program.evaluate(activation)
    except cel.EvaluationError:
        return tell(program, activation, subject, snapshot)
    if not isinstance(value, list):
        return _unfit(program, value, "not a list")
    text = f"{name(program)} is empty"
    return Told("fail", (Reason(text, program.text),), place(program), text)


def _unfit(program: cel.Program, value: object, what: str) -> Told:
    text = f"{program.text} gives {shown(value)}, which is {what}"
    return Told("error", (Reason(text, program.text),), place(program), text)


def place(program: cel.Program) -> Path | None:
    """Where the value of an expression stands in the subject, if it is a field of it."""
    for reference in program.references:
        if reference.root == "subject" and (reference.start, reference.end) == (
            program.tree.start,
            program.tree.end,
        ):
            return tuple(reference.path)
    return None


def name(program: cel.Program) -> str:
    """What people call the value of an expression: the field that it reads, or its text."""
    at = place(program)
    return program.text if at is None else field_name("subject", at)


def _judged(reason: cel.Reason) -> bool:
    """Whether a reason is the subject's failure."""
    if reason.kind == "missing":
        root = reason.missing.root if reason.missing else ""
        return root in language.JUDGED or not root.isidentifier()  # what a call found is judged too
    return reason.kind in ("false", "unreadable")

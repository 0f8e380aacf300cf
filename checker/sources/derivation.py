"""Facts that are derived from other facts, so that nobody types them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from checker import cel
from checker.model import Fault
from checker.policy import language
from checker.policy.selections import Derived
from checker.policy.workspace import Workspace
from checker.snapshot import Subject


def derive(workspace: Workspace, subjects: Sequence[Subject], as_of: datetime) -> tuple[Subject, ...]:
    """The subjects with the facts that their workspace derives.

    A fact that is typed all the same, and one that cannot be computed, is a fault of the subject.
    """
    if not workspace.derived:
        return tuple(subjects)
    found = list(subjects)
    context = language.Context(as_of)
    for derived in workspace.derived:
        products = {subject.ref.id: subject.data for subject in found if subject.ref.kind == "product"}
        for index, subject in enumerate(found):
            if subject.ref.kind == derived.kind and not subject.unreadable:
                activation = {
                    "subject": subject.data,
                    "product": products.get(subject.ref.product, {}),
                    "data": workspace.data,
                    language.CONTEXT: context,
                    language.PRODUCT: subject.ref.product,
                }
                found[index] = _with(subject, derived, activation)
    return tuple(found)


def _with(subject: Subject, derived: Derived, activation: dict[str, Any]) -> Subject:
    name = derived.field
    if subject.faults:
        subject = subject._replace(faults=tuple(_unless_it_types(fault, name) for fault in subject.faults))
    if name in subject.data:
        message = f"`{name}` is derived from other facts, so it is not written here"
        fault = Fault("derived-field", message, subject.span((name,)), f"Remove {name}.")
        return subject._replace(faults=(*subject.faults, fault))
    try:
        value = derived.expression.program.evaluate(activation)
    except cel.EvaluationError as error:
        message = f"`{name}` cannot be derived: {error}"
        hint = "State the facts that it is derived from."
        return subject._replace(
            faults=(*subject.faults, Fault("derived-field", message, subject.span(()), hint))
        )
    return subject._replace(data={**subject.data, name: value})


def _unless_it_types(fault: Fault, name: str) -> Fault:
    """The fault; without its edit where that would make a field of the name that nobody is to write."""
    types = fault.edit is not None and fault.edit.text.strip("\"'") == name
    return fault._replace(edit=None) if types else fault

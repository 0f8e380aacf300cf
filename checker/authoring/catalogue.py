"""Every rule there is, with the policy it stands in and the gates that bind it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker import plan
from checker.kinds import Kind
from checker.model import Location, RuleInfo
from checker.policy.gates import Binding, Gate
from checker.policy.policies import Policy, Rule


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule and where it belongs."""

    info: RuleInfo
    kind: Kind
    policy: Policy | None
    """None for a kind's own rules."""
    rule: Rule | None
    bindings: tuple[tuple[Gate, Binding], ...]
    """Each gate that binds it, with the binding that counts there."""

    @property
    def enforcement(self) -> str:
        """How much it counts, and where: `mandatory`, or `mandatory at ga, advisory at beta`."""
        bound = (f"{binding.enforcement} at {gate.id}" for gate, binding in self.bindings)
        return ", ".join(bound) or "mandatory"

    @property
    def written(self) -> str:
        """The policy and its version: `launch.rollback@1.2.0`; the kind for its own rules."""
        return f"{self.info.policy}@{self.info.policy_version}" if self.policy else self.info.policy


def entries(
    policies: Iterable[Policy], kinds: Iterable[Kind], gates: Iterable[Gate] = ()
) -> tuple[Entry, ...]:
    """Every rule of the policies, and the kinds' own, sorted by id."""
    gates = tuple(gates)
    found: list[tuple[RuleInfo, Kind, Policy | None, Rule | None]] = [
        (plan.rule_info(policy, rule), policy.kind, policy, rule)
        for policy in policies
        for rule in policy.rules
    ]
    found += [(info, kind, None, None) for kind in kinds for info in plan.kind_rules(kind)]
    return tuple(
        Entry(*each, _bindings(each[0], gates)) for each in sorted(found, key=lambda each: each[0].id)
    )


def _bindings(info: RuleInfo, gates: Iterable[Gate]) -> tuple[tuple[Gate, Binding], ...]:
    return tuple(
        (gate, binding) for gate in gates for binding in gate.bindings_of(info.id, info.policy, info.pack)
    )


def table(found: Sequence[Entry]) -> str:
    """A line for each rule."""
    rows = [("rule", "severity", "kind", "enforcement", "policy", "pack", "title")]
    rows += [
        (
            entry.info.id,
            entry.info.severity,
            entry.info.kind,
            entry.enforcement,
            entry.written,
            entry.info.pack or "-",
            entry.info.title,
        )
        for entry in found
    ]
    return columns(rows)


def columns(rows: Sequence[Sequence[str]], indent: str = "") -> str:
    """Rows as aligned columns, a line each; the last column is as wide as it is."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:-1]]
    lines = (
        indent
        + "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"


def as_json(found: Iterable[Entry]) -> str:
    """The same as a JSON list."""
    records = [
        {
            "id": entry.info.id,
            "title": entry.info.title,
            "description": entry.info.description,
            "fix": entry.info.fix,
            "severity": entry.info.severity,
            "kind": entry.info.kind,
            "policy": entry.info.policy,
            "policy_version": entry.info.policy_version,
            "pack": entry.info.pack,
            "controls": list(entry.info.controls),
            "gates": [
                {"gate": gate.id, "enforcement": binding.enforcement} for gate, binding in entry.bindings
            ],
            "location": _place(entry.info.location),
        }
        for entry in found
    ]
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def _place(location: Location | None) -> dict[str, str | int] | None:
    if location is None:
        return None
    span = location.span
    return {"path": location.path, **({"line": span.line, "column": span.column} if span else {})}

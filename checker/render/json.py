"""For programs: everything the report holds, in the shape of `schemas/report-v1.schema.json`.

The shape is a promise of its own: types inside gonogo may change, `report-v1` may not. Only ASCII is
written, so that the bytes do not depend on where they are written and no text can act on a terminal.
Results, rules, diagnostics and inputs stand one a line: `grep` and `diff` work on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.model import Diagnostic, Evidence, Location, Reason, Report, Result, RuleInfo
from checker.render import Options, tally
from checker.render.identity import fingerprints, verdict_digest
from checker.render.text import inert_json

SCHEMA = "report-v1"


def render(report: Report, options: Options) -> str:
    """The report as JSON; the options make no difference."""
    del options
    prints = fingerprints(report.results)
    head = {
        "schema": SCHEMA,
        "tool": {"name": "gonogo", "version": report.tool_version},
        "workspace": report.workspace,
        "as_of": report.as_of.isoformat(),
        "verdict": report.verdict,
        "verdict_digest": verdict_digest(report),
        "exit_code": report.exit_code,
        "next_step": report.next_step,
        "asked": report.asked,
        "counts": {
            "results": len(report.results),
            **{each.replace("-", "_"): number for each, number in tally.counts(report.results).items()},
        },
    }
    lists = {
        "results": map(_result, report.results, prints),
        "rules": map(_rule, report.rules),
        "diagnostics": map(_diagnostic, report.diagnostics),
        "inputs": map(_evidence, report.inputs),
    }
    # Joined once, line by line: a report of every result is large, and each copy of it as large again.
    return "\n".join(_lines(head, lists))


def _lines(head: dict[str, Any], lists: Mapping[str, Iterator[dict[str, Any]]]) -> Iterator[str]:
    yield "{"
    for name, value in head.items():
        yield f'"{name}": {inert_json(value)},'
    for position, (name, items) in enumerate(lists.items(), 1):
        end = "," if position < len(lists) else ""
        row = next(items, None)
        if row is None:
            yield f'"{name}": []{end}'
            continue
        yield f'"{name}": ['
        for following in items:
            yield f"{inert_json(row)},"
            row = following
        yield inert_json(row)
        yield f"]{end}"
    yield "}\n"


def _result(result: Result, fingerprint: str) -> dict[str, Any]:
    subject = result.subject
    waived = result.waived
    return {
        "rule": result.rule,
        "policy": result.policy,
        "subject": {"kind": subject.kind, "id": subject.id, "path": subject.path, "product": subject.product},
        "key": result.key,
        "outcome": result.outcome,
        "severity": result.severity,
        "enforcement": result.enforcement,
        "gate": result.gate,
        "message": result.message,
        "fix": result.fix,
        "location": _location(result.location),
        "reasons": [_reason(reason) for reason in result.reasons],
        "waived": {"id": waived.id, "owner": waived.owner, "reason": waived.reason, "expires": waived.expires}
        if waived
        else None,
        "evidence": [_evidence(evidence) for evidence in result.evidence],
        "fingerprint": fingerprint,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "text": reason.text,
        "expression": reason.expression,
        "seen": [
            {"expression": seen.expression, "value": seen.value, "location": _optional(seen.location)}
            for seen in reason.seen
        ],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "description": rule.description,
        "policy": rule.policy,
        "policy_version": rule.policy_version,
        "pack": rule.pack,
        "severity": rule.severity,
        "kind": rule.kind,
        "controls": rule.controls,
        "fix": rule.fix,
        "location": _optional(rule.location),
    }


def _diagnostic(fault: Diagnostic) -> dict[str, Any]:
    return {
        "code": fault.code,
        "level": fault.level,
        "message": fault.message,
        "location": _optional(fault.location),
        "hint": fault.hint,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    at = evidence.collected_at
    return {
        "locator": evidence.locator,
        "digest": evidence.digest,
        "collector": evidence.collector,
        "collected_at": at.isoformat() if at else None,
    }


def _optional(location: Location | None) -> dict[str, Any] | None:
    return _location(location) if location else None


def _location(location: Location) -> dict[str, Any]:
    span = location.span
    return {
        "path": location.path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }

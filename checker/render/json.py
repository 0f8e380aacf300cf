"""For programs: everything the report holds, in the shape of `schemas/report-v1.schema.json`.

The shape is a promise of its own: types inside gonogo may change, `report-v1` may not. Only ASCII is
written, so that the bytes do not depend on where they are written and no text can act on a terminal.
Results, rules, waivers, diagnostics and inputs stand one a line: `grep` and `diff` work on them.
"""

from __future__ import annotations

from checker.model import (
    Approval,
    Comparison,
    DecisionState,
    Edit,
    Reason,
    Report,
    Result,
    Review,
    RuleInfo,
    SignOffState,
    WaiverState,
)
from checker.render import Options, shapes, tally
from checker.render.identity import fingerprints, verdict_digest
from checker.render.shapes import Shape

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
        "without_waivers": report.without_waivers,
        "overruled": report.overruled,
        "origin": shapes.origin(report.origin),
        "outside": shapes.outside(report.outside),
        "review": _review(report.review) if report.review else None,
        "comparison": _comparison(report.comparison) if report.comparison else None,
        "neutral": report.neutral,
    }
    lists = {
        "results": map(_result, report.results, prints),
        "rules": map(_rule, report.rules),
        "waivers": map(_waiver, report.waivers),
        "diagnostics": ({**shapes.diagnostic(each), "age": each.age} for each in report.diagnostics),
        "inputs": map(shapes.evidence, report.inputs),
    }
    # Joined once, line by line: a report of every result is large, and each copy of it as large again.
    return "\n".join(shapes.lines(head, lists))


def _result(result: Result, fingerprint: str) -> Shape:
    waived = result.waived
    return {
        "rule": result.rule,
        "policy": result.policy,
        "subject": shapes.subject(result.subject),
        "key": result.key,
        "outcome": result.outcome,
        "severity": result.severity,
        "enforcement": result.enforcement,
        "gate": result.gate,
        "message": result.message,
        "fix": result.fix,
        "location": shapes.place(result.location),
        "reasons": [_reason(reason) for reason in result.reasons],
        "waived": {"id": waived.id, "owner": waived.owner, "reason": waived.reason, "expires": waived.expires}
        if waived
        else None,
        "evidence": list(map(shapes.evidence, result.evidence)),
        "markets": result.markets,
        "owner": result.owner,
        "age": result.age,
        "anchor": shapes.place(result.anchor),
        "edit": _edit(result.edit) if result.edit else None,
        "altered": result.altered,
        "fingerprint": fingerprint,
    }


def _edit(edit: Edit) -> Shape:
    line, column, end_line, end_column = edit.span
    place = {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
    return {**place, "text": edit.text, "whole_line": edit.whole_line}


def _reason(reason: Reason) -> Shape:
    return {
        "text": reason.text,
        "expression": reason.expression,
        "seen": [
            {"expression": seen.expression, "value": seen.value, "location": shapes.place(seen.location)}
            for seen in reason.seen
        ],
    }


def _rule(rule: RuleInfo) -> Shape:
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
        "location": shapes.place(rule.location),
    }


def _waiver(state: WaiverState) -> Shape:
    return {
        "id": state.id,
        "rule": state.rule,
        "subject": state.subject,
        "type": state.type,
        "status": state.status,
        "owner": state.owner,
        "approval": _approval(state.approval),
        "expires": state.expires,
        "days_left": state.days_left,
        "covers": state.covers,
        "message": state.message,
        "location": shapes.place(state.location),
    }


def _approval(approval: Approval) -> Shape:
    return {
        "person": approval.person,
        "name": approval.name,
        "assurance": approval.assurance,
        "at": shapes.moment(approval.at),
        "note": approval.note,
    }


def _review(review: Review) -> Shape:
    return {
        "gate": review.gate,
        "title": review.title,
        "product": review.product,
        "stage": review.stage,
        "leads_to": review.leads_to,
        "scopes": [
            {"launch": each.launch, "market": each.market, "verdict": each.verdict} for each in review.scopes
        ],
        "sign_offs": list(map(_sign_off, review.sign_offs)),
        "decisions": list(map(_decision, review.decisions)),
        "next_gate": review.next_gate,
        "opened": review.opened,
        "forecast_to": review.forecast_to or None,
        "foreseen": [
            {"on": each.on, "what": each.what, "subject": each.subject, "message": each.message}
            for each in review.foreseen
        ],
    }


def _comparison(found: Comparison) -> Shape:
    fixed, flips = found.fixed, found.flips
    flipped = fingerprints([flip.result for flip in flips])
    return {
        "base": found.base,
        "head": found.head,
        "judge": found.judge,
        "fail_on": found.fail_on,
        "fixed": [_result(*each) for each in zip(fixed, fingerprints(fixed), strict=True)],
        "stages": [
            {
                "product": each.product,
                "old_stage": each.old_stage,
                "stage": each.stage,
                "gates": each.gates,
                "back": each.back,
                "location": shapes.place(each.location),
            }
            for each in found.stages
        ],
        "judging": found.judging,
        "flips": [
            {"blocks": flip.blocks, "result": _result(flip.result, each)}
            for flip, each in zip(flips, flipped, strict=True)
        ],
        "files": [
            {"path": each.path, "old_path": each.old_path, "lines": each.lines} for each in found.files
        ],
    }


def _sign_off(state: SignOffState) -> Shape:
    return {
        "id": state.id,
        "role": state.role,
        "status": state.status,
        "launch": state.launch,
        "market": state.market,
        "advisory": state.advisory,
        "meaning": state.meaning,
        "approval": _approval(state.approval) if state.approval else None,
        "reasons": state.reasons,
        "expires": state.expires or None,
        "location": shapes.place(state.location),
    }


def _decision(state: DecisionState) -> Shape:
    return {
        "id": state.id,
        "decision": state.decision,
        "basis": state.basis,
        "launch": state.launch,
        "market": state.market,
        "approval": _approval(state.approval),
        "role": state.role,
        "reason": state.reason,
        "stands": state.stands,
        "message": state.message,
        "conditions": [
            {
                "id": each.id,
                "condition": each.condition,
                "owner": each.owner,
                "ticket": each.ticket,
                "due_on": each.due_on,
                "status": each.status,
            }
            for each in state.conditions
        ],
    }

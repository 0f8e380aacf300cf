"""For code scanning: SARIF 2.1.0, as GitHub reads it.

Only what failed or could not be decided is in it; a waived failure stays, marked as suppressed, so that
an alert is not closed and opened again. GitHub refuses a whole file for one result without a location,
keeps the first 5,000 results of a run, and refuses 10 MB: what is left out is said in a result of its own.

Held against a base, results that were there before stay in, as `unchanged`, or their alerts would be closed
and opened again. What the change mended is not in it: GitHub does not know the state `absent`, and would take
such a result for an open alert. GitHub shows an alert on a pull request where its lines are part of the
change: so a new failure elsewhere points at its anchor, and its own place is the first of the related ones.
Source of the limits: GitHub's page "SARIF support for code scanning"; of the shape: the OASIS standard.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

from checker.model import Diagnostic, Edit, Location, Report, Result, RuleInfo, Span
from checker.render import Options, tally
from checker.render.gfm import code, prose
from checker.render.identity import by_result, verdict_digest
from checker.render.mends import offering
from checker.render.placing import START, from_root, in_a_file
from checker.render.text import MESSAGE_LIMIT, clip, inert_json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS = 5_000
"""Results of a run that GitHub keeps."""
SIZE = 10_000_000
"""Bytes of a log, compressed, that GitHub takes."""
_TAGS = 20
_RELATED = 10
_LEVELS = {"mandatory": "error", "advisory": "warning", "upcoming": "note"}
_OMITTED = "gonogo.results-left-out"


def render(report: Report, options: Options) -> str:
    """One SARIF log with one run; the options make no difference."""
    del options
    fingerprint = by_result(report.results)
    found = tally.findings(report)
    most = len(found) if len(found) <= RESULTS else RESULTS - 1
    while True:
        text = _log(report, found[:most], len(found) - most, fingerprint)
        size = _size(text)
        if size <= SIZE or not most:
            return text
        most = min(most - 1, most * SIZE // size)


def _size(text: str) -> int:
    """What a log takes as GitHub counts it; the little that need not be compressed to be known is not."""
    return len(text) if len(text) <= SIZE else len(zlib.compress(text.encode()))


def _log(report: Report, shown: Sequence[Result], hidden: int, fingerprint: Callable[[Result], str]) -> str:
    """The log with these results, saying how many others there are."""
    named = {result.rule for result in shown}
    rules = [_rule(rule) for rule in report.rules if rule.id in named]
    offered = offering(report)
    results = [_result(report, result, fingerprint(result), offered) for result in shown]
    if hidden:
        rules.append(_omitted_rule())
        results.append(_omitted(report, hidden))
    if report.comparison:  # on every result, or on none: SARIF 3.27.24
        for result in results:
            result.setdefault("baselineState", "unchanged")
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    for result in results:
        if result["ruleId"] in indexes:
            result["ruleIndex"] = indexes[result["ruleId"]]
    run = {
        "tool": {
            "driver": {
                "name": "gonogo",
                "organization": "gonogo",
                "version": report.tool_version,
                "semanticVersion": report.tool_version,
                "rules": rules,
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": results,
        "properties": {
            "workspace": report.workspace,
            "as_of": report.as_of.isoformat(),
            "verdict": report.verdict,
            "neutral": report.neutral,
            "verdict_digest": verdict_digest(report),
            "counts": tally.counts(report.results),
        },
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return inert_json(log, indent=1) + "\n"


def _rule(rule: RuleInfo) -> dict[str, Any]:
    title = _sentence(rule.title) or rule.id
    help_text = _sentence(rule.fix) or title
    told = [f"**{prose(rule.title or rule.id)}**", prose(rule.description, MESSAGE_LIMIT)]
    told += [f"**Fix:** {prose(rule.fix, MESSAGE_LIMIT)}" if rule.fix else ""]
    told += [f"Controls: {', '.join(map(code, rule.controls))}" if rule.controls else ""]
    told += [f"Policy {code(rule.policy)} {prose(rule.policy_version)} of pack {code(rule.pack)}"]
    return {
        "id": rule.id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": _sentence(rule.description) or title},
        "help": {"text": help_text, "markdown": "\n\n".join(filter(None, told))},
        "properties": {
            "tags": list(filter(None, (rule.kind, rule.pack, *rule.controls)))[:_TAGS],
            "policy": f"{rule.policy} {rule.policy_version}".rstrip(),
            "severity": rule.severity,
        },
    }


def _result(
    report: Report, result: Result, fingerprint: str, offered: Callable[[Result], Edit | None]
) -> dict[str, Any]:
    text = result.message if result.outcome == "fail" else f"Undecided: {result.message}"
    parts = [text, *tally.reasons(result), f"Fix: {result.fix}" if result.fix else ""]
    related = [
        (f"{seen.expression} is {seen.value}", seen.location)
        for reason in result.reasons
        for seen in reason.seen
        if seen.location
    ]
    if result.anchor:
        related.insert(0, ("what was found stands here", result.location))
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "level": _LEVELS[result.enforcement],
        "message": {"text": " ".join(map(_sentence, filter(None, parts)))},
        "locations": [_location(report, result.anchor or result.location, result.subject.path)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        "properties": {
            "outcome": result.outcome,
            "enforcement": result.enforcement,
            "severity": result.severity,
            "subject": f"{result.subject.kind} {result.subject.id}",
            "key": result.key,
            "gate": result.gate,
        },
    }
    if result.age:
        known = "updated" if result.altered else "unchanged"
        found["baselineState"] = known if result.age == "existing" else "new"
    if related:
        found["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": _literal(clip(text, MESSAGE_LIMIT))},
                **_location(report, where),
            }
            for number, (text, where) in enumerate(related[:_RELATED], 1)
        ]
    edit, path = offered(result), from_root(report, Location(result.location.path)).path
    if edit and path:
        found["fixes"] = [_fix(result, edit, path)]
    if waived := result.waived:
        why = f"{waived.reason} (waiver {tally.waiver(waived)})"
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return found


def _fix(result: Result, edit: Edit, path: str) -> dict[str, Any]:
    """What a viewer does at a click: the edit, in the file where the result is."""
    replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
    change = {"artifactLocation": _artifact(path), "replacements": [replacement]}
    return {"description": {"text": _sentence(result.fix) or "Mend it."}, "artifactChanges": [change]}


def _omitted_rule() -> dict[str, Any]:
    text = {"text": f"A run holds at most {RESULTS:,} results, and {SIZE // 1_000_000} MB compressed."}
    return {"id": _OMITTED, "shortDescription": text, "fullDescription": text, "help": text}


def _omitted(report: Report, hidden: int) -> dict[str, Any]:
    text = f"{tally.counted(hidden, 'less pressing result is', 'less pressing results are')} not shown here."
    return {
        "ruleId": _OMITTED,
        "level": "warning",
        "message": {"text": f"{text} {tally.in_full(report)}"},
        "locations": [_location(report, Location(""))],
        "partialFingerprints": {"primaryLocationLineHash": _OMITTED},
    }


def _invocation(report: Report) -> dict[str, Any]:
    return {
        "executionSuccessful": all(fault.level != "error" for fault in report.diagnostics),
        "exitCode": report.exit_code,
        "toolConfigurationNotifications": [_notification(report, each) for each in report.diagnostics],
    }


def _notification(report: Report, fault: Diagnostic) -> dict[str, Any]:
    texts: Iterable[str] = filter(None, (fault.message, fault.hint))
    found: dict[str, Any] = {
        "descriptor": {"id": fault.code},
        "level": fault.level,
        "message": {"text": " ".join(map(_sentence, texts))},
    }
    if fault.location:
        found["locations"] = [_location(report, fault.location)]
    return found


def _location(report: Report, location: Location, otherwise: str = "") -> dict[str, Any]:
    """A physical location; a file as a whole is pointed at by its start, for viewers need a line."""
    path = in_a_file(report, Location(location.path or otherwise)).path
    place = {"artifactLocation": _artifact(path), "region": _region(location.span or START)}
    return {"physicalLocation": place}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path, errors="surrogatepass")}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _sentence(text: str) -> str:
    """`text` that ends like a sentence."""
    text = clip(text.strip(), MESSAGE_LIMIT)
    return _literal(text if not text or text[-1] in ".!?" else text + ".")


def _literal(text: str) -> str:
    """`text` without the form `[words](target)`, which message strings read as a link (SARIF 3.11.6)."""
    return text.replace("](", "] (")

"""Reading a report that somebody hands over: whether it is one, says what its results amount to, and is about
the commit that it is posted to.

Whoever can write the file can write any results into it. What is made sure of here is that the file cannot
say more than its results do, and that nothing of it is taken as it is: all that is posted is rendered anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from checker import documents, judge, recorded, shipped
from checker.kinds import validation
from checker.model import Diagnostic, Fault, Location, Report, Verdict
from checker.policy import reading
from checker.render import RENDERERS, Options, tally
from checker.render.json import SCHEMA

LIMIT = 128 * 1024 * 1024
"""Bytes of a report: a hundred thousand failures. Reading it takes eight times as much memory."""
_FEWER = "Check less at once: name paths, --kind, --severity or --rule."
_WORSE: tuple[Verdict, ...] = ("go", "conditional", "undecided", "no-go")


def read(
    path: str, read_file: Callable[[str], bytes | Fault]
) -> tuple[Report | None, tuple[Diagnostic, ...]]:
    """The report in the file of that path, or why it is none."""
    text, data, wrong = _written(path, read_file, (SCHEMA,))
    if data is None:
        return None, wrong
    try:
        found = recorded.report(data)
    except ValueError as error:
        return None, (_fault(path, "not-a-report", f"a moment in it is none: {error}"),)
    # What we wrote ourselves is the same to the byte; only what somebody laid out anew is taken apart again.
    del data
    again = RENDERERS["json"](found, Options())
    if again != text and json.loads(again) != json.loads(text):
        message = "its counts, digests or fingerprints are not those of its results"
        return None, (_fault(path, "inconsistent-report", message),)
    if message := inconsistent(found):
        return None, (_fault(path, "inconsistent-report", message),)
    return found, ()


def written(
    path: str, read_file: Callable[[str], bytes | Fault], formats: Sequence[str] = (SCHEMA,)
) -> tuple[dict[str, Any] | None, tuple[Diagnostic, ...]]:
    """What the file of that path holds, as it is written, in one of these formats; or why it is in none."""
    return _written(path, read_file, formats)[1:]


def _written(
    path: str, read_file: Callable[[str], bytes | Fault], formats: Sequence[str]
) -> tuple[str, dict[str, Any] | None, tuple[Diagnostic, ...]]:
    """The same, and its text. A report may be large: whatever else is made of it is let go of."""
    raw, limits = read_file(path), documents.Limits(size=LIMIT)
    if isinstance(raw, Fault):
        hint = _FEWER if raw.code == "too-large" else raw.hint
        return "", None, (Diagnostic(raw.code, raw.message, Location(path), hint),)
    text = _sound(raw, limits)
    # With its nulls, which the reader drops: each has its place in the format.
    data: Any = None if text is None else json.loads(text)
    named = data.get("schema") if isinstance(data, dict) else None
    format = next((each for each in formats if each == named), formats[0])
    if validation.compiled(json.loads(shipped.schema(format))).is_valid(data):
        return text or "", data, ()
    return "", None, reading.read(path, lambda _: raw, format, "json", limits)[1][:1]


def _sound(raw: bytes, limits: documents.Limits) -> str | None:
    """The text of a file that is JSON without any fault."""
    read = documents.read(raw, "json", limits)
    return None if read.faults else read.text


def _fault(path: str, code: str, message: str) -> Diagnostic:
    return Diagnostic(code, message, Location(path), "Make it anew with --output-format json=FILE.")


def inconsistent(report: Report) -> str:
    """Why a report says something else than its results amount to, as a clause; empty: it does not.

    What was missing does not show in results, so that the verdict may be worse than they are, never better.
    """
    comparison, results = report.comparison, report.results
    if report.neutral and any(tally.blocks(each, comparison) for each in results):
        return "it says that nothing had to be judged, and has results that block"
    computed = judge.verdict(results, fail_on=comparison.fail_on if comparison else "all")
    said = report.verdict
    if said != computed and (said == "no-go" or _WORSE.index(said) < _WORSE.index(computed)):
        return f"its verdict is {said}, and its results amount to {computed}"
    code = judge.exit_code(said, results, report.diagnostics)
    if report.neutral and code != judge.USAGE:
        code = judge.PASS
    if report.exit_code != code:
        return f"its exit code is {report.exit_code}, and its results amount to {code}"
    return ""

"""For the test tabs of build servers: JUnit XML, a suite per file that was checked, a case per check.

JUnit knows no warning: only what blocks is a failure, only what could not be decided an error. Failures
that do not block are skipped cases that say why, so that they stay in sight and a build stays green: those of
advisory rules, those that were waived, and those that a change did not bring.
The format has no standard; the schema of Jenkins' xUnit plugin is the closest thing to one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree

from checker.model import Diagnostic, Location, Report, Result
from checker.render import Options, tally
from checker.render.placing import START, from_root
from checker.render.text import MESSAGE_LIMIT, clip, inert, visible


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    classname: str
    location: Location | None
    state: str
    """`failure`, `error`, `skipped`, or empty for a pass."""
    message: str = ""
    body: str = ""


def render(report: Report, options: Options) -> str:
    """One `testsuites` element; the options make no difference."""
    del options
    by_file = groupby(sorted(report.results, key=_file), key=_file)
    suites = [(path, [_check(report, result) for result in results]) for path, results in by_file]
    judging = [_fault(report, fault) for fault in report.diagnostics]
    if tally.is_neutral(report):
        judging.append(_Case("checks", "gonogo", None, "skipped", f"neutral: {report.neutral}"))
    elif tally.nothing_checked(report):
        # An empty report would look like a success.
        judging.append(_Case("checks", "gonogo", None, "error", tally.summary(report)))
    if judging:
        suites.insert(0, ("policies and configuration", judging))
    root = ElementTree.Element(
        "testsuites", {"name": "gonogo", **_numbers(case for _, cases in suites for case in cases)}
    )
    del root.attrib["skipped"]  # which the schema knows for a suite, not for all of them
    for name, cases in suites:
        suite = ElementTree.SubElement(root, "testsuite", {"name": _text(name), **_numbers(cases)})
        for case in cases:
            _append(suite, case)
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    return inert(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', "&#{:d};")


def _file(result: Result) -> str:
    return result.subject.path


def _check(report: Report, result: Result) -> _Case:
    element = f" [{result.key}]" if result.key else ""
    standing = tally.standing(result)
    age = f"{tally.age(result)}, " if tally.inherited(result, report.comparison) else ""
    state, message = "skipped", f"{age}{standing}: {result.message}"
    if standing == "pass":
        state, message = "", ""
    elif tally.blocks(result, report.comparison):
        state, message = ("failure" if standing == "fail" else "error"), result.message
    elif result.waived:
        message += f" (waiver {tally.waiver(result.waived)}: {result.waived.reason})"
    lines = tally.reasons(result)
    lines += [f"{seen.expression} is {seen.value}" for reason in result.reasons for seen in reason.seen]
    lines += [f"Fix: {result.fix}"] if result.fix and standing != "pass" else []
    name = f"{result.rule}: {result.subject.kind} {result.subject.id}{element}"
    where = from_root(report, result.location)  # never the anchor, which only this change has
    return _Case(name, result.policy, where, state, message, "\n".join(lines))


def _fault(report: Report, fault: Diagnostic) -> _Case:
    state = "error" if fault.level == "error" else "skipped"
    where = from_root(report, fault.location) if fault.location else None
    return _Case(f"{fault.code}: {fault.message}", "gonogo", where, state, fault.message, fault.hint)


def _append(suite: ElementTree.Element, case: _Case) -> None:
    attributes = {"name": _text(case.name), "classname": _text(case.classname)}
    if case.location and case.location.path:
        attributes["file"] = _text(case.location.path)
        attributes["line"] = str((case.location.span or START).line)
    element = ElementTree.SubElement(suite, "testcase", attributes)
    if case.state:
        child = ElementTree.SubElement(element, case.state, {"message": _text(case.message)})
        child.text = _text(case.body, keep="\n") or None


def _numbers(cases: Iterable[_Case]) -> dict[str, str]:
    states = [case.state for case in cases]
    return {
        "tests": str(len(states)),
        "failures": str(states.count("failure")),
        "errors": str(states.count("error")),
        "skipped": str(states.count("skipped")),
    }


def _text(text: str, *, keep: str = "") -> str:
    """Without the characters that XML cannot hold in any spelling, among them most controls."""
    return visible(clip(text, MESSAGE_LIMIT), keep=keep)

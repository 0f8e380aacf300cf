"""A run of tests as text: for people, and as JUnit XML for the pages of a build."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from checker.authoring.testing import Mismatch, Run, Tested, Uncovered
from checker.model import Location

_WIDTH = 80
_XML_SPACE = "\t\n\r"


def _where(location: Location) -> str:
    return f"{location.path}:{location.span.line}:{location.span.column}" if location.span else location.path


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def terminal(run: Run) -> str:
    """A dot for each case that holds and an F for each that does not, what is wrong, and a summary."""
    parts = []
    if run.cases:
        marks = "".join("F" if tested.mismatches else "." for tested in run.cases)
        parts.append("\n".join(marks[at : at + _WIDTH] for at in range(0, len(marks), _WIDTH)))
    parts += ["\n".join(_mismatch(tested, each)) for tested in run.failed for each in tested.mismatches]
    parts += [f"{_uncovered(each)}\n  --> {_where(each.location)}" for each in run.uncovered]
    parts.append(summary(run))
    return "\n\n".join(parts) + "\n"


def summary(run: Run) -> str:
    """The counts, in one line."""
    if not run.cases:
        return "no case was run"
    policies = len({tested.case.policy.id for tested in run.cases})
    counts = [
        f"{_counted(len(run.cases), 'case')} of {policies:,} {'policy' if policies == 1 else 'policies'}"
    ]
    counts.append(f"{len(run.failed):,} failed" if run.failed else "all as expected")
    if run.uncovered:
        counts.append(f"{_counted(len(run.uncovered), 'rule')} not covered")
    return ", ".join(counts)


def _mismatch(tested: Tested, mismatch: Mismatch) -> Iterator[str]:
    yield f"{mismatch.message}"
    yield f"  --> {_where(mismatch.location)} ({tested.case.name})"
    yield from (f"   = {line}" for line in mismatch.details)


def _uncovered(uncovered: Uncovered) -> str:
    return f"{uncovered.rule}: no {' and no '.join(uncovered.missing)} case"


def junit(run: Run) -> str:
    """JUnit XML: a suite for each tests file, and one for the coverage of the rules."""
    suites = ElementTree.Element("testsuites", name="gonogo test")
    by_file: dict[str, list[Tested]] = {}
    for tested in run.cases:
        by_file.setdefault(tested.case.location.path, []).append(tested)
    for path, cases in by_file.items():
        failures = sum(bool(tested.mismatches) for tested in cases)
        suite = _suite(suites, path, len(cases), failures)
        for tested in cases:
            case = _case(suite, tested.case.policy.id, tested.case.name, tested.case.location)
            if tested.mismatches:
                text = "\n".join(line for each in tested.mismatches for line in _mismatch(tested, each))
                _failure(case, tested.mismatches[0].message, text)
    if run.uncovered:
        suite = _suite(suites, "coverage", len(run.uncovered), len(run.uncovered))
        for each in run.uncovered:
            case = _case(suite, "coverage", each.rule, each.location)
            _failure(case, _uncovered(each), f"{_uncovered(each)}\n  --> {_where(each.location)}")
    errors = [diagnostic for diagnostic in run.diagnostics if diagnostic.level == "error"]
    if errors:
        suite = _suite(suites, "diagnostics", len(errors), 0, len(errors))
        for diagnostic in errors:
            location = diagnostic.location or Location("")
            case = _case(suite, diagnostic.code, _xml(diagnostic.message), location)
            ElementTree.SubElement(case, "error", message=_xml(diagnostic.message)).text = _xml(
                f"{_where(location)}: {diagnostic.message}\n{diagnostic.hint}"
            )
    ElementTree.indent(suites)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"
    )


def _suite(
    parent: ElementTree.Element, name: str, tests: int, failures: int, errors: int = 0
) -> ElementTree.Element:
    counts = {"tests": str(tests), "failures": str(failures), "errors": str(errors), "skipped": "0"}
    return ElementTree.SubElement(parent, "testsuite", {"name": _xml(name), "time": "0", **counts})


def _case(suite: ElementTree.Element, group: str, name: str, location: Location) -> ElementTree.Element:
    line = str(location.span.line) if location.span else "1"
    return ElementTree.SubElement(
        suite,
        "testcase",
        classname=_xml(group),
        name=_xml(name),
        file=_xml(location.path),
        line=line,
        time="0",
    )


def _failure(case: ElementTree.Element, message: str, text: str) -> None:
    ElementTree.SubElement(case, "failure", message=_xml(message)).text = _xml(text)


def _xml(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot hold."""
    return "".join(
        char if char.isprintable() or char in _XML_SPACE else "\N{REPLACEMENT CHARACTER}" for char in text
    )

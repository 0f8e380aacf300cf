"""Tests of policies: the cases of a `*.tests.yaml`, evaluated by the reference backend as a check would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from checker.authoring import composition
from checker.authoring.cases import REST, Case, Expectation, load
from checker.backends import records
from checker.model import Diagnostic, Location, Outcome, Result
from checker.policy import reading
from checker.policy.library import Library
from checker.policy.policies import Policy


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a case and the rules disagree."""

    message: str
    location: Location
    details: tuple[str, ...] = ()
    """Why the rule came out as it did, a line for each reason."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A case that was run."""

    case: Case
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A rule that its tests do not hold from both sides."""

    rule: str
    missing: tuple[str, ...]
    """`passing`, `failing` or both."""
    location: Location
    """Where the rule is written."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of all tests."""

    cases: tuple[Tested, ...]
    uncovered: tuple[Uncovered, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> tuple[Tested, ...]:
        """The cases with which the rules disagree."""
        return tuple(tested for tested in self.cases if tested.mismatches)

    @property
    def exit_code(self) -> int:
        """0 all is well, 1 a case or the coverage is not, 2 a file is wrong, 3 there was nothing to test."""
        if any(diagnostic.level == "error" for diagnostic in self.diagnostics):
            return 2
        if self.failed or self.uncovered:
            return 1
        return 0 if self.cases else 3


def run(
    files: Iterable[str],
    read: reading.Read,
    library: Library,
    scope: Sequence[str],
    diagnostics: Iterable[Diagnostic] = (),
) -> Run:
    """Run the tests in `files`; `read` gives their bytes.

    `scope`: the files and folders whose policies are expected to be covered, besides those that are tested.
    `diagnostics`: what was found wrong with the policies already.
    """
    cases: list[Case] = []
    wrong = list(diagnostics)
    for path in files:
        found, at_fault = load(path, read, library)
        cases += found
        wrong += at_fault
    tested = tuple(Tested(case, tuple(mismatches(case, evaluate(case)))) for case in cases)
    if any(diagnostic.level == "error" for diagnostic in wrong):
        # What a broken file would have covered is not known, so nothing is said about coverage.
        return Run(tested, (), tuple(wrong))
    ids = {case.policy.id for case in cases}
    expected = (
        policy
        for policy in library.policies
        if policy.id in ids or any(lies_in(policy.source.path, part) for part in scope)
    )
    return Run(tested, tuple(_uncovered(expected, cases)), tuple(wrong))


def lies_in(path: str, scope: str) -> bool:
    """Whether a path is a file or folder, or lies below it; the empty one holds everything."""
    return not scope or path == scope or path.startswith(f"{scope}/")


def evaluate(case: Case) -> list[Result]:
    """What the rules make of a case."""
    return records.run(case.planned, case.olds)


_RANK: Sequence[Outcome] = ("error", "fail", "pass", "not-applicable")
"""What several results of one rule amount to: the first of these that one of them has."""


def mismatches(case: Case, results: Sequence[Result]) -> Iterator[Mismatch]:
    """Where a case and the results of its rules disagree."""
    named = {expectation.rule for expectation in case.expectations}
    rest = next((e for e in case.expectations if e.rule == REST), None)
    own = [rule.id for rule in case.policy.rules]
    by_rule: dict[str, list[Result]] = {rule: [] for rule in own}
    for result in results:
        by_rule.setdefault(result.rule, []).append(result)
    for expectation in case.expectations:
        if expectation.rule != REST:
            yield from _disagreement(case, expectation, by_rule.get(expectation.rule, []))
    whole = {expectation.rule for expectation in case.expectations if expectation.key is None}
    keys = {(expectation.rule, expectation.key) for expectation in case.expectations}
    for rule, found in by_rule.items():
        if rule in whole:
            continue
        if rest and rule in own and rule not in named:
            yield from _disagreement(case, replace(rest, rule=rule), found)
            continue
        for result in found:
            if result.is_finding and (rule, result.key) not in keys:
                yield Mismatch(
                    f"{_name(result)}: got {result.outcome}, which the case does not name",
                    case.location,
                    tuple(_reasons(result)),
                )


def _disagreement(case: Case, expected: Expectation, results: Sequence[Result]) -> Iterator[Mismatch]:
    name = expected.rule if expected.key is None else f"{expected.rule}[{expected.key}]"
    if expected.key is not None:
        keys = [result.key for result in results if result.key]
        results = [result for result in results if result.key == expected.key]
        if not results:
            elements = f"its elements are {', '.join(keys)}" if keys else "it has no elements here"
            yield Mismatch(f"{name}: there is no element {expected.key}; {elements}", expected.location)
            return
    got = next((outcome for outcome in _RANK if any(r.outcome == outcome for r in results)), None)
    if got is None:
        yield Mismatch(f"{name}: expected {expected.outcome}, got no result", expected.location)
        return
    matching = [result for result in results if result.outcome == expected.outcome]
    if got != expected.outcome:
        reasons = (line for result in results if result.outcome == got for line in _reasons(result))
        yield Mismatch(f"{name}: expected {expected.outcome}, got {got}", expected.location, tuple(reasons))
        return
    if expected.message is not None and all(result.message != expected.message for result in matching):
        found = tuple(f"got       {result.message}" for result in matching)
        yield Mismatch(
            f"{name}: another message", expected.location, (f"expected  {expected.message}", *found)
        )
    if expected.at is not None:
        span = case.subject.span(expected.at)
        if all(result.location.span != span for result in matching):
            points = tuple(f"got       {_pointed(case, result)}" for result in matching)
            stated = composition.pointer(expected.at)
            yield Mismatch(f"{name}: points elsewhere", expected.location, (f"expected  {stated}", *points))


def _pointed(case: Case, result: Result) -> str:
    """The JSON pointer of the value that a result points at."""
    document = case.subject.document
    assert document is not None, "a case always has one"
    for path in composition.paths(document.data):
        if result.location.span in (document.positions.value(path), document.positions.nearest(path)[0]):
            return composition.pointer(path)
    span = result.location.span
    return f"line {span.line}" if span else "the whole file"


def _name(result: Result) -> str:
    return f"{result.rule}[{result.key}]" if result.key else result.rule


def _reasons(result: Result) -> Iterator[str]:
    yield result.message
    for reason in result.reasons:
        if reason.text != result.message:
            yield f"why: {reason.text}"
        for seen in reason.seen:
            yield f"{seen.expression} is {seen.value}"


def _uncovered(policies: Iterable[Policy], cases: Iterable[Case]) -> Iterator[Uncovered]:
    """The rules without a passing and a failing case. Only what a case says of a rule counts for it."""
    covered: set[tuple[str, str]] = set()
    for case in cases:
        named = {expectation.rule for expectation in case.expectations}
        for expectation in case.expectations:
            if expectation.rule == REST:
                covered |= {
                    (rule.id, expectation.outcome) for rule in case.policy.rules if rule.id not in named
                }
            else:
                covered.add((expectation.rule, expectation.outcome))
    for policy in policies:
        for rule in policy.rules:
            missing = tuple(
                word
                for word, outcome in (("passing", "pass"), ("failing", "fail"))
                if (rule.id, outcome) not in covered
            )
            if missing:
                yield Uncovered(rule.id, missing, policy.source.location((*rule.at, "id")))

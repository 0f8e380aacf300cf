"""Tests of policies: the cases of a `*.tests.yaml`, evaluated by the reference backend as a check would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any

from checker import plan
from checker.authoring import composition
from checker.authoring.composition import Node, PointerError
from checker.backends import records
from checker.documents import Document
from checker.kinds import Kind
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Evidence, Fault, Location, Outcome, Path, Result, Span, SubjectRef
from checker.policy import moment, reading
from checker.policy.library import Library
from checker.policy.policies import ParamValue, Policy, pointer
from checker.policy.workspace import Workspace
from checker.snapshot import Snapshot, Subject

REST = "*"
"""Expects an outcome of every rule of the policy that the case does not name."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case says of one rule, or of one element of a rule with `each`."""

    rule: str
    """An id, or `REST`."""
    key: str | None
    outcome: Outcome
    at: Path | None
    """Where the result must point, below the subject."""
    message: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Case:
    """One situation, and what the rules must make of it."""

    name: str
    policy: Policy
    location: Location
    expectations: tuple[Expectation, ...]
    subject: Subject
    planned: plan.Plan
    olds: Mapping[tuple[str, str], dict[str, Any]] | None


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


def load(path: str, read: reading.Read, library: Library) -> tuple[list[Case], list[Diagnostic]]:
    """The cases of one file, or what is wrong with it."""
    source, wrong = reading.read(path, read, "tests")
    if source is None:
        return [], list(wrong)
    id = source.data["policy"]
    policy = next((policy for policy in library.policies if policy.id == id), None)
    if policy is None:
        near = suggestion(id, tuple(policy.id for policy in library.policies))
        hint = near or "The policy stands in the same pack as its tests."
        return [], [source.diagnostic("unknown-policy", f"no policy is called `{id}`", ("policy",), hint)]
    reader = _Reader(source, policy, library)
    cases = [case for index in range(len(source.data["cases"])) if (case := reader.case(index))]
    return cases, reader.diagnostics


class _Reader:
    """Makes the cases of one file."""

    def __init__(self, source: reading.Source, policy: Policy, library: Library) -> None:
        self.source, self.policy, self.library = source, policy, library
        self.diagnostics: list[Diagnostic] = []
        given = composition.node(source.document, ("given",))
        assert given is not None, "the schema asks for it"
        self.given = given
        self.zone = self._zone()
        self.kinds = {policy.kind.name: policy.kind}

    def case(self, index: int) -> Case | None:
        """The case of that number; None where it is wrong, which the diagnostics then say."""
        at: Path = ("cases", index)
        raw = self.source.data["cases"][index]
        before = len(self.diagnostics)
        root = self._changed(at, raw)
        expectations = tuple(self._expectations((*at, "expect"), raw["expect"]))
        as_of = self._moment((*at, "as_of") if "as_of" in raw else ("as_of",))
        given = composition.document(root, self.source.reading.source)
        if not isinstance(given.data.get("subject"), dict):
            self._wrong("no-subject", "nothing is left of the subject", at, "A case needs one, if only `{}`.")
        params = self._params(at, given)
        if len(self.diagnostics) > before or as_of is None:
            return None
        subject, others, olds = self._subjects(root, given)
        if len(self.diagnostics) > before:
            return None
        snapshot = Snapshot(
            (subject, *others),
            given.data.get("data", {}),
            frozenset(self.library.kind_names()),
            provenance=partial(_provenance, given.data.get("provenance", {})),
        )
        planned = plan.make(
            self._workspace(), snapshot, as_of, plan.Selector(params={self.policy.id: params})
        )
        planned = planned._replace(checks=tuple(check for check in planned.checks if check[0] is subject))
        return Case(
            raw["name"],
            self.policy,
            self.source.location((*at, "name")),
            expectations,
            subject,
            planned,
            olds,
        )

    def _wrong(self, code: str, message: str, at: Path, hint: str = "") -> None:
        self.diagnostics.append(self.source.diagnostic(code, message, at, hint))

    def _zone(self) -> tzinfo:
        name = self.source.data.get("timezone", "UTC")
        zone = moment.zone(name)
        if zone is None:
            hint = "Write an IANA name such as Europe/London."
            self._wrong("unknown-timezone", f"there is no time zone `{name}`", ("timezone",), hint)
        return zone or UTC

    def _moment(self, at: Path) -> datetime | None:
        text: Any = self.source.data
        for part in at:
            text = text[part]
        found = moment.parse(text, self.zone)
        if found is None:
            self._wrong(
                "date",
                f"{text} is not a moment",
                at,
                "Write YYYY-MM-DD, or a time such as 2026-06-01T12:00:00Z.",
            )
        return found

    def _changed(self, at: Path, raw: Mapping[str, Any]) -> Node:
        """What is given to every case, with what this one changes."""
        root = self.given
        for index, place in enumerate(raw.get("remove", ())):
            try:
                root = composition.take(root, place)
            except PointerError as error:
                hint = "Pointers lead into `given`: /subject/name."
                self._wrong("pointer", str(error), (*at, "remove", index), hint)
        changes = composition.node(self.source.document, (*at, "set"))
        for place, value in (changes.fields or {}).items() if changes else ():
            try:
                root = composition.put(root, place, value)
            except PointerError as error:
                hint = "Pointers lead into `given`: /subject/name."
                self._wrong("pointer", str(error), (*at, "set", place), hint)
        return root

    def _expectations(self, at: Path, raw: Mapping[str, Any]) -> Iterator[Expectation]:
        own = (rule.id for rule in self.policy.rules)
        known = (*own, *(info.id for info in plan.kind_rules(self.policy.kind)))
        for name, stated in raw.items():
            match = re.fullmatch(r"([^\[\]]+)(?:\[(.*)\])?", name, re.DOTALL)
            rule, key = match.groups() if match else (name, None)
            if rule != REST and rule not in known:
                hint = suggestion(rule, known) or f"The rules of {self.policy.id} are {', '.join(known)}."
                place = self._key((*at, name))
                message = f"policy `{self.policy.id}` has no rule `{rule}`"
                self.diagnostics.append(self.source.diagnostic("unknown-rule", message, place, hint))
                continue
            details = stated if isinstance(stated, dict) else {"outcome": stated}
            yield Expectation(
                rule,
                key,
                details["outcome"],
                pointer(details["at"]) if "at" in details else None,
                details.get("message"),
                Location(self.source.path, self._key((*at, name))),
            )

    def _key(self, at: Path) -> Span:
        return self.source.document.positions.key(at) or self.source.span(at)

    def _params(self, at: Path, given: Document) -> dict[str, ParamValue]:
        params: dict[str, ParamValue] = given.data.get("params", {})
        for name, value in params.items():
            param = self.policy.params.get(name)
            problem = (
                param.refusal(value) if param else f"policy `{self.policy.id}` has no parameter `{name}`"
            )
            if problem:
                hint = suggestion(name, tuple(self.policy.params))
                self._wrong("param-range" if param else "unknown-param", problem, at, hint)
        return params

    def _subjects(
        self, root: Node, given: Document
    ) -> tuple[Subject, list[Subject], dict[tuple[str, str], dict[str, Any]] | None]:
        """The subject, the other subjects, and how the subject was at the base revision."""
        data = given.data
        captures = {name: str(value) for name, value in data.get("path", {}).items()}
        product_id = (
            data["subject"].get("product") or data.get("product", {}).get("id") or captures.get("product")
        )
        subject = self._subject(root, ("subject",), self.policy.kind, product_id, captures=captures)
        others = []
        if "product" in data and self.policy.kind.name != "product":
            others.append(self._subject(root, ("product",), self._kind("product"), None))
        for index, other in enumerate(data.get("others", ())):
            if other["kind"] not in self.library.kind_names():
                hint = (
                    suggestion(other["kind"], self.library.kind_names())
                    or "gonogo schema --list names the kinds."
                )
                place = ("given", "others", index, "kind")
                self._wrong("unknown-kind", f"there is no kind `{other['kind']}`", place, hint)
                continue
            kind = self._kind(other["kind"])
            leave = ("kind", *(name for name in ("id", "product") if name not in kind.fields.properties))
            others.append(
                self._subject(
                    root, ("others", index), kind, other.get("product"), id=other["id"], leave=leave
                )
            )
        if "old" not in data:
            return subject, others, None
        old = self._subject(root, ("old",), self.policy.kind, None).data
        return subject, others, {(subject.ref.kind, subject.ref.id): old} if old else {}

    def _subject(
        self,
        root: Node,
        at: Path,
        kind: Kind,
        product: str | None,
        *,
        id: str | None = None,
        captures: Mapping[str, str] | None = None,
        leave: tuple[str, ...] = (),
    ) -> Subject:
        found = root
        for part in at:
            found = found.fields[str(part)] if found.fields is not None else (found.items or ())[int(part)]
        shaped = kind.shape(composition.document(found, self.source.reading.source, leave))
        data = shaped.data if isinstance(shaped.data, dict) else {}
        stated = id or data.get(kind.key)
        name = stated if isinstance(stated, str) and stated else "subject"
        ref = SubjectRef(kind.name, name, self.source.path, name if kind.name == "product" else product or "")
        evidence: tuple[Evidence, ...] = (self.source.evidence,)
        return Subject(
            ref, kind, data, captures or {}, evidence, self.source.reading, shaped, (), kind.faults(shaped)
        )

    def _kind(self, name: str) -> Kind:
        """A kind that is known to be there."""
        if name not in self.kinds:
            found = self.library.kind(name)
            assert found is not None, "it is among the names"
            self.kinds[name] = found
        return self.kinds[name]

    def _workspace(self) -> Workspace:
        """The smallest workspace that holds the policy: no gate, so every rule counts."""
        return Workspace(
            name=self.policy.pack,
            zone=self.zone,
            source=self.source,
            kinds=self.kinds,
            policies=(self.policy,),
            gates=(),
            lifecycles={},
            selections=(),
            params={},
            data={},
            inputs=(),
        )


def _provenance(
    given: Mapping[str, Mapping[str, Any]], subject: Subject, at: Path
) -> Mapping[str, Any] | Fault:
    """What a case says about who wrote the subject, as snapshot.Provenance."""
    found = next((said for field, said in given.items() if pointer(field) == at), None)
    if found is None:
        field = "".join(f"/{part}" for part in at)
        hint = 'Add it to `provenance` of what is given, where "" is the file.'
        return Fault("no-provenance", f'The case does not say who wrote "{field}".', hint=hint)
    return {"reviewers": [], **found}


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

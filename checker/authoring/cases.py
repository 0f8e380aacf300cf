"""The cases of a `*.tests.yaml`: each a subject with what surrounds it, planned as a check would plan it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any

from checker import plan
from checker.authoring import composition
from checker.authoring.composition import Node, PointerError
from checker.documents import Document
from checker.kinds import Kind
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Evidence, Fault, Location, Outcome, Path, Span, SubjectRef
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

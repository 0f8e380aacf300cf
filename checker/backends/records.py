"""The reference backend: every check evaluated on its own, one record at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from checker import cel, explain
from checker.backends.memo import Memo
from checker.documents import mending
from checker.model import Edit, Fault, Location, Outcome, Path, Reason, Result, Seen
from checker.plan import Bound, Plan, Slate
from checker.policy import language
from checker.policy.gates import RECORD
from checker.policy.policies import Mend, ParamValue, Policy, Rule, pointer
from checker.snapshot import Snapshot, Subject

if TYPE_CHECKING:
    from checker.explain.redaction import Redaction

__all__ = ["Memo", "Olds", "Progress", "context", "run", "unreadable"]

Olds = Mapping[tuple[str, str], dict[str, Any]]
"""The data of the subjects at the base revision by kind and id."""
Progress = Callable[[int, int], None]
"""Told how many subjects are done, and of how many."""


def run(
    plan: Plan,
    olds: Olds | None = None,
    progress: Progress | None = None,
    memo: Memo | None = None,
) -> list[Result]:
    """Evaluate every check of a plan, in its order.

    `olds`: the data of the subjects at the base revision by kind and id; None: there is no base, so rules
    that compare with it are not applicable. `memo`: what other plans over the same snapshot found already.
    """
    unread: list[Subject] = []
    known = context(plan.snapshot, plan.as_of, unread)
    shared = {
        "now": language.timestamp(plan.as_of),
        "data": plan.snapshot.data,
        language.CONTEXT: memo.listening(known) if memo else known,
    }
    total = len(plan.checks)
    results: list[Result] = []
    for done, (subject, slate) in enumerate(plan.checks):
        _Evaluation(plan.snapshot, subject, shared, olds, results, unread).run(slate, memo)
        if progress:
            progress(done + 1, total)
    return results


def context(snapshot: Snapshot, as_of: datetime, unread: list[Subject] | None = None) -> language.Context:
    """What the functions of the language know when they speak about a snapshot.

    `unread` is added to: the artifacts that would have to be read to give an answer, and cannot be.
    """
    missed = unread if unread is not None else []
    return language.Context(
        as_of,
        _lookup(snapshot, missed),
        _related(snapshot),
        _decision(snapshot),
        snapshot.kinds,
        _provenance(snapshot),
    )


def _lookup(snapshot: Snapshot, unread: list[Subject]) -> Callable[[str, str], dict[str, Any] | None]:
    def lookup(kind: str, id: str) -> dict[str, Any] | None:
        found = snapshot.find(kind, id)
        if found is not None and not found.sound:
            raise cel.FunctionError(_distrust(found), unreadable=True)
        for other in () if found else snapshot.unread.get(kind, ()):
            if not other.nameless:
                continue
            unread.append(other)
            raise cel.FunctionError(f"nobody can tell whether there is a {kind} `{id}`: {_distrust(other)}")
        return None if found is None else found.data

    return lookup


def _related(snapshot: Snapshot) -> Callable[[str, str], list[Any]]:
    @cache  # all subjects of a product ask the same
    def found(kind: str, product: str) -> list[Any] | Subject:
        """The data of the subjects, or the first that is not sound."""
        subjects = snapshot.related(kind, product) if product else ()
        unsound = next((other for other in subjects if not other.sound), None)
        return unsound or [other.data for other in subjects]

    def related(kind: str, product: str) -> list[Any]:
        answer = found(kind, product)
        if isinstance(answer, Subject):
            raise cel.FunctionError(_distrust(answer), unreadable=True)
        return answer

    return related


def _decision(snapshot: Snapshot) -> Callable[[str, str], dict[str, Any] | None]:
    def decision(product: str, gate: str) -> dict[str, Any] | None:
        records = [s for s in snapshot.related(RECORD, product) if s.data.get("gate") == gate]
        for record in records:
            if not record.sound:
                raise cel.FunctionError(_distrust(record), unreadable=True)
        newest = sorted(records, key=lambda record: (str(record.data.get("decided_on", "")), record.ref.id))
        return newest[-1].data if newest else None

    return decision


def _provenance(snapshot: Snapshot) -> Callable[[object, str], Mapping[str, Any] | None]:
    def provenance(data: object, field: str) -> Mapping[str, Any] | None:
        subject = snapshot.owner_of(data)
        assert subject is not None, "rules are asked of the subjects of their snapshot"
        found = snapshot.provenance(subject, pointer(field))
        if isinstance(found, Fault):
            raise cel.FunctionError(f"{found.message} {found.hint}".strip())
        return found

    return provenance


def unreadable(path: str) -> Reason:
    """Why an error may be none of the subject's: an artifact that cannot be read would have the answer."""
    return Reason(f"{path} cannot be read", "", (Seen(path, "unreadable", Location(path)),))


def _distrust(subject: Subject) -> str:
    fault = (*subject.unreadable, *subject.faults)[0]
    where = f":{fault.span.line}" if fault.span else ""
    verb = "cannot be read" if subject.unreadable else "breaks its schema"
    return f"{subject.ref.kind} `{subject.ref.id}` {verb} ({subject.ref.path}{where}: {fault.message})"


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


class _Evaluation:
    """The checks of one subject."""

    def __init__(
        self,
        snapshot: Snapshot,
        subject: Subject,
        shared: Mapping[str, Any],
        olds: Olds | None,
        results: list[Result],
        unread: list[Subject],
    ) -> None:
        """`shared`: the part of the activation that is the same for all; `results` is added to.

        `unread` as in `context`, for `shared`.
        """
        self.snapshot, self.subject, self.based = snapshot, subject, olds is not None
        self.unread = unread
        self.results = results
        ref = subject.ref
        old = olds.get((ref.kind, ref.id)) if olds else None
        self.product = product = snapshot.find("product", ref.product) if ref.product else None
        self.activation: dict[str, Any] = {
            **shared,
            "subject": subject.data,
            "old": old or {},
            "is_new": old is None,
            "path": subject.captures,
            "product": product.data if product else {},
            language.PRODUCT: ref.product,
        }
        self.whole = subject.location()
        self.applies: dict[str, tuple[Mapping[str, ParamValue], explain.Told | bool]] = {}
        """By policy: with which parameters its condition was asked last, and what it came to."""
        self.markets: tuple[str, ...] = ()
        """The market that the current element is; empty where elements are none."""
        self.nameless = False
        """Whether the current element is known by its place alone."""

    def run(self, slate: Slate, memo: Memo | None = None) -> None:
        """Add the results of all rules."""
        record = memo.record(self.subject, self.product) if memo else None
        if memo is None or record is None:
            for bound in slate:
                self._check(bound)
            return
        for bound in slate:
            if bound.rule and bound.rule.reads_old:  # what compares with a base depends on it
                self._check(bound)
                continue
            known = memo.find(record, bound)
            if known is None:
                before = len(self.results)
                self._check(bound)
                memo.keep(record, bound, self.results[before:])
            else:
                self.results += known

    def _check(self, bound: Bound) -> None:
        policy, rule = bound.policy, bound.rule
        if policy is None or rule is None:
            self._kind_rule(bound)
        elif bound.later:
            self._add(bound, "not-applicable", bound.later, self.whole)
        elif self.subject.unreadable:
            self._add_unread(bound)
        elif rule.reads_old and not self.based:
            self._add(bound, "not-applicable", "there is no base revision to compare with", self.whole)
        else:
            self.activation["params"] = bound.params
            self._rule(bound, policy, rule)

    def _add_unread(self, bound: Bound) -> None:
        self._add(bound, "error", f"not evaluated: {self.subject.ref.path} cannot be read", self.whole)

    def _kind_rule(self, bound: Bound) -> None:
        readable = bound.info.id == self.subject.kind.rules.readable
        faults = self.subject.unreadable if readable else self.subject.faults
        if not readable and self.subject.unreadable:
            self._add_unread(bound)
        elif not faults:
            self._add(bound, "pass", bound.info.title, self.whole)
        for fault in faults:
            location = Location(self.subject.ref.path, fault.span)
            self._add(bound, "fail", fault.message, location, fix=fault.hint, edit=fault.edit)

    def _rule(self, bound: Bound, policy: Policy, rule: Rule) -> None:
        applies: explain.Told | bool = True
        if policy.when is not None:
            applies = self._applies(policy.id, policy.when.program, bound.params)
        whens = rule.when.program if rule.when else None
        for_each = whens is not None and "item" in whens.variables
        if applies is True and whens is not None and not for_each:
            applies = self._holds(whens)
        if applies is False:
            self._add(bound, "not-applicable", bound.info.title, self.whole)
        elif applies is not True:
            self._tell(bound, rule, applies)
        elif rule.each is None:
            self._assert(bound, rule)
        else:
            self._each(bound, rule, rule.each.program, whens if for_each else None)

    def _applies(
        self, policy: str, when: cel.Program, params: Mapping[str, ParamValue]
    ) -> explain.Told | bool:
        """True, False, or why it cannot be said: asked once for parameters that rules of a policy share."""
        known = self.applies.get(policy)
        if known is None or known[0] is not params:
            known = self.applies[policy] = params, self._holds(when)
        return known[1]

    def _holds(self, program: cel.Program) -> explain.Told | bool:
        try:
            value = program.evaluate(self.activation)
        except cel.EvaluationError:
            value = None
        if value is True or value is False:
            return value
        return self._explained(
            lambda: explain.tell(program, self.activation, self.subject, self.snapshot, condition=True)
        )

    def _explained(self, tell: Callable[[], explain.Told]) -> explain.Told:
        """What is told; of an error also which artifact nobody could read for an answer."""
        self.unread.clear()
        told = tell()
        if told.outcome == "fail":
            return told
        paths = dict.fromkeys(each.ref.path for each in self.unread)
        return told._replace(reasons=(*told.reasons, *map(unreadable, paths)))

    def _each(self, bound: Bound, rule: Rule, each: cel.Program, when: cel.Program | None) -> None:
        try:
            items = each.evaluate(self.activation)
        except cel.EvaluationError:
            items = None
        base = explain.place(each)
        if items == [] and rule.allow_empty:
            where = self.subject.location(base or ())
            self._add(bound, "not-applicable", f"{explain.name(each)} is empty", where)
            return
        if not isinstance(items, list) or not items:
            told = self._explained(
                lambda: explain.tell_elements(each, self.activation, self.subject, self.snapshot)
            )
            self._tell(bound, rule, told)
            return
        of_markets = base is not None and base == self.subject.kind.markets != ()
        names = self._names(rule, items)
        times = Counter(names)
        for index, (item, name) in enumerate(zip(items, names, strict=True)):
            self.activation["item"] = item
            self.markets = (item,) if of_markets and isinstance(item, str) else ()
            at = (*base, index) if base is not None else ()
            key, self.nameless = name or str(index), not name or times[name] > 1
            applies = self._holds(when) if when else True
            if applies is True:
                self._assert(bound, rule, at, key)
            elif applies is False:
                self._add(bound, "not-applicable", bound.info.title, self.subject.location(at), key)
            else:
                self._tell(bound, rule, applies, at, key)
        del self.activation["item"]
        self.markets, self.nameless = (), False

    def _names(self, rule: Rule, items: Sequence[object]) -> list[str]:
        """What the rule calls each element; empty where nothing but its place tells it from others."""
        if rule.key is None:
            return [""] * len(items)
        names = []
        for self.activation["item"] in items:
            try:
                value = rule.key.program.evaluate(self.activation)
            except cel.EvaluationError:
                value = None
            names.append(str(value) if isinstance(value, str | int) else "")
        return names

    def _assert(self, bound: Bound, rule: Rule, base: Path = (), key: str = "") -> None:
        program = rule.condition.program
        try:
            holds = program.evaluate(self.activation) is True
        except cel.EvaluationError:
            holds = False
        if not holds:
            told = self._explained(
                lambda: explain.tell(program, self.activation, self.subject, self.snapshot, item=base)
            )
            self._tell(bound, rule, told, base, key)
        elif rule.pointer is None and not base:
            self._add(bound, "pass", bound.info.title, self.whole, key)
        else:
            where = self.subject.location((*base, *(rule.pointer or ())))
            self._add(bound, "pass", bound.info.title, where, key)

    def _tell(self, bound: Bound, rule: Rule, told: explain.Told, base: Path = (), key: str = "") -> None:
        """Add the result of a check that did not pass."""
        if rule.pointer is not None:
            where = self.subject.location((*base, *rule.pointer))
        elif told.at is not None:
            where = self.subject.location(told.at)
        else:
            where = self.subject.location(base) if base else self.whole
        # A message speaks of the element, so it says nothing where there is none.
        element = rule.each is None or "item" in self.activation
        message = rule.message.render(self.activation) if rule.message and element else ""
        if told.outcome == "error" or not message:
            message = told.message
        fix = told.hint
        # What the rule tells to fix is its failure, not an error.
        if rule.fix and told.outcome == "fail" and (element or "item" not in rule.fix.variables):
            fix = rule.fix.render(self.activation)
        edit = None
        if rule.mend and told.outcome == "fail" and (rule.each is None or base):
            edit = self._edit(rule, rule.mend, base)
        self._add(bound, told.outcome, message, where, key, fix, told.reasons, edit)

    def _edit(self, rule: Rule, mend: Mend, base: Path) -> Edit | None:
        """What puts the value of a mend in its place; None where that is not mechanical, or in vain."""
        subject = self.subject
        if subject.document is None or subject.reading is None:
            return None
        try:
            value = mend.value.program.evaluate(self.activation)
        except cel.EvaluationError:
            return None
        if isinstance(value, cel.Uint):
            value = int(value)
        if not isinstance(value, mending.Scalar):
            return None
        path = (*base, *mend.pointer)
        edit = mending.mend(subject.reading, subject.document, path, value)
        return edit if edit and self._would_hold(rule, base, path, value) else None

    def _would_hold(self, rule: Rule, base: Path, path: Path, value: mending.Scalar) -> bool:
        """Whether the rule is true once the field at `path` is `value`; `base` is the element's place."""
        own = self.subject.data
        data = mending.replaced(own, path, value)
        known: language.Context = self.activation[language.CONTEXT]

        def provenance(one: object, field: str) -> Mapping[str, Any] | None:
            return known.provenance(own if one is data else one, field)

        mended = {
            **self.activation,
            "subject": data,
            language.CONTEXT: known._replace(provenance=provenance),
            **({"product": data} if self.product is self.subject else {}),
            **({"item": _at(data, base)} if base else {}),
        }
        try:
            return rule.condition.program.evaluate(mended) is True
        except cel.EvaluationError:
            return False

    def _add(
        self,
        bound: Bound,
        outcome: Outcome,
        message: str,
        location: Location,
        key: str = "",
        fix: str = "",
        reasons: tuple[Reason, ...] = (),
        edit: Edit | None = None,
    ) -> None:
        info, subject = bound.info, self.subject
        failed = outcome in ("fail", "error")
        result = Result(
            info.id,
            info.policy,
            subject.ref,
            outcome,
            info.severity,
            bound.enforcement,
            message,
            location,
            subject.evidence,
            key,
            fix,
            reasons,
            None,
            bound.gate,
            subject.excerpt(location.span) if failed else None,
            bound.markets or self.markets,
        )
        if failed:
            value = explain.digest(self.activation["item"]) if self.nameless else ""
            result = self.redaction.of(result._replace(edit=edit, value=value))
        self.results.append(result)

    @cached_property
    def redaction(self) -> Redaction:
        """What is not said of the subject."""
        from checker.explain.redaction import Redaction  # noqa: PLC0415 - most subjects pass

        return Redaction(self.subject.data)

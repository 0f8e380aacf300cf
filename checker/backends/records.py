"""The reference backend: every check evaluated on its own, one record at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from checker import cel, explain
from checker.model import Location, Path, Reason, Result, Span
from checker.plan import Bound, Plan, Slate
from checker.policy import language
from checker.policy.policies import Policy, Rule
from checker.snapshot import Snapshot, Subject

Progress = Callable[[int, int], None]
"""Told how many subjects are done, and of how many."""


def run(
    plan: Plan, olds: Mapping[tuple[str, str], dict[str, Any]] | None = None, progress: Progress | None = None
) -> list[Result]:
    """Evaluate every check of a plan, in its order.

    `olds`: the data of the subjects at the base revision by kind and id; None: there is no base, so rules that
    compare with it are not applicable.
    """
    kinds = plan.snapshot.kinds
    total = len(plan.checks)
    results: list[Result] = []
    for done, (subject, slate) in enumerate(plan.checks):
        context = language.Context(
            plan.as_of, _lookup(plan.snapshot), _related(plan.snapshot, subject), _decision(plan.snapshot), kinds
        )
        results += _Evaluation(plan, subject, context, olds).results(slate)
        if progress:
            progress(done + 1, total)
    return results


def _lookup(snapshot: Snapshot) -> Callable[[str, str], dict[str, Any] | None]:
    def lookup(kind: str, id: str) -> dict[str, Any] | None:
        found = snapshot.find(kind, id)
        if found is not None and not found.sound:
            raise cel.FunctionError(_distrust(found), unreadable=True)
        return None if found is None else found.data

    return lookup


def _related(snapshot: Snapshot, subject: Subject) -> Callable[[str], list[Any]]:
    def related(kind: str) -> list[Any]:
        found = snapshot.related(kind, subject.ref.product) if subject.ref.product else ()
        for other in found:
            if not other.sound:
                raise cel.FunctionError(_distrust(other))
        return [other.data for other in found]

    return related


def _decision(snapshot: Snapshot) -> Callable[[str, str], dict[str, Any] | None]:
    def decision(product: str, gate: str) -> dict[str, Any] | None:
        records = [s for s in snapshot.related("gate-record", product) if s.data.get("gate") == gate]
        for record in records:
            if not record.sound:
                raise cel.FunctionError(_distrust(record), unreadable=True)
        return max((r.data for r in records), key=lambda data: str(data.get("date", "")), default=None)

    return decision


def _distrust(subject: Subject) -> str:
    fault = (*subject.unreadable, *subject.faults)[0]
    where = f":{fault.span.line}" if fault.span else ""
    verb = "cannot be read" if subject.unreadable else "breaks its schema"
    return f"{subject.ref.kind} `{subject.ref.id}` {verb} ({subject.ref.path}{where}: {fault.message})"


class _Evaluation:
    """The checks of one subject."""

    def __init__(
        self,
        plan: Plan,
        subject: Subject,
        context: language.Context,
        olds: Mapping[tuple[str, str], dict[str, Any]] | None,
    ) -> None:
        self.plan, self.subject, self.based = plan, subject, olds is not None
        old = olds.get((subject.ref.kind, subject.ref.id)) if olds else None
        product = plan.snapshot.find("product", subject.ref.product) if subject.ref.product else None
        self.activation: dict[str, Any] = {
            "subject": subject.data,
            "old": old or {},
            "is_new": old is None,
            "now": language.timestamp(plan.as_of),
            "data": plan.snapshot.data,
            "path": subject.captures,
            "product": product.data if product else {},
            language.CONTEXT: context,
        }
        self.whole = subject.location()
        self.applies: dict[str, explain.Told | bool] = {}

    def results(self, slate: Slate) -> Iterator[Result]:
        for bound in slate:
            if bound.policy is None or bound.rule is None:
                yield from self._kind_rule(bound)
                continue
            if bound.later:
                yield self._result(bound, "not-applicable", bound.later, self.whole)
                continue
            if self.subject.unreadable:
                yield self._result(
                    bound, "error", f"not evaluated: {self.subject.ref.path} cannot be read", self.whole
                )
                continue
            self.activation["params"] = bound.params
            yield from self._rule(bound, bound.rule, self._applies(bound.policy))

    def _kind_rule(self, bound: Bound) -> Iterator[Result]:
        readable = bound.info.id == self.subject.kind.rules.readable
        faults = self.subject.unreadable if readable else self.subject.faults
        if not readable and self.subject.unreadable:
            yield self._result(
                bound, "error", f"not evaluated: {self.subject.ref.path} cannot be read", self.whole
            )
        elif not faults:
            yield self._result(bound, "pass", bound.info.title, self.whole)
        for fault in faults:
            location = Location(self.subject.ref.path, fault.span)
            yield self._result(bound, "fail", fault.message, location, fix=fault.hint)

    def _applies(self, policy: Policy) -> explain.Told | bool:
        """True, False, or why it cannot be said."""
        if policy.when is None:
            return True
        if "params" in policy.when.program.variables:  # which a gate may set for each rule
            return self._holds(policy.when.program)
        if policy.id not in self.applies:
            self.applies[policy.id] = self._holds(policy.when.program)
        return self.applies[policy.id]

    def _holds(self, program: cel.Program) -> explain.Told | bool:
        try:
            value = program.evaluate(self.activation)
        except cel.EvaluationError:
            value = None
        if value is True or value is False:
            return value
        return explain.tell(program, self.activation, self.subject, self.plan.snapshot, condition=True)

    def _rule(self, bound: Bound, rule: Rule, applies: explain.Told | bool) -> Iterator[Result]:
        if rule.reads_old and not self.based:
            yield self._result(bound, "not-applicable", "there is no base revision to compare with", self.whole)
            return
        each_when = rule.when is not None and "item" in rule.when.program.variables
        if applies is True and rule.when is not None and not each_when:
            applies = self._holds(rule.when.program)
        if applies is False:
            yield self._result(bound, "not-applicable", bound.info.title, self.whole)
        elif applies is not True:
            yield self._told(bound, applies, (), self.whole)
        elif rule.each is None:
            yield self._assert(bound, rule, (), "")
        else:
            yield from self._each(bound, rule, each_when)

    def _each(self, bound: Bound, rule: Rule, each_when: bool) -> Iterator[Result]:
        assert rule.each is not None
        program = rule.each.program
        try:
            items = program.evaluate(self.activation)
        except cel.EvaluationError:
            items = None
        if not isinstance(items, list):
            told = explain.tell(program, self.activation, self.subject, self.plan.snapshot)
            yield self._told(bound, told, (), self.whole)
            return
        base = explain.place(program, self.activation)
        if not items:
            where = self.subject.location(base or ())
            if rule.allow_empty:
                yield self._result(bound, "not-applicable", f"{program.text} is empty", where)
            else:
                told = explain.Told("fail", (Reason(f"{program.text} is empty", program.text),), base)
                yield self._told(bound, told, base or (), where)
            return
        for index, item in enumerate(items):
            self.activation["item"] = item
            at = (*base, index) if base is not None else ()
            key = self._key(rule, index)
            applies = self._holds(rule.when.program) if rule.when and each_when else True
            if applies is True:
                yield self._assert(bound, rule, at, key)
            elif applies is False:
                yield self._result(bound, "not-applicable", bound.info.title, self.subject.location(at), key)
            else:
                yield self._told(bound, applies, at, self.subject.location(at), key)
        self.activation.pop("item", None)

    def _key(self, rule: Rule, index: int) -> str:
        if rule.key is not None:
            try:
                value = rule.key.program.evaluate(self.activation)
            except cel.EvaluationError:
                value = None
            if isinstance(value, (str, int)) and value != "":
                return str(value)
        return str(index)

    def _assert(self, bound: Bound, rule: Rule, base: Path, key: str) -> Result:
        program = rule.condition.program
        try:
            if program.evaluate(self.activation) is True:
                if rule.pointer is None and not base:
                    where = self.whole
                else:
                    where = self.subject.location((*base, *(rule.pointer or ())))
                return self._result(bound, "pass", bound.info.title, where, key)
        except cel.EvaluationError:
            pass
        told = explain.tell(program, self.activation, self.subject, self.plan.snapshot, item=base)
        return self._told(bound, told, base, self.whole, key)

    def _told(self, bound: Bound, told: explain.Told, base: Path, whole: Location, key: str = "") -> Result:
        """The result of a check that did not pass."""
        rule = bound.rule
        assert rule is not None
        if rule.pointer is not None:
            where = self.subject.location((*base, *rule.pointer))
        elif told.at is not None:
            where = self.subject.location(told.at)
        elif base:
            where = self.subject.location(base)
        else:
            where = whole
        message = (
            rule.message.render(self.activation)
            if rule.message and told.outcome == "fail"
            else "; ".join(reason.text for reason in told.reasons) or bound.info.title
        )
        fix = rule.fix.render(self.activation) if rule.fix else ""
        return self._result(bound, told.outcome, message, where, key, fix, told.reasons)

    def _result(
        self,
        bound: Bound,
        outcome: Any,
        message: str,
        location: Location,
        key: str = "",
        fix: str = "",
        reasons: Sequence[Reason] = (),
    ) -> Result:
        span: Span | None = location.span if outcome in ("fail", "error") else None
        return Result(
            bound.info.id,
            bound.info.policy,
            self.subject.ref,
            outcome,
            bound.info.severity,
            bound.enforcement,
            message,
            location,
            self.subject.evidence,
            key,
            fix,
            tuple(reasons),
            None,
            bound.gate,
            self.subject.excerpt(span),
        )

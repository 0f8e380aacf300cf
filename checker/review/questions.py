"""What a gate itself asks, as results: each of its questions is a check like any other."""

from __future__ import annotations

from typing import NamedTuple

from checker.model import Enforcement, Location, Outcome, Path, Reason, Result, RuleInfo, SubjectRef
from checker.policy.gates import Gate, Need
from checker.snapshot import Snapshot, Subject


class About(NamedTuple):
    """What a question of a gate is about."""

    product: str
    subject: Subject | None
    """The launch, or the product's record; None where nothing is there to point at."""

    def ref(self, gate: Gate) -> SubjectRef:
        """How a result names it."""
        if self.subject:
            return self.subject.ref
        return SubjectRef("product", self.product, gate.source.path, self.product)

    def location(self, gate: Gate, at: Path = ()) -> Location:
        """The subject, or the place in the gate where it is asked."""
        return self.subject.location() if self.subject else gate.source.location(at)


class Answer(NamedTuple):
    """What was found."""

    outcome: Outcome
    message: str
    fix: str = ""
    reasons: tuple[Reason, ...] = ()
    key: str = ""
    markets: tuple[str, ...] = ()
    owner: str = ""


def result(
    gate: Gate,
    about: About,
    name: str,
    title: str,
    at: Path,
    answer: Answer,
    enforcement: Enforcement = "mandatory",
) -> tuple[Result, RuleInfo]:
    """A question with its answer; `name` is its id below the gate's, `at` its place in the gate's file."""
    id, ref, where, subject = f"{gate.id}.{name}", about.ref(gate), about.location(gate, at), about.subject
    open_ = answer.outcome in ("fail", "error")
    rule = RuleInfo(
        id,
        title,
        gate.id,
        "",
        "",
        "high",
        ref.kind,
        fix=answer.fix,
        description=str(gate.source.data["title"]),
        location=gate.source.location(at),
    )
    found = Result(
        id,
        gate.id,
        ref,
        answer.outcome,
        "high",
        enforcement,
        answer.message,
        where,
        subject.evidence if subject else (gate.source.evidence,),
        answer.key,
        answer.fix if open_ else "",
        answer.reasons,
        None,
        gate.id,
        subject.excerpt(where.span) if subject and open_ else None,
        answer.markets,
        answer.owner if open_ else "",
    )
    return found, rule


def needs(
    gate: Gate, snapshot: Snapshot, product: str, enforcement: Enforcement = "mandatory"
) -> list[tuple[Result, RuleInfo]]:
    """Whether a product has the subjects that a gate needs."""
    about = About(product, snapshot.find("product", product))
    return [_need(gate, snapshot, about, need, enforcement) for need in gate.needs]


def _need(
    gate: Gate, snapshot: Snapshot, about: About, need: Need, enforcement: Enforcement
) -> tuple[Result, RuleInfo]:
    kind, count = need.kind, len(snapshot.related(need.kind, about.product))
    wanted = f"{need.least} {kind}"
    if need.most is None:
        wanted = f"at least {wanted}"
    elif need.most != need.least:
        wanted = f"{need.least} to {need.most} {kind}"
    answer = Answer("pass", f"{about.product} has {count} {kind}")
    if count < need.least:
        fix = f"Write it: gonogo new {kind}. A file that is there already must name its product."
        answer = Answer("fail", f"{about.product} has {count or 'no'} {kind}; it needs {wanted}", fix)
    elif need.most is not None and count > need.most:
        message = f"{about.product} has {count} {kind}; it may have {wanted}"
        answer = Answer("fail", message, "Keep those that count, and take the others away.")
    title = f"The product has {wanted}"
    return result(gate, about, f"needs.{kind}", title, ("needs", kind), answer, enforcement)

"""What is recorded when people decide at a gate: held against the report on the table, then composed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from datetime import date as Day
from shlex import quote
from typing import Any, NamedTuple

from checker import plan
from checker.kinds.phrases import suggestion
from checker.ledger import Entry, Ledger
from checker.model import Basis, Choice, Diagnostic, Verdict
from checker.policy import decisions, moment, reading
from checker.policy.decisions import Decision
from checker.policy.gates import Gate
from checker.policy.workspace import Workspace
from checker.review import deciding

MOST_DAYS = 7
"""How old a report may be when it is decided on: what is fresh in it goes stale without a file changing."""

WORST_FIRST: tuple[Verdict, ...] = ("no-go", "undecided", "conditional", "go")

_FIELD = re.compile(r"\s*(owner|due|ticket)\s*=\s*(.*?)\s*", re.DOTALL)
_CLOSED = ("hold", "recycle", "stop")


class Refusal(NamedTuple):
    """Why something is not recorded."""

    message: str
    """A clause without capital and full stop."""
    hint: str
    """What to do: sentences."""


class Table(NamedTuple):
    """The report that was on the table, as far as a decision rests on it."""

    path: str
    digest: str
    """Of the bytes of the file."""
    workspace: str
    as_of: datetime
    clock: str
    limits: tuple[str, ...]
    """What it was limited to; empty: nothing."""
    gate: str
    """Empty: it is the report of a check, not of a gate review."""
    product: str
    scopes: tuple[tuple[str, str, Verdict], ...]
    """Launch, market, verdict."""
    verdict: Verdict
    verdict_digest: str
    broken: bool
    """What it was judged with had errors."""
    inputs: Mapping[str, str]
    """The digest of each file that was read, by its locator; empty for one that could not be read."""

    def verdict_for(self, subject: str, markets: Sequence[str]) -> Verdict | None:
        """The worst verdict about a subject, in these markets or in all; None: the report has none."""
        found = [
            verdict
            for launch, market, verdict in self.scopes
            if subject in (launch, self.product) and (not markets or market in ("", *markets))
        ]
        if self.broken:
            found = [verdict if verdict == "no-go" else "undecided" for verdict in found]
        asked = {market for _, market, _ in self.scopes}
        if "" not in asked and not asked.issuperset(markets):
            return None
        if not found:
            return None
        everywhere = min((verdict for *_, verdict in self.scopes), key=WORST_FIRST.index)
        whole = subject == self.product and not markets
        if whole or WORST_FIRST.index(self.verdict) < WORST_FIRST.index(everywhere):
            found.append(self.verdict)  # something is missing that no scope tells of
        return min(found, key=WORST_FIRST.index)


class Asked(NamedTuple):
    """What somebody wants to record."""

    gate: str
    subject: str
    choice: Choice
    person: str
    role: str
    basis: Basis
    reason: str
    conditions: tuple[Mapping[str, str], ...]
    """In the shape of the body."""
    markets: tuple[str, ...]
    requested_by: str
    deployed_by: str
    evidence: str
    note: str


def table(path: str, read: reading.Read) -> Table | tuple[Diagnostic, ...]:
    """The report in a file, held to its schema; or what is wrong with it."""
    source, diagnostics = reading.read(path, read, "report-v1", "json")
    if source is None:
        return diagnostics
    data = source.data
    review, origin = data.get("review") or {}, data.get("origin") or {}
    as_of = moment.parse(data["as_of"], UTC)
    if as_of is None:
        message = f"{data['as_of']} is no moment with an offset from UTC"
        return (source.diagnostic("time", message, ("as_of",), "Write the report anew."),)
    return Table(
        path,
        source.reading.digest,
        data["workspace"],
        as_of,
        origin.get("clock", "now"),
        tuple(data["asked"]),
        review.get("gate", ""),
        review.get("product", ""),
        tuple((each["launch"], each["market"], each["verdict"]) for each in review.get("scopes", ())),
        data["verdict"],
        data["verdict_digest"],
        any(each["level"] == "error" for each in data["diagnostics"]),
        {each["locator"]: each["digest"] for each in data["inputs"] if each["collector"] == "files"},
    )


def condition(text: str, number: int, today: Day) -> dict[str, str] | Refusal:
    """A condition from `TEXT; owner=…; due=YYYY-MM-DD; ticket=…`, whose id is c and its number."""
    said: list[str] = []
    fields: dict[str, str] = {}
    for part in text.split(";"):
        match = _FIELD.fullmatch(part)
        if match:
            fields[match[1]] = match[2]
        else:
            said.append(part)
    words = " ".join(";".join(said).split())
    form = 'Write it as "Translate the help pages; owner=Ben Sample; due=2026-10-01; ticket=CHK-95".'
    if not words:
        return Refusal(f"the condition {text!r} does not say what must be done", form)
    for field in ("owner", "due"):
        if not fields.get(field):
            return Refusal(f"the condition {words!r} has no {field}", form)
    try:
        due = Day.fromisoformat(fields["due"])
    except ValueError:
        due = None
    if due is None or fields["due"] != due.isoformat():
        return Refusal(f"the condition {words!r} is due on {fields['due']!r}, which is no day", form)
    if due < today:
        return Refusal(f"the condition {words!r} would be overdue already", f"Name a day from {today} on.")
    found = {"id": f"c{number}", "condition": words, "owner": fields["owner"], "due_on": fields["due"]}
    return found | ({"tracker_key": fields["ticket"]} if fields.get("ticket") else {})


def refusal(
    asked: Asked, on: Table, workspace: Workspace, gate: Gate, present: Mapping[str, str], at: datetime
) -> Refusal | None:
    """Why a decision is not recorded; None: it may be.

    `present`: the digest of each input as it is now, by its locator, those that the report does not know too.
    """
    return (
        _misplaced(asked, on, workspace, at)
        or _stale(on, present)
        or _incomplete(asked)
        or _forbidden(asked, on, workspace, gate, at)
    )


def _again(asked: Asked, path: str) -> str:
    subject, file = quote(asked.subject), quote(path)
    return f"Make it anew: gonogo review {asked.gate} --subject {subject} --output-format json={file}"


def _misplaced(asked: Asked, on: Table, workspace: Workspace, at: datetime) -> Refusal | None:
    """Why a report is not one about this."""
    again = _again(asked, on.path)
    if not on.gate:
        return Refusal(f"{on.path} is the report of a check, not of a gate review", again)
    if on.workspace != workspace.name:
        return Refusal(f"{on.path} is about the workspace {on.workspace}, not {workspace.name}", again)
    if on.gate != asked.gate:
        return Refusal(f"{on.path} is about the gate {on.gate}, not {asked.gate}", again)
    about = sorted({on.product, *(launch for launch, _, _ in on.scopes if launch)})
    if asked.subject not in about:
        return Refusal(f"{on.path} is about {', '.join(about)}, not {asked.subject}", again)
    if on.verdict_for(asked.subject, asked.markets) is None:
        named = sorted({market for _, market, _ in on.scopes if market})
        where = ", ".join(named) or "no market"
        return Refusal(f"{on.path} is about {where}, not {', '.join(asked.markets)}", again)
    if on.clock != "now":
        return Refusal(
            f"the clock of {on.path} was set ({on.clock}), and nobody decides on another day", again
        )
    if on.limits:
        return Refusal(f"{on.path} is not about everything: it was limited to {', '.join(on.limits)}", again)
    day, today = on.as_of.astimezone(at.tzinfo).date(), at.date()
    if not 0 <= (today - day).days <= MOST_DAYS:
        return Refusal(f"{on.path} is of {day}, and a report is decided on within {MOST_DAYS} days", again)
    return None


def _stale(on: Table, present: Mapping[str, str]) -> Refusal | None:
    """The first of the files that the report rests on which is another now."""
    for locator in sorted({*on.inputs, *present}):
        before, now = on.inputs.get(locator), present.get(locator, "")
        if before != now:
            what = (
                "was not there" if before is None else "is not there any more" if not now else "was changed"
            )
            hint = "What was reviewed is no longer what would be decided on: review again."
            return Refusal(
                f"{on.path} is stale: {locator} {what} {'then' if before is None else 'since'}", hint
            )
    return None


def _incomplete(asked: Asked) -> Refusal | None:
    if asked.choice == "proceed-with-conditions" and not asked.conditions:
        return Refusal(
            "proceed-with-conditions names no condition", 'Add --condition "TEXT; owner=…; due=YYYY-MM-DD".'
        )
    if asked.choice != "proceed-with-conditions" and asked.conditions:
        return Refusal(f"{asked.choice} takes no conditions", "Decide proceed-with-conditions.")
    if asked.basis != "normal":
        if asked.choice in _CLOSED:
            return Refusal(f"nothing is overruled by {asked.choice}", "Leave out --basis.")
        for what, value in (("reason", asked.reason), ("role", asked.role)):
            if not value.strip():
                return Refusal(f"an {asked.basis} needs a {what}", f"Add --{what}.")
    elif asked.choice in _CLOSED and not asked.reason.strip():
        return Refusal(f"{asked.choice} needs a reason", "Add --reason: those who wait for it will read it.")
    return None


def _forbidden(asked: Asked, on: Table, workspace: Workspace, gate: Gate, at: datetime) -> Refusal | None:
    verdict = on.verdict_for(asked.subject, asked.markets)
    if asked.choice not in _CLOSED and asked.basis == "normal" and verdict not in deciding.FIT:
        hint = "Mend what blocks; or state --basis overrule (or emergency), --role and --reason."
        return Refusal(f"nobody proceeds against {verdict} without a basis", hint)
    if asked.choice not in _CLOSED and asked.basis != "normal" and verdict in deciding.FIT:
        return Refusal(f"the verdict is {verdict}: there is nothing to overrule", "Leave out --basis.")
    wrong = deciding.may_decide(gate, workspace.people, asked.role, asked.person, at.date())
    return Refusal(wrong, _who_may(gate, workspace, at.date())) if wrong else None


def _who_may(gate: Gate, workspace: Workspace, day: Day) -> str:
    if not gate.decided_by:
        return "Anyone in the register of people may decide, in a role that they hold."
    named = [
        f"{person.name} as {role}"
        for role in gate.decided_by
        for person in workspace.people.holders(role, day)
    ]
    return f"On that day these may: {', '.join(named) or 'nobody, by the register of people'}."


def body(asked: Asked, on: Table, workspace: Workspace, at: datetime) -> dict[str, Any]:
    """The body of the entry of a decision that was not refused."""
    verdict = on.verdict_for(asked.subject, asked.markets)
    found = {
        "id": f"{asked.subject}-{asked.gate}-{at:%Y%m%d-%H%M%S}{at.microsecond // 1000:03}",
        "gate": asked.gate,
        "subject": asked.subject,
        "product": on.product,
        "decision": asked.choice,
        "basis": asked.basis,
        "reason": asked.reason.strip(),
        "role": asked.role,
        "decided_by": asked.person,
        "decided_at": at.isoformat(),
        "clock": on.clock,
        "verdict": verdict,
        "verdict_digest": on.verdict_digest,
        "report_digest": on.digest,
        "markets": list(asked.markets),
        "conditions": list(asked.conditions),
        "requested_by": asked.requested_by,
        "deployed_by": asked.deployed_by,
        "evidence": asked.evidence,
        "note": asked.note,
    }
    return {name: value for name, value in found.items() if value not in ("", [])} | {
        "packs": packs(workspace)
    }


def packs(workspace: Workspace) -> list[dict[str, str]]:
    """The packs of a workspace, by which they can be told from others of the same name."""
    return [{"id": pack.id, "version": pack.version, "digest": pack.digest} for pack in workspace.packs]


def opened(workspace: Workspace, gate: str, subject: str, commit: str = "") -> dict[str, Any]:
    """The body of an entry that opens a review: the rules that there are, and what they are read from."""
    own = (info.id for kind in workspace.kinds.values() for info in plan.kind_rules(kind))
    rules = {rule.id: policy.version for policy in workspace.policies for rule in policy.rules}
    return {
        "gate": gate,
        "subject": subject,
        "commit": commit,
        "packs": packs(workspace),
        "rules": dict.fromkeys(own, "") | rules,
    }


def reported(on: Table) -> dict[str, Any]:
    """The body of an entry that tells of a report."""
    found = {"digest": on.digest, "verdict": on.verdict, "verdict_digest": on.verdict_digest}
    return found | ({"gate": on.gate, "subject": on.product} if on.gate else {})


def find(ledger: Ledger, text: str) -> Decision | Refusal:
    """The decision that a text names: the id of its entry or its beginning, or the id of the decision."""
    found = decisions.book(ledger).decisions
    wanted = text.removeprefix("sha256:")
    fitting = [
        each
        for each in found
        if text == each.id or (len(wanted) >= 4 and each.entry.removeprefix("sha256:").startswith(wanted))
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        named = ", ".join(deciding.short(each.entry) for each in fitting)
        return Refusal(f"{text} may mean several decisions: {named}", "Write more of the id.")
    near = suggestion(text, tuple(each.id for each in found))
    return Refusal(f"the ledger holds no decision {text}", near or "gonogo ledger show lists the decisions.")


def approval(
    decision: Decision, gate: Gate, workspace: Workspace, person: str, role: str, note: str, at: datetime
) -> dict[str, Any] | Refusal:
    """The body of an approval afterwards, or why there is none to give."""
    people = workspace.people
    if decision.basis == "normal" or not decision.proceeds:
        return Refusal(f"{decision.id} needs no approval afterwards", "Only an overrule or emergency does.")
    parts = {"decided": decision.person, "asked for": decision.requested_by, "deployed": decision.deployed_by}
    for part, who in parts.items():
        if people.identity(person) in people.identities(who):
            hint = "Somebody approves who neither decided nor asked nor deployed."
            return Refusal(f"{person} {part} it, and cannot approve it afterwards", hint)
    wrong = deciding.may_decide(gate, people, role, person, at.date())
    if wrong:
        return Refusal(wrong, _who_may(gate, workspace, at.date()))
    found = {
        "decision": decision.entry,
        "approved_by": person,
        "role": role,
        "approved_at": at.isoformat(),
        "note": note,
    }
    return {name: value for name, value in found.items() if value}


def met(
    decision: Decision, condition: str, on: Day, evidence: str, note: str, today: Day
) -> dict[str, Any] | Refusal:
    """The body of an entry that says that a condition was met, or why it was not."""
    known = tuple(each.id for each in decision.conditions)
    if condition not in known:
        hint = suggestion(condition, known) or f"There are {', '.join(known) or 'none'}."
        return Refusal(f"{decision.id} has no condition {condition}", hint)
    if on > today:
        return Refusal(f"{on} is yet to come", "Record it on the day on which the condition is met.")
    found = {
        "decision": decision.entry,
        "condition": condition,
        "met_on": on.isoformat(),
        "evidence": evidence,
        "note": note,
    }
    return {name: value for name, value in found.items() if value}


def told(entry: Entry, gate: Gate, signed: bool, path: str) -> Iterable[str]:
    """What follows from an entry that was just recorded, one sentence a line."""
    what = entry.body
    if not signed:
        yield (
            f"It counts once somebody vouches for it: ssh-keygen -Y sign -n gonogo -f KEY {quote(path)},"
            " or a review of it that the code host records."
        )
    if entry.type == "decision":
        if what["basis"] != "normal":
            until = entry.at.date().toordinal() + gate.approve_within_days
            yield (
                f"Somebody else approves it until {Day.fromordinal(until)}:"
                f" gonogo decide --approve {deciding.short(entry.id)} --as PERSON --role ROLE"
            )
        for each in what.get("conditions", ()):
            yield (
                f"Until {each['due_on']} {each['owner']} meets {each['id']} ({each['condition']}):"
                f" gonogo decide --meet {quote(each['id'])} --of {deciding.short(entry.id)} --evidence TEXT"
            )
    yield f"Commit {path}{' and its signature' if signed else ''}."

"""What a gate review says, in sentences and rows that every format for people shows in its own way.

Everything here is a pure function of the report. Titles, headers and labels are ours; texts in cells, `about`
and sentences may quote files, and are made harmless by whoever shows them. What is shown of an approval
(printed name, date and time with its offset, meaning) is what 21 CFR 11.50 asks of a readable record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date as Day
from typing import NamedTuple

from checker.model import (
    Approval,
    ConditionState,
    DecisionState,
    Foreseen,
    Report,
    Result,
    Review,
    SignOffState,
    WaiverState,
)
from checker.render import tally
from checker.render.grounds import moment

Cell = tuple[str, ...]
"""The lines of one cell."""


class Row(NamedTuple):
    """One line of a table: how it stands in a word or two, and what there is to say."""

    label: str
    cells: tuple[Cell, ...]
    style: str = ""
    """How pressing it is, in the words of findings: `error`, `warning`, `waived`, or nothing."""


class Table(NamedTuple):
    """Sign-offs, conditions, decisions, waivers or what is foreseen."""

    title: str
    header: tuple[str, ...]
    """Of the label and of each cell."""
    rows: tuple[Row, ...]
    summary: str
    """What the rows amount to, also where there are none."""


class Group(NamedTuple):
    """Findings that belong together."""

    title: str
    column: str
    """What `about` names: `Owner` or `Gate`; empty where there is nothing to name."""
    about: str
    heading: str
    """The title with what it is about, in words."""
    findings: tuple[tuple[Result, ...], ...]
    """As `tally.folded` gives them."""
    open: bool
    """Whether a reader must see them without asking."""


_MEANINGS = {
    "go": "nothing that counts stands in the way.",
    "conditional": "nothing blocks, but a waiver or an open condition carries it.",
    "no-go": "something that counts failed, and no waiver accepts it.",
    "undecided": "something that must be known or signed is missing.",
}
_SIGN_OFFS = {"missing": "error", "void": "error", "present": "", "not-needed": "waived"}
"""How a sign-off stands, the most pressing first, and the style of it."""
_CONDITIONS = {"overdue": "error", "open": "warning", "met": ""}
_DECISIONS = {
    "proceed": "proceed",
    "proceed-with-conditions": "proceed with conditions",
    "hold": "hold",
    "recycle": "recycle",
    "stop": "stop",
}
_BASES = {
    "normal": "",
    "overrule": "OVERRULE, against the verdict: ",
    "emergency": "EMERGENCY, against the verdict: ",
}
_WAIVER_TYPES = {"baseline": "A baseline", "switched-off": "Switches the rule off"}
_FORESEEN = {
    "fails": "A check will fail",
    "waiver-expires": "A waiver expires",
    "sign-off-expires": "A sign-off expires",
    "in-force": "A rule comes into force",
    "condition-due": "A condition falls due",
}
_REASONS = 3
_VALUES = 3


def title(review: Review) -> str:
    """The name of the gate, and its id."""
    return f"Gate review: {review.title} ({review.gate})"


def introduction(report: Report, review: Review) -> Iterator[str]:
    """What is reviewed and what the verdict means, in sentences."""
    launches = {each.launch for each in review.scopes}
    launch = f", launch {launches.pop()}" if len(launches) == 1 and launches != {""} else ""
    markets = {each.market for each in review.scopes}
    market = f", market {markets.pop()}" if len(markets) == 1 and markets != {""} else ""
    verdict = tally.verdict(report)
    yield f"{verdict} for product {review.product}{launch}{market}: {_MEANINGS[report.verdict]}"
    stage = f"The product is in stage {review.stage}" if review.stage else "The product states no stage"
    leads = f"; this gate opens stage {review.leads_to}" if review.leads_to else ""
    yield f"{stage}{leads}. Judged as of {moment(report.as_of)}."
    if review.opened:
        yield f"Review opened: {review.opened}"
    if review.next_gate:
        failing = sum(_is_upcoming(each, review.next_gate) for each in tally.findings(report))
        checks = tally.counted(failing, "check fails", "checks fail") if failing else "no check fails"
        yield f"Next comes gate {review.next_gate}; {checks} there as things stand."


def scopes(review: Review) -> list[tuple[str, str, str]]:
    """The verdict for each launch and market; empty where one verdict is all there is."""
    if len(review.scopes) < 2:
        return []
    return [
        (each.launch or "no launch", each.market or "all", tally.VERDICTS[each.verdict])
        for each in review.scopes
    ]


def blocking(report: Report) -> Iterator[Group]:
    """What blocks, a group for everyone who can mend it; what nobody is known for comes last."""
    found = [each for each in tally.findings(report) if tally.blocks(each, report.comparison)]
    for owner in sorted({each.owner for each in found}, key=lambda name: (not name, name)):
        own = tally.folded(each for each in found if each.owner == owner)
        whose = f"for {owner} to resolve" if owner else "owner not known"
        yield Group(
            "What blocks", "Owner", owner or "not known", f"What blocks, {whose}", tuple(own), open=True
        )


def others(report: Report, review: Review) -> Iterator[Group]:
    """What does not block: waived, advisory, and what later gates will ask for, the next one first."""
    found = [each for each in tally.findings(report) if not tally.blocks(each, report.comparison)]
    waived = [each for each in found if tally.standing(each) == "waived"]
    later = [each for each in found if each.enforcement == "upcoming" and each not in waived]
    advisory = [each for each in found if each.enforcement != "upcoming" and each not in waived]
    gates = {each.gate for each in later}
    for gate in sorted(gates, key=lambda gate: (gate != review.next_gate, not gate, gate)):
        own = tally.folded(each for each in later if each.gate == gate)
        name = (
            "Still needed for the next gate" if gate and gate == review.next_gate else "Announced for later"
        )
        heading = f"{name}, {gate}" if gate else name
        yield Group(name, "Gate", gate or "not bound to one", heading, tuple(own), open=False)
    for name, rest in (("Advisory", advisory), ("Waived", waived)):
        if rest:
            yield Group(name, "", "", name, tuple(tally.folded(rest)), open=False)


def _is_upcoming(result: Result, gate: str) -> bool:
    return result.enforcement == "upcoming" and result.gate == gate and not result.waived


def why(result: Result) -> list[str]:
    """Why a check did not pass, each reason with the values it saw; says how many it leaves out."""
    lines: list[str] = []
    for reason in result.reasons:
        values = [
            f"{seen.expression} is {seen.value}"
            for seen in reason.seen
            if seen.location and seen.value.strip('"') not in reason.text and not seen.value.endswith("…")
        ]
        told = reason.text if reason.text != result.message else ""
        saw = ", ".join(values[:_VALUES])
        lines += filter(None, [f"{told} ({saw})" if told and saw else told or saw])
    lines = list(dict.fromkeys(lines))
    if hidden := len(lines[_REASONS:]):
        lines[_REASONS:] = [tally.counted(hidden, "more reason")]
    return lines


def markets(result: Result) -> str:
    """The markets a result is limited to, in words; empty where it counts in all."""
    if not result.markets:
        return ""
    return f"only in market{'s' if len(result.markets) > 1 else ''} {', '.join(result.markets)}"


def tables(report: Report, review: Review) -> Iterator[Table]:
    """Sign-offs, decisions with their conditions, waivers, and the forecast if one was asked for."""
    yield _sign_offs(review)
    yield _decisions(review)
    today = report.as_of.date()
    if conditions := [(each, state) for state in review.decisions for each in state.conditions]:
        yield _conditions(conditions, today)
    yield _waivers(report.waivers)
    if review.forecast_to:
        rows = tuple(map(_foreseen, sorted(review.foreseen, key=lambda each: each.on)))
        changes = tally.counted(len(rows), "change") if rows else "nothing changes"
        summary = f"{changes} if nobody does anything"
        yield Table(f"Forecast to {review.forecast_to}", ("Day", "What happens"), rows, summary)


def _sign_offs(review: Review) -> Table:
    order = list(_SIGN_OFFS)
    found = sorted(review.sign_offs, key=lambda each: (each.advisory, order.index(each.status)))
    header = ("Status", "Role", "Who signed, and what it means", "Remarks")
    counted = ("advisory" if each.advisory else each.status for each in found)
    numbers = _numbers(counted, (*_SIGN_OFFS, "advisory"))
    return Table("Sign-offs", header, tuple(map(_sign_off, found)), numbers or "this gate asks for none")


def _sign_off(state: SignOffState) -> Row:
    role = (f"{state.role}, for {_scope(state.launch, state.market)}",)
    who = signatory(state.approval, state.meaning) if state.approval else ()
    remarks = list(map(_sentence, state.reasons))
    if state.status == "missing" and not remarks:
        remarks.append("Nobody has signed yet.")
    if state.expires:
        remarks.append(f"Counts until the end of {state.expires}.")
    if state.advisory:
        remarks.append("Advisory: does not block.")
    style = "waived" if state.advisory else _SIGN_OFFS[state.status]
    return Row(state.status.replace("-", " "), (role, who, tuple(remarks)), style)


def signatory(approval: Approval, meaning: str = "", role: str = "") -> Cell:
    """Who approved what when, and how we know; on a line of its own what vouches for it."""
    who = approval.person
    if approval.name and approval.name != approval.person:
        who = f"{approval.name} ({approval.person})"
    who += f" as {role}" if role else ""
    when = f"on {moment(approval.at)}" if approval.at else "at no stated time"
    means = f"meaning {meaning}" if meaning else ""
    said = ", ".join(filter(None, (who, when, means, approval.assurance)))
    return tuple(filter(None, (said, approval.note)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _decisions(review: Review) -> Table:
    rows = tuple(map(_decision, review.decisions))
    labels = _numbers((row.label for row in rows), ("stands", "does not stand"))
    return Table("Decisions", ("Status", "Decision", "Who", "Why"), rows, labels or "none is recorded yet")


def _decision(state: DecisionState) -> Row:
    words = f"{_BASES[state.basis]}{_DECISIONS[state.decision]}"
    what = (f"{words[0].upper()}{words[1:]}, for {_scope(state.launch, state.market)}", f"Record {state.id}")
    who = signatory(state.approval, role=state.role)
    reason = (f"Reason: {state.reason}",) if state.reason else ()
    message = (_sentence(state.message),) if state.message else ()
    style = "error" if not state.stands else "warning" if state.basis != "normal" else ""
    return Row("stands" if state.stands else "does not stand", (what, who, (*reason, *message)), style)


def _conditions(found: Iterable[tuple[ConditionState, DecisionState]], today: Day) -> Table:
    order = list(_CONDITIONS)
    sorted_ = sorted(found, key=lambda each: (order.index(each[0].status), each[0].due_on, each[0].id))
    rows = []
    for condition, decision in sorted_:
        ticket = f", ticket {condition.ticket}" if condition.ticket else ""
        due = f"Due {condition.due_on}"
        if condition.status != "met":
            due += f", {_distance(condition.due_on, today)}"
        what = (condition.condition, f"Condition {condition.id} of decision {decision.id}")
        cells = (what, (f"Owner {condition.owner}{ticket}",), (due,))
        rows.append(Row(condition.status, cells, _CONDITIONS[condition.status]))
    numbers = _numbers((row.label for row in rows), _CONDITIONS)
    return Table("Conditions", ("Status", "Condition", "Owner and ticket", "By when"), tuple(rows), numbers)


def _waivers(found: Iterable[WaiverState]) -> Table:
    """Those that do not hold first, for they need somebody; then by the days they have left.

    Waivers that hold and accept nothing of what was reviewed are only counted.
    """
    states = sorted(found, key=lambda each: (each.status == "active", each.days_left, each.id))
    shown = [each for each in states if each.status != "active" or each.covers]
    counts = {
        "in force here": sum(each.status == "active" for each in shown),
        "not in force": sum(each.status != "active" for each in shown),
        "about something else": len(states) - len(shown),
    }
    summary = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
    header = ("Time left", "Waiver", "Who answers for it", "Remarks")
    return Table("Waivers", header, tuple(map(_waiver, shown)), summary or "none")


def _waiver(state: WaiverState) -> Row:
    active = state.status == "active"
    left = f"{tally.counted(state.days_left, 'day')} left" if state.days_left else "last day"
    what = [f"{state.id}: {state.rule} on {state.subject}"]
    what += [_WAIVER_TYPES[state.type]] if state.type in _WAIVER_TYPES else []
    what += [f"Accepts {tally.counted(state.covers, 'failure')}"] if state.covers else []
    approved, *vouched = signatory(state.approval)
    who = (f"Owner {state.owner}", f"Approved by {approved}", *vouched)
    until = f"Holds until the end of {state.expires}." if active else f"Its last day: {state.expires}."
    remarks = (until,) if active or not state.message else (_sentence(state.message), until)
    label = left if active else state.status.replace("-", " ")
    return Row(label, (tuple(what), who, remarks), "" if active else "error")


def _foreseen(each: Foreseen) -> Row:
    about = f" ({each.subject})" if each.subject else ""
    return Row(each.on, ((f"{_FORESEEN[each.what]}: {each.message}{about}",),), "warning")


def _scope(launch: str, market: str) -> str:
    return f"{launch} in market {market}" if market else launch


def _numbers(labels: Iterable[str], order: Iterable[str] | Mapping[str, str]) -> str:
    """`1 missing, 2 present`, in the order given."""
    found = Counter(labels)
    return ", ".join(f"{found[each]} {each.replace('-', ' ')}" for each in order if found[each])


def _distance(day: str, today: Day) -> str:
    """`in 3 days`, `today`, `2 days ago`."""
    days = (Day.fromisoformat(day) - today).days
    if days == 0:
        return "today"
    return f"in {tally.counted(days, 'day')}" if days > 0 else f"{tally.counted(-days, 'day')} ago"

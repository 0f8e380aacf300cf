"""Sign-offs held against what a gate asks for: who has signed, who has not, and what does not count, and why.

A sign-off counts for the moment it was made: who held which role then, what was reviewed. That moment is the
host's where a host recorded it, otherwise what the sign-off states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date as Day
from datetime import datetime, timedelta
from functools import partial
from shlex import quote
from typing import Any, NamedTuple

from checker import cel
from checker.kinds import material, phrases
from checker.kinds.fields import pointer
from checker.kinds.phrases import counted
from checker.model import Approval, Location, SignOffState
from checker.policy import language
from checker.policy.gates import AUTHORS, AskedSignOff, Gate
from checker.policy.people import People
from checker.policy.signoffs import Reviewed, SignOff
from checker.snapshot import Snapshot, Subject

MOST_NAMED = 5
"""Fields or people that a sentence names; the others are counted."""

Signed = tuple[SignOff, Approval]


class Signatures:
    """Sign-offs, by what they are about: every product of a portfolio asks for its own."""

    def __init__(self, signed: Iterable[Signed] = ()) -> None:
        """`signed` in the order in which they are to be found."""
        self._found: dict[tuple[str, str], list[tuple[int, Signed]]] = {}
        for number, each in enumerate(signed):
            self._found.setdefault((each[0].gate, each[0].subject), []).append((number, each))

    def about(self, gate: str, names: Iterable[str]) -> list[Signed]:
        """Those at a gate about what has one of these names."""
        found = {number: each for name in names for number, each in self._found.get((gate, name), ())}
        return [found[number] for number in sorted(found)]


class Desk(NamedTuple):
    """What one role is asked to sign, and all that tells whether a signature counts."""

    gate: Gate
    asked: AskedSignOff
    names: Sequence[str]
    """Everything that means the launch or product: its id first, then former ones."""
    reviewed: Sequence[Subject]
    """What has to be reviewed, as it is now."""
    market: str
    """Empty: all."""
    people: People
    authors: Callable[[Subject], frozenset[str]]
    """Everyone who wrote an artifact, by any name."""
    as_of: datetime
    """Timezone-aware, in the zone in which days begin and end."""
    sign_offs: Sequence[Signed] = ()
    """Those of all roles, since some may have to be other people's; they may be about other things too."""


def judge(
    desk: Desk,
    launch: Subject | None,
    product: Subject | None,
    data: Mapping[str, Any],
    context: language.Context,
) -> tuple[SignOffState, ...]:
    """What became of one role's sign-off, for one launch or product in one market.

    `data` and `context` are what `when` may read: the reference documents, and the other subjects.

    Where enough people signed, each of their sign-offs; otherwise those that do not count too, and what is
    missing. Only of those that everything is right with is the status `present`.
    """
    asked, people = desk.asked, desk.people
    needed = _needed(desk, launch, product, data, context)
    if needed is False:
        return (_open(desk, "not-needed"),)
    own = [each for each in desk.sign_offs if concerns(desk, each[0]) and each[0].role == asked.role]
    states = [_state(desk, *each) for each in _latest(desk, own)]
    present = tuple(state for state in states if state.status == "present")
    if len(present) >= asked.quorum:
        return present
    doubt = () if needed is True else (f"Whether it is needed cannot be told: {needed}.",)
    if states and asked.quorum == 1 and not doubt:
        return tuple(states)
    signed = frozenset(people.identity(state.approval.person) for state in present if state.approval)
    return (*states, _open(desk, "missing", (*doubt, _missing(desk, signed))))


def concerns(desk: Desk, sign_off: SignOff) -> bool:
    """Whether a sign-off is about this gate and this launch or product."""
    return sign_off.gate == desk.gate.id and sign_off.subject in desk.names


def reviewed(
    asked: AskedSignOff, snapshot: Snapshot, product: str, launch: Subject | None
) -> tuple[Subject, ...]:
    """The subjects that a sign-off is to review: of the kinds asked for, and of all launches this one alone.

    Where no kinds are named, the launch itself, or else the record of the product.
    """
    if asked.of:
        return tuple(
            subject
            for kind in asked.of
            for subject in snapshot.related(kind, product)
            if not subject.kind.launch_date or (launch is not None and subject.ref.id == launch.ref.id)
        )
    found = launch or snapshot.find("product", product)
    return (found,) if found else ()


def flaws(desk: Desk, sign_off: SignOff, approval: Approval) -> tuple[str, ...]:
    """Why a sign-off for this desk does not count, one sentence each; empty: it does."""
    if sign_off.withdrawn:
        return (_withdrawn(desk, sign_off, approval),)
    return tuple(
        flaw
        for check in (_material, _person, _author, _evidence, _validity, _scope, _apart, _assurance)
        for flaw in check(desk, sign_off, approval)
    )


def last_day(desk: Desk, sign_off: SignOff, approval: Approval) -> Day | None:
    """The last day on which it counts; None: no limit."""
    ends = [sign_off.valid_until] if sign_off.valid_until else []
    if desk.asked.max_age_days is not None:
        with suppress(OverflowError):  # longer than there is a calendar
            ends.append(_day(desk, sign_off, approval) + timedelta(days=desk.asked.max_age_days))
    return min(ends, default=None)


def field_name(at: str) -> str:
    """A JSON pointer as people write a field: `scope.markets[0]`, in backticks."""
    return phrases.subject(tuple(int(part) if part.isdecimal() else part for part in pointer(at)))


def entry(sign_off: SignOff, subject: Subject) -> Reviewed | None:
    """What a sign-off says of a subject, under its id or a former one; None: it was not reviewed."""
    names = (subject.ref.id, *subject.texts("formerly"))
    return next((e for e in sign_off.reviewed if e.kind == subject.ref.kind and e.id in names), None)


def changed(entry: Reviewed, parts: Mapping[str, str]) -> tuple[str, ...]:
    """The pointers of the fields that differ from what was reviewed, as far as it tells."""
    if not entry.parts:
        return ()
    return tuple(p for p in sorted({*entry.parts, *parts}) if entry.parts.get(p) != parts.get(p))


# the reasons, each a function that yields sentences


def _material(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    again = f"{_who(desk, sign_off)} must review it and sign again"
    if not desk.reviewed:
        what = " or ".join(desk.asked.of) or "record in the register"
        yield f"There is no {what} of {desk.names[0]} that could be reviewed: write it first."
    known: list[Reviewed] = []
    for subject in desk.reviewed:
        name = _named(subject)
        found = entry(sign_off, subject)
        if subject.unreadable:
            yield f"{name} cannot be read, so nobody can tell whether it is what was reviewed: mend it."
        elif found is None:
            yield f"{name} was not reviewed: {again}."
        else:
            digest, parts = material.digests(subject.kind, subject.data)
            if digest != found.digest:
                fields = [field_name(at) for at in changed(found, parts)]
                yield f"{name} has changed since it was reviewed{_in(fields)}: {again}."
        known += [found] if found else []
    kinds = desk.asked.of or {subject.ref.kind for subject in desk.reviewed}
    for gone in sign_off.reviewed:
        if gone.kind in kinds and gone not in known and not _unreadable(desk, gone):
            yield f"{gone.kind} `{gone.id}`, which was reviewed, is gone: {again}, or restore it."


def _person(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    refusal = desk.people.refusal(sign_off.role, sign_off.person, _day(desk, sign_off, approval))
    if refusal:
        yield f"{refusal[:1].upper()}{refusal[1:]}: {_may_sign(desk)}."


def _author(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    if AUTHORS not in desk.asked.apart_from:
        return
    person = desk.people.identity(sign_off.person)
    for subject in desk.reviewed:
        wrote = frozenset(id for name in desk.authors(subject) for id in desk.people.identities(name))
        field = next((name for name, who in _fields(desk, subject) if person in who), "")
        if field or person in wrote:
            how = f"its field {field}" if field else "the history in git"
            who = _who(desk, sign_off)
            yield f"{who} is an author of {_named(subject)} ({how}): {_may_sign(desk, wrote)}."


def _evidence(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    day = _day(desk, sign_off, approval)
    for attachment in sign_off.evidence:
        if attachment.issued_on and attachment.issued_on > day:
            yield (
                f"It was signed on {day}, before its evidence {attachment.locator} was issued "
                f"on {attachment.issued_on}: {_who(desk, sign_off)} must sign again."
            )
    if _at(sign_off, approval) > desk.as_of:
        when = _at(sign_off, approval).astimezone(desk.as_of.tzinfo).isoformat(timespec="minutes")
        yield f"It is signed at {when}, which is still to come: mend the time, or wait until then."


def _validity(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    last = last_day(desk, sign_off, approval)
    if last is None or desk.as_of.date() <= last:
        return
    limit = (
        "" if last == sign_off.valid_until else f", {counted(desk.asked.max_age_days or 0, 'days')} after it"
    )
    yield f"It counted until {last}{limit}: {_who(desk, sign_off)} must sign again."


def _scope(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    if not _means(desk, sign_off):
        yield (
            f"It means {sign_off.meaning}, and the gate asks for {desk.asked.meaning}: "
            f"{_who(desk, sign_off)} must sign with --meaning {desk.asked.meaning}."
        )
    if not _covers(desk, sign_off):
        wanted = f"not for {desk.market}" if desk.market else "not for all markets"
        mend = f"for {desk.market} too" if desk.market else "without --market"
        yield (f"It is for {', '.join(sign_off.markets)}, {wanted}: {_who(desk, sign_off)} must sign {mend}.")


def _apart(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    person = desk.people.identity(sign_off.person)
    for role in desk.asked.apart_from:
        if role != AUTHORS and any(
            other.role == role
            and concerns(desk, other)
            and not other.withdrawn
            and _covers(desk, other)
            and desk.people.identity(other.person) == person
            and _at(other, by) <= desk.as_of
            for other, by in desk.sign_offs
        ):
            yield (
                f"{_who(desk, sign_off)} has signed as {role} too, and these must be two people: "
                "somebody else must sign in one of the roles."
            )


def by_hand(path: str) -> str:
    """The command that signs a file of the workspace."""
    return f"ssh-keygen -Y sign -n gonogo -f KEY {quote(path)}"


def _assurance(desk: Desk, sign_off: SignOff, approval: Approval) -> Iterator[str]:
    if approval.assurance == "asserted" and not desk.asked.advisory:
        why = approval.note.rstrip(".") or "nothing vouches for it"
        if not sign_off.at:  # a file of its own can be signed
            command = by_hand(sign_off.source.path)
            mend = f"{_who(desk, sign_off)} signs it with {command}, or lets the host record the approval"
        else:
            mend = f"let a collector sign {sign_off.source.path}"
        yield f"It is only asserted ({why}): {mend}."


def _withdrawn(desk: Desk, sign_off: SignOff, approval: Approval) -> str:
    day = _day(desk, sign_off, approval)
    who = _who(desk, sign_off)
    if sign_off.withdrawn == "dismissed":
        return f"The review by {who} was dismissed on {day}: {who} must approve again."
    return f"{who} asked for changes on {day}: make them, and let {who} approve again."


# what they stand on


def _needed(
    desk: Desk,
    launch: Subject | None,
    product: Subject | None,
    data: Mapping[str, Any],
    context: language.Context,
) -> bool | str:
    """Whether it is asked for; a text: why that cannot be told."""
    asked, market = desk.asked, desk.market
    if asked.markets and market and market not in asked.markets:
        return False
    if asked.when is None:
        return True
    activation = {
        "product": product.data if product else {},
        "launch": launch.data if launch else {},
        "market": market,
        "data": data,
        "now": language.timestamp(desk.as_of),
        language.CONTEXT: context,
        language.PRODUCT: product.ref.id if product else launch.ref.product if launch else "",
    }
    program = asked.when.program
    try:
        value = program.evaluate(activation)
    except cel.EvaluationError as error:
        value = error
    if value is True or value is False:
        return value
    reason = next(iter(program.explain(activation).reasons), None)
    if reason is None:
        return f"`{program.text}` is neither true nor false"
    seen = next((program.text[s.start : s.end] for s in reason.seen if s.absent), "")
    return f"`{seen}` is absent" if seen else reason.message.rstrip(".")


def _latest(desk: Desk, own: Iterable[Signed]) -> list[Signed]:
    """For each person the sign-off that speaks last: a later one replaces those before it.

    One that is for other markets, of another meaning or still to come replaces nothing; where a person has no
    other, it is told why it does not count.
    """
    found: dict[str, Signed] = {}

    def order(signed: Signed) -> tuple[bool, bool, datetime, bool, str]:
        sign_off, approval = signed
        at = _at(sign_off, approval)
        fits = _covers(desk, sign_off) and (_means(desk, sign_off) or sign_off.withdrawn is not None)
        return at <= desk.as_of, fits, at, sign_off.withdrawn is not None, sign_off.id

    for signed in sorted(own, key=order):
        found[desk.people.identity(signed[0].person)] = signed
    return [found[person] for person in sorted(found)]


def _state(desk: Desk, sign_off: SignOff, approval: Approval) -> SignOffState:
    reasons = flaws(desk, sign_off, approval)
    last = last_day(desk, sign_off, approval)
    return SignOffState(
        sign_off.role,
        "void" if reasons else "present",
        desk.names[0],
        desk.market,
        approval,
        reasons,
        str(last) if last else "",
        desk.asked.advisory,
        sign_off.id,
        Location(sign_off.source.path, partial(sign_off.source.span, sign_off.at)),
        sign_off.meaning,
    )


def _open(desk: Desk, status: str, reasons: tuple[str, ...] = ()) -> SignOffState:
    """Where nobody signed, or nobody needs to."""
    source = desk.gate.source
    return SignOffState(
        desk.asked.role,
        "missing" if status == "missing" else "not-needed",
        desk.names[0],
        desk.market,
        None,
        reasons,
        advisory=desk.asked.advisory,
        location=Location(source.path, partial(source.span, desk.asked.at)),
    )


def _missing(desk: Desk, signed: frozenset[str]) -> str:
    """Who is missing besides those who have signed, by identity."""
    quorum = desk.asked.quorum
    head = "Nobody has signed" if not signed else f"{len(signed)} of {quorum} people have signed"
    if not signed and quorum > 1:
        head = f"None of {quorum} people has signed"
    return f"{head}: {_may_sign(desk, signed)}."


def _may_sign(desk: Desk, without: frozenset[str] = frozenset()) -> str:
    """Who may sign today; a clause. `without`: who has signed, or is an author by the history in git."""
    role, people = desk.asked.role, desk.people
    if AUTHORS in desk.asked.apart_from:
        without = without.union(*(who for subject in desk.reviewed for _, who in _fields(desk, subject)))
    holders = people.holders(role, desk.as_of.date())
    names = [person.name for person in holders if person.id not in without]
    if not names:
        return f"add somebody else to the role {role} in the register of people, who then signs"
    more = len(names) - MOST_NAMED
    shown = names[:MOST_NAMED] + ([counted(more, "others")] if more > 0 else [])
    subject = quote(desk.names[0])  # what somebody copies into a shell must not be a command of its author's
    command = f"gonogo sign-off {desk.gate.id} --subject {subject} --role {role} --as NAME"
    return f"{phrases.alternatives(shown)} may sign with {command}"


def _fields(desk: Desk, subject: Subject) -> Iterator[tuple[str, frozenset[str]]]:
    """The fields of an artifact that tell who wrote it, and the people whom they name."""
    for path in subject.kind.authors:
        named = frozenset(id for text in _texts(subject.value(path)) for id in desk.people.identities(text))
        yield ".".join(map(str, path)), named


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below)


def _at(sign_off: SignOff, approval: Approval) -> datetime:
    return approval.at or sign_off.signed_at


def _day(desk: Desk, sign_off: SignOff, approval: Approval) -> Day:
    return _at(sign_off, approval).astimezone(desk.as_of.tzinfo).date()


def _covers(desk: Desk, sign_off: SignOff) -> bool:
    return not sign_off.markets or desk.market in sign_off.markets


def _means(desk: Desk, sign_off: SignOff) -> bool:
    return desk.asked.meaning in (None, sign_off.meaning)


def _who(desk: Desk, sign_off: SignOff) -> str:
    person = desk.people.find(sign_off.person)
    return person.name if person else sign_off.person


def _unreadable(desk: Desk, gone: Reviewed) -> bool:
    """Whether an artifact of that kind cannot be read: it may well be what seems to be gone."""
    return any(subject.unreadable and subject.ref.kind == gone.kind for subject in desk.reviewed)


def _named(subject: Subject) -> str:
    return f"{subject.ref.kind} `{subject.ref.id}`"


def _in(fields: Sequence[str]) -> str:
    more = len(fields) - MOST_NAMED
    shown = ", ".join(fields[:MOST_NAMED]) + (f" and {counted(more, 'others')}" if more > 0 else "")
    return f" in {shown}" if fields else ""

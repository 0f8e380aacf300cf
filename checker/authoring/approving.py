"""What `gonogo sign-off` writes: who signs what, bound to the digests of what lies there now.

What is written was read again and judged before, by the code that will judge it from then on: a sign-off that
would be void is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date as Day
from datetime import datetime
from typing import Any, NamedTuple

from checker.authoring.waiver import written
from checker.kinds import material, phrases
from checker.kinds.phrases import suggestion
from checker.model import Approval, Diagnostic
from checker.policy import reading
from checker.policy.gates import AskedSignOff, Gate
from checker.policy.signoffs import Attachment, Meaning, SignOff, sign_off
from checker.policy.workspace import Workspace
from checker.review import assembly, signing
from checker.review.assembly import Passage
from checker.snapshot import Snapshot, Subject

SUFFIX = ".signoff.yaml"
LONGEST = 240
"""Characters of a value that is shown."""
MOST_LINES = 12
"""Lines of one field that are shown before and after."""

Before = Callable[[SignOff, Subject], Mapping[str, Any] | None]
"""The data of a subject as it was when it was signed; None: nobody kept it."""


class Terms(NamedTuple):
    """What somebody signs, besides the artifacts."""

    role: str
    person: str
    """Any name that means them."""
    signed_at: datetime
    """Timezone-aware."""
    meaning: Meaning | None = None
    """None: what the gate asks for, or an approval."""
    markets: tuple[str, ...] = ()
    """Empty: all."""
    valid_until: Day | None = None
    evidence: tuple[Attachment, ...] = ()
    note: str = ""


class Occasion(NamedTuple):
    """What somebody signs at: a passage through a gate, and all that is known there."""

    workspace: Workspace
    snapshot: Snapshot
    gate: Gate
    passage: Passage
    authors: Callable[[Subject], frozenset[str]]
    """The names of everyone who wrote a subject."""
    as_of: datetime

    def reviewed(self, asked: AskedSignOff) -> tuple[Subject, ...]:
        """What the gate wants reviewed."""
        return signing.reviewed(asked, self.snapshot, self.passage.product, self.passage.launch)


class Draft(NamedTuple):
    """A sign-off that would count."""

    sign_off: SignOff
    text: str
    """Of the file."""
    reviewed: tuple[Subject, ...]
    previous: SignOff | None
    """What the person signed here the last time."""


def passage(snapshot: Snapshot, gate: Gate, id: str) -> Passage | Diagnostic:
    """The launch, or product without one, that an id means at a gate."""
    found = assembly.find(snapshot, id)
    if found is None:
        launches = (subject.ref.id for subject in snapshot.subjects if subject.kind.launch_date)
        known = tuple(dict.fromkeys((*assembly.products(snapshot), *launches)))
        hint = suggestion(id, known) or "gonogo review --all lists the products."
        return Diagnostic("unknown-subject", f"no product or launch has the id `{id}`", hint=hint)
    passages = assembly.passages(snapshot, gate, *found)
    if len(passages) > 1:
        ids = ", ".join(each.id for each in passages)
        message = f"{id} has several launches at the gate {gate.id}, and each is signed by itself"
        return Diagnostic("several-launches", message, hint=f"State one of them as --subject: {ids}.")
    return passages[0]


def compose(at: Occasion, terms: Terms) -> Draft | tuple[Diagnostic, ...]:
    """A sign-off that counts as soon as something vouches for it, or everything that is wrong with it."""
    workspace, gate = at.workspace, at.gate
    asked = [each for each in gate.sign_offs if each.role == terms.role]
    wrong = tuple(_unasked(gate, asked, at.passage, terms))
    if wrong:
        return wrong
    reviewed = {subject.ref[:2]: subject for each in asked for subject in at.reviewed(each)}
    source, faults = _read(_data(at, asked, terms, tuple(reviewed.values())))
    signed = None
    if source is not None:
        signed, faults = sign_off(source)
    if signed is None:
        return faults
    twin = next((each for each in workspace.sign_offs if _same(each, signed)), None)
    if twin:
        message = f"this is signed already, in {twin.source.path}"
        hint = f"It stays as it is; a key may still sign it: {signing.by_hand(twin.source.path)}"
        return (Diagnostic("duplicate-signoff", message, hint=hint),)
    register = [*workspace.sign_offs, *_recorded(workspace)]
    flaws = _flaws(at, asked, signed, register)
    if flaws:
        return tuple(map(_refused, flaws))
    previous = [
        each
        for each in register
        if (each.gate, each.role) == (gate.id, terms.role)
        and each.subject in at.passage.names
        and workspace.people.identity(each.person) == workspace.people.identity(terms.person)
    ]
    last = max(previous, key=lambda each: each.signed_at, default=None)
    return Draft(signed, source.reading.text if source else "", tuple(reviewed.values()), last)


def told(draft: Draft, before: Before) -> Iterator[str]:
    """What a person should read before signing, a line each: after a first time only what has changed."""
    previous = draft.previous
    if previous is not None:
        yield f"Since the sign-off of {previous.signed_at.date()} ({previous.source.path}):"
    for subject in draft.reviewed:
        name = f"  {subject.ref.kind} `{subject.ref.id}` ({subject.ref.path})"
        values = material.values(subject.kind, subject.data)
        entry = signing.entry(previous, subject) if previous else None
        digest, parts = material.digests(subject.kind, subject.data)
        if previous is not None and entry is not None and entry.digest == digest:
            yield f"{name}: nothing has changed"
        elif previous is not None and entry is not None:
            yield f"{name}: has changed"
            was = before(previous, subject)
            old = None if was is None else material.values(subject.kind, was)
            for at in signing.changed(entry, parts) or sorted({*values, *(old or {})}):
                if old is None:
                    yield f"    {signing.field_name(at)}, of which git does not have what was reviewed"
                elif old.get(at) != values.get(at):
                    yield f"    {signing.field_name(at)}"
                    yield from _difference(old.get(at), values.get(at))
        else:
            what = ", ".join(map(signing.field_name, values)) or "nothing that is material"
            yield f"{name}{'' if previous is None else ', new'}: {what}"
    for gone in previous.reviewed if previous else ():
        if all(signing.entry(previous, subject) != gone for subject in draft.reviewed if previous):
            yield f"  {gone.kind} `{gone.id}`: no longer there, or no longer asked for"


# what it consists of


def _unasked(
    gate: Gate, asked: Sequence[AskedSignOff], passage: Passage, terms: Terms
) -> Iterator[Diagnostic]:
    """What nobody asks for."""
    if not asked:
        roles = tuple(each.role for each in gate.sign_offs)
        hint = suggestion(terms.role, roles) or f"It asks for {phrases.alternatives(roles)}." if roles else ""
        yield Diagnostic(
            "unknown-role", f"the gate {gate.id} asks for no sign-off by `{terms.role}`", hint=hint
        )
        return
    for market in terms.markets:
        if passage.markets and market not in passage.markets:
            hint = suggestion(market, passage.markets) or f"It goes to {', '.join(passage.markets)}."
            yield Diagnostic("unknown-market", f"{passage.id} does not go to `{market}`", hint=hint)


def _data(
    at: Occasion, asked: Sequence[AskedSignOff], terms: Terms, reviewed: Iterable[Subject]
) -> dict[str, Any]:
    """The fields of the file, in its order; those that are empty are left out."""
    workspace, gate, passage = at.workspace, at.gate, at.passage
    person = workspace.people.find(terms.person)
    by = person.id if person else terms.person
    day = terms.signed_at.astimezone(workspace.zone).date()
    id = "-".join(map(plain, (passage.id, gate.id, terms.role, by, str(day))))
    taken = {each.id for each in workspace.sign_offs}
    numbered = (id, *(f"{id}-{number}" for number in range(2, len(taken) + 2)))
    data = {
        "signoff": next(each for each in numbered if each not in taken),
        "gate": gate.id,
        "subject": passage.id,
        "role": terms.role,
        "person": by,
        "meaning": terms.meaning or next((each.meaning for each in asked if each.meaning), "approval"),
        "signed_at": terms.signed_at.isoformat(timespec="seconds"),
        "markets": list(terms.markets),
        "valid_until": str(terms.valid_until or ""),
        "evidence": [
            {name: text for name, text in (("locator", each.locator), ("digest", each.digest)) if text}
            for each in terms.evidence
        ],
        "reviewed": [_reviewed(subject) for subject in reviewed],
        "note": terms.note,
    }
    return {name: value for name, value in data.items() if value or name == "reviewed"}


def _reviewed(subject: Subject) -> dict[str, Any]:
    digest, parts = material.digests(subject.kind, subject.data)
    entry = {"kind": subject.ref.kind, "id": subject.ref.id, "digest": digest, "parts": parts}
    return {name: value for name, value in entry.items() if value}


def _read(data: Mapping[str, Any]) -> tuple[reading.Source | None, tuple[Diagnostic, ...]]:
    """The file as it will be read; or what would be wrong with it."""
    if not data["reviewed"]:
        message = f"there is nothing of {data['subject']} that could be reviewed"
        return None, (Diagnostic("nothing-reviewed", message, hint="Write what the gate asks for first."),)
    raw = written(data).encode()
    source, faults = reading.read(f"{data['signoff']}{SUFFIX}", lambda _: raw, "signoff")
    return source, faults


def _flaws(
    at: Occasion, asked: Iterable[AskedSignOff], signed: SignOff, register: Iterable[SignOff]
) -> tuple[str, ...]:
    """Why it would be void wherever it is meant to count, each reason once."""
    people, names = at.workspace.people, at.passage.names
    others = [(each, Approval(each.person, "asserted", each.signed_at)) for each in register]
    found: dict[str, None] = {}
    for each in asked:
        reviewed = at.reviewed(each)
        for market in signed.markets or at.passage.markets or ("",):
            if each.markets and market and market not in each.markets:
                continue
            desk = signing.Desk(at.gate, each, names, reviewed, market, people, at.authors, at.as_of, others)
            vouched = Approval(signed.person, "signed", signed.signed_at)  # which is still to come
            found.update(dict.fromkeys(signing.flaws(desk, signed, vouched)))
    return tuple(found)


def _same(one: SignOff, other: SignOff) -> bool:
    """Whether two sign-offs of a day say the same."""
    alike = one._replace(id=other.id, signed_at=other.signed_at, source=other.source) == other
    return alike and one.signed_at.date() == other.signed_at.date()


def _refused(flaw: str) -> Diagnostic:
    """A reason, `WHAT: DO.`, in its two parts."""
    what, _, do = flaw.partition(": ")
    return Diagnostic("sign-off", what, hint=do[:1].upper() + do[1:])


def _recorded(workspace: Workspace) -> Iterator[SignOff]:
    for file in workspace.recorded:
        yield from (review.sign_off for review in file.reviews if review.sign_off)


def plain(text: str) -> str:
    """A text as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.") or "x"


# what is shown


def _difference(old: Any, new: Any) -> Iterator[str]:
    before, after = _lines(old), _lines(new)
    for sign, lines, others in (("-", before, after), ("+", after, before)):
        only = [line for line in lines if line not in others]
        yield from (f"      {sign} {line}" for line in only[:MOST_LINES])
        if len(only) > MOST_LINES:
            yield f"      {sign} and {phrases.counted(len(only) - MOST_LINES, 'lines')} more"
    if set(before) == set(after):
        yield "      its order, or how often something stands there"


def _lines(value: Any) -> list[str]:
    """A value in lines that can be compared one by one."""
    if value is None:
        return []
    if isinstance(value, list):
        return [phrases.shown(item, LONGEST) for item in value]
    if isinstance(value, dict):
        return [f"{name}: {phrases.shown(below, LONGEST)}" for name, below in value.items()]
    return [phrases.shown(value, LONGEST)]

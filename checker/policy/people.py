"""The register of people: who is who, and who held which role when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date as Day
from typing import NamedTuple

from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Path
from checker.policy.reading import Source, day


class Person(NamedTuple):
    """Somebody, under every name that means them."""

    id: str
    name: str
    aliases: tuple[str, ...]


class Tenure(NamedTuple):
    """Days on which somebody held a role; both ends are part of it."""

    person: str
    """The id of a person."""
    since: Day | None
    until: Day | None
    by: str = ""
    """The id of the member in whose place a delegate stands; empty for a member."""

    def holds(self, day: Day) -> bool:
        """Whether `day` is one of them."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Role(NamedTuple):
    """A role that gates ask for."""

    id: str
    title: str
    tenures: tuple[Tenure, ...]
    """Members first, then delegates."""


class People(NamedTuple):
    """Everyone who is known, and the roles."""

    persons: Mapping[str, Person]
    """By id."""
    roles: Mapping[str, Role]
    collectors: frozenset[str]
    """Names of the keys that vouch for recorded reviews."""
    names: Mapping[str, str]
    """Every name, as `plain` gives it, to the id of its person."""

    def find(self, name: str) -> Person | None:
        """The person that a name means; None: nobody in the register."""
        id = self.names.get(plain(name))
        return None if id is None else self.persons[id]

    def identity(self, name: str) -> str:
        """One text for everything that means the same person: an id, or the plain name of a stranger."""
        return self.names.get(plain(name)) or plain(name)

    def identities(self, text: str) -> frozenset[str]:
        """Everyone whom a text names: `Ada Example <ada@example.org>, @ben` names two, by three names."""
        parts = (text, *(part for whole in _BETWEEN.split(text) for part in (whole, *_ADDRESS.split(whole))))
        return frozenset(filter(None, map(self.identity, parts)))

    def holders(self, role: str, day: Day) -> tuple[Person, ...]:
        """Who may act in a role on a day, members first; empty for a role that nobody knows."""
        known = self.roles.get(role)
        held = (t.person for t in known.tenures if self._counts(known, t, day)) if known else ()
        return tuple(self.persons[id] for id in dict.fromkeys(held))

    def refusal(self, role: str, name: str, day: Day) -> str:
        """Why a person may not act in a role on a day; empty when they may. One clause for people."""
        known = self.roles.get(role)
        if known is None:
            return f"nobody holds the role {role}: the register of people does not know it"
        person = self.find(name)
        if person is None:
            return f"{name} is not in the register of people"
        tenures = [tenure for tenure in known.tenures if tenure.person == person.id]
        if not tenures:
            return f"{person.name} is not in the role {role}"
        if any(self._counts(known, tenure, day) for tenure in tenures):
            return ""
        return f"{person.name} was not in the role {role} on {day}"

    def _counts(self, role: Role, tenure: Tenure, day: Day) -> bool:
        """A delegate stands in for a member only while that member holds the role."""
        stands = not tenure.by or any(
            t.person == tenure.by and not t.by and t.holds(day) for t in role.tenures
        )
        return stands and tenure.holds(day)


NOBODY = People({}, {}, frozenset(), {})
"""The register of a workspace that names none."""


_BETWEEN = re.compile(r"[,;&]|\band\b")
"""What stands between the names of several people."""
_ADDRESS = re.compile(r"[<>]")


def plain(name: str) -> str:
    """A name as it is compared: without `@` before a handle, without regard to case, spacing and how
    its accents are composed."""
    composed = unicodedata.normalize("NFC", name)
    return unicodedata.normalize("NFC", " ".join(composed.split()).lstrip("@ ").casefold())


def people(source: Source, below: People = NOBODY) -> tuple[People | None, tuple[Diagnostic, ...]]:
    """The register from a document that its schema found sound; any fault gives none.

    `below`: the people and roles of the floor. Others may be added to them; what is there stays as it is.
    """
    data = source.data
    diagnostics: list[Diagnostic] = []
    persons: dict[str, Person] = dict(below.persons)
    names: dict[str, str] = dict(below.names)
    for index, raw in enumerate(data["people"]):
        person = Person(raw["id"], raw["name"], tuple(raw.get("aliases", ())))
        for name in (person.id, person.name, *person.aliases):
            other = names.setdefault(plain(name), person.id)
            if other != person.id:
                diagnostics.append(
                    source.diagnostic(
                        "duplicate-person",
                        f"`{name}` already means {persons[other].name}",
                        ("people", index),
                        "A name means one person: give one of them another.",
                    )
                )
        if person.id in persons:
            message = f"person `{person.id}` {_taken(person.id in below.persons)}"
            diagnostics.append(source.diagnostic("duplicate-person", message, ("people", index, "id")))
        persons[person.id] = person
    roles: dict[str, Role] = dict(below.roles)
    for index, raw in enumerate(data.get("roles", ())):
        at = ("roles", index)
        tenures = tuple(_tenures(source, at, raw, persons, diagnostics))
        if raw["id"] in roles:
            message = f"role `{raw['id']}` {_taken(raw['id'] in below.roles)}"
            diagnostics.append(source.diagnostic("duplicate-role", message, (*at, "id")))
        roles[raw["id"]] = Role(raw["id"], raw.get("title", raw["id"]), tenures)
    if below is not NOBODY and data.get("collectors"):
        message = "who may vouch for recorded reviews is said by the floor"
        hint = "Remove `collectors`, or add the key there."
        diagnostics.append(source.diagnostic("below-floor", message, ("collectors",), hint))
    if diagnostics:
        return None, tuple(diagnostics)
    collectors = below.collectors | frozenset(data.get("collectors", ()))
    return People(persons, roles, collectors, names), ()


def _taken(of_floor: bool) -> str:
    return "is one of the floor, which says who that is" if of_floor else "stands here for the second time"


def _tenures(
    source: Source,
    at: Path,
    role: Mapping[str, list[Mapping[str, str]]],
    persons: Mapping[str, Person],
    diagnostics: list[Diagnostic],
) -> Iterable[Tenure]:
    for field, who in (("members", "person"), ("delegations", "to")):
        for index, raw in enumerate(role.get(field, ())):
            place = (*at, field, index)
            for name in filter(None, (who, "by" if "by" in raw else "")):
                if raw[name] not in persons:
                    hint = suggestion(raw[name], tuple(persons)) or "Add them to `people`."
                    message = f"no person has the id `{raw[name]}`"
                    diagnostics.append(source.diagnostic("unknown-person", message, (*place, name), hint))
            since, until = (
                day(source, (*place, end), raw.get(end), diagnostics) for end in ("since", "until")
            )
            if since and until and until < since:
                message = f"the last day {until} is before the first day {since}"
                diagnostics.append(source.diagnostic("interval", message, (*place, "until")))
            yield Tenure(raw[who], since, until, raw.get("by", ""))

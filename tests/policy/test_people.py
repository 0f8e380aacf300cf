"""The register of people: names, roles, the days on which somebody held one, and what is refused."""

from __future__ import annotations

import json
from datetime import date as Day
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.policy import people as register
from checker.policy import reading
from checker.policy.people import People

DATA: dict[str, Any] = {
    "people": [
        {"id": "ada", "name": "Ada Example", "aliases": ["ada@example.org", "@adaex"]},
        {"id": "ben", "name": "Ben Sample"},
        {"id": "cleo", "name": "Cleo Démo"},
    ],
    "roles": [
        {
            "id": "legal",
            "members": [
                {"person": "ada", "until": "2026-03-31"},
                {"person": "ada", "since": "2026-06-01"},
                {"person": "ben", "since": "2026-04-01", "until": "2026-05-31"},
            ],
            "delegations": [{"by": "ben", "to": "cleo", "since": "2026-05-20", "until": "2026-06-10"}],
        },
        {"id": "empty"},
    ],
    "collectors": ["ci@example.org"],
}


def read(data: dict[str, Any]) -> tuple[People | None, list[str]]:
    """The register, and what is wrong with it."""
    source, found = reading.read("people.json", lambda _: json.dumps(data).encode(), "people")
    people = None
    if source is not None:
        people, found = register.people(source)
    return people, [f"{d.code}: {d.message}" for d in found]


@pytest.fixture(scope="module")
def people() -> People:
    found, wrong = read(DATA)
    assert found, wrong
    return found


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("ada", "ada"),
        ("ADA  example", "ada"),
        ("Ada@Example.org", "ada"),
        ("adaex", "ada"),
        ("@AdaEx ", "ada"),
        ("Cleo De\u0301mo", "cleo"),
        ("Adam", None),
        ("", None),
    ],
)
def test_a_person_has_many_names(people: People, name: str, id: str | None) -> None:
    found = people.find(name)
    assert (found.id if found else None) == id


def test_a_stranger_is_the_same_as_itself(people: People) -> None:
    assert people.identity(" @Eve  Nobody") == people.identity("eve nobody") != people.identity("eve")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Example <ada@example.org>", {"ada", "ada example <ada@example.org>"}),
        ("Ben Sample, @adaex", {"ada", "ben", "ben sample, @adaex"}),
        ("Ben Sample and Ada Example; Eve", {"ada", "ben", "eve", "ben sample and ada example; eve"}),
        ("A. E. <ada@example.org>", {"ada", "a. e.", "a. e. <ada@example.org>"}),
        ("Andy Sandal", {"andy sandal"}),
        ("", set()),
    ],
)
def test_a_text_may_name_several(people: People, text: str, names: set[str]) -> None:
    assert people.identities(text) == names


@pytest.mark.parametrize(
    ("name", "day", "said"),
    [
        ("ada", "1999-01-01", ""),
        ("ada", "2026-03-31", ""),
        ("ada", "2026-04-01", "Ada Example was not in the role legal on 2026-04-01"),
        ("ada", "2026-06-01", ""),
        ("ada", "2999-01-01", ""),
        ("ben", "2026-03-31", "Ben Sample was not in the role legal on 2026-03-31"),
        ("ben", "2026-04-01", ""),
        ("ben", "2026-05-31", ""),
        ("cleo", "2026-05-19", "Cleo Démo was not in the role legal on 2026-05-19"),
        ("cleo", "2026-05-20", ""),
        ("cleo", "2026-05-31", ""),
        ("cleo", "2026-06-01", "Cleo Démo was not in the role legal on 2026-06-01"),
        ("Eve", "2026-06-01", "Eve is not in the register of people"),
    ],
)
def test_roles_are_held_from_a_day_to_a_day(people: People, name: str, day: str, said: str) -> None:
    """And a delegate stands in only while the member is one."""
    assert people.refusal("legal", name, Day.fromisoformat(day)) == said


def test_who_holds_a_role(people: People) -> None:
    def ids(role: str, day: str) -> list[str]:
        return [person.id for person in people.holders(role, Day.fromisoformat(day))]

    assert ids("legal", "2026-05-25") == ["ben", "cleo"]
    assert ids("legal", "2026-06-05") == ["ada"]
    assert ids("empty", "2026-06-05") == ids("unknown", "2026-06-05") == []


def test_other_roles(people: People) -> None:
    day = Day(2026, 6, 1)
    assert people.refusal("empty", "ada", day) == "Ada Example is not in the role empty"
    assert people.refusal("no", "ada", day) == (
        "nobody holds the role no: the register of people does not know it"
    )
    assert register.NOBODY.refusal("no", "ada", day).startswith("nobody holds")


def changed(*path: Any, value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(DATA))
    found: Any = copy
    for part in path[:-1]:
        found = found[part]
    found[path[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            changed("people", 1, "aliases", value=["ADAEX"]),
            "duplicate-person: `ADAEX` already means Ada Example",
        ),
        (
            changed("people", 1, "id", value="ada"),
            "duplicate-person: person `ada` stands here for the second time",
        ),
        (
            changed("roles", 1, "id", value="legal"),
            "duplicate-role: role `legal` stands here for the second time",
        ),
        (
            changed("roles", 0, "members", 0, "person", value="dan"),
            "unknown-person: no person has the id `dan`",
        ),
        (
            changed("roles", 0, "delegations", 0, "by", value="dan"),
            "unknown-person: no person has the id `dan`",
        ),
        (
            changed("roles", 0, "members", 2, "until", value="2026-03-31"),
            "interval: the last day 2026-03-31 is before the first day 2026-04-01",
        ),
        (
            changed("roles", 0, "members", 2, "since", value="2026-02-30"),
            "date: 2026-02-30 is not a day of the calendar",
        ),
        (changed("roles", 0, "id", value="Legal Team"), "schema-pattern"),
    ],
)
def test_what_is_wrong_with_a_register(data: dict[str, Any], said: str) -> None:
    found, wrong = read(data)
    assert found is None
    assert any(each.startswith(said) for each in wrong), wrong


days = st.dates(Day(2025, 1, 1), Day(2027, 12, 31))


@given(days, st.integers(0, 400), days)
def test_an_interval_holds_both_its_ends_and_nothing_else(since: Day, length: int, day: Day) -> None:
    until = since + timedelta(days=length)
    members = [{"person": "ben", "since": str(since), "until": str(until)}]
    found, wrong = read({**DATA, "roles": [{"id": "legal", "members": members}]})
    assert found, wrong
    assert (found.refusal("legal", "ben", day) == "") == (since <= day <= until)
    assert bool(found.holders("legal", day)) == (since <= day <= until)


@given(st.text())
def test_any_text_is_a_name(text: str) -> None:
    plain = register.plain(f"@{text} ")
    assert plain == register.plain(text) == register.plain(plain)
    assert all(register.NOBODY.identities(text))

"""Material fields: what a sign-off is bound to, and what may change without touching it."""

from __future__ import annotations

import copy
import textwrap
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.kinds import Kind, material, shipped_kind
from tests.kinds.making import document, kind

TEXT = {"type": "string"}
MATERIAL = {"type": "string", "x-material": True}
NESTED = kind(
    {
        "note": TEXT,
        "tier": {"type": "integer", "x-material": True},
        "share": {"type": "number", "x-material": True},
        "rollback": {"type": "object", "x-material": True, "properties": {"owner": TEXT}},
        "plan": {"type": "object", "properties": {"goal": MATERIAL, "note": TEXT}},
        "risks": {"type": "array", "items": {"$ref": "#/$defs/risk"}},
        "any": {"type": "object", "additionalProperties": {"$ref": "#/$defs/risk"}},
        "part": {"$ref": "#/$defs/part"},
    },
    **{
        "$defs": {
            "risk": {"type": "object", "properties": {"severity": MATERIAL, "note": TEXT}},
            "part": {
                "type": "object",
                "properties": {
                    "says": MATERIAL,
                    "note": TEXT,
                    "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
                },
            },
        }
    },
)
"""Marks at every depth, behind references, in lists, in maps, and where the schema stands inside itself."""
DATA: dict[str, Any] = {
    "note": "n",
    "tier": 1,
    "share": 50.0,
    "rollback": {"owner": "Ada Example", "extra": "x"},
    "plan": {"goal": "g", "note": "n"},
    "risks": [{"severity": "high", "note": "n"}, {"note": "n"}, {"severity": "low"}],
    "any": {"a/b": {"severity": "high", "note": "n"}},
    "part": {"says": "1", "note": "n", "parts": [{"parts": [{"says": "3", "note": "n"}]}]},
}
PARTS = {
    "/tier",
    "/share",
    "/rollback",
    "/plan/goal",
    "/risks/0/severity",
    "/risks/2/severity",
    "/any/a~1b/severity",
    "/part/says",
    "/part/parts/0/parts/0/says",
}
UNMARKED = kind({"id": TEXT, "note": TEXT, "sections": {"type": "array", "readOnly": True}})


def put(data: Any, pointer: str, value: Any) -> Any:
    """A copy with another value there."""
    copied = found = copy.deepcopy(data)
    *above, last = pointer.replace("~1", "\0").split("/")[1:]
    for part in above:
        found = found[int(part)] if isinstance(found, list) else found[part.replace("\0", "/")]
    found[last.replace("\0", "/")] = value
    return copied


def test_each_marked_field_is_a_part() -> None:
    digest, parts = material.digests(NESTED, DATA)
    assert set(parts) == PARTS
    assert digest.startswith("sha256:")
    assert len(digest) == 71
    assert all(len(part) == 16 and int(part, 16) >= 0 for part in parts.values())
    assert material.values(NESTED, DATA)["/risks/2/severity"] == "low"


@pytest.mark.parametrize("pointer", sorted(PARTS))
def test_a_change_of_a_part_is_named(pointer: str) -> None:
    before, parts = material.digests(NESTED, DATA)
    after, now = material.digests(NESTED, put(DATA, pointer, {"owner": "Ben Sample"}))
    assert before != after
    assert {name for name in parts if parts[name] != now[name]} == {pointer}


@pytest.mark.parametrize(
    "pointer",
    [
        "/note",
        "/plan/note",
        "/risks/0/note",
        "/risks/1/note",
        "/any/a~1b/note",
        "/part/note",
        "/part/parts/0/note",
        "/part/parts/0/parts/0/note",
    ],
)
def test_a_typo_elsewhere_changes_nothing(pointer: str) -> None:
    assert material.digests(NESTED, put(DATA, pointer, "a typo")) == material.digests(NESTED, DATA)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("/rollback", {"extra": "x", "owner": "Ada Example"}), ("/share", 50), ("/plan/goal", " g\n")],
)
def test_what_says_the_same_is_the_same(pointer: str, value: Any) -> None:
    assert material.digests(NESTED, put(DATA, pointer, value)) == material.digests(NESTED, DATA)


def test_absent_and_null_are_the_same_and_the_order_of_a_list_counts() -> None:
    without = {name: value for name, value in DATA.items() if name != "tier"}
    assert material.digests(NESTED, put(DATA, "/tier", None)) == material.digests(NESTED, without)
    assert material.digests(NESTED, without) != material.digests(NESTED, DATA)
    turned = put(DATA, "/risks", DATA["risks"][::-1])
    assert material.digests(NESTED, turned)[0] != material.digests(NESTED, DATA)[0]


def test_without_any_mark_every_field_that_an_author_writes_is_material() -> None:
    data = {"id": "a", "note": "n", "sections": [{"text": "t"}], "more": 1}
    assert set(material.digests(UNMARKED, data)[1]) == {"/id", "/note", "/more"}


def test_a_mark_at_the_root_takes_all() -> None:
    whole = kind({"id": TEXT}, **{"x-material": True})
    assert set(material.digests(whole, {"id": "a"})[1]) == {""}


@pytest.mark.parametrize("branch", ["allOf", "anyOf", "oneOf"])
def test_a_mark_in_a_branch_counts(branch: str) -> None:
    found = kind({"id": TEXT, "goal": {branch: [MATERIAL, TEXT]}})
    assert set(material.digests(found, {"id": "a", "goal": "g"})[1]) == {"/goal"}


PRD = """\
    ---
    id: a
    title: A
    markets: [ GB ]
    ---

    ## Goals

    - Fewer baskets that are left behind by people
      who are in a hurry.
    - Café.

    ## Notes

    Written in haste.
    """


def read(kind: Kind, text: str) -> Any:
    return kind.shape(document(textwrap.dedent(text), "markdown")).data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("by people\n      who", "by\n      people who"),
        ("Café", "Cafe\u0301"),
        ("in haste", "with care"),
        ("title: A", "title: B"),
        ("## Goals\n\n", "## Goals\n\n\n"),
    ],
)
def test_markdown_is_what_it_says(old: str, new: str) -> None:
    prd = shipped_kind("prd")
    assert old in PRD
    assert material.digests(prd, read(prd, PRD.replace(old, new))) == material.digests(prd, read(prd, PRD))


@pytest.mark.parametrize(
    ("old", "new", "part"), [("Fewer", "More", "/goals"), ("GB", "DE", "/markets"), ("- Café.", "", "/goals")]
)
def test_markdown_that_says_something_else_is_something_else(old: str, new: str, part: str) -> None:
    prd = shipped_kind("prd")
    (_, before), (_, after) = (material.digests(prd, read(prd, t)) for t in (PRD, PRD.replace(old, new)))
    assert {name for name in before if before[name] != after.get(name)} == {part}


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text("abc/~", max_size=3), below, max_size=3)
    ),
    max_leaves=12,
)
things = st.dictionaries(st.sampled_from([*DATA, "other"]), values, max_size=6)


@given(things, st.sampled_from([NESTED, UNMARKED]))
def test_anything_has_a_digest_that_its_parts_explain(data: dict[str, Any], kind: Kind) -> None:
    digest, parts = material.digests(kind, data)
    again, same = material.digests(kind, dict(reversed(data.items())))
    assert (digest, parts) == (again, same)
    assert set(parts) == set(material.values(kind, data))


@given(things, things)
def test_two_digests_differ_where_a_part_does(one: dict[str, Any], other: dict[str, Any]) -> None:
    (first, parts), (second, others) = (material.digests(NESTED, data) for data in (one, other))
    assert (first == second) == (parts == others)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([" ", "\n", "\t", "\r\n", "  \n "]))
def test_laying_a_text_out_anew_changes_nothing(text: str, blank: str) -> None:
    laid_out = unicodedata.normalize("NFD", blank.join(["", *text.split(), ""]))
    digests = [material.digests(NESTED, {"plan": {"goal": each}}) for each in (text, laid_out)]
    assert digests[0] == digests[1]

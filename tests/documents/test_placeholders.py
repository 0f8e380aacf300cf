from __future__ import annotations

import pytest

from checker import documents
from checker.documents.placeholders import PLACEHOLDERS, find, placeholder, visible


@pytest.mark.parametrize("family", PLACEHOLDERS, ids=lambda family: family.name)
def test_every_family_finds_its_example(family: object) -> None:
    assert placeholder(family.example)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "TBD",
        "tbd",
        "Tbd",
        "TBC",
        "TBA",
        "TBD.",
        "**TBD**",
        "`tbd`",
        '"TBD"',
        "  TBD  ",
        "TBD (after the review)",
        "TBD - legal decides",
        "To be decided",
        "to be determined.",
        "TODO",
        "todo",
        "To do",
        "TODO: ask the owner",
        "TODO ask the owner",
        "todo: x",
        "FIXME",
        "FIXME later",
        "yyyy-mm-dd",
        "YYYY-MM-DD",
        "mm/dd/yyyy",
        "dd.mm.yyyy",
        "MM/DD/YY",
        "yyyy-mm",
        "<your name>",
        "<name>",
        "<TBD>",
        "<insert date>",
        "[insert the name]",
        "[name]",
        "[TBD]",
        "[Your team]",
        "[Dependency name]",
        "[Failure mode brief description]",
        "{{ owner }}",
        "lorem ipsum",
        "Lorem ipsum dolor sit",
        "n/a",
        "N/A",
        "N/a.",
        "n.a.",
        "not applicable",
        "Not applicable.",
        "?",
        "???",
        "…",
        "...",
        "-",
        "--",
        "—",
        "_",
        "xxx",
        "XXXX",
        "placeholder",
        "Placeholder",
        "changeme",
        "change me",
    ],
)
def test_values_that_are_still_to_be_written(text: str) -> None:
    assert documents.placeholder(text)
    assert documents.placeholder(f" {text}\n")


def test_a_choice_that_nobody_has_made() -> None:
    assert placeholder("provisional|implementable|implemented")
    assert not placeholder("a|b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "Ada Example",
        "Dan Placeholder",
        "none",
        "None",
        "no",
        "0",
        "NA",
        "na",
        "x",
        "xx",
        "-1",
        "n/a: the service keeps no personal data",
        "N/A because it has no users",
        "not applicable to us, we have no users",
        "The TBD team",
        "Tbilisi",
        "todos",
        "todolist",
        "Mastodon",
        "a to-do list app",
        "the owner is to be decided upon by Ada",
        "2026-01-02",
        "12/31/2026",
        "<https://example.org>",
        "<ada@example.org>",
        "a < b",
        "a <b> c",
        "[1]",
        "[x]",
        "[ ]",
        "[a link](https://example.org)",
        "[The kubelet is misconfigured]",
        "{}",
        "lorem",
        "well... yes",
        "Why?",
        "a-b",
        "...and so on",
    ],
)
def test_values_that_are_written(text: str) -> None:
    assert not placeholder(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The owner is TBD.", ["TBD"]),
        ("Owner: tbd, date: TBC", ["tbd", "TBC"]),
        ("- Mitigation: TODO", ["TODO"]),
        ("TODO(ada): write this", ["TODO"]),
        ("==TODO==", ["TODO"]),
        ("Due: mm/dd/yyyy", ["mm/dd/yyyy"]),
        ("Due | yyyy-mm-dd |", ["yyyy-mm-dd"]),
        ("yyyy-mm-dd", ["yyyy-mm-dd"]),
        ("first line\nDue: yyyy-mm-dd", ["yyyy-mm-dd"]),
        ("Ask <your name> first", ["<your name>"]),
        ("Ask <insert the name of the owner>.", ["<insert the name of the owner>"]),
        ("See <link to test coverage>", ["<link to test coverage>"]),
        ("Ask [insert the name] first", ["[insert the name]"]),
        ("Ask [name] first", ["[name]"]),
        ("Lorem ipsum dolor", ["Lorem ipsum"]),
        ("Dates are written YYYY-MM-DD everywhere", []),
        ("It calls context.TODO() twice", []),
        ("All todos are listed below, TODOs too", []),
        ("A Map<name, value> and a List<text>", []),
        ("metadata.<name> is a text", []),
        ("See [name](https://example.org) and [name][1]", []),
        ("The array[name] is read", []),
        ("n/a", []),
        ("What is this?", []),
        ("", []),
    ],
)
def test_placeholders_inside_of_prose(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in find(text)] == found


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u200b\u2060\ufeff", ""),
        ("\u2800 \u3164", ""),
        ("\U000e0041", ""),
        ("  Ada\u00ad ", "Ada"),
        ("", ""),
        ("M\u00fcller", "M\u00fcller"),
        ("\u53f6", "\u53f6"),
        ("\U0001f41f", "\U0001f41f"),
    ],
)
def test_what_a_reader_sees(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_a_placeholder_hides_behind_nothing_invisible() -> None:
    assert placeholder("T\u200bB\u00adD")
    assert not placeholder("\u200b")

from __future__ import annotations

from typing import Any

import pytest
from reading_checks import at, check_positions, check_reading, read

from checker import documents
from checker.documents import Document
from checker.documents.headings import plain
from checker.documents.markdown import SHAPES, FieldRule, fields

TEXT = """\
---
id: checkout
owner:
goals: [from the front matter]
---

First words, TBD.

# Checkout

## 1. Problem (draft)

People wait.

### How long

Too long. [A study](https://example.org/study)

- minutes
- [x] hours

| Who | Wait |
|---|---|
| Ada | 5 |

## Goals

- from the heading

## Non-Goals

Nothing else.

## Metrics

## Owner

Ben Sample
"""


def lift(*rules: tuple[str, str, str], text: str = TEXT, title: str | None = None) -> Document:
    reading = read(text, "markdown")
    check_reading(reading)
    lifted = fields(
        reading.documents[0], [FieldRule(name, [heading], shape) for name, heading, shape in rules], title
    )
    check_positions(reading, lifted)
    return lifted


@pytest.mark.parametrize(
    ("shape", "value", "span"),
    [
        (
            "text",
            "People wait.\nHow long\nToo long. A study\nminutes\nhours\nAda 5",
            "13:1-24:12",
        ),
        ("words", 10, "13:1-24:12"),
        ("items", ["minutes", "hours"], "19:3-20:12"),
        ("tasks", [{"text": "hours", "done": True}], "20:3-20:12"),
        ("records", [{"Who": "Ada", "Wait": "5"}], "24:1-24:12"),
        ("links", [{"text": "A study", "url": "https://example.org/study"}], "17:12-17:19"),
    ],
)
def test_a_section_with_the_deeper_ones_becomes_a_field(shape: str, value: Any, span: str) -> None:
    document = lift(("problem", "Problem", shape))
    assert document.data["problem"] == value
    assert at(document.positions.value(("problem",))) == span
    assert at(document.positions.key(("problem",))) == "11:4-11:22"


def test_places_below_a_field() -> None:
    document = lift(
        ("waits", "problem", "records"), ("items", "problem", "items"), ("whole", "problem", "section")
    )
    positions = document.positions
    assert at(positions.value(("waits", 0, "Wait"))) == "24:9-24:10"
    assert at(positions.nearest(("waits", 0, "Why"))[0]) == "24:1-24:12"
    assert at(positions.value(("items", 1))) == "20:7-20:12"
    assert at(positions.value(("whole", "text"))) == "13:1-13:13"
    assert document.data["whole"]["words"] == 2


def test_the_front_matter_comes_first() -> None:
    document = lift(("goals", "Goals", "items"), ("owner", "Owner", "text"))
    assert document.data["id"] == "checkout"
    assert document.data["goals"] == ["from the front matter"]
    assert at(document.positions.key(("goals",))) == "4:1-4:6"
    assert document.data["owner"] == "Ben Sample"
    assert at(document.positions.value(("owner",))) == "38:1-38:11"


def test_a_section_without_a_list_is_one_item() -> None:
    assert lift(("no", "Non goals", "items")).data["no"] == ["Nothing else."]
    assert lift(("no", "goals", "items"), text="# Goals\n\nTBD\n").data["no"] == []


@pytest.mark.parametrize(
    ("shape", "value"),
    [("text", ""), ("words", 0), ("items", []), ("tasks", []), ("records", []), ("links", [])],
)
def test_an_empty_section_is_there_at_its_heading(shape: str, value: Any) -> None:
    document = lift(("metrics", "Metrics", shape))
    assert document.data["metrics"] == value
    assert at(document.positions.value(("metrics",))) == "34:4-34:11"


def test_what_has_no_heading_is_absent() -> None:
    document = lift(("risks", "Risks", "text"), ("nothing", "", "text"), ("marks", "???", "text"))
    assert document.data.keys() == {"id", "goals", "sections", "placeholders"}
    assert at(document.positions.nearest(("risks",))[0]) == "1:1-1:4"
    assert at(document.positions.nearest(("owner",))[0]) == "3:1-3:6"


def test_sections_and_placeholders_are_those_of_the_whole_text() -> None:
    document = lift(text=TEXT + "\nAnd <your name>.\n")
    assert [each["heading"] for each in document.data["sections"]][:3] == [
        "",
        "Checkout",
        "1. Problem (draft)",
    ]
    assert at(document.positions.value(("sections", 2, "heading"))) == "11:4-11:22"
    assert document.data["placeholders"] == [{"text": "TBD"}, {"text": "<your name>", "heading": "Owner"}]
    assert at(document.positions.value(("placeholders", 1))) == "40:5-40:16"
    assert at(document.positions.value(("placeholders", 1, "heading"))) == "36:4-36:9"
    assert at(document.positions.value(("sections",))) == "6:1-6:1"


def test_the_title_fills_a_field_on_request() -> None:
    assert "title" not in lift().data
    assert lift(title="name").data["name"] == "Checkout"
    assert lift(title="id").data["id"] == "checkout"
    assert "name" not in lift(text="text", title="name").data


def test_text_without_front_matter_and_headings() -> None:
    document = lift(("a", "b", "text"), text="just text")
    assert [each["text"] for each in document.data["sections"]] == ["just text"]
    assert document.data["placeholders"] == []
    assert at(document.positions.nearest(("a",))[0]) == "1:1-1:10"


def test_every_shape_is_tried_here() -> None:
    assert SHAPES.keys() == {"text", "words", "items", "tasks", "records", "links", "section"}
    assert documents.markdown.fields is fields


@pytest.mark.parametrize(
    "heading",
    [
        "Non-goals",
        "NON GOALS",
        "3. Non-Goals",
        "1.2 Non-goals",
        "1.2.3. non goals:",
        "🚫 Non-goals",
        "Non-goals (optional)",
        "**Non-goals**",
        "a) Non-goals",
        "ii. Non-goals",
        "§ 3 Non-goals",
        "Non—goals…",
        "Ｎon-goals",
    ],
)
def test_the_same_heading(heading: str) -> None:
    assert plain(heading) == plain("Non-goals")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Goals", "Non-goals"),
        ("2FA", "FA"),
        ("A plan", "plan"),
        ("I agree", "agree"),
        ("Phase 1", "Phase 2"),
        ("(a)", "(b)"),
    ],
)
def test_different_headings(left: str, right: str) -> None:
    assert plain(left) != plain(right)

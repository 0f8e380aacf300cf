"""Markdown documents lifted to the fields of a kind: headings, tables, places, faults."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from checker.documents import Document
from checker.kinds import Kind, shipped_kind
from checker.kinds.cells import cell
from checker.kinds.fields import Field, unfold
from checker.kinds.headings import shape_of
from tests.kinds.making import document, kind

PRD = """\
---
id: checkout-express
title: Express checkout
owner: Ada Example
authors: [Ada Example]
tier: 2
---
# Express checkout

## 1. Objectives

- Pay in one step
- Keep the refund rate

## Out of scope

- Gift cards

## Success criteria

| KPI                 | Baseline | Goal | Due        | Owner      | Data source |
| ------------------- | -------- | ---- | ---------- | ---------- | ----------- |
| Completed checkouts | 61.5     | 66   | 2026-12-31 | Ben Sample |             |
| Refund rate         | 2        | TBD  |            |            |             |

## Problem statement

People leave at the third step.
"""


def shaped(kind: Kind, text: str) -> Document:
    return kind.shape(document(textwrap.dedent(text), "markdown"))


def test_a_document_becomes_a_record() -> None:
    data = shaped(shipped_kind("prd"), PRD).data
    assert (data["id"], data["owner"], data["tier"]) == ("checkout-express", "Ada Example", 2)
    assert data["goals"] == ["Pay in one step", "Keep the refund rate"]
    assert data["non_goals"] == ["Gift cards"]
    assert data["problem"] == "People leave at the third step."
    assert [section["heading"] for section in data["sections"]][-1] == "Problem statement"


def test_a_table_becomes_records_with_the_types_of_their_columns() -> None:
    rows = shaped(shipped_kind("prd"), PRD).data["success_metrics"]
    assert rows == [
        {
            "metric": "Completed checkouts",
            "baseline": 61.5,
            "target": 66.0,
            "due_on": "2026-12-31",
            "owner": "Ben Sample",
        },
        {"metric": "Refund rate", "baseline": 2.0, "target": "TBD"},
    ]
    assert type(rows[0]["target"]) is float


def test_places_of_headings_and_cells() -> None:
    places = shaped(shipped_kind("prd"), PRD).positions
    assert places.nearest(("owner",))[0].line == 4
    assert places.nearest(("goals", 1))[0].line == 13
    target = places.value(("success_metrics", 1, "target"))
    assert target is not None
    assert (target.line, PRD.splitlines()[target.line - 1][target.column - 1 :][:3]) == (24, "TBD")
    assert places.nearest(("success_metrics", 1, "owner"))[1] == 2


def test_faults_of_a_document() -> None:
    prd = shipped_kind("prd")
    faults = prd.faults(shaped(prd, PRD.replace("tier: 2", "tier: T2").replace("| Owner ", "| Ownr  ")))
    assert [(fault.span.line, fault.message) for fault in faults if fault.span] == [
        (6, '`tier` must be 1, 2 or 3; found "T2"'),
        (21, "unknown field `Ownr` in `success_metrics[0]`: did you mean `owner`?"),
        (24, '`success_metrics[1].target` must be a number; found "TBD"'),
    ]


def test_what_a_document_does_not_have_is_absent() -> None:
    data = shaped(
        shipped_kind("prd"), "---\nid: a\ntitle: A\n---\n\n## Goals\n\n<!-- What is to be reached. -->\n"
    ).data
    assert not data.get("goals")
    assert "non_goals" not in data


def test_the_title_of_the_document_fills_the_field_of_that_name() -> None:
    prd = shipped_kind("prd")
    assert shaped(prd, "---\nid: a\n---\n# Express checkout\n").data["title"] == "Express checkout"
    assert shaped(prd, "---\ntitle: A\n---\n# Express checkout\n").data["title"] == "A"
    assert "title" not in shaped(kind({"id": {"type": "string"}}), "---\nid: a\n---\n# A\n").data


def test_a_closed_kind_without_sections_goes_without() -> None:
    note = kind({"id": {"type": "string"}})
    lifted = shaped(note, "---\nid: a\n---\n# A\n\nTBD\n")
    assert (lifted.data, note.faults(lifted)) == ({"id": "a"}, ())


def test_a_kind_of_the_workspace_has_headings_of_its_own() -> None:
    minutes = kind(
        {
            "id": {"type": "string"},
            "decisions": {
                "type": "array",
                "items": {"type": "string"},
                "x-headings": ["Decisions", "Beschlüsse"],
            },
            "length": {"type": "integer", "x-headings": ["Notes"]},
            "done": {"type": "array", "x-shape": "tasks", "x-headings": ["To do"]},
        },
        additionalProperties=True,
    )
    data = shaped(
        minutes,
        "---\nid: m1\n---\n## Beschlüsse\n\n- Go\n\n## Notes\n\nTwo words.\n\n## To do\n\n- [x] Ask\n",
    ).data
    assert (data["decisions"], data["length"]) == (["Go"], 2)
    assert data["done"] == [{"text": "Ask", "done": True}]


SHAPES: list[tuple[dict[str, Any], str]] = [
    ({"type": "string"}, "text"),
    ({"type": "integer"}, "words"),
    ({"type": "array", "items": {"type": "string"}}, "items"),
    ({"type": "array", "items": {"properties": {"id": {}}}}, "records"),
    ({"type": "object"}, "section"),
    ({"type": "array", "x-shape": "links"}, "links"),
    ({"enum": ["a", "b"]}, "text"),
    ({}, "text"),
]


@pytest.mark.parametrize(("schema", "expected"), SHAPES)
def test_the_shape_that_a_type_tells(schema: dict[str, Any], expected: str) -> None:
    assert shape_of(unfold(schema)) == expected


CELLS: list[tuple[str, dict[str, Any], Any]] = [
    ("", {"type": "string"}, None),
    ("  a b ", {"type": "string"}, "a b"),
    ("12", {"type": "string"}, "12"),
    ("12", {"type": "number"}, 12.0),
    ("-0.5", {"type": "number"}, -0.5),
    ("12", {"type": "integer"}, 12),
    ("12.5", {"type": "integer"}, 12.5),
    ("1,200", {"type": "number"}, "1,200"),
    ("62 %", {"type": "number"}, "62 %"),
    ("12", {"type": ["string", "number"]}, "12"),
    ("Yes", {"type": "boolean"}, True),
    ("false", {"type": "boolean"}, False),
    ("maybe", {"type": "boolean"}, "maybe"),
    ("a, b,", {"type": "array", "items": {"type": "string"}}, ["a", "b"]),
    ("1, 2", {"type": "array", "items": {"type": "integer"}}, [1, 2]),
    ("2026-01-31", {"type": "string", "format": "date"}, "2026-01-31"),
    ("anything", {}, "anything"),
]


@pytest.mark.parametrize(("text", "schema", "value"), CELLS)
def test_cell(text: str, schema: dict[str, Any], value: Any) -> None:
    found = cell(text, unfold(schema))
    assert (found, type(found)) == (value, type(value))


def test_a_cell_of_a_column_that_nothing_is_known_of() -> None:
    assert cell("12", Field()) == "12"

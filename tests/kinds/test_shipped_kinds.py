"""The schemas that gonogo ships: standard, closed, described, with examples that hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker import documents, shipped
from checker.kinds import Kind, shipped_kind, shipped_names
from checker.kinds.describe import describe
from checker.kinds.fields import Field, unfold
from checker.kinds.template import formats, template
from checker.kinds.validation import Validator
from tests.kinds.making import document, kind

NAMES = shipped_names()
FILES = sorted(Path(shipped.SCHEMAS).glob("**/*.schema.json"))


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(shipped.schema(f"kinds/{name}"))
    return schema


def schemas_within(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema, with its place."""
    if isinstance(schema, dict):
        yield place, schema
        for keyword in ("properties", "$defs"):
            for name, below in schema.get(keyword, {}).items():
                yield from schemas_within(below, f"{place}/{name}")
        for keyword in ("items", "additionalProperties"):
            yield from schemas_within(schema.get(keyword), f"{place}/*")


def fields_within(parent: Field, prefix: str = "") -> Iterator[tuple[str, Field]]:
    for name, field in parent.properties.items():
        yield f"{prefix}{name}", field
        yield from fields_within(field, f"{prefix}{name}.")
        if field.item:
            yield from fields_within(field.item, f"{prefix}{name}[].")


def test_the_kinds_that_ship() -> None:
    assert set(NAMES) >= {
        "product",
        "prd",
        "launch-plan",
        "risk-register",
        "roadmap",
        "okr",
        "experiment",
        "release",
        "dpia",
        "threat-model",
        "vendor",
        "work-item",
        "deployment",
        "incident",
        "feedback",
        "gate-record",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_schema_is_a_schema(file: Any) -> None:
    schema = json.loads(file.read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_closed_and_described(name: str) -> None:
    schema = schema_of(name)
    assert schema["$id"] == f"urn:gonogo:kind:{name}"
    assert schema["title"]
    assert schema["description"]
    for place, below in schemas_within(schema):
        if "properties" in below:
            assert below.get("additionalProperties") is False, place
            for field, described in below["properties"].items():
                assert described.get("description", "").endswith("."), f"{place}/{field}"
                assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field), f"{place}/{field}"


@pytest.mark.parametrize("name", NAMES)
def test_every_example_fits_its_field(name: str) -> None:
    schema = schema_of(name)
    for _, below in schemas_within(schema):
        if "x-example" in below:
            validator = jsonschema.Draft202012Validator(
                {**below, "$defs": schema.get("$defs", {})}, format_checker=jsonschema.FormatChecker()
            )
            validator.validate(below["x-example"])


@pytest.mark.parametrize("name", NAMES)
def test_only_what_identifies_a_record_is_required(name: str) -> None:
    kind = shipped_kind(name)
    assert kind.key in kind.fields.required
    assert len(kind.fields.required) <= 4


def test_the_launch_plan_knows_its_day() -> None:
    assert shipped_kind("launch-plan").launch_date == ("planned_launch_on",)


# -- templates --------------------------------------------------------------------------------------

TEMPLATES = [(name, format) for name in NAMES for format in formats(shipped_kind(name))]


def read(kind: Kind, text: str, format: str) -> documents.Document:
    return kind.shape(document(text, format))


@pytest.mark.parametrize(("name", "format"), [pair for pair in TEMPLATES if pair[1] in documents.FORMATS])
def test_an_untouched_template_lacks_exactly_what_is_required(name: str, format: str) -> None:
    kind = shipped_kind(name)
    faults = kind.faults(read(kind, template(kind, format), format))
    assert {fault.code for fault in faults} == {"schema-required"}
    assert {fault.message for fault in faults} == {f"`{field}` is required" for field in kind.fields.required}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_an_untouched_template_is_filled_in(name: str) -> None:
    def nothing(value: Any) -> bool:
        return isinstance(value, dict) and all(nothing(below) for below in value.values())

    assert nothing(document(template(shipped_kind(name), "yaml")).data)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_filled_in_with_its_own_examples_is_sound(name: str) -> None:
    """The examples in the comments are put where they are meant to go."""
    kind = shipped_kind(name)
    lines: list[str] = []
    example = ""
    for line in template(kind, "yaml").splitlines():
        comment = re.fullmatch(r" *# (?!-  *\w+:|  )(.*)", line)
        if comment:
            example += " " + comment[1]
        elif re.match(r" *# (-|  ) *\w+:", line):
            lines.append(line.replace("# ", "", 1))
        else:
            found = re.search(r"For example: (.*)$|One of: ([^,.]*)", example)
            lines.append(line + (f" {found[1] or found[2]}" if found and line.endswith(":") else ""))
            example = ""
    filled = document("\n".join(lines))
    assert len(filled.data) >= len(kind.fields.properties) / 2
    assert [fault.message for fault in kind.faults(kind.shape(filled))] == []


def test_a_template_in_a_format_that_the_kind_is_not_written_in() -> None:
    with pytest.raises(ValueError, match="a vendor is written as yaml, not as markdown"):
        template(shipped_kind("vendor"), "markdown")


HOSTILE = "One.\u2028two: 1\nthree: 1\x1b[31m --> # "


@pytest.mark.parametrize("format", ["yaml", "markdown"])
def test_the_words_of_a_schema_stay_comments(format: str) -> None:
    thing = kind(
        {
            "a": {"type": "string", "description": HOSTILE, "x-example": HOSTILE},
            "null": {"type": "string", "enum": [HOSTILE]},
            "b: c\nd": {"type": "string"},
            "e": {"type": "string", "x-headings": ["Goals"], "description": HOSTILE},
        },
        title=HOSTILE,
        description=HOSTILE,
        required=["a"],
    )
    text = template(thing, format)
    assert "\x1b" not in text + describe(thing.name, thing.schema)
    assert len(describe(thing.name, thing.schema).splitlines()) == 9
    faults = thing.faults(read(thing, text, format))
    assert [fault.message for fault in faults] == ["`a` is required"]


def test_a_long_example_is_whole() -> None:
    address = "https://example.com/" + "a" * 100
    assert f'For example:\n# "{address}"\na:' in template(
        kind({"a": {"type": "string", "x-example": address}})
    )


def test_the_beginning_of_a_template() -> None:
    assert template(shipped_kind("risk-register"), schema="../risk-register.schema.json").startswith(
        """\
# yaml-language-server: $schema=../risk-register.schema.json
# Risk register. What may go wrong, who watches it, and what is done about it.
# Fill in what applies; a field left empty counts as absent.

# Required. Permanent id of the register. For example: checkout-risks
id:

# Required. The risks.
risks:
  # - id: R-1
  #   title: A provider outage stops all payments.
  #   description:
  #   category: availability
  #   owner: Ben Sample
  #   likelihood: medium
"""
    )


# -- descriptions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_described(name: str) -> None:
    kind = shipped_kind(name)
    text = describe(name, kind.schema)
    assert text.startswith(f"{name}: {kind.title}\n")
    for field, known in kind.fields.properties.items():
        assert re.search(rf"^  {field}\*? .*{re.escape(known.description)}", text, re.MULTILINE), field


def test_a_row_of_a_description() -> None:
    text = describe("launch-plan", shipped_kind("launch-plan").schema)
    rows = [re.sub(" {2,}", " | ", line.strip()) for line in text.splitlines()]
    assert "id* | text | Permanent id of the launch; sign-offs, waivers and decisions refer to it." in rows
    assert "scope.markets | list of text | Countries or regions." in rows
    assert "rollback.steps[].id* | text | Short id of the step." in rows
    assert "scope.share | number | Share of users in percent." in rows
    assert (
        "feature_flag.on_by_default | true or false | Whether it is on for everyone who does not choose."
        in rows
    )


# -- the schema of kinds ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_of_kinds_accepts_it(name: str) -> None:
    text = shipped.schema(f"kinds/{name}")
    meta = json.loads(shipped.schema("kind"))
    assert Validator(meta).faults(document(text)) == ()


def test_unfolding_finds_every_field() -> None:
    fields = dict(fields_within(unfold(schema_of("launch-plan"))))
    assert fields["rollback.trigger.threshold"].description
    assert fields["beta.metrics[].target"].types == frozenset(("number",))

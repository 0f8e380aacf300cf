"""Faults of a schema that mend themselves: after one edit the fault is gone, and nothing else has changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from checker import documents
from checker.documents import mending
from checker.documents.reading import walk
from checker.kinds import Kind, mends
from checker.kinds.fields import Field
from checker.kinds.slips import meant, rewritten
from checker.model import Edit, Fault
from tests.kinds.making import kind

TEXT = {"type": "string"}
DAY = {"type": "string", "format": "date"}
THING = kind(
    {
        "id": TEXT,
        "owner": TEXT,
        "severity": {"enum": ["critical", "high", "medium", "low"]},
        "status": {"enum": ["planned", "rolled-back", "in progress"]},
        "tier": {"type": "integer", "enum": [1, 2, 3]},
        "share": {"type": "number"},
        "draft": {"type": "boolean"},
        "due_on": DAY,
        "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "version": {"type": "string", "x-example": "1.0"},
        "flag": {"enum": ["true", "false", "unknown"]},
        "either": {"type": ["boolean", "integer"]},
        "markets": {"type": "array", "items": {"enum": ["eu", "us", "apac"]}},
        "rollback": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"rollback_owner": TEXT, "rehearsed_on": DAY},
        },
        "made": {"type": "string", "readOnly": True},
        "step": {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"type": {"const": "manual"}, "minutes": {"type": "integer"}},
                    "required": ["type"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"type": {"const": "automatic"}, "script": TEXT},
                    "required": ["type"],
                    "additionalProperties": False,
                },
            ]
        },
    },
    required=["id"],
)


def faults(text: str, format: str = "yaml", of: Kind = THING) -> tuple[Fault, ...]:
    reading = documents.read(text.encode(), format)
    assert not reading.faults, reading.faults
    (document,) = reading.documents
    return of.faults(of.shape(document), reading)


def applied(text: str, edit: Edit) -> str:
    lines = text.splitlines(keepends=True)
    line, column, end_line, end_column = edit.span
    assert line == end_line
    assert edit.whole_line == lines[line - 1].rstrip("\r\n")
    lines[line - 1] = lines[line - 1][: column - 1] + edit.text + lines[line - 1][end_column - 1 :]
    return "".join(lines)


def mended(text: str, format: str = "yaml", of: Kind = THING) -> str | None:
    """The text after its one edit; None where there is none."""
    edits = {fault.edit for fault in faults(text, format, of)} - {None}
    assert len(edits) <= 1
    return applied(text, edit) if edits and (edit := edits.pop()) else None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("ownr: Ada Example  # lead", "owner: Ada Example  # lead"),
        ("onwer: Ada Example", "owner: Ada Example"),
        ("owneer: Ada Example", "owner: Ada Example"),
        ("OWNER : Ada Example", "owner : Ada Example"),
        ("'Owner': Ada Example", "'owner': Ada Example"),
        ('"ownr": Ada Example', '"owner": Ada Example'),
        ("due-on: 2026-11-23", "due_on: 2026-11-23"),
        ("dueOn: 2026-11-23", "due_on: 2026-11-23"),
        ("ownr:", "owner:"),
        (
            "rollback: {rehearsd_on: 2026-11-23, rollback_owner: B}",
            "rollback: {rehearsed_on: 2026-11-23, rollback_owner: B}",
        ),
        (
            "rollback:\n  # why\n  rollback owner: Ben Sample",
            "rollback:\n  # why\n  rollback_owner: Ben Sample",
        ),
        ("step: {type: manual, minuts: 5}", "step: {type: manual, minutes: 5}"),
        ("severity: hgih", "severity: high"),
        ("severity: 'Critical'", "severity: 'critical'"),
        ("severity: MEDIUM   # for now", "severity: medium   # for now"),
        ("severity: critcal", "severity: critical"),
        ("severity: critikal", "severity: critical"),
        ('severity: "high "', 'severity: "high"'),
        ('severity: " High"', 'severity: "high"'),
        ("status: rolled back", "status: rolled-back"),
        ("status: rolledBack", "status: rolled-back"),
        ("status: In_Progress", "status: in progress"),
        ("markets: [eu, US]", "markets: [eu, us]"),
        ("step: {type: Manual, minutes: 5}", "step: {type: manual, minutes: 5}"),
        ('tier: "2"', "tier: 2"),
        ("tier: ' 3 '", "tier: 3"),
        ('share: "12.5"', "share: 12.5"),
        ('share: "12"', "share: 12"),
        ("draft: yes", "draft: true"),
        ("draft: 'No'", "draft: false"),
        ("draft: OFF", "draft: false"),
        ('draft: "true"', "draft: true"),
        ("flag: true", 'flag: "true"'),
        ("flag: Unknown", "flag: unknown"),
        ('either: "1"', "either: 1"),
        ("due_on: 2026/11/23", "due_on: 2026-11-23"),
        ("due_on: 23.11.2026", "due_on: 2026-11-23"),
        ("due_on: 11/23/2026", "due_on: 2026-11-23"),
        ("due_on: 4/4/2026", "due_on: 2026-04-04"),
        ("due_on: 2026-1-5", "due_on: 2026-01-05"),
        ('due_on: "2026-11-23 "', 'due_on: "2026-11-23"'),
        ("due_on: '23-11-2026 '", "due_on: '2026-11-23'"),
        ("month: 2026.01.01", "month: 2026-01-01"),
        ("version: 1.10  # not 1.1", 'version: "1.10"  # not 1.1'),
        ("version: 2", 'version: "2"'),
        ("version: 012", 'version: "012"'),
        ("rollback: {rehearsed_on: 23.11.2026}", "rollback: {rehearsed_on: 2026-11-23}"),
    ],
)
def test_what_is_certain_is_mended(wrong: str, right: str) -> None:
    assert faults(f"id: a\n{right}\n") == ()
    assert mended(f"id: a\n{wrong}\n") == f"id: a\n{right}\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("own: Ada Example", "two letters are missing"),
        ("Ownr: Ada Example\nowner: Ben Sample", "the field is there"),
        ("ownr: Ada Example\nowner:", "the field is there, with nothing behind it"),
        ("ownr: Ada Example\nonwer: Ben Sample", "two may be it"),
        ("wner: Ada Example", "nobody slips at the first letter"),
        ("ownr: [Ada Example]", "a list is no owner"),
        ("id2: b", "a digit is no slip"),
        ("tears: 1", "another word"),
        ("mad: x", "what gonogo computes nobody writes"),
        ("made_: x", "the same"),
        ("draff: true", "another letter at the end is another word"),
        ("? ownr\n: Ada Example", "the value stands on another line"),
        ("&x ownr: Ada Example", "others may stand for it"),
        ("rollback: {rehearsed_on: 2026-02-31}", "there is no such day"),
        ("severity: hi", "a guess"),
        ("severity: lwo", "too short to be known by"),
        ("severity: highest", "another word"),
        ("severity: normal", "another word"),
        ("severity: [high]", "a list"),
        ("severity:\n  - high", "a list"),
        ("severity: >-\n  High", "a block"),
        ("markets: [au]", "a market of its own"),
        ("step: {type: hybrid}", "another word"),
        ("tier: '4'", "it would not fit either"),
        ("tier: T1", "a guess"),
        ("tier: 1.5", "no whole number"),
        ("tier: '1e0'", "written in another way"),
        ("share: 12,5", "a comma may be anything"),
        ("share: '1.50'", "two digits were meant"),
        ("share: 1,000", "a comma may be anything"),
        ("draft: 1", "a number"),
        ("draft: y", "a letter"),
        ("draft: maybe", "no answer"),
        ("due_on: 03/04/2026", "two days"),
        ("due_on: 3.4.2026", "two days"),
        ("due_on: 2026/23/11", "nobody writes days so"),
        ("due_on: 23.11.26", "which century"),
        ("due_on: 23/11-2026", "neither"),
        ("due_on: 31.02.2026", "there is no such day"),
        ("due_on: 20261123", "a number"),
        ("due_on: 2026-11-23T00:00:00Z", "a moment is more than a day"),
        ("due_on: soon", "no day"),
        ("version: true", "hardly a version"),
        ("version: [1, 2]", "a list"),
    ],
)
def test_what_is_not_certain_is_left_alone(text: str, why: str) -> None:
    found = faults(f"id: a\n{text}\n")
    assert found
    assert [fault.edit for fault in found if fault.edit] == [], why


@pytest.mark.parametrize(
    ("format", "wrong", "right"),
    [
        ("json", '{"id": "a",\n "ownr" : "Ada"}', '{"id": "a",\n "owner" : "Ada"}'),
        ("json", '{"id":"a","tier":"2"}', '{"id":"a","tier":2}'),
        ("json", '{"id": "a", "version": 1.10}', '{"id": "a", "version": "1.10"}'),
        ("json", '{"id": "a", "ow\\u006er": "Ada"}', '{"id": "a", "owner": "Ada"}'),
        ("yaml", '{"id":"a","ownr":"Ada"}', '{"id":"a","owner":"Ada"}'),
        ("yaml", '{"id":"a","tier":"2"}', None),
        ("toml", "id = 'a'\nownr = 'Ada' # lead\n", "id = 'a'\nowner = 'Ada' # lead\n"),
        ("toml", 'id = "a"\n"Due on" = 2026-11-23\n', 'id = "a"\n"due_on" = 2026-11-23\n'),
        (
            "toml",
            "id = 'a'\n[rollback]\nrehearsed-on = '2026-11-23'\n",
            "id = 'a'\n[rollback]\nrehearsed_on = '2026-11-23'\n",
        ),
        (
            "toml",
            "id = 'a'\nrollback.rehearsedOn = '2026-11-23'\n",
            "id = 'a'\nrollback.rehearsed_on = '2026-11-23'\n",
        ),
        ("toml", "id = 'a'\n[rolback]\nrehearsed_on = '2026-11-23'\n", None),
        ("toml", "id = 'a'\nrolback.rehearsed_on = '2026-11-23'\n", None),
        ("toml", "id = 'a'\nversion = 1.10\n", "id = 'a'\nversion = \"1.10\"\n"),
        (
            "toml",
            "id = 'a'\nstep = {type = 'manual', minuts = 5}\n",
            "id = 'a'\nstep = {type = 'manual', minutes = 5}\n",
        ),
        ("yaml", "id: a\r\nownr: Ada\r\ntier: 1\r\n", "id: a\r\nowner: Ada\r\ntier: 1\r\n"),
    ],
)
def test_each_format_is_mended_as_it_is_written(format: str, wrong: str, right: str | None) -> None:
    assert mended(wrong, format) == right
    assert right is None or faults(right, format) == ()


NOTE = kind(
    {
        "id": TEXT,
        "owner": {**TEXT, "x-headings": ["Owner"]},
        "severity": {"enum": ["high", "low"]},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"name": TEXT, "minutes": {"type": "integer"}},
            },
            "x-headings": ["Steps"],
        },
    }
)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("---\nid: a\nseverity: hgih\n---\n\n# A\n", "---\nid: a\nseverity: high\n---\n\n# A\n"),
        ("---\nid: a\nSeverity: high\n---\n\n# A\n", "---\nid: a\nseverity: high\n---\n\n# A\n"),
        ("---\nid: a\nownr: Ada\n---\n\n# A\n", "---\nid: a\nowner: Ada\n---\n\n# A\n"),
        ("---\nid: a\nownr: Ada\n---\n\n# A\n\n## Owner\n\nBen Sample\n", None),
        ("---\nid: a\n---\n\n# A\n\n## Steps\n\n| Nmae | Minutes |\n|---|---|\n| x | 5 |\n", None),
    ],
)
def test_of_markdown_only_the_front_matter_is_mended(wrong: str, right: str | None) -> None:
    assert faults(wrong, "markdown", NOTE)
    assert mended(wrong, "markdown", NOTE) == right


def test_records_are_mended_one_by_one() -> None:
    text = "- id: a\n  ownr: Ada Example\n- id: b\n  tier: '2'\n"
    reading = documents.read(text.encode(), "yaml")
    (document,) = reading.documents
    for index in (1, 0):
        part = document.below((index,))
        assert part
        (fault,) = THING.faults(part, reading)
        assert fault.edit
        text = applied(text, fault.edit)
    assert text == "- id: a\n  owner: Ada Example\n- id: b\n  tier: 2\n"


def test_several_faults_are_mended_each_by_itself() -> None:
    text = "id: a\n{}\nownr: Ada Example\ndraft: yes\nlost: 1\ndue_on: 1/2/2026\n"
    text = text.replace("{}", "severity: Hgih\nstep: {type: Manual, minuts: '5'}")
    edits = [fault.edit for fault in faults(text) if fault.edit]
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = applied(text, edit._replace(whole_line=text.splitlines()[edit.span.line - 1]))
    assert "ownr" not in text
    assert "draft: true" in text
    assert {fault.code for fault in faults(text)} >= {"schema-unknown-field", "schema-format"}


def test_a_document_full_of_faults_is_left_alone() -> None:
    text = "id: a\nownr: Ada Example\n" + "".join(f"x{n}: 1\n" for n in range(mends.MOST_VIOLATIONS))
    assert not any(fault.edit for fault in faults(text))


def test_what_was_not_read_has_no_edits() -> None:
    (document,) = documents.read(b"id: a\nownr: Ada Example\n", "yaml").documents
    (fault,) = THING.faults(document)
    assert fault.edit is None


def test_the_work_is_bounded() -> None:
    """Each trial holds the whole document to the schema, so there are few, however much there is to try."""
    wide = kind({f"field_{n:04}x": TEXT for n in range(200)})
    text = json.dumps({f"feild_{n:04}x": "a" for n in range(mends.MOST_VIOLATIONS)})
    assert len([f for f in faults(text, "json", wide) if f.edit]) == mends.MOST_VIOLATIONS


# Names


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("ownr", ["owner", "name"], "owner"),
        ("owners", ["owner"], "owner"),
        ("owner", ["owners", "owned"], "owners"),
        ("ownner", ["owner", "owners"], "owner"),
        ("OWNER", ["owner", "owners"], "owner"),
        ("a_b", ["ab", "a-b"], ""),
        ("approver", ["approved"], ""),
        ("external", ["internal"], ""),
        ("typical", ["atypical"], ""),
        ("planed", ["planned", "planted"], ""),
        ("tier1", ["tier2"], ""),
        ("phase_12", ["phase_13"], ""),
        ("phase_1", ["phase_11"], ""),
        ("phase1", ["phase-1"], ""),
        ("cost", ["cast"], ""),
        ("c++", ["c"], ""),
        ("-1", ["1"], ""),
        ("> 5", ["< 5", ">5"], ""),
        ("severity\u200b", ["severity"], ""),
        ("severity", ["severi\u0442y"], "severi\u0442y"),
        ("", ["owner"], ""),
        ("x" * 100_000, ["x" * 99_999], ""),
    ],
)
def test_a_name_is_known_by_one_slip_alone(name: str, known: list[str], found: str) -> None:
    assert meant(name, known) == found


@given(st.text("abAB1-_ .", max_size=8), st.lists(st.text("abAB1-_ .", max_size=8), max_size=4, unique=True))
def test_the_order_of_the_known_makes_no_difference(name: str, known: list[str]) -> None:
    assert meant(name, known) == meant(name, known[::-1])


@given(st.text(max_size=12) | st.integers() | st.floats(allow_nan=False) | st.booleans())
def test_nothing_is_said_that_the_author_did_not_say(value: Any) -> None:
    said = str(value) if isinstance(value, str) else json.dumps(value)
    for other in rewritten(value, said, Field()):
        letters = [char for char in str(other) if char.isalnum()]
        if not isinstance(other, bool):
            assert sorted(letters) == sorted(c for c in said if c.isalnum()) or "-" in str(other)


# Whole documents

FIELDS = {
    "id": st.sampled_from(["a", "b-1", "é"]),
    "owner": st.sampled_from(["Ada Example", "x: y", "# no", "it's", 'a "b"', "`", "é" * 3]),
    "severity": st.sampled_from(["critical", "high", "medium", "low"]),
    "tier": st.sampled_from([1, 2, 3]),
    "share": st.sampled_from([0, 12.5, 99.25]),
    "draft": st.booleans(),
    "due_on": st.sampled_from(["2026-11-23", "2026-01-31"]),
    "markets": st.lists(st.sampled_from(["eu", "us", "apac"]), min_size=1, max_size=3),
    "rollback": st.just({"rollback_owner": "Ben Sample", "rehearsed_on": "2026-01-31"}),
}
things = st.permutations(sorted(FIELDS)).flatmap(
    lambda names: st.fixed_dictionaries({name: FIELDS[name] for name in names})
)


def _yaml(data: Any, indent: str = "") -> str:
    lines = []
    for name, value in data.items():
        if isinstance(value, dict):
            lines.append(f"{indent}{name}:  # why {name}\n{_yaml(value, indent + '  ')}")
        else:
            lines.append(f"{indent}{name}:   {json.dumps(value, ensure_ascii=False)}   # {name}\n\n")
    return "".join(lines)


def _toml(data: Any) -> str:
    tables = {name: value for name, value in data.items() if isinstance(value, dict)}
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)} # {name}\n"
        for name, value in data.items()
        if name not in tables
    ]
    return "".join(lines) + "".join(f"\n[{name}]\n{_toml(value)}" for name, value in tables.items())


WRITERS: dict[str, Callable[[Any], str]] = {
    "yaml": _yaml,
    "flow": lambda data: f"# flow\n{json.dumps(data, ensure_ascii=False)}\n",
    "json": lambda data: json.dumps(data, indent="\t", ensure_ascii=False),
    "toml": _toml,
    "markdown": lambda data: f"---\n{_yaml(data)}---\n\n# Title\n\nowner: ownr\n",
}
FORMATS = {"flow": "yaml"}


@st.composite
def slips(draw: st.DrawFn, word: str) -> str:
    """The word with one letter, not the first, left out, repeated, or exchanged with the next."""
    at = draw(st.integers(1, len(word) - 1))
    which = draw(st.sampled_from(["out", "twice", "early", "case"]))
    if which == "case":
        return word.swapcase()
    if which == "out":
        return word[:at] + word[at + 1 :]
    if which == "twice":
        return word[: at + 1] + word[at:]
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


@given(st.sampled_from(sorted(WRITERS)), things, st.data())
def test_a_misspelt_field_is_put_right_and_nothing_else(writer: str, data: Any, drawn: st.DataObject) -> None:
    name = drawn.draw(
        st.sampled_from(["owner", "severity", "markets", "share", "rehearsed_on", "rollback_owner"])
    )
    slip = drawn.draw(slips(name))
    assume(slip not in (name, *FIELDS))
    right = WRITERS[writer](data)
    wrong = re.sub(rf"(?<!\w){name}(?=: {{3}}| =|\": )", slip, right, count=1)
    assert wrong != right
    of = MARKDOWN if writer == "markdown" else THING
    found = [f for f in faults(wrong, FORMATS.get(writer, writer), of) if f.code == "schema-unknown-field"]
    assert len(found) == 1
    if found[0].edit is None:
        assert not meant(slip, list(THING.fields.properties))  # it may be too short to be known
        return
    assert applied(wrong, found[0].edit) == right


MARKDOWN = kind({**dict(THING.schema["properties"])})


@given(st.sampled_from(sorted(WRITERS)), things, st.data())
def test_a_value_is_put_right_and_nothing_else(writer: str, data: Any, drawn: st.DataObject) -> None:
    broken = {
        "severity": drawn.draw(slips(data["severity"])),
        "tier": str(data["tier"]),
        "share": str(data["share"]),
        "draft": drawn.draw(
            st.sampled_from(["yes", "On", "TRUE"] if data["draft"] else ["no", "OFF", "False"])
        ),
        "due_on": drawn.draw(st.sampled_from([data["due_on"].replace("-", "/"), data["due_on"] + " "])),
        "owner": drawn.draw(st.sampled_from([7, 1.5])),
    }
    name = drawn.draw(st.sampled_from(sorted(broken)))
    of = MARKDOWN if writer == "markdown" else THING
    format = FORMATS.get(writer, writer)
    text = WRITERS[writer]({**data, name: broken[name]})
    if broken[name] == data[name]:
        return
    (fault,) = faults(text, format, of)
    if fault.edit is None:
        assert name == "severity"
        assert not meant(broken[name], ["critical", "high", "medium", "low"])
        return
    after = applied(text, fault.edit)
    assert faults(after, format, of) == ()
    wanted = {**data, name: str(broken[name])} if name == "owner" else data
    assert after == WRITERS[writer](wanted)


@given(
    st.sampled_from(["yaml", "json"]),
    st.dictionaries(
        st.sampled_from(["owner", "ownr", "Owner", "tier", "teir", "due-on", "x"]) | st.text(max_size=6),
        st.sampled_from(["", "1", "yes", " high", "23.11.2026", 1, 1.5, True, [], {"a": 1}])
        | st.text(max_size=6),
        max_size=5,
    ),
)
@example("yaml", {"ownr": "\u2028", "tier": "1"})
def test_any_edit_takes_away_faults_and_adds_none(format: str, data: Any) -> None:
    text = json.dumps({"id": "a", **data}, indent=1)
    reading = documents.read(text.encode(), format)
    assume(not reading.faults)
    before = {(fault.code, fault.span and fault.span.line) for fault in faults(text, format)}
    for fault in faults(text, format):
        if fault.edit is None:
            continue
        after = applied(text, fault.edit)
        remaining = {(each.code, each.span and each.span.line) for each in faults(after, format)}
        assert remaining < before
        was, now = (documents.read(each.encode(), format).documents[0].data for each in (text, after))
        assert len(list(walk(was))) == len(list(walk(now)))
        changed = [name for name in was if name not in now or repr(now[name]) != repr(was[name])]
        assert len(changed) == 1


def test_a_copy_is_as_deep_as_it_has_to_be() -> None:
    data = {"a": [{"b": 1, "c": {}}], "d": {}}
    copy = mending.renamed(data, ("a", 0, "b"), "z")
    assert copy == {"a": [{"z": 1, "c": {}}], "d": {}}
    assert data == {"a": [{"b": 1, "c": {}}], "d": {}}
    assert list(copy["a"][0]) == ["z", "c"]
    assert copy["d"] is data["d"]

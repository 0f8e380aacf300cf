"""What a rule's `fix` can do by itself: applied, the field is what the rule says it should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker import documents
from checker.documents import mending
from checker.model import Edit, Result
from tests.judging import DAY, check, configuration, judged, policy, rule, shown, told_one, write


def applied(text: str, edit: Edit) -> str:
    """The text after the edit; the line that it quotes is the one that stands there."""
    lines = text.splitlines(keepends=True)
    line, column, end_line, end_column = edit.span
    assert line == end_line
    assert edit.whole_line == lines[line - 1].rstrip("\r\n")
    lines[line - 1] = lines[line - 1][: column - 1] + edit.text + lines[line - 1][end_column - 1 :]
    return "".join(lines)


def mended(text: str, format: str, path: tuple[str | int, ...], value: Any) -> str | None:
    """The text in which `path` is `value`, or None where that is not mechanical."""
    reading = documents.read(text.encode(), format)
    assert not reading.faults, reading.faults
    edit = mending.mend(reading, reading.documents[0], path, value)
    return None if edit is None else applied(text, edit)


@pytest.mark.parametrize(
    ("format", "text", "value", "expected"),
    [
        ("yaml", "a: b\n", "c", "a: c\n"),
        ("yaml", "# R & D!\na: b&!\n", "c", "# R & D!\na: c\n"),
        ("yaml", "a: 'b'  # why\n", "it's", "a: 'it''s'  # why\n"),
        ("yaml", 'a: "b"\n', "c", 'a: "c"\n'),
        ("yaml", "a: b\n", "true", 'a: "true"\n'),
        ("yaml", "a: b\n", "12", 'a: "12"\n'),
        ("yaml", "a: b\n", "", 'a: ""\n'),
        ("yaml", "a: b\n", "c: d", 'a: "c: d"\n'),
        ("yaml", "a: b\n", "c #d", 'a: "c #d"\n'),
        ("yaml", "a: b\n", "2026-01-02", "a: 2026-01-02\n"),
        ("yaml", "a: b, c\n", "d", "a: d\n"),
        ("yaml", "x: {a: b}\n", "c, d", 'x: {a: "c, d"}\n'),
        ("yaml", "a: b\n", True, "a: true\n"),
        ("yaml", "a: 1\n", 2, "a: 2\n"),
        ("yaml", "a: '1'\n", 1, "a: 1\n"),
        ("yaml", "a: 1\n", 1.0, "a: 1.0\n"),
        ("yaml", "a: b\r\nz: y\r\n", "c", "a: c\r\nz: y\r\n"),
        ("yaml", "a: b\n", "c\nd", 'a: "c\\nd"\n'),
        ("yaml", "a: 'b'\n", "\u202ec", 'a: "\\u202ec"\n'),
        ("json", '{"a": "b"}', '\u202e"c', '{"a": "\\u202e\\"c"}'),
        ("json", '{"a":1}', "é", '{"a":"é"}'),
        ("json", '{"a": true}', False, '{"a": false}'),
        ("toml", "a = 'b'\n", "c", "a = 'c'\n"),
        ("toml", "a = 'b'\n", "it's", 'a = "it\'s"\n'),
        ("toml", "a = 2026-01-02\n", "2026-03-04", "a = 2026-03-04\n"),
        ("toml", "a = 1\n", "true", 'a = "true"\n'),
        ("toml", "a = 1\n", 1e300, "a = 1e+300\n"),
        ("markdown", "---\na: b\n---\n\n# Title\n", "c", "---\na: c\n---\n\n# Title\n"),
    ],
)
def test_a_value_is_written_as_its_format_writes_it(
    format: str, text: str, value: Any, expected: str
) -> None:
    reading = documents.read(text.encode(), format)
    (document,) = reading.documents
    path = next(path for path, _ in walked(document.data) if path[-1:] == ("a",))
    assert mended(text, format, path, value) == expected


def walked(data: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    from checker.documents.reading import walk

    return list(walk(data))


@pytest.mark.parametrize(
    ("format", "text", "path", "why"),
    [
        ("yaml", "a: b\n", ("z",), "absent"),
        ("yaml", "a:\n", ("a",), "null"),
        ("yaml", "a: new\n", ("a",), "it is that already"),
        ("yaml", "a: [b]\n", ("a",), "a list"),
        ("yaml", "a: |\n  b\n", ("a",), "a block"),
        ("yaml", "a: >-\n  b\n", ("a",), "a folded block"),
        ("yaml", "a: b\n  c\n", ("a",), "two lines"),
        ("yaml", "x: &n b\na: *n\n", ("a",), "an alias"),
        ("yaml", "a: &n b\nx: *n\n", ("a",), "others stand for it"),
        ("yaml", "x: &n {a: b}\ny: {<<: *n}\n", ("y", "a"), "merged in"),
        ("yaml", "a: !!str b\n", ("a",), "a tag"),
        ("yaml", '{"a":1}\n', ("a",), "JSON in YAML, without a blank"),
        ("yaml", "b\n", (), "the whole document"),
        ("toml", "a = '''\nb'''\n", ("a",), "two lines"),
        ("csv", "a\nb\n", (0, "a"), "a table"),
        ("markdown", "# Title\n\n## A\n\nb\n", ("title",), "not the front matter"),
    ],
)
def test_nothing_is_offered_that_is_not_certain(
    format: str, text: str, path: tuple[str | int, ...], why: str
) -> None:
    assert mended(text, format, path, "new") is None, why


def test_a_large_file_is_left_alone() -> None:
    assert mended("a: b\n" + "#" * mending.LARGEST_FILE, "yaml", ("a",), "c") is None


def test_a_long_line_is_not_quoted() -> None:
    reading = documents.read(b'{"a": "b", "z": "' + b"z" * 2_000 + b'"}', "json")
    edit = mending.mend(reading, reading.documents[0], ("a",), "c")
    assert edit is not None
    assert (edit.text, edit.whole_line) == ('"c"', "")


scalars = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["true", "~", "null", "0x1f", "1e3", ".5", "- a", "a: b", "#", "'", '"', "\\", "---", "2026-01-02"]
    ),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
olds = {
    "yaml": ("word", "'single'", '"double"', "12", "true", "2026-01-02", "two words, and a comma"),
    "flow": ("word", "'single'", '"double"', "12", "true", "2026-01-02"),
    "json": ('"double"', "12", "true", '"\\u00e9"'),
    "toml": ("'single'", '"double"', "12", "true", "2026-01-02"),
}
frames = {
    "yaml": ("yaml", "x:\n- k: {}  # why\n  z: [1]\n", ("x", 0, "k")),
    "flow": ("yaml", "x: [{{z: 1, k: {}}}, 2]\n", ("x", 0, "k")),
    "json": ("json", '{{"x": [{{"k":{}, "z": 1}}]}}\n', ("x", 0, "k")),
    "toml": ("toml", "[x]\nk = {} # why\nz = [1]\n", ("x", "k")),
}


@given(st.sampled_from(sorted(frames)), st.data(), scalars)
@example("yaml", None, "a\u2028b")
def test_after_the_edit_the_file_says_exactly_that_and_nothing_else_changed(
    frame: str, data: st.DataObject | None, value: Any
) -> None:
    format, text, path = frames[frame]
    old = data.draw(st.sampled_from(olds[frame])) if data else olds[frame][0]
    before = documents.read(text.format(old).encode(), format)
    edit = mending.mend(before, before.documents[0], path, value)
    if edit is None:
        return
    after = documents.read(applied(text.format(old), edit).encode(), format)
    assert not after.faults
    changed = dict(walked(before.documents[0].data))
    found = dict(walked(after.documents[0].data))
    assert set(changed) == set(found)
    assert repr(found[path]) == repr(value)
    scalar = {p: v for p, v in found.items() if p != path and not isinstance(v, dict | list)}
    assert scalar == {p: changed[p] for p in scalar}


@given(
    st.sampled_from(sorted(frames)),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12),
)
def test_there_is_a_way_to_write_any_text(frame: str, value: str) -> None:
    format, text, path = frames[frame]
    unprintable_pairs = format == "json" and any(ord(c) > 0xFFFF and not c.isprintable() for c in value)
    if "\0" in value or unprintable_pairs:
        return
    written = mended(text.format(olds[frame][0]), format, path, value)
    assert written is not None or value in ("word", "single", "double")


# In a policy


FIX = {"text": "Say {params.best}.", "set": "params.best"}
HEAD = {"params": {"best": "ga"}}
ASSERT = "subject.stage == params.best"


def test_the_result_carries_the_edit(tmp_path: Path) -> None:
    result = told_one(tmp_path, ASSERT, "id: a\nstage: 'beta'  # soon\n", at="/stage", fix=FIX, head=HEAD)
    assert (result.outcome, result.fix) == ("fail", "Say ga.")
    assert result.edit == Edit((2, 8, 2, 14), "'ga'", "stage: 'beta'  # soon")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("assertion", "value", "mended"),
    [
        ("subject.tier <= 2", "2", True),
        ("subject.tier <= 2", "5", False),
        ("subject.tier <= 2 && subject.name != 'Lamp'", "2", False),
        ("subject.tier <= 2 && 6 / (subject.tier - 1) > 0", "1", False),
        ("{'a': subject}.a.tier <= 2", "2", True),
        ("subject.tier <= 2 && size(provenance('/tier').authors) > 0", "2", False),
    ],
    ids=["it helps", "it does not", "something else is wrong", "it breaks", "as a whole", "nobody knows"],
)
def test_a_mend_in_vain_is_not_offered(tmp_path: Path, assertion: str, value: str, mended: bool) -> None:
    fix = {"text": "Say it.", "set": value, "at": "/tier"}
    result = told_one(tmp_path, assertion, "id: a\nname: Lamp\ntier: 3\n", fix=fix)
    assert result.outcome in ("fail", "error")
    assert (result.edit is not None) is mended


def test_a_fix_that_is_a_text_mends_nothing(tmp_path: Path) -> None:
    result = told_one(tmp_path, ASSERT, "stage: beta\n", at="/stage", fix="Say ga.", head=HEAD)
    assert (result.fix, result.edit) == ("Say ga.", None)


def test_an_element_is_mended_where_it_stands(tmp_path: Path) -> None:
    text = "steps:\n- {id: x, minutes: 90}\n- {id: y, minutes: 10}\n- {id: z, minutes: 70}\n"
    files = {
        "policies/test.policy.yaml": policy(
            rule(
                "item.minutes <= 60",
                each="subject.steps",
                key="item.id",
                fix={"text": "Shorten it.", "set": "60", "at": "/minutes"},
            )
        ),
        "a.thing.yaml": text,
    }
    report = judged(tmp_path, files)
    edits = [(r.key, r.edit) for r in report.results if r.rule == "test.rule" and r.outcome == "fail"]
    assert [key for key, _ in edits] == ["x", "z"]
    for _, edit in edits:
        assert edit is not None
        text = applied(text, edit)
    again = judged(tmp_path, {**files, "a.thing.yaml": text})
    assert {r.outcome for r in again.results if r.rule == "test.rule"} == {"pass"}


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        ("yaml", "id: a\nstage: beta\n"),
        ("json", '{"id": "a", "stage": "beta"}'),
        ("toml", "id = 'a'\nstage = 'beta'\n"),
        ("md", "---\nid: a\nstage: beta\n---\n\n# A thing\n"),
    ],
)
def test_the_check_passes_after_the_edit(tmp_path: Path, suffix: str, text: str) -> None:
    path = f"a.thing.{suffix}"
    shared = {
        "gonogo.yaml": configuration(subjects=[{"kind": "thing", "files": path}]),
        "policies/test.policy.yaml": policy(rule(ASSERT, at="/stage", fix=FIX), **HEAD),
    }

    def result(text: str) -> Result:
        report = judged(tmp_path, {**shared, path: text})
        return next(each for each in report.results if each.rule == "test.rule")

    failed = result(text)
    assert failed.edit is not None
    assert result(applied(text, failed.edit)).outcome == "pass"


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("tier: 1\n", {"at": "/stage"}),  # the field is absent
        ("stage: beta\n", {"at": "/stage", "fix": {"text": "x", "set": "subject.owner"}}),  # so is the value
        ("stage: beta\n", {"at": "/stage", "fix": {"text": "x", "set": "subject.any"}}),
        ("stage: beta\nany: [1]\n", {"at": "/stage", "fix": {"text": "x", "set": "subject.any"}}),
    ],
)
def test_what_is_not_mechanical_has_no_edit(tmp_path: Path, subject: str, more: dict[str, Any]) -> None:
    result = told_one(tmp_path, ASSERT, subject, **{"fix": FIX, "head": HEAD, **more})
    assert (result.outcome, result.edit) == ("fail", None)


def test_elements_that_no_field_holds_are_left_alone(tmp_path: Path) -> None:
    fix = {"text": "Shorten it.", "set": "60", "at": "/minutes"}
    text = "steps:\n- {id: x, minutes: 90}\n"
    result = told_one(
        tmp_path, "item.minutes <= 60", text, each="subject.steps.filter(s, s.minutes > 1)", fix=fix
    )
    assert (result.outcome, result.edit) == ("fail", None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"fix": {"text": "x", "set": "'ga'"}}, "`set` does not say which field it is about"),
        ({"fix": {"text": "x", "set": "['ga']", "at": "/stage"}}, "this gives a list"),
        (
            {"fix": {"text": "x", "set": "1", "at": "/stage"}},
            "the field holds text; `set` gives a whole number",
        ),
        ({"fix": {"text": "x", "set": "1", "at": "/stge"}}, "`thing` has no field `stge`"),
        ({"fix": {"text": "x", "set": "subject.stge", "at": "/stage"}}, "has no field `stge`"),
        ({"fix": {"text": "{subject.stge}", "set": "'ga'", "at": "/stage"}}, "has no field `stge`"),
        ({"fix": {"text": "x"}}, "set"),
        ({"fix": {"set": "'ga'", "at": "/stage"}}, "text"),
    ],
)
def test_a_mend_that_cannot_be_meant_is_refused(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    files = {"policies/test.policy.yaml": policy(rule("subject.stage == 'ga'", **more)), "a.thing.yaml": "{}"}
    report = check(write(tmp_path, files), DAY)
    assert report.exit_code == 2
    assert said in shown(report.diagnostics)


def test_the_number_of_a_decimal_field_may_be_whole(tmp_path: Path) -> None:
    result = told_one(
        tmp_path, "subject.percent <= 5.0", "percent: 7.5\n", at="/percent", fix={"text": "x", "set": "5"}
    )
    assert result.edit is not None
    assert json.loads(result.edit.text) == 5


@pytest.mark.parametrize(
    ("facts", "tier", "mended"),
    [
        ("payments: true, data_classes: [personal]", 3, 1),
        ("data_classes: [health]", 2, 1),
        ("data_classes: [none]", 3, None),  # what is not declared may change the answer
        ("payments: true", 3, None),  # it would fail all the same
    ],
)
def test_the_shipped_tier_is_mended_only_upwards(
    tmp_path: Path, facts: str, tier: int, mended: int | None
) -> None:
    files = {
        "gonogo.yaml": "version: 1\nproducts: products.yaml\npacks: [ launch-readiness ]\n"
        "subjects: [ { kind: launch-plan, files: a.launch.yaml } ]\n",
        "products.yaml": f"- {{ id: shop, name: Shop, owners: [ Ada Example ], {facts} }}\n",
        "a.launch.yaml": f"id: a\nname: A\nproduct: shop\ntier: {tier}\n",
    }
    report = check(write(tmp_path, files))
    (result,) = [r for r in report.results if r.rule == "launch.tier.large"]
    assert result.outcome == "fail"
    assert (result.edit and json.loads(result.edit.text)) == mended

"""A key written anew: afterwards the field is called what it should be, and nothing else has changed."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from checker import documents
from checker.documents import mending
from checker.model import Edit, Path


def renamed(text: str, format: str, path: Path, name: str) -> str | None:
    """The text in which the field at `path` is called `name`, or None where that is not mechanical."""
    reading = documents.read(text.encode(), format)
    assert not reading.faults, reading.faults
    edit = mending.rename(reading, reading.documents[0], path, name)
    return None if edit is None else applied(text, edit)


def applied(text: str, edit: Edit) -> str:
    lines = text.splitlines(keepends=True)
    line = lines[edit.span.line - 1]
    lines[edit.span.line - 1] = line[: edit.span.column - 1] + edit.text + line[edit.span.end_column - 1 :]
    return "".join(lines)


@pytest.mark.parametrize(
    ("format", "text", "name", "expected"),
    [
        ("yaml", "old: 1 # old\n", "new", "new: 1 # old\n"),
        ("yaml", "old : 1\n", "new", "new : 1\n"),
        ("yaml", "'old': 1\n", "it's", "'it''s': 1\n"),
        ("yaml", '"old": 1\n', 'a "b"', '"a \\"b\\"": 1\n'),
        ("yaml", "old: 1\n", "true", "true: 1\n"),  # whatever a key looks like, it is a text
        ("yaml", "old: 1\n", "a: b", '"a: b": 1\n'),
        ("yaml", "old: 1\n", "- a", '"- a": 1\n'),
        ("yaml", "old: 1\n", "? a", '"? a": 1\n'),
        ("yaml", "old: 1\n", "--- a", '"--- a": 1\n'),
        ("yaml", "old: 1\n", "a, b", '"a, b": 1\n'),
        ("yaml", "old: 1\n", "", '"": 1\n'),
        ("yaml", "old: 1\n", "a\nb", '"a\\nb": 1\n'),
        ("yaml", "old: 1\n", "\u202eb", '"\\u202eb": 1\n'),
        ("yaml", "old:\n", "new", "new:\n"),
        ("yaml", "old: |\n  text\n", "new", "new: |\n  text\n"),
        ("yaml", '{"old":1}\n', "new", '{"new":1}\n'),
        ("yaml", "{old: 1}\n", "new", "{new: 1}\n"),
        ("json", '{"old":1}', "é", '{"é":1}'),
        ("json", '{"old" : null, "a": 1}', "new", '{"new" : null, "a": 1}'),
        ("toml", "old=1\n", "new", "new=1\n"),
        ("toml", "old = 1\n", "a.b", '"a.b" = 1\n'),
        ("toml", "'old' = 1\n", "it's", '"it\'s" = 1\n'),
        ("toml", "old = [\n1,\n2]\n", "new", "new = [\n1,\n2]\n"),
    ],
)
def test_a_key_is_written_as_its_format_writes_it(format: str, text: str, name: str, expected: str) -> None:
    assert renamed(text, format, ("old",), name) == expected


@pytest.mark.parametrize(
    ("format", "text", "path", "why"),
    [
        ("yaml", "old: 1\nnew: 2\n", ("old",), "it is there"),
        ("yaml", "old: 1\nnew:\n", ("old",), "it is there, and empty"),
        ("json", '{"old": 1, "new": null}', ("old",), "it is there, and empty"),
        ("yaml", "a: 1\n", ("old",), "absent"),
        ("yaml", "- 1\n", (0,), "no field"),
        ("yaml", "old: 1\n", (), "the whole document"),
        ("yaml", "old: &x 1\nb: *x\n", ("old",), "an anchor in the file"),
        ("yaml", "? old\n: 1\n", ("old",), "a key on a line of its own"),
        ("yaml", "{old, a: 1}\n", ("old",), "a key without a value"),
        ("json", '{"old"\n: 1}', ("old",), "the colon on another line"),
        ("toml", "[old]\na = 1\n", ("old",), "a header"),
        ("toml", "[[old]]\na = 1\n[[old]]\na = 2\n", ("old",), "headers"),
        ("toml", "[old.a]\nb = 1\n[old.c]\nd = 1\n", ("old",), "parts of headers"),
        ("toml", "old.a = 1\nold.b = 2\n", ("old",), "parts of keys"),
        ("csv", "old\n1\n", (0, "old"), "a table"),
        ("markdown", "# Title\n\n| old |\n|---|\n| 1 |\n", ("sections", 0, "tables", 0, 0, "old"), "a table"),
    ],
)
def test_nothing_is_offered_that_is_not_certain(format: str, text: str, path: Path, why: str) -> None:
    assert renamed(text, format, path, "new") is None, why


FRAMES = {
    "block": ("yaml", "x:  # old\n- {}: [1]  # why\n  z: old\n", ("x", 0)),
    "flow": ("yaml", "x: [{{z: old, {}: 1}}, 2]\n", ("x", 0)),
    "lines": ("yaml", "x:\n  {}:\n    a: 1\n  z: 2\n", ("x",)),
    "json": ("json", '{{"x": [{{"z":1,\n\t{}:"old"}}]}}\n', ("x", 0)),
    "toml": ("toml", "[x]\n{} = 1 # why\nz = 'old'\n", ("x",)),
    "inline": ("toml", "x = {{ z = 1, {} = 'old' }}\n", ("x",)),
    "front matter": ("markdown", "---\nx:\n  {}: 1\n  z: 2\n---\n\n# old\n", ("front_matter", "x")),
}
OLDS = {"json": ('"old"', '"\\u006fld"'), "toml": ("old", "'old'", '"old"'), "inline": ("old", '"old"')}
NAMES = st.text(st.characters(exclude_categories=("Cs",)), max_size=8) | st.sampled_from(
    [
        "true",
        "~",
        "null",
        "<<",
        "0x1f",
        "- a",
        "a: b",
        "#",
        "a #b",
        "'",
        '"',
        "\\",
        "---",
        "...",
        "%YAML",
        "z ",
    ]
)


@given(st.sampled_from(sorted(FRAMES)), st.integers(0, 2), NAMES)
@example("block", 0, "<<")
@example("flow", 0, "<<")
def test_after_the_edit_the_field_is_called_so_and_nothing_else_changed(
    frame: str, style: int, name: str
) -> None:
    format, text, above = FRAMES[frame]
    olds = OLDS.get(frame, ("old", "'old'", '"old"'))
    assume(name not in ("old", "z") and "\0" not in name)
    before = text.format(olds[style % len(olds)])
    data = documents.read(before.encode(), format).documents[0].data
    after = renamed(before, format, (*above, "old"), name)
    if after is None:
        return
    reading = documents.read(after.encode(), format)
    assert not reading.faults
    wanted = mending.renamed(data, (*above, "old"), name)
    assert json.dumps(reading.documents[0].data) == json.dumps(wanted)


@given(st.sampled_from(sorted(FRAMES)), st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8))
def test_there_is_a_way_to_write_any_name(frame: str, name: str) -> None:
    format, text, above = FRAMES[frame]
    assume(name not in ("old", "z"))
    old = OLDS.get(frame, ("old",))[0]
    assert renamed(text.format(old), format, (*above, "old"), name) is not None

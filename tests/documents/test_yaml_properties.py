"""What holds for every YAML text, held against ruamel.yaml: another parser with another resolver."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st
from reading_checks import check_reading, read, walk
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from checker.documents.yaml_scalars import resolve

PLAIN = st.sampled_from(
    [
        "a",
        "no",
        "yes",
        "on",
        "true",
        "True",
        "FALSE",
        "null",
        "~",
        "0",
        "12",
        "-7",
        "012",
        "0o17",
        "0xfF",
        "1.5",
        "-.5",
        "1e3",
        "1E-2",
        ".inf",
        "-.INF",
        ".nan",
        "2026-01-02",
        "2023-14-05",
        "1.2.3",
        "v1.20",
        "a:b",
        "a#b",
        "x-y",
        "it's",
        "a|b",
        "é",
        "日本",
        "10%",
        "a, b",
        "a[b",
    ]
)
QUOTED = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x85\u2028\u2029", exclude_categories=["Cs", "Cc"])
)
SCALARS = st.one_of(
    PLAIN,
    QUOTED.map(lambda text: "'" + text.replace("'", "''") + "'"),
    QUOTED.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'),
)
KEYS = st.sampled_from(["a", "b", "c", "long key", "'quoted'", '"x y"', "1", "no", "é"])


def flow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"
        ),
    )


FLOW = st.recursive(SCALARS, flow, max_leaves=6)


def indented(text: str, by: int) -> str:
    return "".join("\n" + " " * by + line for line in text.split("\n"))


@st.composite
def blocks(draw: st.DrawFn, depth: int = 3) -> str:
    """A block of YAML: lines, without an end behind the last."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(FLOW)
    comment = draw(st.sampled_from(["", "", "   # a comment: yes", " #"]))
    if draw(st.booleans()):
        keys = draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
        indent = draw(st.integers(1, 3))
        return "\n".join(f"{key}:{comment}{indented(draw(blocks(depth=depth - 1)), indent)}" for key in keys)
    items = draw(st.lists(blocks(depth=depth - 1), min_size=1, max_size=3))
    return "\n".join("- " + indented(item, 2).lstrip() for item in items)


def plain(node: Node) -> Any:
    """What this data is for us, from ruamel's nodes: keys as written, null values absent."""
    if isinstance(node, MappingNode):
        entries = ((key.value, plain(value)) for key, value in node.value)
        return {key: value for key, value in entries if value is not None}
    if not isinstance(node, ScalarNode):
        return [plain(item) for item in node.value]
    kind = node.tag.rpartition(":")[2]
    text = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        digits = text.lstrip("+-")
        return int(text, 16 if digits[:2] == "0x" else 8 if digits[:2] == "0o" else 10)
    if kind == "float":
        return float(text.replace(".inf", "inf").replace(".INF", "inf").replace(".nan", "nan"))
    return text


def same(left: Any, right: Any) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return type(left) is type(right) and left == right


def composed(text: str) -> Node | None:
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except YAMLError:
        return None


@given(blocks())
def test_data_is_what_another_reader_of_yaml_1_2_makes_of_it(text: str) -> None:
    reading = read(text)
    node = composed(text)
    check_reading(reading)
    if node is None or reading.faults:
        # Both refuse it, or we are the stricter: no list item may be null, no file empty, no key repeated.
        assert {fault.code for fault in reading.faults} - {"yaml-syntax"} <= {
            "null-item",
            "empty",
            "duplicate-key",
        }
        return
    (document,) = reading.documents
    assert same(document.data, plain(node))


@given(blocks())
def test_the_text_at_the_place_of_a_scalar_is_its_value(text: str) -> None:
    reading = read(text)
    for document in reading.documents if not reading.faults else ():
        for path, value in walk(document.data):
            if not isinstance(value, (dict, list)):
                written = document.positions.written(path)
                assert written is not None
                if written[:1] in "'\"":
                    assert pyyaml.safe_load(written) == value
                elif "\n" not in written:
                    assert same(resolve(written), value)


JSON = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | QUOTED,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(QUOTED, inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([True, False, None]), st.integers(20, 200), st.booleans())
def test_what_is_dumped_comes_back(value: Any, style: bool | None, width: int, unicode: bool) -> None:
    text = pyyaml.safe_dump(value, default_flow_style=style, width=width, allow_unicode=unicode)
    reading = read(text)
    check_reading(reading)
    if reading.faults:
        # PyYAML writes texts that YAML 1.1 alone resolves without quotes: 1_0 and 1e5 are not the same there.
        pytest.fail(f"{reading.faults[0]} in {text!r}")
    found = reading.documents[0].data
    for path, item in walk(value):
        if not isinstance(item, (dict, list)):
            here = found
            for part in path:
                here = here[part]
            assert here == item or isinstance(item, str), path

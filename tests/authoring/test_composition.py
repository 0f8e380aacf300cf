"""The document of a case has the values that the case says, each at the place where it is written."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import documents
from checker.authoring import composition
from checker.authoring.composition import Node, PointerError
from checker.documents.reading import Source

TEXT = st.text("abcxyz/~ ", max_size=6)
SCALARS = st.one_of(st.integers(-9, 99), st.booleans(), TEXT)
DATA = st.recursive(
    SCALARS,
    lambda inside: st.one_of(st.lists(inside, max_size=3), st.dictionaries(TEXT, inside, max_size=3)),
    max_leaves=8,
)


def read(data: Any) -> tuple[Node, Source]:
    """JSON is YAML, and says plainly where each value ends."""
    reading = documents.read(json.dumps({"given": data}, ensure_ascii=False).encode(), "yaml")
    assert reading.faults == ()
    found = composition.node(reading.documents[0], ("given",))
    assert found is not None
    return found, reading.source


def places(data: Any, base: str = "") -> list[str]:
    """The pointer of every value below the root."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = []
    for name, below in inside:
        pointer = f"{base}/{str(name).replace('~', '~0').replace('/', '~1')}"
        found += [pointer, *places(below, pointer)]
    return found


def parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def change(data: Any, pointer: str, value: Any = None, *, remove: bool = False) -> Any:
    """The same as the code under test, on plain data."""
    data = deepcopy(data)
    at = data
    *way, last = parts(pointer)
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]
    key: Any = int(last) if isinstance(at, list) else last
    if remove:
        del at[key]
    else:
        at[key] = value
    return data


CONTAINERS = st.dictionaries(TEXT, DATA, min_size=1, max_size=3)


@given(CONTAINERS)
def test_what_is_not_changed_stays(data: dict[str, Any]) -> None:
    root, source = read(data)
    assert composition.document(root, source).data == data


@given(CONTAINERS, st.data())
def test_a_value_is_taken_away(data: dict[str, Any], draw: st.DataObject) -> None:
    pointer = draw.draw(st.sampled_from(places(data)))
    root, source = read(data)
    assert composition.document(composition.take(root, pointer), source).data == change(
        data, pointer, remove=True
    )


@given(CONTAINERS, DATA, st.data())
def test_a_value_is_put_in_and_every_value_keeps_its_place(
    data: dict[str, Any], value: Any, draw: st.DataObject
) -> None:
    pointer = draw.draw(st.sampled_from(places(data)))
    both, source = read([data, value])
    assert both.items is not None
    changed = composition.put(both.items[0], pointer, both.items[1])
    document = composition.document(changed, source)
    assert document.data == change(data, pointer, value)
    for path in composition.paths(document.data):
        written = document.positions.written(path)
        found = document.data
        for part in path:
            found = found[part]
        if not isinstance(found, (dict, list)):
            assert written is not None
            assert json.loads(written) == found


@pytest.mark.parametrize(
    ("pointer", "message"),
    [
        ("", "'' is no JSON pointer: it begins with /"),
        ("a", "'a' is no JSON pointer: it begins with /"),
        ("/a/b/c", "/a/b is a single value, with nothing below it"),
        ("/l/5", "/l has 2 items, and no place 5"),
        ("/l/x", "/l has 2 items, and no place x"),
        ("/l/-1", "/l has 2 items, and no place -1"),
    ],
)
def test_a_way_that_leads_nowhere(pointer: str, message: str) -> None:
    root, _ = read({"a": {"b": 1}, "l": [1, 2]})
    with pytest.raises(PointerError) as raised:
        composition.put(root, pointer, root)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/l/-", {"l": [1, 2, 9]}),
        ("/l/2", {"l": [1, 2, 9]}),
        ("/l/-/x", {"l": [1, 2, {"x": 9}]}),
        ("/m/n/o", {"l": [1, 2], "m": {"n": {"o": 9}}}),
    ],
)
def test_what_is_on_the_way_is_made(pointer: str, expected: object) -> None:
    both, source = read([{"l": [1, 2]}, 9])
    assert both.items is not None
    assert (
        composition.document(composition.put(both.items[0], pointer, both.items[1]), source).data == expected
    )

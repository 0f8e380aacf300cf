"""The parser in Python, where PyYAML was built without its C library, reads the same."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from reading_checks import check_reading, read, walk
from test_read_yaml import FAULTS
from test_reading_never_raises import PIECES, texts

from checker.documents import Reading, yaml
from checker.documents.yaml_slow import Parser

TEXTS = [
    "a: 1\nb:\n  - x\n  - {c: [no, 012], 'd e': \"f\"}\nn:\nm: ~\n",
    "a: &a {i: 1}\nb: *a\nc:\n  <<: *a\n  j: !!str 2\n",
    "a: |\n  x\n  y\n\nb: >-\n  folded\n  text\nc: two\n  lines\n",
    "---\na: é𝄞\n---\n- b\n...\n",
    "a: 1\r\nb: 2\r\n",
]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "_Parser", Parser)


def seen(reading: Reading) -> list[object]:
    return [
        (path, value, document.positions.value(path), document.positions.key(path))
        for document in reading.documents
        for path, value in walk(document.data)
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_data_and_places(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read(text)
    monkeypatch.setattr(yaml, "_Parser", Parser)
    slow = read(text)
    assert fast.faults == slow.faults == ()
    assert seen(fast) == seen(slow)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("text", [text for text, *_ in FAULTS if not text.startswith("%")])
def test_faults_are_faults(text: str) -> None:
    """Not always with the same words; and a directive that is not known, this parser passes over."""
    reading = read(text)
    check_reading(reading)
    assert reading.faults


@pytest.mark.usefixtures("slow")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts(PIECES["yaml"] + " \\U00110000 \\x"))
def test_it_never_raises_either(text: str) -> None:
    check_reading(read(text))


@pytest.mark.usefixtures("slow")
def test_an_escape_beyond_unicode() -> None:
    (fault,) = read('a: "\\U00110000"').faults
    assert fault.code == "yaml-syntax"

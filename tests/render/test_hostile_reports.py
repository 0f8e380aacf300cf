"""What holds of every format, whatever the files said that a report quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from checker.model import Report
from checker.render import RENDERERS, Options
from tests.render.hostile import reports

COMMAND = re.compile(r"^\s*::|##\w*\[")
"""What build runners take from a log as a command."""


PLAIN = Options()
COLOR = Options(color=True)


@settings(max_examples=60)
@given(reports())
def test_every_format_is_safe_to_print_and_stable(report: Report) -> None:
    for name, render in RENDERERS.items():
        text = render(report, PLAIN)
        text.encode()  # no lone surrogate
        assert re.sub("[\n\u200c\u200d]", "", text).isprintable(), name
        assert name in ("github", "azure") or not commands(text), name
        assert render(report, PLAIN) == text


@settings(max_examples=60)
@given(reports())
def test_color_brings_no_other_escape(report: Report) -> None:
    text = RENDERERS["terminal"](report, COLOR)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "\x1b" not in bare
    assert not commands(bare)


def commands(text: str) -> list[str]:
    return [line for line in text.split("\n") if COMMAND.search(line)]


@pytest.mark.parametrize("line", ["::error::x", "  ::debug::", "a ##[group]", "##vso[task.complete]"])
def test_the_watch_sees(line: str) -> None:
    assert commands(f"a\n{line}\nb") == [line]

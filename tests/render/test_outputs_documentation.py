"""The page about outputs names every format, and what it shows is what comes out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker.render import RENDERERS, Options
from tests.render.reports import MIXED

PAGE = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_format_has_a_section_and_a_row() -> None:
    assert re.findall(r"^## ([a-z]+)$", PAGE, re.MULTILINE) == list(RENDERERS)
    assert re.findall(r"^\| `([a-z]+)` \| .* \| .* \|$", PAGE.split("## terminal")[0], re.MULTILINE) == list(
        RENDERERS
    )


@pytest.mark.parametrize("block", [text for language, text in BLOCKS if language == "text"])
def test_every_text_comes_out(block: str) -> None:
    written = RENDERERS["terminal"](MIXED, Options(statistics=True)) + RENDERERS["github"](MIXED, Options())
    assert block in written


def test_the_result_comes_out() -> None:
    (block,) = [text for language, text in BLOCKS if language == "json"]
    assert json.loads(block) == json.loads(RENDERERS["json"](MIXED, Options()))["results"][0]

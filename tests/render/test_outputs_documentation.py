"""The page about outputs names every format, and what it shows is what comes out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker.render import RENDERERS, Options, portfolio
from tests.render.changes import CHANGE
from tests.render.portfolios import PORTFOLIO
from tests.render.reports import MIXED
from tests.render.reviews import GATE_REVIEW

PAGE = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_format_has_a_section_and_a_row() -> None:
    assert re.findall(r"^## ([a-z]+)$", PAGE, re.MULTILINE) == list(RENDERERS)
    assert re.findall(r"^\| `([a-z]+)` \| .* \| .* \|$", PAGE.split("## terminal")[0], re.MULTILINE) == list(
        RENDERERS
    )


@pytest.mark.parametrize("block", [text for language, text in BLOCKS if language == "text"])
def test_every_text_comes_out(block: str) -> None:
    written = (
        RENDERERS["terminal"](MIXED, Options(statistics=True)),
        RENDERERS["github"](MIXED, Options()),
        RENDERERS["azure"](MIXED, Options()),
        RENDERERS["terminal"](GATE_REVIEW, Options()),
        RENDERERS["terminal"](CHANGE, Options()),
        portfolio.RENDERERS["terminal"](PORTFOLIO, Options()),
    )
    # What lies between two parts of a long page is left out.
    assert any(all(part in text for part in block.strip().split("\n\n")) for text in written)


def test_the_portfolio_has_its_formats_and_a_review_its_headings() -> None:
    review, table = PAGE.split("## A gate review")[1].split("## The portfolio")
    assert re.findall(r"^\| ([a-z]+) \| .* \| .* \|$", table, re.MULTILINE)[1:] == list(portfolio.RENDERERS)
    text = RENDERERS["terminal"](GATE_REVIEW, Options())
    named = re.findall(r"^\| ([A-Z][^|]*) \|", review, re.MULTILINE)
    headings = [heading.strip() for cell in named for heading in cell.split(",")]
    assert len(headings) > 9
    assert [heading for heading in headings if f"\n{heading}" not in text] == []


def test_what_is_shown_of_a_json_format_comes_out() -> None:
    result, row = [json.loads(text) for language, text in BLOCKS if language == "json"]
    assert result == json.loads(RENDERERS["json"](MIXED, Options()))["results"][0]
    assert row in json.loads(RENDERERS["gitlab"](MIXED, Options()))

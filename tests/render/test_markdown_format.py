"""Markdown, read by markdown-it with GitHub's extensions: nothing a file says becomes more than text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from checker.model import Report
from checker.render import RENDERERS, Options
from checker.render.gfm import SIZE, code, prose
from checker.render.text import clip, one_line
from tests.render.cases import CASES
from tests.render.hostile import TEXTS, reports
from tests.render.reports import HOSTILE, MIXED, PLAN, TRICKS, at, result

pytest.importorskip("linkify_it", reason="links that GitHub makes by itself need linkify-it-py")
READER = MarkdownIt("gfm-like")
OURS = re.compile(r"(?:<!-- gonogo:report -->|</?details>|<summary>[\w ,]+ \(\d+\)</summary>|<br>|\s)*")
PLAIN = {"text", "code_inline", "softbreak", "html_inline", "strong_open", "strong_close"}
LINKED = re.compile(r"@\w|#\w|\bgh-\d|:\w+:|www\.|://", re.IGNORECASE)
"""What GitHub links, or turns into a picture, after the Markdown has been read."""


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def check(text: str) -> None:
    for token in tokens(text):
        if token.type in ("html_block", "html_inline"):
            assert OURS.fullmatch(token.content), token.content
        if token.type == "text":
            assert not LINKED.search(token.content), token.content
        assert token.type not in ("link_open", "image", "em_open", "s_open", "fence", "code_block", "hr")


@pytest.mark.parametrize("case", CASES)
def test_a_report_is_only_what_we_wrote(case: str) -> None:
    check(RENDERERS["markdown"](CASES[case], Options()))


@settings(max_examples=50)
@given(reports())
def test_any_report_is_only_what_we_wrote(report: Report) -> None:
    check(RENDERERS["markdown"](report, Options()))


@pytest.mark.parametrize("write", [prose, code])
@settings(max_examples=60)
@given(text=TEXTS)
def test_a_text_reads_as_it_was(write: type, text: str) -> None:
    row = f"| a | b |\n| - | - |\n| x{write(text)} | c |\n"
    cells = [token for token in READER.parse(row) if token.type == "inline"]
    assert [cell.content for cell in cells[:2]] == ["a", "b"]
    assert len(cells) == 4, "a text must stay in its cell"
    children = cells[2].children or []
    assert {child.type for child in children} <= PLAIN
    read = "".join(child.content for child in children).replace("\u200b", "")
    assert read.strip() == ("x" + clip(one_line(text), 300)).strip()


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_stay_in_sight(trick: str) -> None:
    text = RENDERERS["markdown"](HOSTILE, Options())
    seen = "".join(token.content for token in tokens(text) if token.type in ("text", "code_inline"))
    expected = one_line(trick).replace("##[", "# #[").replace("##vso[", "# #vso[")
    assert expected in seen.replace("\u200b", "")


def test_tables_are_tables() -> None:
    text = RENDERERS["markdown"](MIXED, Options())
    assert sum(token.type == "table_open" for token in tokens(text)) == 6


@pytest.mark.parametrize(("trick", "number"), [("m", 1_200), ("@" * 400, 110), ("\x1b" * 400, 110)])
def test_a_report_fits_into_a_comment_and_says_what_it_left_out(trick: str, number: int) -> None:
    results = [
        result(f"r{n}", "fail", at(PLAN, n + 1, 1, 2), trick, enforcement=enforcement, fix=trick)
        for enforcement in ("mandatory", "advisory", "upcoming")
        for n in range(number)
    ]
    text = RENDERERS["markdown"](MIXED._replace(results=tuple(results)), Options())
    assert len(text.encode()) <= SIZE
    rows = sum(line.startswith("| `r") for line in text.splitlines())
    left_out = [int(number) for number in re.findall(r"^(\d+) of these are not shown", text, re.MULTILINE)]
    assert len(left_out) == 3
    assert rows + sum(left_out) == len(results)
    assert text.count("<details>") == text.count("</details>")


def test_what_blocks_is_open_and_the_rest_folded() -> None:
    text = RENDERERS["markdown"](MIXED, Options())
    assert text.index("### Blocking (1)") < text.index("### Undecided (1)") < text.index("<details>")
    assert re.findall("<summary>(.*?)</summary>", text) == [
        "Advisory (1)",
        "Upcoming (1)",
        "Waived (1)",
        "Warnings about policies and configuration (1)",
    ]

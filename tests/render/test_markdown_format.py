"""Markdown, read by markdown-it with GitHub's extensions: nothing a file says becomes more than text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from checker.model import Report, StageChange
from checker.render import RENDERERS, Options
from checker.render.gfm import code, link, prose
from checker.render.pages import COMMENT, SUMMARY
from checker.render.text import clip, one_line
from tests.render.cases import CASES
from tests.render.changes import CHANGE
from tests.render.hostile import TEXTS, reports
from tests.render.reports import HOSTILE, MIXED, PLAN, TRICKS, at, result

pytest.importorskip("linkify_it", reason="links that GitHub makes by itself need linkify-it-py")
READER = MarkdownIt("gfm-like")
FORMATS = ("markdown", "summary", "comment")
MARKS = r"<!-- gonogo(?::report|: comment(?: [0-9a-f]{12})?|: head [0-9a-f]{40}) -->"
OURS = re.compile(rf"(?:{MARKS}|</?details>|<summary>[\w ,]+ \(\d+\)</summary>|<br>|\s)*")
PLAIN = {"text", "code_inline", "softbreak", "html_inline", "strong_open", "strong_close"}
LINKED = re.compile(r"@\w|#\w|\bgh-\d|:\w+:|www\.|://|!\d|%[\w\"]|[~&$]\d", re.IGNORECASE)
"""What GitHub or GitLab links, or turns into a picture, after the Markdown has been read."""


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def check(text: str) -> None:
    depth = 0
    for token in tokens(text):
        if token.type == "html_block":
            depth += token.content.count("<details>") - token.content.count("</details>")
            assert depth in (0, 1), "a text closed what folds it away, or opened more"
        if token.type in ("html_block", "html_inline"):
            assert OURS.fullmatch(token.content), token.content
        if token.type == "text":
            assert not LINKED.search(token.content), token.content
        assert token.type not in ("link_open", "image", "em_open", "s_open", "fence", "code_block", "hr")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_a_report_is_only_what_we_wrote(case: str, name: str) -> None:
    check(RENDERERS[name](CASES[case], Options()))


@settings(max_examples=60)
@given(reports(), st.sampled_from(FORMATS))
def test_any_report_is_only_what_we_wrote(report: Report, name: str) -> None:
    check(RENDERERS[name](report, Options()))


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


@pytest.mark.parametrize("text", ["!12", "acme/shop!3", "%7", '%"next"', "~2", "&4", "$5", "/close", "a#1"])
def test_what_gitlab_would_act_on_stays_text(text: str) -> None:
    check(f"x {prose(text)}")
    stage = StageChange(text, text, text, (text,), None)
    assert CHANGE.comparison
    comparison = CHANGE.comparison._replace(stages=(stage,), judging=(text,))
    report = CHANGE._replace(comparison=comparison, workspace=text, next_step=text)
    for name in FORMATS:
        page = RENDERERS[name](report, Options())
        check(page)
        assert not re.search(r"^\s*/\w", page, re.MULTILINE), "a line of its own would be a command"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_stay_in_sight(trick: str, name: str) -> None:
    text = RENDERERS[name](HOSTILE, Options())
    seen = "".join(token.content for token in tokens(text) if token.type in ("text", "code_inline"))
    expected = one_line(trick).replace("##[", "# #[").replace("##vso[", "# #vso[")
    assert expected in seen.replace("\u200b", "")


def test_tables_are_tables() -> None:
    text = RENDERERS["markdown"](MIXED, Options())
    assert sum(token.type == "table_open" for token in tokens(text)) == 6


@pytest.mark.parametrize(("trick", "number"), [("m", 1_200), ("@" * 400, 110), ("\x1b" * 400, 110)])
@pytest.mark.parametrize(("name", "size"), [("markdown", COMMENT.size), ("comment", COMMENT.size)])
def test_a_report_fits_into_a_comment_and_says_what_it_left_out(
    trick: str, number: int, name: str, size: int
) -> None:
    text = RENDERERS[name](many(trick, number), Options())
    assert size * 0.9 < len(text.encode()) <= size
    rows = sum(line.startswith("| `r") for line in text.splitlines())
    left_out = re.findall(r"^([\d,]+) of these (?:is|are) not shown", text, re.MULTILINE)
    assert rows + sum(int(each.replace(",", "")) for each in left_out) == 3 * number
    assert text.count("<details>") == text.count("</details>")


def many(text: str, number: int) -> Report:
    return MIXED._replace(
        results=tuple(
            result(f"r{n}", "fail", at(PLAN, n + 1, 1, 2), text, enforcement=enforcement, fix=text)
            for enforcement in ("mandatory", "advisory", "upcoming")
            for n in range(number)
        )
    )


@pytest.mark.parametrize("case", CASES)
def test_a_job_summary_is_the_same_page(case: str) -> None:
    assert RENDERERS["summary"](CASES[case], Options()) == RENDERERS["markdown"](CASES[case], Options())


def test_a_job_summary_holds_more_and_is_cut_before_github_drops_it() -> None:
    report = many("m" * 200, 3_000)
    text = RENDERERS["summary"](report, Options())
    assert SUMMARY.size * 0.9 < len(text.encode()) <= SUMMARY.size < 2**20
    assert "not shown, because a job summary takes at most 1,048,576 bytes. The json output" in text
    shown = RENDERERS["summary"](many("m" * 200, 300), Options())
    assert "not shown" not in shown
    assert shown.count("| `r") == 900


def test_what_is_most_pressing_gets_the_room_and_every_section_keeps_some() -> None:
    text = RENDERERS["markdown"](many("m" * 200, 120), Options())
    assert "### Blocking (120)" in text
    left_out = re.findall(r"^(\d+) of these are not shown", text, re.MULTILINE)
    assert left_out == [left_out[0], "117"], "the first is shown whole, the last keeps three"


def test_sections_that_have_no_room_at_all_are_counted() -> None:
    stage = "@" * 290
    changes = tuple(StageChange(f"{n}{stage}", stage, stage, (stage,), None) for n in range(90))
    assert CHANGE.comparison
    report = CHANGE._replace(comparison=CHANGE.comparison._replace(stages=changes))
    text = RENDERERS["comment"](report, Options())
    assert len(text.encode()) <= COMMENT.size
    assert re.search(r"^\d+ sections are not shown, because GitHub takes at most", text, re.MULTILINE)
    check(text)


@pytest.mark.parametrize("path", ["a.yaml", "a b/(c) [d].yaml", 'x" onclick="y', "](https://evil.example)"])
def test_a_link_leads_below_its_address_and_nowhere_else(path: str) -> None:
    address = "https://git.example/acme/shop/blob/9d8e/"
    (inline,) = (token for token in READER.parse(f"x {link(path, address, path, 4)} y") if token.children)
    assert inline.children
    opened = [token for token in inline.children if token.type == "link_open"]
    assert [token.attrs["href"] for token in opened] == [f"{address}{quote(path)}#L4"]
    assert "".join(token.content for token in inline.children).replace("\u200b", "") == f"x {path} y"


def test_without_an_address_places_are_code() -> None:
    for name in FORMATS:
        plain = RENDERERS[name](CHANGE, Options())
        assert "`governance/products.yaml:4`" in plain
        assert "](" not in plain
        linked = RENDERERS[name](CHANGE, Options(address="https://git.example/acme/shop/blob/9d8e/"))
        assert "](https://git.example/acme/shop/blob/9d8e/governance/products.yaml#L4)" in linked
        # What was mended stands on a line of the base, which the address does not show.
        assert "[`governance/launches/checkout/launch.yaml:8`]" not in linked


def test_what_blocks_is_open_and_the_rest_folded() -> None:
    text = RENDERERS["markdown"](MIXED, Options())
    assert text.index("### Blocking (1)") < text.index("### Undecided (1)") < text.index("<details>")
    assert re.findall("<summary>(.*?)</summary>", text) == [
        "Advisory (1)",
        "Upcoming (1)",
        "Waived (1)",
        "Warnings about policies and configuration (1)",
    ]

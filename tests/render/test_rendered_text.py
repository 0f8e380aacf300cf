"""Texts from hostile files: what is shown of them, how wide it is, and what never comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.render.text import clip, inert, one_line, visible, width, wrap

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve 東京 🚀", "naïve 東京 🚀"),
        ("a\tb", "a    b"),
        ("a\u00a0b", "a b"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u2066b", "a<U+2066>b"),
        ("a\u2028b", "a<U+2028>b"),
        ("\ufeffa\x00b\x7f", "<U+FEFF>a<U+0000>b<U+007F>"),
        ("\ud800", "<U+D800>"),
        ("\U000e0041", "<U+E0041>"),
        ("क\u200dष", "क\u200dष"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY)
def test_what_is_visible_can_be_printed(text: str) -> None:
    assert visible(text).replace("\u200c", "").replace("\u200d", "").isprintable()


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\nb", "a b"), ("a  \r\n\r\n   b\n", "a b"), ("\n", ""), ("a\x85b", "a<U+0085>b")],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("東京", 4), ("é", 1), ("e\u0301", 1), ("क\u200dष", 2), ("", 0), ("🚀", 2)],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 9, ["one two", "  three"]),
        ("one", 9, ["one"]),
        ("", 9, [""]),
        ("https://example.com/a/long/path", 9, ["https://example.com/a/long/path"]),
        ("東京都千代田区", 6, ["東京都", "  千代", "  田区"]),
    ],
)
def test_wrap(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, columns, "  ") == lines


@given(ANY.map(visible), st.integers(10, 60))
def test_wrapping_loses_nothing_but_spaces(text: str, columns: int) -> None:
    assert "".join("".join(wrap(text, columns, "  ")).split()) == "".join(text.split())


def test_clip_says_what_it_left_out() -> None:
    assert clip("abc", 3) == "abc"
    assert clip("a" * 1_003, 3) == "aaa… (1,000 more characters)"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("::error::x", ": :error::x"),
        ("a\n  ::error::x", "a\n  : :error::x"),
        ("\x1b[1m::error::x", "\x1b[1m: :error::x"),
        ("a ::error::x", "a ::error::x"),
        ("a ##[group]b", "a # #[group]b"),
        ("##vso[task.complete]", "# #vso[task.complete]"),
        ("###teamcity[x]", "## #teamcity[x]"),
        ("## Heading", "## Heading"),
    ],
)
def test_inert(text: str, safe: str) -> None:
    assert inert(text) == safe


def test_a_spelling_may_lose_nothing() -> None:
    assert inert('"##[group]"', "\\u{:04x}") == '"\\u0023#[group]"'

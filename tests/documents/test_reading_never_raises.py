"""Whatever the bytes are: a reading comes back, its spans lie in the text, its trusted data is clean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_checks import check_reading, read

from checker import documents

PIECES = {
    "yaml": "a b: : - - ? | > ' \" # & &a *a !x !!int !!str << <<: *a [ ] { } , % @ ` --- ... ~ null 1"
    " 0x 1e999 .nan é \\0 \\ud800 \t \n \n \r\n \r \x00 \x07 \x85 \u2028 \ufeff",
    "json": '{ } [ ] , : "a" "b" "\\ud800" "\\u0000" "\\q" " \\ 1 -0 01 1e999 1.5 99999999999999999999 NaN'
    " -Infinity true null nul é \n \t \x00 \x07",
    "ndjson": '{"a":1} {"b":null} [1] null " \n \n \r\n { } [ ] 99999999999999999999 NaN \t',
    "toml": "a b = . [ ] [[ ]] { } , 1 \"x\" 'y' \"\"\" ''' \\u0000 \\q 2020-01-01 07:32:00 1e999 inf nan"
    " 99999999999999999999 0x # true \n \n \r\n \r é \x00 \x07",
    "csv": 'a b , , ; \t " "" \n \n \r\n \r é \x00 x',
    "markdown": "# ## --- === - * 1. [ ] [x] ( ) ` ``` ~~~ | |-|-| > < > <!-- --> <b> </b> <your name> TBD"
    " TODO https://x.y [a](b) ![a](b) \\ &amp; & a: é \n \n \n\n \r\n \r \t     \x00",
}


def texts(pieces: str) -> st.SearchStrategy[str]:
    parts = [*(piece for piece in pieces.split(" ") if piece), " ", "  "]
    return st.lists(st.sampled_from(parts), max_size=40).map("".join)


@pytest.mark.parametrize("format", documents.FORMATS)
@given(raw=st.binary(max_size=200))
def test_bytes(format: str, raw: bytes) -> None:
    check_reading(read(raw, format))


@pytest.mark.parametrize("format", documents.FORMATS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@given(text=st.text(max_size=60))
def test_texts_in_any_encoding(format: str, encoding: str, text: str) -> None:
    check_reading(read(text.encode(encoding, "surrogatepass"), format))


@pytest.mark.parametrize("format", documents.FORMATS)
@given(data=st.data())
def test_texts_made_of_what_the_format_is_made_of(format: str, data: st.DataObject) -> None:
    check_reading(read(data.draw(texts(PIECES[format])), format))


DEEP = {
    "yaml flow": ("yaml", "[" * 5000),
    "yaml block": ("yaml", "- " * 5000),
    "yaml mappings": ("yaml", "\n".join(" " * n + "a:" for n in range(500))),
    "json": ("json", "[" * 100_000),
    "json objects": ("json", '{"a":' * 100_000),
    "json closed": ("json", "[" * 101 + "]" * 101),
    "ndjson": ("ndjson", "[1]\n" + "[" * 100 + "]" * 100),
    "toml lists": ("toml", "a = " + "[" * 5000),
    "toml closed": ("toml", "a = " + "[" * 120 + "]" * 120),
    "toml keys": ("toml", ".".join("a" * 500) + " = 1"),
    "toml tables": ("toml", "[" + ".".join("a" * 500) + "]"),
}


@pytest.mark.parametrize(("format", "text"), DEEP.values(), ids=DEEP)
def test_deep_nesting_is_one_fault(format: str, text: str) -> None:
    (fault,) = read(text, format).faults
    assert fault.code == "too-deep"
    assert fault.span is not None


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("yaml", "[" * 100 + "]" * 100),
        ("json", "[" * 100 + "]" * 100),
        ("ndjson", "[" * 99 + "]" * 99),
        ("toml", "a = " + "[" * 99 + "]" * 99),
    ],
)
def test_a_hundred_levels_are_read(format: str, text: str) -> None:
    check_reading(read(text, format))
    assert read(text, format).faults == ()


def test_a_bomb_of_aliases_is_one_fault() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]" for n in range(1, 20)]
    (fault,) = read("\n".join(lines)).faults
    assert (fault.code, fault.span.line if fault.span else 0) == ("alias-expansion", 6)


def test_aliases_do_not_evade_the_depth() -> None:
    lines = ["a0: &a0 [" + "[" * 30 + "]" * 30 + "]"]
    lines += [f"a{n}: &a{n} [{'[' * 30}*a{n - 1}{']' * 30}]" for n in range(1, 5)]
    (fault,) = read("\n".join(lines)).faults
    assert (fault.code, fault.span.line if fault.span else 0) == ("too-deep", 4)


def test_the_limit_of_aliases_counts_what_they_stand_for() -> None:
    text = "a: &a [1, 2, 3]\nb: [*a, *a]\n"
    assert read(text, aliased=6).faults == ()
    assert [fault.code for fault in read(text, aliased=5).faults] == ["alias-expansion"]


SLOW = {
    "yaml anchors": ("yaml", "".join(f"a{n}: &a{n} x\n" for n in range(20_000))),
    "yaml plain": ("yaml", "a: " + "x " * 200_000),
    "yaml quotes": ("yaml", "a: '" + "''" * 200_000),
    "yaml colons": ("yaml", "a" * 200_000 + ":"),
    "yaml list": ("yaml", "[" + "a, " * 50_000 + "]"),
    "yaml bangs": ("yaml", "a: " + "! " * 100_000),
    "yaml documents": ("yaml", "--- ! x\n" * 20_000),
    "yaml properties": ("yaml", "a: &b " + "# \n " * 50_000),
    "json quotes": ("json", '"' + "\\" * 200_001),
    "json spaces": ("json", " " * 200_000 + "["),
    "toml quotes": ("toml", 'a = """' + '""x' * 100_000),
    "toml blanks": ("toml", "\n# x" * 100_000 + "\na = ["),
    "csv quotes": ("csv", '"' + '""' * 200_000),
    "csv columns": ("csv", "," * 100_000),
    "csv rows": ("csv", "a,b\n" + "1,2\n" * 50_000),
    "markdown brackets": ("markdown", "[" * 3_000),
    "markdown emphasis": ("markdown", "*a _b " * 3_000),
    "markdown quotes": ("markdown", ">" * 3_000),
    "markdown angles": ("markdown", "<your " * 20_000),
    "markdown lists": ("markdown", "- " * 3_000 + "x"),
    "markdown comments": ("markdown", "<!--" * 20_000),
    "conflicts begun": ("yaml", "<<<<<<<\n" * 20_000),
    "conflicts without end": ("yaml", "<<<<<<<\n=======\n" * 20_000),
}


@pytest.mark.parametrize(("format", "text"), SLOW.values(), ids=SLOW)
def test_long_and_odd_texts_are_read_in_good_time(format: str, text: str) -> None:
    """No clock: what takes more than a straight line's time would not end in a test run."""
    check_reading(read(text, format)) if len(text) < 50_000 else read(text, format)

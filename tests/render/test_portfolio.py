"""The portfolio: readable however large it is, complete for programs, inert whatever a file says."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from checker.model import Portfolio
from checker.render import Options
from checker.render.pages import COMMENT
from checker.render.portfolio import RENDERERS, stages
from checker.render.portfolio_csv import HEADER
from tests.render.hostile import TEXTS
from tests.render.portfolios import LARGE, NOTHING, PORTFOLIO, PORTFOLIOS, standing
from tests.render.test_hostile_reports import commands
from tests.render.test_json_format import objects
from tests.render.test_markdown_format import check

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "portfolio-v1.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
FILES = {
    "terminal": "terminal.txt",
    "markdown": "summary.md",
    "json": "portfolio.json",
    "csv": "portfolio.csv",
}


def written(name: str, table: Portfolio, **options: Any) -> str:
    return RENDERERS[name](table, Options(**options))


def rows(table: Portfolio) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written("csv", table))))


@pytest.mark.parametrize("case", sorted(set(PORTFOLIOS) - {"portfolio-large"}))
@pytest.mark.parametrize("name", RENDERERS)
def test_portfolio(name: str, case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{case}/{FILES[name]}", written(name, PORTFOLIOS[case]))


def test_a_large_one_on_a_terminal(golden: Callable[[str, str], None]) -> None:
    golden("portfolio-large/terminal.txt", written("terminal", LARGE))


def test_a_large_one_stays_readable_and_says_what_it_left_out() -> None:
    text = written("terminal", LARGE)
    assert len(text.splitlines()) < 120
    assert max(map(len, text.splitlines())) <= 80
    listed = len(re.findall("^  (?:NO-GO|UNDECIDED) ", text, re.MULTILINE))
    left_out = sum(map(int, re.findall(r"… and (\d+) more", text)))
    assert listed + left_out == sum(len(stage.pressing) for stage in stages(LARGE))
    assert "Block the most products: ga.sign-off.counsel (175)" in text
    assert "Lack a sign-off: counsel (175)" in text


def test_a_small_one_is_listed_whole() -> None:
    assert "more. All of them" not in written("terminal", PORTFOLIO)


def test_only_gates_behind_and_the_next_are_listed() -> None:
    listed = [(each.standing.product, each.gates) for stage in stages(PORTFOLIO) for each in stage.pressing]
    assert listed == [
        ("ledger", ("ga",)),
        ("checkout", ("ga",)),
        ("payout", ("ga",)),
        ("payout", ("growth",)),
    ]


def test_gates_that_are_closed_for_the_same_reasons_are_told_together() -> None:
    behind = {"passed": True}
    table = PORTFOLIO._replace(
        standings=(
            standing("checkout", "ga", "alpha", "no-go", **behind),
            standing("checkout", "ga", "beta", "no-go", **behind),
            standing("checkout", "ga", "ga", "no-go", **behind, missing=("counsel",)),
        )
    )
    text = " ".join(written("terminal", table).split())
    assert "checkout (Checkout), gates alpha, beta, which lie behind it: 1 failed" in text
    assert "checkout (Checkout), gate ga, which lies behind it: 1 failed" in text


def test_quiet_lists_what_decides_the_exit_code() -> None:
    text = written("terminal", PORTFOLIO, quiet=True)
    assert "payout (Pay-out for shops), gate ga, which lies behind it" in text
    assert "checkout" not in text.split("Products at gates")[0]
    assert "warning[" not in text


def test_every_standing_is_counted_once() -> None:
    numbers = [int(number) for stage in stages(LARGE) for row in stage.counts for number in row[1:]]
    assert sum(numbers) == len(LARGE.standings)
    data = json.loads(written("json", LARGE))
    counts = data["counts"]
    assert counts.pop("standings") == sum(counts.values()) == len(data["standings"]) == len(rows(LARGE))


def test_nothing_is_not_a_pass() -> None:
    for name in ("terminal", "markdown"):
        assert "No product stands at any gate, and that is not a pass" in written(name, NOTHING)


@pytest.mark.parametrize("name", ["terminal", "markdown"])
def test_another_clock_cannot_be_missed(name: str) -> None:
    assert "NOT VALID FOR A GATE" in written(name, LARGE)
    assert "NOT VALID FOR A GATE" not in written(name, PORTFOLIO)


def test_color_only_adds_color() -> None:
    colored = written("terminal", PORTFOLIO, color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == written("terminal", PORTFOLIO)


@pytest.mark.parametrize("name", sorted(set(RENDERERS) - {"terminal"}))
def test_formats_for_machines_ignore_the_reader(name: str) -> None:
    assert written(name, PORTFOLIO, color=True, width=40, quiet=True) == written(name, PORTFOLIO)


def test_markdown_fits_into_a_comment() -> None:
    text = written("markdown", LARGE)
    assert len(text.encode()) <= COMMENT.size
    assert "of these are not shown" in text


@pytest.mark.parametrize("case", PORTFOLIOS)
def test_markdown_is_only_what_we_wrote(case: str) -> None:
    check(written("markdown", PORTFOLIOS[case]).replace("<!-- gonogo:portfolio -->", ""))


def test_the_schema_is_closed_and_described() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for _, schema in objects(SCHEMA):
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
        assert all(each.get("description") for each in schema["properties"].values())


def test_the_two_schemas_say_the_same_of_what_they_share() -> None:
    report = json.loads((Path(__file__).parents[2] / "schemas" / "report-v1.schema.json").read_text("utf-8"))
    shared = set(SCHEMA["$defs"]) & set(report["$defs"])
    assert shared == {"diagnostic", "location", "origin", "outside", "severity", "subject"}
    aged = report["$defs"]["diagnostic"]  # a portfolio is held against no base
    del aged["properties"]["age"]
    aged["required"].remove("age")
    for name in shared:
        assert SCHEMA["$defs"][name] == report["$defs"][name]


@pytest.mark.parametrize("case", PORTFOLIOS)
def test_a_portfolio_fits_its_schema(case: str) -> None:
    data = json.loads(written("json", PORTFOLIOS[case]))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" \t=1", "'=1"),
        ("\u00a0=1", "'=1"),
        ("a=1", "a=1"),
        ('x,"y"\nz', 'x,"y" z'),
        ("", ""),
    ],
)
def test_a_cell_is_never_a_formula(name: str, cell: str) -> None:
    table = PORTFOLIO._replace(standings=(standing("checkout", "beta", "ga", "go", name=name),))
    assert rows(table)[0]["name"] == cell


@settings(max_examples=40)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_every_format_is_safe_to_print_and_stable(texts: list[str]) -> None:
    table = PORTFOLIO._replace(
        workspace=texts[0],
        standings=tuple(
            each._replace(product=text, name=text + "!", stage=text, gate=text, missing=(text,))
            for each in PORTFOLIO.standings[:2]
            for text in texts
        ),
    )
    for name in RENDERERS:
        text = written(name, table)
        text.encode()  # no lone surrogate
        assert re.sub("[\n\u200c\u200d]", "", text).isprintable(), name
        assert not commands(text), name
        assert written(name, table) == text
    assert VALIDATOR.is_valid(json.loads(written("json", table)))
    for row in rows(table):
        assert set(row) == set(HEADER)
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


def test_markdown_alone_needs_templates() -> None:
    program = (
        "import sys; from checker.render import Options; from checker.render.portfolio import RENDERERS;"
        "from tests.render.portfolios import PORTFOLIO;"
        "[RENDERERS[name](PORTFOLIO, Options()) for name in RENDERERS if name != 'markdown'];"
        "assert 'jinja2' not in sys.modules"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_case_shows_every_verdict_on_both_sides() -> None:
    found = Counter((each.verdict, each.passed) for each in PORTFOLIO.standings)
    assert {verdict for verdict, _ in found} == {"go", "conditional", "no-go", "undecided"}
    assert ("no-go", True) in found

"""The exact blocks that a person sees, and what a terminal must never be sent."""

from __future__ import annotations

import re
from itertools import product

import pytest

from checker.model import Excerpt, Location, Reason, Result, Seen, Span
from checker.render import RENDERERS, Options, tally
from checker.render.terminal import diagnostics
from tests.render.reports import BROKEN, CHECKOUT, MIXED, PLAN, at, result


def page(*results: Result, **options: object) -> str:
    report = MIXED._replace(results=results, diagnostics=())
    return RENDERERS["terminal"](report, Options(**options))  # type: ignore[arg-type]


def excerpt(line: str, start: int, end: int, width: int = 80) -> list[str]:
    """The lines between the location and the summary, for one line of a file and a span in it."""
    found = result("r", "fail", at(PLAN, 7, start, end), "m", excerpt=Excerpt(7, (line,)))
    return page(found, width=width).split("\n\n")[0].splitlines()[3:]


@pytest.mark.parametrize(
    ("line", "start", "end", "lines"),
    [
        pytest.param("tier: 4", 7, 8, [" 7 | tier: 4", "   |       ^"], id="plain"),
        pytest.param("\ttier: 4", 8, 9, [" 7 |     tier: 4", "   |           ^"], id="tab"),
        pytest.param("名前: 東京", 5, 7, [" 7 | 名前: 東京", "   |       ^^^^"], id="wide"),
        pytest.param("cafe\u0301: x", 8, 9, [" 7 | cafe\u0301: x", "   |       ^"], id="combining"),
        pytest.param("a: \x1b[0m", 4, 8, [" 7 | a: <U+001B>[0m", "   |    ^^^^^^^^^^^"], id="escape"),
        pytest.param("a:", 9, 12, [" 7 | a:", "   |   ^"], id="behind the end"),
        pytest.param("", 1, 1, [" 7 |", "   | ^"], id="empty"),
        pytest.param("a: b\r", 4, 5, [" 7 | a: b", "   |    ^"], id="carriage return"),
    ],
)
def test_caret(line: str, start: int, end: int, lines: list[str]) -> None:
    assert excerpt(line, start, end) == lines


def test_a_long_line_shows_what_is_meant() -> None:
    line = "x" * 5_000 + "HERE" + "y" * 5_000
    shown, marked = excerpt(line, 5_001, 5_005, width=40)
    assert shown == " 7 | …xxxxxxxxxxxHEREyyyyyyyyyyyyyyyyyy…"
    assert marked.index("^") == shown.index("HERE")
    assert marked.count("^") == 4
    assert len(shown) == 40


def test_a_span_longer_than_the_screen_is_cut() -> None:
    shown, marked = excerpt("a: " + "v" * 500, 4, 504, width=40)
    assert len(shown) <= 40
    assert len(marked) <= 40


def test_a_long_line_of_wide_characters_fits() -> None:
    shown, marked = excerpt("東" * 300, 150, 152, width=41)
    assert shown == " 7 | " + "…" + "東" * 17 + "…"
    assert marked.strip(" |") == "^^^^"


def test_of_a_span_over_lines_the_first_is_marked_and_many_lines_are_counted() -> None:
    lines = tuple(f"line {number}" for number in range(1, 11))
    location = Location(PLAN, Span(1, 6, 11, 1))
    shown = page(result("r", "fail", location, "m", excerpt=Excerpt(1, lines))).split("\n\n")[0].splitlines()
    assert shown[3:5] == [" 1 | line 1", "   |      ^"]
    assert shown[-1] == "   | … 4 more lines"


def test_the_gutter_is_as_wide_as_the_number() -> None:
    text = page(result("r", "fail", at(PLAN, 12_345, 1, 2), "m", excerpt=Excerpt(12_345, ("a",))))
    assert text.splitlines()[1:5] == [
        f"     --> {PLAN}:12345:1 (launch-plan checkout)",
        "      |",
        "12345 | a",
        "      | ^",
    ]


def test_values_of_artifacts_say_where_they_stand_when_that_is_elsewhere() -> None:
    seen = tuple(
        Seen("x", str(number), place)
        for number, place in enumerate((at(PLAN, 9, 1, 2), at(PLAN, 3, 1, 2), at("b.yaml", 4, 5, 6), None))
    )
    text = page(result("r", "fail", at(PLAN, 9, 1, 2), "m", reasons=(Reason("t", "e", seen),)))
    assert [line.strip() for line in text.splitlines()[2:6]] == [
        "= why: t",
        "x is 0",
        "x is 1 (line 3)",
        "x is 2 (b.yaml:4:5)",
    ]


def test_the_most_pressing_comes_first() -> None:
    results = []
    for severity, enforcement, outcome in product(
        ("low", "critical"), ("upcoming", "advisory", "mandatory"), ("pass", "error", "fail")
    ):
        name = f"{outcome}-{enforcement}-{severity}"
        shape = {"severity": severity, "enforcement": enforcement}
        results.append(result(name, outcome, at(PLAN, 1, 1, 2), f"about {name}", **shape))
    shown = [line.split(":")[0] for line in page(*results).splitlines() if ": about" in line]
    assert shown == [
        "error[fail-mandatory-critical]",
        "error[fail-mandatory-low]",
        "undecided[error-mandatory-critical]",
        "undecided[error-mandatory-low]",
        "undecided[error-upcoming-critical]",
        "undecided[error-advisory-critical]",
        "undecided[error-upcoming-low]",
        "undecided[error-advisory-low]",
        "warning[fail-advisory-critical]",
        "warning[fail-advisory-low]",
        "upcoming[fail-upcoming-critical]",
        "upcoming[fail-upcoming-low]",
    ]


def test_many_findings_are_grouped_by_subject_the_worst_first() -> None:
    calm, bad = CHECKOUT._replace(id="a", path="a.yaml"), CHECKOUT._replace(id="b", path="b.yaml")
    results = [
        result("r", "fail", at(subject.path, line, 1, 2), f"m{line}", subject=subject)
        for line in range(1, 8)
        for subject in (calm, bad)
    ]
    results.append(result("r", "fail", at("b.yaml", 9, 1, 2), "m9", subject=bad, severity="critical"))
    headings = [line for line in page(*results).splitlines() if line.startswith("── ")]
    assert headings == ["── b.yaml: launch-plan b, 8 findings", "── a.yaml: launch-plan a, 7 findings"]


def test_errors_that_say_the_same_of_a_subject_are_one() -> None:
    results = [result(f"r{n:02}", "error", Location(PLAN), "Not evaluated: unreadable") for n in range(20)]
    text = page(*results)
    assert text.count("Not evaluated") == 1
    assert "undecided[20 rules]: Not evaluated: unreadable" in text
    assert "r00, r01, r02, r03, r04 and 15 more" in text
    assert "20 error" in text


def test_quiet_shows_what_blocks_and_the_verdict() -> None:
    text = RENDERERS["terminal"](MIXED, Options(quiet=True))
    assert [line.split("[")[0] for line in text.splitlines() if "]: " in line] == ["error", "undecided"]
    assert text.splitlines()[-2].startswith("NO-GO: 1 pass, 1 fail, ")


def test_nothing_checked_is_said() -> None:
    skipped = result("r", "not-applicable", Location(PLAN), "m")
    for results in ((), (skipped, skipped)):
        assert "nothing was checked, and that is not a pass" in page(*results)


def test_color_only_adds_color() -> None:
    plain = RENDERERS["terminal"](MIXED, Options(statistics=True))
    colored = RENDERERS["terminal"](MIXED, Options(statistics=True, color=True))
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_defects_can_be_shown_without_a_report() -> None:
    alone = diagnostics(BROKEN.diagnostics, Options())
    assert RENDERERS["terminal"](BROKEN, Options()).startswith(alone)


def test_what_could_not_be_decided_leads_to_its_rule() -> None:
    """The artifact may be as it should be: then the rule is what to mend."""
    info = MIXED.rules[0]
    broken = result(info.id, "error", at(PLAN, 1, 1, 2), "it needs more work than its budget")
    report = MIXED._replace(results=(broken,), rules=(info._replace(location=at("p.policy.yaml", 9, 5, 6)),))
    assert "   = rule: p.policy.yaml:9:5\n" in RENDERERS["terminal"](report, Options())


@pytest.mark.parametrize(("number", "said"), [(1, "1 expires in 6 days"), (1_002, "1,002 expire in 6 days")])
def test_waivers_that_end_next_are_counted(number: int, said: str) -> None:
    waived = next(each for each in MIXED.results if each.waived)
    report = MIXED._replace(results=(waived,) * number)
    assert f"{number:,} waived ({said})" in tally.summary(report)

"""No input makes a check run on and on, and none that is refused for its size passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import run
from checker.model import Hunk, Report
from checker.render import RENDERERS, Options
from checker.review.lines import Lines
from checker.run.comparing import Change, compare
from checker.transports import patterns
from checker.transports.disk import LIMIT
from tests import judging
from tests.judging import policy, rule
from tests.patience import patience
from tests.security.attacks import Contents, attacked, started, stopped

OWNED = policy(rule("filled(subject.owner)", at="/owner"))


def timely(folder: Path, base: Contents, change: Contents) -> Report:
    with patience():
        return attacked(folder, {"ok.thing.yaml": "owner: Ada\n", **base}, change)


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    return "\n".join(lines + [f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]" for n in range(1, 20)])


BOMBS: dict[str, Contents] = {
    "aliases": {"a.thing.yaml": bomb()},
    "an alias of itself": {"a.thing.yaml": "any: &a [ *a ]\n"},
    "merge keys": {"a.thing.yaml": "any: &a { <<: *a }\n"},
    "deep lists": {"a.thing.yaml": "any: " + "[" * 100_000},
    "deep maps": {"a.thing.yaml": "".join(" " * n + "a:\n" for n in range(2_000))},
    "a number without end": {"a.thing.yaml": "tier: " + "9" * 1_000_000},
    "a power without end": {"a.thing.yaml": "tier: 1e999999999\n"},
    "base sixty": {"a.thing.yaml": "tier: " + "1:" * 100_000 + "1\n"},
    "a key without end": {"a.thing.yaml": "a" * 1_000_000 + ": 1\n"},
    "a file without end": {"a.thing.yaml": "#" * (LIMIT + 1)},
    "keys without end": {"a.thing.yaml": "".join(f"k{n}: 1\n" for n in range(20_000))},
    "the same key again and again": {"a.thing.yaml": "owner: TBD\n" * 100_000},
    "documents without end": {"a.thing.yaml": "---\nowner: TBD\n" * 5_000},
    "many files": {f"n{number}.thing.yaml": "owner: TBD\n" for number in range(1_500)},
    "a line without end": {"a.thing.yaml": "owner: " + "x " * 500_000 + ": y\n"},
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_failure_in_good_time(tmp_path: Path, name: str) -> None:
    report = timely(tmp_path, {"policies/test.policy.yaml": OWNED}, BOMBS[name])
    assert stopped(report)


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(f'name: "{"a" * 50_000}!"\nany: "(a+)+$"\n', id="groups in groups"),
        pytest.param(f'name: "{"a" * 50_000}!"\nany: "^(a|a?)+$"\n', id="choices in choices"),
        pytest.param(f'name: "{"a" * 50_000}!"\nany: "a.*a.*a.*a.*a.*b"\n', id="anything again and again"),
        pytest.param('name: a\nany: "((a{1000}){1000}){1000}"\n', id="repetitions of repetitions"),
        pytest.param(f'name: a\nany: "{"(" * 5_000}"\n', id="open groups"),
        pytest.param('name: aa\nany: "(a)\\\\1"\n', id="a reference back"),
    ],
)
def test_a_pattern_of_an_artifact_is_matched_in_one_pass_or_refused(tmp_path: Path, thing: str) -> None:
    matching = policy(rule("subject.name.matches(subject.any)"))
    assert stopped(timely(tmp_path, {"policies/test.policy.yaml": matching}, {"a.thing.yaml": thing}))


ENDLESS = {
    "loops in loops": "subject.tags.all(a, subject.tags.all(b, subject.tags.all(c, a + b + c != 'x')))",
    "texts that grow": "subject.tags.all(a, subject.tags.all(b, !(subject.name + a + b).contains('never')))",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_expression_without_end_is_an_error(tmp_path: Path, name: str) -> None:
    files = {"policies/test.policy.yaml": policy(rule(ENDLESS[name]))}
    tags = ", ".join(f"t{n}" for n in range(1_000))
    report = timely(tmp_path, files, {"a.thing.yaml": f"name: {'x' * 1_000}\ntags: [ {tags} ]\n"})
    (result,) = (r for r in report.results if r.rule == "test.rule" and r.subject.path == "a.thing.yaml")
    assert (result.outcome, report.exit_code) == ("error", 4)


def test_days_that_no_calendar_has_fail(tmp_path: Path) -> None:
    files = {"policies/test.policy.yaml": policy(rule("age(subject.name) < 10"))}
    days = ["99999-01-01", "0000-00-00", "2026-02-30", "9" * 5_000, "-1-01-01", "2026-06-01T99:99:99Z"]
    bad = {f"n{number}.thing.yaml": f'name: "{day}"\n' for number, day in enumerate(days)}
    report = timely(tmp_path, files, {**bad, "ok.thing.yaml": "name: 2026-06-01\n"})
    assert sum(r.outcome == "fail" and r.rule == "test.rule" for r in report.results) == len(days)


def test_very_many_failures_are_told_in_good_time(tmp_path: Path) -> None:
    elements = policy(rule("filled(item.owner)", each="subject.steps"))
    steps = "steps:\n" + "".join(f"  - {{ id: s{n} }}\n" for n in range(10_000))
    report = timely(tmp_path, {"policies/test.policy.yaml": elements}, {"a.thing.yaml": steps})
    assert sum(r.outcome == "fail" for r in report.results) > 10_000
    for render in RENDERERS.values():
        with patience():
            render(report, Options())


# patterns of files, which a change may bring, held against paths, which it brings too


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("*a" * 30 + "b", "a" * 255),
        ("**/a/" * 30 + "b", "a/" * 1_000 + "c"),
        ("**/*a*a*a*/" * 10 + "b", "aaaa/" * 500 + "c"),
        ("**/" * 50 + "b", "a/" * 1_000 + "c"),
        ("*" * 200 + "b", "a" * 4_000),
        ("{a}{b}{c}{d}{e}{f}b", "a" * 255),
        ("{a}-{b}-{c}x", "-" * 255),
        ("**/{a}/**/b", "a/" * 1_000 + "c"),
        ("**/{a}/**/b/**/b/**/b", "a/b/" * 500 + "c"),
    ],
    ids=lambda value: value[:10],
)
def test_a_pattern_is_held_against_a_path_in_one_pass(text: str, path: str) -> None:
    with patience():
        assert not patterns.fits(text, path)


_PART = st.lists(st.sampled_from(["a", "b", "*", "{x}"]), min_size=1, max_size=3).map("".join)


@given(
    st.lists(st.just("**") | _PART, min_size=1, max_size=3).map("/".join),
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join),
)
def test_what_fits_is_what_fitted_by_trying_everything(text: str, path: str) -> None:
    assert patterns.fits(text, path) is (re.fullmatch(everything(text), path) is not None)


def everything(text: str) -> str:
    """The plain meaning of a pattern, as an expression that goes back on every choice."""
    parts = text.split("/")
    found = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            found += ".*" if last else "(?:[^/]+/)*"
        else:
            one = re.sub(r"\*+", "[^/]*", part)
            found += one.replace("{x}", "(?P<x>[^/]+)", 1) if "(?P<x>" not in found else one
            found = found.replace("{x}", "(?P=x)") + ("" if last else "/")
    return found


def test_a_change_of_very_many_places_is_searched_in_good_time() -> None:
    hunks = [Hunk(2 * n, 0, 3 * n, 1) for n in range(1, 20_001)]
    lines = Lines("a", hunks)
    with patience():
        found = [lines.nearest(line, line) for line in range(1, 60_001)]
    assert found[:9] == [3, 3, 3, 3, 6, 6, 6, 9, 9]
    assert all(line and abs(line - asked) <= 2 for asked, line in enumerate(found, 1))


def test_links_in_circles_are_followed_no_further_than_anybody_needs(tmp_path: Path) -> None:
    made = started(tmp_path, {"policies/test.policy.yaml": OWNED, "a.thing.yaml": "owner: Ada\n", "d/x": ""})
    for number in range(300):  # each goes a long way, and on to the next
        target = f"{'d/../' * 780}k{number + 1}.thing.yaml"
        (made.folder / f"k{number}.thing.yaml").symlink_to(target)
    made.commit("harmless")
    request = run.Request(str(made.folder), judging.clock(judging.DAY))
    change = Change("main", made.git("rev-parse", "HEAD"))
    with patience():
        assert stopped(compare(request, change))

"""Whole reports in every format, held to files; `pytest --update-golden` writes those anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from checker.model import Reason
from checker.render import RENDERERS, Options
from tests.render.cases import CASES
from tests.render.reports import MIXED

FILES = {
    "terminal": "terminal.txt",
    "json": "report.json",
    "sarif": "report.sarif",
    "junit": "junit.xml",
    "github": "github.txt",
    "markdown": "summary.md",
    "comment": "comment.md",
}
HOSTS = {
    "checks": "checks.json",
    "suggestions": "suggestions.json",
    "gitlab": "gitlab.json",
    "azure": "azure.txt",
    "bitbucket": "bitbucket.json",
    "rdjson": "reviewdog.json",
    "checkstyle": "checkstyle.xml",
}
"""The formats for hosts' programs, which lay out the same notes: some reports show all that differs."""
SOME = ("broken-policy", "change", "empty", "hostile", "neutral")
READERS = {
    "quiet": Options(quiet=True),
    "statistics": Options(statistics=True),
    "color": Options(color=True),
    "narrow": Options(width=50),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FILES)
def test_report(name: str, case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{case}/{FILES[name]}", RENDERERS[name](CASES[case], Options()))


@pytest.mark.parametrize("case", SOME)
@pytest.mark.parametrize("name", HOSTS)
def test_report_for_a_host(name: str, case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{case}/{HOSTS[name]}", RENDERERS[name](CASES[case], Options()))


def test_every_format_is_held_to_files() -> None:
    # A job summary is the page of `markdown` with more room: its own test holds it to that.
    assert {*FILES, *HOSTS} == set(RENDERERS) - {"summary"}


@pytest.mark.parametrize("reader", READERS)
def test_what_a_reader_may_ask_for(reader: str, golden: Callable[[str, str], None]) -> None:
    golden(f"mixed/terminal-{reader}.txt", RENDERERS["terminal"](CASES["mixed"], READERS[reader]))


@pytest.mark.parametrize("name", sorted(set(RENDERERS) - {"terminal"}))
def test_formats_for_machines_ignore_the_reader(name: str) -> None:
    changed = Options(color=True, width=40, quiet=True, statistics=True)
    assert RENDERERS[name](CASES["mixed"], changed) == RENDERERS[name](CASES["mixed"], Options())


@pytest.mark.parametrize("name", sorted(set(RENDERERS) - {"markdown", "summary", "comment", "checks"}))
def test_only_what_is_used_is_loaded(name: str) -> None:
    program = (
        "import sys; from checker.render import RENDERERS, Options; from tests.render.reports import MIXED;"
        f"before = [m for m in sys.modules if m.startswith('checker.render.')]; assert not before, before;"
        f"RENDERERS[{name!r}](MIXED, Options()); assert 'jinja2' not in sys.modules;"
        f"others = {sorted(set(RENDERERS) - {name})!r};"
        "assert not [o for o in others if f'checker.render.{o}' in sys.modules]"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", sorted(set(RENDERERS) - {"json", "suggestions"}))
def test_a_reason_that_repeats_the_message_is_not_said_again(name: str) -> None:
    failed = next(result for result in MIXED.results if result.outcome == "fail")
    bare = failed._replace(reasons=())
    repeated = failed._replace(reasons=(Reason(failed.message, "subject.x"),) * 2)
    said = [
        RENDERERS[name](MIXED._replace(results=(result,)), Options()).count(failed.message)
        for result in (bare, repeated)
    ]
    assert said[0] == said[1] > 0

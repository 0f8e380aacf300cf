"""What holds of every report, whatever the workspace."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model import Report, Result
from checker.render import RENDERERS, Options
from tests.judging import check, write
from tests.strategies import shuffled, workspaces

RANK = ("go", "conditional", "undecided", "no-go")
"""From the best verdict to the worst."""

few = settings(max_examples=40, deadline=None)


def reported(files: Mapping[str, Any]) -> Report:
    with tempfile.TemporaryDirectory(prefix="gonogo") as folder:
        report = check(write(Path(folder), {path: json.dumps(data) for path, data in files.items()}))
    assert not [d for d in report.diagnostics if d.level == "error"], report.diagnostics
    return report


def said(result: Result) -> tuple[object, ...]:
    """All that a result says, apart from where in a file it points."""
    reasons = [(r.text, r.expression, [(s.expression, s.value) for s in r.seen]) for r in result.reasons]
    return (
        result.rule,
        result.subject,
        result.key,
        result.outcome,
        result.enforcement,
        result.gate,
        result.message,
        result.location.path,
        reasons,
    )


@few
@given(workspaces(), st.randoms(use_true_random=False))
def test_neither_the_order_of_files_nor_that_of_keys_matters(files: dict[str, Any], random: Random) -> None:
    as_written = reported(files)
    paths = list(files)
    random.shuffle(paths)
    otherwise = reported({path: shuffled(files[path], random.shuffle) for path in paths})
    assert [said(r) for r in otherwise.results if r.rule != "thing.schema"] == [
        said(r) for r in as_written.results if r.rule != "thing.schema"
    ]
    # the faults of one artifact stand in the order of its text
    assert sorted(map(repr, map(said, otherwise.results))) == sorted(map(repr, map(said, as_written.results)))
    assert (otherwise.verdict, otherwise.exit_code) == (as_written.verdict, as_written.exit_code)
    assert [rule._replace(location=None) for rule in otherwise.rules] == [
        rule._replace(location=None) for rule in as_written.rules
    ]


@few
@given(workspaces(), st.data())
def test_demoting_a_binding_never_worsens_the_verdict(files: dict[str, Any], data: st.DataObject) -> None:
    bound = [
        (path, n) for path in files if path.endswith(".gate.yaml") for n in range(len(files[path]["binds"]))
    ]
    if not bound:
        return
    path, number = data.draw(st.sampled_from(sorted(bound)))
    demoted = copy.deepcopy(files)
    demoted[path]["binds"][number]["enforcement"] = "advisory"
    assert RANK.index(reported(demoted).verdict) <= RANK.index(reported(files).verdict)


@few
@given(workspaces())
def test_the_same_inputs_give_the_same_report(files: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory(prefix="gonogo") as folder:
        write(Path(folder), {path: json.dumps(data) for path, data in files.items()})
        first, second = check(Path(folder)), check(Path(folder))
    assert first == second
    assert RENDERERS["json"](first, Options()) == RENDERERS["json"](second, Options())


@few
@given(workspaces())
def test_every_place_lies_inside_its_file(files: dict[str, Any]) -> None:
    lengths = {path: len(json.dumps(data)) for path, data in files.items()}  # one line each
    report = reported(files)
    places = [r.location for r in report.results]
    places += [s.location for r in report.results for reason in r.reasons for s in reason.seen if s.location]
    for place in places:
        assert place.span is not None
        line, column, end_line, end_column = place.span
        assert (line, end_line) == (1, 1)
        assert 1 <= column <= end_column <= lengths[place.path] + 1

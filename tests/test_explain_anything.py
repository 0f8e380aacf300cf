"""Whatever does not hold can be told: no expression and no data leave a sentence unfinished."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from checker import cel, explain
from checker.kinds import shipped_kind
from checker.model import SubjectRef
from checker.snapshot import Snapshot, Subject
from tests.cel.cel_expressions import Expressions, Records

ENVIRONMENT = cel.Environment({"subject": cel.DYN}, absent_has=True)
KIND = shipped_kind("feedback")
SEEDS = st.integers(0, 2**32)


def holds(program: cel.Program, data: object) -> bool:
    try:
        return program.evaluate({"subject": data}) is True
    except cel.EvaluationError:
        return False


@settings(max_examples=500)
@given(SEEDS, SEEDS)
def test_what_does_not_hold_is_told(seed: int, other: int) -> None:
    text = re.sub(r"\br\b", "subject", Expressions(seed).expression())
    program = ENVIRONMENT.compile(text, check_types=False)
    data = Records(other).record()
    if holds(program, data):
        return
    subject = Subject(SubjectRef("feedback", "f", "f.yaml"), KIND, data, {}, (), None, None)
    told = explain.tell(program, {"subject": data}, subject, Snapshot((subject,)))
    assert told.message
    assert all(reason.text for reason in told.reasons)

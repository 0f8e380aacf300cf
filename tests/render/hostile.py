"""Reports made of arbitrary texts, for properties that hold whatever a file says."""

from __future__ import annotations

from hypothesis import strategies as st

from checker.model import (
    OUTCOMES,
    SEVERITIES,
    Diagnostic,
    Evidence,
    Excerpt,
    Location,
    Reason,
    Report,
    Result,
    RuleInfo,
    Seen,
    Span,
    SubjectRef,
    Waived,
)
from tests.render.reports import MIXED, TRICKS

_PIECES = st.one_of(
    st.characters(exclude_categories=()),
    st.sampled_from(
        [*"\n\r\t\x1b:#@[]()<>&`|*_~$\\!%.\u202e", "::", "##", "www.", "http://", "](", "\n::error::"]
    ),
    st.sampled_from(TRICKS),
)
TEXTS = st.lists(_PIECES, max_size=8).map("".join)
"""Any characters, lone surrogates included, with those more often that mean something to some reader."""

_NUMBERS = st.integers(1, 40)


@st.composite
def _spans(draw: st.DrawFn) -> Span:
    line, column = draw(_NUMBERS), draw(_NUMBERS)
    end_line = line + draw(st.integers(0, 2))
    return Span(line, column, end_line, draw(_NUMBERS) if end_line > line else column + draw(_NUMBERS))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Reports with up to three results and two diagnostics, all of whose texts come from a pool of four."""
    text = st.sampled_from(draw(st.lists(TEXTS, min_size=1, max_size=4)))
    locations = st.builds(Location, text, st.none() | _spans())
    seen = st.builds(Seen, text, text, st.none() | locations)
    reasons = st.builds(Reason, text, text, st.tuples(seen))
    excerpts = st.none() | st.builds(Excerpt, _NUMBERS, st.tuples(text, text))
    evidence = st.tuples(st.builds(Evidence, text, st.sampled_from(["", "sha256:" + "0a" * 32]), text))
    results = st.builds(
        Result,
        rule=text,
        policy=text,
        subject=st.builds(SubjectRef, text, text, text, text),
        outcome=st.sampled_from(OUTCOMES),
        severity=st.sampled_from(SEVERITIES),
        enforcement=st.sampled_from(["mandatory", "advisory", "upcoming"]),
        message=text,
        location=locations,
        evidence=evidence,
        key=text,
        fix=text,
        reasons=st.tuples(reasons),
        waived=st.none() | st.builds(Waived, text, text, text, st.just("2026-12-31")),
        gate=text,
        excerpt=excerpts,
    )
    levels = st.sampled_from(["error", "warning"])
    faults = st.builds(Diagnostic, text, text, st.none() | locations, text, levels, excerpts)
    found = tuple(draw(st.lists(results, max_size=3)))
    words = draw(text)
    ids = sorted({result.rule for result in found})
    return MIXED._replace(
        workspace=draw(text),
        results=found,
        rules=tuple(
            RuleInfo(each, words, words, "1.0.0", words, "low", words, (words,), words, words) for each in ids
        ),
        diagnostics=tuple(draw(st.lists(faults, max_size=2))),
        inputs=draw(evidence),
        next_step=draw(text),
    )

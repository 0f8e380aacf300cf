"""Reports made of arbitrary texts, for properties that hold whatever a file says."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from checker.model import (
    ASSURANCES,
    OUTCOMES,
    SEVERITIES,
    Age,
    Approval,
    ChangedFile,
    Comparison,
    ConditionState,
    DecisionState,
    Diagnostic,
    Edit,
    Evidence,
    Excerpt,
    Flip,
    Foreseen,
    Location,
    Origin,
    Reason,
    Report,
    Result,
    Review,
    RuleInfo,
    ScopeVerdict,
    Seen,
    SignOffState,
    Span,
    StageChange,
    SubjectRef,
    Waived,
    WaiverState,
)
from tests.render.reports import AS_OF, MIXED, TRICKS

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


DAYS = st.sampled_from(["2026-05-31", "2026-06-01", "2026-12-31"])
VERDICTS = st.sampled_from(["go", "conditional", "no-go", "undecided"])


def approvals(text: st.SearchStrategy[str]) -> st.SearchStrategy[Approval]:
    """Approvals of any assurance, in which every text is drawn from `text`."""
    return st.builds(Approval, text, st.sampled_from(ASSURANCES), st.none() | st.just(AS_OF), text, text)


def reviews(text: st.SearchStrategy[str]) -> st.SearchStrategy[Review]:
    """Reviews with up to two of everything, in which every text is drawn from `text`."""
    conditions = st.builds(
        ConditionState, text, text, text, text, DAYS, st.sampled_from(["met", "open", "overdue"])
    )
    decisions = st.builds(
        DecisionState,
        id=text,
        decision=st.sampled_from(["proceed", "proceed-with-conditions", "hold", "recycle", "stop"]),
        basis=st.sampled_from(["normal", "overrule", "emergency"]),
        launch=text,
        market=text,
        approval=approvals(text),
        role=text,
        reason=text,
        conditions=st.tuples(conditions),
        stands=st.booleans(),
        message=text,
    )
    sign_offs = st.builds(
        SignOffState,
        role=text,
        status=st.sampled_from(["present", "missing", "void", "not-needed"]),
        launch=text,
        market=text,
        approval=st.none() | approvals(text),
        reasons=st.tuples(text),
        expires=st.just("") | DAYS,
        advisory=st.booleans(),
        id=text,
        location=st.just(None),
        meaning=text,
    )
    foreseen = st.builds(Foreseen, DAYS, st.sampled_from(["fails", "waiver-expires", "in-force"]), text, text)

    def several(each: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
        return st.lists(each, max_size=2).map(tuple)

    return st.builds(
        Review,
        gate=text,
        title=text,
        product=text,
        stage=text,
        leads_to=text,
        scopes=several(st.builds(ScopeVerdict, text, text, VERDICTS)),
        sign_offs=several(sign_offs),
        decisions=several(decisions),
        next_gate=text,
        opened=text,
        forecast_to=st.just("") | DAYS,
        foreseen=several(foreseen),
    )


def comparisons(
    text: st.SearchStrategy[str],
    results: st.SearchStrategy[Result],
    locations: st.SearchStrategy[Location],
) -> st.SearchStrategy[Comparison]:
    """Changes with up to two of everything, in which every text is drawn from `text`."""

    def several(each: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
        return st.lists(each, max_size=2).map(tuple)

    gates = several(text)
    lines = several(st.tuples(_NUMBERS, _NUMBERS).map(lambda run: (min(run), max(run))))
    return st.builds(
        Comparison,
        base=text,
        head=text,
        judge=text,
        fail_on=st.sampled_from(["new", "all"]),
        fixed=several(results),
        stages=several(st.builds(StageChange, text, text, text, gates, st.none() | locations)),
        judging=several(text),
        flips=several(st.builds(Flip, st.booleans(), results)),
        files=several(st.builds(ChangedFile, text, text, lines)),
    )


def _aged(result: Result, age: Age) -> Result:
    """Held against a base, which only what did not pass is."""
    return result._replace(age=age if result.outcome in ("fail", "error") else "")


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
        age=st.just(""),
        anchor=st.none() | locations,
        edit=st.none() | st.builds(Edit, _spans(), text, text),
        altered=st.just("") | text,
    )
    levels = st.sampled_from(["error", "warning"])
    waivers = st.builds(
        WaiverState,
        id=text,
        rule=text,
        subject=text,
        type=st.sampled_from(["exception", "baseline", "switched-off"]),
        status=st.sampled_from(["active", "expired", "changed"]),
        owner=text,
        approval=approvals(text),
        expires=DAYS,
        days_left=st.integers(-3, 3),
        covers=st.integers(0, 3),
        message=text,
        location=st.none() | locations,
    )
    ages = st.sampled_from(["", "new", "existing"])
    faults = st.builds(Diagnostic, text, text, st.none() | locations, text, levels, excerpts, ages)
    results = st.builds(lambda result, word: result._replace(owner=word, markets=(word,)), results, text)
    comparison = draw(st.none() | comparisons(text, results, locations))
    if comparison:
        results = st.builds(_aged, results, st.sampled_from(["new", "existing"]))
    found = tuple(draw(st.lists(results, max_size=3)))
    clocks = st.sampled_from(["now", "as-of", "clock"])
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
        waivers=tuple(draw(st.lists(waivers, max_size=2))),
        without_waivers=draw(st.none() | VERDICTS),
        overruled=draw(st.integers(0, 2)),
        origin=draw(st.none() | st.builds(Origin, text, clocks, text, text)),
        review=draw(st.none() | reviews(text)),
        comparison=comparison,
        neutral=draw(st.just("") | text),
    )

"""What a gate review says, and to whom: the agenda that a terminal and Markdown share."""

from __future__ import annotations

import json
import re

import pytest

from checker.model import Approval, Location, Origin, Report, ScopeVerdict, Span, WaiverState
from checker.render import RENDERERS, Options, grounds, review
from checker.render.identity import verdict_digest
from tests.render.reports import AS_OF, MIXED
from tests.render.reviews import ADA, BARE_REVIEW, BEN, GATE_REVIEW, REVIEW, WAIVED, WAIVERS


def page(report: Report = GATE_REVIEW, **options: object) -> str:
    return RENDERERS["terminal"](report, Options(**options))  # type: ignore[arg-type]


def words(text: str) -> str:
    """Without the line breaks of a layout."""
    return " ".join(text.split())


def section(title: str, text: str) -> str:
    """What stands under a heading of the terminal."""
    (found,) = [part for part in text.split("\n\n") if part.startswith(title)]
    return found


def test_the_agenda_has_its_order() -> None:
    headings = [part.splitlines()[0] for part in page().split("\n\n")]
    assert headings[:-1] == [
        "Gate review: General availability (ga)",
        "launch        market  verdict",
        "What blocks, for Ada Example to resolve (1)",
        "What blocks, for counsel to resolve (1)",
        "What blocks, for privacy-officer to resolve (1)",
        "What blocks, owner not known (1)",
        "Sign-offs: 1 missing, 1 void, 1 present, 1 not needed, 1 advisory",
        "Decisions: 1 stands, 1 does not stand",
        "Conditions: 1 overdue, 1 open, 1 met",
        "Waivers: 2 in force here, 1 not in force",
        "Forecast to 2026-08-01: 3 changes if nobody does anything",
        "Still needed for the next gate, growth (1)",
        "Announced for later (1)",
        "Advisory (1)",
        "Waived (1)",
    ]
    assert headings[-1].startswith("NO-GO: 1 pass, 2 fail, ")


def test_markdown_has_the_same_agenda() -> None:
    text = RENDERERS["markdown"](GATE_REVIEW, Options())
    assert re.findall(r"^(?:### |<summary>)(.*?) \(\d+\)", text, re.MULTILINE) == [
        "Verdicts",
        "What blocks",
        "Sign-offs",
        "Decisions",
        "Conditions",
        "Waivers",
        "Forecast to 2026-08-01",
        "Still needed for the next gate",
        "Announced for later",
        "Advisory",
        "Waived",
    ]


@pytest.mark.parametrize("name", ["terminal", "markdown"])
def test_every_finding_of_a_review_is_shown_once(name: str) -> None:
    text = words(RENDERERS[name](GATE_REVIEW, Options()))
    for result in GATE_REVIEW.results:
        if result.outcome in ("fail", "error"):
            assert text.count(words(result.message)) == 1


def test_a_terminal_of_80_columns_is_enough() -> None:
    # The line of counts stays one line, for grep.
    assert max(len(line) for line in page().splitlines() if not line.startswith("NO-GO: ")) <= 80


@pytest.mark.parametrize(
    ("approval", "meaning", "said"),
    [
        (
            ADA,
            "approval",
            "Ada Example (ada), on 2026-05-30 23:59-08:00, meaning approval, signed"
            " Signed with the key SHA256:5xW0 of ada@checkout.example.",
        ),
        (BEN._replace(note=""), "review", "Ben Sample, on 2026-05-20 10:00+01:00, meaning review, asserted"),
        (Approval("cy", "host-verified"), "", "cy, at no stated time, host-verified"),
    ],
)
def test_who_approved_what_when_and_how_we_know(approval: Approval, meaning: str, said: str) -> None:
    assert " ".join(review.signatory(approval, meaning)) == said
    state = REVIEW.sign_offs[0]._replace(approval=approval, meaning=meaning)
    report = GATE_REVIEW._replace(review=REVIEW._replace(sign_offs=(state,)))
    assert said in words(page(report))


def test_each_reason_why_a_sign_off_is_void_is_told() -> None:
    found = words(section("Sign-offs", page()))
    for reason in REVIEW.sign_offs[2].reasons:
        assert reason in found


def test_waivers_that_do_not_hold_come_first_then_the_soonest() -> None:
    found = section("Waivers", page())
    assert re.findall(r"^  (\S.*?)  +(W-\d)", found, re.MULTILINE) == [
        ("expired", "W-3"),
        ("6 days left", "W-7"),
        ("213 days left", "W-2"),
    ]


@pytest.mark.parametrize(("days", "label"), [(0, "last day"), (1, "1 day left"), (2, "2 days left")])
def test_the_days_a_waiver_has_left(days: int, label: str) -> None:
    report = GATE_REVIEW._replace(waivers=(WAIVERS[2]._replace(days_left=days),))
    assert f"  {label}  W-7" in page(report)


def test_a_waiver_about_something_else_is_only_counted() -> None:
    idle = WAIVERS[0]._replace(covers=0)
    text = page(GATE_REVIEW._replace(waivers=(idle, *WAIVERS[1:])))
    assert "Waivers: 1 in force here, 1 not in force, 1 about something else" in text
    assert "W-2" not in text


BASELINE = tuple(
    WAIVERS[0]._replace(id=f"old:{rule}", rule=rule, location=Location("waivers/old.waiver.yaml", span))
    for rule, span in (("a.b", Span(3, 1, 3, 4)), ("a.c", Span(5, 1, 5, 4)))
)
"""A state for each rule of one file."""


@pytest.mark.parametrize(
    ("waivers", "without", "overruled", "said"),
    [
        ((), None, 0, []),
        (WAIVERS, "no-go", 0, ["With 2 waivers; without them NO-GO"]),
        (WAIVERS[2:], "go", 0, ["With 1 waiver; without it GO"]),
        (WAIVERS[1:2], "go", 0, ["1 waiver on file, none of which accepts a failure here"]),
        (BASELINE, "no-go", 0, ["With 1 waiver; without it NO-GO"]),
        (
            tuple(each._replace(covers=0) for each in BASELINE),
            "go",
            0,
            ["1 waiver on file, none of which accepts a failure here"],
        ),
        ((), None, 1, ["On record: 1 decision to proceed against a verdict (overrule or emergency)"]),
        ((), None, 2, ["On record: 2 decisions to proceed against a verdict (overrule or emergency)"]),
    ],
)
def test_what_a_verdict_rests_on(
    waivers: tuple[WaiverState, ...], without: str | None, overruled: int, said: list[str]
) -> None:
    change = {"waivers": waivers, "without_waivers": without, "overruled": overruled}
    for report in (MIXED, GATE_REVIEW):
        changed = report._replace(**change)  # type: ignore[arg-type]
        assert list(grounds.footing(changed)) == said
        for name in ("terminal", "markdown"):
            text = RENDERERS[name](changed, Options())
            assert all(line in text for line in said)


@pytest.mark.parametrize("name", ["terminal", "markdown"])
@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("now", ""),
        ("as-of", "NOT VALID FOR A GATE: judged as it was on 2026-06-01 09"),
        ("clock", "NOT VALID FOR A GATE: judged with the clock set to 2026-06-01 09"),
        ("forecast", "NOT VALID FOR A GATE: a forecast for 2026-06-01 09"),
    ],
)
def test_a_report_of_another_day_says_so(name: str, clock: str, said: str) -> None:
    for report in (MIXED, GATE_REVIEW):
        origin = Origin("", clock)  # type: ignore[arg-type]
        text = RENDERERS[name](report._replace(origin=origin), Options(quiet=True))
        assert said in text
        assert ("NOT VALID" in text) == bool(said)


def test_an_origin_that_knows_no_commit_leaves_no_empty_line() -> None:
    known, unknown = (page(MIXED._replace(origin=origin)) for origin in (None, Origin("", "now")))
    assert known == unknown


def test_quiet_is_what_blocks_and_the_verdict() -> None:
    text = page(quiet=True)
    assert "What blocks, owner not known (1)" in text
    assert text.splitlines()[-2].startswith("With 2 waivers")
    for heading in ("Sign-offs:", "Waivers:", "Advisory", "Next:"):
        assert f"\n{heading}" not in text


def test_what_is_not_there_is_said() -> None:
    text = page(BARE_REVIEW)
    assert "Sign-offs: this gate asks for none" in text
    assert "Decisions: none is recorded yet" in text
    assert "Waivers: none" in text
    assert "The product states no stage." in text
    open_end = GATE_REVIEW._replace(review=REVIEW._replace(foreseen=()))
    assert "Forecast to 2026-08-01: nothing changes if nobody does anything" in page(open_end)


def test_one_launch_in_one_market_needs_no_table() -> None:
    alone = GATE_REVIEW._replace(review=REVIEW._replace(scopes=REVIEW.scopes[:1]))
    text = page(alone)
    assert "NO-GO for product checkout, launch checkout-2.0, market eu:" in text
    assert "launch        market  verdict" not in text


def test_an_ordinary_check_shows_waivers_that_do_not_hold_as_findings() -> None:
    text = words(page(WAIVED))
    assert "warning[waiver-expired]: waiver W-3: It expired 12 days ago" in text
    assert "--> waivers/W-3.waiver.yaml:9:10" in text
    assert "waiver-expired" not in page(WAIVED, quiet=True)
    assert "`waiver-expired`" in RENDERERS["markdown"](WAIVED, Options())


def test_a_waived_failure_stays_suppressed_and_is_no_failure_of_a_build() -> None:
    suppressed = [
        each["suppressions"]
        for each in json.loads(RENDERERS["sarif"](GATE_REVIEW, Options()))["runs"][0]["results"]
        if "suppressions" in each
    ]
    (waived,) = [each.waived for each in GATE_REVIEW.results if each.waived]
    assert suppressed == [
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{waived.reason} (waiver W-7 by Ada Example until 2026-06-07)",
            }
        ]
    ]
    junit = RENDERERS["junit"](GATE_REVIEW, Options())
    assert '<skipped message="waived: Step drain has no owner (waiver W-7 by Ada Example until' in junit


def test_json_says_null_where_there_is_nothing() -> None:
    data = json.loads(RENDERERS["json"](GATE_REVIEW, Options()))
    missing = next(each for each in data["review"]["sign_offs"] if each["status"] == "missing")
    assert missing["approval"] is missing["expires"] is missing["location"] is None
    bare = json.loads(RENDERERS["json"](BARE_REVIEW, Options()))
    assert bare["review"]["forecast_to"] is bare["without_waivers"] is None
    assert json.loads(RENDERERS["json"](MIXED, Options()))["review"] is None


def test_the_digest_is_of_what_was_decided_not_of_words() -> None:
    def digest(**change: object) -> str:
        return verdict_digest(GATE_REVIEW._replace(review=REVIEW._replace(**change)))  # type: ignore[arg-type]

    same = verdict_digest(GATE_REVIEW)
    assert digest(title="x", stage="x", opened="x", sign_offs=(), decisions=()) == same
    assert digest(scopes=REVIEW.scopes[::-1]) == same
    assert digest(scopes=(ScopeVerdict("checkout-2.0", "eu", "go"), REVIEW.scopes[1])) != same
    assert digest(gate="beta") != same
    assert verdict_digest(GATE_REVIEW._replace(review=None)) != same
    reworded = [each._replace(owner="x", message="x") for each in GATE_REVIEW.results]
    assert verdict_digest(GATE_REVIEW._replace(results=tuple(reworded), as_of=AS_OF)) == same

"""A gate review with everything that can be on its table, one of hostile texts, and a portfolio."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from checker.model import (
    Approval,
    ConditionState,
    DecisionState,
    Foreseen,
    Location,
    Origin,
    Reason,
    Report,
    Result,
    Review,
    ScopeVerdict,
    Seen,
    SignOffState,
    SubjectRef,
    WaiverState,
)
from tests.render.reports import (
    AS_OF,
    HOSTILE,
    MIXED,
    PLAN,
    RULES,
    TRICKS,
    at,
    read_from,
    result,
    rule,
)

LONDON = timezone(timedelta(hours=1))
PACIFIC = timezone(timedelta(hours=-8))
COMMIT = "4f1c0ffee5ba5eba11decade0ff1ce0ddba11ad5"
LAUNCH = "checkout-2.0"
GATE = SubjectRef("gate", "ga", "gates/ga.gate.yaml", "checkout")

ADA = Approval(
    "ada",
    "signed",
    datetime(2026, 5, 30, 23, 59, tzinfo=PACIFIC),
    "Signed with the key SHA256:5xW0 of ada@checkout.example.",
    "Ada Example",
)
BEN = Approval(
    "Ben Sample",
    "asserted",
    datetime(2026, 5, 20, 10, 0, tzinfo=LONDON),
    "There is no signature beside the file.",
    "Ben Sample",
)
CY = Approval(
    "cy",
    "host-verified",
    datetime(2026, 5, 28, 16, 5, tzinfo=LONDON),
    "Recorded at https://code.example/acme/checkout/pull/12.",
    "Cy Placeholder",
)

REVIEW = Review(
    gate="ga",
    title="General availability",
    product="checkout",
    stage="beta",
    leads_to="ga",
    scopes=(
        ScopeVerdict(LAUNCH, "eu", "no-go"),
        ScopeVerdict(LAUNCH, "us", "conditional"),
    ),
    sign_offs=(
        SignOffState(
            "engineering",
            "present",
            LAUNCH,
            "",
            ADA,
            expires="2026-08-28",
            id="checkout-ga-engineering",
            location=at("signoffs/checkout-ga-engineering.signoff.yaml", 1, 1, 8),
            meaning="approval",
        ),
        SignOffState("privacy-officer", "missing", LAUNCH, "eu", None),
        SignOffState(
            "counsel",
            "void",
            LAUNCH,
            "",
            BEN,
            (
                "The scope of the launch changed on 2026-05-25, after Ben Sample had signed.",
                "It is only asserted, and this sign-off is mandatory.",
            ),
            id="checkout-ga-counsel",
            location=at("signoffs/checkout-ga-counsel.signoff.yaml", 1, 1, 8),
            meaning="review",
        ),
        SignOffState(
            "accessibility", "not-needed", LAUNCH, "us", None, ("The product has no user interface.",)
        ),
        SignOffState("support", "missing", LAUNCH, "", None, advisory=True),
    ),
    decisions=(
        DecisionState(
            "D-5",
            "proceed",
            "overrule",
            LAUNCH,
            "us",
            ADA,
            "product-director",
            "The payment partner switches over on 2026-06-03 whatever we do.",
            (),
            True,
            "It stands until 2026-06-04: somebody who neither asked nor deployed approves it by then.",
        ),
        DecisionState(
            "D-4",
            "proceed-with-conditions",
            "normal",
            LAUNCH,
            "",
            CY,
            "product-director",
            "",
            (
                ConditionState(
                    "C-1", "Rehearse the rollback", "Ben Sample", "OPS-12", "2026-05-30", "overdue"
                ),
                ConditionState("C-2", "Train the help desk", "Di Template", "OPS-13", "2026-06-12", "open"),
                ConditionState("C-3", "Publish the notice", "Ada Example", "", "2026-05-12", "met"),
            ),
            False,
            "Condition C-1 is overdue, so the gate is open to review again.",
        ),
    ),
    next_gate="growth",
    opened="on 2026-05-12 at commit 4f1c0ffee5ba with launch-readiness 1.2.0; newer rules are advisory",
    forecast_to="2026-08-01",
    foreseen=(
        Foreseen("2026-06-08", "waiver-expires", "checkout", "W-7 ends; launch.rollback.step-owner blocks"),
        Foreseen("2026-07-01", "in-force", "launch.security 2.0.0", "launch.security.pentest counts"),
        Foreseen("2026-08-01", "fails", "checkout", "The penetration test will be more than 365 days old"),
    ),
)

WAIVERS = (
    WaiverState(
        "W-2",
        "launch.rollback.*",
        "*",
        "baseline",
        "active",
        "Cy Placeholder",
        CY,
        "2026-12-31",
        213,
        2,
        "It holds.",
    ),
    WaiverState(
        "W-3",
        "launch.rollback.owner",
        "wallet",
        "exception",
        "expired",
        "Ben Sample",
        CY,
        "2026-05-20",
        -12,
        0,
        "It expired 12 days ago: resolve the failure, or renew it with gonogo waive.",
        at("waivers/W-3.waiver.yaml", 9, 10, 20),
    ),
    WaiverState(
        "W-7",
        "launch.rollback.step-owner",
        "checkout",
        "exception",
        "active",
        "Ada Example",
        CY,
        "2026-06-07",
        6,
        1,
        "It holds.",
    ),
)


def reviewed(name: str, outcome: str, location: Location, message: str, **more: object) -> Result:
    """A result that gate ga asked for."""
    return result(name, outcome, location, message, **({"gate": "ga"} | more))


GATE_REVIEW: Report = MIXED._replace(
    verdict="no-go",
    results=(
        MIXED.results[0]._replace(gate="ga"),
        MIXED.results[1]._replace(gate="ga"),
        MIXED.results[2]._replace(gate="ga", owner="Ben Sample"),
        MIXED.results[3]._replace(owner="Ada Example", markets=("eu",)),
        reviewed(
            "ga.sign-off.privacy-officer",
            "error",
            at(GATE.path, 14, 5, 24),
            "The sign-off of the privacy officer is missing",
            subject=GATE,
            owner="privacy-officer",
            markets=("eu",),
            fix="The privacy officer runs: gonogo sign-off ga --subject checkout-2.0 --role privacy-officer",
        ),
        reviewed(
            "ga.sign-off.counsel",
            "error",
            at("signoffs/checkout-ga-counsel.signoff.yaml", 1, 1, 8),
            "The sign-off of counsel is void",
            subject=GATE,
            owner="counsel",
            reasons=(
                Reason("The scope of the launch changed on 2026-05-25, after Ben Sample had signed.", ""),
                Reason("It is only asserted, and this sign-off is mandatory.", ""),
            ),
        ),
        reviewed(
            "ga.needs.prd",
            "fail",
            Location(GATE.path),
            "Product checkout has no prd, and gate ga needs one",
            subject=GATE,
            severity="critical",
        ),
        result(
            "growth.cost.owner",
            "fail",
            at(PLAN, 20, 3, 9),
            "The launch names nobody who watches its costs",
            enforcement="upcoming",
            gate="growth",
            owner="Ben Sample",
            reasons=(Reason("costs.owner is absent", "subject.costs.owner", (Seen("x", "absent"),)),),
            fix="Name the person in costs.owner.",
        ),
        result(
            "launch.security.pentest",
            "fail",
            at(PLAN, 3, 1, 5),
            "The penetration test names no report",
            enforcement="upcoming",
        ),
    ),
    rules=tuple(
        sorted(
            (
                *RULES,
                rule("ga.needs.prd", "Gate ga needs a prd", kind="product"),
                rule("ga.sign-off.counsel", "Counsel signs", kind="product"),
                rule("ga.sign-off.privacy-officer", "The privacy officer signs", kind="product"),
                rule("growth.cost.owner", "Somebody watches the costs"),
                rule("launch.security.pentest", "The penetration test has a report"),
            ),
            key=lambda each: each.id,
        )
    ),
    diagnostics=(),
    inputs=(read_from(PLAN),),
    next_step="Ada Example resolves launch.privacy.approved first: gonogo explain launch.privacy.approved",
    waivers=WAIVERS,
    without_waivers="no-go",
    overruled=1,
    origin=Origin(COMMIT, "now", "the commit is signed by ada@checkout.example"),
    review=REVIEW,
)

BARE_REVIEW: Report = GATE_REVIEW._replace(
    verdict="go",
    results=GATE_REVIEW.results[:1],
    rules=RULES[1:2],
    waivers=(),
    without_waivers=None,
    overruled=0,
    origin=Origin("", "clock", "the files in the folder, which no commit holds"),
    review=REVIEW._replace(
        stage="",
        leads_to="",
        scopes=(ScopeVerdict("", "", "go"),),
        sign_offs=(),
        decisions=(),
        next_gate="",
        opened="",
        forecast_to="",
        foreseen=(),
    ),
    next_step="",
    exit_code=0,
)
"""A gate that asks for next to nothing, judged with another clock."""


WAIVED: Report = GATE_REVIEW._replace(
    verdict="conditional",
    results=GATE_REVIEW.results[:3],
    rules=RULES[1:],
    without_waivers="no-go",
    overruled=2,
    origin=Origin(COMMIT, "as-of", "the commit of that day by its own date, which is its author's word"),
    review=None,
    next_step="",
    exit_code=0,
)
"""An ordinary check with waivers, as it was on a day of the past."""

_TEXT = " ".join(TRICKS)
_APPROVAL = Approval(_TEXT, "asserted", AS_OF, _TEXT, _TEXT)
_CONDITION = ConditionState(_TEXT, _TEXT, _TEXT, _TEXT, "2026-06-02", "open")

HOSTILE_REVIEW: Report = HOSTILE._replace(
    results=tuple(
        each._replace(
            owner=trick,
            markets=(trick, trick),
            gate=trick,
            enforcement="upcoming" if number % 2 else "mandatory",
        )
        for number, (trick, each) in enumerate(zip(TRICKS, HOSTILE.results, strict=True))
    ),
    waivers=tuple(
        WaiverState(
            id=trick,
            rule=trick,
            subject=trick,
            type="exception",
            status="changed",
            owner=trick,
            approval=Approval(trick, "signed", AS_OF, trick, trick),
            expires="2026-06-02",
            days_left=1,
            covers=1,
            message=trick,
            location=at(trick, 1, 1, 2),
        )
        for trick in TRICKS
    ),
    without_waivers="no-go",
    overruled=2,
    origin=Origin(_TEXT, "as-of", _TEXT),
    review=Review(
        gate=_TEXT,
        title=_TEXT,
        product=_TEXT,
        stage=_TEXT,
        leads_to=_TEXT,
        scopes=tuple(ScopeVerdict(trick, trick, "no-go") for trick in TRICKS),
        sign_offs=tuple(
            SignOffState(
                trick, "void", trick, trick, _APPROVAL, (trick,), "2026-06-02", False, trick, meaning=trick
            )
            for trick in TRICKS
        ),
        decisions=(
            DecisionState(
                id=_TEXT,
                decision="stop",
                basis="emergency",
                launch=_TEXT,
                market=_TEXT,
                approval=_APPROVAL,
                role=_TEXT,
                reason=_TEXT,
                conditions=(_CONDITION,),
                stands=False,
                message=_TEXT,
            ),
        ),
        next_gate=_TEXT,
        opened=_TEXT,
        forecast_to="2026-08-01",
        foreseen=tuple(Foreseen("2026-06-02", "fails", trick, trick) for trick in TRICKS),
    ),
)
"""Every trick in every text that a review adds."""

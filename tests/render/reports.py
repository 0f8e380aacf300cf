"""Small reports that show every way a result can stand."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from checker.model import (
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

AS_OF = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
PLAN = "launches/checkout/launch.yaml"
CHECKOUT = SubjectRef("launch-plan", "checkout", PLAN, "checkout")
WALLET = SubjectRef("launch-plan", "wallet", "launches/wallet/launch.yaml", "wallet")


def at(path: str, line: int, column: int, end_column: int, end_line: int | None = None) -> Location:
    """A location; on one line unless told otherwise."""
    return Location(path, Span(line, column, end_line or line, end_column))


def rule(name: str, title: str, **more: object) -> RuleInfo:
    """A rule of the launch pack."""
    shape = {"policy": "launch.rollback", "severity": "high", "kind": "launch-plan"} | more
    return RuleInfo(name, title, policy_version="1.2.0", pack="launch-readiness", **shape)  # type: ignore[arg-type]


def result(name: str, outcome: str, location: Location, message: str, **more: object) -> Result:
    """A mandatory result about the checkout launch unless told otherwise."""
    shape = {
        "policy": "launch.rollback",
        "subject": CHECKOUT,
        "severity": "high",
        "enforcement": "mandatory",
    } | more
    evidence = read_from(shape["subject"].path)  # type: ignore[attr-defined]
    found = {"outcome": outcome, "location": location, "message": message, "evidence": (evidence,)}
    return Result(name, **found, **shape)  # type: ignore[arg-type]


def read_from(path: str) -> Evidence:
    """The evidence of a file of the workspace."""
    return Evidence(path, "sha256:" + sha256(path.encode("utf-8", "surrogatepass")).hexdigest(), "files")


RULES = (
    rule(
        "launch.privacy.approved",
        "The privacy review is approved",
        policy="launch.privacy",
        severity="critical",
    ),
    rule(
        "launch.rollback.owner",
        "The rollback has an owner",
        controls=("SOC2:CC8.1",),
        fix="Name the person who would call the rollback in rollback.owner.",
        description="A rollback that nobody may call is not a rollback.",
        location=at("policies/rollback.policy.yaml", 10, 5, 34),
    ),
    rule("launch.rollback.rehearsed", "The rollback was rehearsed in the last 90 days", severity="medium"),
    rule("launch.rollback.step-owner", "Every rollback step has an owner", severity="low"),
)

MIXED = Report(
    tool_version="0.1.0",
    workspace="acme",
    as_of=AS_OF,
    verdict="no-go",
    results=(
        result("launch.rollback.owner", "pass", at(PLAN, 8, 10, 21), "The rollback has an owner"),
        result(
            "launch.rollback.rehearsed",
            "fail",
            at(PLAN, 9, 17, 27),
            "The rollback was last rehearsed 152 days ago",
            severity="medium",
            enforcement="advisory",
            gate="beta",
            fix="Rehearse the rollback and write the day into rollback.rehearsed_on.",
            excerpt=Excerpt(9, ("  rehearsed_on: 2025-12-31",)),
        ),
        result(
            "launch.rollback.step-owner",
            "fail",
            at(PLAN, 12, 7, 15),
            "Step drain has no owner",
            severity="low",
            key="drain",
            waived=Waived("W-7", "Ada Example", "The step runs by itself", "2026-06-07"),
            excerpt=Excerpt(12, ("    - id: drain",)),
        ),
        result(
            "launch.privacy.approved",
            "fail",
            at(PLAN, 14, 11, 18),
            "The privacy review is not approved",
            policy="launch.privacy",
            severity="critical",
            gate="ga",
            fix="After sign-off, set status: approved",
            reasons=(
                Reason(
                    'subject.privacy.status == "approved" is false',
                    'subject.privacy.status == "approved"',
                    (Seen("subject.privacy.status", '"pending"', at(PLAN, 14, 11, 18)),),
                ),
                Reason(
                    "personal data is collected",
                    'subject.data_classes.exists(c, c == "personal")',
                    (
                        Seen("c", '"personal"', at(PLAN, 6, 18, 26)),
                        Seen("product.markets", '["eu"]', at("products.yaml", 4, 12, 16)),
                    ),
                ),
            ),
            excerpt=Excerpt(14, ("  status: pending",)),
        ),
        result(
            "launch.rollback.owner",
            "fail",
            Location(WALLET.path, Span(1, 1, 3, 1)),
            "Wallet names no rollback owner",
            subject=WALLET,
            enforcement="upcoming",
            gate="ga",
            reasons=(
                Reason(
                    "rollback.owner is absent",
                    "subject.rollback.owner",
                    (Seen("subject.rollback.owner", "absent", at(WALLET.path, 1, 1, 3)),),
                ),
            ),
            excerpt=Excerpt(1, ("id: wallet", "tier: 1")),
        ),
        result(
            "launch.rollback.rehearsed",
            "error",
            at(WALLET.path, 2, 7, 8),
            'related("prd") found nothing',
            severity="medium",
            subject=WALLET,
            excerpt=Excerpt(2, ("tier: 1",)),
        ),
        result(
            "launch.rollback.step-owner",
            "not-applicable",
            Location(WALLET.path),
            "subject.tier <= 2 is false",
            severity="low",
            subject=WALLET,
        ),
    ),
    rules=RULES,
    diagnostics=(
        Diagnostic(
            "unused-waiver",
            "waiver W-3 accepts a failure that does not exist",
            at("waivers/W-3.waiver.yaml", 2, 7, 28),
            "Delete the waiver.",
            "warning",
            Excerpt(2, ("rule: launch.rollback.owner",)),
        ),
    ),
    inputs=(
        read_from(PLAN),
        read_from(WALLET.path),
        Evidence("snapshots/jira", "sha256:" + "3d" * 32, "jira", datetime(2026, 5, 31, 22, 0, tzinfo=UTC)),
    ),
    exit_code=1,
    next_step="gonogo explain launch.privacy.approved",
)

EMPTY = Report("0.1.0", "acme", AS_OF, "undecided", (), (), (), (), 3, "gonogo config show")

GREEN = MIXED._replace(
    verdict="go",
    results=MIXED.results[:1],
    rules=RULES[1:2],
    diagnostics=(),
    inputs=MIXED.inputs[:1],
    exit_code=0,
    next_step="",
)

BROKEN = EMPTY._replace(
    results=(),
    diagnostics=(
        Diagnostic(
            "unknown-field",
            "launch-plan has no field rolback",
            at("policies/rollback.policy.yaml", 12, 28, 35),
            "Did you mean rollback?",
            "error",
            Excerpt(12, ("    assert: filled(subject.rolback.owner)",)),
        ),
        Diagnostic("unknown-rule", "no rule is called launch.rolback.owner", None, "See: gonogo rules"),
    ),
    exit_code=2,
    next_step="Correct the policy, then run the command again.",
)

_LOST = SubjectRef("launch-plan", "ledger", "launches/ledger/launch.yaml", "ledger")

UNREADABLE = MIXED._replace(
    results=(
        result(
            "launch-plan.readable",
            "fail",
            at(_LOST.path, 3, 1, 2),
            "The file could not be read: a tab begins line 3",
            subject=_LOST,
            excerpt=Excerpt(3, ("\towner: Ben Sample",)),
            policy="launch-plan",
        ),
        *(
            result(
                each.id,
                "error",
                Location(_LOST.path),
                "Not evaluated: the file could not be read",
                subject=_LOST,
                severity=each.severity,
            )
            for each in RULES
        ),
    ),
    rules=(
        rule("launch-plan.readable", "A launch plan can be read", policy="launch-plan"),
        *RULES,
    ),
    diagnostics=(),
    inputs=(read_from(_LOST.path),),
    next_step="Repair launches/ledger/launch.yaml",
)

TRICKS = (
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnitset\u2066",
    "\n::error file=x::forged",
    "\r\n  ::set-output name=a::b",
    "##[add-mask]secret ##vso[task.setvariable variable=PATH]/tmp",
    "]]><failure/>&amp;<!--",
    "@ada-example #1 GH-2 acme/shop#3 a@b.example",
    "![x](https://evil.example/p.png) [click](javascript:alert(1)) <img src=x onerror=alert(1)>",
    "www.evil.example https://evil.example/?q=1",
    "`code` | **bold** | ~~gone~~ $x^2$ <!-- --> <details> :tada: &#64;ada-example",
    "\ud800 \x00 \x85 \u2028 \ufeff",
    "\\",
    "% %0A 100%::",
)
"""Each has been a way to make some reader of reports do what the text says."""

HOSTILE = MIXED._replace(
    workspace="acme\n::error::" + TRICKS[0],
    results=tuple(
        result(
            f"launch.trick-{number}",
            "fail",
            at("launches/" + trick + "/launch.yaml", 1, 3, 6),
            f"{trick} in a message",
            key=trick,
            subject=SubjectRef("launch-plan", trick, "launches/" + trick + "/launch.yaml", trick),
            fix=trick,
            reasons=(Reason(trick, trick, (Seen(trick, trick, at(trick, 2, 1, 2)),)),),
            excerpt=Excerpt(1, ("\t" + trick,)),
            waived=Waived(trick, trick, trick, "2026-07-01") if number == 2 else None,
        )
        for number, trick in enumerate(TRICKS)
    ),
    rules=tuple(
        rule(f"launch.trick-{number}", trick, description=trick, fix=trick, controls=(trick,))
        for number, trick in enumerate(TRICKS)
    ),
    diagnostics=tuple(
        Diagnostic("trick", trick, at(trick, 1, 1, 2), trick, "warning", Excerpt(1, (trick,)))
        for trick in TRICKS
    ),
    inputs=tuple(map(read_from, TRICKS)),
    next_step=TRICKS[2],
)

"""Reports of changes that are held against a base."""

from __future__ import annotations

from checker.model import (
    ChangedFile,
    Comparison,
    Diagnostic,
    Edit,
    Excerpt,
    Flip,
    Location,
    Origin,
    Report,
    Span,
    StageChange,
    SubjectRef,
)
from tests.render.reports import EMPTY, HOSTILE, MIXED, PLAN, RULES, TRICKS, at, result, rule

BASE = "4f1c0ffee5ba5eba11decade0ff1ce0ddba11ad5"
HEAD = "9d8e7f6a5b4c3d2e1f009d8e7f6a5b4c3d2e1f00"
JUDGE = "0123456789abcdef0123456789abcdef01234567"

ATLAS = SubjectRef("launch-plan", "atlas", "launches/atlas/launch.yaml", "atlas")
PRODUCTS = "products.yaml"

_PASS = MIXED.results[0]
_REHEARSED, _WAIVED, _PRIVACY, _UPCOMING, _UNDECIDED, _SKIPPED = MIXED.results[1:]

COMPARISON = Comparison(
    base=BASE,
    head=HEAD,
    judge=JUDGE,
    fail_on="new",
    fixed=(
        result(
            "launch.rollback.owner",
            "fail",
            at(PLAN, 8, 10, 13),
            "Checkout names no rollback owner",
            fix="Name the person who would call the rollback in rollback.owner.",
        ),
    ),
    stages=(
        StageChange("atlas", "beta", "ga", ("ga",), at(PRODUCTS, 4, 10, 12)),
        StageChange("wallet", "ga", "beta", (), at(PRODUCTS, 9, 10, 14), back=True),
    ),
    judging=("gates/ga.gate.yaml", "policies/rollback.policy.yaml"),
    flips=(
        Flip(True, _REHEARSED._replace(age="existing", enforcement="mandatory")),
        Flip(True, _UPCOMING._replace(age="existing", enforcement="mandatory")),
        Flip(False, _PRIVACY._replace(age="existing")),
    ),
    files=(
        ChangedFile("gates/ga.gate.yaml", "", ((12, 12),)),
        ChangedFile("launches/atlas/launch.yaml", "launches/atlas.yaml", ((1, 12),)),
        ChangedFile("policies/rollback.policy.yaml", "", ((10, 14),)),
        ChangedFile(PRODUCTS, "", ((4, 4), (9, 9))),
    ),
)

CHANGE: Report = MIXED._replace(
    results=(
        result(
            "launch.rollback.step-owner",
            "fail",
            at(ATLAS.path, 12, 27, 30),
            "Step drain has no owner",
            severity="low",
            subject=ATLAS,
            key="drain",
            age="new",
            fix="Write a name into owner.",
            edit=Edit(Span(12, 27, 12, 30), "Ada Example", "    - { id: drain, owner: TBD }"),
            excerpt=Excerpt(12, ("    - { id: drain, owner: TBD }",)),
            gate="ga",
        ),
        _PASS,
        _REHEARSED._replace(
            age="existing", altered='subject.rollback.rehearsed_on was "2026-02-01" and is "2025-12-31"'
        ),
        _WAIVED._replace(age="existing"),
        _PRIVACY._replace(age="existing"),
        _UPCOMING._replace(age="new", gate="growth"),
        _UNDECIDED._replace(age="existing"),
        _SKIPPED,
        result(
            "launch.privacy.approved",
            "fail",
            at(ATLAS.path, 30, 11, 18),
            "The privacy review is not approved",
            policy="launch.privacy",
            severity="critical",
            subject=ATLAS,
            gate="ga",
            age="new",
            anchor=at(PRODUCTS, 4, 10, 12),
            fix="After sign-off, set status: approved",
            excerpt=Excerpt(30, ("  status: pending",)),
        ),
        result(
            "ga.sign-off.counsel",
            "fail",
            at(PRODUCTS, 4, 10, 12),
            "The sign-off of counsel is missing",
            policy="ga",
            subject=SubjectRef("product", "atlas", PRODUCTS, "atlas"),
            gate="ga",
            age="new",
            fix="gonogo sign-off ga --subject atlas --role counsel",
        ),
    ),
    rules=(rule("ga.sign-off.counsel", "Counsel signed", policy="ga", kind="product"), *RULES),
    diagnostics=(
        Diagnostic(
            "not-collected",
            "nothing collects roadmap, so nothing is judged by lifecycle.roadmap",
            at("gonogo.yaml", 9, 3, 40),
            "Add an entry for roadmap to `subjects`.",
            "warning",
            age="existing",
        ),
        Diagnostic(
            "unknown-product",
            "the register has no product `atlass`, so what names it is judged by every gate",
            at(ATLAS.path, 2, 10, 16),
            "Add the product to the register, or mend its id here.",
            "warning",
            age="new",
        ),
    ),
    origin=Origin(HEAD, "now", "", "governance/"),
    comparison=COMPARISON,
)
"""A change of every sort: it promotes, takes back, mends, breaks, and edits what judges."""

CHANGE_ALL: Report = CHANGE._replace(comparison=COMPARISON._replace(fail_on="all"))
"""The same, where what was there before counts too."""

CLEAN_CHANGE: Report = CHANGE._replace(
    verdict="go",
    exit_code=0,
    results=tuple(each for each in CHANGE.results if each.age != "new"),
    rules=RULES,
    next_step="",
    comparison=COMPARISON._replace(stages=(), judging=(), flips=(), fixed=(), judge=""),
)
"""Nothing new, and much that was there before."""

NEUTRAL: Report = EMPTY._replace(
    exit_code=0,
    next_step="",
    neutral="The register lists no product whose repository is acme/tools, so nothing had to be judged.",
)

_ALL = " ".join(TRICKS)
HOSTILE_CHANGE: Report = HOSTILE._replace(
    results=tuple(
        each._replace(
            age="existing" if number % 2 else "new",
            altered=_ALL if number % 2 else "",
            gate=_ALL,
            subject=each.subject._replace(product=_ALL),
            anchor=at(TRICKS[number], 2, 1, 3) if number % 3 == 0 else None,
        )
        for number, each in enumerate(HOSTILE.results)
    ),
    origin=Origin(_ALL, "now", _ALL, f"{_ALL}/"),
    comparison=Comparison(
        base=_ALL,
        head=_ALL,
        judge=_ALL[::-1],
        fail_on="new",
        fixed=HOSTILE.results,
        stages=(
            *(StageChange(trick, trick, trick, (trick, trick), at(trick, 1, 1, 2)) for trick in TRICKS),
            StageChange(_ALL, _ALL, _ALL, (_ALL,), Location(_ALL)),
        ),
        judging=TRICKS,
        flips=tuple(Flip(bool(n % 2), each) for n, each in enumerate(HOSTILE.results)),
        files=tuple(ChangedFile(trick, trick, ((1, 2),)) for trick in TRICKS),
    ),
)
"""Every trick in every text that a comparison adds."""

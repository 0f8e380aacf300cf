"""A small pack, written to a folder and loaded as `gonogo test` does."""

from __future__ import annotations

from pathlib import Path

from checker.authoring.testing import Run, run
from checker.policy.library import Library, load
from checker.transports.disk import Disk

PACK = "pack: demo\nversion: 1.0.0\ntitle: Demo\n"

POLICY = """\
policy: launch.rollback
version: 1.2.0
title: Every launch can be rolled back
owner: product-operations
subject: launch-plan
when: subject.tier <= 2
params:
  max_age_days: { default: 90, min: 1, max: 365 }
rules:
  - id: launch.rollback.owner
    title: The rollback has an owner
    assert: filled(subject.rollback.owner)
    at: /rollback/owner
    message: "{subject.name} names no rollback owner"
  - id: launch.rollback.step-owner
    title: Every rollback step has an owner
    each: subject.rollback.steps
    key: item.id
    assert: filled(item.owner)
"""

GIVEN = """\
policy: launch.rollback
as_of: 2026-06-01
given:
  subject:
    id: checkout
    name: Checkout
    tier: 1
    rollback:
      owner: Ada Example
      steps:
        - { id: s1, owner: Ada Example }
        - { id: s2, owner: Ben Sample }
cases:
"""

COVERED = """\
  - name: all is there
    expect: { "*": pass }
  - name: nobody calls the rollback
    set: { /subject/rollback/owner: "" }
    expect: { launch.rollback.owner: fail }
  - name: nobody does a step
    set: { /subject/rollback/steps/0/owner: "" }
    expect: { "launch.rollback.step-owner[s1]": fail }
"""
"""Cases that hold every rule from both sides."""


def loaded(folder: Path, policy: str = POLICY) -> Library:
    """The pack, with its policy, or another text in its place."""
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    (folder / "demo.policy.yaml").write_text(policy, encoding="utf-8")
    found, wrong = load(Disk, {str(folder): ""})
    assert wrong == (), wrong
    return found


def ran(folder: Path, cases: str, *, policy: str = POLICY, given: str = GIVEN) -> Run:
    """What becomes of these cases."""
    text = (given + cases).encode()
    return run(["demo.tests.yaml"], lambda _: text, loaded(folder, policy), [""])

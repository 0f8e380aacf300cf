"""Small workspaces for the tests of commands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CONFIGURATION = """\
version: 1
name: acme
timezone: Europe/London
packs: [ ./policies ]
subjects:
  - kind: launch-plan
    files: launches/{launch}.yaml
"""

PACK = "pack: demo\nversion: 1.0.0\ntitle: Demo\n"

POLICY = """\
policy: launch.rollback
version: 1.2.0
title: Every launch can be rolled back
description: A launch that cannot be taken back is a bet.
owner: product-operations
subject: launch-plan
params:
  max_age_days: { default: 90, min: 1, max: 365, description: How old the rehearsal may be. }
controls: [ "SOC2:CC8.1" ]
rules:
  - id: launch.rollback.owner
    title: The rollback has an owner
    severity: high
    assert: filled(subject.rollback.owner)
    at: /rollback/owner
    message: "{subject.name} names no rollback owner"
    fix: Name the person who would call the rollback in rollback.owner.
  - id: launch.rollback.rehearsed
    title: The rollback was rehearsed in the last {params.max_age_days} days
    severity: low
    assert: within_last(subject.rollback.rehearsed_on, params.max_age_days)
"""

TESTS = """\
policy: launch.rollback
as_of: 2026-06-01
given:
  subject:
    id: checkout
    name: Checkout
    rollback: { owner: Ada Example, rehearsed_on: 2026-05-20 }
cases:
  - name: all is there
    expect: { "*": pass }
  - name: nothing is there
    remove: [ /subject/rollback ]
    expect: { "*": fail }
"""

GREEN = """\
id: checkout
name: Checkout
rollback:
  owner: Ada Example
  rehearsed_on: 2026-05-20
"""

RED = GREEN.replace("Ada Example", "TBD").replace("checkout", "search").replace("Checkout", "Search")

FILES: Mapping[str, str] = {
    "gonogo.yaml": CONFIGURATION,
    "policies/pack.yaml": PACK,
    "policies/rollback.policy.yaml": POLICY,
    "policies/rollback.tests.yaml": TESTS,
    "launches/checkout.yaml": GREEN,
    "launches/search.yaml": RED,
}
"""A workspace with one launch that may go and one that may not."""

DAY = "2026-06-01"
"""On which the rehearsals are twelve days old."""


def write(
    folder: Path, files: Mapping[str, str | bytes | None] = FILES, /, **changes: str | bytes | None
) -> Path:
    """Write files below a folder; those of `None` are left out. `changes` are named by their last part.

    For example `write(folder, gonogo=text)` writes the same files, and another `gonogo.yaml`.
    """
    by_name = {path.rpartition("/")[2].split(".")[0]: path for path in reversed(tuple(files))}
    chosen = {**files, **{by_name[name]: text for name, text in changes.items()}}
    for path, text in chosen.items():
        if text is not None:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder

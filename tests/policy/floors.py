"""A floor and a workspace on it, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from checker import run
from checker.policy.workspace import Workspace
from tests.cli.workspaces import GREEN, PACK, POLICY

LIFECYCLE = """\
lifecycle: house
title: House
stages: [ { id: idea, title: Idea }, { id: beta, title: Beta }, { id: ga, title: GA } ]
"""

GATE = """\
gate: ga
title: May everyone rely on it?
owner: product-operations
lifecycle: house
from: beta
to: ga
binds:
  - policy: launch.rollback
"""

ALWAYS = """\
policy: launch.named
version: 1.0.0
title: A launch has a name
owner: product-operations
subject: launch-plan
params: { least: { default: 2, min: 0, max: 100 } }
rules:
  - id: launch.named
    title: The launch has a name
    waivable: false
    assert: size(subject.name) >= params.least
"""

OWN = ALWAYS.replace("launch.named", "shop.named").replace("waivable: false\n    ", "")
"""A policy that is none of the floor's."""

PRODUCTS = """\
- id: checkout
  name: Checkout
  owners: [ Ada Example ]
  lifecycle: house
  stage: ga
  repositories: [ acme/shop ]
- id: search
  name: Search
  owners: [ Ada Example ]
  lifecycle: house
  stage: idea
  repositories: [ https://code.example.com/acme/Find.git ]
"""

PEOPLE = """\
people:
  - { id: ada, name: Ada Example }
  - { id: ben, name: Ben Sample }
roles:
  - { id: approver, title: Approver, members: [ { person: ben } ] }
"""

FLOOR_CONFIGURATION = """\
version: 1
name: governance
timezone: Europe/London
products: products.yaml
packs: [ ./policies ]
lifecycles: "*.lifecycle.yaml"
kinds: kinds/*.schema.json
gates: gates/*.gate.yaml
people: people.yaml
signers: keys
data: { groups: groups.yaml }
params:
  launch.rollback: { max_age_days: 60 }
limits:
  launch.rollback: { max_age_days: { min: 10, max: 60 } }
waiver_limits: { days: 90, renewals: 1 }
derive:
  launch-plan: { tier: "1" }
subjects:
  - { kind: launch-plan, files: "launches/*.yaml", optional: true }
"""

FLOOR: Mapping[str, str] = {
    "gonogo.yaml": FLOOR_CONFIGURATION,
    "products.yaml": PRODUCTS,
    "policies/pack.yaml": PACK,
    "policies/rollback.policy.yaml": POLICY,
    "policies/named.policy.yaml": ALWAYS,
    "house.lifecycle.yaml": LIFECYCLE,
    "gates/ga.gate.yaml": GATE,
    "kinds/voyage.schema.json": '{"type": "object", "properties": {"id": {"type": "string"}}}',
    "people.yaml": PEOPLE,
    "keys": "ben ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN0000000000000000000000000000000000000000000\n",
    "groups.yaml": "approvers: [ ben ]\n",
}

CONFIGURATION = """\
version: 1
name: shop
extends: { source: ../governance }
subjects:
  - kind: launch-plan
    files: launches/*.yaml
"""

SHOP: Mapping[str, str] = {
    "gonogo.yaml": CONFIGURATION,
    "launches/checkout.yaml": f"product: checkout\n{GREEN}",
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, with these files in it."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def grounded(
    folder: Path, shop: Mapping[str, str] | None = None, floor: Mapping[str, str] | None = None
) -> Path:
    """The folder of a workspace beside its floor; what is given stands in the place of what is there."""
    write(folder / "governance", {**FLOOR, **(floor or {})})
    return write(folder / "shop", {**SHOP, **(shop or {})})


def with_(text: str) -> Mapping[str, str]:
    """The configuration on the floor, with more."""
    return {"gonogo.yaml": CONFIGURATION + text}


def loaded(folder: Path) -> Workspace:
    workspace, diagnostics = run.load(str(folder))
    assert workspace is not None, [each.message for each in diagnostics]
    return workspace

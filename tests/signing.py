"""A small workspace in which people sign off, and keys of real people that are made up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checker.policy import workspaces
from checker.policy.workspace import Workspace
from checker.snapshot import Snapshot
from checker.sources import files
from checker.transports.disk import Disk
from tests.judging import shown

CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "name": "acme",
    "timezone": "Europe/London",
    "products": "products.yaml",
    "people": "people.yaml",
    "signers": "allowed_signers",
    "signoffs": "signoffs/*.signoff.yaml",
    "reviews": "reviews/*.reviews.json",
    "gates": "*.gate.yaml",
    "subjects": [
        {"kind": "prd", "files": "{product}/prd.md", "product": "path.product"},
        {
            "kind": "launch-plan",
            "files": "{product}/launch*.yaml",
            "optional": True,
            "product": "path.product",
        },
    ],
}
PEOPLE: dict[str, Any] = {
    "people": [
        {"id": "ada", "name": "Ada Example", "aliases": ["ada@example.org"]},
        {"id": "ben", "name": "Ben Sample", "aliases": ["@bens", "ben@example.org"]},
        {"id": "cleo", "name": "Cleo Demo", "aliases": ["cleo@example.org"]},
        {"id": "dan", "name": "Dan Trial"},
    ],
    "roles": [
        {
            "id": "legal",
            "members": [
                {"person": "ada"},
                {"person": "ben", "since": "2026-03-01", "until": "2026-08-31"},
            ],
            "delegations": [{"by": "ben", "to": "cleo", "since": "2026-06-01", "until": "2026-06-14"}],
        },
        {"id": "security", "members": [{"person": "ben"}, {"person": "cleo"}]},
    ],
    "collectors": ["collector@ci.example.org"],
}
PRD = """\
---
id: checkout-prd
title: Checkout
owner: Dan Trial
authors: [ Dan Trial ]
markets: [ GB, DE ]
---

## Goals

- Fewer abandoned baskets, in all of the markets that we
  sell to.

## Background

It is slow.
"""
LAUNCH = "id: checkout-ga\nname: Checkout\nowner: Dan Trial\ntier: 2\nscope: { markets: [ GB, DE ] }\n"
PRODUCTS = (
    "- { id: checkout, name: Checkout, formerly: [ basket ], stage: beta, data_classes: [ personal ] }\n"
)
FILES: Mapping[str, str] = {
    "products.yaml": PRODUCTS,
    "checkout/prd.md": PRD,
    "checkout/launch.yaml": LAUNCH,
    "allowed_signers": "",
}


def gate(**asked: Any) -> str:
    """The gate `ga`, which asks for one role."""
    fields = {"role": "legal", "of": ["prd"], **asked}
    return json.dumps({"gate": "ga", "title": "May it go?", "binds": [], "sign_offs": [fields]}, indent=1)


def write(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """The workspace with these changes; None leaves a file out."""
    standing = {
        "gonogo.yaml": json.dumps(CONFIGURATION),
        "people.yaml": json.dumps(PEOPLE),
        "ga.gate.yaml": gate(),
    }
    for path, text in {**standing, **FILES, **(changes or {})}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            (folder / path).write_bytes(text.encode())
        else:
            (folder / path).unlink(missing_ok=True)
    return folder


def load(folder: Path) -> tuple[Workspace, Snapshot]:
    """The workspace and its subjects, in which nothing is wrong with what judges."""
    workspace, diagnostics = workspaces.load(Disk, str(folder))
    assert workspace, shown(diagnostics)
    found = files.collect(workspace.selections, Disk(folder))
    kinds = frozenset(selection.kind.name for selection in workspace.selections)
    return workspace, Snapshot(tuple(found.subjects), workspace.data, kinds, found.inputs)


def keys(folder: Path, *names: str) -> Path:
    """An SSH key for each name, in files of that name."""
    for name in names:
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return folder


def allowed(folder: Path, **principals: str) -> str:
    """An allowed signers file; `principals` by the name of the key, each with its options."""
    lines = (f"{who} {(folder / f'{key}.pub').read_text()}" for key, who in principals.items())
    return "".join(lines)


def sign(path: Path, key: Path) -> None:
    """Sign a file by hand, as anybody can."""
    command = ["ssh-keygen", "-Y", "sign", "-n", "gonogo", "-f", str(key), str(path)]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)

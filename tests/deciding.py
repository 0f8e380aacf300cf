"""A workspace in which people decide at a gate, and keys of people who are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import signing

PEOPLE: dict[str, Any] = {
    "people": [
        {"id": "ada", "name": "Ada Example", "aliases": ["ada@example.org"]},
        {"id": "ben", "name": "Ben Sample", "aliases": ["ben@example.org"]},
        {"id": "cleo", "name": "Cleo Demo", "aliases": ["cleo@example.org"]},
        {"id": "eve", "name": "Eve Mock"},
    ],
    "roles": [
        {"id": "approver", "members": [{"person": "ada"}, {"person": "ben"}, {"person": "cleo"}]},
        {"id": "writer", "members": [{"person": "eve"}]},
    ],
}
GATE: dict[str, Any] = {
    "gate": "ga",
    "title": "May it go?",
    "binds": [],
    "needs": {"launch-plan": 1},
    "decided_by": ["approver"],
}
"""A gate that is a go once there is a launch plan."""
CLOSED = {**GATE, "needs": {"launch-plan": 2}}
"""The same, which is a no-go."""


def workspace(folder: Path, keys: Path | None = None, **changes: str) -> Path:
    """The workspace; `keys` is the folder with those of ada, ben and cleo."""
    configuration = {
        "version": 1,
        "name": "acme",
        "products": "products.yaml",
        "people": "people.yaml",
        "signers": "allowed_signers",
        "gates": "*.gate.yaml",
        "ledger": "ledger",
        "subjects": [{"kind": "launch-plan", "files": "{product}/launch*.yaml", "product": "path.product"}],
    }
    principals = {name: f"{name}@example.org" for name in ("ada", "ben", "cleo")}
    files = {
        "gonogo.yaml": json.dumps(configuration),
        "people.yaml": json.dumps(PEOPLE),
        "ga.gate.yaml": json.dumps(GATE),
        "products.yaml": "- { id: checkout, name: Checkout, owners: [ Dan Trial ], stage: beta }\n",
        "checkout/launch.yaml": signing.LAUNCH,
        "allowed_signers": signing.allowed(keys, **principals) if keys else "",
        **changes,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, which shows that nothing was written."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }

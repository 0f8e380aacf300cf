"""The rules of the Kubernetes proposals written a second time, in plain Python over PyYAML's text loader.

Nothing of gonogo is used, so that a misreading in one of the two shows as a difference.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

STAGES = ("alpha", "beta", "stable", "deprecated", "disabled", "removed")
TEXTS = {
    "title", "kep-number", "owning-sig", "editor", "creation-date", "last-updated", "status", "stage",
    "latest-milestone",
}  # fmt: skip
LISTS = {
    "authors", "participating-sigs", "reviewers", "approvers", "see-also", "replaces", "superseded-by",
    "metrics",
}  # fmt: skip
IGNORED = {"id", "name", "path", "prnumber"}
STATUSES = ("provisional", "implementable", "implemented", "deferred", "rejected", "withdrawn", "replaced")


class Loader(yaml.CBaseLoader):
    """Every scalar a text; a null (an empty plain scalar, ~ or null) is None; a duplicate key is an error."""


def _mapping(loader: Loader, node: yaml.MappingNode) -> dict[str, Any]:
    keys = [key.value for key, _ in node.value]
    if len(keys) != len(set(keys)):
        raise yaml.YAMLError("duplicate key")
    return {key.value: loader.construct_object(value, deep=True) for key, value in node.value}


def _scalar(loader: Loader, node: yaml.ScalarNode) -> str | None:
    return None if not node.style and node.value in ("", "~", "null", "Null", "NULL") else str(node.value)


Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
Loader.add_constructor("tag:yaml.org,2002:str", _scalar)


def load(path: Path) -> dict[str, Any] | None:
    """The mapping in a file; None where it is no sound YAML mapping."""
    try:
        data = yaml.load(path.read_text("utf-8"), Loader)  # a subclass of the base loader
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    return data if isinstance(data, dict) else None


def _texts(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(item is None or isinstance(item, str) for item in value)
    )


def file_sound(kep: dict[str, Any] | None) -> bool:
    """Group A."""
    if kep is None:
        return False
    for key, value in kep.items():
        if key in IGNORED:
            continue
        if key in TEXTS:
            sound = value is None or isinstance(value, str)
        elif key in LISTS:
            sound = _texts(value)
        elif key == "milestone":
            sound = value is None or (
                isinstance(value, dict)
                and set(value) <= set(STAGES)
                and all(v is None or isinstance(v, str) for v in value.values())
            )
        elif key == "feature-gates":
            sound = value is None or (isinstance(value, list) and all(map(_feature_gate, value)))
        elif key == "disable-supported":
            sound = value is None or str(value).lower() in (
                "true",
                "false",
                "yes",
                "no",
                "on",
                "off",
                "y",
                "n",
            )
        else:
            sound = False
        if not sound:
            return False
    return all(kep.get(key) for key in ("title", "kep-number", "owning-sig", "status")) and all(
        kep.get(key) is not None for key in ("authors", "approvers")
    )


def _feature_gate(gate: Any) -> bool:
    return (
        isinstance(gate, dict)
        and set(gate) <= {"name", "components"}
        and isinstance(gate.get("name", ""), (str, type(None)))
        and _texts(gate.get("components"))
    )


def _version(text: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"v?(\d+)(?:\.(\d+)(?:\.\d+(?:[-+].*)?)?)?", text.strip())
    return (int(match[1]), int(match[2] or 0)) if match else None


def review_sound(kep: dict[str, Any], root: Path) -> bool:
    """Group B."""
    if kep.get("status") not in ("implementable", "implemented"):
        return True
    milestone, stage = kep.get("latest-milestone"), kep.get("stage")
    version = _version(milestone) if milestone else None
    if not stage or version is None:
        return False
    if version < (1, 21):
        return True
    approval = load(root / "keps/prod-readiness" / kep["owning-sig"] / f"{kep['kep-number']}.yaml")
    if approval is None or not approval.get("kep-number") or not set(approval) <= {"kep-number", *STAGES}:
        return False
    for name in STAGES:
        given = approval.get(name)
        if given is not None and not (
            isinstance(given, dict) and set(given) == {"approver"} and given["approver"]
        ):
            return False
    if stage not in STAGES or not approval.get(stage):
        return False
    aliases = (load(root / "OWNERS_ALIASES") or {})["aliases"]
    people = [p for group in ("", "-emeritus") for p in aliases.get(f"prod-readiness-approvers{group}") or []]
    return approval[stage]["approver"].removeprefix("@") in people


def creation_faults(kep: dict[str, Any], groups: set[str]) -> list[str]:
    """Group C: one word for each fault."""
    faults = []
    if kep.get("status") not in STATUSES:
        faults.append("status")
    if kep.get("stage") not in STAGES:
        faults.append("stage")
    if kep.get("status") == "implemented" and kep.get("stage") != "stable":
        faults.append("implemented-is-stable")
    if kep.get("owning-sig") not in groups:
        faults.append("owning-group")
    faults += ["participating-groups" for g in kep.get("participating-sigs") or [] if g not in groups]
    return faults


def failing(root: Path) -> set[str]:
    """The proposals that groups A and B fail, as paths relative to `root`."""
    found = set()
    for path in root.glob("keps/**/kep.yaml"):
        kep = load(path)
        if not file_sound(kep) or not review_sound(kep or {}, root):
            found.add(path.relative_to(root).as_posix())
    return found

"""A workspace of a few lines in a temporary folder, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from checker import plan, run
from checker.model import Diagnostic, Report, Result
from checker.policy import moment
from checker.render import Options
from checker.render.terminal import diagnostics as rendered

DAY = "2026-06-01"
"""The day on which everything is judged unless a test says otherwise."""

RULE = "test.rule"

KIND: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "x-gonogo": {"launch_date": "/launch_on"},
    "properties": {
        **{name: {"type": "string"} for name in ("id", "name", "product", "stage", "owner", "legacy")},
        "launch_on": {"type": "string"},
        "version": {"type": "string", "x-as-written": True},
        "tier": {"type": "integer"},
        "percent": {"type": "number"},
        "draft": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "rollback": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"owner": {"type": "string"}, "rehearsed_on": {"type": "string"}},
        },
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string"},
                    "owner": {"type": "string"},
                    "minutes": {"type": "integer"},
                    "done": {"type": "boolean"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "any": {"description": "Whatever a test needs."},
    },
}
"""The kind `thing` of these tests."""

REGISTER = "- { id: checkout, name: Checkout, owners: [ Ada Example ], stage: beta }\n"


def configuration(**changes: Any) -> str:
    """`gonogo.yaml` as JSON, which is YAML; `changes` replace its fields, None drops one."""
    fields = {
        "version": 1,
        "name": "test",
        "packs": ["./policies"],
        "kinds": "*.schema.json",
        "subjects": [{"kind": "thing", "files": "*.thing.yaml"}],
        **changes,
    }
    return json.dumps({name: value for name, value in fields.items() if value is not None}, indent=1)


def rule(assertion: str, **more: Any) -> dict[str, Any]:
    """A rule of a policy."""
    return {"id": RULE, "title": "It holds", "assert": assertion, **more}


def policy(*rules: Mapping[str, Any], **head: Any) -> str:
    """A policy file about the kind `thing`."""
    fields = {
        "policy": "test",
        "version": "1.0.0",
        "title": "Test",
        "owner": "ada",
        "subject": "thing",
        **head,
        "rules": rules,
    }
    return json.dumps(fields, indent=1)


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A workspace with these files; its configuration and kind are there unless they are among them."""
    files = {"gonogo.yaml": configuration(), "thing.schema.json": json.dumps(KIND), **files}
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def clock(as_of: str) -> Callable[[tzinfo], datetime]:
    """A day as the moment of a run."""

    def at(zone: tzinfo) -> datetime:
        found = moment.parse(as_of, zone)
        assert found is not None
        return found

    return at


def check(folder: Path, as_of: str = DAY, **selected: Any) -> Report:
    """The report of a workspace; `selected` are the fields of a selector."""
    return run.check(run.Request(str(folder), clock(as_of), lambda _: plan.Selector(**selected)))


def judged(folder: Path, files: Mapping[str, str | bytes], as_of: str = DAY, **selected: Any) -> Report:
    """The report of a workspace with these files, none of which judges wrongly."""
    report = check(write(folder, files), as_of, **selected)
    errors = [diagnostic for diagnostic in report.diagnostics if diagnostic.level == "error"]
    assert not errors, shown(errors)
    return report


def told(
    folder: Path,
    assertion: str,
    subject: str = "{}",
    as_of: str = DAY,
    files: Mapping[str, str | bytes] | None = None,
    *,
    head: Mapping[str, Any] | None = None,
    **more: Any,
) -> list[Result]:
    """The results of one rule on one thing; `head` is of the policy, `more` of the rule."""
    written = {
        "policies/test.policy.yaml": policy(rule(assertion, **more), **(head or {})),
        "a.thing.yaml": subject,
        **(files or {}),
    }
    report = judged(folder, written, as_of)
    return [r for r in report.results if r.rule == RULE and r.subject.path == "a.thing.yaml"]


def told_one(folder: Path, assertion: str, subject: str = "{}", as_of: str = DAY, **more: Any) -> Result:
    """`told` for a rule that gives one result."""
    (result,) = told(folder, assertion, subject, as_of, **more)
    return result


def shown(found: tuple[Diagnostic, ...] | list[Diagnostic]) -> str:
    """Diagnostics as a person reads them at a terminal."""
    return rendered(found, Options(color=False, width=160, quiet=False, statistics=False))


def place(result: Result) -> str:
    """Where a result points: `line:column` in its subject's file."""
    span = result.location.span
    return f"{span.line}:{span.column}" if span else ""

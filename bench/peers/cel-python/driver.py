"""The rules in CEL, compiled once and evaluated by cel-python."""

from __future__ import annotations

from typing import Any

import celpy
from records import records, say

REQUIRED = [
    "title",
    "kep-number",
    "authors",
    "owning-sig",
    "status",
    "creation-date",
    "reviewers",
    "approvers",
]
RULES = {
    "required": f"{REQUIRED}.all(field, field in subject)",
    "status": "subject.status in ['provisional', 'implementable', 'implemented', 'deferred', 'rejected', "
    "'withdrawn', 'replaced']",
    "stage": "subject.stage in ['alpha', 'beta', 'stable']",
    "owning-sig": "subject['owning-sig'] != ''",
    "approvers": "size(subject.approvers) > 0",
    "latest-milestone": r"subject['latest-milestone'].matches('^v[0-9]+\\.[0-9]+$')",
    "milestone": "!('stage' in subject) || subject.stage != 'beta' || subject.milestone.beta != ''",
    "creation-date": "!('creation-date' in subject) || timestamp(subject['creation-date'] + 'T00:00:00Z') > "
    "timestamp('0001-01-01T00:00:00Z')",
}


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


environment = celpy.Environment()
programs = {name: environment.program(environment.compile(text)) for name, text in RULES.items()}
found = []
for path, data in records():
    activation = {"subject": celpy.json_to_cel(without_nulls(data))}
    for name, program in programs.items():
        try:
            passed = bool(program.evaluate(activation))
        except celpy.CELEvalError:  # a missing field or a text that is no date: both are faults
            passed = False
        if not passed:
            found.append((path, name))
say(found)

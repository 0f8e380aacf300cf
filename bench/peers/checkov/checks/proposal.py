"""The rules as Checkov's Python checks of any YAML document."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.yaml_doc.base_yaml_check import BaseYamlCheck
from checkov.yaml_doc.enums import BlockType

REQUIRED = (
    "title",
    "kep-number",
    "authors",
    "owning-sig",
    "status",
    "creation-date",
    "reviewers",
    "approvers",
)
STATUSES = {"provisional", "implementable", "implemented", "deferred", "rejected", "withdrawn", "replaced"}


def is_date(value: Any) -> bool:
    if value is None or isinstance(value, date):
        return True
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "required": lambda subject: all(subject.get(field) is not None for field in REQUIRED),
    "status": lambda subject: subject.get("status") in STATUSES,
    "stage": lambda subject: subject.get("stage") in {"alpha", "beta", "stable"},
    "owning-sig": lambda subject: subject.get("owning-sig") != "",
    "approvers": lambda subject: subject.get("approvers") != [],
    "latest-milestone": lambda subject: bool(re.match(r"^v\d+\.\d+$", str(subject.get("latest-milestone")))),
    "milestone": lambda subject: (
        subject.get("stage") != "beta" or bool((subject.get("milestone") or {}).get("beta"))
    ),
    "creation-date": lambda subject: is_date(subject.get("creation-date")),
}


class Rule(BaseYamlCheck):
    def __init__(self, name: str, holds: Callable[[dict[str, Any]], bool]) -> None:
        self.holds = holds
        super().__init__(
            name=name,
            id=f"CKV_BENCH_{name.upper().replace('-', '_')}",
            categories=[CheckCategories.CONVENTION],
            supported_entities=["*"],
            block_type=BlockType.DOCUMENT,
        )

    def scan_entity_conf(self, conf: Any, entity_type: str) -> tuple[CheckResult, Any]:
        document = conf[0] if isinstance(conf, list) else conf
        return (CheckResult.PASSED if self.holds(document) else CheckResult.FAILED), conf


CHECKS = [Rule(name, holds) for name, holds in RULES.items()]

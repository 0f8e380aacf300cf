"""What a review was opened with: rules that come later wait for the next one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date as Day
from datetime import datetime
from typing import NamedTuple

from checker.ledger import Ledger
from checker.model import Approval, Approve, Reason, Result
from checker.policy.gates import Gate
from checker.policy.policies import Policy
from checker.policy.workspace import Workspace


class Opened(NamedTuple):
    """What a review was opened with."""

    on: Day
    rules: Mapping[str, str]
    """The version of its policy for each rule that there was."""
    commit: str
    """The commit that holds the packs as they were; empty: none does."""
    packs: Mapping[str, str]
    """The digest of each pack, by its id."""
    approval: Approval
    """How we know who opened it."""


def last(
    ledger: Ledger,
    folder: str,
    gate: Gate,
    names: Collection[str],
    approve: Approve,
    as_of: datetime,
) -> Opened | None:
    """The last opening at a gate of a review of what has one of these names; None: none was, or not by then.

    `folder`: of the ledger, in the workspace.
    """
    found = None
    for entry in ledger.entries.values():
        body = entry.body
        about = body.get("gate") == gate.id and body.get("subject") in names
        if entry.type == "review-opened" and about and entry.at <= as_of:
            packs = {pack["id"]: pack["digest"] for pack in body.get("packs", ())}
            on = entry.at.astimezone(as_of.tzinfo).date()
            approval = approve(f"{folder}/{entry.path}", entry.by, entry.at)
            found = Opened(on, body.get("rules", {}), body.get("commit", ""), packs, approval)
    return found


def holds(opened: Opened, gate: Gate, as_of: datetime) -> bool:
    """Whether what a review was opened with still counts, and not yet what came since."""
    return gate.newer_rules_from is None or as_of.date() < gate.newer_rules_from


def locked(current: Workspace, before: Workspace, opened: Opened) -> Workspace:
    """The workspace with the policies that a review was opened with, and beside them the newer rules."""
    then = {policy.id: policy for policy in before.policies}
    policies: list[Policy] = []
    for policy in current.policies:
        if policy.id not in then:
            policies.append(policy)
            continue
        newer = tuple(rule for rule in policy.rules if rule.id not in opened.rules)
        policies += [policy._replace(rules=newer)] if newer else []
    policies += then.values()
    kinds = {**before.kinds, **current.kinds}
    return current._replace(policies=tuple(sorted(policies, key=lambda p: p.id)), kinds=kinds)


def advised(results: Iterable[Result], gate: Gate, opened: Opened) -> list[Result]:
    """The same results; rules that came after the review was opened only advise."""
    until = f" until {gate.newer_rules_from}" if gate.newer_rules_from else ""
    told = Reason(f"newer than the review, which was opened on {opened.on}, so it only advises{until}", "")
    return [
        result._replace(enforcement="advisory", reasons=(*result.reasons, told))
        if result.enforcement == "mandatory" and result.policy != gate.id and result.rule not in opened.rules
        else result
        for result in results
    ]

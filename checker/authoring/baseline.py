"""What `gonogo baseline` writes: one file that accepts what blocks a workspace today, and only ever less.

A baseline is a waiver with many rules. It takes in what blocks when it is made; from then on entries only
leave it, as soon as what they accepted is known to fail so no more.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Day
from datetime import datetime
from typing import Any, NamedTuple

from checker import plan
from checker.authoring.waiver import Terms, accepts, agreed, held, written
from checker.model import Diagnostic, Result
from checker.policy.waivers import Accepted, Waiver
from checker.policy.workspace import Workspace
from checker.review import waiving
from checker.review.seeing import bond
from checker.snapshot import Snapshot

ID = "baseline"
"""Of the baseline that is made."""

_HEAD = (
    *("format", "waiver", "type", "reason", "owner", "approver", "granted", "expires", "renewed", "ticket"),
    "compensating_control",
)
"""Of the fields in the file, before its rules."""

_LATER = "came later: mend it, or waive it by itself"
_VOID = "in it, but it does not hold: gonogo check says why"

Entry = tuple[str, Accepted]
"""A rule, and one failure of it."""


class Left(NamedTuple):
    """What blocks and is in no baseline, of one rule."""

    rule: str
    failures: int
    why: str


class Draft(NamedTuple):
    """A baseline that may be written."""

    id: str
    approver: str
    since: Day
    """The day on which it was granted, or last renewed."""
    expires: str
    """The last day it holds, `YYYY-MM-DD`."""
    text: str
    """Of the file; empty where nothing is left to accept."""
    counts: Mapping[str, int]
    """How many failures it accepts, by rule."""
    subjects: int
    """How many subjects have any."""


def current(workspace: Workspace) -> tuple[Waiver, ...] | Diagnostic:
    """The parts of the baseline of a workspace, one a rule, if there is one; or why it is not one."""
    found: dict[str, list[Waiver]] = {}
    for waiver in workspace.waivers:
        if waiver.baseline:
            found.setdefault(waiver.source.path, []).append(waiver)
    if len(found) > 1:
        message = f"there are {len(found)} baselines: {', '.join(sorted(found))}"
        return Diagnostic(
            "several-baselines", message, hint="Move the rules of one into the other, and sign it."
        )
    return tuple(*found.values())


def compose(
    workspace: Workspace, results: Sequence[Result], terms: Terms, as_of: datetime
) -> Draft | Diagnostic:
    """A baseline of all that blocks, as far as it can be waived; or why there can be none.

    `results` are those of the whole workspace, after waivers.
    """
    known = waiving.terms(workspace)
    taken: dict[str, list[Result]] = {}
    for result in results:
        if _is_failure(result) and _waivable(known, result.rule):
            taken.setdefault(result.rule, []).append(result)
    if not taken:
        return Diagnostic(
            "nothing-fails", "nothing blocks that could be waived", hint="No baseline is needed."
        )
    rules = {
        rule: _part(known[rule].policy_version, accepts(failures)) for rule, failures in sorted(taken.items())
    }
    granted = {"granted": as_of.date().isoformat()}
    head = {"waiver": ID, "type": "baseline", **agreed(terms), **granted}
    return _draft(workspace, results, head, rules, as_of)


def mended(
    parts: Iterable[Waiver], workspace: Workspace, snapshot: Snapshot, results: Sequence[Result]
) -> tuple[Entry, ...]:
    """What a baseline accepts, and is known not to fail any more as it was accepted.

    What could not be decided is not known: a rule that ends in an error, an artifact that cannot be read or
    breaks its schema so that the rules about it are not asked, a source that gave nothing.
    """
    former = waiving.former_ids(snapshot)
    judged: dict[str, list[Result]] = {part.rule: [] for part in parts}
    for result in results:
        if result.rule in judged:
            judged[result.rule].append(result)
    hidden = _hidden(workspace, snapshot)
    known = waiving.terms(workspace)
    found: list[Entry] = []
    for part in parts:
        failing: set[tuple[str, str, str]] = set()
        decided: dict[str, bool] = {}
        for result in judged[part.rule]:
            ref = result.subject
            for id in (ref.id, *former.get((ref.kind, ref.id), ())):
                decided[id] = decided.get(id, True) and result.outcome != "error"
                if result.outcome == "fail":
                    failing.add((id, result.key, bond(result)[0]))
        for entry in part.accepts:
            if not _waivable(known, part.rule) or (
                decided.get(entry.subject, not hidden(part.rule, entry.subject))
                and (entry.subject, entry.key, entry.saw) not in failing
            ):
                found.append((part.rule, entry))
    return tuple(found)


def tighten(parts: Sequence[Waiver], gone: Iterable[Entry]) -> Draft:
    """A baseline without some of its entries; nothing else changes."""
    return _made(parts[0].source.data, _rules(parts, gone))


def renew(
    workspace: Workspace,
    results: Sequence[Result],
    parts: Sequence[Waiver],
    gone: Iterable[Entry],
    terms: Terms,
    as_of: datetime,
) -> Draft | Diagnostic:
    """The same, accepted for another term, by the policies as they are today; or why it would not hold."""
    known = waiving.terms(workspace)
    rules = {
        rule: _part(known[rule].policy_version, part["accepts"]) if rule in known else part
        for rule, part in _rules(parts, gone).items()
    }
    old = parts[0]
    if not rules:
        return _made(old.source.data, rules)
    renewed = [*(day.isoformat() for day in old.renewed), as_of.date().isoformat()]
    head = {**old.source.data, **agreed(terms), "renewed": renewed}
    return _draft(workspace, results, head, rules, as_of)


def left(
    workspace: Workspace, results: Iterable[Result], parts: Iterable[Waiver] | None = None
) -> tuple[Left, ...]:
    """What blocks in spite of a baseline, by rule; `parts`: None where it was just made of these results."""
    known = waiving.terms(workspace)
    inside = {(part.rule, each.subject, each.key, each.saw) for part in parts or () for each in part.accepts}
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        if result.enforcement == "mandatory" and result.outcome == "error":
            counts[result.rule, "could not be decided, and only a failure can be waived"] += 1
        elif _is_failure(result) and not _waivable(known, result.rule):
            counts[result.rule, "cannot be waived: mend it"] += 1
        elif _is_failure(result) and parts is not None:
            entry = (result.rule, result.subject.id, result.key, bond(result)[0])
            counts[result.rule, _VOID if entry in inside else _LATER] += 1
    return tuple(Left(rule, count, why) for (rule, why), count in sorted(counts.items()))


def _is_failure(result: Result) -> bool:
    """Whether it blocks, and is what can be waived: an error cannot."""
    return result.blocks and result.outcome == "fail"


def _waivable(known: Mapping[str, waiving.RuleTerms], rule: str) -> bool:
    """What a gate itself asks for is no rule, and cannot be waived."""
    return rule in known and known[rule].waivable


def _hidden(workspace: Workspace, snapshot: Snapshot) -> Callable[[str, str], bool]:
    """Whether a rule may have been kept from judging a subject that it did not judge."""
    kinds = {rule.id: policy.kind.name for policy in workspace.policies for rule in policy.rules}
    kinds |= {rule.id: kind.name for kind in workspace.kinds.values() for rule in plan.kind_rules(kind)}
    unread = {subject.kind.name for subject in snapshot.subjects if subject.unreadable}
    broken = {(subject.kind.name, subject.ref.id) for subject in snapshot.subjects if not subject.sound}

    def hidden(rule: str, id: str) -> bool:
        kind = kinds.get(rule, "")
        return not snapshot.complete or kind in unread or (kind, id) in broken

    return hidden


def _part(version: int | None, entries: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {**({} if version is None else {"policy_version": version}), "accepts": list(entries)}


def _rules(parts: Iterable[Waiver], gone: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """The `rules` of a baseline without some entries, and without those that have none left."""
    without = set(gone)
    found = {}
    for part in parts:
        entries = [
            {name: text for name, text in accepted._asdict().items() if text}
            for accepted in part.accepts
            if (part.rule, accepted) not in without
        ]
        if entries:
            found[part.rule] = _part(part.policy_version, entries)
    return found


def _draft(
    workspace: Workspace,
    results: Sequence[Result],
    head: Mapping[str, Any],
    rules: Mapping[str, dict[str, Any]],
    as_of: datetime,
) -> Draft | Diagnostic:
    made = _made(head, rules)
    wrong = held(workspace, results, f"{made.id}.waiver.yaml", made.text, as_of)
    return wrong if isinstance(wrong, Diagnostic) else made


def _made(head: Mapping[str, Any], rules: Mapping[str, dict[str, Any]]) -> Draft:
    return Draft(
        head["waiver"],
        head["approver"],
        max(map(Day.fromisoformat, (head["granted"], *head.get("renewed", ())))),
        head["expires"],
        _text(head, rules) if rules else "",
        {rule: len(part["accepts"]) for rule, part in rules.items()},
        len({entry["subject"] for part in rules.values() for entry in part["accepts"]}),
    )


# The text: a line an entry, so that a change shows what entered and what left.


def _text(head: Mapping[str, Any], rules: Mapping[str, dict[str, Any]]) -> str:
    lines = ["rules:"]
    for rule, part in rules.items():
        lines.append(f"  {_quoted(rule)}:")
        if "policy_version" in part:
            lines.append(f"    policy_version: {part['policy_version']}")
        lines.append("    accepts:")
        lines += (f"      - {{ {', '.join(_fields(entry))} }}" for entry in part["accepts"])
    return written({name: head[name] for name in _HEAD if head.get(name)}) + "\n".join(lines) + "\n"


def _fields(entry: Mapping[str, str]) -> Iterable[str]:
    return (f"{name}: {_quoted(entry[name])}" for name in ("subject", "key", "shown", "saw") if name in entry)


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)+|sha256:[0-9a-f]{64}", re.ASCII)
"""Texts that stand without quotes: in a list, too, no YAML takes them for anything else."""
_QUOTABLE = re.compile(r"[ -&(-~]*\"[ -&(-~]*", re.ASCII)
"""Texts that single quotes show as they are, where double quotes would have to escape."""
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _quoted(text: str) -> str:
    """A text as YAML, on one line; in double quotes as JSON has them, unless it can do with less."""
    if _PLAIN.fullmatch(text):
        return text
    if _QUOTABLE.fullmatch(text):
        return f"'{text}'"
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))

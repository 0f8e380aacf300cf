"""What the formats for hosts' programs annotate: each defect and finding with its level, words and place.

A format chooses among them and writes them in its own way; what a level means is decided here, once.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Literal, NamedTuple

from checker.model import Location, Report, Result
from checker.render import change, tally
from checker.render.identity import by_result
from checker.render.placing import from_root, in_a_file, shown
from checker.render.text import one_line

Level = Literal["error", "warning", "notice"]

LEVELS: tuple[Level, ...] = ("error", "warning", "notice")
"""The most pressing first."""
_NAMELESS = "gonogo"
"""Stands for an empty text, which hosts refuse."""


class Note(NamedTuple):
    """One thing that a host may show beside a line."""

    level: Level
    """`error`: it blocks. `notice`: it is announced, waived, or was there before the change."""
    code: str
    """The rule, or the code of the defect."""
    label: str
    """How it counts, in a word or two."""
    message: str
    text: str
    """The message, and on lines of their own why and what to do; neither is empty."""
    location: Location
    """From the root of the repository; it always has a path, and a span where a part of the file is meant."""
    fingerprint: str
    """Names it from run to run, unique within a report; hexadecimal digits, perhaps a hyphen and a number."""
    result: Result | None
    """None: a defect of what was judged with, or what a change does besides its results."""
    is_distant: bool = False
    """It was there before the change, and is not to be shown at its lines: a finding in a file that this does
    not touch, or a warning about what judges."""

    @property
    def title(self) -> str:
        """What it is, and how it counts."""
        return f"{self.code} ({self.label})"

    @property
    def is_waived(self) -> bool:
        """Whether somebody accepted it."""
        return bool(self.result and tally.standing(self.result) == "waived")


class _Other(NamedTuple):
    """What is told besides results."""

    level: Level
    code: str
    text: str
    location: Location | None
    is_old: bool = False
    """It was there before the change."""


def notes(report: Report) -> list[Note]:
    """All of them, the most pressing first; what says the same at the same place is one."""
    fingerprint = by_result(report.results)
    touched = {file.path for file in report.comparison.files} if report.comparison else set()
    found = [*_noted(report, _others(report))]
    groups = tally.folded(tally.findings(report))
    found += _merged(_finding(report, group, fingerprint(group[0]), touched) for group in groups)
    return sorted(found, key=lambda note: LEVELS.index(note.level))


def _merged(found: Iterable[Note]) -> Iterator[Note]:
    """The notes, those as one that a reader could not tell apart: the rows of a table share its header."""
    groups: dict[object, list[Note]] = {}
    for note in found:
        groups.setdefault((note.code, note.label, note.text, note.location), []).append(note)
    for note, *others in groups.values():
        more = f"\nThe same holds for {tally.counted(len(others), 'other')} here." if others else ""
        yield note._replace(text=note.text + more)


def _finding(report: Report, group: tuple[Result, ...], fingerprint: str, touched: Collection[str]) -> Note:
    """The note of results that say the same; `touched` are the files that a change touches."""
    result = group[0]
    standing = tally.standing(result)
    inherited = tally.inherited(result, report.comparison)
    level: Level = "warning"
    if tally.blocks(result, report.comparison):
        level = "error"
    elif inherited or standing in ("waived", "upcoming") or result.enforcement == "upcoming":
        level = "notice"
    labels = {"fail": result.enforcement, "error": "undecided"}
    label = labels.get(standing, standing)
    label += f", {old}" if (old := tally.old_age(result)) else ""
    lines = [result.message, *tally.reasons(result)]
    if others := len(group) - 1:
        lines.append(f"{tally.counted(others, 'other rule says', 'other rules say')} the same.")
    if result.anchor:
        # A place outside of the repository has no path from its root, and is called as it is here.
        place = change.place(from_root(report, result.location)) or change.place(result.location)
        lines += [f"Found in {place}"] if place else []
    if standing == "waived" and (waived := result.waived):
        lines.append(tally.acceptance(waived))
    elif result.fix:
        lines.append(f"Fix: {result.fix}")
    where = shown(report, result)
    if not where.path:
        where = in_a_file(report, Location(result.subject.path))
    code = one_line(result.rule) or _NAMELESS
    lines = list(filter(str.strip, lines)) or [code]
    return Note(
        level,
        code,
        label,
        lines[0],
        "\n".join(lines),
        where,
        fingerprint,
        result,
        inherited and result.location.path not in touched,
    )


def _others(report: Report) -> Iterator[_Other]:
    if report.comparison and (sentences := change.judging(report)):
        place = Location(report.comparison.judging[0])
        yield _Other("warning", "judging-changed", "\n".join(sentences), place)
    faults = tally.faults(report)
    told = tally.is_neutral(report) or any(fault.level == "error" for fault in faults)
    if tally.nothing_checked(report) and not told:
        # An empty list would look like a success.
        next_step = f"\nNext: {report.next_step}" if report.next_step else ""
        yield _Other("error", "nothing-checked", tally.summary(report) + next_step, None)
    for fault in faults:
        level: Level = "notice" if fault.is_old else fault.level
        yield _Other(level, fault.code, f"{fault.message}\n{fault.hint}", fault.location, fault.is_old)
    for each in change.passages(report):
        found = (result._replace(location=from_root(report, result.location)) for result in each.lacks)
        lacks = map(change.briefly, islice(found, change.SHOWN))
        text = "\n".join((each.sentence, each.remark, *lacks, change.more(each.lacks)))
        yield _Other("notice", "stage-changed", text, each.change.location)


def _noted(report: Report, others: Iterable[_Other]) -> Iterator[Note]:
    seen: Counter[str] = Counter()
    for level, name, text, location, is_old in others:
        code = one_line(name) or _NAMELESS
        lines = list(filter(str.strip, text.split("\n"))) or [code]
        where = in_a_file(report, location or Location(""))
        known_by = json.dumps([code, where.path, lines[0]]).encode()
        fingerprint = hashlib.sha256(known_by).hexdigest()[:32]
        seen[fingerprint] += 1
        fingerprint += f"-{seen[fingerprint]}" if seen[fingerprint] > 1 else ""
        label = f"warning, {tally.AGES['existing']}" if is_old else level
        yield Note(level, code, label, lines[0], "\n".join(lines), where, fingerprint, None, is_old)

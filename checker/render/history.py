"""The history of gates: what each commit changed, for people and for programs."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from typing import Any

from checker.model import History, Turn
from checker.render import Options, tally, terminal
from checker.render.identity import abbreviated
from checker.render.sheet import Entry, Sheet
from checker.render.text import cell, inert, inert_json, one_line

SCHEMA = "history-v1"
_BLOCKERS = 3
_COLUMNS = (
    "commit",
    "committed",
    "product",
    "old_stage",
    "stage",
    "gate",
    "was",
    "verdict",
    "blocked_by",
    "title",
)


def as_terminal(history: History, options: Options) -> str:
    """A paragraph for each turn, then the sum."""
    sheet = Sheet(options)
    shown = [turn for turn in history.turns if not options.quiet or turn.verdict in ("no-go", "undecided")]
    parts = [sheet.entries(map(_entry, shown))] if shown else []
    parts.append([line for sentence in summary(history) for line in sheet.paragraph(sentence)])
    faults = tally.faults(history)
    head = terminal.diagnostics(faults, options) + "\n" if faults else ""
    return head + inert("\n\n".join("\n".join(lines) for lines in parts)) + "\n"


def summary(history: History) -> list[str]:
    """What it amounts to, in sentences."""
    commits = tally.counted(history.commits, "commit")
    if not history.commits:
        return [f"{history.workspace}: no commit lies in the time asked for".removeprefix(": ")]
    turns = history.turns
    followed = bool(turns) and all(turn.old_stage == turn.stage for turn in turns)
    what = "change of the verdict" if followed else "change of a stage at a gate"
    plural = "changes of the verdict" if followed else "changes of a stage at a gate"
    counts = Counter(turn.verdict for turn in turns)
    parts = [
        f"{counts[verdict]:,} {tally.VERDICTS[verdict]}" for verdict in tally.VERDICTS if counts[verdict]
    ]
    told = f"{tally.counted(len(turns), what, plural)} in {commits}"
    return [f"{told}: {', '.join(parts)}" if parts else told]


def _entry(turn: Turn) -> Entry:
    verdict = tally.VERDICTS[turn.verdict] if turn.gate or turn.blockers else "no gate"
    moved = f"{turn.old_stage or 'new'} -> {turn.stage}" if turn.old_stage != turn.stage else turn.stage
    at = f" at {turn.gate}" if turn.gate else ""
    was = f" (before: {tally.VERDICTS[turn.was]})" if turn.was else ""
    lines = [
        f"{turn.committed.date()} {abbreviated(turn.commit)} {turn.product}: {moved}{at}{was}",
        *(f"{result.rule}: {one_line(result.message)}" for result in turn.blockers[:_BLOCKERS]),
    ]
    if len(turn.blockers) > _BLOCKERS:
        lines.append(f"… and {len(turn.blockers) - _BLOCKERS} more")
    return verdict, verdict, lines


def as_json(history: History, options: Options) -> str:
    """Everything, in the shape of `schemas/history-v1.schema.json`."""
    del options
    document = {
        "schema": SCHEMA,
        "workspace": history.workspace,
        "as_of": history.as_of.isoformat(),
        "commits": history.commits,
        "exit_code": history.exit_code,
        "turns": [
            {
                "commit": turn.commit,
                "committed": turn.committed.isoformat(),
                "title": turn.title,
                "product": turn.product,
                "old_stage": turn.old_stage,
                "stage": turn.stage,
                "gate": turn.gate,
                "was": turn.was,
                "verdict": turn.verdict,
                "blockers": [
                    {
                        "rule": result.rule,
                        "kind": result.subject.kind,
                        "subject": result.subject.id,
                        "key": result.key,
                        "outcome": result.outcome,
                        "message": result.message,
                    }
                    for result in turn.blockers
                ],
            }
            for turn in history.turns
        ],
        "diagnostics": [
            {"code": fault.code, "level": fault.level, "message": fault.message, "hint": fault.hint}
            for fault in history.diagnostics
        ],
    }
    return inert_json(document) + "\n"


def as_csv(history: History, options: Options) -> str:
    """A row for each turn; a cell that a spreadsheet would compute is a text."""
    del options
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for turn in history.turns:
        blocked = " ".join(dict.fromkeys(result.rule for result in turn.blockers))
        row: tuple[Any, ...] = (
            turn.commit,
            turn.committed.isoformat(),
            turn.product,
            turn.old_stage,
            turn.stage,
            turn.gate,
            turn.was or "",
            turn.verdict,
            blocked,
            turn.title,
        )
        table.writerow([cell(str(each)) for each in row])
    return inert(text.getvalue())


RENDERERS: dict[str, Callable[[History, Options], str]] = {
    "terminal": as_terminal,
    "json": as_json,
    "csv": as_csv,
}

"""`gonogo ledger`: what is recorded, and whether it is as it was written."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from checker.cli import console, options, output, recording
from checker.cli.console import Problem
from checker.cli.output import Output
from checker.model import Fault
from checker.render.tally import counted

if TYPE_CHECKING:
    from checker.ledger import Entry, Ledger
    from checker.policy.workspace import Workspace
    from checker.run.vouching import Kept
    from checker.sources.approvals import Approvals

EXAMPLE = """\b
Examples:
  gonogo ledger show
  gonogo ledger verify
  gonogo ledger checkpoint --as chioma"""

FORMATS = ("terminal", "json")

TAMPERED = 1
"""The exit code where the ledger is not as it was written."""

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


@click.group("ledger", short_help="Show and verify what was decided.", epilog=EXAMPLE)
def command() -> None:
    """Look at the ledger of decisions, and see whether it is as it was written."""


@command.command("show", epilog=EXAMPLE)
@output.output_format(lambda: FORMATS, "terminal")
@options.folder_option
def show(outputs: tuple[Output, ...], folder: str | None) -> int:
    """List every entry, the newest last: what was recorded, by whom, and how we know."""
    output.keep_apart(outputs)
    from checker.render.text import inert_json
    from checker.sources.approvals import Approvals
    from checker.transports.disk import Disk

    home, workspace, ledger = _read(folder)
    approvals = Approvals(workspace, Disk(home))
    rows = [_row(entry, workspace, approvals) for entry in ledger.entries.values()]
    write = {
        "terminal": lambda: console.plain("".join(map(_line, rows)) or "nothing is recorded yet\n"),
        "json": lambda: "[" + ",".join(f"\n{inert_json(row)}" for row in rows) + "\n]\n",
    }
    output.write_all(outputs, lambda each: write[each.format]())
    return 0


@command.command("verify", epilog=EXAMPLE)
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    metavar="FILE|DIGEST",
    help="What was kept elsewhere: the file of a checkpoint, or the digest of one or an entry; repeatable.",
)
@options.folder_option
def verify(checkpoints: tuple[str, ...], folder: str | None) -> int:
    """Find every edit, removal and reordering of entries, and every signature that does not fit.

    That the newest entries were removed shows only against something that was kept elsewhere.

    Exit codes: 0 whole, 1 not as it was written, 2 usage or configuration error.
    """
    from checker.run import vouching
    from checker.transports.disk import Disk

    home, workspace, ledger = _read(folder)
    kept = tuple(map(_kept, checkpoints))
    now = datetime.now(workspace.zone)
    findings = dict.fromkeys(vouching.findings(Disk(home), workspace, ledger, now, kept))
    for finding in findings:
        name = finding.entry or finding.path
        console.put(console.plain(" ".join(filter(None, (f"{name}:", finding.message, finding.hint))) + "\n"))
    if findings:
        console.say(f"gonogo: the ledger is not as it was written: {counted(len(findings), 'finding')}")
        return TAMPERED
    against = f", and holds all that {', '.join(checkpoints)} vouches for" if checkpoints else ""
    signed = len(ledger.signatures)
    entries = f"{len(ledger.entries)} {'entry' if len(ledger.entries) == 1 else 'entries'}"
    console.put(console.plain(f"the ledger is whole: {entries}, {signed} signed{against}\n"))
    return 0


@command.command("checkpoint", epilog=EXAMPLE)
@click.option("--as", "person", metavar="PERSON", help="Who makes it; needed for an entry and for a key.")
@click.option("--output", "file", metavar="FILE", help="Write it there instead of adding it to the ledger.")
@recording.key_option
@options.folder_option
def checkpoint(person: str | None, file: str | None, key: str | None, folder: str | None) -> int:
    """Vouch for everything that is recorded, and print one digest to keep out of the repository.

    Send the digest by mail, print it, have it time-stamped: gonogo ledger verify --checkpoint DIGEST then
    tells whether anything has been changed or removed since.
    """
    from checker import canonical, ledger

    if person is None:
        if file is None or key is not None:
            raise Problem("a checkpoint is made by somebody", "State --as PERSON.")
        home, workspace = recording.load(folder)
        body = ledger.checkpoint(recording.sound_ledger(home, workspace))
        output.write_new(file, _text(body))
        console.put(f"{body['root']}\n")
        return 0
    desk = recording.open_desk(folder, person)
    body = ledger.checkpoint(desk.ledger)
    if file is None:
        console.put(f"{recording.record(desk, 'checkpoint', body, key).id}\n")
        return 0
    if key:
        from checker.transports import ssh

        signature = recording.sign(desk, canonical.encode(body) + b"\n", file, key)
        output.write_new(file + ssh.SUFFIX, signature.decode())
    output.write_new(file, _text(body))
    console.put(f"{body['root']}\n")
    return 0


@command.command("record", epilog=EXAMPLE)
@click.argument("report", type=click.Path(exists=True, dir_okay=False), metavar="REPORT")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who records it.")
@recording.key_option
@options.folder_option
def record(report: str, person: str, key: str | None, folder: str | None) -> int:
    """Record that REPORT (of --output-format json) was made: its digest, and what it said.

    The report itself is kept wherever it is; an edit of it then shows.
    """
    from checker.authoring import decision

    desk = recording.open_desk(folder, person)
    door, name = options.named(report)
    found = decision.table(name, door.read)
    if not isinstance(found, decision.Table):
        console.complain(found)
        raise Problem(f"{report} is not a report of gonogo", "Make one with --output-format json=FILE.")
    entry = recording.record(desk, "report", decision.reported(found), key)
    console.put(f"{desk.path(entry)}\n")
    return 0


def _text(body: dict[str, Any]) -> str:
    from checker import canonical

    return canonical.encode(body).decode() + "\n"


def _read(folder: str | None) -> tuple[str, Workspace, Ledger]:
    from checker.sources import ledger as ledgers
    from checker.transports.disk import Disk

    home, workspace = recording.load(folder)
    return home, workspace, ledgers.read(workspace.ledger, Disk(home))[0]


def _kept(text: str) -> Kept:
    """What was kept elsewhere, by its digest or in a file.

    Raises:
        Problem: it is neither a file nor a digest.
    """
    from checker.run.vouching import Kept
    from checker.transports import ssh

    if digest := _DIGEST.fullmatch(text):
        return Kept(text, digest=f"sha256:{digest[1]}")
    door, name = options.named(text)
    raw = door.read(name)
    if isinstance(raw, Fault):
        hint = "Name the file of a checkpoint, or a digest of 64 hexadecimal digits."
        raise Problem(f"{text} is neither: {raw.message.lower()}", hint)
    signature = door.read(name + ssh.SUFFIX)
    return Kept(text, checkpoint=raw, signature=signature if isinstance(signature, bytes) else None)


def _row(entry: Entry, workspace: Workspace, approvals: Approvals) -> dict[str, Any]:
    """What is listed of an entry."""
    approval = approvals.of(f"{workspace.ledger}/{entry.path}", entry.by, entry.at)
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "type": entry.type,
        "by": entry.by,
        "assurance": approval.assurance,
        "note": approval.note,
        "parents": list(entry.parents),
        "path": f"{workspace.ledger}/{entry.path}",
        "body": dict(entry.body),
    }


def _line(row: dict[str, Any]) -> str:
    """An entry in one line."""
    from checker.review import deciding

    short, moment = deciding.short(row["id"]), row["at"].replace("T", " ")[:16]
    what = _what(row["type"], row["body"])
    return f"{short}  {moment}  {row['type']:<13}  {row['by']} ({row['assurance']}): {what}\n"


def _what(type: str, body: dict[str, Any]) -> str:
    """What an entry says, in words; what is unsound says it with `gonogo ledger verify`."""

    def told(name: str) -> str:
        return " ".join(str(body.get(name, "?")).split())

    match type:
        case "decision":
            where = f" in {', '.join(map(str, body['markets']))}" if body.get("markets") else ""
            by = f", by {told('basis')}: {told('reason')}" if body.get("basis") != "normal" else ""
            verdict = f"on the verdict {told('verdict')}"
            return f"{told('decision')} at {told('gate')} for {told('subject')}{where} {verdict}{by}"
        case "approval":
            return f"approves {told('decision')[7:19]} as {told('role')}"
        case "condition":
            met = f"{told('condition')} of {told('decision')[7:19]} was met on {told('met_on')}"
            return f"{met}: {told('evidence')}"
        case "review-opened":
            return f"the review at {told('gate')} for {told('subject')} was opened"
        case "report":
            return f"a report with the verdict {told('verdict')}"
        case _:
            return f"vouches for {told('count')} entries with the root {told('root')}"

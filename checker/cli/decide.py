"""`gonogo decide`: record what people decided at a gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from checker.cli import console, options, recording
from checker.cli.console import Problem
from checker.cli.recording import agreed

if TYPE_CHECKING:
    from datetime import date as Day

    from checker.authoring.decision import Table
    from checker.cli.recording import Desk
    from checker.ledger import Entry
    from checker.policy.gates import Gate

EXAMPLE = """\b
Example:
  gonogo decide --meet c1 --of 71aab52fb5ea --as hiro --evidence TIDE-14

\b
On the report that was on the table:
  gonogo review ga --subject tidetable --output-format json=review.json
  gonogo decide ga --subject tidetable --report review.json \\
      --decision proceed-with-conditions --as chioma --role head-of-product \\
      --condition "Tell the vicar; owner=hiro; due=2027-01-31" --sign KEYFILE"""

CHOICES = ("proceed", "proceed-with-conditions", "hold", "recycle", "stop")

_ALONE = {
    "report": "--report",
    "choice": "--decision",
    "basis": "--basis",
    "reason": "--reason",
    "conditions": "--condition",
    "requested_by": "--requested-by",
    "deployed_by": "--deployed-by",
    "markets": "--market",
    "subject": "--subject",
}
"""What only a decision states."""


@click.command("decide", short_help="Record what was decided at a gate.", epilog=EXAMPLE)
@click.argument("gate", required=False, metavar="[GATE]")
@click.option("--subject", metavar="ID", help="The launch or product that was decided on.")
@click.option(
    "--report",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="The JSON report of the review that was on the table.",
)
@click.option("--decision", "choice", type=click.Choice(CHOICES), help="What was decided.")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who decides, approves, or says so.")
@click.option("--role", default="", metavar="ROLE", help="The role in which they do.")
@click.option(
    "--basis",
    type=click.Choice(["overrule", "emergency"]),
    help="To proceed against no-go or undecided; somebody else approves it afterwards.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why; needed for all but a plain yes.")
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar='"TEXT; owner=PERSON; due=DAY; ticket=KEY"',
    help="What must still be done, by whom, until when; repeatable.",
)
@click.option("--requested-by", default="", metavar="PERSON", help="Who asked for the decision.")
@click.option("--deployed-by", default="", metavar="PERSON", help="Who brought it into service.")
@click.option(
    "--market", "markets", multiple=True, metavar="MARKET", help="Only for this market; repeatable."
)
@click.option("--approve", metavar="ENTRY", help="Approve an overrule or emergency afterwards.")
@click.option("--meet", metavar="CONDITION", help="Say that a condition of the decision --of was met.")
@click.option("--of", "of", metavar="ENTRY", help="The decision whose condition was met.")
@click.option(
    "--on", "on", type=options.Moment(), metavar="DAY", help="When it was met; today when left out."
)
@click.option(
    "--evidence", default="", metavar="TEXT", help="The address of the minutes, or of what shows it."
)
@click.option("--note", default="", metavar="TEXT", help="For those who read the ledger.")
@recording.key_option
@options.folder_option
def command(
    gate: str | None,
    approve: str | None,
    meet: str | None,
    of: str | None,
    on: options.LocalMoment | None,
    person: str,
    role: str,
    evidence: str,
    note: str,
    key: str | None,
    folder: str | None,
    **decided: Any,
) -> int:
    """Record in the ledger what was decided at GATE, on the report that was on the table.

    Nobody proceeds against no-go or undecided but by --basis overrule or emergency, which somebody else
    approves afterwards with --approve. That a condition was met is recorded with --meet. With --sign the
    entry is signed; without, it counts once it is signed or the code host recorded a review of it.

    Exit codes: 0 recorded; 2 it was not, and nothing was written.
    """
    asked = [name for name in (gate, approve, meet) if name is not None]
    if len(asked) != 1:
        raise Problem("state GATE to decide, --approve ENTRY, or --meet CONDITION", "One of the three.")
    stray = [flag for name, flag in _ALONE.items() if decided[name] and gate is None]
    stray += [flag for flag, value in (("--of", of), ("--on", on)) if value is not None and meet is None]
    if stray:
        raise Problem(f"{', '.join(stray)} does not go with what is asked", "Run gonogo decide --help.")
    if meet is not None and (of is None or not evidence.strip()):
        raise Problem("--meet needs --of ENTRY and --evidence TEXT", "gonogo ledger show lists the entries.")
    if gate is not None:
        _complete(decided)
    desk = recording.open_desk(folder, person)
    if gate is not None:
        return _decide(desk, gate, key, {"role": role, "evidence": evidence, "note": note, **decided})
    if approve is not None:
        return _approve(desk, approve, role, note, key)
    day = on(desk.workspace.zone).date() if on else desk.at.date()
    return _meet(desk, str(meet), str(of), day, evidence, note, key)


def _complete(decided: Mapping[str, Any]) -> None:
    missing = [_ALONE[name] for name in ("subject", "report", "choice") if decided[name] is None]
    if missing:
        raise Problem(f"a decision needs {', '.join(missing)}", "Run gonogo decide --help.")


def _decide(desk: Desk, name: str, key: str | None, said: Mapping[str, Any]) -> int:
    from checker.authoring import decision

    gate, today = desk.gate(name), desk.at.date()
    asked = decision.Asked(
        name,
        said["subject"],
        said["choice"],
        desk.person,
        said["role"],
        said["basis"] or "normal",
        said["reason"],
        tuple(agreed(decision.condition(text, n, today)) for n, text in enumerate(said["conditions"], 1)),
        tuple(dict.fromkeys(said["markets"])),
        said["requested_by"],
        said["deployed_by"],
        said["evidence"],
        said["note"],
    )
    table = _table(said["report"])
    agreed(decision.refusal(asked, table, desk.workspace, gate, _present(desk, table), desk.at))
    body = decision.body(asked, table, desk.workspace, desk.at)
    entry = recording.record(desk, "decision", body, key)
    by = f" by {asked.basis}" if asked.basis != "normal" else ""
    what = f"{desk.person} decided {asked.choice}{by} at {name} for {asked.subject}"
    console.put(console.plain(f"{what}; the verdict is {body['verdict']}\n"))
    _tell(desk, entry, gate, key)
    return 0


def _table(path: str) -> Table:
    from checker.authoring import decision

    door, name = options.named(path)
    found = decision.table(path, lambda _: door.read(name))
    if isinstance(found, decision.Table):
        return found
    console.complain(found)
    raise Problem(f"{path} is no report that can be decided on", "gonogo review writes one.")


def _present(desk: Desk, table: Table) -> dict[str, str]:
    """The digest of each input now: what judges was just loaded, the rest is read anew."""
    from checker import canonical
    from checker.model import Fault

    present = {each.locator: each.digest for each in desk.workspace.inputs}
    for locator in table.inputs:
        if locator not in present:
            raw = desk.files.read(locator)
            present[locator] = "" if isinstance(raw, Fault) else canonical.digest_bytes(raw)
    return present


def _approve(desk: Desk, name: str, role: str, note: str, key: str | None) -> int:
    from checker.authoring import decision

    found = agreed(decision.find(desk.ledger, name))
    gate = desk.gate(found.gate)
    body = agreed(decision.approval(found, gate, desk.workspace, desk.person, role, note, desk.at))
    entry = recording.record(desk, "approval", body, key)
    console.put(console.plain(f"{desk.person} approved the {found.basis} {found.id}\n"))
    _tell(desk, entry, gate, key)
    return 0


def _meet(desk: Desk, condition: str, of: str, day: Day, evidence: str, note: str, key: str | None) -> int:
    from checker.authoring import decision

    found = agreed(decision.find(desk.ledger, of))
    gate = desk.gate(found.gate)
    body = agreed(decision.met(found, condition, day, evidence, note, desk.at.date()))
    entry = recording.record(desk, "condition", body, key)
    console.put(console.plain(f"{desk.person} says that {condition} of {found.id} was met on {day}\n"))
    _tell(desk, entry, gate, key)
    return 0


def _tell(desk: Desk, entry: Entry, gate: Gate, key: str | None) -> None:
    from checker.authoring import decision

    path = desk.path(entry)
    recording.tell(entry, path, decision.told(entry, gate, key is not None, path))

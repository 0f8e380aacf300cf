"""`gonogo sign-off`: approve what lies there now, in a role that a gate asks for."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from checker.cli import console, options, output, recording
from checker.cli.console import Problem

if TYPE_CHECKING:
    from checker.authoring.approving import Draft
    from checker.policy.signoffs import Attachment
    from checker.policy.workspace import Workspace

EXAMPLE = """\b
Examples:
  gonogo sign-off ga --subject pierlocker --role privacy-officer \\
      --as "Esperanza Mockup"
  gonogo sign-off ga --subject pierlocker-ga --role harbour-master --as kofi \\
      --evidence products.yaml"""


@click.command("sign-off", short_help="Approve, in a role that a gate asks for.", epilog=EXAMPLE)
@click.argument("gate", metavar="GATE", shell_complete=options.complete_gates)
@click.option("--subject", required=True, metavar="ID", help="The launch, or the product without one.")
@click.option("--role", required=True, metavar="ROLE", help="The role in which it is signed.")
@click.option(
    "--as", "person", required=True, metavar="PERSON", help="Who signs, by any name in the register."
)
@recording.key_option
@click.option(
    "--meaning",
    type=click.Choice(["approval", "review", "responsibility"]),
    help="What the signature means; what the gate asks for when left out.",
)
@click.option(
    "--market", "markets", multiple=True, metavar="MARKET", help="Only for this market; repeatable."
)
@click.option("--valid-until", type=options.Moment(), metavar="DATE", help="The last day on which it counts.")
@click.option(
    "--evidence",
    multiple=True,
    metavar="LOCATOR",
    help="A document that it rests on; of a file of the workspace the digest is noted. Repeatable.",
)
@click.option("--note", default="", metavar="TEXT", help="Remarks.")
@click.option("--at", type=options.Moment(), metavar="TIME", help="When it is signed; now when left out.")
@click.option("--yes", is_flag=True, help="Do not ask, on a terminal either.")
@options.folder_option
def command(
    gate: str,
    subject: str,
    role: str,
    person: str,
    key: str | None,
    meaning: Any,
    markets: tuple[str, ...],
    valid_until: options.LocalMoment | None,
    evidence: tuple[str, ...],
    note: str,
    at: options.LocalMoment | None,
    yes: bool,
    folder: str | None,
) -> int:
    """Sign off what GATE asks ROLE to review, after showing it; a renewal shows only what has changed.

    The file is bound to the digests of the material fields. It counts once its signer signed it with a key,
    or the code host recorded their review of it. What would be void is refused, and nothing is overwritten.

    Exit codes: 0 written; 2 it was not, and nothing changed.
    """
    home = options.workspace_folder(folder)

    from checker.authoring import approving
    from checker.model import Diagnostic, Report
    from checker.run import checking
    from checker.run.authors import Authors
    from checker.run.past import Past
    from checker.transports.disk import Disk

    loaded = checking.prepare(options.request(home))
    if isinstance(loaded, Report):
        console.complain(loaded.diagnostics)
        return 2
    workspace, files = loaded.workspace, Disk(home)
    signed_at = (at or datetime.now)(workspace.zone)
    desk = recording.Desk(home, workspace, files, loaded.ledger, person, signed_at)
    asked = desk.gate(gate)
    passage = approving.passage(loaded.snapshot, asked, subject)
    if isinstance(passage, Diagnostic):
        raise Problem(console.plain(passage.message), console.plain(passage.hint))
    terms = approving.Terms(
        role,
        person,
        signed_at,
        meaning,
        tuple(dict.fromkeys(markets)),
        valid_until(workspace.zone).date() if valid_until else None,
        tuple(_attachment(home, locator) for locator in evidence),
        note,
    )
    authors = Authors(home, "")
    occasion = approving.Occasion(workspace, loaded.snapshot, asked, passage, authors.of, loaded.as_of)
    draft = approving.compose(occasion, terms)
    console.complain(authors.doubts)
    if not isinstance(draft, approving.Draft):
        console.complain(draft)
        return 2
    values = {
        "product": passage.product,
        "launch": passage.id,
        "subject": passage.id,
        "gate": gate,
        "role": role,
    }
    path = _place(workspace, f"{draft.sign_off.id}{approving.SUFFIX}", values)
    _keep(home, path)
    lines = [f"{asked.title} {passage.id} at {asked.id}, signed by {_who(workspace, draft)} as {role}."]
    lines += approving.told(draft, Past(home, workspace).before)
    console.put(console.plain("\n".join(lines) + "\n"))
    if not yes and console.is_terminal(sys.stdin) and console.is_terminal(sys.stdout):
        click.confirm("Sign it?", abort=True)
    _write(desk, path, draft.text.encode(), key)
    _tell(home, path, draft, signed=key is not None)
    return 0


def _attachment(home: str, locator: str) -> Attachment:
    """Evidence: a file of the workspace by its path there and with its digest, anything else as it is stated.

    Raises:
        Problem: the file cannot be read, or lies outside of the workspace.
    """
    from checker import canonical
    from checker.model import Fault
    from checker.policy.signoffs import Attachment
    from checker.transports.disk import Disk

    if not os.path.lexists(locator):
        return Attachment(locator, "", None)
    inside = options.within(home, locator)
    content = Disk(home).read(inside)
    if isinstance(content, Fault):
        raise Problem(f"the evidence {locator}: {content.message}", content.hint)
    return Attachment(inside, canonical.digest_bytes(content), None)


def _place(workspace: Workspace, name: str, values: Mapping[str, str]) -> str:
    """Where a new sign-off of that name is looked for, relative to the workspace.

    Raises:
        Problem: no pattern of the workspace leads to one folder where it would be found.
    """
    from checker.authoring.approving import plain
    from checker.policy.loading import listed

    patterns = listed(workspace.source.data.get("signoffs"))
    captured = {field: plain(value) for field, value in values.items()}
    if path := output.belonging(patterns, name, captured):
        return path
    add = f"Add `signoffs: signoffs/*.signoff.yaml` to {options.CONFIGURATION}."
    if not patterns:
        raise Problem(f"{options.CONFIGURATION} names no folder of sign-offs", add)
    raise Problem(f"{', '.join(patterns)} does not say in which folder to write {name}", add)


def _keep(home: str, path: str) -> None:
    """Refuse to write over anything.

    Raises:
        Problem: the file is there, or a signature of it.
    """
    from checker.transports import ssh

    for name in (path, path + ssh.SUFFIX):
        if os.path.lexists(os.path.join(home, name)):
            raise Problem(f"{name} is already there", "It stays as it is; remove it, or sign on another day.")


def _write(desk: recording.Desk, path: str, content: bytes, key: str | None) -> None:
    """Write the sign-off, and with a key its signature: both or nothing.

    Raises:
        Problem: the signature would not count, or the disk cannot be written.
    """
    from checker.transports import disk, ssh

    contents = {path: content}
    if key:
        contents[path + ssh.SUFFIX] = recording.sign(desk, content, path, key)
    _keep(desk.home, path)  # a person may have thought for long
    try:
        disk.write_all({os.path.join(desk.home, name): raw for name, raw in contents.items()})
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}", "Nothing of it was written.") from None


def _who(workspace: Workspace, draft: Draft) -> str:
    person = workspace.people.find(draft.sign_off.person)
    return person.name if person else draft.sign_off.person


def _tell(home: str, path: str, draft: Draft, *, signed: bool) -> None:
    """Say what was written, and what makes it count."""
    gate, subject = draft.sign_off.gate, draft.sign_off.subject
    lines = [f"wrote {path}{' and its signature' if signed else ''}"]
    if not signed:
        by_hand = shlex.join(["ssh-keygen", "-Y", "sign", "-n", "gonogo", "-f", "KEY"])
        file = shlex.quote(os.path.relpath(os.path.join(home, path)))
        lines.append(f"Next: sign it ({by_hand} {file}), or let the code host record your review of it")
    review = shlex.join(["gonogo", "review", gate, "--subject", subject])
    lines.append(f"Next: commit {'both' if signed else 'it'}, then run {review}")
    console.put(console.plain("\n".join(lines) + "\n"))

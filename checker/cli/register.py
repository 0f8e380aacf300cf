"""The register of waivers as commands write it: terms, where a file belongs, its signature, what is next."""

from __future__ import annotations

import os
import shlex
from datetime import date as Day
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from checker.cli import console, options, output, signatures
from checker.cli.console import Problem

if TYPE_CHECKING:
    from checker.model import Diagnostic
    from checker.policy.workspace import Workspace


owner_option = click.option("--owner", default="", metavar="PERSON", help="Who answers for it.")

approver_option = click.option(
    "--approver", default="", metavar="PERSON", help="Who approves it; not the owner."
)

ticket_option = click.option("--ticket", default="", metavar="KEY", help="The work item for mending it.")

control_option = click.option(
    "--control", default="", metavar="TEXT", help="What reduces the risk meanwhile."
)

sign_option = click.option(
    "--sign",
    "key_file",
    type=click.Path(exists=True, dir_okay=False),
    metavar="KEYFILE",
    help="Sign it with this SSH key, which is for the approver to do.",
)


def must_be_there(workspace: Workspace) -> None:
    """Refuse a workspace without a register.

    Raises:
        Problem: the configuration names none.
    """
    if not workspace.source.data.get("waivers"):
        raise Problem(
            f"{options.CONFIGURATION} names no register of waivers",
            "Add `waivers: waivers/*.waiver.yaml` to it.",
        )


def refuse(why: Diagnostic) -> NoReturn:
    """End with what is wrong.

    Raises:
        Problem: always.
    """
    raise Problem(console.plain(why.message), console.plain(why.hint))


def place(workspace: Workspace, id: str) -> str:
    """Where the file of a new waiver belongs, relative to the workspace: the first place that is read.

    Raises:
        Problem: no pattern of the register fits such a file.
    """
    from checker.authoring import waiver as authoring
    from checker.policy.loading import listed

    name = f"{id}{authoring.SUFFIX}"
    if path := output.belonging(listed(workspace.source.data["waivers"]), name):
        return path
    raise Problem(
        f"no file {name} would be found by `waivers` of {options.CONFIGURATION}",
        "Write `waivers: waivers/*.waiver.yaml` there.",
    )


class Approver(NamedTuple):
    """Who approves a waiver, and the key that signs it for them."""

    person: str
    since: Day
    """The day on which the waiver was granted, or last renewed, when the key has to be theirs."""
    key_file: str | None
    """None: it is not signed here."""


def write(home: str, workspace: Workspace, path: str, text: str, approver: Approver, *, anew: bool) -> None:
    """Write the waiver, and its signature where there is a key; a signature of what stood there goes away.

    Raises:
        Problem: something is there already, a signature would not count, or a file cannot be written.
    """
    from checker.policy import moment
    from checker.transports import disk, ssh

    content, signature = text.encode(), b""
    if approver.key_file:
        name = os.path.relpath(path, home).replace(os.sep, "/")
        at, files = moment.end_of(approver.since, workspace.zone), disk.Disk(home)
        signature = signatures.signature(
            workspace, files, content, name, approver.person, at, approver.key_file
        )
    beside = path + ssh.SUFFIX
    if anew:
        if os.path.lexists(beside):
            raise Problem(f"{shown(beside)} is already there", "Remove it: it signs nothing that is there.")
        output.write_new(path, text)
        if signature:
            output.write_new(beside, signature.decode())
        return
    try:
        disk.write_all({path: content, **({beside: signature} if signature else {})})
        if not signature and os.path.lexists(beside):
            os.unlink(beside)
    except OSError as error:
        raise Problem(
            f"cannot write {shown(path)}: {error.strerror}", "Mend that and run it again."
        ) from None


def shown(path: str) -> str:
    """A path relative to the current folder."""
    return os.path.relpath(path)


def remove(path: str) -> None:
    """Delete a waiver that is not needed any more, and its signature.

    Raises:
        Problem: a file cannot be deleted.
    """
    from checker.transports import ssh

    try:
        os.unlink(path)
        if os.path.lexists(path + ssh.SUFFIX):
            os.unlink(path + ssh.SUFFIX)
    except OSError as error:
        raise Problem(
            f"cannot delete {shown(path)}: {error.strerror}", "Mend that and run it again."
        ) from None


def next_step(workspace: Workspace, approver: Approver, path: str) -> str:
    """What is to be done with a waiver that was written."""
    if approver.key_file:
        return "commit it with its signature"
    by_hand = f"ssh-keygen -Y sign -n gonogo -f KEY {shlex.quote(shown(path))}"
    review = "approves the pull request with it"
    if not workspace.signers:
        return f"{approver.person} {review}; who is to sign needs `signers` in {options.CONFIGURATION}"
    return f"{approver.person} signs it ({by_hand}), or {review}"

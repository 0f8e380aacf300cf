"""`gonogo lock`: pin what judges here."""

from __future__ import annotations

import os

import click

from checker.cli import console, options, output

EXAMPLE = """\b
Examples:
  gonogo lock
  gonogo lock --check"""

STALE = 1
"""The exit code of `--check` where the lock is not what it would be now."""


@click.command("lock", short_help="Pin packs and floor by digest.", epilog=EXAMPLE)
@click.option("--check", "checking", is_flag=True, help="Write nothing; exit code 1 where it would change.")
@options.floor_options
@options.folder_option
def command(checking: bool, floor: str | None, floor_digest: str | None, folder: str | None) -> int:
    """Write gonogo.lock: exactly which packs and which floor judge here, whatever gonogo is installed.

    With a lock, a pack or floor that is another one is an error, until somebody runs gonogo lock again:
    best in a pull request of its own, whose check shows what flips by packs of the repository itself.
    """
    from checker import run
    from checker.authoring import schemas
    from checker.kinds.template import modeline
    from checker.policy import lock
    from checker.policy.loading import LOCK, Loading
    from checker.transports.disk import Disk

    home = options.workspace_folder(folder)
    given = options.floor_folder(home, floor, floor_digest)
    workspace, wrong = run.load(home, given, floor_digest or "", locked=False)
    told = [each for each in wrong if each.code != "floor-unpinned"]
    console.complain(told)
    if workspace is None:
        return 2
    state = Loading(Disk, home, Disk(home))
    before = lock.read(state)
    said = list(lock.changes(before, workspace))
    for line in said:
        console.put(console.plain(f"{line}\n"))
    current = before is not None and not said
    if checking:
        console.put(f"{LOCK} is up to date\n" if current else f"{LOCK} is not up to date: run gonogo lock\n")
        return 0 if current else STALE
    if current:
        console.put(f"{LOCK} stays as it is\n")
        return 0
    line = modeline(f"{schemas.FOLDER}/{schemas.path_of('lock')}")
    output.write_file(os.path.join(home, LOCK), lock.text(workspace, line))
    console.put(f"wrote {LOCK}\n")
    return 0

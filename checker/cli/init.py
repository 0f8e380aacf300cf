"""`gonogo init`: make a workspace of a repository."""

from __future__ import annotations

import os

import click

from checker.cli import console, options, output
from checker.cli.console import Problem

EXAMPLE = """\b
Examples:
  gonogo init --dry-run
  gonogo init"""


@click.command("init", short_help="Write a gonogo.yaml for what is here.", epilog=EXAMPLE)
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False), metavar="[FOLDER]")
@click.option("--dry-run", is_flag=True, help="Print the files instead of writing them.")
def command(folder: str, dry_run: bool) -> int:
    """Look at what FOLDER holds, and write a gonogo.yaml that checks it.

    Requirements, launch plans, roadmaps, risk registers, objectives and other artifacts are known by their
    names, fields and headings. Where there are none, a document to fill in is written, too, and into
    .gonogo/schemas the schemas by which editors complete and check all this. Nothing is overwritten.
    """
    from checker.authoring import detection, scaffold, schemas
    from checker.cli import schema_folder
    from checker.transports.disk import Disk

    home = options.absolute(folder)
    target = os.path.join(folder, options.CONFIGURATION)
    if os.path.lexists(target):
        raise Problem(
            f"{os.path.normpath(target)} is already there", "gonogo config show tells what is in effect."
        )
    door = Disk(folder)
    found = detection.explore((path for path, _ in door.find("**/*")), door.read)
    name = "".join(filter(str.isprintable, os.path.basename(home))) or "workspace"
    made = scaffold.files(name, found)
    if dry_run:
        console.put(console.plain("\n".join(f"==> {file.path}\n{file.text}" for file in made)))
        console.put(f"\n==> {schemas.FOLDER}/\n# The schemas that gonogo schema --write writes.\n")
        return 0
    console.put(console.plain(scaffold.described(found)))
    editors = os.path.normpath(os.path.join(folder, schemas.FOLDER))
    count = schema_folder.write(editors, ())
    console.put(console.plain(f"wrote {editors}: {count} schemas for editors\n"))
    for file in reversed(made):  # the configuration last: without it, nothing has begun
        path = os.path.normpath(os.path.join(folder, file.path))
        if os.path.lexists(path):
            console.put(console.plain(f"kept {path}, which is there already\n"))
        else:
            output.write_new(path, file.text)
            console.put(console.plain(f"wrote {path}: {file.about}\n"))
    above = options.nearest(os.path.join(home, os.pardir))
    if above is not None:
        console.say(f"gonogo: {os.path.join(above, options.CONFIGURATION)} no longer counts in this folder")
    console.put("Next: gonogo check\n")
    return 0

"""`gonogo new`: an artifact to fill in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from checker.cli import console, options, output
from checker.cli.console import Problem

if TYPE_CHECKING:
    from checker.kinds import Kind

EXAMPLE = """\b
Examples:
  gonogo new launch-plan
  gonogo new prd products/checkout/prd.md"""


@click.command("new", short_help="Write an artifact to fill in.", epilog=EXAMPLE)
@click.argument("kind", metavar="KIND", shell_complete=options.complete_kinds)
@click.argument("path", required=False, metavar="[PATH]")
@options.folder_option
def command(kind: str, path: str | None, folder: str | None) -> int:
    """Write an artifact of a kind to fill in, each field with a comment from the schema.

    PATH is KIND.yaml, or KIND.md for kinds that are documents, when left out. Nothing is overwritten.
    """
    from checker import documents
    from checker.cli import selection, setting
    from checker.kinds.template import formats, template

    library, wrong = setting.library(folder)
    found = library.kind(kind)
    if found is None and not wrong:
        wrong = (selection.not_there("kind", kind, library.kind_names()),)
    console.complain(wrong)
    if found is None:
        return 2
    suffixes = {"markdown": ".md", "yaml": ".yaml"}
    target = path or f"{kind}{suffixes[formats(found)[0]]}"
    format = documents.format_of(target)
    if format not in formats(found):
        fitting = " or ".join(f"*{suffixes[name]}" for name in formats(found))
        raise Problem(f"{target} does not say in which format to write", f"Name a file {fitting}.")
    start = os.path.dirname(options.absolute(target))
    home = options.nearest(start)
    output.write_new(target, template(found, format, _schema(found, home, start)))
    console.put(console.plain(f"wrote {target}\n"))
    if home is None:
        console.put("Next: fill it in, then run gonogo init to make a workspace\n")
        return 0
    inside = options.within(home, target)
    if not _is_found(home, kind, inside):
        console.say(
            f"gonogo: {options.CONFIGURATION} looks for no {kind} there. "
            f"Add to its `subjects`: {{ kind: {kind}, files: {inside} }}"
        )
    console.put("Next: fill it in, then run gonogo check\n")
    return 0


def _schema(kind: Kind, home: str | None, start: str) -> str:
    """The path from `start` to the kind's schema in a workspace; empty where there is none to lead to.

    A kind of the workspace is described by its own file, a shipped one by what `gonogo schema --write` wrote.
    """
    from checker.authoring import schemas

    path = kind.path or f"{schemas.FOLDER}/{schemas.path_of(f'kinds/{kind.name}')}"
    if home is None or " " in path or not os.path.isfile(os.path.join(home, path)):
        return ""
    return os.path.relpath(os.path.join(home, path), start).replace(os.sep, "/")


def _is_found(home: str, kind: str, path: str) -> bool:
    """Whether the workspace would check the file. Where it cannot be read it is `check` that says why."""
    from checker import run
    from checker.sources import files
    from checker.transports.disk import Disk

    workspace, _ = run.load(home)
    if workspace is None:
        return True
    own = [selection for selection in workspace.selections if selection.kind.name == kind]
    return any(path in chosen for chosen in files.choose(own, Disk(home)))

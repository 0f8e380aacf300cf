"""`gonogo config`: what is in effect."""

from __future__ import annotations

import click

from checker.cli import console, options, output
from checker.cli.output import Output

EXAMPLE = """\b
Examples:
  gonogo config show
  gonogo config show --output-format json"""

FORMATS = ("terminal", "json")


@click.group("config", short_help="Show what is in effect, and from where.", epilog=EXAMPLE)
def command() -> None:
    """Look at the configuration."""


@command.command("show", epilog=EXAMPLE)
@output.output_format(lambda: FORMATS, "terminal")
@options.floor_options
@options.folder_option
def show(outputs: tuple[Output, ...], floor: str | None, floor_digest: str | None, folder: str | None) -> int:
    """Show every value in effect with the file and line that it comes from, and which files are found now."""
    output.keep_apart(outputs)
    from checker import run
    from checker.authoring import configuration
    from checker.run import doors
    from checker.sources import files
    from checker.transports.disk import Disk

    home = options.workspace_folder(folder, floor=floor)
    workspace, wrong = run.load(home, options.floor_folder(home, floor, floor_digest), floor_digest or "")
    console.complain(wrong)
    if workspace is None:
        return 2
    chosen = list(files.choose(workspace.selections, doors.over(Disk(home), workspace)))
    found = configuration.values(workspace, chosen)
    write = {
        "terminal": lambda: console.plain(configuration.text(found)),
        "json": lambda: configuration.as_json(found),
    }
    output.write_all(outputs, lambda each: write[each.format]())
    return 0

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
@options.folder_option
def show(outputs: tuple[Output, ...], folder: str | None) -> int:
    """Show every value in effect with the file and line that it comes from, and which files are found now."""
    output.keep_apart(outputs)
    from checker import run
    from checker.authoring import configuration
    from checker.sources import files
    from checker.transports.disk import Disk

    home = options.workspace_folder(folder)
    workspace, wrong = run.load(home)
    console.complain(wrong)
    if workspace is None:
        return 2
    found = configuration.values(workspace, list(files.choose(workspace.selections, Disk(home))))
    write = {
        "terminal": lambda: console.plain(configuration.text(found)),
        "json": lambda: configuration.as_json(found),
    }
    output.write_all(outputs, lambda each: write[each.format]())
    return 0

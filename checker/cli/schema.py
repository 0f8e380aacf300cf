"""`gonogo schema`: the fields of a kind."""

from __future__ import annotations

import click

from checker.cli import console, options

EXAMPLE = """\b
Examples:
  gonogo schema --list
  gonogo schema launch-plan
  gonogo schema launch-plan --format json > launch-plan.schema.json"""


@click.command("schema", short_help="Show the fields of a kind of artifact.", epilog=EXAMPLE)
@click.argument("kind", required=False, metavar="[KIND]", shell_complete=options.complete_kinds)
@click.option("--list", "listed", is_flag=True, help="List the kinds instead.")
@click.option(
    "--format",
    "format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table of the fields, or the JSON Schema for an editor.",
)
@options.folder_option
def command(kind: str | None, listed: bool, format: str, folder: str | None) -> int:
    """Show which fields a kind of artifact has, or list the kinds.

    The kinds are those that gonogo ships and those of the workspace.
    """
    if kind is None and not listed:
        raise click.UsageError("name a KIND, or ask for --list")
    import json

    from checker import kinds
    from checker.authoring.catalogue import columns
    from checker.cli import selection, setting

    library, wrong = setting.library(folder)
    if kind is not None and kind not in library.kind_names():
        wrong += (selection.not_there("kind", kind, library.kind_names()),)
    console.complain(wrong)
    if wrong:
        return 2
    chosen = [found for name in ([kind] if kind else library.kind_names()) if (found := library.kind(name))]
    if listed or kind is None:
        records = [{"name": found.name, "title": found.title, "path": found.path} for found in chosen]
        rows = [(found.name, found.title, found.path) for found in chosen]
        text = json.dumps(records, ensure_ascii=False, indent=2) + "\n" if format == "json" else columns(rows)
    elif format == "json":
        text = json.dumps(chosen[0].schema, ensure_ascii=False, indent=2) + "\n"
    else:
        text = kinds.describe(chosen[0])
    console.put(text if format == "json" else console.plain(text))
    return 0

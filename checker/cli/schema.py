"""`gonogo schema`: the fields of a kind or of a file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from checker.cli import console, options

if TYPE_CHECKING:
    from checker.model import Diagnostic
    from checker.policy.library import Library

EXAMPLE = """\b
Examples:
  gonogo schema --list
  gonogo schema launch-plan
  gonogo schema policy --format json > policy.schema.json
  gonogo schema --write .gonogo/schemas"""


@click.command("schema", short_help="Show the fields of a kind or a file format.", epilog=EXAMPLE)
@click.argument("name", required=False, metavar="[NAME]", shell_complete=options.complete_schemas)
@click.option("--list", "listed", is_flag=True, help="List the kinds and the file formats instead.")
@click.option(
    "--write",
    "target",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Write every schema into FOLDER instead, where editors find it.",
)
@click.option(
    "--format",
    "format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table of the fields, or the JSON Schema for an editor.",
)
@options.folder_option
def command(name: str | None, listed: bool, target: str | None, format: str, folder: str | None) -> int:
    """Show which fields a kind of artifact or a file format has, list them, or write their schemas.

    The kinds are those that gonogo ships and those of the workspace; the file formats are those of gonogo
    itself, such as policy, tests, gate and workspace.

    What --write wrote before is written anew, and nothing else is overwritten; all is written or nothing. An
    editor then completes and checks a YAML file whose first line leads there, without any network:
    "# yaml-language-server: $schema=../.gonogo/schemas/policy.schema.json", relative to the file.
    """
    if [name is not None, listed, target is not None].count(True) != 1:
        raise click.UsageError("name one kind or file format, or ask for --list or --write FOLDER")
    from checker.cli import schema_folder, setting

    library, wrong = setting.library(folder)
    if name is not None:
        return _show(name, format, library, wrong)
    console.complain(wrong)
    if wrong:
        return 2
    if target is not None:
        own = [kind for name in library.kind_names() if (kind := library.kind(name)) and kind.path]
        console.put(console.plain(f"wrote {schema_folder.write(target, own)} schemas into {target}\n"))
    else:
        text = _listed(library, format)
        console.put(text if format == "json" else console.plain(text))
    return 0


def _show(name: str, format: str, library: Library, wrong: tuple[Diagnostic, ...]) -> int:
    """Print one schema; what is `wrong` with the kinds of the workspace keeps nobody from a file format."""
    import json

    from checker import shipped
    from checker.cli import selection
    from checker.kinds.describe import describe

    kind = library.kind(name)
    schema = kind.schema if kind else {}
    if kind is None and name in shipped.format_names():
        schema, wrong = json.loads(shipped.schema(name)), ()
    elif kind is None:
        known = (*library.kind_names(), *shipped.format_names())
        wrong += (selection.not_there("schema", name, known),)
    console.complain(wrong)
    if wrong:
        return 2
    if format == "json":
        console.put(json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
    else:
        console.put(console.plain(describe(name, schema)))
    return 0


def _listed(library: Library, format: str) -> str:
    import json

    from checker import shipped
    from checker.authoring.catalogue import columns

    kinds = [kind for name in library.kind_names() if (kind := library.kind(name))]
    formats = [(name, json.loads(shipped.schema(name))["title"]) for name in shipped.format_names()]
    if format == "json":
        listed = {
            "kinds": [{"name": kind.name, "title": kind.title, "path": kind.path} for kind in kinds],
            "formats": [{"name": name, "title": title} for name, title in formats],
        }
        return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"
    kind_rows = columns([(kind.name, kind.title, kind.path) for kind in kinds], "  ")
    return f"kinds\n{kind_rows}\nfile formats\n{columns(formats, '  ')}"

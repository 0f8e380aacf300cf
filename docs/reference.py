"""Writes the tables of kinds.md and commands.md from their sources: `python docs/reference.py`.

A test holds both pages to their sources; what stands above the mark is written by hand.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from checker import kinds
from checker.cli import root
from checker.kinds.describe import type_words
from checker.kinds.fields import ANY, Field

FOLDER = Path(__file__).parent

BEGIN = "<!-- docs/reference.py writes from here -->"


def cell(text: str) -> str:
    """A text that stands in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = tuple(head)
    lines = [names, tuple("---" for _ in names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def kind_sections() -> Iterator[str]:
    """A section for each kind."""
    for name in kinds.shipped_names():
        kind = kinds.shipped_kind(name)
        yield f"### {name}\n"
        yield f"{kind.title}: {kind.schema.get('description', '')}\n"
        yield table(("field", "type", "is", "headings"), fields(kind.fields, ""))


def fields(parent: Field, prefix: str) -> Iterator[tuple[str, str, str, str]]:
    """The rows of a kind's fields, those of records below their list."""
    for name, field in parent.properties.items():
        choices = f" One of {', '.join(f'`{choice}`' for choice in field.choices)}." if field.choices else ""
        must = "\\*" if name in parent.required else ""
        headings = cell(", ".join(field.headings))
        yield f"`{prefix}{name}`{must}", type_words(field), cell(field.description + choices), headings
        if not field.computed:
            yield from fields(field, f"{prefix}{name}.")
            yield from fields(field.item or ANY, f"{prefix}{name}[].")


def command_sections(group: click.Group, context: click.Context) -> Iterator[str]:
    """A section for each command; a group gives way to its commands."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from command_sections(command, inner)
        else:
            yield section(command, inner)


def section(command: click.Command, context: click.Context) -> str:
    """One command: what it does, its options, its examples."""
    path = context.command_path
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    help_text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    parts = [f"## {path}\n", f"```text\n{usage}\n```\n", f"{help_text}\n"]
    rows = [
        (f"`{record[0].replace('|', ' / ')}`", cell(re.sub(r"\*", r"\\*", record[1])))
        for parameter in command.params
        if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context))
    ]
    if rows:
        parts.append(table(("option", "is"), rows))
    # The rest of an epilog explains; what is meant to be tried stands below its first heading.
    text = (command.epilog or "").replace("\\\n", "")
    tried = re.search(r"Examples?:\n((?: +gonogo .*(?:\n|$))+)", text)
    examples = [" ".join(line.split()) for line in tried[1].splitlines()] if tried else []
    if examples:
        parts.append("```console\n" + "".join(f"$ {line}\n" for line in examples) + "```\n")
    return "\n".join(parts)


def pages() -> dict[str, str]:
    """Each page as it should be, by its name."""
    written = {
        "kinds.md": kind_sections(),
        "commands.md": command_sections(root.cli, click.Context(root.cli, info_name="gonogo")),
    }
    above = {name: (FOLDER / name).read_text(encoding="utf-8").partition(BEGIN)[0] for name in written}
    return {name: f"{above[name]}{BEGIN}\n\n" + "\n".join(sections) for name, sections in written.items()}


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")

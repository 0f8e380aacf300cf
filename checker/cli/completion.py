"""`gonogo completion`: complete commands, options, rules and kinds with the tabulator key."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from checker.cli import console

EXAMPLE = """\b
Examples:
  gonogo completion bash >> ~/.bashrc
  gonogo completion fish > ~/.config/fish/completions/gonogo.fish"""

SHELLS = ("bash", "fish", "zsh")


@click.command("completion", short_help="Print what completes commands in a shell.", epilog=EXAMPLE)
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print what makes SHELL (bash, fish or zsh) complete commands, options, rule ids, kinds and formats."""
    kind = get_completion_class(shell)
    assert kind is not None, "click knows each of these shells"
    completion = kind(ctx.find_root().command, {}, "gonogo", "_GONOGO_COMPLETE")
    console.put(completion.source_template % completion.source_vars())
    return 0

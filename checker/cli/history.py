"""`gonogo history`: what commits changed at gates."""

from __future__ import annotations

from typing import Any

import click

from checker.cli import options, output
from checker.cli.console import Problem
from checker.cli.output import Output
from checker.render import history

EXAMPLE = """\b
Examples:
  gonogo history
  gonogo history ga --subject pierlocker
  gonogo history --since 2026-01-01 --output-format csv=stages.csv"""


@click.command("history", short_help="Say what commits changed at gates.", epilog=EXAMPLE)
@click.argument("gate", required=False, default="", metavar="[GATE]", shell_complete=options.complete_gates)
@click.option("--subject", default="", metavar="ID", help="Follow the verdict about this product or launch.")
@click.option("--since", type=options.Moment(), metavar="DATE", help="Only commits of this day or later.")
@click.option("--until", type=options.Moment(), metavar="DATE", help="Only commits of this day or earlier.")
@output.output_format(lambda: history.RENDERERS, "terminal")
@options.policies_option
@options.floor_options
@options.color_option
@click.option("--quiet", "-q", is_flag=True, help="Show only what a gate would have stopped.")
@options.folder_option
def command(
    gate: str,
    subject: str,
    since: options.LocalMoment | None,
    until: options.LocalMoment | None,
    outputs: tuple[Output, ...],
    color: str,
    quiet: bool,
    folder: str | None,
    **stated: Any,
) -> int:
    """Hold every commit of the current branch against the one before it, and say what it changed.

    Without --subject: each product whose stage a commit changed, and what the gates that it passed would have
    said. With GATE and --subject: the verdict by commit, wherever it or what blocks changed. Dates are those
    that committers state. The working tree is not touched.

    Exit codes: 0 nothing would have been stopped, 1 something would, 2 usage or configuration error, 3 no
    commit lies in that time, 4 undecided.
    """
    from checker.run.history import Asked
    from checker.run.history import history as run_history

    output.keep_apart(outputs)
    if subject and not gate:
        raise Problem("a verdict is one of a gate", f"gonogo history GATE --subject {subject}.")
    by = options.Stated(**stated)
    request = options.request(options.workspace_folder(folder, by.policies, by.floor), by)
    found = run_history(request, Asked(gate, subject, since, until))

    def render(each: Output) -> str:
        return history.RENDERERS[each.format](found, output.view(each, color, quiet=quiet))

    output.write_all(outputs, render)
    return found.exit_code

"""`gonogo verify`: evaluate a report again."""

from __future__ import annotations

from typing import Any

import click

from checker.cli import console, options
from checker.cli.console import Problem

EXAMPLE = """\b
Examples:
  gonogo verify report.json
  gonogo verify report.json --all"""

_SHOWN = 20


@click.command("verify", short_help="Evaluate a report again, and say what differs.", epilog=EXAMPLE)
@click.argument("report", type=click.Path(exists=True, dir_okay=False), metavar="REPORT")
@options.policies_option
@options.floor_options
@click.option(
    "--all", "everything", is_flag=True, help=f"Show every difference, not the first {_SHOWN} only."
)
@options.folder_option
def command(report: str, everything: bool, folder: str | None, **stated: Any) -> int:
    """Evaluate REPORT (of --output-format json) again, and say: identical, or exactly what differs.

    REPORT is of a check, of a change, of a review or a portfolio. The files are read from the commit that it
    names, without touching the working tree; where it names none, they are those that are there. What it was
    given besides the repository is given again: --policies, --floor.

    Exit codes: 0 identical, 1 different, 2 usage error, or the report cannot be evaluated again.
    """
    from checker.model import Diagnostic
    from checker.publishing import reports
    from checker.run import verifying

    by = options.Stated(**stated)
    workspace = options.workspace_folder(folder, by.policies, by.floor, of_change=True)
    door, name = options.named(report)
    written, wrong = reports.written(name, door.read, verifying.FORMATS)
    if written is None:
        console.complain(wrong)
        raise Problem(f"{report} is not a report of gonogo", "Make one with --output-format json=FILE.")
    found = verifying.verify(options.request(workspace, by), written)
    if isinstance(found, Diagnostic):
        console.complain((found,))
        return 2
    head = "identical" if found.identical else "different"
    lines = [f"{head}: evaluated again on {found.read}, {found.was} then, {found.now} now"]
    shown = found.differences if everything else found.differences[:_SHOWN]
    lines += (f"  {difference}" for difference in shown)
    if len(shown) < len(found.differences):
        lines.append(f"  … and {len(found.differences) - len(shown)} more: gonogo verify {report} --all")
    console.put(console.plain("\n".join(lines) + "\n"))
    return found.exit_code

"""`gonogo check`: decide go or no-go."""

from __future__ import annotations

import sys

import click

from checker.cli import console, options, output
from checker.cli.output import Output
from checker.cli.progress import Progress
from checker.model import Severity
from checker.render import RENDERERS, Options

EXAMPLE = """\b
Examples:
  gonogo check
  gonogo check products/pierlocker --severity high --clock 2026-06-01
  gonogo check --output-format terminal --output-format json=report.json
  gonogo check --rule 'launch.rollback.*' --param max_age_days=30"""


@click.command("check", short_help="Decide go or no-go.", epilog=EXAMPLE)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@output.output_format(lambda: RENDERERS, "terminal")
@options.rule_option
@options.kind_option
@options.severity_option
@options.as_of_option
@options.clock_option
@options.policies_option
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="[POLICY.]NAME=VALUE",
    help="A value for a parameter of policies, within its limits; repeatable.",
)
@options.color_option
@click.option("--quiet", "-q", is_flag=True, help="Show only what blocks, and the verdict.")
@click.option("--statistics", is_flag=True, help="Add a table of outcomes by rule.")
@options.folder_option
def command(
    paths: tuple[str, ...],
    outputs: tuple[Output, ...],
    rules: tuple[str, ...],
    kinds: tuple[str, ...],
    severity: Severity | None,
    as_of: options.Clock | None,
    clock: options.Clock | None,
    policies: str | None,
    params: tuple[str, ...],
    color: str,
    quiet: bool,
    statistics: bool,
    folder: str | None,
) -> int:
    """Judge the workspace by its policies and gates, and say what stands in the way of a go.

    PATHS limit what is judged to files and folders; other files are still read, since rules may look at them.

    Exit codes: 0 go, 1 no-go, 2 usage or configuration error, 3 nothing matched, 4 undecided.
    """
    output.keep_apart(outputs)
    workspace = options.workspace_folder(folder, policies)
    inside = tuple(options.within(workspace, path) for path in paths)

    from checker import run
    from checker.cli import selection

    progress = Progress()
    try:
        report = run.check(
            options.request(
                workspace,
                as_of=as_of,
                clock=clock,
                policies=policies,
                progress=progress,
                traced=any(each.format == "json" for each in outputs),
                selector=lambda found: selection.select(
                    found, rules=rules, kinds=kinds, severity=severity, paths=inside, params=params
                ),
            )
        )
    finally:
        progress.clear()
    width = console.width(Options().width)

    def render(each: Output) -> str:
        colored = console.colored(color, None if each.file else sys.stdout)
        return RENDERERS[each.format](report, Options(colored, width, quiet=quiet, statistics=statistics))

    output.spare(outputs, workspace, (evidence.locator for evidence in report.inputs))
    output.write_all(outputs, render)
    if not quiet and all(each.file for each in outputs):  # else a person would be left with an exit code
        console.say(f"gonogo: {report.verdict}, see {', '.join(each.file for each in outputs)}")
    return report.exit_code

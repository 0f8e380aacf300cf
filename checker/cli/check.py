"""`gonogo check`: decide go or no-go."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from checker.cli import change, console, options, output
from checker.cli.cached import Cached
from checker.cli.change import change_options
from checker.cli.output import Output
from checker.cli.progress import Progress
from checker.model import FailOn, Report, Severity
from checker.render import HELD, RENDERERS, UNTRACED

if TYPE_CHECKING:
    from checker.cache import Run

EXAMPLE = """\b
Examples:
  gonogo check
  gonogo check products/pierlocker --severity high --clock 2026-06-01
  gonogo check --output-format terminal --output-format json=report.json
  gonogo check --rule 'launch.rollback.*' --param max_age_days=30
  gonogo check --base origin/main --output-format github"""


@click.command("check", short_help="Decide go or no-go.", epilog=EXAMPLE)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@output.output_format(lambda: RENDERERS, "terminal")
@change_options
@options.rule_option
@options.kind_option
@options.severity_option
@options.as_of_option
@options.clock_option
@options.policies_option
@options.floor_options
@options.repository_option
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
@click.option("--no-cache", is_flag=True, help="Neither use what an equal run came to, nor keep it.")
@options.folder_option
def command(
    paths: tuple[str, ...],
    outputs: tuple[Output, ...],
    base: str | None,
    head: str | None,
    fail_on: FailOn | None,
    rules: tuple[str, ...],
    kinds: tuple[str, ...],
    severity: Severity | None,
    params: tuple[str, ...],
    color: str,
    quiet: bool,
    statistics: bool,
    no_cache: bool,
    folder: str | None,
    **stated: Any,
) -> int:
    """Judge the workspace by its policies and gates, and say what stands in the way of a go.

    With --base it judges a change: what it makes worse, what it mends, and what the gates ask that it takes
    a product through.

    PATHS limit what is judged to files and folders; other files are still read, since rules may look at them.

    Exit codes: 0 go, 1 no-go, 2 usage or configuration error, 3 nothing matched, 4 undecided.
    """
    output.keep_apart(outputs)
    by = options.Stated(**stated)
    whole = any(each.format in HELD for each in outputs)
    difference = change.asked(base, head, fail_on, by.as_of, whole=whole)
    # In CI the change must not choose the workspace by a configuration that it takes away, or brings nearer.
    here = "." if base == "auto" and difference is not None else None
    workspace = options.workspace_folder(
        folder or here, by.policies, by.floor, of_change=difference is not None
    )
    inside = tuple(options.within(workspace, path) for path in paths)

    views = {each: output.view(each, color, quiet=quiet, statistics=statistics) for each in outputs}
    traced = any(each.format not in UNTRACED for each in outputs)

    def make(heard: Run | None) -> tuple[Report, list[str]]:
        from checker.cli import selection

        progress = Progress()
        request = options.request(
            workspace,
            by,
            progress=progress,
            traced=traced,
            selector=lambda found: selection.select(
                found, rules=rules, kinds=kinds, severity=severity, paths=inside, params=params
            ),
        )
        try:
            report = change.judged(request._replace(heard=heard), difference)
        finally:
            progress.clear()
        return report, [RENDERERS[each.format](report, view) for each, view in views.items()]

    seen = [*views.items(), inside, *(each and os.path.realpath(each) for each in (by.policies, by.floor))]
    cached = Cached(workspace, seen, traced=traced, wanted=not (no_cache or by.as_of or difference))
    kept = cached.result(make)
    output.spare(outputs, workspace, kept.inputs, by.policies)
    output.write_all(outputs, dict(zip(outputs, kept.texts, strict=True)).__getitem__)
    if not quiet and all(each.file for each in outputs):  # else a person would be left with an exit code
        console.say(f"gonogo: {kept.verdict}, see {', '.join(each.file for each in outputs)}")
    cached.keep()
    return kept.exit_code

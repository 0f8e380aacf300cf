"""`gonogo explain`: what a rule asks for, and how it stands."""

from __future__ import annotations

import click

from checker.cli import console, options

EXAMPLE = """\b
Examples:
  gonogo explain launch.rollback.owner
  gonogo explain launch.rollback.owner --clock 2026-06-01"""


@click.command("explain", short_help="Say what a rule asks for, and how it stands.", epilog=EXAMPLE)
@click.argument("rule", metavar="RULE", shell_complete=options.complete_rules)
@options.clock_option
@options.folder_option
def command(rule: str, clock: options.LocalMoment | None, folder: str | None) -> int:
    """Say what a rule asks for and why, what it reads, and how to fix what it finds.

    In a workspace it also says which gates bind it, where its parameters are set, and how it stands now on
    each subject. Without one, the rules of the packs that gonogo ships are explained.
    """
    from checker import kinds, plan, run
    from checker.authoring import explanation
    from checker.cli import selection, setting

    here, wrong = setting.find(folder)
    entry = next((entry for entry in here.entries if entry.info.id == rule), None) if here else None
    if here is not None and entry is None:
        wrong += (selection.not_there("rule", rule, here.rule_ids),)
    console.complain(wrong)
    if here is None or entry is None:
        return 2
    text = explanation.explain(entry, here.workspace, kinds.shipped_kind("product"))
    if here.workspace is not None:
        request = options.request(
            options.workspace_folder(folder),
            options.Stated(clock=clock),
            selector=lambda _: plan.Selector(rules=(rule,)),
        )
        report = run.check(request)
        text += f"\nNow, as of {report.as_of.date()}\n{explanation.standing(report.results)}"
    console.put(console.plain(text))
    return 0

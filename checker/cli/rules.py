"""`gonogo rules`: list the rules."""

from __future__ import annotations

import click

from checker import shipped
from checker.cli import console, options, output
from checker.cli.output import Output
from checker.model import Severity

EXAMPLE = """\b
Examples:
  gonogo rules
  gonogo rules --kind launch-plan --severity high
  gonogo rules --pack launch-readiness --output-format json"""

FORMATS = ("terminal", "json")


@click.command("rules", short_help="List the rules.", epilog=EXAMPLE)
@output.output_format(lambda: FORMATS, "terminal")
@options.rule_option
@options.kind_option
@options.severity_option
@click.option("--pack", "packs", multiple=True, metavar="PACK", help="Only rules of this pack; repeatable.")
@options.folder_option
def command(
    outputs: tuple[Output, ...],
    rules: tuple[str, ...],
    kinds: tuple[str, ...],
    severity: Severity | None,
    packs: tuple[str, ...],
    folder: str | None,
) -> int:
    """List every rule: how grave it is, what it is about, and which gates bind it.

    Without a workspace, the rules of the packs that gonogo ships are listed.
    """
    output.keep_apart(outputs)
    from checker import plan
    from checker.authoring import catalogue
    from checker.cli import selection, setting

    here, wrong = setting.find(folder)
    if here is not None:
        known = [*shipped.pack_names(), *(entry.info.pack for entry in here.entries)]
        wrong += (
            *selection.unknown("rule", rules, here.rule_ids),
            *selection.unknown("kind", kinds, here.kind_names),
            *selection.unknown("pack", packs, known),
        )
    console.complain(wrong)
    if here is None or any(diagnostic.level == "error" for diagnostic in wrong):
        return 2
    selector = plan.Selector(rules, kinds, severity)
    found = [
        entry
        for entry in here.entries
        if selector.takes_rule(entry.info)
        and (not kinds or entry.info.kind in kinds)
        and (not packs or entry.info.pack in packs)
    ]
    write = {
        "terminal": lambda: console.plain(catalogue.table(found)),
        "json": lambda: catalogue.as_json(found),
    }
    output.write_all(outputs, lambda each: write[each.format]())
    if not found:
        console.say(
            "gonogo: no rule is both known here and asked for. Run gonogo rules without options to see all."
        )
        return 3
    return 0

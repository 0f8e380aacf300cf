"""`gonogo review`: what a gate review has on the table, or the whole portfolio."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from checker.cli import console, options, output, recording
from checker.cli.console import Problem
from checker.cli.output import Output
from checker.cli.progress import Progress
from checker.model import Portfolio, Report
from checker.render import RENDERERS, Options, portfolio

EXAMPLE = """\b
Examples:
  gonogo review ga --subject pierlocker
  gonogo review ga --subject pierlocker --forecast 2026-12-31
  gonogo review ga --subject pierlocker --output-format json=review.json
  gonogo review --all --output-format csv=portfolio.csv"""

FORMATS = tuple(dict.fromkeys((*RENDERERS, *portfolio.RENDERERS)))


@click.command("review", short_help="Review a launch or product at a gate.", epilog=EXAMPLE)
@click.argument("gates", nargs=-1, metavar="[GATE]", shell_complete=options.complete_gates)
@click.option(
    "--subject",
    metavar="ID",
    help="The launch, or the product with all its launches at the gate.",
)
@click.option("--all", "everything", is_flag=True, help="Every product at every gate, or at the gates named.")
@output.output_format(lambda: FORMATS, "terminal")
@click.option(
    "--open",
    "opening",
    is_flag=True,
    help="First record in the ledger that the review is opened: the packs as they are now judge it, and "
    "newer rules only advise until the gate says otherwise.",
)
@click.option("--as", "person", metavar="PERSON", help="Who opens it.")
@recording.key_option
@options.forecast_option
@options.as_of_option
@options.clock_option
@options.policies_option
@options.floor_options
@options.color_option
@click.option("--quiet", "-q", is_flag=True, help="Show only what blocks, and the verdict.")
@options.folder_option
def command(
    gates: tuple[str, ...],
    subject: str | None,
    everything: bool,
    opening: bool,
    person: str | None,
    key: str | None,
    outputs: tuple[Output, ...],
    forecast: options.LocalMoment | None,
    color: str,
    quiet: bool,
    folder: str | None,
    **stated: Any,
) -> int:
    """Say whether a launch may pass a gate: verdict, what blocks and whose it is, sign-offs, waivers.

    With --all the same for every product, as a table. Nothing is written but the outputs.

    Exit codes: 0 go or conditional, 1 no-go, 2 usage or configuration error, 3 nothing matched, 4 undecided.
    With --all: 1 where a product is behind a gate that it does not meet.
    """
    output.keep_apart(outputs)
    _keep_to_one_form(gates, subject, everything=everything, ahead=forecast is not None)
    renderers: Mapping[str, Callable[[Any, Options], str]] = portfolio.RENDERERS if everything else RENDERERS
    for each in outputs:
        if each.format not in renderers:
            raise Problem(
                f"there is no {each.format} of this",
                f"With {'--all' if everything else '--subject'} there are {', '.join(renderers)}.",
            )
    by = options.Stated(**stated)
    workspace = options.workspace_folder(folder, by.policies, by.floor)
    if opening:
        if subject is None or person is None or by.as_of or by.clock or by.policies:
            raise Problem(
                "a review is opened now, by somebody, for one subject",
                "gonogo review GATE --subject ID --open --as PERSON --sign KEYFILE.",
            )
        _open(workspace, gates[0], subject, person, key)

    from checker.run import reviewing

    progress = Progress()
    request = options.request(workspace, by, progress=progress, traced=True)
    found: Portfolio | Report
    try:
        if subject is None:
            found = reviewing.portfolio(request, gates)
        else:
            found = reviewing.review(request, reviewing.Asked(gates[0], subject, _ahead(forecast)))
    finally:
        progress.clear()
    inputs = found.inputs if isinstance(found, Report) else ()
    output.spare(outputs, workspace, (evidence.locator for evidence in inputs), by.policies)

    def render(each: Output) -> str:
        return renderers[each.format](found, output.view(each, color, quiet=quiet))

    output.write_all(outputs, render)
    return found.exit_code


def _keep_to_one_form(gates: Sequence[str], subject: str | None, *, everything: bool, ahead: bool) -> None:
    """Refuse what does not belong together.

    Raises:
        Problem: it is about no subject at one gate, or about one among all.
    """
    if everything == (subject is not None):
        raise Problem("a review is about one --subject, or about --all", "gonogo review GATE --subject ID.")
    if subject is not None and len(gates) != 1:
        raise Problem("a review is about one gate", f"gonogo review GATE --subject {subject}.")
    if everything and ahead:
        raise Problem("--forecast looks ahead for one subject", "State --subject ID instead of --all.")


def _open(folder: str, gate: str, subject: str, person: str, key: str | None) -> None:
    """Record that a review is opened.

    Raises:
        Problem: it cannot be recorded, or there is nothing to review.
    """
    from checker.authoring import decision
    from checker.run import doors
    from checker.transports.git import Repository

    desk = recording.open_desk(folder, person)
    desk.gate(gate)
    repository = Repository.find(folder)
    commit = ""
    if isinstance(repository, Repository):
        packs = (evidence.locator for evidence in desk.workspace.inputs)
        origin = doors.origin(folder, doors.present(folder), "now", packs)
        commit = origin.commit if origin else ""
        if not commit:
            note = origin.note if origin else "there is no commit yet"
            raise Problem(f"the packs cannot be locked: {note}", "Commit them, then open the review.")
    body = decision.opened(desk.workspace, gate, subject, commit)
    entry = recording.record(desk, "review-opened", body, key)
    console.say(f"gonogo: opened, see {desk.path(entry)}; commit it")


def _ahead(forecast: options.LocalMoment | None) -> Callable[[datetime], datetime] | None:
    """The moment that a forecast is about, from the moment of the review."""
    if forecast is None:
        return None

    def then(now: datetime) -> datetime:
        assert now.tzinfo is not None, "as_of is timezone-aware"
        moment = forecast(now.tzinfo)
        if moment <= now:
            raise Problem(f"{moment.date()} is not ahead", "A forecast looks ahead of the review.")
        return moment

    return then

"""`gonogo waive`: accept failures for a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from checker.cli import console, options, register
from checker.cli.console import Problem
from checker.cli.register import Approver

if TYPE_CHECKING:
    from checker.authoring.waiver import Draft
    from checker.plan import Selector
    from checker.policy.workspace import Workspace

EXAMPLE = """\b
Examples:
  gonogo waive launch.release-note --subject pierlocker-ga \\
      --reason "The printer is at sea." --expires 2026-12-31 \\
      --owner "Ada Example" --approver "Ben Sample"
  gonogo waive --expires 2026-12-31 \\
      --renew launch-rollback-rehearsed-pierlocker-ga"""

_FIRST = {
    "rule": "RULE",
    "subject": "--subject",
    "reason": "--reason",
    "owner": "--owner",
    "approver": "--approver",
}
"""What a new waiver must state."""
_ONLY_FIRST = {
    "rule": "RULE",
    "subject": "--subject",
    "key": "--key",
    "markets": "--market",
    "most": "--most",
    "type": "--type",
    "granted": "--granted",
}
"""What a renewal keeps."""


@click.command("waive", short_help="Accept failures for a time.", epilog=EXAMPLE)
@click.argument("rule", required=False, metavar="[RULE]", shell_complete=options.complete_rules)
@click.option("--subject", metavar="ID", help="The subject that fails; * stands for any characters.")
@click.option("--key", metavar="ELEMENT", help="Only this element of a rule with `each`.")
@click.option("--reason", default="", metavar="TEXT", help="Why the failure is acceptable.")
@register.owner_option
@register.approver_option
@click.option(
    "--expires", type=options.Moment(), required=True, metavar="DATE", help="The last day it holds."
)
@click.option("--granted", type=options.Moment(), metavar="DATE", help="The first day; today when left out.")
@register.ticket_option
@register.control_option
@click.option(
    "--market", "markets", multiple=True, metavar="MARKET", help="Only for this market; repeatable."
)
@click.option(
    "--most", type=click.IntRange(min=1), metavar="N", help="The most subjects it may cover; else 1."
)
@click.option(
    "--type",
    type=click.Choice(["exception", "baseline", "switched-off"]),
    help="baseline: what failed before the rule came; switched-off: whatever fails, now and later.",
)
@register.sign_option
@click.option("--renew", metavar="WAIVER", help="Renew the waiver of this id instead, and show what changed.")
@options.folder_option
def command(
    expires: options.LocalMoment,
    reason: str,
    owner: str,
    approver: str,
    ticket: str,
    control: str,
    key_file: str | None,
    renew: str | None,
    folder: str | None,
    **failing: Any,
) -> int:
    """Write a waiver of what RULE finds wrong with a subject now, bound to the values that it found.

    A waived failure is still counted and shown. The waiver counts once its approver signed the file, or the
    code host recorded their review of it. Nothing is overwritten, except by --renew.

    Exit codes: 0 written; 2 it was not, and nothing changed.
    """
    _keep_to_one_form(renew, {**failing, "reason": reason, "owner": owner, "approver": approver})
    home = options.workspace_folder(folder)

    from checker.authoring import waiver as authoring
    from checker.authoring.waiver import Failing, Terms
    from checker.model import Diagnostic, Report
    from checker.run import accepting

    request = options.request(home, selector=lambda found: _rule(found, failing["rule"], renew))
    judged = accepting.judge(request)
    told = judged.diagnostics if isinstance(judged, Report) else judged.loaded.diagnostics
    errors = [diagnostic for diagnostic in told if diagnostic.level == "error"]
    if errors or isinstance(judged, Report):
        console.complain(errors)
        return 2
    workspace, as_of = judged.loaded.workspace, judged.loaded.as_of
    zone = workspace.zone
    terms = Terms(expires(zone).date(), owner, approver, reason, ticket, control)
    if renew is not None:
        draft = authoring.renew(workspace, judged.loaded.snapshot, judged.results, renew, terms, as_of)
    else:
        granted = failing["granted"]
        draft = authoring.compose(
            workspace,
            judged.results,
            Failing(
                failing["rule"],
                failing["subject"],
                failing["key"],
                tuple(dict.fromkeys(failing["markets"])),
                failing["type"] or "exception",
                failing["most"] or 1,
            ),
            terms,
            as_of,
            granted(zone).date() if granted else None,
        )
    if isinstance(draft, Diagnostic):
        register.refuse(draft)
    path = os.path.join(home, *_path(workspace, draft.waiver.id, renew).split("/"))
    waiver = draft.waiver
    approving = Approver(waiver.approver, waiver.since(as_of.date()), key_file)
    register.write(home, workspace, path, draft.text, approving, anew=renew is None)
    step = register.next_step(workspace, approving, path)
    _tell(draft, path, "renewed" if renew else "wrote", step)
    return 0


def _keep_to_one_form(renew: str | None, stated: dict[str, Any]) -> None:
    """Refuse what does not belong together.

    Raises:
        Problem: a new waiver lacks something, or a renewal states what it cannot change.
    """
    if renew is None:
        missing = [flag for name, flag in _FIRST.items() if not stated[name]]
        if missing:
            raise Problem(f"a waiver needs {', '.join(missing)}", "Run gonogo waive --help.")
    stray = [flag for name, flag in _ONLY_FIRST.items() if stated[name] not in (None, ())]
    if renew is not None and stray:
        raise Problem(f"{', '.join(stray)} cannot change with --renew", "Write another waiver for that.")


def _rule(workspace: Workspace, rule: str | None, renew: str | None) -> Selector:
    """Only the rule that is meant needs to be judged.

    Raises:
        Problem: there is no register, or no such waiver in it.
    """
    from checker import plan
    from checker.authoring import waiver as authoring
    from checker.model import Diagnostic

    register.must_be_there(workspace)
    if renew is not None:
        found = authoring.find(workspace, renew)
        if isinstance(found, Diagnostic):
            register.refuse(found)
        rule = found.rule
    return plan.Selector(rules=(str(rule),))


def _path(workspace: Workspace, id: str, renew: str | None) -> str:
    """Where the waiver's file belongs, in the workspace: where it is, or the first place that is read."""
    if renew is not None:
        return next(waiver.source.path for waiver in workspace.waivers if waiver.id == renew)
    return register.place(workspace, id)


def _tell(draft: Draft, path: str, verb: str, step: str) -> None:
    """Say what was written, and what is to be done next."""
    waiver = draft.waiver
    lines = [f"{verb} {register.shown(path)}: {waiver.rule} on {waiver.subject}, until {waiver.expires}"]
    lines += [f"  {line}" for line in draft.told]
    lines.append(f"Next: {step}")
    console.put(console.plain("\n".join(lines) + "\n"))

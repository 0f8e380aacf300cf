"""`gonogo baseline`: accept what blocks today, for a time, and ever less of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from checker.cli import console, options, register
from checker.cli.console import Problem
from checker.cli.register import Approver
from checker.render.tally import counted

if TYPE_CHECKING:
    from checker.authoring.baseline import Draft, Entry, Left
    from checker.authoring.waiver import Terms
    from checker.policy.waivers import Waiver
    from checker.policy.workspace import Workspace
    from checker.run.accepting import Judged

EXAMPLE = """\b
Examples:
  gonogo baseline --owner "Ada Example" --approver "Ben Sample" \\
      --expires 2026-12-31 --reason "These were written before the rules."
  gonogo baseline --update
  gonogo baseline --check"""

_TERMS = ("owner", "approver", "reason", "ticket", "control")
"""What `Terms` has besides the last day, in its order."""
_FIRST = ("owner", "approver", "reason", "expires")
"""What a new baseline must state."""

MOST_LISTED = 20
"""Entries that are listed by name; the others are counted."""


@click.command("baseline", short_help="Accept what blocks today, and ever less of it.", epilog=EXAMPLE)
@click.option("--update", is_flag=True, help="Take out of it what fails no more; nothing enters it.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if there is something to take out.")
@register.owner_option
@register.approver_option
@click.option("--reason", default="", metavar="TEXT", help="Why it is acceptable for now.")
@click.option(
    "--expires",
    type=options.Moment(),
    metavar="DATE",
    help="The last day it holds. With --update it is renewed until then.",
)
@register.ticket_option
@register.control_option
@register.sign_option
@options.folder_option
def command(
    update: bool,
    check: bool,
    expires: options.LocalMoment | None,
    key_file: str | None,
    folder: str | None,
    **stated: str,
) -> int:
    """Accept every failure that blocks today, until a day, in one file: for repositories that start late.

    It is a waiver like any other: each failure is bound to what was seen, is still counted and shown, and is
    accepted once the approver signed the file or the code host recorded their review of it. What fails later
    is never taken in. What cannot be waived, and what could not be decided, is told and goes on blocking.

    Exit codes: 0 done; 1 with --check, it accepts what fails no more; 2 not done, and nothing changed.
    """
    _keep_to_one_form(update, check, {**stated, "expires": expires}, key_file)
    home = options.workspace_folder(folder)

    from checker.authoring import baseline as authoring
    from checker.authoring.waiver import Terms
    from checker.model import Diagnostic, Report
    from checker.run import accepting

    judged = accepting.judge(options.request(home))
    if isinstance(judged, Report):
        console.complain(judged.diagnostics)
        return 2
    workspace = judged.loaded.workspace
    register.must_be_there(workspace)
    parts = authoring.current(workspace)
    if isinstance(parts, Diagnostic):
        register.refuse(parts)
    terms = None
    if expires is not None:
        last = expires(workspace.zone).date()
        terms = Terms(last, *(stated[name] for name in _TERMS))
    if not (update or check):
        assert terms is not None, "a new baseline states its end"
        return _make(home, judged, parts, terms, key_file)
    if not parts:
        raise Problem("there is no baseline here", "Run gonogo baseline --help to see how one is made.")
    gone = authoring.mended(parts, workspace, judged.loaded.snapshot, judged.results)
    return _check(parts, gone) if check else _update(home, judged, parts, gone, terms, key_file)


def _keep_to_one_form(update: bool, check: bool, stated: dict[str, object], key_file: str | None) -> None:
    """Refuse what does not belong together.

    Raises:
        Problem: a new baseline lacks something, or what is not written is given terms.
    """
    given = [f"--{name}" for name in (*_TERMS, "expires") if stated[name]]
    if update and check:
        raise Problem("--update and --check exclude each other", "Run gonogo baseline --help.")
    if check and (given or key_file):
        flags = ", ".join([*given, *(["--sign"] if key_file else [])])
        raise Problem(f"{flags}: --check writes nothing", "Run gonogo baseline --help.")
    if update and given and not stated["expires"]:
        raise Problem(f"{', '.join(given)} can change only when it is renewed", "State --expires too.")
    missing = [f"--{name}" for name in _FIRST if not stated[name]]
    if not (update or check) and missing:
        raise Problem(f"a baseline needs {', '.join(missing)}", "Run gonogo baseline --help.")


def _make(home: str, judged: Judged, parts: Sequence[Waiver], terms: Terms, key_file: str | None) -> int:
    from checker.authoring import baseline as authoring
    from checker.model import Diagnostic

    if parts:
        raise Problem(
            f"there is a baseline already: {parts[0].source.path}",
            "gonogo baseline --update takes out what fails no more; what came later is mended, or waived by"
            " itself.",
        )
    loaded = judged.loaded
    draft = authoring.compose(loaded.workspace, judged.results, terms, loaded.as_of)
    if isinstance(draft, Diagnostic):
        register.refuse(draft)
    path = os.path.join(home, *register.place(loaded.workspace, draft.id).split("/"))
    approver = Approver(draft.approver, draft.since, key_file)
    register.write(home, loaded.workspace, path, draft.text, approver, anew=True)
    lines = [f"wrote {register.shown(path)}: {_size(draft)}, until {draft.expires}"]
    lines += [f"  {rule}: {count:,}" for rule, count in draft.counts.items()]
    lines += _remaining(authoring.left(loaded.workspace, judged.results))
    _end(loaded.workspace, approver, path, lines)
    return 0


def _update(
    home: str,
    judged: Judged,
    parts: Sequence[Waiver],
    gone: Sequence[Entry],
    terms: Terms | None,
    key_file: str | None,
) -> int:
    from checker.authoring import baseline as authoring
    from checker.model import Diagnostic

    workspace = judged.loaded.workspace
    name = parts[0].source.path
    path = os.path.join(home, *name.split("/"))
    remaining = _remaining(authoring.left(workspace, judged.results, parts))
    if not gone and terms is None and key_file is None:
        entries = sum(len(part.accepts) for part in parts)
        lines = [f"{register.shown(path)} is as narrow as it can be: {entries:,} left", *remaining]
        console.put(console.plain("\n".join(lines) + "\n"))
        return 0
    draft: Draft | Diagnostic = authoring.tighten(parts, gone)
    if terms is not None:
        draft = authoring.renew(workspace, judged.results, parts, gone, terms, judged.loaded.as_of)
    if isinstance(draft, Diagnostic):
        register.refuse(draft)
    if not draft.text:
        register.remove(path)
        lines = [f"deleted {register.shown(path)}: nothing fails any more that it accepted", *remaining]
        console.put(console.plain("\n".join(lines) + "\n"))
        return 0
    approver = Approver(draft.approver, draft.since, key_file)
    register.write(home, workspace, path, draft.text, approver, anew=False)
    lines = [
        f"wrote {register.shown(path)}: {len(gone):,} taken out, {_size(draft)} left, until {draft.expires}"
    ]
    if key_file is not None:
        remaining = _remaining(_left_when_signed(home))
    lines += [*_listed(gone), *remaining]
    _end(workspace, approver, path, lines)
    return 0


def _left_when_signed(home: str) -> tuple[Left, ...]:
    """What blocks now that a signature may have made the baseline hold."""
    from checker.authoring import baseline as authoring
    from checker.model import Diagnostic, Report
    from checker.run import accepting

    judged = accepting.judge(options.request(home))
    assert not isinstance(judged, Report), "it was judged before its baseline was written"
    parts = authoring.current(judged.loaded.workspace)
    assert not isinstance(parts, Diagnostic), "there was one before"
    return authoring.left(judged.loaded.workspace, judged.results, parts)


def _check(parts: Sequence[Waiver], gone: Sequence[Entry]) -> int:
    name = parts[0].source.path
    entries = sum(len(part.accepts) for part in parts)
    if not gone:
        console.put(console.plain(f"{name} is as narrow as it can be: {entries:,} left\n"))
        return 0
    lines = [
        f"{name} accepts {counted(len(gone), 'failure')} of {entries:,} that are no more",
        *_listed(gone),
    ]
    lines.append("Next: gonogo baseline --update")
    console.put(console.plain("\n".join(lines) + "\n"))
    return 1


def _end(workspace: Workspace, approver: Approver, path: str, lines: Iterable[str]) -> None:
    """Say what was written, and what is to be done next."""
    step = register.next_step(workspace, approver, path)
    console.put(console.plain("\n".join([*lines, f"Next: {step}"]) + "\n"))


def _size(draft: Draft) -> str:
    return f"{counted(sum(draft.counts.values()), 'failure')} of {counted(len(draft.counts), 'rule')}" + (
        f" on {counted(draft.subjects, 'subject')}"
    )


def _listed(gone: Sequence[Entry]) -> list[str]:
    from checker.review import waiving

    lines = [f"  {rule}: {waiving.named(entry.subject, entry.key)}" for rule, entry in gone[:MOST_LISTED]]
    return [*lines, *([f"  {len(gone) - MOST_LISTED:,} more"] if len(gone) > MOST_LISTED else [])]


def _remaining(left: Sequence[Left]) -> list[str]:
    lines = [f"  {each.rule}: {each.failures:,} {each.why}" for each in left]
    return ["Still in the way:", *lines] if lines else []

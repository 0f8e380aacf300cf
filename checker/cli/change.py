"""The options that say which change is judged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from checker.cli.console import Problem
from checker.model import FailOn, Report

if TYPE_CHECKING:
    from checker.run import Request
    from checker.run.comparing import Change


def change_options(command: Any) -> Any:
    """The options `--base`, `--head` and `--fail-on`."""
    options = (
        click.option(
            "--base",
            metavar="REF",
            help="Judge the change from this branch or commit to --head, both from git: say what is new, "
            "and judge by the policies of the base. `auto`: what the CI system says.",
        ),
        click.option("--head", metavar="REF", help="The last commit of the change; HEAD by default."),
        click.option(
            "--fail-on",
            type=click.Choice(["new", "all"]),
            help="Which failures block with --base: those that are new (the default), or all.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def asked(
    base: str | None, head: str | None, fail_on: FailOn | None, as_of: object = None, *, whole: bool = False
) -> Change | None:
    """The change that is asked about; None: none is, but all that is there. `whole` as in `Change`.

    Raises:
        Problem: the options contradict each other, or the CI system does not say.
    """
    if base is not None and as_of is not None:
        raise Problem("--as-of and --base both say which commits are read", "State --clock for the moment.")
    if base is None:
        for name, value in (("--head", head), ("--fail-on", fail_on)):
            if value is not None:
                raise Problem(f"{name} means nothing without --base", "State --base REF too.")
        return None
    from checker.run.comparing import Change

    if base == "auto":
        from checker.cli import ci

        found = ci.detect(os.environ, ci.read_event)
        if found is None:
            raise Problem("no CI system that gonogo knows runs this", "State the base: --base origin/main.")
        if not found.base:
            return None
        base, head = found.base, head or found.head
    return Change(base, head or "HEAD", fail_on or "new", whole)


def judged(request: Request, change: Change | None) -> Report:
    """The report about a change, or where there is none about all that is there."""
    if change is None:
        from checker import run

        return run.check(request)
    from checker.run import comparing

    return comparing.compare(request, change)

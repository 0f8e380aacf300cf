"""Options and arguments that several commands share, with their completion."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from checker.cli.console import Problem
from checker.model import SEVERITIES, Diagnostic

if TYPE_CHECKING:
    from checker.plan import Selector
    from checker.policy.workspace import Workspace
    from checker.run import Request
    from checker.transports.disk import Disk

CONFIGURATION = "gonogo.yaml"
"""The same as `checker.policy.loading.CONFIGURATION`, which costs too much for a help text to import."""

LocalMoment = Callable[[tzinfo], datetime]
"""A moment, once the time zone is known."""


def folder_option(command: Any) -> Any:
    """The option `--workspace`."""
    return click.option(
        "--workspace",
        "folder",
        type=click.Path(exists=True, file_okay=False),
        metavar="DIR",
        help=f"The folder that holds {CONFIGURATION}; the nearest upwards from here by default.",
    )(command)


def nearest(start: str, name: str = CONFIGURATION) -> str | None:
    """The nearest folder from `start` upwards that holds a file of that name; None: there is none."""
    folder = absolute(start)
    while not os.path.lexists(os.path.join(folder, name)):  # what is no file is said when it is read
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def absolute(path: str) -> str:
    """A path from the root of the file system on.

    Raises:
        Problem: it is relative, and the current folder was deleted.
    """
    try:
        return os.path.abspath(path)
    except FileNotFoundError:
        raise Problem("the current folder is no longer there", "Go to another one.") from None


def named(path: str) -> tuple[Disk, str]:
    """A file that the command line names, wherever it lies: the door to its folder, and its name there.

    Raises:
        Problem: the path is relative, and the current folder was deleted.
    """
    from checker.transports.disk import Disk

    folder, name = os.path.split(absolute(path))
    return Disk(folder), name


def workspace_folder(
    stated: str | None, policies: str | None = None, floor: str | None = None, *, of_change: bool = False
) -> str:
    """The folder of the workspace that is meant; with `policies` or a `floor` any folder may be judged.

    `of_change`: so it may where a change is judged, which may be what takes the configuration away.

    Raises:
        Problem: there is none.
    """
    if policies is not None:
        return absolute(stated or ".")
    if floor is not None or of_change:
        return absolute(stated or nearest(".") or ".")
    if stated is None:
        found = nearest(".")
        if found is None:
            raise Problem(
                f"there is no {CONFIGURATION} in {os.getcwd()} or above it", "Run gonogo init to make one."
            )
        return found
    if not os.path.lexists(os.path.join(stated, CONFIGURATION)):
        raise Problem(f"there is no {CONFIGURATION} in {stated}", f"Run gonogo init in {stated} to make one.")
    return os.path.abspath(stated)


def within(folder: str, path: str) -> str:
    """A path as given on the command line, relative to the workspace, with forward slashes.

    Raises:
        Problem: it is not there, or not in the workspace.
    """
    if not os.path.lexists(path):
        raise Problem(f"there is no file or folder {path}", "Paths are relative to the current folder.")
    # The last part may be a link that a file pattern names, so only what leads to it is resolved.
    above, name = os.path.split(os.path.abspath(path))
    relative = os.path.relpath(os.path.join(os.path.realpath(above), name), os.path.realpath(folder))
    if relative.split(os.sep)[0] == os.pardir:
        raise Problem(
            f"{path} is not in the workspace {folder}", "Run gonogo there, or state --workspace DIR."
        )
    return "" if relative == os.curdir else relative.replace(os.sep, "/")


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic in some versions only
    """A day or a time, as a function that gives the moment once the time zone is known."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> LocalMoment:
        """See `checker.policy.moment`."""
        from checker.policy import moment

        text = str(value)
        if moment.parse(text, UTC) is None:
            self.fail(
                f"{text!r} is neither a day such as 2026-06-01 nor a time such as 2026-06-01T12:00:00Z",
                param,
                ctx,
            )

        def at(zone: tzinfo) -> datetime:
            found = moment.parse(text, zone)
            assert found is not None, "parsing does not depend on the zone"
            return found

        return at


def today(zone: tzinfo) -> datetime:
    """The end of today: the moment of a check that names none, the same all day long."""
    from checker.policy import moment

    return moment.end_of(datetime.now(zone).date(), zone)


as_of_option = click.option(
    "--as-of",
    type=Moment(),
    metavar="DATE",
    help="Judge as it was then: files, policies and approvals are read from the commit of that day (its end, "
    "in the workspace's time zone) or RFC 3339 time. Such a report satisfies no gate.",
)

clock_option = click.option(
    "--clock",
    type=Moment(),
    metavar="DATE",
    help="Judge the files as they are, with this day or RFC 3339 time taken for now. Such a report "
    "satisfies no gate.",
)

forecast_option = click.option(
    "--forecast",
    type=Moment(),
    metavar="DATE",
    help="Say what will be otherwise by then if nobody does anything: waivers and sign-offs that end, rules "
    "that come into force.",
)

policies_option = click.option(
    "--policies",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help=f"Judge with the {CONFIGURATION} of this folder, and the policies, gates and registers that it "
    "names, instead of the workspace's own.",
)


def floor_options(command: Any) -> Any:
    """The options `--floor` and `--floor-digest`, which say by what every repository is judged at least."""
    options = (
        click.option(
            "--floor",
            type=click.Path(exists=True, file_okay=False),
            metavar="DIR",
            help="The organisation's workspace: what it asks counts here too, whatever floor is named here.",
        ),
        click.option(
            "--floor-digest",
            type=Digest(),
            metavar="DIGEST",
            help="What that floor must be: sha256: and 64 hexadecimal digits.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


class Digest(click.ParamType):  # type: ignore[type-arg]  # generic in some versions only
    """A digest as gonogo writes it."""

    name = "digest"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The same text."""
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", str(value)):
            self.fail(f"{value!r} is not sha256: and 64 hexadecimal digits", param, ctx)
        return str(value)


def floor_folder(folder: str, floor: str | None, digest: str | None) -> str:
    """The folder of the floor that is meant; empty: none is named.

    Raises:
        Problem: it is none, or the workspace itself, or a digest is stated of no floor.
    """
    if floor is None:
        if digest is not None:
            raise Problem("--floor-digest means nothing without --floor", "State --floor DIR too.")
        return ""
    found = workspace_folder(floor)
    if os.path.realpath(found) == os.path.realpath(folder):
        raise Problem("the floor is the workspace itself", "Leave out --floor there.")
    return found


repository_option = click.option(
    "--repository",
    metavar="OWNER/NAME",
    help="Which repository this is: where the register of products has none in it, nothing has to be judged.",
)


class Stated(NamedTuple):
    """What the command line says of how a workspace is judged; None: nothing."""

    as_of: LocalMoment | None = None
    clock: LocalMoment | None = None
    policies: str | None = None
    floor: str | None = None
    floor_digest: str | None = None
    repository: str | None = None


_NOTHING = Stated()


def request(
    folder: str,
    stated: Stated = _NOTHING,
    *,
    progress: Callable[[int, int], None] | None = None,
    traced: bool = False,
    selector: Callable[[Workspace], Selector | tuple[Diagnostic, ...]] | None = None,
) -> Request:
    """What these options ask of a run.

    Raises:
        Problem: they contradict each other, or the past is still to come.
    """
    from checker import run

    as_of, clock, policies = stated.as_of, stated.clock, stated.policies or ""
    if as_of and clock:
        raise Problem("--as-of and --clock are two clocks", "State one of them.")
    if as_of and datetime.now(UTC) < as_of(UTC) - timedelta(days=1):
        raise Problem(
            f"{as_of(UTC).date()} is still to come, so nothing was as it will be then",
            "Ask gonogo review --forecast DATE what changes by then, or state --clock DATE.",
        )
    if policies:
        judging = workspace_folder(policies)
        policies = "" if os.path.realpath(judging) == os.path.realpath(folder) else judging
    asked = run.Request(
        folder,
        as_of or clock or today,
        progress=progress,
        clock="as-of" if as_of else "clock" if clock else "now",
        policies=policies,
        traced=traced,
        floor=floor_folder(folder, stated.floor, stated.floor_digest),
        floor_digest=stated.floor_digest or "",
        repository=stated.repository or "",
    )
    return asked._replace(selector=selector) if selector else asked


color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether to colour the terminal output; auto heeds NO_COLOR, FORCE_COLOR and TERM=dumb.",
)

severity_option = click.option(
    "--severity", type=click.Choice(SEVERITIES), help="Only rules of this severity or a graver one."
)


def _completing(names: Callable[[Workspace], Iterable[str]]) -> Callable[..., list[str]]:
    """Completion from what the workspace holds; nothing where it cannot be read."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        from checker import run

        folder = nearest(ctx.params.get("folder") or ".")
        workspace = run.load(folder)[0] if folder else None
        return [name for name in names(workspace) if name.startswith(incomplete)] if workspace else []

    return complete


def rule_ids(workspace: Workspace) -> list[str]:
    """The ids of every rule of a workspace, those of its kinds included, sorted."""
    from checker import plan

    own = [info.id for selection in workspace.selections for info in plan.kind_rules(selection.kind)]
    return sorted({*own, *(rule.id for policy in workspace.policies for rule in policy.rules)})


def kind_names(workspace: Workspace) -> list[str]:
    """The names of every kind that a workspace may use, sorted."""
    from checker import kinds

    return sorted({*workspace.kinds, *kinds.shipped_names()})


def schema_names(workspace: Workspace) -> list[str]:
    """The names of everything that `gonogo schema` shows, sorted."""
    from checker import shipped

    return sorted({*kind_names(workspace), *shipped.format_names()})


def gate_ids(workspace: Workspace) -> list[str]:
    """The ids of a workspace's gates, sorted."""
    return [gate.id for gate in workspace.gates]


complete_gates = _completing(gate_ids)
complete_rules = _completing(rule_ids)
complete_kinds = _completing(kind_names)
complete_schemas = _completing(schema_names)

rule_option = click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    shell_complete=complete_rules,
    help="Only this rule; * stands for any characters; repeatable.",
)

kind_option = click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    shell_complete=complete_kinds,
    help="Only subjects of this kind; repeatable.",
)

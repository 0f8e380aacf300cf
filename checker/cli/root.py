"""The `gonogo` command: the table of its commands, and every way in which a run can end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from checker import __version__
from checker.cli import console

COMMANDS: dict[str, str] = {
    "init": "checker.cli.init",
    "check": "checker.cli.check",
    "review": "checker.cli.review",
    "history": "checker.cli.history",
    "verify": "checker.cli.verify",
    "publish": "checker.cli.publish",
    "sign-off": "checker.cli.sign_off",
    "waive": "checker.cli.waive",
    "baseline": "checker.cli.baseline",
    "explain": "checker.cli.explain",
    "rules": "checker.cli.rules",
    "schema": "checker.cli.schema",
    "new": "checker.cli.new",
    "test": "checker.cli.test",
    "decide": "checker.cli.decide",
    "ledger": "checker.cli.ledger",
    "config": "checker.cli.config",
    "lock": "checker.cli.lock",
    "completion": "checker.cli.completion",
}
"""Every command, in the order in which a newcomer meets them. A module is loaded when it is asked for;
it holds a `command`, whose callback returns the exit code."""

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it: 128 and the number of the signal."""

USAGE = 2


class Commands(click.Group):
    """A group whose commands are the modules of `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now; None: there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in any group, with a suggestion for a name that is not there."""
        if not ctx.resilient_parsing and not args[0].startswith("-") and args[0] not in COMMANDS:
            from checker.kinds.phrases import suggestion

            near = suggestion(args[0], tuple(COMMANDS))
            raise click.UsageError(f"there is no command {args[0]!r}. {near}".strip(), ctx)
        return super().resolve_command(ctx, args)


@click.group(
    "gonogo",
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  gonogo check --clock 2026-06-01\n\n\b\nExit codes:\n"
    "  0  go\n  1  no-go: a mandatory rule failed\n  2  usage, configuration or policy error\n"
    "  3  nothing matched: no subjects, or no rules\n  4  undecided: evidence is missing",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="After a defect of gonogo itself, show where it happened.")
def cli(debug: bool) -> None:
    """Decide go or no-go from policies kept in git, and show why.

    Policies are YAML files with conditions in CEL; what they judge are the files of a product team:
    requirements, launch plans, risk registers, roadmaps. gonogo.yaml says which policies judge which files.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; nothing is raised, whatever was asked for."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(given, prog_name="gonogo", standalone_mode=False, obj=tuple(given))
    except click.exceptions.NoArgsIsHelpError as asked:
        console.put(f"{asked.format_message()}\n")
        code = USAGE
    except click.UsageError as wrong:
        path = wrong.ctx.command_path if wrong.ctx else "gonogo"
        message = wrong.format_message()
        stop = "" if message.endswith((".", "?")) else "."
        console.say(f"{path}: {message}{stop} Run {path} --help.")
        code = USAGE
    except click.ClickException as problem:
        console.say(f"gonogo: {problem.format_message()}")
        code = problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        console.say("gonogo: interrupted")
        code = INTERRUPTED
    except SystemExit:  # shell completion is done, or the reader of a help text went away
        code = 0
    except Exception as defect:
        if isinstance(defect, OSError) and defect.filename is None:  # click could not show a help text
            console.say(f"gonogo: {console.unwritten(defect).format_message()}")
        else:
            _confess(defect, given)
        code = USAGE
    console.settle()
    return code if isinstance(code, int) else 0


def _confess(defect: Exception, given: Sequence[str]) -> None:
    """Say that gonogo itself is at fault, and how to learn where."""
    import shlex
    import traceback

    if "--debug" in given:
        traceback.print_exc()
    again = shlex.join(["gonogo", "--debug", *(part for part in given if part != "--debug")])
    console.say(
        f"gonogo: a defect of gonogo itself ({type(defect).__name__}: {defect}). "
        f"Please report it with what this prints: {again}"
    )

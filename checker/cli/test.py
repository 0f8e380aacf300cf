"""`gonogo test`: run the tests of policies."""

from __future__ import annotations

import click

from checker import shipped
from checker.cli import console, options, output
from checker.cli.output import Output

EXAMPLE = """\b
Examples:
  gonogo test
  gonogo test policies/calendar.tests.yaml
  gonogo test --pack launch-readiness --output-format junit=tests.xml"""

FORMATS = ("terminal", "junit")


@click.command("test", short_help="Run the tests of policies.", epilog=EXAMPLE)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--pack",
    "names",
    multiple=True,
    type=click.Choice(shipped.pack_names()),
    help="A pack that gonogo ships; repeatable.",
)
@output.output_format(lambda: FORMATS, "terminal")
@options.folder_option
def command(
    paths: tuple[str, ...], names: tuple[str, ...], outputs: tuple[Output, ...], folder: str | None
) -> int:
    """Run the cases in *.tests.yaml, and report rules without a passing and a failing case.

    PATHS are tests files, or folders of packs. Without any, the workspace's own packs are tested; those that
    gonogo ships are tested when --pack names them.

    Exit codes: 0 all as expected, 1 a case or the coverage is not, 2 a file is wrong, 3 nothing to test.
    """
    output.keep_apart(outputs)
    from checker.authoring import test_report, testing
    from checker.cli import targets
    from checker.policy import library as library_
    from checker.transports.disk import Disk

    wanted, wrong = targets.find(paths, names, folder)
    if wrong:
        console.complain(wrong)
        return 2
    home = options.nearest(folder or (wanted[0].folder if wanted else "."))
    library, wrong = library_.load(Disk, {target.folder: target.shown for target in wanted}, home)
    files = targets.files(wanted)
    run = testing.run(
        files,
        lambda path: files[path][0].read(files[path][1]),
        library,
        [target.scope for target in wanted],
        wrong,
    )
    console.complain(run.diagnostics)
    if run.exit_code == 3:
        console.say(
            "gonogo: nothing to test. Write NAME.tests.yaml beside NAME.policy.yaml, or name a --pack."
        )
    write = {
        "terminal": lambda: console.plain(test_report.terminal(run)),
        "junit": lambda: test_report.junit(run),
    }
    output.write_all(outputs, lambda each: write[each.format]())
    return run.exit_code

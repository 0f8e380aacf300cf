"""Where the results of a command go, and in which formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from checker.cli import console
from checker.cli.console import Problem
from checker.cli.options import CONFIGURATION
from checker.render import Options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Output(NamedTuple):
    """Where one output goes."""

    format: str
    file: str
    """Empty: standard output."""


class OutputFormat(click.ParamType):  # type: ignore[type-arg]  # generic in some versions only
    """`FORMAT` or `FORMAT=FILE`; the file `-` is standard output."""

    name = "format[=file]"

    def __init__(self, formats: Callable[[], Iterable[str]]) -> None:
        """`formats` gives the names that are known; it is asked only when needed."""
        self.formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """The format and the file, which may hold further equal signs."""
        if isinstance(value, Output):
            return value
        format, separator, file = str(value).partition("=")
        known = tuple(self.formats())
        if format not in known:
            self.fail(f"{format!r} is not one of {', '.join(known)}", param, ctx)
        if separator and not file:
            self.fail(f"{value!r} names no file", param, ctx)
        return Output(format, "" if file == "-" else file)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The formats."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.formats() if name.startswith(incomplete)]


def output_format(formats: Callable[[], Iterable[str]], default: str) -> Callable[[Any], Any]:
    """The option `--output-format`, which may be given several times."""
    return click.option(
        "--output-format",
        "outputs",
        type=OutputFormat(formats),
        multiple=True,
        default=(default,),
        show_default=True,
        metavar="FORMAT[=FILE]",
        help=f"How to write the result, and where to; repeatable. One of {', '.join(formats())}.",
    )


def view(output: Output, color: str, *, quiet: bool, statistics: bool = False) -> Options:
    """How an output is laid out: for this terminal, and a file without colours unless asked for."""
    colored = console.colored(color, None if output.file else sys.stdout)
    return Options(colored, console.width(Options().width), quiet, statistics)


def keep_apart(outputs: Iterable[Output]) -> None:
    """Refuse two outputs in one place, where nothing could tell them apart.

    Raises:
        Problem: two of them go to standard output, or into one file.
    """
    taken: dict[str, Output] = {}
    for output in outputs:
        place = os.path.realpath(output.file) if output.file else ""
        other = taken.setdefault(place, output)
        if other is not output:
            shared = output.file or "standard output"
            raise Problem(
                f"{other.format} and {output.format} cannot share {shared}",
                f"Write one into {'another' if output.file else 'a'} file: "
                f"--output-format {output.format}=FILE.",
            )


def spare(outputs: Iterable[Output], folder: str, read: Iterable[str], policies: str | None = None) -> None:
    """Refuse to write over what a check reads.

    `read` are the paths that this one did read, relative to `folder`, with forward slashes. Where it had
    nothing to judge, or came to nothing, it read less than others do: what is there and is named by the
    configuration (that of the folder `policies`, if it is stated) is spared as well.

    Raises:
        Problem: an output would go into one of these files.
    """
    files = [output for output in outputs if output.file]
    known = frozenset((CONFIGURATION, *read)) if files else ()
    for output in files:
        target = os.path.relpath(os.path.realpath(output.file), os.path.realpath(folder)).replace(os.sep, "/")
        if target in known or (os.path.lexists(output.file) and _is_named(policies or folder, target)):
            raise Problem(
                f"{output.file} is read by the check, and {output.format} would overwrite it",
                "Name another file.",
            )


def _is_named(folder: str, path: str) -> bool:
    """Whether the configuration in a folder names a file of the workspace, by its path there."""
    from checker.policy import naming
    from checker.transports.disk import Disk
    from checker.transports.patterns import fits

    def any_fits(patterns: Iterable[str]) -> bool:
        return any(fits(pattern, path) for pattern in patterns)

    found = naming.named(Disk, folder)
    return found is not None and (
        any_fits((*found.judging, *found.vouched))
        or any(any_fits(each.files) and not any_fits(each.exclude) for each in found.entries)
    )


def write_file(path: str, text: str) -> None:
    """Write a result into a file, whole or not at all.

    Raises:
        Problem: it cannot be written; what stood there before still does.
    """
    from checker.transports import disk

    try:
        disk.write_whole(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}", "Nothing of it was written.") from None


def write_all(outputs: Sequence[Output], render: Callable[[Output], str]) -> None:
    """Write every output; files first.

    Raises:
        Problem: one of them could not be written; the others are.
    """
    problems: list[Problem] = []
    for output in sorted(outputs, key=lambda output: not output.file):
        text = render(output)
        try:
            if output.file:
                write_file(output.file, text)
            else:
                console.put(text)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise problems[0]


def belonging(patterns: Iterable[str], name: str, captured: Mapping[str, str] = MappingProxyType({})) -> str:
    """Where a new file of that name is found by one of the patterns of a workspace; empty: nowhere for sure.

    `captured`: what the captures of a pattern are for this file.
    """
    from checker.transports.patterns import pattern

    for text in patterns:
        folders = text
        for field, value in captured.items():
            folders = folders.replace(f"{{{field}}}", value)
        parts = [part for part in folders.split("/")[:-1] if part not in ("", ".", "**")]
        path = "/".join([*parts, name])
        if not any("*" in part or "{" in part for part in parts) and pattern(text).whole.fullmatch(path):
            return path
    return ""


def write_new(path: str, text: str) -> None:
    """Write a file that is not there yet, and the folders that lead to it.

    Raises:
        Problem: there is one already, or it cannot be written.
    """
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "xb") as file:
            try:
                file.write(text.encode())
                file.flush()
            except OSError:
                os.unlink(path)
                raise
    except FileExistsError:
        raise Problem(
            f"{path} is already there", "It stays as it is; remove it, or name another file."
        ) from None
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}", "Nothing of it was written.") from None

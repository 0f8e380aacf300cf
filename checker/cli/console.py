"""What commands say and where: results to standard output, messages to standard error."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from checker.model import Diagnostic

_GONE = (errno.EPIPE, errno.EINVAL) if os.name == "nt" else (errno.EPIPE,)
"""How the system says that a reader went away, as `| head -1` does."""


class Problem(click.ClickException):
    """Why a command cannot do what it was asked, in one line, with the next thing to do. Exit code 2."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        """`message`: a clause without capital and full stop; `hint`: sentences, or empty."""
        super().__init__(f"{message.rstrip('.')}. {hint}".strip())


def put(text: str) -> None:
    """Write a result.

    Raises:
        Problem: it cannot be written, because the disk is full or the stream closed. A reader that went away
            has read enough, and is no problem.
    """
    if not text:
        return
    stream = sys.stdout
    if stream is None:
        raise Problem("standard output is closed", "Let it lead to a file or a terminal.")
    try:
        _write(stream, text)
    except OSError as error:
        _abandon(stream)
        if error.errno not in _GONE:
            raise unwritten(error) from None


def unwritten(error: OSError) -> Problem:
    """Why a result did not reach standard output."""
    return Problem(f"cannot write to standard output: {error.strerror}", "Make room and run it again.")


def say(message: str) -> None:
    """Write a message for a person, in one line."""
    from checker.render.text import one_line

    _tell(f"{one_line(message)}\n")


def complain(diagnostics: Sequence[Diagnostic]) -> None:
    """Show what is wrong with policies or configuration to a person."""
    if diagnostics:
        from checker.render import Options, terminal

        _tell(terminal.diagnostics(diagnostics, Options(color=colored("auto", sys.stderr))))


def _tell(text: str) -> None:
    if sys.stderr is None:
        return
    try:
        _write(sys.stderr, text)
    except OSError:  # nobody is left to be told
        _abandon(sys.stderr)


def _write(stream: TextIO, text: str) -> None:
    """In bytes, so that a report is the same everywhere: UTF-8, and lines end with a line feed."""
    stream.flush()
    stream.buffer.write(text.encode("utf-8", "backslashreplace"))
    stream.flush()


def settle() -> None:
    """Flush what is left, so that Python has nothing to complain about when it shuts down."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except (OSError, ValueError):
            _abandon(stream)


def _abandon(stream: TextIO) -> None:
    """Let what the stream still holds go nowhere; it would fail once more when Python shuts down."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def colored(choice: str, stream: TextIO | None) -> bool:
    """Whether to colour what goes to a stream; `choice` is `always`, `never` or `auto`."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and is_terminal(stream)


def width(otherwise: int) -> int:
    """The columns of the terminal behind standard output; `otherwise` where there is none."""
    if not is_terminal(sys.stdout):
        return otherwise
    import shutil

    return shutil.get_terminal_size().columns


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits behind a stream."""
    return stream is not None and stream.isatty()


def plain(text: str) -> str:
    """`text` without what a terminal or a build runner obeys: what policies and artifacts say is shown."""
    from checker.render.text import inert, visible

    return inert(visible(text, keep="\n"))

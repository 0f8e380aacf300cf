"""Everything between the door and the report runs in the dark: no files, no network, no processes, no clock.

A run is recorded at the doors to the disk and to the checking of signatures, then replayed from the recording
while the world is shut, but for
what gonogo ships; both must write the same report. So a report can be had again from its recorded inputs.
"""

from __future__ import annotations

import gc
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checker import run, shipped
from checker.render import RENDERERS, Options
from checker.run import doors
from checker.transports import ssh
from checker.transports.disk import Disk

ROOT = Path(__file__).parents[1]
AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)

VERIFY = ssh.verify

shut = False
SHUT_EVENTS = ("open", "os.", "socket.", "subprocess.", "shutil.", "glob.", "urllib.", "http.")


class DarknessError(Exception):
    """Something reached for the world."""


def ships(arguments: tuple[Any, ...]) -> bool:
    """Whether an event is about what travels inside the package."""
    folders = (shipped.POLICIES, shipped.REPORTS, shipped.SCHEMAS)
    return bool(arguments) and str(arguments[0]).startswith(folders)


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if shut and event.startswith(SHUT_EVENTS) and not ships(arguments):
        raise DarknessError(f"{event} {arguments}")


sys.addaudithook(watch)  # it cannot be taken away again, only told to look elsewhere


@contextmanager
def darkness(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Shut files, network, processes and the clock of the `time` module."""
    global shut  # noqa: PLW0603 - an audit hook has no other way to know

    def refuse(*arguments: object) -> None:
        raise DarknessError("the clock")

    with monkeypatch.context() as patches:
        for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime", "gmtime"):
            patches.setattr(time, name, refuse)
        gc.collect()  # what earlier tests left open is closed in the light
        shut = True
        try:
            yield
        finally:
            shut = False


class Door:
    """Stands where the door to the disk stands; `answer` gets the name of each question and its argument."""

    def __init__(self, answer: Callable[[str, Any], Any]) -> None:
        self.answer = answer

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        return lambda argument: self.answer(name, sorted(argument) if name == "find_all" else argument)


class Tape:
    """What the door to the disk answered."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str, str], Any] = {}

    def record(self, folder: str) -> Door:
        """The real door, listened to."""
        disk = Disk(folder)

        def answer(name: str, argument: Any) -> Any:
            answered = getattr(disk, name)(argument)
            self.answers[folder, name, repr(argument)] = answered
            return answered

        return Door(answer)

    def replay(self, folder: str) -> Door:
        """The same answers without a disk."""
        return Door(lambda name, argument: self.answers[folder, name, repr(argument)])

    def verify(self, *arguments: Any, **stated: Any) -> Any:
        """The real check of a signature, listened to."""
        found = VERIFY(*arguments, **stated)
        self.answers["", "verify", repr((arguments, stated))] = found
        return found

    def verified(self, *arguments: Any, **stated: Any) -> Any:
        """The same answers without a process."""
        return self.answers["", "verify", repr((arguments, stated))]


@pytest.mark.parametrize("folder", [".", "examples/company"])
def test_a_run_needs_nothing_but_what_came_through_the_door(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = run.Request(str(ROOT / folder), AS_OF.astimezone)
    tape = Tape()

    def written() -> dict[str, str]:
        report = run.check(request)
        return {name: render(report, Options()) for name, render in RENDERERS.items()}

    monkeypatch.setattr(doors, "Disk", tape.record)
    monkeypatch.setattr(ssh, "verify", tape.verify)
    in_the_light = written()
    monkeypatch.setattr(doors, "Disk", tape.replay)
    monkeypatch.setattr(ssh, "verify", tape.verified)
    with darkness(monkeypatch):
        in_the_dark = written()
    assert in_the_dark == in_the_light
    assert '"results"' in in_the_light["json"]


@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(lambda: Path(__file__).read_bytes(), id="file"),
        pytest.param(lambda: list(ROOT.iterdir()), id="folder"),
        pytest.param(lambda: socket.create_connection(("127.0.0.1", 9)), id="network"),
        pytest.param(lambda: subprocess.run(["true"], check=False), id="process"),
        pytest.param(lambda: time.time(), id="clock"),  # noqa: PLW0108 - looked up in the dark
    ],
)
def test_the_dark_is_dark(reach: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    with darkness(monkeypatch), pytest.raises(DarknessError):
        reach()

"""What ends a test that runs on and on. It is no measure of speed: what it ends would take days."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

PATIENCE = 60.0
"""Seconds of processor time of this process, far beyond what the slowest machine needs."""


@contextmanager
def patience() -> Iterator[None]:
    """Fail where what is done within takes more work than anybody would wait for."""

    def end(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"still at work after {PATIENCE:g} seconds of processor time")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)

"""How far a long run has come, for a person who waits at a terminal."""

from __future__ import annotations

import sys
import time

from checker.cli import console

PATIENCE = 1.0
"""Seconds before anything is shown."""
INTERVAL = 0.2
"""Seconds between two changes of the line."""


class Progress:
    """One line on standard error that is written anew and taken away at the end; nothing off a terminal."""

    def __init__(self) -> None:
        self._shown = False
        self._due = time.monotonic() + PATIENCE if console.is_terminal(sys.stderr) else float("inf")

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` subjects are checked."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + INTERVAL
        self._shown = True
        self._write(f"\r{done:,} of {total:,} subjects\x1b[K")

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._due = float("inf")

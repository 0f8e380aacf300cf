"""Texts that are shown to people, compared with what a page or a test shows of them."""

from __future__ import annotations

import re

ANY = "…"
"""A line of it stands for any lines; within a line it stands for any text."""


def fits(shown: str, printed: str) -> bool:
    """Whether `printed` is what `shown` says, but for what its ellipses leave out."""
    parts = (
        "(?:.*\n)*?" if line.strip() == ANY else ".*".join(map(re.escape, line.split(ANY))) + "\n"
        for line in shown.rstrip("\n").split("\n")
    )
    return re.fullmatch("".join(parts), printed.rstrip("\n") + "\n") is not None

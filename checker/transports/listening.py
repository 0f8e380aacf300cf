"""A door that turns what is asked of it into questions, for those who must know what a run depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from checker.model import Fault, Files

Question = tuple[str, ...]
"""`read` and a path, or `find` and the patterns of one walk."""


class Listening:
    """A folder whose questions somebody else answers."""

    __slots__ = ("_answer",)

    def __init__(self, answer: Callable[[Question], Any]) -> None:
        """`answer` gives what `ask` would, and may take a note of it."""
        self._answer = answer

    def find(self, pattern: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """As any door."""
        return self.find_all((pattern,))[pattern]

    def find_all(self, patterns: Iterable[str]) -> Mapping[str, Sequence[tuple[str, Mapping[str, str]]]]:
        """As any door."""
        found: Mapping[str, Sequence[tuple[str, Mapping[str, str]]]] = self._answer(("find", *patterns))
        return found

    def read(self, path: str) -> bytes | Fault:
        """As any door."""
        content: bytes | Fault = self._answer(("read", path))
        return content


def ask(files: Files, question: Question) -> Any:
    """The answer of a door: bytes or a fault, or what each pattern finds."""
    what, *names = question
    return files.find_all(names) if what == "find" else files.read(names[0])

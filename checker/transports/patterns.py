"""The language of file patterns, and the walk that finds what fits them: the same for every door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

NEVER_ENTERED = frozenset((".git",))
"""Folders that hold no files of the workspace."""
ENTERED_BY_NAME = frozenset((".gonogo",))
"""Folders of gonogo's own files: no wildcard stands for them, only their name does."""

_WILD = re.compile(r"\*+|\{([A-Za-z_][A-Za-z0-9_]*)\}")

Found = tuple[str, dict[str, str]]
"""A path below the root with forward slashes, and what the pattern captured."""


class Pattern(NamedTuple):
    """One pattern, ready to be matched level by level."""

    steps: tuple[str | re.Pattern[str] | None, ...]
    """For each part of the path: a name, an expression for a name, or None for any number of folders."""
    whole: re.Pattern[str]
    """Matches the path as a whole, with the captures as groups."""


def pattern(text: str) -> Pattern:
    """The pattern that a text spells: `*`, `**`, `{name}`, and everything else for itself.

    Without captures the first place where a part fits is as good as any later one, so none is gone back on
    (an atomic group): whatever a pattern and a path are, they are held together in one pass. With captures
    every way is tried, so one that leaves very many ways open fits nothing.
    """
    if _is_too_open(text):
        return Pattern(("/",), re.compile("(?!)"))
    steps: list[str | re.Pattern[str] | None] = []
    whole = pending = ""
    names: set[str] = set()
    parts = [part for part in text.split("/") if part not in ("", ".")]
    atomic = not any(found[1] for found in _WILD.finditer(text))
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            steps.append(None)
            if pending and atomic:
                whole, pending = whole + f"(?>{pending})", ""
            if last:
                pending += ".*"
            else:
                pending += "(?:[^/]+/)*?" if atomic else "(?:[^/]+/)*"
            continue
        expression = _expression(part, names)
        steps.append(re.compile(_expression(part, set()), re.DOTALL) if _WILD.search(part) else part)
        pending += expression + ("" if last else "/")
    return Pattern(tuple(steps), re.compile(whole + pending, re.DOTALL))


_DEPTHS, _WILDCARDS = 2, 3
"""How many `**` a pattern with captures may have, and how many wildcards in a part."""


def _is_too_open(text: str) -> bool:
    """Whether a pattern with captures may fit in more ways than can be tried; none that people write does."""
    if not any(found[1] for found in _WILD.finditer(text)):
        return False
    parts = text.split("/")
    return parts.count("**") > _DEPTHS or any(len(_WILD.findall(part)) > _WILDCARDS for part in parts)


@lru_cache(maxsize=256)
def _whole(text: str) -> re.Pattern[str]:
    return pattern(text).whole


def fits(text: str, path: str) -> bool:
    """Whether a path fits the pattern that a text spells."""
    return _whole(text).fullmatch(path) is not None


def reaches(text: str, folder: str) -> bool:
    """Whether the pattern that a text spells may fit what lies below a folder."""
    alone = (pattern(text),)
    states = frozenset({(0, 0)})
    for name in folder.split("/"):
        states = Level(states, alone).inside(name)
    return any(done < len(alone[0].steps) for _, done in states)


def _expression(part: str, names: set[str]) -> str:
    """A regular expression for one part; a name captured twice must be the same text twice."""
    wild = list(_WILD.finditer(part))
    atomic = not any(found[1] for found in wild)
    expression, at, opened = "", 0, False
    for found in wild:
        literal = re.escape(part[at : found.start()])
        expression += f"(?>[^/]*?{literal})" if opened else literal
        name, at, opened = found[1], found.end(), False
        if name is None:
            opened = atomic
            expression += "" if atomic else "[^/]*"
        else:
            expression += f"(?P={name})" if name in names else f"(?P<{name}>[^/]+)"
            names.add(name)
    return expression + ("[^/]*" if opened else "") + re.escape(part[at:])


class Names(NamedTuple):
    """What can matter in one folder."""

    folders: list[str]
    files: list[str]
    links: list[str]
    """What a pattern could go on behind, and the walk does not enter."""


class Folders(Protocol):
    """Folders to walk through."""

    def names(self, folder: str, level: Level) -> Names | None:
        """What can matter in a folder; None where it cannot be listed."""

    def leaves(self, path: str) -> bool:
        """Whether what a link leads to cannot be read, so that somebody has to be told."""


def find_all(patterns: Iterable[str], folders: Folders) -> dict[str, list[Found]]:
    """For each pattern the files that fit it, sorted by path, with what it captured; one walk for all.

    What cannot be listed is found in place of the files it may hold.
    """
    texts = tuple(dict.fromkeys(patterns))
    found = _Walk(tuple(map(pattern, texts)), folders).run()
    return {text: sorted(files.items()) for text, files in zip(texts, found, strict=True)}


_State = tuple[int, int]
"""A pattern by its number, and how many of its steps are behind us."""


class Level:
    """What to look for in a folder, given how far each pattern has come."""

    __slots__ = ("expected", "kept", "sought", "wanted")

    def __init__(self, states: Iterable[_State], patterns: tuple[Pattern, ...]) -> None:
        self.expected: dict[str, list[_State]] = {}
        """By name, the states behind it."""
        self.sought: list[tuple[re.Pattern[str], _State]] = []
        kept: set[_State] = set()
        self.wanted: list[int] = []
        """Patterns that any file ends."""
        for number, done in _reached(states, patterns):
            steps = patterns[number].steps
            step, then = steps[done], (number, done + 1)
            if isinstance(step, str):
                self.expected.setdefault(step, []).append(then)
            elif step is not None:
                self.sought.append((step, then))
            else:
                kept.add((number, done))
                if done + 1 == len(steps):
                    self.wanted.append(number)
        self.kept = frozenset(kept)
        """States that any folder leaves as they are."""

    def inside(self, folder: str) -> frozenset[_State]:
        """The states in a folder of this name."""
        if folder in ENTERED_BY_NAME:
            return frozenset(self.expected.get(folder, ()))
        after = self.after(folder)
        return self.kept.union(after) if after else self.kept

    def after(self, name: str) -> list[_State]:
        """The states behind an entry of this name, other than `kept`."""
        states = self.expected.get(name, [])
        if self.sought:
            states = states + [then for step, then in self.sought if step.fullmatch(name)]
        return states


def _reached(states: Iterable[_State], patterns: tuple[Pattern, ...]) -> Iterator[_State]:
    """These states, and those behind a `**` that stands for no folder; none that has no step left."""
    for number, first in states:
        steps = patterns[number].steps
        for done in range(first, len(steps)):
            yield number, done
            if steps[done] is not None:
                break


class _Walk:
    """One walk through folders, for several patterns."""

    __slots__ = ("folders", "found", "levels", "patterns")

    def __init__(self, patterns: tuple[Pattern, ...], folders: Folders) -> None:
        self.patterns = patterns
        self.folders = folders
        self.levels: dict[frozenset[_State], Level] = {}
        self.found: tuple[dict[str, dict[str, str]], ...] = tuple({} for _ in patterns)

    def run(self) -> tuple[dict[str, dict[str, str]], ...]:
        waiting = [("", frozenset((number, 0) for number in range(len(self.patterns))))]
        while waiting:
            folder, states = waiting.pop()
            level = self.levels.get(states)
            if level is None:
                level = self.levels[states] = Level(states, self.patterns)
            names = self.folders.names(folder, level)
            if names is None:  # found itself, so that somebody reads it and is told why
                for number, _ in states:
                    self.found[number][folder or "."] = {}
                continue
            prefix = folder + "/" if folder else ""
            for name in names.folders:
                inside = level.inside(name)
                if inside:
                    waiting.append((prefix + name, inside))
            for name in names.files:
                ends = {
                    number for number, done in level.after(name) if done == len(self.patterns[number].steps)
                }
                for number in ends.union(level.wanted):
                    self.add(number, prefix + name)
            for name in names.links:
                self.add_link(prefix + name, level.after(name))
        return self.found

    def add_link(self, path: str, states: Iterable[_State]) -> None:
        """Find a link that leaves the folders itself, so that somebody reads it and is told why."""
        behind = [number for number, done in states if done < len(self.patterns[number].steps)]
        if behind and self.folders.leaves(path):
            for number in behind:
                self.found[number][path] = {}

    def add(self, number: int, path: str) -> None:
        match = self.patterns[number].whole.fullmatch(path)
        if match is not None:
            self.found[number][path] = match.groupdict()

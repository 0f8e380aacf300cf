"""CODEOWNERS: who is asked to review a file, by the rules that GitHub documents.

(docs.github.com, "About code owners": the last rule that fits decides; patterns are those of gitignore
without `!` and `[…]`; a line that cannot be understood is skipped; a file of more than 3 MB is not read.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from checker.model import Fault

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where it may stand; the first that is there is used."""
LIMIT = 3 * 1024 * 1024
"""Bytes."""
MOST_RULES = 10_000
LONGEST_PATTERN = 1_000
"""Characters; a longer one is not understood."""
_OWNER = r"@[\w.-]+(?:/[\w.-]+)?|[^\s@]+@[^\s@]+\.[^\s@]+"
_NEVER = frozenset("![]")


class Files(Protocol):
    """The door to the files of a repository, from its root."""

    def read(self, path: str, limit: int) -> bytes | Fault:
        """The bytes of a file, or why there are none."""


class Rule:
    """One line: a pattern and who owns what fits it."""

    def __init__(self, line: int, pattern: str, owners: tuple[str, ...]) -> None:
        self.line = line
        """Counted from 1."""
        self.pattern = pattern
        self.owners = owners
        """`@user`, `@organisation/team` or an address; empty: nobody owns it."""

    def fits(self, path: str) -> bool:
        """Whether the rule is about a file, given by its path from the root."""
        return self._fullmatch(path) is not None

    @cached_property
    def _fullmatch(self) -> Callable[[str], Any]:
        import re2  # noqa: PLC0415 - half of the time of a start, and few workspaces ask

        fullmatch: Callable[[str], Any] = re2.compile(f"(?s){_expression(self.pattern)}").fullmatch
        return fullmatch


class Codeowners(NamedTuple):
    """The rules of one file."""

    path: str
    """Where it stands; empty where there is none."""
    rules: tuple[Rule, ...]
    skipped: tuple[int, ...]
    """The numbers of lines that cannot be understood; GitHub passes over them in silence."""

    def rule(self, path: str) -> Rule | None:
        """The rule that decides about a file, given by its path from the root; None where none fits."""
        encoded = path.encode("utf-8", "replace").decode()  # what is no UTF-8 in a name fits a wildcard
        return next((rule for rule in reversed(self.rules) if rule.fits(encoded)), None)

    def owners(self, path: str) -> tuple[str, ...]:
        """Who owns a file; empty where nobody does."""
        rule = self.rule(path)
        return rule.owners if rule else ()


def load(files: Files) -> Codeowners | Fault:
    """The code owners of a repository; without the file nobody owns anything."""
    for path in PLACES:
        raw = files.read(path, LIMIT)
        if isinstance(raw, bytes):
            found = parse(raw.decode("utf-8", "replace"), path)
            if len(found.rules) > MOST_RULES:
                message = f"{path} has {len(found.rules):,} rules; more than {MOST_RULES:,} are not applied."
                return Fault("too-large", message, hint="Join rules of the same owners by folder.")
            return found
        if raw.code != "missing":
            return raw
    return Codeowners("", (), ())


def parse(text: str, path: str = PLACES[0]) -> Codeowners:
    """The rules of a text."""
    import re2  # noqa: PLC0415 - as above

    is_owner = re2.compile(_OWNER).fullmatch
    rules, skipped = [], []
    for number, line in enumerate(text.split("\n"), 1):
        words = _words(line.rstrip("\r"))
        if not words:
            continue
        pattern, *owners = words
        if len(pattern) > LONGEST_PATTERN or _NEVER.intersection(pattern) or not all(map(is_owner, owners)):
            skipped.append(number)
        else:
            rules.append(Rule(number, pattern, tuple(owners)))
    return Codeowners(path, tuple(rules), tuple(skipped))


def _words(line: str) -> list[str]:
    """The words of a line, up to a comment; a backslash keeps a space in a word."""
    words: list[str] = []
    word = ""
    characters = iter(line)
    for character in characters:
        if character == "\\":
            word += next(characters, "")
        elif character in " \t":
            words += [word] if word else []
            word = ""
        elif character == "#" and not word:
            break
        else:
            word += character
    return [*words, word] if word else words


def _expression(pattern: str) -> str:
    """The regular expression of a gitignore pattern, for whole paths.

    A slash in front or in between ties it to the root. What it fits may be a folder, whose files it then is
    about, unless it ends with `/*`.
    """
    parts = pattern.strip("/").split("/")
    tied = "/" in pattern.rstrip("/")
    expression = "" if tied else "(?:.*/)?"
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            expression += ".*" if last else "(?:.*/)?"
        else:
            expression += _part(part) + ("" if last else "/")
    if pattern.endswith("/"):
        return expression + "/.*"
    return expression + ("" if tied and parts[-1] == "*" else "(?:/.*)?")


def _part(part: str) -> str:
    wild = {"*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(character) or re.escape(character) for character in part)

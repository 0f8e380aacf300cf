"""Writing one value anew where it stands: the smallest edit after which a file says it.

Nothing is offered that is not certain. What is replaced has to be one scalar on one line that stands for
nothing else, and what takes its place is read back before anyone sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from checker.documents import FORMATS, LIMITS, Document, Reading
from checker.documents.reading import LONGEST_EXCERPT_LINE, Source
from checker.model import Edit, Path

Scalar = str | int | float | bool

LARGEST_FILE = 128 * 1024
"""Characters of a file that is mended; a larger one is hardly written by hand."""
_PROPERTY = re.compile(r"(?<![^\s\[{,:])[&!]\S")
"""An anchor or a tag: what it stands before may be of several places, or be read in another way."""


class _Notation(NamedTuple):
    """How scalars are written in a format."""

    format: str
    """Of `FORMATS`."""
    snippets: tuple[tuple[str, str], ...]
    """The text before and behind a scalar that makes a document of one element, wherever it may stand."""
    styles: dict[str, Callable[[str], str]]
    """How a text is written, by the first character of what it replaces; otherwise that of double quotes."""

    def read(self, written: str) -> list[object]:
        """What a text stands for in each snippet in which it is one scalar."""
        found: list[object] = []
        for before, behind in self.snippets:
            parsed = FORMATS[self.format](Source(before + written + behind), LIMITS)
            if len(parsed.documents) == 1 and not parsed.faults:
                data = parsed.documents[0].data
                values = list(data.values() if isinstance(data, dict) else data)
                if len(values) == 1 and isinstance(values[0], Scalar):
                    found += values
        return found


def mend(reading: Reading, document: Document, path: Path, value: Scalar) -> Edit | None:
    """The edit after which the scalar at `path` is exactly `value`; None where that is not mechanical.

    `document` is of what was read, or made of it. In Markdown only the front matter is mended. A text keeps
    its quotes where it can, and gets some where it would be read as something else.
    """
    positions, source = document.positions, reading.source
    span, written = positions.value(path), positions.written(path)
    if not path or span is None or not written or span.line != span.end_line:
        return None
    start = source.starts[span.line - 1] + span.column - 1
    notation = _notation(source.text, reading.format, start)
    old = notation.read(written) if notation else []
    if notation is None or not old or _same(old[0], value):
        return None
    for text in _spellings(notation, written[0], value):
        read = notation.read(text)
        # What is not printable is always escaped: nobody should be handed what they cannot see.
        if text.isprintable() and len(read) == len(notation.snippets) and all(_same(r, value) for r in read):
            line = source.line(span.line)
            return Edit(span, text, line if len(line) <= LONGEST_EXCERPT_LINE else "")
    return None


def _notation(text: str, format: str, start: int) -> _Notation | None:
    """How the scalar at `start` is written; None where it is not known, or may stand for others too."""
    if start >= _reach(text, format):
        return None
    notation = _NOTATIONS["yaml" if format == "markdown" else format]
    # `{"a":1}` is read by rules of its own, which depend on the quotes of the key.
    return None if notation.format == "yaml" and text[start - 1] == ":" else notation


@lru_cache(maxsize=8)  # one file may have many values to mend
def _reach(text: str, format: str) -> int:
    """The offset up to which the scalars of a text can be mended; 0: none of them."""
    if len(text) > LARGEST_FILE:
        return 0
    if format == "markdown":
        from checker.documents import markdown  # noqa: PLC0415 - rarely needed, and slow to load

        return _reach(text[: markdown.front_matter_end(text)], "yaml")
    if format not in _NOTATIONS or (format == "yaml" and _PROPERTY.search(text)):
        return 0
    return len(text)


def _spellings(notation: _Notation, quote: str, value: Scalar) -> Iterator[str]:
    """The ways to write `value`, the one most like what stands there first."""
    if not isinstance(value, str):
        yield json.dumps(value)
        return
    yield notation.styles.get(quote, notation.styles[""])(value)
    yield _double(value)


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


def _plain(text: str) -> str:
    return text


def _single(text: str) -> str:
    return f"'{text}'"


def _single_doubled(text: str) -> str:
    return _single(text.replace("'", "''"))


def _double(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char.isprintable() and char not in '"\\':
        return char
    return json.dumps(char)[1:-1] if ord(char) <= 0xFFFF else f"\\U{ord(char):08X}"


_JSON = _Notation("json", (("[", "]"),), {"": _double})
_NOTATIONS = {
    "yaml": _Notation("yaml", (("- ", "\n"), ("[", "]\n")), {"": _plain, "'": _single_doubled, '"': _double}),
    "toml": _Notation("toml", (("v = ", "\n"),), {"": _plain, "'": _single, '"': _double}),
    "json": _JSON,
    "ndjson": _JSON,
}

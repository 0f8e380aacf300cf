"""Writing one value, or the name of one field, anew where it stands, by the smallest edit.

Nothing is offered that is not certain. What is replaced has to be one scalar or key on one line that stands
for nothing else, and what takes its place is read back before anyone sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from checker.documents import FORMATS, LIMITS, Document, Reading
from checker.documents.reading import LONGEST_EXCERPT_LINE, Source
from checker.model import Edit, Path, Span

Scalar = str | int | float | bool

LARGEST_FILE = 128 * 1024
"""Characters of a file that is mended; a larger one is hardly written by hand."""
_PROPERTY = re.compile(r"(?<![^\s\[{,:])[&!]\S")
"""An anchor or a tag: what it stands before may be of several places, or be read in another way."""

Snippets = tuple[tuple[str, str], ...]
"""The texts before and behind something."""


class _Notation(NamedTuple):
    """How scalars are written in a format."""

    format: str
    """Of `FORMATS`."""
    values: Snippets
    """What makes a document of one element out of a scalar, wherever it may stand."""
    keys: Snippets
    """What makes a document of one field, with the value 0, out of a key, wherever it may stand."""
    behind_key: re.Pattern[str]
    """What follows a key whose value is written behind it, so that nothing else gives it a value."""
    styles: dict[str, Callable[[str], str]]
    """How a text is written, by the first character of what it replaces; otherwise that of double quotes."""

    def read_value(self, written: str) -> list[object]:
        """What a text stands for in each snippet in which it is one scalar."""
        return [
            value
            for data in self._read(written, self.values)
            for value in (data.values() if isinstance(data, dict) else data)
            if isinstance(value, Scalar)
        ]

    def read_key(self, written: str) -> list[object]:
        """What a text stands for in each snippet in which it is one key."""
        return [
            key
            for data in self._read(written, self.keys)
            if isinstance(data, dict)
            for key, value in data.items()
            if _same(value, 0)
        ]

    def _read(self, written: str, snippets: Snippets) -> Iterator[Any]:
        """The data, a list or a mapping of one element, of each snippet that has some."""
        for before, behind in snippets:
            parsed = FORMATS[self.format](Source(before + written + behind), LIMITS)
            if len(parsed.documents) == 1 and not parsed.faults:
                data = parsed.documents[0].data
                if isinstance(data, dict | list) and len(data) == 1:
                    yield data


def mend(reading: Reading, document: Document, path: Path, value: Scalar) -> Edit | None:
    """The edit after which the scalar at `path` is exactly `value`; None where that is not mechanical.

    `document` is of what was read, or made of it. In Markdown only the front matter is mended. A text keeps
    its quotes where it can, and gets some where it would be read as something else.
    """
    span = document.positions.value(path) if path else None
    notation = _notation(reading, span) if span else None
    # `{"a":1}` is read by rules of its own, which depend on the quotes of the key.
    if span is None or notation is None or (notation is _YAML and _before(reading, span) == ":"):
        return None
    return _written_anew(reading, span, value, notation, notation.read_value, len(notation.values))


def rename(reading: Reading, document: Document, path: Path, name: str) -> Edit | None:
    """The edit after which the field at `path` is called `name`; None where that is not mechanical.

    It is not where a field of that name is there already, with a value or without one, nor where the key
    is only a part of a longer one, as in the header of a table of TOML.
    """
    span = document.positions.key(path)
    notation = _notation(reading, span) if span else None
    if span is None or notation is None or document.positions.key((*path[:-1], name)):
        return None
    if not notation.behind_key.match(reading.text, _offset(reading, span.line, span.end_column)):
        return None
    if notation.read_key(_text(reading, span))[:1] != [path[-1]]:
        return None
    return _written_anew(reading, span, name, notation, notation.read_key, len(notation.keys))


def replaced(data: Any, path: Path, value: object) -> Any:
    """A copy of `data`, as deep as it has to be, that has `value` at `path`."""
    if not path:
        return value
    copy = data.copy()
    below = copy.get(path[0]) if isinstance(copy, dict) else copy[path[0]]
    copy[path[0]] = replaced(below, path[1:], value)
    return copy


def renamed(data: Any, path: Path, name: str) -> Any:
    """A copy of `data`, as deep as it has to be, whose field at `path` is called `name`, in its place."""
    *above, old = path
    holder = data
    for part in above:
        holder = holder[part]
    return replaced(data, tuple(above), {name if key == old else key: holder[key] for key in holder})


def _written_anew(
    reading: Reading,
    span: Span,
    value: Scalar,
    notation: _Notation,
    read: Callable[[str], list[object]],
    snippets: int,
) -> Edit | None:
    """The edit that puts `value` into a span, if `read` finds it again in each of so many snippets."""
    written = _text(reading, span)
    old = read(written)
    if not old or _same(old[0], value):
        return None
    for text in _spellings(notation, written[0], value):
        found = read(text)
        # What is not printable is always escaped: nobody should be handed what they cannot see.
        if text.isprintable() and len(found) == snippets and all(_same(each, value) for each in found):
            line = reading.source.line(span.line)
            return Edit(span, text, line if len(line) <= LONGEST_EXCERPT_LINE else "")
    return None


def _offset(reading: Reading, line: int, column: int) -> int:
    return reading.source.starts[line - 1] + column - 1


def _text(reading: Reading, span: Span) -> str:
    return reading.text[_offset(reading, *span[:2]) : _offset(reading, *span[2:])]


def _before(reading: Reading, span: Span) -> str:
    """The character before a span; empty at the start of the file."""
    start = _offset(reading, *span[:2])
    return reading.text[max(start - 1, 0) : start]


def _notation(reading: Reading, span: Span) -> _Notation | None:
    """How what stands there is written; None where it is not known, or may stand for others too."""
    start = _offset(reading, *span[:2])
    if span.line != span.end_line or start >= _reach(reading.text, reading.format):
        return None
    return _NOTATIONS["yaml" if reading.format == "markdown" else reading.format]


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


_COLON = re.compile(r"[ \t]*:")
_YAML = _Notation(
    "yaml",
    (("- ", "\n"), ("[", "]\n")),
    (("", ": 0\n"), ("{", ": 0}\n")),
    _COLON,
    {"": _plain, "'": _single_doubled, '"': _double},
)
_JSON = _Notation("json", (("[", "]"),), (("{", ":0}"),), _COLON, {"": _double})
_TOML = _Notation(
    "toml",
    (("v = ", "\n"),),
    (("", " = 0\n"),),
    re.compile(r"[ \t]*="),
    {"": _plain, "'": _single, '"': _double},
)
_NOTATIONS = {"yaml": _YAML, "toml": _TOML, "json": _JSON, "ndjson": _JSON}

"""The one shape that every format is read into: data, the place of each value, faults, a digest.

A position is kept as two offsets into the text (16 bytes a value), and becomes a line and a column
only when somebody asks: most values are never pointed at.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from checker.model import Excerpt, Fault, Path, Span

MAX_INT = 2**63 - 1
MIN_INT = -(2**63)
LONGEST_EXCERPT_LINE = 1_000
"""Characters; what follows in a line is cut, so that a minified file cannot flood a report."""
MOST_EXCERPT_LINES = 6
_LINE_END = re.compile(r"\r\n|\n|\r")


class Limits(NamedTuple):
    """How much work one file may cause. Beyond a limit there is a fault, never a slow run."""

    size: int = 16 * 1024 * 1024
    """Bytes of the file."""
    depth: int = 100
    """Levels of lists and mappings, the outermost included."""
    aliased: int = 100_000
    """Values that the aliases of one YAML document may add to those that are written out."""
    prose: int = 1_000_000
    """Characters of a Markdown document, in which telling what is text costs more than elsewhere."""


LIMITS = Limits()


class Source:
    """A decoded text that turns offsets into lines and columns and back.

    Lines end with LF, CR LF or a lone CR, in every format alike: what an editor counts.
    """

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """The offset at which each line begins."""
        if self._starts is None:
            self._starts = _line_starts(self.text)
        return self._starts

    def span(self, start: int, end: int) -> Span:
        """The lines and columns of `text[start:end]`."""
        starts = self._starts or self.starts
        line = bisect_right(starts, start)
        begin = starts[line - 1]
        if line == len(starts) or end < starts[line]:
            return Span(line, start - begin + 1, line, end - begin + 1)
        end_line = bisect_right(starts, end)
        return Span(line, start - begin + 1, end_line, end - starts[end_line - 1] + 1)

    def line_span(self, start: int, end: int) -> Span:
        """The part of `text[start:end]` that stands on its first line."""
        cut = _LINE_END.search(self.text, start, end)
        return self.span(start, cut.start() if cut else end)

    def line(self, number: int) -> str:
        """The text of a line, without its end; lines count from 1."""
        starts = self.starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def excerpt(self, span: Span) -> Excerpt:
        """The lines of a span and the one before it, cut to a size that fits a report; none of no text.

        What they say of credentials is masked.
        """
        from checker.documents.credentials import masked  # noqa: PLC0415 - most files have no faults

        starts, text = self.starts, self.text
        if not text:  # it could not be decoded, and the span counts in what it would have been
            return Excerpt(span.line, ())
        first = max(span.line - 1, 1)
        last = min(span.end_line, span.line + MOST_EXCERPT_LINES - 1, len(starts))
        lines = []
        for number in range(first, last + 1):
            begin = starts[number - 1]
            end = starts[number] if number < len(starts) else len(text)
            line = text[begin : min(end, begin + LONGEST_EXCERPT_LINE + 2)].rstrip("\r\n")
            line = masked(line)
            lines.append(line if len(line) <= LONGEST_EXCERPT_LINE else line[:LONGEST_EXCERPT_LINE] + "…")
        return Excerpt(first, tuple(lines))


def _line_starts(text: str) -> list[int]:
    if "\r" in text:
        return [0, *(match.end() for match in _LINE_END.finditer(text))]
    lengths = map(len, text.split("\n"))
    return [0, *accumulate(length + 1 for length in lengths)][:-1]


Children = dict[int, dict[str, int] | list[int]]
"""For each list or mapping, known by its slot: the slots of what it holds."""


class Places(NamedTuple):
    """Where the values of one document stand, as flat arrays.

    A slot is an even index into `offsets`, which holds the start there and the end behind it. The
    slot of a value of a mapping follows that of its key at once. A null has the start `ABSENT`.
    The root has slot 0.
    """

    offsets: Sequence[int]
    children: Children


ABSENT = -1


class Positions:
    """The place of every key and value of one document."""

    __slots__ = ("_places", "_root", "_source")

    def __init__(self, source: Source, places: Places | Callable[[], Places], root: int = 0) -> None:
        """`places` may be a function, called at the first question, for formats that find them separately."""
        self._source = source
        self._places = places
        self._root = root

    @property
    def source(self) -> Source:
        """The text that the positions are of."""
        return self._source

    @property
    def root(self) -> int:
        """The slot of the whole."""
        return self._root

    @property
    def places(self) -> Places:
        """The flat arrays behind the questions below."""
        if not isinstance(self._places, Places):
            self._places = self._places()
        return self._places

    def value(self, path: Path) -> Span | None:
        """The span of a value; None where it is absent or null."""
        slot = self._slot(path)
        return None if slot is None else self._span(slot)

    def key(self, path: Path) -> Span | None:
        """The span of the key that names a value, also of a null; None for list items and the root."""
        slot, length = self._walk(path)
        if not path or length < len(path) or not isinstance(path[-1], str):
            return None
        return self._span(slot - 2)

    def nearest(self, path: Path) -> tuple[Span, int]:
        """The deepest part of `path` that is present, and its length.

        The value itself where all of the path is there. An ancestor is pointed at by its key, or,
        where it has none, by its first line; so is a null, which counts as present.
        """
        slot, length = self._walk(path)
        if length == len(path) and self.places.offsets[slot] != ABSENT:
            return self._span(slot), length
        if length and isinstance(path[length - 1], str):
            return self._span(slot - 2), length
        return self._source.line_span(*self._stretch(slot)), length

    def nulls(self) -> list[Path]:
        """The paths of the keys with a null behind them, which the data leaves out, in the text's order."""
        if not isinstance(self._places, Places) and "null" not in self._source.text:
            return []  # where positions wait for the first question, a null is spelled out
        places = self.places
        if not self._root:  # a part, as one of many records, must not look at all of the others
            if ABSENT not in places.offsets:
                return []
            at = [
                (slot, name)
                for slot, inside in places.children.items()
                if isinstance(inside, dict)
                for name, below in inside.items()
                if places.offsets[below] == ABSENT
            ]
            if all(slot == self._root for slot, _ in at):
                return [(name,) for _, name in at]
        found: list[Path] = []
        waiting: list[tuple[int, Path]] = [(self._root, ())]
        while waiting:
            slot, path = waiting.pop()
            inside = places.children.get(slot)
            if inside is None:
                continue
            named = inside.items() if isinstance(inside, dict) else enumerate(inside)
            below = [(slot, (*path, part)) for part, slot in named]
            found += [path for slot, path in below if places.offsets[slot] == ABSENT]
            waiting += reversed(below)
        return found

    def written(self, path: Path) -> str | None:
        """The characters of a value in the file, quotes included; None where it is absent or null."""
        slot = self._slot(path)
        if slot is None:
            return None
        start, end = self._stretch(slot)
        return self._source.text[start:end]

    def below(self, path: Path) -> Positions | None:
        """The positions of the value at `path` as a document of its own; None where it is absent or null."""
        slot = self._slot(path)
        return None if slot is None else Positions(self._source, self.places, slot)

    def _slot(self, path: Path) -> int | None:
        """The slot of a value; None where it is absent or null."""
        slot, length = self._walk(path)
        return None if length < len(path) or self.places.offsets[slot] == ABSENT else slot

    def _walk(self, path: Path) -> tuple[int, int]:
        """The slot of the deepest part of `path` that is present, and its length."""
        children = self.places.children
        slot = self._root
        length = 0
        for part in path:
            inside = children.get(slot)
            if inside is None:
                break
            if isinstance(inside, dict):
                below = inside.get(part)  # type: ignore[arg-type]  # an index is no key
                if below is None:
                    break
                slot = below
            elif isinstance(part, int) and 0 <= part < len(inside):
                slot = inside[part]
            else:
                break
            length += 1
        return slot, length

    def _span(self, slot: int) -> Span:
        return self._source.span(*self._stretch(slot))

    def _stretch(self, slot: int) -> tuple[int, int]:
        """Start and end, without the blank lines that a parser counts to the text before them."""
        offsets, text = self.places.offsets, self._source.text
        start, end = offsets[slot], offsets[slot + 1]
        if text[end - 1 : end] in ("\n", "\r"):
            end = start + len(text[start:end].rstrip(" \t\r\n"))
        return start, end


class Document(NamedTuple):
    """One document of a file."""

    data: Any
    """JSON types only: dict with str keys, list, str, int (64 bits), finite or YAML float, bool. No nulls."""
    positions: Positions

    def below(self, path: Path) -> Document | None:
        """The part at `path` as a document of its own; None where it is absent."""
        positions = self.positions.below(path)
        if positions is None:
            return None
        data = self.data
        for part in path:
            data = data[part]
        return Document(data, positions)


def walk(data: Any) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, breadth first."""
    level: list[tuple[Path, Any]] = [((), data)]
    while level:
        yield from level
        level = [
            ((*path, part), value)
            for path, holder in level
            if isinstance(holder, (dict, list))
            for part, value in (holder.items() if isinstance(holder, dict) else enumerate(holder))
        ]


class Parsed(NamedTuple):
    """What a reader of one format makes of a text."""

    documents: tuple[Document, ...] = ()
    faults: tuple[Fault, ...] = ()


Reader = Callable[[Source, Limits], Parsed]


class Reading(NamedTuple):
    """All that is known of one file after reading it."""

    digest: str
    """`sha256:` and 64 hexadecimal digits, of the bytes."""
    source: Source
    documents: tuple[Document, ...]
    """Empty where the syntax is broken."""
    faults: tuple[Fault, ...]
    """With any fault the data is not to be trusted."""
    format: str = ""
    """What it was read as, one of FORMATS."""

    @property
    def text(self) -> str:
        """The decoded text; empty where it could not be decoded."""
        return self.source.text

    def excerpt(self, span: Span) -> Excerpt:
        """The lines that a reader needs to see beside a message about `span`."""
        return self.source.excerpt(span)

"""The faults that several formats share, so that one defect has one code and one wording."""

from __future__ import annotations

from collections.abc import Iterator

from checker.documents.reading import Document, Source, walk
from checker.model import Fault, Span

MOST_FAULTS = 100
"""After so many the rest of the file is not read: it is something else than it says it is."""
LONGEST_QUOTE = 60
"""Characters of a file that a message repeats."""

EMPTY = Fault("empty", "There is nothing in this file.", hint="Fill it in or delete it.")


class StopError(Exception):
    """Ends the reading of a file; why is already recorded as a fault."""


class Faults:
    """Collects the faults of one file, within reason."""

    __slots__ = ("found", "source")

    def __init__(self, source: Source) -> None:
        """`source` turns offsets into positions."""
        self.source = source
        self.found: list[Fault] = []

    def add(self, start: int, end: int, code: str, message: str, hint: str = "") -> None:
        """Record a fault of `text[start:end]`.

        Raises StopError when there are too many.
        """
        self.found.append(Fault(code, message, self.source.span(start, max(start, end)), hint))
        if len(self.found) >= MOST_FAULTS:
            raise StopError

    def stop(self, start: int, end: int, code: str, message: str, hint: str = "") -> StopError:
        """Record a fault after which nothing can be trusted; for `raise`."""
        self.add(start, end, code, message, hint)
        return StopError()

    def repeated_key(self, key: str, first: tuple[int, int], second: tuple[int, int]) -> None:
        """A mapping has the same key twice."""
        places = [self.source.span(*stretch) for stretch in (first, second)]
        where = " and ".join(f"line {at.line}, column {at.column}" for at in places)
        message = f"The key `{key[:LONGEST_QUOTE]}` stands twice in one mapping: {where}."
        self.add(*second, "duplicate-key", message, "Keep one of the two.")

    def null_item(self, start: int, end: int) -> None:
        """A list has an item that is null."""
        self.add(start, end, "null-item", "An item of this list is empty.", "Fill it in or delete it.")

    def number_too_large(self, start: int, end: int) -> None:
        """A number is beyond 64 bits."""
        text = self.source.text[start : min(end, start + LONGEST_QUOTE)]
        message = f"The number {text} does not fit into 64 bits."
        self.add(start, end, "number-too-large", message, "Put it in quotes if it is an identifier.")

    def too_deep(self, start: int, end: int, depth: int) -> StopError:
        """Lists and mappings are nested beyond the limit; for `raise`."""
        return self.stop(
            start, end, "too-deep", f"Lists and mappings are nested more than {depth} levels deep."
        )


def unusable_texts(document: Document) -> Iterator[Fault]:
    """A fault for every text that holds a NUL or half a surrogate pair, which only escapes can smuggle in."""
    for path, value in walk(document.data):
        if isinstance(value, str) and _is_unusable(value):
            yield _unusable(document.positions.value(path))
        if path and isinstance(path[-1], str) and _is_unusable(path[-1]):
            yield _unusable(document.positions.key(path))


def _is_unusable(text: str) -> bool:
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


def _unusable(span: Span | None) -> Fault:
    message = "This text holds an escape for a character that no text can have."
    return Fault("unusable-character", message, span, "Remove the escape.")

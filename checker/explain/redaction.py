"""Results without the credentials of the artifacts that they are about.

What decides is never touched: a result is made first, and then told without them. A value that is not told is
known by its digest all the same, so that a waiver stays bound to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from checker import canonical
from checker.cel.values import quote
from checker.documents.credentials import REDACTED, hidden, is_credential, mask, masked, shapes
from checker.model import Edit, Excerpt, Reason, Result, Seen

_SHORTEST = 4
"""Characters of a value that is looked for in sentences: what is shorter would be found in any word."""
_KNOWN_BY = 16
"""Characters of its beginning by which a longer value is found, which may be cut."""
_MOST = 256
"""Values of one artifact that are looked for, so that none makes the work grow with its square."""
_LAST_NAME = re.compile(r"""(\w+)["'\]]*$""")


class Redaction:
    """What the results of one artifact do not say."""

    __slots__ = ("_values",)

    def __init__(self, data: object) -> None:
        """`data`: what the artifact holds."""
        self._values = tuple(_values(data))

    def of(self, result: Result) -> Result:
        """The result as it may be told."""
        seen = (each for reason in result.reasons for each in reason.seen)
        values = tuple(dict.fromkeys((*self._values, *_quoted(seen))))
        edit = result.edit
        return result._replace(
            message=_told(result.message, values),
            fix=_told(result.fix, values),
            reasons=tuple(_reason(reason, values) for reason in result.reasons),
            excerpt=_excerpt(result.excerpt, values),
            edit=edit if edit and _may_be_told(edit, values) else None,
        )


def _may_be_told(edit: Edit, values: tuple[str, ...]) -> bool:
    """Whether neither its line nor what becomes of that says a credential, as one behind `pasword:`."""
    line, span = edit.whole_line, edit.span
    mended = line[: span.column - 1] + edit.text + line[span.end_column - 1 :]
    return all(masked(text) == _told(text, values) == text for text in (line, edit.text, mended))


def _reason(reason: Reason, values: tuple[str, ...]) -> Reason:
    seen = tuple(_seen(each, values) for each in reason.seen)
    return reason._replace(text=_told(reason.text, values), seen=seen)


def _seen(seen: Seen, values: tuple[str, ...]) -> Seen:
    value = f'"{REDACTED}"' if _is_named(seen) else _told(seen.value, values)
    if value == seen.value:
        return seen
    return seen._replace(value=value, digest=seen.digest or canonical.digest(seen.value))


def _is_named(seen: Seen) -> bool:
    """Whether a text was read from a field that holds credentials."""
    name = _LAST_NAME.search(seen.expression)
    return seen.value.startswith('"') and name is not None and is_credential(name[1])


def _quoted(seen: Iterable[Seen]) -> Iterator[str]:
    """What was read from such fields, wherever they are."""
    for each in seen:
        value = each.value.strip('"').rstrip("…")
        if len(value) >= _SHORTEST and _is_named(each):
            yield value


def _excerpt(excerpt: Excerpt | None, values: tuple[str, ...]) -> Excerpt | None:
    if excerpt is None or not values:
        return excerpt
    lines = tuple(_without(line, values, as_long=True) for line in excerpt.lines)
    return excerpt._replace(lines=lines)


def _told(text: str, values: tuple[str, ...]) -> str:
    return _without(hidden(text), values)


def _without(text: str, values: tuple[str, ...], *, as_long: bool = False) -> str:
    for value in values:
        begin = value[:_KNOWN_BY]
        at = text.find(begin)
        while at >= 0:
            length = len(begin)
            while text[at : at + length + 1] == value[: length + 1] and length < len(value):
                length += 1
            instead = mask(length) if as_long else REDACTED
            text = text[:at] + instead + text[at + length :]
            at = text.find(begin, at + len(instead))
    return text


def _values(data: object) -> Iterator[str]:
    """The texts of fields that hold credentials, by line and as a sentence quotes them; at most `_MOST`."""
    found: dict[str, None] = {}
    waiting: list[tuple[object, bool]] = [(data, False)]
    while waiting and len(found) < _MOST:
        value, secret = waiting.pop()
        if isinstance(value, dict):
            waiting += ((below, secret or _names(key)) for key, below in value.items())
        elif isinstance(value, list):
            waiting += ((below, secret) for below in value)
        elif isinstance(value, str):
            for text in [value] if secret else shapes(value):
                lines = (*text.splitlines(), quote(text)[1:-1])
                found.update((line.strip(), None) for line in lines if len(line.strip()) >= _SHORTEST)
    yield from sorted(found, key=len, reverse=True)[:_MOST]


def _names(key: Any) -> bool:
    return isinstance(key, str) and is_credential(key)

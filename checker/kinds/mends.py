"""Edits that mend what a document breaks of its schema, each tried before it is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from checker.documents import Document, Reading, mending
from checker.kinds.fields import Field
from checker.kinds.slips import meant, rewritten
from checker.kinds.wording import Violation
from checker.model import Edit, Path

MOST_VIOLATIONS = 30
"""Violations of one document up to which each is mended: what breaks more was written for something else."""

Breach = tuple[str, Path]
"""The code of a violation, and what it is about."""
Examine = Callable[[Any], Collection[Breach]]
"""All breaches of data."""


def edits(
    violations: Collection[Violation],
    reading: Reading,
    document: Document,
    root: Field,
    examine: Examine,
) -> dict[Path, Edit]:
    """The edits of one document, by what the mended violations are about.

    There is one where a field can only be a known one that is not there, or a value only be one that fits,
    in another way of writing; and where the schema finds that gone afterwards, and nothing else amiss.
    `document` is made of what was read, and breaks nothing but `violations`.
    """
    if len(violations) > MOST_VIOLATIONS:
        return {}
    before = {(violation.code, violation.path) for violation in violations}

    def helps(path: Path, data: Any) -> bool:
        after = set(examine(data))
        return after < before and not any(broken[: len(path)] == path for _, broken in after)

    unknown = {violation.path for violation in violations if violation.of_key}
    names = {path: _meant(path, document, root) for path in unknown}
    claims = Counter((path[:-1], name) for path, name in names.items())
    found: dict[Path, Edit | None] = {}
    for path, name in names.items():
        if name and claims[path[:-1], name] == 1:
            found[path] = mending.rename(reading, document, path, name)
            if found[path] and not helps(path, mending.renamed(document.data, path, name)):
                found[path] = None
    for path in {violation.path for violation in violations} - unknown:
        found[path] = _value(path, reading, document, root.at(path), partial(helps, path))
    return {path: edit for path, edit in found.items() if edit}


def _meant(path: Path, document: Document, root: Field) -> str:
    """The field that the unknown one at `path` was meant to be, if that is certain and it is not there."""
    fields = root.at(path[:-1]).properties
    name = meant(str(path[-1]), [name for name, field in fields.items() if not field.computed])
    return "" if document.positions.key((*path[:-1], name)) else name


def _value(
    path: Path, reading: Reading, document: Document, field: Field, helps: Callable[[Any], bool]
) -> Edit | None:
    """The edit of a value that can be written in exactly one other way that fits."""
    written = document.positions.written(path)
    value = document.data
    for part in path if written else ():
        value = value[part]
    if not written or not isinstance(value, mending.Scalar):
        return None
    others = {repr(other): other for other in rewritten(value, written, field)}
    others.pop(repr(value), None)
    fitting = [other for other in others.values() if helps(mending.replaced(document.data, path, other))]
    return mending.mend(reading, document, path, fitting[0]) if len(fitting) == 1 else None

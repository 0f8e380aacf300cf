"""Holding a document to a JSON Schema, and saying what is wrong in words for people.

The check itself is `jsonschema_rs`: fast, linear in its patterns, and cut off from the network. It is
imported at the first document, since that costs more than checking a thousand of them.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, cast

from checker.documents import Document, Reading
from checker.kinds import wording
from checker.kinds.fields import Field, unfold
from checker.model import Edit, Fault, Path, Span

if TYPE_CHECKING:
    import jsonschema_rs

MOST_FAULTS = 200
"""Faults listed for one document; a last one says when there are more."""
MOST_VALUES = 20_000
"""Values of a document up to which all of its faults are sought: they are found all at once, at a kilobyte
each, so that of a larger document only the first is told."""


def compiled(schema: Any) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema.

    Patterns run in linear time or are refused; references out of the file are never followed. Raises
    `jsonschema_rs.ValidationError` (a ValueError) for what is not a schema, with the place in
    `instance_path`.
    """
    import jsonschema_rs  # noqa: PLC0415 - costs as much as a run over hundreds of files

    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=True, offline=True, pattern_options=jsonschema_rs.RegexOptions()
    )


class Validator:
    """One schema, ready to be held against documents. The schema must be sound (see `soundness`)."""

    __slots__ = ("_compiled", "_root", "schema")

    def __init__(self, schema: Any, root: Field | None = None) -> None:
        """`root` is the schema unfolded, where that is at hand."""
        self.schema = schema
        self._root = root
        self._compiled: jsonschema_rs.Draft202012Validator | None = None

    @property
    def root(self) -> Field:
        """What the schema says of each field."""
        if self._root is None:
            self._root = unfold(self.schema)
        return self._root

    def _is_unknown(self, path: Path) -> bool:
        """Whether a field with nothing behind it, which the data leaves out, may not stand there."""
        form = self.root.at(path[:-1])
        return path[-1] not in form.properties and bool(form.properties) and form.unnamed is None

    def faults(self, document: Document, reading: Reading | None = None) -> tuple[Fault, ...]:
        """How the document breaks the schema, in the order of the text; empty when it does not.

        With `reading`, of which the document was made, a fault has the edit that mends it, where that is
        mechanical.
        """
        if self._compiled is None:
            self._compiled = compiled(self.schema)
        unknown = [path for path in document.positions.nulls() if self._is_unknown(path)]
        if not unknown and self._compiled.is_valid(document.data):
            return ()
        errors, more = _errors(self._compiled, document)
        context = wording.Context(self.schema, self.root, document.data, document.positions.written)
        empty = (
            wording.unknown_fields([str(name)], tuple(above), self.root.at(tuple(above)), context)
            for *above, name in unknown
        )
        said = chain(wording.violations(errors, context), *empty)
        violations = list(islice(said, MOST_FAULTS + 1))
        more = more or len(violations) > MOST_FAULTS
        edits = {} if more or reading is None else self._edits(violations, reading, document)
        placed = [(_place(document, found), found) for found in wording.telling(violations[:MOST_FAULTS])]
        placed.sort(key=lambda pair: (pair[0].line, pair[0].column, pair[1].message))
        faults = [
            Fault(found.code, found.message, span, found.hint, edits.get(found.path))
            for span, found in placed
        ]
        if more or not faults:  # an invalid document never goes without a fault
            message = "further faults of this document are not listed" if faults else "the schema is not met"
            faults.append(Fault("schema-more", message, document.positions.nearest(())[0]))
        return tuple(faults)

    def _edits(
        self, violations: list[wording.Violation], reading: Reading, document: Document
    ) -> dict[Path, Edit]:
        """The edits that mend what is mechanical, by what it is about."""
        from checker.kinds import mends  # noqa: PLC0415 - most documents have no faults

        validator = self._compiled
        assert validator is not None, "what was found, it found"

        def examine(data: Any) -> list[mends.Breach]:
            if validator.is_valid(data):
                return []
            context = wording.Context(self.schema, self.root, data, lambda path: None, lambda name, known: "")
            found = wording.violations(validator.iter_errors(data), context)
            return [(violation.code, violation.path) for violation in islice(found, MOST_FAULTS)]

        return mends.edits(violations, reading, document, self.root, examine)


def _errors(
    validator: jsonschema_rs.Draft202012Validator, document: Document
) -> tuple[list[jsonschema_rs.ValidationError], bool]:
    """What is wrong with an invalid document, in the order of its text, and whether there may be more."""
    if _values(document.data) > MOST_VALUES:
        try:
            validator.validate(document.data)
        except ValueError as first:
            return [cast("jsonschema_rs.ValidationError", first)], True
    errors = validator.iter_errors(document.data)

    def place(error: jsonschema_rs.ValidationError) -> tuple[int, int]:
        span, _ = document.positions.nearest(tuple(error.instance_path))
        return span.line, span.column

    return sorted(errors, key=place), False


def _values(data: Any) -> int:
    """How many values a document holds; counting ends beyond the limit."""
    count = 0
    rest = [data]
    while rest and count <= MOST_VALUES:
        value = rest.pop()
        count += 1
        if isinstance(value, (dict, list)):
            rest.extend(value.values() if isinstance(value, dict) else value)
    return count


def _place(document: Document, violation: wording.Violation) -> Span:
    """The key of what should not be there; otherwise the value, or its nearest present ancestor."""
    key = document.positions.key(violation.path) if violation.of_key else None
    return key or document.positions.nearest(violation.path)[0]

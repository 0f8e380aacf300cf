"""Whether a workspace's own schema can be trusted to judge: every defect is a fault with its place.

Such a schema may be wrong, or hostile. It must fit `schemas/kind.schema.json`, which keeps it within its
file, and the work of holding a document to it must be bounded: with references that double at every step, a
schema of a few lines can keep a validator busy for ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from checker import shipped
from checker.documents import Document
from checker.kinds.fields import Field, pointer, resolve, unfold
from checker.kinds.phrases import nearest
from checker.kinds.validation import Validator, compiled
from checker.model import Fault, Path

MOST_STEPS = 20_000
"""Schemas met when every reference is followed once; the largest kind shipped here has under 200."""
DEEPEST = 100
"""Levels of schemas within schemas, references followed."""

_SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
_NAMED_VALUE = ("properties",)
_SOME_VALUE = (
    "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames",
    "items", "prefixItems", "unevaluatedItems", "contains",
)  # fmt: skip
_BY_NAME = ("properties", "patternProperties", "dependentSchemas", "$defs")
ANY_PART = "*"
"""Stands in a path of values for every name and index."""


def faults(document: Document) -> tuple[Fault, ...]:
    """What is wrong with the schema of a kind; empty when it can judge."""
    found = _meta().faults(document)
    if found:
        return found
    schema: Mapping[str, Any] = document.data
    try:
        _Work(schema).measure(schema, (), (), {})
        compiled(schema)
    except _UnsoundError as unsound:
        return (_fault(document, *unsound.args),)
    except ValueError as error:  # what the validator's own reading of the schema refuses: its patterns
        place = tuple(getattr(error, "instance_path", ()))
        hint = "Patterns run in linear time: without look-around and back-references, and of moderate size."
        return (_fault(document, place, _refusal(str(getattr(error, "message", error))), hint),)
    return tuple(_pointing_nowhere(document, schema, unfold(schema)))


def _meta() -> Validator:
    return Validator(json.loads(shipped.schema("kind")))


def _fault(document: Document, path: Path, message: str, hint: str = "") -> Fault:
    return Fault("kind-schema", message, document.positions.nearest(path)[0], hint)


def _refusal(message: str) -> str:
    pattern, ending, _ = message.rpartition(' is not a "regex"')
    return f"{pattern} is not a pattern that can be used" if ending else f"this cannot be checked: {message}"


def _pointing_nowhere(document: Document, schema: Mapping[str, Any], root: Field) -> Iterator[Fault]:
    """The names of fields in `x-gonogo` and `required` that the schema itself does not know."""
    gonogo = schema.get("x-gonogo", {})
    named: dict[Path, tuple[str, ...]] = {
        ("x-gonogo", "launch_date"): pointer(gonogo.get("launch_date", "")),
        ("x-gonogo", "key"): (gonogo["key"],) if "key" in gonogo else (),
        ("x-gonogo", "markets"): pointer(gonogo.get("markets", "")),
        **{
            ("x-gonogo", "authors", index): pointer(text)
            for index, text in enumerate(gonogo.get("authors", ()))
        },
    }
    of_texts = frozenset(("markets", "authors"))
    for place, parts in named.items():
        field = root
        for part in parts:
            below = field.properties.get(part)
            if below is None:
                yield _unknown(document, place, part, field)
                break
            field = below
        else:
            if parts and not field.may_be("string") and not (of_texts & set(place) and field.may_be("array")):
                yield _fault(document, place, f"`{'.'.join(parts)}` is not a text field")
    for index, name in enumerate(schema.get("required", ())):
        if name not in root.properties and root.unnamed is None:
            yield _unknown(document, ("required", index), name, root)


def _unknown(document: Document, place: Path, name: str, field: Field) -> Fault:
    meant = nearest(name, field.properties)
    question = f": did you mean `{meant}`?" if meant else ""
    return _fault(document, place, f"the schema has no field `{name}`{question}")


class _UnsoundError(Exception):
    """A path in the schema, a message and a hint."""


class _Work:
    """Follows every reference, to bound how often a validator may have to look at one value.

    Without recursion that is the number of schemas met. A schema that stands inside itself is harmless as
    long as there is one way only from a value to the same schema further down: two ways double the work with
    every level of the document.
    """

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.left = MOST_STEPS
        self.recursive: list[Path] = []
        """Where, in the values, a schema stands inside itself."""

    def measure(
        self, schema: Any, place: Path, value: Path, inside: Mapping[str, int], depth: int = 0
    ) -> None:
        """Count `schema`, which stands at `place` and concerns `value`.

        `inside` holds the references that led here, each with the length of its value's path.
        """
        self.left -= 1
        if self.left < 0 or depth > DEEPEST:
            what = f"{MOST_STEPS:,} parts" if self.left < 0 else f"{DEEPEST} levels"
            hint = "Write it with fewer references to references."
            raise _UnsoundError(place, f"this schema unfolds into more than {what}", hint)
        if not isinstance(schema, Mapping):
            return
        reference = schema.get("$ref")
        if reference is not None:
            self._follow(reference, (*place, "$ref"), value, inside, depth)
        for keyword, below, at in _parts(schema):
            part = () if keyword in _SAME_VALUE else (at[-1],) if keyword in _NAMED_VALUE else (ANY_PART,)
            self.measure(below, (*place, *at), (*value, *part), inside, depth + 1)

    def _follow(
        self, reference: str, place: Path, value: Path, inside: Mapping[str, int], depth: int
    ) -> None:
        try:
            target = resolve(self.root, reference)
        except (LookupError, TypeError):
            raise _UnsoundError(place, f"`{reference}` leads nowhere in this file") from None
        if reference not in inside:
            self.measure(target, place, value, {**inside, reference: len(value)}, depth + 1)
        elif inside[reference] == len(value):
            raise _UnsoundError(place, f"`{reference}` leads back to itself without an end")
        elif any(_may_meet(value, other) for other in self.recursive):
            message = f"the work of checking `{reference}` would double with every level of a document"
            raise _UnsoundError(place, message, "A schema may stand inside itself in one way only.")
        else:
            self.recursive.append(value)


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any, Path]]:
    """The schemas directly within a schema: keyword, schema, place."""
    for keyword in (*_SAME_VALUE, *_NAMED_VALUE, *_SOME_VALUE):
        held = schema.get(keyword)
        if isinstance(held, list):
            yield from ((keyword, below, (keyword, index)) for index, below in enumerate(held))
        elif keyword in _BY_NAME and isinstance(held, Mapping):
            yield from ((keyword, below, (keyword, name)) for name, below in held.items())
        elif held is not None:
            yield keyword, held, (keyword,)


def _may_meet(one: Path, other: Path) -> bool:
    """Whether two paths of values may lead to the same value, or one through the other."""
    return all(a == b or ANY_PART in (a, b) for a, b in zip(one, other, strict=False))

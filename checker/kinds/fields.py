"""What a JSON Schema says of each field, with references and combinators resolved.

Types for expressions, conversion, templates and descriptions all read this tree, so each of them stays
simple and they cannot disagree. It is deliberately coarser than the schema, which alone decides what is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from checker.model import Path

MOST_FIELDS = 20_000
"""A schema that unfolds into more fields is refused: references can double with every step."""
_NO_FIELDS: Mapping[str, Field] = {}


class SchemaError(Exception):
    """A schema cannot be understood: `path` is the place in the schema."""

    def __init__(self, code: str, message: str, path: Path, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.path, self.hint = code, message, path, hint


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """All that is known of the values at one place."""

    types: frozenset[str] | None = None
    """JSON Schema type names without `null` (null is absent); None: any."""
    choices: tuple[Any, ...] | None = None
    """The values of a closed set; None: not closed."""
    properties: Mapping[str, Field] = field(default_factory=lambda: _NO_FIELDS)
    required: frozenset[str] = frozenset()
    closed: bool = False
    """No other fields than `properties` (and those that `rest` describes)."""
    rest: Field | None = None
    """What the fields that are not named hold, where the schema says it."""
    item: Field | None = None
    """What a list holds."""
    may_be_empty: bool = True
    """Whether a list may have no items."""
    description: str = ""
    example: Any = None
    format: str = ""
    headings: tuple[str, ...] = ()
    shape: str = ""
    """The stated `x-shape`, or empty."""
    as_written: bool = False
    computed: bool = False
    """Filled in by the reader of the text, never by an author."""

    def only(self, name: str) -> bool:
        """Whether the values are of this one type."""
        return self.types == {name}

    @property
    def is_number(self) -> bool:
        """Whether whole numbers are to become doubles."""
        return self.types is not None and "number" in self.types

    def at(self, path: Path) -> Field:
        """What is known of a place below this one."""
        found = self
        for part in path:
            below = found.item if isinstance(part, int) else found.properties.get(part, found.rest)
            if below is None:
                return ANY
            found = below
        return found


ANY = Field()


def unfold(schema: Any) -> Field:
    """The tree of a whole schema.

    Raises SchemaError for a reference that leads nowhere, a schema that refers to itself without an end, and
    one that unfolds into too many fields. Below a reference to a schema that it stands in, anything goes.
    """
    return _Unfolding(schema).field(schema, (), ())


class _Unfolding:
    def __init__(self, root: Any) -> None:
        self.root = root
        self.left = MOST_FIELDS

    def field(self, schema: Any, path: Path, inside: tuple[str, ...]) -> Field:
        """`inside` are the references that led here."""
        self.left -= 1
        if self.left < 0:
            raise SchemaError(
                "schema-too-large", f"this schema unfolds into more than {MOST_FIELDS:,} fields", path,
                "Write the fields out once, with fewer references to references.",
            )  # fmt: skip
        if not isinstance(schema, dict):
            return ANY if schema else Field(types=frozenset(), closed=True)
        found = self._own(schema, path, inside)
        reference = schema.get("$ref")
        if reference is not None and reference not in inside:
            target, place = resolve(self.root, reference, (*path, "$ref"))
            found = both(found, self.field(target, place, (*inside, reference)))
        for branch in self._branches(schema, "allOf", path, inside):
            found = both(found, branch)
        for keyword in ("anyOf", "oneOf"):
            branches = self._branches(schema, keyword, path, inside)
            if branches:
                found = both(found, reduce(either, branches))
        for keyword in ("then", "else"):
            if keyword in schema:
                found = both(found, either(self.field(schema[keyword], (*path, keyword), inside), ANY))
        for name, branch in schema.get("dependentSchemas", {}).items():
            found = both(found, either(self.field(branch, (*path, "dependentSchemas", name), inside), ANY))
        return found

    def _branches(self, schema: Mapping[str, Any], keyword: str, path: Path, inside: tuple[str, ...]) -> list[Field]:
        branches = schema.get(keyword, ())
        return [self.field(branch, (*path, keyword, i), inside) for i, branch in enumerate(branches)]

    def _own(self, schema: Mapping[str, Any], path: Path, inside: tuple[str, ...]) -> Field:
        choices = schema.get("enum")
        if "const" in schema:
            choices = [schema["const"]]
        properties = {
            name: self.field(below, (*path, "properties", name), inside)
            for name, below in schema.get("properties", {}).items()
        }
        additional = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        rests = [
            self.field(below, (*path, "patternProperties", name), inside)
            for name, below in schema.get("patternProperties", {}).items()
        ]
        if isinstance(additional, dict):
            rests.append(self.field(additional, (*path, "additionalProperties"), inside))
        item = None
        if isinstance(schema.get("items"), dict):
            item = self.field(schema["items"], (*path, "items"), inside)
        if "prefixItems" in schema:
            item = reduce(either, self._branches(schema, "prefixItems", path, inside), item or ANY)
        return Field(
            types=_types(schema, choices),
            choices=None if choices is None else tuple(choice for choice in choices if choice is not None),
            properties=properties,
            required=frozenset(schema.get("required", ())),
            closed=additional is False,
            rest=reduce(either, rests) if rests else None,
            item=item,
            may_be_empty=not schema.get("minItems"),
            description=schema.get("description", ""),
            example=schema.get("x-example"),
            format=schema.get("format", ""),
            headings=tuple(schema.get("x-headings", ())),
            shape=schema.get("x-shape", ""),
            as_written=schema.get("x-as-written", False),
            computed=schema.get("readOnly", False),
        )


_TYPE_NAMES: Mapping[type, str] = {
    str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object",
}  # fmt: skip


def _types(schema: Mapping[str, Any], choices: Iterable[Any] | None) -> frozenset[str] | None:
    """The stated types; without them, what the other keywords speak about."""
    stated = schema.get("type")
    if stated is None and choices is not None:
        return frozenset(_TYPE_NAMES[type(choice)] for choice in choices if choice is not None)
    if stated is None:
        spoken_of = {"properties": "object", "patternProperties": "object", "items": "array"}
        implied = {name for keyword, name in spoken_of.items() if keyword in schema}
        return frozenset(implied) or None
    types = frozenset((stated,) if isinstance(stated, str) else stated) - {"null"}
    if choices is not None and "number" in types and all(type(choice) is int for choice in choices):
        return types - {"number"} | {"integer"}
    return types


def resolve(root: Any, reference: Any, path: Path) -> tuple[Any, Path]:
    """The schema that a `$ref` at `path` names, and its place; SchemaError where there is none.

    Only JSON pointers within the same file are followed: nothing is ever fetched.
    """
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        raise SchemaError(
            "schema-reference", f"`{reference}` is not a place in this file", path,
            "Only references within the file are followed, such as `#/$defs/person`.",
        )  # fmt: skip
    parts: list[str | int] = []
    found = root
    for raw in reference.split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and part in found:
            found = found[part]
            parts.append(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
            parts.append(int(part))
        else:
            raise SchemaError("schema-reference", f"`{reference}` leads nowhere in this file", path)
    return found, tuple(parts)


def both(a: Field, b: Field) -> Field:
    """What is known of values that fit `a` and `b`; what `a` says of itself (description, …) comes first."""
    if a is ANY or b is ANY:
        return b if a is ANY else a
    return replace(
        _joined(a, b, both),
        types=_common_types(a.types, b.types),
        choices=_common_choices(a.choices, b.choices),
        required=a.required | b.required,
        closed=a.closed or b.closed,
        may_be_empty=a.may_be_empty and b.may_be_empty,
    )


def either(a: Field, b: Field) -> Field:
    """What is known of values that fit `a` or `b`: a field that one of them names is known."""
    listed = a.choices is not None and b.choices is not None
    return replace(
        _joined(a, b, either),
        types=None if a.types is None or b.types is None else a.types | b.types,
        choices=(*a.choices, *(c for c in b.choices if c not in a.choices)) if listed else None,  # type: ignore[misc, operator, union-attr]
        required=a.required & b.required if _may_be(a, "object") and _may_be(b, "object") else frozenset(),
        closed=(a.closed or not _may_be(a, "object")) and (b.closed or not _may_be(b, "object")),
        may_be_empty=(a.may_be_empty and _may_be(a, "array")) or (b.may_be_empty and _may_be(b, "array")),
    )


def _joined(a: Field, b: Field, join: Callable[[Field, Field], Field]) -> Field:
    """The parts that a conjunction and a disjunction put together alike."""
    properties = dict(a.properties)
    for name, below in b.properties.items():
        properties[name] = join(properties[name], below) if name in properties else below
    return Field(
        properties=properties,
        rest=join(a.rest, b.rest) if a.rest and b.rest else a.rest or b.rest,
        item=join(a.item, b.item) if a.item and b.item else a.item or b.item,
        description=a.description or b.description,
        example=b.example if a.example is None else a.example,
        format=a.format or b.format,
        headings=a.headings or b.headings,
        shape=a.shape or b.shape,
        as_written=a.as_written or b.as_written,
        computed=a.computed or b.computed,
    )


def _may_be(a: Field, name: str) -> bool:
    return a.types is None or name in a.types


def _common_types(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    if a is None or b is None:
        return b if a is None else a
    common = a & b
    if "integer" not in common and "integer" in a | b and "number" in a | b:
        common |= {"integer"}  # every whole number is a number
    return common


def _common_choices(a: tuple[Any, ...] | None, b: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if a is None or b is None:
        return b if a is None else a
    return tuple(choice for choice in a if choice in b)

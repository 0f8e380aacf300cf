"""What a JSON Schema says of each field, with references and combinators resolved.

Types for expressions, conversion, templates and descriptions all read this tree, so each of them stays
simple and they cannot disagree. It is deliberately coarser than the schema, which alone decides what is
valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple

from checker.model import Path

_NO_FIELDS: Mapping[str, Field] = {}


class Field(NamedTuple):
    """All that is known of the values at one place."""

    types: frozenset[str] | None = None
    """JSON Schema type names without `null` (null is absent); None: any."""
    choices: tuple[Any, ...] | None = None
    """The values of a closed set; None: not closed."""
    properties: Mapping[str, Field] = _NO_FIELDS
    required: frozenset[str] = frozenset()
    rest: Field | None = None
    """What fields that are not named hold; None: there are no others."""
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
    material: bool = False
    """A change of it, or of anything in it, voids a sign-off."""
    again: frozenset[str] = frozenset()
    """References that were not followed, since they lead back to what this stands in."""

    @property
    def unnamed(self) -> Field | None:
        """The same as `rest`, also for what nothing is known of."""
        return ANY if self is ANY else self.rest

    def may_be(self, name: str) -> bool:
        """Whether a value may be of that type."""
        return self.types is None or name in self.types

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
NOTHING = Field(types=frozenset())


def unfold(root: Any, schema: Any = None) -> Field:
    """The tree of `schema`, by default the root; it must be sound (see `soundness`).

    References lead into `root`. Where a schema stands inside itself, the inner one is taken for anything.
    """
    return _Unfolding(root).field(root if schema is None else schema, ())


class _Unfolding:
    def __init__(self, root: Any) -> None:
        self.root = root

    def field(self, schema: Any, inside: tuple[str, ...]) -> Field:
        """`inside` are the references that led here."""
        if not isinstance(schema, dict):
            return ANY if schema else NOTHING
        found = self._own(schema, inside)
        reference = schema.get("$ref")
        if reference is not None and reference not in inside:
            found = both(found, self.field(resolve(self.root, reference), (*inside, reference)))
        elif reference is not None:
            found = found._replace(again=found.again | {reference})
        for branch in schema.get("allOf", ()):
            found = both(found, self.field(branch, inside))
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                branches = (self.field(branch, inside) for branch in schema[keyword])
                found = both(found, reduce(either, branches))
        conditional = [schema[keyword] for keyword in ("then", "else") if keyword in schema]
        for branch in (*conditional, *schema.get("dependentSchemas", {}).values()):
            found = both(found, either(self.field(branch, inside), ANY))
        return found

    def _own(self, schema: Mapping[str, Any], inside: tuple[str, ...]) -> Field:
        choices = [schema["const"]] if "const" in schema else schema.get("enum")
        additional = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        others = () if additional is False else (additional,)
        rests = [*schema.get("patternProperties", {}).values(), *others]
        items = [*schema.get("prefixItems", ()), *([schema["items"]] if "items" in schema else ())]
        properties = schema.get("properties", {})
        return Field(
            types=_types(schema, choices),
            choices=None if choices is None else tuple(choice for choice in choices if choice is not None),
            properties={name: self.field(below, inside) for name, below in properties.items()},
            required=frozenset(schema.get("required", ())),
            rest=reduce(either, (self.field(rest, inside) for rest in rests)) if rests else None,
            item=reduce(either, (self.field(item, inside) for item in items)) if items else None,
            may_be_empty=not schema.get("minItems"),
            description=schema.get("description", ""),
            example=schema.get("x-example"),
            format=schema.get("format", ""),
            headings=tuple(schema.get("x-headings", ())),
            shape=schema.get("x-shape", ""),
            as_written=schema.get("x-as-written", False),
            computed=schema.get("readOnly", False),
            material=schema.get("x-material", False),
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


def pointer(text: str) -> tuple[str, ...]:
    """The parts of a JSON pointer (RFC 6901), also of one behind a `#`."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def resolve(root: Any, reference: str) -> Any:
    """The schema that a `$ref` names: a JSON pointer within the same file, for nothing is ever fetched.

    Raises LookupError where there is none.
    """
    if not (reference == "#" or reference.startswith("#/")):
        raise LookupError(reference)
    found = root
    for part in pointer(reference):
        found = found[int(part)] if isinstance(found, list) and part.isdecimal() else found[part]
    return found


def both(a: Field, b: Field) -> Field:
    """What is known of values that fit `a` and `b`; what `a` says of itself (description, …) comes first."""
    if a is ANY or b is ANY:
        return b if a is ANY else a
    closed = a.unnamed is None or b.unnamed is None
    return _joined(a, b, both)._replace(
        types=_common_types(a.types, b.types),
        choices=_common_choices(a.choices, b.choices),
        required=a.required | b.required,
        rest=None if closed else _optional(a.unnamed, b.unnamed, both),
        may_be_empty=a.may_be_empty and b.may_be_empty,
    )


def either(a: Field, b: Field) -> Field:
    """What is known of values that fit `a` or `b`: a field that one of them names is known."""
    if a is b:
        return a
    objects = [field for field in (a, b) if field.may_be("object")]
    return _joined(a, b, either)._replace(
        types=None if a.types is None or b.types is None else a.types | b.types,
        choices=_all_choices(a.choices, b.choices),
        required=frozenset.intersection(*(field.required for field in objects)) if objects else frozenset(),
        rest=reduce(lambda x, y: _optional(x, y, either), (field.unnamed for field in objects), None),
        may_be_empty=any(field.may_be_empty and field.may_be("array") for field in (a, b)),
    )


Join = Callable[[Field, Field], Field]


def _optional(a: Field | None, b: Field | None, join: Join) -> Field | None:
    return join(a, b) if a and b else a or b


def _joined(a: Field, b: Field, join: Join) -> Field:
    """The parts that a conjunction and a disjunction put together alike."""
    properties = dict(a.properties)
    for name, below in b.properties.items():
        properties[name] = join(properties[name], below) if name in properties else below
    return Field(
        properties=properties,
        item=_optional(a.item, b.item, join),
        description=a.description or b.description,
        example=b.example if a.example is None else a.example,
        format=a.format or b.format,
        headings=a.headings or b.headings,
        shape=a.shape or b.shape,
        as_written=a.as_written or b.as_written,
        computed=a.computed or b.computed,
        material=a.material or b.material,
        again=a.again | b.again,
    )


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


def _all_choices(a: tuple[Any, ...] | None, b: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if a is None or b is None:
        return None
    return (*a, *(choice for choice in b if choice not in a))

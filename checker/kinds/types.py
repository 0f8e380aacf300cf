"""Kinds as types of expressions: what `subject` is when a rule is checked before it runs."""

from __future__ import annotations

from checker.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    STRING,
    EnumType,
    ListType,
    MapType,
    ObjectType,
    Type,
)
from checker.kinds.fields import ANY, Field


def object_type(name: str, field: Field) -> ObjectType:
    """The type of a mapping; `name` is unique within an environment, for types are equal by name."""
    fields = {key: type_of(f"{name}.{key}", below) for key, below in field.properties.items()}
    return ObjectType(name, fields, open=field.unnamed is not None)


def type_of(name: str, field: Field) -> Type:
    """The type of the values at one place. Where several types are possible, values are checked when met."""
    match sorted(field.types or ()):
        case ["string"]:
            listed = field.choices
            return (
                EnumType(tuple(choice for choice in listed if isinstance(choice, str))) if listed else STRING
            )
        case ["number"] | ["integer", "number"]:
            return DOUBLE
        case ["integer"]:
            return INT
        case ["boolean"]:
            return BOOL
        case ["array"]:
            return ListType(type_of(f"{name}[]", field.item or ANY), field.may_be_empty)
        case ["object"] if not field.properties and field.unnamed is not None:
            return MapType(STRING, type_of(f"{name}.*", field.unnamed))
        case ["object"]:
            return object_type(name, field)
        case _:
            return DYN

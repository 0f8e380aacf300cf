"""What a validator found, said with the words of the artifact: fields, texts, lists, numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.kinds.fields import Field, unfold
from checker.kinds.phrases import (
    alternatives,
    as_found,
    counted,
    nearest,
    plain,
    quoted,
    shown,
    subject,
    type_words,
)
from checker.model import Path

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

MOST_CHOICES = 12
"""Choices that a message lists."""


class Violation(NamedTuple):
    """One way in which a document breaks its schema."""

    code: str
    path: Path
    """What it is about; need not be present."""
    message: str
    hint: str = ""
    of_key: bool = False
    """It is about the name of the field, not about its value."""


class Context(NamedTuple):
    """What the sentences are made from."""

    schema: Any
    root: Field
    data: Any
    written: Callable[[Path], str | None]
    """The text of a value as it stands in the file."""
    nearest: Callable[[str, Iterable[str]], str] = nearest
    """The known name that was probably meant; empty when none is near. It costs most of all."""

    def value(self, path: Path) -> Any:
        """The value at a path that is present."""
        found = self.data
        for part in path:
            found = found[part]
        return found

    def keyword(self, path: Sequence[str | int]) -> Any:
        """What the schema says at `path`."""
        found = self.schema
        for part in path:
            found = found[part]
        return found


def violations(errors: Iterable[ValidationError], context: Context) -> Iterator[Violation]:
    """Every error as sentences, one by one: an error may have thousands, and wording costs the most."""
    return (violation for error in errors for violation in _translate(error, context))


def telling(violations: Iterable[Violation]) -> list[Violation]:
    """Each sentence once; where one value breaks several demands, the most telling ones only."""
    found = dict.fromkeys(violations)
    best: dict[Path, int] = {}
    for violation in found:
        rank = _RANKS.get(violation.code, 0)
        best[violation.path] = min(best.get(violation.path, rank), rank)
    return [violation for violation in found if _RANKS.get(violation.code, 0) == best[violation.path]]


_RANKS = {"schema-type": 1, "schema-empty": 2, "schema-format": 3, "schema-pattern": 3}
"""A value of another type is in no set, an empty text has no form: the lower rank says it all."""


def _translate(error: ValidationError, context: Context) -> Iterator[Violation]:
    keyword = error.kind.name
    path = tuple(error.instance_path)
    if keyword in _SEVERAL:
        yield from _SEVERAL[keyword](error, path, context)
        return
    say = _ONE.get(keyword)
    if say is None:
        code, demand = "schema-violation", f"must fit `{keyword}` of its schema"
    else:
        code, demand = say(error.kind.as_dict(), context.value(path))
    hint = _hint_for(code, path, context)
    yield Violation(code, path, f"{subject(path)} {demand}", hint)


# -- one demand on one value ------------------------------------------------------------------------

Said = tuple[str, str]
"""A code, and the sentence without its subject."""


def _type(detail: Mapping[str, Any], value: Any) -> Said:
    expected = alternatives(type_words(detail["types"]))
    return "schema-type", f"must be {expected}; found {as_found(value, detail['types'])}"


def _choice(options: Sequence[Any], value: Any) -> Said:
    names = [shown(option) for option in options[:MOST_CHOICES]]
    rest = len(options) - len(names)
    listed = alternatives(names) if not rest else f"one of {', '.join(names)} or {counted(rest, 'others')}"
    return "schema-choice", f"must be {listed}; found {as_found(value, ['string'])}"


def _least(detail: Mapping[str, Any], value: Any, things: str) -> Said:
    limit, size = detail["limit"], len(value)
    if size == 0 and limit == 1:
        return "schema-empty", "must not be empty"
    return "schema-size", f"must have at least {counted(limit, things)}; found {size}"


def _most(detail: Mapping[str, Any], value: Any, things: str) -> Said:
    return "schema-size", f"must have at most {counted(detail['limit'], things)}; found {len(value)}"


def _bound(words: str) -> Callable[[Mapping[str, Any], Any], Said]:
    return lambda detail, value: (
        "schema-range",
        f"must be {words} {shown(detail['limit'])}; found {shown(value)}",
    )


def _format(detail: Mapping[str, Any], value: Any) -> Said:
    expected = _FORMATS.get(detail["format"], f"a valid {detail['format']}")
    return "schema-format", f"must be {expected}; found {quoted(value)}"


_FORMATS = {
    "date": "a day like 2026-01-31",
    "date-time": "a moment like 2026-01-31T09:00:00Z",
    "time": "a time like 09:00:00Z",
    "uri": "an address like https://example.com",
    "email": "a mail address",
    "regex": "a regular expression",
}

_ONE: Mapping[str, Callable[[Mapping[str, Any], Any], Said]] = {
    "type": _type,
    "enum": lambda detail, value: _choice(detail["options"], value),
    "const": lambda detail, value: _choice([detail["expected_value"]], value),
    "minLength": lambda detail, value: _least(detail, value, "characters"),
    "maxLength": lambda detail, value: _most(detail, value, "characters"),
    "minItems": lambda detail, value: _least(detail, value, "items"),
    "maxItems": lambda detail, value: _most(detail, value, "items"),
    "minProperties": lambda detail, value: _least(detail, value, "fields"),
    "maxProperties": lambda detail, value: _most(detail, value, "fields"),
    "minimum": _bound("at least"),
    "maximum": _bound("at most"),
    "exclusiveMinimum": _bound("more than"),
    "exclusiveMaximum": _bound("less than"),
    "multipleOf": lambda detail, value: (
        "schema-range",
        f"must be a multiple of {shown(detail['multiple_of'])}; found {shown(value)}",
    ),
    "format": _format,
    "pattern": lambda detail, value: (
        "schema-pattern",
        f"must match the pattern {plain(detail['pattern'])}; found {quoted(value)}",
    ),
    "contains": lambda detail, value: ("schema-items", "lacks an item that its schema asks for"),
    "falseSchema": lambda detail, value: ("schema-unknown-field", "is not allowed here"),
    "not": lambda detail, value: ("schema-not", f"may not be {as_found(value, ['string'])}"),
}


# -- demands that concern several values, or point elsewhere ----------------------------------------


def _required(error: ValidationError, path: Path, context: Context) -> Iterator[Violation]:
    name = error.kind.as_dict()["property"]
    reason = ""
    if "dependentRequired" in error.schema_path:
        asked = context.keyword(error.schema_path)
        given = [other for other, needs in asked.items() if name in needs and other in context.value(path)]
        reason = f" where `{given[0]}` is given"
    below = (*path, name)
    field = context.root.at(below)
    yield Violation("schema-required", below, f"{subject(below)} is required{reason}", _described(field))


def _unknown(error: ValidationError, path: Path, context: Context) -> Iterator[Violation]:
    form = unfold(context.schema, context.keyword(error.schema_path[:-1]))
    return unknown_fields(error.kind.as_dict()["unexpected"], path, form, context)


def unknown_fields(names: Iterable[str], path: Path, form: Field, context: Context) -> Iterator[Violation]:
    """What to say of fields at `path` that its form does not know."""
    absent = [name for name in form.properties if name not in context.value(path)]
    where = f" in {subject(path)}" if path else ""
    for name in names:
        meant = context.nearest(name, absent) or context.nearest(name, form.properties)
        question = f": did you mean `{meant}`?" if meant else ""
        hint = f"Write `{meant}`, or remove the field." if meant else _other_fields(absent)
        message = f"unknown field `{plain(name)}`{where}{question}"
        yield Violation("schema-unknown-field", (*path, name), message, hint, of_key=True)


def _property_names(error: ValidationError, path: Path, context: Context) -> Iterator[Violation]:
    name = error.kind.as_dict()["error"].instance
    where = f" in {subject(path)}" if path else ""
    message = f"`{plain(str(name))}` is not allowed as the name of a field{where}"
    yield Violation("schema-unknown-field", (*path, name), message, of_key=True)


def _repeated(error: ValidationError, path: Path, context: Context) -> Iterator[Violation]:
    seen: dict[str, int] = {}
    for index, item in enumerate(context.value(path)):
        first = seen.setdefault(json.dumps(_comparable(item), sort_keys=True), index)
        if first != index:
            there = subject((*path, first))
            message = f"{subject((*path, index))} repeats {there}: {as_found(item, ['string'])}"
            yield Violation("schema-repeated", (*path, index), message, "Remove one of them.")


def _comparable(value: Any) -> Any:
    """The value with whole numbers alike, however they are written: `1` and `1.0` are one."""
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _one_of_forms(error: ValidationError, path: Path, context: Context) -> Iterator[Violation]:
    """One sentence for a value that fits none of several forms, or the faults of the form that was meant."""
    branches: list[list[ValidationError]] = error.kind.as_dict()["context"]
    forms = context.keyword(error.schema_path)
    where = f" in {subject(path)}" if path else ""
    fitting = [form for form, branch in zip(forms, branches, strict=True) if not branch]
    if fitting:
        names = [
            f"`{name}`" for form in fitting if isinstance(form, dict) for name in form.get("required", ())
        ]
        telling = f"only one of {' and '.join(names)} may be given{where}"
        vague = f"{subject(path)} fits several of the forms that exclude each other"
        yield Violation("schema-form", path, telling if len(names) >= len(fitting) else vague)
        return
    inside = [inner for branch in branches for inner in branch]
    if all(inner.kind.name == "required" and tuple(inner.instance_path) == path for inner in inside):
        missing = [
            " with ".join(f"`{inner.kind.as_dict()['property']}`" for inner in branch) for branch in branches
        ]
        yield Violation("schema-required", path, f"{alternatives(missing)} is required{where}")
        return
    meant = [branch for branch in branches if not any(_tells_apart(inner, path) for inner in branch)]
    if meant:
        closest = min(meant, key=len)
        yield from (violation for inner in closest for violation in _translate(inner, context))
        return
    yield _none_meant(branches, path, context)


def _tells_apart(error: ValidationError, path: Path) -> bool:
    """Whether an error says that another form was meant: a wrong type or constant here, or one just below."""
    below = len(error.instance_path) - len(path)
    return (below == 0 and error.kind.name in ("type", "enum", "const")) or (
        below == 1 and error.kind.name in ("enum", "const")
    )


def _none_meant(branches: Sequence[Sequence[ValidationError]], path: Path, context: Context) -> Violation:
    """The value is of no form: name what each of them asks for."""
    telling = [[inner for inner in branch if _tells_apart(inner, path)] for branch in branches]
    of_type = [branch for branch in telling if all(len(inner.instance_path) > len(path) for inner in branch)]
    if of_type:  # the forms that the value's type fits are told apart by a constant in it
        inner_path = tuple(of_type[0][0].instance_path)
        alike = [inner for branch in of_type for inner in branch if tuple(inner.instance_path) == inner_path]
        code, demand = _choice([o for inner in alike for o in _options(inner)], context.value(inner_path))
        return Violation(code, inner_path, f"{subject(inner_path)} {demand}")
    expected: dict[str, None] = {}
    for branch in telling:
        options = [shown(option) for inner in branch for option in _options(inner)]
        types = [
            name for inner in branch if inner.kind.name == "type" for name in inner.kind.as_dict()["types"]
        ]
        expected.update(dict.fromkeys(options or type_words(types)))
    demand = f"must be {alternatives(list(expected))}; found {as_found(context.value(path), ['string'])}"
    return Violation("schema-type", path, f"{subject(path)} {demand}")


def _options(error: ValidationError) -> Sequence[Any]:
    """The constants that an error asks for; none unless it asks for constants."""
    detail = error.kind.as_dict()
    if error.kind.name == "const":
        return [detail["expected_value"]]
    return list(detail.get("options", ()))


_SEVERAL: Mapping[str, Callable[[ValidationError, Path, Context], Iterator[Violation]]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "unevaluatedProperties": _unknown,
    "propertyNames": _property_names,
    "uniqueItems": _repeated,
    "anyOf": _one_of_forms,
    "oneOf": _one_of_forms,
}


# -- hints ------------------------------------------------------------------------------------------


def _hint_for(code: str, path: Path, context: Context) -> str:
    field, value, written = context.root.at(path), context.value(path), context.written(path)
    scalar = not isinstance(value, (dict, list))
    if code == "schema-type" and scalar and field.types == frozenset(("array",)):
        return f"Write it as a list: [{plain(written)}]." if written else "Write it as a list."
    if code == "schema-type" and scalar and field.types == frozenset(("string",)) and written:
        return f'Put it in quotes: "{written}".'
    if code == "schema-type" and not path and field.properties:
        first = min(field.required, default=min(field.properties))
        return f"Write fields and their values, such as `{first}: …`."
    if code == "schema-choice" and isinstance(value, str):
        meant = context.nearest(value, [choice for choice in field.choices or () if isinstance(choice, str)])
        if meant:
            return f"Did you mean {meant}?"
    return _described(field)


def _described(field: Field) -> str:
    """What the field means, with an example where there is one."""
    example = "" if field.example is None else f"For example: {shown(field.example)}"
    return " ".join(part for part in (field.description, example) if part)


def _other_fields(known: Sequence[str]) -> str:
    if not known:
        return "Remove the field."
    names = ", ".join(known[:MOST_CHOICES]) + (", …" if len(known) > MOST_CHOICES else "")
    return f"Remove the field; those that may still be added here are {names}."

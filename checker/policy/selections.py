"""What a workspace collects: selections of subjects, and the facts that are derived of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from checker import cel
from checker.kinds import Kind, fields
from checker.kinds.phrases import suggestion
from checker.model import Path
from checker.policy import language, reading
from checker.policy.loading import Loading, listed
from checker.policy.policies import Expression


class Selection(NamedTuple):
    """One entry of `subjects`: where subjects of a kind are found."""

    kind: Kind
    patterns: tuple[str, ...]
    exclude: tuple[str, ...]
    id: cel.Program | None
    product: cel.Program | None
    format: str | None
    records: Path
    optional: bool
    at: Path
    """Its place in the configuration."""


class Derived(NamedTuple):
    """A fact of a kind's subjects that is computed from others."""

    kind: str
    field: str
    expression: Expression
    """Over subject, product and data."""


def selections(state: Loading, source: reading.Source) -> Iterable[Selection]:
    """The selections that a configuration states, the register of products first."""

    def program(raw: Mapping[str, Any], at: Path, kind: Kind) -> cel.Program | None:
        text = raw.get(str(at[-1]))
        if text is None:
            return None
        found: cel.Program | None = None
        try:
            found = _selecting(kind, listed(raw["files"])).compile(text)
            issues = found.issues
        except cel.CompileError as error:
            issues = error.issues
        state.diagnostics += (reading.issue_diagnostic(source, at, issue) for issue in issues)
        if found and not (
            found.result_type in (cel.STRING, cel.DYN) or isinstance(found.result_type, cel.EnumType)
        ):
            message = f"`{at[-1]}` must be text; this gives {found.result_type.words}"
            state.diagnostics.append(source.diagnostic("type", message, at, "Write string(…) around it."))
        return found

    register = listed(source.data.get("products"))
    product = state.kind("product")
    if register and product:
        yield Selection(product, register, (), None, None, None, ("products",), False, ("products",))
    for index, raw in enumerate(source.data.get("subjects", ())):
        at: Path = ("subjects", index)
        kind = state.kind(raw["kind"])
        if kind is None:
            state.unknown_kind(source, raw["kind"], (*at, "kind"))
            continue
        yield Selection(
            kind,
            listed(raw["files"]),
            listed(raw.get("exclude")),
            program(raw, (*at, "id"), kind),
            program(raw, (*at, "product"), kind),
            raw.get("format"),
            fields.pointer(raw.get("records", "")),
            raw.get("optional", False),
            at,
        )


_CAPTURE = re.compile(r"\{(\w+)\}")


def _selecting(kind: Kind, patterns: Iterable[str]) -> cel.Environment:
    """What the `id` and `product` of a selection may name."""
    captured = {name: cel.STRING for pattern in patterns for name in _CAPTURE.findall(pattern)}
    path = cel.ObjectType("path", {**captured, "file": cel.STRING, "folder": cel.STRING}, open=False)
    return cel.Environment({"path": path, "subject": kind.type}, absent_has=True)


def derived(state: Loading, source: reading.Source) -> Iterable[Derived]:
    """The facts that a configuration derives, those of products first."""
    for name, fields_ in sorted(source.data.get("derive", {}).items(), key=lambda pair: pair[0] != "product"):
        kind = state.kind(name)
        if kind is None:
            state.unknown_kind(source, name, ("derive", name))
            continue
        product = state.kind("product")
        environment = language.derivation_environment(kind.type, product.type if product else cel.DYN)
        for field, text in fields_.items():
            at: Path = ("derive", name, field)
            known = kind.type.fields.get(field)
            if known is None and not kind.open:
                hint = suggestion(field, tuple(kind.type.fields))
                message = f"the kind `{name}` has no field `{field}`"
                span = source.key_span(at)
                state.diagnostics.append(source.diagnostic("unknown-field", message, span, hint))
            try:
                program = environment.compile(text)
            except cel.CompileError as error:
                state.diagnostics += (reading.issue_diagnostic(source, at, issue) for issue in error.issues)
                continue
            yield Derived(kind.name, field, Expression(program, at))

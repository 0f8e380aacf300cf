"""A rule, explained: what it asks for and why, what it reads, what may be set, what binds it, how to fix."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from checker import cel
from checker.authoring.catalogue import Entry, columns
from checker.kinds import Kind
from checker.kinds.describe import type_words
from checker.kinds.fields import Field
from checker.model import Location, Path, Result
from checker.policy import language, lint
from checker.policy.policies import Expression, Param, ParamValue, Policy, Rule
from checker.policy.workspace import Workspace

WIDTH = 100
"""Columns of running text."""

_OUTCOMES = {"fail": 0, "error": 1, "pass": 2, "not-applicable": 3}
_MOST_SUBJECTS = 20
"""Of each outcome; `gonogo check --rule` shows the rest."""


def explain(entry: Entry, workspace: Workspace | None, product: Kind | None) -> str:
    """All that is written about a rule; `product` is the kind of the register."""
    info = entry.info
    head = f"severity {info.severity}, about {entry.kind.name}, {_origin(entry)}"
    parts = [f"{info.id}: {info.title}\n{head}\n"]
    if info.description:
        parts.append(_section("Why", _paragraph(info.description)))
    if entry.policy and entry.rule:
        parts.append(_section("Asks", _asks(entry.policy, entry.rule)))
        parts.append(_section("Reads", columns(list(_reads(entry, product)), "  ")))
        if entry.policy.params:
            parts.append(_section("Parameters", columns(list(_params(entry, workspace)), "  ")))
    if info.controls:
        parts.append(_section("Serves", _paragraph(", ".join(info.controls))))
    parts.append(_section("Counts", _counts(entry)))
    if info.fix:
        parts.append(_section("Fix", _paragraph(info.fix) + _mend(entry)))
    return "\n".join(part for part in parts if part)


def _origin(entry: Entry) -> str:
    if entry.policy is None:
        return "brought by the kind itself"
    return f"policy {entry.written}, pack {entry.info.pack}"


def _section(title: str, body: str) -> str:
    return f"{title}\n{body}" if body else ""


def _paragraph(text: str) -> str:
    lines = (
        textwrap.fill(part, WIDTH, initial_indent="  ", subsequent_indent="  ") for part in text.splitlines()
    )
    return "\n".join(lines) + "\n"


def _where(location: Location) -> str:
    return f"{location.path}:{location.span.line}" if location.span else location.path


def _expressions(policy: Policy, rule: Rule) -> Iterator[tuple[str, Expression]]:
    stated = (
        ("when", policy.when),
        ("when", rule.when),
        ("each", rule.each),
        ("key", rule.key),
        ("assert", rule.condition),
    )
    return ((name, expression) for name, expression in stated if expression is not None)


def _asks(policy: Policy, rule: Rule) -> str:
    lines = []
    for name, expression in _expressions(policy, rule):
        place = policy.source.location(expression.at)
        lines.append(f"  {name} ({_where(place)})")
        lines += textwrap.indent(expression.program.text.strip(), "    ").splitlines()
    if effective := rule.effective or policy.effective:
        lines.append(f"  in effect from {effective}; before that day its failures are announced, not counted")
    return "\n".join(lines) + "\n"


def _mend(entry: Entry) -> str:
    """What the fix can do by itself: which field it sets, and to what."""
    if entry.policy is None or entry.rule is None or entry.rule.mend is None:
        return ""
    value, pointer = entry.rule.mend
    place = entry.policy.source.location(value.at)
    field = "".join(f"/{part}" for part in pointer)
    text = textwrap.indent(value.program.text.strip(), "    ")
    return f"  set {field} ({_where(place)})\n{text}\n"


def _reads(entry: Entry, product: Kind | None) -> Iterator[tuple[str, str, str]]:
    """Each field that the expressions read, with its type and what it means."""
    assert entry.policy is not None, "a kind's own rules read no fields"
    assert entry.rule is not None, "a policy has rules"
    roots: dict[str, Field] = {"subject": entry.kind.fields, "old": entry.kind.fields}
    if product is not None:
        roots["product"] = product.fields
    if entry.rule.each is not None:
        roots |= _item(entry.rule.each.program, entry.kind)
    read: dict[tuple[str, Path], None] = {}
    for _, expression in _expressions(entry.policy, entry.rule):
        for reference in expression.program.references:
            path = tuple(part if isinstance(part, str) else 0 for part in reference.path)
            read[reference.root, path] = None
    for root, path in read:
        name = ".".join([root, *(str(part) for part in path if isinstance(part, str))])
        if root in roots and path:
            field = roots[root].at(path)
            yield name, type_words(field), field.description or "-"
        elif root == "params" and path:
            param = entry.policy.params.get(str(path[0]))
            yield name, "parameter", (param.description if param else "") or "see below"
        elif root in language.VARIABLES:
            yield name, "variable", language.VARIABLES[root]
    programs = (expression.program for _, expression in _expressions(entry.policy, entry.rule))
    named = {kind: None for program in programs for _, _, kind in lint.named_kinds(program)}
    yield from ((kind, "kind", "Other subjects, found by `lookup` or `related`.") for kind in named)


def _item(each: cel.Program, kind: Kind) -> dict[str, Field]:
    """What `item` is, where the list is a field of the subject."""
    for reference in each.references:
        if reference.root == "subject":
            field = kind.fields.at(tuple(reference.path))
            return {"item": field.item} if field.item else {}
    return {}


def _params(entry: Entry, workspace: Workspace | None) -> Iterator[tuple[str, str]]:
    assert entry.policy is not None, "only policies have parameters"
    for param in entry.policy.params.values():
        at = entry.policy.source.span(("params", param.name))
        default = _where(Location(entry.policy.source.path, at))
        yield f"{param.name} = {_value(param.default)}", f"the default, {default}{_limits(param)}"
        for value, place in _overrides(entry, param, workspace):
            yield f"{param.name} = {_value(value)}", place


def _overrides(entry: Entry, param: Param, workspace: Workspace | None) -> Iterator[tuple[ParamValue, str]]:
    """Where the workspace and its gates set a parameter, the weakest first."""
    assert entry.policy is not None, "only policies have parameters"
    if workspace is not None:
        values: Mapping[str, ParamValue] = workspace.params.get(entry.policy.id, {})
        if param.name in values:
            at = workspace.source.span(("params", entry.policy.id, param.name))
            yield values[param.name], f"set in {_where(Location(workspace.source.path, at))}"
    for gate, binding in entry.bindings:
        if param.name in binding.params:
            at = gate.source.span(("binds", binding.position, "params", param.name))
            yield (
                binding.params[param.name],
                f"set for gate {gate.id} in {_where(Location(gate.source.path, at))}",
            )


def _value(value: ParamValue) -> str:
    return cel.format_value(value)


def _limits(param: Param) -> str:
    stated = []
    if param.minimum is not None:
        stated.append(f"at least {param.minimum:g}")
    if param.maximum is not None:
        stated.append(f"at most {param.maximum:g}")
    return f", {', '.join(stated)}" if stated else ""


def _counts(entry: Entry) -> str:
    if not entry.bindings:
        return "  always, and its failure blocks: no gate binds it\n"
    rows = []
    for gate, binding in entry.bindings:
        at = gate.source.span(("binds", binding.position))
        stage = gate.lifecycle.stages[gate.leads_to] if gate.lifecycle and gate.leads_to is not None else ""
        since = f"once the stage {stage} is reached" if stage else "always"
        rows.append((f"{binding.enforcement} at {gate.id}", since, _where(Location(gate.source.path, at))))
    return columns(rows, "  ")


def standing(results: Sequence[Result]) -> str:
    """How a rule stands on each subject: outcome, place, and the values that decided it."""
    by_outcome: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda result: _OUTCOMES[result.outcome]):
        by_outcome.setdefault(result.outcome, []).append(result)
    lines: list[str] = []
    for outcome, found in by_outcome.items():
        for result in found[:_MOST_SUBJECTS]:
            lines += _stands(result)
        if hidden := len(found) - _MOST_SUBJECTS:
            lines += [f"  {outcome}  {hidden:,} more"] if hidden > 0 else []
    return "\n".join(lines) + "\n" if lines else "  on nothing: no subject of its kind is there\n"


def _stands(result: Result) -> Iterable[str]:
    location = result.location
    place = f"{_where(location)}:{location.span.column}" if location.span else location.path
    element = f"[{result.key}]" if result.key else ""
    announced = " (upcoming)" if result.enforcement == "upcoming" else ""
    yield _one_line(
        f"  {result.outcome}{announced}  {result.subject.kind} {result.subject.id}{element}  {place}"
    )
    if result.outcome in ("pass", "not-applicable"):
        return
    yield _one_line(f"    {result.message}")
    for reason in result.reasons:
        if reason.text != result.message:
            yield _one_line(f"    why: {reason.text}")
        for seen in reason.seen:
            yield _one_line(f"    {seen.expression} is {seen.value}")


def _one_line(text: str) -> str:
    """What an artifact says must not look like a line of ours."""
    return " ".join(filter(None, text.splitlines()))

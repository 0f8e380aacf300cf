"""Policies and rules: a `*.policy.yaml` becomes compiled rules, or diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date as Day
from typing import Any, NamedTuple

from checker import cel
from checker.kinds import Kind
from checker.kinds.phrases import nearest
from checker.model import SEVERITIES, Diagnostic, Path, Severity
from checker.policy import language, lint, template
from checker.policy.reading import Source, offset_span

ParamValue = str | int | float | bool | list[Any]


class Param(NamedTuple):
    """A value of a policy that a gate or the workspace may override."""

    name: str
    default: ParamValue
    minimum: float | None = None
    maximum: float | None = None
    description: str = ""

    def refusal(self, value: ParamValue) -> str:
        """Why `value` may not replace the default; empty when it may."""
        if _family(value) != _family(self.default):
            return f"{self.name} must be {_family(self.default)}; found {cel.format_value(value)}"
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                return f"{self.name} must be at least {self.minimum:g}; found {value}"
            if self.maximum is not None and value > self.maximum:
                return f"{self.name} must be at most {self.maximum:g}; found {value}"
        return ""


def _family(value: ParamValue) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, float):
        return "a number"
    return "a list" if isinstance(value, list) else "a text"


class Expression(NamedTuple):
    """A compiled expression and where it is written."""

    program: cel.Program
    at: Path
    """Its place in the policy's document."""


class Rule(NamedTuple):
    """One assertion with a permanent id."""

    id: str
    title: template.Template
    title_text: str
    condition: Expression
    """`assert`."""
    when: Expression | None
    each: Expression | None
    key: Expression | None
    pointer: Path | None
    """`at`: below the subject, or below the element for a rule with each."""
    message: template.Template | None
    fix: template.Template | None
    fix_text: str
    severity: Severity
    controls: tuple[str, ...]
    effective: Day | None
    allow_empty: bool
    description: str
    at: Path
    """Its place in the policy's document."""
    reads_old: bool
    """True: it compares with the base revision."""


class Policy(NamedTuple):
    """A versioned set of rules about one kind."""

    id: str
    version: str
    title: str
    description: str
    owner: str
    kind: Kind
    when: Expression | None
    effective: Day | None
    params: Mapping[str, Param]
    rules: tuple[Rule, ...]
    pack: str
    source: Source


def compile_policy(
    source: Source, pack: str, kind: Kind, product: Kind | None
) -> tuple[Policy | None, tuple[Diagnostic, ...]]:
    """Compile a policy that its schema found sound; any error among the diagnostics gives no policy.

    `kind` is what it is about, `product` the kind of the variable of that name.
    """
    return _Compiler(source, pack, kind, product).policy()


class _Compiler:
    """Holds what the parts of one policy share while it is compiled."""

    def __init__(self, source: Source, pack: str, kind: Kind, product: Kind | None) -> None:
        self.source, self.pack, self.kind = source, pack, kind
        self.product_type: cel.Type = product.type if product else cel.DYN
        self.diagnostics: list[Diagnostic] = []
        self.environments: dict[cel.Type | None, cel.Environment] = {}

    def policy(self) -> tuple[Policy | None, tuple[Diagnostic, ...]]:
        data = self.source.data
        self.params = {name: self._param(name, raw) for name, raw in data.get("params", {}).items()}
        self.param_types = {name: _param_type(param.default) for name, param in self.params.items()}
        self.when = self._expression(("when",), data, cel.BOOL)
        rules = tuple(self._rule(("rules", i), raw) for i, raw in enumerate(data["rules"]))
        if any(d.level == "error" for d in self.diagnostics):
            return None, tuple(self.diagnostics)
        return (
            Policy(
                data["policy"],
                data["version"],
                data["title"],
                data.get("description", ""),
                data["owner"],
                self.kind,
                self.when,
                self._day(("effective", "from"), data.get("effective")),
                self.params,
                tuple(rule for rule in rules if rule),
                self.pack,
                self.source,
            ),
            tuple(self.diagnostics),
        )

    def _rule(self, at: Path, raw: dict[str, Any]) -> Rule | None:
        each = self._expression((*at, "each"), raw, None)
        item = None
        if "each" in raw:
            item = _element_type(each.program.result_type) if each else cel.DYN
            if item is None:
                self.diagnostics.append(
                    self.source.diagnostic(
                        "type", "`each` needs a list", (*at, "each"), "Name a field that is a list."
                    )
                )
                item = cel.DYN
        condition = self._expression((*at, "assert"), raw, cel.BOOL, item)
        when = self._expression((*at, "when"), raw, cel.BOOL, item)
        key = self._expression((*at, "key"), raw, None, item)
        if condition and not raw.get("allow_empty", False):
            self._emptiness(condition, (self.when, when))
        title = self._template((*at, "title"), raw, item)
        message = self._template((*at, "message"), raw, item)
        fix = self._template((*at, "fix"), raw, item)
        if condition is None or title is None:
            return None
        severity: Severity = raw.get("severity", "medium")
        assert severity in SEVERITIES
        return Rule(
            raw["id"],
            title,
            raw["title"],
            condition,
            when,
            each,
            key,
            pointer(raw["at"]) if "at" in raw else None,
            message,
            fix,
            raw.get("fix", ""),
            severity,
            (*self.source.data.get("controls", ()), *raw.get("controls", ())),
            self._day((*at, "effective", "from"), raw.get("effective")),
            raw.get("allow_empty", False),
            raw.get("description", ""),
            at,
            any(
                e is not None and e.program.variables & {"old", "is_new"}
                for e in (condition, when, each, key)
            ),
        )

    def _param(self, name: str, raw: Any) -> Param:
        if not isinstance(raw, dict):
            return Param(name, raw)
        param = Param(name, raw["default"], raw.get("min"), raw.get("max"), raw.get("description", ""))
        refusal = param.refusal(param.default)
        if refusal:
            self.diagnostics.append(
                self.source.diagnostic(
                    "param-range", refusal, ("params", name), "Move the default or its limits."
                )
            )
        return param

    def _day(self, at: Path, raw: dict[str, Any] | None) -> Day | None:
        if raw is None:
            return None
        try:
            return Day.fromisoformat(raw["from"])
        except ValueError:
            self.diagnostics.append(
                self.source.diagnostic(
                    "date", f"{raw['from']} is not a day of the calendar", at, "Write YYYY-MM-DD."
                )
            )
            return None

    def _environment(self, item: cel.Type | None) -> cel.Environment:
        if item not in self.environments:
            self.environments[item] = language.environment(
                self.kind.type, self.product_type, self.param_types, item
            )
        return self.environments[item]

    def _expression(
        self, at: Path, raw: Mapping[str, Any], wanted: cel.Type | None, item: cel.Type | None = None
    ) -> Expression | None:
        text = raw.get(str(at[-1]))
        if text is None:
            return None
        try:
            program = self._environment(item).compile(text)
        except cel.CompileError as error:
            self._issues(at, text, error.issues)
            return None
        self._issues(at, text, program.issues)
        if wanted is cel.BOOL and program.result_type not in (cel.BOOL, cel.DYN):
            self.diagnostics.append(
                self.source.diagnostic(
                    "type",
                    f"`{at[-1]}` must be true or false; this gives {program.result_type.words}",
                    at,
                    "Compare it with something.",
                )
            )
        for start, end in lint.null_comparisons(program):
            self.diagnostics.append(
                self.source.diagnostic(
                    "null-comparison",
                    "null is absent, so a comparison with null never says what it seems to",
                    offset_span(self.source, at, start, end),
                    "Write has(x) or filled(x).",
                )
            )
        return Expression(program, at)

    def _template(self, at: Path, raw: Mapping[str, Any], item: cel.Type | None) -> template.Template | None:
        text = raw.get(str(at[-1]))
        if text is None:
            return None
        try:
            return template.parse(text, self._environment(item))
        except template.TemplateError as error:
            self._issues(at, text, error.issues)
            return None

    def _issues(self, at: Path, text: str, issues: tuple[cel.Issue, ...]) -> None:
        for issue in issues:
            span = offset_span(self.source, at, issue.start, issue.end)
            hint = issue.hint
            if issue.level == "error" and _cut_by_comment(self.source, at):
                hint = 'YAML reads " #" as the beginning of a comment: put the whole expression in quotes.'
            self.diagnostics.append(
                self.source.diagnostic(
                    "expression", issue.message, span, hint, warning=issue.level == "warning"
                )
            )

    def _emptiness(self, condition: Expression, whens: Iterable[Expression | None]) -> None:
        guards = [when.program for when in whens if when]
        for start, end, text in lint.unguarded_lists(condition.program, guards):
            self.diagnostics.append(
                self.source.diagnostic(
                    "empty-passes",
                    f"this holds when {text} is empty",
                    offset_span(self.source, condition.at, start, end),
                    f"Add `size({text}) > 0 &&`, or `allow_empty: true` to the rule where empty is fine.",
                    warning=True,
                )
            )


def _param_type(default: ParamValue) -> cel.Type:
    if isinstance(default, bool):
        return cel.BOOL
    if isinstance(default, int):
        return cel.INT
    if isinstance(default, float):
        return cel.DOUBLE
    return cel.ListType(cel.DYN) if isinstance(default, list) else cel.STRING


def _element_type(type_: cel.Type) -> cel.Type | None:
    if isinstance(type_, cel.ListType):
        return type_.element
    return cel.DYN if type_ == cel.DYN else None


def _cut_by_comment(source: Source, at: Path) -> bool:
    """True when a plain text at `at` is followed by a comment on its line."""
    span = source.document.positions.value(at)
    if span is None:
        return False
    line = source.reading.text.splitlines()[span.end_line - 1]
    return (
        line[span.column - 1 : span.column] not in "\"'|>"
        and re.match(r"\s+#", line[span.end_column - 1 :]) is not None
    )


def pointer(text: str) -> Path:
    """A JSON pointer (RFC 6901) as a path; parts that are whole numbers become list indexes."""
    parts = (part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])
    return tuple(int(part) if part.isdigit() else part for part in parts)


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """`Did you mean …?` for the nearest known word; empty when none is near."""
    near = nearest(word, known)
    return f"Did you mean `{near}`?" if near else ""

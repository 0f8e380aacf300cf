"""Policies and rules: a `*.policy.yaml` becomes compiled rules, or diagnostics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date as Day
from typing import Any, NamedTuple

from checker import cel
from checker.kinds import Kind, fields
from checker.kinds.phrases import suggestion
from checker.model import SEVERITIES, Diagnostic, Path, Severity, Span
from checker.policy import language, lint, template
from checker.policy.reading import Source, day, issue_diagnostic, offset_span

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
        value = self.fitted(value)
        found = f"; found {cel.format_value(value)}"
        if _family(value) != _family(self.default):
            return f"{self.name} must be {_family(self.default)}{found}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                return f"{self.name} must be at least {cel.format_value(self.minimum)}{found}"
            if self.maximum is not None and value > self.maximum:
                return f"{self.name} must be at most {cel.format_value(self.maximum)}{found}"
        return ""

    def fitted(self, value: ParamValue) -> ParamValue:
        """A whole number as the double that the default is."""
        return float(value) if type(value) is int and isinstance(self.default, float) else value


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


class Mend(NamedTuple):
    """What a rule's `fix` can do by itself."""

    value: Expression
    """`set`: what should stand there; a text, a number or a truth value."""
    pointer: Path
    """`at`: below the subject, or below the element for a rule with each."""


class Rule(NamedTuple):
    """One assertion with a permanent id."""

    id: str
    title: template.Template
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
    waivable: bool = True
    """False: no waiver keeps its failure from blocking."""
    mend: Mend | None = None


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
    source: Source, pack: str, kind: Kind, product: Kind | None, kind_names: Collection[str]
) -> tuple[Policy | None, tuple[Diagnostic, ...]]:
    """Compile a policy that its schema found sound; any error among the diagnostics gives no policy.

    `kind` is what it is about, `product` the kind of the variable of that name, and `kind_names` are all that
    it may look up.
    """
    return _Compiler(source, pack, kind, product, kind_names).policy()


class _Compiler:
    """Holds what the parts of one policy share while it is compiled."""

    def __init__(
        self, source: Source, pack: str, kind: Kind, product: Kind | None, kind_names: Collection[str]
    ) -> None:
        self.source, self.pack, self.kind, self.kind_names = source, pack, kind, kind_names
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
                self._report("type", "`each` needs a list", (*at, "each"), "Name a field that is a list.")
                item = cel.DYN
        condition = self._expression((*at, "assert"), raw, cel.BOOL, item)
        when = self._expression((*at, "when"), raw, cel.BOOL, item)
        key = self._expression((*at, "key"), raw, None, item)
        if condition:
            self._rarely_meant(condition, (self.when, when), raw.get("allow_empty", False))
        title = self._template((*at, "title"), raw, item)
        if title is not None and title.variables - {"params"}:
            hint = "A title stands for all subjects; what differs goes into `message`."
            self._report("title", "a title can only name params", (*at, "title"), hint)
        message = self._template((*at, "message"), raw, item)
        # `fix: text` is short for `fix: { text: … }`.
        fix, in_fix = (raw["fix"], (*at, "fix")) if isinstance(raw.get("fix"), dict) else ({}, at)
        fix_text = self._template((*in_fix, "text") if fix else (*at, "fix"), fix or raw, item)
        pointer = self._pointer((*at, "at"), raw, item)
        mend = self._mend(in_fix, fix, pointer, item)
        if condition is None or title is None:
            return None
        severity: Severity = raw.get("severity", "medium")
        assert severity in SEVERITIES
        return Rule(
            raw["id"],
            title,
            condition,
            when,
            each,
            key,
            pointer,
            message,
            fix_text,
            fix["text"] if fix else raw.get("fix", ""),
            severity,
            (*self.source.data.get("controls", ()), *raw.get("controls", ())),
            self._day((*at, "effective", "from"), raw.get("effective")),
            raw.get("allow_empty", False),
            raw.get("description", ""),
            at,
            any(
                e is not None and e.program.variables & {"old", "is_new"}
                for e in (self.when, condition, when, each, key, mend.value if mend else None)
            ),
            raw.get("waivable", True),
            mend,
        )

    def _mend(
        self, at: Path, raw: dict[str, Any], otherwise: Path | None, item: cel.Type | None
    ) -> Mend | None:
        """The `set` of a `fix`; `otherwise` is where the rule points."""
        value = self._expression((*at, "set"), raw, None, item)
        if value is None:
            return None
        pointer = self._pointer((*at, "at"), raw, item) if "at" in raw else otherwise
        if not pointer:
            hint = "Add `at: /field` to `fix`, or to the rule."
            self._report("mend", "`set` does not say which field it is about", (*at, "set"), hint)
            return None
        wanted, given = self._type_at(pointer, item), cel.types.base(value.program.result_type)
        if given not in _SCALARS:
            message = f"`set` must give a text, a number or a truth value; this gives {given.words}"
            self._report("mend", message, (*at, "set"), "A list or a map is mended by a person.")
        elif not (cel.types.assignable(given, wanted) or (wanted, given) == (cel.DOUBLE, cel.INT)):
            message = f"the field holds {wanted.words}; `set` gives {given.words}"
            self._report("mend", message, (*at, "set"), "Give what the field can hold.")
        return Mend(value, pointer)

    def _report(
        self, code: str, message: str, at: Path | Span, hint: str = "", *, warning: bool = False
    ) -> None:
        self.diagnostics.append(self.source.diagnostic(code, message, at, hint, warning=warning))

    def _pointer(self, at: Path, raw: dict[str, Any], item: cel.Type | None) -> Path | None:
        """`at`, held against the fields of the subject, or of the element."""
        return self._field(raw["at"], at, item) if "at" in raw else None

    def _field(self, text: str, at: Path | Span, item: cel.Type | None = None) -> Path:
        """The path that a JSON pointer gives; a field that is not in the schema is reported at `at`."""
        path = pointer(text)
        for length, part in enumerate(path):
            holder = self._type_at(path[:length], item)
            if isinstance(holder, cel.ObjectType) and not holder.open and str(part) not in holder.fields:
                hint = suggestion(str(part), tuple(holder.fields))
                self._report("unknown-field", f"`{holder.name}` has no field `{part}`", at, hint)
                break
        return path

    def _type_at(self, path: Path, item: cel.Type | None) -> cel.Type:
        """The type of what a pointer leads to."""
        type_: cel.Type = item or self.kind.type
        for part in path:
            if isinstance(type_, cel.ObjectType):
                type_ = type_.fields.get(str(part), cel.DYN)
            else:
                type_ = _element_type(type_) or cel.DYN
        return type_

    def _param(self, name: str, raw: Any) -> Param:
        if not isinstance(raw, dict):
            return Param(name, raw)
        param = Param(name, raw["default"], raw.get("min"), raw.get("max"), raw.get("description", ""))
        refusal = param.refusal(param.default)
        if refusal:
            self._report("param-range", refusal, ("params", name), "Move the default or its limits.")
        return param

    def _day(self, at: Path, raw: dict[str, Any] | None) -> Day | None:
        return day(self.source, at, raw["from"] if raw else None, self.diagnostics)

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
            self._issues(at, error.issues)
            return None
        self._issues(at, program.issues)
        if wanted is cel.BOOL and program.result_type not in (cel.BOOL, cel.DYN):
            message = f"`{at[-1]}` must be true or false; this gives {program.result_type.words}"
            self._report("type", message, at, "Compare it with something.")
        for start, end in lint.null_comparisons(program):
            message = "null is absent, so a comparison with null never says what it seems to"
            span = offset_span(self.source, at, start, end)
            self._report("null-comparison", message, span, "Write has(x) or filled(x).")
        for start, end, name in lint.named_kinds(program):
            if name not in self.kind_names:
                span = offset_span(self.source, at, start, end)
                hint = suggestion(name, tuple(self.kind_names)) or "gonogo schema --list names the kinds."
                self._report("unknown-kind", f"there is no kind `{name}`", span, hint)
        for start, end, name in lint.named_fields(program):
            span = offset_span(self.source, at, start, end)
            if name and not name.startswith("/"):
                message = f"`{name}` is no JSON pointer to a field"
                self._report("pointer", message, span, "Write it as /rollback/owner.")
            else:
                self._field(name, span)
        return Expression(program, at)

    def _template(self, at: Path, raw: Mapping[str, Any], item: cel.Type | None) -> template.Template | None:
        text = raw.get(str(at[-1]))
        if text is None:
            return None
        try:
            return template.parse(text, self._environment(item))
        except template.TemplateError as error:
            self._issues(at, error.issues)
            return None

    def _issues(self, at: Path, issues: tuple[cel.Issue, ...]) -> None:
        self.diagnostics += (issue_diagnostic(self.source, at, issue) for issue in issues)

    def _rarely_meant(
        self, condition: Expression, whens: Iterable[Expression | None], allow_empty: bool
    ) -> None:
        """Warn of an assertion that holds where its author hardly wants it to."""
        program, guards = condition.program, [when.program for when in whens if when]
        always = lint.constant(program)
        if always is not None:
            message = f"this is always {str(always).lower()}, whatever is checked"
            self._warn("constant", message, condition, (0, len(program.text)), "Read a field of the subject.")
        for start, end, text in () if allow_empty else lint.unguarded_lists(program, guards):
            hint = f"Add `size({text}) > 0 &&`, or `allow_empty: true` to the rule where empty is fine."
            self._warn("empty-passes", f"this holds when {text} is empty", condition, (start, end), hint)
        for start, end, text in lint.ages_ahead(program, guards):
            days = text.removeprefix("age(").removesuffix(")")
            message = "this holds for a day in the future, whose age is negative"
            hint = f"Write within_last({days}, …), or add `{text} >= 0 &&`."
            self._warn("future-passes", message, condition, (start, end), hint)

    def _warn(
        self, code: str, message: str, expression: Expression, part: tuple[int, int], hint: str
    ) -> None:
        span = offset_span(self.source, expression.at, *part)
        self._report(code, message, span, hint, warning=True)


_SCALARS = (cel.STRING, cel.INT, cel.UINT, cel.DOUBLE, cel.BOOL, cel.DYN)


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


def pointer(text: str) -> Path:
    """A JSON pointer (RFC 6901) as a path; parts that are whole numbers become list indexes."""
    return tuple(int(part) if part.isdecimal() and part.isascii() else part for part in fields.pointer(text))

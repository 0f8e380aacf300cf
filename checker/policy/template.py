"""Texts with expressions in braces: `{subject.name} names no rollback owner`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from checker import cel

ABSENT = "absent"
"""What a person reads where a field is not there."""

LONGEST_TEXT = 300
"""Characters of a text that an expression gives; the rest is cut, so that no artifact floods a report."""


class Part(NamedTuple):
    """An expression in a template."""

    offset: int
    """Where the expression begins in the template, in characters."""
    program: cel.Program


class Template(NamedTuple):
    """A text whose `{…}` hold expressions; `{{` and `}}` stand for the braces themselves."""

    parts: tuple[str | Part, ...]

    def render(self, activation: Mapping[str, object]) -> str:
        """The text, each expression replaced by its value; what has none reads *absent*."""
        return "".join(
            part if isinstance(part, str) else _value(part.program, activation) for part in self.parts
        )

    @property
    def variables(self) -> frozenset[str]:
        """The variables that its expressions read."""
        return frozenset(
            name for part in self.parts if isinstance(part, Part) for name in part.program.variables
        )


def _value(program: cel.Program, activation: Mapping[str, object]) -> str:
    try:
        value = program.evaluate(activation)
    except cel.EvaluationError:
        return ABSENT
    if value is cel.ABSENT:
        return ABSENT
    if not isinstance(value, str):
        return cel.format_value(value)
    return value if len(value) <= LONGEST_TEXT else value[: LONGEST_TEXT - 1] + "…"


class TemplateError(Exception):
    """A template whose braces or expressions are wrong; `issues` hold offsets in the template."""

    def __init__(self, issues: tuple[cel.Issue, ...]) -> None:
        super().__init__(issues[0].message)
        self.issues = issues


def parse(text: str, environment: cel.Environment) -> Template:
    """Compile a template.

    Raises:
        TemplateError: a brace without its partner, or an expression that does not compile.
    """
    parts: list[str | Part] = []
    issues: list[cel.Issue] = []
    literal: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char in "{}" and text[at : at + 2] == char * 2:
            literal.append(char)
            at += 2
        elif char == "{":
            end = _closing(text, at)
            if end < 0:
                issues.append(
                    cel.Issue(
                        at, at + 1, "this { has no closing }", "Write {{ for the brace itself.", "error"
                    )
                )
                break
            if literal:
                parts.append("".join(literal))
                literal = []
            try:
                parts.append(Part(at + 1, environment.compile(text[at + 1 : end])))
            except cel.CompileError as error:
                issues += [
                    cel.Issue(i.start + at + 1, i.end + at + 1, i.message, i.hint, i.level)
                    for i in error.issues
                ]
            at = end + 1
        elif char == "}":
            issues.append(
                cel.Issue(at, at + 1, "this } closes nothing", "Write }} for the brace itself.", "error")
            )
            at += 1
        else:
            literal.append(char)
            at += 1
    if issues:
        raise TemplateError(tuple(issues))
    if literal:
        parts.append("".join(literal))
    return Template(tuple(parts))


def _closing(text: str, opening: int) -> int:
    """The index of the brace that closes the one at `opening`; quotes inside are respected; -1: none."""
    depth, quote, at = 0, "", opening
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1

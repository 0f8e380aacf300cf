"""Writes packs.md from the packs that ship: `python docs/packs.py`. A test holds the page to its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from checker import cel, explain, shipped
from checker.cel import tree
from checker.policy import library as library_
from checker.policy.policies import Policy, Rule
from checker.policy.template import Template
from checker.transports.disk import Disk

PAGE = Path(__file__).with_name("packs.md")

INTRODUCTION = """\
# The packs that ship

<!-- Written by docs/packs.py from the packs themselves; change those. -->

A pack is a folder of policies. Two ship with gonogo; name them in `packs:` of your `gonogo.yaml`, and bind
them in your [gates](policy-language.md#gates). Every rule below comes with cases it must pass and cases it
must fail: `gonogo test --pack lifecycle` runs them. `gonogo explain RULE` says the same as this page about
one rule, and how it stands in your workspace.

## What the packs expect

- **Groups of people.** Who may approve and sign is read from the reference document `groups`, a map from
  group to people: `data: { groups: people/groups.yaml }`. A role signs through the group of its name
  (`legal`, `privacy`, …); the groups `product-leads` and `launch-approvers` approve, and a parameter names
  others. A group that is missing is an *error*, not a failure: that is our mistake and not the subject's.
- **A register of products** with a few [declared facts](#the-register-knows-what-a-product-is): they decide
  how large a launch is.
- **Days, not moments.** Everything about a launch is measured in calendar days from its planned day, so a
  launch that was ready stays ready when it is looked at a year later. A day in the future is never accepted
  for something that has happened.
- **Answers, not fields.** TBD, TODO, a bare n/a and template dates count as blank. Where a section may not
  apply, `not_applicable` with a reason is an answer; a blank one is not.
- **A tracker, if you have one.** Rules that read work items apply once you set `has_tracker: true`; until
  then they say that they do not apply.

Each table says what a rule asks, which fields it reads, and what to write to pass. A rule that reads
`risks[].owner` is checked for every element of the list by itself.
"""

Words = dict[str, object]


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for pack in reversed(shipped.pack_names()):
        folder = shipped.pack(pack)
        library, wrong = library_.load(Disk, {folder: pack})
        assert not [d for d in wrong if d.level == "error"], wrong
        parts.append(f"## {pack}\n")
        parts += [_policy(policy) for policy in library.policies if policy.pack == pack]
    return "\n".join(parts)


def _policy(policy: Policy) -> str:
    lines = [
        f"### {policy.title}\n",
        f"Policy `{policy.id}` {policy.version}, about each `{policy.kind.name}`.",
        policy.description,
    ]
    if policy.when is not None:
        lines.append(f"It applies where `{_on_one_line(policy.when.program.text)}`.")
    if controls := sorted({control for rule in policy.rules for control in rule.controls}):
        lines.append(f"It serves {', '.join(controls)}.")
    lines[1:] = [" ".join(line.strip() for line in lines[1:] if line) + "\n"]
    if policy.params:
        lines += ["| parameter | default | is |", "|---|---|---|"]
        for param in policy.params.values():
            lines.append(f"| `{param.name}` | {_cell(_value(param.default))} | {_cell(param.description)} |")
        lines.append("")
    lines += ["| rule | asks | reads | to pass |", "|---|---|---|---|"]
    lines += [_rule(policy, rule) for rule in policy.rules]
    return "\n".join(lines) + "\n"


def _rule(policy: Policy, rule: Rule) -> str:
    params: Words = {name: param.default for name, param in policy.params.items()}
    asks = f"{_text(rule.title, params)}." + (f" *{rule.description.strip()}*" if rule.description else "")
    fix = _text(rule.fix, params) if rule.fix else ""
    reads = ", ".join(dict.fromkeys(f"`{name}`" for name in _reads(rule)))
    return f"| `{rule.id}` {rule.severity} | {_cell(asks)} | {_cell(reads)} | {_cell(fix)} |"


def _reads(rule: Rule) -> Iterator[str]:
    """The fields that decide, as people write them (`risks[].owner`), and what is looked up."""
    base, element = "", ""
    if rule.each is not None:
        base = _dotted(explain.place(rule.each.program) or ())
        element = f"{base}[]" if base else ""
    for expression in (rule.condition, rule.each):
        if expression is None:
            continue
        for reference in expression.program.references:
            path = _dotted(reference.path)
            if reference.root == "subject" and path and path != base:
                yield path
            elif reference.root == "item" and element:
                yield f"{element}.{path}" if path else element
            elif reference.root in ("product", "data"):
                yield f"{reference.root}.{path}"
        for node in tree.walk(expression.program.tree):
            if isinstance(node, tree.Call) and node.function in ("lookup", "related"):
                kind = node.arguments[0]
                assert isinstance(kind, tree.Literal)
                yield f'{node.function}("{kind.value}")'


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _text(template: Template | None, params: Words) -> str:
    """A template with the defaults filled in; what only a subject knows is named in italics, or left out."""
    if template is None:
        return ""
    shown = []
    for part in template.parts:
        if isinstance(part, str):
            shown.append(part)
        elif part.program.variables <= {"params"}:
            shown.append(_value(part.program.evaluate({"params": params})))
        elif re.fullmatch(r"[\w.]+", part.program.text):
            shown.append(f"*{part.program.text.rpartition('.')[2].replace('_', ' ')}*")
        else:
            shown.append("…")
    return _on_one_line("".join(shown))


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else cel.format_value(value)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _on_one_line(text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

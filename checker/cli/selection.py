"""Which of a workspace's rules and subjects the options of a command ask for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from checker import plan
from checker.cli import options
from checker.kinds.phrases import suggestion
from checker.model import Diagnostic, Severity
from checker.policy.floor import refusal as floor_refusal
from checker.policy.gates import matches
from checker.policy.policies import Param, ParamValue, Policy
from checker.policy.workspace import Workspace

_LARGEST = 2**63


def select(
    workspace: Workspace,
    *,
    rules: Sequence[str] = (),
    kinds: Sequence[str] = (),
    severity: Severity | None = None,
    paths: Sequence[str] = (),
    params: Sequence[str] = (),
) -> plan.Selector | tuple[Diagnostic, ...]:
    """The selector, or what is wrong with the options; `params` are texts `[POLICY.]NAME=VALUE`."""
    diagnostics = [
        *unknown("rule", rules, options.rule_ids(workspace)),
        *unknown("kind", kinds, options.kind_names(workspace)),
    ]
    overrides: dict[str, dict[str, ParamValue]] = {}
    for text in params:
        diagnostics += _override(workspace, text, overrides)
    if diagnostics:
        return tuple(diagnostics)
    return plan.Selector(tuple(rules), tuple(kinds), severity, tuple(paths), overrides)


_LISTED = {
    "rule": "gonogo rules lists what there is.",
    "pack": "gonogo rules lists what there is.",
    "kind": "gonogo schema --list names the kinds.",
    "schema": "gonogo schema --list names what there is.",
}


def unknown(what: str, patterns: Iterable[str], known: Sequence[str]) -> list[Diagnostic]:
    """A diagnostic for each pattern that fits nothing known; `what` is `rule`, `kind` or `pack`."""
    return [
        not_there(what, pattern, known)
        for pattern in patterns
        if not any(matches(pattern, name) for name in known)
    ]


def not_there(what: str, name: str, known: Sequence[str]) -> Diagnostic:
    """What to say of a name that nothing has."""
    hint = suggestion(name, tuple(known)) or _LISTED[what]
    return Diagnostic(f"unknown-{what}", f"no {what} is called `{name}`", hint=hint)


def _override(
    workspace: Workspace, text: str, overrides: dict[str, dict[str, ParamValue]]
) -> Iterable[Diagnostic]:
    """Add what one `--param` says to `overrides`; what is wrong with it otherwise."""
    name, separator, value = text.partition("=")
    policy_id, _, param_name = name.strip().rpartition(".")
    if not separator or not param_name:
        hint = "Write --param NAME=VALUE or --param POLICY.NAME=VALUE."
        return [Diagnostic("param-syntax", f"`{text}` sets no parameter", hint=hint)]
    policies = [policy for policy in workspace.policies if not policy_id or policy.id == policy_id]
    if not policies:
        near = suggestion(policy_id, tuple(policy.id for policy in workspace.policies))
        hint = near or "gonogo rules lists the policies."
        return [Diagnostic("unknown-policy", f"no policy is called `{policy_id}`", hint=hint)]
    owners = [policy for policy in policies if param_name in policy.params]
    if not owners:
        return [_unknown_param(policies, policy_id, param_name)]
    diagnostics = []
    for policy in owners:
        param = policy.params[param_name]
        typed = read_value(param, value)
        refusal, code = param.refusal(typed), "param-range"
        if not refusal:
            refusal, code = floor_refusal(workspace.floor, policy, param_name, typed), "below-floor"
        if refusal:
            hint = f"It is a parameter of the policy {policy.id}."
            diagnostics.append(Diagnostic(code, refusal, hint=hint))
        else:
            overrides.setdefault(policy.id, {})[param_name] = typed
    return diagnostics


def _unknown_param(policies: Sequence[Policy], policy_id: str, name: str) -> Diagnostic:
    known = tuple(sorted({param for policy in policies for param in policy.params}))
    who = f"policy `{policy_id}`" if policy_id else "no policy"
    verb = "has no" if policy_id else "has a"
    hint = suggestion(name, known) or "gonogo explain RULE shows a rule's parameters."
    return Diagnostic("unknown-param", f"{who} {verb} parameter `{name}`", hint=hint)


def read_value(param: Param, text: str) -> ParamValue:
    """The value that a text means for a parameter, by the type of its default.

    A text that cannot be of that type stays a text, which the parameter then refuses.
    """
    default = param.default
    text = text.strip()
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(default, list):
        return [part.strip() for part in text.split(",")] if text else []
    if isinstance(default, (int, float)):
        try:
            number = int(text) if isinstance(default, int) else float(text)
        except ValueError:
            return text
        return number if abs(number) < _LARGEST and math.isfinite(number) else text
    return text

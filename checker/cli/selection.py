"""What a command is about: the rules that can be spoken of here, and which of them its options ask for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checker import kinds as kinds_
from checker import plan, run, shipped
from checker.authoring import catalogue
from checker.cli import options
from checker.model import Diagnostic, Severity
from checker.policy import workspace as workspaces
from checker.policy.gates import matches
from checker.policy.policies import Param, ParamValue, Policy, suggestion
from checker.policy.workspace import Library, Workspace
from checker.transports.disk import Disk

_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Setting:
    """The rules that can be spoken of here."""

    workspace: Workspace | None
    """None: there is no workspace, and the rules are those of the shipped packs."""
    entries: tuple[catalogue.Entry, ...]
    """Sorted by id."""

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The ids of the rules, sorted."""
        return tuple(entry.info.id for entry in self.entries)

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The names of the kinds that may be named here, sorted."""
        return tuple(options.kind_names(self.workspace) if self.workspace else kinds_.shipped_names())


def library(
    folder: str | None, packs: Mapping[str, str] | None = None
) -> tuple[Library, tuple[Diagnostic, ...]]:
    """The policies of packs, and the kinds of gonogo and of the workspace (in `folder`, or the nearest)."""
    home = options.workspace_folder(folder) if folder else options.nearest(".")
    return workspaces.library(Disk, packs or {}, home)


def setting(folder: str | None) -> tuple[Setting | None, tuple[Diagnostic, ...]]:
    """The rules of the workspace in `folder`, of the nearest one, or of the shipped packs without any.

    With errors among the diagnostics there is no setting.
    """
    home = options.workspace_folder(folder) if folder else options.nearest(".")
    if home is None:
        packs = {str(shipped.POLICIES / name): f"gonogo:{name}" for name in shipped.pack_names()}
        found, wrong = workspaces.library(Disk, packs)
        about = {policy.kind.name: policy.kind for policy in found.policies}
        return Setting(None, catalogue.entries(found.policies, about.values())), wrong
    workspace, wrong = run.load(home)
    if workspace is None:
        return None, wrong
    about = {selection.kind.name: selection.kind for selection in workspace.selections}
    return Setting(workspace, catalogue.entries(workspace.policies, about.values(), workspace.gates)), wrong


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
        refusal = param.refusal(typed)
        if refusal:
            diagnostics.append(
                Diagnostic("param-range", refusal, hint=f"It is a parameter of the policy {policy.id}.")
            )
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

"""Packs: folders of policies, shipped or of a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from checker import canonical, shipped
from checker.kinds.phrases import suggestion
from checker.model import SHIPPED, Fault, Files, Location, Path
from checker.policy import reading
from checker.policy.loading import Loading
from checker.policy.policies import Policy, compile_policy

PACK = "pack.yaml"


class Pack(NamedTuple):
    """A folder of policies."""

    id: str
    version: str
    """Empty where it has no `pack.yaml`."""
    policies: int
    """How many it holds."""
    digest: str
    """`sha256:…` over the paths and digests of its files: two packs of one digest judge alike."""
    name: str = ""
    """What the configuration calls it: `lifecycle` for a shipped one, `./policies` for a folder."""
    location: Location | None = None
    """Where the configuration names it."""

    @property
    def is_shipped(self) -> bool:
        """Whether it travels with gonogo."""
        return not _is_folder(self.name)


def _is_folder(name: str) -> bool:
    return name.startswith(("./", "../"))


def named(
    state: Loading, source: reading.Source, below: tuple[Sequence[Policy], Sequence[Pack]] = ((), ())
) -> tuple[list[Policy], list[Pack]]:
    """The policies of the packs that a configuration names, and the packs; lifecycles join the others.

    `below`: those of the floor, which come first. A shipped pack that it names already is not read again.
    """
    policies, packs = list(below[0]), list(below[1])
    for index, name in enumerate(source.data.get("packs", ())):
        at = ("packs", index)
        if any(pack.is_shipped and pack.name == name for pack in below[1]):
            continue
        if _is_folder(name):
            files, folder = state.files, name.removeprefix("./").rstrip("/")
            shown = state.prefix + folder
            if name.startswith("../"):
                files, folder = state.open(f"{state.folder}/{name}"), ""
        elif name in shipped.pack_names():
            files, folder, shown = state.open(shipped.pack(name)), "", SHIPPED + name
        else:
            names = shipped.pack_names()
            state.diagnostics.append(
                source.diagnostic(
                    "unknown-pack",
                    f"no shipped pack is called `{name}`",
                    at,
                    suggestion(name, names) or f"Shipped are {', '.join(names)}; a folder begins with ./",
                )
            )
            continue
        found = read(state, files, folder, shown)
        if found is None:
            itself = files.read(folder or ".")
            if isinstance(itself, Fault) and itself.code == "missing":
                message, hint = f"there is no folder {name}", "Mend the path, or drop the pack."
            else:
                message, hint = no_policy(shown), "Write one, or drop the pack."
            state.diagnostics.append(source.diagnostic("empty-pack", message, at, hint))
            continue
        pack, inside = found
        packs.append(pack._replace(name=name, location=source.location(at)))
        policies += inside
    unique(state, policies)
    return policies, packs


def no_policy(shown: str) -> str:
    """What is wrong with a pack that is empty."""
    return f"pack `{shown}` holds no *.policy.yaml"


def unique(state: Loading, policies: Iterable[Policy]) -> None:
    """Report every policy and rule whose id is taken."""
    taken: dict[tuple[str, str], tuple[Policy, Path]] = {}
    for policy in policies:
        named: list[tuple[str, str, Path]] = [("policy", policy.id, ("policy",))]
        named += [("rule", rule.id, (*rule.at, "id")) for rule in policy.rules]
        for what, id, at in named:
            other, place = taken.setdefault((what, id), (policy, at))
            if (other, place) != (policy, at):
                where = f"{other.source.path}:{other.source.span(place).line}"
                hint = f"The id of a {what} is permanent and unique: choose another."
                message = f"{what} `{id}` is also written in {where}"
                state.diagnostics.append(policy.source.diagnostic(f"duplicate-{what}", message, at, hint))


def read(state: Loading, files: Files, folder: str, shown: str) -> tuple[Pack, list[Policy]] | None:
    """One folder and its policies, None where it holds none; its lifecycles join the others."""
    inside, outside = (f"{path}/" if path and path[-1] != ":" else path for path in (folder, shown))

    def opened(path: str, schema: str) -> reading.Source | None:
        itself = path in (folder, ".")  # the folder cannot be listed
        return state.read(path, schema, files, shown if itself else outside + path.removeprefix(inside))

    before = len(state.inputs)
    head = files.find(f"{inside}{PACK}")
    pack = opened(head[0][0], "pack") if head else None
    name = pack.data["pack"] if pack else shown.rpartition("/")[2]
    for path, _ in files.find(f"{inside}**/*.lifecycle.yaml"):
        state.add_lifecycle(opened(path, "lifecycle"))
    found = files.find(f"{inside}**/*.policy.yaml")
    if not found:
        return None
    policies: list[Policy] = []
    for path, _ in found:
        policy_source = opened(path, "policy")
        if policy_source:
            kind = state.kind(policy_source.data["subject"])
            if kind is None:
                state.unknown_kind(policy_source, policy_source.data["subject"], ("subject",))
                continue
            policy, diagnostics = compile_policy(
                policy_source, name, kind, state.kind("product"), state.kind_names()
            )
            state.diagnostics += diagnostics
            if policy:
                policies.append(policy)
    held = sorted((each.locator.removeprefix(outside), each.digest) for each in state.inputs[before:])
    digest = canonical.digest([list(each) for each in held])
    return Pack(name, pack.data["version"] if pack else "", len(policies), digest), policies

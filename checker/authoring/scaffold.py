"""The files of a new workspace: what `gonogo init` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import kinds
from checker.authoring import schemas
from checker.authoring.detection import Found, Repository
from checker.kinds.places import USUAL
from checker.kinds.template import modeline, template

GATES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "definition": (
        "Is this problem worth writing down?",
        "discovery",
        "definition",
        ("policy: prd.structure", "policy: prd.people", "policy: product.facts", "rule: product.prd"),
    ),
    "build": (
        "Do we build it?",
        "definition",
        "build",
        (
            *(
                "policy: prd.outcomes",
                "policy: okr.measurable",
                "policy: roadmap.items",
                "policy: risk.register",
            ),
            *("policy: product.records", "policy: gate-record.*", "policy: launch.tier"),
        ),
    ),
    "ga": ("May everyone rely on it?", "build", "ga", ("pack: lifecycle", "pack: launch-readiness")),
}
"""Each gate with its title, the stages it stands between, and what it binds."""

GROUPS = ("product-leads", "launch-approvers", "legal", "privacy", "security", "support")
"""The groups of people that the shipped packs ask for."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to write."""

    path: str
    text: str
    about: str
    """What it is, in a few words."""


def files(name: str, found: Repository) -> tuple[File, ...]:
    """The files of a workspace called `name` (the folder's name, as a rule) for what a repository holds."""
    own = _id(name)
    products = found.products or (own,)
    register = found.register or _free("products.yaml", found)
    made = [File("gonogo.yaml", _configuration(name, own, register, found), "what is checked, and by what")]
    if not found.register:
        made.append(File(register, _register(register, products), "the register of products"))
    made.append(File("people/groups.yaml", _groups(), "who may approve and sign"))
    gates = {id: f"gates/{id}.gate.yaml" for id in GATES}
    made += [File(path, _gate(path, id), f"what counts from the stage {id} on") for id, path in gates.items()]
    if not found.artifacts:
        first = USUAL["prd"].replace("{product}", own)
        text = template(kinds.shipped_kind("prd"))
        made.append(File(first, text, "a requirements document to fill in"))
    return tuple(made)


def _modeline(path: str, schema: str) -> str:
    """The line that leads from a file of the workspace to a schema beside it."""
    return modeline(f"{'../' * path.count('/')}{schemas.FOLDER}/{schemas.path_of(schema)}")


def _id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "product"


def _free(path: str, found: Repository) -> str:
    """`path`, or a name beside it where an artifact already has that one."""
    taken = {file for each in found.artifacts for file in each.files}
    return path if path not in taken else f"register-of-{path}"


def _configuration(name: str, own: str, register: str, found: Repository) -> str:
    lines = [
        _modeline("gonogo.yaml", "workspace"),
        "# What gonogo checks here, and by which policies. gonogo config show tells what is in effect.",
        "version: 1",
        f"name: {_text(name)}",
        "timezone: UTC                 # where calendar days begin and end, such as Europe/London",
        f"products: {_text(register)}",
        "packs:                        # gonogo rules lists what they ask for",
        "  - lifecycle                 # what a product owes on its way",
        "  - launch-readiness          # what a launch needs before it goes out",
        *(f"  - {_text(f'./{folder}' if folder else './')}" for folder in found.packs),
        *([] if found.packs else ["  # - ./policies                # your own: a folder of *.policy.yaml"]),
        "gates: gates/*.gate.yaml      # which of it counts at which stage of a product",
        "data:",
        "  groups: people/groups.yaml  # who may approve and sign",
        "subjects:                     # {name} captures into path.name; * and ** match",
    ]
    for each in found.artifacts:
        lines += _selection(each, "" if found.register or found.products else own)
    known = {each.kind for each in found.artifacts}
    fresh = not found.artifacts
    for kind, pattern in USUAL.items():
        if kind not in known:
            lines += _usual(kind, pattern, optional=not (fresh and kind == "prd"))
    return "\n".join(lines) + "\n"


def _selection(found: Found, only: str) -> Iterator[str]:
    """`only`: the one product that everything belongs to; empty where there may be several."""
    count = f"{len(found.files)} found"
    yield f"  - kind: {found.kind:<22}# {count}"
    if len(found.patterns) == 1:
        yield f"    files: {_text(found.patterns[0])}"
    else:
        yield "    files:"
        yield from (f"      - {_text(pattern)}" for pattern in found.patterns)
    if found.by_product and len(found.patterns) == 1:
        yield "    product: path.product"
    elif only:
        yield f"    product: 'has(subject.product) ? subject.product : \"{only}\"'"


def _usual(kind: str, pattern: str, *, optional: bool) -> Iterator[str]:
    yield f"  - kind: {kind}"
    yield f"    files: {_text(pattern)}"
    if "{product}" in pattern:
        yield "    product: path.product"
    if optional:
        yield "    optional: true              # none yet"


def _register(path: str, products: Sequence[str]) -> str:
    lines = [
        _modeline(path, "lists/product"),
        "# The products that are governed here. gonogo schema product shows every field.",
    ]
    for id in products:
        lines += [
            f"- id: {_text(id)}",
            f"  name: {_text(id)}",
            "  stage: discovery            # then definition, build, alpha, beta, ga, growth, sunset",
            "  owners: []                  # the people who answer for it",
        ]
    return "\n".join(lines) + "\n"


def _groups() -> str:
    head = "# The people in each group; policies ask who may approve and sign. For example: [ Ada Example ]"
    return "\n".join([head, *(f"{group}: []" for group in GROUPS)]) + "\n"


def _gate(path: str, id: str) -> str:
    title, start, end, bound = GATES[id]
    lines = [
        _modeline(path, "gate"),
        f"# What the next gate asks for is shown as upcoming, and blocks nothing until the stage is {end}.",
        f"gate: {id}",
        f"title: {title}",
        f"from: {start}",
        f"to: {end}",
        "binds:",
        *(f"  - {each}" for each in bound),
    ]
    return "\n".join(lines) + "\n"


_PLAIN = re.compile(r"[A-Za-z./][A-Za-z0-9._/*-]*(\{[a-z]+\}[A-Za-z0-9._/*-]*)*")
_WORDS = frozenset(("true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL"))


def _text(text: str) -> str:
    """A text as YAML, in quotes where it might be read as something else."""
    if _PLAIN.fullmatch(text) and text not in _WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"


def described(found: Repository) -> str:
    """What was found, a line each, for a person."""
    lines = [f"found {len(each.files)} {each.kind}: {', '.join(each.patterns)}" for each in found.artifacts]
    lines += [f"found the register of products {found.register}"] if found.register else []
    lines += [f"found policies in {folder or '.'}" for folder in found.packs]
    return "".join(f"{line}\n" for line in lines)

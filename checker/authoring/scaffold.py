"""The files of a new workspace: what `gonogo init` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import kinds
from checker.authoring.detection import Found, Repository

ADDRESS = "https://gonogo.dev/schemas"
USUAL: dict[str, str] = {
    "prd": "products/{product}/prd.md",
    "launch-plan": "products/{product}/launch.yaml",
    "risk-register": "products/{product}/risks.yaml",
    "roadmap": "products/{product}/roadmap.yaml",
    "okr": "okrs/*.yaml",
    "gate-record": "products/{product}/gates/*.yaml",
}
"""Where the kinds that the shipped packs speak of are put when nobody has put them anywhere yet."""


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
        made.append(File(register, _register(products, found), "the register of products"))
    if not found.artifacts:
        first = USUAL["prd"].replace("{product}", own)
        made.append(
            File(first, kinds.template(kinds.shipped_kind("prd")), "a requirements document to fill in")
        )
    return tuple(made)


def _id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "product"


def _free(path: str, found: Repository) -> str:
    """`path`, or a name beside it where an artifact already has that one."""
    taken = {file for each in found.artifacts for file in each.files}
    return path if path not in taken else f"register-of-{path}"


def _configuration(name: str, own: str, register: str, found: Repository) -> str:
    lines = [
        f"# yaml-language-server: $schema={ADDRESS}/workspace.schema.json",
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
        "subjects:                     # {name} captures into path.name; * and ** match",
    ]
    for each in found.artifacts:
        lines += _selection(each, own)
    known = {each.kind for each in found.artifacts}
    fresh = not found.artifacts
    for kind, pattern in USUAL.items():
        if kind not in known:
            lines += _usual(kind, pattern, optional=not (fresh and kind == "prd"))
    return "\n".join(lines) + "\n"


def _selection(found: Found, own: str) -> Iterator[str]:
    count = f"{len(found.files)} found"
    yield f"  - kind: {found.kind:<22}# {count}"
    if len(found.patterns) == 1:
        yield f"    files: {_text(found.patterns[0])}"
    else:
        yield "    files:"
        yield from (f"      - {_text(pattern)}" for pattern in found.patterns)
    if found.by_product and len(found.patterns) == 1:
        yield "    product: path.product"
    else:
        yield f"    product: 'has(subject.product) ? subject.product : \"{own}\"'"


def _usual(kind: str, pattern: str, *, optional: bool) -> Iterator[str]:
    yield f"  - kind: {kind}"
    yield f"    files: {_text(pattern)}"
    if "{product}" in pattern:
        yield "    product: path.product"
    if optional:
        yield "    optional: true              # none yet"


def _register(products: Sequence[str], found: Repository) -> str:
    lines = [
        f"# yaml-language-server: $schema={ADDRESS}/kinds/product.schema.json",
        "# The products that are governed here. gonogo schema product shows every field.",
    ]
    for id in products:
        lines += [
            f"- id: {_text(id)}                   # permanent: everything else refers to it",
            f"  name: {_text(id)}",
            "  stage: definition           # discovery, definition, build, alpha, beta, ga, growth or sunset",
            "  owners: []                  # who answers for it",
        ]
    return "\n".join(lines) + "\n"


_PLAIN = re.compile(r"[A-Za-z./][A-Za-z0-9._/*-]*(\{[a-z]+\}[A-Za-z0-9._/*-]*)*")
_WORDS = frozenset(("true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL"))


def _text(text: str) -> str:
    """A text as YAML, in quotes where it might be read as something else."""
    if _PLAIN.fullmatch(text) and text not in _WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"


def described(made: Sequence[File], found: Repository) -> str:
    """What was found and made, for a person."""
    lines = [f"found {len(each.files)} {each.kind}: {', '.join(each.patterns)}" for each in found.artifacts]
    lines += [f"found the register of products {found.register}"] if found.register else []
    lines += [f"wrote {file.path}: {file.about}" for file in made]
    return "\n".join(lines) + "\n"

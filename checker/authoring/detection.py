"""What a repository already holds: which of its files look like artifacts, and of which kind.

A file is known by what it says of itself (a modeline), by its name, or by its shape: the fields or headings
that it shares with a kind. Nothing here is certain, so all of it ends up in a configuration that people read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Any

from checker import documents, kinds
from checker.kinds import Kind
from checker.kinds.places import USUAL
from checker.kinds.template import formats
from checker.model import Fault

SKIPPED = frozenset(
    [
        *("build", "dist", "fixtures", "node_modules", "site", "site-packages", "target"),
        *("test", "testdata", "tests", "third_party", "vendor", "venv"),
    ]
)
"""Folders in which nothing is looked for, besides hidden ones."""

NAMES: Mapping[str, str] = {
    "prd": r"(.*[-_. ])?(prd|product[-_ ]requirements([-_ ]document)?)([-_. ].*)?",
    "launch-plan": r"(.*[-_. ])?launch([-_ ](plan|checklist))?",
    "roadmap": r"(.*[-_. ])?roadmap([-_. ].*)?",
    "risk-register": r"(.*[-_. ])?risks?([-_ ](register|log))?",
    "okr": r"(.*[-_. ])?(okrs?|objectives)([-_. ].*)?",
    "dpia": r"(.*[-_. ])?(dpia|data[-_ ]protection[-_ ]impact[-_ ]assessment)([-_. ].*)?",
    "threat-model": r"(.*[-_. ])?threat[-_ ]model([-_. ].*)?",
}
"""What a file of a kind is called, without its suffix."""

FOLDERS: Mapping[str, str] = {
    "prd": r"prds?|product[-_ ]requirements",
    "okr": r"okrs?",
    "roadmap": r"roadmaps?",
    "risk-register": r"risk[-_ ]?registers?",
    "launch-plan": r"launch[-_ ]?plans?|launches",
}
"""What a folder that holds only files of a kind is called."""

MODELINE = re.compile(r"yaml-language-server:\s*\$schema=\S*?kinds/([a-z0-9.-]+?)\.schema\.json")
MOST_READ = 2_000
"""Files whose text is looked at; of a larger repository the rest is known by names only."""
LEAST_SHARED = 3
"""Fields or headings that a file must share with a kind to be known by its shape."""
MOST_PRODUCTS = 20
"""Folders that are taken for products; more of them are something else."""
ENOUGH = 0.8
"""The part of what a pattern finds that must be of the kind."""
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
"""A heading of a Markdown text: good enough to guess by, and a fraction of the cost of reading it."""
_CAPTURE_OR_ANY = re.compile(r"\\\{product\\\}|\\\*")
"""Of a pattern whose special characters are escaped."""


@dataclass(frozen=True, slots=True)
class Found:
    """Files of one kind, as an entry of `subjects`."""

    kind: str
    patterns: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def by_product(self) -> bool:
        """Whether the path says which product it is about."""
        return any("{product}" in pattern for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Repository:
    """What was found."""

    artifacts: tuple[Found, ...]
    register: str
    """The file with the records of products; empty where there is none."""
    packs: tuple[str, ...]
    """Folders with policies."""
    products: tuple[str, ...]
    """Ids of products that paths suggest."""


def explore(paths: Iterable[str], read: Callable[[str], bytes | Fault]) -> Repository:
    """Look through a repository; `paths` are relative, with forward slashes."""
    known = [path for path in sorted(paths) if not _skipped(path)]
    catalogue = {name: kinds.shipped_kind(name) for name in kinds.shipped_names()}
    by_kind: dict[str, list[str]] = {}
    register = ""
    looked = 0
    for path in known:
        format = documents.format_of(path)
        if format not in ("yaml", "json", "markdown") or path.endswith(
            (".policy.yaml", ".tests.yaml", ".gate.yaml")
        ):
            continue
        if _stem(path) == "products" and not register and _is_register(path, read):
            register = path
            continue
        name = _by_name(path, format, catalogue)
        if name is None and looked < MOST_READ:
            looked += 1
            name = _by_text(path, format, read, catalogue)
        if name is not None:
            by_kind.setdefault(name, []).append(path)
    artifacts = tuple(
        Found(name, _usual(name, files, known) or _patterns(files, known), tuple(files))
        for name, files in sorted(by_kind.items())
    )
    packs = sorted({_folder(path) for path in known if path.endswith(".policy.yaml")})
    return Repository(artifacts, register, tuple(packs), _products(artifacts))


def _skipped(path: str) -> bool:
    if not path.isprintable():  # it could not be written into a configuration that people read
        return True
    return any(part.startswith(".") or part in SKIPPED for part in path.split("/")[:-1])


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0].lower()


def _fits(kind: Kind, format: str) -> bool:
    """Whether artifacts of a kind can be written so; only some kinds lift their fields from headings."""
    return format != "markdown" or "markdown" in formats(kind)


def _by_name(path: str, format: str, catalogue: Mapping[str, Kind]) -> str | None:
    parts = path.lower().split("/")
    for name, pattern in NAMES.items():
        if re.fullmatch(pattern, _stem(path)) and _fits(catalogue[name], format):
            return name
    if len(parts) > 1 and _stem(path) not in ("readme", "index", "template"):
        for name, pattern in FOLDERS.items():
            if re.fullmatch(pattern, parts[-2]) and _fits(catalogue[name], format):
                return name
    return None


def _by_text(
    path: str, format: str, read: Callable[[str], bytes | Fault], catalogue: Mapping[str, Kind]
) -> str | None:
    raw = read(path)
    if isinstance(raw, Fault):
        return None
    modeline = MODELINE.search(raw[:500].decode(errors="replace"))
    if modeline:
        return modeline[1] if modeline[1] in catalogue and modeline[1] != "product" else None
    if format == "markdown":
        headings = {heading.casefold() for heading in HEADING.findall(raw.decode(errors="replace"))}
        shared = {name: len(headings & _headings(kind)) for name, kind in catalogue.items()}
    else:
        reading = documents.read(raw, format)
        if reading.faults or len(reading.documents) != 1:
            return None
        shared = {name: _shared(reading.documents[0].data, kind) for name, kind in catalogue.items()}
    best = max(shared, key=lambda name: shared[name])
    return best if shared[best] >= LEAST_SHARED and best != "product" else None


def _headings(kind: Kind) -> set[str]:
    return {heading.casefold() for field in kind.fields.properties.values() for heading in field.headings}


def _shared(data: Any, kind: Kind) -> int:
    """How many fields a document has in common with a kind, less those that the kind does not know.

    0 where it lacks one that the kind asks for.
    """
    properties = kind.fields.properties
    if not isinstance(data, dict) or not kind.fields.required <= set(data):
        return 0
    return sum(1 if name in properties else -1 for name in data)


def _is_register(path: str, read: Callable[[str], bytes | Fault]) -> bool:
    format = documents.format_of(path)
    raw = read(path)
    if isinstance(raw, Fault) or format is None:
        return False
    reading = documents.read(raw, format)
    return any(
        isinstance(document.data, list)
        and all(isinstance(item, dict) and "id" in item for item in document.data)
        for document in reading.documents
    )


def _usual(kind: str, files: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The usual pattern of a kind, where it finds all of these files and hardly any others."""
    pattern = USUAL.get(kind, "")
    fitting = re.compile(_CAPTURE_OR_ANY.sub("[^/]+", re.escape(pattern)))
    enough = sum(bool(fitting.fullmatch(path)) for path in known) * ENOUGH <= len(files)
    return (pattern,) if enough and all(map(fitting.fullmatch, files)) else ()


def _patterns(files: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Patterns that find these files, and those that will stand beside them."""
    patterns: list[str] = []
    left = list(files)
    for name in sorted({_name(path) for path in files}):
        together = [path for path in left if _name(path) == name]
        pattern = _spread(name, together, known) if len(together) > 1 else ""
        if pattern:
            patterns.append(pattern)
            left = [path for path in left if path not in together]
    for folder, group in groupby(left, key=_folder):
        together = list(group)
        suffix = together[0].rpartition(".")[2]
        beside = [path for path in known if _folder(path) == folder and path.endswith(f".{suffix}")]
        if folder and len(together) > 1 and set(together) == set(beside):
            patterns.append(f"{folder}/*.{suffix}")
        else:
            patterns += together
    return tuple(patterns)


def _spread(name: str, files: Sequence[str], known: Sequence[str]) -> str:
    """A pattern for files of one name in several folders; empty where it would find too many others."""
    above = {_folder(_folder(path)) for path in files}
    if len(above) == 1:
        folder = "*" if len(files) > MOST_PRODUCTS else "{product}"
        return "/".join(filter(None, [*above, folder, name]))
    levels = zip(*(path.split("/")[:-1] for path in files), strict=False)
    common = [level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels)]
    like = [path for path in known if _name(path) == name and path.split("/")[: len(common)] == common]
    return "/".join([*common, "**", name]) if len(files) >= len(like) * ENOUGH else ""


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _products(artifacts: Iterable[Found]) -> tuple[str, ...]:
    """The folders that patterns take for products."""
    matching = [
        re.compile(re.escape(pattern).replace(r"\{product\}", "([^/]+)"))
        for found in artifacts
        for pattern in found.patterns
        if "{product}" in pattern
    ]
    files = [path for found in artifacts for path in found.files]
    return tuple(sorted({match[1] for each in matching for path in files if (match := each.fullmatch(path))}))

"""The house of docs/architecture.md, held by reading the imports: they only go down, siblings never meet,
and the world (files, network, clock, environment) is met in few, named places."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "checker"

VERSION = ""
"""The package's own `__init__`, which holds the version and nothing else."""

BELOW_KINDS = {"kinds", "cel", "documents", "shipped", "ledger", "canonical", "model"}
BELOW_POLICY = {"policy", "snapshot", *BELOW_KINDS}
BELOW_PLAN = {"plan", *BELOW_POLICY}
BELOW_BACKENDS = {"backends", "explain", "judge", *BELOW_PLAN}
BELOW_REVIEW = {"review", *BELOW_BACKENDS}
BELOW_RUN = {"render", "sources", "transports", "authoring", *BELOW_REVIEW, VERSION}

MAY_IMPORT: dict[str, set[str]] = {
    VERSION: set(),
    "__main__": {"cli", VERSION},
    "cli": {"run", "publishing", "payload", "cache", *BELOW_RUN},
    "publishing": {"recorded", "payload", "render", "transports", "judge", *BELOW_POLICY},
    "run": {"cache", *BELOW_RUN},
    "cache": {"transports", "shipped", "model"},
    "render": {"shipped", "canonical", "model", VERSION},  # reports name the tool's version
    "sources": {"transports", *BELOW_POLICY},
    "transports": {"canonical", "model"},
    "authoring": {"review", "backends", "explain", *BELOW_PLAN},
    "review": {"judge", *BELOW_PLAN},
    "backends": {"explain", *BELOW_PLAN},
    "explain": BELOW_POLICY,
    "judge": BELOW_PLAN,
    "plan": BELOW_POLICY,
    "policy": BELOW_KINDS,
    "snapshot": {"kinds", "documents", "canonical", "model"},
    "kinds": {"cel", "documents", "shipped", "canonical", "model"},
    "cel": set(),
    "documents": {"model"},
    "ledger": {"canonical", "model"},
    "recorded": {"model"},
    "payload": set(),
    "shipped": set(),
    "canonical": set(),
    "model": set(),
}
"""What each part may import of the others. It is the table of docs/architecture.md, spelled out."""

TABLES = {
    "cli": "cli.root",
    "render": "render",
    "sources": "run.checking",
    "backends": "run.checking",
    "publishing": "publishing",
}
"""Folders of alternatives, and the module whose table lists them. What a table lists never imports another
entry of it; what several entries share stands in a module beside them that no table lists."""

STANDARD_LIBRARY_ONLY = {"model", "canonical", "ledger", "payload", "shipped", VERSION, "__main__"}

DOORS: dict[str, frozenset[str]] = {
    "environment": frozenset({"os.environ", "os.getenv", "os.environb", "os.putenv"}),
    "clock": frozenset(
        {"time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.localtime", "time.gmtime"}
        | {f"{owner}.{name}" for owner in ("datetime", "date") for name in ("now", "utcnow", "today")}
    ),
    "files": frozenset(
        {"open", "io.open", "os.open", "os.scandir", "os.walk", "os.listdir", "os.replace", "os.unlink"}
        | {f"*.{name}" for name in ("read_text", "read_bytes", "write_text", "write_bytes")}
    ),
    "network": frozenset({"import socket", "import ssl", "import http", "import urllib.request"}),
    "processes": frozenset({"import subprocess", "import git", "os.system", "os.popen", "os.fork"}),
    "chance": frozenset({"import random", "import secrets", "import uuid"}),
}
"""How the world is reached. `import x` stands for an import of that module or of one inside it; `*.x` for a
method of that name on anything."""

EXEMPT: dict[tuple[str, str], str] = {
    ("cli", "environment"): "NO_COLOR, FORCE_COLOR and TERM speak about this terminal",
    ("cli", "clock"): "the day of a run enters here, once, as `as_of`; progress waits a second",
    ("cli", "files"): "reports are written, and `init` and `new` make files",
    ("cache", "files"): "reads gonogo's own files and those of the system's time zones, to know what runs",
    ("transports", "environment"): "a program that is started inherits it, but for what speaks to a desktop; "
    "the system's own variables say where a user's cache is",
    ("transports", "files"): "the doors to the world",
    ("transports", "network"): "the doors to the world",
    ("transports", "processes"): "the doors to the world",
    ("policy", "files"): "the schemas that policies and gates are held to travel inside the package",
    ("kinds", "files"): "the kinds' schemas travel inside the package",
    ("shipped", "files"): "reads what travels inside the package, not the workspace",
}
"""(part, door) -> why that part may use it."""


class Module(NamedTuple):
    path: Path
    name: str
    """Dotted, without `checker.`; empty for the package itself."""
    tree: ast.Module

    @property
    def part(self) -> str:
        return self.name.split(".")[0]


def modules() -> list[Module]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(path, name, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))))
    return found


MODULES = modules()
NAMES = {module.name for module in MODULES} | set(MAY_IMPORT)


def imported(module: Module) -> Iterator[tuple[str, int]]:
    """The dotted name and the line of everything that a module imports; `from a import b` gives `a.b`."""
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                inside = ["checker", *filter(None, package.split("."))]
                base = ".".join([*inside[: len(inside) - node.level + 1], *filter(None, [base])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def ours(dotted: str) -> str | None:
    """The module of this package that an imported name lies in, or None."""
    if dotted.split(".")[0] != "checker":
        return None
    name = dotted.removeprefix("checker").lstrip(".")
    while name not in NAMES and name:
        name = name.rpartition(".")[0]
    return name


def place(module: Module, line: int) -> str:
    return f"{module.path.relative_to(ROOT)}:{line}"


def test_every_part_has_a_floor() -> None:
    assert {module.part for module in MODULES} <= set(MAY_IMPORT)


def test_the_table_is_the_one_of_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    house = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", text, flags=re.MULTILINE)
    assert house == [part for part in house if part in MAY_IMPORT]
    assert set(MAY_IMPORT) - set(house) == {VERSION, "__main__"}


def test_imports_cannot_turn_in_circles() -> None:
    order: list[str] = []
    while left := [part for part in MAY_IMPORT if part not in order]:
        ready = [part for part in left if MAY_IMPORT[part] <= set(order)]
        assert ready, f"the table lets these import each other: {left}"
        order += ready


def test_imports_only_go_down() -> None:
    wrong = [
        f"{place(module, line)}: {module.part or 'the package'} imports {target or 'the package'}"
        for module in MODULES
        for dotted, line in imported(module)
        if (target := ours(dotted)) is not None
        and (part := target.split(".")[0]) != module.part
        and part not in MAY_IMPORT[module.part]
    ]
    assert not wrong


CIRCLES = [{"cel.environment", "cel.explain"}]
"""A program explains itself by what is loaded when somebody asks, and that speaks of the program."""


def test_no_modules_import_each_other() -> None:
    """For types neither: what two modules share stands below both."""
    imports = {
        module.name: {target for dotted, _ in imported(module) if (target := ours(dotted)) is not None}
        - {module.name}
        for module in MODULES
    }

    def reached(name: str) -> set[str]:
        found: set[str] = set()
        ahead = [name]
        while ahead:
            new = imports[ahead.pop()] - found
            found |= new
            ahead += new
        return found

    reach = {name: reached(name) for name in imports}
    circles = [{other for other in reach[name] if name in reach[other]} for name in sorted(imports)]
    assert [circle for circle in circles if circle and circle not in CIRCLES] == []


def listed(folder: str) -> set[str]:
    """The modules that a folder's table names: by texts that are their names where it loads late, else by
    importing them."""
    table = next((module for module in MODULES if module.name == TABLES[folder]), None)
    if table is None:
        return set()
    texts = {node.value for node in ast.walk(table.tree) if isinstance(node, ast.Constant)}
    inside = {name for name in NAMES if name.startswith(f"{folder}.") and name != table.name}
    late = {name for name in inside if {name, name.rpartition(".")[2], f"checker.{name}"} & texts}
    return late or inside & {ours(dotted) for dotted, _ in imported(table)}


@pytest.mark.parametrize("folder", TABLES)
def test_siblings_never_meet(folder: str) -> None:
    siblings = listed(folder)
    wrong = [
        f"{place(module, line)}: imports its sibling {target}"
        for module in MODULES
        if module.name in siblings
        for dotted, line in imported(module)
        if (target := ours(dotted)) in siblings and target != module.name
    ]
    assert not wrong


def test_the_lowest_floors_need_the_standard_library_only() -> None:
    wrong = [
        f"{place(module, line)}: imports {dotted}"
        for module in MODULES
        if module.part in STANDARD_LIBRARY_ONLY
        for dotted, line in imported(module)
        if ours(dotted) is None and dotted.split(".")[0] not in sys.stdlib_module_names
    ]
    assert not wrong


def uses(module: Module) -> Iterator[tuple[str, int]]:
    """Every way in which a module reaches for the world, as DOORS spells it."""
    for dotted, line in imported(module):
        parts = dotted.split(".")
        yield from ((f"import {'.'.join(parts[:n])}", line) for n in range(1, len(parts) + 1))
        yield dotted, line  # `from os import environ`
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node.lineno
        elif isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            yield f"{name}.{node.attr}", node.lineno
            yield f"*.{node.attr}", node.lineno


@pytest.mark.parametrize("door", DOORS)
def test_the_world_is_met_in_few_places(door: str) -> None:
    wrong = [
        f"{place(module, line)}: {use}"
        for module in MODULES
        if (module.part, door) not in EXEMPT
        for use, line in uses(module)
        if use in DOORS[door]
    ]
    assert not wrong


def test_what_a_run_reads_can_be_heard() -> None:
    """The cache relies on it: folders of the disk are opened where somebody may listen (`Request.heard`)."""
    opening = {
        module.name
        for module in MODULES
        if module.part not in {"cli", "transports", "cache"}
        for dotted, _ in imported(module)
        if dotted == "checker.transports.disk.Disk"
    }
    assert opening <= {"run.doors", "run.checking"}


@pytest.mark.parametrize(
    ("source", "door"),
    [
        ("import os\nos.environ['HOME']", "environment"),
        ("from os import getenv", "environment"),
        ("from datetime import datetime\ndatetime.now()", "clock"),
        ("import datetime\ndatetime.date.today()", "clock"),
        ("from time import time", "clock"),
        ("open('x')", "files"),
        ("from pathlib import Path\nPath('x').read_text()", "files"),
        ("from urllib.request import urlopen", "network"),
        ("import http.client", "network"),
        ("import subprocess", "processes"),
    ],
)
def test_the_watch_sees(source: str, door: str) -> None:
    module = Module(PACKAGE / "model.py", "model", ast.parse(source))
    assert {use for use, _ in uses(module)} & DOORS[door]

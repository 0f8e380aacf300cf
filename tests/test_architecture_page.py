"""The page of the architecture speaks of what is there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "checker"
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
MODULES = {
    **{path.stem: f"checker.{path.parent.name}.{path.stem}" for path in PACKAGE.glob("*/*.py")},
    **{room: f"checker.{room}" for room in ROOMS},
}


@pytest.mark.parametrize("file", sorted(set(re.findall(r"`(\w+\.py)`", TEXT))))
def test_every_file_is_there(file: str) -> None:
    assert list(PACKAGE.rglob(file))


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:\w+/)+(?:[\w.]+)?)`", TEXT))))
def test_every_path_is_there(path: str) -> None:
    assert "NAME" in path or (PACKAGE / path).exists() or (ROOT / path).exists()


NAMES = sorted(set(re.findall(r"`((?:\w+\.)+\w+)(?:\([^`]*\))?`", TEXT)))


@pytest.mark.parametrize("name", [n for n in NAMES if n.split(".")[0] in MODULES and not n.endswith(".py")])
def test_every_name_is_there(name: str) -> None:
    module, *parts = name.split(".")
    found: object = import_module(MODULES[module])
    for part in parts:
        found = getattr(found, part)


@pytest.mark.parametrize("table", ["RENDERERS", "FORMATS", "SUFFIXES", "FUNCTIONS", "COMMANDS"])
def test_every_table_is_there(table: str) -> None:
    assert f"`{table}`" in TEXT
    assert any(
        re.search(rf"^{table}\b.* = ", path.read_text("utf-8"), re.M) for path in PACKAGE.rglob("*.py")
    )


def test_every_room_has_its_paragraph() -> None:
    headings = re.findall(r"\w+", " ".join(re.findall(r"^### (.+)$", TEXT, re.MULTILINE)))
    assert ROOMS - {"__init__", "__main__", "run", "shipped", "transports"} <= set(headings)

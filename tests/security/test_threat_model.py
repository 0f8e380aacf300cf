"""docs/security.md and its tests: each test that it names is there, and each test of this folder is named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "security.md"
HERE = "security"
NAMED = re.findall(r"`((?:\w+/)?test_\w+)::(test_\w+)`", PAGE.read_text(encoding="utf-8"))
OWN = "security/test_threat_model"


def functions(module: str) -> set[str]:
    tree = ast.parse((TESTS / f"{module}.py").read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(("module", "name"), sorted(set(NAMED)))
def test_a_test_that_the_page_names_is_there(module: str, name: str) -> None:
    assert (TESTS / f"{module}.py").is_file()
    assert name in functions(module)


def test_every_test_of_this_folder_is_named_on_the_page() -> None:
    there = {
        (module, name)
        for path in sorted((TESTS / HERE).glob("test_*.py"))
        if (module := f"{HERE}/{path.stem}") != OWN
        for name in functions(module)
    }
    assert there - set(NAMED) == set()


def test_every_line_of_a_table_says_what_holds_it() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    held = [
        row
        for row in rows
        if "held by" not in row and not row.startswith(("| | is trusted", "| the ", "| an org"))
    ]
    for row in held:
        assert "::test_" in row or "the same" in row or "trusted" in row, row

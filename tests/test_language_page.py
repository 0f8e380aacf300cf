"""The language as its page tells it: complete, and every example is what it says.

```yaml policy          is loaded; so are tests (which are run), gate, lifecycle, pack and workspace
```cel                  each line is an expression and, behind `//`, what it gives on 1 June 2026
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from checker import cel, run
from checker.authoring import testing
from checker.cel import library
from checker.model import Diagnostic
from checker.policy import language
from checker.policy import library as library_
from checker.transports.disk import Disk
from tests.judging import shown

ROOT = Path(__file__).parents[1]
LANGUAGE = ROOT / "docs" / "policy-language.md"
PAGES = [
    page
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")])
    if re.search(r"^```(yaml \w|cel)", page.read_text("utf-8"), re.MULTILINE)
]
FENCE = re.compile(r"^```(?P<label>yaml \w+|cel)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: Path
    line: int
    label: str
    """`cel`, or what the YAML is: `policy`, `tests`, `gate` …"""
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line} {self.label}"


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text("utf-8")
        for fence in FENCE.finditer(text):
            line = text.count("\n", 0, fence.start()) + 1
            yield Block(page, line, fence["label"].removeprefix("yaml "), fence["body"])


BLOCKS = tuple(blocks())


def labelled(*labels: str) -> list[Block]:
    return [block for block in BLOCKS if block.label in labels]


def on_page(page: Path, label: str) -> list[Block]:
    return [block for block in labelled(label) if block.page == page]


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def said(diagnostics: tuple[Diagnostic, ...]) -> str:
    """All of it, but for what only says that these files are alone."""
    return shown([d for d in diagnostics if d.code not in ("no-policies", "not-collected")]).strip()


def test_every_label_is_known() -> None:
    assert {block.label for block in BLOCKS} == {
        *("cel", "policy", "tests", "gate", "lifecycle", "pack", "workspace"),
    }


@pytest.mark.parametrize("block", labelled("policy"), ids=str)
def test_a_policy_is_sound(block: Block, tmp_path: Path) -> None:
    folder = write(tmp_path, {"p.policy.yaml": block.text})
    loaded, diagnostics = library_.load(Disk, {str(folder): "."})
    assert said(diagnostics) == ""
    assert len(loaded.policies) == 1


@pytest.mark.parametrize("block", labelled("tests"), ids=str)
def test_tests_hold_for_the_policy_of_their_page(block: Block, tmp_path: Path) -> None:
    policies = {f"{n}.policy.yaml": each.text for n, each in enumerate(on_page(block.page, "policy"))}
    folder = write(tmp_path, {**policies, "t.tests.yaml": block.text})
    loaded, diagnostics = library_.load(Disk, {str(folder): "."})
    ran = testing.run(["t.tests.yaml"], Disk(folder).read, loaded, (), diagnostics)
    assert said(ran.diagnostics) == ""
    assert ([case.case.name for case in ran.failed], ran.uncovered) == ([], ())
    assert ran.cases


@pytest.mark.parametrize("block", labelled("gate", "lifecycle", "pack"), ids=str)
def test_what_stands_beside_policies_is_sound(block: Block, tmp_path: Path) -> None:
    """A gate binds the policies of its page, which are given the name of the pack that it binds."""
    packs, files = ["lifecycle", "launch-readiness"], {}
    policies = on_page(block.page, "policy")
    if block.label == "pack" or "launch.rollback.step-owner" in block.text:
        packs = ["lifecycle", "./own"]
        head = block.text if block.label == "pack" else PACK
        files = {f"own/{n}.policy.yaml": each.text for n, each in enumerate(policies)}
        files["own/pack.yaml"] = head
    if block.label != "pack":
        files[f"x.{block.label}.yaml"] = block.text
    field = {"gate": "gates: x.gate.yaml", "lifecycle": "lifecycles: x.lifecycle.yaml", "pack": ""}[
        block.label
    ]
    files["gonogo.yaml"] = f"version: 1\npacks: [ {', '.join(packs)} ]\n{field}\n"
    loaded, diagnostics = run.load(str(write(tmp_path, files)))
    assert said(diagnostics) == ""
    assert loaded is not None


PACK = "pack: launch-readiness\nversion: 1.0.0\ntitle: The policies of a page\nowner: nobody\n"


@pytest.mark.parametrize("block", labelled("workspace"), ids=str)
def test_a_workspace_is_sound(block: Block, tmp_path: Path) -> None:
    files = {
        "gonogo.yaml": block.text,
        "people/groups.yaml": "product-leads: [ Ada Example ]\n",
        "policies/own.policy.yaml": POLICY,
        "gates/x.gate.yaml": "gate: x\ntitle: X\nbinds: [ policy: own.prd ]\n",
    }
    loaded, diagnostics = run.load(str(write(tmp_path, files)))
    assert said(diagnostics) == ""
    assert loaded is not None


POLICY = """\
policy: own.prd
version: 1.0.0
title: A document has an owner
owner: ada
subject: prd
rules: [ { id: own.prd.owner, title: It has an owner, assert: filled(subject.owner) } ]
"""


AS_OF = datetime(2026, 6, 1, 23, 59, 59, tzinfo=UTC)


def examples() -> Iterator[tuple[str, str]]:
    for block in labelled("cel"):
        for line in block.text.splitlines():
            expression, _, expected = line.partition("  //")
            yield expression.strip(), expected.strip()


@pytest.mark.parametrize(("expression", "expected"), list(examples()))
def test_an_example_gives_what_stands_beside_it(expression: str, expected: str) -> None:
    given = {
        "subject": {},
        "now": language.timestamp(AS_OF),
        language.CONTEXT: language.Context(AS_OF),
    }
    value = language.environment(cel.DYN).compile(expression).evaluate(given)
    assert cel.format_value(value) == expected


def first_cells(heading: str) -> set[str]:
    """The names that the first column of the table below a heading explains."""
    section = LANGUAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n##")[0]
    return set(re.findall(r"^\| `(\w+)", section, re.MULTILINE))


def test_every_variable_is_explained() -> None:
    assert first_cells("Variables") == set(language.VARIABLES)


def test_every_function_is_explained() -> None:
    names = {function.name for entry in language.FUNCTIONS for function in entry.functions}
    assert first_cells("Functions") == names


def test_every_name_of_cel_is_there() -> None:
    section = LANGUAGE.read_text("utf-8").partition("### CEL's own")[2].partition("\n## ")[0]
    there = {*re.findall(r"`([\w.]+)`", section), *re.findall(r"`(?:x\.)?([\w.]+)\(", section)}
    macros = {"all", "exists", "exists_one", "existsOne", "filter", "map", "transformList", "transformMap"}
    macros |= {"has", "cel.bind", "optMap", "optFlatMap"}
    named = {name for name in library.names() if re.fullmatch(r"[\w.]+", name)}
    assert (named | macros) - there == set()
    assert {name for name in there if name.islower() or "." in name} - named - macros <= {"list", "a.b"}

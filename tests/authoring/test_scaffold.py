"""What `init` writes works: it loads without a diagnostic, finds what is there, and has something to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import documents, run
from checker.authoring import detection, scaffold, schemas
from checker.cli.options import today
from checker.transports.disk import Disk
from tests import modelines

PRD = "---\nid: a\ntitle: A\n---\n\n## Problem\n\nSlow.\n\n## Goals\n\n- Fast\n\n## Non-goals\n\n- Free\n"
LAUNCH = "id: a-ga\nname: A\ntier: 1\n"
RISKS = "id: a-risks\nrisks: []\n"

REPOSITORIES = {
    "empty": {},
    "code only": {"src/main.py": "", "README.md": "# A\n", "package.json": "{}"},
    "one document": {"docs/prd.md": PRD},
    "a folder of documents": {"docs/prds/a.md": PRD, "docs/prds/b.md": PRD.replace("id: a", "id: b")},
    "by product": {"products/a/prd.md": PRD, "products/b/prd.md": PRD.replace("id: a", "id: b")},
    "several kinds": {"prd.md": PRD, "launch.yaml": LAUNCH, "risks.yaml": RISKS, "okrs/2026.yaml": "id: o\n"},
    "a register": {"products.yaml": "- { id: a, name: A, owners: [ Ada Example ] }\n", "prd.md": PRD},
    "another products.yaml": {"products.yaml": "soap: 1\n"},
    "own policies": {
        "rules/x.policy.yaml": "policy: x\nversion: 1.0.0\ntitle: X\nowner: me\nsubject: prd\nrules:\n"
        "  - { id: x.title, title: X, assert: filled(subject.title) }\n"
    },
    "names that YAML bends": {
        "yes/prd.md": PRD,
        "null/prd.md": PRD,
        "1.5/prd.md": PRD,
        "it's #1: a/prd.md": PRD,
    },
}


def written(folder: Path, files: dict[str, str], name: str = "acme") -> detection.Repository:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    door = Disk(folder)
    found = detection.explore([path for path, _ in door.find("**/*")], door.read)
    for file in scaffold.files(name, found):
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.write_text(file.text, encoding="utf-8")
    return found


@pytest.mark.parametrize("files", REPOSITORIES.values(), ids=REPOSITORIES)
def test_what_is_written_runs_and_finds_something(tmp_path: Path, files: dict[str, str]) -> None:
    found = written(tmp_path, files)
    report = run.check(run.Request(str(tmp_path), today))
    assert report.diagnostics == ()
    assert report.exit_code in (0, 1)
    assert any(r.outcome == "fail" for r in report.results)
    judged = {result.subject.path for result in report.results}
    assert {path for each in found.artifacts for path in each.files} <= judged


@pytest.mark.parametrize("name", ["acme", "Acme Corp.", "no", "1.5", "ä", "a: b", "'", "#1", "日本"])
def test_any_name_of_a_folder_will_do(tmp_path: Path, name: str) -> None:
    written(tmp_path, {}, name)
    report = run.check(run.Request(str(tmp_path), today))
    assert (report.diagnostics, report.workspace) == ((), name)


def test_a_fresh_workspace_stops_only_what_breaks_its_schema(tmp_path: Path) -> None:
    written(tmp_path, {})
    report = run.check(run.Request(str(tmp_path), today))
    blocking = {r.rule for r in report.results if r.outcome == "fail" and r.enforcement == "mandatory"}
    assert blocking == {"product.schema", "prd.schema"}
    assert any(r.enforcement == "upcoming" for r in report.results)


def test_every_rule_of_the_shipped_packs_waits_for_a_gate(tmp_path: Path) -> None:
    """Otherwise it would count from the first day, and a draft be judged as a launch."""
    written(tmp_path, {})
    workspace, _ = run.load(str(tmp_path))
    assert workspace is not None
    unbound = [
        rule.id
        for policy in workspace.policies
        for rule in policy.rules
        if not any(gate.bindings_of(rule.id, policy.id, policy.pack) for gate in workspace.gates)
    ]
    assert unbound == []


@pytest.mark.parametrize("files", [{}, {"soap/products.yaml": "soap: 1\n", "products.yaml": "soap: 1\n"}])
def test_what_is_written_leads_to_the_schema_it_has(tmp_path: Path, files: dict[str, str]) -> None:
    written(tmp_path, files)
    for path, text in schemas.files(()).items():
        target = tmp_path / schemas.FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    made = {path for path in tmp_path.rglob("*.yaml") if path.relative_to(tmp_path).as_posix() not in files}
    for path in made:
        if path.name != "groups.yaml":
            to_fill_in = ["[] should be non-empty"] if path.name.endswith("products.yaml") else []
            assert modelines.faults(path) == to_fill_in, path


def test_what_is_written_has_no_fault(tmp_path: Path) -> None:
    written(tmp_path, REPOSITORIES["several kinds"])
    for path in tmp_path.rglob("*.yaml"):
        assert documents.read(path.read_bytes(), "yaml").faults == ()


@pytest.mark.parametrize(
    ("files", "made_up"),
    [
        ({"okr.yaml": "id: o\n"}, True),
        ({"okr.yaml": "id: o\n", "products.yaml": "- { id: checkout }\n"}, False),
        ({"okr.yaml": "id: o\n", "p/a/prd.md": PRD, "p/b/prd.md": PRD}, False),
    ],
)
def test_a_product_is_only_made_up_where_it_is_the_only_one(
    tmp_path: Path, files: dict[str, str], made_up: bool
) -> None:
    written(tmp_path, files)
    assert ('subject.product : "acme"' in (tmp_path / "gonogo.yaml").read_text("utf-8")) is made_up

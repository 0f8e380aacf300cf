"""What a repository holds is found by names, by modelines, by fields and by headings."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checker.authoring.detection import FOLDERS, NAMES, Found, Repository, explore
from checker.kinds import shipped_names
from checker.model import Fault

PRD = "# Express checkout\n\n## Problem\n\nSlow.\n\n## Goals\n\n- Fast\n\n## Non-goals\n\n- Free\n"


def explored(files: Mapping[str, str]) -> Repository:
    return explore(files, lambda path: files[path].encode())


def kinds_of(files: Mapping[str, str]) -> dict[str, str]:
    """File to kind."""
    return {path: found.kind for found in explored(files).artifacts for path in found.files}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("prd.md", "prd"),
        ("docs/checkout-prd.md", "prd"),
        ("docs/PRD.md", "prd"),
        ("docs/\x1b[31m/prd.md", None),
        ("docs/\udcff/prd.md", None),
        ("docs/\n/prd.md", None),
        ("docs/prds/checkout.md", "prd"),
        ("docs/product-requirements.md", "prd"),
        ("launch.yaml", "launch-plan"),
        ("launches/checkout.yaml", "launch-plan"),
        ("docs/launch-plan.yaml", "launch-plan"),
        ("risks.yaml", "risk-register"),
        ("docs/risk_register.yml", "risk-register"),
        ("roadmap.yaml", "roadmap"),
        ("okrs/2026.yaml", "okr"),
        ("okr-2026-q1.yaml", "okr"),
        ("security/threat-model.yaml", "threat-model"),
        ("privacy/dpia.yaml", "dpia"),
        # What these kinds are never written as, or what is none of them.
        ("README.md", None),
        ("requirements.txt", None),
        ("roadmap.csv", None),
        ("launch.py", None),
        ("docs/prds/README.md", None),
        ("node_modules/x/prd.md", None),
        (".github/launch.yaml", None),
        ("tests/prd.md", None),
        ("prdx.md", None),
    ],
)
def test_files_are_known_by_their_names(path: str, kind: str | None) -> None:
    assert kinds_of({path: "a: b\n" if not path.endswith(".md") else "# A\n"}).get(path) == kind


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("docs/express.md", PRD, "prd"),
        ("docs/express.md", "# A\n\n## Problem\n\nSlow.\n", None),
        (
            "plans/express.yaml",
            "id: a\nname: A\ntier: 1\nrollback: { owner: x }\nplanned_launch_on: 2026-01-01\n",
            "launch-plan",
        ),
        ("plans/express.json", '{"id": "a", "name": "A", "tier": 1, "rollback": {}}', "launch-plan"),
        ("chart/values.yaml", "image: x\nname: A\nid: b\nreplicas: 1\nport: 2\nhost: c\nowner: d\n", None),
        ("x.yaml", "# yaml-language-server: $schema=../kinds/vendor.schema.json\nid: a\n", "vendor"),
        ("x.yaml", "a: [\n", None),
        ("x.yaml", "- 1\n", None),
        ("x.yaml", "", None),
    ],
)
def test_files_are_known_by_what_they_hold(path: str, text: str, kind: str | None) -> None:
    assert kinds_of({path: text}).get(path) == kind


def test_a_file_that_cannot_be_read_is_passed_over() -> None:
    found = explore(["x.yaml", "products.yaml"], lambda _: Fault("unreadable", "The file cannot be read."))
    assert found == Repository((), "", (), ())


@pytest.mark.parametrize(
    ("paths", "patterns", "products"),
    [
        (["prd.md"], ("prd.md",), ()),
        (["a/prd.md", "b/prd.md"], ("{product}/prd.md",), ("a", "b")),
        (["products/a/prd.md", "products/b/prd.md"], ("products/{product}/prd.md",), ("a", "b")),
        (["docs/prds/a.md", "docs/prds/b.md"], ("docs/prds/*.md",), ()),
        (["docs/a-prd.md", "docs/b-prd.md"], ("docs/*.md",), ()),
        (["a/prd.md", "b/prd.md", "docs/prds/c.md"], ("{product}/prd.md", "docs/prds/c.md"), ("a", "b")),
        (["x/a/prd.md", "x/b/c/prd.md"], ("x/**/prd.md",), ()),
        ([f"x/{n:02}/prd.md" for n in range(21)], ("x/*/prd.md",), ()),
    ],
)
def test_patterns_find_the_files_and_their_like(
    paths: list[str], patterns: tuple[str, ...], products: tuple[str, ...]
) -> None:
    found = explored(dict.fromkeys(paths, PRD))
    assert found.artifacts == (Found("prd", patterns, tuple(sorted(paths))),)
    assert found.products == products


@pytest.mark.parametrize(
    ("beside", "patterns"),
    [
        ((), ("products/{product}/gates/*.yaml",)),  # so that the next record is not overlooked
        (
            ("products/a/gates/x.yaml", "products/b/gates/y.yaml"),
            ("products/a/gates/beta.yaml", "products/b/gates/ga.yaml"),
        ),
        (("gates/ga.yaml",), ("products/{product}/gates/*.yaml",)),
    ],
)
def test_records_in_their_usual_place_are_found_by_its_pattern(
    beside: tuple[str, ...], patterns: tuple[str, ...]
) -> None:
    record = "id: r\nproduct: a\ngate: beta\ndecision: proceed\ndecided_on: 2026-05-01\n"
    files = {"products/a/gates/beta.yaml": record, "products/b/gates/ga.yaml": record}
    (found,) = explored({**files, **dict.fromkeys(beside, "a: b\n")}).artifacts
    assert (found.kind, found.patterns) == ("gate-record", patterns)


def test_a_folder_that_holds_something_else_is_not_taken_whole() -> None:
    found = explored({"docs/a-prd.md": PRD, "docs/b-prd.md": PRD, "docs/index.md": "# Docs\n"})
    assert found.artifacts[0].patterns == ("docs/a-prd.md", "docs/b-prd.md")


def test_a_name_that_many_other_files_have_is_no_pattern() -> None:
    documents = {"a/b/README.md": PRD, "a/c/d/README.md": PRD}
    found = explored({**documents, **{f"a/{n}/README.md": "# Code\n" for n in range(9)}})
    assert found.artifacts[0].patterns == ("a/b/README.md", "a/c/d/README.md")


def test_the_register_and_the_policies_are_found() -> None:
    found = explored(
        {
            "data/products.yaml": "- { id: a, name: A }\n",
            "policies/x.policy.yaml": "policy: x\n",
            "policies/x.tests.yaml": "policy: x\n",
        }
    )
    assert found == Repository((), "data/products.yaml", ("policies",), ())
    assert explored({"products.yaml": "- soap\n- bread\n"}).register == ""


def test_a_large_repository_is_known_by_names_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.authoring import detection

    monkeypatch.setattr(detection, "MOST_READ", 3)
    read = []

    def reader(path: str) -> bytes:
        read.append(path)
        return b"a: b\n"

    found = explore([*(f"data/{n}.yaml" for n in range(10)), "roadmap.yaml"], reader)
    assert len(read) == 3
    assert [each.kind for each in found.artifacts] == ["roadmap"]


def test_every_name_is_that_of_a_kind() -> None:
    assert {*NAMES, *FOLDERS} <= set(shipped_names())

"""Subjects from files: which files, which id, which product, and what becomes of broken ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.model import Report
from tests.judging import KIND, REGISTER, check, configuration, judged, policy, rule, write

HOLDS = "!has(subject.legacy)"
"""True of every subject here."""


def subjects(folder: Path, selection: dict[str, Any], files: dict[str, str | bytes], **more: Any) -> Report:
    """The report of the things that a selection finds."""
    written = {
        "gonogo.yaml": configuration(subjects=[{"kind": "thing", **selection}], **more),
        "policies/p.policy.yaml": policy(rule(HOLDS)),
        **files,
    }
    return judged(folder, written)


def refs(report: Report) -> list[tuple[str, str, str]]:
    """Id, path and product of every subject, in the order of the report."""
    return list(dict.fromkeys((r.subject.id, r.subject.path, r.subject.product) for r in report.results))


def faults(report: Report) -> list[tuple[str, str, str]]:
    """Subject, rule and message of every failure, the line before the message."""
    return [
        (r.subject.id, r.rule.removeprefix("thing."), f"{r.location.span.line}: {r.message}")
        if r.location.span
        else (r.subject.id, r.rule.removeprefix("thing."), r.message)
        for r in report.results
        if r.outcome == "fail"
    ]


@pytest.mark.parametrize(
    ("selection", "path", "text", "expected"),
    [
        ({}, "a.yaml", "id: search", ("search", "")),
        ({}, "a.yaml", "name: x", ("a", "")),
        ({}, "deep/er/a.thing.yaml", "name: x", ("deep/er/a", "")),
        ({}, "a.yaml", "product: shop", ("a", "shop")),
        ({"id": "path.name"}, "a.yaml", "id: search", ("a", "")),
        ({"id": "subject.name"}, "a.yaml", "{ id: search, name: x }", ("x", "")),
        ({"id": "path.folder + '!' + path.file"}, "deep/a.yaml", "{}", ("deep!deep/a.yaml", "")),
        ({"product": "path.name"}, "shop.yaml", "id: search", ("search", "shop")),
        ({"product": "subject.owner"}, "shop.yaml", "id: search", ("search", "")),
        ({"format": "json"}, "a.txt", '{"id": "search"}', ("search", "")),
        ({"records": "/any/list"}, "a.yaml", "any: { list: [ { id: search } ] }", ("search", "")),
        ({"records": "/any/a~1b~0c"}, "a.yaml", 'any: { "a/b~c": [ { id: search } ] }', ("search", "")),
    ],
)
def test_a_subject_is_known_by_an_id_and_belongs_to_a_product(
    tmp_path: Path, selection: dict[str, Any], path: str, text: str, expected: tuple[str, str]
) -> None:
    suffix = path.rpartition(".")[2]
    patterns = ["{name}." + suffix, "deep/**/{name}." + suffix]
    report = subjects(tmp_path, {"files": patterns, "exclude": "gonogo.yaml", **selection}, {path: text})
    (id, product) = expected
    assert refs(report) == [(id, path, product)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "- { id: x }\n- { id: y }\n"),
        ("a.yaml", "id: x\n---\nid: y\n"),
        ("a.json", '[{"id": "x"}, {"id": "y"}]'),
        ("a.csv", "id,name\nx,X\ny,Y\n"),
        ("a.ndjson", '{"id": "x"}\n{"id": "y"}\n'),
        ("a.toml", "[[any]]\nid = 'x'\n[[any]]\nid = 'y'\n"),
    ],
)
def test_records_lists_and_documents_are_subjects_of_their_own(tmp_path: Path, name: str, text: str) -> None:
    more = {"records": "/any"} if name.endswith("toml") else {}
    report = subjects(tmp_path, {"files": "a.*", **more}, {name: text})
    assert refs(report) == [("x", name, ""), ("y", name, "")]
    places = {r.subject.id: r.location.span for r in report.results if r.location.span}
    assert places["x"] < places["y"]


def test_records_without_an_id_are_known_by_their_place(tmp_path: Path) -> None:
    report = subjects(tmp_path, {"files": "list.yaml"}, {"list.yaml": "- name: x\n- name: y\n"})
    assert [id for id, _, _ in refs(report)] == ["list#0", "list#1"]


def test_a_pattern_leaves_out_what_another_excludes(tmp_path: Path) -> None:
    report = subjects(
        tmp_path,
        {"files": ["**/*.thing.yaml", "extra.yaml"], "exclude": ["old/**", "*.draft.thing.yaml"]},
        dict.fromkeys(
            ("b.thing.yaml", "a.thing.yaml", "old/x.thing.yaml", "c.draft.thing.yaml", "extra.yaml"), "{}"
        ),
    )
    assert [path for _, path, _ in refs(report)] == ["a.thing.yaml", "b.thing.yaml", "extra.yaml"]


def test_a_file_may_hold_subjects_of_several_kinds(tmp_path: Path) -> None:
    files = [{"kind": "thing", "files": "a.yaml"}, {"kind": "widget", "files": "a.yaml"}]
    report = judged(
        tmp_path,
        {
            "gonogo.yaml": configuration(subjects=files),
            "policies/p.policy.yaml": policy(rule(HOLDS)),
            "widget.schema.json": json.dumps(KIND),
            "a.yaml": "id: x",
        },
    )
    assert {(r.subject.kind, r.subject.id) for r in report.results} == {("thing", "x"), ("widget", "x")}


# Faults of what is judged are results

BROKEN = [
    ("", [("a", "readable", "There is nothing in this file.")]),
    ("id: [", None),
    (b"\xff\xfe\x00", None),
    ("a: &a [ *a ]", None),
    ("- 1\n- { id: x }", [("a#0", "schema", "1: the document must be a mapping; found 1")]),
    ("just text", [("a", "schema", '1: the document must be a mapping; found text')]),
    ("tire: 1\ntier: high", [
        ("a", "schema", "1: unknown field `tire`: did you mean `tier`?"),
        ("a", "schema", '2: `tier` must be a whole number; found "high"'),
    ]),
    ("{ id: x }\n---\n{ id: x }", [("x", "schema", "3: the id `x` is already taken by a.yaml:1")]),
    ("- { id: x }\n- { id: x }", [("x", "schema", "2: the id `x` is already taken by a.yaml:1")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_a_broken_artifact_fails_the_rules_of_its_kind(
    tmp_path: Path, text: str | bytes, said: list[tuple[str, str, str]] | None
) -> None:
    report = subjects(tmp_path, {"files": ["a.yaml", "sound.yaml"]}, {"a.yaml": text, "sound.yaml": "{}"})
    if said is None:
        assert [(id, rule) for id, rule, _ in faults(report)] == [("a", "readable")]
    else:
        assert faults(report) == said
    assert {r.outcome for r in report.results if r.subject.id == "sound"} == {"pass"}  # the others go on
    assert (report.verdict, report.exit_code) == ("no-go", 1)


def test_what_cannot_be_read_is_not_evaluated(tmp_path: Path) -> None:
    report = subjects(tmp_path, {"files": "a.yaml"}, {"a.yaml": "id: ["})
    assert [(r.rule, r.outcome, r.message) for r in report.results if r.outcome == "error"] == [
        ("test.rule", "error", "not evaluated: a.yaml cannot be read"),
        ("thing.schema", "error", "not evaluated: a.yaml cannot be read"),
    ]


def test_what_breaks_its_schema_is_evaluated_all_the_same(tmp_path: Path) -> None:
    report = subjects(tmp_path, {"files": "a.yaml"}, {"a.yaml": "tier: high"})
    assert {r.rule: r.outcome for r in report.results} == {
        "thing.readable": "pass",
        "thing.schema": "fail",
        "test.rule": "pass",
    }


def test_the_ids_of_a_kinds_own_rules_can_be_set(tmp_path: Path) -> None:
    kind = {**KIND, "x-gonogo": {"rules": {"readable": "t.read", "schema": "t.shape"}}}
    report = subjects(
        tmp_path, {"files": "a.yaml"}, {"a.yaml": "tire: 1", "thing.schema.json": json.dumps(kind)}
    )
    assert {r.rule: r.outcome for r in report.results} == {
        "t.read": "pass",
        "t.shape": "fail",
        "test.rule": "pass",
    }


@pytest.mark.parametrize(
    ("selection", "path", "text", "said"),
    [
        ({"records": "/any"}, "a.yaml", "id: x", "1: there is no list of records at `any`"),
        ({"records": "/any/x"}, "a.yaml", "id: x\nany: {}", "2: there is no list of records at `any/x`"),
        ({"id": "subject.name"}, "a.yaml", "owner: x", "1: nothing gives this subject an id"),
        ({}, "a.xyz", "id: x", "nothing tells the format of this file"),
    ],
)
def test_what_a_selection_needs_and_does_not_find(
    tmp_path: Path, selection: dict[str, str], path: str, text: str, said: str
) -> None:
    report = subjects(tmp_path, {"files": "a.*", **selection}, {path: text})
    assert [message for _, _, message in faults(report)] == [said]


def test_two_files_with_one_id(tmp_path: Path) -> None:
    report = subjects(tmp_path, {"files": "*.t.yaml"}, {"b.t.yaml": "id: x", "a.t.yaml": "name: y\nid: x"})
    assert faults(report) == [("x", "schema", "1: the id `x` is already taken by a.t.yaml:1")]
    failed = next(r for r in report.results if r.outcome == "fail")
    assert (failed.subject.path, failed.fix) == ("b.t.yaml", "Give each its own id.")


def test_a_link_that_leaves_the_workspace_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("id: secret")
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    report = subjects(folder, {"files": "a.yaml"}, {})
    assert faults(report) == [("a", "readable", "The file lies outside of the workspace.")]


# The register


def test_a_product_is_its_own_product(tmp_path: Path) -> None:
    report = judged(
        tmp_path,
        {
            "gonogo.yaml": configuration(products="products.yaml"),
            "products.yaml": REGISTER,
            "policies/p.policy.yaml": policy(
                rule("product.id == subject.id && related('thing').size() == 1"), subject="product"
            ),
            "a.thing.yaml": "product: checkout",
            "b.thing.yaml": "product: other",
        },
    )
    (result,) = (r for r in report.results if r.rule == "test.rule")
    assert (result.outcome, result.subject.id, result.subject.product) == ("pass", "checkout", "checkout")


# Nothing there


@pytest.mark.parametrize(
    ("files", "selection", "verdict", "code", "said"),
    [
        ({"a.yaml": "{}"}, {"files": "a.yaml"}, "go", 0, []),
        ({"a.yaml": "{}"}, {"files": "b.yaml"}, "undecided", 3, ["no file fits b.yaml"]),
        ({"a.yaml": "{}"}, {"files": "b.yaml", "optional": True}, "undecided", 3, []),
        ({"a.yaml": "[]"}, {"files": "a.yaml"}, "undecided", 3, ["what fits a.yaml holds no thing"]),
        ({"a.csv": "id,name\n"}, {"files": "*.csv"}, "undecided", 3, ["what fits *.csv holds no thing"]),
        ({"a.yaml": "[]"}, {"files": "a.yaml", "optional": True}, "undecided", 3, []),
    ],
)
def test_finding_nothing_is_never_green(
    tmp_path: Path, files: dict[str, str], selection: dict[str, Any], verdict: str, code: int, said: list[str]
) -> None:
    report = subjects(tmp_path, selection, files)  # type: ignore[arg-type]
    assert (report.verdict, report.exit_code) == (verdict, code)
    assert [d.message for d in report.diagnostics] == said


@pytest.mark.parametrize(
    ("optional", "selected", "verdict", "code"),
    [
        (False, {}, "undecided", 4),
        (True, {}, "go", 0),
        (False, {"kinds": ("thing",)}, "go", 0),  # nobody asked for releases
        (False, {"kinds": ("release",)}, "undecided", 3),
        (False, {"paths": ("a.thing.yaml",)}, "go", 0),
    ],
)
def test_one_kind_that_is_missing_leaves_the_whole_undecided(
    tmp_path: Path, optional: bool, selected: dict[str, Any], verdict: str, code: int
) -> None:
    files = {
        "gonogo.yaml": configuration(
            subjects=[
                {"kind": "thing", "files": "*.thing.yaml"},
                {"kind": "release", "files": "releases/*.yaml", "optional": optional},
            ]
        ),
        "policies/p.policy.yaml": policy(rule(HOLDS)),
        "a.thing.yaml": "{}",
    }
    report = check(write(tmp_path, files), **selected)
    assert (report.verdict, report.exit_code) == (verdict, code)
    unasked = ["nothing-asked"] if code == 3 else []
    assert [d.code for d in report.diagnostics] == [*unasked, *([] if optional else ["no-subjects"])]
    if code == 4:
        assert report.next_step == "mend the first warning at gonogo.yaml, then run gonogo check again"


def test_every_file_that_was_read_is_an_input(tmp_path: Path) -> None:
    report = subjects(tmp_path, {"files": "*.thing.yaml"}, {"a.thing.yaml": "[]", "b.thing.yaml": "id: x"})
    assert [e.locator for e in report.inputs] == [
        "a.thing.yaml",
        "b.thing.yaml",
        "gonogo.yaml",
        "policies/p.policy.yaml",
        "thing.schema.json",
    ]
    assert all(e.digest.startswith("sha256:") and len(e.digest) == 71 for e in report.inputs)

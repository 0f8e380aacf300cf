"""`gonogo schema`: what it shows, what it writes for editors, and the modelines that lead there."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from checker import kinds, shipped
from checker.authoring import schemas
from tests import modelines
from tests.cli.conftest import Gonogo
from tests.cli.workspaces import CONFIGURATION, write


def test_schema_lists_the_kinds_of_the_workspace_too(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path, gonogo=f"{CONFIGURATION}kinds: kinds/*.schema.json\n")
    fields = '{"id": {"type": "string"}}'
    schema = f'{{"title": "Voyage", "type": "object", "properties": {fields}}}'
    write(folder, {"kinds/voyage.schema.json": schema})
    ran = gonogo("schema", "--list", cwd=folder)
    assert "  voyage         Voyage                             kinds/voyage.schema.json\n" in ran.out
    shown, formats = ran.out.split("\nfile formats\n")
    assert all(f"\n  {name} " in shown for name in kinds.shipped_names())
    assert [line.split()[0] for line in formats.splitlines()] == list(shipped.format_names())
    assert "id" in gonogo("schema", "voyage").out
    listed = json.loads(gonogo("schema", "--list", "--format", "json").out)
    assert [each["name"] for each in listed["kinds"]] == sorted([*kinds.shipped_names(), "voyage"])
    assert [each["name"] for each in listed["formats"]] == list(shipped.format_names())


@pytest.mark.parametrize("kind", kinds.shipped_names())
def test_schema_shows_every_kind(tmp_path: Path, gonogo: Gonogo, kind: str) -> None:
    assert gonogo("schema", kind, cwd=tmp_path).out.startswith(f"{kind}: ")
    assert json.loads(gonogo("schema", kind, "--format", "json").out) == kinds.shipped_kind(kind).schema


@pytest.mark.parametrize("format", shipped.format_names())
def test_schema_shows_every_file_format(tmp_path: Path, gonogo: Gonogo, format: str) -> None:
    assert gonogo("schema", format, cwd=tmp_path).out.startswith(f"{format}: ")
    shown = json.loads(gonogo("schema", format, "--format", "json").out)
    assert shown == json.loads(shipped.schema(format))


def test_a_workspace_that_cannot_be_read_keeps_nobody_from_reading_how_it_is_written(
    tmp_path: Path, gonogo: Gonogo
) -> None:
    write(tmp_path, {"gonogo.yaml": "version: 1\nkinds: kinds/*.json\n", "kinds/voyage.schema.json": "{}"})
    ran = gonogo("schema", "kind", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    for refused in (("voyage",), ("--list",), ("--write", "schemas")):
        ran = gonogo("schema", *refused)
        assert (ran.code, ran.out) == (2, "")
        assert "kinds/voyage.schema.json:1:1" in ran.err
    assert not (tmp_path / "schemas").exists()


def test_a_kind_of_the_workspace_hides_a_file_format(tmp_path: Path, gonogo: Gonogo) -> None:
    schema = '{"title": "Lock gate", "type": "object", "properties": {"width": {"type": "number"}}}'
    write(tmp_path, {"gonogo.yaml": "version: 1\nkinds: '*.schema.json'\n", "gate.schema.json": schema})
    assert gonogo("schema", "gate", cwd=tmp_path).out.startswith("gate: Lock gate\n")
    assert gonogo("schema", "--write", "s").code == 0
    written = ("gate.schema.json", "kinds/gate.schema.json")
    titles = [json.loads((tmp_path / "s" / path).read_text())["title"] for path in written]
    assert titles == ["Gate", "Lock gate"]


def schemas_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_schema_writes_all_schemas(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path, gonogo=f"{CONFIGURATION}kinds: kinds/*.schema.json\n")
    own = {"title": "Voyage", "$comment": "ours", "type": "object", "properties": {"é": {"type": "string"}}}
    write(folder, {"kinds/voyage.schema.json": json.dumps(own)})
    count = len(shipped.schema_names()) + 1
    ran = gonogo("schema", "--write", ".gonogo/schemas", cwd=folder)
    assert ran == (0, f"wrote {count} schemas into .gonogo/schemas\n", "")
    written = schemas_in(folder / ".gonogo" / "schemas")
    assert set(written) == {f"{name}.schema.json" for name in (*shipped.schema_names(), "kinds/voyage")}
    for name in shipped.schema_names():
        original, found = json.loads(shipped.schema(name)), json.loads(written[f"{name}.schema.json"])
        assert found.pop("$comment") == schemas.MARK
        assert [found.get(keyword) for keyword in TOP] == [original.get(keyword) for keyword in TOP]
    voyage = json.loads(written["kinds/voyage.schema.json"])
    assert voyage == {
        "$comment": schemas.MARK,
        "title": "Voyage",
        "type": "object",
        "properties": {"é": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
    }


TOP = ("$schema", "$id", "title", "description", "type", "required", "additionalProperties", "x-gonogo")


@pytest.mark.parametrize("name", kinds.shipped_names())
def test_an_editor_asks_for_nothing_but_what_must_be_there(tmp_path: Path, gonogo: Gonogo, name: str) -> None:
    """An empty field is a null to an editor, and absent to gonogo."""
    write(tmp_path, {"gonogo.yaml": "version: 1\n"})
    gonogo("schema", "--write", ".gonogo/schemas", cwd=tmp_path)
    assert gonogo("new", name, "new.yaml").code == 0
    schema = modelines.schema_of(tmp_path / "new.yaml")
    assert schema is not None
    typed = yaml.safe_load((tmp_path / "new.yaml").read_text())
    assert None in typed.values()
    complaints = Draft202012Validator(json.loads(schema.read_text())).iter_errors(typed)
    must = {(name,) for name in kinds.shipped_kind(name).fields.required}
    assert {tuple(each.absolute_path) for each in complaints} == must


def test_schemas_that_gonogo_wrote_are_written_anew(tmp_path: Path, gonogo: Gonogo) -> None:
    gonogo("schema", "--write", "a/b", cwd=tmp_path)
    first = schemas_in(tmp_path / "a" / "b")
    old = tmp_path / "a" / "b" / "policy.schema.json"
    old.write_text(old.read_text().replace('"title": "Policy"', '"title": "As it was"'))
    (tmp_path / "a" / "b" / "gate.schema.json").unlink()
    (tmp_path / "a" / "b" / "notes.txt").write_text("mine")
    assert gonogo("schema", "--write", "a/b").code == 0
    assert schemas_in(tmp_path / "a" / "b") == {**first, "notes.txt": b"mine"}


@pytest.mark.parametrize("content", ['{"title": "mine"}', "", None])
def test_no_schema_of_others_is_overwritten(tmp_path: Path, gonogo: Gonogo, content: str | None) -> None:
    path = tmp_path / "schemas" / "policy.schema.json"
    path.parent.mkdir()
    path.mkdir() if content is None else path.write_text(content)
    shown = os.path.join("schemas", "policy.schema.json")
    assert gonogo("schema", "--write", "schemas", cwd=tmp_path) == (
        2,
        "",
        f"gonogo: {shown} is already there, and gonogo did not write it. "
        "Nothing was written; name another folder.\n",
    )
    assert list(path.parent.iterdir()) == [path]


def test_schemas_are_written_all_or_none(
    tmp_path: Path, gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = iter([None] * 9)

    def fsync(_: int) -> None:
        if next(room, "full"):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    assert gonogo("schema", "--write", "a/b", cwd=tmp_path) == (
        2,
        "",
        "gonogo: cannot write into a/b: No space left on device. Nothing of it was written.\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_new_leads_an_editor_to_the_schema_where_there_is_one(tmp_path: Path, gonogo: Gonogo) -> None:
    """A shipped kind's where they were written; a kind of the workspace is its own file."""
    folder = write(tmp_path, gonogo=f"{CONFIGURATION}kinds: kinds/*.schema.json\n")
    fields = '{"id": {"type": "string"}}'
    write(folder, {"kinds/voyage.schema.json": f'{{"type": "object", "properties": {fields}}}'})
    for path in ("a/launch.yaml", "b/c/launch.yaml"):
        assert gonogo("new", "launch-plan", path, cwd=folder).code == 0
        assert modelines.schema_of(folder / path) is None
        gonogo("schema", "--write", ".gonogo/schemas")
        (folder / path).unlink()
        assert gonogo("new", "launch-plan", path).code == 0
        written = folder.resolve() / ".gonogo/schemas/kinds/launch-plan.schema.json"
        assert modelines.schema_of(folder / path) == written
        shutil.rmtree(folder / ".gonogo")
    assert gonogo("new", "voyage", "a/voyage.yaml").code == 0
    assert modelines.schema_of(folder / "a/voyage.yaml") == folder.resolve() / "kinds/voyage.schema.json"
    assert gonogo("new", "prd", "a/prd.md").code == 0
    assert "yaml-language-server" not in (folder / "a/prd.md").read_text()


def test_new_outside_of_a_workspace_leads_nowhere(tmp_path: Path, gonogo: Gonogo) -> None:
    assert gonogo("schema", "--write", ".gonogo/schemas", cwd=tmp_path).code == 0
    assert gonogo("new", "launch-plan").code == 0
    assert modelines.schema_of(tmp_path / "launch-plan.yaml") is None


def test_everything_that_init_writes_leads_an_editor_to_its_schema(tmp_path: Path, gonogo: Gonogo) -> None:
    assert gonogo("init", cwd=tmp_path).code == 0
    found = {path.name: modelines.schema_of(path) for path in tmp_path.rglob("*.yaml")}
    assert found.pop("groups.yaml") is None
    folder = tmp_path.resolve() / ".gonogo" / "schemas"
    assert {name: schema and schema.relative_to(folder).as_posix() for name, schema in found.items()} == {
        "gonogo.yaml": "workspace.schema.json",
        "products.yaml": "lists/product.schema.json",
        **{f"{gate}.gate.yaml": "gate.schema.json" for gate in ("definition", "build", "ga")},
    }
    assert all(schema and schema.is_file() for schema in found.values())


def test_init_stops_before_anything_where_a_schema_of_others_is(tmp_path: Path, gonogo: Gonogo) -> None:
    write(tmp_path, {".gonogo/schemas/policy.schema.json": "{}"})
    ran = gonogo("init", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "policy.schema.json is already there, and gonogo did not write it" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [".gonogo"]


def test_schemas_are_no_subjects(tmp_path: Path, gonogo: Gonogo) -> None:
    """However wide a pattern is; a pattern that names their folder means them."""
    subjects = "[ {{ kind: okr, files: '{}', optional: true }} ]"
    wide = f"version: 1\nsubjects: {subjects.format('**/*.json')}\n"
    write(tmp_path, {"gonogo.yaml": wide, "a/okr.json": "{}"})
    gonogo("schema", "--write", ".gonogo/schemas", cwd=tmp_path)
    found = json.loads(gonogo("config", "show", "--output-format", "json").out)
    assert [each["files"] for each in found if each["section"] == "subjects"] == [["a/okr.json"]]
    write(tmp_path, {"gonogo.yaml": wide.replace("**/", ".gonogo/schemas/")})
    found = json.loads(gonogo("config", "show", "--output-format", "json").out)
    (files,) = (each["files"] for each in found if each["section"] == "subjects")
    assert files == [f".gonogo/schemas/{name}.schema.json" for name in shipped.format_names()]

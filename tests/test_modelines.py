"""An editor finds the schema of every YAML file of ours through its modeline, and has nothing to say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker import shipped
from tests import modelines

ROOT = Path(__file__).parents[1]
COPIED = ROOT / "examples" / "kubernetes-enhancements"
"""Is copied over another repository, where a path to our schemas would lead nowhere."""
JUDGING = re.compile(r"(gonogo|pack|.*\.(policy|tests|gate|lifecycle))\.yaml")
"""The names of the files that gonogo judges with."""


MADE = {"build", "dist", "site"}
"""Folders that tools write; hidden ones are theirs, too."""
TOPS = [
    top for top in ROOT.iterdir() if top.is_dir() and not top.name.startswith(".") and top.name not in MADE
]
FILES = sorted([*ROOT.glob("*.y*ml"), *(path for top in TOPS for path in top.rglob("*.y*ml"))])
OURS = [path for path in FILES if COPIED not in path.parents and JUDGING.fullmatch(path.name)]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_modeline_leads_to_a_schema_that_the_file_fits(path: Path) -> None:
    if COPIED in path.parents:
        assert modelines.schema_of(path) is None
    elif path in OURS or modelines.schema_of(path):
        assert modelines.faults(path) == []


@pytest.mark.parametrize("path", OURS, ids=named)
def test_it_is_the_schema_of_its_own_format(path: Path) -> None:
    formats = {"gonogo.yaml": "workspace", "pack.yaml": "pack"}
    format = formats.get(path.name) or path.name.split(".")[-2]
    assert modelines.schema_of(path) == Path(shipped.SCHEMAS, f"{format}.schema.json")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("policy: x\n", "'version' is a required property"),
        ("policy: [ x ]\n", "['x'] is not of type 'string'"),
    ],
)
def test_a_file_that_does_not_fit_is_found_out(tmp_path: Path, text: str, found: str) -> None:
    schema = Path(shipped.SCHEMAS, "policy.schema.json")
    path = tmp_path / "x.policy.yaml"
    path.write_text(f"# yaml-language-server: $schema={schema}\n{text}")
    assert found in modelines.faults(path)


@pytest.mark.parametrize("name", shipped.schema_names())
def test_a_schema_claims_no_address(name: str) -> None:
    """What has an id is known by a name of ours; what refers to the file beside it has none."""
    text = shipped.schema(name)
    folder, _, last = name.rpartition("/")
    expected = {"": f"urn:gonogo:schema:{last}", "kinds": f"urn:gonogo:kind:{last}", "lists": None}
    assert json.loads(text).get("$id") == expected[folder]
    hosts = set(re.findall(r'https?://([^/"\s]+)', text))
    assert {host for host in hosts if not host.endswith("example.com")} == {"json-schema.org"}

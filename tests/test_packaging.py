"""What we hand out is complete: the source distribution builds the wheel, and the wheel works elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from checker import __version__

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "company"


def run(*command: str | Path, cwd: Path, exit_code: int = 0) -> str:
    """The standard output of a command that knows nothing of this checkout."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV", "COLUMNS"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == exit_code, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the source distribution and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """The folder of the programs of an environment that holds the wheel and what it depends on."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return programs


def files(folder: str, suffix: str = "") -> set[str]:
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file() and path.name.endswith(suffix))
    return {
        path.relative_to(ROOT).as_posix()
        for path in found
        if "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def test_the_wheel_holds_the_package_and_what_it_ships(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    metadata = f"gonogo-{__version__}.dist-info"
    shipped = {
        f"checker/_shipped/{name}" for folder in ("policies", "reports", "schemas") for name in files(folder)
    }
    assert shipped
    assert shipped | files("checker", ".py") | {"checker/py.typed"} <= names
    assert f"{metadata}/licenses/LICENSE" in names
    assert {name.split("/")[0] for name in names} == {"checker", metadata}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".orig"))]


def test_the_wheel_describes_itself(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = f"gonogo-{__version__}.dist-info"
    text = archive.read(f"{metadata}/METADATA").decode()
    assert "License-Expression: Apache-2.0" in text
    assert "Requires-Python: >=3.11" in text
    assert "gonogo = checker.__main__:main" in archive.read(f"{metadata}/entry_points.txt").decode()


def test_the_source_distribution_is_complete(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("checker", "policies", "reports", "schemas", "docs", "examples", "tests", "bench", "scripts")
    assert {name for folder in folders for name in files(folder)} <= names
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= names
    assert not [name for name in names if name.split("/")[0] in {".venv", ".git", "site", ".bench"}]


def test_every_python_that_we_name_is_tested_and_every_dependency_has_a_minimum() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    tested = [text.rpartition(" ")[2] for text in project["classifiers"] if "Python :: 3." in text]
    assert all(f'"{version}"' in workflow for version in tested)
    assert all(">=" in requirement for requirement in project["dependencies"])


def test_the_version_costs_no_imports(tmp_path: Path) -> None:
    """The start of every command is one import of a small module."""
    code = "import sys, checker.__main__ as c; sys.argv = ['', '--version']; c.main(); print(*sys.modules)"
    loaded = run(sys.executable, "-c", code, cwd=ROOT).split()
    assert not {"click", "yaml", "jsonschema", "jsonschema_rs", "re2", "checker.cli"} & set(loaded)


def test_the_wheel_works_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "gonogo", "--version", cwd=tmp_path) == f"gonogo {__version__}\n"
    assert run(installed / "python", "-m", "checker", "--version", cwd=tmp_path) == f"gonogo {__version__}\n"

    workspace = shutil.copytree(EXAMPLE, tmp_path / "company")
    output = run(installed / "gonogo", "check", "--output-format", "json", cwd=workspace, exit_code=1)
    report = json.loads(output)
    assert {result["outcome"] for result in report["results"]} >= {"pass", "fail"}

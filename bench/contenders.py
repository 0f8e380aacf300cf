"""The tools that are compared: how each is installed, started, and what its output says it found.

All of them check the same eight rules on the same files. A tool that does not read files itself gets a small
driver of ours in `peers/`, which loads them as fast as Python can.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measure import Job

PEERS = Path(__file__).parent / "peers"
RULES = {
    "required": 12,
    "status": 6,
    "stage": 61,
    "owning-sig": 0,
    "approvers": 1,
    "latest-milestone": 179,
    "milestone": 10,
    "creation-date": 9,
}
"""The eight rules, and how many of the proposals break each."""

Found = Counter[str]
"""Rule to number of files that break it."""


class NotInstallableError(Exception):
    """The package index has it not, or not for this machine."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A tool of the comparison."""

    name: str
    packages: tuple[str, ...]
    """Pinned, so that a table can be made again."""
    start: Callable[[Path, Sequence[str]], list[str]]
    """The folder of its programs and the files to check -> its command."""
    found: Callable[[str], Found]
    """Its standard output -> what it found."""
    registry: str = "PyPI"
    options: tuple[str, ...] = ()
    """For the installer."""
    environment: dict[str, str] = field(default_factory=dict)
    note: str = ""

    def job(self, programs: Path, corpus: Path, files: Sequence[str]) -> Job:
        """What is measured."""
        environment = {"PYTHONPATH": str(PEERS)} | self.environment
        return Job(self.name, self.start(programs, files), corpus, environment)

    def install(self, cache: Path) -> Path:
        """The folder of its programs, installed once; raises NotInstallableError."""
        folder = cache / "peers" / self.name.replace(" ", "-")
        programs = folder / ("bin" if self.registry == "PyPI" else "node_modules/.bin")
        stamp = folder / "installed.txt"
        if stamp.is_file() and stamp.read_text(encoding="utf-8").split() == list(self.packages):
            return programs
        if self.registry == "PyPI":
            venv.create(folder, with_pip=True, clear=True)
            installer = [str(programs / "python"), "-m", "pip", "install", "--quiet", *self.options]
        else:
            folder.mkdir(parents=True, exist_ok=True)
            installer = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
            installer += ["--prefix", str(folder)]
        print(f"Installing {self.name}", file=sys.stderr)
        try:
            subprocess.run([*installer, *self.packages], check=True, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotInstallableError(f"not installed: {error}") from error
        stamp.write_text("\n".join(self.packages), encoding="utf-8")
        return programs


def driver(path: str) -> Callable[[Path, Sequence[str]], list[str]]:
    """Starts a driver of ours, which finds the files itself."""
    return lambda programs, files: [str(programs / "python"), str(PEERS / path)]


def lines(output: str) -> Found:
    """What our drivers print: a rule and a path on each line."""
    return Counter(line.split("\t")[0] for line in output.splitlines())


def check_jsonschema(output: str) -> Found:
    """Errors carry a path and a message, not the rule."""
    found: Found = Counter()
    for error in json.loads(output)["errors"]:
        path, message = error["path"], error["message"]
        if path == "$" and message.endswith("is a required property"):
            found[message.split("'")[1]] += 1
        elif path == "$":
            found["required"] += 1
        else:
            found[path.removeprefix("$").strip(".[]'")] += 1
    return found


def checkov(output: str) -> Found:
    """One record a check."""
    failed = json.loads(output)["results"]["failed_checks"]
    return Counter(
        record["check_id"].removeprefix("CKV_BENCH_").lower().replace("_", "-") for record in failed
    )


def spectral(output: str) -> Found:
    """A rule may say more than one thing about a file."""
    return Counter(rule for rule, _ in {(entry["code"], entry["source"]) for entry in json.loads(output)})


CONTENDERS = (
    Contender(
        "regorus",
        ("gordon-to-regorus==0.13.0", "pyyaml==6.0.3"),
        driver("rego/regorus_driver.py"),
        lines,
        note="Rego in Rust, with a driver of ours",
    ),
    Contender(
        "OPA",
        ("opa-golib-python-bindings==0.4.4", "pyyaml==6.0.3"),
        driver("rego/opa_driver.py"),
        lines,
        # It asks for Python 3.14, and works with any: its wheel is a library of Go and ctypes.
        options=("--ignore-requires-python", "--only-binary", ":all:"),
        note="the Go library in its PyPI bindings, with a driver of ours",
    ),
    Contender(
        "cel-python",
        ("cel-python==0.5.0", "pyyaml==6.0.3"),
        driver("cel-python/driver.py"),
        lines,
        note="compiled once, with a driver of ours",
    ),
    Contender(
        "check-jsonschema",
        ("check-jsonschema==0.39.0",),
        lambda programs, files: [
            str(programs / "check-jsonschema"),
            "--schemafile",
            str(PEERS / "check-jsonschema" / "rules.schema.json"),
            "--output-format",
            "json",
            *files,
        ],
        check_jsonschema,
        note="the rules as a JSON Schema",
    ),
    Contender(
        "Checkov",
        ("checkov==3.3.30",),
        lambda programs, files: [
            *(str(programs / "checkov"), "--framework", "yaml", "--skip-download", "--quiet"),
            *("--external-checks-dir", str(PEERS / "checkov" / "checks"), "--output", "json"),
            *("--directory", "keps", "--skip-path", "keps/prod-readiness"),
        ],
        checkov,
        environment={"PYTHONPATH": "", "LOG_LEVEL": "ERROR"},
        note="Python checks; leaves out two files with an impossible date, silently",
    ),
    Contender(
        "Spectral",
        ("@stoplight/spectral-cli@6.16.3",),
        lambda programs, files: [
            *(str(programs / "spectral"), "lint", "keps/**/kep.yaml", "--quiet", "--format", "json"),
            *("--ruleset", str(PEERS / "spectral" / "rules.yaml")),
        ],
        spectral,
        registry="npm",
        note="core functions only",
    ),
)

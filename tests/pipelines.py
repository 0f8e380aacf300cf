"""What CI systems other than GitHub run: the GitLab component, and the snippets of docs/ci.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
TEMPLATE = ROOT / "templates" / "gonogo" / "template.yml"

SNIPPETS: dict[str, str] = dict(
    re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
"""The files that the page shows whole, by their names."""


def job_of(text: str, inputs: dict[str, str]) -> dict[str, Any]:
    """The job of the GitLab component with its inputs filled in, as the server does it: value by value."""
    header, jobs = yaml.safe_load_all(text)
    values = {name: about.get("default", "") for name, about in header["spec"]["inputs"].items()} | inputs

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [filled(each) for each in value]
        if isinstance(value, str):
            return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: values[match[1]], value)
        return value

    ((_, job),) = filled(jobs).items()
    assert "$[[" not in json.dumps(jobs[next(iter(jobs))]["script"]), "an input in a script"
    return job


def script_of(system: str, inputs: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The script of a system, and the variables that it states itself."""
    if system == "gitlab":
        job = job_of(TEMPLATE.read_text(encoding="utf-8"), inputs)
        return "\n".join(job["script"]), job["variables"]
    if system == "azure":
        pipeline = yaml.safe_load(SNIPPETS["azure-pipelines.yml"])
        scripts = [f"(\n{step['bash']}\n)" for step in pipeline["steps"] if "bash" in step]
        return "\n".join(scripts), pipeline["variables"]
    pipeline = yaml.safe_load(SNIPPETS["bitbucket-pipelines.yml"])
    return "\n".join(pipeline["definitions"]["steps"][0]["step"]["script"]), {}

"""What other CI systems run (the GitLab component, hooks, the image), and every snippet of docs/ci.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from checker.cli import ci
from checker.policy import naming
from checker.sources import codeowners
from checker.transports.disk import Disk
from tests.pipelines import PAGE, ROOT, SNIPPETS, TEMPLATE, job_of, script_of
from tests.programs import Noted
from tests.repositories import Made
from tests.test_workflows import (
    ZIZMOR,
    lint,
    needs_actionlint,
    needs_check_jsonschema,
    needs_zizmor,
    tool,
)

STEPS = re.findall(r"<!-- step: (\S+) ?(\S*) -->\n```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SCHEMAS = {
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "azure-pipelines.yml": "vendor.azure-pipelines",
    "bitbucket-pipelines.yml": "vendor.bitbucket-pipelines",
}

needs_pre_commit = pytest.mark.skipif(tool("pre-commit") is None, reason="pre-commit is not installed")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def inputs_of_table(heading: str) -> set[str]:
    """The names in the first column of the first table behind a heading of the page."""
    rows = re.search(r"^\| input \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)", PAGE[PAGE.index(heading) :], re.MULTILINE)
    assert rows
    return {name for row in rows[1].splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


@pytest.fixture
def workflows(tmp_path: Path) -> Path:
    """The workflows of the page, and one more for each step that it adds to one of them."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name, text in SNIPPETS.items():
        if name.startswith(".github/"):
            (tmp_path / name).write_text(text, encoding="utf-8")
    assert len(STEPS) == 2
    for number, (name, permission, step) in enumerate(STEPS):
        text = SNIPPETS[name].rstrip() + "\n" + step
        if permission:
            text = text.replace("permissions:\n", f"permissions:\n      {permission}: write # to upload\n", 1)
            assert permission in text
        (folder / f"step-{number}.yml").write_text(text, encoding="utf-8")
    return folder


@needs_zizmor
def test_zizmor_finds_nothing_in_the_workflows_of_the_page(workflows: Path) -> None:
    lint("zizmor", *ZIZMOR, workflows)


@needs_actionlint
def test_actionlint_finds_nothing_in_them(workflows: Path) -> None:
    lint("actionlint", "-no-color", *workflows.iterdir())


@needs_check_jsonschema
def test_the_snippets_fit_the_schemas_of_their_formats(workflows: Path, tmp_path: Path) -> None:
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows.iterdir())
    for name, schema in SCHEMAS.items():
        (tmp_path / name).write_text(SNIPPETS[name], encoding="utf-8")
        # The patterns of one schema are none in the dialect that is the default.
        lint("check-jsonschema", "--regex-variant", "python", "--builtin-schema", schema, tmp_path / name)


def test_every_snippet_is_looked_at() -> None:
    fenced = PAGE.count("```yaml")
    assert fenced == len(SNIPPETS) + len(STEPS)
    known = {*SCHEMAS, ".pre-commit-config.yaml"}
    assert {name for name in SNIPPETS if not name.startswith(".github/workflows/")} == known


def test_the_page_publishes_as_the_project_does() -> None:
    """The workflow for forks is ours, but for who it is."""
    ours = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf-8"))
    shown = yaml.safe_load(SNIPPETS[".github/workflows/gonogo-publish.yml"])
    assert [step.get("run") for step in shown["jobs"]["publish"]["steps"]] == [
        step.get("run") for step in ours["jobs"]["publish"]["steps"]
    ]
    assert shown["jobs"]["publish"]["permissions"] == ours["jobs"]["publish"]["permissions"]


def test_the_tables_name_every_input() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert inputs_of_table("## GitHub") == set(action["inputs"])
    header, _ = yaml.safe_load_all(TEMPLATE.read_text(encoding="utf-8"))
    assert inputs_of_table("## GitLab") == set(header["spec"]["inputs"])
    for name in action["outputs"]:
        assert f"`{name}`" in PAGE


def test_the_page_names_what_every_system_is_known_by() -> None:
    known = re.findall(r"^\| [\w/ ]+ \| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert known == list(ci._SYSTEMS)


# Scripts are run in a clone, with a program in the place of gonogo that notes how it was called.


SYSTEMS = {
    "gitlab": {"CI_PROJECT_PATH": "barnacle/launches", "CI_JOB_ID": "12"},
    "azure": {},
    "bitbucket": {},
}
PULL = {
    "gitlab": {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_IID": "3"},
    "azure": {"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
    "bitbucket": {"BITBUCKET_PR_DESTINATION_BRANCH": "main"},
}
TOKENS = {"gitlab": "GITLAB_TOKEN", "bitbucket": "BITBUCKET_TOKEN"}


class Machine(Noted):
    """A clone that knows nothing but the commit that is judged, and a machine of some CI system."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        host, self.clone = Made(folder / "host"), Made(folder / "clone")
        host.commit("base")
        host.git("branch", "topic")
        self.tip = host.commit("tip")
        self.clone.git("remote", "add", "origin", str(host.folder))
        self.clone.git("fetch", "--quiet", "origin", "topic:topic")
        self.clone.git("checkout", "--quiet", "topic")

    def run(
        self,
        system: str,
        *,
        ends: int = 0,
        says: str = '{"verdict": "go"}',
        inputs: dict[str, str],
        **said: str,
    ) -> tuple[int, str]:
        script, variables = script_of(system, inputs)
        environ = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "AGENT_TEMPDIRECTORY": str(self.folder),
            "TMPDIR": str(self.folder),
            "NOTES": str(self.notes),
            "CHECK_ENDS": str(ends),
            "REPORT_SAYS": says,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.clone.folder,
            env=environ | variables | SYSTEMS[system] | {"CI_PROJECT_DIR": str(self.clone.folder)} | said,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


VERSION = {"version": "1.0.0"}


@needs_bash
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_a_pull_request_is_judged_by_its_base(machine: Machine, system: str, code: int) -> None:
    ended, printed = machine.run(system, ends=code, inputs=VERSION, **PULL[system])
    assert ended == code, printed
    options = machine.options("check")
    assert options[:3] == ["check", "--workspace", "."]
    assert options[options.index("--base") + 1] == "auto"
    extra = "" if system == "azure" else "[publish]"
    assert machine.arguments("python")[-1] == f"gonogo{extra}==1.0.0"
    if system != "azure":  # it fetches every branch when it checks out
        assert machine.clone.git("rev-parse", "refs/remotes/origin/main") == machine.tip
    assert not machine.arguments("publish"), "without a token"


@needs_bash
@pytest.mark.parametrize("system", TOKENS)
@pytest.mark.parametrize("code", [0, 1])
def test_a_token_publishes_and_keeps_the_exit_code(machine: Machine, system: str, code: int) -> None:
    said = {**PULL[system], TOKENS[system]: "token-of-a-test"}
    ended, printed = machine.run(system, ends=code, inputs=VERSION, **said)
    assert ended == code, printed
    assert machine.arguments("publish")[:2] == ["publish", system]
    assert machine.arguments("publish")[2].endswith("/report.json")


@needs_bash
@pytest.mark.parametrize("system", TOKENS)
def test_without_a_report_nothing_is_published(machine: Machine, system: str) -> None:
    said = {**PULL[system], TOKENS[system]: "token-of-a-test"}
    ended, _ = machine.run(system, ends=2, says="", inputs=VERSION, **said)
    assert ended == 2
    assert not machine.arguments("publish")


@needs_bash
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_push_needs_no_target(machine: Machine, system: str) -> None:
    ended, printed = machine.run(system, inputs=VERSION)
    assert ended == 0, printed


@needs_bash
def test_the_component_hands_its_inputs_on(machine: Machine) -> None:
    inputs = {
        **VERSION,
        "workspace": "a b",
        "fail_on": "all",
        "floor": "$(touch pwned)",
        "floor_digest": "sha256:0",
    }
    machine.run("gitlab", inputs=inputs)
    assert machine.options("check") == [
        "check", "--workspace", "a b", "--base", "auto", "--fail-on", "all",
        "--floor", "$(touch pwned)", "--floor-digest", "sha256:0", "--repository", "barnacle/launches",
    ]  # fmt: skip
    assert not list(machine.folder.rglob("pwned"))


@needs_bash
def test_the_component_writes_into_no_folder_that_a_change_brings(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (machine.clone.folder / "gonogo-12").symlink_to(tmp_path / "elsewhere")
    ended, _ = machine.run("gitlab", inputs=VERSION)
    assert ended != 0
    assert not list((tmp_path / "elsewhere").iterdir())


@needs_check_jsonschema
def test_the_component_fits_the_schema_of_its_format(tmp_path: Path) -> None:
    for number, part in enumerate(yaml.safe_load_all(TEMPLATE.read_text(encoding="utf-8"))):
        (tmp_path / f"{number}.json").write_text(json.dumps(part), encoding="utf-8")
    lint("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *tmp_path.glob("*.json"))


def test_the_artifacts_of_the_component_are_what_it_writes() -> None:
    job = job_of(TEMPLATE.read_text(encoding="utf-8"), VERSION)
    script = "\n".join(job["script"]).replace("$reports", "gonogo-$CI_JOB_ID")
    for path in job["artifacts"]["reports"].values():
        assert f'"{path}"' in script
    assert job["artifacts"]["when"] == "always"


# The hooks of pre-commit.


@needs_pre_commit
def test_the_manifest_and_the_snippet_are_what_pre_commit_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    lint("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(SNIPPETS[config.name], encoding="utf-8")
    lint("pre-commit", "validate-config", config)
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_bytes())}
    shown = {hook["id"] for repo in yaml.safe_load(SNIPPETS[config.name])["repos"] for hook in repo["hooks"]}
    assert set(hooks) == shown == {"gonogo", "gonogo-test"}
    assert all(hook["pass_filenames"] is False and hook["require_serial"] for hook in hooks.values())


@needs_pre_commit
def test_pre_commit_installs_and_runs_the_hooks(tmp_path: Path) -> None:
    """For real, in a repository of its own, with the packages that are installed here instead of an index."""
    tools, work = Made(tmp_path / "tools"), Made(tmp_path / "work")
    kept = ("checker", "policies", "reports", "schemas", "pyproject.toml", "README.md", "LICENSE")
    for name in (*kept, ".pre-commit-hooks.yaml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tools.folder / name)  # type: ignore[operator]
    revision = tools.commit("as it is")
    shutil.copytree(ROOT / "examples" / "company", work.folder, dirs_exist_ok=True)
    hooks = [{"id": "gonogo", "args": ["--clock", "2026-09-14"]}, {"id": "gonogo-test"}]
    config = {"repos": [{"repo": str(tools.folder), "rev": revision, "hooks": hooks}]}
    work.commit("all", {".pre-commit-config.yaml": json.dumps(config)})
    environ = os.environ | {
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # which switches the isolation off
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": os.pathsep.join(site.getsitepackages()),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [tool("pre-commit") or "", "run", "--all-files", "--verbose", "--color", "never"],
        cwd=work.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert re.search(
        r"^gonogo check\.+Failed\n- hook id: gonogo\n.*exit code: 1$", done.stdout, re.M | re.S
    ), done.stdout + done.stderr
    assert "launch.rollback.rehearsed" in done.stdout
    assert re.search(r"^gonogo test\.+Passed$", done.stdout, re.MULTILINE), done.stdout


# The image.


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile: name and arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (name, rest.strip())
        for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


@pytest.mark.skipif(tool("hadolint") is None, reason="hadolint is not installed")
def test_hadolint_finds_nothing() -> None:
    lint("hadolint", ROOT / "Dockerfile")


def test_the_image_is_pinned_and_without_rights() -> None:
    found = instructions()
    bases = [rest for name, rest in found if name == "FROM"]
    assert len(bases) == 2
    assert all(
        re.fullmatch(r"docker\.io/\S+:[\w.-]+@sha256:[0-9a-f]{64}( AS build)?", base) for base in bases
    )
    assert len({base.removesuffix(" AS build") for base in bases}) == 1
    names = [name for name, _ in found]
    assert set(names) <= {
        "FROM", "WORKDIR", "COPY", "RUN", "LABEL", "ENV", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    user = dict(found)["USER"]
    assert int(user.split(":")[0]) > 0
    assert dict(found)["HEALTHCHECK"] == "NONE"
    assert json.loads(dict(found)["ENTRYPOINT"]) == ["gonogo"]
    assert "safe.directory /workspace" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert dict(found)["WORKDIR"] == "/workspace"


def test_what_the_image_copies_makes_the_wheel(tmp_path: Path) -> None:
    """The build stage's files are enough, and are let through by .dockerignore."""
    let_through = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line[:1] == "!"
    }
    sources = [word for name, rest in instructions() if name == "COPY" and "--from" not in rest
               for word in rest.split()[:-1]]  # fmt: skip
    assert set(sources) == let_through
    for name in sources:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)  # type: ignore[operator]
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path / "dist", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "dist").glob("gonogo-*.whl"))


def test_all_that_judges_has_an_owner() -> None:
    """The file of code owners that the page shows, held against the company whose folders it names."""
    (shown,) = re.findall(r"^```text\n# (\.github/CODEOWNERS\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    place, _, text = shown.partition("\n")
    assert place in codeowners.PLACES
    owned = codeowners.parse(text)
    assert not owned.skipped
    named = naming.named(Disk, str(ROOT / "examples" / "company"))
    assert named
    files = [each.replace("*", "some") for each in named.judging if not each.endswith(".sig")]
    assert [each for each in (*files, ".github/workflows/gonogo.yml") if not owned.owners(each)] == []
    assert [each for each in named.vouched if owned.owners(each.replace("*", "some"))] == []
    assert {each.pattern for each in owned.rules} == {
        next(rule.pattern for rule in reversed(owned.rules) if rule.fits(each))
        for each in (*files, ".github/workflows/gonogo.yml")
    }

"""A pull request from beginning to end: a repository with a hundred commits, the payload of the event, every
step of `action.yml` with gonogo itself, and a server that stands for GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.actions import Ran, Runner
from tests.cli import workspaces
from tests.fake_github import FakeGitHub
from tests.fake_gitlab import FakeGitLab
from tests.fake_host import TOKEN
from tests.pipelines import script_of
from tests.programs import GONOGO, install
from tests.repositories import BEN, Made

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("bash") is None, reason="git and bash are not both installed"
)

REPOSITORY = "barnacle/launches"
WORKSPACE = "governance"
NUMBER = 7


def plan(name: str) -> str:
    return workspaces.GREEN.replace("checkout", name).replace("Checkout", name.title())


class Pull(NamedTuple):
    """A pull request, as the host has it and as `actions/checkout` lays it out."""

    checkout: Path
    main: str
    """The tip of the target branch."""
    left: str
    """Where the change left it."""
    head: str
    merge: str

    def event(self, name: str) -> dict[str, Any]:
        if name == "merge_group":
            return {
                name: {"base_sha": self.main, "head_sha": self.merge},
                "repository": {"full_name": REPOSITORY},
            }
        if name == "push":
            return {
                "before": self.main,
                "after": self.merge,
                "ref": "refs/heads/main",
                "repository": {"full_name": REPOSITORY},
            }
        return {
            "number": NUMBER,
            "repository": {"full_name": REPOSITORY},
            "pull_request": {
                "number": NUMBER,
                "base": {"ref": "main", "sha": self.left},
                "head": {"ref": "topic", "sha": self.head},
                "merge_commit_sha": self.merge,
            },
        }


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """`main` with a hundred commits; each of the later ones brings a launch that may go."""
    made = Made(tmp_path_factory.mktemp("host"))
    made.commit("base", {f"{WORKSPACE}/{name}": text for name, text in workspaces.FILES.items()})
    for number in range(1, 100):
        made.commit(f"launch {number}", {f"{WORKSPACE}/launches/l{number:02}.yaml": plan(f"l{number:02}")})
    return made


def opened(host: Made, folder: Path, changes: dict[str, str], moved: dict[str, str] | None = None) -> Pull:
    """A pull request with these files changed, opened thirty commits ago and checked out as its merge."""
    main = host.git("rev-parse", "main")
    host.git("checkout", "--quiet", "-B", "topic", "main~30")
    left = host.git("rev-parse", "HEAD")
    for old, new in (moved or {}).items():
        host.git("mv", f"{WORKSPACE}/{old}", f"{WORKSPACE}/{new}")
    head = host.commit("change", {f"{WORKSPACE}/{name}": text for name, text in changes.items()}, BEN)
    host.git("checkout", "--quiet", "--detach", "main")
    host.git("merge", "--quiet", "--no-ff", "--message", f"Merge {head} into {main}", head)
    merge = host.git("rev-parse", "HEAD")
    host.git("update-ref", f"refs/pull/{NUMBER}/head", head)
    host.git("update-ref", f"refs/pull/{NUMBER}/merge", merge)
    host.git("checkout", "--quiet", "main")
    host.git("branch", "--quiet", "-D", "topic")
    clone = Made(folder / "checkout")
    clone.git("remote", "add", "origin", str(host.folder))
    clone.git(
        "fetch",
        "--quiet",
        "origin",
        "+refs/heads/*:refs/remotes/origin/*",
        f"+{merge}:refs/remotes/pull/7/merge",
    )
    clone.git("checkout", "--quiet", "--detach", "refs/remotes/pull/7/merge")
    return Pull(clone.folder, main, left, head, merge)


def run(
    pull: Pull,
    folder: Path,
    event: str = "pull_request",
    *,
    payload: dict[str, Any] | None = None,
    token: str = "",
    api: str = "",
    **inputs: str,
) -> Ran:
    """Every step of the action but the installation."""
    programs, temp = install(folder / "programs", GONOGO), folder / "temp"
    (temp / "gonogo").mkdir(parents=True, exist_ok=True)
    environ = {
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": event,
        "GITHUB_REF": f"refs/pull/{NUMBER}/merge" if event == "pull_request" else "refs/heads/main",
        "GITHUB_SHA": pull.merge,
        "GITHUB_API_URL": api,
    }
    runner = Runner(pull.checkout, temp, environ, payload or pull.event(event), programs)
    publish = "auto" if api else "false"
    return runner.run(token, **{"workspace": WORKSPACE, "publish": publish, **inputs})


def annotations(ran: Ran, level: str = "error") -> set[str]:
    """Where the log shows one of a level, `path:line`."""
    found = re.findall(rf"^::{level} (.*?)::", ran.printed["check"], re.MULTILINE)
    places = [dict(part.split("=", 1) for part in each.split(",")) for each in found]
    return {f"{place.get('file', '')}:{place.get('line', '')}" for place in places}


def report(ran: Ran) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(ran.outputs["report"]).read_text(encoding="utf-8"))
    return loaded


NO_OWNER = plan("l05").replace("Ada Example", "TBD")
BLIND = workspaces.POLICY.replace("filled(subject.rollback.owner)", "size(subject.id) > 0")


@pytest.mark.parametrize("event", ["pull_request", "merge_group", "push"])
def test_a_change_is_judged_and_shown_on_its_lines(host: Made, tmp_path: Path, event: str) -> None:
    ran = run(opened(host, tmp_path, {"launches/l05.yaml": NO_OWNER}), tmp_path, event)
    assert ran.outputs["exit-code"] == "1", ran.printed
    assert ran.outputs["verdict"] == "no-go"
    assert annotations(ran) == {"governance/launches/l05.yaml:4"}
    assert "names no rollback owner" in ran.summary
    results = json.loads(Path(ran.outputs["sarif"]).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert results


def test_what_it_is_held_against(host: Made, tmp_path: Path) -> None:
    pull = opened(host, tmp_path, {"launches/l05.yaml": NO_OWNER})
    comparison = report(run(pull, tmp_path))["comparison"]
    assert (comparison["base"], comparison["head"]) == (pull.left, pull.head)
    assert comparison["judge"] == pull.main


def test_what_was_there_does_not_fail_the_job(host: Made, tmp_path: Path) -> None:
    """The launch `search` never had an owner; the change is about something else."""
    ran = run(opened(host, tmp_path, {"launches/l05.yaml": plan("l05") + "# a note\n"}), tmp_path)
    assert not ran.failed, ran.printed
    assert not annotations(ran)
    everything = tmp_path / "all"
    everything.mkdir()
    ran = run(
        opened(host, everything, {"launches/l05.yaml": plan("l05") + "# a note\n"}), everything, fail_on="all"
    )
    assert ran.outputs["exit-code"] == "1", ran.printed


def test_a_renamed_file_keeps_its_failures(host: Made, tmp_path: Path) -> None:
    moved = {"launches/search.yaml": "launches/find.yaml"}
    changes = {"launches/find.yaml": "# moved\n" + workspaces.RED}
    ran = run(opened(host, tmp_path, changes, moved), tmp_path)
    assert not ran.failed, ran.printed


def test_a_change_is_not_judged_by_the_policy_that_it_brings(host: Made, tmp_path: Path) -> None:
    changes = {"launches/l05.yaml": NO_OWNER, "policies/rollback.policy.yaml": BLIND}
    ran = run(opened(host, tmp_path, changes), tmp_path)
    assert ran.outputs["exit-code"] == "1", ran.printed
    assert annotations(ran) == {"governance/launches/l05.yaml:4"}
    assert "policies/rollback.policy.yaml" in ran.summary, "a change of what judges is said"


def test_a_change_that_leaves_its_packs_behind_does_not_pass(host: Made, tmp_path: Path) -> None:
    changes = {"gonogo.yaml": workspaces.CONFIGURATION.replace("./policies", "./none")}
    assert run(opened(host, tmp_path, changes), tmp_path).outputs["exit-code"] == "2"


def test_a_shallow_checkout_is_said(host: Made, tmp_path: Path) -> None:
    pull = opened(host, tmp_path, {"launches/l05.yaml": NO_OWNER})
    shallow = Made(tmp_path / "shallow")
    shallow.git("remote", "add", "origin", host.folder.as_uri())
    shallow.git("fetch", "--quiet", "--depth", "1", "origin", f"+{pull.merge}:refs/remotes/pull/7/merge")
    shallow.git("checkout", "--quiet", "--detach", "refs/remotes/pull/7/merge")
    ran = run(pull._replace(checkout=shallow.folder), tmp_path)
    assert ran.outputs["exit-code"] == "2"
    assert "fetch-depth" in ran.printed["check"]
    assert ran.skipped == ["Publish"]


def test_one_comment_is_kept_from_push_to_push(host: Made, tmp_path: Path) -> None:
    bad = opened(host, tmp_path / "first", {"launches/l05.yaml": NO_OWNER})
    good = opened(host, tmp_path / "second", {"launches/l05.yaml": plan("l05") + "# a note\n"})
    with FakeGitHub(REPOSITORY) as github:
        token = github.token()
        bodies = []
        for number, pull in enumerate((bad, bad, good)):
            github.pull(NUMBER, head=pull.head, merge=pull.merge)
            ran = run(pull, tmp_path / f"run{number}", token=token, api=github.api)
            assert ran.outputs["verdict"] == ("go" if pull is good else "no-go"), ran.printed
            (comment,) = github.comments[NUMBER]
            bodies.append(comment["body"])
        assert not github.check_runs, "its findings are annotations of the job"
    assert bodies[0] == bodies[1]
    assert "names no rollback owner" in bodies[0]
    assert bad.head in bodies[0]
    assert good.head in bodies[2]


def test_a_check_run_has_every_annotation(host: Made, tmp_path: Path) -> None:
    broken = {f"launches/l{n:02}.yaml": plan(f"l{n:02}").replace("Ada Example", "TBD") for n in range(1, 61)}
    pull = opened(host, tmp_path, broken)
    with FakeGitHub(REPOSITORY) as github:
        github.pull(NUMBER, head=pull.head, merge=pull.merge)
        ran = run(pull, tmp_path, token=github.token(), api=github.api, annotations="check")
        (check,) = github.check_runs
    assert ran.outputs["exit-code"] == "1"
    assert not annotations(ran), "once is enough"
    assert check["conclusion"] == "failure"
    assert check["head_sha"] == pull.head
    places = {
        (each["path"], each["start_line"])
        for each in check["annotations"]
        if each["annotation_level"] == "failure"
    }
    assert places == {(f"{WORKSPACE}/{name}", 4) for name in broken}


def test_a_fork_without_rights_does_not_fail_the_job(host: Made, tmp_path: Path) -> None:
    pull = opened(host, tmp_path, {"launches/l05.yaml": plan("l05") + "# a note\n"})
    with FakeGitHub(REPOSITORY) as github:
        github.pull(NUMBER, head=pull.head, merge=pull.merge, branch="somebody:topic")
        token = github.token(rights=())
        ran = run(pull, tmp_path, token=token, api=github.api)
        assert not ran.failed, ran.printed
        assert ran.summary.count("<h") + ran.summary.count("# ") >= 1
        assert not github.comments[NUMBER]
        required = run(pull, tmp_path, token=token, api=github.api, publish="true")
        assert required.failed
    assert token not in json.dumps(ran.printed)


def test_the_trusted_run_judges_a_fork_again(host: Made, tmp_path: Path) -> None:
    """As the workflow `publish` does: with the files of the default branch and the commits as git objects."""
    pull = opened(host, tmp_path, {"launches/l05.yaml": NO_OWNER})
    clone = Made(tmp_path / "trusted")
    clone.git("remote", "add", "origin", str(host.folder))
    clone.git("fetch", "--quiet", "origin", "main")
    clone.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    clone.git("fetch", "--quiet", "origin", f"refs/pull/{NUMBER}/head")
    with FakeGitHub(REPOSITORY) as github:
        github.pull(NUMBER, head=pull.head, merge=pull.merge, branch="somebody:topic")
        ran = run(
            pull._replace(checkout=clone.folder), tmp_path, "workflow_run",
            payload=github.run_event(pull.head, "somebody:topic"), token=github.token(), api=github.api,
            base=pull.main, head=pull.head, annotations="none", publish="true", pull_request=str(NUMBER),
        )  # fmt: skip
        (comment,) = github.comments[NUMBER]
    assert ran.outputs["verdict"] == "no-go", ran.printed
    assert "names no rollback owner" in comment["body"]
    assert not annotations(ran)
    assert (clone.folder / WORKSPACE / "launches" / "l05.yaml").read_text(encoding="utf-8") == plan("l05")


def governed(folder: Path, *repositories: str) -> Path:
    """The folder of an organisation's workspace, whose one product is in these repositories."""
    product = {"id": "shop", "name": "Shop", "stage": "discovery", "owners": ["Ada Example"]}
    files = {
        "gonogo.yaml": "version: 1\nname: barnacle\nproducts: products.yaml\npacks: [ ./policies ]\n",
        "products.yaml": json.dumps([product | {"repositories": list(repositories)}]),
        "policies/pack.yaml": "pack: house\nversion: 1.0.0\ntitle: House\n",
        "policies/name.policy.yaml": (
            "policy: house.name\nversion: 1.0.0\ntitle: A launch has a long name\nowner: product-operations\n"
            "subject: launch-plan\nrules:\n  - id: house.name.long\n    title: The name is long\n"
            "    assert: size(subject.name) > 4\n    at: /name\n"
        ),
    }
    Made(folder).commit("floor", files)
    return folder


def test_a_floor_counts_whatever_the_repository_says(host: Made, tmp_path: Path) -> None:
    pull = opened(
        host, tmp_path, {"launches/l05.yaml": plan("l05").replace("id: l05", "id: l05\nproduct: shop")}
    )
    floor = {"floor": str(governed(tmp_path / "floor", REPOSITORY))}
    ran = run(pull, tmp_path, floor_digest="sha256:" + "0" * 64, **floor)
    assert ran.outputs["exit-code"] == "2"
    found = re.search(r"its digest is (sha256:[0-9a-f]{64})", ran.printed["check"])
    assert found, ran.printed
    ran = run(pull, tmp_path, floor_digest=found[1], fail_on="all", **floor)
    assert ran.outputs["exit-code"] == "1", ran.printed
    assert "house.name.long" in ran.printed["check"]


def test_a_repository_without_a_product_ends_neutral(host: Made, tmp_path: Path) -> None:
    pull = opened(host, tmp_path, {"launches/l05.yaml": NO_OWNER})
    floor = {"floor": str(governed(tmp_path / "floor", "barnacle/other"))}
    ran = run(pull, tmp_path, floor_digest="sha256:" + "0" * 64, **floor)
    found = re.search(r"its digest is (sha256:[0-9a-f]{64})", ran.printed["check"])
    assert found, ran.printed
    ran = run(pull, tmp_path, floor_digest=found[1], **floor)
    assert (ran.outputs["exit-code"], ran.outputs["verdict"]) == ("0", "neutral"), ran.printed
    assert "No product of the register is in barnacle/launches" in ran.summary


def test_a_merge_request_at_gitlab(host: Made, tmp_path: Path) -> None:
    """In a clone that has the merge request's commit alone, as the runner makes it."""
    pull = opened(host, tmp_path, {"launches/l05.yaml": NO_OWNER})
    clone = Made(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(host.folder))
    clone.git("fetch", "--quiet", "origin", f"refs/pull/{NUMBER}/head")
    clone.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    script, variables = script_of("gitlab", {"version": "1.0.0", "workspace": WORKSPACE})
    with FakeGitLab(REPOSITORY, NUMBER, pull.head) as gitlab:
        environ = {
            "PATH": f"{install(tmp_path / 'programs', GONOGO)}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": TOKEN,
            "CI_API_V4_URL": gitlab.api,
            "CI_COMMIT_SHA": pull.head,
            "CI_JOB_ID": "12",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": pull.left,
            "CI_MERGE_REQUEST_IID": str(NUMBER),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_PROJECT_DIR": str(clone.folder),
            "CI_PROJECT_PATH": REPOSITORY,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=clone.folder,
            env=environ | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 1, done.stdout + done.stderr
    (note,) = gitlab.notes
    assert "names no rollback owner" in note["body"]
    made = clone.folder / "gonogo-12"
    assert json.loads((made / "report.json").read_text(encoding="utf-8"))["comparison"]["judge"] == pull.main
    issues = json.loads((made / "code-quality.json").read_text(encoding="utf-8"))
    places = [(each["location"]["path"], each["severity"]) for each in issues]
    assert (f"{WORKSPACE}/launches/l05.yaml", "critical") in places
    assert "<failure" in (made / "junit.xml").read_text(encoding="utf-8")
    assert TOKEN not in done.stdout + done.stderr

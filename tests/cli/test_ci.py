"""What the environments of CI systems and the payloads of their events mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.cli import ci
from checker.cli.ci import Refs
from checker.cli.console import Problem

OLD, NEW, ZEROS = "1" * 40, "a0" * 20, "0" * 40
MAIN = "refs/remotes/origin/main"
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": "/event.json"}
GITLAB = {"GITLAB_CI": "true", "CI_COMMIT_SHA": NEW}
BITBUCKET = {"BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_COMMIT": NEW}
AZURE = {"TF_BUILD": "True", "BUILD_SOURCEVERSION": OLD}

PULL = {"pull_request": {"base": {"ref": "main", "sha": OLD}, "head": {"ref": "topic", "sha": NEW}}}
GROUP = {"merge_group": {"base_sha": OLD, "head_sha": NEW}}
PUSH = {"before": OLD, "after": NEW}


def no_file(path: str) -> bytes:
    raise AssertionError(f"{path} is read")


def github(name: str, payload: Any) -> Refs | None:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return ci.detect({**GITHUB, "GITHUB_EVENT_NAME": name}, lambda path: raw)


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        ("pull_request", PULL, Refs(MAIN, NEW)),
        ("pull_request_target", PULL, Refs(MAIN, NEW)),
        ("merge_group", GROUP, Refs(OLD, NEW)),
        ("push", PUSH, Refs(OLD, NEW)),
        ("push", {**PUSH, "before": ZEROS}, Refs("", NEW)),
        ("push", {"before": "b" * 64, "after": "c" * 64}, Refs("b" * 64, "c" * 64)),
    ],
)
def test_events_of_github(name: str, payload: Any, expected: Refs) -> None:
    assert github(name, payload) == expected


@pytest.mark.parametrize(
    ("name", "payload", "sentence"),
    [
        ("workflow_dispatch", {}, "GitHub Actions runs this for workflow_dispatch, which is about no change"),
        ("", {}, "GitHub Actions runs this for no event"),
        ("pull_request", PUSH, "has no text in pull_request.base.ref"),
        ("merge_group", PULL, "has no text in merge_group.base_sha"),
        ("push", GROUP, "has no text in after"),
        ("push", {**PUSH, "after": ZEROS}, "the push deleted its branch"),
        (
            "merge_group",
            {"merge_group": {"base_sha": ZEROS, "head_sha": NEW}},
            "has no commit in merge_group.b",
        ),
        ("push", {**PUSH, "before": "main"}, "has no commit in before"),
        ("push", {**PUSH, "before": "--output=x"}, "has no commit in before"),
        ("push", {**PUSH, "after": 7}, "has no text in after"),
        ("push", [PUSH], "has no text in after"),
        ("pull_request", {"pull_request": {"base": "main"}}, "has no text in pull_request.base.ref"),
        ("push", b"{", "the event payload /event.json is not JSON"),
        ("push", b"\xff", "the event payload /event.json is not JSON"),
        ("push", b"[" * 200_000, "the event payload /event.json is not JSON"),
    ],
)
def test_what_is_no_change_is_said(name: str, payload: Any, sentence: str) -> None:
    with pytest.raises(Problem) as caught:
        github(name, payload)
    assert sentence in caught.value.message
    assert "State --base REF yourself" in caught.value.message
    assert caught.value.exit_code == 2


def test_a_payload_that_is_not_there_or_without_end_is_said(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    environ = {**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(path)}
    with pytest.raises(Problem, match=r"cannot read the event payload .*event\.json: There is no such file"):
        ci.detect(environ, ci.read_event)
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(Problem, match=r"event\.json: The file has 1,073,741,824 bytes"):
        ci.detect(environ, ci.read_event)
    path.write_text(json.dumps(PUSH), encoding="utf-8")
    assert ci.detect(environ, ci.read_event) == Refs(OLD, NEW)


def test_a_payload_that_is_not_named_is_said() -> None:
    with pytest.raises(Problem, match="GITHUB_EVENT_PATH names no event payload"):
        ci.detect({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}, no_file)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({**GITLAB, "CI_COMMIT_BEFORE_SHA": OLD}, Refs(OLD, NEW)),
        ({**GITLAB, "CI_COMMIT_BEFORE_SHA": ZEROS}, Refs("", NEW)),
        (
            {**GITLAB, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": OLD},
            Refs(MAIN, NEW),
        ),
        (
            {
                **GITLAB,
                "CI_COMMIT_SHA": "c" * 40,
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": NEW,
                "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
            },
            Refs("refs/remotes/origin/release/1", NEW),
        ),
        (
            {
                **GITLAB,
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": OLD,
                "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train",
            },
            Refs(MAIN, NEW),
        ),
        (BITBUCKET, Refs("", NEW)),
        (
            {**BITBUCKET, "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
            Refs(MAIN, NEW),
        ),
        (AZURE, Refs("", OLD)),
        (
            {
                **AZURE,
                "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
                "SYSTEM_PULLREQUEST_SOURCECOMMITID": NEW,
            },
            Refs(MAIN, NEW),
        ),
        (
            {**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "main", "SYSTEM_PULLREQUEST_SOURCECOMMITID": NEW},
            Refs(MAIN, NEW),
        ),
        ({"TF_BUILD": "True"}, Refs("", "HEAD")),
        ({}, None),
        ({"CI": "true"}, None),
        ({"GITHUB_ACTIONS": "", "GITLAB_CI": "false"}, None),
    ],
)
def test_the_environments_of_other_systems(environ: dict[str, str], expected: Refs | None) -> None:
    assert ci.detect(environ, no_file) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pull_request", "base", "head", "sha", "after", "before"]), inner)
    ),
    max_leaves=8,
)


@given(name=st.sampled_from(["pull_request", "merge_group", "push"]), payload=JSON)
def test_any_payload_is_a_change_or_a_problem(name: str, payload: Any) -> None:
    try:
        found = github(name, payload)
    except Problem:
        return
    assert found is not None
    assert found.base.startswith("refs/remotes/origin/")

"""Which change the payload of an event is about."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.publishing import Destination, events
from checker.render.identity import is_commit

HEAD, MERGE = "a" * 40, "b" * 40
REPOSITORY = {"full_name": "acme/shop"}
PULL = {"number": 7, "head": {"sha": HEAD}, "merge_commit_sha": MERGE}
RUN = {"event": "pull_request", "head_sha": HEAD, "pull_requests": []}
FORK = RUN | {"head_branch": "topic", "head_repository": {"owner": {"login": "ben"}}}


def destination(payload: Any, name: str = "") -> Destination | str:
    return events.destination(json.dumps({"repository": REPOSITORY, **payload}).encode(), name)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"pull_request": PULL}, Destination("acme/shop", HEAD, (MERGE,), 7)),
        ({"pull_request": PULL | {"merge_commit_sha": None}}, Destination("acme/shop", HEAD, (), 7)),
        ({"merge_group": {"head_sha": HEAD}}, Destination("acme/shop", HEAD)),
        ({"ref": "refs/heads/main", "after": HEAD}, Destination("acme/shop", HEAD)),
        ({"workflow_run": FORK}, Destination("acme/shop", HEAD, branch="ben:topic", vouched=False)),
        (
            {"workflow_run": FORK | {"pull_requests": [{"number": 7, "head": {"sha": HEAD}}]}},
            Destination("acme/shop", HEAD, (), 7, vouched=False),
        ),
        (
            {"workflow_run": FORK | {"pull_requests": [{"number": 8, "head": {"sha": MERGE}}]}},
            Destination("acme/shop", HEAD, branch="ben:topic", vouched=False),
        ),
        ({"workflow_run": FORK | {"event": "push"}}, Destination("acme/shop", HEAD, vouched=False)),
    ],
)
def test_events(payload: Any, expected: Destination) -> None:
    assert destination(payload) == expected


@pytest.mark.parametrize(
    "payload",
    [
        {"issue": {"number": 7}, "comment": {}},
        {"schedule": "0 0 * * *"},
        {"pull_request": {"number": 7}},
        {"pull_request": PULL | {"number": "7"}},
        {"pull_request": PULL | {"head": {"sha": "main"}}},
        {"pull_request": [PULL]},
        {"ref": "refs/heads/gone", "after": "0" * 40},
        {"repository": {"full_name": "acme/../../orgs"}, "pull_request": PULL},
        {"repository": {"full_name": "acme/shop?x=1"}, "pull_request": PULL},
        {"repository": None, "pull_request": PULL},
    ],
)
def test_other_events_are_refused_by_name(payload: Any) -> None:
    found = destination(payload, "issue_comment")
    assert isinstance(found, str)
    assert "issue_comment" in found
    assert "pull_request_target, merge_group, workflow_run and push" in found


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 200_000])
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    assert events.destination(raw, "push") == "is not JSON"


NAMES = ["pull_request", "merge_group", "workflow_run", "ref", "after", "head", "sha", "head_sha", "number"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(HEAD) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_payload_is_a_destination_or_a_sentence(payload: dict[str, Any]) -> None:
    found = destination(payload)
    assert isinstance(found, str) or is_commit(found.commit)

"""What a code host sends, as JSON: its answers, and the payloads of its events. Nothing in it is sure."""

from __future__ import annotations

import json
from typing import Any

HEAD: dict[str, tuple[str, ...]] = {
    "pull_request": ("pull_request", "head", "sha"),
    "pull_request_target": ("pull_request", "head", "sha"),
    "merge_group": ("merge_group", "head_sha"),
    "push": ("after",),
}
"""The events of GitHub that are about a change, and where the payload of each names its newest commit."""


def parse(raw: bytes) -> Any:
    """The data of a text.

    Raises:
        ValueError: it is not JSON, or nested without end.
    """
    try:
        return json.loads(raw)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def field(data: Any, *keys: str) -> Any:
    """The value behind some keys; None where it is not there."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data

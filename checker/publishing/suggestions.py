"""Suggested changes, each of which is made once, however often a report is posted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from checker.publishing import Job, comments
from checker.publishing.client import Client, InDoubtError, LeftOutError, RejectedError
from checker.render import RENDERERS, tally


class Threads(NamedTuple):
    """How a host takes suggestions on the lines of a change."""

    folder: str
    """The path of all comments on it, suggestions among them."""
    mine: Callable[[Any], bool]
    """Whether the token's owner wrote a comment."""
    make: Callable[[Any], object]
    """Makes one."""
    refusal: int
    """The status by which the host says that it does not take a place."""
    host: str
    """As people call it."""
    make_all: Callable[[list[Any]], object] | None = None
    """Makes several at once, all or none; None: the host does not know that."""


def wanted(job: Job) -> list[Any]:
    """All suggestions of a report.

    Raises:
        LeftOutError: there is none.
    """
    found: list[Any] = json.loads(RENDERERS["suggestions"](job.report, job.options))
    if not found:
        raise LeftOutError("nothing can be mended mechanically on a changed line")
    return found


def post(client: Client, wanted: list[Any], threads: Threads) -> str:
    """Make those that are not there yet, and tell how many; where the host refuses one of all, one by one."""
    refused: set[str] = set()
    made, make_all = 0, threads.make_all
    while left := _missing(client, wanted, threads, refused):
        try:
            if make_all:
                make_all(left)
                made += len(left)
                break
            for each in left:
                made += _suggest(threads, each, refused)
            break
        except InDoubtError:
            continue
        except RejectedError as error:
            if not make_all or error.status != threads.refusal:
                raise
            make_all = None
    note = f"{made} made" if made else "none made" if refused else "there already"
    if not refused:
        return note
    return f"{note}, {tally.counted(len(refused), 'place')} not taken by {threads.host}"


def _missing(client: Client, wanted: list[Any], threads: Threads, refused: set[str]) -> list[Any]:
    """Those that no comment of ours makes yet, and that the host did not refuse."""
    there = refused | comments.said(client, threads.folder, threads.mine)
    return [each for each in wanted if comments.text(each) not in there]


def _suggest(threads: Threads, comment: Any, refused: set[str]) -> int:
    """Make one: 1, or 0 where the host does not take its place."""
    try:
        threads.make(comment)
    except RejectedError as error:
        if error.status != threads.refusal:
            raise
        refused.add(comments.text(comment))
        return 0
    return 1

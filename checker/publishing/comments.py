"""The one comment on a change, which every run edits in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from checker.payload import field
from checker.publishing import Destination
from checker.publishing.client import Client, DownError, InDoubtError, LeftOutError, RejectedError
from checker.render.identity import abbreviated

_MOST_ATTEMPTS = 5


class Comments(NamedTuple):
    """How a host takes comments on a change."""

    folder: str
    """The path of all of them."""
    one: Callable[[Any], str]
    """The path of one, by its id."""
    edit: str
    """The method that edits one."""
    mine: Callable[[Any], bool]
    """Whether the token's owner wrote a comment; others may write our mark too."""


def keep_one(client: Client, comments: Comments, body: str, *, begins: bool) -> str:
    """Make the comment, or edit the one of an earlier run; tells which.

    `body`: what it says, of which the first line is the mark. `begins`: whether it is worth a comment where
    there is none yet.

    Raises:
        LeftOutError: there is none, and it is not.
    """
    folder, one = comments.folder, comments.one
    for _ in range(_MOST_ATTEMPTS):
        own = [each for each in _marked(client, folder, body.partition("\n")[0]) if comments.mine(each)]
        try:
            if not own and not begins:
                raise LeftOutError("nothing had to be judged, and no comment says otherwise")
            if not own:
                client.once("POST", folder, {"body": body})
                return "made"
            for another in own[1:]:  # of runs at the same time
                client.ask("DELETE", one(field(another, "id")))
            if field(own[0], "body") == body:
                return "says so already"
            client.ask(comments.edit, one(field(own[0], "id")), {"body": body})
            return "edited"
        except InDoubtError:
            pass
        except RejectedError as error:
            if error.status != 404 or not own:  # else it was deleted since
                raise
    raise DownError("it is gone whenever it is edited")


def newest(destination: Destination, commit: Any) -> int:
    """The number of the pull request, whose newest commit is `commit`.

    A run that ends late must not write over what a newer one said.

    Raises:
        LeftOutError: there is none, or it is elsewhere by now.
    """
    if destination.pull_request is None:
        raise LeftOutError("this is about no pull request")
    if commit not in (None, destination.commit):
        raise LeftOutError(
            f"the change is at {abbreviated(str(commit))} by now, whose own run tells about it"
        )
    return destination.pull_request


def said(client: Client, folder: str, mine: Callable[[Any], bool]) -> set[str]:
    """What our comments below `folder` say already, as `text` gives it; on whichever line they are by now."""
    return {text(each) for each in client.all(f"{folder}?per_page=100") if mine(each)}


def text(comment: Any) -> str:
    """What a comment says, however the host writes the ends of its lines."""
    return str(field(comment, "body")).replace("\r\n", "\n").strip()


def _marked(client: Client, folder: str, mark: str) -> Iterator[Any]:
    for each in client.all(f"{folder}?per_page=100"):
        body = field(each, "body")
        if isinstance(body, str) and body.startswith(mark):
            yield each

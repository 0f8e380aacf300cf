"""What the hosts share: asking again where that is safe, pages, and what a refusal means.

No socket and no clock: requests go through a function, and so does waiting. How long a host asks to wait is
measured by its own clock, which it sends along.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from checker.payload import field, parse
from checker.render.text import clip, one_line
from checker.transports.http import LostError, NotSentError, Request, Response

Send = Callable[[Request], Response]
Pause = Callable[[float], None]

MOST_PAGES = 200
"""Of one list; at a hundred items each more than any host shows."""
MOST_ATTEMPTS = 8
"""Of one request."""
_LONGEST_PAUSE = 60.0
"""Seconds, where the host does not say how long; what GitHub asks for at least after a secondary limit."""
_BROKEN = frozenset({500, 502, 503, 504})
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next\b')


class HostError(Exception):
    """The host did not do what it was asked; the text is a clause for a person."""


class RejectedError(HostError):
    """The host understood, and will not: asking again would change nothing."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class TokenError(HostError):
    """The host does not know the token."""


class RightsError(HostError):
    """The token is good, and has no right to this."""


class DownError(HostError):
    """The host cannot be reached, or is busy for longer than anybody wants to wait."""


class LeftOutError(HostError):
    """Nothing is to be done here, and nobody is at fault."""


class InDoubtError(Exception):
    """What was asked may have been done or not: look before it is asked again."""


class Client:
    """Asks one host, patiently, and no longer than told."""

    def __init__(self, send: Send, api: str, pause: Pause, patience: float) -> None:
        """`api`: the address below which paths lie; `patience`: the seconds to wait in all."""
        self._send = send
        self.api = api.rstrip("/")
        self._pause = pause
        self._patience = self._left = patience

    def get(self, path: str) -> Any:
        """What stands at a path."""
        return self._request("GET", path, None, True)[0]

    def all(self, path: str, key: str = "") -> Iterator[Any]:
        """The items of a list, page by page; `key`: the member of each page that holds them, or none."""
        for _ in range(MOST_PAGES):
            page, answer = self._request("GET", path, None, True)
            items = field(page, key) if key else page
            yield from items if isinstance(items, list) else ()
            following = _next(answer, path)
            if not following or ("://" in following and not following.startswith(f"{self.api}/")):
                return
            path = following.removeprefix(self.api)
        raise RejectedError("its list has no end", 200)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask for something that may be asked twice: the second time changes nothing."""
        return self._request(method, path, body, True)[0]

    def once(self, method: str, path: str, body: Any) -> Any:
        """Ask for something that must not be done twice.

        Raises:
            InDoubtError: it may have been done, and some time has passed since.
        """
        return self._request(method, path, body, False)[0]

    def _request(self, method: str, path: str, body: Any, repeatable: bool) -> tuple[Any, Response]:
        request = Request(method, path if "://" in path else self.api + path, body)
        wrong = ""
        for attempt in range(MOST_ATTEMPTS):
            pause = min(2.0**attempt, _LONGEST_PAUSE)
            try:
                answer = self._send(request)
            except NotSentError as error:
                wrong = f"cannot be reached ({error})"
                self._wait(pause, wrong)
                continue
            except LostError as error:
                wrong = f"did not answer ({error})"
            else:
                if answer.status < 300:
                    return _json(answer), answer
                if _limits(answer):
                    wrong = f"is busy ({_message(answer)})"
                    self._wait(max(pause, _asked_to_wait(answer)), wrong)
                    continue
                if answer.status not in _BROKEN:
                    raise _refusal(answer)
                wrong = f"is out of order ({_message(answer)})"
            self._wait(pause, wrong)
            if not repeatable:
                raise InDoubtError
        raise DownError(f"the host {wrong}, {MOST_ATTEMPTS} times")

    def _wait(self, seconds: float, wrong: str) -> None:
        if seconds > self._left:
            raise DownError(
                f"the host {wrong}; to ask again takes {seconds:,.0f} more seconds, and of the "
                f"{self._patience:,.0f} that may be waited in all {self._left:,.0f} are left (--patience)"
            )
        self._left -= seconds
        self._pause(seconds)


def _limits(answer: Response) -> bool:
    """Whether the host asks for fewer requests, which it did not look at.

    GitHub answers a limit with 403 or 429, of which the header or the message tells.
    """
    if answer.status == 429:
        return True
    spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status == 403 and (spent or "rate limit" in _message(answer).lower())


def _asked_to_wait(answer: Response) -> float:
    """The seconds that the host asks to wait; a minute where a limit does not say, as GitHub asks."""
    headers = answer.headers
    try:
        if "retry-after" in headers:
            return max(0.0, float(headers["retry-after"]))
        if headers.get("x-ratelimit-remaining") == "0":
            now = parsedate_to_datetime(headers["date"]).timestamp()
            return max(0.0, float(headers["x-ratelimit-reset"]) - now)
    except (KeyError, ValueError, OverflowError):
        pass
    return _LONGEST_PAUSE


def _refusal(answer: Response) -> HostError:
    message = _message(answer)
    if answer.status == 401:
        return TokenError(f"the host does not accept the token ({message})")
    if answer.status == 403:
        return RightsError(f"the token has no right to it ({message})")
    if answer.status < 400:
        return RejectedError(
            "the host points to another address, and no token follows it there", answer.status
        )
    return RejectedError(f"the host refuses it ({message})", answer.status)


def _message(answer: Response) -> str:
    """What the host says about its refusal, in one short line."""
    try:
        data = parse(answer.body)
    except ValueError:
        data = None
    said = field(data, "message") or field(data, "error", "message") or field(data, "error")
    errors = field(data, "errors")
    parts = [str(each) for each in (said, errors) if each]
    return clip(one_line(" ".join([str(answer.status), *parts])), 200)


def _json(answer: Response) -> Any:
    if not answer.body:
        return None
    try:
        return parse(answer.body)
    except ValueError:
        raise RejectedError(
            "its answer is not JSON: is that the address of its API?", answer.status
        ) from None


def _next(answer: Response, path: str) -> str:
    """The next page of a list: an address, or a path; empty: this is the last."""
    if found := _NEXT.search(answer.headers.get("link", "")):
        return found[1]
    page = answer.headers.get("x-next-page", "")  # a proxy may drop the longer header
    if not page.isdigit():
        return ""
    bare = re.sub(r"([?&])page=\d+&?", r"\1", path).rstrip("?&")
    return f"{bare}{'&' if '?' in bare else '?'}page={page}"

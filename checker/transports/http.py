"""HTTP to one host, with its token: every request goes there and nowhere else.

A redirection is an answer like any other, so that no token follows it. `httpx`, an extra, is loaded when a
host is spoken to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 64 * 1024 * 1024
"""Of an answer; what is longer counts as lost."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where nothing listens in between, so that plain HTTP will do."""


class Request(NamedTuple):
    """What is asked of the host."""

    method: str
    url: str
    body: Any = None
    """Sent as JSON; None: nothing is."""


class Response(NamedTuple):
    """What the host answered."""

    status: int
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes


class NotSentError(Exception):
    """No connection came about, so that the host knows nothing of the request."""


class LostError(Exception):
    """The request may have reached the host, and no whole answer came back."""


def unsafe(address: str) -> str:
    """Why an address of an API is not used, as a clause; empty: it is."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"{address!r} is no address"
    if not host or parts.scheme not in ("https", "http") or parts.query or parts.fragment:
        return f"{address!r} is no address such as https://api.example.com"
    if parts.username is not None or parts.password is not None:
        return "the address of the API holds a user name, where no secret may stand"
    if parts.scheme == "http" and host not in LOCAL:
        return f"{address!r} is not encrypted, so the token would be sent for all to read"
    return ""


class Http:
    """Sends requests to one host, with the same headers each time."""

    def __init__(self, api: str, headers: Mapping[str, str], timeout: float) -> None:
        """`api` is any address of the host, `timeout` the seconds that it may stay silent.

        Raises ImportError where `httpx` is not installed.
        """
        import httpx  # noqa: PLC0415 - an extra, and slow to import

        self._origin = _origin(api)
        self._client: httpx.Client = httpx.Client(
            headers=dict(headers), timeout=timeout, follow_redirects=False
        )

    def __call__(self, request: Request) -> Response:
        """The answer to a request.

        Raises:
            NotSentError: the host cannot have seen it.
            LostError: it may have.
            ValueError: it would go to another host.
        """
        import httpx  # noqa: PLC0415

        if _origin(request.url) != self._origin:
            raise ValueError(f"{request.url} lies on another host")
        content = None if request.body is None else json.dumps(request.body).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            asked = self._client.stream(request.method, request.url, content=content, headers=headers)
            with asked as answer:
                return Response(answer.status_code, dict(answer.headers), _bounded(answer))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise NotSentError(_said(error)) from None
        except httpx.HTTPError as error:
            raise LostError(_said(error)) from None

    def close(self) -> None:
        """Close what is open."""
        self._client.close()


def _bounded(answer: httpx.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise LostError(f"the answer is longer than {MOST_BYTES:,} bytes")
    return bytes(body)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port

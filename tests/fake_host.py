"""What the servers have in common that stand for code hosts in tests: real sockets, on this machine.

A fake keeps what it was sent, refuses what the real host refuses, and can be told to fail the next requests
of a kind: before it looked at them, or after it did what was asked.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

PAGE = 30
"""Items of a page where none are asked for, as at GitHub."""

TOKEN = "glpat-secret"
"""May do everything."""
READING = "glpat-reading"
"""May only read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Their names in lower case."""
    body: Any

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """Ends a request early, with an answer."""

    def __init__(self, status: int, message: Any, **headers: str) -> None:
        super().__init__(message)
        self.answer = Answer(
            status, {"message": message}, {k.replace("_", "-"): v for k, v in headers.items()}
        )


@dataclass(slots=True)
class Failure:
    """How a request fails."""

    method: str
    path: str
    """A pattern, found anywhere in the path."""
    answer: Answer | None
    """None: the connection breaks."""
    done: bool
    """The host does what was asked all the same."""
    times: int


Route = tuple[str, str, Callable[..., Answer]]
"""Method, pattern of the whole path, and what answers: a function of the request and the pattern's groups."""


class FakeHost:
    """A server that runs as long as it is entered: `with FakeHost() as host`."""

    prefix = ""
    """Before every path of the API."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.failures: list[Failure] = []
        self.before: Callable[[Asked], None] = lambda asked: None
        """Called with every request before it is answered: what somebody else does at that moment."""
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def routes(self) -> list[Route]:
        raise NotImplementedError

    def admit(self, asked: Asked) -> None:
        """Raise RefusedError for a token that is not known, or has no right to this."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api(self) -> str:
        """The address of the API."""
        return self.address + self.prefix

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fail(
        self, method: str, path: str, status: int = 0, *, done: bool = False, times: int = 1, **headers: str
    ) -> None:
        """Let the next requests of a kind fail; status 0: the connection breaks."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = Answer(status, {"message": f"told to fail with {status}"}, names) if status else None
        self.failures.append(Failure(method, path, answer, done, times))

    def writes(self) -> list[str]:
        """The requests that were to change something, in short."""
        return [f"{asked.method} {asked.path}" for asked in self.asked if asked.method != "GET"]

    @contextmanager
    def fresh(self) -> Iterator[list[Asked]]:
        """What is asked while this is entered."""
        first = len(self.asked)
        found: list[Asked] = []
        yield found
        found += self.asked[first:]

    def _answer(self, asked: Asked) -> Answer | None:
        with self._lock:
            self.asked.append(asked)
            self.before(asked)
            failure = next(
                (it for it in self.failures if it.method == asked.method and re.search(it.path, asked.path)),
                None,
            )
            if failure:
                failure.times -= 1
                if not failure.times:
                    self.failures.remove(failure)
                if failure.done:
                    self._routed(asked)
                return failure.answer
            return self._routed(asked)

    def _routed(self, asked: Asked) -> Answer:
        try:
            self.admit(asked)
            for method, pattern, answer in self.routes():
                found = re.fullmatch(re.escape(self.prefix) + pattern, asked.path)
                if method == asked.method and found:
                    return answer(asked, *found.groups())
            raise RefusedError(404, "Not Found")
        except RefusedError as refused:
            return refused.answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", 0)))
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = json.loads(raw) if raw else None
                answer = host._answer(Asked(self.command, parts.path, query, headers, body))
                if answer is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                content = b"" if answer.body is None else json.dumps(answer.body).encode()
                self.send_response_only(answer.status)
                stated = {
                    "Date": formatdate(usegmt=True),
                    "Content-Length": str(len(content)),
                    **answer.headers,
                }
                for name, value in stated.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing is written."""

        return Handler


def paged(host: FakeHost, asked: Asked, items: list[Any]) -> tuple[list[Any], int]:
    """The items of the page that is asked for, and the number of the next; 0: it is the last."""
    size = min(int(asked.query.get("per_page", PAGE)), 100)
    page = int(asked.query.get("page", 1))
    following = page + 1 if page * size < len(items) else 0
    return items[(page - 1) * size : page * size], following

"""The door to a code host: one host, bounded answers, no redirections."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from checker.transports import http
from checker.transports.http import Http, LostError, NotSentError, Request, Response
from tests.fake_host import Answer, Asked, FakeHost, Route


class Echo(FakeHost):
    """Answers with what it was sent."""

    def routes(self) -> list[Route]:
        return [(method, "/echo", self._echo) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")]

    def _echo(self, asked: Asked) -> Answer:
        return Answer(
            200, {"method": asked.method, "body": asked.body, "token": asked.token}, {"X-Some": "Y"}
        )


def ask(api: str, request: Request, timeout: float = 5) -> Response:
    with closing(Http(api, {"Authorization": "Bearer secret"}, timeout)) as door:
        return door(request)


def test_requests_and_answers() -> None:
    with Echo() as host:
        for method, body in [("GET", None), ("POST", {"a": "ü\ud83d"}), ("PATCH", []), ("DELETE", None)]:
            answer = ask(host.api, Request(method, f"{host.api}/echo", body))
            assert (answer.status, answer.headers["x-some"]) == (200, "Y")
            assert f'"method": "{method}"'.encode() in answer.body
            assert b'"token": "secret"' in answer.body


def test_a_redirection_is_not_followed() -> None:
    with Echo() as host, Echo() as other:
        for status in (301, 302, 303, 307, 308):
            host.fail("GET", "/echo", status, Location=f"{other.address}/echo")
            assert ask(host.api, Request("GET", f"{host.api}/echo")).status == status
        assert other.asked == []


def test_another_host_gets_nothing() -> None:
    with Echo() as host, Echo() as other:
        with pytest.raises(ValueError, match="another host"):
            ask(host.api, Request("GET", f"{other.api}/echo"))
        assert other.asked == []


def test_who_is_not_there_cannot_have_seen_it() -> None:
    with Echo() as host:
        api = host.api
    with pytest.raises(NotSentError):
        ask(api, Request("GET", f"{api}/echo"))


def test_a_connection_that_breaks_leaves_doubt() -> None:
    with Echo() as host:
        host.fail("POST", "/echo", done=True)
        with pytest.raises(LostError) as caught:
            ask(host.api, Request("POST", f"{host.api}/echo", {}))
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_silence_leaves_doubt() -> None:
    with Echo() as host:
        host.before = lambda asked: time.sleep(0.3)
        with pytest.raises(LostError):
            ask(host.api, Request("GET", f"{host.api}/echo"), 0.05)


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 100)
    with Echo() as host, pytest.raises(LostError, match="longer than 100 bytes"):
        ask(host.api, Request("POST", f"{host.api}/echo", "x" * 100))


@pytest.mark.parametrize(
    "address",
    [
        "https://api.github.com",
        "https://ghe.example.com/api/v3",
        "https://gitlab.example.com:8443/api/v4/",
        "http://localhost:8000",
        "http://127.0.0.1:1/x",
        "http://[::1]:80",
    ],
)
def test_addresses_that_are_used(address: str) -> None:
    assert http.unsafe(address) == ""


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://api.github.com", "is not encrypted"),
        ("http://localhost.evil.example", "is not encrypted"),
        ("ftp://api.github.com", "no address such as"),
        ("file:///etc/passwd", "no address such as"),
        ("api.github.com", "no address such as"),
        ("https://", "no address such as"),
        ("https://api.github.com?x=1", "no address such as"),
        ("https://user:secret@api.github.com", "no secret may stand"),
        ("https://api.github.com:port", "is no address"),
        ("https://[::1", "is no address"),
    ],
)
def test_addresses_that_are_not(address: str, sentence: str) -> None:
    assert sentence in http.unsafe(address)
    assert "secret@" not in http.unsafe(address)

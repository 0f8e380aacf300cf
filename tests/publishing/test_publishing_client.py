"""When a request is made again, how long is waited, and what an answer means."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.publishing.client import (
    Client,
    DownError,
    HostError,
    InDoubtError,
    RejectedError,
    RightsError,
    TokenError,
)
from checker.transports.http import LostError, NotSentError, Request, Response
from tests.publishing.posting import Waiting, client

API = "https://api.example.com/v1"


def answer(status: int = 200, body: Any = None, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, b"" if body is None else json.dumps(body).encode())


class Script:
    """Answers each request by the next of its answers, and the last for ever."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        return found


OK = answer(200, {"id": 1})
LIMIT = answer(403, {"message": "You have exceeded a secondary rate limit"})
RESET = answer(
    403,
    {"message": "API rate limit exceeded"},
    x_ratelimit_remaining="0",
    x_ratelimit_reset="1780300830",
    date="Mon, 01 Jun 2026 08:00:00 GMT",
)


@pytest.mark.parametrize(
    ("first", "pauses"),
    [
        (answer(429, None, retry_after="7"), [7]),
        (answer(429, None, retry_after="0"), [1]),
        (answer(429, None, retry_after="soon"), [60]),
        (answer(403, None, retry_after="3"), [3]),
        (answer(429), [60]),
        (LIMIT, [60]),
        (RESET, [30]),
        (NotSentError("refused"), [1]),
    ],
)
def test_what_was_not_done_is_asked_again(first: Response | Exception, pauses: list[float]) -> None:
    for ask in (lambda it: it.get("/x"), lambda it: it.once("POST", "/x", {})):
        script, waiting = Script(first, OK), Waiting()
        assert ask(client(script, API, waiting=waiting)) == {"id": 1}
        assert waiting.pauses == pauses
        assert [request.url for request in script.asked] == [f"{API}/x"] * 2


@pytest.mark.parametrize("first", [answer(500), answer(502), answer(503), answer(504), LostError("timeout")])
def test_what_may_have_been_done_is_asked_again_only_where_that_is_safe(first: Response | Exception) -> None:
    for ask in (lambda it: it.get("/x"), lambda it: it.ask("PUT", "/x", {})):
        assert ask(client(Script(first, first, OK), API)) == {"id": 1}
    script, waiting = Script(first, OK), Waiting()
    with pytest.raises(InDoubtError):
        client(script, API, waiting=waiting).once("POST", "/x", {})
    assert len(script.asked) == 1
    assert waiting.pauses == [1], "what was asked gets time to appear"


@pytest.mark.parametrize("ask", [lambda it: it.get("/x"), lambda it: it.once("POST", "/x", {})])
def test_patience_ends(ask: Callable[[Client], Any]) -> None:
    waiting = Waiting()
    with pytest.raises(DownError, match=r"is busy \(429\); .* 60 more seconds.* 100 .* 40 are left"):
        ask(client(Script(answer(429)), API, 100, waiting))
    assert waiting.pauses == [60]
    with pytest.raises(DownError, match="cannot be reached"):
        ask(client(Script(NotSentError("no route")), API, 0))


def test_attempts_end() -> None:
    script = Script(NotSentError("no route"))
    with pytest.raises(DownError, match=r"cannot be reached \(no route\), 8 times"):
        client(script, API, 10_000).get("/x")
    assert len(script.asked) == 8


@pytest.mark.parametrize(
    ("refusal", "error", "sentence"),
    [
        (answer(401, {"message": "Bad credentials"}), TokenError, "does not accept the token (401 Bad cred"),
        (answer(403, {"message": "Resource not accessible by integration"}), RightsError, "has no right to"),
        (answer(403), RightsError, "has no right to it (403)"),
        (answer(404, {"message": "Not Found"}), RejectedError, "refuses it (404 Not Found)"),
        (answer(422, {"message": "no", "errors": ["line"]}), RejectedError, "(422 no ['line'])"),
        (answer(400, {"type": "error", "error": {"message": "bad"}}), RejectedError, "(400 bad)"),
        (answer(400, {"error": "insufficient_scope"}), RejectedError, "(400 insufficient_scope)"),
        (answer(400, ["odd"]), RejectedError, "(400)"),
        (answer(422, {"message": "a\r\n::error::b\x1b[0m" + "x" * 900}), RejectedError, "more characters"),
        (answer(301, None, location="https://evil.example"), RejectedError, "points to another address"),
        (answer(307), RejectedError, "points to another address"),
        (Response(200, {}, b"<html>"), RejectedError, "is not JSON"),
        (Response(200, {}, b"[" * 100_000), RejectedError, "is not JSON"),
    ],
)
def test_what_a_refusal_means(refusal: Response, error: type[HostError], sentence: str) -> None:
    script = Script(refusal)
    with pytest.raises(error) as caught:
        client(script, API).get("/x")
    assert sentence in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400
    assert len(script.asked) == 1, "asking again would change nothing"


def test_pages_by_link() -> None:
    link = f'<{API}/x?page=1>; rel="prev", <{API}/x?page=2>; rel="next", <{API}/x?page=9>; rel="last"'
    script = Script(answer(200, [1, 2], link=link), answer(200, [3]))
    assert list(client(script, API).all("/x")) == [1, 2, 3]
    assert script.asked[1].url == f"{API}/x?page=2"


def test_pages_by_number() -> None:
    first = answer(200, {"runs": [1]}, x_next_page="2")
    script = Script(first, answer(200, {"runs": [2]}, x_next_page="3"), answer(200, {}, x_next_page=""))
    assert list(client(script, API).all("/x?head=a:b", "runs")) == [1, 2]
    assert [it.url for it in script.asked[1:]] == [f"{API}/x?head=a:b&page={n}" for n in (2, 3)]


def test_pages_never_lead_to_another_host() -> None:
    for other in (
        "https://evil.example/x",
        "https://api.example.com.evil.example/v1/x",
        "http://api.example.com",
    ):
        script = Script(answer(200, [1], link=f'<{other}>; rel="next"'))
        assert list(client(script, API).all("/x")) == [1]
        assert len(script.asked) == 1


def test_a_list_without_end_is_left() -> None:
    script = Script(answer(200, [1], link=f'<{API}/x>; rel="next"'))
    with pytest.raises(RejectedError, match="no end"):
        list(client(script, API).all("/x"))
    assert len(script.asked) == 200


TEXTS = st.sampled_from(["", "0", "-1", "nan", "inf", "1e999", "x", "2", "Mon, 01 Jun 2026 08:00:00 GMT"])
HEADERS = ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "date", "link", "x-next-page"]


@given(
    st.sampled_from([200, 403, 429, 500]),
    st.dictionaries(st.sampled_from(HEADERS), TEXTS),
    st.binary(max_size=5),
)
def test_any_answer_ends_in_time(status: int, headers: dict[str, str], body: bytes) -> None:
    waiting = Waiting()
    with suppress(HostError):
        list(client(Script(Response(status, headers, body)), API, 120, waiting).all("/x"))
    assert sum(waiting.pauses) <= 120

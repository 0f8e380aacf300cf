"""A credential that somebody left in an artifact is repeated by no report; what is decided stays the same."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from checker.documents.credentials import hidden, is_credential, masked
from checker.explain.redaction import Redaction
from checker.model import Report, Result
from checker.render import RENDERERS, Options
from checker.review.seeing import saw
from tests import judging
from tests.judging import RULE, policy, rule
from tests.patience import patience

LETTERS = "Zx81Qb7Lm2Vc93Kd5Tn6Wp4Rj0Hs8Yf1Gg7"
"""What could be random, and is made up."""
KEY = "\n".join(
    [
        "-----BEGIN PRIVATE KEY-----",
        *(f"{LETTERS}{LETTERS[:28]}{n}" for n in range(9)),
        "-----END PRIVATE KEY-----",
    ]
)
SHAPES = {
    "aws": "AKIA" + "Q7ZK2M4XW9PLR8TB",
    "github": "ghp_" + LETTERS,
    "github fine-grained": "github_pat_" + LETTERS,
    "gitlab": "glpat-" + LETTERS[:20],
    "slack": "xoxb-" + "17653672481-" + LETTERS[:24],
    "google": "AIza" + LETTERS[:35],
    "stripe": "sk_live_" + LETTERS[:24],
    "web token": f"eyJ{LETTERS}.eyJ{LETTERS}.{LETTERS}",
    "bearer": "Bearer " + LETTERS,
}
NAMES = ["password", "db_password", "token", "apiToken", "api_key", "client-secret", "secret", "passphrase"]
PASSWORD = "correct horse, battery"


def everything(report: Report) -> str:
    """What all formats say, as one text."""
    return "\n".join(render(report, Options()) for render in RENDERERS.values())


def failed(folder: Path, assertion: str, thing: str, **more: object) -> tuple[Report, Result]:
    """The report of one rule about one thing that breaks it."""
    files = {"policies/test.policy.yaml": policy(rule(assertion, **more)), "a.thing.yaml": thing}
    report = judging.judged(folder, files)
    (result,) = (r for r in report.results if r.rule == RULE)
    assert result.outcome == "fail"
    return report, result


@pytest.mark.parametrize("name", SHAPES)
def test_what_has_the_shape_of_a_credential_is_not_repeated(tmp_path: Path, name: str) -> None:
    secret = SHAPES[name]
    thing = f"name: {json.dumps(secret)}\nowner: Ada Example\n"
    told = {"message": "{subject.name} is no name", "fix": "Not {subject.name}."}
    report, result = failed(tmp_path, 'subject.name == "lamp"', thing, at="/name", **told)
    assert result.message == "<redacted> is no name"
    text = everything(report)
    assert LETTERS[:12] not in text
    assert secret not in text
    assert "<redacted>" in text


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_in_a_field_of_such_a_name_is_not_repeated(tmp_path: Path, name: str) -> None:
    thing = f"name: lamp\nany:\n  {name}: {json.dumps(PASSWORD)}\n"
    field = f'subject.any["{name}"]'
    report, result = failed(tmp_path, f'{field} == "x"', thing, message="found {" + field + "}")
    assert result.message == "found <redacted>"
    assert PASSWORD not in everything(report)
    assert [each.value for reason in result.reasons for each in reason.seen] == ['"<redacted>"']


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(f"any:\n  password: |\n    {PASSWORD}\n  x: 1\n", id="a block"),
        pytest.param(f"any: {{ id: x, password: {json.dumps(PASSWORD)}, x: 1 }}\n", id="in braces"),
        pytest.param(f"any: {{ passwords: [ other, {json.dumps(PASSWORD)} ], x: 1 }}\n", id="in a list"),
        pytest.param(
            f"any:\n  link: https://ada:{PASSWORD[:5]}{LETTERS}@example.org/\n  x: 1\n", id="address"
        ),
        pytest.param(
            "any:\n  x: 1\n  note: |\n" + "".join(f"    {line}\n" for line in KEY.split("\n")), id="key"
        ),
    ],
)
@pytest.mark.parametrize(
    "assertion",
    ["subject.any == {}", "subject.any.x == 2", "subject.any.missing == 1", 'string(subject.any.x) == "2"'],
)
def test_nor_where_it_stands_beside_what_is_told(tmp_path: Path, thing: str, assertion: str) -> None:
    report, _ = failed(tmp_path, assertion, thing)
    text = everything(report)
    assert PASSWORD not in text
    assert LETTERS[:12] not in text


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(f"name: lamp\npassword: {PASSWORD}\n", id="a field that the kind does not have"),
        pytest.param(f"name: lamp\ntier: {SHAPES['github']}\n", id="of another type"),
        pytest.param(f"name: lamp\npassword: {PASSWORD}\n  broken\n", id="no yaml"),
        pytest.param(f"name: lamp\nkey: {KEY}\n", id="a key that is no yaml"),
    ],
)
def test_nor_by_what_is_said_of_a_broken_artifact(tmp_path: Path, thing: str) -> None:
    report = judging.judged(
        tmp_path, {"policies/test.policy.yaml": policy(rule("true")), "a.thing.yaml": thing}
    )
    assert report.exit_code == 1
    text = everything(report)
    assert PASSWORD not in text
    assert LETTERS[:12] not in text


def test_what_is_not_told_decides_all_the_same(tmp_path: Path) -> None:
    def found(folder: str, password: str) -> Result:
        thing = f"any:\n  password: {json.dumps(password)}\n"
        return failed(tmp_path / folder, 'subject.any.password == "x"', thing)[1]

    one, other, again = found("one", "hunter-one"), found("other", "hunter-two"), found("again", "hunter-one")
    assert one.message == other.message
    assert saw(one)[0] == saw(again)[0] != saw(other)[0]
    assert "hunter" not in saw(one)[1]


def test_columns_of_a_line_stay_where_they_are() -> None:
    line = f'{{ password: "{PASSWORD}" }} # {SHAPES["gitlab"]}'
    assert len(masked(line)) == len(line)
    assert masked(line).startswith("{ password: <redacted>***")


@pytest.mark.parametrize(
    "text",
    [
        "password_policy: strict",
        "token_count: 12",
        "global-availability-and-the-rollout-of-everything",
        "a secretary, tokens and keys",
        "https://example.org:8080/a@b",
        "ada@example.org",
        f"sha256:{'0a' * 32}",
        "AKIA is how they begin",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert (hidden(text), masked(text)) == (text, text)
    assert not is_credential(text.partition(":")[0])


def test_a_password_of_a_few_letters_does_not_spoil_the_words_around_it(tmp_path: Path) -> None:
    thing = "name: lamp\nany:\n  password: a\n"
    _, result = failed(tmp_path, 'subject.any.password == "x"', thing, message="{subject.name} has a bad one")
    assert result.message == "lamp has a bad one"
    assert [each.value for reason in result.reasons for each in reason.seen] == ['"<redacted>"']


@pytest.mark.parametrize(
    "text",
    [
        "eyJ-" * 50_000,
        "ghp_" * 50_000,
        "-----BEGIN PRIVATE KEY-----" * 8_000,
        "://a:" * 40_000,
        '"password": "\\' * 10_000,
        "password: " * 20_000,
        "bearer " * 30_000,
        "A" * 200_000,
        " " * 200_000,
        '"' + "a" * 200_000,
        "xoxb-" * 40_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_longer_than_its_length(text: str) -> None:
    with patience():
        hidden(text)
        masked(text)


def test_no_artifact_makes_it_grow_with_its_square() -> None:
    chance = random.Random(1)
    data = {"tokens": [{"token": f"{chance.random():.15f}"} for _ in range(100_000)]}
    with patience():
        assert len(Redaction(data)._values) == 256

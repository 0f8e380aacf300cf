"""Where the files and fields of a workspace come from."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.model import Fault
from checker.policy import workspaces
from checker.snapshot import Subject
from checker.sources import files
from checker.sources.history import Provenance
from checker.transports.disk import Disk
from checker.transports.git import FileHistory, Identity, Repository, Signature, Tree
from tests.repositories import ADA, BEN, CLEO, Made

THING = """\
id: a
name: A
owner: Ada
rollback:
  owner: Ada
  rehearsed_on: '2026-01-01'
steps:
  - id: one
    owner: Ada
  - id: two
    owner: Ada
"""


CONFIGURATION = """\
version: 1
name: test
kinds: "*.schema.json"
subjects:
  - { kind: thing, files: things/*.yaml }
"""


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = Made(tmp_path / "company")
    made.write(
        {
            "work/gonogo.yaml": CONFIGURATION,
            "work/thing.schema.json": json.dumps(
                {"type": "object", "properties": {"name": {"type": "string"}}}
            ),
            ".github/CODEOWNERS": "* @everyone\n/work/things/ @things\n",
        }
    )
    made.commit("one", {"work/things/a.yaml": THING}, ADA)
    return made


def repository(made: Made) -> Repository:
    found = Repository.find(made.folder / "work")
    assert isinstance(found, Repository)
    return found


def subject(made: Made, ref: str | None = None) -> Subject:
    """The one subject, as it lies on the disk or as it was committed."""
    folder = made.folder / "work"
    tree = repository(made).tree(ref or "HEAD")
    assert isinstance(tree, Tree)
    loaded, diagnostics = workspaces.load(Disk, str(folder))
    assert loaded is not None, diagnostics
    (found,) = files.collect(loaded.selections, tree if ref else Disk(folder)).subjects
    return found


def authors(answer: object) -> set[Identity]:
    if answer is None:
        return set()
    assert isinstance(answer, FileHistory), answer
    return set(answer.authors)


def code(answer: object) -> str:
    assert isinstance(answer, Fault), answer
    return answer.code


def test_authors_reviewers_owners_and_the_last_change(made: Made) -> None:
    last = made.commit(
        "two\n\nCo-authored-by: Cleo Placeholder <cleo@example.org>\n"
        "Approved-by: Ada Example <ada@example.org>\n",
        {"work/things/a.yaml": THING.replace("name: A", "name: B")},
        BEN,
    )
    made.commit("three", {"outside": "x"}, ADA)
    told = Provenance(repository(made))
    path = "things/a.yaml"
    assert told.authors(path) == {ADA, BEN, CLEO}
    assert told.reviewers(path) == {ADA}
    assert told.owners(path) == ("@things",)
    assert told.owners("gonogo.yaml") == ("@everyone",)
    change = told.last_change(path)
    assert not isinstance(change, Fault)
    assert change.id == last


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((), {ADA, BEN, CLEO}),
        (("name",), {BEN}),
        (("owner",), {ADA}),
        (("rollback",), {ADA, CLEO}),
        (("rollback", "owner"), {CLEO}),
        (("rollback", "rehearsed_on"), {ADA}),
        (("steps", 0), {ADA}),
        (("steps", 1, "owner"), {BEN}),
        (("stage",), set()),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("ref", [None, "HEAD"])
def test_who_changed_a_field_last(
    made: Made, at: tuple[str | int, ...], expected: set[tuple[str, str]], ends: str, ref: str | None
) -> None:
    text = THING.replace("\n", ends)
    made.commit("ends", {"work/things/a.yaml": text}, ADA)
    text = text.replace("name: A", "name: B").replace(f"two{ends}    owner: Ada", f"two{ends}    owner: Ben")
    made.commit("two", {"work/things/a.yaml": text}, BEN)
    text = text.replace(f"rollback:{ends}  owner: Ada", f"rollback:{ends}  owner: Cleo")
    made.commit("three", {"work/things/a.yaml": text}, CLEO)
    assert authors(Provenance(repository(made)).field(subject(made, ref), at)) == expected


def test_co_authors_wrote_the_field_too(made: Made) -> None:
    message = "two\n\nCo-authored-by: Cleo Placeholder <cleo@example.org>"
    made.commit(message, {"work/things/a.yaml": THING.replace("name: A", "name: B")}, BEN)
    assert authors(Provenance(repository(made)).field(subject(made), ("name",))) == {BEN, CLEO}


def test_what_is_not_committed_has_no_author_yet(made: Made) -> None:
    made.write({"work/things/a.yaml": THING + "stage: ga\n"})
    told = Provenance(repository(made))
    assert code(told.field(subject(made), ("name",))) == "uncommitted"
    assert authors(told.field(subject(made, "HEAD"), ("name",))) == {ADA}
    assert code(told.authors("things/new.yaml")) == "uncommitted"
    assert code(told.last_change("things/new.yaml")) == "uncommitted"


def test_an_earlier_commit_tells_what_was_known_then(made: Made) -> None:
    first = repository(made).head()
    assert first is not None
    made.commit("two", {"work/things/a.yaml": "id: a\n"}, BEN)
    assert Provenance(repository(made), first).authors("things/a.yaml") == {ADA}
    assert authors(Provenance(repository(made), first).field(subject(made, first), ())) == {ADA}


def test_one_history_serves_all_and_nothing_is_asked_before(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    found = repository(made)
    history = found.history

    def counted(ref: str = "HEAD") -> object:
        asked.append(ref)
        return history(ref)

    monkeypatch.setattr(found, "history", counted)
    told = Provenance(found)
    assert asked == []
    for _ in range(3):
        told.authors("things/a.yaml")
        told.last_change("gonogo.yaml")
        told.authors("nothing")
    assert len(asked) == 1


def test_faults_of_the_repository_are_told(tmp_path: Path) -> None:
    made = Made(tmp_path)
    (tmp_path / "work").mkdir()
    told = Provenance(repository(made))
    for answer in (
        told.authors("a"),
        told.reviewers("a"),
        told.last_change("a"),
        told.owners("a"),
        told.signer("a"),
    ):
        assert code(answer) == "git-no-commit"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_who_signed_the_last_change(made: Made, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    made.configure({"gpg.format": "ssh", "user.signingKey": str(key)})
    made.commit("two", {"work/things/b.yaml": "id: b"}, ADA, None, "-S")
    told = Provenance(repository(made), allowed_signers=str(allowed))
    assert told.signer("things/b.yaml") == Signature("good", "ada@example.org")
    assert told.signer("things/a.yaml") == Signature("unsigned", "")
    assert code(Provenance(repository(made)).signer("things/a.yaml")) == "allowed-signers"

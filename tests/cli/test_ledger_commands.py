"""`gonogo ledger`: what is recorded is shown, verified, and vouched for."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checker import canonical, ledger
from checker.ledger import Entry
from checker.transports.journal import Journal
from tests import signing
from tests.cli.conftest import Gonogo
from tests.deciding import files, workspace
from tests.review.test_deciding import CONDITION, approved, decided, met, overruled

AT = datetime(2026, 9, 11, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signing.keys(tmp_path_factory.mktemp("keys"), "ada", "ben", "cleo")


@pytest.fixture
def home(tmp_path: Path, keys: Path) -> Path:
    return workspace(tmp_path / "home", keys)


def add(home: Path, *entries: Entry) -> None:
    for entry in entries:
        assert Journal(home / "ledger").append(entry.content, entry.path) is None


def chain(home: Path, count: int = 3) -> list[Entry]:
    """Decisions that follow each other."""
    made: list[Entry] = []
    for number in range(count):
        parents = (made[-1].id,) if made else ()
        made.append(decided(AT + timedelta(hours=number), parents=parents, id=f"number-{number}"))
    add(home, *made)
    return made


def test_an_empty_ledger_is_whole_and_shows_so(gonogo: Gonogo, home: Path) -> None:
    assert gonogo("ledger", "show", cwd=home) == (0, "nothing is recorded yet\n", "")
    assert gonogo("ledger", "show", "--output-format", "json", cwd=home).out == "[\n]\n"
    assert gonogo("ledger", "verify", cwd=home) == (0, "the ledger is whole: 0 entries, 0 signed\n", "")


def test_entries_are_listed_the_newest_last(gonogo: Gonogo, home: Path, keys: Path) -> None:
    first = overruled(
        AT, decision="proceed-with-conditions", conditions=[CONDITION], markets=["GB"], reason="A\npromise"
    )
    second, third = (
        approved(first, "Ben Sample", AT + timedelta(1)),
        met(first, "2026-09-20", AT + timedelta(9)),
    )
    add(home, third, second, first)
    signing.sign(home / "ledger" / first.path, keys / "ada")
    short = first.id[7:19]
    ran = gonogo("ledger", "show", cwd=home)
    assert ran == (
        0,
        f"{short}  2026-09-11 10:30  decision       Ada Example (signed): proceed-with-conditions at ga for"
        " checkout-ga in GB on the verdict no-go, by overrule: A promise\n"
        f"{second.id[7:19]}  2026-09-12 10:30  approval       Ben Sample (asserted): approves {short} as"
        " approver\n"
        f"{third.id[7:19]}  2026-09-20 10:30  condition      Ben Sample (asserted): c1 of {short} was met on"
        " 2026-09-20: CHK-1\n",
        "",
    )
    rows = json.loads(gonogo("ledger", "show", "--output-format", "json", cwd=home).out)
    assert [row["id"] for row in rows] == [first.id, second.id, third.id]
    assert rows[0]["body"] == dict(first.body)
    assert (rows[0]["assurance"], rows[1]["parents"]) == ("signed", [first.id])


def test_what_a_ledger_says_cannot_act_on_a_terminal(gonogo: Gonogo, home: Path) -> None:
    add(home, decided(AT, decision="hold", subject="\x1b[2J\u202e"))
    ran = gonogo("ledger", "show", cwd=home)
    assert ran.code == 0
    assert not re.search("[\x1b\u202e]", ran.out)


def test_a_whole_ledger_verifies_against_what_was_kept(gonogo: Gonogo, home: Path) -> None:
    made = chain(home)
    for kept in (made[0].id, made[-1].id, made[1].id.removeprefix("sha256:")):
        ran = gonogo("ledger", "verify", "--checkpoint", kept, cwd=home)
        assert ran == (
            0,
            f"the ledger is whole: 3 entries, 0 signed, and holds all that {kept} vouches for\n",
            "",
        )


@pytest.mark.parametrize("number", [0, 1])
def test_an_edit_and_a_removal_name_the_entry(gonogo: Gonogo, home: Path, number: int) -> None:
    entry = chain(home)[number]
    path = home / "ledger" / entry.path
    path.write_bytes(entry.content.replace(b"proceed", b"recycle"))
    ran = gonogo("ledger", "verify", cwd=home)
    assert (ran.code, ran.err) == (1, "gonogo: the ledger is not as it was written: 1 finding\n")
    assert ran.out.startswith(f"{entry.id}: The entry was edited: its content does not fit its name.")
    path.unlink()
    ran = gonogo("ledger", "verify", cwd=home)
    assert ran.code == 1
    assert ran.out.startswith(f"{entry.id}: This entry was removed: it is not there, but sha256:")


def test_a_check_of_a_changed_ledger_is_exit_code_2_and_names_the_entry(gonogo: Gonogo, home: Path) -> None:
    entry = chain(home)[0]
    (home / "ledger" / entry.path).unlink()
    ran = gonogo("check", cwd=home)
    assert ran.code == 2
    assert entry.id in "".join(ran.out.split())


def test_the_newest_entry_is_missed_by_what_was_kept_elsewhere(
    gonogo: Gonogo, home: Path, tmp_path: Path
) -> None:
    newest = chain(home)[-1]
    kept = tmp_path / "kept.json"
    ran = gonogo("ledger", "checkpoint", "--output", kept, cwd=home)
    assert ran.out == f"{json.loads(kept.read_text())['root']}\n"
    assert gonogo("ledger", "verify", "--checkpoint", kept, cwd=home).code == 0
    (home / "ledger" / newest.path).unlink()
    assert gonogo("ledger", "verify", cwd=home).code == 0
    for stamp in (kept, newest.id):
        ran = gonogo("ledger", "verify", "--checkpoint", stamp, cwd=home)
        assert ran.code == 1
        assert newest.id in ran.out


def test_a_checkpoint_is_an_entry_whose_digest_is_printed(gonogo: Gonogo, home: Path, keys: Path) -> None:
    made = chain(home, 2)
    ran = gonogo("ledger", "checkpoint", "--as", "ada", "--sign", keys / "ada", cwd=home)
    digest = ran.out.strip()
    book = ledger.read(Journal(home / "ledger").read_all())
    entry = book.entries[digest]
    assert (entry.type, entry.by, entry.parents) == ("checkpoint", "Ada Example", (made[-1].id,))
    assert digest in book.signatures
    ran = gonogo("ledger", "verify", "--checkpoint", digest, cwd=home)
    assert ran.out.startswith("the ledger is whole: 3 entries, 1 signed")
    assert (
        f"vouches for 2 entries with the root {entry.body['root']}" in gonogo("ledger", "show", cwd=home).out
    )


def test_a_checkpoint_outside_is_signed_and_a_forged_one_is_found(
    gonogo: Gonogo, home: Path, keys: Path, tmp_path: Path
) -> None:
    chain(home)
    kept = tmp_path / "kept.json"
    ran = gonogo("ledger", "checkpoint", "--as", "ada", "--sign", keys / "ada", "--output", kept, cwd=home)
    assert ran.code == 0, ran.err
    assert gonogo("ledger", "verify", "--checkpoint", kept, cwd=home).code == 0
    kept.write_bytes(kept.read_bytes().replace(b'"count":3', b'"count":4'))
    ran = gonogo("ledger", "verify", "--checkpoint", kept, cwd=home)
    assert ran.code == 1
    assert "The checkpoint vouches for 4 entries" in ran.out
    assert "the signature is forged" in ran.out


def test_a_signature_that_is_not_of_who_made_the_entry_is_found(
    gonogo: Gonogo, home: Path, keys: Path
) -> None:
    entry = chain(home, 1)[0]
    signing.sign(home / "ledger" / entry.path, keys / "ben")
    ran = gonogo("ledger", "verify", cwd=home)
    assert ran.code == 1
    assert f"{entry.id}: The signature is not one of Ada Example: It was signed by Ben Sample" in ran.out


def test_an_entry_that_is_yet_to_come_is_found(gonogo: Gonogo, home: Path) -> None:
    entry = decided(datetime(2126, 1, 1, tzinfo=UTC))
    add(home, entry)
    ran = gonogo("ledger", "verify", cwd=home)
    assert ran.code == 1
    assert f"{entry.id}: The entry is dated 2126-01-01T00:00:00+00:00, which is yet to come." in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("verify", "--checkpoint", "nothing.json"), "nothing.json is neither: there is no such file."),
        (("verify", "--checkpoint", "gonogo.yaml"), ""),
        (("checkpoint",), "a checkpoint is made by somebody. State --as PERSON."),
        (("checkpoint", "--output", "gonogo.yaml"), "gonogo.yaml is already there"),
        (("checkpoint", "--as", "nobody"), "nobody is not in the register of people"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    gonogo: Gonogo, home: Path, arguments: tuple[str, ...], message: str
) -> None:
    chain(home)
    before = files(home)
    ran = gonogo("ledger", *arguments, cwd=home)
    assert ran.code == (2 if message else 1)
    assert message in ran.err
    assert files(home) == before


def test_a_report_is_recorded_by_its_digest(gonogo: Gonogo, home: Path) -> None:
    gonogo("check", "--output-format", "json=report.json", cwd=home)
    report = json.loads((home / "report.json").read_bytes())
    ran = gonogo("ledger", "record", "report.json", "--as", "ada", cwd=home)
    assert (ran.code, ran.err) == (0, "")
    body = json.loads((home / ran.out.strip()).read_bytes())["body"]
    assert body == {
        "digest": canonical.digest_bytes((home / "report.json").read_bytes()),
        "verdict": report["verdict"],
        "verdict_digest": report["verdict_digest"],
    }
    assert gonogo("ledger", "verify", cwd=home).out == "the ledger is whole: 1 entry, 0 signed\n"
    assert report["verdict"] in gonogo("ledger", "show", cwd=home).out


def test_what_is_no_report_is_not_recorded(gonogo: Gonogo, home: Path) -> None:
    (home / "report.json").write_text("{}")
    ran = gonogo("ledger", "record", "report.json", "--as", "ada", cwd=home)
    assert ran.code == 2
    assert "is not a report of gonogo" in ran.err
    assert not list(home.glob("ledger/*/*.json"))

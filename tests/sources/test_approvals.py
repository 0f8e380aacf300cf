"""How we know who approved: real keys, real files, and every reason for which it is only somebody's word."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checker.model import Approval
from checker.policy import workspaces
from checker.sources import approvals
from checker.sources.approvals import Approvals
from checker.transports import ssh
from checker.transports.disk import Disk
from tests import signing as making

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
FILE = "signoffs/note.txt"
TEXT = b"role: legal\nperson: ada\n"
DIGEST = f"sha256:{hashlib.sha256(TEXT).hexdigest()}"
OTHER = f"sha256:{'0' * 64}"
HOST = "https://code.example.org"
REVIEWS = "reviews/host.reviews.json"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return making.keys(tmp_path_factory.mktemp("keys"), "ada", "ben", "collector", "stranger")


@pytest.fixture
def folder(tmp_path: Path, keys: Path) -> Path:
    """A file to approve, and keys of Ada, Ben and the collector."""
    signers = making.allowed(keys, ada="ada@example.org", ben="@bens", collector="collector@ci.example.org")
    making.write(tmp_path, {"allowed_signers": signers})
    (tmp_path / FILE).parent.mkdir(exist_ok=True)
    (tmp_path / FILE).write_bytes(TEXT)
    return tmp_path


def of(folder: Path, person: str = "ada", at: datetime | None = AT) -> Approval:
    return Approvals(making.load(folder)[0], Disk(folder)).of(FILE, person, at)


def review(**changes: Any) -> dict[str, Any]:
    """Ada's approval of the file; None drops a field."""
    fields = {
        "id": "7",
        "url": f"{HOST}/r/7",
        "person": "ADA@example.org",
        "state": "approved",
        "at": "2026-06-02T09:00:00Z",
        "files": [{"path": FILE, "digest": DIGEST}],
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def record(folder: Path, *reviews: dict[str, Any], key: Path | None = None, path: str = REVIEWS) -> None:
    """What a host recorded; `key` signs it."""
    text = {"collector": "tool", "host": HOST, "collected_at": "2026-06-03T00:00:00Z", "reviews": reviews}
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(json.dumps(text))
    (folder / f"{path}.sig").unlink(missing_ok=True)
    if key:
        making.sign(folder / path, key)


def test_signed(folder: Path, keys: Path) -> None:
    making.sign(folder / FILE, keys / "ada")
    found = of(folder)
    assert found[:3] == ("ada", "signed", AT)
    assert found.name == "Ada Example"
    assert found.note.startswith("Signed with the key SHA256:")
    assert found.note.endswith(" of ada@example.org.")


@pytest.mark.parametrize("person", ["ada", "Ada Example", "ADA@EXAMPLE.ORG"])
def test_a_person_may_be_named_in_any_way(folder: Path, keys: Path, person: str) -> None:
    making.sign(folder / FILE, keys / "ada")
    assert of(folder, person).assurance == "signed"


def test_a_key_of_several_names_is_each_ones(folder: Path, keys: Path) -> None:
    line = making.allowed(keys, ada="team@example.org,*@lab.example.org,ada@example.org")
    (folder / "allowed_signers").write_text(line)
    making.sign(folder / FILE, keys / "ada")
    assert of(folder).assurance == "signed"


@pytest.mark.parametrize(
    ("options", "at", "assurance"),
    [
        ('valid-before="20260701000000Z"', AT, "signed"),
        ('valid-before="20260501000000Z"', AT, "asserted"),
        ('valid-after="20260701000000Z"', AT, "asserted"),
        ('valid-before="20260701000000Z"', None, "asserted"),
        ('valid-after="20200101000000Z"', None, "asserted"),
        ("", None, "signed"),
    ],
)
def test_a_key_is_valid_at_the_stated_time_whatever_day_it_is(
    folder: Path, keys: Path, options: str, at: datetime | None, assurance: str
) -> None:
    line = f"ada@example.org {options} {(keys / 'ada.pub').read_text()}"
    (folder / "allowed_signers").write_text(line)
    making.sign(folder / FILE, keys / "ada")
    found = of(folder, at=at)
    assert found.assurance == assurance
    assert assurance == "signed" or "which was not valid at that time" in found.note


def signed_by(folder: Path, keys: Path, name: str) -> None:
    making.sign(folder / FILE, keys / name)


def forged(folder: Path, keys: Path) -> None:
    signed_by(folder, keys, "ada")
    (folder / FILE).write_bytes(TEXT.replace(b"legal", b"security"))


def corrupt(folder: Path, keys: Path) -> None:
    (folder / f"{FILE}.sig").write_bytes(
        b"-----BEGIN SSH SIGNATURE-----\nnonsense\n-----END SSH SIGNATURE-----\n"
    )


def without_signers(folder: Path, keys: Path) -> None:
    signed_by(folder, keys, "ada")
    configuration = {name: value for name, value in making.CONFIGURATION.items() if name != "signers"}
    (folder / "gonogo.yaml").write_text(json.dumps(configuration))


def lost_signers(folder: Path, keys: Path) -> None:
    signed_by(folder, keys, "ada")
    (folder / "allowed_signers").unlink()


def lost_file(folder: Path, keys: Path) -> None:
    (folder / FILE).unlink()


def folder_for_signature(folder: Path, keys: Path) -> None:
    (folder / f"{FILE}.sig").mkdir()


REFUSALS = {
    "no signature": (lambda folder, keys: None, f"There is no signature {FILE}.sig."),
    "a changed file": (
        forged,
        "The content is not what was signed: it was changed since, or the signature is forged. "
        "Restore what was signed, or sign anew.",
    ),
    "a corrupt signature": (
        corrupt,
        "This is not an SSH signature. Sign with: ssh-keygen -Y sign -n gonogo -f KEY FILE",
    ),
    "another signed": (
        lambda f, k: signed_by(f, k, "ben"),
        "It was signed by Ben Sample, not by Ada Example.",
    ),
    "a stranger signed": (lambda f, k: signed_by(f, k, "stranger"), "which no allowed signer has."),
    "no signers": (
        without_signers,
        "The workspace names no keys that may sign. "
        "Name an allowed signers file as `signers` in gonogo.yaml.",
    ),
    "no such signers": (
        lost_signers,
        "The allowed signers allowed_signers cannot be read: There is no such file.",
    ),
    "no file": (lost_file, f"{FILE} cannot be read: There is no such file."),
    "a folder": (
        folder_for_signature,
        f"The signature {FILE}.sig cannot be read: This is a folder, not a file.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_only_asserted_says_why(folder: Path, keys: Path, name: str) -> None:
    prepare, said = REFUSALS[name]
    prepare(folder, keys)
    found = of(folder)
    assert (found.assurance, found.at) == ("asserted", AT)
    assert said in found.note


def test_a_host_has_recorded_the_approval(folder: Path, keys: Path) -> None:
    record(folder, review(), key=keys / "collector")
    found = of(folder)
    assert found == Approval(
        "ada",
        "host-verified",
        datetime(2026, 6, 2, 9, tzinfo=UTC),
        f"Recorded by {HOST}: {HOST}/r/7.",
        "Ada Example",
    )


def test_a_signature_says_more_than_a_record(folder: Path, keys: Path) -> None:
    record(folder, review(), key=keys / "collector")
    making.sign(folder / FILE, keys / "ada")
    assert of(folder).assurance == "signed"


later: dict[str, Any] = {"id": "8", "url": None, "at": "2026-06-02T10:00:00Z"}
RECORDS = {
    "another person": ([review(person="ben")], "There is no signature"),
    "a remark": ([review(state="commented")], "There is no signature"),
    "another file": ([review(files=[{"path": "x", "digest": DIGEST}])], "There is no signature"),
    "another version": (
        [review(files=[{"path": FILE, "digest": OTHER}])],
        f"The review {HOST}/r/7 approved another version of the file on 2026-06-02.",
    ),
    "asked for changes since": (
        [review(), review(**later, state="changes-requested")],
        f"The review {HOST} 8 asked for changes on 2026-06-02.",
    ),
    "dismissed since": (
        [review(**later, state="dismissed"), review()],
        f"The review {HOST} 8 was dismissed on 2026-06-02.",
    ),
    "dismissed, by the same record": ([review(), review(state="dismissed")], "was dismissed on 2026-06-02."),
    "approved another version since": (
        [review(), review(**later, files=[{"path": FILE, "digest": OTHER}])],
        f"The review {HOST} 8 approved another version of the file on 2026-06-02.",
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_is_not_enough(folder: Path, keys: Path, name: str) -> None:
    reviews, said = RECORDS[name]
    record(folder, *reviews, key=keys / "collector")
    found = of(folder)
    assert found.assurance == "asserted"
    assert said in found.note


@pytest.mark.parametrize("state", ["changes-requested", "dismissed", "commented"])
def test_an_approval_after_a_refusal_stands(folder: Path, keys: Path, state: str) -> None:
    record(
        folder,
        review(state=state),
        review(**later),
        review(**later, state="commented"),
        key=keys / "collector",
    )
    assert of(folder).assurance == "host-verified"


@pytest.mark.parametrize(
    ("signer", "said"),
    [
        (None, f"No collector signed {REVIEWS}: There is no such file."),
        (
            "ada",
            f"{REVIEWS} was signed by ada@example.org, who is not among the collectors.",
        ),
        ("stranger", "which no allowed signer has."),
    ],
)
def test_a_record_that_no_collector_signed_is_only_asserted(
    folder: Path, keys: Path, signer: str | None, said: str
) -> None:
    record(folder, review(), key=keys / signer if signer else None)
    found = of(folder)
    assert found.assurance == "asserted"
    assert said in found.note


def test_a_record_that_was_edited_is_only_asserted(folder: Path, keys: Path) -> None:
    record(folder, review(person="ben"), key=keys / "collector")
    path = folder / REVIEWS
    path.write_text(path.read_text().replace("ben", "ada"))
    assert f"No collector signed {REVIEWS}: The content is not what was signed" in of(folder).note


def test_who_cannot_be_vouched_for_lifts_no_refusal_and_can_refuse(folder: Path, keys: Path) -> None:
    record(folder, review(state="changes-requested"), key=keys / "collector")
    record(folder, review(**later), path="reviews/other.reviews.json")
    assert "asked for changes" in of(folder).note
    record(folder, review(), key=keys / "collector")
    record(folder, review(**later, state="dismissed"), path="reviews/other.reviews.json")
    assert "was dismissed" in of(folder).note


SIGNS = {
    "gate": "ga",
    "subject": "checkout",
    "role": "legal",
    "reviewed": [{"kind": "prd", "id": "checkout-prd", "digest": OTHER}],
}


def test_recorded_sign_offs(folder: Path, keys: Path) -> None:
    record(
        folder,
        review(**SIGNS),
        review(**later, **SIGNS, state="dismissed"),
        review(id="9", **SIGNS, state="commented"),
        review(id="10"),
        key=keys / "collector",
    )
    found = Approvals(making.load(folder)[0], Disk(folder)).recorded()
    assert [(s.id, s.withdrawn, a.assurance) for s, a in found] == [
        ("7", None, "host-verified"),
        ("8", "dismissed", "host-verified"),
    ]
    (first, approval), _ = found
    assert (first.person, first.signed_at, first.meaning) == ("ADA@example.org", approval.at, "approval")
    assert approval.name == "Ada Example"


def test_a_recorded_sign_off_at_a_gate_that_is_not_there_is_told_once(folder: Path) -> None:
    lost = {**SIGNS, "gate": "gaa"}
    record(folder, review(id="6"), review(**lost), review(id="8", **lost))
    _, diagnostics = workspaces.load(Disk, str(folder))
    (told,) = [each for each in diagnostics if each.code == "unknown-gate"]
    assert (told.level, told.message) == ("warning", "no gate is called `gaa`")
    assert told.location
    assert told.location.path == REVIEWS


def test_recorded_sign_offs_without_a_collector(folder: Path) -> None:
    record(folder, review(**SIGNS))
    ((_, approval),) = Approvals(making.load(folder)[0], Disk(folder)).recorded()
    assert approval.assurance == "asserted"
    assert approval.note == f"No collector signed {REVIEWS}: There is no such file."


def test_nothing_is_started_where_nothing_is_signed_and_once_where_something_is(
    folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    verify = ssh.verify
    monkeypatch.setattr(
        approvals.ssh, "verify", lambda *given, **more: (asked.append(given), verify(*given, **more))[1]
    )
    record(folder, review(person="ben"))
    found = Approvals(making.load(folder)[0], Disk(folder))
    assert found.of(FILE, "ada", AT).assurance == "asserted"
    assert not asked
    making.sign(folder / FILE, keys / "ada")
    found = Approvals(making.load(folder)[0], Disk(folder))
    assert found.of(FILE, "ada", AT) is found.of(FILE, "ada", AT)
    assert len(asked) == 1


def test_a_file_that_is_another_than_was_loaded_is_not_believed(folder: Path, keys: Path) -> None:
    """Whoever swaps a file between two looks gains nothing."""
    workspace, _ = making.load(folder)
    (folder / "people.yaml").write_text("people: []\n")
    making.sign(folder / "people.yaml", keys / "ada")
    found = Approvals(workspace, Disk(folder)).of("people.yaml", "ada", AT)
    assert (found.assurance, found.note) == ("asserted", "people.yaml changed while it was read.")


@pytest.fixture(autouse=True)
def _no_agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return

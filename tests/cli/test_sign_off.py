"""`gonogo sign-off`, with real keys, real files and real git repositories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.cli import console, options
from checker.policy import language, moment
from checker.review import signing
from checker.sources.approvals import Approvals
from checker.transports import disk
from checker.transports.disk import Disk
from tests import signing as making
from tests.cli.conftest import Gonogo, Ran

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
DAY = "2026-06-10"
AT = ("--at", "2026-06-10T12:00:00+01:00")
WRITTEN = "signoffs/checkout-ga-ga-legal-ada-2026-06-10.signoff.yaml"
ASKED = ("sign-off", "ga", "--subject", "checkout", "--role", "legal", "--as", "Ada Example")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tenth of June."""
    monkeypatch.setattr(options, "today", lambda zone: moment.parse(DAY, zone))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return making.keys(tmp_path_factory.mktemp("keys"), "ada", "ben", "stranger")


@pytest.fixture
def folder(tmp_path: Path, keys: Path) -> Path:
    signers = making.allowed(keys, ada="ada@example.org", ben="@bens")
    return making.write(tmp_path / "w", {"allowed_signers": signers})


def files(folder: Path) -> dict[str, bytes]:
    """Every file below, but for what git keeps."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def statuses(folder: Path) -> list[tuple[str, tuple[str, ...]]]:
    """What a review makes of the sign-offs that are there."""
    workspace, snapshot = making.load(folder)
    approvals, as_of = Approvals(workspace, Disk(folder)), moment.parse(DAY, workspace.zone)
    assert as_of
    signed = [(s, approvals.of(s.source.path, s.person, s.signed_at)) for s in workspace.sign_offs]
    (gate,) = workspace.gates
    launch = snapshot.find("launch-plan", "checkout-ga")
    return [
        (state.status, state.reasons)
        for asked in gate.sign_offs
        for state in signing.judge(
            signing.Desk(
                gate,
                asked,
                ("checkout-ga", "checkout", "basket"),
                signing.reviewed(asked, snapshot, "checkout", launch),
                "",
                workspace.people,
                lambda _: frozenset(),
                as_of,
                signed,
            ),
            launch,
            snapshot.find("product", "checkout"),
            workspace.data,
            language.Context(as_of),
        )
    ]


def test_with_a_key(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    ran = gonogo(*ASKED, *AT, "--sign", keys / "ada", cwd=folder)
    assert ran == Ran(
        0,
        "May it go? checkout-ga at ga, signed by Ada Example as legal.\n"
        "  prd `checkout-prd` (checkout/prd.md): `markets`, `goals`\n"
        f"wrote {WRITTEN} and its signature\n"
        "Next: commit both, then run gonogo review ga --subject checkout-ga\n",
        "",
    )
    written = yaml.safe_load((folder / WRITTEN).read_text())
    assert list(written) == [
        *("signoff", "gate", "subject", "role", "person", "meaning", "signed_at", "reviewed")
    ]
    assert written["person"] == "ada"
    assert written["signed_at"] == "2026-06-10T12:00:00+01:00"
    assert statuses(folder) == [("present", ())]


def test_by_hand(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.code == 0
    assert ran.out.splitlines()[-2:] == [
        f"Next: sign it (ssh-keygen -Y sign -n gonogo -f KEY {WRITTEN}), "
        "or let the code host record your review of it",
        "Next: commit it, then run gonogo review ga --subject checkout-ga",
    ]
    ((status, (reason,)),) = statuses(folder)
    assert (status, "There is no signature" in reason) == ("void", True)
    making.sign(folder / WRITTEN, keys / "ada")
    assert statuses(folder) == [("present", ())]


def test_everything_that_can_be_stated(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    (folder / "dpia.pdf").write_bytes(b"%PDF")
    note = "Seen by: Ada — \"with care\"\nand no 'regrets'  # yes"
    more = ("--meaning", "review", "--market", "DE", "--market", "GB", "--market", "DE", "--note", note)
    evidence = ("--evidence", "dpia.pdf", "--evidence", "https://example.org/x?a=1#b")
    ran = gonogo(
        *ASKED, *AT, *more, *evidence, "--valid-until", "2026-12-31", "--sign", keys / "ada", cwd=folder
    )
    assert ran.code == 0, ran.err
    written = yaml.safe_load((folder / WRITTEN).read_text())
    assert written["meaning"] == "review"
    assert written["markets"] == ["DE", "GB"]
    assert str(written["valid_until"]) == "2026-12-31"
    assert written["note"] == note
    first, second = written["evidence"]
    assert first["locator"] == "dpia.pdf"
    assert first["digest"].startswith("sha256:")
    assert second == {"locator": "https://example.org/x?a=1#b"}


def signed(gonogo: Gonogo, folder: Path, keys: Path, at: str = "2026-06-01T12:00:00Z") -> None:
    """Ada's sign-off before."""
    assert gonogo(*ASKED, "--at", at, "--sign", keys / "ada", cwd=folder).code == 0


DATES = {f"GIT_{who}_DATE": "2026-05-01T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}


def git(folder: Path, *arguments: str) -> None:
    identity = {
        f"GIT_{who}_{what}": f"{what}@example.org".lower()
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    environment = {
        **os.environ,
        **identity,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **DATES,
    }
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


def commit(folder: Path) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


CHANGED = (
    making.PRD.replace("- Fewer", "- No").replace("DE ]", "FR ]") + "\n## Requirements\n\n- It is fast.\n"
)


def test_a_renewal_shows_only_what_changed(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    making.write(
        folder,
        {
            "ga.gate.yaml": making.gate(of=["prd", "launch-plan"]),
            "allowed_signers": (folder / "allowed_signers").read_text(),
        },
    )
    signed(gonogo, folder, keys)
    commit(folder)
    (folder / "checkout/prd.md").write_text(CHANGED.replace("It is slow.", "It was slow."))
    commit(folder)
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.out.splitlines()[:-3] == [
        "May it go? checkout-ga at ga, signed by Ada Example as legal.",
        "Since the sign-off of 2026-06-01 (signoffs/checkout-ga-ga-legal-ada-2026-06-01.signoff.yaml):",
        "  prd `checkout-prd` (checkout/prd.md): has changed",
        "    `goals`",
        '      - "Fewer abandoned baskets, in all of the markets that we sell to."',
        '      + "No abandoned baskets, in all of the markets that we sell to."',
        "    `markets`",
        "      - DE",
        "      + FR",
        "    `requirements`",
        "      + It is fast.",
        "  launch-plan `checkout-ga` (checkout/launch.yaml): nothing has changed",
    ]


def test_a_file_is_followed_to_the_name_that_it_had(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    prds = {"kind": "prd", "files": "{product}/*.md", "product": "path.product"}
    configuration = {**making.CONFIGURATION, "subjects": [prds]}
    (folder / "gonogo.yaml").write_text(json.dumps(configuration))
    (folder / "checkout/prd.md").rename(folder / "checkout/draft.md")
    commit(folder)
    assert gonogo(*ASKED, "--at", "2026-06-01", "--sign", keys / "ada", cwd=folder).code == 0
    git(folder, "mv", "checkout/draft.md", "checkout/final.md")
    (folder / "checkout/final.md").write_text(making.PRD.replace("GB, DE", "GB"))
    commit(folder)
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.out.splitlines()[2:-3] == [
        "  prd `checkout-prd` (checkout/final.md): has changed",
        "    `markets`",
        "      - DE",
    ]


def test_what_was_derived_is_known_too(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    derive = {"launch-plan": {"tier": "size(product.data_classes) > 0 ? 1 : 2"}}
    configuration = json.dumps({**making.CONFIGURATION, "derive": derive})
    launch = making.LAUNCH.replace("tier: 2\n", "")
    signers = (folder / "allowed_signers").read_text()
    files = {"gonogo.yaml": configuration, "checkout/launch.yaml": launch, "allowed_signers": signers}
    making.write(folder, {**files, "ga.gate.yaml": making.gate(of=["launch-plan"])})
    commit(folder)
    signed(gonogo, folder, keys, "2026-06-09T12:00:00Z")
    (folder / "checkout/launch.yaml").write_text(launch.replace("GB, DE", "GB"))
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.out.splitlines()[2:-3] == [
        "  launch-plan `checkout-ga` (checkout/launch.yaml): has changed",
        "    `scope`",
        '      - markets: ["GB", "DE"]',
        '      + markets: ["GB"]',
    ]


def test_without_history_the_changed_fields_are_named(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    signed(gonogo, folder, keys)
    (folder / "checkout/prd.md").write_text(CHANGED)
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert "    `goals`, of which git does not have what was reviewed\n" in ran.out
    assert "slow" not in ran.out


def test_what_is_new_and_what_is_gone_is_said(gonogo: Gonogo, folder: Path, keys: Path) -> None:
    signed(gonogo, folder, keys)
    path = folder / "ga.gate.yaml"
    path.write_text(making.gate(of=["launch-plan"]))
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert "  launch-plan `checkout-ga` (checkout/launch.yaml), new: `tier`, `scope`\n" in ran.out
    assert "  prd `checkout-prd`: no longer there, or no longer asked for\n" in ran.out


REFUSED: dict[str, tuple[tuple[str, ...], dict[str, str | None], str]] = {
    "unknown gate": (
        ("gaa", "--subject", "checkout", "--role", "legal", "--as", "ada"),
        {},
        "no gate is called gaa. Did you mean `ga`?",
    ),
    "unknown subject": (
        ("ga", "--subject", "chekout", "--role", "legal", "--as", "ada"),
        {},
        "no product or launch has the id `chekout`. Did you mean `checkout`?",
    ),
    "unknown role": (
        ("ga", "--subject", "checkout", "--role", "legl", "--as", "ada"),
        {},
        "the gate ga asks for no sign-off by `legl` = fix: Did you mean `legal`?",
    ),
    "a role that is not asked for": (
        ("ga", "--subject", "checkout", "--role", "security", "--as", "ben"),
        {},
        "the gate ga asks for no sign-off by `security` = fix: It asks for legal.",
    ),
    "a stranger": (
        (*ASKED[1:-1], "Eve Nobody"),
        {},
        "Eve Nobody is not in the register of people = fix: Ada Example, ",
    ),
    "not in the role": ((*ASKED[1:-1], "dan"), {}, "Dan Trial is not in the role legal = fix: Ada Example, "),
    "not in it on that day": (
        (*ASKED[1:-1], "ben", "--at", "2026-02-28"),
        {},
        "Ben Sample was not in the role legal on 2026-02-28 = fix: Ada",
    ),
    "an author": (
        ASKED[1:],
        {"checkout/prd.md": making.PRD.replace("owner: Dan Trial", "owner: ada")},
        "Ada Example is an author of prd `checkout-prd` (its field owner) = fix: Ben Sample or Cleo Demo ",
    ),
    "another meaning": (
        (*ASKED[1:], "--meaning", "review"),
        {"ga.gate.yaml": making.gate(meaning="approval")},
        "It means review, and the gate asks for approval = fix: Ada",
    ),
    "another market": (
        (*ASKED[1:], "--market", "FR"),
        {},
        "checkout-ga does not go to `FR` = fix: It goes to GB, DE.",
    ),
    "a day that is over": (
        (*ASKED[1:], "--valid-until", "2026-06-09"),
        {},
        "It counted until 2026-06-09 = fix: Ada",
    ),
    "a time to come": (
        (*ASKED[1:], "--at", "2026-06-11"),
        {},
        "which is still to come = fix: Mend the time, or wait until then.",
    ),
    "an artifact that cannot be read": (ASKED[1:], {"checkout/prd.md": "---\na: [\n---\n"}, "cannot be read"),
    "nothing to review": (
        ASKED[1:],
        {"checkout/prd.md": None},
        "there is nothing of checkout-ga that could be reviewed",
    ),
    "several launches": (
        ASKED[1:],
        {"checkout/launch2.yaml": making.LAUNCH.replace("checkout-ga", "checkout-2")},
        "checkout has several launches at the gate ga, and each is signed by itself. "
        "State one of them as --subject: checkout-ga, checkout-2.",
    ),
    "no folder": (
        ASKED[1:],
        {"gonogo.yaml": json.dumps({k: v for k, v in making.CONFIGURATION.items() if k != "signoffs"})},
        "gonogo.yaml names no folder of sign-offs. Add `signoffs: signoffs/*.signoff.yaml` to gonogo.yaml.",
    ),
    "no one folder": (
        ASKED[1:],
        {"gonogo.yaml": json.dumps({**making.CONFIGURATION, "signoffs": ["*/x/*.signoff.yaml", "one.yaml"]})},
        "*/x/*.signoff.yaml, one.yaml does not say in which folder to write checkout-ga-ga-legal-ada-2026-06",
    ),
    "a broken configuration": (ASKED[1:], {"people.yaml": "people: [ { id: ada } ]"}, "`people[0].name`"),
    "evidence outside": (
        (*ASKED[1:], "--evidence", "../other.pdf"),
        {},
        "../other.pdf is not in the workspace",
    ),
    "a folder as evidence": ((*ASKED[1:], "--evidence", "checkout"), {}, "This is a folder, not a file."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_void_is_refused(gonogo: Gonogo, folder: Path, keys: Path, name: str) -> None:
    arguments, changes, said = REFUSED[name]
    making.write(folder, {"allowed_signers": (folder / "allowed_signers").read_text(), **changes})
    (folder.parent / "other.pdf").write_bytes(b"%PDF")
    before = files(folder)
    ran = gonogo(
        "sign-off", *arguments, *(() if "--at" in arguments else AT), "--sign", keys / "ada", cwd=folder
    )
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())
    assert files(folder) == before


def test_an_author_by_git_is_refused(gonogo: Gonogo, folder: Path) -> None:
    commit(folder)
    (folder / "checkout/prd.md").write_text(making.PRD.replace("Fewer", "No"))
    git(folder, "commit", "-q", "-a", "-m", "x", "--author", "A. E. <ADA@example.org>")
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.code == 2
    assert "Ada Example is an author of prd `checkout-prd` (the history in git)" in " ".join(ran.err.split())


def test_a_shallow_clone_does_not_know_who_wrote_what(gonogo: Gonogo, folder: Path) -> None:
    commit(folder)
    (folder / "later").touch()
    commit(folder)
    clone = folder.parent / "clone"
    git(folder, "clone", "-q", "--depth", "1", folder.as_uri(), str(clone))
    ran = gonogo(*ASKED, *AT, cwd=clone)
    assert (ran.code, (clone / WRITTEN).is_file()) == (0, True)
    assert "Whether a signatory is an author stays open." in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "ben",
            "the signature would not count for Ada Example: It was signed by Ben Sample, not by Ada Example.",
        ),
        ("stranger", "which no allowed signer has."),
    ],
)
def test_a_key_that_would_not_count_is_refused(
    gonogo: Gonogo, folder: Path, keys: Path, key: str, said: str
) -> None:
    before = files(folder)
    ran = gonogo(*ASKED, *AT, "--sign", keys / key, cwd=folder)
    assert ran.code == 2
    assert said in ran.err
    assert files(folder) == before


def test_nothing_is_overwritten(gonogo: Gonogo, folder: Path) -> None:
    (folder / "signoffs").mkdir()
    (folder / f"{WRITTEN}.sig").write_text("mine\n")
    before = files(folder)
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.code == 2
    assert f"{WRITTEN}.sig is already there. It stays as it is; remove it, or sign on another day." in ran.err
    assert files(folder) == before


def test_the_same_is_signed_once_and_what_changed_on_the_day_once_more(
    gonogo: Gonogo, folder: Path, keys: Path
) -> None:
    signed(gonogo, folder, keys, "2026-06-10T09:00:00+01:00")
    before = files(folder)
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.code == 2
    assert f"this is signed already, in {WRITTEN}" in " ".join(ran.err.split())
    assert files(folder) == before
    (folder / "checkout/prd.md").write_text(CHANGED)
    assert [status for status, _ in statuses(folder)] == ["void"]
    ran = gonogo(*ASKED, *AT, "--sign", keys / "ada", cwd=folder)
    assert f"wrote {WRITTEN.replace('-10.', '-10-2.')} and its signature\n" in ran.out
    assert statuses(folder) == [("present", ())]


def test_a_full_disk_leaves_nothing_behind(
    gonogo: Gonogo, folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "fsync", full)
    before = files(folder)
    ran = gonogo(*ASKED, *AT, "--sign", keys / "ada", cwd=folder)
    assert ran.code == 2
    assert f"cannot write {WRITTEN}: No space left on device. Nothing of it was written." in ran.err
    assert files(folder) == before
    assert not (folder / "signoffs").exists()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130)])
def test_a_person_at_a_terminal_is_asked(
    gonogo: Gonogo, folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(console, "is_terminal", lambda stream: True)
    monkeypatch.setattr(
        "click.termui.visible_prompt_func", lambda text: (asked.append(text), answer.strip())[1]
    )
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.code == code
    assert len(asked) == 1
    assert (folder / WRITTEN).exists() == (code == 0)


def test_yes_asks_nobody(gonogo: Gonogo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda stream: True)
    assert gonogo(*ASKED, *AT, "--yes", cwd=folder).code == 0


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("signoffs/**/*.signoff.yaml", "signoffs"),
        ("./approvals/{product}/*.signoff.yaml", "approvals/checkout"),
        (["*/x.yaml", "{launch}/{gate}/*.yaml"], "checkout-ga/ga"),
        ("{name}.signoff.yaml", ""),
    ],
)
def test_it_is_written_where_it_will_be_found(gonogo: Gonogo, folder: Path, pattern: Any, place: str) -> None:
    (folder / "gonogo.yaml").write_text(json.dumps({**making.CONFIGURATION, "signoffs": pattern}))
    ran = gonogo(*ASKED, *AT, cwd=folder)
    assert ran.code == 0, ran.err
    assert (folder / place / Path(WRITTEN).name).is_file()
    assert len(making.load(folder)[0].sign_offs) == 1


def test_a_moment_is_seen_in_the_zone_of_the_workspace(gonogo: Gonogo, folder: Path) -> None:
    """A minute before midnight by the Pacific, which is the next day in London."""
    ran = gonogo(*ASKED, "--at", "2026-06-09T23:59:00-08:00", cwd=folder)
    assert ran.code == 0, ran.err
    assert yaml.safe_load((folder / WRITTEN).read_text())["signed_at"] == "2026-06-10T08:59:00+01:00"


def test_without_a_time_it_is_now(gonogo: Gonogo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    before = datetime.now(UTC).replace(microsecond=0)
    assert gonogo(*ASKED, cwd=folder).code == 0
    (path,) = (folder / "signoffs").iterdir()
    assert (
        before <= datetime.fromisoformat(yaml.safe_load(path.read_text())["signed_at"]) <= datetime.now(UTC)
    )


def test_who_has_but_to_sign_the_file_is_told_how(gonogo: Gonogo, folder: Path) -> None:
    assert gonogo(*ASKED, *AT, "--workspace", folder).code == 0
    asked = ("review", "ga", "--subject", "checkout", "--clock", DAY, "--output-format", "json")
    found = json.loads(gonogo(*asked, "--workspace", folder).out)["results"]
    (fix,) = (each["fix"] for each in found if each["rule"] == "ga.sign-off.legal")
    assert fix == f"ssh-keygen -Y sign -n gonogo -f KEY {WRITTEN}"
    again = gonogo(*ASKED, *AT, "--workspace", folder)
    assert (again.code, fix in " ".join(again.err.split())) == (2, True)

"""SSH signatures: made and checked by ssh-keygen, every refusal in its own words."""

from __future__ import annotations

import base64
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model import Fault
from checker.transports import ssh
from checker.transports.ssh import Verified

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
PAYLOAD = b"role: legal\nperson: Ada Example\n"
DAY = datetime(2026, 9, 15, 12, tzinfo=UTC)


class Keys(NamedTuple):
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def public(self, name: str) -> str:
        """Type and key, without the comment."""
        return " ".join((self.folder / f"{name}.pub").read_text().split()[:2])

    def line(self, name: str, principals: str, options: str = "") -> bytes:
        """A line of an allowed-signers file."""
        return " ".join(filter(None, (principals, options, self.public(name)))).encode() + b"\n"

    def fingerprint(self, name: str) -> str:
        done = subprocess.run(["ssh-keygen", "-lf", self.path(name)], capture_output=True, check=True)
        return done.stdout.decode().split()[1]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Of Ada and Ben, and one of Cleo that has a passphrase."""
    folder = tmp_path_factory.mktemp("keys")
    for name, passphrase in (("ada", ""), ("ben", ""), ("cleo", "correct horse")):
        command = [
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            passphrase,
            "-C",
            name,
            "-f",
            str(folder / name),
        ]
        subprocess.run(command, check=True)
    return Keys(folder)


@pytest.fixture(scope="module")
def signature(keys: Keys) -> bytes:
    """Ada's, over PAYLOAD."""
    made = ssh.sign(PAYLOAD, keys.path("ada"))
    assert isinstance(made, bytes)
    return made


@pytest.fixture(scope="module")
def allowed(keys: Keys) -> bytes:
    return (
        b"# who may sign\n\n" + keys.line("ada", "ada@example.org,ada") + keys.line("ben", "ben@example.org")
    )


def refused(code: str, outcome: object, message: str = "") -> None:
    assert isinstance(outcome, Fault), outcome
    assert (outcome.code, message in outcome.message) == (code, True), outcome
    assert outcome.message.endswith(".")
    assert outcome.hint


# Signing and verifying ---------------------------------------------------------------------------


def test_what_was_signed_verifies(keys: Keys, signature: bytes, allowed: bytes) -> None:
    verified = Verified("ada@example.org", keys.fingerprint("ada"))
    assert ssh.verify(PAYLOAD, signature, allowed) == verified
    assert ssh.verify(PAYLOAD, signature, allowed, "ada@example.org") == verified
    assert ssh.verify(PAYLOAD, signature, allowed, "ada", at=DAY) == verified._replace(principal="ada")


def test_a_name_may_have_blanks(keys: Keys, signature: bytes) -> None:
    line = keys.line("ada", '"Ada Example"')
    for principal in (None, "Ada Example"):
        outcome = ssh.verify(PAYLOAD, signature, line, principal)
        assert outcome == Verified("Ada Example", keys.fingerprint("ada"))


def test_by_hand_it_is_the_same(keys: Keys, signature: bytes, tmp_path: Path) -> None:
    file = tmp_path / "legal.signoff.yaml"
    file.write_bytes(PAYLOAD)
    command = ["ssh-keygen", "-Y", "sign", "-n", "gonogo", "-f", keys.path("ada"), str(file)]
    subprocess.run(command, check=True, capture_output=True)
    assert (
        tmp_path / f"legal.signoff.yaml{ssh.SUFFIX}"
    ).read_bytes() == signature  # Ed25519 has no chance in it


@pytest.mark.parametrize("payload", [b"", b"\0\xff" * 5, b"x" * 3_000_000], ids=len)
def test_any_bytes_can_be_signed(keys: Keys, allowed: bytes, payload: bytes) -> None:
    made = ssh.sign(payload, keys.path("ben"))
    assert isinstance(made, bytes)
    assert isinstance(ssh.verify(payload, made, allowed), Verified)
    refused("signature-content", ssh.verify(payload + b"\n", made, allowed))


def test_a_key_may_be_named_like_an_option(
    keys: Keys, signature: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(keys.path("ada"), tmp_path / "-Oprint-pubkey")
    monkeypatch.chdir(tmp_path)
    assert ssh.sign(PAYLOAD, "-Oprint-pubkey") == signature


def test_a_pattern_allows_a_named_person_and_names_nobody(keys: Keys, signature: bytes) -> None:
    pattern = keys.line("ada", "*@example.org,!eve@example.org")
    outcome = ssh.verify(PAYLOAD, signature, pattern, "ada@example.org")
    assert outcome == Verified("ada@example.org", keys.fingerprint("ada"))
    refused("signer-pattern", ssh.verify(PAYLOAD, signature, pattern), "*@example.org")
    refused("signer-other", ssh.verify(PAYLOAD, signature, pattern, "ada@example.com"))
    named = pattern + keys.line("ada", "*@x.org,ada@example.org")
    assert ssh.verify(PAYLOAD, signature, named) == outcome


def test_an_authority_can_vouch_for_keys(keys: Keys, tmp_path: Path) -> None:
    """A line with `cert-authority` allows the keys that it certified."""
    for suffix in ("", ".pub"):
        shutil.copy(keys.path("ben") + suffix, tmp_path / f"key{suffix}")
    command = [
        "ssh-keygen",
        "-q",
        "-s",
        keys.path("ada"),
        "-I",
        "1",
        "-n",
        "ben@example.org",
        str(tmp_path / "key.pub"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    certificate = tmp_path / "key-cert.pub"
    made = ssh.sign(PAYLOAD, str(certificate))
    assert isinstance(made, bytes), made
    authority = keys.line("ada", "*@example.org", "cert-authority")
    verified = Verified("ben@example.org", keys.fingerprint("ben"))
    assert ssh.verify(PAYLOAD, made, authority, "ben@example.org") == verified


# Time --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "at", "valid"),
    [
        ('valid-after="20260101"', DAY, True),
        ('valid-after="20270101"', DAY, False),
        ('valid-before="20270101"', DAY, True),
        ('valid-before="20260101"', DAY, False),
        ('valid-before="20260101"', None, False),
        ('valid-after="20260101",valid-before="20270101"', DAY, True),
        ('valid-before="202609160000Z"', datetime(2026, 9, 15, 23, 59, tzinfo=UTC), True),
        ('valid-before="202609160000Z"', datetime(2026, 9, 16, 0, 1, tzinfo=UTC), False),
        # A day ends in UTC, wherever the signer and this machine are.
        ('valid-before="20260916"', datetime(2026, 9, 15, 23, 59, tzinfo=UTC), True),
        (
            'valid-before="20260916"',
            datetime(2026, 9, 15, 23, 59, tzinfo=timezone(timedelta(hours=-8))),
            False,
        ),
        ('valid-before="20260916"', datetime(2026, 9, 16, 7, 59, tzinfo=timezone(timedelta(hours=8))), True),
    ],
)
@pytest.mark.parametrize("principal", [None, "ada@example.org"])
def test_a_key_is_judged_by_the_time_of_its_signature(
    keys: Keys,
    signature: bytes,
    options: str,
    at: datetime | None,
    valid: bool,
    principal: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    line = keys.line("ada", "ada@example.org", options)
    outcome = ssh.verify(PAYLOAD, signature, line, principal, at=at)
    if valid:
        assert isinstance(outcome, Verified), outcome
    else:
        refused("signer-validity", outcome, "was not valid at that time")


def test_a_key_may_have_a_line_for_each_time(keys: Keys, signature: bytes) -> None:
    old = keys.line("ada", "ada@old.example.org", 'valid-before="20260101"')
    new = keys.line("ada", "ada@example.org", 'valid-after="20260101"')
    for at, name in ((DAY, "ada@example.org"), (DAY - timedelta(days=400), "ada@old.example.org")):
        outcome = ssh.verify(PAYLOAD, signature, old + new, at=at)
        assert isinstance(outcome, Verified)
        assert outcome.principal == name


# Refusals ----------------------------------------------------------------------------------------


def test_the_content_was_changed(signature: bytes, allowed: bytes) -> None:
    for principal in (None, "ada@example.org"):
        refused("signature-content", ssh.verify(PAYLOAD + b" ", signature, allowed, principal))


def test_no_allowed_signer_has_the_key(keys: Keys, signature: bytes) -> None:
    for lines in (b"", b"nonsense\n\xff\n", keys.line("ben", "ada@example.org")):
        for principal in (None, "ada@example.org"):
            outcome = ssh.verify(PAYLOAD, signature, lines, principal)
            refused("signer-unknown", outcome, keys.fingerprint("ada"))


def test_another_person_signed(signature: bytes, allowed: bytes) -> None:
    outcome = ssh.verify(PAYLOAD, signature, allowed, "ben@example.org")
    refused("signer-other", outcome, "made by ada, ada@example.org, not by ben@example.org")


def test_another_purpose(keys: Keys, signature: bytes, allowed: bytes) -> None:
    outcome = ssh.verify(PAYLOAD, signature, allowed, namespace="git")
    refused("signature-namespace", outcome, "made for 'gonogo', not for 'git'")
    made = ssh.sign(PAYLOAD, keys.path("ada"), "git")
    assert isinstance(made, bytes)
    refused("signature-namespace", ssh.verify(PAYLOAD, made, allowed), "made for 'git', not for 'gonogo'")


def test_a_key_that_may_sign_for_another_purpose_only(keys: Keys, signature: bytes) -> None:
    line = keys.line("ada", "ada@example.org", 'namespaces="git,file"')
    for principal in (None, "ada@example.org"):
        refused(
            "signer-namespace", ssh.verify(PAYLOAD, signature, line, principal, at=DAY), "may not sign for"
        )


def armored(blob: bytes) -> bytes:
    text = base64.encodebytes(blob)
    return b"-----BEGIN SSH SIGNATURE-----\n" + text + b"-----END SSH SIGNATURE-----\n"


def blob_of(signature: bytes) -> bytes:
    return base64.b64decode(b"".join(signature.splitlines()[1:-1]))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0",
        b"\xff" * 100,
        b"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n",
        b"-----BEGIN SSH SIGNATURE-----",
        b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
        b"-----BEGIN SSH SIGNATURE-----\n*\n-----END SSH SIGNATURE-----",
        armored(b"SSHSIG"),
        armored(b"SSHSIG" + b"\0\0\0\1" + b"\xff\xff\xff\xff"),
        armored(b"SSHSIG" + b"\0\0\0\1" + b"\0\0\0\0" + b"\0\0\0\2\xff\xff"),
        armored(b"NOTSIG" + b"\0" * 100),
    ],
    ids=lambda text: repr(text[:40]),
)
def test_what_is_no_signature(allowed: bytes, text: bytes) -> None:
    refused("signature-format", ssh.verify(PAYLOAD, text, allowed), "This is not an SSH signature")


def test_a_signature_without_end(signature: bytes, allowed: bytes) -> None:
    huge = armored(blob_of(signature) + b"\0" * ssh.LIMIT)
    refused("signature-format", ssh.verify(PAYLOAD, huge, allowed), "more than 65,536 are not read")


@given(st.data())
def test_reading_a_corrupt_signature_never_raises(signature: bytes, data: st.DataObject) -> None:
    blob = blob_of(signature)
    at = data.draw(st.integers(0, len(blob) - 1))
    damaged = blob[:at] + bytes([blob[at] ^ data.draw(st.integers(1, 255))]) + blob[at + 1 :]
    assert isinstance(ssh._parsed(armored(damaged)), Fault | ssh._Signature)  # ssh-keygen judges, below


def test_a_signature_that_was_damaged_anywhere_is_refused(signature: bytes, allowed: bytes) -> None:
    blob = blob_of(signature)
    for at in range(0, len(blob), 7):
        damaged = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        assert isinstance(ssh.verify(PAYLOAD, armored(damaged), allowed), Fault), at


@pytest.mark.parametrize(
    "principal",
    ["", " ", "ada\n", "ada@example.org\nben", "\0", "ada\x1b[31m", "*", "a?a", "!ada", " ada", "ada "],
)
def test_what_cannot_be_a_name(signature: bytes, allowed: bytes, principal: str) -> None:
    refused("signer-name", ssh.verify(PAYLOAD, signature, allowed, principal))


@pytest.mark.parametrize("principal", ["-x", "--", "-Oprint-pubkey", "-f/etc/passwd", "x" * 100_000])
def test_a_name_is_never_an_option(signature: bytes, allowed: bytes, principal: str) -> None:
    refused("signer-other", ssh.verify(PAYLOAD, signature, allowed, principal))


# Keys that cannot sign ---------------------------------------------------------------------------


def test_a_passphrase_is_not_waited_for(keys: Keys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    helper = tmp_path / "askpass"
    helper.write_text(f"#!/bin/sh\ntouch {asked}\necho correct horse\n")
    helper.chmod(0o700)
    monkeypatch.setenv("SSH_ASKPASS", str(helper))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("DISPLAY", ":0")
    outcome = ssh.sign(PAYLOAD, keys.path("cleo"))
    refused("ssh-passphrase", outcome, "has a passphrase")
    assert isinstance(outcome, Fault)
    assert outcome.hint.endswith("cleo.pub")
    assert not asked.exists()


def test_files_that_are_no_key(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "text").write_text("hello\n")
    (tmp_path / "cut").write_bytes(Path(keys.path("ada")).read_bytes()[:100])
    (tmp_path / "-f").write_text("hello\n")
    for name in ("text", "cut", "-f", "missing", "a\0b", "", "."):
        refused("ssh-key", ssh.sign(PAYLOAD, str(tmp_path / name) if name else ""))


def test_a_key_that_others_may_read(keys: Keys, tmp_path: Path) -> None:
    shutil.copy(keys.path("ada"), tmp_path / "ada")
    (tmp_path / "ada").chmod(0o644)
    outcome = ssh.sign(PAYLOAD, str(tmp_path / "ada"))
    refused("ssh-key", outcome)
    assert isinstance(outcome, Fault)
    assert "chmod 600" in outcome.hint


# Agents ------------------------------------------------------------------------------------------


@pytest.fixture
def agent(keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that holds Ada's key; in the environment, as in a person's session."""
    if shutil.which("ssh-agent") is None:
        pytest.skip("ssh-agent is not installed")
    address = os.path.relpath(tmp_path / "agent")  # a socket's path must be short
    process = subprocess.Popen(["ssh-agent", "-D", "-a", address], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    for _ in range(200):
        if (tmp_path / "agent").exists():
            break
        time.sleep(0.01)
    subprocess.run(["ssh-add", "-q", keys.path("ada")], check=True, capture_output=True)
    yield
    process.terminate()
    process.wait()


def test_an_agent_signs_where_a_public_key_is_named(
    agent: None, keys: Keys, allowed: bytes, tmp_path: Path
) -> None:
    shutil.copy(keys.path("ada.pub"), tmp_path / "ada.pub")
    made = ssh.sign(PAYLOAD, str(tmp_path / "ada.pub"))
    assert isinstance(made, bytes), made
    assert isinstance(ssh.verify(PAYLOAD, made, allowed, "ada"), Verified)
    shutil.copy(keys.path("ben.pub"), tmp_path / "ben.pub")
    outcome = ssh.sign(PAYLOAD, str(tmp_path / "ben.pub"))
    refused("ssh-key", outcome)
    assert isinstance(outcome, Fault)
    assert "ssh-add" in outcome.hint


def test_no_agent_is_asked_where_a_private_key_is_named(
    agent: None, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = environments(monkeypatch)
    assert isinstance(ssh.sign(PAYLOAD, keys.path("ada")), bytes)
    assert isinstance(ssh.sign(PAYLOAD, keys.path("ada.pub")), bytes)
    assert ["SSH_AUTH_SOCK" in each for each in seen] == [False, True]
    assert all(each["SSH_ASKPASS_REQUIRE"] == "never" for each in seen)


def environments(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The environment of everything that is started from now on."""
    seen: list[dict[str, str]] = []
    real = subprocess.run

    def run(*arguments: Any, **options: Any) -> Any:
        seen.append(options["env"])
        return real(*arguments, **options)

    monkeypatch.setattr(subprocess, "run", run)
    return seen


# The world around --------------------------------------------------------------------------------


def test_without_ssh_keygen(
    keys: Keys, signature: bytes, allowed: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    refused("ssh-missing", ssh.sign(PAYLOAD, keys.path("ada")))
    refused("ssh-missing", ssh.verify(PAYLOAD, signature, allowed), "There is no ssh-keygen")


def test_an_ssh_keygen_that_hangs(
    keys: Keys, signature: bytes, allowed: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "ssh-keygen"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(ssh, "TIMEOUT", 0.2)
    refused("ssh-timeout", ssh.sign(PAYLOAD, keys.path("ada")))
    refused("ssh-timeout", ssh.verify(PAYLOAD, signature, allowed))


def test_an_ssh_keygen_that_says_yes_to_everything(
    signature: bytes, allowed: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An exit code alone is no proof: who signed must be said."""
    program = tmp_path / "ssh-keygen"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(ssh.verify(PAYLOAD, signature, allowed, "ada"), Fault)


def test_its_files_are_private_and_go_away(
    signature: bytes, allowed: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    real, modes = subprocess.run, set()

    def run(*arguments: Any, **options: Any) -> Any:
        for path in tmp_path.rglob("*"):
            modes.add((path.is_dir(), stat.S_IMODE(path.stat().st_mode)))
        return real(*arguments, **options)

    monkeypatch.setattr(subprocess, "run", run)
    assert isinstance(ssh.verify(PAYLOAD, signature, allowed), Verified)
    assert modes == {(True, 0o700), (False, 0o600)}
    assert list(tmp_path.iterdir()) == []


# Allowed signers ---------------------------------------------------------------------------------


def test_the_names_in_an_allowed_signers_file(keys: Keys) -> None:
    text = (
        b"# a comment\n\n   \n"
        + keys.line("ada", "ada@example.org,ada")
        + keys.line("ben", '"ben@example.org"', 'namespaces="gonogo, git",valid-before="20270101"')
        + keys.line("ben", "*@example.org", "cert-authority")
        + keys.line("ben", '"Ben Sample,ben"')
        + b"nobody\nnobody ssh-ed25519\nnobody ssh-ed25519 ***\n\xff\xfe\n"
    )
    assert ssh.principals(text) == (
        "*@example.org",
        "Ben Sample",
        "ada",
        "ada@example.org",
        "ben",
        "ben@example.org",
    )
    assert [signer.options for signer in ssh.parse(text)] == [
        "",
        'namespaces="gonogo, git",valid-before="20270101"',
        "cert-authority",
        "",
    ]


@given(st.binary(max_size=200) | st.text('"\\ ,*\n\tassh-ed25519').map(str.encode))
def test_no_allowed_signers_file_is_too_strange(text: bytes) -> None:
    assert isinstance(ssh.principals(text), tuple)

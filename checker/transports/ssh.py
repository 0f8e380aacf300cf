"""SSH signatures, made and checked by OpenSSH itself: the same as `ssh-keygen -Y sign -n gonogo -f KEY FILE`.

A signature is detached and armored; for a file it stands beside it, in `FILE.sig`. Whose key it is says an
allowed-signers file (ssh-keygen(1), "ALLOWED SIGNERS"), whose times are read as UTC, so that the same
files give the same answer on every machine.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import NamedTuple

from checker.model import Fault

NAMESPACE = "gonogo"
"""What keeps a signature made for another purpose, such as a commit, from counting as an approval."""
SUFFIX = ".sig"
"""What is added to the name of a file for the name of its signature."""
LIMIT = 64 * 1024
"""Bytes of a signature."""
TIMEOUT = 60
"""Seconds that ssh-keygen may take: a key in hardware waits for a touch."""

_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG"
_GOOD = re.compile(r"with \S+ key (SHA256:\S+)\s*$")
_WORD = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^\s"])+')
_KEY_TYPE = re.compile(r"(?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+")
_WILD = re.compile(r"[*?!]")
_INHERITED_BY_NOBODY = ("SSH_AUTH_SOCK", "SSH_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY")
"""Through these a program of the person's desktop could answer in the person's place."""


class Verified(NamedTuple):
    """Who made a signature."""

    principal: str
    """The name under which the key is allowed."""
    fingerprint: str
    """Of the key: `SHA256:` and base64, as ssh-keygen prints it."""


class AllowedSigner(NamedTuple):
    """One line of an allowed-signers file."""

    principals: tuple[str, ...]
    """Names, or patterns with `*` and `?`."""
    options: str
    """As written: `namespaces="gonogo",valid-before="20270101"`; may be empty."""
    key: bytes
    """The public key, as it also stands in a signature."""


class _Signature(NamedTuple):
    """What a signature says of itself."""

    key: bytes
    namespace: str


def sign(payload: bytes, key_path: str, namespace: str = NAMESPACE) -> bytes | Fault:
    """The armored signature over `payload`.

    `key_path` names a private key without a passphrase. Where it names a public key, the agent of
    `SSH_AUTH_SOCK` may sign; in every other case no agent is asked, and no passphrase.
    """
    try:
        with open(key_path, "rb") as file:
            private = file.read(10) == b"-----BEGIN"
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it has no such name"
        hint = "Name the file of an SSH key; `ssh-keygen -t ed25519` makes one."
        return Fault("ssh-key", f"The key {key_path!r} cannot be read: {reason}.", hint=hint)
    arguments = ("-Y", "sign", "-n", namespace, "-f", key_path)
    done = _run(arguments, payload, agent=not private)
    if isinstance(done, Fault):
        return done
    if done.returncode == 0 and done.stdout.startswith(_BEGIN):
        return done.stdout
    said = _said(done)
    if "passphrase" in said:
        hint = f"Load it into an agent with ssh-add, and name its public part: {key_path}.pub"
        return Fault("ssh-passphrase", f"The key {key_path!r} has a passphrase.", hint=hint)
    hint = (
        "Is it a private key, with permissions for its owner alone (chmod 600)?"
        if private
        else "Is its private part in the agent (ssh-add -l), or beside it in a file without .pub?"
    )
    return Fault("ssh-key", f"ssh-keygen cannot sign with the key {key_path!r}: {said}.", hint=hint)


def verify(
    payload: bytes,
    signature: bytes,
    allowed_signers: bytes,
    principal: str | None = None,
    namespace: str = NAMESPACE,
    at: datetime | None = None,
) -> Verified | Fault:
    """Whether an allowed signer signed exactly `payload`, and who.

    `principal` is who must have signed; None asks who it was, and takes no pattern for a name. The key must
    be valid at the time `at` (with a zone), so that one which expired since still verifies what it signed;
    None means now.
    """
    if principal is not None and not _is_name(principal):
        message = f"{principal!r} cannot be the name of a signer."
        return Fault("signer-name", message, hint="A name is one line without wildcards.")
    parsed = _parsed(signature)
    if isinstance(parsed, Fault):
        return parsed
    if parsed.namespace != namespace:
        message = f"The signature was made for {parsed.namespace!r}, not for {namespace!r}."
        return Fault("signature-namespace", message, hint=f"Sign with: ssh-keygen -Y sign -n {namespace}")
    with tempfile.TemporaryDirectory(prefix="gonogo-") as folder:
        check = _Check(
            payload,
            _kept(folder, "signature", signature),
            _kept(folder, "allowed", _naming(allowed_signers) if principal is None else allowed_signers),
            namespace,
            () if at is None else (f"-Overify-time={at.astimezone(UTC):%Y%m%d%H%M%S}",),
        )
        return check.run(parsed, allowed_signers, principal)


class _Check(NamedTuple):
    """One question to ssh-keygen, whose files are in place."""

    payload: bytes
    signature_path: str
    allowed_path: str
    namespace: str
    moment: tuple[str, ...]

    def run(self, parsed: _Signature, allowed_signers: bytes, principal: str | None) -> Verified | Fault:
        """The answer; where it is no, the first reason that holds."""
        found = self._names() if principal is None else [principal]
        if isinstance(found, Fault):
            return found
        name = next((name for name in found if principal or not _WILD.search(name)), None)
        if name is not None:
            who = ("-f", self.allowed_path, "-I", name, "-n", self.namespace)
            done = self._ask("verify", *who, *self.moment)
            if isinstance(done, Fault):
                return done
            if done.returncode == 0 and (good := _GOOD.search(done.stdout.decode(errors="replace"))):
                return Verified(name, good[1])
        return self._refusal(parsed, allowed_signers, principal)

    def _refusal(self, parsed: _Signature, allowed_signers: bytes, principal: str | None) -> Fault:
        intact = self._ask("check-novalidate", "-n", self.namespace)
        if isinstance(intact, Fault):
            return intact
        if intact.returncode != 0:
            message = "The content is not what was signed: it was changed since, or the signature is forged."
            return Fault("signature-content", message, hint="Restore what was signed, or sign anew.")
        key = f"the key {_fingerprint(parsed.key)}"
        lines = [line for line in parse(allowed_signers) if line.key == parsed.key]
        if not lines:
            message = f"The signature was made with {key}, which no allowed signer has."
            hint = "Add the key to the allowed signers if it is to be trusted."
            return Fault("signer-unknown", message, hint=hint)
        owners = ", ".join(sorted({name for line in lines for name in line.principals}))
        if principal is not None:
            lines = [line for line in lines if any(fnmatchcase(principal, name) for name in line.principals)]
            if not lines:
                message = f"The signature was made by {owners}, not by {principal}."
                return Fault("signer-other", message, hint=f"It is for {principal} to sign.")
        elif all(map(_WILD.search, owners.split(", "))):
            message = f"The signature was made with {key}, which is allowed for {owners}: that names nobody."
            return Fault("signer-pattern", message, hint="Give the key a line with the name of its owner.")
        valid = self._names()
        if isinstance(valid, Fault):
            return valid
        namespace = self.namespace
        if valid and any("namespaces=" in line.options for line in lines):
            message = f"The signature was made with {key} of {owners}, which may not sign for {namespace!r}."
            hint = "See `namespaces` of its line in the allowed signers."
            return Fault("signer-namespace", message, hint=hint)
        message = f"The signature was made with {key} of {owners}, which was not valid at that time."
        hint = "See `valid-after` and `valid-before` of its line in the allowed signers."
        return Fault("signer-validity", message, hint=hint)

    def _names(self) -> list[str] | Fault:
        """The names and patterns of the first line that allows the key at the moment."""
        found = self._ask("find-principals", "-f", self.allowed_path, *self.moment)
        if isinstance(found, Fault):
            return found
        return found.stdout.decode(errors="replace").splitlines() if found.returncode == 0 else []

    def _ask(self, question: str, *arguments: str) -> subprocess.CompletedProcess[bytes] | Fault:
        return _run(("-Y", question, "-s", self.signature_path, *arguments), self.payload)


def principals(allowed_signers: bytes) -> tuple[str, ...]:
    """The names and patterns that an allowed-signers file gives keys to, sorted."""
    return tuple(sorted({name for line in parse(allowed_signers) for name in line.principals}))


def parse(allowed_signers: bytes) -> tuple[AllowedSigner, ...]:
    """The lines of an allowed-signers file; one that names no key is left out, as ssh-keygen does."""
    return tuple(filter(None, map(_allowed_signer, allowed_signers.split(b"\n"))))


def _naming(allowed_signers: bytes) -> bytes:
    """Without the lines of patterns alone: they cannot tell who it was, and would hide one that can."""
    lines = ((line, _allowed_signer(line)) for line in allowed_signers.split(b"\n"))
    return b"\n".join(
        line for line, signer in lines if signer is None or not all(map(_WILD.search, signer.principals))
    )


def _allowed_signer(line: bytes) -> AllowedSigner | None:
    words = _WORD.findall(line.decode(errors="replace"))
    if not words or words[0].startswith("#"):
        return None
    at = next((number for number in (1, 2) if _KEY_TYPE.fullmatch("".join(words[number : number + 1]))), None)
    if at is None or len(words) < at + 2:
        return None
    try:
        key = base64.b64decode(words[at + 1], validate=True)
    except binascii.Error:
        return None
    names = tuple(filter(None, words[0].strip('"').split(",")))
    return AllowedSigner(names, words[1] if at == 2 else "", key)


def _parsed(signature: bytes) -> _Signature | Fault:
    """The fields of a signature (OpenSSH, PROTOCOL.sshsig) that tell apart why it may not count."""
    if len(signature) > LIMIT:
        message = f"The signature has {len(signature):,} bytes; more than {LIMIT:,} are not read."
        return Fault("signature-format", message, hint="Sign anew.")
    text = signature.strip()
    fault = Fault(
        "signature-format",
        "This is not an SSH signature.",
        hint=f"Sign with: ssh-keygen -Y sign -n {NAMESPACE} -f KEY FILE",
    )
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        return fault
    try:
        blob = base64.b64decode(b"".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
        key, rest = _string(blob.removeprefix(_MAGIC)[4:])
        namespace, _ = _string(rest)
        return _Signature(key, namespace.decode()) if blob.startswith(_MAGIC) else fault
    except ValueError:
        return fault


def _string(blob: bytes) -> tuple[bytes, bytes]:
    """A text behind its length, and what follows it. Raises ValueError where it is cut off."""
    end = 4 + int.from_bytes(blob[:4])
    if len(blob) < end or len(blob) < 4:
        raise ValueError
    return blob[4:end], blob[end:]


def _fingerprint(key: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _is_name(principal: str) -> bool:
    return "" != principal == principal.strip() and principal.isprintable() and not _WILD.search(principal)


def _kept(folder: str, name: str, content: bytes) -> str:
    """The path of a new file that only its owner may read; `folder` is its owner's too."""
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return path


def _run(
    arguments: Sequence[str], payload: bytes, *, agent: bool = False
) -> subprocess.CompletedProcess[bytes] | Fault:
    """ssh-keygen with `payload` on its standard input, away from terminal and desktop."""
    environment = {
        name: value for name, value in os.environ.items() if agent or name not in _INHERITED_BY_NOBODY
    }
    environment |= {"SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C", "TZ": "UTC"}
    try:
        return subprocess.run(
            ("ssh-keygen", *arguments),
            input=payload,
            capture_output=True,
            timeout=TIMEOUT,
            env=environment,
            start_new_session=True,
            check=False,
        )
    except FileNotFoundError:
        hint = "Install OpenSSH 8.9 or later (Debian: openssh-client), so that `ssh-keygen` is in the PATH."
        return Fault("ssh-missing", "There is no ssh-keygen to sign with and to check signatures.", hint=hint)
    except subprocess.TimeoutExpired:
        message = f"ssh-keygen did not answer within {TIMEOUT} seconds."
        return Fault("ssh-timeout", message, hint="Does the key wait for a touch, or the agent for a person?")
    except (OSError, ValueError) as error:
        return Fault("ssh-failed", f"ssh-keygen cannot be started: {error}.")


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    """The last line that ssh-keygen wrote, fit to be quoted."""
    lines = done.stderr.decode(errors="replace").strip().splitlines() or ["it did not say why"]
    return "".join(char for char in lines[-1] if char.isprintable()).rstrip(".")

"""How git is called: as a program that reads one repository, runs nothing of it and reaches nothing else.

A repository that somebody sends can name programs in its configuration and its attributes. Nothing that is
called from here runs them: hooks, filters, file system monitors, external diffs, text conversions and signing
programs are overruled on the command line, every transport protocol is refused, and what a commit is made of
is read as it is: no replaced objects, no grafts, no commit graph that could tell another history.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import threading
import weakref
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import IO, NamedTuple

from checker.model import Fault
from checker.transports.disk import LIMIT, too_large

TIMEOUT = 120
"""Seconds that one call may take."""
AHEAD = 32
"""Objects that are asked for before they are read."""
OUTPUT_LIMIT = 256 * 1024 * 1024
"""Bytes that one call may answer."""
_STDERR_LIMIT = 16 * 1024
_CHUNK = 1024 * 1024

_INHERITED = (
    "PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "SUDO_UID",
)  # fmt: skip
"""What git needs to start, and to find which folders its user declared to be safe; no GIT_DIR of a hook."""

_SETTINGS = {
    "advice.graftFileDeprecated": "false",
    "blame.ignoreRevsFile": "",
    "core.alternateRefsCommand": "",
    "core.attributesFile": os.devnull,
    "core.bigFileThreshold": str(LIMIT),
    "core.commitGraph": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "diff.algorithm": "myers",
    "diff.external": "",
    "diff.orderFile": os.devnull,
    "gpg.openpgp.program": os.devnull,
    "gpg.program": os.devnull,
    "gpg.ssh.program": os.devnull,
    "gpg.ssh.revocationFile": "",
    "gpg.x509.program": os.devnull,
    "log.follow": "false",
    "log.mailmap": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "trailer.separators": ":",
}
"""What a repository's own configuration cannot say otherwise."""

_NO_INDEX = os.path.join(os.path.abspath(os.sep), "no-such-folder", "index")
"""Where an index says that a file is as it was committed, git reads the file in place of the object."""

_OPTIONS = ("--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs")

_OWNERSHIP = ("dubious ownership", "unsafe repository")
_LAZY = ("promisor remote", "lazy fetch", "not allowed")
_DAMAGE = (
    "corrupt", "unable to read", "unable to parse", "unable to unpack", "unable to stream",
    "could not parse", "could not read", "failed to read",
    "bad object", "bad tree", "bad signature", "inflate", "loose object", "packfile", "pack file",
    "hash mismatch", "too-short tree", "not a tree", "not a valid object name", "missing blob",
    "missing tree",
)  # fmt: skip
"""What git writes, in the language C, where something is amiss that a person can mend."""


class Command(NamedTuple):
    """A call that can be started."""

    arguments: list[str]
    environment: dict[str, str]


def program(name: str) -> str | None:
    """Where an installed program is; one that lies in the current folder was sent, not installed."""
    found = shutil.which(name)
    return None if found is None or os.path.dirname(os.path.abspath(found)) == os.getcwd() else found


def command(
    folder: str, arguments: Sequence[str], settings: Mapping[str, str] | None = None
) -> Command | Fault:
    """Git in a folder, with everything overruled that could run or reach anything."""
    git = program("git")
    if git is None:
        return Fault("git-absent", "The program git is not installed.", hint="Install git (git-scm.com).")
    overruled = [f"{name}={value}" for name, value in (_SETTINGS | dict(settings or {})).items()]
    options = [part for setting in overruled for part in ("-c", setting)]
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment = inherited | {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_INDEX_FILE": _NO_INDEX,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "TZ": "UTC",
    }
    return Command([git, "-C", folder, *_OPTIONS, *options, *arguments], environment)


def run(
    folder: str,
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    accepted: Collection[int] = (0,),
    limit: int | None = None,
    timeout: float | None = None,
) -> bytes | Fault:
    """What a call answers, or why it has no answer.

    `accepted` are the exit codes of an answer, `limit` is in bytes (OUTPUT_LIMIT), `timeout` in seconds
    (TIMEOUT).
    """
    limit = OUTPUT_LIMIT if limit is None else limit
    timeout = TIMEOUT if timeout is None else timeout
    called = command(folder, arguments, settings)
    if isinstance(called, Fault):
        return called
    try:
        process = subprocess.Popen(
            called.arguments,
            env=called.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        return Fault("git-failed", f"Git cannot be started: {_reason(error)}.")
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    said = bytearray()
    assert process.stdout is not None
    assert process.stderr is not None
    listener = threading.Thread(target=_drain, args=(process.stderr, said), daemon=True)
    timer = threading.Timer(timeout, stop)
    timer.daemon = True
    listener.start()
    timer.start()
    try:
        answer = _read_up_to(process.stdout, limit + 1)
        if len(answer) > limit:
            process.kill()
        code = process.wait()
    finally:
        process.kill()
        timer.cancel()
        process.stdout.close()
        listener.join()
        process.stderr.close()
        process.wait()
    if late.is_set():
        return Fault("git-timeout", f"git {arguments[0]} took more than {timeout:g} seconds.")
    if len(answer) > limit:
        return Fault("git-too-large", f"git {arguments[0]} answered more than {limit:,} bytes.")
    return answer if code in accepted else explained(said.decode(errors="replace"), folder, arguments[0])


def explained(said: str, folder: str, asked: str) -> Fault:
    """What a person can do about what git wrote to its standard error."""
    lower = said.lower()
    lines = said.strip().splitlines() or ["it said nothing"]
    line = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[0])
    reason = line.removeprefix("fatal: ").removeprefix("error: ").rstrip(".")
    if any(part in lower for part in _OWNERSHIP):
        return Fault(
            "git-ownership",
            "Git does not open this repository, for it belongs to another user.",
            hint=f"If you trust it: git config --global --add safe.directory {shlex.quote(folder)}",
        )
    if any(part in lower for part in _LAZY):
        return Fault(
            "git-partial",
            "An object is not in this repository, which is a partial clone.",
            hint="Clone it again without --filter, or run: git fetch --refetch --no-filter",
        )
    if any(part in lower for part in _DAMAGE):
        return damaged(reason)
    return Fault("git-failed", f"git {asked} failed: {reason}.")


def damaged(reason: str) -> Fault:
    """The fault of a repository that does not hold what it should."""
    return Fault(
        "git-corrupt",
        f"An object of this repository is missing or damaged: {reason}.",
        hint="git fsck names what is damaged; clone the repository again.",
    )


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _read_up_to(stream: IO[bytes], size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(min(size, _CHUNK))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _drain(stream: IO[bytes], kept: bytearray) -> None:
    """Read to the end, so that nobody waits for it; keep the beginning."""
    while part := stream.read(4096):
        kept += part[: max(0, _STDERR_LIMIT - len(kept))]


class Objects:
    """The contents of a repository's objects, by one `cat-file --batch` that lives as long as it is needed.

    What does not have the id that it is known by is damaged: git itself does not look.
    It need not be closed: it ends with the process that started it, or when nobody holds it any more.
    """

    def __init__(self, folder: str, timeout: float | None = None) -> None:
        """`timeout`: seconds after which an answer that does not come is given up; twice that at most."""
        self._folder = folder
        self._timeout = TIMEOUT if timeout is None else timeout
        self._batch: _Batch | None = None

    def read(self, id: str, limit: int, ahead: Sequence[str] = ()) -> bytes | Fault:
        """The content of an object, or why it cannot be had; `limit` is in bytes.

        `ahead`: what is likely to be read next, in that order, and may be prepared meanwhile.
        """
        if self._batch is not None and not self._batch.may_ask(id):
            self.close()
        if self._batch is None:
            called = command(self._folder, ("cat-file", "--batch"))
            if isinstance(called, Fault):
                return called
            try:
                self._batch = _Batch(called, self._timeout)
            except OSError as error:
                return Fault("git-failed", f"Git cannot be started: {_reason(error)}.")
        try:
            answer = self._batch.ask(id, limit, ahead)
        except (OSError, ValueError):  # it has ended; another call tells why
            answer = None
        if isinstance(answer, bytes):
            return answer
        late = self._batch.late
        self.close()
        if late:
            return Fault("git-timeout", f"git cat-file took more than {self._timeout:g} seconds.")
        if answer is not None:
            return too_large(answer, limit)
        told = run(self._folder, "cat-file", "-p", id, limit=limit)
        return told if isinstance(told, Fault) else damaged(id)

    def close(self) -> None:
        """End the program; the next `read` starts another."""
        if self._batch is not None:
            self._batch.close()
            self._batch = None


def object_id(kind: bytes, content: bytes, like: str) -> str:
    """The id that git gives to an object, by the hash function of another id."""
    make = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return make(b"%s %d\0" % (kind, len(content)) + content, usedforsecurity=False).hexdigest()


class _Watch:
    """What the watchman of a batch knows of it."""

    __slots__ = ("asked", "busy", "ended", "late")

    def __init__(self) -> None:
        self.asked = 0
        self.busy = False
        self.late = False
        self.ended = threading.Event()


class _Batch:
    """One running `cat-file --batch`."""

    def __init__(self, called: Command, timeout: float) -> None:
        """Raises OSError where it cannot be started."""
        process = subprocess.Popen(
            called.arguments,
            env=called.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout
        self._waiting: deque[str] = deque()
        """What was asked for and not read yet; so few that no pipe fills with questions."""
        self._watch = _Watch()
        threading.Thread(target=_watch, args=(process, self._watch, timeout), daemon=True).start()
        self.close = weakref.finalize(self, _end, process, self._watch)

    @property
    def late(self) -> bool:
        """Whether it was stopped for it gave no answer."""
        return self._watch.late

    def may_ask(self, id: str) -> bool:
        """Whether an object is the next to be read, or nothing else is."""
        return not self._waiting or self._waiting[0] == id

    def ask(self, id: str, limit: int, ahead: Sequence[str]) -> bytes | int | None:
        """The content of an object; its size where that is above the limit, None where there is none.

        Unless it answers bytes, nothing more can be asked. Raises OSError or ValueError where it has ended.
        """
        watch = self._watch
        watch.asked += 1
        watch.busy = True
        waiting = self._waiting
        if not waiting:
            asked = [id, *ahead]
        elif len(waiting) <= AHEAD // 2 and list(waiting)[1:] == list(ahead[: len(waiting) - 1]):
            asked = list(ahead[len(waiting) - 1 :])
        else:
            asked = []
        if asked:
            waiting.extend(asked)
            self._stdin.write("".join(f"{each}\n" for each in asked).encode("ascii"))
            self._stdin.flush()
        waiting.popleft()
        head = self._stdout.readline(4096).split()
        if len(head) != 3 or not head[2].isdigit():
            return None
        size = int(head[2])
        if size > limit:
            return size
        content = self._stdout.read(size + 1)
        watch.busy = False
        if len(content) != size + 1 or object_id(head[1], content[:-1], id) != id:
            return None
        return content[:-1]


def _watch(process: subprocess.Popen[bytes], watch: _Watch, timeout: float) -> None:
    """Stop a program that works on one question for a whole round; it asks no clock."""
    before = -1
    while not watch.ended.wait(timeout):
        now = watch.asked if watch.busy else -1
        if now == before != -1:
            watch.late = True
            process.kill()
            return
        before = now


def _end(process: subprocess.Popen[bytes], watch: _Watch) -> None:
    """Let a program end, and leave no descriptor open."""
    watch.ended.set()
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:  # what it was told last went nowhere, as it should
                continue
    process.wait()

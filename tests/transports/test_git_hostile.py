"""A repository that somebody sends runs nothing, reaches nothing, hides nothing; a broken one is a fault."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.model import Fault
from checker.transports import git_process
from checker.transports.git import Repository, Tree
from tests.repositories import ADA, BEN, START, Made

posix = pytest.mark.skipif(os.name != "posix", reason="the traps are shell scripts")


def found(folder: Path) -> Repository:
    repository = Repository.find(folder)
    assert isinstance(repository, Repository), repository
    return repository


def tree_of(repository: Repository, ref: str = "HEAD") -> Tree:
    tree = repository.tree(ref)
    assert isinstance(tree, Tree), tree
    return tree


def code(result: object) -> str:
    assert isinstance(result, Fault), result
    assert "\n" not in result.message
    assert result.message.endswith(".")
    return result.code


QUESTIONS: dict[str, Callable[[Repository], object]] = {
    "head": lambda r: r.head(),
    "resolve": lambda r: r.resolve("HEAD"),
    "commit": lambda r: r.commit("HEAD"),
    "commit_at": lambda r: r.commit_at(START),
    "commits": lambda r: r.commits(changes=True),
    "all commits": lambda r: r.commits(changes=True, first_parent=False),
    "changed": lambda r: r.changed("HEAD~1", "HEAD"),
    "hunks": lambda r: r.hunks("HEAD~1", "HEAD"),
    "merge_bases": lambda r: r.merge_bases("HEAD~1", "HEAD"),
    "find": lambda r: tree_of(r).find("**"),
    "read": lambda r: tree_of(r).read("a.txt"),
    "differing": lambda r: r.differing(["a.txt"]),
    "history": lambda r: r.history(),
    "blame": lambda r: r.blame("a.txt"),
    "signature": lambda r: r.signature("HEAD", os.devnull),
}


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark when it runs, whatever it is given."""
    path = tmp_path / "trap"
    path.write_text(f'#!/bin/sh\ntouch "{tmp_path}/sprung"\ncat\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def armed(tmp_path: Path, trap: Path) -> Made:
    """A repository whose configuration and attributes name the trap wherever git would run a program."""
    made = Made(tmp_path / "hostile")
    made.commit("one", {"a.txt": "1\n" * 30, ".gitattributes": "* filter=x diff=x merge=x\n"})
    made.commit("two", {"a.txt": "1\n" * 30 + "2\n"})
    head, _, message = made.git("cat-file", "commit", "HEAD").partition("\n\n")
    for kind in ("SSH", "PGP"):
        signature = f"gpgsig -----BEGIN {kind} SIGNATURE-----\n \n x\n -----END {kind} SIGNATURE-----"
        (tmp_path / "object").write_text(f"{head}\n{signature}\n\n{message}\n")
        id = made.git("hash-object", "-t", "commit", "-w", str(tmp_path / "object"))
        made.git("update-ref", f"refs/heads/{kind.lower()}", id)
    made.git("update-ref", "refs/heads/main", "ssh")
    programs = [
        "core.fsmonitor", "core.pager", "core.sshCommand", "core.askPass", "core.gitProxy", "core.editor",
        "core.alternateRefsCommand", "credential.helper", "diff.external", "diff.x.command",
        "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "filter.x.process", "gpg.program",
        "gpg.ssh.program", "gpg.openpgp.program", "gpg.x509.program", "gpg.ssh.defaultKeyCommand",
        "interactive.diffFilter", "merge.x.driver", "pager.log", "pager.blame", "remote.origin.uploadpack",
        "trailer.x.command", "trailer.x.cmd",
    ]  # fmt: skip
    made.configure({name: str(trap) for name in programs})
    made.configure(
        {
            "alias.log": f"!{trap}",
            "core.hooksPath": str(tmp_path),
            "core.repositoryFormatVersion": "1",
            "diff.x.cachetextconv": "true",
            "extensions.partialClone": "origin",
            "filter.x.required": "true",
            "log.showSignature": "true",
            "protocol.allow": "always",
            "protocol.ext.allow": "always",
            "remote.origin.promisor": "true",
            "remote.origin.url": f"ext::{trap}",
        }
    )
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"):
        shutil.copy(trap, tmp_path / hook)
    (tmp_path / "sprung").unlink(missing_ok=True)
    return made


@posix
@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_of_a_repository_runs(armed: Made, tmp_path: Path, question: str) -> None:
    with found(armed.folder) as repository:
        QUESTIONS[question](repository)
    assert not (tmp_path / "sprung").exists()


@posix
@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("diff", "HEAD"),
        ("log", "-1", "pgp"),
        ("log", "-1", "-p"),
        ("diff-tree", "-p", "--ext-diff", "HEAD~1", "HEAD"),
        ("diff-tree", "-p", "--textconv", "HEAD~1", "HEAD"),
    ],
)
def test_the_trap_would_have_sprung(armed: Made, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    subprocess.run(["git", *arguments], cwd=armed.folder, capture_output=True, check=False, timeout=60)
    assert (tmp_path / "sprung").exists()


@posix
def test_what_a_partial_clone_left_out_is_not_fetched(tmp_path: Path, trap: Path) -> None:
    made = Made(tmp_path / "whole")
    made.commit(files={"a.txt": "1\n"})
    made.git("config", "uploadpack.allowFilter", "true")
    made.git(
        "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{made.folder}", str(tmp_path / "part")
    )
    trap.write_text(trap.read_text().replace("cat\n", 'exec git-upload-pack "$@"\n'))
    config = ["git", "config", "remote.origin.uploadpack", str(trap)]
    subprocess.run(config, cwd=tmp_path / "part", check=True)
    repository = found(tmp_path / "part")
    tree = tree_of(repository)
    assert tree.find("**") == [("a.txt", {})]
    assert code(tree.read("a.txt")) == "git-partial"
    assert not (tmp_path / "sprung").exists()
    subprocess.run(
        ["git", "cat-file", "-p", "HEAD:a.txt"], cwd=tmp_path / "part", check=True, capture_output=True
    )
    assert (tmp_path / "sprung").exists()


def test_the_environment_of_a_hook_leads_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Made(tmp_path / "one"), Made(tmp_path / "other")
    id = one.commit(files={"a": "1"})
    other.commit(files={"b": "1"})
    for name, value in {
        "GIT_DIR": ".git",
        "GIT_WORK_TREE": ".",
        "GIT_INDEX_FILE": "x",
        "GIT_EXTERNAL_DIFF": "x",
    }.items():
        monkeypatch.setenv(name, str(other.folder / value))
    assert found(one.folder).head() == id


def test_replaced_objects_and_grafts_do_not_count(tmp_path: Path) -> None:
    made = Made(tmp_path)
    first = made.commit("one", {"a.txt": "1\n"}, BEN)
    second = made.commit("two", {"a.txt": "2\n"}, ADA)
    blob, other = made.git("rev-parse", f"{second}:a.txt"), made.git("rev-parse", f"{first}:a.txt")
    made.git("replace", blob, other)
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "grafts").write_text(f"{second}\n")
    repository = found(tmp_path)
    assert made.git("show", "HEAD:a.txt") == "1"
    assert tree_of(repository).read("a.txt") == b"2\n"
    history = repository.history()
    assert not isinstance(history, Fault)
    assert history["a.txt"].authors == {ADA, BEN}


def test_settings_of_a_repository_do_not_change_what_it_tells(tmp_path: Path) -> None:
    made = Made(tmp_path)
    body = "".join(f"line {number}\n" for number in range(20))
    made.commit("one", {"a.txt": body, ".mailmap": "Nobody <nobody@example.org> <ada@example.org>\n"}, ADA)
    made.git("mv", "a.txt", "b.txt")
    last = made.commit("two\n\nReviewed-by: Ben Sample <ben@example.org>", {"b.txt": body + "more\n"}, BEN)
    repository = found(tmp_path)
    before = [question(found(tmp_path)) for question in (QUESTIONS["commits"], QUESTIONS["changed"])]
    blame = repository.blame("b.txt")
    (tmp_path / "ignored").write_text(f"{last}\n")
    made.configure(
        {
            "blame.ignoreRevsFile": str(tmp_path / "ignored"),
            "color.ui": "always",
            "core.abbrev": "4",
            "core.quotePath": "true",
            "diff.noprefix": "true",
            "diff.orderFile": "nothing",
            "diff.relative": "true",
            "diff.renames": "false",
            "format.pretty": "oneline",
            "i18n.logOutputEncoding": "UTF-16",
            "log.date": "relative",
            "log.follow": "true",
            "log.mailmap": "true",
            "log.showRoot": "false",
            "trailer.separators": "#",
        }
    )
    after = [question(found(tmp_path)) for question in (QUESTIONS["commits"], QUESTIONS["changed"])]
    assert after == before
    assert repository.blame("b.txt") == blame
    history = repository.history()
    assert not isinstance(history, Fault)
    assert history["b.txt"].authors == {ADA, BEN}


# what is broken


def test_git_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(tmp_path / "r")
    made.commit(files={"a.txt": "1"})
    repository = found(made.folder)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    for answer in (
        Repository.find(made.folder),
        *(QUESTIONS[name](repository) for name in ("resolve", "history")),
    ):
        assert code(answer) == "git-absent"


@posix
def test_a_git_that_lies_in_the_current_folder_is_not_run(
    tmp_path: Path, trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(tmp_path / "r")
    shutil.copy(trap, made.folder / "git")
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    assert code(Repository.find(made.folder)) == "git-absent"
    assert not (tmp_path / "sprung").exists()


def test_a_repository_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(tmp_path)
    made.commit(files={"a": "1"})
    monkeypatch.setattr(
        git_process, "_INHERITED", (*git_process._INHERITED, "GIT_TEST_ASSUME_DIFFERENT_OWNER")
    )
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    fault = Repository.find(tmp_path)
    assert code(fault) == "git-ownership"
    assert isinstance(fault, Fault)
    assert fault.hint.endswith(f"git config --global --add safe.directory {tmp_path.resolve()}")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(f"[safe]\n\tdirectory = {tmp_path.resolve()}\n")
    assert isinstance(Repository.find(tmp_path), Repository)


def loose(made: Made, id: str) -> Path:
    path = made.folder / ".git" / "objects" / id[:2] / id[2:]
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return path


DAMAGE: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "noise": lambda path: path.write_bytes(b"noise"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-6]),
    "other": lambda path: path.write_bytes(zlib.compress(b"blob 3\0abc")),
    "not what it says": lambda path: path.write_bytes(zlib.compress(b"commit 17000000\0abc")),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("what", ["HEAD", "HEAD~1", "HEAD^{tree}", "HEAD:w", "HEAD:w/a.txt"])
def test_a_damaged_object(tmp_path: Path, damage: str, what: str) -> None:
    made = Made(tmp_path)
    made.commit(files={"w/a.txt": "old\n", "b.txt": "b\n"})
    head = made.commit(files={"w/a.txt": "new\n"})
    DAMAGE[damage](loose(made, made.git("rev-parse", what)))
    repository = found(tmp_path)
    answers = [question(repository) for name, question in QUESTIONS.items() if name not in ("find", "read")]
    tree = repository.tree(head)
    if isinstance(tree, Tree):
        answers += [tree.read("w/a.txt"), tree.read("b.txt")]
        assert tree.read("w/a.txt") == b"new\n" or code(tree.read("w/a.txt")) in (
            "git-corrupt", "too-large",
        )  # fmt: skip
    faults = [answer for answer in answers if isinstance(answer, Fault)]
    for fault in faults:
        assert code(fault)
    if what != "HEAD~1":
        assert faults


def test_head_that_names_nothing_that_can_be(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit(files={"a.txt": "1"})
    for content in ("ref: refs/heads/nowhere\n", "f" * 40 + "\n"):
        (tmp_path / ".git" / "HEAD").write_text(content)
        repository = found(tmp_path)
        assert repository.head() is None
        assert code(repository.resolve("HEAD")) == "git-no-commit"
    (tmp_path / ".git" / "HEAD").write_text("garbage\n")
    assert Repository.find(tmp_path) is None or code(Repository.find(tmp_path))


@posix
def test_a_git_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(git_process, "TIMEOUT", 0.05)
    assert code(Repository.find(tmp_path)) == "git-timeout"
    assert code(git_process.Objects(str(tmp_path)).read("f" * 40, 10)) == "git-timeout"
    assert threading.active_count() < 10


def test_an_answer_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(tmp_path)
    made.commit(files={"a.txt": "1"})
    repository = found(tmp_path)
    monkeypatch.setattr(git_process, "OUTPUT_LIMIT", 100)
    tree = tree_of(repository)
    made.commit("x" * 1000)
    assert code(repository.commits()) == "git-too-large"
    assert tree.find("a.txt") == [("a.txt", {})]


@pytest.mark.parametrize("size", [0, 1, 40])
def test_a_program_that_dies_is_started_again(tmp_path: Path, size: int) -> None:
    made = Made(tmp_path)
    made.commit(files={"a.txt": "x" * size, "b.txt": "b" * 50})
    tree = tree_of(found(tmp_path))
    objects = git_process.Objects(str(tmp_path))
    blob = tree.blob("a.txt")
    assert blob is not None
    assert objects.read(blob, 40) == b"x" * size
    assert objects._batch is not None
    objects._batch.close()
    assert isinstance(objects.read(blob, 40), Fault)
    assert objects.read(blob, 40) == b"x" * size
    assert code(objects.read(tree.blob("b.txt") or "", 40)) == "too-large"
    assert objects.read(blob, 40) == b"x" * size
    assert code(objects.read("f" * 40, 40)) == "git-corrupt"
    assert objects.read(blob, 40) == b"x" * size


def test_a_tree_that_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(tmp_path)
    made.write({"a": "x"})
    blob = made.git("hash-object", "-w", "a")
    id = _mktree(made, "".join(f"100644 blob {blob}\tf{n}\n" for n in range(10)))
    for _ in range(9):
        id = _mktree(made, "".join(f"040000 tree {id}\td{n}\n" for n in range(10)))
    commit = made.git("commit-tree", "-m", "bomb", id)
    monkeypatch.setattr(git_process, "OUTPUT_LIMIT", 1_000_000)
    tree = tree_of(found(tmp_path), commit)
    assert tree.find("**") == [(".", {})]
    assert code(tree.read(".")) == code(tree.read("d0/f0")) == "git-too-large"


def _mktree(made: Made, listing: str) -> str:
    done = subprocess.run(
        ["git", "mktree"], cwd=made.folder, input=listing.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize("name", ["..", ".", "../../secret.txt", ".git"])
def test_names_that_no_working_tree_could_have(tmp_path: Path, name: str) -> None:
    made = Made(tmp_path / "r")
    (tmp_path / "secret.txt").write_text("secret")
    made.write({"a": "x"})
    blob = made.git("hash-object", "-w", "a")
    raw = b"100644 " + name.encode() + b"\0" + bytes.fromhex(blob)
    done = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=made.folder, input=raw, capture_output=True, check=True,
    )  # fmt: skip
    commit = made.git("commit-tree", "-m", "names", done.stdout.decode().strip())
    tree = tree_of(found(made.folder), commit)
    for path, _ in tree.find("**"):
        content = tree.read(path)
        assert content == b"x" or code(content)
    assert tree.read("../secret.txt") != b"secret"

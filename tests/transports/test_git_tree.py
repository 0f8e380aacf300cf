"""A commit is read as the disk would be if it were checked out, and nothing is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from git import Repo
from hypothesis import given
from hypothesis import strategies as st

from checker.model import Fault
from checker.transports import git_process
from checker.transports.disk import Disk
from checker.transports.git import Repository, Tree
from tests.repositories import Made

posix = pytest.mark.skipif(os.name != "posix", reason="links and names of POSIX")

FILES = [
    "gonogo.yaml",
    ".hidden.yaml",
    ".gonogo/schemas/kinds/prd.json",
    "launches/pay/launch.yaml",
    "launches/ship/launch.yaml",
    "launches/ship/notes.md",
    "launches/launch.yaml",
    "keps/kep.yaml",
    "keps/sig-a/1-one/kep.yaml",
    "keps/sig-a/1-one/README.md",
    "keps/sig-b/deep/er/2-two/kep.yaml",
    "odd/a+b (c).yaml",
    "odd/[x].yaml",
    'odd/line\nbreak "quoted".yaml',
    "odd/größe.yaml",
    "pay/pay.yaml",
    "pay/ship.yaml",
]
LINKS = {
    "stays.yaml": "launches/pay/launch.yaml",
    "twice.yaml": "stays.yaml",
    "launches/again": "pay",
    "launches/pay/linked.yaml": "../../gonogo.yaml",
    "launches/pay/broken.yaml": "nowhere",
    "circle.yaml": "circle.yaml",
    "loop": ".",
}
PATTERNS = [
    "gonogo.yaml", "./gonogo.yaml", "*.yaml", "keps/**/kep.yaml", "keps/*/*/kep.yaml", "**/launch.yaml",
    "launches/**", "launches/*/*", "**/*-*/**/*.md", "odd/a+b (c).yaml", "odd/[x].*", "odd/*", "launches",
    "launches/", "nothing/**/x.yaml", "gonogo.yaml/x", "../root/gonogo.yaml", ".gonogo/**", "**/prd.json",
    "**/.gonogo/*/*/*", "{folder}/schemas/kinds/*", "", "**", "launches/{product}/launch.yaml",
    "{a}/{a}.yaml", "keps/**/{number}-{name}/kep.yaml", "launches/again/launch.yaml", "loop/*", "lo*",
    "launches/pay/*",
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("tree") / "root"
    made = Made(folder)
    made.write({name: f"name: {name}\n" for name in FILES})
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)
    made.commit()
    return made


@pytest.fixture(scope="module")
def tree(made: Made) -> Iterator[Tree]:
    with found(made.folder) as repository:
        tree = repository.tree("HEAD")
        assert isinstance(tree, Tree)
        yield tree


def found(folder: Path) -> Repository:
    repository = Repository.find(folder)
    assert isinstance(repository, Repository), repository
    return repository


def code(result: object) -> str:
    assert isinstance(result, Fault), result
    assert result.message.endswith(".")
    return result.code


@posix
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_commit_is_found_as_the_disk_is(made: Made, tree: Tree, pattern: str) -> None:
    assert tree.find(pattern) == Disk(made.folder).find(pattern)


PARTS = st.sampled_from(
    ["*", "**", "{a}", "{b}", "launches", "pay", "*.yaml", "k*", "sig-{a}", "kep.yaml", "again"]
)


@posix
@given(st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), min_size=1, max_size=3))
def test_any_patterns_find_what_the_disk_finds(made: Made, tree: Tree, patterns: list[str]) -> None:
    assert tree.find_all(patterns) == Disk(made.folder).find_all(patterns)


@posix
@pytest.mark.parametrize(
    "path",
    [
        *FILES, *LINKS, "loop/gonogo.yaml", "launches/again/launch.yaml", "launches/../gonogo.yaml",
        "nothing.yaml", "nothing/x.yaml", "a\0b", "launches", "", ".", "..", "../x.yaml",
        "launches/../../x.yaml",
        "/etc/hostname", "loop/loop/loop/gonogo.yaml",
    ],
)  # fmt: skip
def test_a_commit_is_read_as_the_disk_is(made: Made, tree: Tree, path: str) -> None:
    expected, read = Disk(made.folder).read(path), tree.read(path)
    if isinstance(expected, bytes):
        assert read == expected
        assert tree.blob(path) is not None
    else:
        assert code(read) == expected.code
        assert tree.blob(path) is None


def test_blobs_are_those_that_another_library_finds(made: Made, tree: Tree) -> None:
    blobs = {
        blob.path: blob for blob in Repo(made.folder).commit("HEAD").tree.traverse() if blob.type == "blob"
    }
    for name in FILES:
        assert tree.blob(name) == blobs[name].hexsha
        assert tree.read(name) == blobs[name].data_stream.read()


def test_the_working_tree_is_not_looked_at(tmp_path: Path) -> None:
    made = Made(tmp_path)
    first = made.commit(files={"a.yaml": "1\n"})
    made.commit(files={"a.yaml": "2\n", "b.yaml": "x"})
    made.write({"a.yaml": "3\n", "c.yaml": "x"})
    repository = found(tmp_path)
    old, new = repository.tree(first), repository.tree("HEAD")
    assert isinstance(old, Tree)
    assert isinstance(new, Tree)
    assert [path for path, _ in old.find("*.yaml")] == ["a.yaml"]
    assert [path for path, _ in new.find("*.yaml")] == ["a.yaml", "b.yaml"]
    assert (old.read("a.yaml"), new.read("a.yaml")) == (b"1\n", b"2\n")
    assert code(old.read("b.yaml")) == "missing"
    assert (tmp_path / "a.yaml").read_text() == "3\n"
    assert sorted(os.listdir(tmp_path)) == [".git", "a.yaml", "b.yaml", "c.yaml"]


@posix
def test_a_workspace_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.write({"work/space/gonogo.yaml": "here", "work/space/a/x.yaml": "x", "outside.yaml": "no"})
    (tmp_path / "work/space/out.yaml").symlink_to("../../outside.yaml")
    (tmp_path / "work/spaces").mkdir()
    made.commit(files={"work/spaces/y.yaml": "y"})
    repository = found(tmp_path / "work" / "space")
    assert (repository.prefix, repository.root) == ("work/space/", str(tmp_path.resolve()))
    tree = repository.tree("HEAD")
    assert isinstance(tree, Tree)
    assert [path for path, _ in tree.find("**")] == ["a/x.yaml", "gonogo.yaml", "out.yaml"]
    assert tree.read("gonogo.yaml") == b"here"
    assert code(tree.read("out.yaml")) == code(tree.read("../../outside.yaml")) == "outside-workspace"
    other = repository.tree("HEAD", str(tmp_path / "work" / "spaces"))
    assert isinstance(other, Tree)
    assert other.read("y.yaml") == b"y"
    assert code(repository.tree("HEAD", str(tmp_path.parent))) == "outside-workspace"


def test_a_folder_that_was_not_there_yet(tmp_path: Path) -> None:
    made = Made(tmp_path)
    first = made.commit(files={"a": "1"})
    made.commit(files={"later/gonogo.yaml": "x"})
    tree = found(tmp_path / "later").tree(first)
    assert isinstance(tree, Tree)
    assert tree.find("**") == []
    assert code(tree.read("gonogo.yaml")) == "missing"


def test_a_bare_repository(tmp_path: Path, made: Made) -> None:
    made.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    repository = found(tmp_path / "bare.git")
    assert (repository.is_bare, repository.prefix) == (True, "")
    tree = repository.tree("main")
    assert isinstance(tree, Tree)
    assert tree.read("gonogo.yaml") == b"name: gonogo.yaml\n"


def test_a_repository_of_sha256(tmp_path: Path) -> None:
    made = Made(tmp_path, "--object-format=sha256")
    id = made.commit(files={"a.yaml": "a: 1\n"})
    repository = found(tmp_path)
    tree = repository.tree("HEAD")
    assert isinstance(tree, Tree)
    assert len(id) == len(tree.blob("a.yaml") or "") == 64
    assert repository.head() == id
    assert tree.read("a.yaml") == b"a: 1\n"
    assert repository.differing(["a.yaml"]) == ()


@posix
def test_names_that_are_no_text(tmp_path: Path) -> None:
    made = Made(tmp_path)
    names = [b"latin-\xe9.yaml", b"tab\there.yaml", b"-dash.yaml", b"quote'\".yaml", b"\x01:colon.yaml"]
    for name in names:
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:
            file.write(name)
    made.commit()
    repository = found(tmp_path)
    tree = repository.tree("HEAD")
    assert isinstance(tree, Tree)
    assert {os.fsencode(path) for path, _ in tree.find("*")} == set(names)
    assert all(tree.read(os.fsdecode(name)) == name for name in names)
    history = repository.history()
    assert not isinstance(history, Fault)
    assert {os.fsencode(path) for path in history} == set(names)
    for name in names:
        blame = repository.blame(os.fsdecode(name))
        assert isinstance(blame, tuple), blame
        assert len(blame) == 1


def test_a_submodule_holds_no_files_but_is_told_wherever_it_stands(tmp_path: Path) -> None:
    made = Made(tmp_path)
    id = made.commit(files={"launches/a/launch.yaml": "a"})
    made.git("update-index", "--add", "--cacheinfo", f"160000,{id},launches/sub")
    made.git("commit", "-q", "-m", "a submodule")
    tree = found(tmp_path).tree("HEAD")
    assert isinstance(tree, Tree)
    assert tree.find("launches/{product}/launch.yaml") == [
        ("launches/a/launch.yaml", {"product": "a"}),
        ("launches/sub", {}),
    ]
    assert tree.find("**/*.yaml") == [("launches/a/launch.yaml", {})]
    assert tree.find("launches/s*") == tree.find("launches/sub") == [("launches/sub", {})]
    assert tree.find("**/s*") == [("launches/sub", {})]
    assert code(tree.read("launches/sub")) == "not-a-file"
    assert tree.blob("launches/sub") is None


def test_a_pointer_of_git_lfs_is_not_taken_for_the_file(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
    Made(tmp_path).commit(files={"prd.md": pointer, "about.md": "x" * 2000 + pointer})
    tree = found(tmp_path).tree("HEAD")
    assert isinstance(tree, Tree)
    assert code(tree.read("prd.md")) == "lfs-pointer"
    assert isinstance(tree.read("about.md"), bytes)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    Made(tmp_path).commit(files={"large": b"x" * 3000, "small": b"y"})
    tree = found(tmp_path).tree("HEAD")
    assert isinstance(tree, Tree)
    assert tree.read("large", 2999) == Disk(tmp_path).read("large", 2999)
    assert tree.read("large", 3000) == b"x" * 3000
    assert tree.read("small") == b"y"


@posix
def test_links_that_leave_the_workspace_are_told(tmp_path: Path) -> None:
    made = Made(tmp_path / "root")
    made.write({"launches/a/launch.yaml": "a"})
    (tmp_path / "secret").mkdir()
    (tmp_path / "root" / "launches" / "out").symlink_to("../../secret")
    (tmp_path / "root" / "away.yaml").symlink_to("/etc/hostname")
    (tmp_path / "root" / "twice.yaml").symlink_to("away.yaml")
    made.commit()
    tree = found(made.folder).tree("HEAD")
    assert isinstance(tree, Tree)
    for path in ("launches/out", "launches/out/launch.yaml", "away.yaml", "twice.yaml"):
        assert code(tree.read(path)) == "outside-workspace", path
    for pattern in ("launches/out/launch.yaml", "launches/o*/launch.yaml", "**/out/**"):
        assert tree.find(pattern) == [("launches/out", {})], pattern
    assert tree.find("**/launch.yaml") == [("launches/a/launch.yaml", {})]
    # A commit does not tell whether what lies outside is a file or a folder, so it is told as both.
    assert [path for path, _ in tree.find("launches/*")] == ["launches/out"]


@posix
def test_no_descriptor_and_no_process_is_left(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(git_process.subprocess, "Popen", Popen)

    def read() -> None:
        with found(made.folder) as repository:
            tree = repository.tree("HEAD")
            assert isinstance(tree, Tree)
            tree.read("gonogo.yaml")
            tree.read("nothing")
            repository.commits()

    read()
    before = os.dup(0)
    os.close(before)
    for _ in range(5):
        read()
    forgotten = found(made.folder)
    tree = forgotten.tree("HEAD")
    assert isinstance(tree, Tree)
    tree.read("gonogo.yaml")
    del forgotten, tree
    after = os.dup(0)
    os.close(after)
    assert before == after
    assert started
    assert all(process.returncode is not None for process in started)


@pytest.mark.parametrize("step", [1, 2, -1, 7])
def test_files_are_read_in_any_order(tmp_path: Path, step: int) -> None:
    """What is asked for ahead is never taken for what is asked for."""
    made = Made(tmp_path / "repository")
    texts = {f"f{number:03}.yaml": f"number: {number}\n" * (number % 5 + 1) for number in range(90)}
    made.commit("files", {**texts, "same.yaml": texts["f001.yaml"]})
    repository = Repository.find(made.folder)
    assert isinstance(repository, Repository)
    tree = repository.tree("HEAD")
    assert isinstance(tree, Tree)
    found = [path for path, _ in tree.find("f*.yaml")]
    assert found == sorted(texts)
    for path in (*found[:10], "same.yaml", *found[::step], *found[3:40], "missing.yaml", *found[-5:]):
        content = tree.read(path)
        expected = texts["f001.yaml"] if path == "same.yaml" else texts.get(path)
        assert content == expected.encode() if expected else isinstance(content, Fault)

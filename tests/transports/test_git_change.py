"""What a change did, told by git: its lines, where it left its base, and what hides either."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.model import Fault, Hunk
from checker.transports import git_log, git_process
from checker.transports.git import Repository
from tests.repositories import START, Made
from tests.transports.test_git_hostile import code, found, loose

LINES = "".join(f"line {number}\n" for number in range(1, 21))


def hunks(
    made: Made, base: str = "HEAD~1", head: str = "HEAD", folder: str = ""
) -> dict[str, tuple[Hunk, ...]]:
    answer = found(made.folder / folder).hunks(base, head)
    assert not isinstance(answer, Fault), answer
    return dict(answer)


def new(made: Made, *asked: str) -> dict[str, list[tuple[int, int]]]:
    """The first and last line of each run of new lines."""
    return {
        path: [(hunk.start, hunk.start + hunk.lines - 1) for hunk in told if hunk.lines]
        for path, told in hunks(made, *asked).items()
    }


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "r")


# lines


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", [Hunk(2, 1, 2, 1)]),
        ("a\nb\nc\n", "a\nb\nx\ny\nc\n", [Hunk(2, 0, 3, 2)]),
        ("a\nb\nc\n", "a\nc\n", [Hunk(2, 1, 1, 0)]),
        ("a\nb\nc\n", "b\nc\n", [Hunk(1, 1, 0, 0)]),
        ("a\nb\nc\n", "a\nb\nc", [Hunk(3, 1, 3, 1)]),
        ("a\nb\nc\n", "A\nb\nC\n", [Hunk(1, 1, 1, 1), Hunk(3, 1, 3, 1)]),
        ("", "a\nb", [Hunk(0, 0, 1, 2)]),
        ("a\nb", "", [Hunk(1, 2, 0, 0)]),
        ("a\n", "a\r\n", [Hunk(1, 1, 1, 1)]),
        ("-- a\n", "++ b\ndiff --git a/x b/x\n@@ -1 +1 @@\n", [Hunk(1, 1, 1, 3)]),
        ("- a: 1\n- b: 1\n", "- a: 1\n- a: 2\n- b: 1\n", [Hunk(1, 0, 2, 1)]),
        ("1\n2\n3\n4\n5\n", "1\n3\n4a\n4b\n5\n", [Hunk(2, 1, 1, 0), Hunk(4, 1, 3, 2)]),
    ],
)  # fmt: skip
def test_the_lines_of_a_change(made: Made, before: str, after: str, expected: list[Hunk]) -> None:
    made.commit(files={"a.yaml": before, "same.yaml": "same\n"})
    made.commit(files={"a.yaml": after})
    assert hunks(made) == {"a.yaml": tuple(expected)}


def test_files_that_come_go_and_move(made: Made) -> None:
    made.commit(files={"moved.yaml": LINES, "edited.yaml": LINES, "gone.yaml": "x\n", "mode.yaml": "x\n"})
    made.git("mv", "moved.yaml", "deep.yaml")
    made.git("mv", "edited.yaml", "there.yaml")
    made.git("rm", "-q", "gone.yaml")
    (made.folder / "mode.yaml").chmod(0o755)
    made.commit(
        files={"there.yaml": LINES.replace("line 7\n", "seven\n"), "new.yaml": "1\n2\n", "empty.yaml": ""}
    )
    assert new(made) == {
        "deep.yaml": [],
        "empty.yaml": [],
        "gone.yaml": [],
        "mode.yaml": [],
        "new.yaml": [(1, 2)],
        "there.yaml": [(7, 7)],
    }


@pytest.mark.parametrize(
    "name",
    [
        "a b.yaml", "ä.yaml", 'quo"te.yaml', "back\\slash.yaml", "tab\there.yaml", "-p.yaml", "a => c/d.yaml",
        "line\nbreak.yaml", "x\ndiff --git a/x b/x\n@@ -1 +9 @@", ":(glob)*.yaml", "\x1b[31m", "\udcff.yaml",
    ],
)  # fmt: skip
def test_any_path_is_told_as_it_is(made: Made, name: str) -> None:
    made.commit(files={"before.yaml": "1\n", "zz.yaml": "1\n"})
    made.commit(files={name: "1\n2\n", "zz.yaml": "2\n"})
    assert new(made) == {name: [(1, 2)], "zz.yaml": [(1, 1)]}


def test_only_what_lies_below_the_folder(made: Made) -> None:
    made.commit(files={"in/a.yaml": LINES, "out/b.yaml": LINES.replace("line", "row"), "in/c.yaml": "1\n"})
    made.git("mv", "out/b.yaml", "in/b.yaml")
    made.commit(files={"in/a.yaml": LINES + "more\n", "other.yaml": "x\n", "in/deep/d.yaml": "1\n"})
    assert hunks(made, folder="in").keys() == {"a.yaml", "b.yaml", "deep/d.yaml"}
    changes = found(made.folder / "in").changed("HEAD~1", "HEAD")
    assert not isinstance(changes, Fault)
    assert [change.path for change in changes] == sorted(hunks(made, folder="in"))


def test_what_is_no_text_has_no_lines(made: Made) -> None:
    made.commit(files={"logo.png": b"\x89PNG\0\0one", "text.yaml": b"a: 1\n"})
    made.commit(files={"logo.png": b"\x89PNG\0\0two", "new.bin": b"\0" * 100, "text.yaml": b"a\0: 1\n"})
    assert new(made) == {"logo.png": [], "new.bin": [], "text.yaml": []}


def test_a_text_of_two_bytes_a_character_counts_as_a_whole(made: Made) -> None:
    made.commit(files={"a.yaml": "a: 1\nb: 2\n".encode("utf-16")})
    made.commit(files={"a.yaml": "a: 1\nb: 3\n".encode("utf-16")})
    assert new(made) == {"a.yaml": [(1, 3)]}


@pytest.mark.parametrize(
    "attribute", ["-diff", "binary", "diff=x", "-text", "working-tree-encoding=UTF-16", "ident"]
)
@pytest.mark.parametrize("where", [".gitattributes", ".git/info/attributes"])
def test_attributes_hide_no_line(made: Made, attribute: str, where: str) -> None:
    made.commit(files={"a.yaml": LINES, "moved.yaml": LINES.replace("line", "row")})
    made.git("mv", "moved.yaml", "there.yaml")
    made.commit(files={"a.yaml": LINES + "more\n", "new.yaml": "1\n2\n"})
    made.configure({"diff.x.binary": "true"})
    made.write({where: f"* {attribute}\n"})
    hidden = attribute in ("-diff", "binary", "diff=x")
    assert new(made) == {"a.yaml": [(1, 21) if hidden else (21, 21)], "new.yaml": [(1, 2)], "there.yaml": []}


def test_settings_do_not_change_the_lines(made: Made, tmp_path: Path) -> None:
    made.commit(
        files={
            "a.yaml": "- a: 1\n  x: 1\n- b: 1\n  x: 1\n",
            "b.yaml": LINES,
            "c.yaml": LINES.replace("l", "L"),
        }
    )
    made.git("mv", "c.yaml", "d.yaml")
    text = LINES.replace("line 3\n", "3\n").replace("line 6\n", "6\n")
    made.commit(files={"a.yaml": "- a: 1\n  x: 1\n- n: 1\n  x: 1\n- b: 1\n  x: 1\n", "b.yaml": text})
    before = hunks(made)
    assert before["a.yaml"] == (Hunk(2, 0, 3, 2),)
    (tmp_path / "order").write_text("d.yaml\n")
    made.configure(
        {
            "color.diff": "always",
            "color.ui": "always",
            "core.quotePath": "true",
            "core.whitespace": "-blank-at-eol",
            "diff.algorithm": "patience",
            "diff.colorMoved": "zebra",
            "diff.context": "5",
            "diff.dirstat": "files",
            "diff.dstPrefix": "x/",
            "diff.indentHeuristic": "false",
            "diff.interHunkContext": "9",
            "diff.mnemonicPrefix": "true",
            "diff.noprefix": "true",
            "diff.orderFile": str(tmp_path / "order"),
            "diff.relative": "true",
            "diff.renameLimit": "1",
            "diff.renames": "false",
            "diff.statGraphWidth": "1",
            "diff.submodule": "log",
            "diff.wordRegex": ".",
            "diff.wsErrorHighlight": "all",
            "core.bigFileThreshold": "1",
        }
    )
    assert list(hunks(made).items()) == list(before.items())


def submodule(made: Made, id: str, name: str = "module") -> None:
    made.git("update-index", "--add", "--cacheinfo", f"160000,{id},{name}")


def test_submodules_and_links_have_no_lines(made: Made) -> None:
    first = made.commit(files={"file.yaml": "1\n", "link.yaml": "1\n"})
    submodule(made, first)
    made.git("commit", "-qm", "module")
    submodule(made, made.git("rev-parse", "HEAD"))
    made.write({".gitmodules": '[submodule "module"]\n\tpath = module\n\turl = ./x\n\tignore = all\n'})
    made.git("add", ".gitmodules")
    made.git("rm", "-q", "--cached", "file.yaml", "link.yaml")
    submodule(made, first, "file.yaml")
    made.write({".git/target": "/etc/passwd"})
    blob = made.git("hash-object", "-w", ".git/target")
    made.git("update-index", "--add", "--cacheinfo", f"120000,{blob},link.yaml")
    made.git("commit", "-qm", "types")
    told = new(made)
    told.pop(".gitmodules")
    assert told == {"file.yaml": [], "link.yaml": [], "module": []}
    back = new(made, "HEAD", "HEAD~1")
    assert back["file.yaml"] == back["link.yaml"] == [(1, 1)]


def test_a_pointer_of_git_lfs_is_a_text_of_its_own(made: Made) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n"
    made.commit(
        files={
            "a.yaml": pointer.format("a" * 64),
            ".gitattributes": "*.yaml filter=lfs diff=lfs merge=lfs -text\n",
        }
    )
    made.commit(files={"a.yaml": pointer.format("b" * 64)})
    assert new(made) == {"a.yaml": [(2, 2)]}


def test_the_working_tree_is_not_taken_for_the_commit(made: Made) -> None:
    made.commit(files={"a.yaml": LINES})
    made.commit(files={"a.yaml": LINES.replace("line 7\n", "Line 7\n")})
    made.configure({"core.checkStat": "minimal", "core.trustctime": "false"})
    path = made.folder / "a.yaml"
    os.utime(path, ns=(10**18, 10**18))
    made.git("status")
    path.write_text(path.read_text().replace("line 9\n", "Line 9\n"))
    os.utime(path, ns=(10**18, 10**18))
    assert "+Line 9" in made.git("diff-tree", "-p", "HEAD~1", "HEAD")  # as git has it
    assert new(made) == {"a.yaml": [(7, 7)]}


def test_a_patch_that_is_too_long_is_a_fault(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.commit(files={"a.yaml": "1\n"})
    made.commit(files={"a.yaml": "x" * 3000})
    monkeypatch.setattr(git_process, "OUTPUT_LIMIT", 1000)
    assert code(found(made.folder).hunks("HEAD~1", "HEAD")) == "git-too-large"


def test_a_repository_of_sha256_tells_lines(tmp_path: Path) -> None:
    made = Made(tmp_path, "--object-format=sha256")
    made.commit(files={"a.yaml": LINES})
    made.commit(files={"a.yaml": LINES + "more\n"})
    assert new(made) == {"a.yaml": [(21, 21)]}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.sampled_from("abc"), max_size=12), after=st.lists(st.sampled_from("abcd"), max_size=12)
)
def test_the_lines_between_hunks_are_the_same(made: Made, before: list[str], after: list[str]) -> None:
    made.commit(files={"a": "".join(f"{x}\n" for x in before), "b": str(made.commits)})
    made.commit(files={"a": "".join(f"{x}\n" for x in after)})
    old, kept = list(before), list(after)
    told = hunks(made).get("a", ())
    for hunk in reversed(told):
        start = hunk.start - (hunk.lines > 0)
        del kept[start : start + hunk.lines]
        start = hunk.old_start - (hunk.old_lines > 0)
        del old[start : start + hunk.old_lines]
    assert old == kept
    assert bool(told) == (before != after)


# where a change left its base


def graph(made: Made, *edges: str) -> dict[str, str]:
    """Commits from lines such as `c: a b` (c has the parents a and b), oldest first."""
    ids: dict[str, str] = {}
    for number, edge in enumerate(edges):
        name, _, parents = edge.partition(":")
        made.write({f"{name}.txt": name})
        made.git("add", "-A")
        tree = made.git("write-tree")
        when = f"{int(START.timestamp()) + number * 60} +0000"
        flags = [part for parent in parents.split() for part in ("-p", ids[parent])]
        ids[name] = made.git(
            "commit-tree", "-m", name, *flags, tree, GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when
        )
    return ids


@pytest.mark.parametrize(
    ("edges", "base", "head", "expected"),
    [
        (("a:", "b: a", "c: a"), "b", "c", "a"),
        (("a:", "b: a"), "a", "b", "a"),
        (("a:", "b: a"), "b", "a", "a"),
        (("a:", "b: a"), "b", "b", "b"),
        (("a:", "b: a", "c: a", "d: b c"), "d", "c", "c"),
        (("a:", "b: a", "c: b", "d: a", "e: d b"), "c", "e", "b"),
    ],
    ids=["two lines", "ahead", "behind", "the same", "merged", "merged from base"],
)
def test_where_a_change_left_its_base(
    made: Made, edges: tuple[str, ...], base: str, head: str, expected: str
) -> None:
    ids = graph(made, *edges)
    assert found(made.folder).merge_bases(ids[base], ids[head]) == (ids[expected],)


def test_all_of_several_bases_are_told(made: Made) -> None:
    ids = graph(made, "a:", "b: a", "c: a", "d: b c", "e: c b")
    repository = found(made.folder)
    for one, other in ("de", "ed"):
        assert repository.merge_bases(ids[one], ids[other]) == (ids["c"], ids["b"])


def test_histories_without_a_common_commit(made: Made) -> None:
    ids = graph(made, "a:", "b:")
    assert found(made.folder).merge_bases(ids["a"], ids["b"]) == ()


def test_a_shallow_clone_says_how_to_deepen_it(made: Made, tmp_path: Path) -> None:
    made.commit(files={"a.yaml": "1\n"})
    made.git("branch", "-q", "side")
    made.commit(files={"a.yaml": "2\n"})
    made.git("checkout", "-q", "side")
    made.commit(files={"b.yaml": "2\n"})
    url = f"file://{made.folder}"
    made.git("clone", "-q", "--depth=1", "--no-single-branch", url, str(tmp_path / "clone"))
    answer = found(tmp_path / "clone").merge_bases("origin/main", "origin/side")
    assert code(answer) == "git-shallow"
    assert isinstance(answer, Fault)
    assert "fetch-depth: 0" in answer.hint


def test_a_cut_history_does_not_hide_where_a_change_left(made: Made, tmp_path: Path) -> None:
    """Main is at o, m and t; the change has all of m, by a long way, and takes o in again at the end."""
    long = [f"c{n}: {'m' if n == 0 else f'c{n - 1}'}" for n in range(9)]
    ids = graph(made, "o:", "m: o", "t: m", *long, "head: c8 o")
    for name, id in (("main", ids["t"]), ("change", ids["head"])):
        made.git("branch", "-q", "-f", name, id)
    assert found(made.folder).merge_bases("main", "change") == (ids["m"],)
    url = f"file://{made.folder}"
    for depth, told in (("4", "git-shallow"), ("11", "")):
        clone = tmp_path / depth
        made.git("clone", "-q", f"--depth={depth}", "--no-single-branch", url, str(clone))
        answer = found(clone).merge_bases("origin/main", "origin/change")
        assert found(clone).is_shallow or not told
        assert (code(answer) if told else answer) == (told or (ids["m"],))


def test_a_cut_history_behind_the_base_is_none_of_the_change(made: Made, tmp_path: Path) -> None:
    ids = graph(made, "a:", "b: a", "c: b", "d: c", "e: c")
    for name, id in (("main", ids["d"]), ("change", ids["e"])):
        made.git("branch", "-q", "-f", name, id)
    url, clone = f"file://{made.folder}", tmp_path / "clone"
    made.git("clone", "-q", "--depth=2", "--no-single-branch", url, str(clone))
    assert found(clone).is_shallow
    assert found(clone).merge_bases("origin/main", "origin/change") == (ids["c"],)


# names


def test_a_branch_that_was_not_fetched(made: Made, tmp_path: Path) -> None:
    made.commit(files={"a.yaml": "1\n"})
    made.git("checkout", "-q", "-b", "side")
    made.commit(files={"b.yaml": "1\n"})
    url = f"file://{made.folder}"
    made.git("clone", "-q", "--single-branch", "--branch=side", url, str(tmp_path / "clone"))
    repository = found(tmp_path / "clone")
    answer = repository.resolve("origin/main")
    assert code(answer) == "git-unknown-revision"
    assert isinstance(answer, Fault)
    command = "git fetch origin main:refs/remotes/origin/main"
    assert answer.hint.startswith(f"Fetch it: {command} ")
    subprocess.run([*command.split()], cwd=tmp_path / "clone", check=True, capture_output=True)
    assert found(tmp_path / "clone").resolve("origin/main") == made.git("rev-parse", "main")
    for ref in ("elsewhere/main", "origin/$(touch x)", "origin/", "nowhere"):
        other = repository.resolve(ref)
        assert isinstance(other, Fault)
        assert "Fetch it" not in other.hint


def test_a_name_that_means_two_commits_is_not_guessed_at(made: Made) -> None:
    first = made.commit(files={"a.yaml": "1\n"})
    made.git("tag", "release")
    second = made.commit(files={"a.yaml": "2\n"})
    made.git("branch", "release")
    repository = found(made.folder)
    for ref in ("release", "release~0", "release^{commit}"):
        answer = repository.resolve(ref)
        assert code(answer) == "git-ambiguous"
        assert isinstance(answer, Fault)
        assert "refs/heads/release, refs/tags/release" in answer.message
    assert (repository.resolve("refs/heads/release"), repository.resolve("tags/release")) == (second, first)
    made.git("branch", "-f", "release", first)
    assert found(made.folder).resolve("release") == first


def test_an_annotated_tag_beside_its_branch_is_one_commit(made: Made) -> None:
    id = made.commit(files={"a.yaml": "1\n"})
    made.git("tag", "-a", "-m", "it", "v1")
    made.git("branch", "v1")
    assert found(made.folder).resolve("v1") == id


def test_a_branch_called_like_a_full_id_is_not_that_commit(made: Made) -> None:
    first = made.commit(files={"a.yaml": "1\n"})
    second = made.commit(files={"a.yaml": "2\n"})
    made.git("update-ref", f"refs/heads/{first}", second)
    assert found(made.folder).resolve(first) == first


@pytest.mark.parametrize(
    "ref",
    [
        "--upload-pack=x",
        "-h",
        "--",
        "a..b",
        "main...side",
        "^main",
        "main\nside",
        "",
        "a b",
        ":",
        "@{-1}",
        "HEAD:a.yaml",
        "HEAD^{tree}",
    ],
)
def test_what_is_no_name_of_a_commit(made: Made, ref: str) -> None:
    made.commit(files={"a.yaml": "1\n"})
    made.git("branch", "side")
    assert code(found(made.folder).resolve(ref)) == "git-unknown-revision"


# kinds of repositories


def test_a_change_in_a_bare_repository_a_worktree_and_a_detached_head(made: Made, tmp_path: Path) -> None:
    made.commit(files={"a.yaml": LINES})
    made.git("branch", "base")
    made.commit(files={"a.yaml": LINES + "more\n"})
    made.git("clone", "-q", "--bare", str(made.folder), str(tmp_path / "bare.git"))
    made.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    for folder in ("bare.git", "tree"):
        repository = found(tmp_path / folder)
        (base,) = repository.merge_bases("base", "HEAD")
        assert isinstance(base, str)
        assert repository.hunks(base, "HEAD") == {"a.yaml": (Hunk(20, 0, 21, 1),)}


@pytest.mark.parametrize("filter", ["blob:none", "tree:0"])
def test_a_partial_clone_is_not_completed(made: Made, tmp_path: Path, filter: str) -> None:
    made.commit(files={"a.yaml": LINES})
    made.commit(files={"a.yaml": LINES + "more\n"})
    made.git("config", "uploadpack.allowFilter", "true")
    url, clone = f"file://{made.folder}", tmp_path / "clone"
    made.git("clone", "-q", f"--filter={filter}", "--no-checkout", url, str(clone))
    objects = sorted(clone.rglob("*"))
    repository = found(clone)
    assert repository.merge_bases("HEAD~1", "HEAD") == (made.git("rev-parse", "HEAD~1"),)
    assert code(repository.hunks("HEAD~1", "HEAD")) == "git-partial"
    assert sorted(clone.rglob("*")) == objects


def test_replaced_commits_and_grafts_do_not_bend_the_base(made: Made) -> None:
    ids = graph(made, "a:", "b: a", "c: a", "d: b")
    made.git("replace", "--graft", ids["c"], ids["d"])
    (made.folder / ".git" / "info").mkdir(exist_ok=True)
    (made.folder / ".git" / "info" / "grafts").write_text(f"{ids['c']} {ids['d']}\n")
    assert made.git("merge-base", ids["d"], ids["c"]) == ids["d"]
    assert found(made.folder).merge_bases(ids["d"], ids["c"]) == (ids["a"],)


def test_a_working_tree_that_lies_elsewhere_is_not_followed(made: Made, tmp_path: Path) -> None:
    made.commit(files={"a.yaml": "1\n"})
    (tmp_path / "elsewhere").mkdir()
    made.configure({"core.worktree": str(tmp_path / "elsewhere")})
    answer = Repository.find(made.folder)
    if isinstance(answer, Repository):
        tree = answer.tree("HEAD")
        assert not isinstance(tree, Fault)
        assert [path for path, _ in tree.find("**")] in ([], ["a.yaml"])
    else:
        assert answer is None or code(answer)


def test_lines_of_a_file_whose_blob_is_gone(made: Made) -> None:
    made.commit(files={"a.yaml": LINES})
    made.commit(files={"a.yaml": LINES + "more\n"})
    made.git("status")  # which takes note that the working tree is as the commit
    loose(made, made.git("rev-parse", "HEAD:a.yaml")).unlink()
    assert code(found(made.folder).hunks("HEAD~1", "HEAD")) == "git-corrupt"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"", b"a\n", (Hunk(0, 0, 1, 1),)),
        (b"a", b"", (Hunk(1, 1, 0, 0),)),
        (b"a\nb", b"a\nb\n", (Hunk(1, 2, 1, 2),)),
        (b"a", b"\0", ()),
        (b"a", "a\n".encode("utf-16-le"), ()),
        (b"a", "\ufeffa\n".encode("utf-16-le"), (Hunk(1, 1, 1, 2),)),
    ],
)
def test_a_whole_file(old: bytes, new: bytes, expected: tuple[Hunk, ...]) -> None:
    assert git_log.whole(old, new) == expected


if os.name != "posix":
    pytestmark = pytest.mark.skip("the names and modes of these files are those of POSIX")


def test_a_full_name_means_itself(made: Made) -> None:
    """Whoever may push a tag may call it like the branch of a remote repository."""
    one, two = (made.commit(text, {"a": text}) for text in ("one", "two"))
    full = "refs/remotes/origin/main"
    made.git("update-ref", f"refs/tags/{full}", two)
    assert code(found(made.folder).resolve(full)) == "git-unknown-revision"
    made.git("update-ref", full, one)
    assert found(made.folder).resolve(full) == one
    assert found(made.folder).resolve("refs/heads/main~1") == one

"""Which commit wrote which line: the same as `git blame` says, on histories of every shape."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.model import Fault
from checker.transports import git_lines, git_log
from checker.transports.git import BlamedLine, Change, Commit, Identity, Repository
from checker.transports.git_lines import Blame
from tests.repositories import ADA, Made

OLD = "".join(f"line {number}\n" for number in range(9))


def told(folder: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], int]:
    """The commits of all lines of all files, as told and as git says it; about how many git was asked."""
    repository = Repository.find(folder)
    assert isinstance(repository, Repository)
    id, histories = repository.resolve("HEAD"), repository.history()
    assert isinstance(id, str)
    assert not isinstance(histories, Fault)
    blame, asked = repository.blame, list[str]()

    def counted(path: str, ref: str = "HEAD") -> tuple[BlamedLine, ...] | Fault:
        asked.append(path)
        return blame(path, ref)

    repository.blame = counted  # type: ignore[method-assign]
    lines = Blame(repository, id, histories)
    found, expected = {}, {}
    for path in histories:
        commits, blamed = lines.of(path), blame(path, id)
        assert not isinstance(commits, Fault)
        assert not isinstance(blamed, Fault)
        found[path], expected[path] = commits, tuple(line.commit for line in blamed)
    return found, expected, len(asked)


def edited(made: Made) -> None:
    made.commit("a", {"x": OLD})
    made.commit("b", {"x": OLD.replace("line 4\n", "")})
    made.commit("c", {"x": "first\n" + OLD.replace("line 4\n", "").replace("line 7", "seven")})
    made.commit("d", {"x": "first\n" + OLD.replace("line 4\n", "").replace("line 7", "seven") + "last"})


def renamed(made: Made) -> None:
    made.commit("a", {"x": OLD})
    made.git("mv", "x", "y")
    made.commit("b", {"y": OLD + "more\n"})


def split(made: Made) -> None:
    made.commit("a", {"x": OLD})
    made.git("rm", "-q", "x")
    made.commit("b", {"y": "other\n" * 9, "z": OLD[:20]})


def added_again(made: Made) -> None:
    made.commit("a", {"x": OLD})
    made.git("rm", "-q", "x")
    made.commit("b")
    made.commit("c", {"x": OLD})


def merged(made: Made) -> None:
    made.commit("a", {"x": OLD, "y": OLD})
    made.git("checkout", "-q", "-b", "topic")
    made.commit("b", {"x": OLD + "topic\n"})
    made.git("checkout", "-q", "main")
    made.commit("c", {"y": OLD + "main\n"})
    made.git("merge", "-q", "--no-ff", "-m", "m", "topic")
    made.commit("d", {"x": "then\n" + OLD + "topic\n"})


def on_two_branches(made: Made) -> None:
    made.commit("a", {"x": OLD})
    made.git("checkout", "-q", "-b", "topic")
    made.commit("b", {"x": OLD + "topic\n"})
    made.git("checkout", "-q", "main")
    made.commit("c", {"x": "main\n" + OLD})
    made.git("merge", "-q", "--no-ff", "-m", "m", "topic")


def the_same_on_two_branches(made: Made) -> None:
    made.commit("a", {"x": OLD})
    made.git("checkout", "-q", "-b", "topic")
    made.commit("b", {"x": OLD + "same\n"})
    made.git("checkout", "-q", "main")
    made.commit("c", {"x": OLD + "same\n"})
    made.git("merge", "-q", "--no-ff", "-m", "m", "topic")


def refused_by_a_merge(made: Made) -> None:
    made.commit("a", {"x": OLD})
    made.git("checkout", "-q", "-b", "topic")
    made.commit("b", {"x": OLD.replace("line 4", "topic")})
    made.git("checkout", "-q", "main")
    made.commit("c", {"y": "y\n"})
    made.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "m", "topic")


def chosen_by_a_merge(made: Made) -> None:
    """Whichever branch git tells first, the other one made what is there from something else."""
    both = {
        "x": OLD.replace("line 4", "topic").replace("line 7", "seven"),
        "y": OLD.replace("line 4", "main"),
    }
    one = {"x": OLD.replace("line 4", "main"), "y": OLD.replace("line 4", "topic").replace("line 7", "seven")}
    made.commit("a", {"x": OLD, "y": OLD})
    made.git("checkout", "-q", "-b", "topic")
    made.commit("b", dict(both))
    made.git("checkout", "-q", "main")
    made.commit("c", dict(one))
    made.git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "topic")
    made.commit("m", {"y": both["y"]})


def made_by_a_merge(made: Made) -> None:
    made.commit("a", {"y": "y\n"})
    made.git("branch", "topic")
    made.git("branch", "other")
    made.commit("b", {"y": "y\ny\n"})
    made.git("checkout", "-q", "topic")
    made.commit("c", {"x": OLD})
    made.git("checkout", "-q", "other")
    made.commit("d", {"z": "z\n"})
    made.git("checkout", "-q", "main")
    made.git("merge", "-q", "--no-ff", "--no-commit", "other")
    made.commit("m", {"x": OLD})
    made.git("merge", "-q", "--no-ff", "-m", "n", "topic")


def changed_by_a_merge(made: Made) -> None:
    merged(made)
    made.git("checkout", "-q", "-b", "more", "HEAD~1")
    made.commit("e", {"z": "z\n"})
    made.git("checkout", "-q", "main")
    made.git("merge", "-q", "--no-ff", "--no-commit", "more")
    made.commit("m", {"x": "smuggled\n"})


def taken_back(made: Made) -> None:
    for text in (OLD, OLD + "more\n", OLD):
        made.commit("a", {"x": text})


def of_other_modes(made: Made) -> None:
    made.commit("a", {"x": OLD})
    (made.folder / "x").chmod(0o755)
    made.commit("b")
    (made.folder / "l").symlink_to("x")
    made.commit("c")
    (made.folder / "l").unlink()
    made.commit("d", {"l": OLD})


def empty(made: Made) -> None:
    made.commit("a", {"x": "", "y": ""})
    made.commit("b", {"x": "\n"})
    made.commit("c", {"x": "no end"})


def like_patches(made: Made) -> None:
    text = "@@ -1,2 +1,2 @@\ndiff --git a/x b/x\n\x01abcdef\n\\ No newline\n+\n-\n"
    made.commit("a", {"x": text})
    made.commit("b", {"x": f"\x01{'0' * 40}\n{text}@@ -0,0 +1 @@"})


def no_text(made: Made) -> None:
    made.commit(
        "a", {"x": b"\0\1\n\2", "y": b"a\rb\r\nc\xff\n", ".gitattributes": "* -diff\nz diff=odd\n", "z": OLD}
    )
    made.commit("b", {"x": b"\0\1\n\2\n\3", "y": b"a\rb\r\nd\xff\n", "z": f"{OLD}z\n"})
    made.configure(
        {"diff.odd.algorithm": "patience", "diff.odd.command": "false", "diff.odd.textconv": "false"}
    )


def oddly_named(made: Made) -> None:
    names = ("-x", ":x", "a b", "a*", "a-b", "a.c", "a/b", "ä", "q\"'", "t\tn\nl", "HEAD")
    made.commit("a", dict.fromkeys(names, OLD))
    made.commit("b", dict.fromkeys(names[::2], OLD + "more\n"))


def once_a_folder(made: Made) -> None:
    made.commit("a", {"x/y": "y\n", "z": OLD})
    made.git("rm", "-q", "x/y")
    made.commit("b")
    made.commit("c", {"x": OLD})
    made.commit("d", {"x": f"{OLD}more\n"})


SHAPES: dict[Callable[[Made], None], int] = {
    edited: 0,
    renamed: 1,
    split: 2,
    added_again: 1,
    merged: 0,
    on_two_branches: 1,
    the_same_on_two_branches: 1,
    refused_by_a_merge: 1,
    chosen_by_a_merge: 2,
    made_by_a_merge: 1,
    changed_by_a_merge: 1,
    taken_back: 1,
    of_other_modes: 2,
    empty: 0,
    like_patches: 0,
    no_text: 0,
    oddly_named: 0,
    once_a_folder: 0,
}
"""How a history comes about, and about how many of its files git has to be asked."""


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_patches_tell_what_git_tells(tmp_path: Path, shape: Callable[[Made], None]) -> None:
    shape(Made(tmp_path))
    found, expected, asked = told(tmp_path)
    assert found == expected
    assert asked == SHAPES[shape]


def test_what_a_merge_changed_by_itself_is_no_straight_line() -> None:
    added = Change("x", "A", "1" * 40, "", "100644")
    when = datetime(2026, 1, 1, tzinfo=UTC)
    one, merge = (
        Commit(id, (), Identity(*ADA), Identity(*ADA), when, when, "", (), changes)
        for id, changes in (("one", (added,)), ("merge", ()))
    )
    assert git_log.ends((one, merge), {}) == {"x": "1" * 40}
    assert git_log.ends((one, merge), {"merge": (added,)}) == {}
    assert git_log.ends((merge, one), {"merge": (added,)}) == {}


def test_below_a_folder_too(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit("a", {"w/x": OLD, "x": "x\n", "w/w/x": "w\n"})
    made.commit("b", {"w/x": OLD + "more\n", "x": "y\n"})
    found, expected, asked = told(tmp_path / "w")
    assert (found, asked) == (expected, 0)
    assert set(found) == {"x", "w/x"}


def test_patches_that_do_not_fit_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_text(Made(tmp_path))
    options = tuple(each for each in git_lines.PATCHES if each != "--text")
    monkeypatch.setattr(git_lines, "PATCHES", options)
    found, expected, asked = told(tmp_path)
    assert (found, asked) == (expected, 3)


def test_a_life_too_long_for_one_call_is_git_s_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(tmp_path)
    for number in range(4):
        made.commit("a", {"x": f"{number}\n{OLD}", "y": "y\n"})
    monkeypatch.setattr(git_lines, "ARGUMENTS", 100)
    found, expected, asked = told(tmp_path)
    assert (found, asked) == (expected, 1)


def at_random(seed: int) -> bytes:
    """A history of twenty commits, their parents and files at random, as `git fast-import` reads it."""
    chance, states = random.Random(seed), list[dict[str, str]]()
    parts = []
    for number in range(1, 21):
        parents = (
            sorted({chance.randrange(max(1, number - 4), number) for _ in range(chance.choice((1, 1, 2, 3)))})
            if number > 1
            else []
        )
        chance.shuffle(parents)
        files = dict(states[parents[0] - 1]) if parents else {}
        for parent in parents[1:]:
            files |= {name: states[parent - 1][name] for name in states[parent - 1] if chance.random() < 0.5}
        for name in chance.sample("abcd", chance.choice((0, 1, 1, 2))):
            lines = files.get(name, "").splitlines()
            for _ in range(chance.randint(1, 3)):
                at = chance.randint(0, len(lines))
                lines[at : at + chance.randint(0, 2)] = [
                    chance.choice("pqrstuvw") * chance.randint(1, 3)
                ] * chance.randint(0, 3)
            if chance.random() < 0.1:
                files.pop(name, None)
            else:
                files[name] = "\n".join(lines) + chance.choice(("\n", "\n", ""))
        states.append(files)
        author = f"A <a@example.org> {1_700_000_000 + number} +0000"
        head = f"commit refs/heads/main\nmark :{number}\ncommitter {author}\ndata 1\nm\n"
        head += "".join(f"{'merge' if i else 'from'} :{parent}\n" for i, parent in enumerate(parents))
        parts.append(head + "deleteall\n")
        parts += [f"M 100644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files.items()]
    return "".join(parts).encode()


@pytest.mark.parametrize("seed", range(25))
def test_patches_tell_what_git_tells_of_histories_at_random(tmp_path: Path, seed: int) -> None:
    made = Made(tmp_path)
    command = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(command, cwd=made.folder, input=at_random(seed), check=True)
    found, expected, _ = told(tmp_path)
    assert found == expected


def test_patches_tell_what_git_tells_of_the_proposals(tmp_path: Path, real_data: Path) -> None:
    bundle = real_data / "kep-history.bundle"
    subprocess.run(
        ["git", "clone", "-q", "-n", "-b", "master", str(bundle), str(tmp_path / "kep")], check=True
    )
    repository = Repository.find(tmp_path / "kep")
    assert isinstance(repository, Repository)
    id, histories = repository.resolve("HEAD"), repository.history()
    assert isinstance(id, str)
    assert not isinstance(histories, Fault)
    lines = Blame(repository, id, histories)
    for path in random.Random(1).sample(sorted(histories), 60):
        blamed = repository.blame(path, id)
        assert not isinstance(blamed, Fault)
        assert lines.of(path) == tuple(line.commit for line in blamed), path

"""What git tells of commits: by time, by name, by file and by line; another library is asked too."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from git import Repo

from checker.model import Fault
from checker.transports.git import Change, Commit, Identity, Repository, Signature
from checker.transports.git_log import identity, moment
from tests.repositories import ADA, BEN, CLEO, START, Made

needs_keys = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


def found(folder: Path) -> Repository:
    repository = Repository.find(folder)
    assert isinstance(repository, Repository), repository
    return repository


def code(result: object) -> str:
    assert isinstance(result, Fault), result
    assert result.message.endswith(".")
    assert result.hint
    return result.code


def day(number: int, hour: int = 12) -> datetime:
    return START.replace(hour=hour) + timedelta(days=number)


# by time


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, list[str]]:
    """Five commits, one a day."""
    made = Made(tmp_path_factory.mktemp("line"))
    return made, [made.commit(f"number {number}", {"a": str(number)}) for number in range(5)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (day(0), 0),
        (day(0, 23), 0),
        (day(1, 11), 0),
        (day(1), 1),
        (day(3, 13), 3),
        (day(4), 4),
        (day(4000), 4),
        (datetime(2024, 1, 3, 23, 59, tzinfo=timezone(timedelta(hours=12))), 1),
        (datetime(2024, 1, 2, 23, 59, tzinfo=timezone(timedelta(hours=-12))), 1),
    ],
)
def test_the_commit_at_a_moment(line: tuple[Made, list[str]], asked: datetime, expected: int) -> None:
    made, ids = line
    commit = found(made.folder).commit_at(asked)
    assert isinstance(commit, Commit), commit
    assert commit.id == ids[expected]
    assert commit.committed <= asked


@pytest.mark.parametrize(
    "asked", [day(0, 11), datetime(1960, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)]
)
def test_before_the_first_commit(line: tuple[Made, list[str]], asked: datetime) -> None:
    fault = found(line[0].folder).commit_at(asked)
    assert code(fault) == "git-before-first-commit"
    assert isinstance(fault, Fault)
    assert "the first is of 2024-01-01" in fault.message


def test_dates_out_of_order_are_read_from_the_end_of_the_line(tmp_path: Path) -> None:
    made = Made(tmp_path)
    days = [0, 5, 2, 9, 4]
    ids = [made.commit(files={"a": str(n)}, when=day(n)) for n in days]
    repository = found(tmp_path)
    for asked, expected in [(0, 0), (1, 0), (2, 2), (3, 2), (4, 4), (6, 4), (20, 4)]:
        commit = repository.commit_at(day(asked))
        assert isinstance(commit, Commit)
        assert commit.id == ids[expected], asked


def merge(made: Made, branch: str, when: datetime) -> str:
    said = when.isoformat()
    made.git(
        "merge", "-q", "--no-ff", "-m", f"merge {branch}", branch,
        GIT_AUTHOR_DATE=said, GIT_COMMITTER_DATE=said,
    )  # fmt: skip
    return made.git("rev-parse", "HEAD")


def test_what_was_merged_counts_from_its_merge(tmp_path: Path) -> None:
    made = Made(tmp_path)
    first = made.commit(files={"a": "1"}, when=day(0))
    made.git("checkout", "-q", "-b", "topic")
    topic = made.commit(files={"b": "1"}, when=day(2))
    made.git("checkout", "-q", "main")
    merged = merge(made, "topic", day(5))
    repository = found(tmp_path)

    def at(number: int) -> str:
        commit = repository.commit_at(day(number))
        assert isinstance(commit, Commit)
        return commit.id

    assert [at(1), at(3), at(5)] == [first, first, merged]
    assert [commit.id for commit in commits(repository)] == [first, merged]
    assert {commit.id for commit in commits(repository, first_parent=False)} == {first, topic, merged}


def commits(repository: Repository, *arguments: object, **options: object) -> tuple[Commit, ...]:
    told = repository.commits(*arguments, **options)  # type: ignore[arg-type]
    assert isinstance(told, tuple), told
    return told


def test_a_range_of_commits(line: tuple[Made, list[str]]) -> None:
    made, ids = line
    repository = found(made.folder)
    assert [commit.id for commit in commits(repository)] == ids
    assert [commit.id for commit in commits(repository, ids[1], ref=ids[3])] == ids[2:4]
    assert [commit.id for commit in commits(repository, "HEAD~2")] == ids[3:]
    assert [commit.id for commit in commits(repository, ref="HEAD~3")] == ids[:2]
    assert [commit.subject for commit in commits(repository, changes=True) if commit.changes] == [
        f"number {number}" for number in range(5)
    ]


def test_what_each_commit_of_a_line_changed(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit("one", {"w/a": "1", "b": "1"})
    made.git("checkout", "-q", "-b", "topic")
    made.commit("two", {"w/c": "1", "d": "1"})
    made.git("checkout", "-q", "main")
    made.commit("three", {"b": "2"})
    merge(made, "topic", day(9))
    told = commits(found(tmp_path / "w"), changes=True)
    assert [(commit.subject, [(c.status, c.path) for c in commit.changes]) for commit in told] == [
        ("one", [("A", "a")]),
        ("three", []),
        ("merge topic", [("A", "c")]),
    ]
    assert told[2].changes[0].blob == made.git("rev-parse", "HEAD:w/c")


def test_what_a_merge_changed_by_itself(tmp_path: Path) -> None:
    made = Made(tmp_path)
    body = "".join(f"line {number}\n" for number in range(20))
    made.commit("one", {"old": body, "other": body.upper()})
    made.git("checkout", "-q", "-b", "topic")
    made.git("mv", "old", "new")
    made.commit("two", {"new": "first\n" + body})
    made.git("checkout", "-q", "main")
    made.commit("three", {"old": body + "last\n"})
    made.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    made.commit("four", {"new": f"first\n{body}last\nsmuggled\n", "other": "smuggled\n"})
    told = commits(found(tmp_path), first_parent=False, changes=True)
    by_itself = {(change.path, change.status, change.old_path) for change in told[-1].changes}
    assert by_itself == {("new", "M", ""), ("other", "M", "")}
    assert {change.blob for change in told[-1].changes} == {
        made.git("rev-parse", f"HEAD:{name}") for name in ("new", "other")
    }


def test_a_commit_is_what_another_library_reads(tmp_path: Path) -> None:
    made = Made(tmp_path)
    message = (
        "Größe, \x01 and a subject\nof two lines\n\nA body: not a trailer.\n\n"
        "Reviewed-by: Ben Sample <ben@example.org>\nSigned-off-by: Ada Example\n  <ada@example.org>\n"
    )
    made.commit(message, {"a": "1"}, BEN, datetime(2024, 6, 1, 23, 59, tzinfo=timezone(timedelta(hours=-8))))
    other = Repo(tmp_path).head.commit
    commit = found(tmp_path).commit("HEAD")
    assert isinstance(commit, Commit)
    assert commit.id == other.hexsha
    assert commit.parents == ()
    assert commit.author == Identity(other.author.name or "", other.author.email or "") == Identity(*BEN)
    assert commit.committer == Identity(*ADA)
    assert commit.authored == other.authored_datetime
    assert commit.committed.isoformat() == "2024-06-01T23:59:00-08:00"
    assert commit.subject == "Größe, \x01 and a subject of two lines"
    assert commit.trailers == (
        ("Reviewed-by", "Ben Sample <ben@example.org>"),
        ("Signed-off-by", "Ada Example <ada@example.org>"),
    )
    assert commit.named("reviewed-by") == (Identity(*BEN),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Example <ada@example.org>", ADA),
        ("<ada@example.org>", ("", "ada@example.org")),
        ("Ada Example", ("Ada Example", "")),
        ("Ada <1> <ada@example.org>", ("Ada <1>", "ada@example.org")),
        ("", ("", "")),
    ],
)
def test_people_in_trailers(text: str, expected: tuple[str, str]) -> None:
    assert identity(text) == expected


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        ("0 +0000", 1970),
        ("99999999999999999999 +0000", 9999),
        ("1700000000 +9999", 2023),
        ("-1 -0100", 1969),
        ("", 1),
    ],
)
def test_any_time_is_a_time(raw: str, year: int) -> None:
    told = moment(raw)
    assert told.year == year
    assert told.tzinfo is not None


# changes


def test_changes_between_commits(tmp_path: Path) -> None:
    made = Made(tmp_path)
    body = "".join(f"line {number}\n" for number in range(20))
    base = made.commit(
        files={"w/stays": "1", "w/moves": body, "w/goes": "x\n", "w/changes": "1", "other/a": "1"}
    )
    made.git("mv", "w/moves", "w/moved")
    made.git("rm", "-q", "w/goes")
    head = made.commit(files={"w/changes": "2", "w/new": "n", "other/a": "2", "w/moved": body + "more\n"})
    whole, part = found(tmp_path).changed(base, head), found(tmp_path / "w").changed(base, head)
    assert isinstance(whole, tuple)
    assert isinstance(part, tuple)
    assert [(c.path, c.status, c.old_path) for c in part] == [
        ("changes", "M", ""), ("goes", "D", ""), ("moved", "R", "moves"), ("new", "A", ""),
    ]  # fmt: skip
    assert [change.path for change in whole] == ["other/a", "w/changes", "w/goes", "w/moved", "w/new"]
    new = part[3]
    assert new == Change("new", "A", made.git("rev-parse", "HEAD:w/new"), "", "100644")
    assert part[1].blob == ""
    repository = found(tmp_path)
    assert (repository.content(new.blob), repository.content(part[1].old_blob)) == (b"n", b"x\n")
    for id in ("", "HEAD", f"{new.blob}\n{new.blob}", "f" * 40):
        assert code_of(repository.content(id)) in ("missing", "git-corrupt")
    assert part[1].old_blob == made.git("rev-parse", f"{base}:w/goes")
    told = {(d.b_path or d.a_path, d.change_type) for d in Repo(tmp_path).commit(base).diff(head)}
    assert {(change.path, change.status) for change in whole} == told


def test_ancestors(tmp_path: Path) -> None:
    made = Made(tmp_path)
    first = made.commit(files={"a": "1"})
    made.git("checkout", "-q", "-b", "topic")
    topic = made.commit(files={"b": "1"})
    made.git("checkout", "-q", "main")
    made.commit(files={"a": "2"})
    made.git("checkout", "-q", "--orphan", "alone")
    made.commit(files={"c": "1"})
    repository = found(tmp_path)
    assert repository.merge_bases("main", "topic") == (first,)
    assert repository.merge_bases("main", "alone") == ()
    assert repository.merge_bases(topic, topic) == (topic,)
    assert code(repository.merge_bases("main", "nowhere")) == "git-unknown-revision"


def test_which_files_differ_from_the_commit(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit(files={name: name for name in ("same", "changed", "hidden", "gone", "w/same", "w/changed")})
    made.git("update-index", "--assume-unchanged", "hidden")
    made.write({"changed": "x", "hidden": "x", "new": "x", "w/changed": "x"})
    (tmp_path / "gone").unlink()
    paths = ["same", "changed", "hidden", "gone", "new", "nowhere", "w/same", "w/changed"]
    assert found(tmp_path).differing(paths) == ("changed", "hidden", "gone", "new", "w/changed")
    assert found(tmp_path / "w").differing(["same", "changed"]) == ("changed",)


# who did what


def test_the_life_of_a_file(tmp_path: Path) -> None:
    made = Made(tmp_path)
    body = "".join(f"line {number}\n" for number in range(20))
    first = made.commit("draft", {"draft.md": body, "other.md": "x"}, ADA)
    second = made.commit(
        "more\n\nCo-authored-by: Cleo Placeholder <cleo@example.org>", {"draft.md": body + "1\n"}, BEN
    )
    (tmp_path / "w").mkdir()
    made.git("mv", "draft.md", "w/prd.md")
    third = made.commit("move\n\nReviewed-by: Ben Sample <ben@example.org>", {}, ADA)
    made.commit("another draft", {"draft.md": "new\n"}, CLEO)
    history = found(tmp_path).history()
    assert not isinstance(history, Fault)
    assert sorted(history) == ["draft.md", "other.md", "w/prd.md"]
    life = history["w/prd.md"]
    assert [commit.id for commit in life.commits] == [first, second, third]
    assert life.authors == {ADA, BEN, CLEO}
    assert life.last.id == third
    assert life.named("Reviewed-by", "Approved-by") == {BEN}
    assert history["draft.md"].authors == {CLEO}
    part = found(tmp_path / "w").history()
    assert not isinstance(part, Fault)
    assert {path: [c.id for c in file.commits] for path, file in part.items()} == {
        "prd.md": [first, second, third]
    }


def test_another_branch_knows_a_file_by_its_former_name(tmp_path: Path) -> None:
    made = Made(tmp_path)
    body = "".join(f"line {number}\n" for number in range(20))
    made.commit("one", {"old.md": body}, ADA)
    made.git("checkout", "-q", "-b", "topic")
    made.commit("two", {"old.md": body + "more\n"}, BEN)
    made.git("checkout", "-q", "main")
    made.git("mv", "old.md", "new.md")
    made.commit("three", {}, CLEO)
    merge(made, "topic", day(9))
    history = found(tmp_path).history()
    assert not isinstance(history, Fault)
    assert {path: file.authors for path, file in history.items()} == {"new.md": {ADA, BEN, CLEO}}


def test_what_a_merge_changed_by_itself_has_an_author(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit("one", {"a.md": "1\n", "b.md": "1\n"}, ADA)
    made.git("checkout", "-q", "-b", "topic")
    made.commit("two", {"b.md": "2\n"}, ADA)
    made.git("checkout", "-q", "main")
    made.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    made.commit("a merge that smuggles", {"a.md": "smuggled\n"}, BEN)
    history = found(tmp_path).history()
    assert not isinstance(history, Fault)
    assert (history["a.md"].authors, history["b.md"].authors) == ({ADA, BEN}, {ADA})


def test_who_changed_each_line(tmp_path: Path) -> None:
    made = Made(tmp_path)
    first = made.commit("one", {"w/a.yaml": "a: 1\nb: 1\nc: 1\n"}, ADA)
    second = made.commit("two", {"w/a.yaml": "a: 1\nb: 2\nc: 1\n"}, BEN)
    made.write({"w/a.yaml": "nobody\n" * 9})
    lines = found(tmp_path / "w").blame("a.yaml")
    assert not isinstance(lines, Fault)
    assert [(line.commit, line.author) for line in lines] == [(first, ADA), (second, BEN), (first, ADA)]
    assert lines[1].authored == day(1)
    told = Repo(tmp_path).blame("HEAD", "w/a.yaml")
    assert [commit.hexsha for commit, part in told or () for _ in part or ()] == [
        line.commit for line in lines
    ]  # type: ignore[union-attr, misc]
    assert code_of(found(tmp_path).blame("nothing")) == "missing"
    assert code_of(found(tmp_path).blame("w")) == "not-a-file"


def code_of(result: object) -> str:
    assert isinstance(result, Fault), result
    return result.code


# signatures


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("ada", "mallory"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True
        )
    key = (folder / "ada.pub").read_text()
    (folder / "allowed").write_text(f"ada@example.org {key}")
    return folder


@needs_keys
def test_signatures_of_commits(tmp_path: Path, keys: Path) -> None:
    made = Made(tmp_path / "repository")
    made.git("config", "gpg.format", "ssh")
    signed = {}
    for name in ("ada", "mallory"):
        made.git("config", "user.signingKey", str(keys / name))
        signed[name] = made.commit(name, {"a": name}, ADA, None, "-S")
    unsigned = made.commit("unsigned", {"a": "x"})
    forged = (
        subprocess.run(
            ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
            cwd=made.folder,
            input=made.git("cat-file", "commit", signed["ada"]).replace("\n\nada", "\n\nforged").encode()
            + b"\n",
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    repository, allowed = found(made.folder), str(keys / "allowed")
    assert repository.signature(signed["ada"], allowed) == Signature("good", "ada@example.org")
    assert repository.signature(signed["mallory"], allowed) == Signature("unknown-key", "")
    assert repository.signature(unsigned, allowed) == Signature("unsigned", "")
    assert repository.signature(forged, allowed) == Signature("bad", "")
    assert code(repository.signature(signed["ada"], str(keys / "nothing"))) == "allowed-signers"


def test_a_signature_of_another_format_is_not_trusted(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.commit(files={"a": "1"})
    head, _, message = made.git("cat-file", "commit", "HEAD").partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    made.write({"../object": f"{head}\n{signature}\n\n{message}\n"})
    id = made.git("hash-object", "-t", "commit", "-w", "../object")
    assert found(tmp_path).signature(id, os.devnull) == Signature("other-format", "")


# refs and states of a repository


@pytest.mark.parametrize(
    "ref", ["nowhere", "--all", "-1", "", "main\n", "a\0b", "HEAD~99", "main:a", "f" * 40, "@{u}"]
)
def test_a_ref_that_names_no_commit(line: tuple[Made, list[str]], ref: str) -> None:
    repository = found(line[0].folder)
    assert code(repository.resolve(ref)) == "git-unknown-revision"
    for answer in (repository.commit(ref), repository.tree(ref), repository.commits(ref=ref)):
        assert code(answer) == "git-unknown-revision"


def test_refs_that_name_a_commit(line: tuple[Made, list[str]]) -> None:
    made, ids = line
    made.git("tag", "-f", "-m", "annotated", "v1", ids[1])
    repository = found(made.folder)
    assert [repository.resolve(ref) for ref in ("main", "HEAD~1", "v1", ids[0], ids[0][:12])] == [
        ids[4], ids[3], ids[1], ids[0], ids[0],
    ]  # fmt: skip


def test_an_unborn_branch(tmp_path: Path) -> None:
    Made(tmp_path)
    repository = found(tmp_path)
    assert repository.head() is None
    for answer in (
        repository.resolve("HEAD"),
        repository.tree("HEAD"),
        repository.commits(),
        repository.commit_at(START),
        repository.history(),
        repository.differing(["a"]),
    ):
        assert code(answer) == "git-no-commit"


def test_a_detached_head(line: tuple[Made, list[str]], tmp_path: Path) -> None:
    made, ids = line
    made.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"), ids[2])
    repository = found(tmp_path / "tree")
    assert (repository.head(), repository.root) == (ids[2], str((tmp_path / "tree").resolve()))
    assert [commit.id for commit in commits(repository)] == ids[:3]


def test_where_there_is_no_repository(tmp_path: Path) -> None:
    assert Repository.find(tmp_path) is None
    assert Repository.find(tmp_path / "nothing") is None
    Made(tmp_path)
    assert Repository.find(tmp_path / ".git") is None
    assert Repository.find(tmp_path / ".git" / "objects") is None


def test_a_shallow_clone(line: tuple[Made, list[str]], tmp_path: Path) -> None:
    made, ids = line
    made.git("clone", "-q", "--depth=2", f"file://{made.folder}", str(tmp_path / "shallow"))
    repository = found(tmp_path / "shallow")
    assert repository.is_shallow
    commit = repository.commit_at(day(3, 20))
    assert isinstance(commit, Commit)
    assert commit.id == ids[3]
    for answer in (
        repository.commit_at(day(2)),
        repository.history(),
        repository.blame("a"),
    ):
        assert code(answer) == "git-shallow"
        assert isinstance(answer, Fault)
        assert "git fetch --unshallow" in answer.hint
    unknown = repository.resolve(ids[0])
    assert isinstance(unknown, Fault)
    assert "git fetch --unshallow" in unknown.hint


def test_the_real_history(real_data: Path, tmp_path: Path) -> None:
    subprocess.run(
        [
            "git",
            "clone",
            "-q",
            "--bare",
            "-b",
            "master",
            str(real_data / "kep-history.bundle"),
            str(tmp_path / "kep"),
        ],
        check=True,
    )
    repository = found(tmp_path / "kep")
    history = repository.history()
    assert not isinstance(history, Fault)
    tree = repository.tree("HEAD")
    assert not isinstance(tree, Fault)
    assert set(history) == {path for path, _ in tree.find("**")}
    commit = repository.commit_at(datetime(2020, 1, 1, tzinfo=UTC))
    assert isinstance(commit, Commit)
    assert commit.committed.date() <= date(2020, 1, 1)
    at = Repo(tmp_path / "kep")
    for path in sorted(history)[::150]:
        told = at.git.log("--full-history", "--no-merges", "--format=%an%x00%ae", "--", path).splitlines()
        assert {tuple(line.split("\0")) for line in told} <= history[path].authors, path
        assert history[path].last.id in {
            c.hexsha for c in at.iter_commits("HEAD", paths=path, full_history=True)
        }

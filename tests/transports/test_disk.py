from __future__ import annotations

import errno
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.model import Fault
from checker.transports import disk
from checker.transports.disk import Disk, write_whole

needs_permissions = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to the administrator"
)
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")

FILES = [
    "gonogo.yaml",
    ".hidden.yaml",
    ".git/config.yaml",
    ".gonogo/schemas/kinds/prd.json",
    "launches/pay/launch.yaml",
    "launches/ship/launch.yaml",
    "launches/ship/notes.md",
    "launches/launch.yaml",
    "keps/kep.yaml",
    "keps/sig-a/1-one/kep.yaml",
    "keps/sig-a/1-one/README.md",
    "keps/sig-b/deep/er/2-two/kep.yaml",
    "keps/sig-b/.git/kep.yaml",
    "keps/prod-readiness/sig-a/1.yaml",
    "keps/prod-readiness/sig-b/2.yaml",
    "keps/prod-readiness/sig-b/notes.txt",
    "odd/a+b (c).yaml",
    "odd/[x].yaml",
    "pay/pay.yaml",
    "pay/ship.yaml",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name: {name}\n")
    return tmp_path / "root"


def code(result: bytes | Fault) -> str:
    assert isinstance(result, Fault)
    assert result.message.endswith(".")
    return result.code


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("gonogo.yaml", ["gonogo.yaml"]),
        ("./gonogo.yaml", ["gonogo.yaml"]),
        ("*.yaml", [".hidden.yaml", "gonogo.yaml"]),
        (
            "keps/**/kep.yaml",
            ["keps/kep.yaml", "keps/sig-a/1-one/kep.yaml", "keps/sig-b/deep/er/2-two/kep.yaml"],
        ),
        ("keps/*/*/kep.yaml", ["keps/sig-a/1-one/kep.yaml"]),
        ("**/launch.yaml", ["launches/launch.yaml", "launches/pay/launch.yaml", "launches/ship/launch.yaml"]),
        (
            "launches/**",
            [
                "launches/launch.yaml",
                "launches/pay/launch.yaml",
                "launches/ship/launch.yaml",
                "launches/ship/notes.md",
            ],
        ),
        ("launches/*/*", ["launches/pay/launch.yaml", "launches/ship/launch.yaml", "launches/ship/notes.md"]),
        ("**/*-*/**/*.md", ["keps/sig-a/1-one/README.md"]),
        ("odd/a+b (c).yaml", ["odd/a+b (c).yaml"]),
        ("odd/[x].*", ["odd/[x].yaml"]),
        ("odd/a*c).yaml", ["odd/a+b (c).yaml"]),
        ("launches", []),
        ("launches/", []),
        ("nothing/**/x.yaml", []),
        ("gonogo.yaml/x", []),
        ("../root/gonogo.yaml", []),
        (".git/config.yaml", []),
        (".gonogo/schemas/kinds/prd.json", [".gonogo/schemas/kinds/prd.json"]),
        (".gonogo/**", [".gonogo/schemas/kinds/prd.json"]),
        ("**/.gonogo/*/*/*", [".gonogo/schemas/kinds/prd.json"]),
        ("**/prd.json", []),
        ("**/schemas/**", []),
        ("{folder}/schemas/kinds/*", []),
        (".go*/**", []),
        ("", []),
    ],
)
def test_patterns(root: Path, pattern: str, found: list[str]) -> None:
    assert Disk(root).find(pattern) == [(path, {}) for path in found]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (
            "launches/{product}/launch.yaml",
            [
                ("launches/pay/launch.yaml", {"product": "pay"}),
                ("launches/ship/launch.yaml", {"product": "ship"}),
            ],
        ),
        (
            "keps/prod-readiness/{sig}/{number}.yaml",
            [
                ("keps/prod-readiness/sig-a/1.yaml", {"sig": "sig-a", "number": "1"}),
                ("keps/prod-readiness/sig-b/2.yaml", {"sig": "sig-b", "number": "2"}),
            ],
        ),
        (
            "keps/**/{number}-{name}/kep.yaml",
            [
                ("keps/sig-a/1-one/kep.yaml", {"number": "1", "name": "one"}),
                ("keps/sig-b/deep/er/2-two/kep.yaml", {"number": "2", "name": "two"}),
            ],
        ),
        ("{product}/{product}.yaml", [("pay/pay.yaml", {"product": "pay"})]),
        ("keps/sig-{sig}/*/kep.yaml", [("keps/sig-a/1-one/kep.yaml", {"sig": "a"})]),
    ],
)
def test_captures(root: Path, pattern: str, found: list[tuple[str, dict[str, str]]]) -> None:
    assert Disk(root).find(pattern) == found


def test_one_walk_finds_what_several_find(root: Path) -> None:
    patterns = ["keps/**/kep.yaml", "launches/{product}/launch.yaml", "gonogo.yaml", "**/*.md", "gonogo.yaml"]
    walked = Disk(root).find_all(patterns)
    assert walked == {pattern: Disk(root).find(pattern) for pattern in patterns}
    assert all(walked.values())


def test_only_folders_that_can_matter_are_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = []
    scandir = os.scandir

    def spy(path: str) -> object:
        listed.append(os.path.relpath(path, root))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", spy)
    Disk(root).find_all(
        ["launches/{product}/launch.yaml", "keps/prod-readiness/{sig}/{number}.yaml", "gonogo.yaml"]
    )
    assert sorted(listed) == [
        "keps/prod-readiness", "keps/prod-readiness/sig-a", "keps/prod-readiness/sig-b", "launches",
    ]  # fmt: skip


@posix
def test_links_to_folders_are_not_followed(root: Path) -> None:
    (root / "loop").symlink_to(root)
    (root / "launches" / "again").symlink_to(root / "launches" / "pay")
    (root / "launches" / "pay" / "linked.yaml").symlink_to(root / "gonogo.yaml")
    (root / "launches" / "pay" / "broken.yaml").symlink_to("nowhere")
    assert [path for path, _ in Disk(root).find("launches/**")] == [
        "launches/launch.yaml",
        "launches/pay/broken.yaml",
        "launches/pay/launch.yaml",
        "launches/pay/linked.yaml",
        "launches/ship/launch.yaml",
        "launches/ship/notes.md",
    ]
    assert Disk(root).find("launches/again/launch.yaml") == []
    assert Disk(root).find("launches/{name}/launch.yaml") == [
        ("launches/pay/launch.yaml", {"name": "pay"}),
        ("launches/ship/launch.yaml", {"name": "ship"}),
    ]
    assert Disk(root).find("loop") == []
    assert Disk(root).find("lo*") == []


def test_reading(root: Path) -> None:
    door = Disk(root)
    assert door.read("launches/pay/launch.yaml") == b"name: launches/pay/launch.yaml\n"
    door.find("**/*.yaml")
    assert door.read("launches/pay/launch.yaml") == b"name: launches/pay/launch.yaml\n"
    (root / "empty.yaml").touch()
    assert door.read("empty.yaml") == b""


def test_a_large_file_is_read_whole(root: Path) -> None:
    content = os.urandom(3_000_000)
    (root / "large").write_bytes(content)
    assert Disk(root).read("large") == content
    assert Disk(root).read("large", 3_000_000) == content
    assert code(Disk(root).read("large", 2_999_999)) == "too-large"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nothing.yaml", "missing"),
        ("nothing/x.yaml", "missing"),
        ("a\0b", "missing"),
        ("launches", "not-a-file"),
        ("", "not-a-file"),
        (".", "not-a-file"),
        ("..", "outside-workspace"),
        ("../secret", "outside-workspace"),
        ("launches/../../secret", "outside-workspace"),
        ("/etc/hostname", "outside-workspace"),
        ("x" * 5000, "unreadable"),
    ],
)
def test_what_cannot_be_read_says_why(root: Path, path: str, expected: str) -> None:
    (root.parent / "secret").write_text("x")
    door = Disk(root)
    assert code(door.read(path)) == expected
    door.find("**/*")
    assert code(door.read(path)) == expected


def test_a_path_that_comes_back_is_read(root: Path) -> None:
    assert Disk(root).read("launches/../gonogo.yaml") == b"name: gonogo.yaml\n"


@posix
def test_links_that_leave_the_workspace(root: Path) -> None:
    (root.parent / "secret.yaml").write_text("x")
    (root.parent / "outside").mkdir()
    (root.parent / "outside" / "a.yaml").write_text("x")
    (root.parent / "root-twin").mkdir()
    (root.parent / "root-twin" / "a.yaml").write_text("x")
    (root / "leaves.yaml").symlink_to("../secret.yaml")
    (root / "stays.yaml").symlink_to("launches/pay/launch.yaml")
    (root / "folder").symlink_to(root.parent / "outside")
    (root / "twin.yaml").symlink_to(root.parent / "root-twin" / "a.yaml")
    (root / "twice.yaml").symlink_to("leaves.yaml")
    (root / "circle.yaml").symlink_to("circle.yaml")
    (root / "broken.yaml").symlink_to("nowhere.yaml")
    door = Disk(root)
    door.find("**/*")
    assert door.read("stays.yaml") == b"name: launches/pay/launch.yaml\n"
    for name in ("leaves.yaml", "folder/a.yaml", "twin.yaml", "twice.yaml"):
        assert code(door.read(name)) == "outside-workspace", name
    assert code(door.read("circle.yaml")) == "unreadable"
    assert code(door.read("broken.yaml")) == "missing"


@posix
def test_a_link_to_a_folder_outside_is_found_itself(root: Path) -> None:
    (root.parent / "outside").mkdir()
    (root.parent / "outside" / "launch.yaml").write_text("x")
    (root / "launches" / "out").symlink_to(root.parent / "outside")
    door = Disk(root)
    for pattern in ("launches/out/launch.yaml", "launches/o*/launch.yaml", "**/out/**"):
        assert door.find(pattern) == [("launches/out", {})], pattern
    for pattern in ("launches/*", "launches/**", "**/launch.yaml"):
        assert "launches/out" not in dict(door.find(pattern)), pattern
    assert code(door.read("launches/out")) == "outside-workspace"


@posix
def test_a_link_to_itself_hides_no_other_file(root: Path) -> None:
    (root / "pay" / "circle.yaml").symlink_to("circle.yaml")
    assert [path for path, _ in Disk(root).find("pay/*")] == [
        "pay/circle.yaml",
        "pay/pay.yaml",
        "pay/ship.yaml",
    ]
    assert Disk(root).find("pay/circle.yaml") == [("pay/circle.yaml", {})]
    assert Disk(root).read("pay/circle.yaml") == Fault(
        "unreadable", "This link leads back to itself.", hint="Mend the link, or delete it."
    )


@posix
def test_a_root_behind_a_link_is_a_root(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    door = Disk(root.parent / "link")
    assert door.find("gonogo.yaml") == [("gonogo.yaml", {})]
    assert door.read("gonogo.yaml") == b"name: gonogo.yaml\n"


@posix
def test_pipes_sockets_and_devices_do_not_block(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(root / "pipe.yaml")
    monkeypatch.chdir(root)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.yaml")
        door = Disk(root)
        assert [path for path, _ in door.find("*.yaml")] == [
            ".hidden.yaml",
            "gonogo.yaml",
            "pipe.yaml",
            "socket.yaml",
        ]
        assert code(door.read("pipe.yaml")) == "not-a-file"
        assert code(door.read("socket.yaml")) in ("not-a-file", "unreadable")
    assert code(Disk("/dev").read("zero")) == "not-a-file"


@needs_permissions
def test_what_is_forbidden_says_so(root: Path) -> None:
    (root / "gonogo.yaml").chmod(0)
    (root / "launches").chmod(0)
    door = Disk(root)
    result = door.read("gonogo.yaml")
    assert code(result) == "unreadable"
    assert isinstance(result, Fault)
    assert "Permission denied" in result.message
    found = door.find("launches/{product}/launch.yaml")
    (root / "launches").chmod(0o700)
    assert found == [("launches", {})]


def refuse(error: int, name: str) -> Callable[..., object]:
    real = getattr(os, name)

    def refusing(path: object, *rest: object) -> object:
        if "launches" in os.fspath(path):  # type: ignore[call-overload]
            raise OSError(error, os.strerror(error), path)
        return real(path, *rest)

    return refusing


@pytest.mark.parametrize("error", [errno.EACCES, errno.EIO, errno.EMFILE])
def test_a_folder_that_cannot_be_listed_is_found_itself(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    monkeypatch.setattr(os, "scandir", refuse(error, "scandir"))
    monkeypatch.setattr(os, "open", refuse(error, "open"))
    door = Disk(root)
    assert door.find_all(["launches/{product}/launch.yaml", "**/*.md", "keps/*.yaml"]) == {
        "launches/{product}/launch.yaml": [("launches", {})],
        "**/*.md": [("keps/sig-a/1-one/README.md", {}), ("launches", {})],
        "keps/*.yaml": [("keps/kep.yaml", {})],
    }
    assert code(door.read("launches")) == "unreadable"


def test_a_folder_that_vanishes_is_not_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "scandir", refuse(errno.ENOENT, "scandir"))
    assert Disk(root).find("launches/*/launch.yaml") == []


class Changing:
    """A file that is written to while it is read, so many times."""

    def __init__(self, path: Path, times: int, size: int) -> None:
        self.path, self.times, self.size = path, times, size
        self.read = os.read

    def __call__(self, descriptor: int, size: int) -> bytes:
        content = self.read(descriptor, size)
        if self.times:
            self.times -= 1
            self.path.write_bytes(b"y" * self.size)
            os.utime(self.path, ns=(0, 1_000_000_000 * (self.times + 1)))
        return content


@pytest.mark.parametrize("size", [100, 10, 300])
def test_a_file_that_changes_while_it_is_read(root: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = root / "busy.yaml"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(os, "read", Changing(path, 1, size))
    assert Disk(root).read("busy.yaml") == b"y" * size
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(os, "read", Changing(path, 9, size))
    assert code(Disk(root).read("busy.yaml")) == "changed-while-read"


def test_no_descriptor_is_left_open(root: Path) -> None:
    door = Disk(root)
    before = os.dup(0)
    os.close(before)
    for _ in range(50):
        door.read("gonogo.yaml")
        door.read("launches")
        door.read("nothing")
        door.find("**/*.yaml")
    after = os.dup(0)
    os.close(after)
    assert before == after


# writing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writing_a_new_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.json", "é".encode())
    assert (tmp_path / "report.json").read_bytes() == "é".encode()
    assert names(tmp_path) == ["report.json"]


@posix
def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "report.json", b"x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == 0o640


@posix
def test_permissions_of_what_is_replaced_stay(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    path.chmod(0o604)
    write_whole(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o604)


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "target").write_bytes(b"old")
    (tmp_path / "report.json").symlink_to("there/target")
    (tmp_path / "dangling.json").symlink_to("there/later")
    write_whole(tmp_path / "report.json", b"new")
    write_whole(tmp_path / "dangling.json", b"new")
    assert (tmp_path / "report.json").is_symlink()
    assert (tmp_path / "there" / "target").read_bytes() == b"new"
    assert (tmp_path / "there" / "later").read_bytes() == b"new"
    assert names(tmp_path / "there") == ["later", "target"]


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_whole("report.json", b"x")
    assert (tmp_path / "report.json").read_bytes() == b"x"


def test_a_name_as_long_as_can_be(tmp_path: Path) -> None:
    write_whole(tmp_path / ("x" * 255), b"x")
    assert names(tmp_path) == ["x" * 255]


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()])
def test_when_it_fails_the_old_file_stays_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(disk.os, step, fail)
    with pytest.raises(type(error)):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.json"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_device(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole("/dev/full", b"x" * 10)
    assert caught.value.errno == errno.ENOSPC
    (tmp_path / "report.json").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "report.json", b"x" * 10)
    assert names(tmp_path) == ["report.json"]


@posix
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=write_whole, args=(tmp_path / "pipe", b"report"))
    writer.start()
    assert (tmp_path / "pipe").read_bytes() == b"report"
    writer.join()
    write_whole(os.devnull, b"x")


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="this system names no descriptors")
def test_a_pipe_without_a_path_is_written_to() -> None:
    reading, writing = os.pipe()
    write_whole(f"/dev/fd/{writing}", b"report")
    os.close(writing)
    assert os.read(reading, 100) == b"report"
    os.close(reading)


@pytest.mark.parametrize(
    ("path", "error"),
    [("missing/report.json", FileNotFoundError), (".", IsADirectoryError), ("file/x", NotADirectoryError)],
)
def test_where_nothing_can_be_written(tmp_path: Path, path: str, error: type[OSError]) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(error):
        write_whole(tmp_path / path, b"x")
    assert names(tmp_path) == ["file"]


@needs_permissions
def test_a_file_that_must_not_be_written_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PermissionError):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_file_that_must_not_be_written_is_refused_to_anyone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(disk.os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="Permission denied"):
        write_whole(path, b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["report.json"])


def test_writing_several_files_and_their_folders(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(b"old")
    disk.write_all({str(tmp_path / "a" / "b" / "new.json"): b"1", str(tmp_path / "old.json"): b"2"})
    assert (tmp_path / "a" / "b" / "new.json").read_bytes() == b"1"
    assert (tmp_path / "old.json").read_bytes() == b"2"
    assert names(tmp_path) == ["a", "old.json"]


def test_several_files_are_written_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old.json").write_bytes(b"old")
    full = iter((None, OSError(errno.ENOSPC, "No space left on device")))

    def fsync(_: int) -> None:
        problem = next(full)
        if problem:
            raise problem

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError):
        disk.write_all({str(tmp_path / "old.json"): b"2", str(tmp_path / "a" / "b" / "new.json"): b"1"})
    assert names(tmp_path) == ["old.json"]
    assert (tmp_path / "old.json").read_bytes() == b"old"


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"mine")
    with pytest.raises(OSError):
        disk.write_all({str(tmp_path / "a" / "1"): b"1", str(tmp_path / "b" / "2"): b"2"})
    assert names(tmp_path) == ["b"]


def test_links_without_end_are_told(root: Path) -> None:
    """More of them than Python's own way to follow them has room for."""
    for number in range(2_000):
        (root / f"link{number}").symlink_to(f"link{number + 1}")
    (root / "link2000").write_text("x")
    assert Disk(root).read("link0") == disk.LEADS_BACK
    assert Disk(root).read("link1990") == b"x"

"""The cache of `gonogo check`: a second run says what a run without it would say, whatever has changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import cache, run, shipped
from checker.cli import cached, options
from checker.model import Fault
from checker.render import RENDERERS
from checker.transports import ssh, store
from tests import signing
from tests.cli.conftest import Gonogo, Ran
from tests.cli.workspaces import DAY, FILES, GREEN, write
from tests.policy.floors import ALWAYS, grounded

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="there is no cache without owners of files")

ROOT = Path(__file__).parents[2]


class Runs:
    """Runs of `gonogo check` in one workspace, and whether an earlier one answered."""

    def __init__(self, gonogo: Gonogo, folder: Path, caches: Path) -> None:
        self.gonogo, self.folder, self.caches = gonogo, folder, caches
        self.answers: list[bool] = []

    def __call__(self, *arguments: object) -> Ran:
        return self.gonogo("check", *arguments, cwd=self.folder)

    @property
    def was_answered(self) -> bool:
        return self.answers[-1]

    def is_right(self, *arguments: object) -> Ran:
        """Run with the cache and without: nobody can tell them apart."""
        found = self(*arguments)
        assert found == self(*arguments, "--no-cache")
        return found

    @property
    def entries(self) -> list[Path]:
        return sorted(self.caches.glob("gonogo/*"))


@pytest.fixture
def runs(gonogo: Gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = Runs(gonogo, write(tmp_path / "workspace"), tmp_path / "caches")
    recall = cache.Run.recall

    def watched(run: cache.Run, today: Callable[[tzinfo], object]) -> cache.Kept | None:
        kept = recall(run, today)  # type: ignore[arg-type]
        found.answers.append(kept is not None)
        return kept

    monkeypatch.setattr(cache.Run, "recall", watched)
    return found


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Let the clock of the command line stand still."""

    class Still(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Still:
            return cls.fromisoformat(moment).astimezone(tz)

    for module in (options, cached):
        monkeypatch.setattr(module, "datetime", Still)


@pytest.mark.parametrize("format", RENDERERS)
def test_an_equal_run_says_the_same(runs: Runs, format: str) -> None:
    first = runs("--output-format", format)
    assert (first.code, runs.was_answered) == (1, False)
    assert runs("--output-format", format) == first
    assert runs.was_answered
    runs.is_right("--output-format", format)


def test_a_damaged_key_is_new_once_it_is_deleted(runs: Runs, tmp_path: Path) -> None:
    first = runs()
    key = tmp_path / "state" / "gonogo" / "cache.key"
    key.write_bytes(b"short")
    assert [runs(), runs()] == [first, first]
    assert not runs.was_answered
    key.unlink()
    assert runs() == first
    assert (runs(), runs.was_answered) == (first, True)


def test_files_are_written_again(runs: Runs, tmp_path: Path) -> None:
    outputs = (
        "--output-format",
        f"json={tmp_path / 'report.json'}",
        "--output-format",
        f"sarif={tmp_path / 's'}",
    )
    first = runs(*outputs)
    written = [(tmp_path / name).read_bytes() for name in ("report.json", "s")]
    for name in ("report.json", "s"):
        (tmp_path / name).unlink()
    assert runs(*outputs) == first
    assert runs.was_answered
    assert [(tmp_path / name).read_bytes() for name in ("report.json", "s")] == written


def test_an_output_that_would_fall_on_what_was_read_is_refused_again(runs: Runs) -> None:
    arguments = ("--output-format", "json=out.yaml")
    runs(*arguments)
    os.rename(runs.folder / "out.yaml", runs.folder / "out")
    (runs.folder / "out.yaml").symlink_to("launches/checkout.yaml")
    assert runs(*arguments).code == 2
    assert (runs.folder / "launches/checkout.yaml").read_text() == GREEN


def test_the_cache_can_be_thrown_away(runs: Runs) -> None:
    first = runs()
    shutil.rmtree(runs.caches)
    assert runs() == first
    assert not runs.was_answered


def test_nothing_is_read_or_kept_with_no_cache(runs: Runs) -> None:
    runs("--no-cache")
    assert (runs.answers, runs.entries) == ([], [])


# what changes: the files


def _same_size_and_time(folder: Path) -> None:
    path = folder / "launches/checkout.yaml"
    before = path.stat()
    path.write_text(GREEN.replace("Ada Example", "TBD        "))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _replace(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new))

    return change


def _put(path: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)

    return change


def _link_out(folder: Path) -> None:
    outside = folder.parent / "outside.yaml"
    os.rename(folder / "launches/checkout.yaml", outside)
    (folder / "launches/checkout.yaml").symlink_to(outside)


def _link_inside(folder: Path) -> None:
    os.rename(folder / "launches/checkout.yaml", folder / "elsewhere.yaml")
    (folder / "launches/checkout.yaml").symlink_to("../elsewhere.yaml")


CHANGES: dict[str, Callable[[Path], object]] = {
    "an artifact, of the same size and time": _same_size_and_time,
    "an artifact added": _put("launches/pay.yaml", GREEN.replace("checkout", "pay")),
    "an artifact removed": lambda folder: (folder / "launches/search.yaml").unlink(),
    "an artifact renamed": lambda folder: os.rename(
        folder / "launches/search.yaml", folder / "launches/a.yaml"
    ),
    "an artifact that is a folder": lambda folder: (
        (folder / "launches/search.yaml").unlink() or (folder / "launches/search.yaml").mkdir()
    ),
    "an artifact that leads out": _link_out,
    "nothing but where an artifact lies": _link_inside,
    "a folder of artifacts removed": lambda folder: shutil.rmtree(folder / "launches"),
    "an artifact that is no text": lambda folder: (folder / "launches/search.yaml").write_bytes(
        b"\xff\xfe\0"
    ),
    "an artifact too large": lambda folder: os.truncate(folder / "launches/search.yaml", 17 * 1024 * 1024),
    "a policy": _replace("policies/rollback.policy.yaml", "severity: low", "severity: high"),
    "a policy added": _put(
        "policies/more.policy.yaml",
        FILES["policies/rollback.policy.yaml"].replace("launch.rollback", "launch.more"),
    ),
    "a policy removed": lambda folder: (folder / "policies/rollback.policy.yaml").unlink(),
    "a policy broken": _replace("policies/rollback.policy.yaml", "assert: filled(", "assert: filed("),
    "the pack": _replace("policies/pack.yaml", "1.0.0", "2.0.0"),
    "the configuration": _replace("gonogo.yaml", "acme", "zenith"),
    "the zone": _replace("gonogo.yaml", "Europe/London", "Pacific/Auckland"),
    "a gate": lambda folder: (
        _replace("gonogo.yaml", "packs:", "gates: gates/*.gate.yaml\npacks:")(folder),
        _put(
            "gates/ga.gate.yaml",
            "gate: ga\ntitle: GA\npolicies: [ { policy: launch.rollback, as: advisory } ]\n",
        )(folder),
    ),
    "nothing that counts": _put("README.md", "Nobody reads this."),
    "nothing at all": lambda folder: None,
}


@pytest.mark.parametrize("format", ["terminal", "json"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_files_is_never_missed(runs: Runs, change: str, format: str) -> None:
    arguments = ("--clock", DAY, "--output-format", format)
    first = runs(*arguments)
    CHANGES[change](runs.folder)
    found = runs.is_right(*arguments)
    assert runs.answers[1] == change.startswith("nothing")
    assert (found == first) or not runs.answers[1]


LOOKED_FOR = """\
version: 1
name: acme
packs: [ ./policies ]
waivers: waivers/*.waiver.yaml
gates: gates/*.gate.yaml
data: { groups: people/groups.yaml }
subjects:
  - kind: launch-plan
    files: launches/{launch}.yaml
  - kind: prd
    files: products/**/prd.md
    optional: true
"""


@pytest.mark.parametrize("path", ["gates/a.gate.yaml", "products/a/b/prd.md", "people/groups.yaml"])
def test_what_was_looked_for_in_vain_and_is_there_now_counts(runs: Runs, path: str) -> None:
    write(runs.folder, gonogo=LOOKED_FOR)
    (runs.folder / "people").mkdir()
    runs()
    _put(path, "[]")(runs.folder)
    runs.is_right()
    assert not any(runs.answers)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_byte_of_any_file_is_never_missed(runs: Runs, data: st.DataObject) -> None:
    for path, text in FILES.items():
        (runs.folder / path).write_text(text)
    runs("--clock", DAY)
    path = runs.folder / data.draw(st.sampled_from(sorted(FILES)))
    raw = bytearray(path.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    runs.is_right("--clock", DAY)


def test_a_file_that_changes_during_the_run_is_not_taken_for_what_was_judged(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = cache.Run.keep

    def late(run: cache.Run, *arguments: object) -> None:
        _replace("launches/checkout.yaml", "Ada Example", "TBD")(runs.folder)
        keep(run, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cache.Run, "keep", late)
    runs("--clock", DAY)
    monkeypatch.setattr(cache.Run, "keep", keep)
    runs.is_right("--clock", DAY)


FLOOR_CHANGES: dict[str, Callable[[Path], object]] = {
    "a policy": _replace("governance/policies/named.policy.yaml", "default: 2", "default: 20"),
    "a policy added": _put(
        "governance/policies/more.policy.yaml", ALWAYS.replace("launch.named", "launch.more")
    ),
    "the register": _replace("governance/products.yaml", "stage: ga", "stage: idea"),
    "the people": _replace("governance/people.yaml", "Ben Sample", "Ben Specimen"),
    "a lock": _put("shop/gonogo.lock", "lock: 1\n"),
    "the floor elsewhere": lambda folder: os.rename(folder / "governance", folder / "elsewhere"),
    "nothing that counts": _put("governance/README.md", "Nobody reads this."),
}


@pytest.mark.parametrize("change", FLOOR_CHANGES)
@pytest.mark.parametrize("given", [False, True])
def test_a_change_of_the_floor_is_never_missed(runs: Runs, tmp_path: Path, change: str, given: bool) -> None:
    runs.folder = grounded(tmp_path)
    link = tmp_path / "floor"
    link.symlink_to("governance")
    arguments = ("--clock", DAY, *(("--floor", link) if given else ()))
    assert runs(*arguments).code == 0
    FLOOR_CHANGES[change](tmp_path)
    if link.exists():
        runs.is_right(*arguments)
        assert runs.was_answered == change.startswith("nothing")


# what changes: how it is called


@pytest.mark.parametrize(
    "arguments",
    [
        ("--quiet",),
        ("--statistics",),
        ("--severity", "high"),
        ("--rule", "launch.rollback.owner"),
        ("--kind", "launch-plan"),
        ("--param", "max_age_days=300"),
        ("--param", "max_age_days=3"),
        ("launches/search.yaml",),
        ("--clock", "2026-06-02"),
        ("--color", "always"),
        ("--output-format", "json"),
        ("--output-format", "markdown"),
        ("--policies", "."),
    ],
)
def test_another_call_is_another_run(runs: Runs, arguments: tuple[str, ...]) -> None:
    runs()
    runs.is_right(*arguments)
    assert not any(runs.answers)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("COLUMNS", "40")])
def test_another_terminal_is_another_run(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setattr("checker.cli.console.is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "100")
    runs()
    monkeypatch.setenv(name, value)
    runs.is_right()
    assert not any(runs.answers)


def test_a_link_to_other_files_is_another_run(runs: Runs) -> None:
    link = runs.folder / "chosen"
    (runs.folder / "launches/a").mkdir()
    link.symlink_to("launches")
    runs("chosen/search.yaml", "--clock", DAY)
    link.unlink()
    link.symlink_to("policies")
    (runs.folder / "policies/search.yaml").write_text("-")
    runs.is_right("chosen/search.yaml", "--clock", DAY)
    assert not any(runs.answers)


def test_another_folder_is_another_run(runs: Runs, gonogo: Gonogo) -> None:
    runs()
    other = write(runs.folder.parent / "other")
    gonogo("check", cwd=other)
    gonogo("check", "--workspace", other, cwd=other)
    gonogo("check", "--workspace", ".", cwd=runs.folder)
    assert not any(runs.answers)


# what changes: the time


def test_the_same_day_is_the_same_and_the_next_is_not(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-08-17T00:30:00+01:00")  # London's summer: yet the day before in UTC
    first = runs()
    at(monkeypatch, "2026-08-17T23:59:59+01:00")
    assert runs.is_right() == first
    at(monkeypatch, "2026-08-18T00:00:00+01:00")
    runs.is_right()
    assert runs.answers == [False, True, False]


def test_a_result_that_the_day_changes_is_not_held_back(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-08-18T12:00:00+01:00")  # 90 days after the rehearsal
    first = runs("launches/checkout.yaml")
    at(monkeypatch, "2026-08-19T12:00:00+01:00")
    assert runs.is_right("launches/checkout.yaml") != first


def test_a_clock_that_is_stated_holds_on_every_day(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    first = runs("--clock", DAY)
    at(monkeypatch, "2031-01-01T12:00:00Z")
    assert runs.is_right("--clock", DAY) == first
    assert runs.answers == [False, True]


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Path]:
    """A copy of what the system knows of London."""
    folder = tmp_path / "zoneinfo"
    for name in ("Europe/London", "tzdata.zi"):
        found = next((Path(each, name) for each in zoneinfo.TZPATH if Path(each, name).is_file()), None)
        if found is None:
            pytest.skip("this system has no database of time zones")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(found, folder / name)
    zoneinfo.reset_tzpath(to=[folder])
    zoneinfo.ZoneInfo.clear_cache()
    yield folder
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.parametrize("name", ["Europe/London", "tzdata.zi"])
def test_other_time_zones_are_another_run(runs: Runs, zones: Path, name: str) -> None:
    runs("--clock", DAY)
    runs("--clock", DAY)
    with (zones / name).open("ab") as file:
        file.write(b"\n#")
    runs.is_right("--clock", DAY)
    assert runs.answers == [False, True, False]


def test_time_zones_of_an_unknown_release_are_not_relied_on(runs: Runs, zones: Path) -> None:
    (zones / "tzdata.zi").unlink()
    runs()
    assert runs.entries == []


# what changes: gonogo itself


def test_other_code_is_another_run(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copytree(shipped.SCHEMAS, tmp_path / "schemas"))
    monkeypatch.setattr(shipped, "SCHEMAS", str(copy))
    runs()
    runs()
    path = next(copy.glob("*.json"))
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    runs.is_right()
    assert runs.answers == [False, True, False]


def test_code_that_changes_during_the_run_is_not_taken_for_what_ran(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identities = iter(["one", "other"])
    monkeypatch.setattr(cache, "identity", lambda: next(identities))
    runs()
    assert runs.entries == []


def test_another_release_beside_it_is_another_run(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    before = tmp_path / "packages" / "pyyaml-6.0.3.dist-info"
    before.mkdir(parents=True)
    runs()
    before.rename(before.with_name("pyyaml-6.0.4.dist-info"))
    runs()
    assert runs.answers == [False, False]


# what changes: the entry


def test_a_forged_entry_changes_no_verdict(runs: Runs) -> None:
    first = runs("--clock", DAY)
    assert first.code == 1
    (path,) = runs.entries
    raw = path.read_bytes()
    forged = raw.replace(b'"exit_code": 1', b'"exit_code": 0').replace(b"NO-GO", b"   GO")
    assert forged != raw
    path.write_bytes(forged)
    assert runs("--clock", DAY) == first
    assert not runs.was_answered
    assert path.read_bytes() == raw  # and the next one is believed again
    assert runs("--clock", DAY) == first
    assert runs.was_answered


def test_an_entry_of_before_is_believed_of_before_alone(runs: Runs) -> None:
    first = runs("--clock", DAY)
    (path,) = runs.entries
    raw = path.read_bytes()
    _replace("launches/search.yaml", "TBD", "Ben Sample")(runs.folder)
    assert runs.is_right("--clock", DAY).code == 0
    path.write_bytes(raw)  # an entry that was true once, put back by somebody
    assert runs.is_right("--clock", DAY).code == 0
    _replace("launches/search.yaml", "Ben Sample", "TBD")(runs.folder)
    assert runs.is_right("--clock", DAY) == first


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\0\0\0\2[]", b"\0\0\0\2{}", b"\xff\xff\xff\xff", b"\0\0\0\1{", b"\0\0\0\4null"]
)
def test_what_is_no_entry_is_none_even_if_it_is_vouched_for(runs: Runs, content: bytes) -> None:
    first = runs()
    opened = store.open_store()
    assert isinstance(opened, store.Store)
    opened.put(runs.entries[0].name, content)
    assert runs() == first


# what is not kept


def test_what_something_is_wrong_with_is_not_kept(runs: Runs) -> None:
    _replace("policies/rollback.policy.yaml", "assert: filled(", "assert: filed(")(runs.folder)
    assert runs().code == 2
    assert runs.entries == []


@pytest.mark.parametrize("clock", ["now", "clock", "as-of"])
@pytest.mark.parametrize("commit", ["", "HEAD"])
def test_what_git_answers_is_not_kept(
    runs: Runs, clock: Literal["now", "clock", "as-of"], commit: str
) -> None:
    git(runs.folder, "init", "-q")
    git(runs.folder, "add", "-A")
    git(runs.folder, "commit", "-qm", "one")
    opened = store.open_store()
    assert isinstance(opened, store.Store)
    heard = cache.Run(opened, ["a run"])
    moment = datetime.now(UTC)
    folder = str(runs.folder)
    report = run.check(run.Request(folder, moment.astimezone, clock=clock, commit=commit, heard=heard))
    heard.keep(cache.Kept(report.exit_code, report.verdict, (), ()), report.as_of, False)
    assert bool(runs.entries) == (not commit and clock != "as-of")


def test_a_run_that_asked_nothing_is_not_kept(runs: Runs) -> None:
    opened = store.open_store()
    assert isinstance(opened, store.Store)
    cache.Run(opened, ["a run"]).keep(cache.Kept(0, "go", (), ()), datetime.now(UTC), False)
    assert runs.entries == []


# signatures

WAIVER = """\
waiver: WVR-1
rule: launch.rollback.owner
subject: search
owner: Ada Example
reason: The owner of the rollback starts on Monday.
approver: Ben Sample
granted: 2026-05-30
expires: 2026-07-01
accepts:
  - { subject: search, saw: "sha256:%s", shown: "subject.rollback.owner: TBD" }
""" % ("0" * 64)


@pytest.fixture
def signed(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace with a waiver that Ben signed; the folder of his key and a stranger's."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    keys = signing.keys(tmp_path_factory.mktemp("keys"), "ben", "stranger")
    more = "waivers: waivers/*.waiver.yaml\npeople: people.yaml\nsigners: keys\n"
    write(runs.folder, gonogo=FILES["gonogo.yaml"] + more)
    people = "people:\n  - { id: ben, name: Ben Sample }\nroles: []\n"
    signers = signing.allowed(keys, ben="ben")
    for path, text in (("people.yaml", people), ("keys", signers), ("waivers/a.waiver.yaml", WAIVER)):
        _put(path, text)(runs.folder)
    sign(runs.folder, keys / "ben")
    return keys


def sign(folder: Path, key: Path) -> None:
    made = ssh.sign((folder / "waivers/a.waiver.yaml").read_bytes(), str(key))
    assert isinstance(made, bytes)
    (folder / "waivers/a.waiver.yaml.sig").write_bytes(made)


SIGNED = ("--clock", DAY, "--output-format", "json")


def assurance(ran: Ran) -> str:
    (waiver,) = json.loads(ran.out)["waivers"]
    return str(waiver["approval"]["assurance"])


def test_a_run_that_checks_signatures_is_kept_and_checks_them_anew(
    runs: Runs, signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = runs(*SIGNED)
    assert assurance(first) == "signed"
    checks: list[object] = []
    verify = ssh.verify

    def counted(*given: Any, **named: Any) -> object:
        checks.append(given)
        return verify(*given, **named)

    monkeypatch.setattr(ssh, "verify", counted)
    assert (runs(*SIGNED), runs.was_answered) == (first, True)
    assert len(checks) == 1


CHANGED_SIGNATURES: dict[str, Callable[[Path, Path], object]] = {
    "another's": lambda folder, keys: sign(folder, keys / "stranger"),
    "none": lambda folder, _: (folder / "waivers/a.waiver.yaml.sig").unlink(),
    "of other words": lambda folder, _: _replace("waivers/a.waiver.yaml", "Monday", "Friday")(folder),
    "of a key that nobody has any more": lambda folder, _: (folder / "keys").write_text(""),
    "of a key that is somebody else's": lambda folder, _: _replace("keys", "ben ", "ada ")(folder),
    "of a key that is no longer valid": lambda folder, _: _replace(
        "keys", "ben ", 'ben valid-before="20260101" '
    )(folder),
}


@pytest.mark.parametrize("change", CHANGED_SIGNATURES)
def test_a_change_of_a_signature_is_never_missed(runs: Runs, signed: Path, change: str) -> None:
    before = runs(*SIGNED)
    CHANGED_SIGNATURES[change](runs.folder, signed)
    after = runs.is_right(*SIGNED)
    assert not runs.answers[1]
    assert (assurance(before), assurance(after)) == ("signed", "asserted")


@pytest.mark.parametrize("says", ["no", "nothing", "something else"])
def test_a_program_that_says_otherwise_is_believed(
    runs: Runs, signed: Path, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = runs(*SIGNED)
    other = tmp_path / "programs"
    other.mkdir()
    if says != "nothing":
        said = "exit 1" if says == "no" else "echo 'Good signature with ED25519 key SHA256:another'"
        (other / "ssh-keygen").write_text(f"#!/bin/sh\n{said}\n")
        (other / "ssh-keygen").chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{other}:/nowhere" if says == "nothing" else f"{other}:{os.environ['PATH']}")
        found = runs.is_right(*SIGNED)
        assert (found != first, runs.answers[1]) == (True, False)
    runs.is_right(*SIGNED)


def test_a_signature_of_what_was_not_read_answers_for_nothing(runs: Runs) -> None:
    opened = store.open_store()
    assert isinstance(opened, store.Store)
    first = cache.Run(opened, ["a run"])
    assert isinstance(first.verify(b"text", b"signature", b"keys", "ben"), Fault)
    first.keep(cache.Kept(0, "go", (), ()), datetime.now(UTC), False)
    assert len(runs.entries) == 1
    assert cache.Run(opened, ["a run"]).recall(lambda zone: datetime.now(zone).date()) is None


# the commit that an output names


def git(folder: Path, *arguments: str) -> None:
    settings = (
        "-c",
        "user.name=Ada Example",
        "-c",
        "user.email=ada@example.com",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(["git", "-C", str(folder), *settings, *arguments], check=True, capture_output=True)


def test_another_commit_of_the_same_files_is_named(runs: Runs) -> None:
    git(runs.folder, "init", "-q")
    git(runs.folder, "add", "-A")
    git(runs.folder, "commit", "-qm", "one")
    arguments = ("--clock", DAY, "--output-format", "json")
    first = runs(*arguments)
    assert runs.is_right(*arguments) == first
    git(runs.folder, "commit", "-qm", "two", "--allow-empty")
    assert runs.is_right(*arguments) != first
    assert runs.answers == [False, True, False]
    terminal = runs("--clock", DAY)
    git(runs.folder, "commit", "-qm", "three", "--allow-empty")
    assert runs("--clock", DAY) == terminal
    assert runs.was_answered


def test_files_that_come_into_a_repository_and_leave_it(runs: Runs) -> None:
    arguments = ("--clock", DAY, "--output-format", "json")
    first = runs(*arguments)
    git(runs.folder, "init", "-q")
    git(runs.folder, "add", "-A")
    git(runs.folder, "commit", "-qm", "one")
    assert runs.is_right(*arguments) != first
    _replace("launches/search.yaml", "TBD", "Ben Sample")(runs.folder)
    runs.is_right(*arguments)
    _replace("launches/search.yaml", "Ben Sample", "TBD")(runs.folder)
    runs.is_right(*arguments)
    shutil.rmtree(runs.folder / ".git")
    assert runs.is_right(*arguments) == first


# that nothing is overheard


WATCH = """
import json, os, sys
seen = []
def hook(event, arguments):
    if event in ("open", "os.scandir", "os.listdir") and isinstance(arguments[0], (str, bytes)):
        seen.append(os.path.realpath(os.fsdecode(arguments[0])))
    elif event in ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.system", "socket.connect"):
        seen.append(f"{event} {arguments[0]}")
sys.addaudithook(hook)
from checker.cli import root
code = root.main(json.loads(sys.argv[1]))
print(json.dumps(seen), file=sys.stderr)
"""


@pytest.mark.parametrize("example", ["company", "floor", "made-up"])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_every_file_that_is_opened_was_asked_for_through_a_door(
    runs: Runs, example: str, elsewhere: bool, tmp_path: Path
) -> None:
    """What was not heard could change without anybody noticing: the system itself tells what was opened."""
    folder = runs.folder
    if example == "company":
        folder = Path(shutil.copytree(ROOT / "examples" / "company", tmp_path / "example"))
    if example == "floor":
        folder = grounded(tmp_path)
    judging = Path(shutil.copytree(folder, tmp_path / "judging"))
    more = ["--policies", str(judging)] if elsewhere else []
    done = subprocess.run(
        [sys.executable, "-c", WATCH, json.dumps(["check", "--workspace", str(folder), *more])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stderr.splitlines()[-1])
    (path,) = runs.entries
    raw = path.read_bytes()[32:]
    size = int.from_bytes(raw[:4], "big")
    heard = json.loads(raw[4 : 4 + size])["heard"]
    asked = {os.path.realpath(os.path.join(door, question[1])) for door, question, _ in heard if door}
    where = tuple(f"{each}/" for each in (folder, judging, tmp_path / "governance"))
    opened = {path for path in seen if path.startswith(where) and os.path.isfile(path)}
    assert opened
    assert opened <= asked
    programs = {each for each in seen if not each.startswith("/")}
    assert programs == ({"subprocess.Popen ssh-keygen"} if example == "company" else set())
    assert len([each for each in heard if each[1][0] == "verify"]) >= len(programs)

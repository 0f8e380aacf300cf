"""`gonogo baseline`: what it takes in, that it only ever narrows, and what a check makes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.authoring import baseline as authoring
from checker.documents import read
from tests.cli.conftest import Gonogo
from tests.cli.test_waive import PEOPLE, set_today, tree
from tests.cli.workspaces import CONFIGURATION, GREEN, PACK, write
from tests.signing import allowed, keys

FILE = "waivers/baseline.waiver.yaml"
MADE = (
    *("baseline", "--owner", "Ada Example", "--approver", "Ben Sample", "--expires", "2026-12-31"),
    *("--reason", "These were written before the rules."),
)
POLICY = """\
policy: launch.late
version: 1.2.0
title: Rules that came late
owner: product-operations
subject: launch-plan
rules:
  - id: launch.late.owner
    title: The launch has an owner
    assert: filled(subject.owner)
  - id: launch.late.step
    title: Every step has an owner
    each: "has(subject.rollback) && has(subject.rollback.steps) ? subject.rollback.steps : []"
    key: item.id
    allow_empty: true
    assert: filled(item.owner)
  - id: launch.late.name
    title: The name is no placeholder
    waivable: false
    assert: filled(subject.name)
  - id: launch.late.tier
    title: The tier divides
    assert: 12 / subject.tier > 2
"""
STEPS = "[ { id: back, action: Go back. }, { id: on, action: Go on. } ]"
FILES: Mapping[str, str] = {
    "gonogo.yaml": f"{CONFIGURATION}people: people.yaml\nsigners: signers\nwaivers: waivers/*.waiver.yaml\n",
    "people.yaml": PEOPLE,
    "policies/pack.yaml": PACK,
    "policies/late.policy.yaml": POLICY,
    "launches/a.yaml": "id: a\nname: A\nowner: TBD\ntier: 1\n",
    "launches/b.yaml": f"id: b\nname: B\nowner: Ada Example\ntier: 1\nrollback: {{ steps: {STEPS} }}\n",
    "launches/c.yaml": "id: c\nname: C\ntier: 1\n",
    "launches/d.yaml": GREEN.replace("checkout", "d") + "owner: Ada Example\ntier: 1\n",
}


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keys(tmp_path_factory.mktemp("keys"), "ben") / "ben"


@pytest.fixture
def workspace(tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    set_today(monkeypatch, "2026-06-15")
    return write(write(tmp_path, FILES), {"signers": allowed(key.parent, ben="ben@acme.example")})


def accepted(workspace: Path) -> list[tuple[str, ...]]:
    """Rule, subject and element of every entry, in the order of the file."""
    reading = read((workspace / FILE).read_bytes(), "yaml")
    assert not reading.faults
    rules = reading.documents[0].data["rules"]
    return [
        (rule.removeprefix("launch.late."), *filter(None, (entry["subject"], entry.get("key"))))
        for rule, part in rules.items()
        for entry in part["accepts"]
    ]


ALL = [("owner", "a"), ("owner", "c"), ("step", "b", "back"), ("step", "b", "on")]


def counts(gonogo: Gonogo, workspace: Path) -> tuple[int, int, int, int]:
    """The exit code of a check, and how many passed, failed unwaived, and were waived."""
    ran = gonogo("check", "--output-format", "json", cwd=workspace)
    results = json.loads(ran.out)["results"]
    fails = [result for result in results if result["outcome"] == "fail"]
    waived = sum(result["waived"] is not None for result in fails)
    return ran.code, sum(r["outcome"] == "pass" for r in results), len(fails) - waived, waived


def test_all_that_blocks_is_accepted_and_stays_a_failure(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    before, files = counts(gonogo, workspace), tree(workspace)
    assert (before[0], before[2:]) == (1, (4, 0))
    ran = gonogo(*MADE, "--sign", key, cwd=workspace)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"wrote {FILE}: 4 failures of 2 rules on 3 subjects, until 2026-12-31\n"
        "  launch.late.owner: 2\n"
        "  launch.late.step: 2\n"
        "Next: commit it with its signature\n"
    )
    assert accepted(workspace) == ALL
    assert {path for path in tree(workspace) if path not in files} == {FILE, f"{FILE}.sig"}
    assert counts(gonogo, workspace) == (0, before[1], 0, 4)
    report = json.loads(gonogo("check", "--output-format", "json", cwd=workspace).out)
    assert (report["verdict"], report["without_waivers"]) == ("conditional", "no-go")
    states = [(w["id"], w["type"], w["status"], w["covers"]) for w in report["waivers"]]
    assert states == [
        ("baseline:launch.late.owner", "baseline", "active", 2),
        ("baseline:launch.late.step", "baseline", "active", 2),
    ]


def test_the_file_has_a_line_an_entry(gonogo: Gonogo, workspace: Path) -> None:
    gonogo(*MADE, "--ticket", "OPS-7", "--control", "Somebody watches.", cwd=workspace)
    text = re.sub("sha256:[0-9a-f]{64}", "sha256:…", (workspace / FILE).read_text())
    assert (
        text
        == """\
waiver: baseline
type: baseline
reason: These were written before the rules.
owner: Ada Example
approver: Ben Sample
granted: "2026-06-15"
expires: "2026-12-31"
ticket: OPS-7
compensating_control: Somebody watches.
rules:
  launch.late.owner:
    policy_version: 1
    accepts:
      - { subject: "a", shown: 'subject.owner: "TBD"', saw: sha256:… }
      - { subject: "c", shown: "subject.owner: absent", saw: sha256:… }
  launch.late.step:
    policy_version: 1
    accepts:
      - { subject: "b", key: "back", shown: "item.owner is absent; item.owner: absent", saw: sha256:… }
      - { subject: "b", key: "on", shown: "item.owner is absent; item.owner: absent", saw: sha256:… }
"""
    )


def test_what_nobody_vouches_for_accepts_nothing(gonogo: Gonogo, workspace: Path) -> None:
    ran = gonogo(*MADE, cwd=workspace)
    assert f"Next: Ben Sample signs it (ssh-keygen -Y sign -n gonogo -f KEY {FILE})" in ran.out
    assert counts(gonogo, workspace)[2:] == (4, 0)
    assert gonogo("baseline", "--update", cwd=workspace).out == (
        f"{FILE} is as narrow as it can be: 4 left\nStill in the way:\n"
        "  launch.late.owner: 2 in it, but it does not hold: gonogo check says why\n"
        "  launch.late.step: 2 in it, but it does not hold: gonogo check says why\n"
    )


def test_what_cannot_be_taken_in_is_told(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    write(workspace, {"launches/e.yaml": "id: e\nname: TBD\nowner: Ada Example\ntier: 2\n"})
    write(workspace, {"launches/f.yaml": "id: f\nname: [\n"})
    write(workspace, {"launches/g.yaml": "id: g\nname: G\nowner: Ada Example\ntier: nine\n"})
    write(
        workspace,
        {"policies/late.policy.yaml": POLICY.replace("12 / subject.tier", "12 / (subject.tier - 1)")},
    )
    ran = gonogo(*MADE, "--sign", key, cwd=workspace)
    assert ran.code == 0
    told = ran.out.partition("Still in the way:\n")[2].splitlines()
    undecided = "could not be decided, and only a failure can be waived"
    assert told[:-1] == [
        "  launch-plan.readable: 1 cannot be waived: mend it",
        f"  launch-plan.schema: 1 {undecided}",
        "  launch.late.name: 1 cannot be waived: mend it",
        f"  launch.late.name: 1 {undecided}",
        f"  launch.late.owner: 1 {undecided}",
        f"  launch.late.step: 1 {undecided}",
        f"  launch.late.tier: 6 {undecided}",
    ]
    assert accepted(workspace) == [("launch-plan.schema", "g"), *ALL]
    assert counts(gonogo, workspace)[0] == 1


def test_what_comes_later_is_never_taken_in(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    gonogo(*MADE, "--sign", key, cwd=workspace)
    before = tree(workspace)
    write(workspace, {"launches/new.yaml": "id: new\nname: New\ntier: 1\n"})
    assert counts(gonogo, workspace)[::2] == (1, 1)
    ran = gonogo("baseline", "--update", cwd=workspace)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"{FILE} is as narrow as it can be: 4 left\n"
        "Still in the way:\n"
        "  launch.late.owner: 1 came later: mend it, or waive it by itself\n"
    )
    again = gonogo(*MADE, "--sign", key, cwd=workspace)
    assert (again.code, again.out) == (2, "")
    assert again.err == (
        f"gonogo: there is a baseline already: {FILE}. gonogo baseline --update takes out what fails no "
        "more; what came later is mended, or waived by itself.\n"
    )
    (workspace / "launches/new.yaml").unlink()
    assert tree(workspace) == before


def late(change: tuple[str, str]) -> dict[str, str | None]:
    """The policy with one change."""
    return {"policies/late.policy.yaml": POLICY.replace(*change)}


CHANGES: dict[str, tuple[dict[str, str | None], list[tuple[str, ...]]]] = {
    "mended": ({"launches/a.yaml": "id: a\nname: A\nowner: Ada Example\ntier: 1\n"}, ALL[1:]),
    "fails in another way": ({"launches/a.yaml": "id: a\nname: A\nowner: n/a\ntier: 1\n"}, ALL[1:]),
    "an element is mended": (
        {
            "launches/b.yaml": FILES["launches/b.yaml"].replace(
                "Go back. }", "Go back., owner: Ada Example }"
            )
        },
        [*ALL[:2], ALL[3]],
    ),
    "an element is gone": (
        {"launches/b.yaml": FILES["launches/b.yaml"].replace("{ id: back, action: Go back. }, ", "")},
        [*ALL[:2], ALL[3]],
    ),
    "an artifact is gone": ({"launches/c.yaml": None}, [ALL[0], *ALL[2:]]),
    "a rule is gone": (late(("late.owner", "late.owned")), ALL[2:]),
    "a rule cannot be waived any more": (
        late(("launch has an owner", "owner\n    waivable: false")),
        ALL[2:],
    ),
    "a rule does not apply": (
        late(("launch has an owner", "owner\n    when: subject.tier == 3")),
        ALL[2:],
    ),
    "a rule ends in an error": (
        late(("filled(subject.owner)", "1 / (subject.tier - 1) > 0")),
        ALL,
    ),
    "an artifact cannot be read": ({"launches/c.yaml": "id: ["}, ALL),
    "an artifact breaks its schema": ({"launches/c.yaml": "id: c\nname: C\ntier: nine\n"}, ALL),
    "nothing is there": (dict.fromkeys((f"launches/{id}.yaml" for id in "abcd"), None), ALL),
    "it is told where it was moved from": (
        {"launches/a.yaml": None, "launches/z.yaml": "id: z\nformerly: [ a ]\nname: Z\nowner: TBD\ntier: 1"},
        ALL,
    ),
    "nothing changed": ({}, ALL),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_an_update_takes_out_what_is_known_to_fail_no_more(
    gonogo: Gonogo, workspace: Path, key: Path, what: str
) -> None:
    changes, left = CHANGES[what]
    assert gonogo(*MADE, "--sign", key, cwd=workspace).code == 0
    for path, text in changes.items():
        (workspace / path).unlink(missing_ok=True)
        if text is not None:
            (workspace / path).write_text(text)
    before = tree(workspace)
    narrow = left == ALL
    checked = gonogo("baseline", "--check", cwd=workspace)
    assert (checked.code, checked.err) == (0 if narrow else 1, ""), checked
    assert tree(workspace) == before
    ran = gonogo("baseline", "--update", "--sign", key, cwd=workspace)
    assert (ran.code, ran.err) == (0, "")
    assert accepted(workspace) == left
    assert gonogo("baseline", "--check", cwd=workspace).code == 0
    gone = [
        line for line in before[FILE].splitlines() if line not in (workspace / FILE).read_bytes().splitlines()
    ]
    assert len([line for line in gone if line.startswith(b"      - ")]) == len(ALL) - len(left)


def test_what_comes_back_after_an_update_blocks(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    gonogo(*MADE, "--sign", key, cwd=workspace)
    write(workspace, {"launches/a.yaml": FILES["launches/a.yaml"].replace("TBD", "Ada Example")})
    state = counts(gonogo, workspace)
    assert (state[0], state[2:]) == (0, (0, 3))  # what it accepts in vain is told, and fails nothing
    told = gonogo("check", "--output-format", "json", cwd=workspace).out
    assert "1 that it accepted fails no more: gonogo baseline --update" in told
    checked = gonogo("baseline", "--check", cwd=workspace)
    assert (checked.code, checked.out) == (
        1,
        f"{FILE} accepts 1 failure of 4 that are no more\n  launch.late.owner: `a`\n"
        "Next: gonogo baseline --update\n",
    )
    ran = gonogo("baseline", "--update", "--sign", key, cwd=workspace)
    assert ran.out.startswith(
        f"wrote {FILE}: 1 taken out, 3 failures of 2 rules on 2 subjects left, until 2026-12-31\n"
        "  launch.late.owner: `a`\n"
    )
    assert counts(gonogo, workspace)[0] == 0
    write(workspace, {"launches/a.yaml": FILES["launches/a.yaml"]})
    assert counts(gonogo, workspace)[::2] == (1, 1)


def test_what_fails_in_another_way_is_told_and_blocks(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    gonogo(*MADE, "--sign", key, cwd=workspace)
    write(workspace, {"launches/a.yaml": FILES["launches/a.yaml"].replace("TBD", "n/a")})
    ran = gonogo("check", "--output-format", "json", cwd=workspace)
    states = {waiver["id"]: waiver for waiver in json.loads(ran.out)["waivers"]}
    told = states["baseline:launch.late.owner"]
    assert (ran.code, told["status"], told["covers"]) == (1, "changed", 1)
    assert told["message"] == (
        '`a` is no longer what was accepted (subject.owner: "TBD") but subject.owner: "n/a"; 1 failure as '
        "accepted stays waived: mend it, or waive it by itself"
    )


def test_what_a_signature_makes_hold_is_not_in_the_way(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    gonogo(*MADE, cwd=workspace)
    assert "in it, but it does not hold" in gonogo("baseline", "--update", cwd=workspace).out
    write(workspace, {"launches/e.yaml": "id: e\nname: E\ntier: 1\n"})
    ran = gonogo("baseline", "--update", "--sign", key, cwd=workspace)
    assert (ran.code, counts(gonogo, workspace)[2:]) == (0, (1, 4))
    assert ran.out.splitlines()[1:] == [
        "Still in the way:",
        "  launch.late.owner: 1 came later: mend it, or waive it by itself",
        "Next: commit it with its signature",
    ]


def test_an_update_without_a_key_leaves_no_signature_behind(
    gonogo: Gonogo, workspace: Path, key: Path
) -> None:
    gonogo(*MADE, "--sign", key, cwd=workspace)
    write(workspace, {"launches/a.yaml": FILES["launches/a.yaml"].replace("TBD", "Ada Example")})
    ran = gonogo("baseline", "--update", cwd=workspace)
    assert "Next: Ben Sample signs it" in ran.out
    assert not (workspace / f"{FILE}.sig").exists()
    assert counts(gonogo, workspace)[2:] == (3, 0)


def test_a_key_that_no_signer_has_signs_nothing(
    gonogo: Gonogo, workspace: Path, key: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = keys(tmp_path_factory.mktemp("others"), "eve") / "eve"
    said = "gonogo: the signature would not count for Ben Sample: "
    for asked in (MADE, ("baseline", "--update"), ("baseline", "--update", "--expires", "2027-03-31")):
        before = tree(workspace)
        ran = gonogo(*asked, "--sign", stranger, cwd=workspace)
        assert (ran.code, ran.out, ran.err.startswith(said)) == (2, "", True), ran
        assert tree(workspace) == before
        gonogo(*MADE, "--sign", key, cwd=workspace)
    assert counts(gonogo, workspace)[2:] == (0, 4)


def test_it_goes_when_all_is_mended(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    gonogo(*MADE, "--sign", key, cwd=workspace)
    for id in "abc":
        text = GREEN.replace("checkout", id) + "owner: Ada Example\ntier: 1\n"
        write(workspace, {f"launches/{id}.yaml": text})
    ran = gonogo("baseline", "--update", cwd=workspace)
    assert (ran.code, ran.out) == (0, f"deleted {FILE}: nothing fails any more that it accepted\n")
    assert FILE not in tree(workspace)
    assert f"{FILE}.sig" not in tree(workspace)
    assert counts(gonogo, workspace)[0] == 0
    assert gonogo(*MADE, cwd=workspace).err == (
        "gonogo: nothing blocks that could be waived. No baseline is needed.\n"
    )
    assert gonogo("baseline", "--update", cwd=workspace).err.startswith("gonogo: there is no baseline here.")


def test_it_ends_and_is_renewed_within_the_limits(
    gonogo: Gonogo, workspace: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gonogo(*MADE, "--sign", key, cwd=workspace)
    set_today(monkeypatch, "2027-01-01")
    assert counts(gonogo, workspace)[2:] == (4, 0)
    renew = ("baseline", "--update", "--sign", key, "--expires")
    too_long = gonogo(*renew, "2028-02-01", cwd=workspace)
    assert (too_long.code, "366 are the most" in too_long.err) == (2, True)
    bumped = POLICY.replace("version: 1.2.0", "version: 2.0.0")
    write(workspace, {"policies/late.policy.yaml": bumped})
    assert gonogo(*renew, "2027-03-31", "--ticket", "OPS-8", cwd=workspace).code == 0
    assert counts(gonogo, workspace)[2:] == (0, 4)
    text = (workspace / FILE).read_text()
    assert 'expires: "2027-03-31"\nrenewed:\n  - "2027-01-01"\nticket: OPS-8\n' in text
    assert text.count("policy_version: 2") == 2
    assert gonogo(*renew, "2027-04-30", cwd=workspace).code == 0
    last = gonogo(*renew, "2027-05-31", cwd=workspace)
    assert (last.code, "it was renewed 3 times, and 2 are the most" in last.err) == (2, True)


REFUSED: dict[str, tuple[tuple[object, ...], str]] = {
    "no terms": (("baseline",), "a baseline needs --owner, --approver, --reason, --expires."),
    "both": (("baseline", "--update", "--check"), "--update and --check exclude each other."),
    "terms for a check": (("baseline", "--check", "--owner", "x"), "--owner: --check writes nothing."),
    "terms without an end": (
        ("baseline", "--update", "--reason", "x"),
        "--reason can change only when it is renewed. State --expires too.",
    ),
    "the owner approves": ((*MADE, "--approver", "ada"), "somebody else has to approve it"),
    "a stranger approves": ((*MADE, "--approver", "Cleo Muster"), "is not in the register of people"),
    "it is over": ((*MADE, "--expires", "2026-06-14"), "it expires on 2026-06-14, before it is granted"),
    "too long": ((*MADE, "--expires", "2027-06-17"), "it holds for 367 days, and 366 are the most"),
    "a text that no file may hold": ((*MADE, "--reason", "a\x00b"), "such a waiver would not be sound"),
    "no such key": ((*MADE, "--sign", "nowhere"), "'nowhere' does not exist."),
    "no key": ((*MADE, "--sign", "people.yaml"), "ssh-keygen"),
    "none to check": (("baseline", "--check"), "there is no baseline here."),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_not_hold_is_refused_in_one_line(gonogo: Gonogo, workspace: Path, what: str) -> None:
    arguments, message = REFUSED[what]
    before = tree(workspace)
    ran = gonogo(*arguments, cwd=workspace)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
    assert message in ran.err
    assert tree(workspace) == before


def test_without_a_register_it_says_what_to_add(gonogo: Gonogo, workspace: Path) -> None:
    write(workspace, {"gonogo.yaml": CONFIGURATION})
    assert "names no register of waivers. Add `waivers:" in gonogo(*MADE, cwd=workspace).err


def test_a_faulty_policy_makes_no_baseline(gonogo: Gonogo, workspace: Path) -> None:
    write(
        workspace,
        {"policies/late.policy.yaml": POLICY.replace("filled(subject.owner)", "filled(subject.ownr)")},
    )
    ran = gonogo(*MADE, cwd=workspace)
    assert (ran.code, ran.out) == (2, "")
    assert "ownr" in ran.err
    assert not (workspace / FILE).exists()


def test_two_baselines_are_one_too_many(gonogo: Gonogo, workspace: Path) -> None:
    gonogo(*MADE, cwd=workspace)
    text = (workspace / FILE).read_text().replace("waiver: baseline", "waiver: other", 1)
    write(workspace, {"waivers/other.waiver.yaml": text})
    assert "there are 2 baselines" in gonogo("baseline", "--update", cwd=workspace).err


def test_a_part_is_not_renewed_by_itself(gonogo: Gonogo, workspace: Path) -> None:
    gonogo(*MADE, cwd=workspace)
    ran = gonogo("waive", "--renew", "baseline:launch.late.owner", "--expires", "2026-12-31", cwd=workspace)
    assert (ran.code, "gonogo baseline --update --expires DATE" in ran.err) == (2, True)


def test_one_waiver_beside_it_is_enough_for_one_failure(gonogo: Gonogo, workspace: Path, key: Path) -> None:
    waive = ("waive", "launch.late.owner", "--subject", "a", "--reason", "x", "--owner", "ada")
    gonogo(*waive, "--approver", "ben", "--expires", "2026-07-31", "--sign", key, cwd=workspace)
    gonogo(*MADE, "--sign", key, cwd=workspace)
    assert accepted(workspace) == ALL[1:]


@given(st.dictionaries(st.text(max_size=20), st.text(min_size=1, max_size=20), min_size=1, max_size=4))
def test_any_text_is_written_as_it_is(texts: dict[str, str]) -> None:
    readable = {
        name: text
        for name, text in texts.items()
        if not any(part == "\0" or "\ud800" <= part <= "\udfff" for part in name + text)
    }
    lines = [
        f"- {{ {authoring._quoted(name)}: {authoring._quoted(text)} }}" for name, text in readable.items()
    ]
    assert all("\n" not in line for line in lines)
    if lines:
        reading = read("\n".join(lines).encode(), "yaml")
        assert not reading.faults, reading.faults
        assert reading.documents[0].data == [{name: text} for name, text in readable.items()]


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "null",
        "1.5",
        "a-b",
        "a/b.c",
        "~",
        "- x",
        "a: b",
        "a #b",
        "'",
        '"',
        "'\"",
        "0x1f",
        "1e5",
        "a\tb",
    ],
)
def test_telling_texts_are_written_as_they_are(text: str) -> None:
    reading = read(f"[ {authoring._quoted(text)} ]".encode(), "yaml")
    assert reading.documents[0].data == [text]

"""`gonogo waive`: what it writes, what it refuses, and what a check makes of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.authoring import waiver as authoring
from checker.cli import options
from checker.documents import read
from checker.policy import moment
from tests.cli.conftest import Gonogo
from tests.cli.workspaces import CONFIGURATION, GREEN, POLICY, RED, write

DAY = "2026-06-15"
RULE = "launch.rollback.owner"
ID = "launch-rollback-owner-search"
FILE = f"waivers/{ID}.waiver.yaml"
PEOPLE = """\
people:
  - { id: ada, name: Ada Example }
  - { id: ben, name: Ben Sample, aliases: [ ben@acme.example ] }
"""
REGISTER = f"{CONFIGURATION}people: people.yaml\nwaivers: waivers/*.waiver.yaml\n"
STEPS = """\
  - id: launch.rollback.step
    title: Every step has an owner
    each: subject.rollback.steps
    key: item.id
    assert: filled(item.owner)
    waivable: {waivable}
"""


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    set_today(monkeypatch, DAY)


def set_today(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    def end(zone: tzinfo) -> datetime:
        found = moment.parse(day, zone)
        assert found is not None
        return found

    monkeypatch.setattr(options, "today", end)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write(write(tmp_path, gonogo=REGISTER), {"people.yaml": PEOPLE})


def asked(**changes: object) -> list[object]:
    """The arguments for a waiver that is fine; `changes` of options, None drops one."""
    stated: dict[str, object] = {
        "subject": "search",
        "reason": "The owner starts in July.",
        "owner": "Ada Example",
        "approver": "Ben Sample",
        "expires": "2026-07-31",
        **changes,
    }
    rule = stated.pop("rule", RULE)
    flags = [(f"--{name}", value) for name, value in stated.items() if value is not None]
    return ["waive", *([] if rule is None else [rule]), *(part for flag in flags for part in flag)]


def tree(folder: Path) -> Mapping[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def data(path: Path) -> dict[str, object]:
    reading = read(path.read_bytes(), "yaml")
    assert not reading.faults
    found: dict[str, object] = reading.documents[0].data
    return found


def test_a_waiver_is_written_with_what_was_seen(gonogo: Gonogo, workspace: Path) -> None:
    before = tree(workspace)
    ran = gonogo(*asked(ticket="SRCH-7", control="Ben Sample watches it."), cwd=workspace)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"wrote {FILE}: {RULE} on search, until 2026-07-31\n"
        '  `search`: subject.rollback.owner: "TBD"\n'
        "Next: Ben Sample approves the pull request with it; who is to sign needs `signers` in gonogo.yaml\n"
    )
    assert {path: text for path, text in tree(workspace).items() if path != FILE} == before
    found = data(workspace / FILE)
    (accepted,) = found.pop("accepts")  # type: ignore[misc]
    assert found == {
        "waiver": ID,
        "type": "exception",
        "rule": RULE,
        "policy_version": 1,
        "subject": "search",
        "most": 1,
        "reason": "The owner starts in July.",
        "owner": "Ada Example",
        "approver": "Ben Sample",
        "granted": DAY,
        "expires": "2026-07-31",
        "ticket": "SRCH-7",
        "compensating_control": "Ben Sample watches it.",
    }
    assert accepted["subject"] == "search"
    assert accepted["shown"] == 'subject.rollback.owner: "TBD"'
    assert len(accepted["saw"]) == len("sha256:") + 64


def test_what_nobody_vouches_for_waives_nothing_that_is_mandatory(gonogo: Gonogo, workspace: Path) -> None:
    assert gonogo("check", "--rule", RULE, cwd=workspace).code == 1
    gonogo(*asked(), cwd=workspace)
    assert gonogo("check", "--rule", RULE, cwd=workspace).code == 1


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "nothing fails": (
        {"subject": "checkout"},
        f"{RULE} does not fail on `checkout`. There is nothing to waive.",
    ),
    "unknown rule": (
        {"rule": "launch.rollback.ownr"},
        f"no rule is called `launch.rollback.ownr`. Did you mean `{RULE}`?",
    ),
    "a pattern of rules": ({"rule": "launch.*"}, "no rule is called `launch.*`."),
    "unknown subject": (
        {"subject": "serch"},
        f"nothing that {RULE} judges has the id `serch`. Did you mean `search`?",
    ),
    "a pattern that fits nothing": (
        {"subject": "zz*"},
        f"nothing that {RULE} judges fits `zz*`. It judges checkout, search.",
    ),
    "an unknown element": (
        {"rule": "launch.rollback.step", "key": "bakc"},
        "launch.rollback.step does not fail at `bakc` of `search`. Did you mean `back`?",
    ),
    "no elements": ({"key": "x"}, f"{RULE} does not fail at `x` of `search`."),
    "not waivable": (
        {"rule": "launch-plan.readable"},
        "launch-plan.readable cannot be waived. Mend what fails.",
    ),
    "the owner approves": ({"approver": "ada"}, "ada is its owner too: somebody else has to approve it."),
    "a stranger approves": (
        {"approver": "Cleo Muster"},
        "its approver Cleo Muster is not in the register of people",
    ),
    "it is over": ({"granted": "2026-06-01", "expires": "2026-06-14"}, "the last day 2026-06-14 is over."),
    "it ends before it begins": (
        {"expires": "2026-06-14"},
        "it expires on 2026-06-14, before it is granted on 2026-06-15.",
    ),
    "too long": (
        {"expires": "2027-06-17"},
        "it holds for 367 days, and 366 are the most: state an earlier end.",
    ),
    "too broad": (
        {"rule": "launch.rollback.rehearsed", "subject": "*"},
        "it covers 2 subjects and declares 1",
    ),
    "another market": (
        {"market": "GB"},
        "what fails there concerns other markets than GB. State other markets, or none.",
    ),
    "no day": ({"expires": "soon"}, "'soon' is neither a day such as 2026-06-01"),
    "no reason": (
        {"reason": None, "owner": ""},
        "a waiver needs --reason, --owner. Run gonogo waive --help.",
    ),
    "no rule": ({"rule": None}, "a waiver needs RULE."),
    "a text that is none": ({"reason": "a\udcff"}, "such a waiver would not be sound"),
    "a text that no file may hold": ({"reason": "a\x00b"}, "such a waiver would not be sound"),
    "no such key": ({"sign": "nowhere"}, "'nowhere' does not exist."),
    "no key": ({"sign": "people.yaml"}, "ssh-keygen"),
    "no such waiver": (
        {"rule": None, "subject": None, "renew": "x"},
        "no waiver has the id `x`. There are none.",
    ),
    "another subject for a renewal": ({"rule": None, "renew": "x"}, "--subject cannot change with --renew."),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_not_hold_is_refused_in_one_line(gonogo: Gonogo, workspace: Path, what: str) -> None:
    changes, message = REFUSED[what]
    steps = "{ id: back, action: Go back. }, { id: on, action: Go on., owner: Ada Example }"
    stale = ("2026-05-20", f"2026-01-20\n  steps: [ {steps} ]")
    write(workspace, {"policies/rollback.policy.yaml": POLICY + STEPS.format(waivable="true")})
    write(
        workspace,
        {"launches/checkout.yaml": GREEN.replace(*stale), "launches/search.yaml": RED.replace(*stale)},
    )
    before = tree(workspace)
    ran = gonogo(*asked(**changes), cwd=workspace)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert message in ran.err
    assert tree(workspace) == before


def test_a_rule_can_say_that_nobody_waives_it(gonogo: Gonogo, workspace: Path) -> None:
    steps = "\n  steps: [ { id: back, action: Go back. } ]\n"
    write(workspace, {"policies/rollback.policy.yaml": POLICY + STEPS.format(waivable="false")})
    write(workspace, {"launches/search.yaml": RED.rstrip() + steps})
    ran = gonogo(*asked(rule="launch.rollback.step"), cwd=workspace)
    assert (ran.code, ran.err) == (2, "gonogo: launch.rollback.step cannot be waived. Mend what fails.\n")


def test_without_a_register_it_says_what_to_add(gonogo: Gonogo, tmp_path: Path) -> None:
    ran = gonogo(*asked(), cwd=write(tmp_path))
    assert ran.code == 2
    assert ran.err == (
        "gonogo: gonogo.yaml names no register of waivers. Add `waivers: waivers/*.waiver.yaml` to it.\n"
    )


@pytest.mark.parametrize(
    ("patterns", "file"),
    [
        ("'**/*.waiver.yaml'", f"{ID}.waiver.yaml"),
        ("./waivers/*/*.yaml", None),
        ("waivers/{year}/*.waiver.yaml", None),
        ("[ one.waiver.yaml, deep/er/**/*.yaml ]", f"deep/er/{ID}.waiver.yaml"),
    ],
)
def test_it_is_written_where_it_will_be_found(
    gonogo: Gonogo, workspace: Path, patterns: str, file: str | None
) -> None:
    write(workspace, gonogo=REGISTER.replace("waivers/*.waiver.yaml", patterns))
    ran = gonogo(*asked(), cwd=workspace)
    if file is None:
        assert ran.code == 2
        assert (
            "would be found by `waivers` of gonogo.yaml. Write `waivers: waivers/*.waiver.yaml` there."
            in ran.err
        )
    else:
        assert ran.out.startswith(f"wrote {file}: ")
        assert (workspace / file).is_file()


def test_what_is_waived_already_is_renewed_instead(gonogo: Gonogo, workspace: Path) -> None:
    gonogo(*asked(), cwd=workspace)
    before = tree(workspace)
    ran = gonogo(*asked(), cwd=workspace)
    assert ran.err == (
        f"gonogo: the waiver {ID} is about this already. Renew it with gonogo waive --renew {ID}.\n"
    )
    assert tree(workspace) == before


def test_nothing_is_written_over(gonogo: Gonogo, workspace: Path) -> None:
    (workspace / "waivers").mkdir()
    (workspace / FILE).symlink_to("elsewhere")
    ran = gonogo(*asked(), cwd=workspace)
    assert ran.code == 2
    assert not (workspace / "waivers" / "elsewhere").exists()


def test_a_broken_workspace_is_told_before_anything(gonogo: Gonogo, workspace: Path) -> None:
    write(workspace, {"waivers/a.waiver.yaml": "waiver: a\n"})
    ran = gonogo(*asked(), cwd=workspace)
    assert ran.code == 2
    assert "--> waivers/a.waiver.yaml:1:1" in ran.err
    assert not (workspace / FILE).exists()


def test_a_baseline_accepts_what_fails_now(gonogo: Gonogo, workspace: Path) -> None:
    write(workspace, {"launches/third.yaml": RED.replace("search", "third")})
    ran = gonogo(*asked(subject="*", most=2, type="baseline"), cwd=workspace)
    assert ran.code == 0, ran.err
    found = data(workspace / "waivers/launch-rollback-owner-any.waiver.yaml")
    assert (found["type"], found["most"]) == ("baseline", 2)
    assert [each["subject"] for each in found["accepts"]] == ["search", "third"]  # type: ignore[attr-defined]


def test_a_switched_off_rule_accepts_no_values(gonogo: Gonogo, workspace: Path) -> None:
    assert gonogo(*asked(type="switched-off"), cwd=workspace).code == 0
    assert "accepts" not in data(workspace / FILE)


def test_only_one_element(gonogo: Gonogo, workspace: Path) -> None:
    steps = "\n  steps: [ { id: back, action: Go back. }, { id: forth, action: Go on. } ]\n"
    write(workspace, {"policies/rollback.policy.yaml": POLICY + STEPS.format(waivable="true")})
    write(workspace, {"launches/search.yaml": RED.rstrip() + steps})
    gonogo(*asked(rule="launch.rollback.step", key="forth"), cwd=workspace)
    found = data(workspace / "waivers/launch-rollback-step-search-forth.waiver.yaml")
    assert [each["key"] for each in found["accepts"]] == ["forth"]  # type: ignore[attr-defined]
    ran = gonogo(*asked(rule="launch.rollback.step"), cwd=workspace)
    assert "is about this already" in ran.err
    assert gonogo(*asked(rule="launch.rollback.step", key="back"), cwd=workspace).code == 0


def test_a_broken_shape_can_be_waived(gonogo: Gonogo, workspace: Path) -> None:
    write(workspace, {"launches/search.yaml": f"{RED}tier: T1\n"})
    ran = gonogo(*asked(rule="launch-plan.schema"), cwd=workspace)
    assert ran.code == 0, ran.err
    assert "policy_version" not in data(workspace / "waivers/launch-plan-schema-search.waiver.yaml")


# Renewing


def test_a_renewal_shows_only_what_changed(
    gonogo: Gonogo, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gonogo(*asked(), cwd=workspace)
    before = data(workspace / FILE)
    set_today(monkeypatch, "2026-07-20")
    ran = gonogo("waive", "--renew", ID, "--expires", "2026-09-30", cwd=workspace)
    assert ran.out.splitlines()[:3] == [
        f"renewed {FILE}: {RULE} on search, until 2026-09-30",
        "  expires: 2026-07-31 → 2026-09-30",
        ran.out.splitlines()[2],
    ]
    assert data(workspace / FILE) == {**before, "expires": "2026-09-30", "renewed": ["2026-07-20"]}
    write(workspace, {"launches/search.yaml": RED.replace("TBD", "n/a")})
    ran = gonogo("waive", "--renew", ID, "--expires", "2026-10-30", "--approver", "ben", cwd=workspace)
    assert ran.out.splitlines()[1:4] == [
        '  `search`: subject.rollback.owner: "TBD" → subject.rollback.owner: "n/a"',
        "  approver: Ben Sample → ben",
        "  expires: 2026-09-30 → 2026-10-30",
    ]
    before = data(workspace / FILE)
    assert before["renewed"] == ["2026-07-20", "2026-07-20"]
    ran = gonogo("waive", "--renew", ID, "--expires", "2026-11-30", cwd=workspace)
    assert (ran.code, ran.out) == (2, "")
    assert "it was renewed 3 times, and 2 are the most: mend what fails." in ran.err
    assert data(workspace / FILE) == before


def test_what_was_mended_is_not_renewed(gonogo: Gonogo, workspace: Path) -> None:
    gonogo(*asked(), cwd=workspace)
    write(workspace, {"launches/search.yaml": RED.replace("TBD", "Ada Example")})
    ran = gonogo("waive", "--renew", ID, "--expires", "2026-11-30", cwd=workspace)
    assert ran.err == f"gonogo: nothing fails any more that it waives. Delete {FILE}.\n"


def test_a_renewal_takes_no_other_subject_in(gonogo: Gonogo, workspace: Path) -> None:
    id = "launch-rollback-owner-any"
    gonogo(*asked(subject="*", most=9), cwd=workspace)
    write(workspace, {"launches/third.yaml": RED.replace("search", "third")})
    assert gonogo("waive", "--renew", id, "--expires", "2026-11-30", cwd=workspace).code == 0
    found = data(workspace / f"waivers/{id}.waiver.yaml")
    assert [each["subject"] for each in found["accepts"]] == ["search"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("subject", "id", "told"),
    [("seek", "p-team-seek", ["  subject: seek → find"]), ("se*", "p-team-se-any", [])],
    ids=["id", "pattern"],
)
def test_a_renewal_knows_its_subject_by_a_former_id(
    gonogo: Gonogo, workspace: Path, subject: str, id: str, told: list[str]
) -> None:
    product = "[ {{ id: {id}, name: Seek, owners: [ Ada Example ], stage: ga, formerly: [ {former} ] }} ]\n"
    policy = (
        "policy: p\nversion: 1.0.0\ntitle: P\nowner: ada\nsubject: product\n"
        "rules: [ { id: p.team, title: Of a team, assert: filled(subject.team) } ]\n"
    )
    files = {"gonogo.yaml": f"{REGISTER}products: products.yaml\n", "policies/p.policy.yaml": policy}
    write(workspace, {**files, "products.yaml": product.format(id="seek", former="look")})
    assert gonogo(*asked(rule="p.team", subject=subject), cwd=workspace).code == 0
    write(workspace, {"products.yaml": product.format(id="find", former="seek")})
    ran = gonogo("waive", "--renew", id, "--expires", "2026-09-30", cwd=workspace)
    assert ran.out.splitlines()[1:-1] == [*told, "  expires: 2026-07-31 → 2026-09-30"]
    found = data(workspace / f"waivers/{id}.waiver.yaml")
    assert [each["subject"] for each in found["accepts"]] == ["find"]  # type: ignore[attr-defined]


def test_an_unknown_waiver_has_a_suggestion(gonogo: Gonogo, workspace: Path) -> None:
    gonogo(*asked(), cwd=workspace)
    ran = gonogo("waive", "--renew", f"{ID}s", "--expires", "2026-11-30", cwd=workspace)
    assert ran.err == f"gonogo: no waiver has the id `{ID}s`. Did you mean `{ID}`?\n"


# Signing


@pytest.fixture
def signing(workspace: Path) -> Path:
    """The workspace, in which Ben Sample may sign with the key `ben`, and nobody knows the key `eve`."""
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    for name in ("ben", "eve"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(workspace / name)]
        subprocess.run(command, check=True)
    key = (workspace / "ben.pub").read_text(encoding="utf-8").strip()
    return write(
        workspace, {"gonogo.yaml": f"{REGISTER}signers: signers\n", "signers": f"ben@acme.example {key}\n"}
    )


def test_a_signed_waiver_keeps_a_failure_from_blocking(gonogo: Gonogo, signing: Path) -> None:
    assert gonogo("check", "--rule", RULE, cwd=signing).code == 1
    ran = gonogo(*asked(sign="ben"), cwd=signing)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("Next: commit it with its signature\n")
    ran = gonogo("check", "--rule", RULE, cwd=signing)
    assert ran.code == 0
    assert "CONDITIONAL" in ran.out
    write(signing, {"launches/search.yaml": RED.replace("TBD", "n/a")})
    assert gonogo("check", "--rule", RULE, cwd=signing).code == 1


def test_it_can_be_signed_by_hand_as_it_says(gonogo: Gonogo, signing: Path) -> None:
    ran = gonogo(*asked(), cwd=signing)
    by_hand = f"ssh-keygen -Y sign -n gonogo -f KEY {FILE}"
    assert ran.out.endswith(f"Next: Ben Sample signs it ({by_hand}), or approves the pull request with it\n")
    subprocess.run(by_hand.replace("KEY", "ben").split(), cwd=signing, check=True, capture_output=True)
    assert gonogo("check", "--rule", RULE, cwd=signing).code == 0


def test_a_signature_that_would_not_count_is_refused(gonogo: Gonogo, signing: Path) -> None:
    ran = gonogo(*asked(sign="eve"), cwd=signing)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("gonogo: the signature would not count for Ben Sample: ")
    assert not (signing / FILE).exists()
    assert gonogo(*asked(sign="ben"), cwd=signing).code == 0
    before = (signing / FILE).read_bytes()
    renew = ("waive", "--renew", ID, "--expires", "2026-08-30", "--sign")
    assert gonogo(*renew, "eve", cwd=signing).code == 2
    assert (signing / FILE).read_bytes() == before
    assert gonogo(*renew, "ben", cwd=signing).code == 0


def test_a_renewal_takes_the_old_signature_away(gonogo: Gonogo, signing: Path) -> None:
    gonogo(*asked(sign="ben"), cwd=signing)
    signature = signing / f"{FILE}.sig"
    old = signature.read_bytes()
    gonogo("waive", "--renew", ID, "--expires", "2026-08-30", "--sign", "ben", cwd=signing)
    assert signature.read_bytes() != old
    assert gonogo("check", "--rule", RULE, cwd=signing).code == 0
    gonogo("waive", "--renew", ID, "--expires", "2026-09-30", cwd=signing)
    assert not signature.exists()
    assert gonogo("check", "--rule", RULE, cwd=signing).code == 1


# The text

HOSTILE = (
    "a\nowner: eve",
    "# no",
    "yes",
    "0x10",
    "1e3",
    "null",
    "~",
    "- x",
    "&a *a !!str",
    "'\"\\",
    "\u2028\x85",
    "{a: b}",
    "2026-01-01",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_does_not_break_out(gonogo: Gonogo, workspace: Path, text: str) -> None:
    ran = gonogo(*asked(reason=text, ticket=text, control=text), cwd=workspace)
    assert ran.code == 0, ran.err
    found = data(workspace / FILE)
    assert (found["reason"], found["ticket"], found["compensating_control"]) == (text, text, text)
    assert found["owner"] == "Ada Example"


def test_a_hostile_subject_stays_inside(gonogo: Gonogo, workspace: Path) -> None:
    id = "../../x: [\x1b[31m]"
    write(workspace, {"launches/search.yaml": RED.replace("id: search", 'id: "../../x: [\\e[31m]"')})
    ran = gonogo(*asked(subject=id), cwd=workspace)
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out
    assert data(workspace / "waivers/launch-rollback-owner-x-31m.waiver.yaml")["subject"] == id


@given(
    st.dictionaries(
        st.sampled_from("abc"), st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
    )
)
def test_what_is_written_is_read_again(texts: dict[str, str]) -> None:
    reading = read(authoring.written({"list": [texts], **texts}).encode(), "yaml")
    assert not reading.faults
    assert reading.documents[0].data == {"list": [texts], **texts}

"""A change held against its base: what is new, what is mended, what judges it, and what its gates ask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from checker import run
from checker.model import Comparison, Diagnostic, Hunk, Location, Report, Result, Span, Waived
from checker.render import RENDERERS, Options, change
from checker.review import defects
from checker.review.comparing import Sides, aged
from checker.review.lines import Lines
from checker.run.comparing import Change, compare
from checker.run.verifying import Verified, verify
from tests import judging
from tests.judging import configuration, policy, rule
from tests.repositories import Made

OWNED = policy(rule("filled(subject.owner)", at="/owner"))
STEPS = policy(rule("filled(item.owner)", each="subject.steps", at="/owner"))
KEYED = policy(rule("filled(item.owner)", each="subject.steps", key="item.id", at="/owner"))
THING = "name: Lamp\ntier: 1\nowner: TBD\n"
LIST = "".join(f"- {{ id: {id}, name: Lamp, tier: 1, owner: TBD }}\n" for id in "xyz")
SOUND = "name: Lamp\ntier: 1\nowner: Ada Example\n"


class Proposal:
    """A repository with a base, and a change to it."""

    def __init__(self, made: Made, below: str = "") -> None:
        """`below`: the path of the workspace, with a slash at its end; empty: it is the root."""
        self.made, self.below = made, below

    @property
    def folder(self) -> Path:
        return self.made.folder / self.below

    def put(self, files: Mapping[str, str | bytes], *gone: str) -> Proposal:
        """Commit these files on the branch, without those that are gone."""
        for name in gone:
            (self.folder / name).unlink()
        self.made.commit("change", {f"{self.below}{name}": text for name, text in files.items()})
        return self

    def on_main(self, files: Mapping[str, str | bytes]) -> Proposal:
        """Commit these files on the base branch, which the change does not know."""
        self.made.git("switch", "-q", "main")
        self.made.commit("meanwhile", {f"{self.below}{name}": text for name, text in files.items()})
        self.made.git("switch", "-q", "change")
        return self

    def report(self, as_of: str = judging.DAY, **asked: Any) -> Report:
        return reported(self.folder, as_of, **asked)


def reported(folder: Path, as_of: str = judging.DAY, policies: str = "", **asked: Any) -> Report:
    """What is said of the change in a folder, from main to what is checked out unless `asked` says more."""
    request = run.Request(str(folder), judging.clock(as_of), policies=policies)
    return compare(request, Change(**{"base": "main", **asked}))


def propose(folder: Path, base: Mapping[str, str | bytes], below: str = "") -> Proposal:
    """A change that is begun, to a workspace with these files."""
    made = Made(folder / "repository")
    judging.write(made.folder / below, base)
    made.commit("base")
    made.git("switch", "-q", "-c", "change")
    return Proposal(made, below)


def things(policy: str, **files: str) -> dict[str, str]:
    """A workspace with this policy, and things by name."""
    return {"policies/test.policy.yaml": policy, **{f"{n}.thing.yaml": text for n, text in files.items()}}


def failures(report: Report) -> list[Result]:
    assert [d for d in report.diagnostics if d.level == "error"] == []
    return [r for r in report.results if r.outcome in ("fail", "error")]


def ages(report: Report) -> dict[str, str]:
    """The age of each failure, by id and key."""
    return {f"{r.subject.id}{'/' if r.key else ''}{r.key}": r.age for r in failures(report)}


def compared(report: Report) -> Comparison:
    assert report.comparison is not None, report.diagnostics
    return report.comparison


# what is new


def test_a_failure_that_comes_with_the_change_is_new_and_fails_it(tmp_path: Path) -> None:
    report = propose(tmp_path, things(OWNED, a=SOUND)).put({"a.thing.yaml": THING}).report()
    assert (ages(report), report.verdict, report.exit_code) == ({"a": "new"}, "no-go", 1)


def test_a_failure_that_was_there_does_not_fail_the_change_and_is_told(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=THING, b=SOUND)).put({"b.thing.yaml": SOUND + "legacy: x\n"})
    report = proposal.report()
    assert (ages(report), report.verdict, report.exit_code) == ({"a": "existing"}, "go", 0)
    assert len([r for r in report.results if r.outcome == "pass"]) == 5
    everything = proposal.report(fail_on="all")
    assert (ages(everything), everything.verdict, everything.exit_code) == ({"a": "existing"}, "no-go", 1)


def test_what_is_mended_is_told_as_it_was(tmp_path: Path) -> None:
    report = propose(tmp_path, things(OWNED, a=THING)).put({"a.thing.yaml": SOUND}).report()
    (fixed,) = compared(report).fixed
    assert (fixed.subject.id, fixed.message != "", failures(report), report.verdict) == ("a", True, [], "go")


def test_what_was_waived_and_is_mended_is_told(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=THING))
    (failed,) = [r for r in proposal.put({"b.thing.yaml": SOUND}).report().results if r.is_finding]
    waived = failed._replace(waived=Waived("w1", "Ada Example", "It was there.", "2026-07-01"))
    for base in (failed, waived):
        assert aged(Sides([base], [], {}, {}, (), {})) == ([], (base,))
    assert aged(Sides([failed._replace(enforcement="advisory")], [], {}, {}, (), {})) == ([], ())


def test_a_failure_that_changes_its_wording_is_the_same(tmp_path: Path) -> None:
    changed = THING.replace("TBD", "TODO")
    assert ages(propose(tmp_path, things(OWNED, a=THING)).put({"a.thing.yaml": changed}).report()) == {
        "a": "existing"
    }


def test_a_failure_moves_with_its_lines(tmp_path: Path) -> None:
    moved = "# a word\n# another\n\n" + THING
    report = propose(tmp_path, things(OWNED, a=THING)).put({"a.thing.yaml": moved}).report()
    assert ages(report) == {"a": "existing"}


def test_an_error_that_becomes_a_failure_is_new_and_so_is_the_reverse(tmp_path: Path) -> None:
    report = propose(tmp_path, things(OWNED, a="{")).put({"a.thing.yaml": THING}).report()
    assert {(r.rule, r.age) for r in failures(report)} == {("test.rule", "new")}
    back = propose(tmp_path / "back", things(OWNED, a=THING)).put({"a.thing.yaml": "{"}).report()
    assert {r.age for r in failures(back)} == {"new"}


@pytest.mark.parametrize("text", [THING, LIST], ids=["file", "list"])
@pytest.mark.parametrize("named", ["a.thing.yaml", "b.thing.yaml"], ids=["in place", "renamed"])
@pytest.mark.parametrize(
    "broken",
    ["<<<<<<< main\n{}=======\n>>>>>>> change\n", "{}\tx\n", "{}\x00"],
    ids=["conflict", "tab", "binary"],
)
def test_what_nobody_can_read_any_more_is_not_called_fixed(
    tmp_path: Path, text: str, named: str, broken: str
) -> None:
    text += "# Long enough to be known again under another name, whatever is done to it.\n"
    proposal = propose(tmp_path, {"policies/test.policy.yaml": OWNED, "a.thing.yaml": text})
    proposal.put({named: broken.replace("{}", text)}, *({"a.thing.yaml"} - {named}))
    report = proposal.report()
    assert {r.age for r in failures(report)} == {"new"}
    assert (compared(report).fixed, report.exit_code) == ((), 1)


@pytest.mark.parametrize("named", ["", "archive/a.yaml", "a.thing.yaml/module"])
def test_what_is_taken_away_is_not_called_fixed(tmp_path: Path, named: str) -> None:
    base = {"policies/test.policy.yaml": OWNED, "a.thing.yaml": THING, "b.thing.yaml": SOUND}
    report = propose(tmp_path, base).put({named: THING} if named else {}, "a.thing.yaml").report()
    assert compared(report).fixed == ()
    assert [d.code for d in report.diagnostics] == ["subject-gone"]


STEP = "  - { id: %s, minutes: %d }\n"
BASE_STEPS = "name: Lamp\nsteps:\n" + STEP % ("dim", 1) + STEP % ("douse", 2)


@pytest.mark.parametrize("policy", [STEPS, KEYED], ids=["by place", "by key"])
@pytest.mark.parametrize(
    ("after", "new", "fixed"),
    [
        pytest.param("name: Lamp\nsteps:\n" + STEP % ("light", 0) + BASE_STEPS[17:], 1, 0, id="inserted"),
        pytest.param(BASE_STEPS + STEP % ("light", 3), 1, 0, id="appended"),
        pytest.param("name: Lamp\n\n\nsteps:\n" + BASE_STEPS[17:], 0, 0, id="moved"),
        pytest.param("name: Lamp\nsteps:\n" + STEP % ("douse", 2) + STEP % ("dim", 1), 0, 0, id="swapped"),
        pytest.param("name: Lamp\nsteps:\n" + STEP % ("douse", 2), 0, 1, id="one removed"),
        pytest.param(
            "name: Lamp\nsteps:\n  - { id: light, minutes: 9 }\n"
            "  - { id: dim, minutes: 1, owner: Ada Example }\n" + STEP % ("douse", 2),
            1,
            1,
            id="one mended, one inserted",
        ),
    ],
)
def test_elements_of_a_list_are_known_again(
    tmp_path: Path, policy: str, after: str, new: int, fixed: int
) -> None:
    report = propose(tmp_path, things(policy, a=BASE_STEPS)).put({"a.thing.yaml": after}).report()
    assert [r.age for r in failures(report)].count("new") == new
    assert len(compared(report).fixed) == fixed


STEP_LIST = "name: Lamp\nsteps:\n"
DIM = STEP % ("dim", 1)


@pytest.mark.parametrize(
    ("before", "after", "new", "fixed"),
    [
        pytest.param(DIM, DIM[:-1] + "  # for a night\n", [], 0, id="a comment"),
        pytest.param(DIM, "  - { minutes: 1, id: dim }\n", [], 0, id="another order"),
        pytest.param(DIM, "  - id: dim\n    minutes: 1\n", [], 0, id="another style"),
        pytest.param(DIM, "  - minutes: 1\n    id: dim\n" + DIM, [3], 0, id="doubled before"),
        pytest.param(DIM, DIM + "  - minutes: 1\n    id: dim\n", [4], 0, id="doubled behind"),
        pytest.param(DIM, ("  - minutes: 1\n    id: dim\n") * 2, [5], 0, id="doubled and rewritten"),
        pytest.param(DIM * 2, "  - minutes: 1\n    id: dim\n", [], 1, id="one of two"),
        pytest.param(
            DIM + STEP % ("douse", 2), STEP % ("douse", 2) + "  - id: light\n", [4], 1, id="another one"
        ),
    ],
)
def test_an_element_is_the_same_however_it_is_written(
    tmp_path: Path, before: str, after: str, new: list[int], fixed: int
) -> None:
    proposal = propose(tmp_path, things(STEPS, a=STEP_LIST + before))
    report = proposal.put({"a.thing.yaml": STEP_LIST + after}).report()
    spans = [each.location.span for each in failures(report) if each.age == "new"]
    assert [span and span.line for span in spans] == new
    assert len(compared(report).fixed) == fixed


def test_elements_of_a_list_that_is_computed_are_known_by_their_values(tmp_path: Path) -> None:
    long = policy(rule("item.minutes < 5", each="subject.steps.filter(s, s.minutes > 0)"))
    proposal = propose(tmp_path, things(long, a=STEP_LIST + STEP % ("dim", 0) + STEP % ("douse", 9)))
    report = proposal.put({"a.thing.yaml": STEP_LIST + "  - { minutes: 9, id: douse }\n"}).report()
    assert (ages(report), compared(report).fixed) == ({"a/0": "existing"}, ())


OWNERS = "name: Lamp\nsteps:\n- id: dim\n  owner: %s\n- id: douse\n  owner: %s\n"


def test_a_failure_that_moves_to_another_element_is_new(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(KEYED, a=OWNERS % ("TBD", "Ada Example")))
    report = proposal.put({"a.thing.yaml": OWNERS % ("Ada Example", "TBD")}).report()
    assert (ages(report), report.verdict) == ({"a/douse": "new"}, "no-go")
    assert [r.key for r in compared(report).fixed] == ["dim"]


def test_elements_that_fail_at_one_place_are_told_apart_by_their_keys(tmp_path: Path) -> None:
    each = '["bright", "safe"]'
    named = policy(rule("subject.tags.exists(t, t == item)", each=each, key="item", at="/tags"))
    text = "name: Lamp\ntier: 1\nlegacy: x\ntags:\n- %s\n- cheap\n"
    report = propose(tmp_path, things(named, a=text % "bright")).put({"a.thing.yaml": text % "safe"}).report()
    assert ages(report) == {"a/bright": "new"}
    assert [r.key for r in compared(report).fixed] == ["safe"]


def test_an_element_whose_key_changes_keeps_its_failure(tmp_path: Path) -> None:
    text = OWNERS % ("TBD", "Ada Example")
    report = (
        propose(tmp_path, things(KEYED, a=text)).put({"a.thing.yaml": text.replace("dim", "dip")}).report()
    )
    assert (ages(report), compared(report).fixed) == ({"a/dip": "existing"}, ())


def test_faults_of_a_schema_are_known_again(tmp_path: Path) -> None:
    before = "name: Lamp\ncolour: red\n"
    after = "name: Lamp\nsize: 3\ncolour: red\n"
    report = (
        propose(tmp_path, things(OWNED, a=before + "owner: Ada Example\n"))
        .put({"a.thing.yaml": after + "owner: Ada Example\n"})
        .report()
    )
    found = {r.message.partition("`")[2].partition("`")[0]: r.age for r in failures(report)}
    assert found == {"size": "new", "colour": "existing"}


def test_what_a_schema_misses_at_one_place_is_told_apart(tmp_path: Path) -> None:
    register = "- id: lamp\n%s  stage: ga\n"
    files = {**things(OWNED, a=SOUND), "gonogo.yaml": configuration(products="products.yaml")}
    proposal = propose(tmp_path, {**files, "products.yaml": register % "  owners: [ Ada Example ]\n"})
    report = proposal.put({"products.yaml": register % "  name: Lamp\n"}).report()
    assert [(r.message, r.age) for r in failures(report)] == [("`owners` is required", "new")]
    assert [r.message for r in compared(report).fixed] == ["`name` is required"]


# renames

SELECTED = {"subjects": [{"kind": "thing", "files": "things/{name}/thing.yaml", "id": "path.name"}]}


def test_a_renamed_file_keeps_its_failures(tmp_path: Path) -> None:
    long = THING + "".join(f"tags: [ a{n} ]\n" if n == 0 else f"# {n}\n" for n in range(20))
    files = {**things(OWNED), "gonogo.yaml": configuration(**SELECTED), "things/lamp/thing.yaml": long}
    proposal = propose(tmp_path, files)
    proposal.put({"things/lantern/thing.yaml": long + "legacy: x\n"}, "things/lamp/thing.yaml")
    report = proposal.report()
    assert ages(report) == {"lantern": "existing"}
    assert compared(report).fixed == ()
    assert [(f.path, f.old_path) for f in compared(report).files] == [
        ("things/lantern/thing.yaml", "things/lamp/thing.yaml")
    ]


def test_another_id_in_the_same_file_is_no_new_beginning(tmp_path: Path) -> None:
    """Nor a way around a rule about the step from one side to the other."""
    rules = policy(rule("filled(subject.owner)"), rule("is_new || subject.tier <= old.tier", id="test.step"))
    proposal = propose(tmp_path, things(rules, a="id: lamp\n" + THING))
    report = proposal.put({"a.thing.yaml": "id: light\n" + THING.replace("tier: 1", "tier: 2")}).report()
    assert {(r.rule, r.subject.id, r.age) for r in failures(report)} == {
        ("test.rule", "light", "existing"),
        ("test.step", "light", "new"),
    }
    assert compared(report).fixed == ()


def test_another_id_in_a_list_is_another_subject(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=LIST))
    report = proposal.put({"a.thing.yaml": LIST.replace("id: x", "id: q")}).report()
    assert ages(report) == {"q": "new", "y": "existing", "z": "existing"}
    assert compared(report).fixed == ()
    assert [each.code for each in report.diagnostics] == ["subject-gone"]


def test_old_is_bound_also_after_a_rename(tmp_path: Path) -> None:
    falling = policy(rule("is_new || subject.tier <= old.tier", at="/tier"))
    long = "name: Lamp\ntier: 1\n" + "".join(f"# {n}\n" for n in range(20))
    files = {**things(falling), "gonogo.yaml": configuration(**SELECTED), "things/lamp/thing.yaml": long}
    proposal = propose(tmp_path, files)
    proposal.put({"things/lantern/thing.yaml": long.replace("tier: 1", "tier: 2")}, "things/lamp/thing.yaml")
    report = proposal.report()
    assert [(r.rule, r.age) for r in failures(report)] == [("test.rule", "new")]


def test_a_transition_is_judged_against_the_base(tmp_path: Path) -> None:
    falling = policy(rule("is_new || subject.tier <= old.tier", at="/tier"))
    proposal = propose(tmp_path, things(falling, a=SOUND)).put({"a.thing.yaml": SOUND.replace("1", "2")})
    (failed,) = failures(proposal.report())
    assert (failed.age, failed.location.span and failed.location.span.line) == ("new", 2)


# rules that look across files


def test_a_rule_that_looks_across_files_is_not_cheated(tmp_path: Path) -> None:
    across = policy(rule('lookup("thing", "b").tier == subject.tier'))
    proposal = propose(tmp_path, things(across, a=SOUND, b=SOUND))
    report = proposal.put({"b.thing.yaml": SOUND.replace("tier: 1", "tier: 3")}).report()
    assert ages(report) == {"a": "new"}  # although a itself is as it was
    assert proposal.report(base="change~1", head="change~1").neutral != ""


def test_the_line_that_made_another_file_fail_is_pointed_at(tmp_path: Path) -> None:
    across = policy(rule('lookup("thing", "b").tier == subject.tier'))
    proposal = propose(tmp_path, things(across, a=SOUND, b=SOUND))
    (failed,) = failures(proposal.put({"b.thing.yaml": SOUND.replace("tier: 1", "tier: 3")}).report())
    assert failed.anchor is not None
    assert failed.anchor.span is not None
    assert (failed.anchor.path, failed.anchor.span.line) == ("b.thing.yaml", 2)


def place(location: Location | None) -> str:
    """File and line."""
    return f"{location.path}:{location.span.line}" if location and location.span else ""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({}, "c.thing.yaml:1", id="the only file"),
        pytest.param({"notes.txt": "x\n"}, "", id="one of two files, and nobody knows which"),
    ],
)
def test_all_that_a_change_of_one_file_causes_is_pointed_at_there(
    tmp_path: Path, more: dict[str, str], expected: str
) -> None:
    few = policy(rule('related("thing", "optional").size() < 3'))
    text = "product: lamp\n" + SOUND
    report = propose(tmp_path, things(few, a=text, b=text)).put({"c.thing.yaml": text, **more}).report()
    found = {r.subject.id: place(r.anchor) for r in failures(report)}
    assert found == {"a": expected, "b": expected, "c": ""}


def test_what_follows_from_the_record_of_a_product_is_pointed_at_there(tmp_path: Path) -> None:
    derived = policy(rule("subject.tier == 1"))
    derive = {"thing": {"tier": 'has(product.team) && product.team == "red" ? 1 : 2'}}
    register = "".join(
        f"- id: {id}\n  name: {id}\n  owners: [ Ada Example ]\n  stage: ga\n  team: %s\n"
        for id in ("lamp", "shade")
    )
    files = things(derived, a="name: Lamp\nproduct: shade\n")
    files["gonogo.yaml"] = configuration(products="products.yaml", derive=derive)
    proposal = propose(tmp_path, {**files, "products.yaml": register % ("red", "red")})
    report = proposal.put({"products.yaml": register % ("blue", "blue"), "notes.txt": "x\n"}).report()
    assert [(place(r.location), place(r.anchor)) for r in failures(report)] == [
        ("a.thing.yaml:1", "products.yaml:10")
    ]


def test_a_failure_on_its_own_changed_line_needs_no_other(tmp_path: Path) -> None:
    (failed,) = failures(propose(tmp_path, things(OWNED, a=SOUND)).put({"a.thing.yaml": THING}).report())
    assert failed.location.span is not None
    assert (failed.location.span.line, failed.anchor) == (3, None)


def test_a_line_that_was_taken_away_is_pointed_at_by_the_one_before(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=SOUND)).put({"a.thing.yaml": "name: Lamp\ntier: 1\n"})
    (failed,) = failures(proposal.report())
    where = failed.anchor or failed.location
    assert where.span is not None
    assert where.span.line in (1, 2)


# who judges


def test_a_policy_that_the_change_drops_judges_it_all_the_same(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=SOUND))
    report = proposal.put({"a.thing.yaml": THING, "policies/test.policy.yaml": policy(rule("true"))}).report()
    assert (ages(report), report.exit_code) == ({"a": "new"}, 1)
    found = compared(report)
    assert found.judging == ("policies/test.policy.yaml",)
    assert [(flip.blocks, flip.result.subject.id) for flip in found.flips] == [(False, "a")]


def test_a_policy_that_the_change_brings_does_not_judge_it_but_shows_what_would_flip(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(policy(rule("true")), a=THING))
    report = proposal.put({"policies/test.policy.yaml": OWNED}).report()
    assert (failures(report), report.exit_code) == ([], 0)
    assert [(flip.blocks, flip.result.rule) for flip in compared(report).flips] == [(True, "test.rule")]


def test_a_policy_that_announces_itself_shows_what_it_will_find(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(policy(rule("true")), a=THING, b=SOUND))
    announced = policy(rule("filled(subject.owner)", at="/owner"), effective={"from": "2030-01-01"})
    report = proposal.put({"policies/test.policy.yaml": announced}).report()
    (flip,) = compared(report).flips
    assert (flip.blocks, flip.is_announced, flip.result.subject.id) == (False, True, "a")
    proposal.on_main({"policies/test.policy.yaml": announced})
    due = announced.replace("2030-01-01", "2020-01-01")
    again = compared(proposal.put({"policies/test.policy.yaml": due}).report())
    assert [(each.blocks, each.is_announced) for each in again.flips] == [(True, False)]


def test_a_waiver_of_the_change_does_not_waive_in_it(tmp_path: Path) -> None:
    waiver = {
        "waiver": "w1",
        "rule": "test.rule",
        "subject": "a",
        "owner": "Ada Example",
        "approver": "Ben Sample",
        "reason": "Nobody can lift it before the crane comes back in July.",
        "granted": "2026-05-01",
        "expires": "2026-07-01",
        "accepts": [{"subject": "a", "saw": f"sha256:{'0' * 64}", "shown": "TBD"}],
    }
    files = {**things(OWNED, a=SOUND), "gonogo.yaml": configuration(waivers="*.waiver.yaml")}
    proposal = propose(tmp_path, files)
    report = proposal.put({"a.thing.yaml": THING, "w1.waiver.yaml": json.dumps(waiver)}).report()
    assert (report.waivers, report.exit_code, compared(report).judging) == ((), 1, ("w1.waiver.yaml",))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="unreadable"),
        pytest.param(configuration(packs=["./nothing"]), id="names a pack that is not there"),
        pytest.param(configuration(colour="red"), id="unknown field"),
    ],
)
def test_a_configuration_that_could_not_judge_fails_by_itself(tmp_path: Path, text: str) -> None:
    report = propose(tmp_path, things(OWNED, a=SOUND)).put({"gonogo.yaml": text}).report()
    assert report.exit_code == 2
    assert "once this change is merged nothing can be judged" in report.diagnostics[0].message
    assert report.diagnostics[0].location is not None


def test_a_configuration_that_is_taken_away_fails_by_itself(tmp_path: Path) -> None:
    report = propose(tmp_path, things(OWNED, a=SOUND)).put({}, "gonogo.yaml").report()
    assert report.exit_code == 2


def test_the_base_branch_as_it_is_now_judges(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(policy(rule("true")), a=SOUND))
    proposal.put({"a.thing.yaml": THING}).on_main({"policies/test.policy.yaml": OWNED})
    report = proposal.report()
    assert (ages(report), report.exit_code) == ({"a": "new"}, 1)
    assert compared(report).judging == ()  # the change did not touch it
    assert compared(report).judge == proposal.made.git("rev-parse", "main")


def test_what_the_base_branch_mended_meanwhile_is_not_called_new(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=THING, b=SOUND))
    proposal.put({"b.thing.yaml": SOUND + "legacy: x\n"}).on_main({"a.thing.yaml": SOUND})
    assert ages(proposal.report()) == {"a": "existing"}


def test_a_base_branch_that_cannot_judge_is_said_to_be_at_fault(tmp_path: Path) -> None:
    proposal = propose(tmp_path, {**things(policy(rule("filled(subject.onwer)")), a=SOUND)})
    report = proposal.put({"policies/test.policy.yaml": OWNED}).report()
    (told,) = report.diagnostics
    assert (report.exit_code, told.code) == (2, "expression")
    assert told.message == "the base branch itself cannot judge: `thing` has no field `onwer`"
    assert told.hint.startswith("Did you mean `owner`? What mends it has to be merged past this check")


def test_a_base_without_a_configuration_lets_the_change_judge_itself_and_says_so(tmp_path: Path) -> None:
    made = Made(tmp_path / "repository")
    made.commit("base", {"README.md": "hello\n"})
    made.git("switch", "-q", "-c", "change")
    judging.write(made.folder, things(OWNED, a=THING))
    made.commit("change")
    report = Proposal(made).report()
    assert (ages(report), report.exit_code) == ({"a": "new"}, 1)
    assert [d.code for d in report.diagnostics] == ["base-unconfigured"]
    comparison = compared(report)
    assert (comparison.judge, "gonogo.yaml" in comparison.judging) == (comparison.head, True)
    said = RENDERERS["terminal"](report, Options())
    assert "It judges this change too, since the base has nothing that could." in said
    recorded = json.loads(RENDERERS["json"](report, Options()))
    again = verify(run.Request(str(made.folder), judging.clock("2027-01-01")), recorded)
    assert isinstance(again, Verified)
    assert (again.identical, again.differences) == (True, ())


def test_policies_of_another_folder_judge_both_sides(tmp_path: Path) -> None:
    judging.write(tmp_path / "central", things(OWNED))
    proposal = propose(tmp_path, {**things(policy(rule("true")), a=SOUND)}).put({"a.thing.yaml": THING})
    report = proposal.report(policies=str(tmp_path / "central"))
    assert (ages(report), compared(report).judge, compared(report).judging) == ({"a": "new"}, "", ())


def test_what_a_central_configuration_reads_in_the_repository_is_that_of_the_base(tmp_path: Path) -> None:
    listed = policy(rule("subject.owner in data.owners", at="/owner"))
    central = configuration(data={"owners": "owners.yaml"})
    judging.write(tmp_path / "central", {**things(listed), "gonogo.yaml": central})
    files = {**things(OWNED, a=SOUND), "owners.yaml": "[ Ada Example ]\n"}
    proposal = propose(tmp_path, files)
    proposal.put({"a.thing.yaml": SOUND.replace("Ada", "Eve"), "owners.yaml": "[ Eve Example ]\n"})
    report = proposal.report(policies=str(tmp_path / "central"))
    assert (ages(report), compared(report).judging) == ({"a": "new"}, ("owners.yaml",))
    assert [(flip.blocks, flip.result.subject.id) for flip in compared(report).flips] == [(False, "a")]


def test_a_pattern_of_sign_offs_does_not_open_a_door_for_what_judges(tmp_path: Path) -> None:
    config = configuration(signoffs="**/*.signoff.yaml", ledger="policies")
    proposal = propose(tmp_path, {**things(OWNED, a=SOUND), "gonogo.yaml": config})
    report = proposal.put({"a.thing.yaml": THING, "policies/test.policy.yaml": policy(rule("true"))}).report()
    assert ("a", "new") in {(r.subject.id, r.age) for r in report.results if r.rule == "test.rule"}


# nothing to judge


@pytest.mark.parametrize("path", ["README.md", "src/main.py", "things/a.thing.yaml"])
def test_a_change_that_touches_no_input_is_neutral(tmp_path: Path, path: str) -> None:
    report = propose(tmp_path, things(OWNED, a=THING)).put({path: "hello\n"}).report()
    assert (report.exit_code, report.results, report.diagnostics) == (0, (), ())
    why = (
        "no file that this change touches is an artifact, or judges any; what is not committed is not judged"
    )
    assert report.neutral == f"Nothing had to be judged: {why}."
    assert [file.path for file in compared(report).files] == []


def test_it_may_be_evaluated_in_full_all_the_same(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=THING)).put({"README.md": "x"})
    report = proposal.report(whole=True)
    assert [(r.age, r.outcome) for r in failures(report)] == [("existing", "fail")]
    assert (report.neutral, report.exit_code) == (proposal.report().neutral, 0)
    said = RENDERERS["comment"](report, Options())
    assert "## NEUTRAL" in said
    assert "no file that this change touches is an artifact, or judges any" in said
    assert json.loads(RENDERERS["gitlab"](report, Options()))[0]["check_name"] == "test.rule"
    proposal.on_main({"policies/test.policy.yaml": "["})
    assert proposal.report(whole=True).neutral != "", "what is wrong with the branch is not its fault"


def test_no_pack_is_loaded_for_it(tmp_path: Path) -> None:
    files = {**things("{", a=THING), "gonogo.yaml": configuration()}
    report = propose(tmp_path, files).put({"README.md": "hello\n"}).report()
    assert (report.exit_code, report.neutral != "") == (0, True)


def test_all_failures_are_asked_for_even_so(tmp_path: Path) -> None:
    report = propose(tmp_path, things(OWNED, a=THING)).put({"README.md": "hello\n"}).report(fail_on="all")
    assert (ages(report), report.exit_code) == ({"a": "existing"}, 1)


# stages and gates

PEOPLE = json.dumps(
    {
        "people": [{"id": "ada", "name": "Ada Example"}],
        "roles": [{"id": "security", "title": "Security", "members": [{"person": "ada"}]}],
    }
)
REGISTER = "- { id: lamp, name: Lamp, owners: [ Ada Example ], stage: %s }\n"
LIFECYCLE = json.dumps(
    {
        "lifecycle": "standard",
        "title": "Standard",
        "stages": [{"id": s, "title": s} for s in ("alpha", "beta", "ga")],
    }
)


def staged(stage: str, **gates: Mapping[str, Any]) -> dict[str, str]:
    """A product in a stage, with a thing, and gates by the stage that they lead to."""
    order = ["alpha", "beta", "ga"]
    written = {
        f"{to}.gate.yaml": json.dumps(
            {
                "gate": to,
                "title": to,
                "from": order[order.index(to) - 1],
                "to": to,
                "binds": [{"policy": "test"}],
                **more,
            }
        )
        for to, more in gates.items()
    }
    config = configuration(
        products="products.yaml",
        gates="*.gate.yaml",
        lifecycles="*.lifecycle.yaml",
        people="people.yaml",
        signoffs="*.signoff.yaml",
    )
    return {
        "people.yaml": PEOPLE,
        **things(OWNED, a="product: lamp\n" + THING),
        "gonogo.yaml": config,
        "standard.lifecycle.yaml": LIFECYCLE,
        "products.yaml": REGISTER % stage,
        **written,
    }


def test_a_draft_is_not_judged_by_the_rules_of_the_next_gate(tmp_path: Path) -> None:
    proposal = propose(tmp_path, staged("beta", ga={}))
    report = proposal.put({"a.thing.yaml": "product: lamp\n" + THING + "legacy: x\n"}).report()
    assert [(r.enforcement, r.age) for r in failures(report)] == [("upcoming", "existing")]
    assert report.exit_code == 0


def test_a_change_of_stage_brings_its_gate(tmp_path: Path) -> None:
    gate = {"needs": {"thing": "2.."}, "sign_offs": [{"role": "security", "of": ["thing"]}]}
    proposal = propose(tmp_path, staged("beta", ga=gate))
    report = proposal.put({"products.yaml": REGISTER % "ga"}).report()
    (change,) = compared(report).stages
    assert (change.product, change.old_stage, change.stage, change.gates) == ("lamp", "beta", "ga", ("ga",))
    assert change.location is not None
    assert change.location.span is not None
    assert {(r.rule, r.outcome, r.age) for r in failures(report) if r.enforcement == "mandatory"} == {
        ("test.rule", "fail", "new"),
        ("ga.needs.thing", "fail", "new"),
        ("ga.sign-off.security", "error", "new"),
    }
    assert report.exit_code == 1
    # the thing itself is as it was: the line that moved the product is the one to look at
    (rule,) = [r for r in failures(report) if r.rule == "test.rule"]
    assert rule.anchor is not None
    assert rule.anchor.path == "products.yaml"


def test_what_was_there_before_is_asked_anew_by_the_gate_that_is_entered(tmp_path: Path) -> None:
    proposal = propose(tmp_path, staged("beta", beta={}, ga={}))
    report = proposal.put({"products.yaml": REGISTER % "ga"}).report()
    assert [(r.enforcement, r.age) for r in failures(report)] == [("mandatory", "new")]
    assert report.exit_code == 1


def test_going_back_takes_no_rule_away_from_the_change(tmp_path: Path) -> None:
    files = staged("ga", ga={})
    files["a.thing.yaml"] = "product: lamp\n" + SOUND
    proposal = propose(tmp_path, files)
    report = proposal.put(
        {"products.yaml": REGISTER % "beta", "a.thing.yaml": "product: lamp\n" + THING}
    ).report()
    assert [(r.enforcement, r.age) for r in failures(report)] == [("mandatory", "new")]
    (change,) = compared(report).stages
    assert (change.old_stage, change.stage, change.gates, change.back) == ("ga", "beta", (), True)


def test_a_new_product_passes_every_gate_up_to_its_stage(tmp_path: Path) -> None:
    files = staged("alpha", beta={}, ga={})
    files["products.yaml"] = "[]\n"
    files["a.thing.yaml"] = SOUND
    report = propose(tmp_path, files).put({"products.yaml": REGISTER % "ga"}).report()
    (change,) = compared(report).stages
    assert (change.old_stage, change.gates) == ("", ("beta", "ga"))


def test_a_product_under_a_new_name_moves_nowhere(tmp_path: Path) -> None:
    renamed = "- { id: lantern, formerly: [ lamp ], name: Lantern, owners: [ Ada Example ], stage: ga }\n"
    files = staged("ga", ga={})
    files["a.thing.yaml"] = SOUND
    report = propose(tmp_path, files).put({"products.yaml": renamed}).report()
    assert compared(report).stages == ()


def test_a_name_that_is_still_in_use_is_nobodys_former_one(tmp_path: Path) -> None:
    files = staged("ga", ga={})
    files["a.thing.yaml"] = SOUND
    other = "- { id: evil, formerly: [ lamp ], name: Evil, owners: [ Ada Example ], stage: ga }\n"
    report = propose(tmp_path, files).put({"products.yaml": REGISTER % "ga" + other}).report()
    assert [(s.product, s.old_stage, s.gates) for s in compared(report).stages] == [("evil", "", ("ga",))]


def test_another_lifecycle_is_no_way_around_the_gates(tmp_path: Path) -> None:
    files = staged("ga", ga={})
    files["a.thing.yaml"] = "product: lamp\n" + SOUND
    files["quick.lifecycle.yaml"] = json.dumps(
        {"lifecycle": "quick", "title": "Quick", "stages": [{"id": s, "title": s} for s in ("idea", "ga")]}
    )
    proposal = propose(tmp_path, files)
    quick = REGISTER.replace("name:", "lifecycle: quick, name:") % "ga"
    report = proposal.put({"products.yaml": quick, "a.thing.yaml": "product: lamp\n" + THING}).report()
    assert [(r.enforcement, r.age) for r in failures(report)] == [("mandatory", "new")]
    assert [d.code for d in report.diagnostics] == ["lifecycle-changed"]


def test_a_product_that_is_taken_out_is_told(tmp_path: Path) -> None:
    files = staged("ga", ga={})
    files["a.thing.yaml"] = SOUND
    report = propose(tmp_path, files).put({"products.yaml": "[]\n"}).report()
    assert [(s.product, s.old_stage, s.stage) for s in compared(report).stages] == [("lamp", "ga", "")]


@pytest.mark.parametrize(
    ("register", "told"),
    [
        (REGISTER.replace(", stage: %s", ""), []),  # it gives its stage up
        (REGISTER % "betaa", ["unknown-stage"]),
        ((REGISTER % "beta").replace("lamp", "bell"), ["unknown-product"]),
    ],
)
def test_what_every_gate_will_judge_once_it_is_merged_is_judged_so_in_the_change(
    tmp_path: Path, register: str, told: list[str]
) -> None:
    files = staged("beta", ga={})
    files["a.thing.yaml"] = "product: lamp\n" + THING
    report = propose(tmp_path, files).put({"products.yaml": register}).report()
    assert [(r.enforcement, r.age) for r in failures(report)] == [("mandatory", "new")]
    assert [d.code for d in report.diagnostics] == told


def test_of_a_register_that_nobody_can_read_no_product_is_said_to_move(tmp_path: Path) -> None:
    files = staged("ga", ga={})
    files["a.thing.yaml"] = "product: lamp\n" + SOUND
    report = propose(tmp_path, files).put({"products.yaml": "["}).report()
    assert (compared(report).stages, report.exit_code) == ((), 1)


NEEDS = {"needs": {"prd": 1}}


def test_what_counts_no_more_is_not_called_fixed(tmp_path: Path) -> None:
    """Without a record a product is judged by every gate; its first one says which of them ask it yet."""
    files = staged("", beta={}, ga=NEEDS) | {"products.yaml": "[]\n"}
    files["policies/early.policy.yaml"] = policy(
        rule("filled(subject.owner)", id="early.rule"), policy="early"
    )
    files["beta.gate.yaml"] = files["beta.gate.yaml"].replace('"test"', '"early"')
    record = REGISTER % "alpha"
    proposal = propose(tmp_path, files).put({"products.yaml": record})
    before = proposal.report(head="main", fail_on="all")
    assert {r.rule for r in failures(before)} == {"test.rule", "early.rule", "ga.needs.prd"}
    report = proposal.report()
    assert [(r.rule, r.enforcement, r.age) for r in failures(report)] == [
        ("early.rule", "upcoming", "existing")
    ]
    assert compared(report).fixed == ()
    mended = proposal.put({"a.thing.yaml": "product: lamp\n" + SOUND}).report()
    assert [r.rule for r in compared(mended).fixed] == ["early.rule"]


def test_what_a_condition_asks_no_more_is_not_called_fixed(tmp_path: Path) -> None:
    rules = policy(
        rule("filled(subject.owner)", when="subject.tier == 1"),
        rule("filled(item.owner)", id="test.step", each="subject.steps", key="item.id", when="!item.done"),
    )
    steps = "steps:\n- { id: dim, done: %s }\n- { id: douse, done: false }\n"
    proposal = propose(tmp_path, things(rules, a=THING + steps % "false"))
    report = proposal.put({"a.thing.yaml": THING.replace("tier: 1", "tier: 2") + steps % "true"}).report()
    assert (ages(report), compared(report).fixed) == ({"a/douse": "existing"}, ())


# what is missing


def test_what_was_missing_before_blocks_a_change_of_stage_only(tmp_path: Path) -> None:
    files = staged("beta", ga={})
    selected = [{"kind": "thing", "files": "*.thing.yaml"}, {"kind": "prd", "files": "prds/*.md"}]
    config = configuration(
        products="products.yaml", gates="*.gate.yaml", lifecycles="*.lifecycle.yaml", subjects=selected
    )
    files |= {"gonogo.yaml": config, "a.thing.yaml": "product: lamp\n" + SOUND}
    proposal = propose(tmp_path, files).put({"a.thing.yaml": "product: lamp\n" + SOUND + "legacy: x\n"})
    report = proposal.report()
    assert (report.verdict, report.exit_code, [d.code for d in report.diagnostics]) == (
        "go",
        0,
        ["no-subjects"],
    )
    moved = proposal.put({"products.yaml": REGISTER % "ga"}).report()
    assert (moved.verdict, moved.exit_code) == ("undecided", 4)
    assert [(told.code, told.is_old) for told in moved.diagnostics] == [("no-subjects", False)]
    (passage,) = change.passages(moved)
    assert passage.remark.startswith("No check blocks there, but something is missing")


# warnings

PLANS = [{"kind": "thing", "files": "*.thing.yaml"}, {"kind": "prd", "files": "prds/*.md"}]
STRAY = "product: bell\n" + SOUND


def warnings(report: Report) -> dict[str, str]:
    """The age of each warning, by its code and where it stands."""
    assert all(each.level == "warning" for each in report.diagnostics)
    places = (each.location and each.location.path for each in report.diagnostics)
    return {
        f"{each.code} {place or ''}".strip(): each.age
        for each, place in zip(report.diagnostics, places, strict=True)
    }


def test_warnings_tell_whether_the_base_had_them(tmp_path: Path) -> None:
    files = staged("beta", ga={})
    settings = {"products": "products.yaml", "gates": "*.gate.yaml", "lifecycles": "*.lifecycle.yaml"}
    files |= {"gonogo.yaml": configuration(subjects=PLANS, **settings), "a.thing.yaml": STRAY}
    files["b.thing.yaml"] = SOUND
    proposal = propose(tmp_path, files).put(
        {"a.thing.yaml": "# moved\n" + STRAY, "b.thing.yaml": STRAY.replace("bell", "horn")}
    )
    there = {"no-subjects gonogo.yaml": "existing", "unknown-product a.thing.yaml": "existing"}
    assert warnings(proposal.report()) == {**there, "unknown-product b.thing.yaml": "new"}
    moved = "# a word\n" + configuration(subjects=PLANS, **settings)
    again = proposal.put({"gonogo.yaml": moved}).report()
    assert warnings(again) == {**there, "unknown-product b.thing.yaml": "new"}  # the base says where it is


def test_the_warnings_of_what_judges_itself_are_new(tmp_path: Path) -> None:
    made = Made(tmp_path / "repository")
    made.commit("base", {"README.md": "hello\n"})
    made.git("switch", "-q", "-c", "change")
    judging.write(made.folder, {**things(OWNED, a=SOUND), "gonogo.yaml": configuration(subjects=PLANS)})
    made.commit("change")
    assert warnings(Proposal(made).report()) == {"base-unconfigured": "new", "no-subjects gonogo.yaml": "new"}


def test_what_is_wrong_with_the_base_was_there_and_is_an_error_all_the_same(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things("policy: [")).put({"a.thing.yaml": THING})
    report = proposal.report()
    (wrong,) = report.diagnostics
    assert (wrong.age, wrong.level, wrong.is_old, report.exit_code) == ("existing", "error", False, 2)


def test_what_is_told_twice_and_was_told_once_is_new_once() -> None:
    told = Diagnostic("c", "m", Location("a.yaml", Span(4, 2, 4, 5)), level="warning")
    lines = Lines("old.yaml", [Hunk(1, 1, 1, 3)])
    was = told._replace(location=Location("old.yaml", Span(2, 2, 2, 9)))
    found = defects.aged([told, told, told._replace(message="n")], [was], {"a.yaml": lines}, ())
    assert [each.age for each in found] == ["existing", "new", "new"]
    written = told._replace(location=Location("a.yaml", Span(2, 2, 2, 5)))
    for same, age in (((), "new"), (("a.yaml",), "existing")):
        (each,) = defects.aged([written], [was, written], {"a.yaml": lines}, same)
        assert each.age == age


def tracked(tracker: str, thing: str) -> dict[str, str]:
    """A thing in beta that names a ticket, and the export of a tracker."""
    ticket = {
        "type": "object",
        "x-gonogo": {"key": "id"},
        "properties": {"id": {"type": "string"}, "state": {"type": "string"}},
    }
    files = staged("beta", ga={})
    selected = [{"kind": "thing", "files": "*.thing.yaml"}, {"kind": "ticket", "files": "tracker/*.csv"}]
    config = json.loads(files["gonogo.yaml"])
    return {
        **files,
        "gonogo.yaml": json.dumps(config | {"subjects": selected}),
        "ticket.schema.json": json.dumps(ticket),
        "policies/other.policy.yaml": policy(
            rule('lookup("ticket", subject.legacy).state == "done"', id="other.done", at="/legacy"),
            policy="other",
            when="has(subject.legacy)",
        ),
        "a.thing.yaml": thing,
        "tracker/export.csv": tracker,
    }


def test_a_source_that_is_out_blocks_a_change_of_stage_only(tmp_path: Path) -> None:
    thing = "product: lamp\n" + SOUND
    proposal = propose(tmp_path, tracked('id,state\nT-1,"done\n', thing))
    report = proposal.put({"a.thing.yaml": thing + "legacy: T-1\n"}).report()
    (asked,) = [r for r in report.results if r.rule == "other.done"]
    assert (asked.outcome, asked.age) == ("error", "existing")
    assert "nobody can tell whether there is a ticket `T-1`" in asked.message
    assert report.exit_code == 0
    moved = proposal.put({"products.yaml": REGISTER % "ga"}).report()
    (asked,) = [r for r in moved.results if r.rule == "other.done"]
    assert (asked.age, moved.exit_code) == ("new", 4)


def test_a_change_that_breaks_the_source_has_what_follows_from_it(tmp_path: Path) -> None:
    thing = "product: lamp\n" + SOUND + "legacy: T-1\n"
    proposal = propose(tmp_path, tracked("id,state\nT-1,done\n", thing))
    report = proposal.put({"tracker/export.csv": 'id,state\nT-1,"done\n'}).report()
    (asked,) = [r for r in report.results if r.rule == "other.done"]
    assert (asked.outcome, asked.age, report.exit_code) == ("error", "new", 1)


def test_what_is_not_in_a_source_that_can_be_read_fails(tmp_path: Path) -> None:
    thing = "product: lamp\n" + SOUND + "legacy: T-2\n"
    proposal = propose(tmp_path, tracked("id,state\nT-1,done\n", SOUND))
    report = proposal.put({"a.thing.yaml": thing}).report()
    (asked,) = [r for r in report.results if r.rule == "other.done"]
    assert (asked.outcome, asked.age) == ("fail", "new")


def test_what_goes_missing_blocks(tmp_path: Path) -> None:
    report = propose(tmp_path, things(OWNED, a=SOUND)).put({}, "a.thing.yaml").report()
    assert (report.verdict, report.exit_code) == ("undecided", 3)


# a workspace below the root


def test_a_workspace_in_a_folder_sees_its_own_files(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=SOUND), below="governance/")
    report = proposal.put({"a.thing.yaml": THING}).report()
    assert ages(report) == {"a": "new"}
    assert [file.path for file in compared(report).files] == ["a.thing.yaml"]
    assert report.origin is not None
    assert report.origin.prefix == "governance/"


# bad input


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"base": "nowhere"}, "git-unknown-revision"),
        ({"base": "-rf"}, "git-unknown-revision"),
        ({"head": "nowhere"}, "git-unknown-revision"),
    ],
)
def test_a_change_that_is_not_there_is_told(tmp_path: Path, asked: dict[str, str], code: str) -> None:
    report = propose(tmp_path, things(OWNED, a=SOUND)).put({"a.thing.yaml": THING}).report(**asked)
    assert (report.exit_code, [d.code for d in report.diagnostics]) == (2, [code])


def test_without_a_commit_in_common_nothing_is_new(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=SOUND))
    proposal.made.git("switch", "-q", "--orphan", "lonely")
    proposal.made.commit("lonely", {"README.md": "hello\n"})
    report = proposal.report(head="lonely")
    assert (report.exit_code, [d.code for d in report.diagnostics]) == (2, ["git-unrelated"])


def test_outside_of_a_repository_there_is_no_base(tmp_path: Path) -> None:
    judging.write(tmp_path, things(OWNED, a=SOUND))
    assert [d.code for d in reported(tmp_path).diagnostics] == ["no-history"]


def test_the_working_tree_is_not_looked_at(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=SOUND)).put({"a.thing.yaml": SOUND + "legacy: x\n"})
    (proposal.folder / "a.thing.yaml").write_text(THING)
    report = proposal.report()
    assert (ages(report), [d.code for d in report.diagnostics]) == ({}, ["not-committed"])
    assert proposal.report(head="change").diagnostics == ()


def test_a_file_that_is_no_text_any_more(tmp_path: Path) -> None:
    report = propose(tmp_path, things(OWNED, a=SOUND)).put({"a.thing.yaml": b"\0\1\2"}).report()
    assert report.exit_code == 1
    assert {r.age for r in failures(report)} == {"new"}


@pytest.mark.parametrize("fail_on", ["new", "all"])
def test_the_report_of_a_change_can_be_evaluated_again(tmp_path: Path, fail_on: str) -> None:
    files = {**things(OWNED, a=SOUND, b=THING)}
    proposal = propose(tmp_path, files).put({"a.thing.yaml": THING, "b.thing.yaml": THING + "legacy: x\n"})
    report = proposal.report(fail_on=fail_on)
    recorded = json.loads(RENDERERS["json"](report, Options()))
    proposal.on_main(
        {"policies/test.policy.yaml": policy(rule("true"))}
    )  # what judged is a commit of the past
    again = verify(run.Request(str(proposal.folder), judging.clock("2027-01-01")), recorded)
    assert isinstance(again, Verified)
    assert (again.identical, again.differences, again.exit_code) == (True, (), 0)
    assert again.again.comparison == report.comparison
    forged = recorded | {"verdict": "go"}
    other = verify(run.Request(str(proposal.folder), judging.clock("2027-01-01")), forged)
    assert isinstance(other, Verified)
    assert other.differences[0] == "the verdict was go and is no-go"


def test_a_change_whose_commits_are_gone_cannot_be_evaluated_again(tmp_path: Path) -> None:
    proposal = propose(tmp_path, things(OWNED, a=SOUND)).put({"a.thing.yaml": THING})
    recorded = json.loads(RENDERERS["json"](proposal.report(), Options()))
    recorded["comparison"]["judge"] = "0" * 39 + "1"
    found = verify(run.Request(str(proposal.folder), judging.clock("2027-01-01")), recorded)
    assert isinstance(found, Diagnostic)
    assert found.code == "git-unknown-revision"

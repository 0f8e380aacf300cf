"""Which repository is asked, and which files are touched: no link of a change leads elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from checker import run, shipped
from checker.model import Report
from checker.run.comparing import Change, compare
from tests import judging
from tests.judging import configuration, policy, rule
from tests.patience import patience
from tests.repositories import Made
from tests.security.attacks import Contents, blocking, checked, stopped, texts

GOOD = "name: Lamp\nowner: Ada Example\n"
BAD = GOOD.replace("Ada Example", "TBD")
FILE = "lamp.thing.yaml"
OWNED = policy(rule("filled(subject.owner)", at="/owner"))
NOTHING = policy(rule("true"))
BASE: Contents = {
    "gonogo.yaml": configuration(people="conf/people.yaml"),
    "thing.schema.json": json.dumps(judging.KIND),
    "policies/test.policy.yaml": OWNED,
    "conf/people.yaml": "people: [ { id: ada, name: Ada Example } ]\n",
    FILE: GOOD,
}


def begun(folder: Path, base: Contents, links: dict[str, str] | None = None) -> Made:
    """A repository, and the branch of the change; `links` by their paths, each with where it leads."""
    made = Made(folder / "repository")
    for path, text in base.items():
        (made.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (made.folder / path).write_text(text if isinstance(text, str) else text.decode())
    for path, target in (links or {}).items():
        linked(made, path, target)
    made.commit("base")
    made.git("switch", "-q", "-c", "change")
    return made


def linked(made: Made, path: str, target: str) -> None:
    """Put a link in the place of whatever is there."""
    place = made.folder / path
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)


def below(made: Made, folder: str) -> Report:
    return compare(run.Request(str(made.folder / folder), judging.clock(judging.DAY)), Change("main"))


def under(folder: str, files: Contents) -> dict[str, str | bytes]:
    return {f"{folder}/{path}": text for path, text in files.items()}


@pytest.mark.parametrize(
    ("links", "files", "edited"),
    [
        ({FILE: "real/lamp.yaml"}, {"real/lamp.yaml": BAD}, None),
        ({FILE: "one", "one": "two/../real/lamp.yaml"}, {"real/lamp.yaml": BAD}, None),
        ({FILE: "real/lamp.yaml", "real": "deep/er"}, {"deep/er/lamp.yaml": BAD}, None),
        ({FILE: "way", "way": "real/lamp.yaml"}, {"evil.yaml": BAD}, ("way", "evil.yaml")),
        ({FILE: "real/lamp.yaml", "real": "deep/er"}, {"evil/lamp.yaml": BAD}, ("real", "evil")),
    ],
    ids=["the file", "behind two links", "behind a folder", "a link on the way", "a folder on the way"],
)
def test_an_artifact_that_is_a_link_is_judged_where_its_file_changes(
    tmp_path: Path, links: dict[str, str], files: Contents, edited: tuple[str, str] | None
) -> None:
    there = {
        path: text.replace("TBD", "Ada Example") for path, text in files.items() if isinstance(text, str)
    }
    base = {**BASE, "two/keep": "", "real/lamp.yaml": GOOD, "deep/er/lamp.yaml": GOOD}
    for link in links:
        base = {path: text for path, text in base.items() if not path.startswith(link)}
    made = begun(tmp_path, {**base, **(there if edited is None else {})}, links)
    if edited:
        linked(made, *edited)
    made.commit("harmless", dict(files))
    report = checked(made)
    assert stopped(report), report.neutral
    assert [each.subject.path for each in blocking(report)] == [FILE]


@pytest.mark.parametrize(
    ("links", "target", "change"),
    [
        ({"policies/test.policy.yaml": "../real/test.yaml"}, "policies/test.policy.yaml", NOTHING),
        ({"gonogo.yaml": "real/test.yaml"}, "gonogo.yaml", configuration(subjects=[])),
        ({"conf": "real"}, "conf", "people: []\n"),
    ],
    ids=["a policy", "the configuration", "the folder of the people"],
)
def test_a_judging_file_that_is_a_link_is_told_where_its_file_changes(
    tmp_path: Path, links: dict[str, str], target: str, change: str
) -> None:
    (link,) = links
    files = {path: text for path, text in BASE.items() if path != link and not path.startswith(f"{link}/")}
    inside = "real/people.yaml" if link == "conf" else "real/test.yaml"
    made = begun(tmp_path, {**files, inside: BASE.get(link, BASE["conf/people.yaml"])}, links)
    made.commit("harmless", {inside: change})
    report = checked(made)
    assert report.comparison is not None
    assert target in report.comparison.judging
    for format, text in texts(report).items():
        assert "This change edits what judges" in text, format


def test_a_link_to_a_folder_that_becomes_another_is_told(tmp_path: Path) -> None:
    files = {path: text for path, text in BASE.items() if not path.startswith("conf/")}
    people = {"real/people.yaml": BASE["conf/people.yaml"], "mine/people.yaml": "people: []\n"}
    made = begun(tmp_path, {**files, **people}, {"conf": "real"})
    linked(made, "conf", "mine")
    made.commit("harmless")
    report = checked(made)
    assert report.comparison is not None
    assert report.comparison.judging == ("conf",)


def test_a_link_that_nothing_is_read_through_touches_nothing(tmp_path: Path) -> None:
    made = begun(tmp_path, {**BASE, "docs/a.txt": "a"}, {"docs/b.txt": "a.txt"})
    made.commit("harmless", {"docs/a.txt": "b"})
    assert checked(made).neutral


BESIDE = {
    **under("gov", {path: text for path, text in BASE.items() if not path.startswith("policies")}),
    "gov/gonogo.yaml": configuration(packs=["../policies"], people="conf/people.yaml"),
    "policies/test.policy.yaml": OWNED,
    "lenient/test.policy.yaml": NOTHING,
}


def test_a_pack_beside_the_workspace_that_changes_is_told(tmp_path: Path) -> None:
    made = begun(tmp_path, BESIDE)
    made.commit("harmless", {"policies/test.policy.yaml": NOTHING, f"gov/{FILE}": BAD})
    report = below(made, "gov")
    assert report.comparison is not None
    assert stopped(report)
    assert report.comparison.judging == ("../policies/test.policy.yaml",)
    assert [each.blocks for each in report.comparison.flips] == [False]
    made.git("restore", "-s", "main", f"gov/{FILE}")
    made.commit("only that")
    again = below(made, "gov")
    assert (again.exit_code, again.neutral) == (0, "")


FLOOR = {
    "gonogo.yaml": configuration(packs=["./policies"], subjects=None, waivers="*.waiver.yaml"),
    "thing.schema.json": json.dumps(judging.KIND),
    "policies/test.policy.yaml": OWNED,
    "a/gonogo.yaml": configuration(packs=None, kinds=None, extends={"source": ".."}),
    f"a/{FILE}": GOOD,
}


def test_a_floor_beside_the_workspace_that_changes_is_told(tmp_path: Path) -> None:
    made = begun(tmp_path, FLOOR)
    made.commit("harmless", {"policies/test.policy.yaml": NOTHING})
    report = below(made, "a")
    assert report.comparison is not None
    assert report.comparison.judging == ("../policies/test.policy.yaml",)


def test_an_artifact_above_which_a_floor_lies_judges_nothing(tmp_path: Path) -> None:
    made = begun(tmp_path, FLOOR)
    made.commit("harmless", {f"a/{FILE}": BAD})
    report = below(made, "a")
    assert report.comparison is not None
    assert (stopped(report), report.comparison.judging) == (True, ())


@pytest.mark.parametrize(
    "target", ["lenient", str(Path(shipped.POLICIES) / "lifecycle")], ids=["beside", "shipped"]
)
def test_a_link_in_the_place_of_a_pack_leads_the_base_nowhere(tmp_path: Path, target: str) -> None:
    made = begun(tmp_path, BESIDE)
    linked(made, "policies", target)
    made.commit("harmless", {f"gov/{FILE}": BAD})
    report = below(made, "gov")
    assert stopped(report)
    assert [each.rule for each in blocking(report)] == [judging.RULE]


@pytest.mark.parametrize("target", ["other", ".", "../outside"])
def test_a_link_in_the_place_of_the_workspace_is_refused(tmp_path: Path, target: str) -> None:
    made = begun(tmp_path, {**under("gov", BASE), **under("other", BASE), **BASE})
    shutil.copytree(made.folder, tmp_path / "outside")
    linked(made, "gov", target)
    made.commit("harmless", {f"other/{FILE}": GOOD + "draft: true\n"})
    report = below(made, "gov")
    assert (report.exit_code, [each.code for each in report.diagnostics]) == (2, ["git-linked"])


def test_a_link_from_elsewhere_to_the_workspace_is_none_of_the_change(tmp_path: Path) -> None:
    made = begun(tmp_path, under("gov", BASE))
    (tmp_path / "way").symlink_to(made.folder)
    made.commit("harmless", {f"gov/{FILE}": BAD})
    report = compare(run.Request(str(tmp_path / "way" / "gov"), judging.clock(judging.DAY)), Change("main"))
    assert [each.rule for each in blocking(report)] == [judging.RULE]


@pytest.mark.parametrize("where", ["gov", ""], ids=["the workspace", "the folder above it"])
def test_a_repository_that_a_change_brings_along_is_not_asked(tmp_path: Path, where: str) -> None:
    made = begun(tmp_path, under("all/gov", BASE))
    evil = begun(
        tmp_path / "evil", {**(BASE if where else under("gov", BASE)), "policies/test.policy.yaml": NOTHING}
    )
    evil.git("commit", "-q", "--allow-empty", "-m", "harmless")
    place = made.folder / "all" / where
    for name in ("HEAD", "objects", "refs"):
        there = evil.folder / ".git" / name
        (shutil.copytree if there.is_dir() else shutil.copy)(there, place / name)
    made.commit("harmless", {f"all/gov/{FILE}": BAD})
    made.git("clone", "-q", ".", str(tmp_path / "clone"))
    report = compare(
        run.Request(str(tmp_path / "clone/all/gov"), judging.clock(judging.DAY)), Change("main", "change")
    )
    assert (report.exit_code, [each.code for each in report.diagnostics]) == (2, ["git-embedded"])


@pytest.mark.parametrize(("number", "code"), [(1_000, "empty-pack"), (1_001, "schema-size")])
def test_very_many_packs_beside_the_workspace_are_looked_for_in_good_time(
    tmp_path: Path, number: int, code: str
) -> None:
    many = configuration(packs=[f"../{each}/policies" for each in range(number)])
    made = begun(tmp_path, BESIDE)
    made.commit("harmless", {"gov/gonogo.yaml": many, "7/policies/test.policy.yaml": OWNED})
    with patience():
        report = below(made, "gov")
    assert report.comparison is not None
    assert report.comparison.judging[-1] == "gonogo.yaml"
    assert (report.exit_code, report.diagnostics[-1].code) == (2, code)

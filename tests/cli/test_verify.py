"""`gonogo verify`: what check and review write is evaluated again, and says the same only where all is so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from checker.run.differing import differences
from tests.cli.conftest import Gonogo
from tests.cli.workspaces import CONFIGURATION, DAY, GREEN, PACK, POLICY, RED
from tests.policy import floors
from tests.repositories import Made

GOLDEN = Path(__file__).parents[1] / "golden"
FILES: Mapping[str, str] = {
    "gonogo.yaml": CONFIGURATION
    + "products: products.yaml\nlifecycles: '*.lifecycle.yaml'\ngates: gates/*.gate.yaml\n",
    "products.yaml": floors.PRODUCTS,
    "house.lifecycle.yaml": floors.LIFECYCLE,
    "gates/ga.gate.yaml": floors.GATE,
    "policies/pack.yaml": PACK,
    "policies/rollback.policy.yaml": POLICY,
    "launches/checkout.yaml": f"product: checkout\n{GREEN}",
    "launches/search.yaml": f"product: search\n{RED}",
    "notes.md": "Nobody judges this.\n",
}


@pytest.fixture(scope="module")
def above(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Repositories with a change on the branch `pr`; beside them a floor, and a folder of policies."""
    folder = tmp_path_factory.mktemp("verify")
    floors.write(folder / "floor", floors.FLOOR)
    floors.write(folder / "pinned", {**FILES, "policies/rollback.policy.yaml": POLICY.replace("high", "low")})
    standing = {**floors.SHOP, "gonogo.yaml": floors.CONFIGURATION.replace("governance", "floor")}
    floorless = {**floors.SHOP, "gonogo.yaml": floors.CONFIGURATION.replace("extends", "# extends")}
    for name, files in (("shop", FILES), ("standing", standing), ("floorless", floorless)):
        made = Made(folder / name)
        made.commit("as it was", dict(files))
        made.git("checkout", "-q", "-b", "notes")
        made.commit("words", {"notes.md": "Still nobody.\n"})
        made.git("checkout", "-q", "-b", "pr", "main")
        worse = f"product: checkout\n{RED}".replace("search", "checkout")
        made.commit("worse", {"launches/checkout.yaml": worse})
    return folder


class Case(NamedTuple):
    """How a report is made, and what its evaluation again needs besides the repository."""

    made: str
    given: str = ""
    neutral: bool = False
    folder: str = "shop"


CASES: Mapping[str, Case] = {
    "plain": Case("check"),
    "of one rule": Case("check --rule launch.*.owner"),
    "of one kind": Case("check --kind product"),
    "of one severity": Case("check --severity high"),
    "of one path": Case("check launches/search.yaml"),
    "of all paths": Case("check ."),
    "of nothing": Case("check --kind prd"),
    "with another clock": Case(f"check --clock {DAY}"),
    "with a moment": Case("check --clock 2026-05-21T12:00:00Z"),
    "of the past": Case("check --as-of 2024-02-01"),
    "by other policies": Case("check --policies ../pinned", "--policies ../pinned"),
    "of the past by other policies": Case(
        "check --as-of 2024-02-01 --policies ../pinned", "--policies ../pinned"
    ),
    "on a floor that is given": Case("check --floor ../floor", "--floor ../floor", folder="floorless"),
    "on a floor": Case("check", folder="standing"),
    "of the past on a floor": Case("check --as-of 2024-02-01", folder="standing"),
    "of a repository": Case("check --repository acme/shop"),
    "of a repository without a product": Case("check --repository acme/other", neutral=True),
    "of a change": Case("check --base main --head pr"),
    "of a change, all of it": Case("check --base main --head pr --fail-on all"),
    "of a change of nothing": Case("check --base main --head main", neutral=True),
    "of a change that touches nothing": Case("check --base main --head notes", neutral=True),
    "of a change that touches nothing, told in full": Case(
        "check --base main --head notes --output-format gitlab", neutral=True
    ),
    "of a change of a repository without a product": Case(
        "check --base main --head pr --repository acme/other", neutral=True
    ),
    "of a change by other policies": Case(
        "check --base main --head pr --policies ../pinned", "--policies ../pinned"
    ),
    "of a change on a floor": Case(
        "check --base main --head pr --floor ../floor", "--floor ../floor", folder="floorless"
    ),
    "of a change, one rule": Case("check --base main --head pr --rule launch.rollback.owner"),
    "of a review": Case(f"review ga --subject search --clock {DAY}"),
    "of a review of a launch": Case(f"review ga --subject checkout --clock {DAY}"),
    "of a review of the past": Case("review ga --subject search --as-of 2024-02-01"),
    "of a review that looks ahead": Case(f"review ga --subject checkout --clock {DAY} --forecast 2027-01-31"),
    "of a review on a floor": Case(
        "review ga --subject checkout --floor ../floor", "--floor ../floor", folder="floorless"
    ),
    "of the portfolio": Case("review --all"),
    "of the portfolio at a gate": Case(f"review ga --all --clock {DAY}"),
    "of the portfolio of the past": Case("review --all --as-of 2024-02-01"),
    "of the portfolio by other policies": Case("review --all --policies ../pinned", "--policies ../pinned"),
}


def written(gonogo: Gonogo, folder: Path, arguments: str, path: Path) -> dict[str, Any]:
    """What a command reports, and what is in the file of that path afterwards."""
    ran = gonogo(*arguments.split(), "--output-format", f"json={path}", "--quiet", cwd=folder)
    assert path.exists(), ran.err
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_is_evaluated_again(gonogo: Gonogo, above: Path, tmp_path: Path, name: str) -> None:
    case, path = CASES[name], tmp_path / "report.json"
    folder = above / case.folder
    report = written(gonogo, folder, case.made, path)
    ran = gonogo("verify", path, *case.given.split(), cwd=folder)
    assert (ran.code, ran.out.splitlines()[1:]) == (0, []), ran.out + ran.err
    word = "neutral" if case.neutral else report.get("verdict", f"exit code {report['exit_code']}")
    assert ran.out.endswith(f" {word} then, {word} now\n")
    assert bool(report.get("neutral")) == case.neutral
    assert ran.out.startswith("identical: evaluated again on ")
    sentences = lie(report)
    path.write_text(json.dumps(report))
    ran = gonogo("verify", path, *case.given.split(), "--all", cwd=folder)
    assert ran.code == 1
    assert ran.out.startswith("different: ")
    assert [each for each in sentences if each not in ran.out] == [], ran.out


def lie(report: dict[str, Any]) -> list[str]:
    """Alter whatever a report says; what is to be said of it."""
    code, count, said = report["exit_code"], next(iter(report["counts"])), []
    report["exit_code"], report["overruled"], report["counts"][count] = (code + 1) % 5, 7, 99
    said += [f"the exit code was {report['exit_code']} and is {code}", "the overruled was 7 and is 0"]
    said += [f"{count} of the counts was 99 and is "]
    if "verdict" in report:
        report["verdict"] = "go" if report["verdict"] != "go" else "no-go"
        said += [f"the verdict was {report['verdict']} and is "]
    if report.get("neutral"):
        report["neutral"] = "Trust me."
        said += ["the neutral was Trust me. and is N"]
    if results := report.get("results"):
        results.pop()
        said += ["was not checked and is "]
    if results:
        first = results[0]
        first["outcome"] = "error" if first["outcome"] == "fail" else "fail"
        first["message"] = "All is well."
        said += [
            f"{first['rule']} on {first['subject']['kind']} {first['subject']['id']} was {first['outcome']}"
        ]
        said += ["was All is well. and is "]
    if aged := [each for each in results or () if each["age"]]:
        aged[0]["age"] = "existing" if aged[0]["age"] == "new" else "new"
        said += [f"was {aged[0]['age']} and is "]
    own = [each for each in report.get("inputs", ()) if not each["locator"].startswith(("gonogo:", "floor:"))]
    if own and not (report["outside"] or {}).get("policies"):
        own[0]["digest"] = "sha256:" + "0" * 64
        said += [f"{own[0]['locator']} has changed"]
    if review := report.get("review"):
        review["scopes"][0]["verdict"] = "conditional"
        review["title"] = "Party"
        said += [" was conditional and is ", "title of the review was Party and is"]
    if comparison := report.get("comparison"):
        comparison["judging"].append("x.yaml")
        said += ["judging of the comparison was x.yaml"]
    if standings := report.get("standings"):
        standings.pop()
        standings[0]["verdict"] = "conditional"
        said += ["was not there and is there", "was conditional and is "]
    return said


# what it needs and does not have


@pytest.mark.parametrize(
    ("option", "folder", "given"), [("policies", "shop", "../pinned"), ("floor", "floorless", "../floor")]
)
def test_a_folder_that_is_not_stated_is_asked_for(
    gonogo: Gonogo, above: Path, tmp_path: Path, option: str, folder: str, given: str
) -> None:
    path = tmp_path / "report.json"
    written(gonogo, above / folder, f"check --{option} {given}", path)
    ran = gonogo("verify", path, cwd=above / folder)
    assert (ran.code, ran.out) == (2, "")
    said = " ".join(ran.err.split())
    assert f"the report was made with --{option}, a folder that is not part of this repository" in said
    assert f"State --{option} DIR, as it was then." in said


def test_the_workspace_is_found_where_it_lay(gonogo: Gonogo, tmp_path: Path) -> None:
    made, path = Made(tmp_path / "repository"), tmp_path / "report.json"
    made.commit("one", {f"work/{name}": text for name, text in FILES.items()})
    written(gonogo, made.folder / "work", f"check --clock {DAY}", path)
    made.git("rm", "-q", "work/gonogo.yaml")
    made.commit("two", {"work/gonogo.md": "It was here."})
    for folder in ("work", "work/launches", "."):
        ran = gonogo("verify", path, cwd=made.folder / folder)
        assert (ran.code, ran.out.splitlines()[1:]) == (0, []), ran.out + ran.err
    made.git("mv", "work", "elsewhere")
    ran = gonogo("verify", path, cwd=made.folder)
    assert (ran.code, ran.out) == (2, "")
    assert "the workspace was work/ of its repository" in ran.err
    ran = gonogo("verify", path, cwd=tmp_path)
    assert ran.code == 2
    assert "no-history" in ran.err


@pytest.mark.parametrize("prefix", ["..", "../..", "/", "/etc/", "shop/", ".git/", "launches"])
def test_no_report_leads_out_of_the_repository(
    gonogo: Gonogo, above: Path, tmp_path: Path, prefix: str
) -> None:
    path = tmp_path / "report.json"
    report = written(gonogo, above / "shop", f"check --clock {DAY}", path)
    report["origin"]["prefix"] = prefix
    path.write_text(json.dumps(report))
    ran = gonogo("verify", path, cwd=above / "shop")
    assert (ran.code, ran.out) == (2, "")
    assert "folder here now" in ran.err


def test_a_floor_that_has_changed_is_told(gonogo: Gonogo, above: Path, tmp_path: Path) -> None:
    path, floor = tmp_path / "report.json", floors.write(tmp_path / "floor", floors.FLOOR)
    folder = above / "floorless"
    report = written(gonogo, folder, f"check --floor {floor} --clock {DAY}", path)
    floors.write(floor, {"groups.yaml": "approvers: []\n"})
    ran = gonogo("verify", path, "--floor", floor, cwd=folder)
    assert ran.code == 0
    assert "floor:groups.yaml has changed" in ran.out
    report["outside"]["floor_digest"] = "sha256:" + "0" * 64
    path.write_text(json.dumps(report))
    ran = gonogo("verify", path, "--floor", floor, cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert "floor-changed" in ran.err


def test_files_that_have_changed_are_told(gonogo: Gonogo, above: Path, tmp_path: Path) -> None:
    path, folder = tmp_path / "report.json", Path(shutil.copytree(above / "shop", tmp_path / "shop"))
    shutil.rmtree(folder / ".git")
    written(gonogo, folder, f"check --clock {DAY}", path)
    file = folder / "launches" / "search.yaml"
    file.write_text("# moved by a line\n" + file.read_text())
    ran = gonogo("verify", path, cwd=folder)
    assert ran.code == 0
    assert ran.out.startswith("identical: evaluated again on the files that are there, no-go then, no-go now")
    assert "launches/search.yaml has changed" in ran.out
    assert "texts and places differ too, " in ran.out
    file.write_text(file.read_text().replace("TBD", "Ben Sample"))
    ran = gonogo("verify", path, cwd=folder)
    assert ran.code == 1
    assert "launch.rollback.owner on launch-plan search was fail (upcoming) and is pass (upcoming)" in ran.out


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "portfolio-v1"}', '{"schema": 1}', "[]", "null"])
def test_what_is_no_report_is_refused(gonogo: Gonogo, above: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    ran = gonogo("verify", path, cwd=above / "shop")
    assert ran.code == 2
    assert "is not a report of gonogo" in ran.err


@pytest.mark.parametrize(
    ("member", "lie"),
    [
        ("as_of", "0001-01-01T00:00:00+14:00"),
        ("as_of", "9999-12-31T23:59:59-14:00"),
        ("as_of", "2026-12-31T23:59:60Z"),
        ("asked", ["severity of a storm"]),
        ("asked", ["severity"]),
        ("asked", ["severity high", "severity low"]),
        ("asked", ["everything"]),
        ("asked", ["product checkout"]),
        ("forecast_to", "0001-01-01"),
        ("forecast_to", "9999-12-31"),
    ],
)
def test_what_gonogo_cannot_have_been_asked_is_told(
    gonogo: Gonogo, above: Path, tmp_path: Path, member: str, lie: str | list[str]
) -> None:
    path, folder = tmp_path / "report.json", above / "shop"
    if member == "forecast_to":
        made = f"review ga --subject checkout --forecast 2027-01-01 --clock {DAY}"
        report = written(gonogo, folder, made, path)
        report["review"][member] = lie
    else:
        report = written(gonogo, folder, f"check --clock {DAY}", path)
        report[member] = lie
    path.write_text(json.dumps(report))
    ran = gonogo("verify", path, cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert "not-replayable" in ran.err


# every word of it

REPORTS = sorted(
    str(each.relative_to(GOLDEN))
    for each in (*GOLDEN.glob("*/report.json"), *GOLDEN.glob("*/portfolio.json"))
)


def values(shape: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value that is no object and no list."""
    items = shape.items() if isinstance(shape, dict) else enumerate(shape) if isinstance(shape, list) else ()
    for name, value in items:
        if isinstance(value, dict | list):
            yield from values(value, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("name", REPORTS)
def test_no_value_can_be_altered_unnoticed(name: str) -> None:
    report = json.loads((GOLDEN / name).read_text())
    assert differences(report, report, fixed=True) == ((), ())
    made_from = {"schema", "tool", "outside", "as_of", "asked", "inputs"}
    made_from |= set() if report.get("comparison") else {"origin"}
    for way in list(values(report)):
        if way[0] in made_from:
            continue
        lie = json.loads(json.dumps(report))
        place = lie
        for step in way[:-1]:
            place = place[step]
        was = place[way[-1]]
        if was is None:
            continue  # what takes its place would have to be of the format
        place[way[-1]] = not was if isinstance(was, bool) else was + ("!" if isinstance(was, str) else 1)
        told, counted = differences(lie, report, fixed=True)
        assert (told, bool(counted)) == ((), True), way
        lie["tool"]["version"] = "0.0.0"
        told, counted = differences(lie, report, fixed=True)
        assert told[0].startswith("gonogo was 0.0.0 and is ")
        assert counted or told[-1].startswith("texts and places differ too, ")

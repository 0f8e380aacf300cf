"""A product under another name is the same one where git sees it, and a new one where that is in doubt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.model import Report
from tests import judging
from tests.judging import KIND, configuration, policy, rule
from tests.repositories import Made
from tests.security.attacks import blocking, checked, started, stopped, texts

FOLDERS = [
    {
        "kind": "thing",
        "files": "products/{product}/{part}.thing.yaml",
        "id": 'path.product + "-" + path.part',
        "product": "path.product",
    },
    {"kind": "product", "files": "products/{product}/record.yaml", "optional": True},
]
RECORD = "{{ id: {}, name: Name, owners: [ Ada Example ], stage: {} }}\n"
OWN = "id: {}\nname: Name\nowners: [ Ada Example ]\nstage: ga\nteam: lights\ndescription: It shines.\n"
PEOPLE = json.dumps(
    {
        "people": [{"id": "ada", "name": "Ada Example"}],
        "roles": [{"id": "security", "title": "Security", "members": [{"person": "ada"}]}],
    }
)
GATE = {
    "gate": "ga",
    "title": "ga",
    "from": "beta",
    "to": "ga",
    "binds": [{"policy": "test"}],
    "sign_offs": [{"role": "security", "of": ["thing"]}],
}
LINES = "".join(f"- a word about it, the {n}th\n" for n in range(12))


def thing(name: str, owner: str = "Ada Example", **more: str) -> str:
    """An artifact that is like no other; without an owner it fails."""
    fields = {"name": name, "owner": owner, **more}
    about = LINES.replace("it", name)
    return "".join(f"{key}: {value}\n" for key, value in fields.items()) + f"tags:\n{about}"


def register(**stages: str) -> str:
    """Products in stages."""
    return "".join(f"- {RECORD.format(id, stage)}" for id, stage in stages.items()) or "[]\n"


def workspace(records: str | None = None, **things: str) -> dict[str, str]:
    """A register, and things by `PRODUCT__PART`."""
    config: dict[str, Any] = {
        "gates": "*.gate.yaml",
        "lifecycles": "*.lifecycle.yaml",
        "people": "people.yaml",
        "subjects": FOLDERS,
    }
    stages = [{"id": each, "title": each} for each in ("alpha", "beta", "ga")]
    return {
        "gonogo.yaml": configuration(**config, **({"products": "products.yaml"} if records else {})),
        "people.yaml": PEOPLE,
        "thing.schema.json": json.dumps({**KIND, "x-gonogo": {}}),
        "standard.lifecycle.yaml": json.dumps({"lifecycle": "standard", "title": "S", "stages": stages}),
        "ga.gate.yaml": json.dumps(GATE),
        "policies/test.policy.yaml": policy(rule("filled(subject.owner)", at="/owner")),
        **({"products.yaml": records} if records else {}),
        **{path(name): text for name, text in things.items()},
    }


def path(name: str) -> str:
    product, part = name.split("__")
    return f"products/{product}/{part}.thing.yaml"


Steps = Callable[[Made], object]


def move(old: str, new: str) -> Steps:
    """Another name for a folder."""

    def step(made: Made) -> None:
        shutil.rmtree(made.folder / "products" / new, ignore_errors=True)
        (made.folder / "products" / old).rename(made.folder / "products" / new)

    return step


def copy(old: str, new: str) -> Steps:
    return lambda made: shutil.copytree(made.folder / "products" / old, made.folder / "products" / new)


def drop(what: str) -> Steps:
    def step(made: Made) -> None:
        target = made.folder / "products" / what
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return step


def put(records: str = "", **things: str) -> Steps:
    """Writes a register, and things by `PRODUCT__PART`."""
    files: dict[str, str | bytes] = {path(name): text for name, text in things.items()}
    return lambda made: made.write({**files, **({"products.yaml": records} if records else {})})


def swap(one: str, other: str) -> Steps:
    def step(made: Made) -> None:
        for old, new in ((one, "between"), (other, one), ("between", other)):
            move(old, new)(made)

    return step


def change(folder: Path, base: dict[str, str], *steps: Steps) -> Report:
    made = started(folder, base)
    for step in steps:
        step(made)
    made.commit("harmless")
    return checked(made)


def entered(report: Report) -> set[str]:
    """The products that enter a gate."""
    assert report.comparison is not None, report.diagnostics
    return {each.product for each in report.comparison.stages if each.gates}


def ages(report: Report) -> dict[str, str]:
    """The age of each failure, by rule and subject."""
    return {f"{r.rule} {r.subject.id}": r.age for r in report.results if r.outcome in ("fail", "error")}


FAULTY = thing("lamp", "TBD")
SAME = {
    "as it was": (
        workspace(register(lamp="ga", bell="beta"), lamp__plan=FAULTY, bell__plan=thing("bell")),
        (move("lamp", "torch"), put(register(torch="ga", bell="beta"))),
    ),
    "edited on the way": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (
            move("lamp", "torch"),
            put(register(torch="ga"), torch__plan=FAULTY.replace("name: lamp", "name: torch")),
        ),
    ),
    "with its record": (
        workspace(lamp__plan=FAULTY) | {"products/lamp/record.yaml": OWN.format("lamp")},
        (
            move("lamp", "torch"),
            lambda made: made.write({"products/torch/record.yaml": OWN.format("torch")}),
        ),
    ),
    "without a register": (
        workspace(lamp__plan=thing("lamp", "TBD", stage="ga")),
        (move("lamp", "torch"),),
    ),
    "of several artifacts": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY, lamp__test=thing("try", "TBD")),
        (move("lamp", "torch"), put(register(torch="ga"))),
    ),
    "with something new": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (move("lamp", "torch"), put(register(torch="ga"), torch__test=thing("try"))),
    ),
    "and another is gone": (
        workspace(register(lamp="ga", bell="beta"), lamp__plan=FAULTY, bell__plan=thing("bell")),
        (move("lamp", "torch"), drop("bell"), put(register(torch="ga"))),
    ),
    "its decisions stay": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY)
        | {
            "gonogo.yaml": configuration(
                products="products.yaml",
                gates="*.gate.yaml",
                lifecycles="*.lifecycle.yaml",
                people="people.yaml",
                subjects=[*FOLDERS, {"kind": "gate-record", "files": "records/*.yaml"}],
            ),
            "records/lamp-ga.yaml": "id: lamp-ga\nproduct: lamp\ngate: ga\ndecision: proceed\n",
        },
        (move("lamp", "torch"), put(register(torch="ga"))),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_a_product_whose_artifacts_all_moved_keeps_its_failures_and_its_stage(
    tmp_path: Path, name: str
) -> None:
    report = change(tmp_path, SAME[name][0], *SAME[name][1])
    assert entered(report) == set(), judging.shown(report.diagnostics)
    found = ages(report)
    assert found["test.rule torch-plan"] == "existing"
    assert {age for check, age in found.items() if check.startswith("test.")} == {"existing"}
    assert [d.code for d in report.diagnostics if d.code.startswith("product-")] == ["product-renamed"]
    assert [r for r in report.results if r.age == "new" and r.rule.startswith(("test", "ga"))] == []


def test_several_products_under_other_names_are_told_apart_by_their_bytes(tmp_path: Path) -> None:
    base = workspace(register(lamp="ga", bell="beta"), lamp__plan=FAULTY, bell__plan=thing("bell"))
    steps = (move("lamp", "torch"), move("bell", "gong"), put(register(torch="ga", gong="beta")))
    report = change(tmp_path, base, *steps)
    assert entered(report) == set()
    assert (ages(report), report.exit_code) == ({"test.rule torch-plan": "existing"}, 0)


def test_it_is_told_to_everybody_with_what_is_missing(tmp_path: Path) -> None:
    base, steps = SAME["as it was"]
    report = change(tmp_path, base, *steps)
    (told,) = report.diagnostics
    assert told.message == "product lamp is called torch by this change: all of its artifacts moved there"
    assert "`formerly: [lamp]`" in told.hint
    assert told.location is not None
    assert told.location.span is not None
    assert (told.location.path, told.location.span.line, report.exit_code) == ("products.yaml", 1, 0)
    for format, text in texts(report).items():
        assert "product lamp is called torch" in text.lower(), format


def test_what_says_itself_what_it_was_called_is_not_told(tmp_path: Path) -> None:
    records = register(torch="ga", bell="beta").replace("id: torch,", "id: torch, formerly: [ lamp ],")
    report = change(tmp_path, SAME["as it was"][0], move("lamp", "torch"), put(records))
    assert (report.diagnostics, report.exit_code, entered(report)) == ((), 0, set())


def test_what_was_in_no_register_may_say_so_too(tmp_path: Path) -> None:
    base = workspace(
        register(bell="beta"), lamp__plan=thing("lamp", "TBD", stage="ga"), bell__plan=thing("bell")
    )
    records = register(torch="ga", bell="beta").replace("torch,", "torch, formerly: [ lamp ],")
    report = change(tmp_path, base, move("lamp", "torch"), put(records))
    assert (entered(report), [each.code for each in report.diagnostics]) == (set(), [])


def test_what_is_left_under_the_former_name_enters_its_gates(tmp_path: Path) -> None:
    base = workspace(register(lamp="beta"), lamp__plan=thing("lamp"))
    records = register(torch="beta").replace("torch,", "torch, formerly: [ lamp ],")
    assert entered(change(tmp_path / "moves", base, move("lamp", "torch"), put(records))) == set()
    report = change(tmp_path / "stays", base, put(records, lamp__plan=thing("lamp", stage="ga")))
    assert (entered(report), stopped(report)) == ({"lamp"}, True)


def test_what_is_broken_on_the_way_is_new(tmp_path: Path) -> None:
    base = workspace(register(lamp="ga"), lamp__plan=thing("lamp"))
    report = change(tmp_path, base, move("lamp", "torch"), put(register(torch="ga"), torch__plan=FAULTY))
    assert entered(report) == set()
    assert (ages(report), report.exit_code) == ({"test.rule torch-plan": "new"}, 1)


def test_a_product_that_is_promoted_under_another_name_enters_one_gate(tmp_path: Path) -> None:
    base = workspace(register(lamp="beta"), lamp__plan=thing("lamp"))
    report = change(tmp_path, base, move("lamp", "torch"), put(register(torch="ga")))
    assert report.comparison is not None
    assert [(s.product, s.old_stage, s.gates) for s in report.comparison.stages] == [
        ("torch", "beta", ("ga",))
    ]
    assert stopped(report)


# games

ALIKE = thing("same")
NEW: dict[str, tuple[dict[str, str], tuple[Steps, ...]]] = {
    "rename over another product": (
        workspace(register(lamp="ga", torch="ga"), lamp__plan=FAULTY, torch__plan=thing("torch")),
        (move("lamp", "torch"), put(register(torch="ga"))),
    ),
    "swap two products": (
        workspace(register(lamp="ga", torch="ga"), lamp__plan=FAULTY, torch__plan=thing("torch")),
        (swap("lamp", "torch"),),
    ),
    "copy instead of rename": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (copy("lamp", "torch"), put(register(lamp="ga", torch="ga"))),
    ),
    "copy and rename": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (copy("lamp", "beam"), move("lamp", "torch"), put(register(torch="ga", beam="ga"))),
    ),
    "edit until git does not know it": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (move("lamp", "torch"), put(register(torch="ga"), torch__plan="name: torch\nowner: TBD\n")),
    ),
    "one of two moves, and one stays": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY, lamp__test=thing("try")),
        (
            move("lamp", "torch"),
            put(register(torch="ga"), lamp__test=thing("try")),
            drop("torch/test.thing.yaml"),
        ),
    ),
    "one of two moves, and one goes": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY, lamp__test=thing("try")),
        (move("lamp", "torch"), put(register(torch="ga")), drop("torch/test.thing.yaml")),
    ),
    "the artifacts of two": (
        workspace(register(lamp="ga", bell="beta"), lamp__plan=FAULTY, bell__test=thing("bell")),
        (
            move("lamp", "torch"),
            drop("bell"),
            put(register(torch="ga"), torch__test=thing("bell")),
        ),
    ),
    "edited, and another goes too": (
        workspace(register(lamp="ga", bell="beta"), lamp__plan=FAULTY, bell__plan=thing("bell")),
        (
            move("lamp", "torch"),
            drop("bell"),
            put(register(torch="ga"), torch__plan=FAULTY.replace("name: lamp", "name: torch")),
        ),
    ),
    "edited, and another comes too": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (
            move("lamp", "torch"),
            put(
                register(torch="ga", gong="alpha"), torch__plan=FAULTY + "tier: 1\n", gong__plan=thing("gong")
            ),
        ),
    ),
    "edited, with other facts": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (
            move("lamp", "torch"),
            put(register(torch="ga").replace("Ada", "Ben"), torch__plan=FAULTY + "tier: 1\n"),
        ),
    ),
    "files that are alike": (
        workspace(register(lamp="ga", bell="alpha"), lamp__plan=ALIKE, bell__plan=ALIKE),
        (drop("lamp"), move("bell", "torch"), put(register(torch="ga"))),
    ),
    "files that are alike, and both go": (
        workspace(register(lamp="ga", bell="alpha"), lamp__plan=ALIKE, bell__plan=ALIKE),
        (move("lamp", "torch"), move("bell", "gong"), put(register(torch="ga", gong="ga"))),
    ),
    "files that are nearly alike": (
        workspace(register(lamp="ga", bell="alpha"), lamp__plan=ALIKE, bell__plan=ALIKE + "tier: 1\n"),
        (drop("lamp"), move("bell", "torch"), put(register(torch="ga"), torch__plan=ALIKE + "tier: 2\n")),
    ),
    "another claims the name": (
        workspace(register(lamp="ga", bell="ga"), lamp__plan=FAULTY, bell__plan=thing("bell")),
        (
            move("lamp", "torch"),
            put(register(torch="ga", bell="ga").replace("bell,", "bell, formerly: [ lamp ],")),
        ),
    ),
    "the name stays in the register": (
        workspace(register(lamp="ga"), lamp__plan=FAULTY),
        (move("lamp", "torch"), put(register(lamp="ga", torch="ga"))),
    ),
    "the record goes": (
        workspace(lamp__plan=FAULTY) | {"products/lamp/record.yaml": OWN.format("lamp")},
        (move("lamp", "torch"), drop("torch/record.yaml"), put(torch__plan=thing("lamp", "TBD", stage="ga"))),
    ),
    "the artifact stays where it is": (
        workspace(register(lamp="ga"))
        | {
            "gonogo.yaml": configuration(
                products="products.yaml",
                gates="*.gate.yaml",
                lifecycles="*.lifecycle.yaml",
                people="people.yaml",
            ),
            "a.thing.yaml": thing("lamp", "TBD", product="lamp"),
        },
        (
            put(register(torch="ga")),
            lambda made: made.write({"a.thing.yaml": thing("lamp", "TBD", product="torch")}),
        ),
    ),
}


@pytest.mark.parametrize("name", NEW)
def test_a_game_with_names_is_no_way_in(tmp_path: Path, name: str) -> None:
    """Whatever enters a stage unseen, or fails there, is new."""
    report = change(tmp_path, NEW[name][0], *NEW[name][1])
    assert stopped(report), judging.shown(report.diagnostics)
    assert "product-renamed" not in {each.code for each in report.diagnostics}
    assert {r.subject.product for r in blocking(report)} & {"torch", "torch-plan"}


FREED = {
    "a draft of another name": (
        workspace(register(lamp="ga"), lamp__plan=thing("lamp")),
        (move("lamp", "torch"), put(register(torch="alpha"), torch__plan=FAULTY)),
    ),
    "a draft of another name, and half stays behind": (
        workspace(register(lamp="ga"), lamp__plan=thing("lamp"), lamp__test=thing("try")),
        (
            move("lamp", "torch"),
            drop("torch/test.thing.yaml"),
            put(register(torch="alpha"), torch__plan=FAULTY),
        ),
    ),
    "a draft that says it was another": (
        workspace(register(lamp="ga", bell="alpha"), lamp__plan=thing("lamp"), bell__plan=thing("bell")),
        (
            drop("bell"),
            move("lamp", "torch"),
            put(register(torch="alpha").replace("torch,", "torch, formerly: [ bell ],"), torch__plan=FAULTY),
        ),
    ),
    "a draft that has something of a draft too": (
        workspace(register(lamp="ga", bell="alpha"), lamp__plan=thing("lamp"), bell__another=thing("bell")),
        (
            move("lamp", "torch"),
            drop("bell"),
            put(register(torch="alpha"), torch__plan=FAULTY, torch__another=thing("bell")),
        ),
    ),
    "a draft that is said by the artifact": (
        workspace(lamp__plan=thing("lamp", stage="ga")),
        (move("lamp", "torch"), put(torch__plan=thing("lamp", "TBD", stage="alpha"))),
    ),
}


@pytest.mark.parametrize("name", FREED)
def test_a_new_name_frees_nothing(tmp_path: Path, name: str) -> None:
    """What was behind a gate is held to it, in the change that calls it something else and takes it back."""
    report = change(tmp_path, FREED[name][0], *FREED[name][1])
    assert stopped(report), judging.shown(report.diagnostics)
    assert "torch-plan" in {each.subject.id for each in blocking(report)}


def test_what_may_be_another_says_what_to_write(tmp_path: Path) -> None:
    base, steps = NEW["edited, with other facts"]
    found = {each.code: each.hint for each in change(tmp_path, base, *steps).diagnostics}
    held, _, mend = found["product-changed"].partition(". ")
    assert held == "In this change torch is held to the stage of lamp"
    assert mend == "If it is the same under another name, write `formerly: [lamp]` into its record."


def test_very_many_products_under_other_names_are_found_in_good_time(tmp_path: Path) -> None:
    names = [f"p{n}" for n in range(300)]
    base = workspace(register(**dict.fromkeys(names, "ga")), **{f"{n}__plan": thing(n) for n in names})
    steps = [move(name, f"q{name}") for name in names]
    report = change(tmp_path, base, *steps, put(register(**{f"q{name}": "ga" for name in names})))
    assert (entered(report), report.exit_code, len(report.diagnostics)) == (set(), 0, len(names))

"""A floor that CI names, a register that says what a repository holds, and who chips at both."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Gonogo
from tests.cli.workspaces import DAY, GREEN, RED
from tests.policy.floors import (
    ALWAYS,
    CONFIGURATION,
    FLOOR,
    GATE,
    PRODUCTS,
    grounded,
    write,
)

PLAIN = CONFIGURATION.replace("extends: { source: ../governance }\n", "")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return grounded(tmp_path)


def checked(gonogo: Gonogo, folder: Path, *more: object) -> tuple[int, dict[str, object]]:
    ran = gonogo(
        "check", "--workspace", folder, "--clock", DAY, "--no-cache", "--output-format", "json", *more
    )
    return ran.code, json.loads(ran.out) if ran.out else {"error": ran.err}


def codes(report: Mapping[str, object]) -> dict[str, str]:
    diagnostics = report["diagnostics"]
    assert isinstance(diagnostics, list)
    return {each["code"]: each["level"] for each in diagnostics}


def rules(report: Mapping[str, object]) -> set[str]:
    results = report["results"]
    assert isinstance(results, list)
    return {each["rule"] for each in results}


# the floor that is given


def test_the_floor_judges(gonogo: Gonogo, shop: Path) -> None:
    code, report = checked(gonogo, shop, "--floor", shop.parent / "governance")
    assert code == 0
    assert {"launch.named", "launch.rollback.owner", "product.schema"} <= rules(report)
    inputs = report["inputs"]
    assert isinstance(inputs, list)
    assert "floor:products.yaml" in {each["locator"] for each in inputs}


def test_a_failure_of_the_floor_blocks(gonogo: Gonogo, shop: Path) -> None:
    write(shop, {"launches/checkout.yaml": "product: checkout\n" + RED})
    assert checked(gonogo, shop)[0] == 1


@pytest.mark.parametrize(("value", "code"), [("45", 0), ("60", 0), ("61", 2), ("9", 2)])
def test_a_param_of_the_command_line_obeys_the_floor(
    gonogo: Gonogo, shop: Path, value: str, code: int
) -> None:
    assert checked(gonogo, shop, "--param", f"launch.rollback.max_age_days={value}")[0] == code


def test_another_digest_ends_with_an_error(gonogo: Gonogo, shop: Path) -> None:
    governance = shop.parent / "governance"
    ran = gonogo("config", "show", "--workspace", shop, "--floor", governance, "--output-format", "json")
    [digest] = [each["value"] for each in json.loads(ran.out) if each["section"] == "floor"]
    assert checked(gonogo, shop, "--floor", governance, "--floor-digest", digest)[0] == 0
    code, report = checked(gonogo, shop, "--floor", governance, "--floor-digest", f"sha256:{64 * '0'}")
    assert (code, codes(report)) == (2, {"floor-changed": "error"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--floor-digest", f"sha256:{64 * '0'}"), "--floor-digest means nothing without --floor"),
        (("--floor", "."), "the floor is the workspace itself"),
        (("--floor", "../governance", "--floor-digest", "abc"), "'abc' is not sha256:"),
        (("--floor", "launches"), "there is no gonogo.yaml in launches"),
    ],
)
def test_a_wrong_floor_is_told(gonogo: Gonogo, shop: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = gonogo("check", *arguments, cwd=shop)
    assert ran.code == 2
    assert message in ran.err


def test_a_repository_without_configuration_is_judged(gonogo: Gonogo, shop: Path) -> None:
    (shop / "gonogo.yaml").unlink()
    code, report = checked(gonogo, shop, "--floor", shop.parent / "governance")
    assert code == 0
    assert "launch.rollback.owner" in rules(report)
    write(shop, {"launches/checkout.yaml": "product: checkout\n" + RED})
    assert checked(gonogo, shop, "--floor", shop.parent / "governance")[0] == 1


def test_policies_of_a_folder_stand_on_the_floor_too(gonogo: Gonogo, shop: Path, tmp_path: Path) -> None:
    policies = write(
        tmp_path / "judge", {"gonogo.yaml": PLAIN + "params: { launch.rollback: { max_age_days: 90 } }\n"}
    )
    more = ("--policies", policies, "--floor", shop.parent / "governance")
    code, report = checked(gonogo, shop, *more)
    assert (code, codes(report)) == (2, {"below-floor": "error"})
    write(policies, {"gonogo.yaml": PLAIN})
    code, report = checked(gonogo, shop, *more)
    assert code == 0
    assert "launch.named" in rules(report)


def test_what_the_floor_marks_cannot_be_waived(gonogo: Gonogo, tmp_path: Path) -> None:
    shop = grounded(
        tmp_path,
        {
            "gonogo.yaml": CONFIGURATION + "waivers: '*.waiver.yaml'\n",
            "launches/checkout.yaml": "product: checkout\n" + GREEN.replace("name: Checkout", 'name: "C"'),
            "x.waiver.yaml": (
                "waiver: x\ntype: switched-off\nrule: launch.named\nsubject: '*'\nreason: It is short.\n"
                "owner: ada\napprover: ben\ngranted: 2026-05-01\nexpires: 2026-07-01\n"
            ),
        },
    )
    code, report = checked(gonogo, shop)
    waivers = report["waivers"]
    assert isinstance(waivers, list)
    assert (code, [each["status"] for each in waivers]) == (1, ["not-waivable"])


def test_a_review_stands_on_the_floor(gonogo: Gonogo, shop: Path) -> None:
    write(shop, {"gonogo.yaml": PLAIN})
    ran = gonogo(
        "review", "ga", "--subject", "checkout", "--clock", DAY, "--workspace", shop,
        "--floor", shop.parent / "governance",
    )  # fmt: skip
    assert ran.code == 0
    assert "GO for product checkout" in ran.out


def test_the_portfolio_holds_what_is_here(gonogo: Gonogo, shop: Path) -> None:
    ran = gonogo("review", "--all", "--clock", DAY, "--workspace", shop, "--output-format", "json")
    assert {each["product"] for each in json.loads(ran.out)["standings"]} == {"checkout"}


# what the register says of a repository


@pytest.mark.parametrize(
    ("repository", "code", "told"),
    [
        ("acme/shop", 0, {}),
        ("ACME/Shop", 0, {}),
        ("https://code.example.com/acme/shop.git", 0, {}),
        ("git@code.example.com:acme/shop.git", 0, {}),
        ("acme/find", 3, {"no-subjects": "warning"}),
        ("acme/other", 0, {}),
        ("acme/shop-2", 0, {}),
    ],
)
def test_what_the_register_says(
    gonogo: Gonogo, shop: Path, repository: str, code: int, told: dict[str, str]
) -> None:
    found, report = checked(gonogo, shop, "--repository", repository)
    assert found == code
    assert {name: level for name, level in codes(report).items() if name != "floor-unpinned"} == told
    assert bool(report["neutral"]) == (repository in ("acme/other", "acme/shop-2"))
    assert bool(report["results"]) == (code == 0 and not report["neutral"])


def test_a_neutral_report_says_why(gonogo: Gonogo, shop: Path) -> None:
    ran = gonogo("check", "--workspace", shop, "--repository", "acme/other")
    assert ran.code == 0
    assert "NEUTRAL: No product of the register is in acme/other, so nothing has to be judged." in ran.out


def test_what_names_a_product_of_elsewhere_is_judged_and_told(gonogo: Gonogo, shop: Path) -> None:
    write(shop, {"launches/stray.yaml": "product: search\n" + RED})
    code, report = checked(gonogo, shop, "--repository", "acme/shop")
    assert codes(report)["unlisted-product"] == "warning"
    results = report["results"]
    assert isinstance(results, list)
    assert any(each["subject"]["path"] == "launches/stray.yaml" for each in results)
    assert {each["subject"]["id"] for each in results if each["subject"]["kind"] == "product"} == {"checkout"}
    assert code == 4  # as an idea it would pass, so it is not taken for one


@pytest.mark.parametrize(
    ("products", "why"),
    [
        ("- { id: checkout, name: Checkout, owners: [ Ada Example ] }\n", "no product of the register names"),
        (PRODUCTS + "- { id: x, nme: X, repositories: [ a/b ] }\n", "the register of products is at fault"),
    ],
)
def test_a_register_that_does_not_tell_leaves_nothing_out(
    gonogo: Gonogo, tmp_path: Path, products: str, why: str
) -> None:
    shop = grounded(tmp_path, floor={"products.yaml": products})
    _, report = checked(gonogo, shop, "--repository", "acme/other")
    diagnostics = report["diagnostics"]
    assert isinstance(diagnostics, list)
    [message] = [each["message"] for each in diagnostics if each["code"] == "repository-unknown"]
    assert message.startswith(why)
    assert report["neutral"] == ""
    assert "launch.rollback.owner" in rules(report)


def test_without_a_register_nothing_is_left_out(gonogo: Gonogo, tmp_path: Path) -> None:
    configuration = PLAIN + "packs: [ ./policies ]\n"
    shop = grounded(tmp_path, {"gonogo.yaml": configuration, "policies/x.policy.yaml": ALWAYS})
    code, report = checked(gonogo, shop, "--repository", "acme/shop")
    assert (code, codes(report)) == (0, {"repository-unknown": "warning"})


def test_a_register_of_its_own_tells_too(gonogo: Gonogo, tmp_path: Path) -> None:
    files = {"gonogo.yaml": PLAIN + "products: products.yaml\n", "products.yaml": PRODUCTS}
    shop = grounded(tmp_path, files)
    assert checked(gonogo, shop, "--repository", "acme/other")[1]["neutral"]
    _, report = checked(gonogo, shop, "--repository", "acme/shop")
    assert "product.schema" in rules(report)


# two pull requests in a row


def judge(gonogo: Gonogo, shop: Path) -> int:
    """As CI does: with a floor of its own, whatever the repository says."""
    return checked(gonogo, shop, "--floor", shop.parent / "ci")[0]


FIRST: Mapping[str, Mapping[str, str]] = {
    "drops the pack from the lock": {"gonogo.lock": "version: 1\npacks: {}\n"},
    "loosens a parameter": {
        "gonogo.yaml": CONFIGURATION + "params: { launch.rollback: { max_age_days: 365 } }\n"
    },
    "loosens it in a gate": {
        "gonogo.yaml": CONFIGURATION + "gates: x.gate.yaml\n",
        "x.gate.yaml": GATE.replace("gate: ga", "gate: x") + "    params: { max_age_days: 365 }\n",
    },
    "brings a gate of the same name": {
        "gonogo.yaml": CONFIGURATION + "gates: ga.gate.yaml\n",
        "ga.gate.yaml": GATE.replace("launch.rollback", "launch.named"),
    },
    "makes a rule advice": {
        "gonogo.yaml": CONFIGURATION + "gates: x.gate.yaml\n",
        "x.gate.yaml": "gate: x\ntitle: X\nowner: me\nbinds: [ { pack: demo, enforcement: advisory } ]\n",
    },
    "brings a kind with less in it": {
        "gonogo.yaml": CONFIGURATION + "kinds: '*.schema.json'\n",
        "launch-plan.schema.json": '{"type": "object", "properties": {"id": {"type": "string"}}}',
    },
}


@pytest.mark.parametrize("what", FIRST)
def test_a_first_pull_request_fails_by_itself(gonogo: Gonogo, shop: Path, what: str) -> None:
    shutil.copytree(shop.parent / "governance", shop.parent / "ci")
    assert gonogo("lock", "--workspace", shop).code == 0
    assert judge(gonogo, shop) == 0
    if "lock" in what:
        write(shop, {"gonogo.yaml": CONFIGURATION + "packs: [ ./own ]\n", "own/x.policy.yaml": OWN})
        assert gonogo("lock", "--workspace", shop).code == 0
        assert judge(gonogo, shop) == 0
    write(shop, FIRST[what])
    assert judge(gonogo, shop) == 2


def test_what_leaves_the_floor_is_judged_by_it_all_the_same(gonogo: Gonogo, shop: Path) -> None:
    shutil.copytree(shop.parent / "governance", shop.parent / "ci")
    write(shop, {"gonogo.yaml": PLAIN, "launches/checkout.yaml": "product: checkout\n" + RED})
    assert judge(gonogo, shop) == 1  # the second pull request has nothing to build on


def test_a_floor_of_its_own_making_counts_for_nothing(gonogo: Gonogo, shop: Path) -> None:
    shutil.copytree(shop.parent / "governance", shop.parent / "ci")
    write(shop, {f"mine/{path}": text for path, text in FLOOR.items()})
    write(shop, {"mine/policies/rollback.policy.yaml": ALWAYS.replace("launch.named", "launch.rollback")})
    write(shop, {"gonogo.yaml": CONFIGURATION.replace("../governance", "mine")})
    write(shop, {"launches/checkout.yaml": "product: checkout\n" + RED})
    assert judge(gonogo, shop) == 1


OWN = ALWAYS.replace("launch.named", "shop.named")


def test_policies_are_tested_with_the_kinds_of_the_floor(gonogo: Gonogo, shop: Path) -> None:
    policy = OWN.replace("launch-plan", "voyage").replace(
        "size(subject.name) >= params.least", "has(subject.id)"
    )
    tests = "policy: shop.named\nas_of: 2026-06-01\ngiven: { subject: { id: x } }\ncases:\n" + (
        "  - { name: there, expect: { '*': pass } }\n"
        "  - { name: gone, remove: [ /subject/id ], expect: { '*': fail } }\n"
    )
    write(shop, {"own/x.policy.yaml": policy, "own/x.tests.yaml": tests})
    write(shop, {"gonogo.yaml": CONFIGURATION + "packs: [ ./own ]\n"})
    ran = gonogo("test", "--workspace", shop)
    assert (ran.code, ran.err) == (0, "")

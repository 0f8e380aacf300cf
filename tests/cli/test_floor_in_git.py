"""Pull requests that would loosen what judges: each fails by itself, and leaves nothing to build on."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Gonogo
from tests.cli.workspaces import DAY, GREEN, POLICY, RED
from tests.policy.floors import ALWAYS, CONFIGURATION, GATE, SHOP, grounded
from tests.repositories import Made

OWN = ALWAYS.replace("launch.named", "shop.named")
WITH_PACK = CONFIGURATION + "packs: [ ./own ]\n"


@pytest.fixture
def shop(gonogo: Gonogo, tmp_path: Path) -> Made:
    """A repository on a floor, with a pack of its own and a lock; its branch `pr` is to go into `main`."""
    folder = grounded(tmp_path, {"gonogo.yaml": WITH_PACK, "own/x.policy.yaml": OWN})
    shutil.copytree(tmp_path / "governance", tmp_path / "ci")
    assert gonogo("lock", "--workspace", folder).code == 0
    made = Made(folder)
    made.commit("as it was")
    made.git("checkout", "-q", "-b", "pr")
    return made


def judged(gonogo: Gonogo, shop: Made, *more: object) -> tuple[int, dict[str, str], str]:
    ran = gonogo(
        "check", "--workspace", shop.folder, "--base", "main", "--head", "pr", "--clock", DAY,
        "--output-format", "json", *more,
    )  # fmt: skip
    report = json.loads(ran.out)
    codes = {each["code"]: each["level"] for each in report["diagnostics"]}
    return ran.code, codes, report["neutral"]


def ci(shop: Made) -> tuple[str, str]:
    return "--floor", str(shop.folder.parent / "ci")


PULL_REQUESTS: Mapping[str, tuple[Mapping[str, str | None], str]] = {
    "leaves the floor": (
        {"gonogo.yaml": WITH_PACK.replace("extends: { source: ../governance }\n", "")},
        "floor-dropped",
    ),
    "stands on its own floor": (
        {"gonogo.yaml": WITH_PACK.replace("../governance", "mine")},
        "floor-dropped",
    ),
    "leaves the floor and drops the lock": (
        {"gonogo.yaml": WITH_PACK.replace("extends: { source: ../governance }\n", ""), "gonogo.lock": None},
        "floor-dropped",
    ),
    "drops the lock": ({"gonogo.lock": None}, "floor-dropped"),
    "drops a pack that is locked": ({"gonogo.yaml": CONFIGURATION}, "lock-mismatch"),
    "edits the lock": ({"gonogo.lock": "version: 1\npacks: {}\n"}, "lock-mismatch"),
    "edits a pack that is locked": (
        {"own/x.policy.yaml": OWN.replace("params.least", "0")},
        "lock-mismatch",
    ),
    "loosens a parameter": (
        {"gonogo.yaml": WITH_PACK + "params: { launch.rollback: { max_age_days: 365 } }\n"},
        "below-floor",
    ),
    "makes the floor's rules advice": (
        {
            "gonogo.yaml": WITH_PACK + "gates: x.gate.yaml\n",
            "x.gate.yaml": "gate: x\ntitle: X\nowner: me\nbinds: [ { pack: demo, enforcement: advisory } ]\n",
        },
        "below-floor",
    ),
    "brings a gate in the place of the floor's": (
        {"gonogo.yaml": WITH_PACK + "gates: ga.gate.yaml\n", "ga.gate.yaml": GATE},
        "duplicate-gate",
    ),
    "collects nothing any more": (
        {
            "gonogo.yaml": WITH_PACK.replace(
                "subjects:\n  - kind: launch-plan\n    files: launches/*.yaml\n", ""
            )
        },
        "floor-dropped",
    ),
}


@pytest.mark.parametrize("given", [True, False], ids=["floor of CI", "floor of its own"])
@pytest.mark.parametrize("what", PULL_REQUESTS)
def test_a_first_pull_request_fails_by_itself(gonogo: Gonogo, shop: Made, what: str, given: bool) -> None:
    files, expected = PULL_REQUESTS[what]
    shutil.copytree(shop.folder.parent / "governance", shop.folder / "mine")
    for path, text in files.items():
        if text is None:
            (shop.folder / path).unlink()
        else:
            shop.write({path: text})
    shop.commit("harmless")
    code, codes, _ = judged(gonogo, shop, *(ci(shop) if given else ()))
    errors = {name for name, level in codes.items() if level == "error"}
    assert code == 2
    assert expected in errors or (errors == {"lock-mismatch"} and not given), errors


def test_an_artifact_that_fails_the_floor_fails_the_change(gonogo: Gonogo, shop: Made) -> None:
    shop.commit("worse", {"launches/checkout.yaml": "product: checkout\n" + RED})
    assert judged(gonogo, shop, *ci(shop))[0] == 1
    assert judged(gonogo, shop)[0] == 1  # the floor lies outside of the repository, where it has no past


def test_an_upgrade_of_the_lock_is_no_loss(gonogo: Gonogo, shop: Made) -> None:
    shop.write({"own/more.policy.yaml": OWN.replace("shop.named", "shop.more")})
    assert gonogo("lock", "--workspace", shop.folder).code == 0
    shop.commit("more is asked")
    code, codes, _ = judged(gonogo, shop, *ci(shop))
    assert code == 0
    assert "error" not in codes.values()


def rehearsed(days: int) -> str:
    return f"{WITH_PACK}params: {{ launch.rollback: {{ max_age_days: {days} }} }}\n"


@pytest.fixture
def raised(shop: Made) -> Made:
    """The shop chose a parameter that the floor of CI permits no longer."""
    shop.git("checkout", "-q", "main")
    shop.commit("its own choice", {"gonogo.yaml": rehearsed(50)})
    shop.git("checkout", "-q", "-B", "pr")
    floor = shop.folder.parent / "ci" / "gonogo.yaml"
    floor.write_text(floor.read_text(encoding="utf-8").replace("60", "20"), encoding="utf-8")
    return shop


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("launches/checkout.yaml", f"product: checkout\n{GREEN}# seen\n", 0),
        ("gonogo.yaml", rehearsed(15), 0),
        ("gonogo.yaml", rehearsed(40), 2),
        ("own/x.policy.yaml", OWN.replace("title: A", "title: Every"), 2),
    ],
    ids=["an artifact", "mends it", "does not mend it", "edits what judges, and leaves it"],
)
def test_a_floor_that_was_raised_leaves_a_way_out(
    gonogo: Gonogo, raised: Made, path: str, text: str, expected: int
) -> None:
    raised.commit("a change", {path: text})
    if path.startswith("own"):
        assert gonogo("lock", "--workspace", raised.folder).code == 0
        raised.commit("and locks it")
    code, codes, _ = judged(gonogo, raised, *ci(raised))
    assert (code, "below-floor" in codes) == (expected, True)


def test_where_a_parameter_gives_way_that_of_the_floor_counts(gonogo: Gonogo, raised: Made) -> None:
    late = GREEN.replace("id: checkout", "id: later").replace("2026-05-20", "2026-04-20")
    raised.commit("rehearsed 42 days ago", {"launches/later.yaml": f"product: checkout\n{late}"})
    assert judged(gonogo, raised, *ci(raised))[0] == 1


def test_another_gonogo_is_locked_by_a_pull_request(gonogo: Gonogo, shop: Made) -> None:
    shop.git("checkout", "-q", "main")
    lock = (shop.folder / "gonogo.lock").read_text(encoding="utf-8")
    shop.commit(
        "as another gonogo did it", {"gonogo.lock": re.sub("(digest: sha256:)....", r"\g<1>0000", lock)}
    )
    shop.git("checkout", "-q", "-B", "pr")
    shop.commit("an artifact", {"launches/checkout.yaml": f"product: checkout\n{GREEN}# seen\n"})
    code, codes, _ = judged(gonogo, shop, *ci(shop))
    assert (code, codes["lock-mismatch"]) == (2, "error")
    text = gonogo("check", "--workspace", shop.folder, "--base", "main", "--head", "pr", *ci(shop)).out
    assert "the base branch itself cannot judge" in text
    assert "past this check" not in text  # for the next commit mends it, and passes
    assert gonogo("lock", "--workspace", shop.folder).code == 0
    shop.commit("locked")
    code, codes, _ = judged(gonogo, shop, *ci(shop))
    assert (code, codes["lock-mismatch"]) == (0, "warning")
    shop.commit("worse", {"launches/checkout.yaml": "product: checkout\n" + RED})
    assert judged(gonogo, shop, *ci(shop))[0] == 1


@pytest.fixture
def behind(gonogo: Gonogo, shop: Made) -> Made:
    """The shop states the digest of its floor, and that one has another since."""
    shop.git("checkout", "-q", "main")
    lock = (shop.folder / "gonogo.lock").read_text(encoding="utf-8")
    digest = re.search(r"^floor: (.+)$", lock, re.MULTILINE)
    assert digest
    shop.commit("states it", {"gonogo.yaml": naming(digest[1])})
    shop.git("checkout", "-q", "-B", "pr")
    more = shop.folder.parent / "governance/more/x.policy.yaml"
    more.parent.mkdir()
    more.write_text(ALWAYS.replace("launch.named", "floor.more"), encoding="utf-8")
    floor = shop.folder.parent / "governance/gonogo.yaml"
    floor.write_text(
        floor.read_text(encoding="utf-8").replace("packs: [", "packs: [ ./more,"), encoding="utf-8"
    )
    return shop


def naming(digest: str) -> str:
    return WITH_PACK.replace("../governance }", f"../governance, digest: '{digest}' }}")


def test_a_floor_that_went_on_is_followed_by_a_pull_request(gonogo: Gonogo, behind: Made) -> None:
    behind.commit("an artifact", {"launches/checkout.yaml": f"product: checkout\n{GREEN}# seen\n"})
    ran = gonogo("check", "--workspace", behind.folder, "--base", "main", "--head", "pr", "--clock", DAY)
    told = " ".join(ran.out.split())
    assert ran.code == 2
    assert "the base branch itself cannot judge: the floor has changed" in told
    assert "past this check" not in told  # for the next commit mends it, and passes
    now = re.search(r"its digest is (sha256:\w+)", told)
    assert now
    behind.write({"gonogo.yaml": naming(now[1])})
    assert gonogo("lock", "--workspace", behind.folder).code == 0
    behind.commit("follows")
    code, codes, _ = judged(gonogo, behind)
    assert (code, codes["floor-changed"]) == (0, "warning")
    behind.commit("worse", {"launches/checkout.yaml": "product: checkout\n" + RED})
    assert judged(gonogo, behind)[0] == 1


@pytest.mark.parametrize("wanted", ["", "sha256:" + "0" * 64], ids=["none", "another"])
def test_what_states_no_digest_or_another_does_not_follow(gonogo: Gonogo, behind: Made, wanted: str) -> None:
    behind.commit("wrong", {"gonogo.yaml": naming(wanted) if wanted else WITH_PACK})
    code, codes, _ = judged(gonogo, behind)
    assert (code, codes["floor-changed"]) == (2, "error")


def test_what_drops_pack_and_pin_says_so(gonogo: Gonogo, shop: Made) -> None:
    shop.write({"gonogo.yaml": CONFIGURATION})
    assert gonogo("lock", "--workspace", shop.folder).code == 0
    shop.commit("less is asked")
    code, codes, _ = judged(gonogo, shop, *ci(shop))
    assert (code, codes["pack-dropped"]) == (0, "warning")


def test_a_repository_that_never_had_a_configuration_is_judged_by_the_floor(
    gonogo: Gonogo, tmp_path: Path
) -> None:
    folder = grounded(tmp_path / "it")
    shutil.rmtree(folder)
    made = Made(folder)
    made.commit("as it was", {"launches/checkout.yaml": SHOP["launches/checkout.yaml"]})
    made.git("checkout", "-q", "-b", "pr")
    made.commit("worse", {"launches/checkout.yaml": "product: checkout\n" + RED})
    assert judged(gonogo, made, "--floor", tmp_path / "it" / "governance")[0] == 1


@pytest.mark.parametrize(
    ("repository", "code", "neutral"), [("acme/other", 0, True), ("acme/shop", 1, False)]
)
def test_the_register_tells_of_a_change_too(
    gonogo: Gonogo, shop: Made, repository: str, code: int, neutral: bool
) -> None:
    shop.commit("worse", {"launches/checkout.yaml": "product: checkout\n" + RED})
    found, _, why = judged(gonogo, shop, *ci(shop), "--repository", repository)
    assert (found, bool(why)) == (code, neutral)


def test_a_change_cannot_take_its_repository_from_a_register_of_its_own(
    gonogo: Gonogo, tmp_path: Path
) -> None:
    plain = CONFIGURATION.replace("extends: { source: ../governance }\n", "products: products.yaml\n")
    products = (grounded(tmp_path / "x").parent / "governance" / "products.yaml").read_text()
    made = Made(tmp_path / "shop")
    made.commit("as it was", {**SHOP, "gonogo.yaml": plain, "products.yaml": products})
    made.git("checkout", "-q", "-b", "pr")
    gone = products.replace("acme/shop", "acme/elsewhere")
    made.commit("elsewhere", {"products.yaml": gone, "launches/checkout.yaml": "product: checkout\nid: [\n"})
    code, _, why = judged(gonogo, made, "--repository", "acme/shop")
    assert (code != 0, why) == (True, "")


def test_a_floor_in_the_same_repository_is_that_of_the_base(gonogo: Gonogo, tmp_path: Path) -> None:
    governance = grounded(tmp_path / "x").parent / "governance"
    made = Made(tmp_path / "shop")
    made.write({**SHOP, "gonogo.yaml": CONFIGURATION.replace("../governance", "governance")})
    shutil.copytree(governance, made.folder / "governance")
    made.commit("as it was")
    made.git("checkout", "-q", "-b", "pr")
    laxer = POLICY.replace("filled(subject.rollback.owner)", "filled(subject.name)")
    laxer = laxer.replace("id: launch.rollback.owner", "id: launch.rollback.other")
    made.commit(
        "laxer and worse",
        {
            "governance/policies/rollback.policy.yaml": laxer,
            "launches/checkout.yaml": "product: checkout\n" + RED,
        },
    )
    code, codes, _ = judged(gonogo, made)
    assert code == 1, codes
    assert codes["rule-dropped"] == "warning"

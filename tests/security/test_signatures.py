"""Sign-offs, reviews and decisions count only where their owners made them, as the base knows them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from checker import ledger
from checker.kinds import material
from checker.model import Report
from tests import signing
from tests.judging import policy, rule
from tests.repositories import Made
from tests.security.attacks import blocking, checked, started, texts

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
DAN = ("Dan Trial", "dan@example.org")
FILE = "signoffs/one.signoff.yaml"
REVIEWS = "reviews/host.reviews.json"
LIFECYCLE = {
    "lifecycle": "l",
    "title": "L",
    "stages": [{"id": s, "title": s} for s in ("alpha", "beta", "ga")],
}
GATE = {
    **json.loads(signing.gate()),
    "from": "beta",
    "to": "ga",
    "lifecycle": "l",
    "needs": {"prd": 1},
}
PRODUCTS = signing.PRODUCTS.replace("stage: beta", "owners: [ Dan Trial ], lifecycle: l, stage: beta")
OTHER = PRODUCTS.replace("checkout", "wallet").replace("basket", "purse").replace("Checkout", "Wallet")
PRD = signing.PRD.replace("markets: [ GB, DE ]\n", "")


class Stage(NamedTuple):
    """A pull request that takes the product to ga, and what it has at hand."""

    made: Made
    keys: Path

    def write(self, path: str, value: object) -> None:
        self.made.write({path: value if isinstance(value, str | bytes) else json.dumps(value)})

    def sign(self, path: str, key: str) -> None:
        (self.made.folder / f"{path}.sig").unlink(missing_ok=True)
        signing.sign(self.made.folder / path, self.keys / key)

    def read(self, path: str) -> Any:
        return json.loads((self.made.folder / path).read_text())

    def reviewed(self, product: str = "checkout") -> list[dict[str, Any]]:
        """What there is to review of a product, as it stands now."""
        _, snapshot = signing.load(self.made.folder)
        found = [subject for subject in snapshot.by_kind["prd"] if subject.ref.product == product]
        digests = [material.digests(subject.kind, subject.data) for subject in found]
        return [
            {"kind": "prd", "id": subject.ref.id, "digest": digest, "parts": parts}
            for subject, (digest, parts) in zip(found, digests, strict=True)
        ]

    def signed_off(self, **changes: Any) -> None:
        """A sign-off as Ada would write it, without her signature."""
        self.write(
            FILE,
            {
                "signoff": "one",
                "gate": "ga",
                "subject": "checkout",
                "role": "legal",
                "person": "ada",
                "meaning": "approval",
                "signed_at": "2026-05-30T12:00:00Z",
                "reviewed": self.reviewed(),
                **changes,
            },
        )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signing.keys(tmp_path_factory.mktemp("keys"), "ada", "ben", "dan", "collector", "eve")


@pytest.fixture
def stage(tmp_path: Path, keys: Path) -> Stage:
    made = Made(tmp_path / "repository")
    signers = signing.allowed(
        keys,
        ada="ada@example.org",
        ben="@bens",
        dan="dan@example.org",
        collector="collector@ci.example.org",
    )
    changes = {
        "gonogo.yaml": json.dumps({**signing.CONFIGURATION, "lifecycles": "*.lifecycle.yaml"}),
        "l.lifecycle.yaml": json.dumps(LIFECYCLE),
        "ga.gate.yaml": json.dumps(GATE),
        "products.yaml": PRODUCTS + OTHER,
        "checkout/prd.md": PRD,
        "checkout/launch.yaml": None,
        "wallet/prd.md": PRD.replace("checkout", "wallet"),
        "allowed_signers": signers,
    }
    signing.write(made.folder, changes)
    made.commit("base", author=DAN)
    made.git("switch", "-q", "-c", "change")
    made.write({"products.yaml": PRODUCTS.replace("stage: beta", "stage: ga") + OTHER})
    return Stage(made, keys)


def judged(stage: Stage) -> Report:
    stage.made.commit("to ga", author=DAN)
    return checked(stage.made)


def signed_by_ada(stage: Stage) -> None:
    stage.signed_off()
    stage.sign(FILE, "ada")


def recorded(stage: Stage, key: str | None, **changes: Any) -> None:
    """A review that a host is said to have recorded."""
    review = {
        "id": "7",
        "url": "https://code.example.org/r/7",
        "person": "ada@example.org",
        "state": "approved",
        "at": "2026-05-30T12:00:00Z",
        "files": [],
        "gate": "ga",
        "subject": "checkout",
        "role": "legal",
        "reviewed": stage.reviewed(),
        **changes,
    }
    text = {
        "collector": "tool",
        "host": "https://code.example.org",
        "collected_at": "2026-05-31T00:00:00Z",
        "reviews": [review],
    }
    stage.write(REVIEWS, text)
    if key:
        stage.sign(REVIEWS, key)


def nothing(stage: Stage) -> None:
    pass


def only_typed(stage: Stage) -> None:
    stage.signed_off()


def by_another(stage: Stage) -> None:
    stage.signed_off()
    stage.sign(FILE, "ben")


def by_a_key_that_comes_along(stage: Stage) -> None:
    stage.signed_off()
    stage.sign(FILE, "eve")
    signers = (stage.made.folder / "allowed_signers").read_text()
    stage.write("allowed_signers", signers + signing.allowed(stage.keys, eve="ada@example.org"))


def by_somebody_who_makes_himself_legal(stage: Stage) -> None:
    stage.signed_off(person="dan")
    stage.sign(FILE, "dan")
    people = json.loads(json.dumps(signing.PEOPLE))
    people["people"][3]["aliases"] = ["dan@example.org"]
    people["roles"][0]["members"].append({"person": "dan"})
    stage.write("people.yaml", people)


def by_somebody_who_takes_a_name(stage: Stage) -> None:
    stage.signed_off()
    stage.sign(FILE, "dan")
    people = json.loads(json.dumps(signing.PEOPLE))
    people["people"][0]["aliases"].append("dan@example.org")
    stage.write("people.yaml", people)


def in_another_role(stage: Stage) -> None:
    stage.signed_off(role="security", person="ben")
    stage.sign(FILE, "ben")


def copied_from_another_file(stage: Stage) -> None:
    signed_by_ada(stage)
    shutil.copy(stage.made.folder / f"{FILE}.sig", stage.made.folder / "signoffs" / "two.signoff.yaml.sig")
    stage.write("signoffs/two.signoff.yaml", {**stage.read(FILE), "signoff": "two"})
    (stage.made.folder / FILE).unlink()
    (stage.made.folder / f"{FILE}.sig").unlink()


def of_another_product(stage: Stage) -> None:
    stage.signed_off(subject="wallet", reviewed=stage.reviewed("wallet"))
    stage.sign(FILE, "ada")


def of_another_product_said_to_be_this_one(stage: Stage) -> None:
    stage.signed_off(reviewed=stage.reviewed("wallet"))
    stage.sign(FILE, "ada")


def of_another_gate(stage: Stage) -> None:
    stage.signed_off(gate="growth")
    stage.sign(FILE, "ada")


def for_one_market(stage: Stage) -> None:
    stage.signed_off(markets=["DE"])
    stage.sign(FILE, "ada")


def before_the_artifact_changed(stage: Stage) -> None:
    signed_by_ada(stage)
    stage.write("checkout/prd.md", PRD.replace("Fewer abandoned baskets", "Sell everybody's data"))


def of_the_future(stage: Stage) -> None:
    stage.signed_off(signed_at="2026-08-30T12:00:00Z")
    stage.sign(FILE, "ada")


def altered_after_it_was_signed(stage: Stage) -> None:
    stage.signed_off(role="security", person="ada")
    stage.sign(FILE, "ada")
    stage.write(FILE, {**stage.read(FILE), "role": "legal"})


def by_a_configuration_that_asks_nothing(stage: Stage) -> None:
    stage.write("ga.gate.yaml", {**GATE, "sign_offs": []})


def by_a_review_nobody_signed(stage: Stage) -> None:
    recorded(stage, None)


def by_a_review_that_its_author_signed(stage: Stage) -> None:
    recorded(stage, "dan")


def by_a_collector_that_comes_along(stage: Stage) -> None:
    recorded(stage, "dan")
    people = {**signing.PEOPLE, "collectors": ["collector@ci.example.org", "dan@example.org"]}
    stage.write("people.yaml", people)


def by_a_review_that_was_edited(stage: Stage) -> None:
    recorded(stage, "collector", state="commented")
    text = stage.read(REVIEWS)
    text["reviews"][0]["state"] = "approved"
    stage.write(REVIEWS, text)


FORGERIES: dict[str, Callable[[Stage], None]] = {
    forge.__name__.replace("_", " "): forge
    for forge in (
        nothing,
        only_typed,
        by_another,
        by_a_key_that_comes_along,
        by_somebody_who_makes_himself_legal,
        by_somebody_who_takes_a_name,
        in_another_role,
        copied_from_another_file,
        of_another_product,
        of_another_product_said_to_be_this_one,
        of_another_gate,
        for_one_market,
        before_the_artifact_changed,
        of_the_future,
        altered_after_it_was_signed,
        by_a_configuration_that_asks_nothing,
        by_a_review_nobody_signed,
        by_a_review_that_its_author_signed,
        by_a_collector_that_comes_along,
        by_a_review_that_was_edited,
    )
}


def test_what_ada_signed_counts(stage: Stage) -> None:
    signed_by_ada(stage)
    report = judged(stage)
    assert (report.exit_code, blocking(report)) == (0, [])


@pytest.mark.parametrize("path", [FILE, f"{FILE}.sig"])
def test_what_the_base_took_back_is_not_brought_by_a_change_that_left_it_before(
    stage: Stage, path: str
) -> None:
    made, promoted = stage.made, (stage.made.folder / "products.yaml").read_text()
    stage.write("products.yaml", PRODUCTS + OTHER)
    signed_by_ada(stage)
    made.commit("signed")
    made.git("branch", "-q", "-f", "main", "change")
    stage.write("products.yaml", promoted)
    assert judged(stage).exit_code == 0
    made.git("switch", "-q", "main")
    made.git("rm", "-q", path)
    made.commit("taken back")
    made.git("switch", "-q", "change")
    assert [each.rule for each in blocking(checked(made))] == ["ga.sign-off.legal"]


def test_what_the_base_got_since_counts_for_a_change_that_left_it_before(stage: Stage) -> None:
    judged(stage)
    stage.made.git("switch", "-q", "main")
    signed_by_ada(stage)
    stage.made.commit("signed")
    stage.made.git("switch", "-q", "change")
    report = checked(stage.made)
    assert (report.exit_code, blocking(report)) == (0, [])


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_sign_off_opens_no_gate(stage: Stage, name: str) -> None:
    FORGERIES[name](stage)
    report = judged(stage)
    unknown = [each.code for each in report.diagnostics if each.level == "error"]
    assert report.exit_code in (1, 2, 4)
    assert unknown or "ga.sign-off.legal" in {each.rule for each in blocking(report)}
    assert unknown in ([], ["unknown-gate"])
    for format, text in texts(report).items():
        assert unknown or "This change promotes checkout to ga" in text, format


@pytest.mark.parametrize(
    "name",
    [
        "by a key that comes along",
        "by somebody who makes himself legal",
        "by somebody who takes a name",
        "by a configuration that asks nothing",
        "by a collector that comes along",
    ],
)
def test_the_judges_that_a_forgery_edits_are_told(stage: Stage, name: str) -> None:
    FORGERIES[name](stage)
    for format, text in texts(judged(stage)).items():
        assert "This change edits what judges" in text, format


def test_recorded_reviews_are_those_of_the_base(stage: Stage) -> None:
    """Even a true one counts from the next change on: no change brings what judges it."""
    recorded(stage, "collector")
    assert "ga.sign-off.legal" in {each.rule for each in blocking(judged(stage))}


# the ledger


LEDGER = json.dumps(
    {
        "version": 1,
        "name": "acme",
        "kinds": "*.schema.json",
        "people": "people.yaml",
        "ledger": "ledger",
        "packs": ["./policies"],
        "subjects": [{"kind": "thing", "files": "*.thing.yaml"}],
    }
)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def history(length: int) -> list[ledger.Entry]:
    found: list[ledger.Entry] = []
    for number in range(length):
        parents = [found[-1].id] if found else []
        at = NOON + timedelta(hours=number)
        digest = f"sha256:{number:064x}"
        body = {"digest": digest, "verdict": "go", "verdict_digest": digest}
        found.append(ledger.make("report", at, "Ada Example", body, parents))
    return found


def without(made: Made, entries: list[ledger.Entry]) -> None:
    (made.folder / "ledger" / entries[1].path).unlink()


def without_the_newest(made: Made, entries: list[ledger.Entry]) -> None:
    (made.folder / "ledger" / entries[-1].path).unlink()


def with_other_words(made: Made, entries: list[ledger.Entry]) -> None:
    content = entries[1].content.replace(b"Ada Example", b"Eve Example")
    made.write({f"ledger/{entries[1].path}": content})


def in_the_place_of_another(made: Made, entries: list[ledger.Entry]) -> None:
    made.write({f"ledger/{entries[1].path}": entries[0].content})


def made_anew(made: Made, entries: list[ledger.Entry]) -> None:
    """The whole history with one entry left out, every name right."""
    shutil.rmtree(made.folder / "ledger")
    for each in history(2):
        made.write({f"ledger/{each.path}": each.content})


def in_another_folder(made: Made, entries: list[ledger.Entry]) -> None:
    shutil.move(made.folder / "ledger", made.folder / "archive")
    made.write({"gonogo.yaml": LEDGER.replace('"ledger": "ledger"', '"ledger": "archive"')})


TAMPERED = [
    without,
    without_the_newest,
    with_other_words,
    in_the_place_of_another,
    made_anew,
    in_another_folder,
]


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__.replace("_", " "))
def test_a_change_that_loses_an_entry_of_the_ledger_is_refused(
    tmp_path: Path, tamper: Callable[[Made, list[ledger.Entry]], None]
) -> None:
    entries = history(3)
    base: dict[str, str | bytes] = {
        "gonogo.yaml": LEDGER,
        "people.yaml": "people: []\n",
        "policies/test.policy.yaml": policy(rule("true")),
        "lamp.thing.yaml": "name: Lamp\n",
        **{f"ledger/{each.path}": each.content for each in entries},
    }
    made = started(tmp_path, base)
    tamper(made, entries)
    made.commit("tidy up")
    report = checked(made)
    assert (report.exit_code, "ledger-rewritten" in {each.code for each in report.diagnostics}) == (2, True)


def test_a_change_that_adds_to_the_ledger_is_not(tmp_path: Path) -> None:
    entries = history(3)
    base: dict[str, str | bytes] = {
        "gonogo.yaml": LEDGER,
        "people.yaml": "people: []\n",
        "policies/test.policy.yaml": policy(rule("true")),
        "lamp.thing.yaml": "name: Lamp\n",
        **{f"ledger/{each.path}": each.content for each in entries[:2]},
    }
    made = started(tmp_path, base)
    made.commit("more", {f"ledger/{entries[2].path}": entries[2].content})
    assert checked(made).exit_code == 0

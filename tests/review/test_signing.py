"""Sign-offs: present, missing, void for each reason in its own words, or not needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.kinds import material
from checker.model import Approval, Assurance, SignOffState
from checker.policy import language, moment
from checker.policy.workspace import Workspace
from checker.review import signing
from checker.snapshot import Snapshot, Subject
from tests import signing as making

COMMAND = "gonogo sign-off ga --subject checkout --role legal --as NAME"
ADA = f"Ada Example may sign with {COMMAND}"
OTHERS = f"Ben Sample or Cleo Demo may sign with {COMMAND}"
ALL = f"Ada Example, Ben Sample or Cleo Demo may sign with {COMMAND}"
"""On the tenth of June, when Cleo stands in for Ben."""
NAMES = ("checkout", "basket")
Json = dict[str, Any]


class Case(NamedTuple):
    """Something that is wrong, and what is said of it."""

    reasons: tuple[str, ...]
    changes: Mapping[str, Any] = {}
    """Of the sign-off; None drops a field."""
    asked: Mapping[str, Any] = {}
    files: Mapping[str, str | None] = {}
    """That changed after it was signed."""
    authors: frozenset[str] = frozenset()
    as_of: str = "2026-06-10"
    market: str = ""
    assurance: Assurance = "signed"
    others: tuple[Json, ...] = ()
    """Further sign-offs, by what they change."""


def base(snapshot: Snapshot, *kinds: str) -> Json:
    """What Ada signs on the first of June."""
    reviewed = []
    for subject in snapshot.subjects:
        if subject.ref.kind in (kinds or ("prd",)):
            digest, parts = material.digests(subject.kind, subject.data)
            reviewed.append(
                {"kind": subject.ref.kind, "id": subject.ref.id, "digest": digest, "parts": parts}
            )
    return {
        "signoff": "one",
        "gate": "ga",
        "subject": "checkout",
        "role": "legal",
        "person": "ada",
        "meaning": "approval",
        "signed_at": "2026-06-01T12:00:00Z",
        "reviewed": reviewed,
    }


def applied(signed: Json, changes: Mapping[str, Any]) -> Json:
    return {name: value for name, value in {**signed, **changes}.items() if value is not None}


class Judged(NamedTuple):
    workspace: Workspace
    snapshot: Snapshot
    states: tuple[SignOffState, ...]


def judged(folder: Path, case: Case, *, sign: bool = True) -> Judged:
    """What became of a sign-off that was right when it was made."""
    making.write(folder, {"ga.gate.yaml": making.gate(**case.asked)})
    kinds = tuple(case.asked.get("of", ("prd",)))
    signed = base(making.load(folder)[1], *kinds)
    texts: dict[str, str | None] = dict(case.files)
    if sign:
        for number, changes in enumerate(({}, *case.others)):
            whole = applied({**signed, "signoff": f"s{number}"}, {**case.changes, **changes})
            texts[f"signoffs/{whole['signoff']}.signoff.yaml"] = json.dumps(whole)
    making.write(folder, {"ga.gate.yaml": making.gate(**case.asked), **texts})
    return again(folder, case)


def again(folder: Path, case: Case) -> Judged:
    workspace, snapshot = making.load(folder)
    as_of = clock(workspace, case.as_of)
    (gate,) = workspace.gates
    (asked,) = gate.sign_offs
    launch = next(
        (s for s in snapshot.by_kind.get("launch-plan", ()) if "launch" in str(case.asked.get("when"))), None
    )
    desk = signing.Desk(
        gate,
        asked,
        NAMES,
        signing.reviewed(asked, snapshot, "checkout", None),
        case.market,
        workspace.people,
        lambda subject: case.authors,
        as_of,
        [
            (each, Approval(each.person, case.assurance, each.signed_at, "Nobody vouches for it."))
            for each in workspace.sign_offs
        ],
    )
    product = snapshot.find("product", "checkout")
    states = signing.judge(
        desk,
        launch,
        product,
        workspace.data,
        language.Context(as_of),
    )
    return Judged(workspace, snapshot, states)


def clock(workspace: Workspace, day: str) -> datetime:
    found = moment.parse(day, workspace.zone)
    assert found
    return found


CHANGED = making.PRD.replace("Fewer", "No")
MUST = "Ada Example must review it and sign again."
CASES = {
    "a material field changed": Case(
        (f"prd `checkout-prd` has changed since it was reviewed in `goals`: {MUST}",),
        files={"checkout/prd.md": CHANGED},
    ),
    "several did": Case(
        (
            "prd `checkout-prd` has changed since it was reviewed in `goals`, `markets`, `requirements`: "
            f"{MUST}",
        ),
        files={"checkout/prd.md": CHANGED.replace(", DE", "") + "\n## Requirements\n\n- It is fast.\n"},
    ),
    "which field is not known": Case(
        (f"prd `checkout-prd` has changed since it was reviewed: {MUST}",),
        {"reviewed": [{"kind": "prd", "id": "checkout-prd", "digest": f"sha256:{'0' * 64}"}]},
    ),
    "it is gone, and nothing is left to review": Case(
        (
            "There is no prd of checkout that could be reviewed: write it first.",
            "prd `checkout-prd`, which was reviewed, is gone: Ada Example must review it and sign again, "
            "or restore it.",
        ),
        files={"checkout/prd.md": None},
    ),
    "it cannot be read": Case(
        ("prd `checkout/prd` cannot be read, so nobody can tell whether it is what was reviewed: mend it.",),
        files={"checkout/prd.md": "---\na: [\n---\n"},
    ),
    "a stranger": Case((f"Eve Nobody is not in the register of people: {ALL}.",), {"person": "Eve Nobody"}),
    "not in the role": Case(
        (f"Dan Trial is not in the role legal: {ALL}.",), {"person": "dan"}, {"apart_from": []}
    ),
    "not yet in the role": Case(
        (f"Ben Sample was not in the role legal on 2026-02-28: {ALL}.",),
        {"person": "ben", "signed_at": "2026-02-28T12:00:00Z"},
    ),
    "no longer in the role": Case(
        (f"Ben Sample was not in the role legal on 2026-09-01: {ADA}.",),
        {"person": "ben", "signed_at": "2026-09-01T09:00:00+01:00"},
        as_of="2026-09-02",
    ),
    "a minute before midnight by the Pacific is the next day in London": Case(
        (f"Ben Sample was not in the role legal on 2026-09-01: {ADA}.",),
        {"person": "ben", "signed_at": "2026-08-31T23:59:00-08:00"},
        as_of="2026-09-02",
    ),
    "the delegation is over": Case(
        (
            "Cleo Demo was not in the role legal on 2026-06-15: "
            f"Ada Example or Ben Sample may sign with {COMMAND}.",
        ),
        {"person": "cleo", "signed_at": "2026-06-15T09:00:00Z"},
        as_of="2026-06-20",
    ),
    "an author by a field": Case(
        ("Ada Example is an author of prd `checkout-prd` (its field authors): " + OTHERS + ".",),
        files={"checkout/prd.md": making.PRD.replace("[ Dan Trial ]", "[ 'Ada Example <ada@example.org>' ]")},
    ),
    "an author by git": Case(
        ("Ada Example is an author of prd `checkout-prd` (the history in git): " + OTHERS + ".",),
        authors=frozenset({"ADA@example.org"}),
    ),
    "everybody in the role is an author": Case(
        (
            "Ada Example is an author of prd `checkout-prd` (the history in git): "
            "add somebody else to the role legal in the register of people, who then signs.",
        ),
        authors=frozenset({"ada", "@BenS", "Cleo Demo"}),
    ),
    "before the evidence existed": Case(
        (
            "It was signed on 2026-06-01, before its evidence dpia.pdf was issued on 2026-06-02: "
            "Ada Example must sign again.",
        ),
        {"evidence": [{"locator": "dpia.pdf", "issued_on": "2026-06-02"}, {"locator": "undated"}]},
    ),
    "in the future": Case(
        (
            "It is signed at 2026-06-11T01:00+01:00, which is still to come: "
            "mend the time, or wait until then.",
        ),
        {"signed_at": "2026-06-11T00:00:00Z"},
    ),
    "its validity is over": Case(
        ("It counted until 2026-06-09: Ada Example must sign again.",), {"valid_until": "2026-06-09"}
    ),
    "the gate says how old it may be": Case(
        ("It counted until 2026-06-08, 7 days after it: Ada Example must sign again.",),
        asked={"max_age_days": 7},
    ),
    "it means something else": Case(
        ("It means review, and the gate asks for approval: Ada Example must sign with --meaning approval.",),
        {"meaning": "review"},
        {"meaning": "approval"},
    ),
    "for another market": Case(
        ("It is for GB, not for DE: Ada Example must sign for DE too.",), {"markets": ["GB"]}, market="DE"
    ),
    "for some markets only": Case(
        ("It is for GB, not for all markets: Ada Example must sign without --market.",), {"markets": ["GB"]}
    ),
    "only asserted": Case(
        (
            "It is only asserted (Nobody vouches for it): Ada Example signs it with ssh-keygen -Y sign "
            "-n gonogo -f KEY signoffs/s0.signoff.yaml, or lets the host record the approval.",
        ),
        assurance="asserted",
    ),
    "the same person in a role that must be apart": Case(
        (
            "Ben Sample has signed as security too, and these must be two people: "
            "somebody else must sign in one of the roles.",
        ),
        {"person": "ben"},
        {"apart_from": ["authors", "security"]},
        others=({"role": "security"},),
    ),
    "several reasons at once": Case(
        (
            f"prd `checkout-prd` has changed since it was reviewed in `goals`: {MUST}",
            "It counted until 2026-06-09: Ada Example must sign again.",
        ),
        {"valid_until": "2026-06-09"},
        files={"checkout/prd.md": CHANGED},
    ),
}
"""Every reason for which a sign-off is void, with what is said."""


@pytest.mark.parametrize("name", CASES)
def test_a_void_sign_off_says_why(tmp_path: Path, name: str) -> None:
    (state,) = judged(tmp_path, CASES[name]).states
    assert (state.status, state.reasons) == ("void", CASES[name].reasons)
    assert (state.id, state.launch, state.role) == ("s0", "checkout", "legal")
    assert state.location
    assert state.location.path == "signoffs/s0.signoff.yaml"
    assert all(reason.endswith(".") and ": " in reason for reason in state.reasons)


COUNTING = {
    "as it was signed": Case(()),
    "a typo elsewhere, and a paragraph laid out anew": Case(
        (),
        files={
            "checkout/prd.md": making.PRD.replace("It is slow", "It was slow").replace(
                "markets that we\n  sell to", "markets\n  that we sell to"
            )
        },
    ),
    "a leaver": Case((), {"person": "ben", "signed_at": "2026-08-31T12:00:00Z"}, as_of="2027-06-01"),
    "a delegate": Case((), {"person": "cleo"}),
    "by another name": Case((), {"person": "ADA@example.org"}),
    "under the former id of the product": Case((), {"subject": "basket"}),
    "on its last day": Case((), {"valid_until": "2026-06-10"}),
    "at its greatest age": Case((), asked={"max_age_days": 9}),
    "an author where that is fine": Case((), asked={"apart_from": []}, authors=frozenset({"ada"})),
    "only asserted where it is advisory": Case((), asked={"enforcement": "advisory"}, assurance="asserted"),
    "recorded by the host": Case((), assurance="host-verified"),
    "for the market among others": Case((), {"markets": ["GB", "DE"]}, market="DE"),
    "of what was reviewed besides": Case((), {"evidence": [{"locator": "x", "issued_on": "2026-06-01"}]}),
    "another person in the role apart": Case(
        (), asked={"apart_from": ["security"]}, others=({"role": "security", "person": "ben"},)
    ),
    "one that is no longer for this gate's subject": Case(
        (), {}, {"apart_from": ["security"]}, others=({"role": "security", "subject": "other"},)
    ),
    "longer than the calendar": Case((), asked={"max_age_days": 10**12}),
    "a later one replaces what was void": Case(
        (),
        {"signed_at": "2026-06-02T00:00:00Z"},
        others=(
            {
                "signed_at": "2026-05-01T00:00:00Z",
                "reviewed": [{"kind": "prd", "id": "checkout-prd", "digest": f"sha256:{'0' * 64}"}],
            },
        ),
    ),
    "one for another market replaces nothing": Case(
        (),
        {"markets": ["GB"]},
        market="GB",
        others=({"signed_at": "2026-06-03T00:00:00Z", "markets": ["DE"]},),
    ),
    "one that is still to come replaces nothing": Case(
        (), others=({"signed_at": "2026-07-01T00:00:00Z", "meaning": "review"},)
    ),
}


@pytest.mark.parametrize("name", COUNTING)
def test_a_sign_off_counts(tmp_path: Path, name: str) -> None:
    (state,) = judged(tmp_path, COUNTING[name]).states
    assert (state.status, state.reasons, state.id) == ("present", (), "s0")


def test_what_is_later_replaces_what_was_before(tmp_path: Path) -> None:
    case = Case((), others=({"signed_at": "2026-06-05T00:00:00Z", "valid_until": "2026-06-06"},))
    (state,) = judged(tmp_path, case).states
    assert (state.status, state.id) == ("void", "s1")


@pytest.mark.parametrize(
    ("changes", "asked", "expires"),
    [
        ({}, {}, ""),
        ({"valid_until": "2026-12-31"}, {}, "2026-12-31"),
        ({}, {"max_age_days": 30}, "2026-07-01"),
        ({"valid_until": "2026-06-20"}, {"max_age_days": 30}, "2026-06-20"),
        ({"valid_until": "2026-07-20"}, {"max_age_days": 30}, "2026-07-01"),
    ],
)
def test_it_expires_on_the_earliest_last_day(
    tmp_path: Path, changes: Json, asked: Json, expires: str
) -> None:
    (state,) = judged(tmp_path, Case((), changes, asked)).states
    assert (state.status, state.expires) == ("present", expires)


def test_nobody_signed(tmp_path: Path) -> None:
    (state,) = judged(tmp_path, Case(()), sign=False).states
    assert (state.status, state.approval, state.id) == ("missing", None, "")
    assert state.reasons == (f"Nobody has signed: {ALL}.",)
    assert state.location
    assert state.location.path == "ga.gate.yaml"


@pytest.mark.parametrize(
    ("others", "statuses", "said"),
    [
        ((), ["present", "missing"], f"1 of 2 people have signed: {OTHERS}."),
        (({"person": "ada@example.org"},), ["present", "missing"], f"1 of 2 people have signed: {OTHERS}."),
        (({"person": "ben"},), ["present", "present"], ""),
        (({"person": "dan"},), ["present", "void", "missing"], f"1 of 2 people have signed: {OTHERS}."),
    ],
)
def test_a_quorum_counts_people(
    tmp_path: Path, others: tuple[Json, ...], statuses: list[str], said: str
) -> None:
    states = judged(tmp_path, Case((), asked={"quorum": 2}, others=others)).states
    assert [state.status for state in states] == statuses
    assert said in states[-1].reasons or not said


def test_a_void_sign_off_beside_enough_others_needs_nobody(tmp_path: Path) -> None:
    (state,) = judged(tmp_path, Case((), others=({"person": "dan"},))).states
    assert state.status == "present"


@pytest.mark.parametrize(
    ("when", "status", "said"),
    [
        ("product.stage == 'ga'", "not-needed", None),
        ("product.stage == 'beta'", "missing", f"Nobody has signed: {ALL}."),
        ("market == 'GB'", "missing", f"Nobody has signed: {ALL}."),
        ("market == 'DE'", "not-needed", None),
        ("launch.tier <= 2", "missing", f"Nobody has signed: {ALL}."),
        (
            "product.payments == true",
            "missing",
            "Whether it is needed cannot be told: `product.payments` is absent.",
        ),
        (
            "within_last(product.stage, 3)",
            "missing",
            'Whether it is needed cannot be told: "beta" is not a date; write it as 2026-01-31.',
        ),
        (
            "launch.nothing == 1",
            "missing",
            "Whether it is needed cannot be told: `launch.nothing` is absent.",
        ),
    ],
)
def test_when_it_is_needed(tmp_path: Path, when: str, status: str, said: str | None) -> None:
    (state,) = judged(tmp_path, Case((), asked={"when": when}, market="GB"), sign=False).states
    assert (state.status, state.reasons[:1]) == (status, (said,) if said else ())


def test_a_doubt_does_not_take_a_signature_away(tmp_path: Path) -> None:
    (state,) = judged(tmp_path, Case((), asked={"when": "product.payments == true"})).states
    assert state.status == "present"


@pytest.mark.parametrize(("market", "status"), [("GB", "missing"), ("FR", "not-needed"), ("", "missing")])
def test_it_may_be_asked_for_in_some_markets_only(tmp_path: Path, market: str, status: str) -> None:
    (state,) = judged(tmp_path, Case((), asked={"markets": ["GB"]}, market=market), sign=False).states
    assert (state.status, state.market) == (status, market)


def test_a_subject_of_a_kind_that_is_asked_for_was_not_reviewed(tmp_path: Path) -> None:
    judged(tmp_path, Case((), asked={"of": ["prd"]}))
    (tmp_path / "ga.gate.yaml").write_text(making.gate(of=["prd", "product"]))
    (state,) = again(tmp_path, Case(())).states
    assert state.reasons == (f"product `checkout` was not reviewed: {MUST}",)


def test_one_of_several_subjects_is_gone(tmp_path: Path) -> None:
    other = making.PRD.replace("checkout-prd", "second")
    making.write(tmp_path, {"checkout/second.md": other, "gonogo.yaml": json.dumps(_TWO)})
    (tmp_path / "signoffs").mkdir()
    signed = base(making.load(tmp_path)[1])
    assert len(signed["reviewed"]) == 2
    (tmp_path / "signoffs/one.signoff.yaml").write_text(json.dumps(signed))
    (tmp_path / "checkout/second.md").unlink()
    (state,) = again(tmp_path, Case(())).states
    assert state.reasons == (
        "prd `second`, which was reviewed, is gone: "
        "Ada Example must review it and sign again, or restore it.",
    )


_TWO = {
    **making.CONFIGURATION,
    "subjects": [{"kind": "prd", "files": "{product}/*.md", "product": "path.product"}],
}


def test_a_review_under_the_former_id_of_the_product_counts(tmp_path: Path) -> None:
    judged(tmp_path, Case((), asked={"of": ["product"]}))
    path = tmp_path / "signoffs/s0.signoff.yaml"
    path.write_text(path.read_text().replace('"id": "checkout"', '"id": "basket"'))
    (state,) = again(tmp_path, Case(())).states
    assert (state.status, state.reasons) == ("present", ())


@pytest.mark.parametrize(
    ("withdrawn", "said"),
    [
        (
            "changes-requested",
            "Ada Example asked for changes on 2026-06-03: make them, and let Ada Example approve again.",
        ),
        (
            "dismissed",
            "The review by Ada Example was dismissed on 2026-06-03: Ada Example must approve again.",
        ),
    ],
)
@pytest.mark.parametrize("on", ["2026-06-03", "2026-06-01"])
def test_what_was_taken_back_is_void(tmp_path: Path, withdrawn: Any, said: str, on: str) -> None:
    """Also where the host tells both of the same moment."""
    workspace, snapshot, _ = judged(tmp_path, Case(()))
    (sign_off,) = workspace.sign_offs
    at = sign_off.signed_at.replace(day=int(on[-2:]))
    back = sign_off._replace(id="back", signed_at=at, withdrawn=withdrawn, meaning="review", reviewed=())
    signed = [(each, Approval("ada", "host-verified", each.signed_at)) for each in (back, sign_off)]
    (gate,), as_of = workspace.gates, clock(workspace, "2026-06-10")
    asked = gate.sign_offs[0]._replace(meaning="approval")
    nobody: Callable[[Subject], frozenset[str]] = lambda _: frozenset()  # noqa: E731
    reviewed = signing.reviewed(asked, snapshot, "checkout", None)
    desk = signing.Desk(gate, asked, NAMES, reviewed, "", workspace.people, nobody, as_of, signed)
    (state,) = signing.judge(desk, None, None, {}, language.Context(as_of))
    assert (state.status, state.id, state.reasons) == ("void", "back", (said.replace("2026-06-03", on),))


def test_the_time_of_the_host_is_the_one_that_counts(tmp_path: Path) -> None:
    """A leaver who writes an earlier day into the file has left all the same."""
    workspace, snapshot, _ = judged(
        tmp_path, Case((), {"person": "ben", "signed_at": "2026-08-31T12:00:00Z"})
    )
    (sign_off,), (gate,) = workspace.sign_offs, workspace.gates
    as_of = clock(workspace, "2026-09-30")
    desk = signing.Desk(
        gate, gate.sign_offs[0], NAMES, signing.reviewed(gate.sign_offs[0], snapshot, "checkout", None), "",
        workspace.people, lambda _: frozenset(), as_of,
    )  # fmt: skip
    said = signing.flaws(desk, sign_off, Approval("ben", "host-verified", as_of - timedelta(days=3)))
    assert said == (f"Ben Sample was not in the role legal on 2026-09-27: {ADA}.",)


def test_what_is_to_be_reviewed(tmp_path: Path) -> None:
    making.write(tmp_path, {"checkout/launch2.yaml": making.LAUNCH.replace("checkout-ga", "checkout-2")})
    workspace, snapshot = making.load(tmp_path)
    asked = workspace.gates[0].sign_offs[0]
    launch = snapshot.find("launch-plan", "checkout-2")

    def ids(launch: Subject | None, product: str = "checkout", *of: str) -> list[str]:
        return [s.ref.id for s in signing.reviewed(asked._replace(of=of), snapshot, product, launch)]

    assert ids(launch, "checkout", "prd", "launch-plan", "product") == [
        "checkout-prd",
        "checkout-2",
        "checkout",
    ]
    assert ids(None, "checkout", "launch-plan") == []
    assert ids(launch) == ["checkout-2"]
    assert ids(None) == ["checkout"]
    assert ids(None, "elsewhere") == []


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return judged(tmp_path_factory.mktemp("once"), Case(()))


@given(order=st.permutations(["ada", "ben", "cleo"]), quorum=st.integers(1, 3))
def test_the_order_of_sign_offs_changes_nothing(once: Judged, order: list[str], quorum: int) -> None:
    (gate,), (sign_off,) = once.workspace.gates, once.workspace.sign_offs
    asked = gate.sign_offs[0]._replace(quorum=quorum)
    as_of = clock(once.workspace, "2026-06-10")

    def states(people: list[str]) -> tuple[SignOffState, ...]:
        signed = [
            (sign_off._replace(person=who, id=who), Approval(who, "signed", sign_off.signed_at))
            for who in people
        ]
        reviewed = signing.reviewed(asked, once.snapshot, "checkout", None)
        nobody: Callable[[Subject], frozenset[str]] = lambda _: frozenset()  # noqa: E731
        desk = signing.Desk(gate, asked, NAMES, reviewed, "", once.workspace.people, nobody, as_of, signed)
        return signing.judge(desk, None, None, {}, language.Context(as_of))

    assert states(order) == states(sorted(order))
    assert [state.status for state in states(order)] == ["present"] * 3


def test_every_product_is_shown_its_own_sign_offs_alone(tmp_path: Path) -> None:
    making.write(tmp_path)
    one = base(making.load(tmp_path)[1])
    about = ["checkout", "search", "basket", "checkout", "wallet"]
    files = {
        f"signoffs/s{number}.signoff.yaml": json.dumps({**one, "signoff": f"s{number}", "subject": name})
        for number, name in enumerate(about)
    }
    workspace, _ = making.load(making.write(tmp_path, dict(files)))
    found = signing.Signatures((each, Approval(each.person, "asserted")) for each in workspace.sign_offs)
    own = found.about("ga", ("basket", "checkout", "basket"))
    assert [(signed.id, signed.subject) for signed, _ in own] == [
        ("s0", "checkout"),
        ("s2", "basket"),
        ("s3", "checkout"),
    ]
    assert found.about("beta", about) == []

"""The ledger as a source: decisions are gate records; what was changed is an error that names the entry."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checker import ledger
from checker.authoring import decision
from checker.ledger import Entry
from checker.policy import workspaces
from checker.policy.workspace import Workspace
from checker.sources import ledger as source
from checker.transports.disk import Disk
from checker.transports.git import Repository
from tests.deciding import workspace
from tests.judging import shown
from tests.repositories import Made
from tests.review.test_deciding import CONDITION, approved, decided, met, overruled

AT = datetime(2026, 9, 11, 23, 30, tzinfo=UTC)


def load(folder: Path) -> Workspace:
    found, wrong = workspaces.load(Disk, str(folder))
    assert found, shown(wrong)
    return found


def book(folder: Path, *entries: Entry) -> Path:
    for entry in entries:
        path = folder / "ledger" / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.content)
    return folder


def collected(folder: Path) -> source.Collected:
    return source.collect(load(folder), Disk(folder))


def test_a_workspace_without_a_ledger_has_nothing_to_read(tmp_path: Path) -> None:
    found = collected(workspace(tmp_path, **{"gonogo.yaml": '{"version": 1}'}))
    assert found == ((), (), (), source.NOTHING)


def test_a_ledger_that_is_still_empty_is_whole(tmp_path: Path) -> None:
    assert collected(workspace(tmp_path))[:3] == ((), (), ())


def test_a_decision_is_a_gate_record_with_all_that_followed_it(tmp_path: Path) -> None:
    first = overruled(
        AT,
        id="checkout-ga-1",
        decision="proceed-with-conditions",
        conditions=[{**CONDITION, "tracker_key": "CHK-95"}],
        evidence="https://example.org/minutes",
    )
    later = (
        approved(first, "Ben Sample", AT + timedelta(days=1)),
        met(first, "2026-09-13", AT + timedelta(days=2)),
    )
    (subject,) = collected(book(workspace(tmp_path), first, *later)).subjects
    assert subject.sound, subject.faults
    assert subject.ref == ("gate-record", "checkout-ga-1", f"ledger/{first.path}", "checkout")
    digest = first.body["report_digest"]
    assert subject.data == {
        "id": "checkout-ga-1",
        "product": "checkout",
        "launch": "checkout-ga",
        "gate": "ga",
        "decision": "proceed-with-conditions",
        "basis": "overrule",
        "reason": "A promise to a customer",
        "decided_on": "2026-09-11",
        "decided_by": "Ada Example",
        "role": "approver",
        "approved_by": "Ben Sample",
        "approved_on": "2026-09-12",
        "report_digest": digest,
        "evidence": "https://example.org/minutes",
        "answers": [
            {
                "id": "verdict",
                "question": "What is the verdict of gonogo at the gate ga?",
                "answer": "no-go",
                "evidence": digest,
            }
        ],
        "conditions": [
            {
                "id": "c1",
                "condition": "Translate",
                "tracker_key": "CHK-95",
                "owner": "Ben Sample",
                "due_on": "2026-10-01",
                "met_on": "2026-09-13",
            }
        ],
    }


def test_a_place_in_a_record_is_that_in_the_file_of_the_entry(tmp_path: Path) -> None:
    entry = decided(AT, conditions=[CONDITION], decision="proceed-with-conditions")
    (subject,) = collected(book(workspace(tmp_path), entry)).subjects
    span = subject.span(("conditions", 0, "due_on"))
    assert span is not None
    line = entry.content.decode().splitlines()[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == '"2026-10-01"'
    assert subject.span(("decided_on",)) == subject.span(())  # no field of the entry; its body is the nearest


def test_days_are_those_of_the_workspace(tmp_path: Path) -> None:
    folder = book(workspace(tmp_path), decided(AT))
    configuration = json.loads((folder / "gonogo.yaml").read_text())
    (folder / "gonogo.yaml").write_text(json.dumps({**configuration, "timezone": "Asia/Tokyo"}))
    (subject,) = collected(folder).subjects
    assert subject.data["decided_on"] == "2026-09-12"


def test_a_decision_about_a_product_names_no_launch(tmp_path: Path) -> None:
    (subject,) = collected(book(workspace(tmp_path), decided(subject="checkout"))).subjects
    assert "launch" not in subject.data


def test_of_two_decisions_with_one_id_one_is_at_fault(tmp_path: Path) -> None:
    found = collected(book(workspace(tmp_path), decided(AT, id="x"), decided(AT, id="x", subject="other")))
    assert sorted(len(subject.faults) for subject in found.subjects) == [0, 1]


def test_a_decision_that_was_replaced_everywhere_is_history(tmp_path: Path) -> None:
    def at(days: int, **changes: Any) -> Entry:
        return decided(AT + timedelta(days), id=f"day-{days}", **changes)

    def records(*entries: Entry) -> set[str]:
        folder = tmp_path / str(len(entries))
        return {subject.ref.id for subject in collected(book(workspace(folder), *entries)).subjects}

    made = [at(0, markets=["GB", "DE"]), at(1, gate="beta"), at(2, subject="other"), at(3, markets=["GB"])]
    assert records(*made) == {"day-0", "day-1", "day-2", "day-3"}
    made.append(at(4, markets=["DE"], decision="hold"))
    assert records(*made) == {"day-1", "day-2", "day-3", "day-4"}
    made.append(at(5, subject="checkout"))
    assert records(*made) == {"day-1", "day-5"}


def test_every_file_is_evidence_its_signature_too_and_hidden_files_are_no_entries(tmp_path: Path) -> None:
    entry = decided(AT)
    folder = book(workspace(tmp_path), entry)
    (folder / "ledger" / f"{entry.path}.sig").write_bytes(b"x")
    (folder / "ledger" / ".gitattributes").write_text("* -text\n")
    (folder / "ledger" / ".gonogo-1.tmp").write_text("half")
    found = collected(folder)
    assert [evidence.locator for evidence in found.inputs] == [
        f"ledger/{entry.path}",
        f"ledger/{entry.path}.sig",
    ]
    assert found.inputs[0] == found.subjects[0].evidence[0]
    assert found.diagnostics == ()


def edit(folder: Path, entry: Entry) -> None:
    path = folder / "ledger" / entry.path
    path.write_bytes(entry.content.replace(b'"go"', b'"no"'))


def remove(folder: Path, entry: Entry) -> None:
    (folder / "ledger" / entry.path).unlink()


def rename(folder: Path, entry: Entry) -> None:
    path = folder / "ledger" / entry.path
    path.rename(path.with_name(f"{entry.path[:2]}{'0' * 62}.json"))


@pytest.mark.parametrize(
    ("tamper", "code"), [(edit, "entry-edited"), (remove, "entry-removed"), (rename, "entry-edited")]
)
def test_whatever_was_changed_is_an_error_that_names_the_entry(
    tmp_path: Path, tamper: Any, code: str
) -> None:
    first = decided(AT)
    second = decided(AT + timedelta(hours=1), parents=(first.id,))
    folder = book(workspace(tmp_path), first, second)
    assert collected(folder).diagnostics == ()
    tamper(folder, first)
    found = collected(folder).diagnostics
    assert found[0].code == code
    assert {each.level for each in found} == {"error"}
    assert any(first.id in each.message for each in found)
    assert all(each.location for each in found)
    assert [subject.ref.id for subject in collected(folder).subjects] == [second.body["id"]]


BODIES: list[tuple[dict[str, Any], str]] = [
    ({"verdict": "fine"}, "has an unsound body"),
    ({"gate": None}, "has an unsound body"),
    ({"extra": 1}, "has an unsound body"),
    ({"conditions": [{**CONDITION, "due_on": "2026-02-30"}]}, "has an unsound body"),
    ({"conditions": [CONDITION, CONDITION]}, "has two conditions with one id"),
    ({"decided_at": "2026-01-01T00:00:00Z"}, "says another person or time in `decided_by` and `decided_at`"),
]


@pytest.mark.parametrize(("changes", "message"), BODIES)
def test_an_entry_that_says_nothing_sound_is_an_error(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    entry = decided(AT, **changes)
    found = collected(book(workspace(tmp_path), entry))
    assert found.subjects == ()
    (diagnostic,) = found.diagnostics
    assert diagnostic.message.startswith(f"{entry.id}: The entry {message}")
    assert diagnostic.location
    assert diagnostic.location.path == f"ledger/{entry.path}"


def test_an_opened_review_is_sound_and_holds_every_rule(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    body = decision.opened(load(folder), "ga", "checkout", "0" * 40)
    assert {"launch-plan.schema", "product.readable"} <= body["rules"].keys()
    found = collected(book(folder, ledger.make("review-opened", AT, "Ada Example", body)))
    assert (found.subjects, found.diagnostics) == ((), ())


def test_somebody_cannot_decide_in_anothers_name(tmp_path: Path) -> None:
    entry = ledger.make("decision", AT, "Eve Mock", decided(AT).body)
    (diagnostic,) = collected(book(workspace(tmp_path), entry)).diagnostics
    assert "says another person or time" in diagnostic.message


def test_what_follows_nothing_is_an_error(tmp_path: Path) -> None:
    entry = decided(AT)
    unknown = met(entry, "2026-09-12", AT + timedelta(days=1))
    found = collected(book(workspace(tmp_path), entry, unknown)).diagnostics
    assert [each.code for each in found] == ["entry-aimless"]
    assert "about a condition of its decision that the ledger does not hold" in found[0].message


def test_it_reads_the_ledger_of_any_commit(tmp_path: Path) -> None:
    made = Made(workspace(tmp_path))
    first, second = decided(AT, id="first"), decided(AT, id="second", subject="other")
    for entry in (first, second):
        book(tmp_path, entry)
        made.git("add", "-A")
        made.git("commit", "-qm", entry.body["id"])
    repository = Repository.find(str(tmp_path))
    assert isinstance(repository, Repository)
    for revision, ids in (("HEAD~1", {"first"}), ("HEAD", {"first", "second"})):
        commit = repository.resolve(revision)
        assert isinstance(commit, str)
        found = source.collect(load(tmp_path), repository.tree(commit))
        assert {subject.ref.id for subject in found.subjects} == ids
        assert found.diagnostics == ()
    assert found.inputs == collected(tmp_path).inputs

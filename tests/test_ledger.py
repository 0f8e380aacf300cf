"""The ledger: an edit, a removal or another order is found, and the entry is named. And what it rests on: one
canonical form for every value."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker import canonical, ledger, shipped
from checker.ledger import Entry, Ledger
from checker.model import Fault

NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)
Files = dict[str, bytes | Fault]


# The canonical form ------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    scalars | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)


def turned(value: Any) -> Any:
    """The same data, every mapping filled in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


def typed(value: Any) -> Any:
    """The same data with its types, for Python says that 1 is 1.0 and True."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else (type(value), repr(value))


@given(values)
def test_what_is_encoded_is_read_back(value: Any) -> None:
    assert typed(canonical.decode(canonical.encode(value))) == typed(value)


@given(values)
def test_equal_data_has_equal_bytes(value: Any) -> None:
    assert canonical.encode(turned(value)) == canonical.encode(value)


@given(values, values)
@example([1], [1.0])
@example({"a": 1}, {"a": True})
def test_other_data_has_other_bytes(one: Any, other: Any) -> None:
    assert (canonical.encode(one) == canonical.encode(other)) == (typed(one) == typed(other))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, b"null"),
        ({}, b"{}"),
        ([1, 1.0, -0.5, 1e300, True], b"[1,1.0,-0.5,1e+300,true]"),
        ({"b": 1, "a": [], "B": {}}, b'{"B":{},"a":[],"b":1}'),
        ({"\uffff": 1, "\U0001f600": 2}, rb'{"\uffff":1,"\ud83d\ude00":2}'),  # by code point, not by UTF-16
        ("é\n\x7f\\", b'"\\u00e9\\n\\u007f\\\\"'),
    ],
)
def test_the_form(value: Any, form: bytes) -> None:
    assert canonical.encode(value) == form


def circle() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def deep(levels: int) -> Any:
    found: Any = 0
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        {"a": ("b",)},
        {1: "a"},
        {1: "a", "1": "b"},
        {None: 1, "a": 2},
        {1, 2},
        b"bytes",
        NOON,
        math.nan,
        [math.inf],
        "\ud800",
        {"\udc00": 1},
        "\ud83d\ude00",  # two halves, which are no character
        10**5000,
        circle(),
        deep(100_000),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_form(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical.encode(value)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b' {"a":1}',
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'"\xc3\xa9"',
        b'"\\u00E9"',
        b"1.50",
        b"NaN",
        b"\xff",
        b'"\\ud800"',
        b"[" * 100_000,
        b"9" * 5000,
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_what_is_not_the_form_of_anything(raw: bytes) -> None:
    with pytest.raises(ValueError):
        canonical.decode(raw)


def test_a_digest_names_its_algorithm() -> None:
    expected = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert canonical.digest({}) == canonical.digest_bytes(b"{}") == expected


# Making ledgers ----------------------------------------------------------------------------------


def files(*entries: Entry) -> Files:
    return {entry.path: entry.content for entry in entries}


def read(held: Files) -> Ledger:
    return ledger.read(held.items())


def line(length: int, start: datetime = NOON) -> list[Entry]:
    """A history without branches, an hour between two entries."""
    found: list[Entry] = []
    for number in range(length):
        parents = [found[-1].id] if found else []
        at = start + timedelta(hours=number)
        found.append(ledger.make("decision", at, "Ada Example", {"number": number}, parents))
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """A history with branches and merges, in the order in which it was written."""
    found: list[Entry] = []
    for number in range(draw(st.integers(2, 8))):
        chosen = draw(st.sets(st.integers(0, number - 1), max_size=3)) if found else set()
        parents = [found[each] for each in chosen]
        at = max([NOON, *(parent.at for parent in parents)]) + draw(
            st.sampled_from((timedelta(), timedelta(seconds=1), timedelta(hours=1)))
        )
        kind = draw(st.sampled_from(ledger.TYPES[:-1]))
        found.append(ledger.make(kind, at, "Ada Example", {"number": number}, (each.id for each in parents)))
    return found


def named(findings: Iterable[ledger.Finding]) -> dict[str, set[str]]:
    """The entries that are named, by code."""
    found: dict[str, set[str]] = {}
    for finding in findings:
        found.setdefault(finding.code, set()).add(finding.entry)
    return found


# What is sound -----------------------------------------------------------------------------------


def test_an_entry_is_its_canonical_form_and_named_by_it() -> None:
    entry = ledger.make("decision", NOON, "Ada Example", {"decision": "proceed"})
    assert entry.content == (
        b'{"at":"2026-09-15T12:00:00+00:00","body":{"decision":"proceed"},"by":"Ada Example",'
        b'"format":1,"parents":[],"type":"decision"}\n'
    )
    assert entry.id == canonical.digest_bytes(entry.content[:-1])
    digits = entry.id.removeprefix("sha256:")
    assert entry.path == f"{digits[:2]}/{digits}.json"
    assert read(files(entry)).entries == {entry.id: entry}


def test_parents_are_sorted_and_counted_once() -> None:
    one, other = line(2)
    entry = ledger.make("report", NOON, "Ada Example", {}, [other.id, one.id, other.id])
    assert entry.parents == tuple(sorted((one.id, other.id)))


def test_two_heads_are_normal_and_the_next_entry_cites_both() -> None:
    first, second = line(2)
    branch = ledger.make("approval", NOON + timedelta(hours=2), "Ben Sample", {}, [first.id])
    held = files(first, second, branch)
    assert read(held).heads == tuple(sorted((second.id, branch.id)))
    merge = ledger.make("report", NOON + timedelta(hours=3), "Ada Example", {}, read(held).heads)
    merged = read(held | files(merge))
    assert merged.heads == (merge.id,)
    assert [each.id for each in merged.entries.values()] == [first.id, second.id, branch.id, merge.id]
    assert ledger.check(merged) == ()


def test_an_empty_ledger_is_sound() -> None:
    empty = read({})
    assert (empty.entries, empty.heads, ledger.check(empty)) == ({}, (), ())
    body = ledger.checkpoint(empty)
    assert body == {"heads": [], "count": 0, "root": canonical.digest([])}
    assert ledger.verify_checkpoint(empty, body) == ()


@given(histories(), st.randoms(use_true_random=False))
def test_a_history_is_sound_in_whatever_order_it_is_read(history: list[Entry], chance: Any) -> None:
    listed = list(files(*history).items())
    expected = ledger.read(listed)
    chance.shuffle(listed)
    found = ledger.read(listed)
    assert list(found.entries) == list(expected.entries)
    assert found == expected
    assert ledger.check(found, [ledger.checkpoint(found)]) == ()
    order = list(found.entries)
    assert len(order) == len({entry.id for entry in history})
    assert all(order.index(parent) < order.index(each.id) for each in history for parent in each.parents)


def test_signatures_stand_beside_entries() -> None:
    (entry,) = line(1)
    found = read(files(entry) | {entry.path + ".sig": b"signature"})
    assert found.signatures == {entry.id: b"signature"}
    assert ledger.check(found) == ()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 9, 15, 23, 59, tzinfo=timezone(timedelta(hours=-8))),
        datetime(2026, 9, 15, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_a_time_keeps_its_zone(at: datetime) -> None:
    first = ledger.make("decision", at, "Ada Example", {})
    second = ledger.make("approval", at, "Ben Sample", {}, [first.id])
    found = read(files(first, second))
    assert [entry.at.isoformat() for entry in found.entries.values()] == [at.isoformat()] * 2
    assert ledger.check(found) == ()


# What is not made --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "opinion"}, "has a type that is none of"),
        ({"at": datetime(2026, 9, 15)}, "no time with a zone"),
        ({"at": NOON.replace(tzinfo=timezone(timedelta(seconds=59)))}, "no time with a zone"),
        ({"by": " "}, "names no person"),
        ({"by": "Ada\nExample"}, "names no person"),
        ({"parents": ["sha256:abc"]}, "parents that are no sorted list"),
        ({"body": {"when": NOON}}, "no canonical form"),
        ({"type": "checkpoint"}, "is a checkpoint that has not exactly the fields"),
    ],
)
def test_what_would_be_no_sound_entry_is_not_made(change: dict[str, Any], reason: str) -> None:
    sound = {"type": "decision", "at": NOON, "by": "Ada Example", "body": {}, "parents": ()}
    with pytest.raises(ValueError, match=reason):
        ledger.make(**(sound | change))


# What is found -----------------------------------------------------------------------------------


def edited(held: Files, entry: Entry) -> None:
    held[entry.path] = entry.content.replace(b'"Ada Example"', b'"Eve Example"')


def reversed_order(held: Files, entry: Entry) -> None:
    held[entry.path] = entry.content.replace(entry.parents[0].encode(), entry.id.encode())


def emptied(held: Files, entry: Entry) -> None:
    held[entry.path] = b""


def without_line_feed(held: Files, entry: Entry) -> None:
    held[entry.path] = entry.content[:-1]


def converted(held: Files, entry: Entry) -> None:
    held[entry.path] = entry.content[:-1] + b"\r\n"


def removed(held: Files, entry: Entry) -> None:
    del held[entry.path]


def removed_but_for_its_signature(held: Files, entry: Entry) -> None:
    del held[entry.path]
    held[entry.path + ".sig"] = b"signature"


def moved(held: Files, entry: Entry) -> None:
    held["zz/" + entry.path[3:]] = held.pop(entry.path)


def unreadable(held: Files, entry: Entry) -> None:
    held[entry.path] = Fault("unreadable", "The file cannot be read: Permission denied.")


def swapped(held: Files, entry: Entry) -> None:
    other = next(path for path in held if path != entry.path)
    held[entry.path], held[other] = held[other], held[entry.path]


TAMPERING: dict[Callable[[Files, Entry], None], str] = {
    edited: "entry-edited",
    reversed_order: "entry-edited",
    emptied: "entry-edited",
    swapped: "entry-edited",
    without_line_feed: "entry-line-end",
    converted: "entry-line-end",
    removed: "entry-removed",
    removed_but_for_its_signature: "entry-removed",
    moved: "entry-misplaced",
    unreadable: "unreadable",
}


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda each: each.__name__)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_tampering_is_found_and_the_entry_named(tamper: Callable[[Files, Entry], None], number: int) -> None:
    """In the middle and, because a checkpoint is kept outside, at the end; and it is told once."""
    history = line(4)
    held = files(*history)
    kept = ledger.checkpoint(read(held))
    tamper(held, history[number])
    findings = ledger.check(read(held), [kept])
    assert history[number].id in named(findings)[TAMPERING[tamper]]
    assert len([finding for finding in findings if finding.entry == history[number].id]) == 1
    assert all(finding.hint or finding.code == "unreadable" for finding in findings)


@given(histories(), st.data())
def test_any_other_byte_is_an_edit(history: list[Entry], data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(history))
    at = data.draw(st.integers(0, len(entry.content) - 1))
    other = data.draw(st.integers(1, 255))
    content = entry.content[:at] + bytes([entry.content[at] ^ other]) + entry.content[at + 1 :]
    findings = ledger.check(read(files(*history) | {entry.path: content}))
    assert [each.entry for each in findings if each.code in ("entry-edited", "entry-line-end")] == [entry.id]


@given(histories(), st.data())
def test_any_removal_is_found_against_a_checkpoint(history: list[Entry], data: st.DataObject) -> None:
    whole = files(*history)
    kept = ledger.checkpoint(read(whole))
    gone = data.draw(st.sets(st.sampled_from(sorted(whole)), min_size=1))
    rest = read({path: content for path, content in whole.items() if path not in gone})
    found = named(ledger.check(rest, [kept]))
    assert set(found) == {"entry-removed"}
    assert found["entry-removed"] <= {f"sha256:{path[3:67]}" for path in gone}
    assert ledger.verify_checkpoint(rest, kept)


def test_what_another_cites_is_missed_without_any_checkpoint() -> None:
    first, second, third = line(3)
    (finding,) = ledger.check(read(files(first, third)))
    assert (finding.code, finding.entry) == ("entry-removed", second.id)
    assert finding.message == f"This entry was removed: it is not there, but {third.id} follows it."


def test_a_signature_that_was_left_tells_of_its_entry() -> None:
    history = line(2)
    held = files(history[0]) | {history[1].path + ".sig": b"signature"}
    assert named(ledger.check(read(held))) == {"entry-removed": {history[1].id}}
    assert read(held).signatures == {}


def test_entries_side_by_side_stand_in_the_order_of_time() -> None:
    (first,) = line(1)
    hours = [5, 1, 4, 2, 3]
    side = [
        ledger.make("approval", NOON + timedelta(hours=each), "Ben Sample", {}, [first.id]) for each in hours
    ]
    found = list(read(files(first, *side)).entries.values())
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)


def test_the_newest_entries_are_missed_by_a_checkpoint_alone() -> None:
    history = line(5)
    kept = ledger.checkpoint(read(files(*history)))
    cut = read(files(*history[:3]))
    assert ledger.check(cut) == ()
    (finding,) = ledger.check(cut, [kept])
    assert (finding.code, finding.entry) == ("entry-removed", history[4].id)


def test_a_history_that_was_written_anew_fits_no_checkpoint() -> None:
    """Whoever edits an entry and gives it and all that follow it new names has another ledger."""
    history = line(4)
    kept = ledger.checkpoint(read(files(*history)))
    forged = read(files(*line(4, NOON - timedelta(minutes=1))))
    assert ledger.check(forged) == ()
    assert named(ledger.check(forged, [kept])) == {"entry-removed": {history[3].id}}
    assert named(ledger.verify_stamp(forged, history[3].id)) == {"stamp-unknown": {history[3].id}}


def test_later_entries_do_not_spoil_a_checkpoint() -> None:
    history = line(6)
    kept = ledger.checkpoint(read(files(*history[:3])))
    assert ledger.check(read(files(*history)), [kept]) == ()


def test_a_checkpoint_in_the_ledger_is_held_to_what_it_says() -> None:
    history = line(3)
    body = ledger.checkpoint(read(files(*history)))
    later = NOON + timedelta(days=1)
    sound = ledger.make("checkpoint", later, "Ada Example", body, [history[2].id])
    assert ledger.check(read(files(*history, sound))) == ()
    lying = ledger.make("checkpoint", later, "Ada Example", body | {"count": 4}, [history[2].id])
    assert named(ledger.check(read(files(*history, lying)))) == {"checkpoint-differs": {lying.id}}
    with pytest.raises(ValueError, match="other heads than parents"):
        ledger.make("checkpoint", later, "Ada Example", body, [history[1].id])


@pytest.mark.parametrize("stamp", ["entry", "root", "root of a checkpoint"])
def test_a_digest_alone_vouches_for_what_lies_before_it(stamp: str) -> None:
    history = line(3)
    body = ledger.checkpoint(read(files(*history)))
    if stamp == "root of a checkpoint":
        at = NOON + timedelta(days=1)
        history.append(ledger.make("checkpoint", at, "Ada Example", body, body["heads"]))
        history.append(ledger.make("decision", at, "Ada Example", {}, [history[-1].id]))
    digest = history[2].id if stamp == "entry" else body["root"]
    assert ledger.verify_stamp(read(files(*history)), digest) == ()
    broken = read(files(history[0], *history[2:]))
    assert history[1].id in {finding.entry for finding in ledger.verify_stamp(broken, digest)}


@pytest.mark.parametrize("tamper", [edited, removed, moved, unreadable], ids=lambda each: each.__name__)
def test_a_digest_of_what_was_tampered_with_names_it(tamper: Callable[[Files, Entry], None]) -> None:
    history = line(3)
    held = files(*history)
    tamper(held, history[1])
    assert named(ledger.verify_stamp(read(held), history[1].id)) == {TAMPERING[tamper]: {history[1].id}}


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_checkpoint_is_kept_as_its_entry_or_its_body(end: bytes) -> None:
    body = ledger.checkpoint(read(files(*line(3))))
    entry = ledger.make("checkpoint", NOON + timedelta(days=1), "Ada Example", body, body["heads"])
    for raw in (entry.content[:-1], canonical.encode(body)):
        assert ledger.kept_checkpoint(raw + end) == body


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"type":"checkpoint"}',
        line(1)[0].content,
        json.dumps(ledger.checkpoint(read({})), indent=1).encode(),
        canonical.encode(ledger.checkpoint(read({}))) + b"\r\n",
    ],
)
def test_a_file_that_holds_no_checkpoint(raw: bytes) -> None:
    finding = ledger.kept_checkpoint(raw)
    assert isinstance(finding, ledger.Finding)
    assert finding.code == "checkpoint-unsound"


@pytest.mark.parametrize("stamp", ["", "sha256:0", "sha256:" + "0" * 64, "\n", "sha256:" + "0" * 64 + "\n"])
def test_a_digest_of_nothing_here_is_said_to_be_one(stamp: str) -> None:
    (finding,) = ledger.verify_stamp(read(files(*line(2))), stamp)
    assert finding.code == "stamp-unknown"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"heads": [], "count": 0},
        {"heads": "all", "count": 0, "root": canonical.digest([])},
        {"heads": [1], "count": 1, "root": canonical.digest([])},
        {"heads": [], "count": True, "root": canonical.digest([])},
        {"heads": [], "count": -1, "root": canonical.digest([])},
        {"heads": [], "count": 0, "root": None},
        {"heads": [], "count": 0, "root": canonical.digest([]), "more": 1},
    ],
)
def test_a_checkpoint_that_is_none(body: dict[str, Any]) -> None:
    assert named(ledger.check(read({}), [body])) == {"checkpoint-unsound": {""}}


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        (timedelta(0), False),
        (ledger.TOLERANCE, False),
        (ledger.TOLERANCE + timedelta(seconds=1), True),
        (timedelta(days=400), True),
    ],
)
def test_an_entry_before_the_one_it_follows_is_backdated(behind: timedelta, found: bool) -> None:
    first = ledger.make("decision", NOON, "Ada Example", {})
    zone = timezone(timedelta(hours=9))
    second = ledger.make("approval", (NOON - behind).astimezone(zone), "Ben Sample", {}, [first.id])
    findings = ledger.check(read(files(first, second)))
    assert named(findings) == ({"entry-backdated": {second.id}} if found else {})


def test_no_tolerance_can_be_asked_for() -> None:
    first = ledger.make("decision", NOON, "Ada Example", {})
    second = ledger.make("approval", NOON - timedelta(seconds=1), "Ben Sample", {}, [first.id])
    found = ledger.check(read(files(first, second)), tolerance=timedelta(0))
    assert named(found) == {"entry-backdated": {second.id}}


def test_the_same_record_twice_is_found() -> None:
    first = ledger.make("decision", NOON, "Ada Example", {"n": 1})
    again = ledger.make("decision", NOON, "Ada Example", {"n": 1}, [first.id])
    assert named(ledger.check(read(files(first, again)))) == {"entry-repeated": {again.id}}


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "ab/notes.json",
        "ab/" + "c" * 64 + ".txt",
        "",
        ".",
        "../x",
        "ab/cd/ef.json",
        "AB/" + "A" * 64 + ".json",
    ],
)
def test_a_file_that_is_none_of_the_ledger(path: str) -> None:
    (finding,) = ledger.check(read(files(*line(2)) | {path: b"{}"}))
    assert (finding.code, finding.path) == ("not-an-entry", path)


def test_a_folder_that_cannot_be_listed_says_why() -> None:
    (finding,) = ledger.check(read({".": Fault("unreadable", "Permission denied.", hint="Ask.")}))
    assert finding == ledger.Finding("unreadable", "Permission denied.", path=".", hint="Ask.")


def test_a_circle_is_found_and_does_not_turn() -> None:
    """No digest can be its own; but whoever makes a ledger of other entries gets an answer too."""
    one, two = (entry._replace(parents=()) for entry in line(2))
    one, two = one._replace(parents=(two.id,)), two._replace(parents=(one.id,))
    turning = Ledger(MappingProxyType({one.id: one, two.id: two}))
    assert named(ledger.check(turning)) == {"entry-circle": {one.id}}
    assert ledger.ancestors(turning, [one.id]) == {one.id, two.id}
    assert {entry.id for entry in ledger._ordered(turning.entries)} == {one.id, two.id}


# Entries that somebody else wrote ----------------------------------------------------------------

SOUND = {
    "format": 1,
    "type": "decision",
    "at": "2026-09-15T12:00:00Z",
    "by": "Ada Example",
    "parents": [],
    "body": {},
}
CHECKPOINT = SOUND | {"type": "checkpoint", "body": {"heads": [], "count": 0, "root": canonical.digest([])}}
VALIDATOR = jsonschema_rs.Draft202012Validator(
    json.loads(shipped.schema("ledger-entry")), validate_formats=True
)


def from_elsewhere(document: Any) -> Ledger:
    """The ledger of one file that is named as it should be, whatever it holds."""
    raw = canonical.encode(document)
    digits = canonical.digest_bytes(raw)[7:]
    return read({f"{digits[:2]}/{digits}.json": raw + b"\n"})


@pytest.mark.parametrize("document", [SOUND, CHECKPOINT, SOUND | {"body": {"any": ["thing", None, 1.5]}}])
def test_the_schema_takes_what_the_ledger_takes(document: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(document)
    assert ledger.check(from_elsewhere(document)) == ()


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        SOUND | {"more": 1},
        {key: value for key, value in SOUND.items() if key != "parents"},
        *(SOUND | {"format": bad} for bad in (2, "1", None, True)),
        *(SOUND | {"type": bad} for bad in ("opinion", None, [], {})),
        *(
            SOUND | {"at": bad}
            for bad in (
                "2026-09-15",
                "2026-09-15T12:00:00",
                "2026-W38-2T12:00:00Z",
                "20260915T120000Z",
                "2026-09-15 12:00:00Z",
                "2026-09-15T12:00Z",
                "2026-09-15T12:00:00+0000",
                "2026-09-15T12:00:00Z\n",
                None,
                0,
            )
        ),
        *(SOUND | {"by": bad} for bad in ("", "  ", None, ["Ada Example"])),
        *(SOUND | {"parents": bad} for bad in (None, {}, [1], ["sha256:0"], ["sha256:" + "0" * 64] * 2)),
        *(SOUND | {"body": bad} for bad in (None, [], "text")),
        CHECKPOINT | {"body": {}},
        CHECKPOINT | {"body": CHECKPOINT["body"] | {"count": "0"}},  # type: ignore[operator]
    ],
    ids=repr,
)
def test_the_schema_refuses_what_the_ledger_refuses(document: Any) -> None:
    assert not VALIDATOR.is_valid(document)
    (finding,) = ledger.check(from_elsewhere(document))
    assert finding.code == "entry-unsound"
    assert finding.entry == canonical.digest(document)


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-02-30T12:00:00Z"},
        {"at": "2026-09-15T25:00:00Z"},
        {"at": "2026-09-15T12:00:00+99:00"},
        {"at": "0000-01-01T00:00:00Z"},
        {"by": "Ada\u202eExample"},
        {"parents": ["sha256:" + "1" * 64, "sha256:" + "0" * 64]},
    ],
    ids=repr,
)
def test_what_a_schema_cannot_say_is_refused_too(change: dict[str, Any]) -> None:
    assert set(named(ledger.check(from_elsewhere(SOUND | change)))) == {"entry-unsound"}


@pytest.mark.parametrize("raw", [b'{"a": 1}', b"\xff", b"[" * 100_000, b'{"a":1,"a":2}', b""])
def test_a_fitting_name_does_not_make_an_entry(raw: bytes) -> None:
    digits = canonical.digest_bytes(raw)[7:]
    (finding,) = ledger.check(read({f"{digits[:2]}/{digits}.json": raw + b"\n"}))
    assert finding.code == "entry-unsound"


documents = st.fixed_dictionaries(
    {},
    optional={
        "format": st.sampled_from((1, 2, 1.0)),
        "type": st.sampled_from(("decision", "checkpoint", "x")) | values,
        "at": st.sampled_from(("2026-09-15T12:00:00Z", "2026-09-15T12:00:00.5-08:00", "x")) | values,
        "by": values,
        "parents": st.lists(st.sampled_from(("sha256:" + "0" * 64, "sha256:" + "f" * 64)) | values),
        "body": st.just(CHECKPOINT["body"]) | values,
    },
)


@given(documents)
def test_no_document_is_too_strange(changes: dict[str, Any]) -> None:
    found = from_elsewhere(SOUND | changes)
    assert len(found.entries) + len(ledger.check(found)) >= 1
    if found.entries:
        assert VALIDATOR.is_valid(SOUND | changes)

"""What a report says otherwise than its evaluation now, sentence by sentence.

Both are held against each other as they are written, member by member, so nothing that a report says can be
altered unnoticed. Two things are told and do not count: that gonogo or what it reads has changed since; and
how something is worded or where it stands, where either of those may be why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from checker.model import ELSEWHERE

Shape = Mapping[str, Any]


class Differences(NamedTuple):
    """What differs, one sentence each."""

    told: tuple[str, ...]
    """What has changed about gonogo and about what it reads, and how much wording that may be why of."""
    counted: tuple[str, ...]
    """What the report says that is not so."""


class _Leaf(NamedTuple):
    """A value that differs."""

    names: tuple[str, ...]
    """Of the members that lead there."""
    sentence: str


_APART = frozenset(("schema", "tool", "origin", "outside", "as_of", "asked", "inputs"))
"""What an evaluation is made from; it is no part of what it comes to."""
_TEXTS = frozenset(
    ("message", "fix", "reasons", "title", "description", "note", "next_step", "hint", "name", "diagnostics")
)
_PLACES = frozenset(("location", "anchor", "edit", "lines", "evidence", "rules"))
_WORDING = _TEXTS | _PLACES
"""What another gonogo may word otherwise, and what moves with the lines of a file."""
_NOT_OF_THE_COMMIT = frozenset(("not-committed",))
"""Codes of diagnostics about the working tree, which an evaluation from git cannot see again."""


def differences(before: Shape, now: Shape, *, fixed: bool) -> Differences:
    """How a report differs from its evaluation now, both in the same format.

    `fixed`: what was read is that of a commit, so that another digest is a false one.
    """
    tool = tuple(_tool(before, now))
    changed: list[str] = []
    forged: list[str] = []
    for locator, sentence in _inputs(before, now):
        outside = locator.startswith((*ELSEWHERE, "../"))
        (forged if fixed and not outside else changed).append(sentence)
    leaves = tuple(_leaves((), "", _without(before), _without(now)))
    if not tool and not changed:
        return Differences((), (*forged, *(each.sentence for each in leaves)))
    counted = tuple(each.sentence for each in leaves if _WORDING.isdisjoint(each.names))
    reworded = len(leaves) - len(counted)
    more = (f"texts and places differ too, {reworded:,} of them, as they may then",) if reworded else ()
    return Differences((*tool, *_policies(before, now), *changed, *more), (*forged, *counted))


def _without(shape: Shape) -> Shape:
    # Which commits a change lies between is all that its origin says, and they are the same again.
    apart = _APART - {"origin"} if shape.get("comparison") else _APART
    found = {name: value for name, value in shape.items() if name not in apart}
    found["diagnostics"] = [each for each in shape["diagnostics"] if each["code"] not in _NOT_OF_THE_COMMIT]
    return found


def _tool(before: Shape, now: Shape) -> Iterator[str]:
    was, is_ = before["tool"]["version"], now["tool"]["version"]
    if was != is_:
        yield f"gonogo was {was} and is {is_}"


def _policies(before: Shape, now: Shape) -> Iterator[str]:
    was, is_ = (
        {rule["policy"]: rule["policy_version"] for rule in side.get("rules", ())} for side in (before, now)
    )
    for policy in sorted(was.keys() & is_.keys()):
        if was[policy] != is_[policy]:
            old, new = (side[policy] or "without a version" for side in (was, is_))
            yield f"policy {policy} was {old} and is {new}"


def _inputs(before: Shape, now: Shape) -> Iterator[tuple[str, str]]:
    """The locator of each input that differs, and what to say of it."""
    was, is_ = (
        {each["locator"]: each["digest"] for each in side.get("inputs", ())} for side in (before, now)
    )
    for locator in sorted(was.keys() | is_.keys()):
        if locator not in is_:
            yield locator, f"{locator} was read, and is not there"
        elif locator not in was:
            yield locator, f"{locator} is read, and was not there"
        elif was[locator] != is_[locator]:
            yield locator, f"{locator} has changed"


# values


def _leaves(names: tuple[str, ...], what: str, before: Any, now: Any) -> Iterator[_Leaf]:
    """Every value that differs; `what` names where both stand, for a person."""
    if before == now:
        return
    if isinstance(before, dict) and isinstance(now, dict):
        if names and names[-1] in _CHECKS and (was := _stand(before)) != (is_ := _stand(now)):
            yield _Leaf((*names, "outcome"), f"{what} was {was} and is {is_}")
            before, now = ({**side, **dict.fromkeys(_STAND)} for side in (before, now))
        for name in dict.fromkeys((*before, *now)):
            of = f"{_told(name)} of {what}" if what else f"the {_told(name)}"
            yield from _leaves((*names, name), of, before.get(name), now.get(name))
    elif names and names[-1] in _ITEMS and isinstance(before, list) and isinstance(now, list):
        yield from _items(names, before, now)
    elif any(isinstance(side, dict | list) and not _is_texts(side) for side in (before, now)):
        yield _Leaf(names, f"{what} differs")
    else:
        yield _Leaf(names, f"{what} was {_shown(before)} and is {_shown(now)}")


def _items(names: tuple[str, ...], before: list[Shape], now: list[Shape]) -> Iterator[_Leaf]:
    """The same for the items of a list, which are known by their names, not by where they stand."""
    name_of, noun = _ITEMS[names[-1]]
    was, is_ = _by_name(before, name_of), _by_name(now, name_of)
    for name in sorted(was.keys() | is_.keys()):
        what = f"{noun} {name}".strip()
        for one, other in zip_longest(was.get(name, ()), is_.get(name, ())):
            if one is None or other is None:
                stand = _stand(one or other) if names[-1] in _CHECKS else "there"
                absent = "not checked" if names[-1] == "results" else "not there"
                sides = (absent, stand) if one is None else (stand, absent)
                yield _Leaf(names, f"{what} was {sides[0]} and is {sides[1]}")
            else:
                yield from _leaves(names, what, one, other)
    if was == is_:  # each is as it was, so it is their order
        yield _Leaf(names, f"the order of {_told(names[-1])} is another one")


def _by_name(items: Iterable[Shape], name_of: Callable[[Shape], str]) -> dict[str, list[Shape]]:
    found: dict[str, list[Shape]] = {}
    for item in items:
        found.setdefault(name_of(item), []).append(item)
    return found


def _check(result: Shape) -> str:
    subject, key, markets = result["subject"], result["key"], result["markets"]
    what = f"{result['rule']} on {subject['kind']} {subject['id']}" + (f" [{key}]" if key else "")
    return what + (f" in {', '.join(markets)}" if markets else "")


_STAND = ("outcome", "enforcement", "waived")


def _stand(result: Shape) -> str:
    waived, enforcement = result.get("waived"), result.get("enforcement")
    also = [each for each in (enforcement, waived and f"waived by {waived['id']}") if each]
    return str(result["outcome"]) + (f" ({', '.join(also)})" if also else "")


def _joined(*members: str) -> Callable[[Shape], str]:
    return lambda item: " ".join(str(item[name]) for name in members if item[name])


_CHECKS = frozenset(("results", "fixed", "blockers"))
_ITEMS: Mapping[str, tuple[Callable[[Shape], str], str]] = {
    "results": (_check, ""),
    "fixed": (_check, "fixed:"),
    "blockers": (_check, "blocking:"),
    "flips": (lambda item: _check(item["result"]), "once it is merged:"),
    "rules": (_joined("id"), "rule"),
    "waivers": (_joined("id"), "waiver"),
    "diagnostics": (
        lambda item: " in ".join(filter(None, (item["code"], (item["location"] or {}).get("path")))),
        "diagnostic",
    ),
    "scopes": (_joined("launch", "market"), "scope"),
    "sign_offs": (_joined("role", "launch", "market", "id"), "sign-off"),
    "decisions": (_joined("id"), "decision"),
    "conditions": (_joined("id"), "condition"),
    "foreseen": (_joined("on", "what", "subject", "message"), "foreseen:"),
    "stages": (_joined("product"), "product"),
    "files": (_joined("path"), "file"),
    "standings": (lambda item: f"{item['product']} at {item['gate']}", ""),
}
"""By the name of a list: what one of its items is called, and of what it is one."""


def _told(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: Any) -> str:
    found = ", ".join(value) if isinstance(value, list) else value
    return "nothing" if found is None or found == "" else str(found)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)

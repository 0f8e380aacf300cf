"""What a configuration names: the patterns of files, before any of them is read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any, NamedTuple

from checker.model import FLOOR, Diagnostic, Open, Path
from checker.policy import reading
from checker.policy.loading import CONFIGURATION, LOCK, listed

_FILES = {
    "products": "judged",
    "kinds": "judging",
    "lifecycles": "judging",
    "gates": "judging",
    "people": "judging",
    "signers": "judging",
    "waivers": "judging",
    "signoffs": "vouched",
    "reviews": "judging",
}
"""The fields of a configuration that hold patterns alone, and the part of `Named` that these are."""


class Entry(NamedTuple):
    """Artifacts that a configuration names together."""

    files: tuple[str, ...]
    """Patterns."""
    exclude: tuple[str, ...] = ()
    """Patterns of what of it is none."""


class Named(NamedTuple):
    """The patterns of the files that a configuration names."""

    judging: tuple[str, ...]
    """What we judge with."""
    judged: tuple[str, ...]
    """The artifacts, and maybe more: what entries exclude."""
    vouched: tuple[str, ...]
    """What says itself who made it: sign-offs, and the ledger."""
    beside: tuple[str, ...]
    """The folders beside its workspace whose files judge too: packs, and a floor that is not given."""
    entries: tuple[Entry, ...]
    """The artifacts in the workspace, as its own configuration names them."""


def named(open: Open, folder: str, of_floor: bool = False) -> Named | None:
    """What a configuration names, without reading any of it; None: there is no configuration to read.

    Of the floor that it extends beside it, that is what it names to judge with and as its register.
    """
    configuration, _ = reading.read(CONFIGURATION, open(folder).read, "workspace")
    if configuration is None:
        return None
    data = configuration.data

    def of(part: str) -> list[str]:
        return [text for field, each in _FILES.items() if each == part for text in listed(data.get(field))]

    judging = [CONFIGURATION, LOCK, *of("judging")]
    packs = [name.removeprefix("./").rstrip("/") for name in data.get("packs", ()) if "/" in name]
    judging += (f"{name}/**" for name in packs)
    judging += (raw if isinstance(raw, str) else raw["file"] for raw in data.get("data", {}).values())
    subjects = () if of_floor else data.get("subjects", ())
    entries = (
        Entry(tuple(of("judged"))),
        *(Entry(listed(raw["files"]), listed(raw.get("exclude"))) for raw in subjects),
    )
    judged = [pattern for entry in entries for pattern in entry.files]
    beside = [name for name in packs if name.startswith("..")]
    source = data.get("extends", {}).get("source", "").removeprefix("./").rstrip("/")
    if source.startswith("..") and not of_floor:
        beside.append(source)
        below = named(open, f"{folder}/{source}", of_floor=True)
        kept = ((judging, below.judging), (judged, below.judged), (beside, below.beside)) if below else ()
        for own, others in kept:
            own += [posixpath.normpath(f"{source}/{each}") for each in others]
    elif "extends" in data:
        judging.append(f"{source}/**")
    vouched = of("vouched")
    if "ledger" in data:
        vouched.append(f"{data['ledger'].rstrip('/')}/**")
    return Named(_signed(judging), tuple(judged), _signed(vouched), tuple(beside), entries)


def _signed(patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns, and those of the signatures beside their files."""
    return tuple(each for pattern in patterns for each in (pattern, f"{pattern}.sig"))


def leaving(source: reading.Source) -> Iterable[Diagnostic]:
    """Report the patterns that lead out of the workspace, where nothing is looked for."""
    places: list[Path] = [*((name,) for name in _FILES), ("ledger",)]
    for index in range(len(source.data.get("subjects", ()))):
        places += [("subjects", index, "files"), ("subjects", index, "exclude")]
    for place in places:
        value: Any = source.data
        for part in place:
            value = value[part] if isinstance(part, int) else value.get(part)
        for index, pattern in enumerate(listed(value)):
            if pattern.startswith(("/", FLOOR)) or ".." in pattern.split("/"):
                at = (*place, index) if isinstance(value, list) else place
                message = f"{pattern} leads out of the workspace, where nothing is looked for"
                hint = f"Write it relative to the folder of {CONFIGURATION}."
                yield source.diagnostic("pattern-leaves", message, at, hint)

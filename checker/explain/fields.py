"""The fields that an expression read: what people call them, what they hold, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checker import canonical, cel
from checker.cel import tree
from checker.model import Location, Path
from checker.policy.policies import pointer
from checker.snapshot import Snapshot, Subject

MOST_VALUE = 80
"""Characters of a value, or of a part of an expression, that a sentence shows."""
_MOST_ENCODED = 64
"""Lists and maps whose canonical form is kept at a time."""


class Fields:
    """The fields that one evaluation read: their names, values and places."""

    def __init__(
        self,
        program: cel.Program,
        activation: Mapping[str, Any],
        subject: Subject,
        snapshot: Snapshot,
        item: Path,
    ) -> None:
        self.program, self.activation, self.subject = program, activation, subject
        self.snapshot, self.item = snapshot, item

    def places(self, reason: cel.Reason) -> Iterable[Path]:
        """The places in the subject that a reason speaks of, the most telling first."""
        found = unread(reason)
        origins = [reason.missing, found.origin if found else None]
        origins += [observation.origin for observation in reason.seen]
        origins += [element.origin for element in reversed(reason.elements)]
        for origin in filter(None, origins):
            at = self._in_subject(origin)
            if at is None:
                at = self.traced(origin) or None  # the whole file is no telling place
            if at is not None:
                yield at

    def written(self, node: tree.Node) -> str:
        """A path by the names that are written, for what was not observed."""
        root, path = path_of(node)
        return field_name(self.text(root), path)

    def whole_path(self, node: tree.Node) -> tree.Node:
        """The longest path that begins with this part."""
        parents = self.program.parents
        while isinstance(longer := parents.get(id(node)), tree.Field | tree.Index):
            if longer.operand is not node or part_of(longer) is None:
                break
            node = longer
        return node

    def _in_subject(self, origin: cel.Origin) -> Path | None:
        if origin.root == "subject":
            return tuple(origin.path)
        if origin.root == "item" and self.item:
            return (*self.item, *origin.path)
        return None

    def text(self, node: tree.Node) -> str:
        """A part of the expression as it is written."""
        return self.program.text[node.start : node.end]

    def location(self, origin: cel.Origin) -> Location | None:
        """Where a value stands, in whichever subject it was read from."""
        at = self._in_subject(origin)
        if at is None:
            at = self.traced(origin)
        if at is not None:
            return self.subject.location(at)
        owner, path = self._owner(origin)
        return owner.location(path) if owner else None

    def traced(self, origin: cel.Origin) -> Path | None:
        """The field that provenance() was asked about, empty for the file; None where that cannot be told."""
        calls = (node for node in self.program.parts.values() if self.text(node) == origin.root)
        call = next(calls, None) if origin.root.startswith("provenance") else None
        if not isinstance(call, tree.Call):
            return None
        asked = self.value(call.arguments[0], ()) if call.arguments else ""
        return pointer(asked) if isinstance(asked, str) else None

    def _owner(self, origin: cel.Origin) -> tuple[Subject | None, Path]:
        """The subject in which a value was found by lookup or related, and where in it."""
        value: Any = origin.value
        for depth in range(len(origin.path) + 1):
            owner = self.snapshot.owner_of(value)
            if owner is not None:
                return owner, tuple(origin.path[depth:])
            if depth < len(origin.path):
                try:
                    value = value[origin.path[depth]]
                except (KeyError, IndexError, TypeError):
                    break
        return None, ()

    def name(self, origin: cel.Origin, more: Path = ()) -> str:
        """What people call the field at an origin, or `more` below it."""
        at = self._in_subject(origin)
        if at is not None:
            return field_name("subject", (*at, *more))
        if not origin.root.isidentifier():
            at = self.traced(origin)
            if at is not None:
                path = (*origin.path, *more)
                source = f"the provenance of {field_name('subject', at) if at else 'the file'}"
                return f"{field_name('subject', path)} of {source}" if path else source
            owner, path = self._owner(origin)
            if owner is not None:
                whose = f"{owner.ref.kind} `{owner.ref.id}`"
                path = (*path, *more)
                return f"{field_name('subject', path)} of {whose}" if path else whose
        return field_name(brief(origin.root), (*origin.path, *more))

    def digest(self, value: object, elements: Sequence[cel.Element]) -> str:
        """What tells a value from all others where its text does not: it is cut, or stands in a loop.

        In a loop that is all that the outermost one ran over, since only a few of its elements are told.
        Empty where the text says all.
        """
        whole = [*map(_list_of, elements[:1])]
        if not whole and "…" not in cel.format_value(value, MOST_VALUE):
            return ""
        return canonical.digest_bytes(b"[" + b",".join(map(self._encoded, (value, *whole))) + b"]")

    def _encoded(self, value: object) -> bytes:
        """The canonical form of a value; a long list that many failures tell of is encoded once."""
        if not isinstance(value, list | dict):
            return encoded(value)
        found, known = self.snapshot.encoded.get(id(value), (None, b""))
        if found is not value:
            known = encoded(value)
            if len(self.snapshot.encoded) >= _MOST_ENCODED:
                self.snapshot.encoded.clear()
            self.snapshot.encoded[id(value)] = value, known
        return known

    def value(self, node: tree.Node, elements: Iterable[cel.Element]) -> object:
        """The value of a literal, or of a path off a variable; ABSENT where it is anything else."""
        if isinstance(node, tree.Binary) and node.operator == "+":
            parts = [self.value(side, elements) for side in (node.left, node.right)]
            return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else cel.ABSENT
        node, path = path_of(node)
        if isinstance(node, tree.Literal):
            return node.value
        if not isinstance(node, tree.Variable):
            return cel.ABSENT
        found: Any = self.activation.get(node.name, cel.ABSENT)
        for element in elements:
            if element.variable == node.name and element.origin is not None:
                found, path = element.origin.value, (*element.origin.path, *path)
        try:
            for part in path:
                found = found[part]
        except (KeyError, IndexError, TypeError):
            return cel.ABSENT
        return found


def _list_of(element: cel.Element) -> object:
    """What a loop ran over, as far as it can be told from one of its elements."""
    if element.origin is None:
        return [element.index_or_key]
    found: Any = element.origin.value
    for part in element.origin.path[:-1]:
        found = found[part]
    return found


def encoded(value: object) -> bytes:
    """The canonical form of a value, or of its text where it has none."""
    try:
        return canonical.encode(value)
    except ValueError:
        return canonical.encode(cel.format_value(value))


def part_of(node: tree.Node) -> str | int | None:
    """The last part of a path whose parts are written out; None for any other node."""
    if isinstance(node, tree.Field):
        return node.name
    if isinstance(node, tree.Index) and isinstance(node.key, tree.Literal):
        key = node.key.value
        return key if isinstance(key, str | int) and not isinstance(key, bool) else None
    return None


def path_of(node: tree.Node) -> tuple[tree.Node, Path]:
    """What a path starts from, and its parts."""
    parts: list[str | int] = []
    while (part := part_of(node)) is not None:
        assert isinstance(node, tree.Field | tree.Index)
        parts.insert(0, part)
        node = node.operand
    return node, tuple(parts)


def rest(origin: cel.Origin, node: tree.Node) -> Path:
    """What the path `node` asks for below its first absent part, at `origin`; empty where it is there."""
    _, parts = path_of(node)
    for count in range(len(parts), -1, -1):
        if parts[:count] == origin.path[len(origin.path) - count :]:
            return parts[count:]
    return ()


def unread(reason: cel.Reason) -> cel.Observation | None:
    """The text that a function could not read: the one that its message quotes, else the first."""
    texts = [o for o in reason.seen if isinstance(o.value, str)] if reason.kind == "unreadable" else []
    return next(
        (o for o in texts if cel.format_value(o.value) in reason.message), texts[0] if texts else None
    )


def brief(text: str) -> str:
    """A part of an expression on one line."""
    text = re.sub(r"\s*\n\s*", " ", text.strip())
    return text if len(text) <= MOST_VALUE else f"{text[: MOST_VALUE - 1]}…"


def field_name(root: str, path: Iterable[str | int]) -> str:
    """How people write a field: `rollback.steps[0].owner`; below anything but the subject with its root."""
    text = "" if root == "subject" else root
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("-", "_").isidentifier():
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text or root

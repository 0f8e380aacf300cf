"""Random expressions and records, for tests that hold two evaluations to each other.

They are kept away from what the engine we compare with gets wrong: `transformMap`, which it cannot
run; `optMap`, and `cel.bind` beside a loop, where it mixes up variables; and loops over maps whose
order matters, for there it changes from process to process.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

WORDS = ("", "a", "b", "abc", "Ada", "x-1", "caf\u00e9", "2026-01-31", "\U0001f600z", "A b ")
NUMBERS = (0, 1, 2, -1, 3, 7, 42, -5, 2**31, 2**53 + 1, 2**63 - 1, -(2**63))
DOUBLES = (0.0, 1.0, 2.0, -1.5, 0.5, 2.5, 3.25, 1024.0, -0.25)
DURATIONS = ("0s", "90s", "1h30m", "-1.5s", "24h", "250ms")
MOMENTS = (
    "2026-01-31T09:00:00Z",
    "1970-01-01T00:00:00Z",
    "2024-02-29T23:59:59.5Z",
    "1999-12-31T23:00:00+02:00",
)
PATTERNS = ("^[a-z]+$", "a", "[0-9]{4}-[0-9]{2}", "^$", "b|A", "caf.", r"\\pL+", "(?i)ADA")


class Records(random.Random):
    """Records with fields of every kind of JSON, some absent and a few of another kind than usual."""

    def record(self) -> dict[str, Any]:
        makers: dict[str, Callable[[], Any]] = {
            "i": self.whole,
            "j": self.whole,
            "d": lambda: self.choice(DOUBLES),
            "s": lambda: self.choice(WORDS),
            "t": lambda: self.choice(WORDS),
            "b": lambda: self.random() < 0.5,
            "n": lambda: None,
            "li": lambda: [self.whole() for _ in range(self.randrange(4))],
            "ls": lambda: [self.choice(WORDS) for _ in range(self.randrange(4))],
            "m": lambda: {self.choice("abc"): self.whole() for _ in range(self.randrange(3))},
            "o": self.inner,
            "lo": lambda: [self.inner() for _ in range(self.randrange(4))],
        }
        found = {}
        for name, make in makers.items():
            chance = self.random()
            if chance < 0.08:
                continue
            found[name] = makers[self.choice(("i", "d", "s", "n", "li", "ls"))]() if chance < 0.14 else make()
        return found

    def inner(self) -> dict[str, Any]:
        made = {
            "i": self.whole(),
            "s": self.choice(WORDS),
            "b": self.random() < 0.5,
            "d": self.choice(DOUBLES),
        }
        return {name: made[name] for name in made if self.random() < 0.8}

    def whole(self) -> int:
        return self.choice(NUMBERS) if self.random() < 0.4 else self.randrange(-3, 6)


class Expressions(random.Random):
    """Expressions over the record `r`, mostly well typed, with loops, strings, times and optionals."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.scope: list[tuple[str, str]] = []
        """Local variables with their kinds."""
        self.loops = True
        """Whether this expression may have loops; else it may have `cel.bind`."""

    def expression(self) -> str:
        self.loops = self.random() < 0.8
        kind = self.choices(
            ("bool", "int", "string", "double", "ints", "strings", "map"), (12, 3, 3, 2, 1, 1, 1)
        )[0]
        return self.make(kind, self.randrange(1, 5))

    def make(self, kind: str, depth: int) -> str:
        if depth <= 0 or self.random() < 0.12:
            return self.leaf(kind)
        form = self.choice(FORMS[kind])
        if isinstance(form, Loop):
            return self.loop(form, depth) if self.loops else self.leaf(kind)
        if form == BIND:
            return self.leaf(kind) if self.loops else self.bind(kind, depth)
        return self.fill(form, depth)

    def fill(self, form: str, depth: int) -> str:
        """A form with every `$kind` replaced by an expression of it."""
        return re.sub(r"\$([a-z]+)", lambda found: self.make(found[1], depth - 1), form)

    def leaf(self, kind: str) -> str:
        local = [name for name, of in self.scope if of == kind]
        if local and self.random() < 0.6:
            return self.choice(local)
        if self.random() < 0.45 and kind in LITERALS:
            return LITERALS[kind](self)
        if self.random() < 0.03:
            kind = self.choice(("int", "double", "string", "ints"))
        if kind not in FIELDS:
            return LITERALS[kind](self)
        return self.choice(FIELDS[kind])

    def loop(self, form: Loop, depth: int) -> str:
        names = [f"v{len(self.scope) + i}" for i in range(len(form.variables))]
        span = self.make(form.range, depth - 1)
        before = list(self.scope)
        self.scope += list(zip(names, form.variables, strict=True))
        text = form.head.format(span, *names) + self.fill(form.body, depth)
        self.scope = before
        return text

    def bind(self, kind: str, depth: int) -> str:
        bound = self.choice(("int", "string", "ints"))
        value = self.make(bound, depth - 1)
        name = f"v{len(self.scope)}"
        self.scope.append((name, bound))
        body = self.make(kind, depth - 1)
        self.scope.pop()
        return f"cel.bind({name}, {value}, {body})"


class Loop(NamedTuple):
    """A macro over a range."""

    head: str
    """Up to the body; `{0}` is the range, `{1}` and `{2}` the variables."""
    body: str
    range: str
    """The kind of expression that it runs over."""
    variables: tuple[str, ...]
    """The kinds of the variables."""


BIND = "cel.bind"


def _text(choices: Sequence[str]) -> Callable[[Expressions], str]:
    return lambda g: '"' + g.choice(choices) + '"'


def _row(opening: str, parts: Sequence[str], closing: str) -> str:
    """A literal; one without parts has no type of its own, which the two checkers would guess differently."""
    text = opening + ", ".join(parts) + closing
    return text if parts else f"dyn({text})"


LITERALS: dict[str, Callable[[Expressions], str]] = {
    "bool": lambda g: g.choice(("true", "false")),
    "int": lambda g: str(g.choice(NUMBERS) if g.random() < 0.3 else g.randrange(-3, 8)),
    "uint": lambda g: f"{g.randrange(5)}u",
    "double": lambda g: repr(g.choice(DOUBLES)),
    "string": _text(WORDS),
    "pattern": _text(PATTERNS),
    "bytes": lambda g: 'b"' + g.choice(("", "a", "ab", r"\xff")) + '"',
    "duration": lambda g: f'duration("{g.choice(DURATIONS)}")',
    "timestamp": lambda g: f'timestamp("{g.choice(MOMENTS)}")',
    "ints": lambda g: _row("[", [str(g.randrange(-2, 5)) for _ in range(g.randrange(4))], "]"),
    "strings": lambda g: _row("[", [f'"{g.choice(WORDS)}"' for _ in range(g.randrange(4))], "]"),
    "map": lambda g: _row("{", [f'"{k}": {g.randrange(5)}' for k in g.sample("abc", g.randrange(3))], "}"),
    "object": lambda g: '{"i": 1, "s": "a", "b": true}',
    "objects": lambda g: '[{"i": 1, "s": "a", "b": true}, {"i": 2, "d": 0.5}]',
}
FIELDS = {
    "bool": ("r.b", "r.o.b", "r.lo[0].b"),
    "int": ("r.i", "r.j", "r.o.i", "r.m.a", 'r.m["b"]', "r.li[0]", "r.li[1]", "r.lo[0].i"),
    "double": ("r.d", "r.o.d"),
    "string": ("r.s", "r.t", "r.o.s", "r.ls[0]", 'r["s"]'),
    "ints": ("r.li",),
    "strings": ("r.ls",),
    "map": ("r.m",),
    "object": ("r.o", "r.lo[0]"),
    "objects": ("r.lo",),
    "any": ("r.i", "r.s", "r.b", "r.d", "r.n", "r.li", "r.m", "r.o", "r.nope", "r.nope.deeper", "r.o.nope"),
}


def _loop(form: str, range: str, *variables: str) -> Loop:
    head, _, body = form.rpartition("|")
    return Loop(head, body, range, variables)


FORMS: dict[str, tuple[str | Loop, ...]] = {
    "bool": (
        "($bool && $bool)",
        "($bool || $bool)",
        "($bool && $bool && $bool)",
        "($bool || $bool || $bool)",
        "!($bool)",
        "($bool ? $bool : $bool)",
        "$int == $int",
        "$int != $int",
        "$int < $int",
        "$int <= $int",
        "$int >= $int",
        "$double > $double",
        "dyn($int) < dyn($double)",
        "dyn($double) >= dyn($int)",
        "dyn($uint) == dyn($int)",
        "dyn($any) == dyn($any)",
        "dyn($any) != dyn($any)",
        "$any == $any",
        "$any == null",
        "$string == $string",
        "$string < $string",
        "$string >= $string",
        "$bytes < $bytes",
        "$bool == $bool",
        "$ints == $ints",
        "$map == $map",
        "$duration < $duration",
        "$timestamp >= $timestamp",
        "$int in $ints",
        "$string in $strings",
        "dyn($any) in dyn($ints)",
        "$string in $map",
        '$string in ["a", "b", "abc"]',
        "$string.startsWith($string)",
        "$string.endsWith($string)",
        "$string.contains($string)",
        "$string.matches($pattern)",
        "has(r.i)",
        "has(r.nope)",
        "has(r.o.i)",
        "has(r.o.nope)",
        "has(r.m.a)",
        "$objects.size() > 0",
        "r.?i.hasValue()",
        "r.?o.?i.hasValue()",
        "r[?string($int)].hasValue()",
        "bool($string)",
        "math.isNaN($double)",
        _loop("{0}.all({1}, |$bool)", "ints", "int"),
        _loop("{0}.exists({1}, |$bool)", "ints", "int"),
        _loop("{0}.exists_one({1}, |$bool)", "strings", "string"),
        _loop("{0}.all({1}, |$bool)", "strings", "string"),
        _loop("{0}.all({1}, |has(r.i) && $bool)", "objects", "object"),
        _loop("{0}.exists({1}, |$bool)", "objects", "object"),
        _loop("{0}.all({1}, {2}, |$bool)", "ints", "int", "int"),
        _loop("{0}.exists({1}, {2}, |$bool)", "strings", "int", "string"),
        _loop("{0}.existsOne({1}, {2}, |$bool)", "ints", "int", "int"),
        _loop('{0}.all({1}, {1} != "a")|', "map", "string"),
        _loop('{0}.exists({1}, {1} == "b")|', "map", "string"),
        _loop("{0}.all(l, l.i > 0 || l.b)|", "objects"),
        _loop("{0}.exists(l, l.s == 'a' && l.d < 2.0)|", "objects"),
        BIND,
    ),
    "int": (
        "($int + $int)",
        "($int - $int)",
        "($int * $int)",
        "($int / $int)",
        "($int % $int)",
        "-($int)",
        "($bool ? $int : $int)",
        "size($string)",
        "$string.size()",
        "size($ints)",
        "$strings.size()",
        "size($map)",
        "int($double)",
        "int($string)",
        "int($uint)",
        "int($timestamp)",
        "$timestamp.getFullYear()",
        "$timestamp.getMonth()",
        "$timestamp.getDayOfWeek()",
        "$timestamp.getDayOfYear()",
        '$timestamp.getHours("+05:30")',
        '$timestamp.getDate("Europe/London")',
        "$duration.getMinutes()",
        "$duration.getSeconds()",
        "$string.indexOf($string)",
        "$string.indexOf($string, $int)",
        "$string.lastIndexOf($string)",
        "$ints[$int]",
        "$map[$string]",
        "math.abs($int)",
        "math.sign($int)",
        "math.bitAnd($int, $int)",
        "math.bitXor($int, $int)",
        "math.bitShiftLeft($int, $int)",
        "math.bitShiftRight($int, $int)",
        "r.?i.orValue($int)",
        "r.?o.?i.orValue($int)",
        BIND,
    ),
    "double": (
        "($double + $double)",
        "($double - $double)",
        "($double * $double)",
        "($double / $double)",
        "-($double)",
        "double($int)",
        "double($string)",
        "math.ceil($double)",
        "math.floor($double)",
        "math.round($double)",
        "math.trunc($double)",
        "math.abs($double)",
        "($bool ? $double : $double)",
    ),
    "string": (
        "($string + $string)",
        "($bool ? $string : $string)",
        "string($int)",
        "string($bool)",
        "string($duration)",
        "string($timestamp)",
        "string($bytes)",
        "$string.charAt($int)",
        "$string.substring($int)",
        '($string + "xyz").substring($int, 2)',
        "$string.replace($string, $string)",
        "$string.replace($string, $string, $int)",
        "$string.lowerAscii()",
        "$string.upperAscii()",
        "$string.trim()",
        "$string.reverse()",
        "$strings.join()",
        "$strings.join($string)",
        "strings.quote($string)",
        '"%s and %d".format([$string, $int])',
        '"%.2f %x".format([$double, $int])',
        '"%s".format([$ints])',
        "base64.encode(bytes($string))",
        "string(type($any) == type($any))",
        BIND,
    ),
    "ints": (
        "($ints + $ints)",
        "[dyn($int), $int]",
        "($bool ? $ints : $ints)",
        "$ints.distinct()",
        "$ints.reverse()",
        "$ints.slice($int, $int)",
        _loop("{0}.map({1}, |$int)", "ints", "int"),
        _loop("{0}.map({1}, |$bool, $int)", "ints", "int"),
        _loop("{0}.filter({1}, |$bool)", "ints", "int"),
        _loop("{0}.map({1}, |$int)", "objects", "object"),
        _loop("{0}.transformList({1}, {2}, |$int)", "ints", "int", "int"),
        _loop("{0}.transformList({1}, {2}, |$bool, $int)", "ints", "int", "int"),
    ),
    "strings": (
        "($strings + $strings)",
        "[dyn($string), $string]",
        "[?r.?s, $string]",
        "$string.split($string)",
        "$string.split($string, $int)",
        _loop("{0}.map({1}, |$string)", "ints", "int"),
        _loop("{0}.filter({1}, |$bool)", "strings", "string"),
    ),
    "map": (
        '{"a": dyn($int), "b": $int}',
        '{?"a": r.?i, "b": $int}',
        "{dyn($string): dyn($int), $string: $int}",
    ),
    "object": ('{"i": dyn($int), "s": $string, "b": $bool}', "$objects[$int]"),
    "objects": ("[$object, $object]", _loop("{0}.filter({1}, |$bool)", "objects", "object")),
    "any": ("$int", "$string", "$bool", "$double", "$ints", "$map"),
    "uint": ("($uint + $uint)", "($uint - $uint)", "uint($int)"),
    "pattern": ("$pattern",),
    "bytes": ("($bytes + $bytes)", "bytes($string)"),
    "duration": ("($duration + $duration)", "($timestamp - $timestamp)", "duration(r.s)"),
    "timestamp": ("($timestamp + $duration)", "($timestamp - $duration)", "timestamp($int)"),
}

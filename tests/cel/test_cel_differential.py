"""Random expressions and records, here and in Google's C++ engine: the same value, or an error in both."""

from __future__ import annotations

import math
import os
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from cel_expressions import Expressions, Records

from checker import cel
from checker.cel.values import from_key

google = pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python has no wheel for this platform")

EXPRESSIONS = int(os.environ.get("GONOGO_CEL_EXPRESSIONS", "20000"))
"""Each is evaluated on two records."""
SEED = int(os.environ.get("GONOGO_CEL_SEED", "1"))
EXTENSIONS = (
    "strings",
    "math",
    "optional",
    "bindings",
    "lists",
    "sets",
    "encoders",
    "two-var-comprehensions",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A difference that is meant, or a fault of the other engine."""

    reason: str
    example: str
    """An expression over `{"t": true, "l": []}` on which the two differ."""
    sign: str
    """A pattern that the two outcomes, theirs first, match whenever this is the difference."""


KNOWN = (
    Known(
        "theirs rejects a substring that ends where the text ends; the specification allows it",
        '"abc".substring(1, 3)',
        r"^error: .*<start> or <end> is greater than",
    ),
    Known(
        "theirs converts a bool to a number, which its own type checker and the specification do not allow",
        "int(r.t)",
        r" \| error: `int` does not take true or false$",
    ),
    Known(
        "theirs finds nothing where an optional index is no possible key; ours says that it is none",
        "r[?r.l].hasValue()",
        r"^False \| error: .* cannot be the key of a map$|^True \| error: .* cannot be the key of a map$",
    ),
    Known(
        "ours compares whole numbers with decimal ones and anything with null without asking for dyn(): "
        "the specification gives both a value, and a schema's number is a double",
        "1 == 1.0",
        r"^rejected: .*'_(==|!=|<|<=|>|>=)_' applied to .*(null_type|int, double|double, int)",
    ),
    Known(
        "ours rejects a literal that no function could ever read, before anything runs",
        'duration("tomorrow") == duration("1s")',
        r" \| rejected: the text is no (length of time|point in time)",
    ),
    Known(
        "theirs removes doubled operators while parsing, so the operand's type no longer matters",
        "!!dyn(1) == dyn(1)",
        r" \| error: `!` needs true or false",
    ),
    Known(
        "theirs hands what a loop left behind to the variable of a later optMap or cel.bind",
        "optional.of([1, 2].exists(v, v == 1) ? 1 : 2).optMap(y, y + 1).value()",
        r"^3 \| 2$",
    ),
    Known(
        "the specification leaves the text of a double open; ours writes up to 16 digits before an exponent",
        "string(1000000.0)",
        r"^'1e\+06' \| '1000000'$",
    ),
    Known(
        "theirs gives up altogether on a key that stands twice in a map, even where || or && need not know",
        "{r.l.size(): 1, 0: 2}.size() > 1 || r.t",
        r"^error: .*duplicate key in map.* \| ",
    ),
    Known(
        "theirs gives one of two types that are partly dyn to branches and elements that differ so, and "
        "rejects what that type does not allow; ours gives them dyn",
        "(r.t ? dyn([]).map(v, v) : [1]) == 1",
        r"^rejected: .*found no matching overload for ('(_[^']+_|@in)' applied|[^|]*T%).* \| (?!rejected)",
    ),
    Known(
        "theirs reads a number with spaces around it",
        "int(' 5') == 5",
        r"^True \| error: the text is no whole number$",
    ),
)


class Outcome(NamedTuple):
    """A value, an error or a rejection."""

    value: Any
    trouble: str = ""

    def __str__(self) -> str:
        return self.trouble or repr(self.value)


class Engines:
    """Both engines, with the record `r` of any shape."""

    def __init__(self) -> None:
        config = "name: differential\nextensions:\n" + "".join(f"- name: {name}\n" for name in EXTENSIONS)
        self.google = google.NewEnv(
            config=google.NewEnvConfigFromYaml(config), variables={"r": google.Type.DYN}
        )
        self.ours = cel.Environment({"r": cel.DYN})

    def outcomes(self, text: str, records: list[dict[str, Any]]) -> list[tuple[Outcome, Outcome]]:
        """Theirs and ours: one pair a record, or one pair where either rejects the expression."""
        theirs, ours = Outcome(None), Outcome(None)
        try:
            their_program = self.google.compile(text)
        except RuntimeError as error:
            theirs = Outcome(None, "rejected: " + str(error).replace("\n", " "))
        try:
            our_program = self.ours.compile(text)
        except cel.CompileError as error:
            ours = Outcome(None, f"rejected: {error}")
        if theirs.trouble or ours.trouble:
            return [(theirs, ours)]
        return [(self.their_value(their_program, r), self.our_value(our_program, r)) for r in records]

    def their_value(self, program: Any, record: dict[str, Any]) -> Outcome:
        try:
            found = program.eval(data={"r": record})
        except RuntimeError as error:
            if "duplicate key" not in str(error):
                raise  # what it cannot run at all is a fault of the generator
            return Outcome(None, f"error: {error}")
        if found.type() == google.Type.ERROR:
            return Outcome(None, f"error: {found.value()}")
        return Outcome(found.plain_value())

    def our_value(self, program: cel.Program, record: dict[str, Any]) -> Outcome:
        try:
            return Outcome(program.evaluate({"r": record}))
        except cel.EvaluationError as error:
            return Outcome(None, f"error: {error}")


def agree(theirs: Outcome, ours: Outcome) -> bool:
    """The same value, or the same kind of trouble."""
    if theirs.trouble or ours.trouble:
        return theirs.trouble.partition(":")[0] == ours.trouble.partition(":")[0]
    return same(theirs.value, ours.value)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        b = {from_key(key): value for key, value in b.items()}
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and bool(a == b)


def known(theirs: Outcome, ours: Outcome) -> Known | None:
    """The first difference of the table that these outcomes are a case of."""
    return next((one for one in KNOWN if re.search(one.sign, f"{theirs} | {ours}")), None)


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines()


def test_random_expressions_agree(engines: Engines) -> None:
    expressions = Expressions(SEED)
    makers = Records(SEED)
    records = [makers.record() for _ in range(200)]
    pick = random.Random(SEED)
    differing = []
    counts: Counter[str] = Counter()
    differences: Counter[str] = Counter()
    for _ in range(EXPRESSIONS):
        text = expressions.expression()
        chosen = pick.sample(records, 2)
        for theirs, ours in engines.outcomes(text, chosen):
            counts[ours.trouble.partition(":")[0] or type(ours.value).__name__] += 1
            if agree(theirs, ours):
                continue
            difference = known(theirs, ours)
            if difference is None:
                differing.append(f"{text}\n  on {chosen}\n  theirs {theirs}\n  ours {ours}")
            else:
                differences[difference.example] += 1
    assert not differing, "\n".join(differing[:10])
    assert max(differences.values(), default=0) < 0.01 * EXPRESSIONS, differences
    assert sum(counts.values()) >= 1.9 * EXPRESSIONS, counts
    # Neither mostly errors nor mostly trivial: the comparison is worth something.
    assert counts["error"] + counts["rejected"] < 0.5 * sum(counts.values()), counts
    assert min(counts[kind] for kind in ("bool", "int", "str", "float", "list", "dict")) > EXPRESSIONS / 100


@pytest.mark.parametrize("difference", KNOWN, ids=lambda difference: difference.example)
def test_known_differences_still_differ(engines: Engines, difference: Known) -> None:
    ((theirs, ours),) = engines.outcomes(difference.example, [{"t": True, "l": []}])
    assert not agree(theirs, ours), "remove it from the table"
    assert re.search(difference.sign, f"{theirs} | {ours}"), f"{theirs} | {ours}"

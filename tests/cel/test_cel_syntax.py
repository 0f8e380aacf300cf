"""Reading expressions: trees, spans, and what is said of broken ones."""

from __future__ import annotations

import pytest
from cel_expressions import Expressions
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import cel
from checker.cel import tree
from checker.cel.parser import MAX_DEPTH

BACKSLASH = 'write \\\\ for a backslash, or a raw text r"…" for a pattern'

BROKEN = (
    # expression, the part that is marked, message, hint
    ("", "", "the expression is empty", ""),
    ("  // nothing\n", "", "the expression is empty", ""),
    ("a +", "", "the expression ends where a value is expected", ""),
    ("(a", "", "expected ) to close `(a`", ""),
    ("f(a, (b)", "", "expected ) to close `f(a, (b)`", ""),
    ("x.is_set(aaaaaaaaaaaaaaaaaaaaaaaa", "", "expected ) to close `is_set(aaaaaaaaaaaaaaaa…`", ""),
    ("a[1", "", "expected ] to close `a[1`", ""),
    ("[1, 2", "", "expected ] to close `[1, 2`", ""),
    ('{"a": 1', "", 'expected } to close `{"a": 1`', ""),
    ('{"a" 1}', "1", "unexpected number 1 where the : after a key is expected", ""),
    ("a ? b", "", "the expression ends where the : of the ? is expected", ""),
    ("a b", "b", "unexpected `b` after the expression", ""),
    ("a and b", "and", "unexpected `and` after the expression", "write &&"),
    ("(a or b)", "or", "expected ) to close `(a`", "write ||"),
    ("a is not b", "is", "unexpected `is` after the expression", "write !="),
    ("not a", "not", "`not` is no operator", "write ! for not"),
    ("a = 1", "=", "unexpected character =", "write == to compare"),
    ("a & b", "&", "unexpected character &", "write && for and"),
    ("a == \u201cx\u201d", "\u201c", "unexpected character \u201c", 'write straight quotes: "'),
    ("a \u2264 1", "\u2264", "unexpected character \u2264", "write <="),
    ("a\x00", "\x00", "unexpected character U+0000", ""),
    ("'abc", "'abc", "the text that begins here is not closed", "end it with '"),
    ('"a\nb"', '"a', "the text that begins here is not closed", 'end it with "'),
    (
        r'"\d+"',
        r"\d",
        r"unknown escape \d",
        BACKSLASH,
    ),
    (r'"\ud800"', r"\ud800", "the escape names no character", BACKSLASH),
    (r'"\x1"', r"\x1", "the escape names no character", BACKSLASH),
    (r'"(a)\1"', r"\1", "the escape names no character", BACKSLASH),
    ("9223372036854775808", "9223372036854775808", "the number does not fit 64 bits", ""),
    ("-9223372036854775809", "-9223372036854775809", "the number does not fit 64 bits", ""),
    ("18446744073709551616u", "18446744073709551616u", "the number does not fit 64 bits", ""),
    ("1abc", "1a", "a number ends in letters", "put an operator or a space between them"),
    ("a.1", ".1", "unexpected number 0.1 after the expression", ""),
    ("a.+", "+", "unexpected + where a field's name is expected", ""),
    ("a.true", "true", "`true` cannot be a field's name", 'write ["true"]'),
    ("if", "if", "`if` is a reserved word and cannot be a name", ""),
    ("a.`b", "`b", "the name in backticks is not closed", ""),
    (
        "T{a: 1}",
        "T{",
        "messages cannot be constructed here",
        'a map is written without a name: {"key": value}',
    ),
    ("has(a)", "has(a)", "`has` asks for one field", "write has(subject.field)"),
    ("a.all(b)", "all(b)", "`all` asks for a variable and an expression", "write list.all(v, …)"),
    ("a.all(1, b)", "1", "a variable's name is expected here", "a plain name such as v"),
    ("a.all(x, x, true)", "x", "the two variables have the same name", ""),
    ("cel.bind(a, 1)", "cel.bind(a, 1)", "`cel.bind` asks for a name, a value and an expression", ""),
)


@pytest.mark.parametrize(("text", "marked", "message", "hint"), BROKEN)
def test_broken_expressions(text: str, marked: str, message: str, hint: str) -> None:
    with pytest.raises(cel.CompileError) as raised:
        cel.parse(text)
    (issue,) = raised.value.issues
    assert (issue.message, issue.hint, issue.level) == (message, hint, "error")
    assert text[issue.start : issue.end] == marked


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-9223372036854775808", -(2**63)),
        ("0xFFu", cel.Uint(255)),
        ("-0x10", -16),
        ("1e3", 1000.0),
        (".5", 0.5),
        (r"r'\d\'", "\\d\\"),
        ("'''a\n'b' '''", "a\n'b' "),
        (r"'\u00e9\x41\101\n'", "\u00e9AA\n"),
        (r"b'\xff\303'", b"\xff\xc3"),
        ("b'\u00e9'", b"\xc3\xa9"),
        ("rb'\\x'", b"\\x"),
    ],
)
def test_literals(text: str, value: object) -> None:
    node = cel.parse(text)
    assert isinstance(node, tree.Literal)
    assert node.value == value
    assert node.value.__class__ is value.__class__
    assert (node.start, node.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a + b * c", "(+ a (* b c))"),
        ("(a + b) * c", "(* (+ a b) c)"),
        ("a - b - c", "(- (- a b) c)"),
        ("a || b && c || d", "(|| a (&& b c) d)"),
        ("a && (b && c)", "(&& a (&& b c))"),
        ("!a.b", "(! a.b)"),
        ("-5 - -x", "(- -5 (- x))"),
        ("a < b == c in d", "(in (== (< a b) c) d)"),
        ("a ? b : c ? d : e", "(? a b (? c d e))"),
        ("a.b['c'].`d-e`", "a.b['c'].d-e"),
        (".a.b", ".a.b"),
        ("a.?b[?0]", "a.?b[?0]"),
        ("a.in_stock", "a.in_stock"),
        ("has(a.b)", "(has a.b)"),
        ("l.all(v, v > 0)", "(all l v (> v 0))"),
        ("l.exists(i, v, v > i)", "(exists l i,v (> v i))"),
        ("l.existsOne(i, v, v > i)", "(exists_one l i,v (> v i))"),
        ("l.map(v, v > 0, v * 2)", "(map l v (> v 0) (* v 2))"),
        ("m.transformMap(k, v, v + 1)", "(transformMap m k,v (+ v 1))"),
        ("cel.bind(a, 1, a + a)", "(bind a 1 (+ a a))"),
        ("o.optMap(v, v + 1)", "(optMap o v (+ v 1))"),
        ("a.f(b, c)", "(f a . b c)"),
        ("f()", "(f)"),
        ("[1, ?a,]", "[1 ?a]"),
        ("{'a': 1, ?b: c}", "{'a': 1 ?b: c}"),
        ("a // and so on\n+ b", "(+ a b)"),
    ],
)
def test_trees(text: str, shape: str) -> None:
    assert shown(cel.parse(text)) == shape


def shown(node: tree.Node) -> str:
    """A tree in prefix notation."""
    match node:
        case tree.Literal():
            return repr(node.value)
        case tree.Variable():
            return "." * node.absolute + node.name
        case tree.Field():
            return f"{shown(node.operand)}.{'?' * node.optional}{node.name}"
        case tree.Index():
            return f"{shown(node.operand)}[{'?' * node.optional}{shown(node.key)}]"
        case tree.ListLiteral():
            return (
                "["
                + " ".join("?" * (i in node.optional) + shown(e) for i, e in enumerate(node.elements))
                + "]"
            )
        case tree.MapLiteral():
            entries = (f"{'?' * e.optional}{shown(e.key)}: {shown(e.value)}" for e in node.entries)
            return "{" + " ".join(entries) + "}"
        case tree.Call():
            target = [shown(node.target), "."] if node.target else []
            return "(" + " ".join([node.function, *target, *map(shown, node.arguments)]) + ")"
        case tree.Comprehension():
            parts = [shown(part) for part in (node.condition, node.body) if part]
            return f"({node.macro} {shown(node.range)} {','.join(node.variables)} {' '.join(parts)})"
    head = {
        tree.Has: "has",
        tree.Bind: f"bind {getattr(node, 'variable', '')}",
        tree.Conditional: "?",
    }.get(type(node), "")
    if isinstance(node, tree.OptionalMap):
        return f"({node.macro} {shown(node.operand)} {node.variable} {shown(node.body)})"
    head = head or getattr(node, "operator", "")
    return f"({head} {' '.join(map(shown, tree.children(node)))})"


@pytest.mark.parametrize(
    "nested",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000,
        "-" * 5000 + "x",
        "!" * 5000 + "x",
        "f(" * 5000,
        "a" + ".b" * 5000,
        "a" + "[0]" * 5000,
        "a" + ".f()" * 5000,
        "1" + " + 1" * 5000,
        "a ? b : " * 5000 + "c",
        "x.all(y, " * 5000,
        "{1: " * 5000,
    ],
)
def test_nesting_is_bounded(nested: str) -> None:
    with pytest.raises(cel.CompileError) as raised:
        cel.parse(nested)
    assert f"nested more than {MAX_DEPTH} levels" in raised.value.issues[0].message


def test_rows_of_conditions_are_not_nesting() -> None:
    row = cel.Environment({"a": cel.BOOL}).compile(" && ".join(["a"] * 2000))
    assert row.evaluate({"a": True}) is True


def test_length_is_bounded() -> None:
    with pytest.raises(cel.CompileError, match="longer than 100,000 characters"):
        cel.parse("a" * 100_001)


PIECES = r"""
a b . , ( ) [ ] { } ? : ! - + * / % == != < <= in && || true null
1 2.5 0x1 3u 1e e 0x 'x' "y" r'\' b'z' ''' \ ` //
has( .all(x, .map(x, cel.bind(x, .? [?
"""
FRAGMENTS = st.sampled_from([*PIECES.split(), " ", "\n", "\u00e9", "\ud800", "\x00"])


@given(st.lists(FRAGMENTS, max_size=30).map("".join) | st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        nodes = list(tree.walk(cel.parse(text)))
    except cel.CompileError as error:
        for issue in error.issues:
            assert 0 <= issue.start <= issue.end <= len(text)
            assert issue.message
    else:
        assert all(0 <= node.start < node.end <= len(text) for node in nodes)


@settings(max_examples=200)
@given(st.integers(0, 2**32))
def test_the_span_of_every_node_reads_as_that_node(seed: int) -> None:
    text = Expressions(seed).expression()
    for node in tree.walk(cel.parse(text)):
        assert shown(cel.parse(text[node.start : node.end])) == shown(node)

"""Tokens to a tree: precedence climbing, with macros recognised on the way.

Nesting is bounded twice: on the way down, so that the parser itself never runs out of stack, and
by the height of the finished tree, so that nothing which walks it can.
"""

from __future__ import annotations

from typing import NoReturn

from .errors import CompileError, Issue
from .lexer import Token, fail, tokens
from .tree import (
    Binary,
    Bind,
    Call,
    Comprehension,
    Conditional,
    Entry,
    Field,
    Has,
    Index,
    ListLiteral,
    Literal,
    Logical,
    MapLiteral,
    Node,
    OptionalMap,
    Unary,
    Variable,
)
from .values import INT_MAX

MAX_DEPTH = 100
"""Levels of nesting of one expression."""

RESERVED = frozenset((
    "as", "break", "const", "continue", "else", "for", "function", "if", "import",
    "let", "loop", "package", "namespace", "return", "var", "void", "while",
))  # fmt: skip
_LEVELS = {
    "||": 1, "&&": 2,
    "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "in": 3,
    "+": 4, "-": 4,
    "*": 5, "/": 5, "%": 5,
}  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}
_SHOWN = 24
"""How many characters of what is not closed are shown."""

_WORD_OPERATORS = {"and": "&&", "or": "||", "not": "!", "is": "==", "equals": "=="}
_COMPREHENSIONS = {
    # macro: (its canonical name, the fewest and the most variables, whether a filter may precede)
    "all": ("all", 1, 2, False),
    "exists": ("exists", 1, 2, False),
    "exists_one": ("exists_one", 1, 2, False),
    "existsOne": ("exists_one", 1, 2, False),
    "filter": ("filter", 1, 1, False),
    "map": ("map", 1, 1, True),
    "transformList": ("transformList", 2, 2, True),
    "transformMap": ("transformMap", 2, 2, True),
}


def parse(text: str) -> Node:
    """The tree of an expression. Raises CompileError, and nothing else, for any text."""
    try:
        return _Parser(text).whole()
    except RecursionError:
        # The caller's own stack was nearly used up before we started.
        raise CompileError((Issue(0, len(text), "the expression is nested too deeply"),)) from None


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.position = 0
        self.kind: str
        self.value: object
        self.start: int
        self.stop: int
        self.kind, self.value, self.start, self.stop = self.tokens[0]
        self.end = 0
        """Where the token before this one ended."""
        self.depth = 0
        self.height = 0
        """Of the node that was finished last."""

    def advance(self) -> None:
        self.end = self.stop
        self.position += 1
        self.kind, self.value, self.start, self.stop = self.tokens[self.position]

    def whole(self) -> Node:
        if self.kind == "end":
            fail("the expression is empty", 0, 0)
        node = self.expression()
        if self.kind != "end":
            self.unexpected("after the expression")
        return node

    def expression(self) -> Node:
        first = self.start
        condition = self.binary(1)
        if self.kind != "?":
            return condition
        height = self.height
        self.advance()
        then = self.binary(1)
        height = max(height, self.height)
        if self.kind != ":":
            self.unexpected("where the : of the ? is expected")
        self.advance()
        self.descend(first)
        otherwise = self.expression()
        self.depth -= 1
        self.grow(height, first)
        return Conditional(first, self.end, condition, then, otherwise)

    def binary(self, level: int) -> Node:
        first = self.start
        self.descend(first)
        left = self.unary()
        while True:
            operator = self.kind
            power = _LEVELS.get(operator, 0)
            if power < level or not power:
                self.depth -= 1
                return left
            height = self.height
            if power <= 2:
                operands = [left]
                while self.kind == operator:
                    self.advance()
                    operands.append(self.binary(power + 1))
                    height = max(height, self.height)
                self.grow(height, first)
                left = Logical(first, self.end, operator, tuple(operands))
            else:
                self.advance()
                right = self.binary(power + 1)
                self.grow(height, first)
                left = Binary(first, self.end, operator, left, right)

    def unary(self) -> Node:
        first = self.start
        operator = self.kind
        if operator not in ("!", "-"):
            return self.postfix()
        following = self.tokens[self.position + 1][0]
        if operator == "-" and following in ("int", "double"):
            return self.postfix()
        self.advance()
        self.descend(first)
        operand = self.unary()
        self.depth -= 1
        self.grow(0, first)
        return Unary(first, self.end, operator, operand)

    def postfix(self) -> Node:
        first = self.start
        node = self.primary()
        while True:
            kind = self.kind
            if kind == ".":
                node = self.member(node, first)
            elif kind == "[":
                opening = self.start
                height = self.height
                self.advance()
                optional = self.accept("?")
                index = self.expression()
                self.close("]", opening)
                self.grow(height, first)
                node = Index(first, self.end, node, index, optional)
            elif kind == "{" and isinstance(node, Variable | Field):
                fail(
                    "messages cannot be constructed here",
                    first,
                    self.stop,
                    'a map is written without a name: {"key": value}',
                )
            else:
                return node

    def member(self, operand: Node, first: int) -> Node:
        height = self.height
        self.advance()
        optional = self.accept("?")
        name_start = self.start
        if self.kind == "quoted":
            name = str(self.value)
            self.advance()
        elif self.kind in ("name", "in"):
            name = str(self.value)
            if name in _CONSTANTS or name == "in":
                fail(f"`{name}` cannot be a field's name", self.start, self.stop, f'write ["{name}"]')
            self.advance()
            if self.kind == "(" and not optional:
                opening = self.start
                arguments = self.arguments(opening)
                self.grow(max(height, self.height), first)
                return self.method(first, operand, name, name_start, arguments)
        else:
            self.unexpected("where a field's name is expected")
        self.grow(height, first)
        return Field(first, self.end, operand, name, name_start, optional)

    def primary(self) -> Node:
        kind, value, first, stop = self.kind, self.value, self.start, self.stop
        if kind in ("literal", "double"):
            self.advance()
            self.height = 1
            return Literal(first, stop, value)
        if kind == "int":
            self.advance()
            return self.integer(value, first)
        if kind == "name":
            return self.name(str(value), first, False)
        if kind == "(":
            self.advance()
            node = self.expression()
            self.close(")", first)
            return node
        if kind == "[":
            return self.list_literal()
        if kind == "{":
            return self.map_literal()
        if kind == "-":
            self.advance()
            number = self.value
            self.advance()
            self.height = 1
            if isinstance(number, int):
                return self.integer(-number, first)
            assert isinstance(number, float)
            return Literal(first, self.end, -number)
        if kind == ".":
            self.advance()
            if self.kind != "name":
                self.unexpected("where a name is expected")
            return self.name(str(self.value), first, True)
        self.unexpected("where a value is expected")

    def integer(self, value: object, first: int) -> Node:
        assert isinstance(value, int)
        self.height = 1
        if not -INT_MAX - 1 <= value <= INT_MAX:
            fail("the number does not fit 64 bits", first, self.end)
        return Literal(first, self.end, value)

    def name(self, name: str, first: int, absolute: bool) -> Node:
        self.height = 1
        if name in _CONSTANTS and not absolute:
            self.advance()
            return Literal(first, self.end, _CONSTANTS[name])
        if name in RESERVED or name in _CONSTANTS:
            fail(f"`{name}` is a reserved word and cannot be a name", self.start, self.stop)
        name_start = self.start
        self.advance()
        if self.kind != "(":
            if name == "not" and self.kind in ("name", "literal", "int", "double"):
                fail("`not` is no operator", first, self.end, "write ! for not")
            return Variable(first, self.end, name, absolute)
        opening = self.start
        arguments = self.arguments(opening)
        if name == "has" and not absolute:
            return self.has(first, arguments)
        self.grow(self.height, first)
        return Call(first, self.end, name if not absolute else "." + name, None, arguments, name_start)

    def arguments(self, opening: int) -> tuple[Node, ...]:
        """From the opening parenthesis to behind the closing one; sets the greatest height."""
        self.advance()
        found: list[Node] = []
        height = 0
        while self.kind != ")":
            found.append(self.expression())
            height = max(height, self.height)
            if not self.accept(","):
                break
        self.close(")", opening)
        self.height = height
        return tuple(found)

    def list_literal(self) -> Node:
        opening = self.start
        self.advance()
        elements: list[Node] = []
        optional: set[int] = set()
        height = 0
        while self.kind != "]":
            if self.accept("?"):
                optional.add(len(elements))
            elements.append(self.expression())
            height = max(height, self.height)
            if not self.accept(","):
                break
        self.close("]", opening)
        self.grow(height, opening)
        return ListLiteral(opening, self.end, tuple(elements), frozenset(optional))

    def map_literal(self) -> Node:
        opening = self.start
        self.advance()
        entries: list[Entry] = []
        height = 0
        while self.kind != "}":
            optional = self.accept("?")
            key = self.expression()
            height = max(height, self.height)
            if not self.accept(":"):
                self.unexpected("where the : after a key is expected")
            value = self.expression()
            height = max(height, self.height)
            entries.append(Entry(key, value, optional))
            if not self.accept(","):
                break
        self.close("}", opening)
        self.grow(height, opening)
        return MapLiteral(opening, self.end, tuple(entries))

    def has(self, first: int, arguments: tuple[Node, ...]) -> Node:
        if len(arguments) != 1 or not isinstance(arguments[0], Field | Index):
            fail("`has` asks for one field", first, self.end, "write has(subject.field)")
        self.grow(self.height, first)
        return Has(first, self.end, arguments[0])

    def method(
        self, first: int, target: Node, name: str, name_start: int, arguments: tuple[Node, ...]
    ) -> Node:
        if name in _COMPREHENSIONS:
            return self.comprehension(first, target, name, name_start, arguments)
        if name in ("optMap", "optFlatMap") and len(arguments) == 2:
            variable = self.variable(arguments[0])
            return OptionalMap(first, self.end, name, target, variable, arguments[1])
        if name == "bind" and isinstance(target, Variable) and target.name == "cel":
            if len(arguments) != 3:
                fail("`cel.bind` asks for a name, a value and an expression", first, self.end)
            variable = self.variable(arguments[0])
            return Bind(first, self.end, variable, arguments[1], arguments[2])
        return Call(first, self.end, name, target, arguments, name_start)

    def comprehension(
        self, first: int, target: Node, name: str, name_start: int, arguments: tuple[Node, ...]
    ) -> Node:
        macro, fewest, most, filtered = _COMPREHENSIONS[name]
        count = len(arguments)
        variables = most if count > fewest + 1 and most > fewest else fewest
        extra = count - variables - 1
        if extra not in ((0, 1) if filtered else (0,)):
            sample = "v" if fewest == 1 else "i, v"
            fail(
                f"`{name}` asks for a variable and an expression",
                name_start,
                self.end,
                f"write list.{name}({sample}, …)",
            )
        names = tuple(self.variable(argument) for argument in arguments[:variables])
        if len(set(names)) < len(names):
            fail("the two variables have the same name", arguments[1].start, arguments[1].end)
        condition = arguments[variables] if extra else None
        return Comprehension(first, self.end, macro, target, names, condition, arguments[-1])

    def variable(self, node: Node) -> str:
        if not isinstance(node, Variable) or node.absolute:
            fail("a variable's name is expected here", node.start, node.end, "a plain name such as v")
        return node.name

    def accept(self, kind: str) -> bool:
        if self.kind == kind:
            self.advance()
            return True
        return False

    def close(self, bracket: str, opening: int) -> None:
        if self.kind == bracket:
            self.advance()
            return
        begin = opening
        while begin and (self.text[begin - 1].isalnum() or self.text[begin - 1] == "_"):
            begin -= 1
        opened = self.text[begin : self.start].rstrip()
        shown = opened if len(opened) <= _SHOWN else f"{opened[: _SHOWN - 1]}…"
        fail(f"expected {bracket} to close `{shown}`", self.start, self.stop, self.word_hint())

    def descend(self, first: int) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            fail(f"nested more than {MAX_DEPTH} levels deep", first, self.stop)

    def grow(self, height: int, first: int) -> None:
        """Set the height of a node over operands of `height` and over the one finished last."""
        self.height = max(height, self.height) + 1
        if self.height > MAX_DEPTH:
            fail(f"nested more than {MAX_DEPTH} levels deep", first, self.end)

    def word_hint(self) -> str:
        word = str(self.value).lower() if self.kind == "name" else ""
        if word == "is" and self.tokens[self.position + 1][:2] == ("name", "not"):
            return "write !="
        return f"write {_WORD_OPERATORS[word]}" if word in _WORD_OPERATORS else ""

    def unexpected(self, where: str) -> NoReturn:
        if self.kind == "end":
            fail(f"the expression ends {where}", self.start, self.start)
        token = self.tokens[self.position]
        fail(f"unexpected {_shown(token)} {where}", self.start, self.stop, self.word_hint())


def _shown(token: Token) -> str:
    kind, value, _, _ = token
    if kind in ("name", "quoted", "in"):
        return f"`{value}`"
    if kind in ("int", "double"):
        return f"number {value}"
    if kind == "literal":
        return "text" if isinstance(value, str) else "literal"
    return kind

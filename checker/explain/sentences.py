"""One reason why a check did not pass, as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from checker import cel
from checker.cel import tree
from checker.documents.placeholders import placeholder, visible
from checker.explain.fields import MOST_VALUE, Fields, brief, field_name, rest, unread
from checker.kinds.phrases import alternatives
from checker.model import Reason, Seen
from checker.policy import language


class Telling:
    """One reason, put into words."""

    def __init__(self, fields: Fields, reason: cel.Reason) -> None:
        self.fields, self.reason = fields, reason
        self.observed = {(observation.start, observation.end): observation for observation in reason.seen}

    def whole(self) -> Reason:
        """The reason as a sentence, the part of the expression that it is about, and what it saw."""
        fields, reason = self.fields, self.reason
        node = fields.program.parts.get((reason.start, reason.end), fields.program.tree)
        if reason.missing is None:
            return Reason(self._sentence(node), fields.text(node), tuple(dict.fromkeys(self._seen())))
        path = fields.whole_path(node)
        where = fields.location(reason.missing)
        absent = Seen(fields.text(path), "absent", where, fields.digest(cel.ABSENT, reason.elements))
        return Reason(self._missing(reason.missing, path), fields.text(path), (absent,))

    def _seen(self) -> Iterator[Seen]:
        """The values that decided."""
        for observation in self.reason.seen:
            value = "absent" if observation.absent else shown(observation.value)
            where = self.fields.location(observation.origin) if observation.origin else None
            text = self.fields.program.text[observation.start : observation.end]
            digest = self.fields.digest(observation.value, self.reason.elements)
            yield Seen(text, value, where, digest)

    # What people call a part of the expression, and its value

    def text(self, node: tree.Node) -> str:
        """A part of the expression on one line."""
        return brief(self.fields.text(node))

    def _observation(self, node: tree.Node) -> cel.Observation | None:
        return self.observed.get((node.start, node.end))

    def _called(self, node: tree.Node) -> str:
        observation = self._observation(node)
        match node:
            case tree.Field() | tree.Index() | tree.Variable() if observation and observation.origin:
                return self.fields.name(observation.origin, rest(observation.origin, node))
            case tree.Conditional() if observation:
                if observation.origin and observation.origin.path:
                    return self.fields.name(observation.origin)
                return shown(observation.value)
            case tree.Literal(value=value):
                return shown(value)
            case tree.Variable() if observation and node.name not in language.VARIABLES:
                return shown(observation.value)  # of a loop over what is written in the rule itself
            case tree.Call(function=function, target=None, arguments=(argument,)) if function in _READERS:
                text = argument.value if isinstance(argument, tree.Literal) else None
                return _bare(text) if isinstance(text, str) else self._called(argument)
            case tree.Call(function="size"):
                measured = _measured(node)
                type_ = self.fields.program.type_of(measured)
                if isinstance(measured, tree.Call):
                    return self.text(node)
                counted = isinstance(type_, cel.ListType) or isinstance(self._value(measured), list | dict)
                return f"the {'number' if counted else 'length'} of {self._called(measured)}"
            case tree.Call(function="age", arguments=(argument,)):
                return f"the age of {self._called(argument)} in days"
            case tree.Call(function="related", arguments=(tree.Literal(value=kind), *_)):
                return f"related {kind}"
            case tree.Binary(operator="-", left=left, right=right) if _is_age(left) and _is_age(right):
                start, end = self._called(left.arguments[0]), self._called(right.arguments[0])
                return f"the number of days from {start} to {end}"
            case tree.Call(function="business_days", arguments=(start, end)):
                return f"the number of business days from {self._called(start)} to {self._called(end)}"
            case tree.Comprehension(macro="filter"):
                return f"{self._called(node.range)} with {self.text(node.body)}"
            case tree.Binary(operator="+" | "-" | "*" | "/" | "%" as operator):
                return f"{self._called(node.left)} {operator} {self._called(node.right)}"
            case tree.Call() if observation and _constant(node):
                return shown(observation.value)
            case _:
                return self.text(node)

    def _value(self, node: tree.Node) -> object:
        """The value that was observed; ABSENT where none was."""
        observation = self._observation(node)
        return cel.ABSENT if observation is None or observation.absent else observation.value

    def _found(self, node: tree.Node) -> str:
        """The value of a part as it was written in the artifact; empty where it was not observed."""
        if isinstance(node, tree.Call) and node.function in _READERS and len(node.arguments) == 1:
            value = self._value(node.arguments[0])
            if isinstance(value, str):
                return _bare(value)
        value = self._value(node)
        return "" if value is cel.ABSENT else shown(value)

    def _tail(self, node: tree.Node) -> str:
        found = self._found(node)
        return f"; found {found}" if found else ""

    def _wanted(self, node: tree.Node) -> str:
        """What a value is held against: a constant as it is, a field by its name and value."""
        called, found = self._called(node), self._found(node)
        return f"{called} ({found})" if found and found != called and not _constant(node) else called

    # Sentences

    def _sentence(self, node: tree.Node) -> str:
        """Why the part is not what it had to be."""
        reason = self.reason
        if reason.kind == "unreadable":
            return self._unreadable()
        if reason.kind == "limit":
            return f"{brief(self.fields.program.text)}: {reason.message}"
        if reason.kind == "error":
            return self._error(node)
        return self._true(node) if reason.holds else self._false(node)

    def _missing(self, origin: cel.Origin, node: tree.Node) -> str:
        """The part is not there; `node` is the whole path that was asked for."""
        fields = self.fields
        if origin.path:
            name = fields.name(origin, rest(origin, node))
            return f"{name} is absent{self._no_product() if origin.root == 'product' else ''}"
        call = fields.program.parts.get((self.reason.start, self.reason.end))
        if isinstance(call, tree.Call) and call.function == "lookup":
            kind, id = (fields.value(argument, self.reason.elements) for argument in call.arguments)
            if isinstance(kind, str) and isinstance(id, str):
                return f"there is no {kind} `{id}`"
        if at := fields.traced(origin):
            return f"{field_name('subject', at)} is absent"
        return f"{brief(origin.root)} finds nothing"

    def _no_product(self) -> str:
        """Why `product` is empty, where it is."""
        if self.fields.activation.get("product"):
            return ""
        ref = self.fields.subject.ref
        if ref.product:
            return f": the register has no product `{ref.product}`"
        return f": this {ref.kind} names no product"

    def _unreadable(self) -> str:
        found = unread(self.reason)
        call = self.fields.program.parts.get((self.reason.start, self.reason.end))
        if (
            found is None
            or found.origin is None
            or (isinstance(call, tree.Call) and call.function in _SUBJECTS)
        ):
            return self.reason.message  # it names what it is about itself
        name, value = self.fields.name(found.origin), shown(found.value)
        return f"{name}{'' if value in self.reason.message else f' ({value})'}: {self.reason.message}"

    def _error(self, node: tree.Node) -> str:
        match node:
            case tree.Binary(left=left, right=right) if (
                node.operator in _WORDS and self._found(left) and (self._found(right) or _constant(right))
            ):
                return f"{self._wanted(left)} cannot be compared with {self._wanted(right)}"
            case tree.Field():
                held = self.fields.value(node.operand, self.reason.elements)
                if held is not cel.ABSENT:
                    return f"{self.fields.written(node.operand)} is {shown(held)}, which has no fields"
        return self.reason.message + self._facts(node)

    def _false(self, node: tree.Node) -> str:
        """The part is false, where being true was needed."""
        match node:
            case tree.Unary(operator="!"):
                return self._true(node.operand)
            case tree.Binary(operator="in"):
                return self._membership(node, "must")
            case tree.Binary(operator=operator) if operator in _WORDS:
                return self._comparison(node, operator)
            case tree.Call(function="filled"):
                return self._unfilled(node.arguments[0])
            case tree.Call(function="within_last", arguments=(text, days)):
                return self._within(text, days, "must")
            case tree.Call(function=function) if function in _TEXT_TESTS and self._found(_measured(node)):
                return self._text_test(node, "must")
            case tree.Has(operand=operand):
                return f"{self._called(operand)} is absent"
            case tree.Variable() | tree.Field() | tree.Index():
                return f"{self._called(node)} is false"
            case tree.Comprehension(macro="exists"):
                return self._empty(node.range if self._value(node.range) in ([], {}) else node)
            case tree.Comprehension(macro="exists_one"):
                return (
                    f"not exactly one element of {self._called(node.range)} satisfies {self.text(node.body)}"
                )
            case tree.Comprehension():
                return self.reason.message
            case _:
                return f"{self.text(node)} does not hold{self._facts(node)}"

    def _true(self, node: tree.Node) -> str:
        """The part is true, where being false was needed."""
        match node:
            case tree.Unary(operator="!"):
                return self._false(node.operand)
            case tree.Binary(operator="in"):
                return self._membership(node, "must not")
            case tree.Binary(operator=operator) if operator in _OPPOSITES:
                return self._comparison(node, _OPPOSITES[operator])
            case tree.Call(function="filled", arguments=(operand,)):
                return f"{self._called(operand)} must be empty{self._tail(operand)}"
            case tree.Call(function="within_last", arguments=(text, days)):
                return self._within(text, days, "must not")
            case tree.Call(function=function) if function in _TEXT_TESTS and self._found(_measured(node)):
                return self._text_test(node, "must not")
            case tree.Has(operand=operand):
                return f"{self._called(operand)} must be absent{self._tail(operand)}"
            case tree.Variable() | tree.Field() | tree.Index():
                return f"{self._called(node)} must be false"
            case tree.Comprehension():
                return self.reason.message
            case _:
                return f"{self.text(node)} must not hold{self._facts(node)}"

    def _empty(self, node: tree.Node) -> str:
        """A list, text or map that must hold something."""
        if isinstance(node, tree.Call) and node.function == "related":
            return f"there is no {self._called(node)}"
        if isinstance(node, tree.Comprehension) and node.macro in ("filter", "exists"):
            return f"no element of {self._called(node.range)} satisfies {self.text(node.body)}"
        return f"{self._called(node)} is empty"

    def _not_empty(self, node: tree.Node) -> str:
        """A list, text or map that must hold nothing."""
        if isinstance(node, tree.Comprehension) and node.macro == "filter":
            refused = f"no element of {self._called(node.range)} may satisfy {self.text(node.body)}"
            return refused + self._tail(node)
        return f"{self._called(node)} must be empty{self._tail(node)}"

    def _membership(self, node: tree.Binary, must: str) -> str:
        left, right = node.left, node.right
        if isinstance(right, tree.ListLiteral) and right.elements:
            choices = [self._called(element) for element in right.elements]
            return f"{self._called(left)} {must} be {alternatives(choices)}{self._tail(left)}"
        if _constant(left):
            return f"{self._called(right)} {must} contain {self._called(left)}{self._tail(right)}"
        return f"{self._called(left)} {must} be in {self._wanted(right)}{self._tail(left)}"

    def _text_test(self, node: tree.Call, must: str) -> str:
        subject, wanted = _measured(node), self._wanted(node.arguments[-1])
        return f"{self._called(subject)} {must} {_TEXT_TESTS[node.function]} {wanted}{self._tail(subject)}"

    def _comparison(self, node: tree.Binary, operator: str) -> str:
        left, right = node.left, node.right
        if _closeness(left) < _closeness(right):
            operator, left, right = _MIRRORED[operator], right, left
        limit = right.value if isinstance(right, tree.Literal) else None
        if isinstance(left, tree.Call) and left.function == "size" and type(limit) is int:
            if (operator, limit) in _NOT_EMPTY:
                return self._empty(_measured(left))
            if (operator, limit) in _EMPTY:
                return self._not_empty(_measured(left))
        if isinstance(right, tree.ListLiteral) and not right.elements and operator in ("==", "!="):
            return self._not_empty(left) if operator == "==" else self._empty(left)
        if _is_age(left) and (days := self._of_days(left, operator, right)):
            return days
        if any(isinstance(side, tree.Logical) or _compares(side) for side in (left, right)):
            return f"{self.text(node)} does not hold{self._facts(node)}"
        called, wanted = self._called(left), self._wanted(right)
        if operator == "!=":
            if limit == "":
                return f"{called} is empty"
            same = self._found(right)
            if _constant(right) or same in ("", wanted):
                return f"{called} must not be {wanted}"
            return f"{called} must differ from {self._called(right)}; both are {same}"
        if operator == "==" and not _constant(right) and self._found(right) != wanted:
            return f"{called} must equal {wanted}{self._tail(left)}"
        times = any(isinstance(self._value(side), cel.Timestamp) for side in (left, right))
        word = (_TIME_WORDS if times else _WORDS)[operator]
        return f"{called} must {word} {wanted}{self._tail(left) or self._facts(left).replace(': ', '; ', 1)}"

    def _of_days(self, age: tree.Call, operator: str, limit: tree.Node) -> str:
        """What an age must be, as what the day must be; empty where there is no plain way to say it."""
        day = age.arguments[0]
        called = self._called(day)
        if _is_age(limit):
            other = limit.arguments[0]
            same = self._found_day(other)
            if not isinstance(other, tree.Literal):
                same = f"{self._called(other)} ({same})"
            return f"{called} must {_DAY_WORDS[operator]} {same}; found {self._found_day(day)}"
        value = self._value(limit) if not isinstance(limit, tree.Literal) else limit.value
        if type(value) is not int or operator in ("==", "!="):
            return ""
        found = f"; found {self._day(day)}"
        if value == 0:
            return f"{called} must {_OF_TODAY[operator]}{found}"
        if value < 0:
            return (
                f"{called} must {_WORDS[_MIRRORED[operator]]} {_counted(-value, 'day')} in the future{found}"
            )
        days = _counted(value, "day") if _constant(limit) else f"{self._wanted(limit)} days"
        return f"{called} must {_WORDS[operator]} {days} ago{found}"

    def _found_day(self, node: tree.Node) -> str:
        value = node.value if isinstance(node, tree.Literal) else self._value(node)
        return _bare(value) if isinstance(value, str) else shown(value)

    def _unfilled(self, argument: tree.Node) -> str:
        called = self._called(argument)
        value = self._value(argument)
        if value is cel.ABSENT:
            return f"{called} is absent"
        if isinstance(value, str) and visible(value) and placeholder(value):
            return f"{called} is still a placeholder: {_bare(value)}"
        if isinstance(value, list | dict) and value:
            return f"{called} holds nothing but blanks and placeholders: {shown(value)}"
        return f"{called} is empty"

    def _within(self, text: tree.Node, days: tree.Node, must: str) -> str:
        found = self._day(text)
        wanted = f"{self._called(text)} {must} be within the last {self._days(days)}"
        return f"{wanted}; found {found}" if found else wanted

    def _days(self, node: tree.Node) -> str:
        count = self._found(node) or self._called(node)
        return "day" if count == "1" else f"{count} days"

    def _day(self, node: tree.Node) -> str:
        """A day and how long ago it was."""
        found, value = self._found(node), self._value(node)
        context = self.fields.activation.get(language.CONTEXT)
        if not isinstance(value, str) or not isinstance(context, language.Context):
            return found
        day = language.day_of(value, context.zone)
        if day is None:
            return found
        ago = (context.today - day).days
        if ago == 0:
            return f"{_bare(value)}, today"
        when = f"{_counted(ago, 'day')} ago" if ago > 0 else f"{_counted(-ago, 'day')} in the future"
        return f"{_bare(value)}, {when}"

    def _facts(self, node: tree.Node) -> str:
        """`: a is 1, b is 2` of what was observed inside of a part."""
        facts = []
        for observation in self.reason.seen:
            part = self.fields.program.parts.get((observation.start, observation.end))
            if part is None or observation.absent or isinstance(part, tree.Call | tree.Binary):
                continue
            if node.start <= observation.start and observation.end <= node.end and (part is not node):
                facts.append(f"{self._called(part)} is {shown(observation.value)}")
        return f": {', '.join(facts)}" if facts else ""


_READERS = frozenset(
    {"date", "semver", "timestamp", "duration", "dyn", "int", "uint", "double", "string", "bool"}
)
"""Functions that read a value as something: what people speak of is the value itself."""
_OURS = frozenset({"params", "data", "now", "path", "is_new"})
"""Variables that hold what we judge with."""

_SUBJECTS = frozenset({"lookup", "related", "decision"})
"""Functions that find what is judged."""
_READING = _SUBJECTS | {"age", "within_last", "provenance"}
"""Functions whose result is not written in the rule, whatever their arguments are."""
_TEXT_TESTS = {"matches": "match", "startsWith": "start with", "endsWith": "end with", "contains": "contain"}
_WORDS = {
    "==": "be",
    "!=": "not be",
    "<": "be less than",
    "<=": "be at most",
    ">": "be more than",
    ">=": "be at least",
}
_TIME_WORDS = {
    **_WORDS,
    "<": "be before",
    "<=": "be no later than",
    ">": "be after",
    ">=": "be no earlier than",
}
_DAY_WORDS = {
    "==": "be the same day as",
    "!=": "be another day than",
    "<": "be after",
    "<=": "be no earlier than",
    ">": "be before",
    ">=": "be no later than",
}
"""Of a day whose age is compared with the age of another: the greater the age, the earlier the day."""
_OF_TODAY = {
    "<": "be in the future",
    "<=": "not be in the past",
    ">": "be in the past",
    ">=": "not be in the future",
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NOT_EMPTY = {(">", 0), ("!=", 0), (">=", 1)}
_EMPTY = {("==", 0), ("<", 1), ("<=", 0)}


def _measured(call: tree.Call) -> tree.Node:
    """`x` of `size(x)`, `x.size()` or `x.matches(y)`."""
    return call.target or call.arguments[0]


def _is_age(node: tree.Node) -> TypeGuard[tree.Call]:
    return isinstance(node, tree.Call) and node.function == "age"


def _compares(node: tree.Node) -> bool:
    """Whether a part is a comparison itself."""
    return isinstance(node, tree.Binary) and node.operator in (*_WORDS, "in")


def _constant(node: tree.Node) -> bool:
    """Whether a part gives the same whatever is judged."""
    return not any(
        isinstance(below, tree.Variable) or (isinstance(below, tree.Call) and below.function in _READING)
        for below in tree.walk(node)
    )


def _closeness(node: tree.Node) -> int:
    """How much a part is about what is judged: 2, or 1: about what we judge with, or 0: a constant."""
    names = {below.name for below in tree.walk(node) if isinstance(below, tree.Variable)}
    if any(isinstance(below, tree.Call) and below.function in _READING for below in tree.walk(node)):
        return 2
    return 2 if names - _OURS else 1 if names else 0


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(value: object) -> str:
    """A value as a sentence shows it; texts are quoted."""
    if isinstance(value, cel.Duration):
        return _length(value.nanoseconds // 1_000_000_000)
    return cel.format_value(value, MOST_VALUE)


def _bare(value: str) -> str:
    """A text without quotes, where it can do without."""
    text = value.strip()
    return text if text.isprintable() and 0 < len(text) <= MOST_VALUE else shown(value)


def _length(seconds: int) -> str:
    """A length of time in its two largest units: `8 days`, `1 day 6 hours`."""
    sign, seconds = ("minus " if seconds < 0 else ""), abs(seconds)
    parts: list[str] = []
    for noun, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(_counted(count, noun) if count else "")
    return sign + (" ".join(part for part in parts[:2] if part) or "0 seconds")

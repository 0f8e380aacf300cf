"""What can go wrong, before and while an expression runs.

Records of this package are named tuples: frozen and typed like the dataclasses elsewhere, at a
fraction of the import time, which every start of the command pays.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Level: TypeAlias = Literal["error", "warning"]
Kind: TypeAlias = Literal["missing", "unreadable", "error", "limit"]
"""`missing`: a field or element is not there. `unreadable`: a function could not read its argument.
`limit`: the work exceeded the budget. `error`: every other fault."""


class Issue(NamedTuple):
    """A defect of an expression, found before it runs."""

    start: int
    """Offset in characters of the first one concerned."""
    end: int
    """Offset one past the last."""
    message: str
    hint: str = ""
    """What to write instead; may be empty."""
    level: Level = "error"


class CompileError(Exception):
    """An expression that cannot be used; `issues` holds at least one of level `error`."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__("; ".join(issue.message for issue in issues))
        self.issues = issues


class EvaluationError(Exception):
    """An evaluation without a value. `start` and `end` are offsets of the part that failed.

    `hint` says what to do about it, and may be empty."""

    def __init__(self, kind: Kind, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.hint = hint
        self.message = message
        self.start = start
        self.end = end

    def bare(self) -> EvaluationError:
        """Itself, without the frames that it came through: they hold what was evaluated, and it them."""
        self.__traceback__ = self.__context__ = None
        return self


class FunctionError(Exception):
    """Raised by the implementation of a function; the call's position is added by the evaluation.

    `unreadable` says that the argument was there and could not be read as what it should be, such
    as a text that is no date; `hint` what to do about it.
    """

    def __init__(self, message: str, unreadable: bool = False, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.unreadable = unreadable


class BudgetError(Exception):
    """The work of an evaluation exceeds its budget; becomes an `EvaluationError` of kind `limit`."""

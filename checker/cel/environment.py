"""What an expression may name, and what comes out of compiling one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .checker import FIRST_SLOT, Checked, check
from .compiler import UNSET, Compiler
from .errors import BudgetError, CompileError, EvaluationError, Issue
from .functions import Function, define
from .macros import Closure
from .parser import parse
from .tree import Field, Index, Literal, Node, children, walk
from .types import DYN, Type
from .values import Frame

if TYPE_CHECKING:
    from .explain import Explanation

BUDGET = 1_000_000
"""Steps of one evaluation: an element looked at or built is a step, and so are 16 characters built
or 64 read."""


class Reference(NamedTuple):
    """A chain of fields and literal indexes off a global variable."""

    root: str
    path: tuple[str | int, ...]
    start: int
    end: int


class Environment:
    """The variables and functions that expressions may use; expressions compiled in it are independent."""

    def __init__(
        self,
        variables: Mapping[str, Type],
        functions: Sequence[Function] = (),
        *,
        absent_has: bool = False,
        budget: int = BUDGET,
        container: str = "",
    ) -> None:
        """`absent_has`: `has(a.b.c)` is false when any part is absent. `container`: what names are in."""
        self.variables = dict(variables)
        self.functions = define(functions)
        self.absent_has = absent_has
        self.budget = budget
        self.container = container

    def compile(self, text: str, *, check_types: bool = True) -> Program:
        """Parse and check. Raises CompileError with all issues found, warnings included.

        Without `check_types`, unknown names and wrong types are warnings, and errors only when met.
        """
        tree = parse(text)
        checked = check(tree, self.variables, self.functions, self.container)
        issues = tuple(sorted(checked.issues))
        if not check_types:
            issues = tuple(issue._replace(level="warning") for issue in issues)
        if any(issue.level == "error" for issue in issues):
            raise CompileError(issues)
        return Program(self, text, tree, checked, issues)


class Program:
    """A compiled expression. Immutable to its users, and safe to share between threads."""

    def __init__(
        self, environment: Environment, text: str, tree: Node, checked: Checked, issues: tuple[Issue, ...]
    ) -> None:
        self.text = text
        self.tree = tree
        self.issues = issues
        """Warnings only."""
        self.result_type = checked.types[id(tree)]
        self.variables = frozenset(checked.globals)
        """Names of the variables that are read."""
        self.checked = checked
        self.budget = environment.budget
        self.compiler = Compiler(text, checked, environment.absent_has)
        self._names = tuple(checked.globals)
        self._locals = [None] * checked.locals
        self._run: Closure | None = None

    def type_of(self, node: Node) -> Type:
        """The type of a node of `tree`; DYN for what is no value of its own, as `sets` in `sets.contains`."""
        return self.checked.types.get(id(node), DYN)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of `tree`, parents first."""
        return tuple(walk(self.tree))

    @cached_property
    def parts(self) -> Mapping[tuple[int, int], Node]:
        """The nodes of `tree` by start and end; the innermost where several stand at one place."""
        return {(node.start, node.end): node for node in self.nodes}

    @cached_property
    def parents(self) -> Mapping[int, Node]:
        """By the `id` of a node of `tree`, the one that it stands directly below."""
        return {id(child): node for node in self.nodes for child in children(node)}

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every longest chain of fields off a variable, in the order they are written."""
        found: list[Reference] = []
        self._refer(self.tree, found)
        return tuple(found)

    def _refer(self, node: Node, found: list[Reference]) -> None:
        reference = self._reference(node)
        if reference is not None:
            found.append(reference)
            return
        for child in children(node):
            self._refer(child, found)

    def _reference(self, node: Node) -> Reference | None:
        path: list[str | int] = []
        start, end = node.start, node.end
        while id(node) not in self.checked.slots:
            if isinstance(node, Field):
                path.append(node.name)
            elif isinstance(node, Index) and isinstance(node.key, Literal):
                key = node.key.value
                if not isinstance(key, str | int) or isinstance(key, bool):
                    return None
                path.append(key)
            else:
                return None
            node = node.operand
        slot = self.checked.slots[id(node)]
        if slot < 0:
            return None
        return Reference(self._names[slot - FIRST_SLOT], tuple(reversed(path)), start, end)

    def frame(self, activation: Mapping[str, object]) -> Frame:
        """A fresh state for one evaluation."""
        frame: Frame = [self.budget, activation]
        for name in self._names:
            frame.append(activation.get(name, UNSET))
        return frame + self._locals

    def evaluate(self, activation: Mapping[str, object]) -> object:
        """The value for these variables. Raises EvaluationError, and nothing else."""
        run = self._run
        if run is None:
            run = self._run = self.compiler.closure(self.tree)
        try:
            return run(self.frame(activation))
        except EvaluationError as error:
            raise error.bare() from None
        except (BudgetError, RecursionError, MemoryError):
            raise self.exhausted() from None

    def exhausted(self) -> EvaluationError:
        """The error of an evaluation that ran out of its budget."""
        message = f"the expression needs more work than its budget of {self.budget:,} steps"
        return EvaluationError("limit", message, 0, len(self.text))

    def explain(self, activation: Mapping[str, object]) -> Explanation:
        """What `evaluate` gives, and the parts that decided it when that is not true."""
        from .explain import explain  # noqa: PLC0415 - most runs have nothing to explain at first

        return explain(self, activation)

"""The types that every floor of the house shares: frozen, slotted, standard library only.

Lines and columns are 1-based and count characters; an end is exclusive (one past the last
character), as in SARIF.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

Outcome = Literal["pass", "fail", "not-applicable", "error"]
Enforcement = Literal["mandatory", "advisory", "upcoming"]
Severity = Literal["critical", "high", "medium", "low"]
Verdict = Literal["go", "conditional", "no-go", "undecided"]
Path = tuple[str | int, ...]
"""Where a value stands inside a document: keys and 0-based list indexes from the root."""

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
OUTCOMES: tuple[Outcome, ...] = ("pass", "fail", "not-applicable", "error")


class Span(NamedTuple):
    """A stretch of a text."""

    line: int
    column: int
    end_line: int
    end_column: int


class Location:
    """A place in a file. Equal to another of the same path and span.

    Most results pass and nobody asks where they stand, so the span may be given as a function that finds it.
    """

    __slots__ = ("_span", "path")

    def __init__(self, path: str, span: Span | Callable[[], Span | None] | None = None) -> None:
        """`path` is relative to the workspace, with forward slashes."""
        self.path = path
        self._span = span

    @property
    def span(self) -> Span | None:
        """None: the file as a whole (it could not be read, or it has no lines)."""
        span = self._span
        if span is not None and not isinstance(span, Span):
            span = self._span = span()
        return span

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Location) and self.path == other.path and self.span == other.span

    def __hash__(self) -> int:
        return hash((self.path, self.span))

    def __repr__(self) -> str:
        return f"Location(path={self.path!r}, span={self.span!r})"


class Fault(NamedTuple):
    """A defect of one document, found before anyone knows whether it judges or is judged."""

    code: str
    """Stable, kebab-case: `duplicate-key`, `yaml-syntax`, `too-deep`, …"""
    message: str
    """One sentence for a person, without position."""
    span: Span | None = None
    hint: str = ""
    """What to do about it; may be empty."""


class Excerpt(NamedTuple):
    """The lines of a source that a reader needs to see beside a message."""

    first_line: int
    lines: tuple[str, ...]


class Diagnostic(NamedTuple):
    """A defect in what we judge with: a policy, a gate, the configuration, the command line."""

    code: str
    message: str
    location: Location | None = None
    hint: str = ""
    level: Literal["error", "warning"] = "error"
    """An error ends with exit code 2; a warning is only shown."""
    excerpt: Excerpt | None = None


class Evidence(NamedTuple):
    """Provenance of something that was read."""

    locator: str
    """A path in the workspace, or an address."""
    digest: str
    """`sha256:` and 64 hexadecimal digits of the bytes read; empty where nothing could be read."""
    collector: str
    """What read it: `files`, `git`, `jira`, …"""
    collected_at: datetime | None = None
    """None for files of the workspace: the digest says which version was read."""


class SubjectRef(NamedTuple):
    """Names the thing that was checked."""

    kind: str
    id: str
    path: str
    product: str = ""
    """The id of its product, or empty."""


class Seen(NamedTuple):
    """A value that decided an outcome."""

    expression: str
    """The part of the assertion that was read, as written: `subject.tier`."""
    value: str
    """The value as a person would write it; `absent` for a field that is not there."""
    location: Location | None = None
    """Where the value stands (or would stand: its nearest present ancestor)."""


class Reason(NamedTuple):
    """Why a check did not pass: one part of the assertion, and what it saw."""

    text: str
    """One sentence for a person."""
    expression: str
    """The part of the assertion, as written; empty for a schema fault."""
    seen: tuple[Seen, ...] = ()


class Waived(NamedTuple):
    """Who accepted a failure, and until when."""

    id: str
    owner: str
    reason: str
    expires: str
    """The last day it holds, `YYYY-MM-DD`."""


class Result(NamedTuple):
    """The record of one check; passes are recorded too."""

    rule: str
    policy: str
    subject: SubjectRef
    outcome: Outcome
    severity: Severity
    enforcement: Enforcement
    message: str
    location: Location
    evidence: tuple[Evidence, ...]
    key: str = ""
    """The element of a rule with `each`; empty for others."""
    fix: str = ""
    reasons: tuple[Reason, ...] = ()
    waived: Waived | None = None
    gate: str = ""
    """The gate whose binding set the enforcement; empty where no gate binds the rule."""
    excerpt: Excerpt | None = None
    """Only for what did not pass."""


class RuleInfo(NamedTuple):
    """What a report says of a rule that was applied."""

    id: str
    title: str
    policy: str
    policy_version: str
    pack: str
    severity: Severity
    kind: str
    controls: tuple[str, ...] = ()
    fix: str = ""
    description: str = ""
    location: Location | None = None
    """Where the rule is written."""


class Report(NamedTuple):
    """Results, verdict and the inputs they rest on: all that a renderer may know."""

    tool_version: str
    workspace: str
    """The workspace's name."""
    as_of: datetime
    """Timezone-aware; the only clock."""
    verdict: Verdict
    results: tuple[Result, ...]
    """In the order of path, place of the subject in its file, rule, and place of the element."""
    rules: tuple[RuleInfo, ...]
    """Every rule that has a result, sorted by id."""
    diagnostics: tuple[Diagnostic, ...]
    inputs: tuple[Evidence, ...]
    """Every file read, artifacts and judging files alike, sorted by locator."""
    exit_code: int
    next_step: str = ""
    """The one command or action that helps most now."""
    asked: tuple[str, ...] = ()
    """What the command line limited or overrode: `rule launch.*`, `path launches`, `param launch.days`;
    empty: everything was judged as it is written."""

"""The types that every floor of the house shares: frozen, slotted, standard library only.

Lines and columns are 1-based and count characters; an end is exclusive (one past the last
character), as in SARIF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

Outcome = Literal["pass", "fail", "not-applicable", "error"]
Enforcement = Literal["mandatory", "advisory", "upcoming"]
Severity = Literal["critical", "high", "medium", "low"]
Verdict = Literal["go", "conditional", "no-go", "undecided"]
Assurance = Literal["asserted", "host-verified", "signed"]
"""How we know who approved: typed text, an approval that a code host or tracker recorded, a signature."""
Age = Literal["", "new", "existing"]
FailOn = Literal["new", "all"]
Choice = Literal["proceed", "proceed-with-conditions", "hold", "recycle", "stop"]
"""What people decide at a gate."""
PROCEEDING: frozenset[Choice] = frozenset({"proceed", "proceed-with-conditions"})
"""The choices that let a subject pass."""
Basis = Literal["normal", "overrule", "emergency"]
"""On what grounds they decide; other than the normal one: against the verdict."""
Path = tuple[str | int, ...]
"""Where a value stands inside a document: keys and 0-based list indexes from the root."""
FLOOR = "floor:"
"""Begins the paths of the files of an organisation's floor, which are the same wherever that lies."""
SHIPPED = "gonogo:"
"""Begins the paths of the files that travel with gonogo."""
ELSEWHERE = (FLOOR, SHIPPED)
"""Begin the paths of files that lie in another place than the workspace."""

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
OUTCOMES: tuple[Outcome, ...] = ("pass", "fail", "not-applicable", "error")
ASSURANCES: tuple[Assurance, ...] = ("asserted", "host-verified", "signed")
"""From the weakest to the strongest; `asserted` never satisfies what is mandatory."""


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
    edit: Edit | None = None
    """What would mend it, where that is mechanical."""


class Excerpt(NamedTuple):
    """The lines of a source that a reader needs to see beside a message."""

    first_line: int
    lines: tuple[str, ...]


class Files(Protocol):
    """A folder and what lies below it: on the disk, in a commit, or wherever a door leads."""

    def find(self, pattern: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """The files that fit a pattern, sorted by path, each with what the pattern captured."""

    def find_all(self, patterns: Iterable[str]) -> Mapping[str, Sequence[tuple[str, Mapping[str, str]]]]:
        """The same for several patterns, in one walk."""

    def read(self, path: str) -> bytes | Fault:
        """The bytes of a file, or why there are none."""


class Open(Protocol):
    """Opens the door to a folder."""

    def __call__(self, folder: str, /) -> Files:
        """The files below `folder`."""


class Diagnostic(NamedTuple):
    """A defect in what we judge with: a policy, a gate, the configuration, the command line."""

    code: str
    message: str
    location: Location | None = None
    hint: str = ""
    level: Literal["error", "warning"] = "error"
    """An error ends with exit code 2; a warning is only shown."""
    excerpt: Excerpt | None = None
    age: Age = ""
    """Held against a base: whether the same was said of that; empty where nothing was compared."""

    @property
    def is_old(self) -> bool:
        """Whether it is no news to who makes a change; an error is in its way, however old it is."""
        return self.age == "existing" and self.level == "warning"


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
    digest: str = ""
    """Where `value` does not say all: of the whole value if it is cut, and inside a loop of all that the loop
    ran over; empty otherwise."""


class Reason(NamedTuple):
    """Why a check did not pass: one part of the assertion, and what it saw."""

    text: str
    """One sentence for a person."""
    expression: str
    """The part of the assertion, as written; empty for a schema fault."""
    seen: tuple[Seen, ...] = ()


class Edit(NamedTuple):
    """A mechanical mend of one value."""

    span: Span
    """What is replaced, in the file of the result's location: on one line; empty where something is added."""
    text: str
    """What is put there."""
    whole_line: str = ""
    """The line that it is on, as it stands and without its end; empty where it is too long to quote."""


class Waived(NamedTuple):
    """Who accepted a failure, and until when."""

    id: str
    owner: str
    reason: str
    expires: str
    """The last day it holds, `YYYY-MM-DD`."""


Check = tuple[str, str, str, str, tuple[str, ...]]
"""What names a check: its rule, kind and id of its subject, the element and the markets, as in `Result`."""


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
    """The gate whose binding set the enforcement; empty where no gate binds the rule, or it waits
    for its day alone."""
    excerpt: Excerpt | None = None
    """Only for what did not pass."""
    markets: tuple[str, ...] = ()
    """The markets that it is about; empty: all of them."""
    owner: str = ""
    """Who can mend it, in a gate review; empty where nobody is known, and for what passed."""
    age: Age = ""
    """Held against a base, of what did not pass: whether it came with the change; empty otherwise."""
    anchor: Location | None = None
    """The changed line that made it fail, where that is not `location`; None: there is none, or no base."""
    edit: Edit | None = None
    """What would mend it, where that is mechanical."""
    altered: str = ""
    """What was there before the change, and is wrong in another way since: what it saw, and sees now, for a
    person; empty for all else."""
    value: str = ""
    """Of a finding about an element that only its place names: the digest of the element; empty otherwise."""

    @property
    def check(self) -> Check:
        """Which check it is the record of, here and in another run."""
        return self.rule, self.subject.kind, self.subject.id, self.key, self.markets

    @property
    def is_finding(self) -> bool:
        """Whether a reader must see it: it failed, or could not be decided."""
        return self.outcome in ("fail", "error")

    @property
    def blocks(self) -> bool:
        """Whether it is in the way of a go: a mandatory finding that nobody waived, however old it is."""
        return self.enforcement == "mandatory" and self.is_finding and self.waived is None

    def counts(self, fail_on: FailOn) -> bool:
        """Whether a verdict takes notice of it: with `new` not of what was there before the change."""
        return fail_on == "all" or self.age != "existing"


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


class Approval(NamedTuple):
    """How we know that somebody approved something."""

    person: str
    """As it is written."""
    assurance: Assurance
    at: datetime | None = None
    """Timezone-aware: the host's time where a host recorded it, the person's own word otherwise."""
    note: str = ""
    """What vouches for it (a key, an address), or why it is only asserted; one sentence, or empty."""
    name: str = ""
    """The name that the register of people prints for the person; empty: they are not in it."""


Approve = Callable[[str, str, datetime | None], Approval]
"""How we know that a person approved the file at a path, by the time that they state."""

WaiverStatus = Literal[
    "active",
    "expired",
    "not-yet-valid",
    "unapproved",
    "too-broad",
    "changed",
    "renewed-too-often",
    "not-waivable",
    "unused",
]


class WaiverState(NamedTuple):
    """What became of one waiver: only an `active` one keeps failures from blocking."""

    id: str
    rule: str
    subject: str
    """An id, or a pattern with `*`."""
    type: Literal["exception", "baseline", "switched-off"]
    status: WaiverStatus
    owner: str
    approval: Approval
    expires: str
    """The last day it holds, `YYYY-MM-DD`."""
    days_left: int
    """Whole days until the end of that day; negative when it is over."""
    covers: int
    """How many failures it waives."""
    message: str
    """One sentence: why it has that status, and what to do."""
    location: Location | None = None


class SignOffState(NamedTuple):
    """What became of one sign-off that a gate asks for."""

    role: str
    status: Literal["present", "missing", "void", "not-needed"]
    launch: str
    """The id of the launch, or of the product where there is none."""
    market: str
    """Empty: for all markets."""
    approval: Approval | None
    """None where nobody signed."""
    reasons: tuple[str, ...] = ()
    """Why it is void, one sentence each."""
    expires: str = ""
    """The last day on which it counts, `YYYY-MM-DD`; empty: no limit."""
    advisory: bool = False
    id: str = ""
    """Of the sign-off; empty where nobody signed."""
    location: Location | None = None
    meaning: str = ""
    """What the signature says: `approval`, `review` or `responsibility`; empty where nobody signed."""


class ConditionState(NamedTuple):
    """A condition under which a gate was passed."""

    id: str
    condition: str
    owner: str
    ticket: str
    due_on: str
    """`YYYY-MM-DD`."""
    status: Literal["met", "open", "overdue"]


class DecisionState(NamedTuple):
    """What people decided at the gate."""

    id: str
    decision: Choice
    basis: Basis
    launch: str
    """The id of the launch, or of the product where there is none."""
    market: str
    """Empty: for all markets."""
    approval: Approval
    role: str
    reason: str
    conditions: tuple[ConditionState, ...]
    stands: bool
    """False: it no longer opens the gate (a condition is overdue, an approval afterwards is late, …)."""
    message: str
    """One sentence: whether it stands, and why not."""
    afterwards: Literal["", "awaited", "given", "late"] = ""
    """Of an overrule or emergency that could stand: how it is with the approval by somebody else."""
    approve_by: str = ""
    """The last day of that approval, `YYYY-MM-DD`; empty: none is needed."""
    replaced: bool = False
    """A later decision stands in its place."""
    entry: str = ""
    """The id of its entry in the ledger."""
    evidence: Evidence | None = None
    """The file of that entry."""


class ScopeVerdict(NamedTuple):
    """The verdict for one launch in one market."""

    launch: str
    """Empty: the product has no launch at this gate."""
    market: str
    """Empty: no market is named."""
    verdict: Verdict


class Foreseen(NamedTuple):
    """Something that changes by the day of a forecast if nobody does anything."""

    on: str
    """`YYYY-MM-DD`; the day of the forecast where the day itself is not known."""
    what: Literal["fails", "waiver-expires", "sign-off-expires", "in-force", "condition-due"]
    subject: str
    message: str


class Review(NamedTuple):
    """What a gate review has on the table, besides the results."""

    gate: str
    title: str
    product: str
    stage: str
    """The stage that the product is in; empty where it states none."""
    leads_to: str
    """The stage that the gate opens; empty where it names none."""
    scopes: tuple[ScopeVerdict, ...]
    sign_offs: tuple[SignOffState, ...]
    decisions: tuple[DecisionState, ...]
    """Newest first."""
    next_gate: str
    """The gate after this one, whose failures are the `upcoming` results; empty: there is none."""
    opened: str = ""
    """What the review was opened with, for a person; empty: it was not opened."""
    forecast_to: str = ""
    """`YYYY-MM-DD`; empty: no forecast was asked for."""
    foreseen: tuple[Foreseen, ...] = ()


class Origin(NamedTuple):
    """Which state of the files was judged, and by which clock."""

    commit: str
    """Empty: no commit holds exactly what was read."""
    clock: Literal["now", "as-of", "clock", "forecast"]
    """Only a report of `now` can satisfy a gate."""
    note: str = ""
    """For a person: what was read, and whose word its date is."""
    prefix: str = ""
    """The path of the workspace below the root of its repository, `governance/`; empty: it is the root."""


class Outside(NamedTuple):
    """What the command line gave to a run besides the workspace; whoever repeats the run gives it again."""

    repository: str = ""
    """The `owner/name` that it was told; empty: nobody said."""
    policies: bool = False
    """Whether the configuration of another folder judged."""
    floor: bool = False
    """Whether the folder of a floor was named."""
    floor_digest: str = ""
    """What that floor had to be; empty: whatever was there."""


class StageChange(NamedTuple):
    """A product that a change moves to another stage."""

    product: str
    old_stage: str
    """Empty: it was in none."""
    stage: str
    """Empty: it is in none any more."""
    gates: tuple[str, ...]
    """The gates that it passes, along the lifecycle; empty: it passes none, or goes back."""
    location: Location | None
    """Where the new stage stands."""
    back: bool = False
    """The new stage comes before the old one."""


class Flip(NamedTuple):
    """What becomes of a check once the policies that the change brings judge."""

    blocks: bool
    """It blocks then, and does not yet; otherwise it is announced, or the other way round."""
    result: Result
    """As the side that blocks says it."""

    @property
    def is_announced(self) -> bool:
        """Whether it fails then, blocks nothing yet, and will some day."""
        return not self.blocks and self.result.enforcement == "upcoming"


class Hunk(NamedTuple):
    """A run of lines that a change replaced in a file; lines count from 1."""

    old_start: int
    """The first line that was replaced; where none was, the line before."""
    old_lines: int
    start: int
    """The first line that took their place; where none did, the line before."""
    lines: int


class ChangedFile(NamedTuple):
    """A file that a change touches."""

    path: str
    """Relative to the workspace."""
    old_path: str
    """What it was renamed from; empty: it was not."""
    lines: tuple[tuple[int, int], ...]
    """The first and last line of each run of lines that are new in it, from 1."""


class Comparison(NamedTuple):
    """A change: what it is held against, and what it does besides its results."""

    base: str
    """The id of the commit that it is compared with: where it left the base branch."""
    head: str
    """The id of the commit that is judged."""
    judge: str
    """The id of the commit whose configuration, policies, gates and waivers judge; empty: a folder does."""
    fail_on: FailOn
    """Which failures block: those that the change brings, or all."""
    fixed: tuple[Result, ...]
    """What blocked at the base, or was waived there, and fails no longer, as it was there."""
    stages: tuple[StageChange, ...]
    """Sorted by product."""
    judging: tuple[str, ...]
    """The files the change touches that judge, once it is merged; sorted paths."""
    flips: tuple[Flip, ...]
    """What the touched judging files would make of the same artifacts; in the order of results."""
    files: tuple[ChangedFile, ...]
    """Every file of the workspace that the change touches, sorted by path."""


class Standing(NamedTuple):
    """One cell of the portfolio: how a product stands at a gate."""

    product: str
    name: str
    stage: str
    gate: str
    verdict: Verdict
    passed: bool
    """The product's stage is behind the gate already."""
    failed: int
    undecided: int
    waived: int
    missing: tuple[str, ...]
    """Roles whose sign-off is missing or void."""
    blockers: tuple[Result, ...]
    """What blocks, the most severe first."""


class Portfolio(NamedTuple):
    """Products × gates."""

    workspace: str
    as_of: datetime
    standings: tuple[Standing, ...]
    """By stage, then product, then gate along the lifecycle."""
    overruled: int
    """Decisions to proceed against a verdict, over all products."""
    diagnostics: tuple[Diagnostic, ...]
    exit_code: int
    origin: Origin | None = None
    outside: Outside | None = None
    """As in a report."""


class Turn(NamedTuple):
    """Something that one commit changed: the stage of a product, or the verdict about it."""

    commit: str
    committed: datetime
    """What the committer states, in the workspace's time zone."""
    title: str
    """The first line of the commit's message."""
    product: str
    old_stage: str
    """Empty: the product was new, or stated none."""
    stage: str
    gate: str
    """The gate that the change of stage passes, or that is asked about; empty: no gate leads there."""
    was: Verdict | None
    """The verdict before; None: there was none, or nobody asked."""
    verdict: Verdict
    """As a review at the gate would have said on the commit's files."""
    blockers: tuple[Result, ...]
    """What blocks, the most severe first."""


class History(NamedTuple):
    """What commits changed, each held against the one before it."""

    workspace: str
    as_of: datetime
    commits: int
    """How many were held against their base."""
    turns: tuple[Turn, ...]
    """The oldest first."""
    diagnostics: tuple[Diagnostic, ...]
    exit_code: int


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
    waivers: tuple[WaiverState, ...] = ()
    """Every waiver of the register, sorted by id."""
    without_waivers: Verdict | None = None
    """What the verdict would be without any waiver; None where there is no waiver."""
    overruled: int = 0
    """Decisions to proceed against a verdict (overrule, emergency) that are recorded for what was judged."""
    origin: Origin | None = None
    """None: not known, since the workspace is in no repository."""
    review: Review | None = None
    """Only in the report of a gate review."""
    comparison: Comparison | None = None
    """Only in the report of a change that is held against its base."""
    neutral: str = ""
    """Why nothing had to be judged, one sentence: exit code 0 without a verdict; empty everywhere else."""
    outside: Outside | None = None
    """None: the workspace is all that was given."""

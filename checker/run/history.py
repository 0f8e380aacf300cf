"""The history of gates: each commit of a line held against the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from checker import judge, plan, shipped
from checker.backends.records import Olds
from checker.model import Diagnostic, Fault, Files, History, Report, Turn, Verdict
from checker.policy import moment, workspaces
from checker.policy.gates import Gate
from checker.policy.workspace import Workspace
from checker.render.identity import abbreviated
from checker.review import assembly, moving, renaming
from checker.review.comparing import blocking
from checker.review.lines import Lines
from checker.run import doors as doors_
from checker.run import reviewing
from checker.run.checking import Loaded, Request, conclude, evaluate, gather, judging
from checker.run.doors import Doors
from checker.snapshot import Key, Snapshot
from checker.sources.files import Memo
from checker.transports import patterns
from checker.transports.git import Commit, Repository
from checker.transports.listening import Listening, Question, ask


class Asked(NamedTuple):
    """What a history is about."""

    gate: str
    """The gate; empty: every gate that a change of stage passes."""
    subject: str
    """A product or launch whose verdict at the gate is followed; empty: every change of a stage."""
    since: Callable[[tzinfo], datetime] | None = None
    """Commits of the day of this moment or later, once the time zone is known; None: from the first on."""
    until: Callable[[tzinfo], datetime] | None = None
    """Commits of this moment or earlier; None: up to the newest."""


def history(request: Request, asked: Asked) -> History:
    """What the commits of the current branch changed, as its gates would have seen it."""
    repository = doors_.history(request.folder)
    if isinstance(repository, Fault):
        return _failed(request, (doors_.diagnostic(repository),))
    commits = repository.commits(changes=True)
    if isinstance(commits, Fault):
        return _failed(request, (doors_.diagnostic(commits),))
    return _Replay(request, asked, repository).over(commits)


def _failed(request: Request, diagnostics: tuple[Diagnostic, ...]) -> History:
    return History("", request.as_of(UTC), 0, (), diagnostics, judge.USAGE)


class _State(NamedTuple):
    """A commit, with all that is judged in it."""

    commit: Commit
    loaded: Loaded


class _Replay:
    """Walks along a line of commits and keeps what did not change between them."""

    def __init__(self, request: Request, asked: Asked, repository: Repository) -> None:
        self.request, self.asked, self.repository = request, asked, repository
        self.memo = Memo()
        self.workspace: Workspace | None = None
        self.heard: list[_Heard] = []
        self.warnings: tuple[Diagnostic, ...] = ()
        self.unjudged: dict[Diagnostic, list[Commit]] = {}
        doors = doors_.present(request.folder, request.policies)
        zone = workspaces.zone(doors.open, doors.home)
        self.since = moment.start_of(asked.since(zone)) if asked.since else None
        self.until = asked.until(zone) if asked.until else None

    def over(self, commits: Sequence[Commit]) -> History:
        """The history of these commits, the oldest first; each counts that lies in the time asked for."""
        base: _State | None = None
        was: Report | None = None
        turns: list[Turn] = []
        held = 0
        wanted = [commit for commit in commits if self._is_wanted(commit)]
        before = commits[commits.index(wanted[0]) - 1] if wanted and commits[0] is not wanted[0] else None
        for commit in (before, *wanted):
            if commit is None:
                continue
            head = self._state(commit, base)
            if commit is not before:
                held += 1
                if head and self.asked.subject:
                    was, turn = self._verdict(head, was)
                    turns += turn
                elif head:
                    turns += self._stages(base, head)
            elif head and self.asked.subject:
                was, _ = self._verdict(head, None)
            base = head or base
        return self._history(held, turns)

    def _is_wanted(self, commit: Commit) -> bool:
        return (self.since is None or commit.committed >= self.since) and (
            self.until is None or commit.committed <= self.until
        )

    def _state(self, commit: Commit, base: _State | None) -> _State | None:
        """What a commit holds; None where it cannot be judged, which is told."""
        if base and not self._touches(commit):
            return _State(commit, base.loaded)
        doors = doors_.at(self.request.folder, self.repository, commit.id, self.request.policies)
        if self.workspace is None or self._touches_judging(commit):
            self.heard = []
            heard = doors._replace(open=lambda folder: self._listen(doors, folder))
            workspace, diagnostics = judging(self.request, heard)
            if workspace is None:
                for diagnostic in diagnostics[:1]:
                    self.unjudged.setdefault(diagnostic, []).append(commit)
                self.workspace = None
                return None
            if self.workspace is not None:
                self.memo = Memo()
            self.workspace, self.warnings = workspace, diagnostics
        request = self.request._replace(as_of=commit.committed.astimezone, clock="as-of")
        loaded = gather(request, doors, self.workspace, self.warnings, self.memo)
        return None if isinstance(loaded, Report) else _State(commit, loaded)

    def _listen(self, doors: Doors, folder: str) -> Files:
        elsewhere = folder != doors.home and not folder.startswith(shipped.POLICIES)
        heard = _Heard(doors.open(folder), elsewhere)
        self.heard.append(heard)
        return Listening(heard.answer)

    def _touches(self, commit: Commit) -> bool:
        """Whether a commit changes anything that is read."""
        return (
            self.workspace is None
            or self._touches_judging(commit)
            or any(_fits(self._artifacts, path) for path in _paths(commit))
        )

    @property
    def _artifacts(self) -> list[str]:
        assert self.workspace is not None, "asked where there is one"
        ledger = [f"{self.workspace.ledger}/**"] if self.workspace.ledger else []
        return [pattern for each in self.workspace.selections for pattern in each.patterns] + ledger

    def _touches_judging(self, commit: Commit) -> bool:
        """Whether a commit changes anything that was read, or would have been, to load what judges."""
        return any(each.touched(path) for path in _paths(commit) for each in self.heard)

    def _stages(self, base: _State | None, head: _State) -> Iterator[Turn]:
        """The changes of stages that a commit made, each at the gates that it passes."""
        if base is None or base.loaded is head.loaded:
            return
        was, now = base.loaded.snapshot, head.loaded.snapshot
        files = {change.path: Lines(change.old_path or change.path, ()) for change in head.commit.changes}
        renamed = renaming.find(was, now, files).subjects
        before, after = _stages(was), _stages(now)
        names = _names(was, now, renamed)
        before = {new: before[old] for new, old in names if old in before and old not in after} | before
        changed = [id for id in after if before.get(id, "") != after[id] and after[id]]
        if not changed:
            return
        olds = renaming.olds(was, renamed)
        for product in changed:
            old, new = before.get(product, ""), after[product]
            for gate in self._passed(head.loaded, product, old, new):
                if gate is None:
                    report = self._at_no_gate(head.loaded, product, olds)
                else:
                    report = reviewing.at_gate(self.request, head.loaded, gate, product, olds=olds)
                yield _turn(head, product, old, new, gate.id if gate else "", None, report)

    def _at_no_gate(self, loaded: Loaded, product: str, olds: Olds) -> Report:
        """A change that leads through no gate, such as a step back, held to what counts all the same."""
        loaded = loaded._replace(selector=loaded.selector._replace(products=(product,)))
        planned = plan.make(loaded.workspace, loaded.snapshot, loaded.as_of, loaded.selector)
        return conclude(self.request, loaded, evaluate(self.request, loaded, planned, olds), ())

    def _passed(self, loaded: Loaded, product: str, old: str, new: str) -> list[Gate | None]:
        """The gates that lie between two stages; None alone: the change leads through none."""
        wanted = [gate for gate in loaded.workspace.gates if self.asked.gate in ("", gate.id)]
        found = moving.passed(wanted, old, new)
        return [*found] if found or self.asked.gate else [None]

    def _verdict(self, head: _State, was: Report | None) -> tuple[Report | None, list[Turn]]:
        """The verdict at a commit, and the turn where it differs from the one before."""
        loaded, gates = head.loaded, {gate.id: gate for gate in head.loaded.workspace.gates}
        found = assembly.find(loaded.snapshot, self.asked.subject)
        gate = gates.get(self.asked.gate)
        if found is None or gate is None:
            return was, []
        report = reviewing.at_gate(self.request, loaded, gate, *found)
        if was and (was.verdict, blocking(was.results).keys()) == (
            report.verdict,
            blocking(report.results).keys(),
        ):
            return report, []
        stage = report.review.stage if report.review else ""
        turn = _turn(head, found[0], stage, stage, gate.id, was.verdict if was else None, report)
        return report, [turn]

    def _history(self, held: int, turns: list[Turn]) -> History:
        told = tuple(
            diagnostic._replace(
                message=f"{len(commits)} of the commits cannot be judged, the first is"
                f" {abbreviated(commits[0].id)}: {diagnostic.message}"
            )
            for diagnostic, commits in self.unjudged.items()
        )
        code = judge.PASS
        if self.workspace is None or not held:
            code = judge.USAGE if told else judge.NOTHING
        elif any(turn.verdict == "no-go" for turn in turns):
            code = judge.NO_GO
        elif told or any(turn.verdict == "undecided" for turn in turns):
            code = judge.UNDECIDED
        name = self.workspace.name if self.workspace else ""
        zone = self.workspace.zone if self.workspace else UTC
        return History(name, self.request.as_of(zone), held, tuple(turns), told, code)


class _Heard:
    """What was asked of a folder."""

    def __init__(self, files: Files, elsewhere: bool) -> None:
        """`elsewhere`: outside of the workspace's folder, so that its changes are not known."""
        self.files, self.elsewhere = files, elsewhere
        self.names: set[str] = set()

    def touched(self, path: str) -> bool:
        """Whether a change at this path may be a change of what was read, or found."""
        return self.elsewhere or path in self.names or _fits(self.names, path)

    def answer(self, question: Question) -> Any:
        """What the folder answers."""
        self.names.update(question[1:])
        return ask(self.files, question)


def _paths(commit: Commit) -> Iterator[str]:
    for change in commit.changes:
        yield change.path
        if change.old_path:
            yield change.old_path


def _fits(texts: Iterable[str], path: str) -> bool:
    return any(patterns.fits(text, path) for text in texts)


def _stages(snapshot: Snapshot) -> dict[str, str]:
    return {product: stage for product, (stage, _) in moving.stages(snapshot).items()}


def _names(was: Snapshot, now: Snapshot, renamed: Mapping[Key, Key]) -> Iterator[tuple[str, str]]:
    """The products that have another name now, each with the one that it had."""
    for key, old in renamed.items():
        here, there = now.find(*key), was.find(*old)
        if here and there and here.ref.product != there.ref.product:
            yield here.ref.product, there.ref.product


def _turn(
    head: _State, product: str, old: str, new: str, gate: str, was: Verdict | None, report: Report
) -> Turn:
    commit = head.commit
    blockers = blocking(report.results).values()
    return Turn(
        commit.id,
        commit.committed.astimezone(head.loaded.workspace.zone),
        commit.subject,
        product,
        old,
        new,
        gate,
        was,
        report.verdict,
        tuple(sorted(blockers, key=judge.urgency)),
    )

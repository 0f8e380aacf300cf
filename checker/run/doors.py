"""Which state of the files is read: as they are, or as they were at a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from checker import shipped
from checker.model import ELSEWHERE, FLOOR, Diagnostic, Fault, Files, Open, Origin
from checker.policy.loading import LOCK
from checker.policy.workspace import Workspace
from checker.render.identity import abbreviated
from checker.transports.disk import Disk

if TYPE_CHECKING:
    from checker.cache import Run
    from checker.sources.history import Provenance
    from checker.transports.git import Repository

Clock = Literal["now", "as-of", "clock", "forecast"]


class Doors(NamedTuple):
    """Through which the world comes in."""

    open: Open
    """Opens the folders of what judges."""
    home: str
    """The folder with the configuration."""
    files: Files
    """What is judged."""
    commit: str = ""
    """The commit that is read; empty: the files as they are."""
    note: str = ""
    """For a person: which commit it is, and whose word its date is."""
    prefix: str = ""
    """Where a commit is read: the path of the folder below the root of its repository, `governance/`."""


def present(folder: str, policies: str = "", heard: Run | None = None) -> Doors:
    """The files as they are; `policies`: the folder whose configuration judges them instead of their own.

    `heard` listens to what is asked of them; None: nobody does.
    """
    disk: Open = heard.open if heard else Disk
    return _doors(folder, policies, disk, disk(folder), disk)


def past(folder: str, moment: datetime, policies: str = "") -> Doors | Diagnostic:
    """The files as they were at a moment, by the commits of the current branch; or why that cannot be told.

    With `policies` the configuration there judges as it is today, which that folder alone decides.
    """
    repository = history(folder)
    if isinstance(repository, Fault):
        return diagnostic(repository)
    commit = repository.commit_at(moment)
    if isinstance(commit, Fault):
        return diagnostic(commit)
    found = at(folder, repository, commit.id, policies)
    note = (
        f"as it was at commit {abbreviated(commit.id)} of {commit.committed.isoformat(timespec='seconds')}, "
        "a date that its committer states"
    )
    return found._replace(note=note)


def committed(folder: str, commit: str, policies: str = "") -> Doors | Diagnostic:
    """The files as they are in a commit, or why they cannot be had."""
    repository = history(folder)
    if isinstance(repository, Fault):
        return diagnostic(repository)
    id = repository.resolve(commit)
    return diagnostic(id) if isinstance(id, Fault) else at(folder, repository, id, policies)


def history(folder: str) -> Repository | Fault:
    """The repository around a folder."""
    from checker.transports.git import Repository  # noqa: PLC0415 - only who asks for the past needs git

    found = Repository.find(folder)
    if found is None:
        hint = "Put it under version control, or state --clock DATE to judge the files as they are."
        return Fault(
            "no-history", f"{folder} is in no git repository, so nobody knows how it was.", hint=hint
        )
    return found


def provenance(folder: str, commit: str) -> Provenance | Fault:
    """Who wrote the files of a folder, as told by a commit: by the newest one where `commit` is empty."""
    from checker.sources.history import Provenance  # noqa: PLC0415 - most checks need no git
    from checker.transports.git import Repository  # noqa: PLC0415

    found = Repository.find(folder)
    if found is None:
        message = "The workspace is in no git repository, so nobody knows who wrote its files."
        return Fault("no-history", message, hint="Put it under version control, and commit.")
    return found if isinstance(found, Fault) else Provenance(found, commit or "HEAD")


def at(folder: str, repository: Repository, commit: str, policies: str = "") -> Doors:
    """The files as they are in a commit, given by its full id."""
    from checker.transports.revision import Revision  # noqa: PLC0415

    opened = Revision(repository, commit, (shipped.POLICIES,))
    doors = _doors(folder, policies, Disk if policies else opened, opened(folder))
    return doors._replace(commit=commit, prefix=repository.prefix)


def _doors(folder: str, policies: str, open: Open, judged: Files, disk: Open = Disk) -> Doors:
    if not policies:
        return Doors(open, folder, judged)
    from checker.transports.revision import Overlay  # noqa: PLC0415

    def laid_over(asked: str) -> Files:
        """The configuration's folder; what it names and does not hold is looked for in what is judged."""
        files = disk(asked)
        return Overlay(files, judged, LOCK) if asked == policies else files

    return Doors(laid_over, policies, judged)


def over(files: Files, workspace: Workspace) -> Files:
    """What is judged, with the files of the floor under it where there is one."""
    if workspace.floor is None:
        return files
    from checker.transports.mounted import Mounted  # noqa: PLC0415

    return Mounted(files, workspace.floor.files, FLOOR)


def identity(doors: Doors) -> Callable[[str], str | None]:
    """What is the same text for the same bytes at a path: git's name of them, where a commit is read."""
    from checker.transports.git_tree import Tree  # noqa: PLC0415 - only who reads several states asks

    return doors.files.blob if isinstance(doors.files, Tree) else lambda path: None


def origin(folder: str, doors: Doors, clock: Clock, read: Iterable[str]) -> Origin | None:
    """Which commit holds what was read; None where the folder is in no repository.

    `read` are the paths of everything that was read, relative to the folder.
    """
    if doors.commit:
        return Origin(doors.commit, clock, doors.note, doors.prefix)
    from checker.transports.git import Repository  # noqa: PLC0415

    repository = Repository.find(folder)
    head = repository.head() if repository and not isinstance(repository, Fault) else None
    if repository is None or isinstance(repository, Fault) or head is None:
        return None
    prefix = repository.prefix
    inside = sorted({path for path in read if not path.startswith((*ELSEWHERE, "../"))})
    other = repository.differing(inside, head, doors.files)
    if isinstance(other, Fault):
        return Origin("", clock, f"{other.message} {other.hint}".strip(), prefix)
    if other:
        note = f"{listed(other)} differ from commit {abbreviated(head)}: commit first, to replay this"
        return Origin("", clock, note, prefix)
    return Origin(head, clock, f"as it is at commit {abbreviated(head)}", prefix)


def listed(paths: Sequence[str]) -> str:
    """The first of some files, and how many more there are."""
    return f"{paths[0]} and {len(paths) - 1} more" if len(paths) > 1 else paths[0]


def diagnostic(fault: Fault) -> Diagnostic:
    """What a door says, as something that ends with exit code 2."""
    return Diagnostic(fault.code, fault.message, hint=fault.hint)

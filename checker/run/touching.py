"""What a change touches: its files, the links that lead to them, and what judges beside its workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.model import Fault
from checker.transports import patterns
from checker.transports.git import Change, Repository

Touched = Mapping[str, bool]
"""Paths in the workspace, each with whether what lies below it may be another thing, too: it is a link."""


def touched(
    repository: Repository, changes: Iterable[Change], base: str, head: str, beside: Iterable[str]
) -> Touched | Fault:
    """All that is another thing at the head than at the base.

    A link is where the file that it leads to changes, or the way there. `changes`: those in the workspace;
    `beside`: folders beside it, relative to it, in which to look as well.
    """
    found = dict(_paths(changes))
    places: dict[str, list[str]] = {}
    for folder in beside:
        prefix = repository.prefix_of(f"{repository.named}/{folder}")
        if prefix is not None:
            places.setdefault(prefix, []).append(folder)
    others = repository.changed(base, head, repository.root) if places else ()
    if isinstance(others, Fault):
        return others
    for path, is_link in _paths(others):
        parts = path.split("/")
        for depth in range(len(parts)):
            for folder in places.get("".join(f"{part}/" for part in parts[:depth]), ()):
                found["/".join((folder, *parts[depth:]))] = is_link
    tree = repository.tree(head)
    return tree if isinstance(tree, Fault) else {**tree.bent(found), **found}


def written(repository: Repository, base: str, head: str) -> Touched | Fault:
    """What some commit between two others changed, though all of it may be the same again at the end.

    Who wrote it is another thing then, which rules may ask for.
    """
    commits = repository.commits(base, first_parent=False, changes=True, ref=head)
    if isinstance(commits, Fault):
        return commits
    return {path: is_link for commit in commits for path, is_link in _paths(commit.changes)}


def fitting(touched: Touched, texts: Iterable[str]) -> Iterator[str]:
    """The paths that one of these patterns fits, or may fit below a link, sorted."""
    known = set(texts)
    for path, is_link in sorted(touched.items()):
        if any(patterns.fits(text, path) or (is_link and patterns.reaches(text, path)) for text in known):
            yield path


def _paths(changes: Iterable[Change]) -> Iterator[tuple[str, bool]]:
    for change in changes:
        for path in filter(None, (change.old_path, change.path)):
            yield path, change.is_link

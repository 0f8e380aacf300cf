"""Where a host shows a finding: in a file named from the root of its repository, on a line that it shows."""

from __future__ import annotations

import posixpath

from checker.model import ELSEWHERE, Location, Report, Result, Span

START = Span(1, 1, 1, 1)
"""Stands for a file as a whole, where a host needs a line."""
_WORKSPACE_FILE = "gonogo.yaml"
"""Stands for a place where a report has none: hosts drop or refuse what has no file."""
_OUTSIDE = ("../", "/")


def from_root(report: Report, location: Location) -> Location:
    """A place in a file of the workspace, its path taken from the root of the repository; no path stays none.

    What lies outside of the repository has no path: no host can show it.
    """
    if location.path.startswith(ELSEWHERE):
        return Location("", location.span)
    prefix = report.origin.prefix if report.origin else ""
    path = f"{prefix}{location.path}" if location.path else ""
    if ".." in path.split("/"):
        path = posixpath.normpath(path)
    path = "" if f"{path}/".startswith(_OUTSIDE) else path
    return Location(path, location.span) if path != location.path else location


def in_a_file(report: Report, location: Location) -> Location:
    """The same, always with a path: where there is none, the workspace's own file stands for it."""
    found = from_root(report, location)
    return found if found.path else from_root(report, Location(_WORKSPACE_FILE))


def shown(report: Report, result: Result) -> Location:
    """Where a result is annotated: on the changed line that made it fail, or else where it is."""
    return from_root(report, result.anchor or result.location)

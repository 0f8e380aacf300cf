"""Where a host shows a finding: in a file named from the root of its repository, on a line that it shows."""

from __future__ import annotations

from checker.model import Location, Report, Result


def from_root(report: Report, location: Location) -> Location:
    """A place in a file of the workspace, its path taken from the root of the repository; no path stays none."""
    prefix = report.origin.prefix if report.origin else ""
    return Location(f"{prefix}{location.path}", location.span) if prefix and location.path else location


def shown(report: Report, result: Result) -> Location:
    """Where a result is annotated: on the changed line that made it fail, or else where it is."""
    return from_root(report, result.anchor or result.location)

"""The pipeline: the only place that wires the edges of the house together.

`checking` is a check from doors to report, `reviewing` a gate review and the portfolio on the same path, and
`doors` says which state of the files is read: as they are, or as they were at a commit.
"""

from checker.run.checking import Request, check, collect, load
from checker.run.reviewing import portfolio, review

__all__ = ["Request", "check", "collect", "load", "portfolio", "review"]

"""The pipeline: the only place that wires the edges of the house together.

`checking` is a check from doors to report; `reviewing` is a gate review, and the portfolio, on the same path;
`comparing` checks both sides of a change; `history` and `verifying` do all of it again for other states of
the files. `doors` says which state is read: the files as they are, or as they were at a commit.
"""

from checker.run.checking import Request, check, collect, load

__all__ = ["Request", "check", "collect", "load"]

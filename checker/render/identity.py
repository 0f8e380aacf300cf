"""What names a report and its checks: the commit, and digests that no moved line or better word changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable
from json.encoder import encode_basestring_ascii

from checker.model import Report, Result
from checker.render.text import clip, one_line, paired

_COMMIT = re.compile(r"(?!0+$)(?:[0-9a-f]{40}|[0-9a-f]{64})")
_DIGITS = 12
_LONGEST_NAME = 180
"""Characters of a folder in the name of a check; hosts take some more."""


def is_commit(text: object) -> bool:
    """Whether a text is the whole id of a commit; zeros stand for none."""
    return isinstance(text, str) and _COMMIT.fullmatch(text) is not None


def commit(report: Report) -> str:
    """The commit that a report is about; empty: it names none."""
    origin, comparison = report.origin, report.comparison
    found = comparison.head if comparison else origin.commit if origin else ""
    return found if is_commit(found) else ""


def folder(report: Report) -> str:
    """The folder of the workspace below the root of its repository; empty: it is the root, or not known."""
    return report.origin.prefix.rstrip("/") if report.origin else ""


def name(report: Report) -> str:
    """What people call the part of a host that tells about the workspace: `gonogo FOLDER`, in one line.

    No two folders have one name: where the line is not the folder to the letter, its key follows.
    """
    whole = " ".join(filter(None, ("gonogo", folder(report))))
    line = clip(" ".join(one_line(whole).split()), _LONGEST_NAME)
    return line if line == whole else f"{line} ({folder_key(report)})"


def folder_key(report: Report) -> str:
    """A few digits that tell workspaces of one repository apart; empty for its root."""
    found = folder(report)
    return hashlib.sha256(_canonical(found)).hexdigest()[:_DIGITS] if found else ""


def abbreviated(commit: str) -> str:
    """As many digits of the id of a commit as a person needs; the JSON report has them all."""
    return commit[:_DIGITS]


def fingerprints(results: Iterable[Result]) -> list[str]:
    """One text per result that names the check from run to run, unique within the report.

    The first 32 hexadecimal digits of the SHA-256 of the JSON array `[rule, kind, id, key]` (ASCII, no
    spaces). A second result with those four gets `-2` behind it, and so on. Never the line or the
    message: a finding must not look new because text above it moved.
    """
    seen: dict[str, int] = {}
    found = []
    for result in results:
        name = _canonical(result.rule, result.subject.kind, result.subject.id, result.key)
        digest = hashlib.sha256(name).hexdigest()[:32]
        seen[digest] = times = seen.get(digest, 0) + 1
        found.append(digest if times == 1 else f"{digest}-{times}")
    return found


def by_result(results: Collection[Result]) -> Callable[[Result], str]:
    """The same as a function of the very results, for those that are shown in another order."""
    known = dict(zip(map(id, results), fingerprints(results), strict=True))
    return lambda result: known[id(result)]


def verdict_digest(report: Report) -> str:
    """`sha256:…` over what was decided, so that two reports can be compared at a glance.

    Covers verdict and, per result, `[rule, kind, id, key, outcome, enforcement, waiver id]` as JSON
    arrays, sorted, one a line; of a gate review also the gate, and `[launch, market, verdict]` of each scope.
    Wording and positions are not in it.
    """
    lines = [
        _canonical(
            result.rule,
            result.subject.kind,
            result.subject.id,
            result.key,
            result.outcome,
            result.enforcement,
            result.waived.id if result.waived else "",
        )
        for result in report.results
    ]
    head = [_canonical(report.verdict)]
    if review := report.review:
        head.append(_canonical(review.gate))
        lines += [_canonical(each.launch, each.market, each.verdict) for each in review.scopes]
    return "sha256:" + hashlib.sha256(b"\n".join([*head, *sorted(lines)])).hexdigest()


def _canonical(*parts: str) -> bytes:
    """As the JSON report holds them, so that whoever reads it comes to the same."""
    return paired(f"[{','.join(map(encode_basestring_ascii, parts))}]").encode("ascii")

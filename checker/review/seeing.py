"""What was seen where a rule failed: what a waiver accepts, and what tells one failure from another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker import canonical
from checker.model import Reason, Result

_CLOCK = re.compile(r"\b(?:now|age|within_last)\b")
"""What reads the clock in an expression."""


def bond(result: Result) -> tuple[str, str]:
    """The digest of what a waiver of a failure accepts, and the same for people.

    It is what decided; of an element that only its place names it is all of the element too, for another one
    may stand there next.
    """
    digest, shown = saw(result)
    return canonical.digest([digest, result.value]) if result.value else digest, shown


def saw(result: Result) -> tuple[str, str]:
    """The digest of what decided a failure, and the same for people.

    Each reason is bound to the values that stand in a file, sorted by expression, inside a loop with all that
    it ran over: what is computed from them, or from the clock, adds nothing. A reason without any (a subject
    that is not there, a list made by the expression) is bound to all its values and its sentence, as far as
    they do not read the clock. A failure without reasons, as of a kind's own rule, is bound to its message.
    """
    decided = sorted({each for reason in result.reasons for each in _decided(reason)})
    if not decided:
        return canonical.digest({"message": result.message}), result.message
    told = (f"{expression}: {value}" if value and expression else value for expression, value, _ in decided)
    shown = "; ".join(dict.fromkeys(filter(None, told))) or result.message
    bound = [[expression, value, *filter(None, (digest,))] for expression, value, digest in decided]
    return canonical.digest({"values": bound}), shown


def _decided(reason: Reason) -> Iterator[tuple[str, str, str]]:
    """Expression, value and digest of what decided."""
    located = [seen for seen in reason.seen if seen.location is not None]
    if located:
        yield from ((seen.expression, seen.value, seen.digest) for seen in located)
        return
    clockless = (seen for seen in reason.seen if not _CLOCK.search(seen.expression))
    yield from ((seen.expression, seen.value, seen.digest) for seen in clockless)
    yield (reason.expression, "", "") if _CLOCK.search(reason.expression) else ("", reason.text, "")

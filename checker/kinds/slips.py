"""What was certainly meant by what does not fit: the same in another way of writing, or one slip away.

`nearest` asks a person a question and may be wrong. What stands here is put into a file by a click, so it
has to be the only answer there is, and it never says anything that the author has not said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from datetime import date

from checker.documents.mending import Scalar
from checker.kinds.fields import Field
from checker.kinds.phrases import LONGEST_VALUE, letters, nearest

_SHORTEST = 4
"""Letters of a word that one slip leaves to be known; `eu` and `us` are two words."""
_SHORTEST_WITH_ANOTHER = 6
"""The same where a letter stands in the place of another: `cost` and `cast` are two words."""
_JOINT = re.compile(r"(?<=[^\W\d_])[\s_-]+(?=[^\W\d_])")
"""What joins two words in one way of writing, and not in another."""
_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")


def meant(name: str, known: Collection[str]) -> str:
    """The known name that `name` is, in another way of writing or with one slip; empty where it may be two.

    It is the one that a question whether it was meant would name, too.
    """
    name = name.strip()
    if len(name) > LONGEST_VALUE:
        return ""
    folded = _folded(name)
    found = [other for other in known if _folded(other) == folded]
    found = found or [other for other in known if _is_slip(folded, _folded(other))]
    if len(found) != 1 or [other for other in known if letters(other) == letters(found[0])] != found:
        return ""
    return found[0] if nearest(name, known) == found[0] else ""


def rewritten(value: Scalar, written: str, field: Field) -> Iterator[Scalar]:
    """Other ways to write `value`, which stands in its file as `written`; whether they fit is not asked.

    Without the blanks around it; as the choice that it nearly is; a truth value, number or day out of a text
    that says one; a text out of a number. A day needs a year of four digits, and no doubt which number is
    the month.
    """
    choices = field.choices or ()
    if not isinstance(value, str):
        if not isinstance(value, bool) or written in choices:
            yield written
        return
    bare = value.strip()
    yield bare
    if choice := meant(bare, [choice for choice in choices if isinstance(choice, str)]):
        yield choice
    if (truth := _TRUTHS.get(bare.lower())) is not None:
        yield truth
    if _WHOLE_NUMBER.fullmatch(bare):
        yield int(bare)
    if _DECIMAL.fullmatch(bare) and json.dumps(float(bare)) == bare:
        yield float(bare)
    if day := _day(bare):
        yield day


def _folded(text: str) -> str:
    """The same for all ways to write a name: `rollbackOwner`, `Rollback owner`, `rollback_owner`."""
    return _JOINT.sub("", text.strip()).lower()


def _is_slip(one: str, other: str) -> bool:
    """Whether one keystroke was left out, added, wrong or too early; not the first one, and never a digit."""
    if one[:1] != other[:1] or re.findall(r"\d", one) != re.findall(r"\d", other):
        return False
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _SHORTEST or len(longer) > len(shorter) + 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return longer[at].isalpha() and shorter[at:] == longer[at + 1 :]
    if shorter[at : at + 2] == longer[at : at + 2][::-1]:
        return shorter[at + 2 :] == longer[at + 2 :]
    # The last letter of a word may be its grammar: `approver` is not `approved`.
    return (
        len(shorter) >= _SHORTEST_WITH_ANOTHER
        and at < len(shorter) - 1
        and shorter[at].isalpha()
        and longer[at].isalpha()
        and shorter[at + 1 :] == longer[at + 1 :]
    )


def _day(text: str) -> str | None:
    """The day that a text of numbers names, as `YYYY-MM-DD`; None where it may be several, or is none."""
    if found := _YEAR_FIRST.fullmatch(text):
        possible = {_iso(found[1], found[3], found[4])}
    elif found := _YEAR_LAST.fullmatch(text):
        possible = {_iso(found[4], found[3], found[1]), _iso(found[4], found[1], found[3])}
    else:
        return None
    possible.discard(None)
    return possible.pop() if len(possible) == 1 else None


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None

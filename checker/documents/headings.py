"""When two headings are the same to a reader."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NUMBER = re.compile(r"(?:(?:\d{1,3}(?:\.\d{1,3})*|[ivx]{1,5}|[a-z])[.):]|\d{1,3}(?:\.\d{1,3})*)\s+")
_REMARK = re.compile(r"\s*\([^()]*\)\W*$")
_SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def plain(heading: str) -> str:
    """What is left to compare: no case, number, punctuation, emoji or blank, and no remark in brackets.

    Two headings are the same if this is the same and not empty.
    """
    text = unicodedata.normalize("NFKC", heading).casefold().strip()
    text = re.sub(r"^[\W_]+", "", text)
    text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    return _SEPARATORS.sub("", _REMARK.sub("", text)) or _SEPARATORS.sub("", text)

"""Regular expressions: RE2, whose time is linear in the text whatever the pattern.

The library is imported when the first pattern is met. What a pattern said about a short text is
remembered, for the same few values come again in most records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import FunctionError
from .values import Frame, charge

_REMEMBERED = 4096
"""Texts per pattern, and patterns."""
_SHORT = 200
"""Characters of a text that is worth remembering."""
_LONGEST = 10_000
"""Characters of a pattern."""

_matchers: dict[str, Callable[[str], bool]] = {}


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text holds a match of the pattern, as a function. Raises FunctionError for a bad pattern."""
    known = _matchers.get(pattern)
    if known is not None:
        return known
    if len(_matchers) >= _REMEMBERED:
        _matchers.clear()
    made = _matchers[pattern] = _make(pattern)
    return made


def _make(pattern: str) -> Callable[[str], bool]:
    search = compile_pattern(pattern).search
    memo: dict[str, bool] = {}

    def match(text: str) -> bool:
        known = memo.get(text)
        if known is not None:
            return known
        try:
            found = search(text) is not None
        except UnicodeEncodeError:
            raise FunctionError("the text holds half of a surrogate pair") from None
        if len(text) <= _SHORT:
            if len(memo) >= _REMEMBERED:
                memo.clear()
            memo[text] = found
        return found

    return match


def compile_pattern(pattern: str) -> Any:
    """The compiled pattern. Raises FunctionError, telling what is wrong with it."""
    try:
        import re2  # noqa: PLC0415 - costs more than all of this package, and few policies need it
    except ImportError:
        raise FunctionError("patterns need the package google-re2, which is not installed") from None
    if len(pattern) > _LONGEST:
        raise FunctionError(f"the pattern is longer than {_LONGEST:,} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        detail = error.args[0] if error.args else ""
        text = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
        raise FunctionError(f"the pattern is wrong: {text}") from None


def matches(frame: Frame, text: str, pattern: str) -> bool:
    """`text.matches(pattern)`, for a pattern that is only known now."""
    charge(frame, (len(text) + len(pattern)) >> 6)
    return matcher(pattern)(text)

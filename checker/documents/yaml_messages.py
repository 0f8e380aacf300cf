"""What PyYAML says about broken syntax, said to people."""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml.error import MarkedYAMLError, YAMLError

from checker.documents.reading import Source
from checker.model import Fault

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Rewrite(NamedTuple):
    """How to say it when the parser's own words match `pattern` (`problem; context`)."""

    pattern: str
    message: str
    hint: str = ""
    at_context: bool = False
    """The place to show is where the construct began, not where the parser gave up."""
    code: str = "yaml-syntax"


_TAB = _Rewrite(
    "", "A tab is used for indentation, which YAML does not allow.", "Indent with spaces.", code="tab"
)
_REWRITES = (
    _Rewrite("tab character", _TAB.message, _TAB.hint, code=_TAB.code),
    _Rewrite(
        "cannot start any token",
        "A value cannot begin with this character.",
        "Put the value in quotes.",
    ),
    _Rewrite(
        "could not find expected ':'; while scanning a simple key",
        "This line has no colon, so it is neither a key with a value nor a part of what stands above it.",
        "Write `key: value`, or indent the line if it continues the text above.",
        at_context=True,
    ),
    _Rewrite(
        "mapping values are not allowed.*; first colon of its line",
        "This key cannot stand here: the line above it is a text, which goes on here.",
        "End the line above with a colon, or check the indentation.",
    ),
    _Rewrite(
        "mapping values are not allowed",
        "A second colon with a space behind it makes a mapping where none can stand.",
        "Put the value in quotes, or check the indentation.",
    ),
    _Rewrite(
        "did not find expected key",
        "A key is expected here, at the indentation of the keys above.",
        "Check the indentation here and on the line above; quote a value that holds quotes or brackets.",
    ),
    _Rewrite(
        "did not find expected '-' indicator|expected <block end>.*; while parsing a block collection",
        "Another list item is expected here, at the indentation of the items above.",
        "Check the indentation of this line.",
    ),
    _Rewrite(
        "block sequence entries are not allowed",
        "A list item cannot begin here.",
        "Put it on a line of its own.",
    ),
    _Rewrite("mapping keys are not allowed", "A key cannot begin here.", "Put it on a line of its own."),
    _Rewrite(
        "unexpected end of stream; while scanning a quoted scalar",
        "This quote is never closed.",
        "Close it, or double a quote that belongs to the text.",
        at_context=True,
    ),
    _Rewrite(
        "document indicator; while scanning a quoted scalar",
        "This quote is never closed before the document ends.",
        "Close it, or double a quote that belongs to the text.",
        at_context=True,
    ),
    _Rewrite(
        r"expected ',' or '\]'",
        "This list is not closed, or a comma between two items is missing.",
        "Look for the missing `]` or `,`.",
        at_context=True,
    ),
    _Rewrite(
        r"expected ',' or '\}'",
        "This mapping is not closed, or a comma between two entries is missing.",
        "Look for the missing `}` or `,`; quote a text that begins with `{`.",
        at_context=True,
    ),
    _Rewrite(
        "unknown escape character",
        "There is no such escape in a text with double quotes.",
        "Double the backslash, or use single quotes.",
    ),
    _Rewrite(
        "escape code|hexdecimal|hexadecimal",
        "This escape does not stand for a character.",
        "Double the backslash, or use single quotes.",
    ),
    _Rewrite(
        "; while scanning an anchor.*; behind a tag",
        "A value that begins with ! is a tag to YAML, and what follows it is not valid.",
        "Put the whole value in quotes if it is meant as text.",
        at_context=True,
    ),
    _Rewrite(
        "; while scanning an (?:anchor|alias)",
        "A value that begins with & or * is an anchor or alias to YAML, and this one has no valid name.",
        "Put the whole value in quotes if it is meant as text.",
        at_context=True,
    ),
    _Rewrite(
        "; while (?:scanning|parsing) a (?:tag|node)",
        "A value that begins with ! is a tag to YAML, and this one is not valid.",
        "Put the whole value in quotes if it is meant as text.",
        at_context=True,
    ),
    _Rewrite(
        "; while scanning a block scalar",
        "What follows | or > on the same line can only be an indentation (1 to 9), + or -.",
        "Begin the text on the next line, indented.",
    ),
    _Rewrite(
        "expected <document start>",
        "Something stands here that is not part of the document above it.",
        "Check the indentation, or write `---` between two documents.",
    ),
    _Rewrite(
        "expected node content",
        "A value is expected here.",
        "Remove the character, or put the value in quotes.",
    ),
    _Rewrite(
        "directive|incompatible|version number",
        "A line that begins with % is a directive, and this one is not known.",
        "Put the value in quotes if it is meant as text.",
        at_context=True,
    ),
)


def fault(error: YAMLError, source: Source) -> Fault:
    """The fault that stands for an exception of PyYAML."""
    text = source.text
    if not isinstance(error, MarkedYAMLError):
        return _unreadable(error, source)
    mark = error.problem_mark
    said = f"{error.problem}; {error.context}{_surroundings(text, mark.index if mark else 0)}"
    rewrite = next((each for each in _REWRITES if re.search(each.pattern, said)), None)
    if rewrite is None:
        rewrite = _Rewrite("", f"This is not valid YAML: {error.problem or error.context}.")
    elif rewrite.at_context and error.context_mark is not None:
        mark = error.context_mark
    start = min(mark.index if mark is not None else 0, len(text))
    if text[start : start + 1] == "\t" and "token" in said:
        rewrite = _TAB
    end = start + (text[start : start + 1] not in ("", "\n", "\r"))
    return Fault(rewrite.code, rewrite.message, source.span(start, end), rewrite.hint)


def _surroundings(text: str, index: int) -> str:
    """What the parser does not say, and what makes a difference to people."""
    line = text[max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1 : index]
    said = "" if re.search(r":\s", line) else "; first colon of its line"
    return said + ("; behind a tag" if re.search(r"(?:^|\s)!\S*\s+&?$", line) else "")


def _unreadable(error: YAMLError, source: Source) -> Fault:
    """The reader refuses characters, not syntax."""
    found = _UNPRINTABLE.search(source.text)
    if found is None:
        return Fault("yaml-syntax", "This is not valid YAML.")
    return Fault(
        "control-character",
        f"The invisible character U+{ord(found[0]):04X} is not allowed in YAML.",
        source.span(*found.span()),
        "Delete it.",
    )

"""Text to tokens: a single pass over the characters.

Written without `re`, whose compilation alone would cost more than reading a few hundred
expressions.
"""

from __future__ import annotations

from typing import NoReturn, TypeAlias

from .errors import CompileError, Issue
from .values import UINT_MAX, Uint

Token: TypeAlias = tuple[str, object, int, int]
"""Kind, value, start, end. Kinds: `name`, `quoted` (a name in backticks), `int`, `literal` (its
value is final), an operator or bracket itself, and `end`."""

MAX_TEXT = 100_000
"""Characters of one expression."""

_SPACE = frozenset(" \t\n\r\f")
_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789abcdefABCDEF")
_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_NAME = _NAME_START | _DIGITS
_QUOTED = _NAME | frozenset(".-/ ")
_PAIRS = frozenset(("&&", "||", "==", "!=", "<=", ">="))
_SINGLES = frozenset("<>!+-*/%?:.,()[]{}")
_PREFIXES = frozenset(("r", "b", "rb", "br"))
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip
_HEX_LENGTHS = {"x": 2, "X": 2, "u": 4, "U": 8}
_HINTS = {
    "=": "write == to compare",
    "&": "write && for and",
    "|": "write || for or",
    "\u2018": "write straight quotes: '",
    "\u2019": "write straight quotes: '",
    "\u201c": 'write straight quotes: "',
    "\u201d": 'write straight quotes: "',
    "\u2260": "write !=",
    "\u2264": "write <=",
    "\u2265": "write >=",
    ";": "an expression has one part, without semicolons",
    "#": "a comment starts with //",
    "@": "names hold letters, digits and _",
    "$": "names hold letters, digits and _",
}


def fail(message: str, start: int, end: int, hint: str = "") -> NoReturn:
    """Raise a CompileError of one issue."""
    raise CompileError((Issue(start, end, message, hint),))


def tokens(text: str) -> list[Token]:
    """All tokens of an expression, ended by one of kind `end`. Raises CompileError."""
    size = len(text)
    if size > MAX_TEXT:
        fail(f"the expression is longer than {MAX_TEXT:,} characters", MAX_TEXT, size)
    found: list[Token] = []
    add = found.append
    i = 0
    while i < size:
        c = text[i]
        if c in _SPACE:
            i += 1
        elif c in _NAME_START:
            start = i
            i += 1
            while i < size and text[i] in _NAME:
                i += 1
            word = text[start:i]
            if i < size and text[i] in "'\"" and word.lower() in _PREFIXES:
                token = _quoted_text(text, start, i)
                add(token)
                i = token[3]
            else:
                add(("in" if word == "in" else "name", word, start, i))
        elif c in _DIGITS or (c == "." and text[i + 1 : i + 2] in _DIGITS):
            token = _number(text, i)
            add(token)
            i = token[3]
        elif c in ('"', "'"):
            token = _quoted_text(text, i, i)
            add(token)
            i = token[3]
        elif c == "/" and text.startswith("//", i):
            line_end = text.find("\n", i)
            i = size if line_end < 0 else line_end
        elif text[i : i + 2] in _PAIRS:
            add((text[i : i + 2], None, i, i + 2))
            i += 2
        elif c in _SINGLES:
            add((c, None, i, i + 1))
            i += 1
        elif c == "`":
            token = _quoted_name(text, i)
            add(token)
            i = token[3]
        else:
            shown = c if c.isprintable() else f"U+{ord(c):04X}"
            fail(f"unexpected character {shown}", i, i + 1, _HINTS.get(c, ""))
    add(("end", None, size, size))
    return found


def _number(text: str, start: int) -> Token:
    size = len(text)
    i = start

    def digits(i: int) -> int:
        while i < size and text[i] in _DIGITS:
            i += 1
        return i

    real = False
    if text[start : start + 2] in ("0x", "0X") and text[start + 2 : start + 3] in _HEX:
        i = start + 2
        while i < size and text[i] in _HEX:
            i += 1
    else:
        i = digits(i)
        if text[i : i + 1] == "." and text[i + 1 : i + 2] in _DIGITS:
            real = True
            i = digits(i + 1)
        if text[i : i + 1] in ("e", "E"):
            exponent = i + 2 if text[i + 1 : i + 2] in ("+", "-") else i + 1
            if text[exponent : exponent + 1] in _DIGITS:
                real = True
                i = digits(exponent)
    written = text[start:i]
    unsigned = not real and text[i : i + 1] in ("u", "U")
    if unsigned:
        i += 1
    if i < size and text[i] in _NAME:
        fail("a number ends in letters", start, i + 1, "put an operator or a space between them")
    if real:
        return "double", float(written), start, i
    if len(written) > 40:
        fail("the number has too many digits", start, i)
    value = int(written, 16 if written[:2] in ("0x", "0X") else 10)
    if unsigned:
        if value > UINT_MAX:
            fail("the number does not fit 64 bits", start, i)
        return "literal", Uint(value), start, i
    return "int", value, start, i


def _quoted_name(text: str, start: int) -> Token:
    close = text.find("`", start + 1)
    if close < 0:
        fail("the name in backticks is not closed", start, len(text))
    name = text[start + 1 : close]
    if not name or not all(c in _QUOTED for c in name):
        fail("a name in backticks holds letters, digits, space and _ . - /", start, close + 1)
    return "quoted", name, start, close + 1


def _quoted_text(text: str, start: int, quote: int) -> Token:
    prefix = text[start:quote].lower()
    mark = text[quote]
    if text.startswith(mark * 3, quote):
        mark *= 3
    raw = "r" in prefix
    first = i = quote + len(mark)
    while True:
        close = text.find(mark, i)
        if close < 0:
            close = -1
            break
        escape = -1 if raw else text.find("\\", i, close)
        if escape < 0:
            break
        i = escape + 2
    line_end = -1
    if len(mark) == 1:
        breaks = [b for b in (text.find("\n", first), text.find("\r", first)) if b >= 0]
        line_end = min(breaks, default=-1)
    if close < 0 or 0 <= line_end < close:
        fail(
            "the text that begins here is not closed",
            start,
            len(text) if line_end < 0 else line_end,
            f"end it with {mark}",
        )
    content = text[first:close]
    end = close + len(mark)
    if "b" in prefix:
        return "literal", _bytes(content, first, raw), start, end
    if not raw and "\\" in content:
        parts = _unescape(content, first, False)
        content = "".join(part if isinstance(part, str) else chr(part) for part in parts)
    return "literal", content, start, end


def _bytes(content: str, offset: int, raw: bool) -> bytes:
    try:
        if raw or "\\" not in content:
            return content.encode()
        return b"".join(
            chunk.encode() if isinstance(chunk, str) else bytes((chunk,))
            for chunk in _unescape(content, offset, True)
        )
    except UnicodeEncodeError:
        fail("bytes cannot hold half of a surrogate pair", offset, offset + len(content))


_BACKSLASH = 'write \\\\ for a backslash, or a raw text r"…" for a pattern'


def _unescape(content: str, offset: int, binary: bool) -> list[str | int]:
    """The parts of a text: as written, or the number that a `\\x`, `\\u` or octal escape stands for."""
    parts: list[str | int] = []
    i = 0
    while True:
        escape = content.find("\\", i)
        if escape < 0:
            parts.append(content[i:])
            return parts
        parts.append(content[i:escape])
        letter = content[escape + 1]
        if letter in _ESCAPES:
            parts.append(_ESCAPES[letter])
            i = escape + 2
            continue
        if letter in "0123":
            i = escape + 4
            written, base, valid = content[escape + 1 : i], 8, "01234567"
        elif letter in _HEX_LENGTHS and not (binary and letter in "uU"):
            i = escape + 2 + _HEX_LENGTHS[letter]
            written, base, valid = content[escape + 2 : i], 16, "0123456789abcdefABCDEF"
        else:
            fail(f"unknown escape \\{letter}", offset + escape, offset + escape + 2, _BACKSLASH)
        code = int(written, base) if all(c in valid for c in written) else -1
        if len(content) < i or code < 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            place = offset + escape, offset + min(i, len(content))
            fail("the escape names no character", *place, _BACKSLASH)
        parts.append(code)

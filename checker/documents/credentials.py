"""Texts that look like credentials, and the fields that hold them: no report repeats what they say.

A report is read by more people than the file that it is about: in logs, comments, dashboards, and for years.
The shapes are those that their makers document: cloud and code hosts, JSON Web Tokens (RFC 7519), private
keys (RFC 7468), passwords in addresses (RFC 3986). Each begins with letters that hardly anything else begins
with, and repeats one class of characters, so that a search takes one pass.
"""

from __future__ import annotations

import re

REDACTED = "<redacted>"
"""Stands for what is not said."""

_NAMES = "passwords?|passwd|passphrase|secrets?|token|(?:api|access|private|secret)[_-]?keys?|credentials?"
_FIELD = re.compile(rf"(?i)(?:{_NAMES})$")
_SHAPES = (
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z ]{0,40}-----|\Z)"
    r"|(?<![\w-])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)"
    r"|gh[opusr]_\w{20,}|github_pat_\w{20,}"
    r"|gl(?:pat|dt|rt|ft|cbt|ptt|oas|soat|imt|agent)-[\w-]{20,}"
    r"|xox[a-z]-[\w-]{10,}"
    r"|AIza[\w-]{35}"
    r"|[rs]k_live_\w{16,}|npm_\w{30,}|pypi-[\w-]{40,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
    r")"
    r"|(?<=://)[^\s/:@]{0,100}:[^\s/:@]{1,200}(?=@)"
    r"|(?i:\bbearer )[\w.~+/=-]{16,}"
)
_BEGINNINGS = re.compile(
    r"-----BEGIN|AKIA|ASIA|gh[opusr]_|github_pat_|gl[a-z]{2,5}-|xox|AIza|k_live_|npm_|pypi-|eyJ|://|(?i:bearer)"
)
"""Most texts have none of them, and are not searched again."""
_PAIR = rf'(?i)("[\w.-]{{0,80}}?(?:{_NAMES})": )"(?:[^"\\]|\\.)*(?:"|$)'
"""A field and its text as a map shows them; what is cut has no closing quote."""
_LINE = re.compile(rf"(?i)(?:{_NAMES})[\"']?\s{{0,8}}[:=]\s{{0,8}}(?P<value>\S.*)")
_MATERIAL = re.compile(r"\s*(?P<value>[A-Za-z0-9+/]{60,}={0,2})\s*")
"""A line of nothing but base64, as the inside of a key."""


def is_credential(name: str) -> bool:
    """Whether a field of this name holds one: `password`, `db_password`, `apiToken`; not `token_count`."""
    return _FIELD.search(name) is not None


def shapes(text: str) -> list[str]:
    """The parts of a text that have the shape of one."""
    return [found[0] for found in re.finditer(_SHAPES, text)] if _BEGINNINGS.search(text) else []


def hidden(text: str) -> str:
    """A text of a report, `<redacted>` in place of each credential in it."""
    if _BEGINNINGS.search(text):
        text = re.sub(_SHAPES, REDACTED, text)
    return re.sub(_PAIR, rf'\1"{REDACTED}"', text) if '": "' in text else text


def masked(line: str) -> str:
    """A line of a file without what it says of credentials; as long as before, so that columns hold."""
    if _BEGINNINGS.search(line):
        line = re.sub(_SHAPES, lambda found: mask(len(found[0])), line)
    found = _LINE.search(line) or _MATERIAL.fullmatch(line)
    if found is None:
        return line
    start, end = found.span("value")
    return line[:start] + mask(end - start) + line[end:]


def mask(length: int) -> str:
    """`<redacted>`, stretched or cut to a length."""
    return REDACTED.ljust(length, "*")[:length]

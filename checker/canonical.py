"""One way to write a value down, so that equal values have equal bytes, and with them one digest.

The form is JSON without any freedom: keys sorted by code point, no blanks, everything beyond ASCII as an
escape, numbers as Python writes them. A whole number is not a fraction here: `1` and `1.0` differ.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any


def encode(value: Any) -> bytes:
    """The canonical JSON of None, a truth value, int, finite float, str, or a list or dict of them.

    Raises ValueError for everything else: another type, a key that is no text, half of a surrogate pair,
    a value that holds itself or is nested too deeply.
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
        faithful = json.loads(text) == value
        if "\\ud" in text:  # half of a pair, or a whole one: UTF-8 knows
            json.dumps(value, ensure_ascii=False).encode()
    except (TypeError, RecursionError) as error:
        raise ValueError(f"this has no canonical form: {error}") from error
    if not faithful:
        raise ValueError("this has no canonical form: reading it back would give something else")
    return text.encode("ascii")


def decode(raw: bytes) -> Any:
    """The value of which `raw` is the canonical form; raises ValueError where it is the form of none."""
    try:
        value = json.loads(raw)
    except RecursionError as error:
        raise ValueError("this is nested too deeply") from error
    if encode(value) != raw:
        raise ValueError("this is JSON, but not in its canonical form")
    return value


def digest(value: Any) -> str:
    """`sha256:` and 64 hexadecimal digits of the canonical form. Raises ValueError as `encode` does."""
    return digest_bytes(encode(value))


def digest_bytes(raw: bytes) -> str:
    """`sha256:` and 64 hexadecimal digits of these bytes."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()

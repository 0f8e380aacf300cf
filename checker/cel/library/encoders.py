"""The encoders extension: base64."""

from __future__ import annotations

import binascii

from checker.cel.errors import FunctionError
from checker.cel.functions import Table
from checker.cel.values import Frame, charge


def _encode(frame: Frame, value: bytes) -> str:
    charge(frame, len(value) >> 4)
    return binascii.b2a_base64(value, newline=False).decode()


def _decode(frame: Frame, text: str) -> bytes:
    charge(frame, len(text) >> 4)
    try:
        # Padding may be left out.
        return binascii.a2b_base64(text.encode() + b"=" * (-len(text) % 4), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise FunctionError("the text is not base64", unreadable=True) from None


METERED: Table = {
    "base64.encode": {"(bytes): string": _encode},
    "base64.decode": {"(string): bytes": _decode},
}

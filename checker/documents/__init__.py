"""Texts to data with positions: YAML, JSON, TOML, CSV, Markdown. Bad input is a fault, never an exception."""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

from checker.documents import yaml
from checker.documents.encoding import decode
from checker.documents.placeholders import placeholder
from checker.documents.reading import (
    LIMITS,
    Document,
    Limits,
    Parsed,
    Positions,
    Reader,
    Reading,
    Source,
)
from checker.model import Fault

if TYPE_CHECKING:
    from checker.documents import markdown

__all__ = [
    "FORMATS",
    "LIMITS",
    "SUFFIXES",
    "Document",
    "Limits",
    "Positions",
    "Reading",
    "format_of",
    "markdown",
    "placeholder",
    "read",
]


def __getattr__(name: str) -> Any:
    if name == "markdown":  # as a part of the interface it is there without an import; it is rarely needed
        return import_module("checker.documents.markdown")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _later(module: str) -> Reader:
    """The reader of a module that is imported when the first file of its format is read."""

    def read(source: Source, limits: Limits) -> Parsed:
        reader: Reader = import_module(f"checker.documents.{module}").read
        return reader(source, limits)

    return read


FORMATS: dict[str, Reader] = {
    "yaml": yaml.read,
    "json": _later("json"),
    "ndjson": _later("ndjson"),
    "toml": _later("toml"),
    "csv": _later("csv"),
    "markdown": _later("markdown"),
}
"""A new format is a file with a reader and a line here."""

SUFFIXES: dict[str, str] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".toml": "toml",
    ".csv": "csv",
    ".tsv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
}


def format_of(path: str) -> str | None:
    """The name of a file's format by its suffix; None where it is not known."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return SUFFIXES.get(name[dot:].lower()) if dot >= 0 else None


def read(raw: bytes, format: str, limits: Limits = LIMITS) -> Reading:
    """Read the bytes of one file; whatever is wrong with them is in `faults`.

    Raises KeyError for a format that is not in FORMATS, and nothing else.
    """
    reader = FORMATS[format]
    digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    decoded = decode(raw, limits)
    if isinstance(decoded, Fault):
        return Reading(digest, Source(""), (), (decoded,), format)
    parsed = reader(decoded, limits)
    return Reading(digest, decoded, parsed.documents, parsed.faults, format)

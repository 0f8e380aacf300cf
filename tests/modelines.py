"""What an editor makes of a YAML file whose modeline names its schema, by a validator that is not ours."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from checker import documents

MODELINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.MULTILINE)


def schema_of(path: Path) -> Path | None:
    """The file that the modeline of a file leads to; None: it has none."""
    stated = MODELINE.match(path.read_text(encoding="utf-8"))
    return None if stated is None else (path.parent / stated[1]).resolve()


def faults(path: Path) -> list[str]:
    """What the schema that the modeline leads to finds in each document of a file.

    Raises AssertionError where there is no modeline, or nothing where it leads to.
    """
    schema = schema_of(path)
    assert schema is not None, f"{path} has no modeline"
    assert schema.is_file(), f"{path} leads to {schema}, which is not there"
    # As in an editor, a schema is known by where it lies, and a reference from it leads to another file.
    validator = Draft202012Validator({"$ref": schema.as_uri()}, registry=Registry(retrieve=_retrieved))
    reading = documents.read(path.read_bytes(), "yaml")
    assert not reading.faults, path
    return [error.message for each in reading.documents for error in validator.iter_errors(each.data)]


def _retrieved(uri: str) -> Resource[Any]:
    assert uri.startswith("file:"), f"{uri} is no file"
    path = Path(url2pathname(urlsplit(uri).path))
    return Resource.from_contents(json.loads(path.read_text(encoding="utf-8")))

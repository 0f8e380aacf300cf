"""What the drivers share: reading the proposals, and saying what was found.

Dates stay text, as in YAML 1.2: the rule judges them, and two that do not exist must not stop the reader.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml


class Loader(yaml.CSafeLoader):
    pass


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def records() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and content of every proposal below the working folder."""
    for path in sorted(Path().glob("keps/**/kep.yaml")):
        yield str(path), yaml.load(path.read_bytes(), Loader)


def say(found: Iterable[tuple[str, str]]) -> None:
    """One line a fault: the rule's name and the path, with a tab between."""
    sys.stdout.writelines(f"{rule}\t{path}\n" for path, rule in found)

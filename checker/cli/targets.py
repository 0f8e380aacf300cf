"""What `gonogo test` is to test: packs, or parts of them, from the command line and the workspace."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checker import shipped
from checker.authoring.testing import lies_in
from checker.cli import options
from checker.cli.console import Problem
from checker.model import Diagnostic
from checker.policy import reading
from checker.policy.loading import CONFIGURATION
from checker.policy.packs import PACK
from checker.transports.disk import Disk

TESTS = ".tests.yaml"
POLICY = ".policy.yaml"


@dataclass(frozen=True, slots=True)
class Target:
    """A pack, or a part of one."""

    folder: str
    """The pack's."""
    shown: str
    """How messages name that folder: relative to the current one, which is empty."""
    scope: str
    """The part, named in the same way: a file or a folder."""


def find(
    paths: Sequence[str], names: Iterable[str], workspace: str | None
) -> tuple[list[Target], tuple[Diagnostic, ...]]:
    """The targets that paths and names of shipped packs stand for; without any, those of the workspace.

    Raises:
        Problem: a path is not there, or is nothing that can be tested.
    """
    found = [Target(shipped.pack(name), f"gonogo:{name}", f"gonogo:{name}") for name in names]
    for path in paths:
        found += _at(path)
    if found or paths:
        return found, ()
    home = options.workspace_folder(workspace) if workspace else options.nearest(".")
    if home is None:
        return list(_at(".")) if Disk(".").find(f"**/*{POLICY}") else [], ()
    source, wrong = reading.read(CONFIGURATION, Disk(home).read, "workspace")
    own = [] if source is None else [name for name in source.data.get("packs", ()) if name.startswith(".")]
    return [target for name in own for target in _at(os.path.join(home, name))], wrong


def _at(path: str) -> Iterator[Target]:
    """The packs that lie at, below or around a path."""
    if os.path.isdir(path):
        inside = Disk(path).find(f"**/{PACK}")
        if inside and not os.path.isfile(os.path.join(path, PACK)):
            yield from (_whole(os.path.join(path, os.path.dirname(found))) for found, _ in inside)
            return
        pack = _around(path)
        yield _whole(pack) if os.path.samefile(pack, path) else _part(pack, path)
        return
    tests = path.removesuffix(POLICY) + TESTS if path.endswith(POLICY) else path
    if os.path.isfile(path) and not tests.endswith(TESTS):
        raise Problem(
            f"{path} is neither a folder nor a *{TESTS}",
            "Name the folder of a pack, or one of its tests files.",
        )
    if not os.path.isfile(tests):
        raise Problem(f"there is no file or folder {tests}", "Paths are relative to the current folder.")
    yield _part(_around(os.path.dirname(tests) or "."), tests)


def _whole(folder: str) -> Target:
    return Target(folder, _shown(folder), _shown(folder))


def _part(pack: str, path: str) -> Target:
    return Target(pack, _shown(pack), os.path.relpath(path).replace(os.sep, "/"))


def _around(folder: str) -> str:
    """The nearest folder upwards that is a pack; the folder itself where none is."""
    return options.nearest(folder, PACK) or folder


def _shown(folder: str) -> str:
    relative = os.path.relpath(folder).replace(os.sep, "/")
    return "" if relative == "." else relative


def files(targets: Iterable[Target]) -> dict[str, tuple[Disk, str]]:
    """The tests files of targets: how messages name each, and the door and the path by which it is read."""
    found: dict[str, tuple[Disk, str]] = {}
    for target in targets:
        door = Disk(target.folder)
        for path, _ in door.find(f"**/*{TESTS}"):
            name = f"{target.shown}/{path}" if target.shown else path
            if lies_in(name, target.scope):
                found[name] = (door, path)
    return found

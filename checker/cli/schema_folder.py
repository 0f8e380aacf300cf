"""The folder in which editors find schemas: `gonogo schema --write` and `gonogo init` write it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from checker.authoring import schemas
from checker.cli.console import Problem
from checker.kinds import Kind
from checker.transports.disk import Disk, write_all


def write(folder: str, own: Iterable[Kind]) -> int:
    """Write every schema into a folder, all of them or none, and say how many; `own` are a workspace's kinds.

    Raises:
        Problem: there is a file of the same name that gonogo did not write, or they cannot be written.
    """
    texts = schemas.files(own)
    door = Disk(folder)
    targets = {path: os.path.join(folder, *path.split("/")) for path in texts}
    for path, target in targets.items():
        if not os.path.lexists(target):
            continue
        content = door.read(path)
        if not (isinstance(content, bytes) and schemas.is_ours(content)):
            raise Problem(
                f"{target} is already there, and gonogo did not write it",
                "Nothing was written; name another folder.",
            )
    try:
        write_all({targets[path]: text.encode() for path, text in texts.items()})
    except OSError as error:
        raise Problem(f"cannot write into {folder}: {error.strerror}", "Nothing of it was written.") from None
    return len(texts)

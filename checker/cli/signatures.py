"""The signatures that commands make: none is written that would not count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from checker.cli import console
from checker.cli.console import Problem
from checker.model import Fault

if TYPE_CHECKING:
    from checker.policy.workspace import Workspace
    from checker.transports.disk import Disk


def signature(
    workspace: Workspace, files: Disk, content: bytes, path: str, person: str, at: datetime, key: str
) -> bytes:
    """The signature of a person over what will stand at `path` of the workspace.

    Raises:
        Problem: there is none to be had, or it would not count as theirs at that time.
    """
    from checker.sources.approvals import Approvals
    from checker.transports import ssh

    made = ssh.sign(content, key)
    if isinstance(made, Fault):
        raise Problem(console.plain(made.message), console.plain(made.hint))
    others = tuple(each for each in workspace.inputs if each.locator != path)  # what stood there goes
    pending = _Pending(files, {path: content, path + ssh.SUFFIX: made})
    approval = Approvals(workspace._replace(inputs=others), pending).of(path, person, at)
    if approval.assurance != "signed":
        raise Problem(
            console.plain(f"the signature would not count for {person}: {approval.note}"),
            "Give the key to that person in the allowed signers (`signers` in gonogo.yaml), or use another.",
        )
    return made


class _Pending(NamedTuple):
    """The files of a workspace as they will be."""

    files: Disk
    new: Mapping[str, bytes]

    def read(self, path: str) -> bytes | Fault:
        """The bytes of a file, or why there are none."""
        return self.new[path] if path in self.new else self.files.read(path)

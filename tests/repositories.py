"""Git repositories for tests, made by plain git, without anything of whoever runs them."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

ADA = ("Ada Example", "ada@example.org")
BEN = ("Ben Sample", "ben@example.org")
CLEO = ("Cleo Placeholder", "cleo@example.org")
START = datetime(2024, 1, 1, 12, tzinfo=UTC)
"""The time of the first commit; each further one is a day later."""


class Made:
    """A repository in the making."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.commits = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, **environment: str) -> str:
        """What git answers, stripped."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        clean = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        person = dict(zip(("NAME", "EMAIL"), ADA, strict=True))
        people = {
            f"GIT_{role}_{part}": said for role in ("AUTHOR", "COMMITTER") for part, said in person.items()
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=inherited | clean | people | environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def configure(self, settings: dict[str, str]) -> None:
        """Add to the configuration of the repository."""
        with open(self.folder / ".git" / "config", "a", encoding="utf-8") as file:
            for name, value in settings.items():
                section, _, rest = name.partition(".")
                part, _, key = rest.rpartition(".")
                file.write(f'[{section} "{part}"]\n' if part else f"[{section}]\n")
                file.write(f'\t{key} = "{value}"\n')

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(
        self,
        message: str = "change",
        files: dict[str, str | bytes] | None = None,
        author: tuple[str, str] = ADA,
        when: datetime | None = None,
        *options: str,
    ) -> str:
        """Commit everything, with these files written first; the id."""
        self.write(files or {})
        self.git("add", "-A")
        moment = (when or START + timedelta(days=self.commits)).isoformat()
        self.commits += 1
        self.git(
            "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message, *options,
            GIT_AUTHOR_NAME=author[0], GIT_AUTHOR_EMAIL=author[1],
            GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment,
        )  # fmt: skip
        return self.git("rev-parse", "HEAD")

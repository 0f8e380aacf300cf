"""Programs for tests of what calls gonogo: gonogo itself, or one that notes how it was called."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

GONOGO = f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P -m checker "$@"\n'
"""The one of this checkout."""

_NOTING = """#!/bin/sh
# Notes its arguments and its token; `check` writes what REPORT_SAYS into every file that it is given.
printf '%s\\n' "$@" > "$NOTES/$1"
printf '%s' "$GITHUB_TOKEN$GITLAB_TOKEN$BITBUCKET_TOKEN" > "$NOTES/$1.token"
[ "$1" = check ] || exit 0
for argument; do
    case $argument in
        *=*/*) [ -z "$REPORT_SAYS" ] || printf '%s' "$REPORT_SAYS" > "${argument#*=}" ;;
    esac
done
exit "${CHECK_ENDS:-0}"
"""

_PYTHON = """#!/bin/sh
# `python3 -I -m venv DIR` makes the programs there.
[ "$1 $2 $3" = "-I -m venv" ] || { echo "not isolated: $*" >&2; exit 9; }
mkdir -p "$4/bin"
cp "$(dirname "$0")/gonogo" "$4/bin/gonogo"
cat > "$4/bin/python" <<'PROGRAM'
#!/bin/sh
[ -z "$NOTES" ] || printf '%s\\n' "$@" > "$NOTES/python"
PROGRAM
chmod +x "$4/bin/python"
"""


def install(folder: Path, gonogo: str) -> Path:
    """A folder of programs: gonogo, python, and a python3 whose virtual environments hold that gonogo."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("gonogo", gonogo), ("python3", _PYTHON)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    if not (folder / "python").exists():
        (folder / "python").symlink_to(sys.executable)
    return folder


class Noted:
    """A folder of programs, and what they noted."""

    def __init__(self, folder: Path) -> None:
        self.programs, self.notes = install(folder / "programs", _NOTING), folder / "notes"
        self.notes.mkdir()

    def arguments(self, command: str) -> list[str]:
        """How a command was called; empty: it was not."""
        note = self.notes / command
        return note.read_text(encoding="utf-8").splitlines() if note.exists() else []

    def options(self, command: str) -> list[str]:
        """The same without `--output-format` and what follows it."""
        words = self.arguments(command)
        while "--output-format" in words:
            place = words.index("--output-format")
            del words[place : place + 2]
        return words

    def token(self, command: str) -> str:
        """The token that a command was given."""
        return (self.notes / f"{command}.token").read_text(encoding="utf-8")

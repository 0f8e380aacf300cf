"""The files that are checked: the enhancement proposals of the Kubernetes project, and copies of them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

BENCH = Path(__file__).parent
EXAMPLE = BENCH.parent / "examples" / "kubernetes-enhancements"
COMPARISON = BENCH / "peers" / "gonogo"


def clone(data: Path, cache: Path) -> Path:
    """A checkout of the head of the proposals' history, made once."""
    folder = cache / "proposals"
    if not folder.is_dir():
        fresh = cache / "proposals.part"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            "git",
            "clone",
            "--quiet",
            "--branch",
            "master",
            str(data / "kep-history.bundle"),
            str(fresh),
        ]
        subprocess.run(command, check=True)
        fresh.rename(folder)
    return folder


def workspace(files: Path, rules: Path, folder: Path) -> Path:
    """A fresh copy of the files with a workspace laid over its root."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(files, folder, ignore=shutil.ignore_patterns(".git"))
    shutil.copytree(rules, folder, dirs_exist_ok=True)
    return folder


def grown(files: Path, copies: int, rules: Path, folder: Path) -> Path:
    """A workspace with so many copies of every proposal, under numbered folders."""
    shutil.rmtree(folder, ignore_errors=True)
    proposals = sorted(files.glob("keps/**/kep.yaml"))
    for number in range(copies):
        for path in proposals:
            target = folder / "keps" / f"{number:04}" / path.relative_to(files / "keps")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copytree(rules, folder, dirs_exist_ok=True)
    return folder

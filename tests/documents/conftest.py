from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def proposals(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the enhancement proposals of the Kubernetes project, with their Markdown."""
    folder = tmp_path_factory.mktemp("proposals")
    clone = ["git", "clone", "-q", "-b", "master", str(real_data / "kep-history.bundle"), str(folder)]
    subprocess.run(clone, check=True)
    subprocess.run(["tar", "-C", str(folder), "-xJf", str(real_data / "kep-readmes.tar.xz")], check=True)
    return folder

"""Fixtures and options that several folders of tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, so that a change that breaks nothing never fails; and no stop-watch, which
# would measure the machine. `pytest --hypothesis-profile=explore` looks further.
settings.register_profile(
    "steady", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("steady")

# What an earlier run of a test came to is no answer to this one: the folder for caches cannot be made.
os.environ["XDG_CACHE_HOME"] = os.devnull

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the files of tests/golden anew")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that is not part of the project."""
    folder = Path(os.environ.get("GONOGO_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"there is no real data in {folder} (GONOGO_TEST_DATA names its folder)")
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Holds a text to a file of tests/golden, byte for byte, or writes that file when asked to."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.is_file(), f"{path} is missing; pytest --update-golden writes it"
        assert text == path.read_bytes().decode()

    return compare

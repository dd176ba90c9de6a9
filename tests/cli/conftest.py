"""Machines for the command line, and one whose server runs for all tests here."""

from collections.abc import Generator
from pathlib import Path

import pytest
from tests.support.machine import Machine


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model is converted once for all tests here."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def machine(tmp_path: Path, cache_dir: Path) -> Generator[Machine]:
    made = Machine(tmp_path, cache_dir)
    yield made
    made.shut_down()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Generator[Machine]:
    """A machine whose server runs in the usual data directory, so that commands find it."""
    made = Machine(tmp_path_factory.mktemp("home"), cache_dir)
    made.start(made.home / ".local" / "share" / "lodgepole")
    yield made
    made.shut_down()

"""Machines for the command line, and one whose server runs for all tests here."""

from collections.abc import Generator
from pathlib import Path

import pytest
from tests.support.machine import Machine

from lodgepole.cli.demo import examples


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


@pytest.fixture(scope="module")
def library(served) -> Generator[str]:
    """An assistant that has read the examples."""
    assert served.run("assistants", "create", "library").returncode == 0
    uploaded = served.run("files", "upload", "library", str(examples()))
    assert uploaded.returncode == 0, uploaded.stderr
    assert "5 of 5 files can be searched now." in uploaded.stdout
    yield "library"
    assert served.run("assistants", "delete", "library", "--yes").returncode == 0

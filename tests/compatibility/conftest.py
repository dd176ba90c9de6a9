"""What the release before wrote, unpacked."""

import zipfile
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.support.machine import Machine, Server

RELEASE = Path(__file__).parent / "release_0_1"
KEY = "key-of-the-release-before"


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model is converted once for all tests here."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def machine(tmp_path: Path, cache_dir: Path) -> Generator[Machine]:
    made = Machine(tmp_path, cache_dir)
    yield made
    made.shut_down()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Generator[Server]:
    """A server of the data directory, for tests that only read."""
    made = Machine(tmp_path_factory.mktemp("home"), cache_dir)
    yield serve(made, "data-directory.zip")
    made.shut_down()


def serve(machine: Machine, archive: str) -> Server:
    return machine.start(unpack(archive, machine.home / "data"), LODGEPOLE_API_KEY=KEY)


def unpack(name: str, directory: Path) -> Path:
    with zipfile.ZipFile(RELEASE / name) as archive:
        archive.extractall(directory)
        for member in archive.infolist():
            (directory / member.filename).chmod(member.external_attr >> 16 & 0o777)
    directory.chmod(0o700)
    return directory

"""The live server of the wire tests, driven from the clients' own environments."""

import pytest
from tests.wire.conftest import server

__all__ = ["server"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-results",
        action="store_true",
        help="Keep what the clients report as the conformance page's source.",
    )

"""Clients of the provider share what is slow to read."""

import pytest
from tests.support.identity_provider import with_certificates_read_once


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    with_certificates_read_once(monkeypatch)

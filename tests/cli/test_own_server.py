"""A command's own server is there while it is needed, and says why where it does not start."""

import os
from pathlib import Path

import httpx2
import pytest

from lodgepole.cli.own_server import server_of_its_own
from lodgepole.errors import Unavailable
from lodgepole.runtime.settings import Settings

pytestmark = pytest.mark.live


def test_it_answers_until_the_end_of_the_block(tmp_path: Path):
    settings = Settings(data_dir=tmp_path / "data")
    with server_of_its_own(settings) as server:
        assert httpx2.get(f"{server.url}/healthz", trust_env=False).status_code == 200
        assert server.api_key
        url = server.url
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/healthz", trust_env=False)


def test_one_that_does_not_start_says_why(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(os.environ, "LODGEPOLE_DEFAULT_MODEL", "nobody")
    settings = Settings(data_dir=tmp_path / "data")
    with pytest.raises(Unavailable, match="nobody"), server_of_its_own(settings):
        pass

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sources.conftest import Desk

from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.ports.source_store import SourceKind
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.source_settings import SourceCredential
from lodgepole.runtime.sources import open_origins


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


async def test_no_folder_is_read_unless_the_operator_names_roots(house, stack):
    desk = Desk(house, await house.assistant())
    source = await desk.add(url="/srv/documents")
    with pytest.raises(PermissionDenied):
        open_origins(Settings(), stack)[SourceKind.FOLDER].check(source)
    allowed = Settings(source_roots=(Path("/srv"),))
    open_origins(allowed, stack)[SourceKind.FOLDER].check(source)


async def test_a_network_that_is_none_is_said_to_be_so(stack):
    with pytest.raises(InvalidRequest, match="everywhere"):
        open_origins(Settings(source_networks=("everywhere",)), stack)


async def test_credentials_are_shown_nowhere(monkeypatch):
    monkeypatch.setenv(
        "LODGEPOLE_SOURCE_CREDENTIALS",
        '[{"name": "docs", "url": "https://docs.example/", "secret": "s3cret", '
        '"options": {"secret_access_key": "s3cret"}}]',
    )
    settings = Settings()
    (credential,) = settings.source_credentials
    assert isinstance(credential, SourceCredential)
    assert credential.secret is not None
    assert credential.secret.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)
    assert not any(name.startswith("LODGEPOLE_SOURCE") for name in settings.worker_environment())

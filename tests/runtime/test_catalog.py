"""The catalog without a server: only where one has run, and with what that one wrote."""

from contextlib import AsyncExitStack

import pytest

from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.model import RecordKind, Role
from lodgepole.runtime import catalog
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.storage import open_stores


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
async def served(settings):
    async with AsyncExitStack() as stack:
        await open_stores(settings, stack)
    return settings


async def test_where_no_server_has_run_nothing_is_made(settings):
    with pytest.raises(NotFound, match="There is no catalog in"):
        async with catalog.opened_keys(settings):
            pass
    assert not (settings.data_dir / "catalog.db").exists()


async def test_keys_are_made_listed_and_revoked(served):
    async with catalog.opened_keys(served) as keys:
        secret, key = await keys.create("default", name="ci", role=Role.ALL)
        assert secret not in repr(key)
    async with catalog.opened_keys(served) as keys:
        assert [it.name for it in await keys.list("default")] == ["ci"]
        await keys.revoke("default", key.id)
    async with catalog.opened_catalog(served) as opened:
        assert await opened.list_keys("default") == []


async def test_keys_can_be_made_while_a_server_holds_the_data_directory(settings):
    async with AsyncExitStack() as stack:
        stores = await open_stores(settings, stack)
        async with catalog.opened_keys(settings) as keys:
            await keys.create("default", name="beside", role=Role.ALL)
        assert [key.name for key in await stores.catalog.list_keys("default")] == ["beside"]


async def test_a_database_without_its_driver_is_told_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "find_spec", lambda _: None)
    settings = Settings(
        data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:9/x", blob_url="s3://bucket"
    )
    async with AsyncExitStack() as stack:
        with pytest.raises(InvalidRequest, match=r"pip install 'lodgepole\[postgres\]'"):
            await catalog.open_catalog_database(settings, stack)


async def test_what_is_done_beside_a_server_is_in_its_audit_log(settings):
    async with AsyncExitStack() as stack:
        stores = await open_stores(settings, stack)
        async with catalog.opened_keys(settings) as keys:
            _, key = await keys.create("default", name="beside", role=Role.ALL)
            await keys.revoke("default", key.id)
        found = await stores.records.list(
            "default", RecordKind.AUDIT, limit=9, after=None, newest_first=True
        )
        assert [record.body["action"] for record in found] == ["revoke_key", "create_key"]
        assert found[0].body["address"] == "command line"

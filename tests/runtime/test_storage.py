"""Which database and which bucket go together."""

from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from tests.support.postgres_server import fresh_database

from lodgepole.adapters.blobs.obstore import ObstoreBlobs
from lodgepole.cli.connection import load_settings
from lodgepole.errors import Conflict
from lodgepole.library.blob_keys import original_key
from lodgepole.model import FileVersion
from lodgepole.runtime.storage import OWNER_KEY, open_stores

KEY = original_key("assistant", FileVersion("file", 1))


@pytest.fixture
def other_database_url(postgres_url):
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
def blobs(bucket_url):
    return ObstoreBlobs.at(bucket_url, plain_http=True)


@pytest.fixture
def opened(bucket_url, s3_server, tmp_path):
    endpoint = s3_server.environment()["AWS_ENDPOINT_URL"]

    @asynccontextmanager
    async def open_(database_url):
        settings = load_settings(
            database_url=database_url,
            blob_url=bucket_url,
            aws_endpoint_url=endpoint,
            data_dir=tmp_path,
        )
        async with AsyncExitStack() as stack:
            yield await open_stores(settings, stack)

    return open_


async def put(blobs, key, data):
    async def once():
        yield data

    await blobs.put(key, once())


async def test_a_database_keeps_its_bucket_also_when_both_are_emptied(opened, database_url, blobs):
    async with opened(database_url) as stores:
        await put(stores.blobs, KEY, b"words")
    async with opened(database_url) as stores:
        assert await stores.blobs.get(KEY) == b"words"
        await stores.blobs.remove_prefix("assistant/")
    async with opened(database_url):
        assert [key async for key in blobs.keys("")] == [OWNER_KEY]


async def test_another_database_is_refused_a_bucket_in_use(
    opened, database_url, other_database_url, blobs
):
    async with opened(database_url) as stores:
        await put(stores.blobs, KEY, b"words")
    for _ in range(2):  # it stays another one
        with pytest.raises(Conflict, match="of another catalog"):
            async with opened(other_database_url):
                pass
    assert await blobs.get(KEY) == b"words"
    async with opened(database_url):
        pass


async def test_a_new_database_is_refused_files_that_nobody_put_a_name_on(
    opened, database_url, blobs
):
    await put(blobs, KEY, b"words")
    for _ in range(2):
        with pytest.raises(Conflict, match="the database is new"):
            async with opened(database_url):
                pass
    await blobs.remove_prefix("assistant/")
    async with opened(database_url):
        pass


async def test_a_database_of_an_earlier_release_puts_its_name_on_its_bucket(
    opened, database_url, other_database_url, blobs
):
    async with opened(database_url):
        pass
    await put(blobs, KEY, b"words")
    await blobs._delete([OWNER_KEY])
    async with opened(database_url):
        pass
    with pytest.raises(Conflict):
        async with opened(other_database_url):
            pass

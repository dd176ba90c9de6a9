"""Original bytes compared with the catalog as they are read."""

import pytest

from lodgepole.errors import Unavailable
from lodgepole.library.blob_keys import original_key
from lodgepole.library.original_check import checked

DATA = b"The crane lifts 40 tonnes."


async def read(house, file):
    key = original_key(file.assistant_id, file.version)
    found = b""
    try:
        async for chunk in checked(file, in_tens(house.blobs.stream(key))):
            found += chunk
    except Unavailable as error:
        return found, str(error)
    return found, None


async def in_tens(chunks):
    async for chunk in chunks:
        for start in range(0, len(chunk), 10):
            yield chunk[start : start + 10]


@pytest.fixture
async def file(house):
    return await house.ingested(await house.assistant(), "a.txt", DATA)


async def test_what_was_uploaded_passes(house, file):
    assert await read(house, file) == (DATA, None)


@pytest.mark.parametrize(
    "stored", [b"The crane lifts 41 tonnes.", DATA[:-1], DATA + b" ", b"", None]
)
async def test_what_was_not_never_comes_whole(house, file, caplog, stored):
    key = original_key(file.assistant_id, file.version)
    if stored is None:
        await house.blobs.remove_prefix(key.removesuffix("original"))
    else:

        async def once():
            yield stored

        await house.blobs.put(key, once())
    found, said = await read(house, file)
    assert len(found) < len(DATA)
    assert "are not those that were uploaded" in said
    assert file.id in caplog.text

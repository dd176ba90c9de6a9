import hashlib

import pytest
from tests.conftest import chunks

from lodgepole.errors import TooLarge
from lodgepole.sources.spool import IN_MEMORY_BYTES, Spooled


@pytest.mark.parametrize("size", [0, 10, 2 * IN_MEMORY_BYTES])
async def test_bytes_come_back_with_their_digest(tmp_path, size):
    data = b"x" * size
    with Spooled(tmp_path) as spooled:
        await spooled.fill(chunks(data, 100_000), most=size)
        assert spooled.sha256 == hashlib.sha256(data).hexdigest()
        for _ in range(2):
            assert b"".join([chunk async for chunk in spooled.chunks()]) == data
    assert list(tmp_path.iterdir()) == []


async def test_one_byte_more_than_allowed_is_refused():
    with Spooled(None) as spooled, pytest.raises(TooLarge):
        await spooled.fill(chunks(b"12345"), most=4)

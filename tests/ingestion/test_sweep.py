"""What no row accounts for goes, after a grace; what is alive stays."""

from datetime import timedelta

import pytest

from lodgepole.adapters.memory.catalog import MemoryCatalog
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.operation_log import MemoryOperationLog
from lodgepole.ingestion.sweep import GRACE, SET_ASIDE_FOR, accounted_for, stored_versions
from lodgepole.library.blob_keys import given_key, given_version, original_key
from lodgepole.model import FileVersion


async def put(house, key: str) -> None:
    async def once():
        yield b"bytes"

    await house.blobs.put(key, once())


async def keys(house) -> list[str]:
    return sorted([key async for key in house.blobs.keys("")])


@pytest.fixture
async def file(house):
    return await house.ingested(await house.assistant(), "a.txt", b"The crane lifts 40 tonnes.")


async def test_nothing_goes_while_all_is_accounted_for(house, file) -> None:
    before = await house.state()
    await house.swept()
    assert await house.state() == before


async def test_an_orphan_goes_only_after_the_grace(house, file) -> None:
    orphan = original_key(file.assistant_id, FileVersion("gone", 1))
    await put(house, orphan)
    sweep = house.sweep
    assert await sweep.run() == 0
    house.clock.advance(GRACE - timedelta(seconds=1))
    assert await sweep.run() == 0
    assert orphan in await keys(house)
    house.clock.advance(timedelta(seconds=2))
    assert await sweep.run() == 1
    assert orphan not in await keys(house)


async def test_one_that_got_its_row_meanwhile_stays(house, file) -> None:
    key = original_key(file.assistant_id, FileVersion("late", 1))
    await put(house, key)
    sweep = house.sweep
    await sweep.run()
    await house.blobs.remove_prefix(key)
    await sweep.run()
    await put(house, key)
    house.clock.advance(GRACE)
    assert await sweep.run() == 0, "seen anew, it has its whole grace again"


async def test_what_is_left_of_an_assistant_goes_whole(house, file) -> None:
    await put(house, original_key("no-such-assistant", FileVersion("f", 1)))
    await house.swept()
    assert all(key.startswith(f"{file.assistant_id}/") for key in await keys(house))


async def test_passages_that_a_client_brought_belong_to_a_file(house, file) -> None:
    mine, other = (given_key(file.assistant_id, id_) for id_ in (file.id, "nobody"))
    await put(house, mine)
    await put(house, other)
    await house.swept()
    assert mine in await keys(house)
    assert other not in await keys(house)


async def test_other_keys_in_the_bucket_are_nobodys_business(house, file) -> None:
    await put(house, "owner")
    await house.swept()
    assert "owner" in await keys(house)


async def test_versions_are_listed_by_assistant(house) -> None:
    for assistant, version in (("b", 1), ("a", 1), ("a", 2)):
        await put(house, original_key(assistant, FileVersion("f", version)))
    assert await stored_versions(house.blobs) == {
        "a": {FileVersion("f", 1), FileVersion("f", 2)},
        "b": {FileVersion("f", 1)},
    }


def test_a_live_version_accounts_for_what_was_brought_along() -> None:
    live = FileVersion("f", 3)
    assert accounted_for([live]) == {live, given_version("f")}


async def test_an_old_catalog_costs_no_bytes(house, caplog):
    assistant = await house.assistant()
    for name in ("a.txt", "b.txt"):
        await house.ingested(assistant, name, b"text")
    stored = await keys(house)
    house.database = MemoryDatabase()
    house.catalog = MemoryCatalog(house.database)
    house.log = MemoryOperationLog(house.database, house.clock)
    await house.swept()
    assert await keys(house) == []
    aside = await house.blobs.set_aside_by_day()
    assert sum(aside.values()) == len(stored)
    assert "2 of 2 stored contents have no row in the catalog" in caplog.text
    assert assistant.id in caplog.text

    house.clock.advance(SET_ASIDE_FOR)
    await house.swept()
    assert await house.blobs.set_aside_by_day() == aside
    house.clock.advance(SET_ASIDE_FOR)
    await house.swept()
    assert not await house.blobs.set_aside_by_day()

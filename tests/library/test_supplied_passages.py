"""Passages that wait for a file: how many, how large, how long."""

import pytest
from tests.conftest import chunks

from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.errors import RateLimited, TooLarge
from lodgepole.library import supplied_passages
from lodgepole.library.blob_keys import given_key
from lodgepole.library.supplied_passages import WAITING_FOR, WAITING_MOST, SuppliedPassages
from lodgepole.limits import Limits


@pytest.fixture
def clock():
    return MemoryClock()


@pytest.fixture
def blobs():
    return MemoryBlobs()


@pytest.fixture
def supplied(blobs, clock):
    return SuppliedPassages(blobs, clock, Limits())


async def keep(supplied, file_id, assistant_id="a", *, has_file=False, data=b"{}"):
    await supplied.keep(assistant_id, file_id, chunks(data), has_file=has_file)


async def test_the_last_ones_for_an_id_are_kept(supplied, blobs):
    await keep(supplied, "f", data=b"first")
    await keep(supplied, "f", data=b"second")
    assert await blobs.get(given_key("a", "f")) == b"second"


async def test_ids_without_a_file_are_counted_by_assistant_and_files_that_are_there_are_not(
    supplied,
):
    for number in range(WAITING_MOST):
        await keep(supplied, f"f{number}")
    with pytest.raises(RateLimited, match=f"wait for {WAITING_MOST} files"):
        await keep(supplied, "more")
    await keep(supplied, "more", "another")
    await keep(supplied, "there", has_file=True)
    await keep(supplied, "f0")


async def test_an_id_is_free_again_when_its_file_has_come_or_after_a_time(supplied, clock):
    for number in range(WAITING_MOST):
        await keep(supplied, f"f{number}")
    supplied.used("a", "f3")
    supplied.used("a", "never seen")
    await keep(supplied, "next")
    with pytest.raises(RateLimited):
        await keep(supplied, "more")
    clock.advance(WAITING_FOR)
    await keep(supplied, "more")


async def test_what_is_too_large_is_not_kept_and_exactly_the_most_is(supplied, blobs, monkeypatch):
    monkeypatch.setattr(supplied_passages, "MOST_BYTES", 10)
    await keep(supplied, "fits", data=b"x" * 10)
    with pytest.raises(TooLarge, match="10 bytes"):
        await keep(supplied, "large", data=b"x" * 11)
    assert [key async for key in blobs.keys("")] == [given_key("a", "fits")]

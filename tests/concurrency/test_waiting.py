"""Waiting that ends."""

import asyncio

import pytest

from lodgepole.concurrency.waiting import first_of, wait_until


async def test_waiting_says_whether_the_event_came():
    event = asyncio.Event()
    assert not await wait_until(event, -1.0)
    event.set()
    assert await wait_until(event, None)


async def test_work_that_is_stopped_has_ended():
    stop, ended = asyncio.Event(), []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    waiting = asyncio.create_task(first_of(work(), stop))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stop.set()
    await waiting
    assert ended == [True]


async def test_an_error_of_the_work_is_raised():
    async def work():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await first_of(work(), asyncio.Event())

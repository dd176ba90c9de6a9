"""What every OperationSignals does."""

import asyncio
from datetime import timedelta


async def test_waiting_ends_at_once_when_something_is_due(ready):
    await ready.append_content("o1")
    async with asyncio.timeout(5):
        await ready.signals.wait(timedelta(hours=1))


async def test_waiting_ends_when_something_is_appended_or_released(ready):
    waiting = asyncio.create_task(ready.signals.wait(timedelta(hours=1)))
    async with asyncio.timeout(5):
        await ready.append_content("o1")
        await waiting
    held = await ready.claim()
    waiting = asyncio.create_task(ready.signals.wait(timedelta(hours=1)))
    async with asyncio.timeout(5):
        await ready.queue.release(held, due_at=ready.clock.now())
        await waiting


async def test_waiting_with_nothing_to_do_ends_by_its_timeout(ready):
    async with asyncio.timeout(5):
        await ready.signals.wait(timedelta(milliseconds=1))
        await ready.signals.wait_finished(timedelta(milliseconds=1))


async def test_waiting_for_an_end_is_over_when_one_is_reached(ready):
    await ready.append_content("o1")
    held = await ready.claim()
    waiting = asyncio.create_task(ready.signals.wait_finished(timedelta(hours=1)))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await ready.queue.complete(held)
        await waiting

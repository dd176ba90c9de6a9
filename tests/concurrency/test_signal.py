"""Broadcasting within one process."""

import asyncio

from lodgepole.concurrency.signal import Signal


async def test_all_who_wait_are_woken():
    signal = Signal()
    waiting = [asyncio.create_task(signal.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    signal.give()
    assert await asyncio.gather(*waiting) == [True, True, True]


async def test_who_comes_later_waits_for_the_next_one():
    signal = Signal()
    signal.give()
    assert not await signal.wait(0)


async def test_what_was_given_after_listening_is_not_missed():
    signal = Signal()
    event = signal.listen()
    signal.give()
    assert event.is_set()

"""What every LeaderLease does."""

import asyncio
from datetime import timedelta


async def test_a_turn_is_of_one_holder_until_it_is_not_asked_for_any_more(ready):
    log, lease = ready.log, timedelta(minutes=5)
    assert await log.take_turn("sweep", "one", lease=lease)
    assert not await log.take_turn("sweep", "two", lease=lease)
    assert await log.take_turn("other", "two", lease=lease)
    ready.clock.advance(timedelta(minutes=4))
    assert await log.take_turn("sweep", "one", lease=lease)
    ready.clock.advance(timedelta(minutes=4))
    assert not await log.take_turn("sweep", "two", lease=lease)
    ready.clock.advance(timedelta(minutes=2))
    assert await log.take_turn("sweep", "two", lease=lease)
    assert not await log.take_turn("sweep", "one", lease=lease)
    taken = await asyncio.gather(*(log.take_turn("new", f"w{n}", lease=lease) for n in range(5)))
    assert taken.count(True) == 1


async def test_a_turn_taken_before_the_clock_was_set_back_is_given_on(ready):
    lease = timedelta(minutes=5)
    assert await ready.leader_lease.take_turn("sweep", "gone", lease=lease)
    ready.clock.advance(timedelta(days=-1))
    assert await ready.leader_lease.take_turn("sweep", "two", lease=lease)

"""Identical requests in flight share one generation; one that nobody wants is stopped."""

import asyncio
from contextlib import aclosing

import pytest
from tests.wire.requirements import requirement

from lodgepole.chat.request_coalescing import SharedAnswers
from lodgepole.errors import Unavailable


class Source:
    """Gives 0, 1, 2 as it is allowed to, and remembers how it ended."""

    def __init__(self, failure=None):
        self.started = 0
        self.closed = asyncio.Event()
        self.go = asyncio.Event()
        self.failure = failure

    async def __call__(self):
        self.started += 1
        try:
            yield 0
            await self.go.wait()
            if self.failure:
                raise self.failure
            yield 1
            yield 2
        finally:
            self.closed.set()


async def collect(shared, source, key="k"):
    return [e async for e in shared.join(key, source)]


@requirement("chat.shared")
async def test_two_requests_get_all_events_of_one_generation():
    shared, source = SharedAnswers(linger_seconds=5), Source()
    first = asyncio.create_task(collect(shared, source))
    await asyncio.sleep(0)
    second = asyncio.create_task(collect(shared, source))
    await asyncio.sleep(0)
    source.go.set()
    assert await first == await second == [0, 1, 2]
    assert source.started == 1


async def test_a_request_after_the_end_has_its_own_generation():
    shared, source = SharedAnswers(linger_seconds=5), Source()
    source.go.set()
    assert await collect(shared, source) == [0, 1, 2]
    assert await collect(shared, source) == [0, 1, 2]
    assert source.started == 2


async def test_other_keys_are_apart():
    shared, source = SharedAnswers(linger_seconds=5), Source()
    source.go.set()
    await asyncio.gather(collect(shared, source, "a"), collect(shared, source, "b"))
    assert source.started == 2


async def test_a_client_that_left_and_comes_back_finds_its_generation():
    shared, source = SharedAnswers(linger_seconds=5), Source()
    async with aclosing(shared.join("k", source)) as events:
        assert await anext(events) == 0
    again = asyncio.create_task(collect(shared, source))
    await asyncio.sleep(0)
    source.go.set()
    assert await again == [0, 1, 2]
    assert source.started == 1


async def test_a_generation_that_everybody_left_is_stopped():
    shared, source = SharedAnswers(linger_seconds=0), Source()
    async with aclosing(shared.join("k", source)) as events:
        assert await anext(events) == 0
    await asyncio.wait_for(source.closed.wait(), 5)
    source.go.set()
    assert await collect(shared, source) == [0, 1, 2]
    assert source.started == 2


async def test_a_failure_reaches_everyone_who_waits():
    shared, source = SharedAnswers(linger_seconds=5), Source(Unavailable("gone"))
    waiting = [asyncio.create_task(collect(shared, source)) for _ in range(2)]
    await asyncio.sleep(0)
    source.go.set()
    for task in waiting:
        with pytest.raises(Unavailable):
            await task
    assert source.started == 1

"""A worker that ends of what nobody foresaw is started again."""

import asyncio

import pytest

from lodgepole.ingestion.supervision import Supervised


class Panic(BaseException):
    """What a library raises that no handler of errors sees."""


class Ending:
    """Ends with each of `failures`, then works until it is stopped."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.began, self.works = asyncio.Event(), asyncio.Event()

    async def run(self, stop):
        self.began.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._task())
        self.works.set()
        await stop.wait()

    async def _task(self):
        if self.failures:
            raise self.failures.pop()


@pytest.mark.parametrize("failure", [Panic("index out of bounds"), ValueError("a bug of ours")])
async def test_it_starts_again_until_it_works(failure):
    stop, worker = asyncio.Event(), Ending(failure, failure)
    supervised = Supervised(worker, first_seconds=0.0)
    running = asyncio.create_task(supervised.run(stop))
    async with asyncio.timeout(60):
        await worker.works.wait()
        assert not supervised.down
        stop.set()
        await running


async def test_it_is_down_until_then_and_may_be_stopped():
    stop = asyncio.Event()
    worker = Ending(Panic())
    supervised = Supervised(worker, first_seconds=3600.0)
    running = asyncio.create_task(supervised.run(stop))
    async with asyncio.timeout(60):
        await worker.began.wait()
        for _ in range(5):  # the group and the supervisor end one step after the other
            await asyncio.sleep(0)
        assert supervised.down
        stop.set()
        await running

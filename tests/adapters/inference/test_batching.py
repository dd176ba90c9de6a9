"""Steps of blocking work: each once, so many at a time, and none after a failure."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lodgepole.adapters.inference.batching import in_steps


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as made:
        yield made


@pytest.mark.parametrize(("count", "size"), [(0, 3), (1, 3), (3, 3), (10, 3), (10, 100)])
async def test_runs_cover_everything_once(pool, count: int, size: int) -> None:
    done: list[int] = []
    lock = threading.Lock()

    def work(begin: int, end: int) -> None:
        assert 0 < end - begin <= size
        with lock:
            done.extend(range(begin, end))

    await in_steps(pool, work, count=count, size=size, workers=3)
    assert sorted(done) == list(range(count))


async def test_only_so_many_at_once(pool) -> None:
    at_once, most = 0, 0
    lock = threading.Lock()
    both = threading.Barrier(2, timeout=5)

    def work(_begin: int, _end: int) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        both.wait()
        with lock:
            at_once -= 1

    await in_steps(pool, work, count=8, size=1, workers=2)
    assert most == 2


async def test_after_a_failure_no_step_begins(pool) -> None:
    begun: list[int] = []

    def work(begin: int, _end: int) -> None:
        begun.append(begin)
        if begin == 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_steps(pool, work, count=100, size=1, workers=1)
    assert begun == [0, 1, 2]


async def test_a_cancellation_keeps_the_rest_from_beginning(pool) -> None:
    first, go_on = threading.Event(), threading.Event()
    begun: list[int] = []

    def work(begin: int, _end: int) -> None:
        begun.append(begin)
        first.set()
        assert go_on.wait(5)

    task = asyncio.ensure_future(in_steps(pool, work, count=50, size=1, workers=1))
    assert await asyncio.to_thread(first.wait, 5)
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert begun == [0]

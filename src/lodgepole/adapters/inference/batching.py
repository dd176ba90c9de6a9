"""Batches many small blocking jobs over a pool of threads."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor


async def in_steps(
    pool: Executor, work: Callable[[int, int], None], *, count: int, size: int, workers: int
) -> None:
    """Call `work(begin, end)` for runs of at most `size` that cover `[0, count)`.

    At most `workers` at once. The first failure, or a cancellation, keeps the rest from beginning.
    """
    loop = asyncio.get_running_loop()
    begins = iter(range(0, count, size))

    async def take_steps() -> None:
        for begin in begins:  # shared: whoever is free takes the next
            await loop.run_in_executor(pool, work, begin, min(begin + size, count))

    await at_once(take_steps, workers)


async def at_once(work: Callable[[], Awaitable[None]], count: int) -> None:
    """Run `work` `count` times at once; the first failure ends the others and is raised alone."""
    tasks = [asyncio.ensure_future(work()) for _ in range(count)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

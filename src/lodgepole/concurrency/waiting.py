"""Bounded waiting: for an event, a time-out or a stop."""

import asyncio
from collections.abc import Awaitable
from typing import Any


async def wait_until(event: asyncio.Event, seconds: float | None) -> bool:
    """Return when `event` is set, at the latest after `seconds`; whether it is set."""
    try:
        async with asyncio.timeout(seconds if seconds is None else max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def first_of(work: Awaitable[object], stop: asyncio.Event) -> None:
    """Return when `work` is done or `stop` is set; an error of `work` is raised.

    Work that `stop` ends is cancelled, and has ended on return.
    """
    tasks: list[asyncio.Future[Any]] = [
        asyncio.ensure_future(work),
        asyncio.ensure_future(stop.wait()),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if not task.cancelled():
            task.result()

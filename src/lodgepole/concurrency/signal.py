"""Broadcast signal: wakes everyone who waits."""

import asyncio

from lodgepole.concurrency.waiting import wait_until


class Signal:
    """Wakes all who wait at the moment it is given; who comes later waits for the next one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def give(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """What the next `give` sets; listen before you look, so that nothing is missed."""
        return self._event

    async def wait(self, seconds: float | None = None) -> bool:
        """Return when it is given, at the latest after `seconds`; whether it was."""
        return await wait_until(self._event, seconds)

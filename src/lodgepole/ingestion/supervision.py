"""Restarts a worker that ends with an unexpected error."""

import asyncio
import logging
from typing import Protocol

from lodgepole.concurrency.waiting import wait_until

log = logging.getLogger(__name__)

RESTART_FIRST_SECONDS = 1.0
RESTART_MOST_SECONDS = 60.0


class Runnable(Protocol):
    """Work that goes on until it is told to stop."""

    async def run(self, stop: asyncio.Event) -> None: ...


class Supervised:
    """Keeps one worker at work. Files go on being answered from while it is down.

    A library may raise what is no `Exception`, such as a panic of one written in Rust, which ends
    every task of a worker. It takes back what it held when it starts again.
    """

    def __init__(self, worker: Runnable, *, first_seconds: float = RESTART_FIRST_SECONDS) -> None:
        self._worker = worker
        self._first_seconds = first_seconds
        self._down = False

    @property
    def down(self) -> bool:
        """Whether it ended and is about to be started again."""
        return self._down

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. A cancellation is passed on."""
        pause = self._first_seconds
        while not stop.is_set():
            try:
                await self._worker.run(stop)
            except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
                raise
            except BaseException:
                self._down = True
                log.critical("The worker ended; it starts again in %g s", pause, exc_info=True)
                await wait_until(stop, pause)
                self._down = False
                pause = min(2 * pause, RESTART_MOST_SECONDS)
            else:
                return

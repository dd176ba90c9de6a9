"""Transactions: a function over a connection runs as one, without the event loop waiting.

Work is written as plain statements, one after the other. PostgreSQL answers over the network, so
there the driver waits on the event loop; SQLite is in this process, so there a thread runs the
whole transaction: between threads nothing is handed over but the work and its result.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Work = Callable[[Connection], T]
TRANSACTION_SECONDS = 120.0
"""For all statements of one; a listing of a large assistant takes a second or two."""
STEPS_BETWEEN_LOOKS = 100_000
"""Of SQLite's machine, about a millisecond, before it is asked whether it is too late."""


class Transactions(Protocol):
    """Runs work, each in a transaction of its own that is undone if it raises."""

    async def run(self, work: Work[T]) -> T:
        """Raises TimeoutError after TRANSACTION_SECONDS, and what the database raises."""
        ...

    async def close(self) -> None: ...


class OnTheLoop:
    """`Transactions` with a driver that waits on the event loop."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def run(self, work: Work[T]) -> T:
        async with asyncio.timeout(TRANSACTION_SECONDS), self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


class InThreads:
    """`Transactions` of SQLite, each in one hop to a thread."""

    def __init__(self, engine: Engine, threads: int) -> None:
        """As many `threads` as the engine has connections."""
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, "catalog")

    async def run(self, work: Work[T]) -> T:
        loop = asyncio.get_running_loop()
        until = time.monotonic() + TRANSACTION_SECONDS
        async with asyncio.timeout(TRANSACTION_SECONDS):
            return await loop.run_in_executor(self._threads, self._run, work, until)

    def _run(self, work: Work[T], until: float) -> T:
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            # Nobody else ends a statement whose caller was told that it took too long.
            driver.set_progress_handler(lambda: time.monotonic() > until, STEPS_BETWEEN_LOOKS)
            with connection.begin():
                return work(connection)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

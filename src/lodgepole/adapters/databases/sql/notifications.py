"""Signals between processes, by LISTEN and NOTIFY of PostgreSQL.

They only wake up sooner who would look by itself: one that is lost costs a few seconds. So they are
sent after the commit and not in it, where they would make commits wait for each other, and many
that come at once are sent as one.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from lodgepole.adapters.databases.sql.dialects import POSTGRES_OPTIONS

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.02
"""Between two sendings: at most fifty a second from one process."""
SILENCE_SECONDS = 20.0
"""After which the connection is tried, since one that broke may say nothing either."""
RECONNECT_SECONDS = 1.0


class Messages:
    """Tells other processes, and calls `wake` of a channel when another one tells."""

    def __init__(self, url: str, wake: Mapping[str, Callable[[], None]]) -> None:
        self._url = url
        self._wake = wake
        self._to_tell: set[str] = set()
        self._told = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        self._tasks = [
            asyncio.create_task(self._keep(self._listen)),
            asyncio.create_task(self._keep(self._send)),
        ]

    def tell(self, channel: str) -> None:
        """Soon; returns at once."""
        self._to_tell.add(channel)
        self._told.set()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, work: Callable[[Any], Any]) -> None:
        """Do `work` on a connection, and again on a new one whenever it breaks."""
        import psycopg  # noqa: PLC0415  one machine has no need of it

        while True:
            with contextlib.suppress(TimeoutError):
                try:
                    connection = await psycopg.AsyncConnection.connect(
                        self._url, autocommit=True, prepare_threshold=None, **POSTGRES_OPTIONS
                    )
                    async with connection:
                        await work(connection)
                except psycopg.Error as error:
                    log.info("Signals of other processes pause (%s)", type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self, connection: Any) -> None:
        for channel, wake in self._wake.items():
            await connection.execute(f"LISTEN {channel}")
            wake()  # what was told while nobody listened
        own = connection.info.backend_pid
        while True:
            async for message in connection.notifies(timeout=SILENCE_SECONDS):
                if message.pid != own and message.channel in self._wake:
                    self._wake[message.channel]()
            async with asyncio.timeout(SILENCE_SECONDS):
                await connection.execute("SELECT 1")

    async def _send(self, connection: Any) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            channels, self._to_tell = self._to_tell, set()
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    for channel in sorted(channels):
                        await connection.execute("SELECT pg_notify(%s, '')", (channel,))
            except BaseException:
                self._to_tell |= channels
                self._told.set()
                raise
            await asyncio.sleep(GATHER_SECONDS)

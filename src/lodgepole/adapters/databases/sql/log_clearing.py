"""Clearing of SQLite's write-ahead log, so that what was deleted leaves it too."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from lodgepole.concurrency.signal import Signal

log = logging.getLogger(__name__)

CLEARED_AFTER_SECONDS = 60.0
"""Of an operation's end: until it is written over, the log holds names."""
BUSY_SECONDS = 5.0


class LogClearing:
    """Empties the log of `catalog` some time after operations have ended."""

    def __init__(
        self, catalog: Path, finished: Signal, *, after_seconds: float = CLEARED_AFTER_SECONDS
    ) -> None:
        self._catalog = catalog
        self._finished = finished
        self._after_seconds = after_seconds

    async def run(self) -> None:
        """Until cancelled."""
        cleared = True
        while True:
            if cleared:
                await self._finished.wait()
            await asyncio.sleep(self._after_seconds)
            cleared = await asyncio.to_thread(self.clear)

    def clear(self) -> bool:
        """Whether the log is empty now; a reader that takes long keeps it for the next time."""
        try:
            with closing(sqlite3.connect(self._catalog, timeout=BUSY_SECONDS)) as connection:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            log.warning("The write-ahead log of the catalog could not be emptied: %s", error)
            return False
        return not busy

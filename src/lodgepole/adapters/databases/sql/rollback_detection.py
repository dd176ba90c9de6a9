"""Detects a catalog file that was rolled back, by a counter kept both in it and beside it.

A catalog that is restored from an older copy, or copied without its write-ahead log, is behind the
number beside it: to it, what it has forgotten is garbage.
"""

import asyncio
import contextlib
import logging
from pathlib import Path

from sqlalchemy import Connection, select

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import insert_if_absent
from lodgepole.adapters.databases.sql.tables import secrets
from lodgepole.errors import Conflict, LodgepoleError

log = logging.getLogger(__name__)

_NAME = "high_water"
GATHER_SECONDS = 1.0
"""Between two steps: so much of the latest may be missing from a catalog without being noticed."""


class RollbackDetection:
    """The number in one catalog, and in a file beside it."""

    def __init__(self, database: Database, mark: Path) -> None:
        self._database = database
        self._mark = mark

    async def check(self) -> None:
        """Compare, and go on from here. Raises Conflict where the catalog is behind."""
        kept, beside = await self._kept(), await asyncio.to_thread(self._beside)
        if kept < beside:
            raise Conflict(
                f"The catalog is older than the files beside it: it has reached {kept} of {beside} "
                "steps, so it was restored from an old copy, or copied without catalog.db-wal. A "
                "server would take what it has forgotten for garbage. Copy catalog.db again "
                "together with catalog.db-wal while no server runs, or restore the whole data "
                f"directory from a backup. To go on with this catalog, remove {self._mark}."
            )
        await self._tried()  # a disk that is full keeps nobody from reading

    async def run(self) -> None:
        """Step after changes, until cancelled; once more then."""
        try:
            while True:
                work, finished = self._database.work.listen(), self._database.finished.listen()
                waits = [asyncio.create_task(event.wait()) for event in (work, finished)]
                try:
                    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for wait in waits:
                        wait.cancel()
                await self._tried()
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await self._tried()

    async def _tried(self) -> None:
        try:
            await self.step()
        except (LodgepoleError, OSError) as error:
            log.warning("How far the catalog has come could not be noted: %s", error)

    async def step(self) -> None:
        """One further, in the catalog first: beside it the number is never ahead by a crash."""
        reached = await self._database.write(_rise)
        await asyncio.to_thread(self._note, reached)

    async def _kept(self) -> int:
        query = select(secrets.c.value).where(secrets.c.name == _NAME)
        kept = await self._database.read(lambda c: c.execute(query).scalar_one_or_none())
        return int(kept or 0)

    def _beside(self) -> int:
        try:
            return int(self._mark.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def _note(self, reached: int) -> None:
        draft = self._mark.with_suffix(".new")
        draft.write_text(str(reached), "ascii")
        draft.replace(self._mark)


def _rise(connection: Connection) -> int:
    connection.execute(insert_if_absent(secrets, connection.dialect), {"name": _NAME, "value": "0"})
    query = select(secrets.c.value).where(secrets.c.name == _NAME)
    reached = int(connection.execute(query).scalar_one()) + 1
    connection.execute(secrets.update().where(secrets.c.name == _NAME).values(value=str(reached)))
    return reached

"""The open database: transactions, migration, and the signals between tasks of one process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lodgepole.adapters.sqlalchemy_database.dialects import create_engines
from lodgepole.adapters.sqlalchemy_database.tables import REVISION
from lodgepole.errors import LodgepoleError, Unavailable

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(slots=True)
class Signal:
    """Wakes all who wait at the moment it is given."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """What the next `give` sets; listen before you look, so that nothing is missed."""
        return self._event


async def wait_for(event: asyncio.Event, timeout: timedelta) -> None:
    """Return when it is set, at the latest after `timeout`."""
    try:
        async with asyncio.timeout(max(0.0, timeout.total_seconds())):
            await event.wait()
    except TimeoutError:
        return


class Database:
    """Runs work in transactions. Make it with `open_database`."""

    def __init__(self, readers: AsyncEngine, writer: AsyncEngine) -> None:
        self._readers = readers
        self._writer = writer
        self._running: set[asyncio.Task[Any]] = set()
        self.work = Signal()
        self.finished = Signal()

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which changes nothing; each of its statements sees all that is committed."""
        return await self._run(self._readers, work)

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction; committed on return, undone if it raises."""
        return await self._run(self._writer, work)

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        await self._readers.dispose()
        await self._writer.dispose()

    async def _run(self, engine: AsyncEngine, work: Work[T]) -> T:
        # A cancelled caller must not tear a transaction, or the connection under it, in two.
        task = asyncio.create_task(_transaction(engine, work))
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()


async def _transaction(engine: AsyncEngine, work: Work[T]) -> T:
    try:
        async with engine.begin() as connection:
            return await work(connection)
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise Unavailable(f"The database does not answer ({type(error).__name__}).") from error


async def open_database(url: str) -> Database:
    """Connect, and bring the schema up to this release where it differs.

    Args:
        url: For one machine `sqlite+aiosqlite:///{path}`.

    Raises:
        LodgepoleError: The schema was made by a newer release.
        Unavailable: It cannot be reached or opened.
    """
    database = Database(*create_engines(url))
    try:
        if await database.read(_revision) != REVISION:
            await database.write(_migrate)
    except BaseException:
        await database.close()
        raise
    return database


async def _revision(connection: AsyncConnection) -> str | None:
    return await connection.run_sync(_read_revision)


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


async def _migrate(connection: AsyncConnection) -> None:
    await connection.run_sync(migrate)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Upgrade the schema within the connection's transaction; a second run does nothing."""
    # Alembic costs a fifth of a second to import, and a database is migrated once a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    current = _read_revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise LodgepoleError(
            f"The database has the schema {current!r} of a newer Lodgepole: install that release, "
            "or restore the backup made before the upgrade."
        )
    command.upgrade(config, revision)

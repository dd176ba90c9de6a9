"""The open database: transactions, migration, and the signals between those who use it."""

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lodgepole.adapters.databases.sql.dialects import (
    CONNECTIONS,
    check_encoding,
    disk_is_full,
    is_postgres,
    lock_schema,
    open_engines,
)
from lodgepole.adapters.databases.sql.notifications import Messages
from lodgepole.adapters.databases.sql.remembered_reads import RememberedReads
from lodgepole.adapters.databases.sql.tables import REVISION, schema_readers
from lodgepole.adapters.databases.sql.transactions import Transactions, Work
from lodgepole.concurrency.signal import Signal
from lodgepole.errors import InvalidRequest, LodgepoleError, Unavailable

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"
RETRY_AFTER_SECONDS = 2.0


class SharedSignal(Signal):
    """A signal that is given in other processes too, a little later."""

    def __init__(self) -> None:
        super().__init__()
        self.tell_others: Callable[[], None] = lambda: None

    def give(self) -> None:
        self.wake()
        self.tell_others()

    def wake(self) -> None:
        """Wake those of this process alone."""
        super().give()


class Database:
    """Runs work in transactions. Make it with `open_database`."""

    def __init__(
        self,
        readers: Transactions,
        writer: Transactions,
        remembered: RememberedReads | None = None,
    ) -> None:
        self._readers = readers
        self._remembered = remembered or RememberedReads(None)
        self._writer = writer
        self._running: set[asyncio.Task[Any]] = set()
        self.work = SharedSignal()
        self.finished = SharedSignal()
        self._messages: Messages | None = None

    def listen(self, url: str) -> None:
        """Share the signals with all processes that do so too, over a connection of their own."""
        assert self._messages is None, "once"
        signals = {"lodgepole_work": self.work, "lodgepole_finished": self.finished}
        wake = {channel: signal.wake for channel, signal in signals.items()}
        self._messages = messages = Messages(url, wake)
        for channel, signal in signals.items():
            signal.tell_others = partial(messages.tell, channel)
        messages.open()

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which changes nothing; each of its statements sees all that is committed."""
        return await self._run(self._readers, work)

    async def read_again(self, key: Hashable, work: Work[T]) -> T:
        """What `read` of this work returned or returns; nobody may change it.

        `key` names all that the result depends on, but the database.
        """
        return await self._remembered.read(key, lambda: self.read(work))

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction; committed on return, undone if it raises."""
        return await self._run(self._writer, work)

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        if self._messages is not None:
            await self._messages.close()
        self._remembered.close()
        await self._readers.close()
        await self._writer.close()

    async def _run(self, transactions: Transactions, work: Work[T]) -> T:
        # A cancelled caller must not tear a transaction, or the connection under it, in two.
        task = asyncio.create_task(_transaction(transactions, work))
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()


async def _transaction(transactions: Transactions, work: Work[T]) -> T:
    try:
        return await transactions.run(work)
    except DataError as error:
        # Everything else was checked before; U+0000 is a character to all but PostgreSQL.
        raise InvalidRequest("The request holds a character that cannot be stored.") from error
    except (OperationalError, InterfaceError, InternalError, PoolTimeoutError) as error:
        raise _unavailable(error) from error
    except TimeoutError as error:
        raise _unavailable(error) from error
    except DBAPIError as error:
        if type(error) is DatabaseError:  # not a kind of it: what SQLite says of a damaged file
            raise Unavailable(
                "The database is damaged: stop the server, and restore the data directory from a "
                "backup."
            ) from error
        if not error.connection_invalidated:
            raise
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    said = "The disk of the database is full." if disk_is_full(error) else ""
    said = said or f"The database does not answer ({type(error).__name__})."
    return Unavailable(said, retry_after=RETRY_AFTER_SECONDS)


async def open_database(
    url: str, *, connections: int = CONNECTIONS, listen_url: str | None = None
) -> Database:
    """Connect, and bring the schema up to this release where it is older.

    Args:
        url: `sqlite:///{path}` or `postgresql://…`.
        connections: Of this process to PostgreSQL, at most.
        listen_url: How signals come from other processes, on PostgreSQL: `url` unless that goes
            through a pooler.

    Raises:
        LodgepoleError: The schema was made by a release that this one cannot work beside, or the
            database cannot hold every character.
        Unavailable: It cannot be reached or opened.
    """
    readers, writer = open_engines(url, connections=connections)
    path = None if is_postgres(url) else Path(url.removeprefix("sqlite:///"))
    database = Database(readers, writer, RememberedReads(path))
    try:
        await database.read(check_encoding)
        if await database.read(_read_revision) != REVISION:
            await database.write(migrate)
        if is_postgres(url):
            database.listen(listen_url or url)
    except BaseException:
        await database.close()
        raise
    return database


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(connection: Connection, revision: str = "head") -> None:
    """Upgrade the schema within the connection's transaction; a second run does nothing.

    Processes that do so at once wait for each other. A schema of a newer release is left as it
    is, where that release says that this one may go on.
    """
    # Alembic costs a fifth of a second to import, and a database is migrated once a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    lock_schema(connection)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    current = _read_revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is None or current in known:
        command.upgrade(config, revision)
        return
    oldest = connection.execute(select(schema_readers.c.oldest)).scalar()
    if oldest is None or oldest > REVISION:
        raise LodgepoleError(
            f"The database has the schema {current!r} of a newer Lodgepole: install that release, "
            "or restore the backup made before the upgrade."
        )

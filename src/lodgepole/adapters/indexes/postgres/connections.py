"""Connections to PostgreSQL, a bounded number of them, and transactions on them.

Safe behind PgBouncer in transaction mode: no prepared statement, and no setting that outlives its
transaction.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from lodgepole.errors import Unavailable

T = TypeVar("T")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Work = Callable[[Connection], Awaitable[T]]

CONNECTIONS = 8
WAIT_SECONDS = 30.0  # for a connection to become free
CONNECT_SECONDS = 10
IDLE_SECONDS = 300.0  # after which a connection is not used again
READ_SECONDS = 30.0
WRITE_SECONDS = 600.0  # a large file, behind other files of its assistant
LOCK_SECONDS = 10.0  # of waiting for another change, after which it is looked at why
IDLE_IN_TRANSACTION_SECONDS = 30.0  # of a process that stopped between two statements
_ATTEMPTS = 2  # of a transaction whose connection broke: its server was restarted, or failed over

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit = off"
_WRITE = "BEGIN; SET LOCAL jit = off"
# Who was stopped while it copied rows holds its locks until it is ended: no time limit of the
# database's interrupts its wait for them.
_COPYING = b"""
SELECT copying.pid, bytes_processed FROM pg_stat_progress_copy AS copying JOIN pg_stat_activity
    ON pg_stat_activity.pid = copying.pid
WHERE copying.datname = current_database() AND usename = current_user AND wait_event = 'ClientRead'
    AND relid::regclass::text LIKE 'index\\_%'
"""


class Connections:
    """A pool. One transaction at a time on each connection; those who wait are served in turn."""

    def __init__(
        self,
        url: str,
        *,
        limit: int = CONNECTIONS,
        wait_seconds: float = WAIT_SECONDS,
        read_seconds: float = READ_SECONDS,
        write_seconds: float = WRITE_SECONDS,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        """Nothing is connected before the first transaction.

        Args:
            url: `postgresql://…`, with or without a driver's name in it.
            limit: The most connections at a time.
            wait_seconds: The longest wait for one of them.
            read_seconds: The longest time of one statement that reads.
            write_seconds: The same of one that writes, and of the wait for other changes.
            lock_seconds: After so long a wait it is looked at whether they still go on.
        """
        scheme, _, rest = url.partition("://")
        self._url = f"{scheme.partition('+')[0]}://{rest}"
        self._free = asyncio.Semaphore(limit)
        self._wait_seconds = wait_seconds
        self._read_seconds = read_seconds
        self._read = f"{_READ}; SET LOCAL statement_timeout = {round(read_seconds * 1000)}"
        self._write = (
            f"{_WRITE}; SET LOCAL statement_timeout = {round(write_seconds * 1000)}"
            f"; SET LOCAL lock_timeout = {round(lock_seconds * 1000)}"
            "; SET LOCAL idle_in_transaction_session_timeout = "
            f"{round(IDLE_IN_TRANSACTION_SECONDS * 1000)}"
        )
        self._looks = max(1, round(write_seconds / lock_seconds))
        self._idle: list[tuple[float, Connection]] = []  # last used last
        self._closed = False

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which changes nothing; all of its statements see one moment.

        Raises:
            Unavailable: The database does not answer, or not in time.
        """
        return await self._run(self._read, work)

    async def look(self, work: Work[T]) -> T:
        """Run `work`, one statement that reads: one round trip, not three. Unavailable."""
        return await self._run(None, work)

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction; committed on return, undone if it raises.

        It may be run twice, when the connection breaks: a commit may have been made then, so what
        it does must come to the same when done again.

        Raises:
            Unavailable: The database does not answer, or not in time.
        """
        copying: dict[int, int] = {}
        for _ in range(self._looks):
            try:
                return await self._run(self._write, work)
            except psycopg.errors.LockNotAvailable:
                end = partial(_end_stopped, before=copying)
                copying = await self._run(self._write, end)
        raise Unavailable("Other changes of the assistant's index take too long.")

    async def close(self) -> None:
        self._closed = True
        while self._idle:
            await self._idle.pop()[1].close()

    async def _run(self, begin: str | None, work: Work[T]) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                async with self._connection() as connection:
                    if begin is None:
                        async with asyncio.timeout(self._read_seconds):
                            return await work(connection)
                    await connection.execute(begin.encode())
                    result = await work(connection)
                    await connection.execute(b"COMMIT")
                    return result
            except psycopg.errors.LockNotAvailable:
                raise
            except (psycopg.errors.QueryCanceled, TimeoutError) as error:
                raise Unavailable("A statement of the index took the database too long.") from error
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                broken = error.sqlstate is None or isinstance(error, _ENDED)
                if not broken or attempt + 1 == _ATTEMPTS:
                    raise Unavailable(_told(error)) from error
                await self._forget_idle()
            except (psycopg.errors.UndefinedTable, psycopg.InternalError) as error:
                raise Unavailable(_told(error)) from error
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection]:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise Unavailable(
                f"No connection to the database became free in {self._wait_seconds:g} seconds."
            ) from None
        try:
            connection = await self._taken()
            try:
                yield connection
            finally:
                await self._returned(connection)
        finally:
            self._free.release()

    async def _taken(self) -> Connection:
        oldest = time.monotonic() - IDLE_SECONDS
        while self._idle:
            used, connection = self._idle.pop()
            if used > oldest and not connection.closed:
                return connection
            await connection.close()
        return await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_SECONDS,
            application_name="lodgepole",
            client_encoding="utf8",
        )

    async def _returned(self, connection: Connection) -> None:
        status = connection.info.transaction_status
        if status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            with contextlib.suppress(psycopg.Error):
                await connection.execute(b"ROLLBACK")
            status = connection.info.transaction_status
        if status == TransactionStatus.IDLE and not self._closed:
            self._idle.append((time.monotonic(), connection))
        else:
            # In the midst of a statement that was cancelled, or broken.
            await connection.close()

    async def _forget_idle(self) -> None:
        """When one connection broke, the others most likely did too."""
        while self._idle:
            await self._idle.pop()[1].close()


async def _end_stopped(connection: Connection, *, before: dict[int, int]) -> dict[int, int]:
    """End those that copied nothing since `before`; how far the others are, by process."""
    rows = await (await connection.execute(_COPYING)).fetchall()
    copying: dict[int, int] = dict(rows)
    for pid in [pid for pid, done in copying.items() if before.get(pid) == done]:
        await connection.execute(b"SELECT pg_terminate_backend(%s)", (pid,))
    return copying


_ENDED = (
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.ReadOnlySqlTransaction,
)


def _told(error: psycopg.Error) -> str:
    """What may be shown of it: its class, never a statement or a value."""
    if isinstance(error, psycopg.errors.UndefinedTable):
        return "The database lacks the tables of the index: start a server of this release on it."
    return f"The database does not answer ({type(error).__name__})."

"""Differences between SQLite and PostgreSQL.

SQLite: one writer at a time, so writes have a pool of one connection and begin with
BEGIN IMMEDIATE (a deferred transaction that reads before it writes fails when another commits
in between, and no waiting helps). PostgreSQL: one pool; rows are locked by the statements. Nothing
outlives a transaction on a connection, neither settings nor prepared statements, so that a pooler
in transaction mode may stand between.
"""

import sqlite3
import time
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import create_async_engine

from lodgepole.adapters.databases.sql.transactions import InThreads, OnTheLoop, Transactions
from lodgepole.errors import LodgepoleError

BUSY_TIMEOUT_MS = 30_000
"""How long a write waits for another process to finish its own."""
SWITCH_PAUSE_SECONDS = 0.01
"""Between attempts to switch the journal while another process does so."""
READ_CONNECTIONS = 4
CONNECTIONS = 10
"""Of one process to PostgreSQL, at most; one that listens for signals comes on top."""
POOL_TIMEOUT_SECONDS = 10.0
RESTED_SECONDS = 1.0
"""After which a connection may be one of a server that was restarted since."""
CONNECTION_SECONDS = 1800
"""After which a connection is replaced, so that load follows servers that were added."""
POSTGRES_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    # A server that vanished without a word is noticed within about half a minute.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "lodgepole",
    "client_encoding": "utf8",
}
DISK_FULL = "53100"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
MIGRATION_LOCK = 0x6C6F646765  # any number that nobody else takes
LOCK_TIMEOUT = "10s"
"""How long a change of the schema may make others wait behind it."""


def open_engines(url: str, *, connections: int = CONNECTIONS) -> tuple[Transactions, Transactions]:
    """`(readers, writer)`; over one pool where the database locks rows itself."""
    options: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        # Else a traceback in the log would hold names, metadata and hashes of keys.
        "hide_parameters": True,
    }
    if is_postgres(url):
        engine = create_async_engine(
            f"postgresql+psycopg://{url.partition('://')[2]}",
            pool_size=connections,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_recycle=CONNECTION_SECONDS,
            use_native_hstore=False,  # would be looked for on each new connection
            connect_args={"prepare_threshold": None, **POSTGRES_OPTIONS},
            **options,
        )
        _check_rested(engine.sync_engine)
        # A look-up is one round trip instead of three.
        return OnTheLoop(engine.execution_options(isolation_level="AUTOCOMMIT")), OnTheLoop(engine)
    # A look-up is one statement: readers begin, commit and reset nothing.
    readers = create_engine(
        url,
        pool_size=READ_CONNECTIONS,
        max_overflow=0,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
        **options,
    )
    writer = create_engine(url, pool_size=1, max_overflow=0, **options)
    _prepare_sqlite(readers)
    _prepare_sqlite(writer)
    event.listen(writer, "begin", _begin_immediate)
    return InThreads(readers, READ_CONNECTIONS), InThreads(writer, 1)


def _check_rested(engine: Engine) -> None:
    """Ask a connection that was not used for a moment whether it is still one.

    To ask each time, as the pool would, is a tenth of all round trips.
    """

    def on_checkin(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def on_checkout(connection: Any, record: Any, _handed_out: Any) -> None:
        used = record.info.get("used")
        if used is None or time.monotonic() - used < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool connects anew, and the others too

    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_sqlite(engine: Engine) -> None:
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is off; `_begin_immediate` says when they begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _use_write_ahead_log(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted must be gone from the file too, not only from the tables.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    event.listen(engine, "connect", on_connect)


def _use_write_ahead_log(cursor: Any) -> None:
    """Switch the file's journal; a second process that opens a new database waits for the first.

    SQLite does not let its own busy timeout wait here: it says "locked" at once.
    """
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while not _switched(cursor, last=time.monotonic() > until):
        time.sleep(SWITCH_PAUSE_SECONDS)  # noqa: TID251  the work is in another process


def _switched(cursor: Any, *, last: bool) -> bool:
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def is_postgres(url: str) -> bool:
    return url.startswith(("postgresql://", "postgres://"))


def disk_is_full(error: Exception) -> bool:
    original = getattr(error, "orig", None)
    return (
        getattr(original, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(original, "sqlstate", None) == DISK_FULL
    )


def check_encoding(connection: Connection) -> None:
    """Raises LodgepoleError where the database cannot hold every character."""
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise LodgepoleError(
                f"The database's encoding is {encoding}, and must be UTF8: make one by "
                "CREATE DATABASE lodgepole ENCODING 'UTF8' TEMPLATE template0."
            )


def lock_schema(connection: Connection) -> None:
    """Let one process at a time change the schema, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))


def skip_locked(query: Select[*tuple[Any, ...]], table: Table) -> Select[*tuple[Any, ...]]:
    """Lock the rows of `table`, passing over those another worker has; nothing on SQLite."""
    return query.with_for_update(of=table, skip_locked=True)


def locked(query: Select[Any]) -> Select[Any]:
    """Lock the rows until the transaction ends; nothing on SQLite, where the file is locked."""
    return query.with_for_update()


def kept(query: Select[*tuple[Any, ...]], table: Table) -> Select[*tuple[Any, ...]]:
    """Let nobody remove the rows of `table` until the transaction ends; nothing on SQLite."""
    return query.with_for_update(of=table, read=True, key_share=True)


def adding(table: Table, dialect: Dialect) -> Any:
    """An insert that adds the counts of a row that is there: all columns beyond the key."""
    insert: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    counts = [column for column in table.columns if not column.primary_key]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: column + statement.excluded[column.name] for column in counts},
    )


def insert_if_absent(table: Table, dialect: Dialect) -> Any:
    """An insert that changes nothing where a row has the key, or another unique value."""
    insert: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()

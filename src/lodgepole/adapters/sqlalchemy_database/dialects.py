"""All that differs between SQLite and PostgreSQL.

SQLite: one writer at a time, so writes have a pool of one connection and begin with
BEGIN IMMEDIATE (a deferred transaction that reads before it writes fails when another commits
in between, and no waiting helps). PostgreSQL: one pool; rows are locked by the statements.
"""

from typing import Any

import orjson
from sqlalchemy import Select, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_TIMEOUT_MS = 30_000
"""How long a write waits for another process to finish its own."""
READ_CONNECTIONS = 4
POOL_TIMEOUT_SECONDS = 60.0


def create_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """`(readers, writer)`; the same engine twice where the database locks rows itself."""
    options: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
    }
    if not url.startswith("sqlite"):
        engine = create_async_engine(url, **options)
        return engine, engine
    # Every statement is a hop to the connection's thread, so readers begin, commit and reset
    # nothing: a look-up is one hop instead of four.
    readers = create_async_engine(
        url,
        pool_size=READ_CONNECTIONS,
        max_overflow=0,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
        **options,
    )
    writer = create_async_engine(url, pool_size=1, max_overflow=0, **options)
    _prepare_sqlite(readers)
    _prepare_sqlite(writer)
    event.listen(writer.sync_engine, "begin", _begin_immediate)
    return readers, writer


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_sqlite(engine: AsyncEngine) -> None:
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is off; `_begin_immediate` says when they begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted must be gone from the file too, not only from the tables.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    event.listen(engine.sync_engine, "connect", on_connect)


def skip_locked(query: Select[Any, Any], table: Table) -> Select[Any, Any]:
    """Lock the rows of `table`, passing over those another worker has; nothing on SQLite."""
    return query.with_for_update(of=table, skip_locked=True)


def locked(query: Select[Any]) -> Select[Any]:
    """Lock the rows until the transaction ends; nothing on SQLite, where the file is locked."""
    return query.with_for_update()


def adding(table: Table, dialect: Dialect) -> Any:
    """An insert that adds the counts of a row that is there: all columns beyond the key."""
    insert: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    counts = [column for column in table.columns if not column.primary_key]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: column + statement.excluded[column.name] for column in counts},
    )
